//! The mailer's pace beside a bare loop over the library it uses.

use std::time::Instant;

use lettre::message::MultiPart;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{TO, mail, mailer};
use crate::support::smtp_sink::{SinkSetup, SmtpSink};

const MAILS: u32 = 200;

fn bare_message() -> Message {
    let mail = mail(TO);
    Message::builder()
        .from("Harbour Physio <notices@clinic.test>".parse().unwrap())
        .to(mail.to.parse().unwrap())
        .subject(mail.subject)
        .multipart(MultiPart::alternative_plain_html(mail.text, mail.html))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, to be read and run alone"]
async fn pace_beside_a_bare_loop() {
    let sink = SmtpSink::start(SinkSetup::default()).await;
    let bare = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(sink.address.port())
        .build();
    let mailer = mailer(&sink);
    for round in 1..=3 {
        let start = Instant::now();
        for _ in 0..MAILS {
            bare.send(bare_message()).await.unwrap();
        }
        let bare_pace = f64::from(MAILS) / start.elapsed().as_secs_f64();
        let start = Instant::now();
        for _ in 0..MAILS {
            mailer.send(&mail(TO)).await;
        }
        let pace = f64::from(MAILS) / start.elapsed().as_secs_f64();
        let ratio = pace / bare_pace;
        println!("round {round}: {pace:.0}/s beside {bare_pace:.0}/s bare: {ratio:.2}");
        assert!(ratio >= 0.6, "ratio {ratio:.2}");
    }
    assert_eq!(sink.mails().len(), 6 * MAILS as usize);
}
