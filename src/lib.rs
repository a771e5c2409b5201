#![forbid(unsafe_code)]

pub mod notices {
    pub mod mime;
    pub mod smtp;
    pub mod smtp_settings;
    pub mod text_message;
    pub mod text_template;
    pub mod transport;
}
