//! Asking that a client's lock be taken off (C8): it lapses, it ends when the lock is opened or private sign-in is set up, and
//! wrong safe words leave a trace. And how a lock begins: with fresh proof.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_passkeys::{jo_with_passkey, press};
use crate::support::authenticator::{Authenticator, Spoil, options_of, send};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask, code_of, link_of, newest, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";
const ASKED: &str = "SELECT COUNT(*) FROM person WHERE lock_off_from IS NOT NULL";
const DAY: i64 = 86_400;

async fn lock_set(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    jo.open("/me/privacy").await;
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
    stage.wait(61);
    jo
}

async fn sam_at(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    let sam = signed_in(stage, SAM).await;
    (sam, format!("/practice/clients/{}/privacy", somebody(stage, JO).await.id))
}

walk!(asking_to_take_a_lock_off_lapses_after_a_week, |stage| {
    lock_set(&stage).await;
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.submit(&[("do", "lock-off")]).await.sees("In a day you can take the lock off");
    stage.wait(7 * DAY);
    // In time it is one press.
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.sees("Take the lock off now").sees("it has to be asked for again");
    let token = sam.hidden("csrf");
    stage.wait(DAY + 60);
    let late = [("csrf".to_owned(), token), ("do".to_owned(), "lock-off-now".to_owned())];
    let (mut again, _) = sam_at(&stage).await;
    again.open(&page).await.misses("Take the lock off now").sees("Ask to take the lock off");
    let fresh = [("csrf".to_owned(), again.hidden("csrf")), late[1].clone()];
    again.post(&page, &fresh).await;
    assert_eq!(again.status, 422, "{}", again.text());
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE passphrase IS NOT NULL", args![]).await, 1);
    // Asked anew, it takes its day again.
    again.open(&page).await.submit(&[("do", "lock-off")]).await.sees("In a day you can take the lock off");
    again.open(&page).await.misses("Take the lock off now");
    stage.wait(DAY + 60);
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.submit(&[("do", "lock-off-now")]).await.sees("The lock is off");
});

walk!(whoever_opens_the_lock_has_not_forgotten_it, |stage| {
    lock_set(&stage).await;
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.submit(&[("do", "lock-off")]).await.sees("In a day you can take the lock off");
    assert_eq!(number(&stage, ASKED, args![]).await, 1);
    let mut phone = stage.browser();
    sign_in(&stage, &mut phone, JO).await;
    phone.is_at("/portal/lock");
    phone.submit_to("/portal/lock", &[("passphrase", "guess guess guess")]).await;
    assert_eq!(number(&stage, ASKED, args![]).await, 1, "a guess stops nothing");
    phone.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    assert_eq!((number(&stage, ASKED, args![]).await, times(&stage, "lock-off-cancelled").await), (0, 1));
    phone.open("/me/privacy").await.misses("was asked to take off your lock");
});

/// Shows a passkey where the page asks for one.
async fn show(browser: &mut Browser, phone: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = phone.show(&options, &origin);
    send(browser, &credential, &[]).await;
}

// 0017: a passkey opens the lock wherever it is shown.
walk!(whoever_shows_the_passkey_has_not_lost_it, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = jo_with_passkey(&stage, &mut phone).await;
    jo.open("/me/privacy/passkey").await;
    jo.submit_to("/me/privacy/passkey", &[("do", "on")]).await.sees("Your passkeys are your lock now");
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.submit(&[("do", "lock-off")]).await.sees("In a day you can take the lock off");
    let from = number(&stage, "SELECT lock_off_from FROM person WHERE lock_off_from IS NOT NULL", args![]).await;
    let asked_again = async || {
        let again = "UPDATE person SET lock_off_from = $1 WHERE email_key = $2 AND kind = 'client'";
        stage.au().execute(again, args![from, JO]).await.unwrap();
    };
    // At the door; a passkey that is not right stops nothing.
    let mut spoiled = Authenticator { spoil: Spoil::Signature, ..phone.clone() };
    press(&mut stage.browser().from("203.0.113.9"), &mut spoiled, &[]).await;
    assert_eq!(number(&stage, ASKED, args![]).await, 1);
    let mut tablet = stage.browser();
    press(&mut tablet, &mut phone, &[]).await;
    tablet.is_at("/me");
    assert_eq!((number(&stage, ASKED, args![]).await, times(&stage, "lock-off-cancelled").await), (0, 1), "door");
    // As fresh proof.
    asked_again().await;
    stage.wait(6 * 60);
    jo.open("/portal/confirm?then=/me/privacy").await.is_at("/portal/confirm");
    show(&mut jo, &mut phone).await;
    jo.is_at("/me/privacy").misses("was asked to take off your lock");
    assert_eq!((number(&stage, ASKED, args![]).await, times(&stage, "lock-off-cancelled").await), (0, 2), "confirm");
    // Where a session had locked.
    asked_again().await;
    stage.wait(1801);
    jo.open("/me").await.is_at("/portal/locked");
    show(&mut jo, &mut phone).await;
    jo.is_at("/me");
    assert_eq!((number(&stage, ASKED, args![]).await, times(&stage, "lock-off-cancelled").await), (0, 3), "locked");
});

walk!(private_sign_in_with_a_safe_word_ends_what_was_asked_before, |stage| {
    lock_set(&stage).await;
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.submit(&[("do", "lock-off")]).await.sees("In a day you can take the lock off");
    sam.open(&page)
        .await
        .submit(&[("safe_word", "Blue heron"), ("do", "private-on")])
        .await
        .sees("Private sign-in is on");
    assert_eq!(number(&stage, ASKED, args![]).await, 0);
    stage.wait(DAY + 60);
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.misses("Take the lock off now").sees("Safe word, as the client says it");
});

// A lock keeps its own client out, too: whoever finds a browser open does not set one.
walk!(a_lock_begins_with_fresh_proof, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await;
    stage.wait(5 * 60 + 14);
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/portal/confirm");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE passphrase IS NOT NULL", args![]).await, 0);
    jo.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me/privacy");
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
    // Changed later with the passphrase of now, as before.
    stage.wait(10 * 60);
    let change = [("current", PASSPHRASE), ("passphrase", "lanterns along the quay")];
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &change).await.sees("Your lock is set");
});

walk!(wrong_safe_words_leave_a_trace_and_say_until_when, |stage| {
    let (mut sam, page) = sam_at(&stage).await;
    let on = [("passphrase", PASSPHRASE), ("safe_word", "Blue heron"), ("do", "private-on")];
    sam.open(&page).await.submit(&on).await.sees("Private sign-in is on");
    for _ in 0..3 {
        sam.open(&page).await.submit(&[("safe_word", "grey heron"), ("do", "lock-off")]).await;
        sam.sees("That isn't the safe word").misses("Too many wrong safe words");
    }
    assert_eq!(times(&stage, "wrong-safe-word").await, 3);
    // The right one has to wait as well, and the page says how long.
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await;
    sam.sees("Too many wrong safe words").sees("please wait until");
    sam.open(&page.replace("/privacy", "")).await.sees("Sam Okafor typed a wrong safe word for Jo Lindqvist");
    // Nothing of it reaches the client's mailbox.
    stage.deliver().await;
    assert!(stage.messages(JO).await.iter().all(|sent| sent.kind != "mail"), "no mail");
    for _ in 0..40 {
        stage.wait(3600);
        if number(&stage, "SELECT COUNT(*) FROM audit WHERE event = 'wrong-safe-word'", args![]).await >= 20 {
            break;
        }
        let mut sam = signed_in(&stage, SAM).await;
        sam.open(&page).await.submit(&[("safe_word", "grey heron"), ("do", "lock-off")]).await;
    }
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("for good");
});

walk!(the_record_says_whether_a_safe_word_was_said, |stage| {
    lock_set(&stage).await;
    let (mut sam, page) = sam_at(&stage).await;
    sam.open(&page).await.submit(&[("do", "lock-off")]).await.sees("In a day you can take the lock off");
    sam.open(&page.replace("/privacy", ""))
        .await
        .sees("the lock of Jo Lindqvist; no safe word was agreed")
        .misses("with the safe word");
    // With one it says so; and a lock that has to stay is not offered for removal.
    sam.open(&page)
        .await
        .submit(&[("safe_word", "Blue heron"), ("do", "private-on")])
        .await
        .sees("Private sign-in is on");
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let mail = stage.messages(JO).await.into_iter().find(|sent| sent.kind == "mail").unwrap();
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/lock");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    jo.open("/me/privacy").await.sees("Your own lock").misses("Remove the lock");
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("In a day you can");
    sam.open(&page.replace("/privacy", "")).await.sees("the lock of Jo Lindqvist, with the safe word");
    jo.open("/me/privacy").await.sees("the lock of Jo Lindqvist, with the safe word");
});
