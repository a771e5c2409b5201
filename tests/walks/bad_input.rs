//! What nobody should send, to every form there is: never a fault of ours, always a page with a way on, nothing changed.
//! The routes come from the program's own table and the fields from the pages, so that a new form is tried the day it is added.

use std::collections::BTreeSet;

use axum::http::Method;
use portico::app::forms::TAKES_ANY;
use portico::ops::routes;
use portico::platform::web::encode;
use portico::sign_in::link::mint;
use portico::sign_in::step::Factor;

use crate::support::browser::Browser;
use crate::support::stage::Stage;
use crate::support::ways::{ALEX, SAM, ask_no_second, give_app, let_in, log_in, somebody, visit};
use crate::support::wrong::{bad_bodies, bad_values};
use crate::walk;

/// What a person might fill in, so that one bad field is looked at and not the first that is missing.
const PLAUSIBLE: &[(&str, &str)] = &[
    ("email", "someone.new@example.com"),
    ("password", "copper-kettle-meadow-19"),
    ("new_password", "a-long-walk-along-the-shore"),
    ("name", "Some One"),
    ("role", "reception"),
    ("code", "000000"),
    ("mobile", "+61 491 570 156"),
    ("reason", "asked on the phone"),
    ("then", "/me"),
];

/// What a wrong request may be answered with; a wrong one is never a fault and never leaves a person standing.
#[track_caller]
fn is_clear(browser: &Browser, what: &str) {
    let status = browser.status.as_u16();
    assert!(status < 500, "{what}: {status} {}", browser.text());
    if browser.status.is_redirection() {
        let to = browser.answered["location"].to_str().unwrap();
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains("evil"), "{what}: leads to {to}");
        return;
    }
    let scripts_ask = ["/password/strength", "/me/stay", "/passkey/options", "/me/passkeys/si"];
    let for_scripts = scripts_ask.iter().any(|path| browser.path.starts_with(path));
    let fragment = for_scripts && (browser.status.is_success() || matches!(status, 401 | 409 | 422));
    let page =
        browser.html.contains("</html>") && (browser.html.contains("href=\"/") || browser.html.contains("<form"));
    assert!(page || fragment || status == 204, "{what}: {status} without a way on: {}", browser.html);
    assert!(browser.answered.get("x-evil").is_none(), "{what}: a header came in");
    let ran = ["<script>alert(1)", ">21993<", "root:x:"].into_iter().find(|probe| browser.html.contains(probe));
    assert!(ran.is_none(), "{what}: {ran:?}");
}

/// Somebody with all rights, who has just shown everything; made without a password, since there are many.
async fn administrator(stage: &Stage) -> Browser {
    let mut alex = stage.browser();
    let_in(stage, &mut alex, ALEX.0, &[Factor::Password], false).await;
    alex
}

/// Every form with somebody before it who may use it: its path, and a browser that shows a page of it.
async fn forms(stage: &Stage) -> Vec<(String, Browser)> {
    let mut all = vec![];
    let sam = somebody(stage, SAM.0).await.id;
    let mut half = stage.browser();
    log_in(&mut half, SAM, false).await;
    half.is_at("/sign-in/code");
    let mut asked = stage.browser_at("localhost:8080");
    asked.open("/").await.submit(&[("email", "someone.new@example.com")]).await.is_at("/find");
    let tokens = tokens(stage).await;
    for route in routes::table().into_iter().filter(|route| route.methods.contains(&"POST")) {
        assert!(!route.area.contains("support"), "try the forms there too: {}", route.path);
        // What servers and programs send is no form; the walks of the entrance and of the calls (api/wrong.rs) try it.
        if ["between_routes", "program_routes", "hook_routes"].contains(&route.area.as_str()) {
            continue;
        }
        let token = tokens.iter().find(|(start, _)| route.path.starts_with(start));
        let id =
            if route.path.starts_with("/practice/") { sam.as_str() } else { "0196c5f0-0000-7000-8000-000000000000" };
        let path = route.path.replace("{token}", token.map_or("nothing", |(_, token)| token)).replace("{id}", id);
        let inside =
            path.starts_with("/me") || path.starts_with("/practice") || path == "/log-out" || path == "/confirm";
        let mut browser = match () {
            () if route.area == "entrance_routes" => asked.clone(),
            () if path.starts_with("/sign-in/") => half.clone(),
            () if inside => administrator(stage).await,
            () => stage.browser(),
        };
        if route.methods.contains(&"GET") {
            browser.open(&path).await;
        }
        if browser.forms().is_empty() {
            browser.open("/sign-in").await;
        }
        if browser.forms().is_empty() {
            browser.open("/me").await;
        }
        all.push((path, browser));
    }
    assert!(all.len() > 30, "the table was not read");
    all
}

/// Links that still work, by the beginning of their path.
async fn tokens(stage: &Stage) -> Vec<(&'static str, String)> {
    let (visit, person) = (visit(stage).await, somebody(stage, SAM.0).await);
    let mut all = vec![];
    let mut tx = stage.au().write().await.unwrap();
    for (start, purpose) in
        [("/reset/", "reset"), ("/join/", "invite"), ("/not-me/", "not-me"), ("/re-enrol/", "re-enrol")]
    {
        all.push((start, mint(&visit, &mut tx, purpose, &person, 3600, "").await.unwrap()));
    }
    tx.commit().await.unwrap();
    all.push(("/find/", portico::entrance::link::token(&stage.server, "", SAM.0, stage.now()).unwrap()));
    all
}

fn token_of(browser: &Browser) -> String {
    let mut inputs = browser.forms().into_iter().flat_map(|form| form.inputs);
    let csrf = inputs.find(|input| input.name == "csrf").map(|input| input.value);
    encode(&csrf.unwrap_or_else(|| panic!("no token on {}: {}", browser.path, browser.text())))
}

/// The fields that people fill in at that path, on the page that is open.
fn fields_for(browser: &Browser, path: &str) -> Vec<(String, String)> {
    let own = |action: &str| action == path || action.is_empty() && browser.path == path;
    let form = browser.forms().into_iter().find(|form| own(&form.action));
    let inputs = form.map(|form| form.inputs).unwrap_or_default();
    let plausible = |name: &str| PLAUSIBLE.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
    let mut seen = BTreeSet::new();
    inputs
        .into_iter()
        // Of several boxes or buttons of one name a browser sends one.
        .filter(|input| input.name != "csrf" && seen.insert(input.name.clone()))
        .map(|input| {
            let value = plausible(&input.name).map_or(input.value, str::to_owned);
            (input.name, value)
        })
        .collect()
}

fn takes_any(path: &str) -> bool {
    TAKES_ANY.contains(&path)
}

async fn nothing_is_lost(stage: &Stage) {
    let mut sam = stage.browser().from("203.0.113.77");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/code");
}

async fn furnished(stage: &Stage) {
    ask_no_second(stage).await;
    give_app(stage, SAM.0).await;
}

// AC-008, AC-170, AC-171, AC-175, AC-176, AC-177
walk!(every_form_takes_every_wrong_body, |stage| {
    furnished(&stage).await;
    let hashes = stage.server.hashing.counts().made + 1;
    for (path, browser) in forms(&stage).await {
        // These do what their button says, without any field.
        let acts =
            ["/log-out", "/me/log-out-everywhere", "/not-me/", "/me/stay"].iter().any(|act| path.starts_with(act));
        for (what, kind, body) in bad_bodies(&token_of(&browser)) {
            if acts && what == "nothing but the token" {
                continue;
            }
            let mut sender = browser.clone();
            sender.headers = vec![("content-type".into(), kind.into())];
            if kind.is_empty() {
                sender.headers = vec![("content-type".into(), "application/octet-stream".into())];
            }
            sender.send(Method::POST, &path, Some(body)).await;
            is_clear(&sender, &format!("{path}: {what}"));
            let form = kind.starts_with("application/x-www-form-urlencoded");
            let expected = match what {
                "a megabyte of password" => 413,
                "UTF-16" | "UTF-7" => 415,
                // Leaving in a hurry takes a form without its token too.
                "nothing at all" | "only separators" if takes_any(&path) => 303,
                "nothing at all" | "only separators" => 403,
                "a field twice" | "the token twice" | "a thousand fields" | "a name with NUL" => 400,
                _ if !form => 415,
                _ => 0,
            };
            assert!(expected == 0 || sender.status == expected, "{path}: {what}: {} not {expected}", sender.status);
        }
    }
    assert_eq!(stage.server.hashing.counts().made, hashes, "nothing of it was hashed");
    nothing_is_lost(&stage).await;
});

// AC-170 to AC-173, AC-177
walk!(every_field_takes_every_wrong_value, |stage| {
    furnished(&stage).await;
    let mut tried = 0;
    for (path, browser) in forms(&stage).await {
        let fields = fields_for(&browser, &path);
        let token = token_of(&browser);
        for (name, _) in &fields {
            // Wrong passwords slow the next one down; three kinds are enough to see that none breaks anything.
            let few = name.contains("password") || fields.iter().any(|(other, _)| other.contains("password"));
            for (what, bad) in bad_values().into_iter().step_by(if few { 5 } else { 1 }) {
                let mut body = format!("csrf={token}");
                for (other, value) in &fields {
                    let value = if other == name { bad.clone() } else { encode(value) };
                    body.push_str(&format!("&{}={value}", encode(other)));
                }
                let mut sender = browser.clone();
                sender.send(Method::POST, &path, Some(body)).await;
                is_clear(&sender, &format!("{path}: {name}: {what}"));
                sender.follow().await;
                is_clear(&sender, &format!("{path}: {name}: {what}, and then"));
                tried += 1;
            }
        }
    }
    assert!(tried > 250, "only {tried} were tried: are the fields found?");
});

// AC-066, AC-170, AC-177
walk!(every_address_takes_every_wrong_query, |stage| {
    ask_no_second(&stage).await;
    let alex = administrator(&stage).await;
    for route in routes::table().into_iter().filter(|route| route.methods.contains(&"GET")) {
        for (what, bad) in bad_values() {
            let bare = route
                .path
                .replace("{id}", &bad)
                .replace("{token}", &bad)
                .replace("{topic}", &bad)
                .replace("{name}", &bad);
            let query =
                ["then", "note", "again", "name", "event", "from", "until", "before", "person", "after", "done", "q"]
                    .map(|name| format!("{name}={bad}"))
                    .join("&");
            for path in [format!("{bare}?{query}"), format!("{bare}?{bad}={bad}&{bad}")] {
                let path = path.replace(['+', ' '], "%20");
                if path.parse::<axum::http::Uri>().is_err() {
                    continue;
                }
                let mut sender = alex.clone();
                match route.area.as_str() {
                    "entrance_routes" => sender.host = "localhost:8080".into(),
                    "support_routes" => sender.host = "support.localhost:8080".into(),
                    _ => {}
                }
                sender.send(Method::GET, &path, None).await;
                assert!(sender.status.as_u16() < 500, "{} {what}: {}", route.path, sender.status);
                let page = !["/assets", "/api/", "/auth/check"].iter().any(|start| route.path.starts_with(start));
                if sender.status.is_client_error() && page {
                    is_clear(&sender, &format!("{}: {what}", route.path));
                }
            }
        }
    }
});

walk!(a_form_left_open_overnight_says_so_everywhere, |stage| {
    furnished(&stage).await;
    let forms = forms(&stage).await;
    let before = stage.events().await;
    stage.wait(13 * 3600);
    for (path, browser) in forms.into_iter().filter(|(path, _)| !takes_any(path)) {
        let (token, fields) = (token_of(&browser), fields_for(&browser, &path));
        let mut body = format!("csrf={token}");
        for (name, value) in &fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let mut sender = browser;
        sender.send(Method::POST, &path, Some(body)).await;
        is_clear(&sender, &path);
        if path == "/passkey/options" {
            // A script asked: it is told to load its page again.
            assert_eq!(sender.status, 409, "{path}");
            continue;
        }
        sender.follow().await;
        let says =
            ["open for a long time", "open too long", "Please log in again", "Log in to", "Sign in to", "logged out"];
        assert!(says.iter().any(|words| sender.text().contains(words)), "{path}: {} {}", sender.status, sender.text());
        let inside = path.starts_with("/me") || path.starts_with("/practice");
        if !inside && fields.iter().any(|(name, _)| name == "email") {
            assert_eq!(sender.hidden("email"), "someone.new@example.com", "{path} forgot the email");
        }
    }
    assert_eq!(stage.events().await, before, "a form of yesterday changed something");
});

// AC-103: a step sent before its time, or once more, leads to where its beginning is.
walk!(a_step_out_of_order_leads_to_its_beginning, |stage| {
    furnished(&stage).await;
    let mut nobody = stage.browser();
    nobody.open("/sign-in").await;
    let token = token_of(&nobody);
    let mut inside = administrator(&stage).await;
    let tokens_inside = token_of(inside.open("/me").await);
    for route in routes::table().into_iter().filter(|route| route.methods.contains(&"POST")) {
        let path = route.path.as_str();
        if path.starts_with("/sign-in/") {
            let mut sender = nobody.clone();
            sender.send(Method::POST, path, Some(format!("csrf={token}&code=123456"))).await;
            // Without a sign-in under way this is the door itself, and somebody without a passkey.
            if path == "/sign-in/passkey" {
                sender.follow().await.is_at("/sign-in/passkey/none").sees("Log in with a password");
            } else {
                sender.follow().await.is_at("/sign-in").sees("Please start again");
            }
        }
        if path.starts_with("/me/two-factor/") || path.starts_with("/me/mobile/") {
            let mut sender = inside.clone();
            sender.send(Method::POST, path, Some(format!("csrf={tokens_inside}&code=123456"))).await;
            is_clear(&sender, path);
            sender.follow().await;
            is_clear(&sender, path);
            let to = &sender.path;
            assert!(to.starts_with("/me") || to.starts_with("/confirm"), "{path} leads to {to}");
        }
    }
});

// Two tabs of one browser, each with the sign-in page; and the back button after each step.
walk!(two_tabs_and_the_back_button_lead_on, |stage| {
    ask_no_second(&stage).await;
    let mut tab = stage.browser();
    tab.open("/sign-in").await;
    let mut other = tab.clone();
    log_in(&mut tab, SAM, false).await;
    tab.is_at("/me");
    // The other tab has the cookies of the browser now, and its old page.
    other.cookies.clone_from(&tab.cookies);
    other.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/me");
    tab.cookies.clone_from(&other.cookies);
    tab.open("/me").await.is_at("/me");
    // Log out here: the other tab's next press leads to the sign-in page, the page kept behind "back" is not shown from a cache.
    let page_before = other.clone();
    tab.open("/log-out").await.submit_to("/log-out", &[]).await;
    other.cookies.clone_from(&tab.cookies);
    other.submit_to("/me/log-out-everywhere", &[]).await.is_at("/sign-in");
    let mut back = page_before;
    assert_eq!(back.answered["cache-control"], "no-store");
    back.cookies.clone_from(&tab.cookies);
    back.open("/me").await.is_at("/sign-in").misses("Sam");
    // Pressed again after all: the form of the page before still signs in, which is what whoever types a password wants.
    back.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/me");
});

walk!(two_tabs_of_a_new_browser_both_get_in, |stage| {
    let (mut first, mut second) = (stage.browser(), stage.browser());
    first.open("/sign-in").await;
    second.open("/sign-in").await;
    // Both were asked for before the first answer came; the last one's cookie stays.
    first.cookies.clone_from(&second.cookies);
    first.submit(&[("email", SAM.0), ("password", SAM.1)]).await.sees("opened beside another one");
    assert_eq!((first.status.as_u16(), first.hidden("email")), (422, SAM.0.to_owned()));
    assert!(!first.cookies.contains_key("__Host-session"), "nothing was done with it");
    first.submit(&[("password", SAM.1)]).await.is_at("/me");
    // Closed and opened again with the page on it: the browser has forgotten its cookie.
    let mut reopened = stage.browser();
    reopened.open("/forgot").await;
    stage.wait(120);
    reopened.cookies.clear();
    reopened.submit(&[("email", SAM.0)]).await.sees("Your email address is still here");
    assert_eq!(reopened.hidden("email"), SAM.0);
    reopened.submit(&[]).await;
    assert_eq!(reopened.status, 200, "{}", reopened.text());
    // Who keeps no cookies at all is told that.
    let mut without = stage.browser();
    without.open("/sign-in").await;
    without.cookies.clear();
    without.submit(&[("email", SAM.0), ("password", SAM.1)]).await.sees("cookie");
    assert_eq!(without.status, 403);
});
