//! Portico: the front door of practice software. ARCHITECTURE.md has the map and four walks.
#![forbid(unsafe_code)]

pub mod api;
pub mod app;
pub mod audit;
pub mod config;
pub mod entrance;
pub mod factors;
pub mod notices;
pub mod ops;
pub mod portal;
pub mod practice;
pub mod sign_in;

/// What every feature stands on; knows no feature.
pub mod platform {
    pub mod again;
    pub mod arg;
    pub mod asked;
    pub mod browser;
    pub mod calls;
    mod connect;
    pub mod copy;
    pub mod db;
    pub mod door;
    pub mod email;
    pub mod engine;
    pub mod error;
    pub mod form;
    pub mod frame;
    pub mod hashing;
    pub mod headers;
    pub mod joined;
    pub mod keyring;
    pub mod left;
    pub mod limit;
    pub mod metrics;
    pub mod migrate;
    pub mod moved;
    pub mod names;
    pub mod network;
    pub mod only_read;
    pub mod pg_act;
    pub mod place;
    pub mod practice;
    pub mod problem;
    pub mod problem_json;
    pub mod prose;
    pub mod readers;
    pub mod refill;
    pub mod ring_marks;
    pub mod rotation;
    mod rounds;
    pub mod secret;
    pub mod server;
    pub mod text;
    mod tried;
    pub mod web;
    pub mod webauthn;
    pub mod when;
    pub mod whose;
    pub mod world;
    pub mod writer;
}
