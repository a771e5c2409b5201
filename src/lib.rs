//! Portico, a self-hosted multi-tenant sign-in server.
#![forbid(unsafe_code)]

pub mod factors {
    pub mod backup_code;
    pub mod mobile;
    pub mod totp_code;
}

pub mod platform {
    pub mod browser;
    pub mod email;
    pub mod names;
    pub mod network;
    pub mod place;
}
