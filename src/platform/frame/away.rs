//! Where "Exit quickly" leads: a page that anybody may have open and that says nothing about them. It comes from the
//! practice's own rule or from here, never from a request.

/// Where it leads unless the practice chose otherwise.
pub const USUAL: &str = "https://www.wikipedia.org/";
/// What a practice may choose without typing, each with the sentence that names it.
pub const LIST: &[(&str, &str)] = &[
    (USUAL, "away-encyclopedia"),
    ("https://www.bbc.com/weather", "away-weather"),
    ("https://www.bbc.com/news", "away-news"),
    ("https://duckduckgo.com/", "away-search"),
];
/// The longest address that is taken, in bytes.
pub const MAX_BYTES: usize = 200;

/// The address to leave for: the one chosen, if it is one, else the usual one. `base` is the server's own name.
pub fn of(chosen: &str, base: &str) -> String {
    checked(chosen, base).unwrap_or_else(|| USUAL.to_owned())
}

/// A typed address as it is kept, or none where nobody should be led there: `https` to a public host name, without a
/// user, a port or anything that could end an attribute, and none of ours, which the leaving person is known to.
pub fn checked(typed: &str, base: &str) -> Option<String> {
    let typed = typed.trim();
    let rest = match typed.split_once("://") {
        Some((scheme, rest)) => scheme.eq_ignore_ascii_case("https").then_some(rest)?,
        None => typed,
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.to_ascii_lowercase();
    let plain = |byte: u8| (0x21..0x7f).contains(&byte) && !b"\"'<>\\^`{|}#".contains(&byte);
    let ours = host == base || host.ends_with(&format!(".{base}"));
    let fine = is_public_name(&host) && !ours && path.bytes().all(plain) && rest.len() + 8 <= MAX_BYTES;
    fine.then(|| format!("https://{host}{}", if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }))
}

/// A name of two or more parts whose last is no number: neither an address of digits nor one of this house.
fn is_public_name(host: &str) -> bool {
    let part = |part: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&part.len()) && part.bytes().all(inner) && !part.starts_with('-') && !part.ends_with('-')
    };
    let Some((_, last)) = host.rsplit_once('.') else { return false };
    host.len() <= 253
        && host.split('.').all(part)
        && last.len() >= 2
        && last.bytes().any(|byte| byte.is_ascii_lowercase())
        && !["localhost", "local", "internal", "test", "invalid"].contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_public_page_is_left_for() {
        let base = "portico.example.net";
        for (typed, kept) in [
            ("https://www.abc.net.au/news", "https://www.abc.net.au/news"),
            (" www.abc.net.au ", "https://www.abc.net.au/"),
            ("HTTPS://Recipes.Example.org?x=1", "https://recipes.example.org/?x=1"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(checked(typed, base).as_deref(), Some(kept), "{typed}");
        }
        let long = format!("https://www.example.org/{}", "a".repeat(MAX_BYTES));
        for typed in [
            "",
            "http://www.example.org/",
            "javascript:alert(1)",
            "javascript://www.example.org/%0aalert(1)",
            "data:text/html,x",
            "//evil.example",
            "https://",
            "https://localhost/",
            "https://intranet/",
            "https://printer.local/",
            "https://192.0.2.7/",
            "https://[2001:db8::1]/",
            "https://www.example.org:8443/",
            "https://user@www.example.org/",
            "https://www.example.org/\"onload=x",
            "https://www.example.org/a b",
            "https://www.example.org/\r\nx",
            "https://www.example.org/#top",
            "https://www.exämple.org/",
            "https://-a.example/",
            "https://a..example/",
            "https://portico.example.net/",
            "https://harbour.au.portico.example.net/me",
            &long,
        ] {
            assert_eq!(checked(typed, base), None, "{typed}");
            assert_eq!(of(typed, base), USUAL);
        }
    }

    #[test]
    fn the_list_is_taken_as_it_stands() {
        for (address, _) in LIST {
            assert_eq!(checked(address, "localhost").as_deref(), Some(*address));
        }
    }
}
