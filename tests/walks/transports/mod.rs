//! The ways out: mail and text messages, each fault beside its honest twin.

mod letter;
mod mail;
mod speed;
mod text;

use portico::notices::smtp::{Mail, Mailer, Security, SmtpSettings};

use crate::support::smtp_sink::SmtpSink;

const TO: &str = "jo@example.test";

fn settings(sink: &SmtpSink, security: Security) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: sink.address.port(),
        security,
        username: None,
        password: None,
        helo_name: "portico.test".to_owned(),
        timeout_s: 1,
        from_address: "notices@clinic.test".to_owned(),
        from_name: "Harbour Physio".to_owned(),
        reply_to: None,
        dkim: None,
        extra_root_ca_pem: Some(sink.root_pem.clone()),
    }
}

fn mailer(sink: &SmtpSink) -> Mailer {
    Mailer::new(settings(sink, Security::Plain)).unwrap()
}

fn mail(to: &str) -> Mail {
    Mail {
        id: "0190.a-b_c".to_owned(),
        to: to.to_owned(),
        subject: "Your sign-in link".to_owned(),
        text: "Your code is 482913.\n.\n..dots at the start\nhttps://clinic.test/link/Zk9abcDEF\n".to_owned(),
        html: "<p>Your code is <b>482913</b>.</p>".to_owned(),
        from_name: None,
        envelope_from: None,
        date: 1_790_000_000,
    }
}
