//! What somebody is told of their passkeys, and that the advice they are given can be followed.

use portico::args;
use portico::sign_in::step::Factor;

use super::people::{relaxed, signed_in};
use super::support::authenticator::{Authenticator, UV, log_in_by_passkey, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::desk::number;
use super::support::portal::{JO, sign_in};
use super::support::stage::Stage;
use super::support::ways::{SAM, ask_no_second, let_in, log_in, somebody};
use super::walk;

const NEW: &str = "/me/passkeys/new";

async fn jo_in(stage: &Stage, proofs: &[Factor]) -> Browser {
    let mut jo = stage.browser();
    let_in(stage, &mut jo, JO, proofs, false).await;
    jo
}

async fn show(browser: &mut Browser, key: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = key.show(&options, &origin);
    send(browser, &credential, &[]).await;
}

// No lock is said to be set that was not set: the last passkey was deleted in another tab.
walk!(a_lock_is_said_to_be_set_only_where_it_is, |stage| {
    let mut jo = jo_in(&stage, &[Factor::EmailLink]).await;
    make_passkey(&mut jo, &mut Authenticator::synced()).await;
    jo.open("/me/privacy/passkey").await.is_at("/me/privacy/passkey");
    let mut tab = jo.clone();
    tab.open("/me/passkeys").await;
    let delete = tab.link("Delete");
    tab.open(&delete).await.submit_to(&delete, &[]).await.is_at("/me/passkeys");
    jo.submit_to("/me/privacy/passkey", &[("do", "on")]).await.is_at(NEW).misses("Your passkeys are your lock now");
    assert_eq!(somebody(&stage, JO).await.passkey_lock_since, None);
    // With a new one it is set; and pressed in a tab where it was set already, it says the same.
    make_passkey(&mut jo, &mut Authenticator::synced()).await;
    jo.open("/me/privacy/passkey").await;
    let mut twin = jo.clone();
    jo.submit_to("/me/privacy/passkey", &[("do", "on")]).await.sees("Your passkeys are your lock now");
    assert!(somebody(&stage, JO).await.passkey_lock_since.is_some());
    twin.submit_to("/me/privacy/passkey", &[("do", "on")]).await.sees("Your passkeys are your lock now");
});

// What the practice sets up with the client in the room stands on a passkey that is there.
walk!(private_sign_in_makes_no_lock_that_nothing_opens, |stage| {
    relaxed(&stage).await;
    let mut jo = jo_in(&stage, &[Factor::EmailLink]).await;
    make_passkey(&mut jo, &mut Authenticator::synced()).await;
    let mut sam = signed_in(&stage, SAM).await;
    let page = format!("/practice/clients/{}/privacy", somebody(&stage, JO).await.id);
    let form = [("passphrase", ""), ("safe_word", "blue heron"), ("do", "private-on")];
    sam.open(&page).await;
    stage.meanwhile_write("act begins", "DELETE FROM passkey", vec![]);
    sam.submit_to(&page, &form).await;
    let found = somebody(&stage, JO).await;
    assert_eq!((found.passkey_lock_since, found.private_since), (None, None), "{}", sam.text());
    assert_eq!(sam.status, 422, "{}", sam.text());

    make_passkey(&mut jo_in(&stage, &[Factor::EmailLink]).await, &mut Authenticator::synced()).await;
    sam.open(&page).await.submit_to(&page, &form).await;
    assert!(somebody(&stage, JO).await.passkey_lock_since.is_some(), "{}", sam.text());
});

walk!(a_passkey_that_the_practice_stopped_offering_is_not_lost_without_a_word, |stage| {
    let (mut jo, mut phone) = (jo_in(&stage, &[Factor::EmailLink]).await, Authenticator::synced());
    jo.open(NEW).await.is_at(NEW);
    let (csrf, ceremony) = (jo.hidden("csrf"), jo.hidden("ceremony"));
    let asked = [("csrf".to_owned(), csrf), ("ceremony".to_owned(), ceremony)];
    let mut script = jo.clone();
    script.post("/passkey/options", &asked).await;
    assert_eq!(script.status, 200);
    stage.au().execute("UPDATE practice SET client_passkeys = 0", vec![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    script.post("/passkey/options", &asked).await;
    assert_eq!(script.status, 409, "nothing is asked any more: {}", script.html);
    let mut again = jo.clone();
    again.open(NEW).await.is_at("/me/passkeys").sees("doesn't offer passkeys.");
    let (options, origin) = options_of(&jo);
    let made = phone.make(&options, &origin);
    send(&mut jo, &made, &[]).await;
    jo.is_at("/me/passkeys").sees("wasn't kept: your practice doesn't offer passkeys any more");
    assert!(jo.html.contains(&format!("data-passkey-unknown=\"{}\"", phone.passkeys[0].id)), "{}", jo.html);
    assert!(jo.html.contains("passkey.js"));
    jo.open("/me/passkeys").await.misses("wasn't kept");
    assert_eq!(somebody(&stage, JO).await.passkeys, 0);
});

// "Use it as your second step; then it works alone": also where the device is recognised, which is asked for no step otherwise.
walk!(whoever_shall_use_it_as_second_step_is_asked_for_it, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::synced());
    key.flags &= !UV;
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut key).await;
    sam.open("/me").await.submit_to("/log-out", &[]).await;
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/sign-in/passkey");
    show(&mut sam, &mut key).await;
    sam.is_at("/me");
    sam.submit_to("/log-out", &[]).await;
    // Recognised: the password lets straight in.
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/me");
    sam.submit_to("/log-out", &[]).await;
    key.flags |= UV;
    log_in_by_passkey(&mut sam, &mut key, &[]).await;
    sam.sees("use it as your second step");
    // Another colleague's password here is not concerned.
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/sign-in/passkey");
    show(&mut sam, &mut key).await;
    sam.is_at("/me");
    sam.submit_to("/log-out", &[]).await;
    log_in_by_passkey(&mut sam, &mut key, &[]).await;
    sam.is_at("/me");
    sam.submit_to("/log-out", &[]).await;
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/me");
});

// AC-049: a count that went back locks no client out who has the mailbox too; whoever has one of the two stays outside.
walk!(a_lock_whose_count_went_back_opens_beside_the_mail, |stage| {
    let (mut jo, mut key) = (jo_in(&stage, &[Factor::EmailLink]).await, Authenticator::security_key());
    make_passkey(&mut jo, &mut key).await;
    jo.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "on")]).await;
    jo.sees("Your passkeys are your lock now");
    let mut old = key.clone();
    for _ in 0..2 {
        let mut door = stage.browser();
        door.open("/portal").await;
        show(&mut door, &mut key).await;
        door.is_at("/me");
    }
    let mut thief = stage.browser().from("198.51.100.66");
    thief.open("/portal").await;
    show(&mut thief, &mut old).await;
    thief.sees("can't be trusted by itself").sees("Sign in by email and show it after that; then delete it.");
    assert!(!thief.cookies.contains_key("__Host-session"));
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/portal/lock");
    show(&mut jo, &mut old).await;
    jo.is_at("/me").sees("may have been copied");
    jo.open("/me/privacy").await.sees("went back: it may have been copied");
    jo.open("/me/passkeys").await;
    let delete = jo.link("Delete");
    jo.open(&delete).await.is_at(&delete);
});

walk!(the_record_names_the_session_in_which_a_passkey_came_and_went, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut phone).await;
    stage.wait(301);
    sam.open("/me/passkeys").await;
    let delete = sam.link("Delete");
    sam.open(&delete).await.is_at("/confirm");
    show(&mut sam, &mut phone).await;
    sam.is_at(&delete);
    sam.submit_to(&delete, &[]).await;
    for event in ["passkey-added", "fresh-proof", "passkey-removed"] {
        let named = "SELECT COUNT(*) FROM audit a JOIN session s ON s.practice_id = a.practice_id AND s.id = a.session_id WHERE a.event = $1";
        assert_eq!(number(&stage, named, args![event]).await, 1, "{event}");
    }
});

walk!(all_twenty_of_a_client_are_known_where_they_were_made, |stage| {
    let mut jo = jo_in(&stage, &[Factor::EmailLink]).await;
    for _ in 0..12 {
        make_passkey(&mut jo, &mut Authenticator::synced()).await;
    }
    jo.open("/me/passkeys").await.misses("New to this browser");
    jo.open("/me").await;
    assert!(!jo.html.contains("/known"), "{}", jo.text());
});
