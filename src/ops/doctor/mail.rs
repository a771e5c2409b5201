//! Whether the mail server would take a mail: connects, greets, encrypts and logs in as the settings say, and leaves.

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::Finding;
use crate::config::{MailSecurity, Smtp};

const PATIENCE: Duration = Duration::from_secs(10);

pub async fn examine(smtp: &Smtp, send: Option<&str>, findings: &mut Vec<Finding>) {
    let server = format!("mail server {}:{}", smtp.host, smtp.port);
    let transport = match transport(smtp) {
        Ok(transport) => transport,
        Err(problem) => return findings.push(Finding::fail(format!("{server}: {problem}"), "")),
    };
    let tried = tokio::time::timeout(PATIENCE * 2, transport.test_connection()).await;
    findings.push(match tried {
        Ok(Ok(true)) => {
            let login = if smtp.login.is_some() { ", logs in" } else { "" };
            Finding::ok(format!("{server}: answers{}{login}", how(smtp.security)))
        }
        Ok(Ok(false)) => Finding::fail(format!("{server}: hung up"), "ask whoever runs it"),
        Ok(Err(error)) => Finding::fail(
            format!("{server}: {}", short(&error)),
            "check host, port, security and login in [mail]; mail waits in the outbox meanwhile",
        ),
        Err(_) => Finding::fail(format!("{server}: no answer within {} s", PATIENCE.as_secs() * 2), "is it reachable?"),
    });
    if smtp.dkim.is_none() {
        findings.push(Finding::warn(
            "mail: not signed by Portico",
            "unless your mail server signs, write dkim_selector, dkim_domain and dkim_key_file",
        ));
    }
    if let Some(to) = send {
        findings.push(send_one(smtp, &transport, to).await);
    }
}

fn how(security: MailSecurity) -> &'static str {
    match security {
        MailSecurity::Tls => " over TLS",
        MailSecurity::StartTls => " over STARTTLS",
        MailSecurity::Plain => " in clear, on this machine",
    }
}

fn transport(smtp: &Smtp) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let mut tls = TlsParameters::builder(smtp.host.clone());
    if let Some(file) = &smtp.extra_ca_file {
        let pem = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| error.to_string())?);
    }
    let tls = tls.build().map_err(|error| error.to_string())?;
    let security = match smtp.security {
        MailSecurity::Tls => Tls::Wrapper(tls),
        MailSecurity::StartTls => Tls::Required(tls),
        MailSecurity::Plain => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
        .port(smtp.port)
        .tls(security)
        .timeout(Some(PATIENCE));
    if let Some((name, password)) = &smtp.login {
        builder = builder.credentials(Credentials::new(name.clone(), password.reveal().to_owned()));
    }
    Ok(builder.build())
}

async fn send_one(smtp: &Smtp, transport: &AsyncSmtpTransport<Tokio1Executor>, to: &str) -> Finding {
    let message = (|| {
        let from = lettre::message::Mailbox::new(Some(smtp.from_name.clone()), smtp.from_address.parse().ok()?);
        let to = lettre::message::Mailbox::new(None, to.parse().ok()?);
        let text = "Portico's mail works. An operator asked for this message with: portico doctor --send\n";
        Message::builder().from(from).to(to).subject("A test mail from Portico").body(text.to_owned()).ok()
    })();
    let Some(message) = message else { return Finding::fail("test mail: not an email address", "") };
    match transport.send(message).await {
        Ok(_) => Finding::ok("test mail: handed over; look whether it arrives, and not among the junk"),
        Err(error) => Finding::fail(format!("test mail: {}", short(&error)), "see the line on the mail server"),
    }
}

/// The server's words may hold addresses: only its code is shown.
fn short(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("refused with code {code}"),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None if error.is_tls() => "TLS could not be agreed on, or its certificate is not trusted".to_owned(),
        None => "cannot be talked to".to_owned(),
    }
}
