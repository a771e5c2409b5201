//! How far a mail got, for every way in which a mail server can fail.

use portico::notices::smtp::{MailProblem, Mailer, Security};
use portico::notices::transport::Outcome;

use super::{TO, mail, mailer, settings};
use crate::support::smtp_sink::{Fault, SinkSecurity, SinkSetup, SmtpSink};

async fn plain_sink() -> SmtpSink {
    SmtpSink::start(SinkSetup::default()).await
}

async fn secure_sink(security: SinkSecurity, host: &'static str) -> SmtpSink {
    SmtpSink::start(SinkSetup { security, host, ..SinkSetup::default() }).await
}

async fn outcome_of(fault: Fault) -> (Outcome, SmtpSink) {
    let sink = plain_sink().await;
    sink.next_connections(&[fault]);
    let outcome = mailer(&sink).send(&mail(TO)).await;
    (outcome, sink)
}

fn deferred(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Deferred { code, .. } => *code,
        other => panic!("not deferred: {other:?}"),
    }
}

fn rejected(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Rejected { code, .. } => *code,
        other => panic!("not rejected: {other:?}"),
    }
}

fn handed_over(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::HandedOver { reply } => reply,
        other => panic!("not handed over: {other:?}"),
    }
}

#[tokio::test]
async fn an_honest_server_takes_the_mail() {
    let (outcome, sink) = outcome_of(Fault::Accept).await;
    assert_eq!(handed_over(&outcome), "250 2.0.0 queued as 4F2A");
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].from, "notices@clinic.test");
    assert_eq!(mails[0].to, [TO]);
    assert!(!mails[0].over_tls && mails[0].login.is_none());
}

#[tokio::test]
async fn a_greylisted_recipient_is_deferred_and_not_named() {
    let (outcome, sink) = outcome_of(Fault::DeferRecipient).await;
    let Outcome::Deferred { reason, code } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(code, Some(451));
    assert_eq!(reason, "451 4.7.1 <<recipient>> greylisted");
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn an_unknown_recipient_is_rejected_and_not_named() {
    let (outcome, sink) = outcome_of(Fault::RejectRecipient).await;
    let Outcome::Rejected { reason, code } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(code, Some(550));
    assert_eq!(reason, "550 5.1.1 <<recipient>> unknown");
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn the_answer_to_the_content_decides() {
    let (outcome, sink) = outcome_of(Fault::RejectContent).await;
    assert_eq!(rejected(&outcome), Some(554));
    assert!(sink.mails().is_empty());
    let (outcome, sink) = outcome_of(Fault::DeferContent).await;
    assert_eq!(deferred(&outcome), Some(451));
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn silence_before_the_content_is_a_delay() {
    assert_eq!(deferred(&outcome_of(Fault::HangGreeting).await.0), None);
    assert_eq!(deferred(&outcome_of(Fault::HangRecipient).await.0), None);
}

#[tokio::test]
async fn silence_after_the_content_is_unsure() {
    for fault in [Fault::HangContent, Fault::DropAfterContent] {
        let (outcome, _) = outcome_of(fault).await;
        assert!(matches!(outcome, Outcome::Unsure { .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_connection_lost_amid_the_content_is_a_delay() {
    let sink = plain_sink().await;
    sink.next_connections(&[Fault::DropMidContent]);
    let mut large = mail(TO);
    // More than both sockets can buffer, so that the loss shows before the end.
    large.html = "a long line of a long letter\n".repeat(500_000);
    let outcome = mailer(&sink).send(&large).await;
    assert_eq!(deferred(&outcome), None);
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_refuses_the_connection_is_the_operators_matter() {
    assert_eq!(deferred(&outcome_of(Fault::BusyGreeting).await.0), Some(421));
    assert_eq!(deferred(&outcome_of(Fault::RefuseGreeting).await.0), Some(554));
    assert_eq!(deferred(&outcome_of(Fault::RejectSender).await.0), Some(550));
    let outcome = outcome_of(Fault::AuthAtRecipient).await.0;
    assert_eq!(deferred(&outcome), Some(530));
    let gone = plain_sink().await;
    let mut nobody = settings(&gone, Security::Plain);
    nobody.port = 1;
    let outcome = Mailer::new(nobody).unwrap().send(&mail(TO)).await;
    assert_eq!(deferred(&outcome), None);
}

#[tokio::test]
async fn tls_from_the_start_and_by_command() {
    for (theirs, ours) in [(SinkSecurity::Implicit, Security::Tls), (SinkSecurity::StartTls, Security::StartTls)] {
        let sink = secure_sink(theirs, "localhost").await;
        let mailer = Mailer::new(settings(&sink, ours)).unwrap();
        handed_over(&mailer.send(&mail(TO)).await);
        assert!(sink.mails()[0].over_tls);
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_or_from_a_stranger_is_refused() {
    for (theirs, ours) in [(SinkSecurity::Implicit, Security::Tls), (SinkSecurity::StartTls, Security::StartTls)] {
        let sink = secure_sink(theirs, "mail.other.test").await;
        let mailer = Mailer::new(settings(&sink, ours)).unwrap();
        assert_eq!(deferred(&mailer.send(&mail(TO)).await), None);
        let sink = secure_sink(theirs, "localhost").await;
        let mut untrusting = settings(&sink, ours);
        untrusting.extra_root_ca_pem = None;
        let mailer = Mailer::new(untrusting).unwrap();
        assert_eq!(deferred(&mailer.send(&mail(TO)).await), None);
        assert!(sink.mails().is_empty());
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let sink = secure_sink(SinkSecurity::StartTls, "localhost").await;
    sink.next_connections(&[Fault::RefuseStartTls]);
    let mailer = Mailer::new(settings(&sink, Security::StartTls)).unwrap();
    assert_eq!(deferred(&mailer.send(&mail(TO)).await), Some(454));
    let stripped = plain_sink().await;
    let mailer = Mailer::new(settings(&stripped, Security::StartTls)).unwrap();
    assert_eq!(deferred(&mailer.send(&mail(TO)).await), None);
    assert!(sink.mails().is_empty() && stripped.mails().is_empty());
}

#[tokio::test]
async fn credentials_are_given_and_a_refusal_of_them_is_a_delay() {
    for mechanisms in ["PLAIN", "LOGIN"] {
        let sink = SmtpSink::start(SinkSetup {
            security: SinkSecurity::StartTls,
            login: Some(("clinic", "pass word")),
            mechanisms,
            ..SinkSetup::default()
        })
        .await;
        let mut known = settings(&sink, Security::StartTls);
        let anonymous = Mailer::new(known.clone()).unwrap();
        assert_eq!(deferred(&anonymous.send(&mail(TO)).await), Some(530));
        known.username = Some("clinic".to_owned());
        known.password = Some("wrong".to_owned());
        let wrong = Mailer::new(known.clone()).unwrap();
        let outcome = wrong.send(&mail(TO)).await;
        assert_eq!(deferred(&outcome), Some(535));
        assert!(!format!("{outcome:?} {known:?} {wrong:?}").contains("wrong\""));
        known.password = Some("pass word".to_owned());
        let right = Mailer::new(known).unwrap();
        sink.next_connections(&[Fault::RefuseAuth]);
        assert_eq!(deferred(&right.send(&mail(TO)).await), Some(535));
        handed_over(&right.send(&mail(TO)).await);
        assert_eq!(sink.mails()[0].login.as_deref(), Some("clinic"));
    }
}

#[tokio::test]
async fn one_connection_serves_many_mails_and_survives_refusals() {
    let sink = plain_sink().await;
    sink.on_recipient("gone@example.test", Fault::RejectRecipient);
    sink.on_recipient("spam@example.test", Fault::RejectContent);
    let mailer = mailer(&sink);
    handed_over(&mailer.send(&mail(TO)).await);
    assert_eq!(rejected(&mailer.send(&mail("gone@example.test")).await), Some(550));
    assert_eq!(rejected(&mailer.send(&mail("spam@example.test")).await), Some(554));
    handed_over(&mailer.send(&mail(TO)).await);
    mailer.close().await;
    assert_eq!(sink.connections(), 1);
    assert_eq!(sink.mails().len(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_unnoticed() {
    let sink = plain_sink().await;
    sink.next_connections(&[Fault::CloseAfterMail]);
    let mailer = mailer(&sink);
    handed_over(&mailer.send(&mail(TO)).await);
    handed_over(&mailer.send(&mail(TO)).await);
    assert_eq!(sink.connections(), 2);
    assert_eq!(sink.mails().len(), 2);
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_can() {
    let unable = SmtpSink::start(SinkSetup { smtputf8: false, ..SinkSetup::default() }).await;
    let outcome = mailer(&unable).send(&mail("jürgen@example.test")).await;
    assert_eq!(rejected(&outcome), None);
    let able = plain_sink().await;
    let mailer = mailer(&able);
    handed_over(&mailer.send(&mail("jürgen@example.test")).await);
    handed_over(&mailer.send(&mail("jo@bücher.test")).await);
    assert_eq!(able.mails()[0].to, ["jürgen@example.test"]);
    assert_eq!(able.mails()[1].to, ["jo@xn--bcher-kva.test"]);
}

#[tokio::test]
async fn settings_that_would_leak_or_fail_are_refused() {
    let sink = plain_sink().await;
    let refused = |change: fn(&mut portico::notices::smtp::SmtpSettings)| {
        let mut settings = settings(&sink, Security::Plain);
        change(&mut settings);
        Mailer::new(settings).unwrap_err()
    };
    let far = refused(|s| s.host = "mail.example.test".to_owned());
    assert_eq!(far, MailProblem::PlainToNetwork);
    let half = refused(|s| s.username = Some("a".to_owned()));
    assert_eq!(half, MailProblem::Credentials);
    assert_eq!(refused(|s| s.timeout_s = 0), MailProblem::Timeout);
    let broken = refused(|s| s.helo_name = "a\r\nRSET".to_owned());
    assert_eq!(broken, MailProblem::Control("the EHLO name"));
    let root = refused(|s| {
        s.security = Security::Tls;
        s.extra_root_ca_pem = Some(b"-----BEGIN CERTIFICATE-----\n?\n".to_vec());
    });
    assert_eq!(root, MailProblem::RootCertificate);
}
