//! What makes a `[[region]]` one that another deployment serves, and the key that region and entrance share.

use std::collections::BTreeMap;

use super::FarRegion;
use super::problem::ConfigProblem;
use super::reader::{Reader, is_loopback};
use super::secret::Secret;
use super::written::Written;
use crate::platform::keyring::Keyring;

/// Every region's key, where one is written.
pub(super) fn link_keys(written: &Written, problems: &mut Vec<ConfigProblem>) -> BTreeMap<String, Secret> {
    let mut keys = BTreeMap::new();
    for section in &written.regions {
        let Some(name) = section.text("name") else { continue };
        let mut reader =
            Reader { section, path: format!("region[{name}]"), name: "region", nowhere: written.nowhere(), problems };
        if let Some(key) = reader.secret("link_key") {
            if Keyring::parse(&format!("link:{}", key.reveal())).is_err() {
                reader.problem(
                    "link_key",
                    "not 32 random bytes in base64",
                    "make one with: head -c 32 /dev/urandom | base64",
                );
            }
            keys.insert(name.to_owned(), key);
        }
    }
    keys
}

/// The region, when it has an address instead of a database.
pub(super) fn far_region(reader: &mut Reader, name: &str) -> Option<FarRegion> {
    let address = reader.text("address")?;
    let host = address.split_once("://").map(|(_, host)| host.to_owned()).unwrap_or_default();
    let bare =
        host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(&*host, |(h, _)| h);
    let plain = address.starts_with("http://") && is_loopback(bare);
    if host.is_empty() || host.contains('/') || !(address.starts_with("https://") || plain) {
        let advice = "write where its deployment is reached: address = \"https://uk.internal.example:8443\"";
        reader.problem("address", "not an https address of a host", advice);
    }
    if reader.secret("database").is_some() {
        let advice = "write database for a region of this server, address for one of another";
        reader.problem("address", "a region has either a database or an address", advice);
    }
    if reader.secret("link_key").is_none() {
        reader.problem("link_key", "missing", "write the key that the region's own server has under the same name");
    }
    Some(FarRegion {
        name: name.to_owned(),
        address,
        ca_file: reader.path_of("link_ca_file"),
        public_port: reader.number("public_port"),
    })
}
