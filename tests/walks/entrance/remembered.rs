//! "Remember my practices on this device": ticked at the entrance, kept after a sign-in, gone with the access.

use axum::http::Method;
use portico::args;
use portico::ops::{practice_move, practice_rename};
use portico::platform::web::encode;

use super::{ask, browser, mails};
use crate::support::browser::Browser;
use crate::support::portal::{JO, link_of, newest};
use crate::support::stage::{Stage, code_in};
use crate::support::ways::{ALEX, ask_no_second};
use crate::walk;

/// One device: its entrance and its practice, each with its own cookies.
pub(super) struct Device {
    pub entrance: Browser,
    pub practice: Browser,
}

/// Finds the list with the box ticked and comes to Harbour Physio's sign-in page.
pub(super) async fn arrive(stage: &Stage, tick: bool) -> Device {
    ask_no_second(stage).await;
    let mut entrance = browser(stage);
    ask(stage, &mut entrance, ALEX.0).await;
    let code = code_in(&mails(stage, ALEX.0)[0].text);
    let fields: Vec<(&str, &str)> =
        [("code", code.as_str())].into_iter().chain(tick.then_some(("remember", "1"))).collect();
    entrance.submit(&fields).await.is_at("/list");
    let href = entrance.link("Harbour Physio");
    let mut practice = stage.browser();
    practice.open(href.split_once("localhost:8080").unwrap().1).await.is_at("/sign-in");
    Device { entrance, practice }
}

/// Signs in and follows the way through the entrance and back.
pub(super) async fn log_in(device: &mut Device) {
    device.practice.submit(&[("email", ALEX.0), ("password", ALEX.1)]).await;
    through(device).await;
}

/// Where the practice sends the browser by way of the entrance, there and back.
pub(super) async fn through(device: &mut Device) {
    let to = device.practice.answered.get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
    let Some(path) = to.strip_prefix("http://localhost:8080") else { return };
    device.entrance.send(Method::GET, path, None).await;
    let back = device.entrance.answered["location"].to_str().unwrap().to_owned();
    let path = back.strip_prefix("http://harbour-physio.au.localhost:8080").expect("back to the practice");
    device.practice.open(path).await;
}

walk!(the_next_time_is_one_press_away, |stage| {
    let mut device = arrive(&stage, true).await;
    device.entrance.sees("This device will remember");
    log_in(&mut device).await;
    device.practice.is_at("/me");
    let mail = mails(&stage, ALEX.0).len();
    device.entrance.close();
    device.entrance.open("/").await.sees("On this device").sees("Harbour Physio").misses("Thames");
    assert_eq!(device.entrance.link("Harbour Physio"), "http://harbour-physio.au.localhost:8080/sign-in");
    assert_eq!(mails(&stage, ALEX.0).len(), mail, "no mail for it");
    let mut slip = device.entrance.clone();
    slip.submit(&[("email", "alex at example")]).await.sees("Type an email address").sees("On this device");
    let cookie = device.entrance.cookies["__Host-practices"].clone();
    assert!(cookie.starts_with("v1.") && cookie.len() < 4000 && !cookie.contains("alex"), "{cookie}");
    // Sealed: not a byte of it can be changed, and it is of use to no other server.
    let mut forged = device.entrance.clone();
    let at = cookie.len() - 9;
    let other = if &cookie[at..=at] == "A" { "B" } else { "A" };
    forged.cookies.insert("__Host-practices".into(), format!("{}{other}{}", &cookie[..at], &cookie[at + 1..]));
    forged.open("/").await.misses("Harbour Physio (");
    forged.misses("On this device");
    // Once more does not make it two.
    stage.wait(61);
    let mut again = arrive(&stage, true).await;
    again.entrance.cookies.insert("__Host-practices".into(), cookie);
    log_in(&mut again).await;
    again.entrance.open("/").await;
    assert_eq!(again.entrance.html.matches("/sign-in\"").count(), 1);
});

walk!(without_the_tick_nothing_is_remembered, |stage| {
    let mut device = arrive(&stage, false).await;
    device.entrance.misses("This device will remember");
    log_in(&mut device).await;
    device.practice.is_at("/me");
    device.entrance.open("/").await.misses("On this device");
});

walk!(it_dies_with_the_access_and_with_the_practice, |stage| {
    let mut device = arrive(&stage, true).await;
    log_in(&mut device).await;
    device.entrance.open("/").await.sees("Harbour Physio");
    for (gone, back) in [
        ("UPDATE person SET closed_at = 1 WHERE email_key = 'alex@example.com'", "UPDATE person SET closed_at = NULL"),
        ("UPDATE practice SET closed_at = 1 WHERE slug = 'harbour-physio'", "UPDATE practice SET closed_at = NULL"),
    ] {
        let mut copy = device.entrance.clone();
        stage.au().execute(gone, args![]).await.unwrap();
        copy.open("/").await.misses("On this device");
        assert!(!copy.cookies.contains_key("__Host-practices"), "forgotten for good");
        stage.au().execute(back, args![]).await.unwrap();
    }
    // A region that does not answer takes nothing away.
    stage.au().execute("ALTER TABLE person RENAME TO person_away", args![]).await.unwrap();
    device.entrance.open("/").await.sees("harbour-physio");
    stage.au().execute("ALTER TABLE person_away RENAME TO person", args![]).await.unwrap();
    device.entrance.open("/").await.sees("Harbour Physio");
});

walk!(it_follows_a_practice_that_moves_and_is_renamed, |stage| {
    let mut device = arrive(&stage, true).await;
    log_in(&mut device).await;
    let untouched = device.entrance.clone();
    practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
    device.entrance.open("/").await.sees("Harbour Physio").sees("For staff");
    assert_eq!(device.entrance.link("Harbour Physio"), "http://harbour-physio.uk.localhost:8080/sign-in");
    // What is remembered is the new region: the old one is not asked again.
    stage.au().execute("ALTER TABLE moved RENAME TO moved_away", args![]).await.unwrap();
    practice_rename::rename(&stage.server, "uk", "harbour-physio", "bay-physio").await.unwrap_err();
    device.entrance.open("/").await.sees("Harbour Physio");
    stage.au().execute("ALTER TABLE moved_away RENAME TO moved", args![]).await.unwrap();
    stage.wait(5);
    device.entrance.open("/").await;
    assert_eq!(device.entrance.link("Harbour Physio"), "http://bay-physio.uk.localhost:8080/sign-in");
    // The name was noted too, for when the region does not answer.
    let uk = &stage.server.region("uk").unwrap().db;
    uk.execute("ALTER TABLE person RENAME TO person_away", args![]).await.unwrap();
    device.entrance.open("/").await.sees("bay-physio");
    uk.execute("ALTER TABLE person_away RENAME TO person", args![]).await.unwrap();
    // A device that was off all the while comes along, and so does the end of the access.
    let mut late = untouched.clone();
    late.open("/").await.sees("Harbour Physio");
    uk.execute("UPDATE person SET closed_at = 1 WHERE email_key = 'alex@example.com'", args![]).await.unwrap();
    for mut entrance in [untouched, device.entrance] {
        entrance.open("/").await.misses("On this device");
        assert!(!entrance.cookies.contains_key("__Host-practices"), "forgotten for good");
    }
});

/// Jo goes from the list to the portal with the box ticked and signs in there; answers both browsers.
pub(super) async fn jo_arrives(stage: &Stage, shared: bool) -> Device {
    let mut entrance = browser(stage);
    ask(stage, &mut entrance, JO).await;
    let code = code_in(&mails(stage, JO)[0].text);
    entrance.submit(&[("code", &code), ("remember", "1")]).await.is_at("/list");
    let href = entrance.link("Harbour Physio");
    let mut practice = stage.browser();
    practice.open(href.split_once("localhost:8080").unwrap().1).await.is_at("/portal");
    let ticked: &[(&str, &str)] = if shared { &[("email", JO), ("shared", "1")] } else { &[("email", JO)] };
    practice.submit_to("/portal", ticked).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(stage, JO).await);
    practice.open(&link).await.submit_to(&link, &[]).await;
    Device { entrance, practice }
}

walk!(a_client_who_says_that_others_use_the_device_is_not_remembered, |stage| {
    let shared = jo_arrives(&stage, true).await;
    shared.practice.is_at("/me");
    assert!(!shared.practice.cookies.contains_key("__Host-remember"));
    stage.wait(61);
    // Without that, Jo is, and as a client after a move too.
    let mut own = jo_arrives(&stage, false).await;
    let to = own.practice.answered["location"].to_str().unwrap().to_owned();
    own.entrance.send(Method::GET, to.strip_prefix("http://localhost:8080").unwrap(), None).await;
    own.entrance.open("/").await.sees("Harbour Physio").sees("For clients");
    practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
    own.entrance.open("/").await.sees("For clients");
    assert_eq!(own.entrance.link("Harbour Physio"), "http://harbour-physio.uk.localhost:8080/portal");
});

walk!(whoever_is_signed_in_already_is_remembered_at_once, |stage| {
    let mut device = arrive(&stage, false).await;
    log_in(&mut device).await;
    device.practice.is_at("/me");
    stage.wait(61);
    ask(&stage, &mut device.entrance, ALEX.0).await;
    let code = code_in(&mails(&stage, ALEX.0)[0].text);
    device.entrance.submit(&[("code", &code), ("remember", "1")]).await.sees("This device will remember");
    let href = device.entrance.link("Harbour Physio");
    let path = href.split_once("localhost:8080").unwrap().1.to_owned();
    // Somebody else's open session is left alone, and they are asked who is here.
    let mut sam = stage.browser();
    crate::support::ways::log_in(&mut sam, crate::support::ways::SAM, false).await;
    sam.send(Method::GET, &path, None).await;
    sam.sees("Somebody else is logged in here");
    assert!(!sam.cookies.contains_key("__Host-remember"));
    device.practice.send(Method::GET, &path, None).await;
    let to = device.practice.answered["location"].to_str().unwrap().to_owned();
    device
        .entrance
        .send(Method::GET, to.strip_prefix("http://localhost:8080").expect("through the entrance"), None)
        .await;
    assert_eq!(device.entrance.answered["location"], "http://harbour-physio.au.localhost:8080/me");
    device.entrance.open("/").await.sees("On this device").sees("Harbour Physio");
});

walk!(on_a_shared_computer_the_way_to_forget_is_on_every_page, |stage| {
    let mut desk = browser(&stage);
    desk.open("/").await;
    assert_eq!(desk.link("Change what this device remembers"), "/remembered");
    ask(&stage, &mut desk, ALEX.0).await;
    assert_eq!(desk.link("Change what this device remembers"), "/remembered");
    let code = code_in(&mails(&stage, ALEX.0)[0].text);
    let finding = desk.clone();
    desk.submit(&[("code", &code)]).await.is_at("/list");
    assert_eq!(desk.link("Change what this device remembers"), "/remembered");
    for mut page in [finding, desk] {
        page.sees("Forget this on this computer");
        let token = page.hidden("csrf");
        page.post("/remembered", &[("csrf".into(), token), ("do".into(), "asking".into())]).await;
        page.follow().await.is_at("/");
        for path in ["/list", "/find"] {
            page.open(path).await.is_at("/").misses("alex@");
        }
    }
});

walk!(it_is_forgotten_one_by_one_or_whole, |stage| {
    let mut device = arrive(&stage, true).await;
    log_in(&mut device).await;
    let remembered = device.entrance.clone();
    for button in ["Forget", "all", "shared"] {
        let mut entrance = remembered.clone();
        entrance.open("/remembered").await.sees("Harbour Physio");
        let which = entrance.html.split("name=\"do\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let word = if button == "Forget" { which.as_str() } else { button };
        let token = entrance.hidden("csrf");
        entrance.post("/remembered", &[("csrf".into(), token), ("do".into(), word.to_owned())]).await;
        entrance.follow().await.is_at("/remembered").misses("Harbour Physio");
        entrance.open("/").await.misses("On this device");
        let offered = entrance.forms().into_iter().flat_map(|form| form.inputs).any(|input| input.name == "remember");
        assert_eq!(offered, button != "shared", "a shared device is not asked again");
    }
});

walk!(a_note_is_good_in_its_own_browser_for_minutes, |stage| {
    let mut device = arrive(&stage, true).await;
    device.practice.submit(&[("email", ALEX.0), ("password", ALEX.1)]).await;
    let to = device.practice.answered["location"].to_str().unwrap().to_owned();
    let path = to.strip_prefix("http://localhost:8080").unwrap();
    assert!(!to.contains("alex"), "{to}");
    // Another browser is not made to remember somebody else's practice.
    let mut other = browser(&stage).from("198.51.100.3");
    other.send(Method::GET, path, None).await;
    assert!(!other.cookies.contains_key("__Host-practices"));
    let mut bent = device.entrance.clone();
    bent.send(Method::GET, &path.replacen("note=au.", "note=uk.", 1), None).await;
    assert_eq!(bent.answered["location"], "/");
    // Nor does a note lead anywhere but to the practice that it names.
    for elsewhere in [
        "https://evil.example/",
        "http://harbour-physio.au.localhost:8080.evil.example/",
        "http://harbour-physio.au.localhost:8080@evil.example/",
        "http://thames-therapy.uk.localhost:8080/me",
        "http://harbour-physio.au.localhost:8080",
        "//evil.example/",
    ] {
        let mut bent = device.entrance.clone();
        bent.send(Method::GET, &bent_note(&stage, path, elsewhere), None).await;
        assert_eq!(bent.answered["location"], "/", "{elsewhere}");
        assert!(!bent.cookies.contains_key("__Host-practices"), "{elsewhere}");
    }
    let mut same = device.entrance.clone();
    let home = "http://harbour-physio.au.localhost:8080/me";
    same.send(Method::GET, &bent_note(&stage, path, home), None).await;
    assert_eq!(same.answered["location"], home);
    let mut late = device.entrance.clone();
    stage.wait(11 * 60);
    late.send(Method::GET, path, None).await;
    assert!(!late.cookies.contains_key("__Host-practices"));
});

/// The note as a region would seal it whose program was changed.
fn bent_note(stage: &Stage, path: &str, then: &str) -> String {
    let sealed = path.split_once("note=au.").unwrap().1;
    let sealed = percent_encoding::percent_decode_str(sealed).decode_utf8().unwrap();
    let text = stage.server.open_from("au", "remember", &[], &sealed).unwrap();
    let mut note: serde_json::Value = serde_json::from_str(&text).unwrap();
    note["then"] = then.into();
    let sealed = stage.server.seal_for("au", "remember", &[], &note.to_string()).unwrap();
    format!("/remember?note={}", encode(&format!("au.{sealed}")))
}

/// Asks with the box ticked, and follows the list to Harbour Physio in that browser.
pub(super) async fn ticks(stage: &Stage, entrance: &mut Browser, practice: &mut Browser, email: &str) {
    ask(stage, entrance, email).await;
    let code = code_in(&mails(stage, email)[0].text);
    entrance.submit(&[("code", &code), ("remember", "1")]).await.sees("This device will remember");
    let href = entrance.link("Harbour Physio");
    practice.open(href.split_once("localhost:8080").unwrap().1).await;
}

// E6
walk!(whoever_only_unlocks_is_remembered_too, |stage| {
    ask_no_second(&stage).await;
    let (mut entrance, mut practice) = (browser(&stage), stage.browser());
    crate::support::ways::log_in(&mut practice, ALEX, true).await;
    stage.wait(2 * 3600);
    ticks(&stage, &mut entrance, &mut practice, ALEX.0).await;
    practice.is_at("/locked");
    let mut device = Device { entrance, practice };
    device.practice.submit(&[("password", ALEX.1)]).await;
    through(&mut device).await;
    device.practice.is_at("/me");
    device.entrance.open("/").await.sees("On this device").sees("For staff");
    // A client, and one who shares the browser.
    for (tick, remembered) in [("keep", true), ("shared", false)] {
        let (mut entrance, mut practice) = (browser(&stage), stage.browser());
        crate::portal_sessions::sign_in_ticking(&stage, &mut practice, tick).await;
        stage.wait(3600);
        ticks(&stage, &mut entrance, &mut practice, JO).await;
        practice.is_at("/portal/locked");
        practice.submit_to("/portal/locked", &[]).await;
        stage.deliver().await;
        let link = link_of(&newest(&stage, JO).await);
        practice.open(&link).await.submit_to(&link, &[]).await;
        let mut device = Device { entrance, practice };
        through(&mut device).await;
        device.entrance.open("/").await;
        assert_eq!(device.entrance.text().contains("On this device"), remembered, "{tick}");
    }
});

/// Signs in at Harbour Physio's staff door, typed directly, and follows wherever that leads.
async fn signs_in(device: &mut Device, (email, password): (&str, &str)) {
    device.practice.submit(&[("email", email), ("password", password)]).await;
    through(device).await;
    device.practice.is_at("/me");
}

// A tick is the word of whoever set it, for their own sign-in.
walk!(nobody_is_remembered_for_the_tick_of_somebody_else, |stage| {
    // Alex ticks the box, opens the practice from the list and goes away; Sam types the practice's address.
    let mut device = arrive(&stage, true).await;
    let (mut alex, sam) = (device.practice.clone(), crate::support::ways::SAM);
    device.practice.open("/sign-in").await;
    signs_in(&mut device, sam).await;
    device.entrance.open("/").await.misses("On this device");
    // Or comes from a list of their own, without a tick.
    device.practice = alex.clone();
    ask(&stage, &mut device.entrance, sam.0).await;
    let code = code_in(&mails(&stage, sam.0)[0].text);
    device.entrance.submit(&[("code", &code)]).await.is_at("/list").misses("This device will remember");
    let href = device.entrance.link("Harbour Physio");
    device.practice.open(href.split_once("localhost:8080").unwrap().1).await;
    assert!(!device.practice.cookies.contains_key("__Host-remember"));
    signs_in(&mut device, sam).await;
    device.entrance.open("/").await.misses("On this device");
    // Alex, in whose tab the list was open first, is remembered although Sam asked in between.
    alex.open("/sign-in").await;
    device.practice = alex;
    signs_in(&mut device, ALEX).await;
    device.entrance.open("/").await.sees("On this device").sees("Harbour Physio");
});

walk!(whoever_asks_again_without_the_tick_is_not_remembered, |stage| {
    let mut device = arrive(&stage, true).await;
    stage.wait(61);
    ask(&stage, &mut device.entrance, ALEX.0).await;
    let code = code_in(&mails(&stage, ALEX.0)[0].text);
    device.entrance.submit(&[("code", &code)]).await.is_at("/list").misses("This device will remember");
    let href = device.entrance.link("Harbour Physio");
    device.practice.open(href.split_once("localhost:8080").unwrap().1).await;
    log_in(&mut device).await;
    device.practice.is_at("/me");
    device.entrance.open("/").await.misses("On this device");
});
