//! The practice's rules: for how its clients sign in and for how its staff log in. What is chosen holds, what is wrong is
//! named beside its field, and nothing that was typed is lost.

use portico::args;

use crate::people::{ALEX, SAM, alex, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask, link_of, newest, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::{ask_no_second, give_app, log_in};
use crate::walk;

const CLIENTS: &str = "/practice/client-rules";
const STAFF: &str = "/practice/staff-rules";
const UNTOUCHED: &str = "SELECT COUNT(*) FROM practice WHERE discreet <> 0 OR exit_to <> '' OR client_passwords <> 0 OR client_total_minutes <> 720";

/// Every field of the page wrong, but for the boxes; the long ones are made longer.
const WRONG: [(&str, &str); 14] = [
    ("pin_by", "somebody"),
    ("link_minutes", "7"),
    ("keep_days", "91"),
    ("idle_minutes", "0"),
    ("total_minutes", "99999"),
    ("exit", "own"),
    ("exit_own", "http://evil.example/"),
    ("words", "w"),
    ("phone", "p"),
    ("email", "no address"),
    ("by_phone", ""),
    ("by_form", ""),
    ("passwords", "1"),
    ("discreet", "1"),
];

/// What a browser would send of the page's form, with these values instead; an empty one is a box without a tick.
fn sent(browser: &Browser, action: &str, other: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = browser.forms().into_iter().find(|form| form.action == action);
    let form = form.unwrap_or_else(|| panic!("no form to {action} on {}: {}", browser.path, browser.text()));
    let mut all: Vec<(String, String)> =
        form.inputs.into_iter().filter(|input| input.sent).map(|input| (input.name, input.value)).collect();
    for (name, value) in other {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    all
}

async fn saved(browser: &mut Browser, path: &str, other: &[(&str, &str)]) {
    browser.open(path).await;
    let fields = sent(browser, path, other);
    browser.post(path, &fields).await.follow().await.sees("It holds from now on");
}

walk!(every_wrong_value_is_named_and_nothing_typed_is_lost, |stage| {
    let mut alex = alex(&stage).await;
    alex.open(CLIENTS).await;
    let long = |letter: &str, count: usize| letter.repeat(count);
    let (words, phone) = (long("w", 301), long("p", 81));
    let wrong = WRONG.map(|(name, value)| match name {
        "words" => (name, words.as_str()),
        "phone" => (name, phone.as_str()),
        _ => (name, value),
    });
    let fields = sent(&alex, CLIENTS, &wrong);
    alex.post(CLIENTS, &fields).await;
    assert_eq!(alex.status, 422);
    for field in [
        "pin_by",
        "link_minutes",
        "keep_days",
        "idle_minutes",
        "total_minutes",
        "exit_own",
        "words",
        "phone",
        "email",
        "by_phone",
    ] {
        assert!(alex.html.contains(&format!("<li><a href=\"#{field}\">")), "{field} is not named: {}", alex.text());
        assert!(alex.html.contains(&format!("id=\"{field}\"")), "{field} is nowhere to go to");
    }
    for typed in ["http://evil.example/", "no address", words.as_str(), phone.as_str()] {
        assert!(alex.html.contains(&format!("value=\"{typed}\"")), "{typed} is lost");
    }
    let ticked = |name: &str| {
        alex.html.contains(&format!("name=\"{name}\" value=\"1\" aria-describedby=\"{name}-hint\" checked"))
    };
    assert!(ticked("passwords") && ticked("discreet") && ticked("passkeys"));
    assert_eq!((alex.hidden("exit"), alex.hidden("link_minutes")), ("own".into(), "1440".into()));
    assert_eq!(times(&stage, "client-rules-changed").await, 0);
    assert_eq!(number(&stage, UNTOUCHED, args![]).await, 0);
});

walk!(an_idle_time_longer_than_the_whole_is_refused, |stage| {
    let mut alex = alex(&stage).await;
    alex.open(CLIENTS).await;
    let fields = sent(&alex, CLIENTS, &[("idle_minutes", "720"), ("total_minutes", "60")]);
    alex.post(CLIENTS, &fields).await.sees("no longer than the whole time");
    assert_eq!((alex.hidden("idle_minutes"), alex.hidden("total_minutes")), ("720".into(), "60".into()));
    assert_eq!(times(&stage, "client-rules-changed").await, 0);
});

walk!(what_is_chosen_for_clients_holds, |stage| {
    let mut alex = alex(&stage).await;
    let all = [
        ("link_minutes", "60"),
        ("keep_days", "14"),
        ("idle_minutes", "15"),
        ("total_minutes", "60"),
        ("passkeys", ""),
        ("passphrases", ""),
        ("passwords", "1"),
        ("discreet", "1"),
        ("pin_by", "administrators"),
    ];
    saved(&mut alex, CLIENTS, &all).await;
    let kept = "SELECT COUNT(*) FROM practice WHERE link_minutes = 60 AND client_keep_days = 14 AND client_idle_minutes = 15
        AND client_total_minutes = 60 AND client_passkeys = 0 AND client_passphrases = 0 AND client_passwords = 1 AND discreet = 1
        AND pin_by = 'administrators' AND client_ways_since IS NOT NULL AND client_passwords_off_at IS NULL";
    assert_eq!(number(&stage, kept, args![]).await, 1);
    // Saved as it stands, the page changes nothing, and no way to sign in is new for that.
    stage.wait(60);
    let since = number(&stage, "SELECT client_ways_since FROM practice WHERE client_passwords = 1", args![]).await;
    saved(&mut alex, CLIENTS, &[("passwords", "1")]).await;
    assert_eq!(number(&stage, kept, args![]).await, 1);
    assert_eq!(
        number(&stage, "SELECT client_ways_since FROM practice WHERE client_passwords = 1", args![]).await,
        since
    );
    // Discreet: the mail names nobody.
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let mail = stage.messages(JO).await.remove(0);
    assert_eq!(mail.subject, "Your code");
    assert!(!mail.text.contains("Harbour") && !mail.text.contains("http"), "{}", mail.text);
    alex.open(CLIENTS).await.sees("with the subject “Your code”").sees("from “Portico demo”");
    jo.submit_to("/portal/code", &[("code", &crate::support::portal::code_of(&mail))]).await.is_at("/me");
    jo.open("/me/privacy").await.sees("Your practice doesn't offer this here");
    let form =
        [("csrf".to_owned(), jo.hidden("csrf")), ("passphrase".to_owned(), "tide over pebbles, softly".to_owned())];
    jo.post("/me/privacy/lock", &form).await.sees("Your practice doesn't offer this here");
    // Fifteen minutes idle, and an hour in all.
    stage.wait(15 * 60 + 1);
    jo.open("/me").await.is_at("/portal/locked");
    let mut alex = signed_in(&stage, ALEX).await;
    saved(&mut alex, CLIENTS, &[("passwords", "")]).await;
    let off = "SELECT COUNT(*) FROM practice WHERE client_passwords = 0 AND client_passwords_off_at = $1 AND client_ways_since = $1";
    assert_eq!(number(&stage, off, args![stage.now()]).await, 1);
    assert_eq!(times(&stage, "client-rules-changed").await, 2, "what changes nothing is no line of the record");
});

// C12: the page people leave for is the practice's choice and never a request's.
walk!(exit_quickly_leads_where_the_practice_says_and_nowhere_else, |stage| {
    let leads_to = |browser: &Browser, address: &str| browser.html.contains(&format!("data-exit=\"{address}\""));
    let mut jo = stage.browser();
    jo.open("/portal").await;
    assert!(leads_to(&jo, "https://www.wikipedia.org/"));
    let mut alex = alex(&stage).await;
    saved(&mut alex, CLIENTS, &[("exit", "https://www.bbc.com/weather")]).await;
    jo.open("/portal").await;
    assert!(leads_to(&jo, "https://www.bbc.com/weather"));
    saved(&mut alex, CLIENTS, &[("exit", "own"), ("exit_own", "recipes.example.org")]).await;
    alex.open(CLIENTS).await;
    assert_eq!((alex.hidden("exit"), alex.hidden("exit_own")), ("own".into(), "https://recipes.example.org/".into()));
    jo.open("/portal?exit=https://evil.example/&exit_to=https://evil.example/&then=https://evil.example/").await;
    assert!(leads_to(&jo, "https://recipes.example.org/") && !jo.html.contains("evil"));
    let mut fields = sent(&jo, "/portal/exit", &[]);
    fields.push(("exit_to".into(), "https://evil.example/".into()));
    jo.post("/portal/exit", &fields).await;
    assert_eq!(jo.answered["location"], "/portal/left");
    jo.follow().await;
    assert!(jo.html.contains("url=https://recipes.example.org/\"") && !jo.html.contains("evil"));
    // Ours and what is no page are refused, and the one before stays.
    for refused in
        ["javascript:alert(1)", "https://harbour-physio.au.localhost/", "https://192.0.2.1/", "https://a@b.example/"]
    {
        alex.open(CLIENTS).await;
        let fields = sent(&alex, CLIENTS, &[("exit", "own"), ("exit_own", refused)]);
        alex.post(CLIENTS, &fields).await.sees("Type a web address");
    }
    // Whatever got into the table some other way leads nobody astray.
    stage.au().execute("UPDATE practice SET exit_to = 'javascript:alert(1)'", args![]).await.unwrap();
    stage.wait(5);
    jo.open("/portal").await;
    assert!(leads_to(&jo, "https://www.wikipedia.org/"));
});

walk!(what_an_administrator_changes_for_staff_shuts_nobody_out, |stage| {
    let mut alex = alex(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(STAFF).await;
    assert_eq!(sam.status, 403);
    alex.open("/practice/people").await;
    alex.open(&alex.link("How staff log in")).await.is_at(STAFF).sees("No second step is asked of administrators");
    let fields = sent(
        &alex,
        STAFF,
        &[("keep_days", "5"), ("idle_minutes", "9"), ("total_minutes", "60"), ("silent_passkeys", "1")],
    );
    alex.post(STAFF, &fields).await;
    assert_eq!(alex.status, 422);
    for field in ["keep_days", "idle_minutes"] {
        assert!(alex.html.contains(&format!("<li><a href=\"#{field}\">")), "{field}: {}", alex.text());
    }
    assert_eq!(alex.hidden("total_minutes"), "60");
    saved(
        &mut alex,
        STAFF,
        &[("keep_days", "0"), ("idle_minutes", "10"), ("total_minutes", "240"), ("silent_passkeys", "1")],
    )
    .await;
    let kept = "SELECT COUNT(*) FROM practice WHERE silent_passkeys = 1 AND keep_days = 0 AND idle_minutes = 10 AND total_minutes = 240";
    assert_eq!(number(&stage, kept, args![]).await, 1);
    assert_eq!(times(&stage, "staff-rules-changed").await, 1);
    // Sam is not logged out; the idle time of now holds at once, and the next log-in has the new limits and no box to tick.
    sam.open("/me").await.is_at("/me");
    let mut again = stage.browser();
    again.open("/sign-in").await.misses("Keep me logged in on this device");
    log_in(&mut again, SAM, false).await;
    again.is_at("/me");
    stage.wait(601);
    again.open("/me").await.is_at("/locked");
    sam.open("/me").await.is_at("/locked");
    sam.submit(&[("password", SAM.1)]).await.is_at("/me");
    // Not fresh any more: the page asks who it is first.
    alex.open(STAFF).await.is_at("/locked");
    alex.submit(&[("password", ALEX.1)]).await.is_at("/confirm");
    let mut fresh = signed_in(&stage, ALEX).await;
    stage.wait(301);
    fresh.open(STAFF).await.is_at("/confirm");
    let mut client = stage.browser();
    sign_in(&stage, &mut client, JO).await;
    client.open(STAFF).await;
    assert_eq!(client.status, 404);
});

/// Sam logs in again in a browser that was recognised: where does that lead?
async fn logs_in_again(stage: &Stage, browser: &Browser) -> String {
    let mut again = browser.clone();
    again.lose_session();
    stage.wait(121);
    log_in(&mut again, SAM, false).await;
    again.path.clone()
}

// S2: a shorter "Keep me logged in" reaches the devices that were recognised before.
walk!(a_shorter_time_on_a_device_reaches_those_that_are_recognised, |stage| {
    let mut alex = alex(&stage).await;
    ask_no_second(&stage).await;
    let (mut seven, mut off) = (stage.browser(), stage.browser());
    for browser in [&mut seven, &mut off] {
        log_in(browser, SAM, true).await;
    }
    give_app(&stage, SAM.0).await;
    saved(&mut alex, STAFF, &[("keep_days", "7")]).await;
    stage.wait(5 * 86_400);
    let mut within = seven.clone();
    within.lose_session();
    log_in(&mut within, SAM, false).await;
    within.is_at("/me");
    stage.wait(2 * 86_400 + 60);
    assert_eq!(logs_in_again(&stage, &within).await, "/sign-in/code", "thirty days were seven");

    let mut alex = signed_in(&stage, ALEX).await;
    let sql = "UPDATE device SET trusted_until = $1 WHERE ended_at IS NULL";
    stage.au().execute(sql, args![stage.now() + 5 * 86_400]).await.unwrap();
    let mut still = off.clone();
    still.lose_session();
    log_in(&mut still, SAM, false).await;
    still.is_at("/me");
    saved(&mut alex, STAFF, &[("keep_days", "0")]).await;
    stage.au().execute(sql, args![stage.now() + 5 * 86_400]).await.unwrap();
    assert_eq!(logs_in_again(&stage, &still).await, "/sign-in/code", "off is off");
});

walk!(shorter_times_reach_the_clients_who_are_signed_in, |stage| {
    let mut alex = alex(&stage).await;
    let (mut jo, mut kept) = (stage.browser(), stage.browser());
    sign_in(&stage, &mut jo, JO).await;
    stage.wait(61);
    kept.open("/portal").await.submit_to("/portal", &[("email", JO), ("keep", "1")]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    kept.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    let others = "SELECT COUNT(*) FROM session s JOIN person p ON p.practice_id = s.practice_id AND p.id = s.person_id
        WHERE p.kind = 'staff' AND s.idle_seconds < 3600";
    saved(&mut alex, CLIENTS, &[("idle_minutes", "10"), ("keep_days", "0")]).await;
    assert_eq!(number(&stage, others, args![]).await, 0, "staff have rules of their own");
    // Nobody is signed out by it, and whoever goes on within the ten minutes stays.
    for browser in [&mut jo, &mut kept] {
        stage.wait(5 * 60);
        browser.open("/me").await.is_at("/me");
    }
    stage.wait(601);
    for browser in [&mut jo, &mut kept] {
        browser.open("/me").await.is_at("/portal/locked");
    }
    // Kept for thirty days: left is the time of a session that nobody kept.
    stage.wait(12 * 3600);
    kept.open("/me").await.is_at("/portal");
});

walk!(save_pressed_twice_saves_once_and_says_so_twice, |stage| {
    let mut alex = alex(&stage).await;
    for (path, event, choice) in
        [(STAFF, "staff-rules-changed", ("keep_days", "7")), (CLIENTS, "client-rules-changed", ("link_minutes", "60"))]
    {
        alex.open(path).await;
        let fields = sent(&alex, path, &[choice]);
        for _ in 0..2 {
            alex.post(path, &fields).await;
            assert_eq!(alex.status, 303, "{path}: {}", alex.text());
            alex.follow().await.sees("It holds from now on");
        }
        assert_eq!(times(&stage, event).await, 1, "{path}");
    }
});
