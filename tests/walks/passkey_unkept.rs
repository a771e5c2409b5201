//! A passkey that a browser made for a session or sign-in that was over by then: the page that the person comes to says so, and the
//! browser may forget it. Nothing is said of one that is on record, or that was not asked for here.

use super::support::authenticator::{Authenticator, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::portal::{JO, sign_in};
use super::support::stage::Stage;
use super::support::ways::{ALEX, SAM, ask_no_second, log_in, somebody};
use super::walk;

const NEW: &str = "/me/passkeys/new";

fn made(browser: &Browser, authenticator: &mut Authenticator) -> String {
    let (options, origin) = options_of(browser);
    authenticator.make(&options, &origin)
}

#[track_caller]
fn is_called_unknown(browser: &Browser, authenticator: &Authenticator) {
    let id = &authenticator.passkeys.last().unwrap().id;
    assert!(browser.html.contains(&format!("data-passkey-unknown=\"{id}\"")), "{}", browser.html);
    browser.sees("remove it there by hand");
}

async fn count(stage: &Stage, who: &str) -> i64 {
    somebody(stage, who).await.passkeys
}

// As the help advises, but both at once: the one that is ready first logs the other device out.
walk!(the_second_of_two_devices_is_told_that_its_passkey_was_not_kept, |stage| {
    ask_no_second(&stage).await;
    let (mut mac, mut phone) = (stage.browser(), stage.browser());
    let (mut of_mac, mut of_phone) = (Authenticator::synced(), Authenticator::synced());
    log_in(&mut mac, SAM, false).await;
    log_in(&mut phone, SAM, false).await;
    mac.open(NEW).await.is_at(NEW);
    phone.open(NEW).await.is_at(NEW);
    let (on_mac, on_phone) = (made(&mac, &mut of_mac), made(&phone, &mut of_phone));
    send(&mut mac, &on_mac, &[]).await;
    mac.sees("Name your passkey");
    stage.wait(5);
    send(&mut phone, &on_phone, &[]).await;
    phone.is_at("/sign-in").sees("wasn't kept").sees("make them one after the other");
    is_called_unknown(&phone, &of_phone);
    assert_eq!(phone.hidden("then"), NEW, "and the way back to where it is made");
    assert_eq!(count(&stage, SAM.0).await, 1);
    // Said once; and on the way in again, it is made.
    let mut later = phone.clone();
    later.open("/sign-in").await.misses("wasn't kept");
    assert!(!later.html.contains("data-passkey-unknown"));
    phone.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/passkey");
    mac.open("/help/passkey-create").await.sees("one after the other");
});

walk!(a_log_in_that_is_over_says_that_its_passkey_was_not_kept, |stage| {
    let (mut alex, mut phone) = (stage.browser(), Authenticator::synced());
    log_in(&mut alex, ALEX, false).await;
    alex.is_at("/sign-in/set-up");
    alex.open("/sign-in/set-up/passkey").await;
    let credential = made(&alex, &mut phone);
    stage.wait(1801);
    send(&mut alex, &credential, &[]).await;
    alex.is_at("/sign-in").sees("took too long").sees("wasn't kept");
    is_called_unknown(&alex, &phone);
    assert_eq!(count(&stage, ALEX.0).await, 0);
});

walk!(a_session_that_locked_meanwhile_says_it_once_it_is_open, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    sam.open(NEW).await;
    let credential = made(&sam, &mut phone);
    stage.wait(3601);
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/locked");
    sam.submit(&[("password", SAM.1)]).await.is_at("/confirm");
    sam.submit(&[("password", SAM.1)]).await.is_at(NEW).sees("wasn't kept");
    is_called_unknown(&sam, &phone);
});

walk!(a_client_signed_out_meanwhile_is_told_at_their_own_door, |stage| {
    let (mut jo, mut phone) = (stage.browser(), Authenticator::synced());
    sign_in(&stage, &mut jo, JO).await;
    jo.open(NEW).await.is_at(NEW);
    let credential = made(&jo, &mut phone);
    let mut elsewhere = jo.clone();
    elsewhere.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await;
    stage.wait(5);
    send(&mut jo, &credential, &[]).await;
    jo.is_at("/portal").sees("wasn't kept").sees("Sign in and make it again");
    is_called_unknown(&jo, &phone);
    assert_eq!(count(&stage, JO).await, 0);
});

// Whoever holds the id of somebody's passkey does not learn here whether there is such a one.
walk!(nothing_is_said_of_one_that_was_not_asked_for_here, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    sam.open(NEW).await;
    let ceremony = sam.hidden("ceremony");
    make_passkey(&mut sam, &mut phone).await;
    let mut stranger = stage.browser();
    let csrf = stranger.open("/sign-in").await.hidden("csrf");
    for ceremony in [ceremony.as_str(), "", &stranger.hidden("ceremony")] {
        for id in [phone.passkeys[0].id.as_str(), "c3RyYW5nZXI"] {
            let mut again = stranger.clone();
            let fields =
                [("csrf", csrf.as_str()), ("ceremony", ceremony), ("credential", &format!("{{\"id\":\"{id}\"}}"))];
            again.post(NEW, &fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
            again.follow().await.is_at("/sign-in").misses("wasn't kept");
        }
    }
    // Nor of a living one that its own browser sends once more.
    sam.open(NEW).await;
    let ceremony = sam.hidden("ceremony");
    let csrf = sam.hidden("csrf");
    sam.lose_session();
    let fields =
        [("csrf", csrf), ("ceremony", ceremony), ("credential", format!("{{\"id\":\"{}\"}}", phone.passkeys[0].id))];
    sam.post(NEW, &fields.map(|(name, value)| (name.to_owned(), value))).await;
    sam.follow().await.is_at("/sign-in").misses("wasn't kept");
});
