//! The measurements, one function each: what runs beside what, and which number is held against which limit.

use std::time::Duration;

use serde_json::Value;

use crate::child::{Process, free_port, until_first_answer};
use crate::client::Outcome;
use crate::engine::{Engine, cores, median, number, statuses};
use crate::report::{Limit, Report};
use crate::sign_ins::{AT_ONCE, Spent};
use crate::{Wanted, entrance, portal, sign_ins};

const CONNECTIONS: u64 = 32;
/// Turns of checks and of the bare handler: short ones and many, since both have to meet the machine in the same mood.
const CHECK_TURNS: usize = 24;
/// Seconds of one.
const TURN: f64 = 0.75;
/// Checks a second while their slowest are measured: a busy clinic group, far from what a node can do.
const CALM_RATE: f64 = 800.0;

/// Runs everything; answers how many limits were missed.
pub async fn all(wanted: &Wanted) -> Outcome<usize> {
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    let chosen = |name: &str| wanted.engine.as_deref().is_none_or(|engine| engine == name);
    println!("{} cores; load comes from other processes on the same cores", cores());
    if chosen("sqlite") {
        measure(&Engine::filled(wanted, folder.path().join("sqlite"), None).await?, wanted, &mut report)?;
    }
    match std::env::var("TEST_POSTGRES") {
        Ok(cluster) if chosen("postgres") => {
            measure(
                &Engine::filled(wanted, folder.path().join("postgres"), Some(&cluster)).await?,
                wanted,
                &mut report,
            )?;
        }
        Ok(_) => {}
        Err(_) => report.title("PostgreSQL: skipped, TEST_POSTGRES is not set (scripts/postgres durable …)"),
    }
    Ok(report.missed())
}

fn measure(engine: &Engine, wanted: &Wanted, report: &mut Report) -> Outcome<()> {
    report.title(engine.name);
    type Part = fn(&Engine, &mut Report) -> Outcome<()>;
    let parts: [(&str, Part); 8] = [
        ("start", start),
        ("sign-ins", sign_ins::beside_hashes),
        ("passkeys", passkeys),
        ("checks", checks),
        ("crowd", crowd),
        ("size", size),
        ("entrance", at_the_entrance),
        ("portal mails links clients", at_the_portal),
    ];
    for (name, part) in parts {
        if name.contains(&wanted.only) {
            part(engine, report)?;
        }
    }
    Ok(())
}

/// Memory after start, and the time to the first page, beside a bare axum program's.
fn start(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let (mut ours, mut bares, mut memory) = (vec![], vec![], 0.0_f64);
    for _ in 0..7 {
        let (server, time) = engine.serve(&engine.small)?;
        ours.push(time);
        memory = memory.max(server.process.memory()?);
        drop(server);
        let port = free_port()?;
        bares.push(until_first_answer(None, &["bare".into(), port.to_string()], port, "localhost")?.1);
    }
    let (ours, bare) = (median(&mut ours), median(&mut bares));
    let measured = format!("{ours:.1} ms, bare axum {bare:.1} ms");
    report.figure("start to first page ÷ bare axum", &measured, ours / bare, "", &Limit::AtMost(10.0));
    report.figure("memory after start, 1,000 people", "", memory, "MB", &Limit::AtMost(40.0));
    Ok(())
}

/// Whole sign-ins with a passkey beside what the cores verify and the database commits, and beside those with a password.
fn passkeys(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let (mut server, _) = engine.serve(&engine.small)?;
    let mut load = engine.load("passkeys", server.port, AT_ONCE, 0.0, 0)?;
    let mut passwords = engine.load("sign-ins", server.port, AT_ONCE, 0.0, 0)?;
    load.ask("go 3")?;
    passwords.ask("go 3")?;
    let [mut rates, mut verified, mut committed, mut slow] = [const { vec![] }; 4];
    let (mut refused, mut other, mut last) = (0.0, vec![], Value::Null);
    let mut spent = Spent::default();
    for _ in 0..3 {
        verified.push(engine.alone(&["verify".into(), cores().to_string()], 1.0)?);
        committed.push(engine.alone(&["commits".into(), engine.small.clone()], 2.0)?);
        let before = Spent::now(&mut server, &load)?;
        last = load.ask(&engine.go(6.0))?;
        spent.add(&before, &Spent::now(&mut server, &load)?);
        rates.push(number(&last, "rate"));
        slow.push(number(&passwords.ask(&engine.go(6.0))?, "rate"));
        refused += number(&last, "refused");
        other.extend(statuses(&last));
    }
    let [rate, verified, committed, slow] =
        [&mut rates, &mut verified, &mut committed, &mut slow].map(|all| median(all));
    let bound = verified.min(committed);
    let measured = format!("{rate:.0} /s, P-256 {verified:.0} /s, commits {committed:.0} /s");
    report.figure("passkey sign-ins ÷ what bounds them", &measured, rate / bound, "", &Limit::AtLeast(0.5));
    let measured = format!("{rate:.0} /s, with a password {slow:.1} /s");
    report.figure("passkey sign-ins ÷ password sign-ins", &measured, rate / slow, "", &Limit::AtLeast(15.0));
    let measured = format!("p50 {:.0} ms, p99 {:.0} ms", number(&last, "p50"), number(&last, "p99"));
    report.note("  their time", &measured);
    let [ours, theirs] = [spent.server, spent.load].map(|seconds| seconds * 1000.0 / (rate * 18.0 * engine.pace));
    let again = spent.again / (rate * 18.0 * engine.pace);
    let measured = format!("server {ours:.2} ms, the load {theirs:.2} ms; run again {again:.2} times");
    report.note("  processor time of one", &measured);
    let measured = format!("{refused:.0} told to come back, answered otherwise: {other:?}");
    report.holds("  every one of the 64 gets in", &measured, refused == 0.0 && other.is_empty());
    Ok(())
}

/// "Who is this cookie", as fast as it goes, beside a handler that does nothing.
fn checks(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let (server, _) = engine.serve(&engine.small)?;
    let port = free_port()?;
    let (bare, _) = until_first_answer(None, &["bare".into(), port.to_string()], port, "localhost")?;
    let mut ours = Checked::of(engine.load("checks", server.port, CONNECTIONS, 0.0, 0)?, &server.process)?;
    let mut theirs = Checked::of(engine.load("bare-checks", port, CONNECTIONS, 0.0, 0)?, &bare)?;
    for _ in 0..CHECK_TURNS {
        theirs.turn(engine)?;
        ours.turn(engine)?;
    }
    let (rate, bare_rate) = (ours.rate(), theirs.rate());
    let measured = format!("{rate:.0} /s, bare axum {bare_rate:.0} /s");
    report.figure("session checks ÷ bare axum, 32 at once", &measured, rate / bare_rate, "", &Limit::AtLeast(0.60));
    let measured = format!("{:.1} µs a check, bare axum {:.1} µs", ours.cost(engine), theirs.cost(engine));
    report.note("  processor time of the server", &measured);
    let wrong = ours.wrong;
    report.holds("  every check answered 200", &format!("{wrong:.0} did not"), wrong == 0.0);
    let memory = server.process.memory()?;
    report.figure("memory after this load", "", memory, "MB", &Limit::AtMost(120.0));
    Ok(())
}

/// Checks in turns, and what they came to.
struct Checked<'a> {
    load: Process,
    server: &'a Process,
    rates: Vec<f64>,
    seconds: f64,
    wrong: f64,
}

impl Checked<'_> {
    /// The first second is nobody's: pages are mapped and sessions looked up.
    fn of(mut load: Process, server: &Process) -> Outcome<Checked<'_>> {
        load.ask("go 1")?;
        Ok(Checked { load, server, rates: vec![], seconds: 0.0, wrong: 0.0 })
    }

    fn turn(&mut self, engine: &Engine) -> Outcome<()> {
        let before = self.server.processor_seconds()?;
        let answer = self.load.ask(&engine.go(TURN))?;
        self.seconds += self.server.processor_seconds()? - before;
        self.rates.push(number(&answer, "rate"));
        self.wrong += number(&answer, "wrong");
        Ok(())
    }

    /// Of all turns together: the median of a few would be the machine's mood in one of them.
    fn rate(&self) -> f64 {
        self.rates.iter().sum::<f64>() / self.rates.len() as f64
    }

    /// Microseconds of the server's processor time for one.
    fn cost(&self, engine: &Engine) -> f64 {
        self.seconds / (self.rates.iter().sum::<f64>() * TURN * engine.pace) * 1e6
    }
}

/// The slowest checks at rest, and while a crowd signs in.
fn crowd(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let (server, _) = engine.serve(&engine.small)?;
    let mut checks = engine.load("checks", server.port, CONNECTIONS, CALM_RATE, 0)?;
    let mut sign_ins = engine.load("sign-ins", server.port, AT_ONCE, 0.0, 0)?;
    checks.ask("go 1")?;
    let (mut rests, mut crowds, mut rates) = (vec![], vec![], vec![]);
    for _ in 0..3 {
        rests.push(number(&checks.ask(&engine.go(5.0))?, "p99"));
        sign_ins.say(&engine.go(7.0))?;
        std::thread::sleep(Duration::from_secs(1));
        crowds.push(number(&checks.ask(&engine.go(5.0))?, "p99"));
        rates.push(number(&sign_ins.json()?, "rate"));
    }
    let (rest, crowd) = (median(&mut rests), median(&mut crowds));
    let measured = format!("p99 {crowd:.2} ms, at rest {rest:.2} ms");
    report.figure("checks while 64 sign in ÷ at rest", &measured, crowd / rest, "", &Limit::AtMost(5.0));
    report.note("  sign-ins meanwhile", &format!("{:.1} /s", median(&mut rates)));
    Ok(())
}

/// One sign-in after the other with a thousand people and with a million, in turn.
fn size(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let Some(large) = &engine.large else { return Ok(()) };
    let (small_server, _) = engine.serve(&engine.small)?;
    let (large_server, _) = engine.serve(large)?;
    let mut load = engine.load("in-turn", small_server.port, 0, f64::from(large_server.port), engine.large_people)?;
    load.ask("go 2")?;
    let answer = load.ask(&engine.go(20.0))?;
    let medians: Vec<f64> = answer["medians"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    let [small, large] = medians[..] else { return Err("two medians".into()) };
    let measured = format!("{large:.2} ms, with 1,000 people {small:.2} ms (n {})", answer["count"]);
    let name = format!("sign-in with {} people ÷ 1,000", engine.large_people);
    report.figure(&name, &measured, large / small, "", &Limit::AtMost(1.2));
    Ok(())
}

/// The entrance, in a process of its own that prints its own figures.
fn at_the_entrance(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let Some(empty) = &engine.empty else { return Ok(()) };
    let large = engine.large.as_ref().unwrap_or(&engine.small);
    let arguments = [&engine.folder.display().to_string(), &engine.small, large, empty, &engine.pace.to_string()];
    let status = std::process::Command::new(std::env::current_exe()?).arg("entrance").args(arguments).status()?;
    if !status.success() {
        report.count_missed();
    }
    Ok(())
}

/// What that process does.
pub async fn entrance_part(folder: &std::path::Path, databases: [&str; 3], pace: f64) -> Outcome<usize> {
    let [small, large, empty] = databases;
    let mut report = Report::default();
    entrance::askings(folder, empty, 4.0 * pace, &mut report).await?;
    if small != large {
        entrance::size(folder, small, large, &mut report).await?;
    }
    entrance::many_regions(folder, pace, &mut report).await?;
    Ok(report.missed())
}

/// The clients' door, likewise.
fn at_the_portal(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let arguments = [&engine.folder.display().to_string(), &engine.small, &engine.pace.to_string(), &engine.only];
    let status = std::process::Command::new(std::env::current_exe()?).arg("portal").args(arguments).status()?;
    if !status.success() {
        report.count_missed();
    }
    Ok(())
}

/// What that process does: all of it, or what `only` names.
pub async fn portal_part(folder: &std::path::Path, database: &str, pace: f64, only: &str) -> Outcome<usize> {
    let mut report = Report::default();
    let wanted = |name: &str| "portal".contains(only) || name.contains(only);
    // Mails first: whoever asked for a link would have one under way.
    if wanted("mails") {
        portal::mails(folder, database, &mut report).await?;
    }
    if wanted("links") {
        portal::askings(folder, database, 4.0 * pace, &mut report).await?;
    }
    if wanted("clients") {
        portal::clients(folder, database, &mut report).await?;
    }
    Ok(report.missed())
}
