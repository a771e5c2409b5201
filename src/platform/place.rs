//! The place of a visitor in words, from a MaxMind-format file the operator supplies.
//! A hint for people reading their own list of sign-ins; no decision may rest on it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use maxminddb::{MaxMindDbError, Reader};
use serde::Deserialize;

/// Longest place in characters: what a file says is shown to people, so it has a bound.
const MAX_CHARS: usize = 100;

/// The file, or none.
pub struct Places(Option<Reader<Vec<u8>>>);

/// The file cannot be used.
#[derive(Debug)]
pub enum PlacesProblem {
    Unreadable(std::io::Error),
    NotAPlaceFile(MaxMindDbError),
}

impl std::fmt::Display for PlacesProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PlacesProblem::Unreadable(error) => write!(f, "the file cannot be read: {error}"),
            PlacesProblem::NotAPlaceFile(error) => write!(f, "not a MaxMind database: {error}"),
        }
    }
}

/// What GeoLite2 and DB-IP lite share, in their city and in their country files.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record<'a> {
    #[serde(borrow)]
    city: Named<'a>,
    #[serde(borrow)]
    country: Named<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow)]
    names: Names<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Names<'a> {
    en: Option<&'a str>,
}

impl Places {
    /// Knows no place, for servers without a file.
    pub fn none() -> Places {
        Places(None)
    }

    /// Reads the whole file into memory: a country file is under 10 MB, a city file 60 to 130 MB.
    pub fn open(path: &Path) -> Result<Places, PlacesProblem> {
        let bytes = std::fs::read(path).map_err(PlacesProblem::Unreadable)?;
        let reader = Reader::from_source(bytes).map_err(PlacesProblem::NotAPlaceFile)?;
        Ok(Places(Some(reader)))
    }

    /// "Sydney, Australia", or only the country; nothing for addresses that are not public or not known.
    pub fn describe(&self, address: IpAddr) -> Option<String> {
        let address = address.to_canonical();
        if is_private(address) {
            return None;
        }
        // A record that cannot be read is as good as none: the sentence is then left out.
        let found = self.0.as_ref()?.lookup(address).ok()?;
        let record: Record<'_> = found.decode().ok()??;
        in_words(record.city.names.en, record.country.names.en)
    }
}

fn in_words(city: Option<&str>, country: Option<&str>) -> Option<String> {
    let mut parts: Vec<&str> = [city, country].into_iter().flatten().map(str::trim).collect();
    parts.retain(|part| !part.is_empty());
    parts.dedup();
    let words: String = parts.join(", ").chars().take(MAX_CHARS).collect();
    (!words.is_empty()).then_some(words)
}

/// Addresses of a house or a machine, which no file can place (RFC 6890).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let carrier = v4.to_bits() >> 22 == Ipv4Addr::new(100, 64, 0, 0).to_bits() >> 22;
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || carrier
        }
        IpAddr::V6(v6) => {
            let local = v6.is_unique_local() || v6.is_unicast_link_local();
            local || v6 == Ipv6Addr::LOCALHOST || v6.is_unspecified()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Places {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/places.mmdb");
        Places::open(Path::new(fixture)).unwrap()
    }

    #[test]
    fn places_in_words() {
        let table = [
            ("192.0.2.1", Some("Sydney, Australia")),
            ("::ffff:192.0.2.255", Some("Sydney, Australia")),
            ("2001:db8::1", Some("London, United Kingdom")),
            ("198.51.100.1", Some("Australia")),
            ("203.0.113.1", Some("Singapore")),
            ("203.0.113.200", None),
            ("192.0.3.1", None),
            ("2001:db9::1", None),
            ("10.0.0.1", None),
            ("172.16.0.1", None),
            ("192.168.1.1", None),
            ("100.64.0.1", None),
            ("169.254.0.1", None),
            ("127.0.0.1", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("fd00::1", None),
            ("fe80::1", None),
        ];
        let places = places();
        for (address, expected) in table {
            assert_eq!(places.describe(address.parse().unwrap()).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn private_addresses_stay_unknown_even_if_a_file_lists_them() {
        let places = places();
        let reader = places.0.as_ref().unwrap();
        let address: IpAddr = "10.0.0.1".parse().unwrap();
        assert!(reader.lookup(address).unwrap().has_data());
        assert_eq!(places.describe(address), None);
    }

    #[test]
    fn without_a_file_no_place_is_known() {
        assert_eq!(Places::none().describe("192.0.2.1".parse().unwrap()), None);
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let missing = Places::open(Path::new("/nonexistent/places.mmdb"));
        assert!(matches!(missing, Err(PlacesProblem::Unreadable(_))));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let other = Places::open(Path::new(source));
        assert!(matches!(other, Err(PlacesProblem::NotAPlaceFile(_))));
    }
}
