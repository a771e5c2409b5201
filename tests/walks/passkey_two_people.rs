//! A passkey that a browser made for one person while another one has begun or logged in there: it is nobody's, the page says so and
//! leads nobody to make one for the other.

use portico::args;

use super::support::authenticator::{Authenticator, options_of, send};
use super::support::browser::Browser;
use super::support::desk::number;
use super::support::stage::Stage;
use super::support::two_factor::enrol;
use super::support::ways::{ALEX, SAM, ask_no_second, log_in, somebody};
use super::walk;

const NEW: &str = "/me/passkeys/new";

/// The tab as it was left, in the browser as it is now.
fn left_open(tab: &Browser, now: &Browser) -> Browser {
    let mut tab = tab.clone();
    tab.cookies.clone_from(&now.cookies);
    tab
}

async fn is_nobodys(stage: &Stage, tab: &Browser, authenticator: &Authenticator) {
    let id = &authenticator.passkeys.last().unwrap().id;
    tab.sees("wasn't kept").sees("remove it there by hand");
    assert!(tab.html.contains(&format!("data-passkey-unknown=\"{id}\"")), "{}", tab.html);
    assert!(tab.html.contains("passkey.js"));
    tab.misses("Please make it again");
    assert_eq!(number(stage, "SELECT COUNT(*) FROM passkey", args![]).await, 0);
}

walk!(one_made_in_a_log_in_is_not_offered_to_who_logged_in_since, |stage| {
    let (mut alex, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut alex, ALEX, false).await;
    alex.is_at("/sign-in/set-up");
    alex.open("/sign-in/set-up/passkey").await;
    let (options, origin) = options_of(&alex);
    let credential = key.make(&options, &origin);
    let mut sam = alex.clone();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.is_at("/me");
    let mut tab = left_open(&alex, &sam);
    send(&mut tab, &credential, &[]).await;
    assert_eq!(tab.status, 409);
    tab.sees("sam@example.com");
    is_nobodys(&stage, &tab, &key).await;
});

walk!(one_made_in_a_log_in_is_not_offered_to_who_begins_since, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let (mut alex, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut alex, ALEX, false).await;
    alex.open("/sign-in/set-up/passkey").await;
    let (options, origin) = options_of(&alex);
    let credential = key.make(&options, &origin);
    let mut sam = alex.clone();
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/code");
    let mut tab = left_open(&alex, &sam);
    send(&mut tab, &credential, &[]).await;
    assert_eq!(tab.status, 409);
    is_nobodys(&stage, &tab, &key).await;
});

walk!(one_made_in_a_session_is_not_passed_over_when_somebody_else_is_in, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    sam.open(NEW).await.is_at(NEW);
    let (options, origin) = options_of(&sam);
    let credential = key.make(&options, &origin);
    let mut alex = sam.clone();
    alex.submit_to("/log-out", &[]).await.is_at("/sign-in");
    log_in(&mut alex, ALEX, false).await;
    alex.open("/me").await.is_at("/me");
    let mut tab = left_open(&sam, &alex);
    send(&mut tab, &credential, &[]).await;
    assert_eq!(tab.status, 409);
    is_nobodys(&stage, &tab, &key).await;
    // The honest twin: in their own session it is kept.
    alex.submit_to("/log-out", &[]).await.is_at("/sign-in");
    log_in(&mut alex, SAM, false).await;
    let mut tab = alex;
    tab.open(NEW).await;
    let (options, origin) = options_of(&tab);
    let credential = key.make(&options, &origin);
    send(&mut tab, &credential, &[]).await;
    tab.sees("Name your passkey");
    assert_eq!((somebody(&stage, SAM.0).await.passkeys, somebody(&stage, ALEX.0).await.passkeys), (1, 0));
});

// Who set up in another tab meanwhile is led to make it again, as themself.
walk!(one_made_in_a_log_in_that_went_on_elsewhere_is_made_again, |stage| {
    let (mut alex, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut alex, ALEX, false).await;
    alex.open("/sign-in/set-up/passkey").await;
    let (options, origin) = options_of(&alex);
    let credential = key.make(&options, &origin);
    let mut other = alex.clone();
    ask_no_second(&stage).await;
    log_in(&mut other, ALEX, false).await;
    other.open("/me").await.is_at("/me");
    let mut tab = left_open(&alex, &other);
    send(&mut tab, &credential, &[]).await;
    tab.is_at(NEW).sees("wasn't kept").sees("Please make it again");
});

// Whose session locked here did not make it.
walk!(one_made_in_a_log_in_is_not_passed_over_to_whose_session_locked_since, |stage| {
    let (mut alex, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut alex, ALEX, false).await;
    alex.open("/sign-in/set-up/passkey").await;
    let (options, origin) = options_of(&alex);
    let credential = key.make(&options, &origin);
    ask_no_second(&stage).await;
    let mut sam = alex.clone();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.is_at("/me");
    stage.wait(3601);
    let mut tab = left_open(&alex, &sam);
    send(&mut tab, &credential, &[]).await;
    sam.cookies.clone_from(&tab.cookies);
    sam.open("/locked").await.submit(&[("password", SAM.1)]).await.is_at("/me");
    sam.open(NEW).await.is_at("/confirm");
    sam.submit(&[("password", SAM.1)]).await.is_at(NEW).misses("wasn't kept");
});

// As on the page that unlocks: whoever finds the browser reads no whole address.
walk!(a_locked_session_hides_its_address_from_another_persons_form, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    sam.open(NEW).await.is_at(NEW);
    let (options, origin) = options_of(&sam);
    let credential = key.make(&options, &origin);
    let mut alex = sam.clone();
    alex.submit_to("/log-out", &[]).await.is_at("/sign-in");
    log_in(&mut alex, ALEX, false).await;
    let mut open = left_open(&sam, &alex);
    stage.wait(1800);
    let mut locked = open.clone();
    send(&mut open, &credential, &[]).await;
    assert_eq!(open.status, 409);
    open.sees(ALEX.0);
    stage.wait(3601);
    locked.cookies.clone_from(&open.cookies);
    send(&mut locked, &credential, &[]).await;
    assert_eq!(locked.status, 409);
    locked.sees("a•••@example.com").misses(ALEX.0);
    is_nobodys(&stage, &locked, &key).await;
});
