//! Settings as meant: read once at the start, complete and checked; after this nothing is "maybe".
//! `keys.rs` lists what may be written, `written.rs` reads it, `meant.rs` makes these values of it.

mod hints;
mod keys;
mod meant;
mod meant_edge;
mod meant_far;
mod meant_mail;
mod meant_regions;
mod page;
mod problem;
mod reader;
mod secret;
mod values;
mod written;

#[cfg(test)]
mod refused;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use crate::platform::keyring::Keyring;

pub use page::page;
pub use problem::ConfigProblem;
pub use secret::Secret;

/// All settings of a server.
#[derive(Debug)]
pub struct Config {
    /// Host name of the entrance, lower case, no port.
    pub base: String,
    /// Where requests are taken; `0.0.0.0:8443` by default.
    pub listen: SocketAddr,
    /// Where `/metrics` is served; nowhere by default.
    pub metrics_listen: Option<SocketAddr>,
    /// `https` or `http` as browsers see it; `http` only for `localhost` on loopback.
    pub public_scheme: &'static str,
    /// The port as browsers see it, 1 to 65535.
    pub public_port: u16,
    /// Who runs this server, as people read it; at most 100 characters.
    pub operator_name: String,
    /// An email address or an https address.
    pub operator_contact: String,
    /// Those of this server, with different names and different databases.
    pub regions: Vec<Region>,
    /// Those that other deployments serve; at least one region is here or there.
    pub far_regions: Vec<FarRegion>,
    /// What a region and the entrance seal for each other with, by the region's name: base64 of 32 bytes. In one process it
    /// is made of the key ring.
    pub link_keys: BTreeMap<String, Secret>,
    /// Where the entrance is, when this server does not run it: `https://name[:port]`.
    pub entrance_address: Option<String>,
    /// The entrance, where this server runs it.
    pub entrance: Option<Entrance>,
    pub edge: Edge,
    pub keys: Keys,
    pub mail: Mail,
    /// How many mails strangers may ask for.
    pub asked: Asked,
    /// The text message gateway, where there is one.
    pub text: Option<TextGateway>,
    pub passwords: Passwords,
    /// A MaxMind database of places, where there is one.
    pub places_file: Option<PathBuf>,
    /// Years the audit record is kept, 6 to 100.
    pub audit_keep_years: u32,
    pub log: Log,
}

/// Mails that strangers may ask for within an hour, before nothing more goes to addresses that nobody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// At one practice, 10 to 1,000,000.
    pub per_practice: i64,
    /// At all practices of a region together, and at the entrance; not less than `per_practice`.
    pub in_all: i64,
}

/// The door that knows no practice.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// Its own database, under the name `entrance`.
    pub database: Region,
    /// Whether an address that no practice knows is told so by mail, at most once a day; yes by default.
    pub mail_to_strangers: bool,
}

/// A region that another deployment serves.
#[derive(Debug, Clone)]
pub struct FarRegion {
    pub name: String,
    /// `https://name[:port]` of that deployment.
    pub address: String,
    /// PEM certificates trusted besides the system's.
    pub ca_file: Option<PathBuf>,
    /// The port in addresses of its practices; this server's own by default.
    pub public_port: Option<u16>,
}

/// A region and its database.
#[derive(Debug, Clone)]
pub struct Region {
    /// 1 to 20 of a-z, 0-9 and inner hyphens.
    pub name: String,
    pub database: Database,
    /// 1 to 1000, 10 by default.
    pub max_connections: u32,
}

#[derive(Debug, Clone)]
pub enum Database {
    /// The absolute path of the file.
    Sqlite(PathBuf),
    /// The whole address with password; `sslmode=verify-full` unless the server is on this machine.
    Postgres(Secret),
}

/// Who speaks TLS with the browser.
#[derive(Debug, Clone)]
pub enum Edge {
    /// Portico itself, with these PEM files.
    Tls { certificate: PathBuf, key: PathBuf },
    /// A proxy in one of these networks, whose `X-Forwarded-For` is believed.
    Proxy { trusted: Vec<IpNet> },
    /// Nobody: the server listens on loopback only.
    Loopback,
}

#[derive(Debug)]
pub struct Keys {
    pub ring: Keyring,
    /// Where the ring came from, so that a rotation can rewrite it; none when it came from the environment.
    pub file: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub enum Mail {
    /// Nothing is sent.
    None,
    Smtp(Box<Smtp>),
}

#[derive(Debug, Clone)]
pub struct Smtp {
    pub host: String,
    /// 465, 587 or 25 by default, after `security`.
    pub port: u16,
    pub security: MailSecurity,
    pub login: Option<(String, Secret)>,
    pub from_address: String,
    /// The operator's name by default.
    pub from_name: String,
    /// The mailbox whose reports are piped to `portico mail bounce`; messages return to it, each with a mark of its own.
    pub bounce_address: Option<String>,
    /// What reports to `/api/v1/bounces` are signed with: `whsec_` and base64 of 24 to 64 bytes.
    pub bounce_secret: Option<Secret>,
    pub dkim: Option<Dkim>,
    /// PEM certificates trusted besides the system's.
    pub extra_ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS, and nothing is sent where it is not offered (RFC 3207).
    StartTls,
    /// Only to a server on this machine.
    Plain,
}

/// RFC 6376.
#[derive(Debug, Clone)]
pub struct Dkim {
    pub selector: String,
    pub domain: String,
    pub key_file: PathBuf,
}

#[derive(Debug, Clone)]
pub struct TextGateway {
    /// May hold `{to}`, `{from}`, `{text}`.
    pub url: String,
    /// `POST`, `PUT` or `GET`.
    pub method: String,
    pub headers: Vec<(String, Secret)>,
    /// May hold `{to}`, `{from}`, `{text}`; empty for GET.
    pub body: String,
    pub content_type: String,
    pub from: String,
    /// PEM certificates trusted besides the system's.
    pub extra_ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct Passwords {
    /// KiB for one hash, at least 19456 (the default).
    pub argon2_memory_kib: u32,
    /// At least 2 (the default), or 1 with 47104 KiB and more.
    pub argon2_passes: u32,
    /// Hashes computed at once, 1 to 256; the number of processor cores by default.
    pub hash_threads: usize,
    /// Hashes that may wait, 1 to 10000; 64 by default.
    pub hash_queue: usize,
    /// The list of leaked passwords, where there is one.
    pub leaked_list: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub struct Log {
    /// One JSON object a line (the default), else lines to read.
    pub json: bool,
    /// `error`, `warn`, `info` (the default) or `debug`.
    pub level: String,
}

impl Config {
    /// Every database of this server: its regions', and the entrance's.
    pub fn databases(&self) -> impl Iterator<Item = &Region> {
        self.regions.iter().chain(self.entrance.as_ref().map(|entrance| &entrance.database))
    }

    /// Reads the file and the environment (`PORTICO_…`, two underscores between section and key; wins over the file).
    ///
    /// # Errors
    /// Everything that is wrong, all at once, in the order of the file.
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<ConfigProblem>> {
        let mut written = written::Written::new(path);
        if let Some(path) = path {
            match std::fs::read_to_string(path) {
                Ok(text) if !written.add_toml(&text) => return Err(written.problems),
                Ok(_) => {}
                Err(error) => {
                    let advice = "check the path, or leave it out to use the environment alone";
                    return Err(vec![written.nowhere().problem("", format!("cannot be read: {error}"), advice)]);
                }
            }
        }
        written.add_environment(environment);
        meant::meant(written)
    }
}
