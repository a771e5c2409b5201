//! A small mail server (RFC 5321) that keeps what it takes and fails on demand.
//! It knows nothing of the client under test.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;

use super::certificate::self_signed;
use super::smtp_talk::Talk;

/// What goes wrong, on a connection or for a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Accept,
    /// 421 instead of the greeting.
    BusyGreeting,
    /// 554 instead of the greeting.
    RefuseGreeting,
    /// Accepts the connection and never says a word.
    HangGreeting,
    /// 454 to STARTTLS.
    RefuseStartTls,
    /// 535 to any credentials.
    RefuseAuth,
    /// 550 to MAIL.
    RejectSender,
    DeferRecipient,
    RejectRecipient,
    /// 530 to RCPT: credentials are missing.
    AuthAtRecipient,
    /// Never answers RCPT.
    HangRecipient,
    DeferContent,
    RejectContent,
    /// Takes the content and never answers.
    HangContent,
    /// Closes right after the final dot, before the answer.
    DropAfterContent,
    /// Closes after the first kilobyte of content.
    DropMidContent,
    /// Takes the mail, then closes instead of reading the next command.
    CloseAfterMail,
}

/// When TLS starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SinkSecurity {
    Plain,
    StartTls,
    Implicit,
}

/// How a sink is set up.
pub struct SinkSetup {
    pub security: SinkSecurity,
    /// The name in the certificate.
    pub host: &'static str,
    /// User name and password without which no mail is taken.
    pub login: Option<(&'static str, &'static str)>,
    /// What EHLO says after AUTH.
    pub mechanisms: &'static str,
    pub smtputf8: bool,
}

impl Default for SinkSetup {
    fn default() -> Self {
        Self {
            security: SinkSecurity::Plain,
            host: "localhost",
            login: None,
            mechanisms: "PLAIN LOGIN",
            smtputf8: true,
        }
    }
}

/// A mail the sink has answered for with 250.
#[derive(Debug, Clone)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Without dot stuffing and the final dot.
    pub bytes: Vec<u8>,
    pub over_tls: bool,
    pub login: Option<String>,
}

impl Received {
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The value of a header, unfolded; panics unless it is there exactly once.
    pub fn header(&self, name: &str) -> String {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let wanted = format!("{}:", name.to_ascii_lowercase());
        let found: Vec<_> = unfolded
            .split("\r\n")
            .filter(|line| line.to_ascii_lowercase().starts_with(&wanted))
            .map(|line| line[wanted.len()..].trim().to_owned())
            .collect();
        assert_eq!(found.len(), 1, "{name} in {head}");
        found[0].clone()
    }
}

/// What a sink has seen and what it is to do.
#[derive(Default)]
pub struct Record {
    pub mails: Vec<Received>,
    pub connections: usize,
    pub next: VecDeque<Fault>,
    pub by_recipient: HashMap<String, Fault>,
}

/// A running sink; it stops with the runtime of the test.
pub struct SmtpSink {
    pub address: SocketAddr,
    pub root_pem: Vec<u8>,
    record: Arc<Mutex<Record>>,
}

impl SmtpSink {
    pub async fn start(setup: SinkSetup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = self_signed(setup.host);
        let sink = Self { address: listener.local_addr().unwrap(), root_pem: tls.root_pem, record: Arc::default() };
        let record = Arc::clone(&sink.record);
        let setup = Arc::new(setup);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let fault = {
                    let mut record = record.lock().unwrap();
                    record.connections += 1;
                    record.next.pop_front().unwrap_or(Fault::Accept)
                };
                let acceptor = tls.acceptor.clone();
                let (setup, record) = (Arc::clone(&setup), Arc::clone(&record));
                tokio::spawn(async move {
                    let talk = Talk::new(setup, record, fault);
                    let _ = talk.connection(tcp, acceptor).await;
                });
            }
        });
        sink
    }

    /// The faults of the next connections, in order; later ones have none.
    pub fn next_connections(&self, faults: &[Fault]) {
        self.record.lock().unwrap().next.extend(faults);
    }

    /// The fault of mails to this recipient, on any connection.
    pub fn on_recipient(&self, to: &str, fault: Fault) {
        let mut record = self.record.lock().unwrap();
        record.by_recipient.insert(to.to_owned(), fault);
    }

    pub fn mails(&self) -> Vec<Received> {
        self.record.lock().unwrap().mails.clone()
    }

    pub fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }
}
