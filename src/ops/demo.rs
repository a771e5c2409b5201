//! `portico demo`: a whole world that needs nothing but the program: two regions on SQLite, practices with people,
//! and a mailbox that anybody at this computer can read. It refuses to listen anywhere but on loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;

use axum::routing::get;

use super::demo_page;
use super::world_of_samples::{PEOPLE, PRACTICES, SamplePerson, SamplePractice};
use crate::app;
use crate::args;
use crate::config::{Config, Database, Edge, Keys, Log, Mail, Passwords, Region};
use crate::entrance::{Signpost, Signposts};
use crate::notices::carriers::Carriers;
use crate::notices::outbox;
use crate::ops::{listen, mailbox, start};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::Secret;
use crate::platform::keyring::Keyring;
use crate::platform::server::Server;
use crate::platform::world::{World, new_id, random};

/// What the command line asked for.
pub struct Wanted {
    pub data_dir: Option<PathBuf>,
    /// 0 picks a free one.
    pub port: u16,
    pub ready_file: Option<PathBuf>,
}

/// Runs the demo until it is asked to end.
///
/// # Errors
/// A fault that says what could not be opened.
pub async fn run(wanted: Wanted, world: Arc<dyn World>) -> Result<()> {
    let folder = folder(&wanted, &*world)?;
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, wanted.port))).await;
    let listener = listener.map_err(|error| Error::fault(&format!("port {}", wanted.port), error))?;
    let address = listener.local_addr().map_err(|error| Error::fault("port", error))?;
    let config = settings(&folder, address, &*world)?;
    let carriers = Carriers::with_mailbox(&config)?;
    let posts =
        [Signpost { path: "/demo", message: "demo-people" }, Signpost { path: "/mailbox", message: "demo-mailbox" }];
    let furnish = |server: &mut Server| server.keep(Signposts(posts.into()));
    let server = start::furnished(config, world, carriers, furnish).await?;
    let passwords = fill(&server).await?;
    let ready = ready_text(&server, &passwords);
    if let Some(file) = &wanted.ready_file {
        std::fs::write(file, ready.to_string()).map_err(|error| Error::fault("ready file", error))?;
    }
    greet(&server, &folder, &passwords);
    let router = app::router_with(Arc::clone(&server), mailbox::routes().route("/demo", get(demo_page::people)));
    let stop = || async { listen::asked_to_end().await.unwrap_or_default() };
    let outbox = tokio::spawn(outbox::run(Arc::clone(&server), stop()));
    listen::serve(listener, router, None, listen::Limits::default(), stop())
        .await
        .map_err(|error| Error::fault("listening", error))?;
    outbox.await.map_err(|error| Error::fault("outbox", error))
}

fn folder(wanted: &Wanted, world: &dyn World) -> Result<PathBuf> {
    let folder = wanted.data_dir.clone().unwrap_or_else(|| {
        std::env::temp_dir().join(format!("portico-demo-{}", data_encoding::HEXLOWER.encode(&random::<4>(world))))
    });
    std::fs::create_dir_all(&folder).map_err(|error| Error::fault(&folder.display().to_string(), error))?;
    Ok(folder)
}

/// The settings of the demo; its keys live in its folder, so that it can be started again on the same data.
///
/// # Errors
/// A fault when its key file cannot be read or written.
pub fn settings(folder: &Path, listen: SocketAddr, world: &dyn World) -> Result<Config> {
    let file = folder.join("keys");
    let ring = match std::fs::read_to_string(&file) {
        Ok(text) => Keyring::parse(&text).map_err(|problem| Error::fault("keys", problem))?,
        Err(_) => {
            let ring = Keyring::generate("k1", random::<32>(world)).map_err(|problem| Error::fault("keys", problem))?;
            ring.rewrite(&file).map_err(|error| Error::fault("keys", error))?;
            ring
        }
    };
    let region = |name: &str| Region {
        name: name.to_owned(),
        database: Database::Sqlite(folder.join(format!("{name}.db"))),
        max_connections: 4,
    };
    Ok(Config {
        base: "localhost".into(),
        listen,
        metrics_listen: None,
        public_scheme: "http",
        public_port: listen.port(),
        operator_name: "Portico demo".into(),
        operator_contact: "help@example.com".into(),
        regions: vec![region("au"), region("uk")],
        edge: Edge::Loopback,
        keys: Keys { ring, file: Some(file) },
        mail: Mail::None,
        text: None,
        passwords: Passwords {
            argon2_memory_kib: 19_456,
            argon2_passes: 2,
            hash_threads: std::thread::available_parallelism().map_or(1, Into::into),
            hash_queue: 64,
            leaked_list: None,
        },
        places_file: None,
        audit_keep_years: 6,
        log: Log { json: false, level: "info".into() },
    })
}

/// Puts the sample practices and people into empty databases; answers each person's password.
///
/// # Errors
/// Faults of the databases.
pub async fn fill(server: &Server) -> Result<Vec<(&'static SamplePerson, Option<&'static str>)>> {
    for practice in PRACTICES {
        let db = &server.region(practice.region).ok_or(Error::NotFound)?.db;
        let there: Option<(String,)> =
            db.optional("SELECT id FROM practice WHERE slug = $1", args![practice.slug]).await?;
        if there.is_none() {
            add_practice(server, practice).await?;
        }
    }
    Ok(PEOPLE.iter().map(|person| (person, person.password)).collect())
}

async fn add_practice(server: &Server, sample: &SamplePractice) -> Result<()> {
    let (world, region) = (&*server.world, server.region(sample.region).ok_or(Error::NotFound)?);
    let (id, now) = (new_id(world), world.now());
    let host = format!("{}.{}.{}", sample.slug, sample.region, server.config.base);
    let people = PEOPLE.iter().filter(|person| person.practice == sample.slug);
    let mut hashed = Vec::new();
    for person in people {
        let hash = match person.password {
            Some(password) => {
                let hash = server.hashing.hash(Secret::new(password.to_owned()), random::<16>(world)).await;
                Some(hash.map_err(|error| Error::fault("password", error))?)
            }
            None => None,
        };
        hashed.push((person, hash));
    }
    let mut tx = region.db.write().await?;
    tx.execute(
        "INSERT INTO practice (id, slug, host, name, colour, logo, country, zone, contact_phone, contact_email, contact_hours, created_at, admins_second_from, everyone_second_from)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13)",
        args![
            &id, sample.slug, host, sample.name, sample.colour, data_encoding::BASE64.encode(sample.logo), sample.country, sample.zone,
            sample.phone, sample.email, sample.hours, now, now + 14 * 86_400,
        ],
    )
    .await?;
    for (person, hash) in hashed {
        let person_id = new_id(world);
        let mobile = match person.mobile {
            Some(mobile) => Some(server.seal("mobile", &[&id, &person_id], mobile)?),
            None => None,
        };
        let email = Email::parse(person.email).map_err(|problem| Error::Fault(format!("{problem:?}")))?;
        tx.execute(
            "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, mobile, mobile_proved_at, password, password_set_at, joined_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11)",
            args![
                &id, &person_id, person.kind, person.role, person.name, email.typed(), email.canonical(), mobile,
                person.mobile.map(|_| now), hash, now,
            ],
        )
        .await?;
    }
    tx.commit().await
}

/// The ready file of decisions.md.
fn ready_text(server: &Server, people: &[(&SamplePerson, Option<&str>)]) -> serde_json::Value {
    let url = |sample: &SamplePractice| {
        server.origin_of(&format!("{}.{}.{}", sample.slug, sample.region, server.config.base))
    };
    json!({
        "entrance": server.entrance(),
        "mailbox": format!("{}/mailbox", server.entrance()),
        "support": server.origin_of(&format!("support.{}", server.config.base)),
        "practices": PRACTICES.iter().filter(|sample| sample.slug != "support").map(|sample| json!({
            "slug": sample.slug, "region": sample.region, "name": sample.name, "url": url(sample),
        })).collect::<Vec<_>>(),
        "people": people.iter().map(|(person, password)| json!({
            "practice": person.practice, "kind": person.kind, "role": person.role, "name": person.name,
            "email": person.email, "password": password, "mobile": person.mobile,
        })).collect::<Vec<_>>(),
    })
}

#[expect(clippy::print_stdout, reason = "the demo greets whoever started it")]
fn greet(server: &Server, folder: &Path, people: &[(&SamplePerson, Option<&str>)]) {
    println!("\nPortico demo, data in {}\n", folder.display());
    println!("  Open        {}", server.entrance());
    println!("  Mailbox     {}/mailbox   (all mail and text messages of the demo)\n", server.entrance());
    for sample in PRACTICES.iter().filter(|sample| sample.slug != "support") {
        println!(
            "  {}   {}/sign-in",
            sample.name,
            server.origin_of(&format!("{}.{}.{}", sample.slug, sample.region, server.config.base))
        );
        for (person, password) in
            people.iter().filter(|(person, password)| person.practice == sample.slug && password.is_some())
        {
            println!("      {:<14} {:<20} password: {}", person.role, person.email, password.unwrap_or_default());
        }
    }
    println!("\nCtrl+C ends it.\n");
}
