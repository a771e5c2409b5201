//! The arithmetic of authenticator apps: codes, the window, the key's URI and its picture.
//! What is stored, counted or sealed is not known here; every function is pure.

use std::fmt::Write;

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, QrCode};
use sha1::{Digest, Sha1};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};
use unicode_normalization::UnicodeNormalization;

/// Seconds a code lives (RFC 6238 section 4.1, the default every app honours).
pub const PERIOD: i64 = 30;
/// Digits of a code.
pub const DIGITS: usize = 6;
/// Bytes of a new secret (RFC 4226 section 4, R6 recommends 160 bits).
pub const SECRET_BYTES: usize = 20;

/// Longest `otpauth:` URI: longer ones make a picture that cheap cameras fail to read.
const URI_BYTES: usize = 299;
/// Encoded bytes the account may take, so that the issuer keeps a readable rest.
const ACCOUNT_BYTES: usize = 120;
/// Light modules around the symbol that ISO/IEC 18004 asks for.
const QUIET_ZONE: usize = 4;
/// Pixels of one module: whole, so that edges stay sharp.
const MODULE_PIXELS: usize = 4;
/// What stays as it is inside a URI's label and parameters (RFC 3986 `unreserved`, and `@`).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// What a typed code turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Right; the caller must store this step as the last one in the same conditional update.
    Step(i64),
    /// Right, but its step was used already: wait for the next code.
    Replayed,
    Wrong,
}

/// The URI has more bytes than a QR symbol can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLongForPicture;

/// The time step of `now` (unix seconds), RFC 6238 section 4.2.
pub fn step_at(now: i64) -> i64 {
    now.div_euclid(PERIOD)
}

/// The six digits of one step (RFC 4226 section 5.3 with HMAC-SHA-1).
pub fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new(&key_block(secret).into());
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[digest.len() - 1] & 0x0f);
    let word = u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// A key of any length as HMAC's block (RFC 2104 section 2), which spares a fallible constructor.
fn key_block(secret: &[u8]) -> [u8; 64] {
    let mut block = [0; 64];
    if secret.len() > block.len() {
        let digest = Sha1::digest(secret);
        block[..digest.len()].copy_from_slice(&digest);
    } else {
        block[..secret.len()].copy_from_slice(secret);
    }
    block
}

/// The step whose code was typed, among the one before, the current and the one after `now`.
///
/// `typed` is what [`normalise_typed`] returned; `last_step` the last step accepted, enrolment included.
/// All three codes are always computed and compared, so the time taken tells nothing.
pub fn matching_step(secret: &[u8], typed: &str, now: i64, last_step: Option<i64>) -> Match {
    let middle = step_at(now);
    let last = last_step.unwrap_or(i64::MIN);
    let mut fresh_step = i64::MIN;
    let mut fresh = Choice::from(0);
    let mut stale = Choice::from(0);
    for step in middle - 1..=middle + 1 {
        let same = code(secret, step).as_bytes().ct_eq(typed.as_bytes());
        let newer = comes_after(step, last);
        fresh_step.conditional_assign(&step, same & newer);
        fresh |= same & newer;
        stale |= same & !newer;
    }
    if bool::from(fresh) {
        Match::Step(fresh_step)
    } else if bool::from(stale) {
        Match::Replayed
    } else {
        Match::Wrong
    }
}

/// `step > last` without a branch; flipping the sign bit keeps the order of signed numbers.
fn comes_after(step: i64, last: i64) -> Choice {
    let order = |value: i64| value.cast_unsigned() ^ (1 << 63);
    order(step).ct_gt(&order(last))
}

/// The six ASCII digits a person meant: white space and dashes dropped, full-width digits folded by NFKC.
pub fn normalise_typed(typed: &str) -> Option<String> {
    let folded: String = typed.nfkc().filter(|c| !c.is_whitespace() && !is_dash(*c)).take(DIGITS + 1).collect();
    let right = folded.len() == DIGITS && folded.bytes().all(|b| b.is_ascii_digit());
    right.then_some(folded)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The URI behind the QR code, always shorter than 300 characters.
///
/// Issuer and account lose `:` (it separates them) and are shortened on a character's boundary.
/// Only SHA1, six digits and 30 seconds: several apps accept other values and then ignore them.
pub fn otpauth_uri(issuer: &str, account: &str, secret: &[u8]) -> String {
    let key = BASE32_NOPAD.encode(secret);
    let fixed = uri("", "", &key).len();
    let room = URI_BYTES.saturating_sub(fixed);
    let account = encoded_within(account, ACCOUNT_BYTES.min(room));
    let issuer = encoded_within(issuer, (room - account.len()) / 2);
    uri(&issuer, &account, &key)
}

fn uri(issuer: &str, account: &str, key: &str) -> String {
    format!(
        "otpauth://totp/{issuer}:{account}?secret={key}&issuer={issuer}\
         &algorithm=SHA1&digits={DIGITS}&period={PERIOD}"
    )
}

/// Percent-encodes as many whole characters of `text` as fit into `limit` bytes.
fn encoded_within(text: &str, limit: usize) -> String {
    let text = text.replace(':', " ");
    let mut kept = text.split_whitespace().collect::<Vec<_>>().join(" ");
    loop {
        let encoded = utf8_percent_encode(kept.trim_end(), KEPT).to_string();
        if encoded.len() <= limit || kept.pop().is_none() {
            return encoded;
        }
    }
}

/// The secret as people type it: base 32 in groups of four, no padding.
pub fn key_to_type(secret: &[u8]) -> String {
    let mut grouped = String::new();
    for (index, c) in BASE32_NOPAD.encode(secret).chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(c);
    }
    grouped
}

/// The QR picture as an SVG document, black on white whatever the page's colours.
///
/// It has neither script nor style, so it can be served on its own URL under a strict content policy.
/// Refuses a URI of more than 2,331 bytes, which [`otpauth_uri`] never makes for a 20-byte secret.
pub fn qr_svg(uri: &str) -> Result<String, TooLongForPicture> {
    let symbol = QrCode::new(uri).map_err(|_| TooLongForPicture)?;
    let width = symbol.width();
    let side = width + 2 * QUIET_ZONE;
    let pixels = side * MODULE_PIXELS;
    let path = dark_runs(&symbol.to_colors(), width);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{pixels}\" height=\"{pixels}\" \
         viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// One rectangle for each horizontal run of dark modules: a third of the size of one for each module.
fn dark_runs(colors: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in colors.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, long) = (x + QUIET_ZONE, y + QUIET_ZONE, run.len());
                // Writing to a String cannot fail; the result only exists for the trait's sake.
                let _ = write!(path, "M{left} {top}h{long}v1h-{long}z");
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    #[test]
    fn rfc_6238_appendix_b() {
        let table = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (now, expected) in table {
            assert_eq!(code(SEED, step_at(now)), expected, "at {now}");
        }
    }

    #[test]
    fn rfc_4226_appendix_d() {
        let table =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (counter, expected) in (0..).zip(table) {
            assert_eq!(code(SEED, counter), expected, "counter {counter}");
        }
    }

    #[test]
    fn a_long_key_is_hashed_as_hmac_says() {
        let long = [7; 65];
        assert_eq!(code(&long, 1), code(&Sha1::digest(long), 1));
        assert_ne!(code(&long, 1), code(&long[..64], 1));
    }

    #[test]
    fn extreme_clocks_do_not_panic() {
        for now in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(matching_step(SEED, &code(SEED, step_at(now)), now, None), Match::Step(step_at(now)));
        }
    }

    #[test]
    fn the_window_is_one_step_each_way() {
        let now = 1_234_567_890;
        let middle = step_at(now);
        for away in -3..=3_i64 {
            let typed = code(SEED, middle + away);
            let expected = if away.abs() <= 1 { Match::Step(middle + away) } else { Match::Wrong };
            assert_eq!(matching_step(SEED, &typed, now, None), expected, "{away} away");
        }
        assert_eq!(matching_step(SEED, "", now, None), Match::Wrong);
    }

    #[test]
    fn a_step_is_accepted_once_and_never_an_older_one() {
        let now = 1_234_567_890;
        let middle = step_at(now);
        let answer = |away: i64, last: i64| matching_step(SEED, &code(SEED, middle + away), now, Some(middle + last));
        assert_eq!(answer(0, 0), Match::Replayed);
        assert_eq!(answer(-1, 0), Match::Replayed);
        assert_eq!(answer(1, 0), Match::Step(middle + 1));
        assert_eq!(answer(0, -1), Match::Step(middle));
        assert_eq!(answer(0, -1_000), Match::Step(middle));
        assert_eq!(answer(1, 1), Match::Replayed);
        assert_eq!(matching_step(SEED, "000000", now, Some(middle)), Match::Wrong);
    }

    #[test]
    fn typed_codes() {
        let table = [
            ("005924", Some("005924")),
            (" 005 924 ", Some("005924")),
            ("005-924", Some("005924")),
            ("005\u{2011}924", Some("005924")),
            ("005\u{a0}924\n", Some("005924")),
            ("\u{ff10}\u{ff10}\u{ff15}\u{ff19}\u{ff12}\u{ff14}", Some("005924")),
            ("05924", None),
            ("0059240", None),
            ("00592a", None),
            ("\u{660}\u{660}\u{665}\u{669}\u{662}\u{664}", None),
            ("", None),
        ];
        for (typed, expected) in table {
            assert_eq!(normalise_typed(typed).as_deref(), expected, "{typed:?}");
        }
    }

    #[test]
    fn the_uri_is_what_apps_expect() {
        assert_eq!(
            otpauth_uri("Harbour Physio", "alex@example.com", SEED),
            "otpauth://totp/Harbour%20Physio:alex@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Harbour%20Physio&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn the_uri_holds_no_separator_of_its_parts() {
        let uri = otpauth_uri("A: B&C=D?E/F#G+H%", "x:y@example.com", SEED);
        let label = uri.strip_prefix("otpauth://totp/").unwrap();
        let (label, query) = label.split_once('?').unwrap();
        let (issuer, account) = label.split_once(':').unwrap();
        assert_eq!(issuer, "A%20B%26C%3DD%3FE%2FF%23G%2BH%25");
        assert_eq!(account, "x%20y@example.com");
        assert_eq!(query.split('&').nth(1), Some(&*format!("issuer={issuer}")));
        assert_eq!(query.split('&').count(), 5);
    }

    #[test]
    fn long_names_are_cut_on_a_character() {
        let addresses = ["a@b.example".to_owned(), format!("{}@b.example", "a".repeat(240))];
        for name in ["W".repeat(400), "Überähnlich ".repeat(40), "診療所".repeat(50)] {
            for address in &addresses {
                let uri = otpauth_uri(&name, address, SEED);
                assert!(uri.len() < 300, "{} bytes", uri.len());
                let start = "otpauth://totp/".len();
                let issuer = &uri[start..start + uri[start..].find(':').unwrap()];
                let decoded = percent_encoding::percent_decode_str(issuer).decode_utf8();
                let decoded = decoded.expect("whole characters");
                assert!(decoded.chars().count() >= 3 && name.starts_with(&*decoded), "{decoded}");
                assert!(uri.contains(&format!("&issuer={issuer}&")));
            }
        }
    }

    #[test]
    fn the_key_is_grouped_for_typing() {
        assert_eq!(key_to_type(SEED), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(key_to_type(b"12345"), "GEZD GNBV");
    }

    #[test]
    fn the_picture_shows_every_module_and_nothing_active() {
        let uri = otpauth_uri("Harbour Physio", "alex@example.com", SEED);
        let symbol = QrCode::new(&uri).unwrap();
        let svg = qr_svg(&uri).unwrap();
        let drawn: usize = svg
            .split('h')
            .filter_map(|part| part.split_once("v1").and_then(|(long, _)| long.parse::<usize>().ok()))
            .sum();
        let dark = symbol.to_colors().iter().filter(|c| **c == Color::Dark).count();
        assert_eq!(drawn, dark);
        let side = symbol.width() + 8;
        assert!(svg.contains(&format!("viewBox=\"0 0 {side} {side}\"")));
        assert!(svg.contains("M4 4h7v1h-7z"), "the finder pattern stands after the quiet zone");
        assert!(svg.contains("role=\"img\"") && svg.contains("fill=\"#fff\""));
        for active in ["script", "style", "class", "currentColor", "<?xml", "href"] {
            assert!(!svg.contains(active), "{active}");
        }
        assert_eq!(qr_svg(&"a".repeat(3_000)), Err(TooLongForPicture));
    }
}
