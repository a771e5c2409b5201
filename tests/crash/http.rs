//! A browser over a real connection, one for each request; None where the server is gone before it answers.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

pub struct Browser {
    port: u16,
    host: &'static str,
    pub cookies: BTreeMap<String, String>,
    /// Where the last answer led to; empty when nowhere.
    pub location: String,
}

impl Browser {
    pub fn new(port: u16, host: &'static str) -> Browser {
        Browser { port, host, cookies: BTreeMap::new(), location: String::new() }
    }

    pub fn get(&mut self, path: &str) -> Option<String> {
        self.send("GET", path, "")
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Option<String> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &body)
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Option<String> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}:{}\r\nconnection: close\r\naccept: text/html\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            self.host,
            self.port,
            cookies.join("; "),
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.write_all(format!("{head}{body}").as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, page) = answer.split_once("\r\n\r\n")?;
        self.location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().to_owned();
        for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            if let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Some(page.to_owned())
    }
}
