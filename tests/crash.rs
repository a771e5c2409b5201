//! The power goes at every point of a sign-in, with and without 2FA, on both engines: afterwards all of it has happened, or nothing, and the next one works.
//! The server is this program again, started with a world that ends the process at the named point.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(
    clippy::disallowed_methods,
    reason = "the environment tells the server where to stop; another process is waited for"
)]

#[path = "crash/http.rs"]
mod http;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http::Browser;
use portico::args;
use portico::config::{Database, Secret};
use portico::factors::totp_code::{code, step_at};
use portico::notices::carriers::Carriers;
use portico::ops::{demo, serve, start};
use portico::platform::db::Db;
use portico::platform::keyring::Keyring;
use portico::platform::world::{RealWorld, World, random};

const EMAIL: &str = "sam@example.com";
const PASSWORD: &str = "copper-kettle-meadow-19";
/// What Sam's app holds, where Sam has one.
const SECRET: &[u8] = b"12345678901234567890";

/// The system's world until the point is reached; then nothing of the process is left, as after a SIGKILL.
struct UntilPoint(String);

impl World for UntilPoint {
    fn now(&self) -> i64 {
        RealWorld.now()
    }
    fn fill(&self, bytes: &mut [u8]) {
        RealWorld.fill(bytes);
    }
    fn reached(&self, point: &'static str) {
        if point == self.0 {
            std::process::abort();
        }
    }
}

/// Where a server's data is: keys and the ready file in a folder, the region au in a database of one engine.
struct Place {
    folder: tempfile::TempDir,
    url: String,
}

impl Place {
    fn sqlite() -> Place {
        let folder = tempfile::tempdir().unwrap();
        Place { url: format!("sqlite:{}/au.db", folder.path().display()), folder }
    }

    /// None when no PostgreSQL is at hand; `make test` always brings one.
    async fn postgres() -> Option<Place> {
        let url = std::env::var("TEST_POSTGRES").ok()?;
        let admin = Db::connect(&url, 1).await.unwrap();
        let name = format!("crash_{}", data_encoding::HEXLOWER.encode(&random::<8>(&RealWorld)));
        let sql: &'static str = Box::leak(format!("CREATE DATABASE {name}").into_boxed_str());
        admin.execute(sql, vec![]).await.unwrap();
        admin.close().await;
        let url = url.replacen("/postgres", &format!("/{name}"), 1);
        Some(Place { folder: tempfile::tempdir().unwrap(), url })
    }

    async fn open(&self) -> Db {
        Db::connect(&self.url, 2).await.unwrap()
    }
}

/// Not a test: the server that the others start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the other tests of this file"]
async fn the_server() {
    let folder = PathBuf::from(std::env::var("CRASH_FOLDER").unwrap());
    let (point, url) = (std::env::var("CRASH_AT").unwrap(), std::env::var("CRASH_DATABASE").unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let world: Arc<dyn World> = Arc::new(UntilPoint(point));
    let mut settings = demo::settings(&folder, address, &*world).unwrap();
    if url.starts_with("postgres") {
        settings.regions[0].database = Database::Postgres(Secret::new(url));
    }
    let carriers = Carriers::with_mailbox(&settings).unwrap();
    let server = start::furnished(settings, world, start::Schema::Migrate, carriers, |_| {}).await.unwrap();
    demo::fill(&server).await.unwrap();
    // Whoever joined in the same second signs in for the first time without a mail.
    let joined = "UPDATE person SET joined_at = 1 WHERE email_key = $1";
    server.region("au").unwrap().db.execute(joined, args![EMAIL]).await.unwrap();
    let service = portico::app::front(Arc::clone(&server));
    // The port takes requests already; they wait for the router, which is a moment away.
    std::fs::write(folder.join("ready.new"), address.port().to_string()).unwrap();
    std::fs::rename(folder.join("ready.new"), folder.join("ready")).unwrap();
    let stand = serve::Stand { listeners: vec![listener], service, certificates: None, metrics: None };
    serve::until_asked(&server, stand).await.unwrap();
}

/// A server on a folder, and its port.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(place: &Place, crash_at: &str) -> Server {
        let ready = place.folder.path().join("ready");
        let _ = std::fs::remove_file(&ready);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_server", "--ignored", "--nocapture"])
            .env("CRASH_FOLDER", place.folder.path())
            .env("CRASH_DATABASE", &place.url)
            .env("CRASH_AT", crash_at)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Server { child, port: 0 };
        server.port = server.wait_for(&ready).parse().unwrap();
        server
    }

    fn wait_for(&mut self, file: &Path) -> String {
        for _ in 0..600 {
            if let Ok(text) = std::fs::read_to_string(file) {
                return text;
            }
            assert!(self.child.try_wait().unwrap().is_none(), "the server ended before it was ready");
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server is not ready after 30 s");
    }

    /// Fills in the sign-in page, and the page that asks for a code where there is one; answers the cookie of the
    /// session, if the answer came.
    fn sign_in(&self, code: Option<&str>) -> Option<String> {
        let mut browser = Browser::new(self.port, "harbour-physio.au.localhost");
        let page = browser.get("/sign-in").expect("the sign-in page");
        browser.post("/sign-in", &[("csrf", hidden(&page, "csrf")), ("email", EMAIL), ("password", PASSWORD)])?;
        if let Some(code) = code {
            assert_eq!(browser.cookies.get("__Host-session"), None, "a password alone is not enough");
            assert_eq!(browser.location, "/sign-in/code");
            let page = browser.get(&browser.location.clone()).expect("the page that asks for the code");
            let fields = [("csrf", hidden(&page, "csrf")), ("of", hidden(&page, "of")), ("code", code)];
            browser.post("/sign-in/code", &fields)?;
        }
        browser.cookies.get("__Host-session").cloned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    field.split('"').next().unwrap()
}

/// How much of sign-ins is on record: attempts ended, sessions, lines of the record, notices of a new browser.
async fn on_record(place: &Place) -> [i64; 4] {
    let db = place.open().await;
    let mut counts = [0; 4];
    for (count, sql) in counts.iter_mut().zip([
        "SELECT COUNT(*) FROM attempt WHERE ended_at IS NOT NULL",
        "SELECT COUNT(*) FROM session",
        "SELECT COUNT(*) FROM audit WHERE event IN ('signed-in', 'signed-in-new-browser')",
        "SELECT COUNT(*) FROM outbox WHERE about = 'signed-in-new-browser'",
    ]) {
        *count = db.optional::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0;
    }
    db.close().await;
    counts
}

async fn crash_at(place: Place, point: &str, happened: bool) {
    let server = Server::start(&place, "never");
    assert!(server.sign_in(None).is_some(), "the first sign-in, so that the next browser is a new one");
    drop(server);
    // A sign-in that is over at once leaves no attempt behind.
    assert_eq!(on_record(&place).await, [0, 1, 1, 1]);

    let mut server = Server::start(&place, point);
    assert_eq!(server.sign_in(None), None, "the process ended before it answered");
    assert!(!server.child.wait().unwrap().success(), "{point} was never reached");
    let expected = if happened { [0, 2, 2, 2] } else { [0, 1, 1, 1] };
    assert_eq!(on_record(&place).await, expected, "all or nothing at «{point}»");

    let server = Server::start(&place, "never");
    assert!(server.sign_in(None).is_some(), "after the crash the browser signs in again");
    drop(server);
    let [none, sessions, lines, notices] = expected;
    let expected = [none, sessions + 1, lines + 1, notices + 1];
    assert_eq!(on_record(&place).await, expected, "and that is on record once");
}

/// Gives Sam an app, as its set-up leaves it, while no server runs.
async fn give_app(place: &Place) {
    let db = place.open().await;
    let sql = "SELECT practice_id, id FROM person WHERE email_key = $1 AND kind = 'staff'";
    let (practice, person): (String, String) = db.optional(sql, args![EMAIL]).await.unwrap().unwrap();
    let ring = Keyring::parse(&std::fs::read_to_string(place.folder.path().join("keys")).unwrap()).unwrap();
    let text = data_encoding::BASE32_NOPAD.encode(SECRET);
    let sealed = ring.seal("totp", &[&practice, &person], text.as_bytes(), random::<24>(&RealWorld)).unwrap();
    let sql = "UPDATE person SET totp_secret = $2, totp_since = 1 WHERE id = $1";
    assert_eq!(db.execute(sql, args![person, sealed]).await.unwrap(), 1);
    db.close().await;
}

/// The last step whose code was taken from Sam.
async fn last_step(place: &Place) -> i64 {
    let db = place.open().await;
    let sql = "SELECT totp_last_step FROM person WHERE email_key = $1 AND kind = 'staff'";
    let (step,) = db.optional::<(i64,)>(sql, args![EMAIL]).await.unwrap().unwrap();
    db.close().await;
    step
}

/// As [`crash_at`], with a password and a code.
async fn crash_with_code_at(place: Place, point: &str, happened: bool) {
    let server = Server::start(&place, "never");
    assert!(server.sign_in(None).is_some(), "the first sign-in, so that the next browser is a new one");
    drop(server);
    give_app(&place).await;

    let mut server = Server::start(&place, point);
    // The next step's code works for a minute at least: time enough to start again and type it once more.
    let step = step_at(RealWorld.now()) + i64::from(!happened);
    assert_eq!(server.sign_in(Some(&code(SECRET, step))), None, "the process ended before it answered");
    assert!(!server.child.wait().unwrap().success(), "{point} was never reached");
    let expected = if happened { [1, 2, 2, 2] } else { [0, 1, 1, 1] };
    assert_eq!(on_record(&place).await, expected, "all or nothing at «{point}»");
    assert_eq!(last_step(&place).await, if happened { step } else { 0 }, "and so for the code");

    let server = Server::start(&place, "never");
    let again = if happened {
        assert_eq!(server.sign_in(Some(&code(SECRET, step))), None, "a code is taken once");
        step_at(RealWorld.now()).max(step + 1)
    } else {
        step
    };
    assert!(server.sign_in(Some(&code(SECRET, again))).is_some(), "after the crash the person signs in again");
    drop(server);
    assert_eq!(on_record(&place).await, expected.map(|count| count + 1), "and that is on record once");
    assert_eq!(last_step(&place).await, again);
}

/// A crash on both engines.
macro_rules! crash {
    ($name:ident, $how:ident, $point:expr, $happened:expr) => {
        mod $name {
            #[tokio::test]
            async fn sqlite() {
                super::$how(super::Place::sqlite(), $point, $happened).await;
            }

            #[tokio::test]
            async fn postgres() {
                if let Some(place) = super::Place::postgres().await {
                    super::$how(place, $point, $happened).await;
                }
            }
        }
    };
}

crash!(at_password_accepted_nothing_has_happened, crash_at, "password accepted", false);
crash!(at_mail_queued_nothing_has_happened, crash_at, "mail queued", false);
crash!(at_session_stored_nothing_has_happened, crash_at, "session stored", false);
crash!(at_signed_in_everything_has_happened, crash_at, "signed in", true);
crash!(at_code_accepted_nothing_has_happened_and_the_code_still_works, crash_with_code_at, "code accepted", false);
crash!(at_mail_queued_after_a_code_nothing_has_happened, crash_with_code_at, "mail queued", false);
crash!(at_session_stored_after_a_code_nothing_has_happened, crash_with_code_at, "session stored", false);
crash!(at_signed_in_with_a_code_everything_has_happened, crash_with_code_at, "signed in", true);
