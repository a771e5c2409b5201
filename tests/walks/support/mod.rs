//! Servers and tools that the walks share.

pub mod certificate;
pub mod dkim;
pub mod smtp_sink;
mod smtp_talk;
pub mod text_sink;
