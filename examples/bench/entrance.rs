//! The entrance under load: askings beside bare commits, the time to a mail over a hundred regions, and one region's answer
//! with few people and with many.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use portico::args;
use portico::config::{Config, Database, Edge, FarRegion, Region, Secret};
use portico::entrance::region::{self, Question};
use portico::notices::carriers::Carriers;
use portico::ops::{listen, start, tasks};
use portico::platform::db::Db;
use portico::platform::server::Server;
use portico::platform::world::{RealWorld, new_id};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::client::{Connection, Outcome};
use crate::report::{Limit, Report};
use crate::server::{self, settings};

const AT_ONCE: usize = 32;
const REGIONS: usize = 100;
/// At the usual pace; each takes two seconds, since one region never answers.
const ASKINGS: f64 = 200.0;
/// One more asking begins after so long, whatever became of those before.
const BETWEEN_ASKINGS: Duration = Duration::from_millis(50);

/// Askings a second with the request durably kept, beside commits of one row each, in turn.
pub async fn askings(folder: &Path, database: &str, seconds: f64, report: &mut Report) -> Outcome<()> {
    let (server, port) = serve(folder, "", |config| front(config, database)).await?;
    let file = match &server.config.entrance.as_ref().ok_or("no entrance")?.database.database {
        Database::Sqlite(path) => path.display().to_string(),
        Database::Postgres(_) => database.to_owned(),
    };
    let (mut asks, mut commits) = (vec![], vec![]);
    rate(1.0, |until| ask_until(port, until)).await?;
    count_rows(&server.front.as_ref().ok_or("no entrance")?.db).await?;
    for _ in 0..3 {
        commits.push(server::commits(&file, seconds).await?);
        asks.push(rate(seconds, |until| ask_until(port, until)).await?);
    }
    let (ask, commit) = (median(&mut asks), median(&mut commits));
    let measured = format!("{ask:.0} /s, bare commits {commit:.0} /s");
    report.figure("askings ÷ commits, 32 at once", &measured, ask / commit, "", &Limit::AtLeast(0.5));
    Ok(())
}

/// From the press to the mail, over a hundred regions of which one never answers.
pub async fn many_regions(folder: &Path, pace: f64, report: &mut Report) -> Outcome<()> {
    let askings = ((ASKINGS * pace) as usize).max(50);
    let names: Vec<String> =
        (0..REGIONS).map(|number| if number == 0 { "au".into() } else { format!("r{number}") }).collect();
    let (region, port) = serve(folder, "", |config| {
        let own = config.regions.remove(0);
        let Database::Sqlite(path) = &own.database else { return };
        let file = |name: &String| Database::Sqlite(path.with_file_name(format!("{name}.db")));
        // All but the last, which never answers.
        let regions = names.iter().take(REGIONS - 1);
        config.regions =
            regions.map(|name| Region { name: name.clone(), database: file(name), max_connections: 2 }).collect();
    })
    .await?;
    let db = &region.region("au").ok_or("no region")?.db;
    db.execute(
        "INSERT INTO practice (id, slug, host, name, created_at) VALUES ('p', 'many', 'many.au.localhost', 'Many', 1)",
        args![],
    )
    .await?;
    for number in 0..askings {
        let email = format!("many{number}@example.com");
        db.execute(
            "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
             VALUES ('p', $1, 'staff', 'practitioner', 'Pat', $2, $2, 1, 1)",
            args![new_id(&RealWorld), email],
        )
        .await?;
    }
    let deaf = TcpListener::bind("127.0.0.1:0").await?;
    let deaf_port = deaf.local_addr()?.port();
    // Ninety-nine regions, each with a database of its own, behind one listener; the last one's says nothing.
    let far = names.iter().map(|name| FarRegion {
        name: name.clone(),
        address: format!("http://127.0.0.1:{}", if name == "r99" { deaf_port } else { port }),
        ca_file: None,
        public_port: None,
    });
    let far: Vec<FarRegion> = far.collect();
    let (entrance, entrance_port) = serve(folder, "", |config| {
        config.regions.clear();
        config.far_regions = far;
    })
    .await?;
    let (say, stop) = tokio::sync::watch::channel(false);
    let _work = tasks::spawn_all(&entrance, &stop);
    let mut times = times_to_mail(&entrance, entrance_port, askings).await?;
    drop(say);
    drop(deaf);
    times.sort_by(f64::total_cmp);
    let (p50, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    let every = BETWEEN_ASKINGS.as_millis();
    let measured = format!("p50 {p50:.2} s, p99 {p99:.2} s, {askings} askings, one each {every} ms");
    report.figure("press to mail, 100 regions, 1 silent", &measured, p99, "s", &Limit::AtMost(2.5));
    Ok(())
}

/// In seconds; the askings overlap.
async fn times_to_mail(entrance: &Arc<Server>, port: u16, askings: usize) -> Outcome<Vec<f64>> {
    let mut under_way = JoinSet::new();
    for number in 0..askings {
        let entrance = Arc::clone(entrance);
        let email = format!("many{number}@example.com");
        under_way.spawn(async move { time_to_mail(&entrance, port, &email).await });
        tokio::time::sleep(BETWEEN_ASKINGS).await;
    }
    let mut times = vec![];
    while let Some(time) = under_way.join_next().await {
        times.push(time??);
    }
    Ok(times)
}

/// One address asked of a region with a thousand people and of one with many, in turn.
pub async fn size(folder: &Path, small: &str, large: &str, report: &mut Report) -> Outcome<()> {
    let servers = [
        start::server(settings(folder, small, 0)?, Arc::new(RealWorld)).await?,
        start::server(settings(folder, large, 0)?, Arc::new(RealWorld)).await?,
    ];
    let mut times = [vec![], vec![]];
    for number in 0..4_000_u64 {
        for (server, times) in servers.iter().zip(&mut times) {
            let email = crate::client::email_of(number * 7919 % 1_000);
            let question = Question::Where { key: email.clone(), email, remember: String::new() };
            let begun = Instant::now();
            region::answer(server, server.region("au").ok_or("no region")?, &question).await?;
            times.push(begun.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let [small, large] = times.each_mut().map(|times| median(times));
    let measured = format!("{large:.3} ms, with 1,000 people {small:.3} ms");
    report.figure("a region's answer, many people ÷ 1,000", &measured, large / small, "", &Limit::AtMost(1.2));
    Ok(())
}

/// A server behind a trusted proxy, so that each asking can come from a network of its own; with a database of its own, if
/// none is named.
pub async fn serve(folder: &Path, database: &str, change: impl FnOnce(&mut Config)) -> Outcome<(Arc<Server>, u16)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let own = folder.join(format!("entrance-{port}"));
    std::fs::create_dir_all(&own)?;
    std::fs::copy(folder.join("keys"), own.join("keys"))?;
    let own_database = own.join("au.db").display().to_string();
    let mut config = settings(&own, if database.is_empty() { &own_database } else { database }, port)?;
    config.edge = Edge::Proxy { trusted: vec!["127.0.0.0/8".parse()?] };
    change(&mut config);
    let carriers = Carriers::with_mailbox(&config)?;
    let server = start::furnished(config, Arc::new(RealWorld), start::Schema::Migrate, carriers, |_| {}).await?;
    let service = portico::app::front(Arc::clone(&server));
    tokio::spawn(listen::serve(listener, service, None, listen::Limits::default(), std::future::pending()));
    Ok((server, port))
}

fn front(config: &mut Config, database: &str) {
    let Some(entrance) = &mut config.entrance else { return };
    if database.starts_with("postgres") {
        let database = Database::Postgres(Secret::new(database.to_owned()));
        entrance.database = Region { database, ..entrance.database.clone() };
    }
}

/// Rows counted, as both engines do by themselves within minutes: the ways to rows that PostgreSQL found while a table was empty
/// go through all of it.
pub async fn count_rows(db: &Db) -> Outcome<()> {
    db.execute("ANALYZE", args![]).await?;
    Ok(())
}

/// How many a second, so many at once.
pub async fn rate<F>(seconds: f64, work: impl Fn(Instant) -> F) -> Outcome<f64>
where
    F: Future<Output = Outcome<u64>> + Send + 'static,
{
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        workers.spawn(work(until));
    }
    let mut all = 0;
    while let Some(done) = workers.join_next().await {
        all += done??;
    }
    Ok(all as f64 / begun.elapsed().as_secs_f64())
}

static NEXT: AtomicU64 = AtomicU64::new(0);

async fn ask_until(port: u16, until: Instant) -> Outcome<u64> {
    let mut connection = Connection::open(port).await?;
    let (cookie, token) = form_of(&mut connection, "localhost", "/").await?;
    let mut made = 0;
    while Instant::now() < until {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        ask(&mut connection, (&cookie, &token), &format!("load{number}@example.com"), number).await?;
        made += 1;
    }
    Ok(made)
}

/// The cookie and the token of a form.
pub async fn form_of(connection: &mut Connection, host: &str, path: &str) -> Outcome<(String, String)> {
    let answer = connection.get(host, path, "").await?;
    let cookie =
        answer.headers.get("set-cookie").and_then(|line| line.to_str().ok()?.split(';').next()).ok_or("no cookie")?;
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no form")?;
    Ok((cookie.to_owned(), token.to_owned()))
}

async fn ask(connection: &mut Connection, (cookie, token): (&str, &str), email: &str, number: u64) -> Outcome<()> {
    let from = std::net::Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number % 0x00ff_ffff)?);
    let form = format!("csrf={token}&email={}", email.replace('@', "%40"));
    let answer = connection.post_from("localhost", "/", cookie, form, from).await?;
    if answer.status == 303 { Ok(()) } else { Err(format!("the entrance answered {}", answer.status).into()) }
}

async fn time_to_mail(server: &Server, port: u16, email: &str) -> Outcome<f64> {
    let mailbox = server.kept::<Carriers>()?.mailbox().ok_or("no mailbox")?;
    let mut connection = Connection::open(port).await?;
    let (cookie, token) = form_of(&mut connection, "localhost", "/").await?;
    let begun = Instant::now();
    ask(&mut connection, (&cookie, &token), email, NEXT.fetch_add(1, Ordering::Relaxed)).await?;
    while mailbox.list(email).is_empty() {
        if begun.elapsed() > Duration::from_secs(20) {
            return Err("no mail".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(begun.elapsed().as_secs_f64())
}

pub fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
