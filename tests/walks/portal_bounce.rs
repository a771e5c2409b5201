//! Mail that was taken and came back (C6): the report counts only at the signed return address (AC-076).

use portico::args;
use portico::config::{Config, Mail, MailSecurity, Secret, Smtp};
use portico::notices::bounce::{self, Taken};

use crate::people::{SAM, relaxed, signed_in};
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, ask};
use crate::support::smtp_sink::{SinkSetup, SmtpSink};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

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
    // While the practice is on its way, a note would stay behind in the region that it leaves.
    let way = async |to: Option<&str>| {
        stage
            .au()
            .execute("UPDATE practice SET moving_to = $1 WHERE slug = 'harbour-physio'", args![to])
            .await
            .unwrap();
    };
    way(Some("uk")).await;
    let early = bounce::take(&stage.server, &loud, report("failed").as_bytes()).await.unwrap();
    assert_eq!((early, states().await), (Taken::Later, 0));
    way(None).await;
    assert_eq!(bounce::take(&stage.server, &loud, report("failed").as_bytes()).await.unwrap(), Taken::Noted);
    assert_eq!(bounce::take(&stage.server, &address, report("failed").as_bytes()).await.unwrap(), Taken::Nothing);
    assert_eq!((states().await, times(&stage, "mail-came-back").await), (1, 1));
    stage.deliver().await;
    let told = sink.mails().pop().unwrap();
    assert_eq!(told.to, ["alex@example.com"]);
    assert!(told.header("Subject").contains("came back"), "{}", told.text());
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/stuck").await.sees("it came back: 550 mailbox full for good");
    // A report of a delay that was longer on its way says nothing new.
    stage.wait(60);
    let late = bounce::take(&stage.server, &address, report("delayed").as_bytes()).await.unwrap();
    assert_eq!(late, Taken::Nothing);
    sam.open("/practice/stuck").await.sees("it came back: 550 mailbox full for good");
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

// A couple shares the mailbox: the mail names neither of them, and what became of it concerns both.
async fn comes_back_to_a_couple(stage: Stage, sink: SmtpSink) {
    let robin = add_client(&stage, "Robin Lindqvist", JO).await;
    relaxed(&stage).await;
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let row: Option<(String, Option<String>)> = stage
        .au()
        .optional("SELECT id, person_id FROM outbox WHERE about = 'portal-link' AND kind = 'mail'", args![])
        .await
        .unwrap();
    let (message, person) = row.unwrap();
    assert_eq!(person, None);
    let address = bounce::return_address(&stage.server, &message).unwrap();
    // The other server's words are words in our mail, never a link or a code of ours.
    let said =
        report("failed").replace("550 mailbox full for good", "https://evil.example/portico-login? 550 mailbox full");
    assert_eq!(bounce::take(&stage.server, &address, said.as_bytes()).await.unwrap(), Taken::Noted);
    let marked = "SELECT COUNT(*) FROM person WHERE bounced_at IS NOT NULL AND kind = 'client'";
    assert_eq!(number(&stage, marked, args![]).await, 2);
    assert_eq!((times(&stage, "mail-came-back").await, times(&stage, "mail-came-back-again").await), (1, 1));
    let before = sink.mails().len();
    stage.deliver().await;
    let told = sink.mails().split_off(before);
    assert_eq!(told.len(), 1, "the practice is told once");
    assert!(told[0].text().contains("Jo Lindqvist, Robin Lindqvist"), "{}", told[0].text());
    assert!(told[0].text().contains("evil.example") && !told[0].text().contains("://evil"), "{}", told[0].text());
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&format!("/practice/clients/{robin}")).await.sees("550 mailbox full");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_couples_mail_that_comes_back_marks_both_sqlite() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let port = sink.address.port();
    let stage = Stage::with(tempfile::tempdir().unwrap(), |config| with_return_address(config, port)).await;
    comes_back_to_a_couple(stage, sink).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_couples_mail_that_comes_back_marks_both_postgres() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let port = sink.address.port();
    if let Some(stage) = Stage::postgres_with(move |config| with_return_address(config, port)).await {
        comes_back_to_a_couple(stage, sink).await;
    }
}

walk!(a_couples_mail_that_is_refused_is_told_once_for_both, |stage| {
    for name in ["Robin Ashworth", "Kim Ashworth"] {
        add_client(&stage, name, "refused@example.com").await;
    }
    ask(&mut stage.browser(), "refused@example.com").await;
    stage.deliver().await;
    assert_eq!(times(&stage, "message-failed").await, 2);
    let told = stage.messages("alex@example.com").await;
    let told: Vec<_> = told.iter().filter(|sent| sent.subject.contains("could not be delivered")).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains("Robin Ashworth, Kim Ashworth") && told[0].text.contains("/practice/clients"));
    // An address that nobody has concerns nobody.
    stage.au().execute("DELETE FROM person WHERE email_key = 'refused@example.com'", args![]).await.unwrap();
    stage.wait(61);
    ask(&mut stage.browser(), "refused@example.com").await;
    stage.deliver().await;
    assert_eq!(times(&stage, "message-failed").await, 2);
});

// In the demo there is no mail server to fail: some addresses answer as one would.
walk!(the_demos_addresses_defer_refuse_and_return, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    for email in ["slow@example.com", "refused@example.com", "returned@example.com"] {
        add_client(&stage, "Robin Ashworth", email).await;
        ask(&mut stage.browser(), email).await;
    }
    let arrived = async |email: &str| {
        let kept = stage.server.kept::<portico::notices::carriers::Carriers>().unwrap().mailbox().unwrap();
        kept.list(email).len()
    };
    stage.deliver().await;
    sam.open("/practice/stuck")
        .await
        .sees("asked us to try again later: 451 4.7.1 greylisted")
        .sees("refused the email: 550 5.1.1 no such mailbox here")
        .sees("it came back: 552 5.2.2 the mailbox is full");
    assert_eq!(times(&stage, "mail-came-back").await, 1);
    for seconds in [40, 150] {
        assert_eq!(arrived("slow@example.com").await, 0);
        stage.wait(seconds);
        stage.deliver().await;
    }
    let all = (
        arrived("slow@example.com").await,
        arrived("refused@example.com").await,
        arrived("returned@example.com").await,
    );
    assert_eq!(all, (1, 0, 0));
    // Everybody else's mail arrives at once.
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    assert_eq!(arrived(JO).await, 1);
});
