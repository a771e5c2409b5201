//! How long the certificate holds and for which names; read without trusting it, by the two rules of X.509 that this needs.

use std::path::Path;

use rustls::server::ParsedCertificate;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};

use super::Finding;
use crate::config::Config;
use crate::ops::listen::Certificates;
use crate::platform::when;

const DAY: i64 = 86_400;

pub fn examine(config: &Config, certificate: &Path, key: &Path, now: i64, findings: &mut Vec<Finding>) {
    if let Err(error) = Certificates::load(certificate, key) {
        return findings.push(Finding::fail(format!("certificate: {error}"), "write the right files into [tls]"));
    }
    let read = CertificateDer::pem_file_iter(certificate).ok().and_then(|mut all| all.next()?.ok());
    let Some(first) = read else { return };
    findings.push(match not_after(&first) {
        None => Finding::warn("certificate: until when it holds cannot be read", ""),
        Some(end) if end <= now => {
            Finding::fail(format!("certificate: over since {}", when::day(end, "UTC")), "renew it now")
        }
        Some(end) if end - now < 14 * DAY => Finding::warn(
            format!("certificate: ends on {}", when::day(end, "UTC")),
            "renew it; the server reads the new file by itself",
        ),
        Some(end) => Finding::ok(format!("certificate: holds until {}", when::day(end, "UTC"))),
    });
    let Ok(parsed) = ParsedCertificate::try_from(&first) else { return };
    let regions = config.regions.iter().map(|region| format!("any-practice.{}.{}", region.name, config.base));
    for host in std::iter::once(config.base.clone()).chain(regions) {
        let named = ServerName::try_from(host.clone())
            .is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok());
        findings.push(if named {
            Finding::ok(format!("certificate: good for {host}"))
        } else {
            Finding::fail(
                format!("certificate: not for {host}"),
                "it needs the entrance's name and, for each region, *.region.base",
            )
        });
    }
}

/// The end of validity in unix seconds (RFC 5280, 4.1.2.5).
fn not_after(certificate: &[u8]) -> Option<i64> {
    let (_, whole, _) = element(certificate)?;
    let (_, mut inner, _) = element(whole)?;
    // version (tag 0xA0) may be missing; then serial number, algorithm, issuer.
    if inner.first() == Some(&0xa0) {
        inner = element(inner)?.2;
    }
    for _ in 0..3 {
        inner = element(inner)?.2;
    }
    let (_, validity, _) = element(inner)?;
    let (_, _, rest) = element(validity)?;
    let (tag, text, _) = element(rest)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// UTCTime `YYMMDDhhmmssZ` (years 1950 to 2049) or GeneralizedTime `YYYYMMDDhhmmssZ`.
fn time(tag: u8, text: &str) -> Option<i64> {
    let text = match (tag, text.get(..2)?.parse::<u8>().ok()?) {
        (0x17, 50..) => format!("19{text}"),
        (0x17, _) => format!("20{text}"),
        (0x18, _) => text.to_owned(),
        _ => return None,
    };
    let at = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", &text).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// One DER element: its tag, what is in it, and what follows (X.690, 8.1).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
            (bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_validity_is_read() {
        let key = rcgen::KeyPair::generate().unwrap();
        for (year, seconds) in [(2031, 1_927_756_800), (2060, 2_842_905_600)] {
            let mut wanted = rcgen::CertificateParams::new(vec!["portico.example".to_owned()]).unwrap();
            wanted.not_after = rcgen::date_time_ymd(year, 2, 2);
            let made = wanted.self_signed(&key).unwrap();
            assert_eq!(not_after(made.der()), Some(seconds), "{year}");
        }
        for cut in [&b""[..], b"\x30", b"\x30\x82\xff\xff", b"\x30\x00"] {
            assert_eq!(not_after(cut), None);
        }
    }
}
