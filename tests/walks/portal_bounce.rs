//! Mail that was taken and came back (C6): the report counts only at the signed return address (AC-076).

use portico::args;
use portico::config::{Config, Mail, MailSecurity, Secret, Smtp};
use portico::notices::bounce::{self, Taken};

use crate::people::{SAM, relaxed, signed_in};
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask};
use crate::support::smtp_sink::{SinkSetup, SmtpSink};
use crate::support::stage::Stage;
use crate::support::ways::somebody;

/// What a mail service signs its reports with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub fn with_return_address(config: &mut Config, port: u16) {
    config.mail = Mail::Smtp(Box::new(Smtp {
        host: "127.0.0.1".into(),
        port,
        security: MailSecurity::Plain,
        login: None,
        from_address: "no-reply@portico.test".into(),
        from_name: "Portico".into(),
        bounce_address: Some("bounces@portico.test".into()),
        bounce_secret: Some(Secret::new(SECRET)),
        dkim: None,
        extra_ca_file: None,
    }));
}

pub fn report(action: &str) -> String {
    format!(
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {JO}\r\nAction: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 mailbox full for good\r\n--x--\r\n"
    )
}

async fn comes_back(stage: Stage, sink: SmtpSink) {
    relaxed(&stage).await;
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let row: Option<(String,)> =
        stage.au().optional("SELECT message_id FROM link_ask WHERE message_id IS NOT NULL", args![]).await.unwrap();
    let message = row.unwrap().0;
    let address = bounce::return_address(&stage.server, &message).expect("a return address");
    assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
    assert_eq!(sink.mails()[0].from, address, "the mail returns to its own address");
    let states = async || number(&stage, "SELECT COUNT(*) FROM outbox_state WHERE state = 'bounced'", args![]).await;

    // Whoever writes a report without the mark changes nothing.
    let id = message.replace('-', "");
    for forged in [
        format!("bounces+{id}.aaaaaaaaaaaaaaaa@portico.test"),
        format!("bounces+{id}@portico.test"),
        "bounces@portico.test".to_owned(),
        JO.to_owned(),
        address.replacen(&id[..4], "ffff", 1),
    ] {
        let taken = bounce::take(&stage.server, &forged, report("failed").as_bytes()).await.unwrap();
        assert_eq!(taken, Taken::NotOurs, "{forged}");
    }
    let away = bounce::take(&stage.server, &address, b"Subject: I am away\r\n\r\nBye").await.unwrap();
    assert_eq!((away, states().await), (Taken::Nothing, 0));

    // The real one does, in any case of letters, once.
    let loud = address.to_uppercase();
    assert_eq!(bounce::take(&stage.server, &loud, report("failed").as_bytes()).await.unwrap(), Taken::Noted);
    assert_eq!(bounce::take(&stage.server, &address, report("failed").as_bytes()).await.unwrap(), Taken::Nothing);
    assert_eq!((states().await, times(&stage, "mail-came-back").await), (1, 1));
    stage.deliver().await;
    let told = sink.mails().pop().unwrap();
    assert_eq!(told.to, ["alex@example.com"]);
    assert!(told.header("Subject").contains("came back"), "{}", told.text());
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/stuck").await.sees("refused the email: 550 mailbox full for good");
    let id = somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}")).await.sees("The email came back").sees("550 mailbox full for good");
    // One report disables nobody: the next mail is sent.
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    assert_eq!(sink.mails().pop().unwrap().to, [JO]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_comes_back_is_seen_and_told_sqlite() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let port = sink.address.port();
    let stage = Stage::with(tempfile::tempdir().unwrap(), |config| with_return_address(config, port)).await;
    comes_back(stage, sink).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_comes_back_is_seen_and_told_postgres() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let port = sink.address.port();
    if let Some(stage) = Stage::postgres_with(move |config| with_return_address(config, port)).await {
        comes_back(stage, sink).await;
    }
}
