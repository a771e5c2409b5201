//! `portico demo`: a whole world that needs nothing but the program: two regions on SQLite, practices with people,
//! and a mailbox that anybody at this computer can read. It refuses to listen anywhere but on loopback.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;

use super::demo_people::{self, Known};
use super::world_of_samples::{PEOPLE, PRACTICES, SamplePractice};
use super::{demo_page, demo_visit};
use crate::app;
use crate::args;
use crate::audit::chain;
use crate::config::{Asked, Config, Database, Edge, Entrance, Keys, Log, Mail, Passwords, Region};
use crate::entrance::{Signpost, Signposts};
use crate::notices::carriers::Carriers;
use crate::ops::start::Schema;
use crate::ops::{history, log, mailbox, serve, start};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::Secret;
use crate::platform::keyring::Keyring;
use crate::platform::server::{ENTRANCE, Server};
use crate::platform::world::{World, new_id, random};

/// What the command line asked for.
pub struct Wanted {
    pub data_dir: Option<PathBuf>,
    /// 0 picks a free one.
    pub port: u16,
    pub ready_file: Option<PathBuf>,
    /// A year of sign-ins to look at.
    pub history: bool,
}

/// Runs the demo until it is asked to end.
///
/// # Errors
/// A fault that says what could not be opened.
pub async fn run(wanted: Wanted, world: Arc<dyn World>) -> Result<()> {
    serve::refuse_old_clock(&*world)?;
    let folder = Folder::of(&wanted, &*world)?;
    let listeners = listeners(wanted.port).await?;
    let address = listeners[0].local_addr().map_err(|error| Error::fault("port", error))?;
    refuse_strangers(&listeners)?;
    let settings = settings(&folder.path, address, &*world)?;
    log::begin(&settings.log);
    let carriers = Carriers::with_mailbox(&settings)?;
    let posts =
        [Signpost { path: "/demo", message: "demo-people" }, Signpost { path: "/mailbox", message: "demo-mailbox" }];
    let furnish = |server: &mut Server| server.keep(Signposts(posts.into()));
    let server = start::furnished(settings, world, Schema::Migrate, carriers, furnish).await?;
    let people = fill(&server).await?;
    if wanted.history {
        history::fill(&server).await?;
        while chain::seal_all(&server).await? > 0 {}
    }
    let key = demo_visit::prepare(&server).await?;
    let more = mailbox::routes().merge(demo_visit::routes()).merge(demo_page::routes(people.clone()));
    let service = app::front_with(Arc::clone(&server), more);
    let told = Told { people, key };
    let greeting = welcome(Arc::clone(&server), address, wanted.ready_file.clone(), folder.path.clone(), told);
    let greeting = tokio::spawn(greeting);
    let stand = serve::Stand { listeners, service, certificates: None, metrics: None };
    let served = serve::until_asked(&server, stand).await;
    greeting.abort();
    drop(folder);
    served
}

/// Where the demo's data lives; a temporary folder goes with it.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn of(wanted: &Wanted, world: &dyn World) -> Result<Folder> {
        let name = || format!("portico-demo-{}", data_encoding::HEXLOWER.encode(&random::<4>(world)));
        let path = wanted.data_dir.clone().unwrap_or_else(|| std::env::temp_dir().join(name()));
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(|error| Error::fault(&path.display().to_string(), error))?;
        Ok(Folder { path, temporary: wanted.data_dir.is_none() })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What is left behind lies in the folder for temporary things.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// 127.0.0.1, and [::1] on the same port where there is one: some browsers take `*.localhost` there first.
async fn listeners(port: u16) -> Result<Vec<TcpListener>> {
    let first = serve::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(|error| match error {
        Error::Fault(text) if port != 0 => Error::Fault(format!("{text}; --port 0 picks a port that is free")),
        other => other,
    })?;
    let port = first.local_addr().map_err(|error| Error::fault("port", error))?.port();
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))).await.ok();
    Ok(std::iter::once(first).chain(second).collect())
}

/// Everybody who can reach the demo can read all its mail: nobody but this computer may.
fn refuse_strangers(listeners: &[TcpListener]) -> Result<()> {
    for listener in listeners {
        let address = listener.local_addr().map_err(|error| Error::fault("port", error))?;
        if !address.ip().is_loopback() {
            return Err(Error::Fault(format!("the demo listens on this computer alone, not on {address}")));
        }
    }
    Ok(())
}

/// What whoever started the demo is told.
struct Told {
    people: Vec<Known>,
    /// Of the sample program at Harbour Physio.
    key: String,
}

/// Once the server answers: the ready file, whole or not at all, and a greeting.
async fn welcome(server: Arc<Server>, address: SocketAddr, ready_file: Option<PathBuf>, folder: PathBuf, told: Told) {
    if let Err(error) = answers(address).await {
        tracing::error!(%error, "the demo does not answer");
        return;
    }
    if let Some(file) = ready_file {
        let written = write_whole(&file, &ready_text(&server, &told).to_string());
        if let Err(error) = written {
            tracing::error!(%error, "the ready file could not be written");
        }
    }
    greet(&server, &folder, &told);
}

/// A real request to itself, as a browser would make it.
async fn answers(address: SocketAddr) -> std::io::Result<()> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.lines().next().unwrap_or_default();
    if status.contains(" 200 ") { Ok(()) } else { Err(std::io::Error::other(status.to_owned())) }
}

/// Readers see no file or the whole one.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
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
        far_regions: vec![],
        link_keys: BTreeMap::new(),
        entrance_address: None,
        entrance: Some(Entrance { database: region(ENTRANCE), mail_to_strangers: true }),
        edge: Edge::Loopback,
        keys: Keys { ring, file: Some(file) },
        mail: Mail::None,
        asked: Asked { per_practice: 2000, in_all: 20_000 },
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
        log: Log { json: false, level: "warn".into() },
    })
}

/// Puts the sample practices and people into empty databases; answers each person, and whether what was there before has another
/// password by now.
///
/// # Errors
/// Faults of the databases.
pub async fn fill(server: &Server) -> Result<Vec<Known>> {
    let mut before = vec![];
    for practice in PRACTICES {
        // A region of another deployment is filled there.
        let Some(region) = server.region(practice.region) else { continue };
        let db = &region.db;
        let there: Option<(String,)> =
            db.optional("SELECT id FROM practice WHERE slug = $1", args![practice.slug]).await?;
        match there {
            Some(_) => before.push(practice.slug),
            None => add_practice(server, practice).await?,
        }
    }
    demo_people::known(server, &before).await
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
fn ready_text(server: &Server, Told { people, key }: &Told) -> serde_json::Value {
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
        "people": people.iter().map(|known @ Known { person, changed, .. }| json!({
            "practice": person.practice, "kind": person.kind, "role": person.role, "name": person.name,
            "email": person.email, "password": known.password(), "password_changed": changed, "mobile": person.mobile,
        })).collect::<Vec<_>>(),
        "api": {
            "practice": demo_visit::PRACTICE, "url": format!("{}/api/v1", harbour(server)), "key": key,
            "client": { "reference": demo_visit::REFERENCE },
        },
    })
}

/// Where the sample program calls.
fn harbour(server: &Server) -> String {
    server.origin_in(demo_visit::REGION, demo_visit::PRACTICE)
}

#[expect(clippy::print_stdout, reason = "the demo greets whoever started it")]
fn greet(server: &Server, folder: &Path, Told { people, key }: &Told) {
    println!("\nPortico demo, data in {}\n", folder.display());
    println!("  Open        {}", server.entrance());
    println!("  Mailbox     {}/mailbox   (all mail and text messages of the demo)\n", server.entrance());
    for sample in PRACTICES.iter().filter(|sample| sample.slug != "support") {
        println!(
            "  {}   {}/sign-in",
            sample.name,
            server.origin_of(&format!("{}.{}.{}", sample.slug, sample.region, server.config.base))
        );
        for known in
            people.iter().filter(|Known { person, .. }| person.practice == sample.slug && person.password.is_some())
        {
            let (role, email) = (known.person.role, known.person.email);
            println!("      {role:<14} {email:<20} password: {}", known.password().unwrap_or("(changed)"));
        }
    }
    println!("\n  Programs    {}/api/v1   key: {key}", harbour(server));
    println!("\nCtrl+C ends it.\n");
}
