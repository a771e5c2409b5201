//! The mailer's pace beside a bare loop over the library it uses.
#![expect(clippy::disallowed_methods, reason = "a pace is measured with the clock")]

use std::time::Instant;

use lettre::Message;
use lettre::message::MultiPart;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use tokio::net::TcpStream;

use super::{TO, mail, mailer};
use crate::support::smtp_sink::{SinkSetup, SmtpSink};

const MAILS: u32 = 2000;

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
    // Without TCP_NODELAY the bare loop would only measure delayed acknowledgements.
    let tcp = TcpStream::connect(sink.address).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    let hello = ClientId::Domain("portico.test".to_owned());
    let connecting = AsyncSmtpConnection::connect_with_transport(Box::new(tcp), &hello);
    let mut bare = connecting.await.unwrap();
    let mailer = mailer(&sink);
    for round in 1..=3 {
        let start = Instant::now();
        for _ in 0..MAILS {
            let message = bare_message();
            let bytes = message.formatted();
            bare.send(message.envelope(), &bytes).await.unwrap();
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
