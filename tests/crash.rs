//! The power goes at every point of a sign-in: afterwards all of it has happened, or nothing, and the next one works.
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
use portico::ops::demo;
use portico::platform::db::Db;
use portico::platform::world::{RealWorld, World};

const EMAIL: &str = "sam@example.com";
const PASSWORD: &str = "copper-kettle-meadow-19";

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

    /// Fills in the sign-in page and sends it; answers the cookie of the session, if the answer came.
    fn sign_in(&self) -> Option<String> {
        let mut browser = Browser::new(self.port, "harbour-physio.au.localhost");
        let page = browser.get("/sign-in").expect("the sign-in page");
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        browser.post("/sign-in", &[("csrf", csrf), ("email", EMAIL), ("password", PASSWORD)])?;
        browser.cookies.get("__Host-session").cloned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
    assert!(server.sign_in().is_some(), "the first sign-in, so that the next browser is a new one");
    drop(server);
    assert_eq!(on_record(folder.path()).await, [1, 1, 1, 0]);

    let mut server = Server::start(folder.path(), point);
    assert_eq!(server.sign_in(), None, "the process ended before it answered");
    assert!(!server.child.wait().unwrap().success(), "{point} was never reached");
    let expected = if happened { [2, 2, 2, 1] } else { [1, 1, 1, 0] };
    assert_eq!(on_record(folder.path()).await, expected, "all or nothing at «{point}»");

    let server = Server::start(folder.path(), "never");
    assert!(server.sign_in().is_some(), "after the crash the browser signs in again");
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
