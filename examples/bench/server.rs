//! What is measured, each in a process of its own: the server as `portico serve` runs it, a bare axum program to
//! compare with, and Argon2id with nothing around it.

use std::io::BufRead;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use portico::args;
use portico::config::{Config, Database, Region, Secret};
use portico::ops::{demo, listen, start, tasks};
use portico::platform::db::Db;
use portico::platform::hashing::{HashParams, Hasher, Memory, Pepper, Verdict};
use portico::platform::world::{RealWorld, new_id};
use serde_json::json;
use tokio::net::TcpListener;

use crate::client::Outcome;

/// To PostgreSQL, as by default.
const CONNECTIONS: u32 = 10;

/// Settings for one region `au` in that database; keys live in the folder.
pub fn settings(folder: &Path, database: &str, port: u16) -> Outcome<Config> {
    let mut config = demo::settings(folder, SocketAddr::from((Ipv4Addr::LOCALHOST, port)), &RealWorld)?;
    let database = if database.starts_with("postgres") {
        Database::Postgres(Secret::new(database.to_owned()))
    } else {
        Database::Sqlite(database.into())
    };
    config.regions = vec![Region { name: "au".into(), database, max_connections: CONNECTIONS }];
    Ok(config)
}

/// Serves until standard input ends, with all its work in the background; a line asks for the counts of the hash pool.
pub async fn portico(folder: &Path, database: &str, port: u16) -> Outcome<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let server = start::server(settings(folder, database, port)?, Arc::new(RealWorld)).await?;
    let service = portico::app::front(Arc::clone(&server));
    let (_running, stop) = tokio::sync::watch::channel(false);
    // The record is sealed and mails are handed over meanwhile, as in earnest.
    let _work = tasks::spawn_all(&server, &stop);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lock().lines() {
            let counts = server.hashing.counts();
            let (made, skipped, refused) = (counts.made, counts.skipped, counts.refused);
            let hashing = hashing_seconds().unwrap_or(f64::NAN);
            let again = run_again(&server.metrics.encode()).unwrap_or(f64::NAN);
            let all =
                json!({ "made": made, "skipped": skipped, "refused": refused, "hashing": hashing, "again": again });
            println!("{all}");
        }
        std::process::exit(0);
    });
    listen::serve(listener, service, None, listen::Limits::default(), std::future::pending()).await?;
    Ok(())
}

/// How often a request was run again because its transaction met another's.
fn run_again(metrics: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| line.starts_with("portico_database_retries_total"))?;
    line.rsplit_once(' ')?.1.parse().ok()
}

/// Processor seconds of this process's hashing threads, in hundredths.
fn hashing_seconds() -> Outcome<f64> {
    let mut sum = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let text = std::fs::read_to_string(task?.path().join("stat"))?;
        if text.contains("(hash-") {
            sum += crate::child::processor_seconds_in(&text)?;
        }
    }
    Ok(sum)
}

/// The least that axum can do.
pub async fn bare(port: u16) -> Outcome<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    std::thread::spawn(|| {
        for _ in std::io::stdin().lock().lines() {}
        std::process::exit(0);
    });
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().fallback(get(async || ()))).await?;
    Ok(())
}

/// Commits a second of one row each. SQLite has one writer, PostgreSQL as many as the server has connections; nobody
/// shares a commit with anybody but by the engine's own doing.
pub async fn commits(database: &str, seconds: f64) -> Outcome<f64> {
    let sqlite = !database.starts_with("postgres");
    let url = if sqlite { format!("sqlite:{database}") } else { database.to_owned() };
    let db = Db::connect(&url, CONNECTIONS).await?;
    db.execute("CREATE TABLE IF NOT EXISTS bench_commit (id TEXT NOT NULL PRIMARY KEY)", args![]).await?;
    let (start, mut writers) = (Instant::now(), tokio::task::JoinSet::new());
    for _ in 0..if sqlite { 1 } else { CONNECTIONS } {
        let db = db.clone();
        writers.spawn(async move {
            let mut made = 0_u32;
            while start.elapsed() < Duration::from_secs_f64(seconds) {
                db.execute("INSERT INTO bench_commit (id) VALUES ($1)", args![new_id(&RealWorld)]).await?;
                made += 1;
            }
            Outcome::Ok(made)
        });
    }
    let mut all = 0;
    while let Some(writer) = writers.join_next().await {
        all += writer??;
    }
    db.close().await;
    Ok(f64::from(all) / start.elapsed().as_secs_f64())
}

/// Hashes a second of so many threads, with the server's own code and cost.
pub fn raw_hashes(threads: usize, seconds: f64) -> Outcome<f64> {
    let hasher = Hasher::new(HashParams::default(), Pepper::new("k1", [7; 32])?, vec![])?;
    let password = portico::platform::hashing::Secret::new(crate::client::PASSWORD.to_owned());
    let (hasher, password) = (&hasher, &password);
    let rates = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(move || -> Outcome<f64> {
                    let mut memory = Memory::new(hasher.params())?;
                    let stored = hasher.hash(password, [3; 16], &mut memory)?;
                    let (start, mut made) = (Instant::now(), 0_u32);
                    while start.elapsed() < Duration::from_secs_f64(seconds) {
                        if hasher.verify(&stored, password, &mut memory)? == Verdict::Wrong {
                            return Err("the hash does not verify".into());
                        }
                        made += 1;
                    }
                    Ok(f64::from(made) / start.elapsed().as_secs_f64())
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err("panicked".into()))).collect::<Vec<_>>()
    });
    rates.into_iter().sum()
}
