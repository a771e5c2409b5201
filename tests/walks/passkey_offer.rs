//! A passkey offered after the password: once, to whom it fits, and never in the way.

use super::support::authenticator::{Authenticator, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::stage::Stage;
use super::support::two_factor::{code, enrol};
use super::support::ways::{SAM, ask_no_second, log_in};
use super::walk;

const OFFER: &str = "/me/passkeys/offer";

/// As a browser whose script found that it can keep passkeys.
async fn log_in_able(browser: &mut Browser) {
    browser.open("/sign-in?then=%2Fme%2Fname%3Fa%3D1").await;
    browser.submit(&[("email", SAM.0), ("password", SAM.1), ("passkey_able", "1")]).await;
}

/// Logged out, everything else stays in the browser.
async fn next_day(stage: &Stage, browser: &mut Browser) {
    browser.lose_session();
    stage.wait(3600);
}

walk!(a_passkey_is_offered_once_and_the_goal_is_kept, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in_able(&mut sam).await;
    sam.is_at(OFFER).sees("Log in with one touch next time?").sees("Several people use this device");
    sam.submit(&[("do", "later")]).await;
    assert_eq!(sam.path, "/me/name?a=1");
    next_day(&stage, &mut sam).await;
    log_in_able(&mut sam).await;
    sam.is_at("/me/name");
    // Reloading the offer, or opening it with somebody else's goal, leads nowhere else.
    sam.open("/me/passkeys/offer?then=https%3A%2F%2Fevil.example").await.sees("Not now");
    sam.submit(&[("do", "later")]).await.is_at("/me");

    let mut other = stage.browser();
    log_in_able(&mut other).await;
    other.is_at(OFFER);
    other.submit(&[("do", "never")]).await.is_at("/me/name");
    let mut third = stage.browser();
    log_in_able(&mut third).await;
    third.is_at("/me/name");
});

walk!(a_passkey_is_offered_to_nobody_it_does_not_fit, |stage| {
    ask_no_second(&stage).await;
    // A browser that said nothing of itself.
    let mut silent = stage.browser();
    log_in(&mut silent, SAM, false).await;
    silent.is_at("/me");
    // A device that several people use.
    let mut reception = stage.browser();
    log_in_able(&mut reception).await;
    reception.is_at(OFFER);
    reception.submit(&[("do", "shared")]).await.is_at("/me/name");
    reception.cookies.remove("__Host-offered");
    next_day(&stage, &mut reception).await;
    log_in_able(&mut reception).await;
    reception.is_at("/me/name");
    // A stranger to it: the offer is for who is signed in.
    let mut stranger = stage.browser();
    stranger.open(OFFER).await.is_at("/sign-in");
    // Whoever has one.
    let mut phone = Authenticator::synced();
    let mut sam = stage.browser();
    log_in_able(&mut sam).await;
    sam.is_at(OFFER);
    let (options, origin) = options_of(&sam);
    let credential = phone.make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    sam.submit(&[("name", "Phone")]).await;
    assert_eq!(sam.path, "/me/name?a=1", "the goal survives the making too");
    let mut again = stage.browser();
    log_in_able(&mut again).await;
    again.is_at("/sign-in/passkey");
});

walk!(an_old_proof_is_shown_again_before_an_offered_passkey_is_made, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in_able(&mut sam).await;
    sam.is_at(OFFER);
    stage.wait(6 * 60);
    sam.open("/me/passkeys/offer?then=%2Fme%2Fname%3Fa%3D1").await;
    let make = sam.link("Create a passkey");
    sam.open(&make).await.is_at("/confirm");
    sam.submit(&[("password", SAM.1)]).await.is_at("/me/passkeys/new");
    let (options, origin) = options_of(&sam);
    let credential = Authenticator::synced().make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.submit(&[("name", "Phone")]).await;
    assert_eq!(sam.path, "/me/name?a=1", "the goal survives the proof as well");
});

// P10: a passkey on the phone is none on the computer, where somebody types a code.
walk!(whoever_typed_a_code_is_offered_one_for_this_device_too, |stage| {
    ask_no_second(&stage).await;
    let mut phone = stage.browser();
    let secret = enrol(&mut phone, &stage).await;
    let mut synced = Authenticator::synced();
    make_passkey(&mut phone, &mut synced).await;
    stage.wait(60);
    let mut office = stage.browser();
    log_in_able(&mut office).await;
    office.open("/sign-in/code").await.submit_to("/sign-in/code", &[("code", &code(&stage, &secret))]).await;
    office.is_at(OFFER).sees("Log in with one touch next time?");
    let (options, origin) = options_of(&office);
    assert_eq!(options["excludeCredentials"][0]["id"], synced.passkeys[0].id, "a synced one is not made twice");
    let credential = Authenticator::security_key().make(&options, &origin);
    send(&mut office, &credential, &[]).await;
    office.sees("Name your passkey");
    office.submit(&[("name", "Office")]).await;
    assert_eq!(office.path, "/me/name?a=1");
    office.open(OFFER).await.is_at("/me");
    // Once for this browser, and not to whoever has just used a passkey.
    next_day(&stage, &mut office).await;
    log_in_able(&mut office).await;
    office.open("/sign-in/code").await.submit_to("/sign-in/code", &[("code", &code(&stage, &secret))]).await;
    office.is_at("/me/name");
});
