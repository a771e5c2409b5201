//! What programs call: a practice's own software with a key, the operator's mail service with a signature. `docs/api.md`
//! says how; `openapi.json` describes every call, and a walk holds the real answers against it.

pub mod bearer;
mod body;
pub mod bounces;
pub mod description;
mod fields;
pub mod guest_link_end;
pub mod guest_link_new;
pub mod guest_link_show;
pub mod keys;
pub mod signature;
