//! What the mail sink says on one connection.

use std::io;
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::smtp_sink::{Fault, Received, Record, SinkSecurity, SinkSetup};

trait Wire: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Wire for S {}

enum After {
    StartTls,
    Close,
}

pub struct Talk {
    setup: Arc<SinkSetup>,
    record: Arc<Mutex<Record>>,
    /// Of the connection; `fault` may differ for one mail.
    usual: Fault,
    fault: Fault,
    over_tls: bool,
    login: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl Talk {
    pub fn new(setup: Arc<SinkSetup>, record: Arc<Mutex<Record>>, fault: Fault) -> Self {
        Self { setup, record, usual: fault, fault, over_tls: false, login: None, from: None, to: Vec::new() }
    }

    pub async fn connection(mut self, tcp: TcpStream, acceptor: TlsAcceptor) -> io::Result<()> {
        tcp.set_nodelay(true)?;
        if self.setup.security == SinkSecurity::Implicit {
            self.over_tls = true;
            let tls = acceptor.accept(tcp).await?;
            return self.talk(&mut BufReader::new(tls), true).await.map(drop);
        }
        let mut plain = BufReader::new(tcp);
        if let After::StartTls = self.talk(&mut plain, true).await? {
            self.over_tls = true;
            let tls = acceptor.accept(plain.into_inner()).await?;
            self.talk(&mut BufReader::new(tls), false).await?;
        }
        Ok(())
    }

    async fn talk<S: Wire>(&mut self, io: &mut BufReader<S>, greet: bool) -> io::Result<After> {
        if greet {
            match self.fault {
                Fault::BusyGreeting => return close_with(io, "421 4.3.2 busy").await,
                Fault::RefuseGreeting => return close_with(io, "554 5.7.1 go away").await,
                Fault::HangGreeting => return hang().await,
                _ => say(io, "220 sink.test ESMTP").await?,
            }
        }
        loop {
            let line = read_line(io).await?;
            let word = line.split(' ').next().unwrap_or("").to_ascii_uppercase();
            match word.as_str() {
                "EHLO" => say(io, &self.hello()).await?,
                "STARTTLS" if self.fault == Fault::RefuseStartTls => {
                    say(io, "454 4.7.0 TLS is not available").await?;
                }
                "STARTTLS" => {
                    say(io, "220 go ahead").await?;
                    return Ok(After::StartTls);
                }
                "AUTH" => self.auth(io, &line).await?,
                "MAIL" => self.mail(io, &line).await?,
                "RCPT" => self.rcpt(io, &line).await?,
                "DATA" => {
                    if let Some(after) = self.data(io).await? {
                        return Ok(after);
                    }
                }
                "RSET" => {
                    self.forget();
                    say(io, "250 2.0.0 forgotten").await?;
                }
                "NOOP" => say(io, "250 2.0.0 ok").await?,
                "QUIT" => return close_with(io, "221 2.0.0 bye").await,
                _ => say(io, "500 5.5.2 what?").await?,
            }
        }
    }

    fn hello(&self) -> String {
        let mut lines = vec!["sink.test".to_owned(), "8BITMIME".to_owned()];
        if self.setup.smtputf8 {
            lines.push("SMTPUTF8".to_owned());
        }
        if self.setup.security == SinkSecurity::StartTls && !self.over_tls {
            lines.push("STARTTLS".to_owned());
        }
        if self.setup.login.is_some() {
            lines.push(format!("AUTH {}", self.setup.mechanisms));
        }
        let last = lines.pop().unwrap();
        let mut reply: String = lines.iter().map(|l| format!("250-{l}\r\n")).collect();
        reply.push_str(&format!("250 {last}"));
        reply
    }

    async fn auth<S: Wire>(&mut self, io: &mut BufReader<S>, line: &str) -> io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let given = match (words.next(), words.next()) {
            (Some("PLAIN"), Some(initial)) => {
                let plain = unbase64(initial);
                let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                (parts.next(), parts.next())
            }
            (Some("LOGIN"), None) => {
                say(io, &format!("334 {}", BASE64.encode(b"Username:"))).await?;
                let name = unbase64(&read_line(io).await?);
                say(io, &format!("334 {}", BASE64.encode(b"Password:"))).await?;
                (Some(name), Some(unbase64(&read_line(io).await?)))
            }
            _ => return say(io, "504 5.5.4 unknown mechanism").await,
        };
        let wanted = self.setup.login.map(|(n, p)| (Some(n.to_owned()), Some(p.to_owned())));
        if wanted != Some(given.clone()) || self.fault == Fault::RefuseAuth {
            return say(io, "535 5.7.8 wrong credentials").await;
        }
        self.login = given.0;
        say(io, "235 2.7.0 welcome").await
    }

    async fn mail<S: Wire>(&mut self, io: &mut BufReader<S>, line: &str) -> io::Result<()> {
        if self.setup.login.is_some() && self.login.is_none() {
            return say(io, "530 5.7.0 authentication required").await;
        }
        if self.fault == Fault::RejectSender {
            return say(io, "550 5.7.1 sender not allowed").await;
        }
        self.from = Some(path(line));
        say(io, "250 2.1.0 ok").await
    }

    async fn rcpt<S: Wire>(&mut self, io: &mut BufReader<S>, line: &str) -> io::Result<()> {
        let to = path(line);
        if self.from.is_none() {
            return say(io, "503 5.5.1 MAIL first").await;
        }
        let known = self.record.lock().unwrap().by_recipient.get(&to).copied();
        match known.unwrap_or(self.fault) {
            Fault::DeferRecipient => say(io, &format!("451 4.7.1 <{to}> greylisted")).await,
            Fault::RejectRecipient => say(io, &format!("550 5.1.1 <{to}> unknown")).await,
            Fault::AuthAtRecipient => say(io, "530 5.7.0 authentication required").await,
            Fault::HangRecipient => hang().await,
            fault => {
                if known.is_some() {
                    self.fault = fault;
                }
                self.to.push(to);
                say(io, "250 2.1.5 ok").await
            }
        }
    }

    /// Takes the content; `Some` when the connection is over.
    async fn data<S: Wire>(&mut self, io: &mut BufReader<S>) -> io::Result<Option<After>> {
        if self.to.is_empty() {
            say(io, "503 5.5.1 RCPT first").await?;
            return Ok(None);
        }
        say(io, "354 go ahead").await?;
        if self.fault == Fault::DropMidContent {
            io.read_exact(&mut [0; 1024]).await?;
            return Ok(Some(After::Close));
        }
        let bytes = read_content(io).await?;
        match self.fault {
            Fault::DeferContent => say(io, "451 4.3.0 try later").await?,
            Fault::RejectContent => say(io, "554 5.7.1 smells of spam").await?,
            Fault::HangContent => return hang().await,
            Fault::DropAfterContent => return Ok(Some(After::Close)),
            _ => {
                self.take(bytes);
                say(io, "250 2.0.0 queued as 4F2A").await?;
            }
        }
        let closes = self.fault == Fault::CloseAfterMail;
        self.forget();
        Ok(closes.then_some(After::Close))
    }

    fn take(&self, bytes: Vec<u8>) {
        self.record.lock().unwrap().mails.push(Received {
            from: self.from.clone().unwrap_or_default(),
            to: self.to.clone(),
            bytes,
            over_tls: self.over_tls,
            login: self.login.clone(),
        });
    }

    fn forget(&mut self) {
        self.fault = self.usual;
        self.from = None;
        self.to.clear();
    }
}

async fn say<S: Wire>(io: &mut BufReader<S>, line: &str) -> io::Result<()> {
    io.write_all(format!("{line}\r\n").as_bytes()).await?;
    io.flush().await
}

async fn close_with<S: Wire>(io: &mut BufReader<S>, line: &str) -> io::Result<After> {
    say(io, line).await?;
    Ok(After::Close)
}

async fn hang<T>() -> io::Result<T> {
    std::future::pending().await
}

async fn read_line<S: Wire>(io: &mut BufReader<S>) -> io::Result<String> {
    let mut line = String::new();
    if io.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn read_content<S: Wire>(io: &mut BufReader<S>) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let start = content.len();
        if io.read_until(b'\n', &mut content).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if &content[start..] == b".\r\n" {
            content.truncate(start);
            return Ok(content);
        }
        if content[start] == b'.' {
            content.remove(start);
        }
    }
}

fn path(line: &str) -> String {
    let start = line.find('<').map_or(0, |i| i + 1);
    let end = line.find('>').unwrap_or(line.len());
    line[start..end].to_owned()
}

fn unbase64(text: &str) -> String {
    let bytes = BASE64.decode(text.as_bytes()).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
