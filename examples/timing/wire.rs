//! One kept connection, spoken plainly, so that nothing but the server moves between the two readings of the clock.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

pub struct Wire {
    stream: TcpStream,
    host: String,
    pub cookie: String,
    /// Cookies that are sent beside it.
    pub more: &'static str,
}

pub struct Answer {
    pub status: u16,
    pub text: String,
    /// Milliseconds from the first byte sent to the last received.
    pub time: f64,
}

impl Wire {
    pub fn open(port: u16, host: &str) -> Outcome<Wire> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Wire { stream, host: host.to_owned(), cookie: String::new(), more: "" })
    }

    /// Gets the form at a path; keeps the browser's cookie and gives the form's hidden value.
    pub fn form(&mut self, path: &str) -> Outcome<Option<String>> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\ncookie: {}\r\n\r\n",
            self.host, self.cookie
        );
        let answer = self.exchange(&request)?;
        if answer.status != 200 {
            return Ok(None);
        }
        let set = answer.text.split("set-cookie: __Host-browser=").nth(1).and_then(|rest| rest.split(';').next());
        if let Some(value) = set {
            self.cookie = format!("__Host-browser={value}");
        }
        let value = answer.text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        Ok(value.map(str::to_owned))
    }

    /// Posts a form as if it came from that address.
    pub fn post(&mut self, path: &str, from: std::net::Ipv4Addr, form: &str) -> Outcome<Answer> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}{}\r\nx-forwarded-for: {from}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.host,
            self.cookie,
            self.more,
            form.len(),
        );
        self.exchange(&request)
    }

    fn exchange(&mut self, request: &str) -> Outcome<Answer> {
        let sent = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        let mut bytes = Vec::with_capacity(16 * 1024);
        let mut buffer = [0; 16 * 1024];
        loop {
            let read = self.stream.read(&mut buffer)?;
            if read == 0 {
                return Err("the connection ended".into());
            }
            bytes.extend_from_slice(&buffer[..read]);
            if is_whole(&bytes) {
                break;
            }
        }
        let time = sent.elapsed().as_secs_f64() * 1000.0;
        let text = String::from_utf8(bytes)?;
        let status = text.get(9..12).and_then(|code| code.parse().ok()).ok_or("no status")?;
        Ok(Answer { status, text, time })
    }
}

/// Whether head and body are there; every page has a length.
fn is_whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    bytes.len() >= end + 4 + length
}
