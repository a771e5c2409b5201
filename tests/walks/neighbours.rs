//! Two practices in one region, one database: whoever manages the one finds nothing of the other, under whatever number.

use axum::http::{HeaderName, Method};
use portico::args;
use portico::ops::practice::{self, Wanted};
use portico::ops::routes;
use portico::sign_in::step::Factor;

use crate::support::browser::Browser;
use crate::support::portal::{self, JO};
use crate::support::stage::Stage;
use crate::support::ways::{ALEX, SAM, ask_no_second, devices_of, let_in, log_in, sessions_of};
use crate::walk;

const NOBODY: &str = "0196c5f0-0000-7000-8000-000000000000";

/// Bay Dental, next door in the same database, with an administrator who has a session and a device.
async fn bay_dental(stage: &Stage) -> (String, String) {
    let wanted = Wanted {
        region: "au".into(),
        slug: "bay-dental".into(),
        name: "Bay Dental".into(),
        administrator: "kim@example.com".into(),
        administrator_name: "Kim Bayer".into(),
        colour: None,
        logo: None,
        country: "AU".into(),
        zone: "UTC".into(),
        phone: String::new(),
        email: String::new(),
    };
    let added = practice::add(&stage.server, &wanted).await.unwrap();
    for sql in [
        "UPDATE person SET joined_at = 1, invited_at = NULL WHERE practice_id = $1 AND id = $2",
        "INSERT INTO session (practice_id, id, token_hash, person_id, rule, proofs, browser, created_at, seen_at, fresh_at, idle_seconds, ends_at)
         VALUES ($1, 'theirs', 'theirs', $2, 'x', 'password', 'Chrome', 1, 1, 1, 3600, 9999999999)",
        "INSERT INTO device (practice_id, id, person_id, secret_hash, rotated_at, name, browser, created_at, seen_at, trusted_until)
         VALUES ($1, 'theirs', $2, 'theirs', 1, 'Kims own', 'Chrome', 1, 1, 9999999999)",
    ] {
        stage.au().execute(sql, args![&added.id, &added.administrator]).await.unwrap();
    }
    (added.id, added.administrator)
}

/// Everything of a practice that an act could touch.
async fn state_of(stage: &Stage, practice: &str) -> Vec<(String, i64)> {
    let mut all = vec![];
    for sql in [
        "SELECT id || name || role || email || COALESCE(password, ''), COALESCE(closed_at, 0) FROM person WHERE practice_id = $1 ORDER BY id",
        "SELECT id, COALESCE(ended_at, 0) FROM session WHERE practice_id = $1 ORDER BY id",
        "SELECT id || name, COALESCE(ended_at, 0) FROM device WHERE practice_id = $1 ORDER BY id",
        "SELECT id || event, at FROM audit WHERE practice_id = $1 ORDER BY id",
        "SELECT hash, COALESCE(used_at, 0) FROM token WHERE practice_id = $1 ORDER BY hash",
        "SELECT id, created_at FROM outbox WHERE practice_id = $1 ORDER BY id",
    ] {
        all.extend(stage.au().all::<(String, i64)>(sql, args![practice]).await.unwrap());
    }
    all
}

async fn administrator(stage: &Stage) -> Browser {
    let mut alex = stage.browser();
    let_in(stage, &mut alex, ALEX.0, &[Factor::Password], true).await;
    alex
}

/// The answer to a request as far as a person or a program could compare it.
async fn answer(
    browser: &Browser,
    method: Method,
    path: &str,
    body: Option<String>,
    id: &str,
) -> (u16, String, String) {
    let mut sender = browser.clone();
    sender.send(method, path, body).await;
    let to = sender.answered.get("location").map(|to| to.to_str().unwrap().replace(id, "")).unwrap_or_default();
    let number = sender.html.split("<code").nth(1).and_then(|rest| rest.split("</code>").next()).unwrap_or_default();
    let text = if number.is_empty() { sender.text() } else { sender.html.replace(number, "") };
    (sender.status.as_u16(), to, text.replace(id, ""))
}

// AC-113
walk!(every_number_of_a_neighbour_is_like_none, |stage| {
    ask_no_second(&stage).await;
    let (theirs, kim) = bay_dental(&stage).await;
    let before = state_of(&stage, &theirs).await;
    let mut tried = 0;
    // A key is asked for before a number; whose numbers those are is walked in api/guest_links_made.rs.
    let pages = routes::table().into_iter().filter(|route| route.area != "program_routes");
    for route in pages.filter(|route| route.path.contains("{id}")) {
        let alex = administrator(&stage).await;
        let mut page = alex.clone();
        let token = page.open("/me").await.hidden("csrf");
        for foreign in [kim.as_str(), "theirs"] {
            let (path, absent) = (route.path.replace("{id}", foreign), route.path.replace("{id}", NOBODY));
            if route.methods.contains(&"GET") {
                let (found, none) = (
                    answer(&page, Method::GET, &path, None, foreign).await,
                    answer(&page, Method::GET, &absent, None, NOBODY).await,
                );
                assert_eq!(found, none, "GET {path}");
                // Whoever comes back to a passkey that is gone is led to their own list.
                let usual = if path.starts_with("/me/passkeys/") { 303 } else { 404 };
                assert_eq!(found.0, usual, "GET {path}");
            }
            if route.methods.contains(&"POST") {
                let fields = format!(
                    "csrf={token}&name=Mallory&role=administrator&email=mallory@example.com&code=123456&reason=x&do=send"
                );
                let found = answer(&page, Method::POST, &path, Some(fields.clone()), foreign).await;
                let none = answer(&page, Method::POST, &absent, Some(fields), NOBODY).await;
                assert_eq!(found, none, "POST {path}");
            }
            tried += 1;
        }
    }
    assert!(tried > 20, "the table was not read");
    assert_eq!(state_of(&stage, &theirs).await, before);
    // The same numbers in queries, fields and headers.
    let mut alex = administrator(&stage).await;
    alex.headers = ["x-practice", "x-tenant", "x-practice-id", "x-forwarded-host", "x-original-url", "forwarded"]
        .map(|name| (HeaderName::from_static(name).to_string(), format!("bay-dental.au.localhost:8080;{theirs}")))
        .to_vec();
    for path in [
        format!("/practice/record?person={kim}"),
        format!("/practice/record?practice={theirs}&practice_id={theirs}"),
        format!("/practice/record.csv?person={kim}"),
        format!("/practice/record.jsonl?practice_id={theirs}"),
        format!("/practice/people?q=Kim&practice={theirs}"),
        "/practice/people?after=theirs".to_owned(),
        "/me".to_owned(),
    ] {
        alex.open(&path).await.misses("Kim Bayer").misses("Kims own").misses("Bay Dental");
        assert_eq!(alex.status, 200, "{path}");
    }
    // And the honest twin: their own numbers work for them.
    let id = devices_of(&stage, ALEX.0).await.remove(0);
    alex.headers.clear();
    alex.open(&format!("/me/devices/{id}")).await;
    assert_eq!(alex.status, 200);
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let session = sessions_of(&stage, SAM.0).await.remove(0);
    sam.open("/me").await.submit_to(&format!("/me/sessions/{session}/end"), &[]).await;
    assert!(sessions_of(&stage, SAM.0).await.is_empty());
});

// AC-119: the record's chain and its check are the practice's own, too.
walk!(a_neighbours_acts_are_in_their_own_record, |stage| {
    ask_no_second(&stage).await;
    let (theirs, _) = bay_dental(&stage).await;
    let mut alex = administrator(&stage).await;
    alex.open("/practice/record").await.sees("Alex Rivera signed in").misses("Kim Bayer");
    let events: Vec<(String,)> =
        stage.au().all("SELECT event FROM audit WHERE practice_id = $1", args![&theirs]).await.unwrap();
    assert_eq!(events, [("invited".to_owned(),)]);
});

// AC-012: no page waits for whoever comes first; a practice is added by whoever runs the server.
walk!(nothing_waits_for_the_first_visitor, |stage| {
    for host in
        ["localhost:8080", "support.localhost:8080", "harbour-physio.au.localhost:8080", "fresh.au.localhost:8080"]
    {
        for path in [
            "/setup",
            "/set-up",
            "/install",
            "/register",
            "/sign-up",
            "/admin",
            "/first",
            "/practice/new",
            "/bootstrap",
        ] {
            let mut early = stage.browser_at(host);
            early.open("/help").await;
            let token = early.forms().first().map(|_| early.hidden("csrf")).unwrap_or_default();
            early.send(Method::GET, path, None).await;
            assert_eq!(early.status, 404, "{host}{path}");
            early.send(Method::POST, path, Some(format!("csrf={token}&email=a@example.com&password=x"))).await;
            assert!(matches!(early.status.as_u16(), 403..=405), "{host}{path} {}", early.status);
            assert!(!early.cookies.contains_key("__Host-session"));
        }
    }
});

// AC-109, V3.4.1: where the world comes by https, every answer says that it must, errors and redirects too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browsers_are_told_to_come_by_https_only() {
    let stage = Stage::with(tempfile::tempdir().unwrap(), |config| {
        (config.public_scheme, config.public_port) = ("https", 443);
    })
    .await;
    let mut anybody = stage.browser();
    for (path, status) in
        [("/sign-in", 200), ("/me", 303), ("/nothing", 404), ("/sign-in?a=%ff", 400), ("/auth/check", 401)]
    {
        anybody.send(Method::GET, path, None).await;
        assert_eq!(anybody.status, status, "{path}");
        assert_eq!(anybody.answered["strict-transport-security"], "max-age=31536000; includeSubDomains", "{path}");
    }
    for line in anybody.open("/sign-in").await.answered.get_all("set-cookie") {
        assert!(line.to_str().unwrap().contains("; Secure"), "{line:?}");
    }
    // Over plain http on this computer alone there is nothing to promise.
    let plain = Stage::sqlite().await;
    let mut local = plain.browser();
    local.open("/sign-in").await;
    assert!(!local.answered.contains_key("strict-transport-security"));
}

// AC-112: every cookie of one practice, at every address of another.
walk!(cookies_of_another_practice_open_nothing_there, |stage| {
    ask_no_second(&stage).await;
    let mut alex = stage.browser();
    let_in(&stage, &mut alex, ALEX.0, &[Factor::Password], false).await;
    let mut stranger = stage.browser_at("thames-therapy.uk.localhost:8080");
    stranger.cookies.clone_from(&alex.cookies);
    for route in routes::table() {
        if !route.methods.contains(&"GET") || !(route.path.starts_with("/me") || route.path.starts_with("/practice")) {
            continue;
        }
        let path = route.path.replace("{id}", "0196c5f0-0000-7000-8000-000000000000");
        stranger.send(Method::GET, &path, None).await;
        let to = stranger.answered.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let picture = path == "/me/two-factor/picture" && stranger.status == 404;
        let script = path == "/me/passkeys/signal" && stranger.status == 401;
        assert!(to.starts_with("/sign-in") || picture || script, "{path}: {} {to}", stranger.status);
        stranger.cookies.clone_from(&alex.cookies);
    }
    stranger.open("/me").await.is_at("/sign-in").sees("Log in to Thames Therapy").misses("Alex");
});

// AC-114: one person is a client of both, with one address.
walk!(one_address_at_two_practices_is_two_clients, |stage| {
    let (theirs, _) = bay_dental(&stage).await;
    let sql = "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
               VALUES ($1, 'jo-next-door', 'client', 'client', 'Johanna Nextdoor', $2, $2, 1, 1)";
    stage.au().execute(sql, args![&theirs, JO]).await.unwrap();
    let mut here = stage.browser();
    portal::sign_in(&stage, &mut here, JO).await;
    here.is_at("/me").sees("Jo Lindqvist").misses("Nextdoor").misses("Bay Dental");
    let mut there = stage.browser_at("bay-dental.au.localhost:8080");
    portal::sign_in(&stage, &mut there, JO).await;
    there.is_at("/me").sees("Johanna Nextdoor").misses("Lindqvist").misses("Harbour Physio");
    // Neither cookie is worth anything at the other's door.
    std::mem::swap(&mut here.cookies, &mut there.cookies);
    for browser in [&mut here, &mut there] {
        browser.open("/me").await.misses("Nextdoor").misses("Lindqvist").misses("Log out");
        assert_ne!(browser.path, "/me");
    }
});
