//! What was typed when the session had locked, ended, or the proof was too old: it comes back, to the person alone.

use super::people::{ALEX, SAM, alex, id_of, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::mails;
use crate::support::portal::{JO, sign_in};
use crate::support::ways::somebody;
use crate::walk;

const NOT_DONE: &str = "Nothing was done with what you sent";
const LOCKED: &str = "This page locked before you sent it";
const NIA: &str = "nia@example.com";

walk!(an_invitation_typed_for_too_long_is_filled_in_again, |stage| {
    let mut alex = alex(&stage).await;
    alex.open("/practice/people/new").await.misses(NOT_DONE);
    stage.wait(301);
    alex.submit(&[("name", "Nia \"N\" Abebe"), ("email", NIA), ("role", "practitioner")]).await.is_at("/confirm");
    let sealed = alex.cookies["__Host-typed"].clone();
    assert!(!sealed.contains("Nia") && !sealed.contains("nia"));
    alex.submit(&[("password", ALEX.1)])
        .await
        .is_at("/practice/people/new")
        .sees(NOT_DONE)
        .sees("Here is what you typed");
    assert!(mails(&stage, NIA).await.is_empty(), "nothing was sent by itself");
    assert_eq!((alex.hidden("name"), alex.hidden("email")), ("Nia \"N\" Abebe".to_owned(), NIA.to_owned()));
    alex.submit(&[("name", &alex.hidden("name"))]).await.sees("Invited");
    assert_eq!(somebody(&stage, NIA).await.role, "practitioner", "what was chosen, too");
    // Once.
    alex.open("/practice/people/new").await.misses(NOT_DONE);
    assert_eq!(alex.hidden("name"), "");
});

walk!(a_form_comes_back_after_the_lock_and_after_the_end, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me/name").await;
    stage.wait(3601);
    sam.submit(&[("name", "Sam Renamed")]).await.is_at("/locked");
    sam.submit(&[("password", SAM.1)]).await.is_at("/me/name").sees(NOT_DONE);
    assert_eq!(sam.hidden("name"), "Sam Renamed");
    // Over for good: they come back by the whole way in.
    let end = "UPDATE session SET ended_at = 1 WHERE ended_at IS NULL";
    assert!(stage.au().execute(end, vec![]).await.unwrap() > 0);
    stage.wait(5);
    sam.submit(&[("name", "Sam Again")]).await.is_at("/sign-in");
    sam.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/me/name").sees(NOT_DONE);
    assert_eq!(sam.hidden("name"), "Sam Again");
});

walk!(what_was_typed_and_not_sent_is_kept_and_nothing_done, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    // The page counts time by its own clock: while the session is open, its form waits behind the same page.
    sam.open("/me/name").await;
    let page = sam.hidden("csrf");
    stage.wait(3500);
    given_up(&mut sam, &page, "/me/name").await.is_at("/me/name").sees(LOCKED);
    assert_eq!(sam.hidden("name"), "Sam Renamed");
    assert_eq!(somebody(&stage, SAM.0).await.name, "Sam Okafor");
    stage.wait(3601);
    given_up(&mut sam, &page, "/me/name").await.is_at("/locked");
    sam.submit(&[("password", SAM.1)]).await.is_at("/me/name").sees(LOCKED);
    assert_eq!(sam.hidden("name"), "Sam Renamed");
    // It leads to no other website.
    given_up(&mut sam, &page, "//evil.example").await.is_at("/me");
    // A form of a browser that is gone leads on as well, and nothing of it is kept.
    let mut other = stage.browser();
    let elsewhere = {
        other.open("/sign-in").await;
        other.hidden("csrf")
    };
    given_up(&mut sam, &elsewhere, "/me/name").await.is_at("/me/name").misses(LOCKED);
    // Somebody else has logged in since: it is thrown away.
    sam.submit_to("/log-out", &[]).await;
    sam.open("/sign-in").await.submit(&[("email", ALEX.0), ("password", ALEX.1)]).await;
    given_up(&mut sam, &page, "/me/name").await.misses(LOCKED);
    assert!(!sam.cookies.contains_key("__Host-typed"));
});

/// What the script of a page sends for a form that nobody sent.
async fn given_up<'a>(browser: &'a mut Browser, csrf: &str, page: &str) -> &'a mut Browser {
    let fields = [
        ("csrf", csrf),
        ("name", "Sam Renamed"),
        ("password", SAM.1),
        ("unsent_page", page),
        ("unsent_action", "/me/name"),
    ];
    browser.post("/unsent", &fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await.follow().await;
    browser
}

walk!(what_was_typed_comes_back_to_nobody_else, |stage| {
    relaxed(&stage).await;
    let mut desk = signed_in(&stage, SAM).await;
    desk.open("/me/name").await;
    stage.wait(3601);
    desk.submit(&[("name", "Sam Renamed")]).await.is_at("/locked");
    let kept = desk.cookies["__Host-typed"].clone();
    // Whoever leaves takes it along; and kept all the same, it is nobody else's.
    desk.submit_to("/log-out", &[]).await;
    assert!(!desk.cookies.contains_key("__Host-typed"));
    desk.cookies.insert("__Host-typed".into(), kept);
    desk.open("/sign-in").await.submit(&[("email", ALEX.0), ("password", ALEX.1)]).await;
    desk.open("/me/name").await.misses(NOT_DONE).misses("Sam Renamed");
    assert!(!desk.html.contains("Sam Renamed") && !desk.cookies.contains_key("__Host-typed"));
});

walk!(no_password_is_kept_and_a_press_is_asked_for_again, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me/password").await;
    stage.wait(301);
    sam.submit(&[("current", SAM.1), ("password", "marble window thunder 88")]).await.is_at("/confirm");
    sam.submit(&[("password", SAM.1)]).await.is_at("/me/password").sees(NOT_DONE).sees("do it again");
    assert!(!sam.html.contains("marble window") && !sam.html.contains(SAM.1));

    let mut alex = signed_in(&stage, ALEX).await;
    let page = format!("/practice/people/{}/close", id_of(&stage, SAM.0).await);
    alex.open(&page).await;
    stage.wait(301);
    super::people::press(&mut alex).await.is_at("/confirm");
    alex.submit(&[("password", ALEX.1)]).await.is_at(&page).sees(NOT_DONE);
    assert!(!stage.events().await.contains(&"closed".to_owned()));
});

walk!(a_client_finds_what_they_typed_too, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/email").await;
    let end = "UPDATE session SET ended_at = 1 WHERE ended_at IS NULL";
    assert_eq!(stage.au().execute(end, vec![]).await.unwrap(), 1);
    stage.wait(61);
    jo.submit(&[("email", "jo.new@example.org")]).await.is_at("/portal");
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/email").await.sees(NOT_DONE);
    assert_eq!(jo.hidden("email"), "jo.new@example.org");
});
