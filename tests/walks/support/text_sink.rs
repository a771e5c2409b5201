//! A small HTTP server in the place of a text gateway, failing on demand.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::certificate::self_signed;

/// What the gateway does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    Accept,
    /// Answers with this status, its text holding the request's body.
    Status(u16),
    /// Takes the call and never answers.
    Hang,
    /// Takes the call and closes.
    Drop,
    /// Says 200 and then not the words it promised.
    HangAfterStatus,
    /// 200 with more words than anybody wants to read.
    Endless,
}

/// A call as it arrived.
#[derive(Debug, Clone)]
pub struct Call {
    pub request_line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A running gateway; it stops with the runtime of the test.
pub struct TextSink {
    pub address: SocketAddr,
    pub root_pem: Vec<u8>,
    calls: Arc<Mutex<Vec<Call>>>,
    fault: Arc<Mutex<TextFault>>,
}

impl TextSink {
    /// Over HTTPS if a host name for the certificate is given.
    pub async fn start(host: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tls = self_signed(host.unwrap_or("localhost"));
        let sink = Self {
            address: listener.local_addr().unwrap(),
            root_pem: tls.root_pem,
            calls: Arc::default(),
            fault: Arc::new(Mutex::new(TextFault::Accept)),
        };
        let acceptor = host.map(|_| tls.acceptor);
        let (calls, fault) = (Arc::clone(&sink.calls), Arc::clone(&sink.fault));
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (calls, fault) = (Arc::clone(&calls), Arc::clone(&fault));
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    match acceptor {
                        None => serve(tcp, &calls, &fault).await,
                        Some(tls) => serve(tls.accept(tcp).await?, &calls, &fault).await,
                    }
                });
            }
        });
        sink
    }

    pub fn fail(&self, fault: TextFault) {
        *self.fault.lock().unwrap() = fault;
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

async fn serve<S>(stream: S, calls: &Mutex<Vec<Call>>, fault: &Mutex<TextFault>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut io = BufReader::new(stream);
    loop {
        let call = read_call(&mut io).await?;
        let body = call.body.clone();
        calls.lock().unwrap().push(call);
        let fault = *fault.lock().unwrap();
        let answer = match fault {
            TextFault::Accept => answer(200, "{\"sid\":\"SM1\"}"),
            TextFault::Status(status) => answer(status, &format!("no: {body}")),
            TextFault::Hang => return std::future::pending().await,
            TextFault::Drop => return Ok(()),
            TextFault::HangAfterStatus => "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n".to_owned(),
            TextFault::Endless => answer(200, &"x".repeat(100_000)),
        };
        io.write_all(answer.as_bytes()).await?;
        io.flush().await?;
    }
}

fn answer(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} so\r\nlocation: http://127.0.0.1:1/else\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

async fn read_call<S: AsyncRead + Unpin>(io: &mut BufReader<S>) -> io::Result<Call> {
    let request_line = read_line(io).await?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(io).await?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut call = Call { request_line, headers, body: String::new() };
    let length = call.header("content-length").map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    io.read_exact(&mut body).await?;
    call.body = String::from_utf8(body).unwrap();
    Ok(call)
}

async fn read_line<S: AsyncRead + Unpin>(io: &mut BufReader<S>) -> io::Result<String> {
    let mut line = String::new();
    if io.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
