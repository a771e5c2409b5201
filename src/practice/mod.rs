//! Administration by a practice.
