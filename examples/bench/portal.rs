//! The clients' door under load: links asked for beside bare commits, mails handed over beside the mail library alone, and
//! the practice's list with a hundred clients and with a hundred thousand.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lettre::message::{Message, MultiPart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncTransport, Tokio1Executor};
use portico::args;
use portico::config::{Mail, MailSecurity, Smtp};
use portico::notices::worker;
use portico::platform::db::Db;
use portico::platform::server::Server;
use portico::platform::world::{RealWorld, World, new_id};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Browser, Connection, Outcome, host_of};
use crate::entrance::{count_rows, form_of, median, rate, serve};
use crate::report::{Limit, Report};
use crate::server;

const MAILS: usize = 1_500;
/// As many as the outbox has under way at once.
const AT_ONCE: usize = 4;
const CLIENTS: i64 = 100_000;

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Links asked for a second, each with its mail durably queued, beside commits of one row each, in turn.
pub async fn askings(folder: &Path, database: &str, seconds: f64, report: &mut Report) -> Outcome<()> {
    let (server, port) = serve(folder, database, |_| {}).await?;
    let (mut asks, mut commits) = (vec![], vec![]);
    rate(1.0, |until| ask_until(port, until)).await?;
    count_rows(&server.region("au").ok_or("no region")?.db).await?;
    for _ in 0..3 {
        commits.push(server::commits(database, seconds).await?);
        asks.push(rate(seconds, |until| ask_until(port, until)).await?);
    }
    let (ask, commit) = (median(&mut asks), median(&mut commits));
    let measured = format!("{ask:.0} /s, bare commits {commit:.0} /s");
    report.figure("links asked for ÷ commits, 32 at once", &measured, ask / commit, "", &Limit::AtLeast(0.5));
    Ok(())
}

async fn ask_until(port: u16, until: Instant) -> Outcome<u64> {
    let (mut connection, host) = (Connection::open(port).await?, host_of(0, 1));
    let (cookie, token) = form_of(&mut connection, &host, "/portal").await?;
    let mut made = 0;
    while Instant::now() < until {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let form = format!("csrf={token}&then=&email=load{number}%40example.com");
        let from = std::net::Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number % 0x00ff_ffff)?);
        let answer = connection.post_from(&host, "/portal", &cookie, form, from).await?;
        if answer.status != 303 {
            return Err(format!("the portal answered {}", answer.status).into());
        }
        made += 1;
    }
    Ok(made)
}

/// Mails a second from the outbox to a mail server on this machine, beside the mail library with nothing around it.
pub async fn mails(folder: &Path, database: &str, report: &mut Report) -> Outcome<()> {
    let sink = Sink::open().await?;
    let (server, _) = serve(folder, database, |config| config.mail = to_sink(sink.port)).await?;
    let (mut ours, mut bare, mut prompt) = (vec![], vec![], vec![]);
    // What measurements before left behind.
    worker::work(&server).await?;
    for _ in 0..3 {
        bare.push(MAILS as f64 / by_library_alone(&sink, false).await?);
        prompt.push(MAILS as f64 / by_library_alone(&sink, true).await?);
        queue(&server).await?;
        let (before, begun) = (sink.taken(), Instant::now());
        worker::work(&server).await?;
        let taken = sink.taken() - before;
        if taken != MAILS as u64 {
            return Err(format!("{taken} mails arrived").into());
        }
        ours.push(MAILS as f64 / begun.elapsed().as_secs_f64());
    }
    let (ours, bare) = (median(&mut ours), median(&mut bare));
    let measured = format!("{ours:.0} /s, the library alone {bare:.0} /s");
    report.figure("mails handed over ÷ library alone", &measured, ours / bare, "", &Limit::AtLeast(0.6));
    let prompt = median(&mut prompt);
    let measured = format!("{prompt:.0} /s without TCP's pause, nothing kept: {:.2} of that", ours / prompt);
    report.note("  the library over our own connections", &measured);
    Ok(())
}

fn to_sink(port: u16) -> Mail {
    Mail::Smtp(Box::new(Smtp {
        host: "127.0.0.1".into(),
        port,
        security: MailSecurity::Plain,
        login: None,
        from_address: "bench@example.com".into(),
        from_name: "Bench".into(),
        bounce_address: None,
        bounce_secret: None,
        dkim: None,
        extra_ca_file: None,
    }))
}

const TEXT: &str = "Open this link in the browser where you asked for it:\n\nhttps://bench.example/link/0123456789abcdef0123456789abcdef\n\nOr type this code there: 123456\n";

fn html() -> String {
    format!("<p>{}</p>", TEXT.repeat(8))
}

/// Seconds for as many mails, written and handed over by the library over as many kept connections: as it makes them itself,
/// where TCP holds each final dot back for 40 ms, or `prompt`ly.
async fn by_library_alone(sink: &Sink, prompt: bool) -> Outcome<f64> {
    let begun = Instant::now();
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let port = sink.port;
        senders.spawn(async move { if prompt { by_its_lines(port).await } else { by_its_transport(port).await } });
    }
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    Ok(begun.elapsed().as_secs_f64())
}

async fn by_its_transport(port: u16) -> Outcome<()> {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).build();
    for _ in 0..MAILS / AT_ONCE {
        transport.send(mail()?).await?;
    }
    Ok(())
}

async fn by_its_lines(port: u16) -> Outcome<()> {
    let tcp = TcpStream::connect(("127.0.0.1", port)).await?;
    tcp.set_nodelay(true)?;
    let hello = ClientId::Domain("localhost".into());
    let mut line = AsyncSmtpConnection::connect_with_transport(Box::new(tcp), &hello).await?;
    for _ in 0..MAILS / AT_ONCE {
        let mail = mail()?;
        line.send(mail.envelope(), &mail.formatted()).await?;
    }
    Ok(())
}

fn mail() -> Outcome<Message> {
    Ok(Message::builder()
        .from("Bench <bench@example.com>".parse()?)
        .to("load@example.com".parse()?)
        .subject("Your link")
        .multipart(MultiPart::alternative_plain_html(TEXT.to_owned(), html()))?)
}

/// The same mails in the outbox, as the server puts them.
async fn queue(server: &Server) -> Outcome<()> {
    let db = &server.region("au").ok_or("no region")?.db;
    let (now, practice) = (RealWorld.now(), "00000000-0000-7000-8000-000000100000");
    let body =
        serde_json::json!({ "subject": "Your link", "text": TEXT, "html": html(), "discreet": false }).to_string();
    let mut tx = db.write().await?;
    for number in 0..MAILS {
        let id = new_id(&RealWorld);
        let whose = [practice, id.as_str(), ""];
        let to = server.seal("outbox to", &whose, &format!("load{number}@example.com"))?;
        tx.execute(
            "INSERT INTO outbox (practice_id, id, kind, about, recipient, body, state, next_at, created_at)
             VALUES ($1, $2, 'mail', 'bench', $3, $4, 'queued', $5, $5)",
            args![practice, &id, to, server.seal("outbox body", &whose, &body)?, now],
        )
        .await?;
        tx.execute(
            "INSERT INTO outbox_state (practice_id, message_id, at, turn, state) VALUES ($1, $2, $3, 0, 'queued')",
            args![practice, &id, now],
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// A mail server that takes everything (RFC 5321).
struct Sink {
    port: u16,
    taken: Arc<AtomicU64>,
}

impl Sink {
    async fn open() -> Outcome<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, taken) = (listener.local_addr()?.port(), Arc::new(AtomicU64::new(0)));
        let count = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let count = Arc::clone(&count);
                tokio::spawn(async move {
                    let _ = talk(stream, &count).await;
                });
            }
        });
        Ok(Sink { port, taken })
    }

    fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }
}

async fn talk(stream: TcpStream, taken: &AtomicU64) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 sink\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                while lines.next_line().await?.is_some_and(|line| line != ".") {}
                taken.fetch_add(1, Ordering::SeqCst);
                b"250 taken\r\n"
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

/// The practice's list and a search in it, with a hundred clients and with a hundred thousand, in turn.
pub async fn clients(folder: &Path, database: &str, report: &mut Report) -> Outcome<()> {
    let (server, port) = serve(folder, database, |_| {}).await?;
    let db = &server.region("au").ok_or("no region")?.db;
    fill(db, 0, 100).await?;
    fill(db, 1, CLIENTS).await?;
    let mut connection = Connection::open(port).await?;
    let mut desks = vec![];
    for practice in 0..2 {
        // The people of the seed; the first of each practice manages it here.
        let mut desk = Browser::of(practice * 100, 100);
        desk.form(&mut connection).await?;
        desk.submit(&mut connection).await?;
        if desk.session.is_empty() {
            return Err("the desk does not get in".into());
        }
        desks.push(desk);
    }
    for (name, path) in
        [("clients' list", "/practice/clients"), ("search among clients", "/practice/clients?search=name%2077")]
    {
        let mut times = [vec![], vec![]];
        for _ in 0..300 {
            for (desk, times) in desks.iter().zip(&mut times) {
                let begun = Instant::now();
                let answer = connection.get(&desk.host, path, &desk.cookies()).await?;
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
                if answer.status != 200 {
                    return Err(format!("{path} answered {}", answer.status).into());
                }
            }
        }
        let [few, many] = times.each_mut().map(|times| median(times));
        let measured = format!("{many:.2} ms, with 100 {few:.2} ms");
        if name == "clients' list" {
            report.figure(&format!("{name}, 100,000 ÷ 100"), &measured, many / few, "", &Limit::AtMost(1.2));
        } else {
            // Names late in the alphabet: it walks along three quarters of the index. Nobody waits for it longer than a blink.
            report.figure(&format!("{name}, 100,000"), &measured, many, "ms", &Limit::AtMost(100.0));
        }
    }
    Ok(())
}

async fn fill(db: &Db, practice: i64, clients: i64) -> Outcome<()> {
    db.execute(
        "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
         WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
         SELECT '00000000-0000-7000-8000-000000' || CAST(100000 + CAST($2 AS BIGINT) AS TEXT),
                '00000000-0000-7000-8000-0000' || CAST(60000000 + CAST($2 AS BIGINT) * 1000000 + i AS TEXT), 'client', 'client',
                'Client name ' || CAST(i % 100 AS TEXT) || ' ' || CAST(i AS TEXT),
                'c' || CAST(i AS TEXT) || '@example.com', 'c' || CAST(i AS TEXT) || '@example.com',
                CAST($3 AS BIGINT), CAST($3 AS BIGINT) FROM n",
        args![clients, practice, RealWorld.now()],
    )
    .await?;
    if matches!(db, Db::Postgres { .. }) {
        db.execute("ANALYZE", args![]).await?;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}
