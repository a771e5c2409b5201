//! A passkey whose count of uses went back (AC-049): what its person is told to do can be done, and who helps them sees which it is.

use portico::args;

use super::people::{alex, id_of, press, relaxed, signed_in};
use super::portal_no_mail::{NO_MAIL, in_by_pin};
use super::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::desk::{change, number};
use super::support::portal::{JO, sign_in};
use super::support::stage::Stage;
use super::support::ways::{SAM, log_in, somebody};
use super::walk;

const BY_MAIL: &str = "Sign out, sign in by email and show it after that; then delete it.";
const BY_MAIL_AT_THE_DOOR: &str = "Sign in by email and show it after that; then delete it.";
const WITHOUT_MAIL: &str =
    "Use another passkey, or talk to your practice: it can take the lock off, which takes a day.";
/// What nobody can do whose passkeys are their lock.
const IN_VAIN: [&str; 4] =
    ["delete this one with you", "your practice deletes it with you", "they can delete it with you", "make a new one"];

async fn show(browser: &mut Browser, key: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = key.show(&options, &origin);
    send(browser, &credential, &[]).await;
}

/// Jo with a key that counts, its copy from before the last uses, and the browser in which it was made.
async fn jo_with_old_key(stage: &Stage, locks: bool) -> (Browser, Authenticator) {
    let (mut jo, mut key) = (stage.browser(), Authenticator::security_key());
    sign_in(stage, &mut jo, JO).await;
    make_passkey(&mut jo, &mut key).await;
    if locks {
        jo.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "on")]).await;
        jo.sees("Your passkeys are your lock now");
    }
    let old = key.clone();
    for _ in 0..40 {
        key.show_this(0, &serde_json::json!({ "challenge": "" }), "");
    }
    let mut door = stage.browser();
    door.open("/portal").await;
    show(&mut door, &mut key).await;
    door.is_at("/me");
    stage.wait(61);
    (jo, old)
}

/// Shows it at the door, as fresh proof, and in a session that locked: each page says that, and nothing that is in vain.
async fn is_told(stage: &Stage, jo: &mut Browser, old: &mut Authenticator, (at_the_door, inside): (&str, &str)) {
    let mut door = stage.browser();
    door.open("/portal").await;
    show(&mut door, old).await;
    door.sees("can't be trusted by itself").sees(at_the_door);
    stage.wait(301);
    jo.open("/me/passkeys/new").await.is_at("/portal/confirm");
    show(jo, old).await;
    jo.sees(inside);
    let confirm = jo.clone();
    stage.wait(1801);
    jo.open("/me").await.is_at("/portal/locked");
    show(jo, old).await;
    jo.sees(inside);
    for page in [&door, &confirm, &*jo] {
        for words in IN_VAIN {
            page.misses(words);
        }
    }
}

walk!(whose_passkeys_are_their_lock_reads_how_a_mail_helps_and_it_does, |stage| {
    let (mut jo, mut old) = jo_with_old_key(&stage, true).await;
    is_told(&stage, &mut jo, &mut old, (BY_MAIL_AT_THE_DOOR, BY_MAIL)).await;
    // After a PIN, on the lock's own page.
    let mut called = in_by_pin(&stage).await;
    called.is_at("/portal/lock");
    show(&mut called, &mut old).await;
    called.sees(BY_MAIL_AT_THE_DOOR);
    for words in IN_VAIN {
        called.misses(words);
    }
    // And done as it says.
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/portal/lock");
    show(&mut jo, &mut old).await;
    jo.is_at("/me");
    jo.open("/me/passkeys").await;
    let delete = jo.link("Delete");
    jo.open(&delete).await.submit_to(&delete, &[]).await.sees("The passkey is deleted");
});

walk!(whose_lock_it_is_and_who_gets_no_mail_is_sent_to_no_mail, |stage| {
    let (mut jo, mut old) = jo_with_old_key(&stage, true).await;
    change(&stage, JO, NO_MAIL).await;
    is_told(&stage, &mut jo, &mut old, (WITHOUT_MAIL, WITHOUT_MAIL)).await;
    let mut called = in_by_pin(&stage).await;
    called.is_at("/portal/lock");
    show(&mut called, &mut old).await;
    called.sees(WITHOUT_MAIL).misses("Sign in by email");
    for words in IN_VAIN {
        called.misses(words);
    }
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
});

// Without a lock the practice deletes it with them, and where new ones are made that is what follows.
walk!(whose_lock_it_is_not_is_helped_by_the_practice, |stage| {
    let (mut jo, mut old) = jo_with_old_key(&stage, false).await;
    for offered in [1, 0] {
        let sql = "UPDATE practice SET client_passkeys = $1 WHERE slug = 'harbour-physio'";
        stage.au().execute(sql, args![offered]).await.unwrap();
        stage.server.region("au").unwrap().practices.forget();
        let mut door = stage.browser();
        door.open("/portal").await;
        show(&mut door, &mut old).await;
        door.sees("Sign in by email if you can, then delete this passkey.").sees("your practice deletes it with you");
        let mut pages = vec![door];
        for path in ["/me", "/me/passkeys"] {
            jo.open(path).await.sees("went back").sees("may have been copied");
            pages.push(jo.clone());
        }
        for page in pages {
            match offered {
                1 => page.sees("Then make a new one."),
                _ => page.misses("make a new one"),
            };
        }
    }
    stage.wait(301);
    jo.open(&jo.link("Delete")).await.is_at("/portal/confirm");
    show(&mut jo, &mut old).await;
    jo.sees("ask your practice: it can delete this one with you");
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&format!("/practice/clients/{}/passkeys", somebody(&stage, JO).await.id)).await.sees("Count went back");
    let tick = sam.forms().into_iter().flat_map(|form| form.inputs).find(|one| one.name.starts_with("passkey-"));
    sam.submit(&[(&tick.unwrap().name, "1"), ("how", "in-person")]).await.sees("The passkeys are deleted");
});

walk!(an_administrator_sees_which_one_it_is, |stage| {
    relaxed(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::security_key());
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    make_passkey(&mut sam, &mut key).await;
    let mut old = key.clone();
    for _ in 0..3 {
        let mut door = stage.browser();
        log_in_by_passkey(&mut door, &mut key, &[]).await;
        door.is_at("/me");
    }
    let mut alex = alex(&stage).await;
    let path = format!("/practice/people/{}/passkeys", id_of(&stage, SAM.0).await);
    alex.open(&path).await.misses("Count went back");
    let mut door = stage.browser();
    log_in_by_passkey(&mut door, &mut old, &[]).await;
    door.sees("the count went back");
    // Before the code is sent, and where the passkeys are ticked.
    for ticks in [false, true] {
        if ticks {
            press(&mut alex).await;
        }
        alex.open(&path).await.sees("Count went back");
        let own = alex.html.split("iCloud Keychain").nth(1).unwrap().split("<bdi>").next().unwrap();
        assert!(!own.contains("Count went back"), "of the other: {own}");
        assert_eq!(alex.html.contains("type=\"checkbox\""), ticks);
    }
});

async fn used_at(stage: &Stage) -> i64 {
    number(stage, "SELECT COALESCE(MAX(used_at), 0) FROM passkey", args![]).await
}

walk!(what_let_nobody_in_is_no_use, |stage| {
    let (_, mut old) = jo_with_old_key(&stage, false).await;
    let before = used_at(&stage).await;
    stage.wait(3600);
    let mut door = stage.browser();
    door.open("/portal").await;
    show(&mut door, &mut old).await;
    door.sees("can't be trusted by itself");
    assert_eq!(used_at(&stage).await, before, "nobody was let in by it");
    assert!(number(&stage, "SELECT COALESCE(MAX(odd_at), 0) FROM passkey", args![]).await > before);
    let mut ahead = old.clone();
    ahead.passkeys[0].count += 100;
    door.open("/portal").await;
    show(&mut door, &mut ahead).await;
    door.is_at("/me");
    assert!(used_at(&stage).await > before);
});
