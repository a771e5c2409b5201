//! `portico doctor`: looks at everything a running server stands on, and says for each what is right, what is doubtful
//! and what to do. It changes nothing and sends nothing unless it is asked to.

mod certificate;
pub mod far;
mod keys;
mod mail;
mod twice;

use std::net::ToSocketAddrs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{disk, start};
use crate::args;
use crate::config::{Config, Database, Edge, Mail, Region};
use crate::platform::db::Db;
use crate::platform::engine::{self, LEAST_POSTGRES};
use crate::platform::migrate;
use crate::platform::server::ENTRANCE;
use crate::platform::whose;
use crate::platform::world::World;

/// Seconds between two clocks that are still the same time.
const MOST_DRIFT: i64 = 2;
/// A message that waits longer than this (seconds) does not go out.
const OLD_MESSAGE: i64 = 900;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Ok,
    Warn,
    Fail,
}

/// One finding; the advice is empty where nothing is to be done.
#[derive(Debug)]
pub struct Finding {
    pub level: Level,
    pub what: String,
    pub advice: String,
}

impl Finding {
    fn ok(what: impl Into<String>) -> Finding {
        Finding { level: Level::Ok, what: what.into(), advice: String::new() }
    }

    fn warn(what: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { level: Level::Warn, what: what.into(), advice: advice.into() }
    }

    fn fail(what: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { level: Level::Fail, what: what.into(), advice: advice.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self.level {
            Level::Ok => "ok  ",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        write!(f, "{word}  {}", self.what)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, "\n      → {}", self.advice) }
    }
}

/// Everything that can be found; `send` asks for a real mail to that address.
pub async fn examine(config: &Config, world: &dyn World, send: Option<&str>) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("configuration: every value is right")];
    findings.push(clock(world));
    let entrance = config.entrance.is_some().then(|| config.base.clone());
    for host in entrance.into_iter().chain([format!("support.{}", config.base)]) {
        findings.push(host_name(config, &host, &format!("make a DNS entry for {host}")).await);
    }
    for region in config.databases() {
        database(config, region, world, &mut findings).await;
    }
    twice::examine(config, &mut findings).await;
    files(config, &mut findings);
    if let Edge::Tls { certificate, key } = &config.edge {
        certificate::examine(config, certificate, key, world.now(), &mut findings);
    }
    match &config.mail {
        Mail::None => findings.push(Finding::warn(
            "mail: none is sent",
            "nobody can use a link, be invited or be told of a change; write [mail]",
        )),
        Mail::Smtp(smtp) => mail::examine(smtp, send, &mut findings).await,
    }
    findings
}

fn clock(world: &dyn World) -> Finding {
    if let Err(error) = super::serve::refuse_old_clock(world) {
        return Finding::fail(format!("clock: {error}"), "set it, and keep it by NTP");
    }
    let file = tempfile::NamedTempFile::new().and_then(|file| file.as_file().metadata()?.modified());
    let by_file = file.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let drift = by_file.and_then(|at| i64::try_from(at.as_secs()).ok()).map(|at| (world.now() - at).abs());
    let outside = "whether it is right by the world's clocks cannot be seen from here";
    match drift {
        Some(drift) if drift > MOST_DRIFT => {
            Finding::warn(format!("clock: {drift} s away from the file system's"), "keep both machines' clocks by NTP")
        }
        _ => Finding::ok(format!("clock: agrees with the file system; {outside}")),
    }
}

async fn database(config: &Config, region: &Region, world: &dyn World, findings: &mut Vec<Finding>) {
    let name = if region.name == ENTRANCE { "the entrance".to_owned() } else { format!("region {}", region.name) };
    if let Some(path) = start::missing_file(region) {
        findings.push(Finding::fail(
            format!("{name}: {} is not there", path.display()),
            "a backup belongs there; portico migrate makes a new, empty one",
        ));
        return;
    }
    let db = match start::open(region).await {
        Ok(db) => db,
        Err(error) => {
            findings.push(Finding::fail(
                format!("{name}: {error}"),
                "check the address, the login, the network and the server's log",
            ));
            return;
        }
    };
    schema(&name, &db, findings).await;
    if let Err(error) = whose::check(&db, &region.name).await {
        findings.push(Finding::fail(format!("{name}: {error}"), ""));
    }
    space(&name, &region.database, findings);
    settings(&name, &db, world, findings).await;
    outbox(&name, &db, world.now(), findings).await;
    moves(region, &db, findings).await;
    keys::examine(&name, &db, &config.keys.ring, findings).await;
    if region.name != ENTRANCE {
        hosts(config, region, &db, findings).await;
    }
    db.close().await;
}

async fn schema(name: &str, db: &Db, findings: &mut Vec<Finding>) {
    findings.push(match migrate::missing(db).await {
        Ok(missing) if missing.is_empty() => {
            Finding::ok(format!("{name}: reachable, schema up to date (step {})", migrate::newest()))
        }
        Ok(missing) => Finding::fail(
            format!("{name}: schema steps are missing: {}", missing.join(", ")),
            "make a backup, then run portico migrate",
        ),
        Err(error) => Finding::fail(format!("{name}: {error}"), ""),
    });
}

fn space(name: &str, database: &Database, findings: &mut Vec<Finding>) {
    let Some(folder) = disk::folder_of(database) else { return };
    let advice = "make space or move the file to a larger disk; a full disk stops every sign-in";
    findings.push(match disk::free(folder) {
        Ok(free) if free < disk::SCARCE => {
            Finding::fail(format!("{name}: {} MiB free on its disk", free >> 20), advice)
        }
        Ok(free) if free < disk::LOW => Finding::warn(format!("{name}: {} MiB free on its disk", free >> 20), advice),
        Ok(free) => Finding::ok(format!("{name}: {} GiB free on its disk", free >> 30)),
        Err(error) => Finding::warn(format!("{name}: {}: {error}", folder.display()), ""),
    });
}

async fn settings(name: &str, db: &Db, world: &dyn World, findings: &mut Vec<Finding>) {
    let facts = match engine::facts(db).await {
        Ok(facts) => facts,
        Err(error) => return findings.push(Finding::fail(format!("{name}: {error}"), "")),
    };
    let engine = format!("{name}: {} {}", facts.name, facts.version);
    findings.push(if facts.name == "PostgreSQL" && facts.major() < LEAST_POSTGRES {
        Finding::fail(engine, format!("PostgreSQL {LEAST_POSTGRES} or later is needed"))
    } else {
        Finding::ok(engine)
    });
    for (setting, wanted, is) in &facts.settings {
        findings.push(if is.eq_ignore_ascii_case(wanted) {
            Finding::ok(format!("{name}: {setting} is {is}"))
        } else {
            let advice = format!("it should be {wanted}, or a power cut can lose what was confirmed to people");
            Finding::fail(format!("{name}: {setting} is {is}"), advice)
        });
    }
    if let Some(clock) = facts.clock {
        let drift = (world.now() - clock).abs();
        findings.push(if drift > MOST_DRIFT {
            Finding::warn(format!("{name}: the database's clock is {drift} s away"), "keep both clocks by NTP")
        } else {
            Finding::ok(format!("{name}: the database's clock agrees"))
        });
    }
}

async fn outbox(name: &str, db: &Db, now: i64, findings: &mut Vec<Finding>) {
    let asked: Result<Option<(i64, Option<i64>)>, _> =
        db.optional("SELECT COUNT(*), MIN(created_at) FROM outbox WHERE ended_at IS NULL", args![]).await;
    let Ok(Some((waiting, oldest))) = asked else { return };
    let age = oldest.map_or(0, |oldest| now - oldest);
    findings.push(if age > OLD_MESSAGE {
        let what = format!("{name}: {waiting} messages wait, the oldest for {} min", age / 60);
        Finding::warn(what, "is a server running, and does the mail server answer? see the lines on mail")
    } else {
        Finding::ok(format!("{name}: {waiting} messages wait"))
    });
}

/// Practices whose move was interrupted: in between nobody serves them, and nothing goes on by itself.
async fn moves(region: &Region, db: &Db, findings: &mut Vec<Finding>) {
    // Older rows that were given up name no region.
    let sql = "SELECT slug, CASE WHEN closed_at IS NULL THEN moving_to
            ELSE COALESCE((SELECT m.region FROM moved m WHERE m.practice_id = practice.id AND m.slug = practice.slug), moving_to) END, closed_at
         FROM practice WHERE moving_to IS NOT NULL ORDER BY slug";
    let rows: Vec<(String, String, Option<i64>)> = db.all(sql, args![]).await.unwrap_or_default();
    let see = "docs/runbooks/move-stands-still.md";
    let here = &region.name;
    for (slug, to, given_up) in rows {
        findings.push(match (to.as_str(), given_up) {
            ("here", _) => Finding::fail(
                format!("region {here}: {slug} is arriving and nobody is served"),
                format!("if no move runs now, run it again, --to {here}: {see}"),
            ),
            (_, None) => Finding::fail(
                format!("region {here}: {slug} is on its way to {to} and nobody is served"),
                format!("if no move runs now: portico practice move {slug} --from {here} --to {to}, or the same with --undo: {see}"),
            ),
            (_, Some(_)) => Finding::warn(
                format!("region {here}: {slug} has gone to {to}, and its move is not finished"),
                format!("if no move runs now: portico practice move {slug} --from {here} --to {to}: {see}"),
            ),
        });
    }
}

/// The names under which browsers come to a few of the region's practices.
async fn hosts(config: &Config, region: &Region, db: &Db, findings: &mut Vec<Finding>) {
    let slugs: Result<Vec<(String,)>, _> =
        db.all("SELECT slug FROM practice WHERE closed_at IS NULL ORDER BY created_at LIMIT 5", args![]).await;
    let advice = format!("make a DNS entry; *.{}.{} serves all practices of the region", region.name, config.base);
    for (slug,) in slugs.unwrap_or_default() {
        findings.push(host_name(config, &format!("{slug}.{}.{}", region.name, config.base), &advice).await);
    }
}

/// Where a name leads from this machine.
async fn host_name(config: &Config, host: &str, advice: &str) -> Finding {
    let resolved = tokio::task::spawn_blocking({
        let name = format!("{host}:{}", config.public_port);
        move || name.to_socket_addrs().map(|mut addresses| addresses.next())
    });
    match resolved.await {
        // Browsers lead these here by themselves (RFC 6761, 6.3).
        _ if host.ends_with(".localhost") => Finding::ok(format!("name {host}: this computer")),
        Ok(Ok(Some(address))) => Finding::ok(format!("name {host}: leads to {}", address.ip())),
        _ => Finding::warn(format!("name {host}: not found from this machine"), advice),
    }
}

fn files(config: &Config, findings: &mut Vec<Finding>) {
    match &config.keys.file {
        Some(file) => findings.push(private(file, "key file")),
        None => findings.push(Finding::ok("keys: from the environment")),
    }
    for region in config.databases() {
        if let Database::Sqlite(path) = &region.database
            && path.exists()
        {
            findings.push(private(path, "database"));
        }
    }
}

fn private(path: &Path, what: &str) -> Finding {
    let mode = std::fs::metadata(path).map(|about| about.permissions().mode() & 0o777);
    match mode {
        Ok(mode) if mode & 0o077 == 0 => Finding::ok(format!("{what} {}: mode {mode:04o}", path.display())),
        Ok(mode) => Finding::warn(
            format!("{what} {}: mode {mode:04o}, readable by others on this machine", path.display()),
            format!("chmod 600 {}", path.display()),
        ),
        Err(error) => Finding::fail(format!("{what} {}: {error}", path.display()), ""),
    }
}
