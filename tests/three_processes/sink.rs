//! A mail server that takes everything and keeps it, decoded as far as these mails need.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

type Kept = Arc<Mutex<Vec<(String, String)>>>;

pub struct Sink {
    pub port: u16,
    kept: Kept,
}

impl Sink {
    pub fn open() -> Sink {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let kept = Kept::default();
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || drop(talk(stream, &shared)));
            }
        });
        Sink { port, kept }
    }

    /// The text parts of what was sent to an address, the newest first.
    pub fn to(&self, email: &str) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        kept.iter().rev().filter(|(to, _)| to.contains(email)).map(|(_, mail)| mail.clone()).collect()
    }
}

fn talk(stream: TcpStream, kept: &Kept) -> std::io::Result<()> {
    let mut write = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let mut to = String::new();
    write.write_all(b"220 sink ESMTP\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => write.write_all(b"250-sink\r\n250 8BITMIME\r\n")?,
            "RCPT" => {
                to = line;
                write.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n")?;
                let mut mail = String::new();
                for line in lines.by_ref() {
                    let line = line?;
                    if line == "." {
                        break;
                    }
                    mail.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.push('\n');
                }
                kept.lock().unwrap().push((to.clone(), text_of(&mail)));
                write.write_all(b"250 kept\r\n")?;
            }
            "QUIT" => return write.write_all(b"221 bye\r\n"),
            _ => write.write_all(b"250 ok\r\n")?,
        }
    }
    Ok(())
}

/// The text part: quoted-printable undone.
fn text_of(mail: &str) -> String {
    let text = mail.split("text/html").next().unwrap_or_default();
    text.replace("=\n", "").replace("=3D", "=").replace("=20", " ")
}
