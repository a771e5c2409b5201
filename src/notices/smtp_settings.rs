//! How mail is sent: the settings and their checks. Where they are read from,
//! and the sending itself, live elsewhere.

use std::fmt;
use std::net::IpAddr;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

use super::mime::{DkimSettings, MailProblem};
use super::transport::is_loopback;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314), usually port 465.
    Tls,
    /// TLS before anything of value is said (RFC 3207); never without it.
    StartTls,
    /// None; allowed to this machine only.
    Plain,
}

/// How mail is sent.
#[derive(Clone)]
pub struct SmtpSettings {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub username: Option<String>,
    pub password: Option<String>,
    /// Own name said in EHLO: a domain or an IP address.
    pub helo_name: String,
    /// Longest wait for each answer, in seconds, at least 1.
    pub timeout_s: u64,
    pub from_address: String,
    pub from_name: String,
    pub reply_to: Option<String>,
    pub dkim: Option<DkimSettings>,
    /// Root certificates trusted besides the system's, as PEM.
    pub extra_root_ca_pem: Option<Vec<u8>>,
}

impl SmtpSettings {
    pub const DEFAULT_TIMEOUT_S: u64 = 30;
}

impl fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("authenticates", &self.username.is_some())
            .field("dkim", &self.dkim)
            .finish_non_exhaustive()
    }
}

/// TLS with the host's certificate verified, or none where that is allowed.
pub(super) fn tls_parameters(settings: &SmtpSettings) -> Result<Option<TlsParameters>, MailProblem> {
    if settings.security == Security::Plain {
        return if is_loopback(&settings.host) { Ok(None) } else { Err(MailProblem::PlainToNetwork) };
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.extra_root_ca_pem {
        let root = Certificate::from_pem(pem).map_err(|_| MailProblem::RootCertificate)?;
        builder = builder.add_root_certificate(root);
    }
    let parameters = builder.build_rustls().map_err(|_| MailProblem::Tls)?;
    Ok(Some(parameters))
}

/// The name to greet with (RFC 5321 section 4.1.4).
pub(super) fn hello_name(name: &str) -> Result<ClientId, MailProblem> {
    if let Ok(ip) = name.parse::<IpAddr>() {
        return Ok(match ip {
            IpAddr::V4(ip) => ClientId::Ipv4(ip),
            IpAddr::V6(ip) => ClientId::Ipv6(ip),
        });
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    if name.is_empty() || !name.bytes().all(allowed) {
        return Err(MailProblem::Control("the EHLO name"));
    }
    Ok(ClientId::Domain(name.to_owned()))
}
