//! Hands mails to the configured mail server and says how far each got.
//! The durable queue, retries and the words of the mails live elsewhere.

use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use super::mime::{Composer, Letter};
pub use super::mime::{DkimSettings, Mail, MailProblem};
pub use super::smtp_settings::{Security, SmtpSettings};
use super::smtp_settings::{hello_name, tls_parameters};
use super::transport::{Outcome, redact};

/// Idle connections kept for the next mails: the outbox has four under way, and commands may work it beside the server.
const KEPT: usize = 12;
/// Longest wait for a polite goodbye, in seconds.
const GOODBYE_S: u64 = 2;
/// The server ends the session (RFC 5321 section 3.8).
const CLOSING: u16 = 421;
/// Replies about our own authentication, whatever command they answer (RFC 4954 section 6).
const AUTH_CODES: [u16; 4] = [530, 534, 535, 538];

/// Sends mails over kept connections; share one for all senders.
///
/// Each concurrent `send` uses a connection of its own, so the caller's
/// number of workers bounds the connections.
pub struct Mailer {
    host: String,
    port: u16,
    security: Security,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    timeout: Duration,
    composer: Composer,
    kept: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Mailer {
    /// Checks the settings and loads keys and root certificates.
    ///
    /// # Errors
    /// If a setting is not usable; see [`MailProblem`].
    pub fn new(settings: SmtpSettings) -> Result<Self, MailProblem> {
        if settings.timeout_s == 0 {
            return Err(MailProblem::Timeout);
        }
        let credentials = match (&settings.username, &settings.password) {
            (Some(name), Some(password)) => Some(Credentials::new(name.clone(), password.clone())),
            (None, None) => None,
            _ => return Err(MailProblem::Credentials),
        };
        Ok(Self {
            tls: tls_parameters(&settings)?,
            credentials,
            hello: hello_name(&settings.helo_name)?,
            timeout: Duration::from_secs(settings.timeout_s),
            composer: Composer::new(
                &settings.from_address,
                &settings.from_name,
                settings.reply_to.as_deref(),
                settings.dkim.as_ref(),
            )?,
            kept: Mutex::new(Vec::new()),
            host: settings.host,
            port: settings.port,
            security: settings.security,
        })
    }

    /// Tries once to hand over one mail.
    ///
    /// Dropping the future closes the connection it uses; the mail may then
    /// have been taken or not, as with [`Outcome::Unsure`].
    pub async fn send(&self, mail: &Mail) -> Outcome {
        let letter = match self.composer.compose(mail) {
            Ok(letter) => letter,
            Err(problem) => {
                return Outcome::Rejected { reason: problem.to_string(), code: None };
            }
        };
        let result = match self.begin(&letter).await {
            Ok(line) => self.hand_over(line, &letter).await,
            Err(broken) => Err(broken),
        };
        match result {
            Ok(reply) => Outcome::HandedOver { reply: redact(&reply, &mail.to, &mail.text) },
            Err(broken) => broken.outcome(mail),
        }
    }

    /// Says goodbye on the kept connections.
    pub async fn close(&self) {
        let lines = std::mem::take(&mut *self.lock_kept());
        for mut line in lines {
            let _ = tokio::time::timeout(Duration::from_secs(GOODBYE_S), line.quit()).await;
        }
    }

    /// A connection on which the server has accepted the sender.
    ///
    /// The first command is the check of a kept connection: it costs nothing
    /// when all is well, and nothing was handed over when it fails.
    async fn begin(&self, letter: &Letter) -> Result<AsyncSmtpConnection, Broken> {
        let kept = self.lock_kept().pop();
        if let Some(mut line) = kept
            && self.mail_from(&mut line, letter).await.is_ok()
        {
            return Ok(line);
        }
        let mut line = self.connect().await?;
        match self.mail_from(&mut line, letter).await {
            Ok(()) => Ok(line),
            Err(broken) => {
                self.reset_and_keep(line, &broken).await;
                Err(broken)
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Broken> {
        let mut line = match self.security {
            Security::Tls => {
                let server = (self.host.as_str(), self.port);
                let tls = self.tls.clone();
                let opening = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, tls, None);
                self.step(Stage::Session, opening).await?
            }
            Security::StartTls | Security::Plain => {
                let tcp = Box::new(self.dial().await?);
                let opening = AsyncSmtpConnection::connect_with_transport(tcp, &self.hello);
                self.step(Stage::Session, opening).await?
            }
        };
        if self.security == Security::StartTls {
            let Some(tls) = self.tls.clone().filter(|_| line.can_starttls()) else {
                return Err(Broken::said("the mail server offers no STARTTLS"));
            };
            self.step(Stage::Session, line.starttls(tls, &self.hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            self.step(Stage::Session, line.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        Ok(line)
    }

    /// The library writes content and final dot apart; unless told otherwise,
    /// TCP holds the dot back until the server's delayed acknowledgement.
    async fn dial(&self) -> Result<TcpStream, Broken> {
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let tcp = match tokio::time::timeout(self.timeout, connecting).await {
            Ok(connected) => connected.and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp)),
            Err(_) => return Err(Broken::said("the mail server did not answer in time")),
        };
        tcp.map_err(|error| Broken::said(&error.to_string()))
    }

    async fn mail_from(&self, line: &mut AsyncSmtpConnection, letter: &Letter) -> Result<(), Broken> {
        let mut options = Vec::new();
        let addresses: [&str; 2] = [letter.envelope_from.as_ref(), letter.to.as_ref()];
        if !addresses.iter().all(|address| address.is_ascii()) {
            let server = line.server_info();
            if !server.supports_feature(Extension::SmtpUtfEight) {
                return Err(Broken::unable("the mail server lacks SMTPUTF8"));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !letter.bytes.is_ascii() {
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let command = MailFrom::new(Some(letter.envelope_from.clone()), options);
        self.step(Stage::Session, line.command(command)).await?;
        Ok(())
    }

    async fn hand_over(&self, mut line: AsyncSmtpConnection, letter: &Letter) -> Result<String, Broken> {
        if let Err(broken) = self.address_to(&mut line, letter).await {
            self.reset_and_keep(line, &broken).await;
            return Err(broken);
        }
        let sent = self.content(&mut line, &letter.bytes).await;
        let reply = match sent {
            Ok(reply) => reply,
            Err(broken) => {
                if broken.leaves_line_usable() {
                    self.keep(line);
                }
                return Err(broken);
            }
        };
        let code = u16::from(reply.code());
        if !(200..300).contains(&code) {
            return Err(Broken::unsure("the mail server's answer makes no sense"));
        }
        self.keep(line);
        let words: Vec<&str> = reply.message().collect();
        Ok(format!("{code} {}", words.join(" ")))
    }

    async fn address_to(&self, line: &mut AsyncSmtpConnection, letter: &Letter) -> Result<(), Broken> {
        let command = Rcpt::new(letter.to.clone(), Vec::new());
        self.step(Stage::Message, line.command(command)).await?;
        self.step(Stage::Message, line.command(Data)).await?;
        Ok(())
    }

    /// Sends the content and the final dot, and reads the answer.
    ///
    /// The connection asks for the next piece only after the one before is
    /// written; being asked after the last therefore means that the dot, and
    /// with it the server's responsibility, may be on its way.
    async fn content(&self, line: &mut AsyncSmtpConnection, bytes: &[u8]) -> Result<Response, Broken> {
        let all_written = AtomicBool::new(false);
        let end = iter::from_fn(|| {
            all_written.store(true, Ordering::Relaxed);
            None
        });
        let sending = line.message_iter(iter::once(bytes).chain(end));
        let result = self.step(Stage::Message, sending).await;
        result.map_err(|broken| broken.after(all_written.load(Ordering::Relaxed)))
    }

    async fn step<T>(&self, stage: Stage, doing: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Broken> {
        match tokio::time::timeout(self.timeout, doing).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(Broken::from_error(stage, &error)),
            Err(_) => Err(Broken::said("the mail server did not answer in time")),
        }
    }

    async fn reset_and_keep(&self, mut line: AsyncSmtpConnection, broken: &Broken) {
        if broken.leaves_line_usable() && self.step(Stage::Session, line.command(Rset)).await.is_ok() {
            self.keep(line);
        }
    }

    fn keep(&self, line: AsyncSmtpConnection) {
        let mut kept = self.lock_kept();
        if kept.len() < KEPT {
            kept.push(line);
        }
    }

    fn lock_kept(&self) -> std::sync::MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// Whom a refusal is about: our own session, which an operator must mend, or
/// this one message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Session,
    Message,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Deferred,
    Rejected,
    Unsure,
}

/// A try that ended early; `words` are the server's own and not yet cleaned.
struct Broken {
    verdict: Verdict,
    words: String,
    code: Option<u16>,
}

impl Broken {
    fn said(words: &str) -> Self {
        Self::new(Verdict::Deferred, words)
    }

    fn unable(words: &str) -> Self {
        Self::new(Verdict::Rejected, words)
    }

    fn unsure(words: &str) -> Self {
        Self::new(Verdict::Unsure, words)
    }

    fn new(verdict: Verdict, words: &str) -> Self {
        Self { verdict, words: words.to_owned(), code: None }
    }

    fn from_error(stage: Stage, error: &SmtpError) -> Self {
        let Some(code) = error.status().map(u16::from) else {
            return Self::said(&error.to_string());
        };
        let ours = stage == Stage::Session || AUTH_CODES.contains(&code);
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        Self {
            verdict: if error.is_permanent() && !ours { Verdict::Rejected } else { Verdict::Deferred },
            words: format!("{code} {words}"),
            code: Some(code),
        }
    }

    /// Without an answer, a message whose end may have arrived may be taken.
    fn after(mut self, all_written: bool) -> Self {
        if all_written && self.code.is_none() {
            self.verdict = Verdict::Unsure;
        }
        self
    }

    fn leaves_line_usable(&self) -> bool {
        self.code.is_some_and(|code| code != CLOSING) || self.verdict == Verdict::Rejected
    }

    fn outcome(self, mail: &Mail) -> Outcome {
        let reason = redact(&self.words, &mail.to, &mail.text);
        let code = self.code;
        match self.verdict {
            Verdict::Deferred => Outcome::Deferred { reason, code },
            Verdict::Rejected => Outcome::Rejected { reason, code },
            Verdict::Unsure => Outcome::Unsure { reason },
        }
    }
}
