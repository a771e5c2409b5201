//! Making a passkey, and what becomes of an answer that is late, repeated or somebody else's (WebAuthn L3, 7.1): refused
//! beside an honest one, and never dropped without a word.

use super::support::authenticator::{Authenticator, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::stage::Stage;
use super::support::ways::{ALEX, SAM, ask_no_second, log_in, somebody};
use super::walk;

const NEW: &str = "/me/passkeys/new";
/// The password of Alex at the other practice.
const ALEX_AT_THAMES: (&str, &str) = ("alex@example.com", "walnut-signal-river-48");

/// Logged in and at the page, with what the browser made of its question.
async fn at_the_page(browser: &mut Browser, who: (&str, &str), authenticator: &mut Authenticator) -> String {
    log_in(browser, who, false).await;
    browser.open(NEW).await;
    made(browser, authenticator)
}

fn made(browser: &Browser, authenticator: &mut Authenticator) -> String {
    let (options, origin) = options_of(browser);
    authenticator.make(&options, &origin)
}

/// The form of the page with another page's question and its answer.
async fn send_other(browser: &mut Browser, ceremony: &str, credential: &str) {
    browser.open(NEW).await;
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let fields = [field("csrf", &browser.hidden("csrf")), field("ceremony", ceremony), field("credential", credential)];
    browser.post(NEW, &fields).await;
}

fn is_called_unknown(browser: &Browser, authenticator: &Authenticator) -> bool {
    let id = &authenticator.passkeys.last().unwrap().id;
    browser.html.contains(&format!("data-passkey-unknown=\"{id}\""))
}

async fn passkeys(stage: &Stage, who: (&str, &str)) -> i64 {
    somebody(stage, who.0).await.passkeys
}

/// Proves with the password on the page that asks for it.
async fn confirm(browser: &mut Browser, who: (&str, &str)) {
    browser.open("/confirm?then=%2Fme").await;
    browser.submit(&[("password", who.1)]).await;
}

walk!(a_window_that_stays_open_longer_than_the_proof_keeps_its_passkey, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    stage.wait(290);
    sam.open(NEW).await.is_at(NEW);
    stage.wait(200);
    let mut phone = Authenticator::synced();
    let credential = made(&sam, &mut phone);
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    assert_eq!(passkeys(&stage, SAM).await, 1);
    // That was for what had begun: another one takes a new proof.
    sam.open(NEW).await.is_at("/confirm");
});

// The window of time is no second try: what was sent is wrong, and who they are is shown first.
walk!(a_wrong_answer_after_the_proof_leads_to_a_new_one, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    stage.wait(290);
    sam.open(NEW).await;
    stage.wait(20);
    let mut phone = Authenticator { origin: Some("http://evil.example".into()), ..Authenticator::synced() };
    let credential = made(&sam, &mut phone);
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/confirm");
    sam.submit(&[("password", SAM.1)]).await.is_at(NEW);
    sam.sees("wasn't kept, so it doesn't log you in");
    assert!(is_called_unknown(&sam, &phone));
    assert_eq!(passkeys(&stage, SAM).await, 0);
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
});

walk!(one_that_came_too_late_is_said_not_to_be_kept, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    sam.open("/me/passkeys/new?then=%2Fme%2Fname").await;
    let credential = made(&sam, &mut phone);
    stage.wait(301);
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/confirm");
    assert_eq!(passkeys(&stage, SAM).await, 0);
    sam.submit(&[("password", SAM.1)]).await;
    assert_eq!(sam.path, "/me/passkeys/new?then=%2Fme%2Fname", "the goal is kept");
    sam.sees("wasn't kept, so it doesn't log you in").sees("remove it there by hand");
    assert!(is_called_unknown(&sam, &phone), "the browser may forget it");
    // Said once, and the next one is kept.
    sam.open(NEW).await.misses("wasn't kept");
    make_passkey(&mut sam, &mut Authenticator::security_key()).await;
    assert_eq!(passkeys(&stage, SAM).await, 1);
});

walk!(a_living_passkey_is_never_said_not_to_be_kept, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    let credential = at_the_page(&mut sam, SAM, &mut phone).await;
    let page = sam.clone();
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    stage.wait(301);
    let mut again = page;
    again.cookies.clone_from(&sam.cookies);
    send(&mut again, &credential, &[]).await;
    again.is_at("/confirm");
    let (options, origin) = options_of(&again);
    let proof = phone.show(&options, &origin);
    send(&mut again, &proof, &[]).await;
    again.is_at(NEW).misses("wasn't kept");
    assert!(!again.html.contains("data-passkey-unknown"), "it is on record");
    assert_eq!(passkeys(&stage, SAM).await, 1);
});

// AC-041: an answer to a creation, given twice.
walk!(a_creation_is_answered_once, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    let credential = at_the_page(&mut sam, SAM, &mut phone).await;
    let page = sam.clone();
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    let mut again = page.clone();
    send(&mut again, &credential, &[]).await;
    assert_eq!(again.status, 422);
    assert!(!again.html.contains("data-passkey-unknown"), "the one that is kept is not called unknown");
    // Nor with another passkey under the challenge that was answered.
    let mut other = Authenticator::security_key();
    let (mut options, origin) = options_of(&page);
    options["excludeCredentials"] = serde_json::json!([]);
    let credential = other.make(&options, &origin);
    let mut again = page;
    send(&mut again, &credential, &[]).await;
    assert_eq!(again.status, 422);
    again.sees("wasn't kept");
    assert_eq!(passkeys(&stage, SAM).await, 1);
    make_passkey(&mut sam, &mut Authenticator::security_key()).await;
    assert_eq!(passkeys(&stage, SAM).await, 2);
});

// AC-041: the question is over, though who they are was shown again meanwhile.
walk!(an_old_creation_is_refused_though_the_proof_is_fresh, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    let credential = at_the_page(&mut sam, SAM, &mut phone).await;
    let page = sam.clone();
    stage.wait(301);
    confirm(&mut sam, SAM).await;
    let mut late = page;
    late.cookies.clone_from(&sam.cookies);
    send(&mut late, &credential, &[]).await;
    assert_eq!(late.status, 422);
    late.sees("wasn't kept");
    assert!(is_called_unknown(&late, &phone));
    assert_eq!(passkeys(&stage, SAM).await, 0);
    make_passkey(&mut late, &mut Authenticator::synced()).await;
    assert_eq!(passkeys(&stage, SAM).await, 1);
});

// AC-041: begun in another session, by another person; the browser is the same.
walk!(a_creation_is_for_its_session_and_person, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    let credential = at_the_page(&mut sam, SAM, &mut phone).await;
    let ceremony = sam.hidden("ceremony");
    // Sam's next session.
    sam.lose_session();
    log_in(&mut sam, SAM, false).await;
    send_other(&mut sam, &ceremony, &credential).await;
    assert_eq!(sam.status, 422);
    // Alex, after Sam in the same browser.
    let mut alex = sam.clone();
    alex.lose_session();
    log_in(&mut alex, ALEX, false).await;
    send_other(&mut alex, &ceremony, &credential).await;
    assert_eq!(alex.status, 422);
    assert_eq!((passkeys(&stage, SAM).await, passkeys(&stage, ALEX).await), (0, 0));
    // In another browser, with Sam's own session copied there.
    let mut elsewhere = stage.browser();
    log_in(&mut elsewhere, SAM, false).await;
    send_other(&mut elsewhere, &ceremony, &credential).await;
    assert_eq!(elsewhere.status, 422);
    make_passkey(&mut alex, &mut Authenticator::synced()).await;
    make_passkey(&mut elsewhere, &mut Authenticator::synced()).await;
    assert_eq!((passkeys(&stage, SAM).await, passkeys(&stage, ALEX).await), (1, 1));
});

// AC-041: begun at another practice, where the same person has the same browser.
walk!(a_creation_is_for_its_practice, |stage| {
    ask_no_second(&stage).await;
    let uk = &stage.server.region("uk").unwrap().db;
    let none = "UPDATE practice SET admins_second_from = NULL, everyone_second_from = NULL";
    uk.execute(none, vec![]).await.unwrap();
    let (mut harbour, mut phone) = (stage.browser(), Authenticator::synced());
    let credential = at_the_page(&mut harbour, ALEX, &mut phone).await;
    let ceremony = harbour.hidden("ceremony");
    let mut thames = stage.browser_at("thames-therapy.uk.localhost:8080");
    log_in(&mut thames, ALEX_AT_THAMES, false).await;
    thames.open(NEW).await.is_at(NEW);
    // The mark of the browser is the same, too.
    let browser = harbour.cookies["__Host-browser"].clone();
    thames.cookies.insert("__Host-browser".into(), browser);
    // What is made is right for the other practice in everything but the question it answers.
    let (mut options, origin) = options_of(&thames);
    options["challenge"] = options_of(&harbour).0["challenge"].clone();
    let forged = Authenticator::synced().make(&options, &origin);
    send_other(&mut thames, &ceremony, &forged).await;
    assert_eq!(thames.status, 422);
    thames.sees("wasn't kept");
    make_passkey(&mut thames, &mut Authenticator::synced()).await;
    send_other(&mut harbour, &ceremony, &credential).await;
    harbour.follow().await.sees("Name your passkey");
    assert_eq!(passkeys(&stage, ALEX).await, 1);
});

// The second of two presses finds what the first one stored; of another person's nobody is told anything.
walk!(an_answer_sent_twice_is_told_of_what_the_first_one_did, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    let credential = at_the_page(&mut sam, SAM, &mut phone).await;
    let mut twin = sam.clone();
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    send(&mut twin, &credential, &[]).await;
    twin.sees("on record here already").misses("so we begin again").misses("wasn't kept");
    assert!(!is_called_unknown(&twin, &phone));
    assert_eq!(passkeys(&stage, SAM).await, 1);
    // A question of Alex's that was answered, and Sam's passkey.
    let (mut alex, mut theirs) = (stage.browser(), Authenticator::synced());
    let own = at_the_page(&mut alex, ALEX, &mut theirs).await;
    let (mut again, id) =
        (alex.clone(), data_encoding::BASE64URL_NOPAD.decode(phone.passkeys[0].id.as_bytes()).unwrap());
    let (options, origin) = options_of(&again);
    let stolen = Authenticator::synced().make_with_id(&id, &options, &origin);
    send(&mut alex, &own, &[]).await;
    alex.sees("Name your passkey");
    send(&mut again, &stolen, &[]).await;
    again.sees("so we begin again").misses("on record here already");
});
