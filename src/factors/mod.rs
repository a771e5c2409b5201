//! The ways to show who one is; each file asks, answers, sets up and removes one. They do not know each other.

pub mod backup_code;
pub mod mine;
pub mod mine_devices;
pub mod mine_email;
pub mod mine_name;
pub mod mine_sessions;
pub mod mobile;
pub mod password;
pub mod password_rules;
pub mod totp_code;
