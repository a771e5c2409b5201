//! `make timing`: known and unknown addresses must cost the same, at the entrance, the sign-in, the forgotten password and
//! the clients' door.
//! The server runs in this process with a clock that is set, so that its limits never stand between two tries; its work in the
//! background runs too, with mail into a mailbox in memory.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that measures time and prints it")]

mod stats;
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use clap::Parser;
use portico::args;
use portico::config::{Database, Edge, Region, Secret};
use portico::notices::carriers::Carriers;
use portico::ops::{demo, listen, start, tasks};
use portico::platform::db::Db;
use portico::platform::hashing;
use portico::platform::server::Server;
use portico::platform::world::{RealWorld, World, new_id, random};
use stats::{Dice, Try};
use wire::{Outcome, Wire};

#[derive(Parser)]
#[command(about = "Tells whether answers to known and unknown addresses can be told apart by their time")]
struct Cli {
    /// Tries of each class; by default 10,000 at the entrance and 5,000 elsewhere
    #[arg(long)]
    tries: Option<usize>,
    /// sqlite or postgres; both by default (PostgreSQL where TEST_POSTGRES says where it is)
    #[arg(long)]
    engine: Option<String>,
    /// Only the page at this path
    #[arg(long, default_value = "")]
    only: String,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Makes everybody unknown: what the test says when there is nothing to find
    #[arg(long)]
    nobody: bool,
    /// Hashes at next to no cost, so that a difference in all the rest shows by itself
    #[arg(long)]
    light: bool,
}

/// One page and its bar (the project's security standards, 7.3).
struct Target {
    path: &'static str,
    host: &'static str,
    /// What is sent besides the email address.
    rest: &'static str,
    /// Cookies beside the browser's own.
    more: &'static str,
    tries_per_address: usize,
    /// Tries of each class, where the command line does not say how many.
    tries: usize,
    /// Half the width, in milliseconds, within which the differences must lie.
    margin: f64,
    /// Seconds that pass between two tries of one address, so that its limits are whole again.
    step: i64,
}

/// Records of recognised devices that nobody has, as many as a browser may carry.
const FORGED: &str = "; __Host-devices=a~a.b~b.c~c.d~d.e~e.f~f.g~g.h~h.i~i.j~j";

/// A form that asks for a mail.
const ASKING: Target = Target {
    path: "/forgot",
    host: HOST,
    rest: "",
    more: "",
    tries_per_address: 20,
    tries: 5_000,
    margin: 0.05,
    step: 3 * 3_600,
};

/// A form that takes a password.
const WITH_PASSWORD: Target = Target {
    path: "/sign-in",
    host: HOST,
    rest: "&password=not-the-right-one-41",
    more: "",
    tries_per_address: 10,
    tries: 5_000,
    margin: 0.3,
    step: 3_600,
};

const TARGETS: [Target; 6] = [
    // The entrance, with an asking for every try.
    Target { path: "/", host: "localhost", tries: 10_000, ..ASKING },
    WITH_PASSWORD,
    // The same with a forged cookie of recognised devices.
    Target { more: FORGED, ..WITH_PASSWORD },
    Target { path: "/forgot", ..ASKING },
    Target { path: "/portal", rest: "&then=", ..ASKING },
    // Two hashes for every address, since two people may be behind it.
    Target { path: "/portal/password", rest: "&then=&password=not-the-right-one-41", ..WITH_PASSWORD },
];
const WARM_UP: usize = 300;
const MOST_AREA: f64 = 0.60;
const HOST: &str = "timing.au.localhost";
const PRACTICE: &str = "00000000-0000-7000-8000-000000000001";

struct SetClock(AtomicI64);

impl World for SetClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn fill(&self, bytes: &mut [u8]) {
        RealWorld.fill(bytes);
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(problem) => {
            println!("timing: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Outcome<usize> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut missed = 0;
    let wanted = |name: &str| cli.engine.as_deref().is_none_or(|engine| engine == name);
    if wanted("sqlite") {
        missed += engine(cli, &runtime, None)?;
    }
    match std::env::var("TEST_POSTGRES") {
        Ok(url) if wanted("postgres") => missed += engine(cli, &runtime, Some(&url))?,
        Ok(_) => {}
        Err(_) => println!("PostgreSQL: SKIPPED, TEST_POSTGRES is not set"),
    }
    Ok(missed)
}

fn engine(cli: &Cli, runtime: &tokio::runtime::Runtime, cluster: Option<&str>) -> Outcome<usize> {
    let folder = tempfile::tempdir()?;
    let clock = Arc::new(SetClock(AtomicI64::new(RealWorld.now())));
    println!("\n{}", if cluster.is_some() { "PostgreSQL" } else { "SQLite" });
    let (server, port) = runtime.block_on(serve(cli, folder.path(), cluster, Arc::clone(&clock)))?;
    let mut missed = 0;
    let of_path = |target: &&Target| cli.only.is_empty() || target.path == cli.only;
    for (place, target) in TARGETS.iter().filter(of_path).enumerate() {
        let mut wire = Wire::open(port, target.host)?;
        if wire.form(target.path)?.is_none() {
            println!("  {}: SKIPPED, there is no such page", target.path);
            continue;
        }
        let mut dice = Dice(cli.seed);
        let addresses = Addresses::new(
            cli.tries.unwrap_or(target.tries).div_ceil(target.tries_per_address),
            // One page may be measured in two ways, each with people of its own.
            &format!("{place}{}", target.path),
            &mut dice,
        );
        if !cli.nobody {
            let kind = if target.path.starts_with("/portal") { "client" } else { "staff" };
            runtime.block_on(seed(&server, &addresses, kind))?;
        }
        let [known, unknown] = measure(&mut wire, target, &addresses, &clock, &mut dice)?;
        missed += judge(target, &known, &unknown, &mut dice);
    }
    Ok(missed)
}

/// A server behind a trusted proxy, so that each try can come from an address of its own.
async fn serve(
    cli: &Cli,
    folder: &std::path::Path,
    cluster: Option<&str>,
    clock: Arc<SetClock>,
) -> Outcome<(Arc<Server>, u16)> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address: SocketAddr = listener.local_addr()?;
    let mut config = demo::settings(folder, address, &*clock)?;
    config.edge = Edge::Proxy { trusted: vec!["127.0.0.1/32".parse()?] };
    if cli.light {
        (config.passwords.argon2_memory_kib, config.passwords.argon2_passes) = (64, 1);
    }
    let database = match cluster {
        Some(cluster) => {
            let admin = Db::connect(cluster, 1).await?;
            let name = format!("timing_{}", std::process::id());
            admin.execute(Box::leak(format!("CREATE DATABASE {name}").into_boxed_str()), args![]).await?;
            admin.close().await;
            Database::Postgres(Secret::new(cluster.replacen("/postgres", &format!("/{name}"), 1)))
        }
        None => Database::Sqlite(folder.join("au.db")),
    };
    config.regions = vec![Region { name: "au".into(), database, max_connections: 6 }];
    let carriers = Carriers::with_mailbox(&config)?;
    let world = Arc::clone(&clock) as Arc<dyn World>;
    let server = start::furnished(config, world, start::Schema::Migrate, carriers, |_| {}).await?;
    let db = &server.region("au").ok_or("no region")?.db;
    db.execute(
        "INSERT INTO practice (id, slug, host, name, created_at, client_passwords) VALUES ($1, 'timing', $2, 'Timing', $3, 1)",
        args![PRACTICE, HOST, clock.now()],
    )
    .await?;
    let service = portico::app::front(Arc::clone(&server));
    tokio::spawn(listen::serve(listener, service, None, listen::Limits::default(), std::future::pending()));
    // Known and unknown part ways in the background: that work goes on beside the answers, as in earnest.
    let (say, stop) = tokio::sync::watch::channel(false);
    let work = tasks::spawn_all(&server, &stop);
    tokio::spawn(async move { drop((work.join_all().await, say)) });
    Ok((server, address.port()))
}

/// Names of one shape; who of them is known is decided by the dice.
struct Addresses {
    known: Vec<String>,
    unknown: Vec<String>,
    /// For warming up, known and unknown.
    spare: [Vec<String>; 2],
}

impl Addresses {
    fn new(count: usize, name: &str, dice: &mut Dice) -> Addresses {
        let spare = WARM_UP / 10;
        let mut all: Vec<String> = (0..2 * (count + spare))
            .map(|number| format!("{}-{}@example.com", name.replace('/', "e"), 100_000 + number))
            .collect();
        dice.shuffle(&mut all);
        let mut take = |count| all.split_off(all.len() - count);
        Addresses { known: take(count), unknown: take(count), spare: [take(spare), take(spare)] }
    }
}

async fn seed(server: &Server, addresses: &Addresses, kind: &str) -> Outcome<()> {
    let password = hashing::Secret::new("granite-lantern-58-orchard".to_owned());
    let hash = server.hashing.hash(password, random::<16>(&RealWorld)).await?;
    let now = server.world.now();
    let mut tx = server.region("au").ok_or("no region")?.db.write().await?;
    for email in addresses.known.iter().chain(&addresses.spare[0]) {
        tx.execute(
            "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, password, password_set_at, joined_at, created_at)
             VALUES ($1, $2, $6, $7, 'Pat Example', $3, $3, $4, $5, $5, $5)",
            args![PRACTICE, new_id(&RealWorld), email, &hash, now, kind, if kind == "staff" { "practitioner" } else { "client" }],
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// Every address once a round, in an order of its own each time.
fn measure(
    wire: &mut Wire,
    target: &Target,
    addresses: &Addresses,
    clock: &SetClock,
    dice: &mut Dice,
) -> Outcome<[Vec<Try>; 2]> {
    wire.more = target.more;
    let mut from = 0x0a00_0000_u32;
    let mut ask = |wire: &mut Wire, token: &str, email: &str| -> Outcome<f64> {
        // A wider network of its own each: names tried in vain are counted on both.
        from += 256;
        let form = format!("csrf={token}&email={}{}", email.replace('@', "%40"), target.rest);
        let answer = wire.post(target.path, Ipv4Addr::from_bits(from), &form)?;
        if matches!(answer.status, 200 | 303 | 422) { Ok(answer.time) } else { Err(answer.text.into()) }
    };
    for _ in 0..5 {
        clock.0.fetch_add(target.step, Ordering::SeqCst);
        let token = wire.form(target.path)?.ok_or("no form")?;
        for email in addresses.spare.iter().flatten() {
            ask(wire, &token, email)?;
        }
    }
    let mut tries = [vec![], vec![]];
    let mut order: Vec<(usize, usize)> = [&addresses.known, &addresses.unknown]
        .into_iter()
        .enumerate()
        .flat_map(|(class, list)| (0..list.len()).map(move |address| (class, address)))
        .collect();
    for _ in 0..target.tries_per_address {
        clock.0.fetch_add(target.step, Ordering::SeqCst);
        let token = wire.form(target.path)?.ok_or("no form")?;
        dice.shuffle(&mut order);
        for (class, address) in &order {
            let email = if *class == 0 { &addresses.known[*address] } else { &addresses.unknown[*address] };
            tries[*class].push(Try { address: *address, time: ask(wire, &token, email)? });
        }
    }
    Ok(tries)
}

/// Prints what the times say; answers how many bars were missed.
fn judge(target: &Target, known: &[Try], unknown: &[Try], dice: &mut Dice) -> usize {
    let margin = target.margin;
    let mut missed = 0;
    let mut verdict = |held: bool| {
        missed += usize::from(!held);
        if held { "pass" } else { "MISS" }
    };
    let how = if target.more.is_empty() { "" } else { " with a forged cookie" };
    println!("  {}{how}: known against unknown, {} tries each", target.path, known.len());
    for (name, share) in [("p10", 0.1), ("p50", 0.5)] {
        let difference = stats::quantile(known, share) - stats::quantile(unknown, share);
        let (low, high) = stats::interval(known, unknown, share, dice);
        let verdict = verdict(low >= -margin && high <= margin);
        println!(
            "    {name} {:8.3} ms, difference {difference:+.3} ms, 99 % within {low:+.3} to {high:+.3}, bounds ±{margin:.2}   {verdict}",
            stats::quantile(known, share)
        );
    }
    let welch = stats::cropped_welch(known, unknown);
    println!("    Welch t below p90 {welch:+.2}, alarm at 4.5   {}", verdict(welch.abs() < 4.5));
    let area = stats::attack(known, unknown, dice);
    println!(
        "    attacker's AUC, {} tries an address {area:.3}, at most {MOST_AREA:.2}   {}",
        target.tries_per_address,
        verdict(area <= MOST_AREA)
    );
    missed
}
