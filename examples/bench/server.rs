//! What is measured, each in a process of its own: the server as `portico serve` runs it, a bare axum program to
//! compare with, and Argon2id with nothing around it.

use std::io::BufRead;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use portico::config::{Config, Database, Region, Secret};
use portico::ops::{demo, listen, start};
use portico::platform::hashing::{HashParams, Hasher, Memory, Pepper, Verdict};
use portico::platform::world::RealWorld;
use serde_json::json;
use tokio::net::TcpListener;

use crate::client::Outcome;

/// Settings for one region `au` in that database; keys live in the folder.
pub fn settings(folder: &Path, database: &str, port: u16) -> Outcome<Config> {
    let mut config = demo::settings(folder, SocketAddr::from((Ipv4Addr::LOCALHOST, port)), &RealWorld)?;
    let database = if database.starts_with("postgres") {
        Database::Postgres(Secret::new(database.to_owned()))
    } else {
        Database::Sqlite(database.into())
    };
    config.regions = vec![Region { name: "au".into(), database, max_connections: 10 }];
    Ok(config)
}

/// Serves until standard input ends; a line asks for the counts of the hash pool.
pub async fn portico(folder: &Path, database: &str, port: u16) -> Outcome<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let server = start::server(settings(folder, database, port)?, Arc::new(RealWorld)).await?;
    let router = portico::app::router(Arc::clone(&server));
    std::thread::spawn(move || {
        for _ in std::io::stdin().lock().lines() {
            let counts = server.hashing.counts();
            println!("{}", json!({ "made": counts.made, "skipped": counts.skipped, "refused": counts.refused }));
        }
        std::process::exit(0);
    });
    listen::serve(listener, router, None, listen::Limits::default(), std::future::pending()).await?;
    Ok(())
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
