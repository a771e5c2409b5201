//! A small browser for load: one keep-alive connection, one person's cookies, one form. Nothing is measured here.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{self, HeaderMap};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::passkey::Signer;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub const PASSWORD: &str = "granite-lantern-58-orchard";

/// The address and slug-host of one seeded person (see `seed.rs`), by number.
pub fn email_of(person: u64) -> String {
    format!("p{}@example.com", 10_000_000 + person)
}

pub fn host_of(person: u64, per_practice: u64) -> String {
    format!("b{}.au.localhost", 100_000 + person / per_practice)
}

pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Connection {
    pub async fn open(port: u16) -> Outcome<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Connection { sender })
    }

    pub async fn get(&mut self, host: &str, path: &str, cookies: &str) -> Outcome<Answer> {
        let request = hyper::Request::get(path)
            .header(header::HOST, host)
            .header(header::ACCEPT, "text/html")
            .header(header::USER_AGENT, AGENT)
            .header(header::COOKIE, cookies)
            .body(Full::default())?;
        self.send(request).await
    }

    pub async fn post(&mut self, host: &str, path: &str, cookies: &str, form: String) -> Outcome<Answer> {
        let request = hyper::Request::post(path)
            .header(header::HOST, host)
            .header(header::USER_AGENT, AGENT)
            .header(header::COOKIE, cookies)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))?;
        self.send(request).await
    }

    /// As [`Connection::post`], as if it came from that address.
    pub async fn post_from(
        &mut self,
        host: &str,
        path: &str,
        cookies: &str,
        form: String,
        from: std::net::Ipv4Addr,
    ) -> Outcome<Answer> {
        let request = hyper::Request::post(path)
            .header(header::HOST, host)
            .header(header::USER_AGENT, AGENT)
            .header(header::COOKIE, cookies)
            .header("x-forwarded-for", from.to_string())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(form)))?;
        self.send(request).await
    }

    async fn send(&mut self, request: hyper::Request<Full<Bytes>>) -> Outcome<Answer> {
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        let body = tokio::time::timeout(Duration::from_secs(60), body.collect()).await??.to_bytes();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// One person's browser; it keeps the cookies that outlive a session.
#[derive(Clone)]
pub struct Browser {
    pub host: String,
    email: String,
    browser: String,
    been_here: String,
    csrf: String,
    /// Of the page's form for a passkey.
    ceremony: String,
    pub session: String,
    pub signer: Option<Arc<Signer>>,
}

impl Browser {
    pub fn of(person: u64, per_practice: u64) -> Browser {
        Browser {
            host: host_of(person, per_practice),
            email: email_of(person),
            browser: String::new(),
            been_here: String::new(),
            csrf: String::new(),
            ceremony: String::new(),
            session: String::new(),
            signer: None,
        }
    }

    /// Cookies of the right length that mean nothing.
    pub fn pretend(&mut self) {
        self.browser = "b".repeat(43);
        self.session = "s".repeat(43);
        self.been_here = "h".repeat(22);
    }

    /// The next sign-in begins anew: without the session, with a form of its own.
    pub fn close(&mut self) {
        self.session.clear();
        self.csrf.clear();
    }

    /// Gets the form where it is not at hand yet.
    pub async fn form(&mut self, connection: &mut Connection) -> Outcome<()> {
        if !self.csrf.is_empty() {
            return Ok(());
        }
        let answer = connection.get(&self.host, "/sign-in", &self.kept_cookies()).await?;
        self.keep(&answer.headers);
        let page = String::from_utf8_lossy(&answer.body);
        let hidden = |name: &str| {
            let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
            rest.split('"').next().map(str::to_owned)
        };
        self.csrf = hidden("csrf").ok_or_else(|| format!("no form at {}: {}", self.host, answer.status))?;
        self.ceremony = hidden("ceremony").unwrap_or_default();
        Ok(())
    }

    /// Sends the page's form for a passkey, as the script fills it in.
    pub async fn show(&mut self, connection: &mut Connection, port: u16) -> Outcome<Answer> {
        let signer = self.signer.as_ref().ok_or("somebody without a passkey")?;
        let challenge = self.ceremony.split('.').nth(1).ok_or("no ceremony on the page")?;
        let credential = signer.show(challenge, &self.host, port)?;
        let form: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", &self.csrf)
            .append_pair("ceremony", &self.ceremony)
            .append_pair("credential", &credential)
            .finish();
        let cookies = self.kept_cookies();
        let answer = connection.post(&self.host, "/sign-in/passkey", &cookies, form).await?;
        self.keep(&answer.headers);
        Ok(answer)
    }

    /// Sends the form; a session from before is not carried, so that each try is a whole sign-in.
    pub async fn submit(&mut self, connection: &mut Connection) -> Outcome<Answer> {
        let form = format!(
            "csrf={}&device_challenge=&device_key=&device_signature=&passkey_able=&email={}&password={PASSWORD}",
            self.csrf,
            self.email.replace('@', "%40"),
        );
        let cookies = self.kept_cookies();
        let answer = connection.post(&self.host, "/sign-in", &cookies, form).await?;
        self.keep(&answer.headers);
        Ok(answer)
    }

    /// The cookies that outlive a session.
    fn kept_cookies(&self) -> String {
        let all = [("__Host-browser", &self.browser), ("__Host-been-here", &self.been_here)];
        let there: Vec<String> =
            all.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={value}")).collect();
        there.join("; ")
    }

    /// The cookies of a signed-in browser.
    pub fn cookies(&self) -> String {
        format!("__Host-browser={}; __Host-been-here={}; __Host-session={}", self.browser, self.been_here, self.session)
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, value)) = line.split(';').next().unwrap_or_default().split_once('=') else { continue };
            match name {
                "__Host-browser" => value.clone_into(&mut self.browser),
                "__Host-been-here" => value.clone_into(&mut self.been_here),
                "__Host-session" => value.clone_into(&mut self.session),
                _ => {}
            }
        }
    }
}
