//! Which way messages leave this node: a mail server, a text gateway, the mailbox in memory, or none.
//! Made from the settings at the start and put on the server's shelf.

use std::path::PathBuf;
use std::sync::Arc;

use super::mailbox::Mailbox;
use super::smtp::{DkimSettings, Mailer, Security, SmtpSettings};
use super::text_message::{BodyType, TextGateway, TextSettings};
use crate::config::{self, Config, MailSecurity};
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;

pub enum MailCarrier {
    Smtp(Box<Mailer>),
    Mailbox(Arc<Mailbox>),
    None,
}

pub enum TextCarrier {
    Gateway(Box<TextGateway>),
    Mailbox(Arc<Mailbox>),
    None,
}

pub struct Carriers {
    pub mail: MailCarrier,
    pub text: TextCarrier,
}

impl Carriers {
    /// # Errors
    /// A fault that names the file or the setting that cannot be used.
    pub fn from_settings(config: &Config) -> Result<Carriers> {
        let mail = match &config.mail {
            config::Mail::None => MailCarrier::None,
            config::Mail::Smtp(smtp) => {
                let mailer = Mailer::new(smtp_settings(config, smtp)?);
                MailCarrier::Smtp(Box::new(mailer.map_err(|problem| Error::fault("mail", problem))?))
            }
        };
        let text = match &config.text {
            None => TextCarrier::None,
            Some(gateway) => {
                let gateway = TextGateway::new(text_settings(gateway)?);
                TextCarrier::Gateway(Box::new(gateway.map_err(|problem| Error::fault("text", problem))?))
            }
        };
        Ok(Carriers { mail, text })
    }

    /// Everything that the settings send nowhere goes to a mailbox in memory.
    ///
    /// # Errors
    /// As [`Carriers::from_settings`].
    pub fn with_mailbox(config: &Config) -> Result<Carriers> {
        let mailbox = Arc::new(Mailbox::default());
        let mut carriers = Carriers::from_settings(config)?;
        if let MailCarrier::None = carriers.mail {
            carriers.mail = MailCarrier::Mailbox(Arc::clone(&mailbox));
        }
        if let TextCarrier::None = carriers.text {
            carriers.text = TextCarrier::Mailbox(mailbox);
        }
        Ok(carriers)
    }

    /// The mailbox in memory, where there is one.
    pub fn mailbox(&self) -> Option<&Arc<Mailbox>> {
        match (&self.mail, &self.text) {
            (MailCarrier::Mailbox(mailbox), _) | (_, TextCarrier::Mailbox(mailbox)) => Some(mailbox),
            _ => None,
        }
    }
}

fn smtp_settings(config: &Config, smtp: &config::Smtp) -> Result<SmtpSettings> {
    let dkim = match &smtp.dkim {
        None => None,
        Some(dkim) => {
            let key_pem = read(&dkim.key_file)?;
            let key_pem = String::from_utf8(key_pem).map_err(|_| Error::Fault("the DKIM key is not PEM".into()))?;
            Some(DkimSettings { selector: dkim.selector.clone(), domain: dkim.domain.clone(), key_pem })
        }
    };
    Ok(SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        security: match smtp.security {
            MailSecurity::Tls => Security::Tls,
            MailSecurity::StartTls => Security::StartTls,
            MailSecurity::Plain => Security::Plain,
        },
        username: smtp.login.as_ref().map(|(name, _)| name.clone()),
        password: smtp.login.as_ref().map(|(_, password)| password.reveal().to_owned()),
        helo_name: config.base.clone(),
        timeout_s: SmtpSettings::DEFAULT_TIMEOUT_S,
        from_address: smtp.from_address.clone(),
        from_name: smtp.from_name.clone(),
        reply_to: None,
        dkim,
        extra_root_ca_pem: smtp.extra_ca_file.as_ref().map(read).transpose()?,
    })
}

fn text_settings(gateway: &config::TextGateway) -> Result<TextSettings> {
    let content_type = match gateway.content_type.as_str() {
        "application/x-www-form-urlencoded" => BodyType::Form,
        "application/json" if !gateway.body.is_empty() => BodyType::Json,
        _ => BodyType::Plain,
    };
    Ok(TextSettings {
        url: gateway.url.clone(),
        method: gateway.method.clone(),
        headers: gateway.headers.iter().map(|(name, value)| (name.clone(), value.reveal().to_owned())).collect(),
        body: gateway.body.clone(),
        content_type,
        success: TextSettings::DEFAULT_SUCCESS,
        timeout_s: TextSettings::DEFAULT_TIMEOUT_S,
        from: Some(gateway.from.clone()).filter(|from| !from.is_empty()),
        extra_root_ca_pem: gateway.extra_ca_file.as_ref().map(read).transpose()?,
    })
}

fn read(path: &PathBuf) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::fault(&path.display().to_string(), error))
}

/// Whether this server can send text messages at all.
pub fn can_text(server: &Server) -> bool {
    server.kept::<Carriers>().is_ok_and(|carriers| !matches!(carriers.text, TextCarrier::None))
}
