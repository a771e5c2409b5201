//! Running it: what operators see and do. Knows the features only to start them.

pub mod assets;
pub mod demo;
pub mod demo_page;
pub mod health;
pub mod help;
pub mod listen;
pub mod mailbox;
pub mod metrics;
pub mod start;
pub mod theme;
pub mod world_of_samples;
