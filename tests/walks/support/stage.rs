//! A whole server in this process with the demo's people, a clock that tests set, and its own databases.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use futures_util::future::BoxFuture;
use portico::config::{Config, Database, Region};
use portico::notices::carriers::Carriers;
use portico::notices::outbox;
use portico::ops::{demo, mailbox, start};
use portico::platform::db::{Arg, Db};
use portico::platform::ring_marks;
use portico::platform::server::Server;
use portico::platform::world::{RealWorld, World};

use super::browser::Browser;

/// Saturday 21 November 2026, 06:00 UTC.
pub const START: i64 = 1_795_240_800;

pub struct SetClock {
    now: AtomicI64,
    meanwhile: Mutex<Option<Meanwhile>>,
}

/// A point that a request comes to, and what happens there once.
type Meanwhile = (&'static str, BoxFuture<'static, ()>);

impl World for SetClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
    fn fill(&self, bytes: &mut [u8]) {
        RealWorld.fill(bytes);
    }
    fn reached(&self, point: &'static str) {
        let happens = self.meanwhile.lock().unwrap().take_if(|(at, _)| *at == point);
        if let Some((_, happens)) = happens {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(happens));
        }
    }
}

pub struct Stage {
    pub server: Arc<Server>,
    pub router: Router,
    clock: Arc<SetClock>,
    pub folder: tempfile::TempDir,
}

/// A mail or text message waiting in, or gone through, the outbox.
#[derive(Debug, Clone)]
pub struct Sent {
    pub kind: String,
    pub about: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(sqlx::FromRow)]
struct Waiting {
    practice_id: String,
    id: String,
    kind: String,
    about: String,
    person_id: Option<String>,
    recipient: String,
    body: Option<String>,
}

impl Stage {
    pub async fn sqlite() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        Stage::with(folder, |_| {}).await
    }

    /// None when no PostgreSQL is at hand; `make test` always brings one.
    pub async fn postgres() -> Option<Stage> {
        let change = databases().await?;
        Some(Stage::with(tempfile::tempdir().unwrap(), change).await)
    }

    /// As [`Stage::postgres`], with other settings.
    pub async fn postgres_with(settings: impl FnOnce(&mut Config)) -> Option<Stage> {
        let databases = databases().await?;
        let change = move |config: &mut Config| {
            databases(config);
            settings(config);
        };
        Some(Stage::with(tempfile::tempdir().unwrap(), change).await)
    }

    /// As [`Stage::sqlite`] and [`Stage::postgres`], with other ways for messages to leave by.
    pub async fn sqlite_sending(carriers: Carriers) -> Stage {
        Stage::build(tempfile::tempdir().unwrap(), |_| {}, |_| carriers).await
    }

    pub async fn postgres_sending(carriers: Carriers) -> Option<Stage> {
        let change = databases().await?;
        Some(Stage::build(tempfile::tempdir().unwrap(), change, |_| carriers).await)
    }

    /// Messages go to a mailbox in memory unless the settings say otherwise.
    pub async fn with(folder: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Stage {
        Stage::build(folder, change, |config| Carriers::with_mailbox(config).unwrap()).await
    }

    async fn build(
        folder: tempfile::TempDir,
        change: impl FnOnce(&mut Config),
        carriers: impl FnOnce(&Config) -> Carriers,
    ) -> Stage {
        let clock = Arc::new(SetClock { now: AtomicI64::new(START), meanwhile: Mutex::new(None) });
        let address: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let mut config = demo::settings(folder.path(), address, &*clock).unwrap();
        change(&mut config);
        let carriers = carriers(&config);
        let server =
            start::furnished(config, Arc::clone(&clock) as Arc<dyn World>, start::Schema::Migrate, carriers, |_| {})
                .await
                .unwrap();
        demo::fill(&server).await.unwrap();
        ring_marks::note(&server).await.unwrap();
        let router = portico::app::router_with(Arc::clone(&server), mailbox::routes());
        Stage { router, server, clock, folder }
    }

    /// The server ends and another starts on the same databases.
    pub async fn restart(&mut self) {
        let mut config = demo::settings(self.folder.path(), self.server.config.listen, &*self.clock).unwrap();
        config.regions.clone_from(&self.server.config.regions);
        self.server = start::server(config, Arc::clone(&self.clock) as Arc<dyn World>).await.unwrap();
        self.router = portico::app::router(Arc::clone(&self.server));
    }

    /// Another node on the same databases, with a memory of its own.
    pub async fn second_node(&self) -> Router {
        let address: SocketAddr = "127.0.0.1:8080".parse().unwrap();
        let mut config = demo::settings(self.folder.path(), address, &*self.clock).unwrap();
        config.regions = self.server.config.regions.clone();
        let server = start::server(config, Arc::clone(&self.clock) as Arc<dyn World>).await.unwrap();
        portico::app::router(server)
    }

    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Lets so many seconds go by.
    pub fn wait(&self, seconds: i64) {
        self.clock.now.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Lets something happen once, when the next request comes to that point.
    pub fn meanwhile(&self, point: &'static str, happens: impl Future<Output = ()> + Send + 'static) {
        *self.clock.meanwhile.lock().unwrap() = Some((point, Box::pin(happens)));
    }

    /// A statement of its own that happens once, when the next request comes to that point.
    pub fn meanwhile_write(&self, point: &'static str, sql: &'static str, args: Vec<Arg>) {
        let db = self.au().clone();
        self.meanwhile(point, async move {
            db.execute(sql, args).await.unwrap();
        });
    }

    /// Whether a request came to the point of [`Stage::meanwhile`].
    pub fn was_held(&self) -> bool {
        self.clock.meanwhile.lock().unwrap().is_none()
    }

    /// A new browser at Harbour Physio.
    pub fn browser(&self) -> Browser {
        self.browser_at("harbour-physio.au.localhost:8080")
    }

    pub fn browser_at(&self, host: &str) -> Browser {
        Browser::new(self.router.clone(), host)
    }

    pub fn au(&self) -> &Db {
        &self.server.region("au").unwrap().db
    }

    /// Hands over everything that is due, jobs and what they make included; answers how many that were.
    pub async fn deliver(&self) -> usize {
        outbox::work(&self.server).await.unwrap()
    }

    /// Everything put into the outbox of the au region for an address, newest first; also what has been delivered into
    /// the mailbox in memory.
    pub async fn messages(&self, to: &str) -> Vec<Sent> {
        let rows: Vec<Waiting> = self
            .au()
            .all("SELECT practice_id, id, kind, about, person_id, recipient, body FROM outbox ORDER BY created_at DESC, id DESC", vec![])
            .await
            .unwrap();
        let mut found = vec![];
        for row in rows {
            let whose = [row.practice_id.as_str(), row.id.as_str(), row.person_id.as_deref().unwrap_or("")];
            let recipient = self.server.open("outbox to", &whose, &row.recipient).unwrap();
            if recipient != to {
                continue;
            }
            let Some(body) = &row.body else {
                found.extend(self.delivered(&row.id));
                continue;
            };
            let body: serde_json::Value =
                serde_json::from_str(&self.server.open("outbox body", &whose, body).unwrap()).unwrap();
            let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            found.push(Sent {
                kind: row.kind,
                about: row.about,
                to: recipient,
                subject: text("subject"),
                text: text("text"),
                html: text("html"),
            });
        }
        found
    }

    fn delivered(&self, id: &str) -> Option<Sent> {
        let kept = self.server.kept::<Carriers>().unwrap().mailbox()?.get(id)?;
        Some(Sent {
            kind: kept.channel.to_owned(),
            about: kept.about,
            to: kept.to,
            subject: kept.subject,
            text: kept.text,
            html: kept.html,
        })
    }

    /// The words of the record at Harbour Physio, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self.au().all("SELECT event FROM audit ORDER BY at, id", vec![]).await.unwrap();
        rows.into_iter().map(|(event,)| event).collect()
    }
}

/// No walk passes in which a page or a mail had a hole where a name or a time should stand.
impl Drop for Stage {
    fn drop(&mut self) {
        let missing = self.server.texts.missing();
        assert!(std::thread::panicking() || missing.is_empty(), "no words, or not all, for {missing:?}");
    }
}

/// New databases on the PostgreSQL at hand, put into the settings.
#[expect(clippy::disallowed_methods, reason = "scripts/postgres says where by the environment")]
async fn databases() -> Option<impl FnOnce(&mut Config)> {
    let url = std::env::var("TEST_POSTGRES").ok()?;
    let admin = Db::connect(&url, 1).await.unwrap();
    let mut databases = vec![];
    for region in ["au", "uk"] {
        let name =
            format!("walk_{}", data_encoding::HEXLOWER.encode(&portico::platform::world::random::<8>(&RealWorld)));
        let sql: &'static str = Box::leak(format!("CREATE DATABASE {name}").into_boxed_str());
        admin.execute(sql, vec![]).await.unwrap();
        databases.push((region, url.replacen("/postgres", &format!("/{name}"), 1)));
    }
    admin.close().await;
    Some(move |config: &mut Config| {
        config.regions = databases
            .iter()
            .map(|(region, url)| Region {
                name: (*region).to_owned(),
                database: Database::Postgres(portico::config::Secret::new(url.clone())),
                max_connections: 6,
            })
            .collect();
    })
}

/// The first link of a text, as a path.
pub fn link_in(text: &str) -> String {
    let start = text.find("http").expect("a link");
    let url = text[start..].split_whitespace().next().unwrap();
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    format!("/{path}")
}

/// The first run of six digits that stands alone.
pub fn code_in(text: &str) -> String {
    text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).expect("a code").to_owned()
}
