//! The ways to show who one is; each file asks, answers, sets up and removes one. They do not know each other.

pub mod backup_code;
pub mod backup_codes;
pub mod code;
pub mod mine;
pub mod mine_devices;
pub mod mine_email;
pub mod mine_name;
pub mod mine_sessions;
pub mod mobile;
pub mod mobile_change;
pub mod mobile_code;
pub mod password;
pub mod password_rules;
pub mod totp;
pub mod totp_code;
pub mod two_factor;
pub mod two_factor_off;
pub mod two_factor_on;
