//! What handing a message to a mail server or a text gateway can come to, and
//! the cleaning of a server's words before they may be stored or logged.
//! No sending lives here, and nothing here knows of queues or retries.

use std::net::IpAddr;

/// Longest reason or reply that is kept, in characters.
const REPLY_LIMIT: usize = 300;
/// A word of the message this long may be a secret even without a digit in it.
const LONG_WORD: usize = 16;
/// The shortest word with a digit that may be a code.
const SHORT_CODE: usize = 4;
/// As many last digits of a telephone number as gateways keep when they rewrite it.
const NUMBER_TAIL: usize = 6;

/// The result of one try to hand over one message.
///
/// `reason` and `reply` hold no recipient, address or secret of the message:
/// they may be stored and logged. `code` is the server's status, if it gave one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered that it has the message.
    HandedOver { reply: String },
    /// The message was certainly not taken; a later try may succeed.
    Deferred { reason: String, code: Option<u16> },
    /// The message was refused for good; the same try would fail again.
    Rejected { reason: String, code: Option<u16> },
    /// The message was sent, but no answer says whether it was taken: a new
    /// try may deliver it twice.
    Unsure { reason: String },
}

/// Removes from a server's words what a log must not hold.
///
/// The recipient becomes `<recipient>`, any other mail address `<address>`,
/// and words of the message that may be a code or a link token `<content>`.
/// Line breaks become spaces, other control characters go, and the whole is
/// cut at 300 characters.
pub fn redact(reply: &str, recipient: &str, content: &str) -> String {
    let flat: String =
        reply.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    let mut clean = replace_any_case(flat.trim(), recipient, "<recipient>");
    clean = hide_addresses(&clean);
    clean = hide_number(&clean, recipient);
    for word in telling_words(content) {
        clean = replace_any_case(&clean, word, "<content>");
    }
    clean.chars().take(REPLY_LIMIT).collect()
}

fn replace_any_case(text: &str, wanted: &str, by: &str) -> String {
    if wanted.is_empty() {
        return text.to_owned();
    }
    // Lowering ASCII keeps every byte position, so the offsets fit the original.
    let (haystack, needle) = (text.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in haystack.match_indices(&needle) {
        out.push_str(&text[from..at]);
        out.push_str(by);
        from = at + found.len();
    }
    out.push_str(&text[from..]);
    out
}

fn hide_addresses(text: &str) -> String {
    let is_part = |c: char| !c.is_whitespace() && !"<>()[]{}\",;:".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        let at_inside = word.find('@').is_some_and(|i| i > 0 && i + 1 < word.len());
        out.push_str(if at_inside { "<address>" } else { word });
        let next = tail.find(is_part).unwrap_or(tail.len());
        out.push_str(&tail[..next]);
        rest = &tail[next..];
    }
    out
}

/// Hides the recipient's telephone number also in the form of another country.
fn hide_number(text: &str, recipient: &str) -> String {
    let digits: String = recipient.chars().filter(char::is_ascii_digit).collect();
    let is_number = !recipient.contains('@') && digits.len() > NUMBER_TAIL;
    let Some(tail) = is_number.then(|| &digits[digits.len() - NUMBER_TAIL..]) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let run = &rest[start..];
        let end = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
        let number = &run[..end];
        out.push_str(&rest[..start]);
        out.push_str(if number.ends_with(tail) { "<recipient>" } else { number });
        rest = &run[end..];
    }
    out.push_str(rest);
    out
}

fn telling_words(content: &str) -> impl Iterator<Item = &str> {
    content.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').filter(|word| {
        let has_digit = word.bytes().any(|b| b.is_ascii_digit());
        word.len() >= LONG_WORD || (has_digit && word.len() >= SHORT_CODE)
    })
}

/// Whether a configured host can only be this machine, so that a connection
/// without TLS leaves nothing on a wire (RFC 6761 section 6.3 for `localhost`).
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_loses_the_recipient_and_every_other_address() {
        let reply = "5.1.1 <Jo@Example.com>: forwards to\r\nboss@clinic.test, unknown";
        assert_eq!(redact(reply, "jo@example.com", ""), "5.1.1 <<recipient>>: forwards to  <address>, unknown");
    }

    #[test]
    fn a_reply_loses_codes_and_link_tokens_of_the_message() {
        let text = "Your code is 482913. https://a.test/link/Zk9_abcDEFghijklmnop";
        let reply = "spam: 482913 and zk9_abcdefghijklmnop, ref 77";
        assert_eq!(redact(reply, "a@b.test", text), "spam: <content> and <content>, ref 77");
    }

    #[test]
    fn a_number_is_hidden_in_its_national_form_too() {
        let reply = r#"{"error":21211,"to":"0491570156","e164":"61491570156"}"#;
        assert_eq!(redact(reply, "+61491570156", ""), r#"{"error":21211,"to":"<recipient>","e164":"<recipient>"}"#);
    }

    #[test]
    fn a_reply_is_cut_and_loses_control_characters() {
        let reply = format!("a\u{1b}[31m{}", "x".repeat(1000));
        let clean = redact(&reply, "a@b.test", "");
        assert_eq!(clean.len(), REPLY_LIMIT);
        assert!(!clean.contains('\u{1b}'));
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.example.com", "10.0.0.1", "mail.test", "0.0.0.0"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
