//! The power goes at every point of a sign-in, with and without 2FA: afterwards all of it has happened, or nothing, and the next one works.
//! The server is this program again, started with a world that ends the process at the named point.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(
    clippy::disallowed_methods,
    reason = "the environment tells the server where to stop; another process is waited for"
)]

#[path = "crash/http.rs"]
mod http;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http::Browser;
use portico::args;
use portico::factors::totp_code::{code, step_at};
use portico::ops::demo;
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

/// Not a test: the server that the others start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the other tests of this file"]
async fn the_server() {
    let folder = std::path::PathBuf::from(std::env::var("CRASH_FOLDER").unwrap());
    let wanted =
        demo::Wanted { ready_file: Some(folder.join("ready")), data_dir: Some(folder), port: 0, history: false };
    demo::run(wanted, Arc::new(UntilPoint(std::env::var("CRASH_AT").unwrap()))).await.unwrap();
}

/// A server on a folder, and its port.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(folder: &Path, crash_at: &str) -> Server {
        let ready = folder.join("ready");
        let _ = std::fs::remove_file(&ready);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_server", "--ignored", "--nocapture"])
            .env("CRASH_FOLDER", folder)
            .env("CRASH_AT", crash_at)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Server { child, port: 0 };
        let text = server.wait_for(&ready);
        let ready: serde_json::Value = serde_json::from_str(&text).unwrap();
        server.port = ready["entrance"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
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
            let page = browser.get("/sign-in/code").expect("the page that asks for the code");
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
async fn on_record(folder: &Path) -> [i64; 4] {
    let db = Db::connect(&format!("sqlite:{}/au.db", folder.display()), 1).await.unwrap();
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

async fn crash_at(point: &str, happened: bool) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "never");
    assert!(server.sign_in(None).is_some(), "the first sign-in, so that the next browser is a new one");
    drop(server);
    assert_eq!(on_record(folder.path()).await, [1, 1, 1, 0]);

    let mut server = Server::start(folder.path(), point);
    assert_eq!(server.sign_in(None), None, "the process ended before it answered");
    assert!(!server.child.wait().unwrap().success(), "{point} was never reached");
    let expected = if happened { [2, 2, 2, 1] } else { [1, 1, 1, 0] };
    assert_eq!(on_record(folder.path()).await, expected, "all or nothing at «{point}»");

    let server = Server::start(folder.path(), "never");
    assert!(server.sign_in(None).is_some(), "after the crash the browser signs in again");
    drop(server);
    assert_eq!(on_record(folder.path()).await, expected.map(|count| count + 1), "and that is on record once");
}

#[tokio::test]
async fn at_password_accepted_nothing_has_happened() {
    crash_at("password accepted", false).await;
}

#[tokio::test]
async fn at_mail_queued_nothing_has_happened() {
    crash_at("mail queued", false).await;
}

#[tokio::test]
async fn at_session_stored_nothing_has_happened() {
    crash_at("session stored", false).await;
}

#[tokio::test]
async fn at_signed_in_everything_has_happened() {
    crash_at("signed in", true).await;
}

/// Gives Sam an app, as its set-up leaves it, while no server runs.
async fn give_app(folder: &Path) {
    let db = Db::connect(&format!("sqlite:{}/au.db", folder.display()), 1).await.unwrap();
    let sql = "SELECT practice_id, id FROM person WHERE email_key = $1 AND kind = 'staff'";
    let (practice, person): (String, String) = db.optional(sql, args![EMAIL]).await.unwrap().unwrap();
    let ring = Keyring::parse(&std::fs::read_to_string(folder.join("keys")).unwrap()).unwrap();
    let text = data_encoding::BASE32_NOPAD.encode(SECRET);
    let sealed = ring.seal("totp", &[&practice, &person], text.as_bytes(), random::<24>(&RealWorld)).unwrap();
    let sql = "UPDATE person SET totp_secret = $2, totp_since = 1 WHERE id = $1";
    assert_eq!(db.execute(sql, args![person, sealed]).await.unwrap(), 1);
    db.close().await;
}

/// The last step whose code was taken from Sam.
async fn last_step(folder: &Path) -> i64 {
    let db = Db::connect(&format!("sqlite:{}/au.db", folder.display()), 1).await.unwrap();
    let sql = "SELECT totp_last_step FROM person WHERE email_key = $1 AND kind = 'staff'";
    let (step,) = db.optional::<(i64,)>(sql, args![EMAIL]).await.unwrap().unwrap();
    db.close().await;
    step
}

/// As [`crash_at`], with a password and a code.
async fn crash_with_code_at(point: &str, happened: bool) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "never");
    assert!(server.sign_in(None).is_some(), "the first sign-in, so that the next browser is a new one");
    drop(server);
    give_app(folder.path()).await;

    let mut server = Server::start(folder.path(), point);
    // The next step's code works for a minute at least: time enough to start again and type it once more.
    let step = step_at(RealWorld.now()) + i64::from(!happened);
    assert_eq!(server.sign_in(Some(&code(SECRET, step))), None, "the process ended before it answered");
    assert!(!server.child.wait().unwrap().success(), "{point} was never reached");
    let expected = if happened { [2, 2, 2, 1] } else { [1, 1, 1, 0] };
    assert_eq!(on_record(folder.path()).await, expected, "all or nothing at «{point}»");
    assert_eq!(last_step(folder.path()).await, if happened { step } else { 0 }, "and so for the code");

    let server = Server::start(folder.path(), "never");
    let again = if happened {
        assert_eq!(server.sign_in(Some(&code(SECRET, step))), None, "a code is taken once");
        step_at(RealWorld.now()).max(step + 1)
    } else {
        step
    };
    assert!(server.sign_in(Some(&code(SECRET, again))).is_some(), "after the crash the person signs in again");
    drop(server);
    assert_eq!(on_record(folder.path()).await, expected.map(|count| count + 1), "and that is on record once");
    assert_eq!(last_step(folder.path()).await, again);
}

#[tokio::test]
async fn at_code_accepted_nothing_has_happened_and_the_code_still_works() {
    crash_with_code_at("code accepted", false).await;
}

#[tokio::test]
async fn at_session_stored_after_a_code_nothing_has_happened() {
    crash_with_code_at("session stored", false).await;
}

#[tokio::test]
async fn at_signed_in_with_a_code_everything_has_happened() {
    crash_with_code_at("signed in", true).await;
}
