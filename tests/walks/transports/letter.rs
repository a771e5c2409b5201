//! What a mail looks like when it arrives.

use portico::notices::smtp::{DkimSettings, Mail, MailProblem, Mailer, Security};
use portico::notices::transport::Outcome;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;

use super::{TO, mail, mailer, settings};
use crate::support::dkim::{self, PublicKey};
use crate::support::smtp_sink::{Received, SinkSetup, SmtpSink};

const RSA_KEY: &str = include_str!("../support/dkim_rsa_for_tests.pem");

async fn received(mail: &Mail) -> Received {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let outcome = mailer(&sink).send(mail).await;
    assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
    sink.mails().remove(0)
}

#[tokio::test]
async fn headers_are_complete_and_both_parts_arrive() {
    let got = received(&mail(TO)).await;
    assert_eq!(got.header("From"), "\"Harbour Physio\" <notices@clinic.test>");
    assert_eq!(got.header("To"), TO);
    assert_eq!(got.header("Subject"), "Your sign-in link");
    assert_eq!(got.header("Message-ID"), "<0190.a-b_c@clinic.test>");
    assert_eq!(got.header("Date"), "Mon, 21 Sep 2026 14:13:20 +0000");
    assert_eq!(got.header("Auto-Submitted"), "auto-generated");
    assert_eq!(got.header("MIME-Version"), "1.0");
    assert!(got.header("Content-Type").starts_with("multipart/alternative;"));
    let text = got.text();
    let plain = text.find("text/plain; charset=utf-8").unwrap();
    assert!(plain < text.find("text/html; charset=utf-8").unwrap());
    assert!(text.contains("482913.\r\n.\r\n..dots at the start\r\n"));
    assert!(!text.contains("List-Unsubscribe"));
}

#[tokio::test]
async fn a_second_try_is_the_same_message() {
    let first = received(&mail(TO)).await;
    assert_eq!(first.bytes, received(&mail(TO)).await.bytes);
}

#[tokio::test]
async fn names_and_words_beyond_ascii_travel_encoded() {
    let mut foreign = mail(TO);
    foreign.from_name = Some("Physiothérapie \"Zoë\", Øst".to_owned());
    foreign.subject = "Ihr Anmeldelink für 診療所".to_owned();
    foreign.text = "Grüße\r\nund\rTschüß".to_owned();
    foreign.envelope_from = Some("bounce+n1=x@clinic.test".to_owned());
    let got = received(&foreign).await;
    assert_eq!(got.from, "bounce+n1=x@clinic.test");
    assert!(got.bytes.is_ascii());
    assert!(got.header("Subject").contains("=?utf-8?b?"));
    assert!(got.header("From").ends_with("<notices@clinic.test>"));
    assert!(got.header("From").starts_with("=?utf-8?b?"));
    let lone = |w: &[u8]| (w[0] == b'\r') != (w[1] == b'\n');
    assert!(!got.bytes.windows(2).any(lone), "a CR or LF alone");
}

#[tokio::test]
async fn no_input_can_add_a_header_or_a_recipient() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let mailer = mailer(&sink);
    let changes: [fn(&mut Mail); 11] = [
        |m| m.subject.push_str("\r\nBcc: eve@evil.test"),
        |m| m.subject.push('\n'),
        |m| m.subject.push('\u{2028}'),
        |m| m.from_name = Some("a\rb".to_owned()),
        |m| m.to.push_str("\r\nRCPT TO:<eve@evil.test>"),
        |m| m.to.push_str(",eve@evil.test"),
        |m| m.to = "\"a> <eve@evil.test\"@x.test".to_owned(),
        |m| m.to = "Jo <jo@example.test>".to_owned(),
        |m| m.envelope_from = Some("a@b.test> SIZE=1".to_owned()),
        |m| m.id = "x> y".to_owned(),
        |m| m.date = -1,
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut bad = mail(TO);
        change(&mut bad);
        let outcome = mailer.send(&bad).await;
        let Outcome::Rejected { reason, code: None } = outcome else {
            panic!("{i}: {outcome:?}");
        };
        assert!(!reason.contains("evil"), "{reason}");
    }
    assert!(sink.mails().is_empty());
    assert_eq!(sink.connections(), 0);
}

async fn signed(key_pem: &str) -> Received {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let mut signing = settings(&sink, Security::Plain);
    signing.dkim =
        Some(DkimSettings { selector: "s1".to_owned(), domain: "clinic.test".to_owned(), key_pem: key_pem.to_owned() });
    let mut foreign = mail(TO);
    foreign.subject = "Ein sehr langer Betreff für 診療所, der ganz sicher gefaltet wird".to_owned();
    foreign.text.push_str("  two  spaces \t\n\n\n");
    let outcome = Mailer::new(signing).unwrap().send(&foreign).await;
    assert!(matches!(outcome, Outcome::HandedOver { .. }), "{outcome:?}");
    sink.mails().remove(0)
}

fn assert_signature_holds(got: &Received, key: &PublicKey<'_>) {
    let names = dkim::verify(&got.bytes, key).unwrap();
    for name in ["from", "to", "subject", "date", "message-id"] {
        assert!(names.iter().any(|n| n == name), "{name} is not signed");
    }
    for (old, new) in [("482913", "111111"), ("Date: Mon", "Date: Tue")] {
        let changed = got.text().replace(old, new);
        assert_ne!(changed, got.text());
        assert!(dkim::verify(changed.as_bytes(), key).is_err());
    }
    let added = got.text().replacen("To: ", "Reply-To: eve@evil.test\r\nTo: ", 1);
    assert!(dkim::verify(added.as_bytes(), key).is_err());
}

#[tokio::test]
async fn a_signature_by_rsa_holds() {
    let der = PrivatePkcs8KeyDer::from_pem_slice(RSA_KEY.as_bytes()).unwrap();
    let pair = ring::rsa::KeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let got = signed(RSA_KEY).await;
    assert_signature_holds(&got, &PublicKey::Rsa(pair.public().as_ref()));
}

#[tokio::test]
async fn a_signature_by_ed25519_holds() {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let got = signed(&pair.serialize_pem()).await;
    assert_signature_holds(&got, &PublicKey::Ed25519(pair.public_key_raw()));
}

#[tokio::test]
async fn a_key_of_another_kind_is_refused() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let pair = rcgen::KeyPair::generate().unwrap();
    for key_pem in [pair.serialize_pem(), "no key".to_owned()] {
        let mut signing = settings(&sink, Security::Plain);
        signing.dkim = Some(DkimSettings { selector: "s1".to_owned(), domain: "clinic.test".to_owned(), key_pem });
        assert_eq!(Mailer::new(signing).unwrap_err(), MailProblem::DkimKey);
    }
}
