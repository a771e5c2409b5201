#![forbid(unsafe_code)]

pub mod factors {
    pub mod password_rules;
}
pub mod platform {
    pub mod hashing;
}
