//! Running it: what operators see and do. Knows the features only to start them.

pub mod assets;
pub mod check;
pub mod demo;
pub mod demo_page;
pub mod disk;
pub mod doctor;
pub mod health;
pub mod help;
pub mod help_topics;
pub mod history;
pub mod keys;
pub mod listen;
pub mod log;
pub mod mailbox;
pub mod practice;
pub mod practice_move;
pub mod practice_rename;
pub mod purge;
pub mod record;
pub mod routes;
pub mod scrape;
pub mod serve;
pub mod start;
pub mod tasks;
pub mod theme;
pub mod world_of_samples;
