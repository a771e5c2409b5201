//! The ways to show who one is; each file asks, answers, sets up and removes one. They do not know each other.

pub mod backup_code;
pub mod mobile;
pub mod password;
pub mod password_change;
pub mod password_confirm;
pub mod password_due;
pub mod password_forgotten;
pub mod password_join;
pub mod password_lanes;
pub mod password_own;
pub mod password_reset;
pub mod password_rules;
pub mod password_strength;
pub mod password_stuffing;
pub mod password_unlock;
pub mod totp_code;
