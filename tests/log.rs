//! A canary: whatever people type, hold or are sent must not be found in the log, at the finest level there is.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(clippy::expect_used, reason = "the stage it shares with the walks")]
#![expect(dead_code, reason = "the walks use more of the stage")]

#[path = "walks/support/mod.rs"]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use support::browser::Browser;
use support::portal::JO;
use support::program::{LINKS, Program, path_of, wish};
use support::stage::Stage;
use support::ways::somebody;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything secret that a browser holds or has typed.
fn secrets(browser: &Browser, typed: &[&str]) -> Vec<String> {
    let cookies = browser.cookies.values().flat_map(|value| value.split('.')).filter(|part| part.len() >= 16);
    cookies.chain(typed.iter().copied()).map(str::to_owned).collect()
}

/// A key that is right, one that is not, a link and what it leads on with.
async fn of_a_program(stage: &Stage) -> Vec<String> {
    let program = Program::at_harbour(stage).await;
    let stranger = Program { key: "portico_canary4711canary4711".into(), ..program.clone() };
    let mut wish = wish(stage, &somebody(stage, JO).await.id);
    wish["from"] = "2026-01-01T00:00:00Z".into();
    wish["until"] = "2026-01-02T00:00:00Z".into();
    assert_eq!(program.call(Method::POST, LINKS, Some(wish.clone())).await.status, 422);
    wish["from"] = portico::platform::when::rfc3339(stage.now() - 60).into();
    wish["until"] = portico::platform::when::rfc3339(stage.now() + 60).into();
    let link = program.with("idempotency-key", "canary-repeat-4711").make(wish).await;
    assert_eq!(stranger.call(Method::POST, LINKS, None).await.status, 401);
    let mut phone = stage.browser();
    phone.send(Method::GET, &path_of(&link), None).await;
    let to = phone.answered["location"].to_str().unwrap();
    let (_, statement) = to.split_once("guest=").unwrap();
    let token = path_of(&link).replace("/go/", "");
    vec![program.key, stranger.key, token, statement.to_owned(), "canary-repeat-4711".to_owned()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_token_or_address_is_written() {
    let written = Written::default();
    let writer = written.clone();
    tracing_subscriber::fmt()
        .with_env_filter(portico::ops::log::filter("debug"))
        .with_writer(move || writer.clone())
        .json()
        .init();
    let stage = Stage::sqlite().await;
    let typed = ["sam@example.com", "canary+tag@example.net", "copper-kettle-meadow-19", "canary password 4711"];
    let mut found = vec![];
    for (email, password) in [(typed[1], typed[3]), (typed[0], typed[3]), (typed[0], typed[2]), (typed[0], typed[2])] {
        let mut browser = stage.browser();
        browser.open("/sign-in?then=/me&email=canary%2Btag@example.net").await;
        found.extend(secrets(&browser, &[&browser.hidden("csrf")]));
        browser.submit(&[("email", email), ("password", password), ("keep", "1")]).await;
        browser.open("/link/canary-token-4711").await;
        found.extend(secrets(&browser, &typed));
    }
    found.push("canary-token-4711".to_owned());
    found.extend(of_a_program(&stage).await);
    for message in stage.messages(typed[0]).await {
        found.push(support::stage::link_in(&message.text).rsplit('/').next().unwrap().to_owned());
    }
    let noted = "SELECT DISTINCT event, request_id FROM audit WHERE event IN ('signed-in', 'guest-link-made')";
    let noted: Vec<(String, String)> = stage.au().all(noted, vec![]).await.unwrap();
    tracing::error!("the log was heard");
    let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log was heard") && log.contains("\"route\":\"/sign-in\""), "{log}");
    assert!(noted.len() > 1, "{noted:?}");
    for (event, request) in noted {
        assert!(log.contains(&request), "the request of {event} has another id in the log than in the record");
    }
    assert!(found.len() > 20, "only {} secrets", found.len());
    for secret in found {
        assert!(!log.contains(&secret), "«{secret}» is in the log:\n{log}");
    }
}
