//! Portico: the front door of practice software. One line per module, in reading order.
#![forbid(unsafe_code)]

pub mod config;

pub mod platform {
    pub mod keyring;
}

pub mod ops {
    pub mod listen;
    pub mod metrics;
}
