//! Guessing at the sign-in page: it is slowed, it locks nobody out, and an attack on a whole practice is told.

use axum::http::StatusCode;
use portico::args;

use crate::sign_in::{ALEX, SAM, SAMS_PASSWORD, sam_in};
use crate::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::stage::{Stage, link_in};
use crate::support::ways::ask_no_second;
use crate::walk;

async fn guess(stage: &Stage, address: &str, email: &str) -> Browser {
    let mut browser = stage.browser().from(address);
    browser.open("/sign-in").await.submit(&[("email", email), ("password", "not the right one")]).await;
    browser
}

/// Wrong passwords from one network, each as soon as it is looked at.
async fn guess_until_off(stage: &Stage, address: &str) -> Browser {
    for _ in 0..60 {
        stage.wait(901);
        let browser = guess(stage, address, SAM).await;
        if browser.text().contains("can't be used from here") {
            return browser;
        }
    }
    panic!("it was never switched off");
}

// AC-003, S6.
walk!(a_stranger_cannot_lock_a_person_out, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
    sam.lose_session();
    guess_until_off(&stage, "198.51.100.7").await;
    // The recognised browser gets in at once, and a new one does after a reset.
    let mut elsewhere = stage.browser().from("203.0.113.5");
    elsewhere.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    elsewhere.sees("can't be used from here");
    assert!(elsewhere.answered.contains_key("retry-after"));
    assert_eq!(desk::run_jobs(&stage).await, 1, "told once");
    assert_eq!(desk::times(&stage, "factor-off").await, 1);
    let told = stage.messages(SAM).await;
    let told: Vec<_> = told.iter().filter(|mail| mail.about == "factor-off").collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains("So many wrong passwords") && told[0].text.contains("Forgot your password?"));
    for _ in 0..10 {
        guess(&stage, "198.51.100.7", SAM).await;
    }
    assert_eq!(desk::run_jobs(&stage).await, 0, "and not again");
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"), "{}", sam.text());
    // Whoever knows the password unties it.
    elsewhere.submit(&[("password", SAMS_PASSWORD)]).await;
    assert!(elsewhere.cookies.contains_key("__Host-session"), "{}", elsewhere.text());
});

// AC-003: the two other ways, while the stranger goes on.
walk!(a_passkey_and_a_reset_open_while_a_stranger_tries, |stage| {
    ask_no_second(&stage).await;
    let (mut phone, mut sam) = (Authenticator::synced(), stage.browser());
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    make_passkey(&mut sam, &mut phone).await;
    guess_until_off(&stage, "198.51.100.7").await;
    let mut elsewhere = stage.browser().from("203.0.113.5");
    log_in_by_passkey(&mut elsewhere, &mut phone, &[]).await;
    elsewhere.is_at("/me");

    let mut forgetful = stage.browser().from("203.0.113.6");
    forgetful.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    forgetful.sees("can't be used from here");
    forgetful.open("/forgot").await.submit(&[("email", SAM)]).await.sees("an email with a link is on its way");
    guess(&stage, "198.51.100.7", SAM).await;
    desk::run_jobs(&stage).await;
    let mails = stage.messages(SAM).await;
    assert_eq!(mails.iter().filter(|mail| mail.about == "factor-off").count(), 1);
    let link = link_in(&mails.iter().find(|mail| mail.text.contains("/reset/")).unwrap().text);
    let new = "marble window thunder 88";
    forgetful.open(&link).await.submit(&[("password", new)]).await.is_at("/sign-in");
    guess(&stage, "198.51.100.7", SAM).await;
    forgetful.submit(&[("password", new)]).await.is_at("/sign-in/passkey");
    let (options, origin) = options_of(&forgetful);
    let credential = phone.show(&options, &origin);
    send(&mut forgetful, &credential, &[]).await;
    forgetful.is_at("/me");
});

walk!(strangers_elsewhere_slow_nobody_before_the_twentieth, |stage| {
    for n in 0..19 {
        guess(&stage, &format!("198.51.100.{n}"), SAM).await;
    }
    sam_in(&stage).await;
});

walk!(tries_that_strangers_held_up_do_not_count_against_a_person, |stage| {
    for n in 0..20 {
        guess(&stage, &format!("198.51.100.{n}"), SAM).await;
    }
    stage.wait(25);
    for _ in 0..6 {
        guess(&stage, "192.0.2.10", SAM).await.sees("Too many tries in a row");
    }
    stage.wait(6);
    sam_in(&stage).await;
});

// AC-004: nobody named us a proxy, so the header is only text.
walk!(a_forged_address_makes_no_new_visitor, |stage| {
    let mut thief = stage.browser();
    for n in 0..5 {
        thief.headers = vec![("x-forwarded-for".into(), format!("203.0.113.{n}"))];
        thief.open("/sign-in").await.submit(&[("email", SAM), ("password", "not the right one")]).await;
        assert_eq!(thief.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    thief.headers = vec![("x-forwarded-for".into(), "203.0.113.200".into())];
    thief.submit(&[("password", "not the right one")]).await.sees("Too many tries in a row");
    assert_eq!(thief.hidden("email"), SAM);
});

// AC-005: a /64 is one visitor; a /48 has a ceiling of its own.
walk!(addresses_of_one_network_are_counted_together, |stage| {
    for n in 0..5 {
        guess(&stage, &format!("2001:db8:1:2::{n}"), SAM).await;
    }
    assert_eq!(guess(&stage, "2001:db8:1:2:ffff::1", SAM).await.status, StatusCode::TOO_MANY_REQUESTS);
    for n in 0..101 {
        guess(&stage, &format!("2001:db8:7:{n:x}::1"), &format!("person{n}@example.com")).await;
    }
    guess(&stage, "2001:db8:7:fff::1", "one-more@example.com").await.sees("Too many different names");
    // The neighbours are not meant.
    assert_eq!(guess(&stage, "2001:db8:8:1::1", "x@example.com").await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

// AC-002.
walk!(one_password_over_many_people_is_seen, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
    sam.lose_session();
    for n in 0..20 {
        let sprayed = guess(&stage, "192.0.2.10", &format!("person{n}@example.com")).await;
        assert_eq!(sprayed.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
    }
    let refused = guess(&stage, "192.0.2.10", "person21@example.com").await;
    refused.sees("Too many different names");
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.hidden("email"), "person21@example.com");
    // Sam's own browser stands behind the same address and gets in; so does everybody an hour later.
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"));
    stage.wait(3601);
    sam_in(&stage).await;
});

walk!(a_team_that_mistypes_and_gets_it_right_is_no_sprayer, |stage| {
    for n in 0..19 {
        guess(&stage, "192.0.2.10", &format!("person{n}@example.com")).await;
    }
    guess(&stage, "192.0.2.10", SAM).await;
    assert_eq!(guess(&stage, "192.0.2.10", ALEX).await.status, StatusCode::TOO_MANY_REQUESTS);
    stage.wait(3601);
    for n in 0..18 {
        guess(&stage, "192.0.2.10", &format!("person{n}@example.com")).await;
    }
    guess(&stage, "192.0.2.10", SAM).await;
    sam_in(&stage).await;
    assert_eq!(guess(&stage, "192.0.2.10", ALEX).await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

// AC-006.
walk!(a_restart_forgets_no_wrong_password, |stage| {
    for n in 0..49 {
        stage.wait(901);
        assert_eq!(guess(&stage, "198.51.100.7", SAM).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
    }
    let world = std::sync::Arc::clone(&stage.server.world);
    let listen = stage.server.config.listen;
    let mut config = portico::ops::demo::settings(stage.folder.path(), listen, &*world).unwrap();
    config.regions.clone_from(&stage.server.config.regions);
    let second = portico::ops::start::server(config, world).await.unwrap();
    let router = portico::app::router(second);
    stage.wait(901);
    for (tries, status) in [(50, StatusCode::UNPROCESSABLE_ENTITY), (51, StatusCode::TOO_MANY_REQUESTS)] {
        let mut thief = Browser::new(router.clone(), "harbour-physio.au.localhost:8080").from("198.51.100.7");
        thief.open("/sign-in").await.submit(&[("email", SAM), ("password", "not the right one")]).await;
        assert_eq!(thief.status, status, "{tries} {}", thief.text());
        stage.wait(901);
    }
});

// AC-007.
walk!(a_hundred_at_once_are_all_counted, |stage| {
    let mut thief = stage.browser();
    thief.open("/sign-in").await;
    let fields: Vec<(String, String)> =
        [("csrf", thief.hidden("csrf").as_str()), ("email", SAM), ("password", "wrong")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
    let hashes = stage.server.hashing.counts().made;
    let all = (0..100).map(|_| {
        let (mut one, fields) = (thief.clone(), fields.clone());
        tokio::spawn(async move { one.post("/sign-in", &fields).await.status })
    });
    let mut statuses = vec![];
    for one in all.collect::<Vec<_>>() {
        statuses.push(one.await.unwrap());
    }
    let made = stage.server.hashing.counts().made - hashes;
    // A request run again after writers met takes no second try.
    assert_eq!(made, 5, "hashes");
    let fine = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];
    assert!(statuses.iter().all(|status| fine.contains(status)), "{statuses:?}");
    let held = statuses.iter().filter(|status| **status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(held >= 90, "{held}");
    assert_eq!(desk::times(&stage, "throttled").await, 1, "the record is not flooded");
    stage.wait(901);
    sam_in(&stage).await;
});

// AC-183: the queue of hashes is full, and everything that hashes nothing goes on.
walk!(a_flood_of_log_ins_holds_up_no_other_page, |stage| {
    let mut sam = sam_in(&stage).await;
    let mut flood = stage.browser();
    flood.open("/sign-in").await;
    let token = flood.hidden("csrf");
    let before = stage.server.hashing.counts();
    let all: Vec<_> = (0..300)
        .map(|number| {
            let mut one = flood.clone().from(&format!("10.{number}.{number}.7", number = number % 250));
            let email = format!("nobody{number}@example.com");
            let fields = [("csrf", token.as_str()), ("email", &email), ("password", "not the right one")];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
            tokio::spawn(async move {
                one.post("/sign-in", &fields).await;
                (one.status, one.answered.contains_key("retry-after"))
            })
        })
        .collect();
    while stage.server.hashing.counts().refused == before.refused && !all.iter().all(|one| one.is_finished()) {
        tokio::task::yield_now().await;
    }
    let waiting = stage.server.hashing.waiting();
    sam.open("/me").await.is_at("/me").sees("My info");
    stage.browser().open("/sign-in").await.sees("Log in");
    stage.browser().open("/portal").await.sees("Email me a link");
    let made = stage.server.hashing.counts().made;
    let mut told = 0;
    for one in all {
        let (status, with_a_time) = one.await.unwrap();
        told += usize::from(status == StatusCode::SERVICE_UNAVAILABLE && with_a_time);
        let fine = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
        assert!(fine.contains(&status), "{status}");
    }
    assert!(waiting > 0 && made < stage.server.hashing.counts().made, "the pages were answered while hashes waited");
    assert!(told > 0, "who finds the queue full is told when to come back");
    stage.wait(901);
    sam_in(&stage).await;
});

// AC-001.
walk!(an_attack_on_the_practice_is_told_once, |stage| {
    desk::give_app(&stage, SAM).await;
    let mut early = stage.browser().from("203.0.113.77");
    early.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    early.is_at("/sign-in/code");
    for n in 0..60 {
        guess(&stage, &format!("198.51.{n}.7"), &format!("person{n}@example.com")).await;
    }
    assert_eq!(desk::times(&stage, "stuffing-suspected").await, 1);
    assert_eq!(stage.messages(ALEX).await.len(), 1, "administrators are told");
    assert_eq!(desk::times(&stage, "right-password-in-stuffing").await, 1, "what came before the alarm counts");
    let (_, alex) = desk::ids(&stage, ALEX).await;
    desk::give_app(&stage, ALEX).await;
    for n in 0..3 {
        let mut thief = stage.browser().from(&format!("203.0.113.{n}"));
        for (email, password) in [(SAM, SAMS_PASSWORD), (ALEX, "lantern-orchard-72-violin")] {
            thief.open("/sign-in").await.submit(&[("email", email), ("password", password)]).await;
            thief.is_at("/sign-in/code");
        }
    }
    assert_eq!(desk::times(&stage, "right-password-in-stuffing").await, 2, "each person once");
    assert_eq!(desk::number(&stage, "SELECT COUNT(*) FROM session", vec![]).await, 0);
    let sql = "SELECT COUNT(*) FROM audit WHERE event = 'right-password-in-stuffing' AND subject_id = $1";
    assert_eq!(desk::number(&stage, sql, args![alex]).await, 1);
    // An hour later it is told anew.
    stage.wait(3700);
    for n in 0..60 {
        guess(&stage, &format!("198.51.{n}.7"), &format!("person{n}@example.com")).await;
    }
    assert_eq!(desk::times(&stage, "stuffing-suspected").await, 2);
});
