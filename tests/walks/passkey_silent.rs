//! A passkey that the browser makes by itself after a sign-in (P10): only where the practice allows it and every factor was
//! shown just now, and never unseen.

use portico::args;
use portico::sign_in::step::Factor;

use super::support::authenticator::{Authenticator, BE, BS, UP, UV, log_in_by_passkey, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::key::{DeviceKey, log_in_with_key};
use super::support::stage::Stage;
use super::support::two_factor::{code, enrol};
use super::support::ways::{SAM, ask_no_second, give_app, let_in, log_in, somebody};
use super::walk;

const BOTH: &[Factor] = &[Factor::Password, Factor::Totp];

async fn allow(stage: &Stage, allowed: i64) {
    let sql = "UPDATE practice SET silent_passkeys = $1 WHERE slug = 'harbour-physio'";
    stage.au().execute(sql, args![allowed]).await.unwrap();
}

/// Sam at the page after a sign-in by these, in a new browser.
async fn after_sign_in(stage: &Stage, proofs: &[Factor]) -> Browser {
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    let_in(stage, &mut sam, SAM.0, proofs, false).await;
    sam.open("/me/passkeys/offer").await.is_at("/me/passkeys/offer");
    sam
}

/// What the browser makes and sends by itself; none where the page does not ask for it.
async fn quietly(browser: &mut Browser, authenticator: &mut Authenticator) -> Option<u16> {
    let mut only = browser.clone();
    only.html = format!("<form {}", browser.html.split("<form").find(|form| form.contains("data-passkey=\"silent\""))?);
    let (options, origin) = options_of(&only);
    let credential = authenticator.make(&options, &origin);
    let field = |name: &str| (name.to_owned(), only.hidden(name));
    let fields = [field("csrf"), field("ceremony"), ("credential".to_owned(), credential)];
    browser.post("/me/passkeys/silent", &fields).await;
    Some(browser.status.as_u16())
}

walk!(a_browser_makes_one_only_where_everything_was_shown, |stage| {
    ask_no_second(&stage).await;
    give_app(&stage, SAM.0).await;
    // What a browser makes by itself nobody touches.
    let mut quiet = Authenticator { flags: BE | BS, ..Authenticator::synced() };
    let mut sam = after_sign_in(&stage, BOTH).await;
    assert_eq!(quietly(&mut sam, &mut quiet).await, None, "off until the practice allows it");
    allow(&stage, 1).await;
    let mut sam = after_sign_in(&stage, BOTH).await;
    let page = sam.clone();
    stage.wait(301);
    assert_eq!(quietly(&mut sam, &mut quiet.clone()).await, Some(403), "five minutes later it is too late");
    sam.open("/me/passkeys/offer").await;
    assert_eq!(quietly(&mut sam, &mut quiet).await, None);
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 0);
    let mut thief = page;
    thief.lose_session();
    let mut refused = quiet.clone();
    assert_eq!(quietly(&mut thief, &mut refused).await, Some(401));
    // The device forgets what was not kept.
    assert!(thief.html.contains(&format!("\"unknown\":\"{}\"", refused.passkeys[0].id)), "{}", thief.html);

    let mut other = after_sign_in(&stage, BOTH).await;
    let mut sam = after_sign_in(&stage, BOTH).await;
    let again = sam.clone();
    assert_eq!(quietly(&mut sam, &mut quiet).await, Some(201));
    let mail = stage.messages(SAM.0).await.remove(0);
    assert_eq!(mail.about, "passkey-added-by-browser");
    // Made unseen, it is no way in by itself yet, and nobody is told that it were.
    assert!(mail.text.contains("Next time, log in with your password and choose \"Use a passkey\""), "{}", mail.text);
    sam.open("/me/passkeys/offer").await.sees("log in with your password and choose \"Use a passkey\"");
    sam.misses("Next time you log in with your finger");
    // 0022: recognised devices end, which page and mail say.
    sam.sees("recognised devices are forgotten");
    assert!(mail.text.contains("recognised devices are forgotten"), "{}", mail.text);
    assert!(mail.text.contains("by itself") && mail.text.contains("/me/passkeys") && mail.text.contains("/not-me/"));
    other.open("/me").await.is_at("/me");
    let mut again = again;
    assert_eq!(quietly(&mut again, &mut quiet.clone()).await, Some(409), "its question was answered");
    assert!(again.html.contains("\"unknown\""), "{}", again.html);
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
    // Made unseen, it counts beside the password; once its holder was verified there it gets in alone.
    quiet.flags = UP | UV | BE | BS;
    let mut elsewhere = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut elsewhere, &mut quiet, &[]).await;
    elsewhere.sees("can't log you in by itself yet");
    log_in(&mut elsewhere, SAM, false).await;
    let path = elsewhere.link("Use a passkey");
    elsewhere.open(&path).await;
    let (options, origin) = options_of(&elsewhere);
    let credential = quiet.show(&options, &origin);
    send(&mut elsewhere, &credential, &[]).await;
    elsewhere.is_at("/me");
    let mut third = stage.browser().from("203.0.113.9");
    log_in_by_passkey(&mut third, &mut quiet, &[]).await;
    third.is_at("/me");
});

walk!(one_that_was_verified_works_alone_from_the_start_and_says_so, |stage| {
    ask_no_second(&stage).await;
    give_app(&stage, SAM.0).await;
    allow(&stage, 1).await;
    let mut sam = after_sign_in(&stage, BOTH).await;
    assert_eq!(quietly(&mut sam, &mut Authenticator::synced()).await, Some(201));
    let mail = stage.messages(SAM.0).await.remove(0);
    assert!(mail.text.contains("Next time you can log in with your finger"), "{}", mail.text);
    sam.open("/me/passkeys/offer").await.sees("Next time you log in with your finger");
});

// "Back", or a second tab: the browser is said to have made one only when it did, in this session.
walk!(what_a_person_made_is_not_said_to_be_the_browsers, |stage| {
    ask_no_second(&stage).await;
    give_app(&stage, SAM.0).await;
    allow(&stage, 1).await;
    let mut sam = after_sign_in(&stage, BOTH).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    sam.open("/me/passkeys/offer?then=%2Fme%2Fname").await.is_at("/me/name");
    // The browser's own one, and the next session.
    let sql = "UPDATE passkey SET made_by = 'browser'";
    stage.au().execute(sql, args![]).await.unwrap();
    sam.open("/me/passkeys/offer?then=%2Fme%2Fname").await.sees("You have a passkey now");
    stage.wait(60);
    let mut later = stage.browser();
    later.open("/sign-in").await;
    let_in(&stage, &mut later, SAM.0, BOTH, false).await;
    later.open("/me/passkeys/offer?then=%2Fme%2Fname").await.misses("You have a passkey now").sees("Not now");
});

walk!(a_password_alone_lets_no_browser_make_one, |stage| {
    ask_no_second(&stage).await;
    allow(&stage, 1).await;
    let mut sam = after_sign_in(&stage, &[Factor::Password]).await;
    assert_eq!(quietly(&mut sam, &mut Authenticator::synced()).await, None);
    // By hand it is made all the same.
    let (options, origin) = options_of(&sam);
    let credential = Authenticator::synced().make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
});

/// Sam's next log-in by the password alone, in a browser that is recognised by its key.
async fn next_time(stage: &Stage, sam: &mut Browser, key: &DeviceKey) {
    sam.lose_session();
    stage.wait(3600);
    log_in_with_key(sam, key, SAM, false).await;
    sam.open("/me/passkeys/offer").await.is_at("/me/passkeys/offer");
}

// AC-040: what adds a passkey is every factor the person has, and a device is none of them.
walk!(a_recognised_device_is_no_second_factor_for_what_a_browser_makes, |stage| {
    ask_no_second(&stage).await;
    allow(&stage, 1).await;
    let secret = enrol(&mut stage.browser(), &stage).await;
    let (key, mut sam) = (DeviceKey::new(), stage.browser());
    stage.wait(60);
    log_in_with_key(&mut sam, &key, SAM, true).await;
    sam.submit_to("/sign-in/code", &[("code", &code(&stage, &secret))]).await;
    sam.open("/me").await.sees("This browser can prove itself with a key.");
    // The honest twin: the code was given in this log-in.
    let mut given = sam.clone();
    given.open("/me/passkeys/offer").await;
    assert!(given.html.contains("data-passkey=\"silent\""), "{}", given.html);
    next_time(&stage, &mut sam, &key).await;
    sam.sees("Not now");
    assert_eq!(quietly(&mut sam, &mut Authenticator::synced()).await, None, "no code was given this time");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 0);
});

walk!(a_recognised_device_lets_no_browser_make_one_for_a_password_alone, |stage| {
    ask_no_second(&stage).await;
    allow(&stage, 1).await;
    let (key, mut sam) = (DeviceKey::new(), stage.browser());
    log_in_with_key(&mut sam, &key, SAM, true).await;
    next_time(&stage, &mut sam, &key).await;
    assert_eq!(quietly(&mut sam, &mut Authenticator::synced()).await, None, "a device is no second factor");
});
