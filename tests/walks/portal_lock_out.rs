//! Whoever has the mailbox reaches the lock and can type there. That must never shut the client out, and never be a way
//! round the safe word and the day (C8).

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::times;
use crate::support::portal::{JO, ask, code_of, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::{let_in, somebody};
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";
const OTHER: &str = "lanterns along the quay";
const PARTNERS: &str = "203.0.113.9";

/// Jo sets a passphrase, in a browser that goes on being Jo's own.
async fn lock_set(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    jo.open("/me/privacy").await;
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
    stage.wait(61);
    jo
}

/// Sam sets private sign-in up with Jo in the room; Sam's browser, and the page.
async fn private(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    let page = format!("/practice/clients/{}/privacy", somebody(stage, JO).await.id);
    sam.open(&page)
        .await
        .submit(&[("passphrase", PASSPHRASE), ("safe_word", "Blue heron"), ("do", "private-on")])
        .await
        .sees("Private sign-in is on");
    (sam, page)
}

/// Up to the lock, by the mail; a private client's has a code alone.
async fn before_the_lock(stage: &Stage, browser: &mut Browser) {
    browser.lose_session();
    ask(browser, JO).await;
    stage.deliver().await;
    let mail = stage.messages(JO).await.into_iter().find(|sent| sent.kind == "mail").unwrap();
    browser.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/lock");
    stage.wait(61);
}

async fn type_it(browser: &mut Browser, passphrase: &str) {
    browser.submit_to("/portal/lock", &[("passphrase", passphrase)]).await;
}

/// So many wrong passphrases from there; each pause is waited for.
async fn guess(stage: &Stage, browser: &mut Browser, times: usize) {
    for _ in 0..times {
        type_it(browser, "guess guess guess").await;
        browser.sees("That isn't the passphrase");
        stage.au().execute("UPDATE tries SET blocked_until = 0", args![]).await.unwrap();
    }
}

// The right passphrase is never called wrong because others were (U3).
walk!(a_held_try_says_so_on_the_page_of_the_lock, |stage| {
    let mut jo = lock_set(&stage).await;
    jo.open("/me/privacy").await;
    let right = [("current", PASSPHRASE), ("passphrase", OTHER)];
    for _ in 0..5 {
        let wrong = [("current", "guess guess guess"), ("passphrase", OTHER)];
        jo.submit_to("/me/privacy/lock", &wrong).await.sees("That isn't the passphrase");
    }
    jo.submit_to("/me/privacy/lock", &right).await.sees("Too many wrong passphrases in a row").misses("That isn't");
    jo.sees("please wait until 5:02 pm");
    assert_eq!(jo.status, 429);
    stage.wait(31);
    jo.submit_to("/me/privacy/lock", &right).await.sees("Your lock is set");
    stage.au().execute("UPDATE tries SET count = 50", args![]).await.unwrap();
    let off = [("current", "guess guess guess"), ("passphrase", PASSPHRASE)];
    jo.submit_to("/me/privacy/lock", &off).await.sees("That isn't the passphrase");
    stage.au().execute("UPDATE tries SET count = 50, blocked_until = 0", args![]).await.unwrap();
    let right = [("current", OTHER), ("passphrase", PASSPHRASE)];
    jo.submit_to("/me/privacy/lock", &right)
        .await
        .sees("Too many tries in a row. Ask your practice")
        .misses("That isn't");
});

// AC-073
walk!(whoever_has_the_mailbox_cannot_use_up_jos_tries, |stage| {
    let mut jo = lock_set(&stage).await;
    let mut partner = stage.browser().from(PARTNERS);
    before_the_lock(&stage, &mut partner).await;
    guess(&stage, &mut partner, 50).await;
    type_it(&mut partner, PASSPHRASE).await;
    partner.sees("Too many tries in a row");
    assert_eq!(partner.status, 429);
    // A browser we do not know yet cannot be told from the partner's.
    let mut phone = stage.browser().from("198.51.100.7");
    before_the_lock(&stage, &mut phone).await;
    type_it(&mut phone, PASSPHRASE).await;
    phone.sees("Too many tries in a row");
    // Where Jo opened the lock before, nothing of it is felt; and Jo's right one counts for the other browsers.
    before_the_lock(&stage, &mut jo).await;
    type_it(&mut jo, PASSPHRASE).await;
    jo.is_at("/me").sees("Jo Lindqvist");
    type_it(&mut phone, PASSPHRASE).await;
    phone.is_at("/me");
});

walk!(guesses_elsewhere_keep_no_new_browser_waiting, |stage| {
    lock_set(&stage).await;
    let mut partner = stage.browser().from(PARTNERS);
    before_the_lock(&stage, &mut partner).await;
    guess(&stage, &mut partner, 8).await;
    type_it(&mut partner, "guess guess guess").await;
    type_it(&mut partner, PASSPHRASE).await;
    partner.sees("please wait until");
    assert_eq!(partner.status, 429);
    let mut phone = stage.browser().from("198.51.100.7");
    before_the_lock(&stage, &mut phone).await;
    type_it(&mut phone, PASSPHRASE).await;
    phone.is_at("/me").sees("Jo Lindqvist");
});

walk!(a_browser_of_jos_own_has_an_end_too_and_nobody_else_makes_one, |stage| {
    let mut jo = lock_set(&stage).await;
    before_the_lock(&stage, &mut jo).await;
    for _ in 0..5 {
        type_it(&mut jo, "guess guess guess").await;
    }
    type_it(&mut jo, PASSPHRASE).await;
    jo.sees("please wait until");
    stage.wait(61);
    type_it(&mut jo, PASSPHRASE).await;
    jo.is_at("/me");
    // A mark that was made up, or is another client's, is none: the count goes on, whatever the browser shows.
    let mut partner = stage.browser().from(PARTNERS);
    before_the_lock(&stage, &mut partner).await;
    let id = jo.cookies["__Host-openers"].split('~').next().unwrap().to_owned();
    for at in 0..5 {
        let made_up =
            [format!("{id}~{at}AAAAAAAAAAAAAAAAAAAAA"), format!("{at}~{at}"), "~".into(), "..~".into(), id.clone()];
        partner.cookies.insert("__Host-openers".into(), made_up[at].clone());
        type_it(&mut partner, "guess guess guess").await;
    }
    type_it(&mut partner, PASSPHRASE).await;
    partner.sees("please wait until");
    // A shared device remembers nobody.
    let mut library = stage.browser().from("198.51.100.7");
    library.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await;
    stage.deliver().await;
    let mail = stage.messages(JO).await.into_iter().find(|sent| sent.kind == "mail").unwrap();
    library.submit_to("/portal/code", &[("code", &code_of(&mail))]).await;
    type_it(&mut library, PASSPHRASE).await;
    library.is_at("/me");
    assert!(!library.cookies.contains_key("__Host-openers"));
});

walk!(a_new_passphrase_begins_anew_for_everybody, |stage| {
    let (mut sam, page) = private(&stage).await;
    let mut partner = stage.browser().from(PARTNERS);
    before_the_lock(&stage, &mut partner).await;
    guess(&stage, &mut partner, 50).await;
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await;
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.submit(&[("do", "lock-off-now")]).await.sees("The lock is off");
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("passphrase", OTHER), ("do", "private-on")]).await;
    sam.sees("Private sign-in is on");
    // Even on the network of the guesses.
    let mut jo = stage.browser().from(PARTNERS);
    before_the_lock(&stage, &mut jo).await;
    type_it(&mut jo, OTHER).await;
    jo.is_at("/me").sees("Jo Lindqvist");
});

walk!(wrong_safe_words_on_the_phone_end_with_jos_own_proof, |stage| {
    let (mut sam, page) = private(&stage).await;
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    for _ in 0..20 {
        sam.open(&page).await.submit(&[("safe_word", "grey heron"), ("do", "lock-off")]).await;
        stage.au().execute("UPDATE tries SET blocked_until = 0", args![]).await.unwrap();
    }
    sam.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("none is taken any more, for good");
    jo.open("/me/privacy").await;
    jo.submit_to("/me/privacy/lock", &[("current", "wrong wrong wrong"), ("passphrase", OTHER)]).await;
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await;
    sam.sees("none is taken any more, for good");
    jo.submit_to("/me/privacy/lock", &[("current", PASSPHRASE), ("passphrase", OTHER)]).await.sees("Your lock is set");
    sam.open(&page).await.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("In a day you can");
});

// Somebody talks a clinician into setting "her" private sign-in up again.
walk!(private_sign_in_replaces_neither_the_lock_nor_the_safe_word, |stage| {
    let (mut sam, page) = private(&stage).await;
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    let before = somebody(&stage, JO).await;
    sam.open(&page).await.sees("a lock of their own already");
    for (fields, said) in [
        (vec![("passphrase", OTHER), ("safe_word", "mine now")], "This client has a lock already"),
        (vec![("passphrase", OTHER), ("safe_word", "blue heron")], "Lock forgotten or lost"),
        (vec![("safe_word", "mine now")], "That isn't the safe word that was agreed"),
        (vec![("safe_word", "mine now"), ("new_safe_word", "mine now")], "That isn't the safe word that was agreed"),
        (vec![("new_safe_word", "mine now")], "That isn't the safe word that was agreed"),
    ] {
        let mut form = vec![("csrf".to_owned(), sam.hidden("csrf")), ("do".to_owned(), "private-on".to_owned())];
        form.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        sam.post(&page, &form).await;
        sam.sees(said);
        assert_eq!(sam.status, 422);
        stage.au().execute("UPDATE tries SET blocked_until = 0", args![]).await.unwrap();
    }
    let after = somebody(&stage, JO).await;
    assert_eq!((&after.passphrase, &after.safe_word), (&before.passphrase, &before.safe_word));
    assert_eq!(times(&stage, "private-on").await, 1);
    jo.open("/me").await.is_at("/me").sees("Jo Lindqvist");
    // With the word that was agreed Jo may have another one, and stays signed in.
    sam.open(&page).await;
    sam.submit(&[("safe_word", "BLUE heron"), ("new_safe_word", "Grey owl"), ("do", "private-on")]).await;
    sam.sees("Private sign-in is on");
    jo.open("/me").await.is_at("/me");
    sam.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("That isn't the safe word");
    sam.submit(&[("safe_word", "grey owl"), ("do", "lock-off")]).await.sees("In a day you can take the lock off");
    jo.open("/me").await.sees("Your practice was asked to take off your lock");
});

// A lock that the client set alone has no safe word: the day is left, and what the client may stop.
walk!(a_lock_without_a_safe_word_takes_the_day, |stage| {
    let mut jo = lock_set(&stage).await;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let page = format!("/practice/clients/{}/privacy", somebody(&stage, JO).await.id);
    sam.open(&page).await.sees("No safe word was agreed");
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let token = sam.hidden("csrf");
    let form =
        [field("csrf", &token), field("do", "private-on"), field("passphrase", OTHER), field("safe_word", "mine now")];
    sam.post(&page, &form).await;
    sam.sees("This client has a lock already");
    sam.post(&page, &[field("csrf", &token), field("do", "lock-off")]).await;
    sam.open(&page).await.sees("The lock can be taken off from");
    sam.post(&page, &[field("csrf", &token), field("do", "lock-off-now")]).await;
    assert_eq!(sam.status, 422);
    stage.wait(5);
    jo.open("/me").await.sees("Your practice was asked to take off your lock");
    jo.open("/me/privacy").await.submit_to("/me/privacy/cancel", &[]).await.sees("Stopped. Your lock stays");
    // With Jo in the room private sign-in and a safe word come beside the lock that is there.
    sam.open(&page).await.submit(&[("safe_word", "Blue heron"), ("do", "private-on")]).await;
    sam.sees("Private sign-in is on");
    before_the_lock(&stage, &mut jo).await;
    type_it(&mut jo, PASSPHRASE).await;
    jo.is_at("/me");
});
