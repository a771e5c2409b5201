//! Running it: what operators see and do. Knows the features only to start them.

pub mod assets;
pub mod demo;
pub mod health;
pub mod listen;
pub mod start;
pub mod theme;
pub mod world_of_samples;
