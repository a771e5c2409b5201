//! What holds for every route, read from the route table itself, so that a new route is tested the day it is added.

use axum::http::{HeaderValue, Method};
use portico::app::forms::{KEEPS_OTHER, PAGES, TAKES_ANY};
use portico::args;

use crate::support::browser::Browser;
use crate::support::stage::Stage;
use crate::support::ways::{ALEX, SAM, ask_no_second, devices_of, give_app, log_in, sessions_of};
use crate::walk;

const TABLE: &str = include_str!("../../src/app.rs");

#[derive(Debug, Clone)]
struct Route {
    host: &'static str,
    path: String,
    posts: bool,
    gets: bool,
}

/// What is wrong with a form, its token, and a header more.
type Forged<'a> = (&'a str, &'a str, Option<(&'a str, &'a str)>);

/// Every `.route("path", …)` of the table; the function it stands in says at whose door.
fn routes() -> Vec<Route> {
    let mut found = vec![];
    for function in TABLE.split("\nfn ").flat_map(|piece| piece.split("\npub fn ")) {
        // Programs show a key or a signature, and no cookie counts there (api/keys.rs walks that): there is no form to forge.
        if function.starts_with("program_routes") || function.starts_with("hook_routes") {
            continue;
        }
        assert!(!["put(", "delete(", "patch("].iter().any(|call| function.contains(call)), "test those too");
        let host = match function.split('(').next().unwrap_or_default() {
            "entrance_routes" => "localhost:8080",
            "support_routes" => "support.localhost:8080",
            _ => "harbour-physio.au.localhost:8080",
        };
        for piece in function.split(".route(").skip(1) {
            let path = piece.split('"').nth(1).expect("a path in quotes").to_owned();
            let rest = piece.split_once(',').unwrap().1;
            let (posts, gets) = (rest.contains("post("), rest.contains("get("));
            assert!(posts || gets, "what method has {path}?");
            found.push(Route { host, path, posts, gets });
        }
    }
    assert!(found.len() > 15, "the table is not read: {found:?}");
    found
}

/// A path with its places filled in: by something of the person's own where there is one.
fn filled(path: &str, own: &[(&str, String)]) -> String {
    let mut path = path.to_owned();
    for (shape, id) in own {
        if path.starts_with(shape) {
            path = path.replacen("{id}", id, 1);
        }
    }
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "0196c5f0-0000-7000-8000-000000000000");
    }
    path
}

async fn own(stage: &Stage, email: &str) -> Vec<(&'static str, String)> {
    vec![
        ("/me/sessions/", sessions_of(stage, email).await.remove(0)),
        ("/me/devices/", devices_of(stage, email).await.remove(0)),
    ]
}

/// Enough of the database to see that something was changed; every act writes its line into the record.
async fn fingerprint(stage: &Stage) -> Vec<(i64, i64)> {
    let mut all = vec![];
    for sql in [
        "SELECT COUNT(*), 0 FROM audit",
        "SELECT COUNT(*), 0 FROM outbox",
        "SELECT COUNT(*), COUNT(used_at) FROM token",
        "SELECT COUNT(*), COUNT(ended_at) FROM attempt",
        "SELECT COUNT(*), COUNT(ended_at) FROM session",
        "SELECT COUNT(*), CAST(COALESCE(SUM(seen_at), 0) AS BIGINT) FROM session",
        "SELECT COUNT(*), COUNT(ended_at) FROM device",
        "SELECT COUNT(*), 0 FROM tries",
        "SELECT COUNT(*), COUNT(totp_secret) FROM person",
    ] {
        let sql: &'static str = Box::leak(sql.replace(", 0 ", ", CAST(0 AS BIGINT) ").into_boxed_str());
        let row: Option<(i64, i64)> = stage.au().optional(sql, args![]).await.unwrap();
        all.push(row.unwrap());
    }
    all
}

async fn administrator(stage: &Stage) -> Browser {
    ask_no_second(stage).await;
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, true).await;
    alex.is_at("/me");
    alex
}

walk!(every_post_comes_from_our_own_page, |stage| {
    let mut alex = administrator(&stage).await;
    let token = alex.open("/me").await.hidden("csrf");
    let mut stranger = stage.browser();
    let strangers = stranger.open("/sign-in").await.hidden("csrf");
    let mut neighbour = stage.browser_at("thames-therapy.uk.localhost:8080");
    neighbour.cookies.insert("__Host-browser".into(), alex.cookies["__Host-browser"].clone());
    let neighbours = neighbour.open("/sign-in").await.hidden("csrf");
    let cases: [Forged<'_>; 11] = [
        ("no token", "", None),
        ("garbage", "1.x", None),
        ("another browser's token", &strangers, None),
        ("another practice's token", &neighbours, None),
        ("another site", &token, Some(("origin", "https://evil.example"))),
        ("another practice", &token, Some(("origin", "http://thames-therapy.uk.localhost:8080"))),
        ("the parent", &token, Some(("origin", "http://localhost:8080"))),
        ("another scheme", &token, Some(("origin", "https://harbour-physio.au.localhost:8080"))),
        ("no origin to tell", &token, Some(("origin", "null"))),
        ("cross-site", &token, Some(("sec-fetch-site", "cross-site"))),
        ("same-site", &token, Some(("sec-fetch-site", "same-site"))),
    ];
    let own = own(&stage, ALEX.0).await;
    let before = fingerprint(&stage).await;
    for route in routes().into_iter().filter(|route| route.posts && route.host.contains("harbour")) {
        let path = filled(&route.path, &own);
        for (name, csrf, header) in &cases {
            // Old browsers hide the origin of pages whose address is a secret, and have no other word for it.
            if *name == "no origin to tell" && route.path.contains("{token}") {
                continue;
            }
            // Whose token it is does not matter there, whose page it is does.
            if header.is_none() && TAKES_ANY.contains(&path.as_str()) {
                continue;
            }
            alex.headers = header.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let mut fields: Vec<(String, String)> =
                [("email", SAM.0), ("password", SAM.1), ("name", "Mallory"), ("code", "000000"), ("keep", "1")]
                    .into_iter()
                    .map(|(key, value)| (key.into(), value.into()))
                    .collect();
            fields.push(("csrf".into(), (*csrf).to_owned()));
            alex.post(&path, &fields).await;
            // Where anybody types an address, a form of another tab is shown again, and nothing was done with it.
            let shown_again = name.starts_with("another ") && header.is_none() && KEEPS_OTHER.contains(&path.as_str());
            let again = match path.as_str() {
                // What a script asks for shows no page: it is told to load its own again.
                "/passkey/options" => 409,
                // A page that gives up leads on in any case.
                "/unsent" => 303,
                _ => 422,
            };
            assert_eq!(alex.status, if shown_again { again } else { 403 }, "{path}: {name}");
        }
    }
    assert_eq!(fingerprint(&stage).await, before, "a refused form changed something");
    // A page that hides its address hides the origin too; the browser vouches for it in another way.
    alex.headers = vec![("origin".into(), "null".into()), ("sec-fetch-site".into(), "same-origin".into())];
    alex.post("/log-out", &[("csrf".into(), token.clone())]).await;
    assert_eq!(alex.status, 303);
});

walk!(every_post_at_the_other_doors_too, |stage| {
    for route in routes().into_iter().filter(|route| route.posts && !route.host.contains("harbour")) {
        let mut anybody = stage.browser_at(route.host);
        anybody.open("/help").await;
        anybody.headers = vec![("origin".into(), "https://evil.example".into())];
        anybody.post(&filled(&route.path, &[]), &[("email".into(), SAM.0.into())]).await;
        assert_eq!(anybody.status, 403, "{}", route.path);
    }
});

walk!(a_link_changes_nothing, |stage| {
    let mut alex = administrator(&stage).await;
    let own = own(&stage, ALEX.0).await;
    let before = fingerprint(&stage).await;
    for route in routes().into_iter().filter(|route| route.host.contains("harbour")) {
        let path = filled(&route.path, &own);
        for method in [Method::GET, Method::HEAD] {
            alex.send(method, &path, None).await;
            assert!(alex.status.as_u16() < 500, "{path} {}", alex.status);
            let after = fingerprint(&stage).await;
            // The record itself may grow: taking it along is noted.
            assert_eq!(after[1..5], before[1..5], "{path}: an image tag on another site can open it");
            if !route.gets {
                assert_eq!(alex.status, 405, "{path}");
            }
        }
        if !route.gets && !path.starts_with("/between/") {
            alex.open(&path).await.sees("That can't be done here").sees("Nothing was changed");
        }
    }
    alex.open("/me").await.is_at("/me");
});

#[test]
fn every_form_without_a_page_belongs_to_one() {
    let all: Vec<Route> = routes().into_iter().filter(|route| route.host.contains("harbour")).collect();
    let shows = |path: &str| all.iter().any(|route| route.gets && route.path == path);
    for route in all.iter().filter(|route| !route.gets && !route.path.starts_with("/between/")) {
        let found = PAGES.iter().find(|(shape, _)| *shape == route.path);
        let (_, page) = found.unwrap_or_else(|| panic!("app/forms.rs names no page for {}", route.path));
        let above = route.path.rsplit_once('/').unwrap().0;
        assert!(shows(if *page == ".." { above } else { page }), "{}: {page} is no page", route.path);
    }
}

walk!(an_act_that_met_a_locked_door_leads_to_a_page_behind_it, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    sam.open("/me").await;
    let mut late = sam.clone();
    stage.wait(3601);
    sam.submit_to("/me/log-out-everywhere", &[]).await.is_at("/locked");
    sam.submit(&[("password", SAM.1)]).await.is_at("/me").sees("Where you are logged in");
    assert!(!stage.events().await.contains(&"logged-out-everywhere".to_owned()), "nothing was logged out yet");
    sam.submit_to("/me/log-out-everywhere", &[]).await.is_at("/sign-in").sees("You are logged out everywhere");
    late.cookies.remove("__Host-session");
    late.submit_to("/me/log-out-everywhere", &[]).await.is_at("/sign-in");
    late.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/me").sees("Where you are logged in");
    late.open("/me/log-out-everywhere").await.sees("That can't be done here");
    assert!(late.html.contains("<a class=\"button\" href=\"/me\">"), "{}", late.html);
});

walk!(every_answer_refuses_frames_sniffing_and_caches, |stage| {
    let alex = administrator(&stage).await;
    let own = own(&stage, ALEX.0).await;
    let mut paths: Vec<(String, String)> =
        routes().into_iter().map(|route| (route.host.to_owned(), filled(&route.path, &own))).collect();
    for more in ["/nothing", "/me/../etc", "/%ff", "/me/devices/%ff", "/.git/config"] {
        paths.push((alex.host.clone(), more.into()));
    }
    paths.push(("nobody.au.localhost:8080".into(), "/".into()));
    for (host, path) in paths {
        let mut browser = alex.clone();
        browser.host = host;
        browser.send(Method::GET, &path, None).await;
        let value = |name: &str| browser.answered.get(name).map_or("", |value| HeaderValue::to_str(value).unwrap());
        let policy = value("content-security-policy");
        if path != "/logo" {
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self'"),
                "{path}: {policy}"
            );
            assert!(!policy.contains("unsafe"), "{path}");
        }
        assert_eq!(value("x-frame-options"), "DENY", "{path}");
        assert_eq!(value("x-content-type-options"), "nosniff", "{path}");
        let secret = [
            "/reset/",
            "/link/",
            "/go/",
            "/join/",
            "/not-me/",
            "/confirm-email/",
            "/portal/address/",
            "/new-address/",
            "/re-enrol/",
            "/find/",
        ];
        let hidden = secret.iter().any(|start| path.starts_with(start));
        assert_eq!(value("referrer-policy"), if hidden { "no-referrer" } else { "same-origin" }, "{path}");
        assert_eq!(value("cross-origin-opener-policy"), "same-origin", "{path}");
        let cached = path.starts_with("/assets") || path == "/theme.css" || path == "/logo";
        assert!(cached || value("cache-control") == "no-store", "{path}: nothing private for the back button");
        assert!(value("access-control-allow-origin").is_empty(), "{path}");
    }
});

walk!(half_a_sign_in_opens_nothing, |stage| {
    ask_no_second(&stage).await;
    give_app(&stage, SAM.0).await;
    let mut half = stage.browser();
    log_in(&mut half, SAM, true).await;
    half.is_at("/sign-in/code");
    assert!(half.cookies.contains_key("__Host-attempt") && !half.cookies.contains_key("__Host-session"));
    let token = half.open("/sign-in").await.hidden("csrf");
    let before = fingerprint(&stage).await;
    for route in routes() {
        let path = filled(&route.path, &[]);
        if !(path.starts_with("/me") || path.starts_with("/practice")) {
            continue;
        }
        if route.gets {
            half.send(Method::GET, &path, None).await;
            let to = half.answered.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
            assert!(
                to.starts_with("/sign-in") || matches!(half.status.as_u16(), 401 | 404),
                "{path} {} {to}",
                half.status
            );
        }
        if route.posts {
            half.post(&path, &[("csrf".into(), token.clone()), ("name".into(), "Mallory".into())]).await;
            let away = half.answered.get("location").is_some_and(|to| to.to_str().unwrap().starts_with("/sign-in"));
            assert!(away || matches!(half.status.as_u16(), 401 | 404), "{path} {}", half.status);
        }
    }
    // The secret of the attempt is no session's.
    half.cookies.insert("__Host-session".into(), half.cookies["__Host-attempt"].clone());
    half.open("/me").await.is_at("/sign-in");
    assert_eq!(fingerprint(&stage).await[..6], before[..6]);
});

walk!(nothing_sent_is_played_back_as_markup, |stage| {
    let mut alex = administrator(&stage).await;
    let probes =
        ["\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>", "{{7*7}}", "</title><svg/onload=alert(1)>"];
    for probe in probes {
        let encoded = portico::platform::web::encode(probe);
        let paths = [
            format!("/{encoded}"),
            format!("/me/devices/{encoded}"),
            format!("/help/{encoded}"),
            format!("/confirm-email/{encoded}"),
            format!("/me?done={encoded}"),
            format!("/sign-in?note={encoded}&then={encoded}"),
        ];
        for path in paths {
            let mut somebody = alex.clone();
            for signed_in in [true, false] {
                if !signed_in {
                    somebody.cookies.remove("__Host-session");
                }
                somebody.send(Method::GET, &path, None).await;
                assert!(somebody.status.as_u16() < 500, "{path}");
                assert!(!somebody.html.contains(probe) && !somebody.html.contains(">49<"), "{path}: {}", somebody.html);
            }
        }
        alex.cookies.remove("__Host-session");
        alex.open("/sign-in").await.submit(&[("email", probe), ("password", probe)]).await;
        assert!(!probe.contains('<') || !alex.html.contains(probe), "{probe}");
        let kept = alex.hidden("email");
        assert_eq!(kept, probe, "kept as what it is: text");
    }
});

walk!(every_cookie_is_bound_to_its_host_and_hidden_from_scripts, |stage| {
    let mut sam = stage.browser();
    let mut lines = vec![];
    sam.send(Method::GET, "/sign-in", None).await;
    lines.extend(sam.answered.get_all("set-cookie").iter().cloned());
    let token = sam.hidden("csrf");
    let fields = [("csrf", token.as_str()), ("email", SAM.0), ("password", SAM.1), ("keep", "1")];
    sam.post("/sign-in", &fields.map(|(key, value)| (key.to_owned(), value.to_owned()))).await;
    lines.extend(sam.answered.get_all("set-cookie").iter().cloned());
    assert!(lines.len() >= 4, "{lines:?}");
    for line in lines {
        let line = line.to_str().unwrap();
        assert!(line.starts_with("__Host-"), "{line}");
        assert!(line.contains("; Path=/; Secure; HttpOnly; SameSite=Lax") && !line.contains("Domain"), "{line}");
    }
});

// AC-192
walk!(nothing_of_the_inside_is_served, |stage| {
    for host in ["harbour-physio.au.localhost:8080", "localhost:8080", "support.localhost:8080", "127.0.0.1:8080"] {
        let mut scraper = stage.browser_at(host);
        for path in [
            "/metrics",
            "/docs",
            "/.git/config",
            "/.env",
            "/portico.toml",
            "/Cargo.lock",
            "/debug/pprof",
            "/server-status",
            "/assets/passkey.js.map",
            "/assets/../portico.toml",
            "/assets/%2e%2e/portico.toml",
            "/backup.sql",
            "/au.db",
        ] {
            scraper.open(path).await;
            assert_eq!(scraper.status, 404, "{host}{path}");
        }
        scraper.open("/healthz").await;
        assert_eq!((scraper.status.as_u16(), scraper.html.as_str()), (200, "OK"), "{host}");
        scraper.open("/assets/style.css").await;
        assert_eq!(scraper.status, 200, "{host}: what its pages load");
    }
});
