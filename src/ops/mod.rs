//! Running it: what operators see and do. Knows the features only to start them.

pub mod assets;
pub mod health;
pub mod metrics;
pub mod start;
pub mod theme;
