//! A mail is fresh proof for five minutes from when it proved the mailbox, by whichever way it is gone on with later.

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, add_client, ask, code_of, newest, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;
use portico::args;

const FAMILY: &str = "family@example.com";
const PASSPHRASE: &str = "tide over pebbles, softly";

/// Asks for a mail and types its code; answers the asking.
async fn by_code(stage: &Stage, browser: &mut Browser, email: &str) -> String {
    ask(browser, email).await;
    stage.deliver().await;
    let asking = browser.hidden("ask");
    let code = code_of(&newest(stage, email).await);
    browser.submit_to("/portal/code", &[("code", &code)]).await;
    asking
}

walk!(the_same_person_chosen_again_is_no_fresh_proof, |stage| {
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    add_client(&stage, "Robin Ashworth", FAMILY).await;
    let mut browser = stage.browser();
    let asking = by_code(&stage, &mut browser, FAMILY).await;
    browser.submit(&[("person", &kim)]).await.is_at("/me");
    let who = format!("/portal/who?ask={asking}");
    // Within five minutes it is, from when the mail was read.
    stage.wait(4 * 60);
    browser.open(&who).await.submit(&[("person", &kim)]).await.is_at("/me");
    browser.open("/me/email").await.is_at("/me/email");
    stage.wait(61);
    browser.open(&who).await.submit(&[("person", &kim)]).await.is_at("/me");
    browser.open("/me/email").await.is_at("/portal/confirm");
    browser.open("/me/privacy").await;
    let lock = [("csrf".to_owned(), browser.hidden("csrf")), ("passphrase".to_owned(), PASSPHRASE.to_owned())];
    browser.post("/me/privacy/lock", &lock).await;
    assert_eq!(browser.answered["location"], "/portal/confirm?then=%2Fme%2Fprivacy%3Fdone%3Dnot-saved");
    // A new mail is.
    browser.open("/me/email").await.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let code = code_of(&newest(&stage, FAMILY).await);
    browser.submit_to("/portal/code", &[("code", &code)]).await.is_at("/me/email");
});

walk!(a_client_who_presses_again_has_no_fresh_proof, |stage| {
    let mut jo = stage.browser();
    let asking = by_code(&stage, &mut jo, JO).await;
    jo.is_at("/me");
    stage.wait(5 * 60 + 1);
    jo.open("/me/email").await.is_at("/portal/confirm");
    let again = [("csrf", jo.hidden("csrf")), ("ask", asking), ("person", String::new())];
    jo.post("/portal/who", &again.map(|(name, value)| (name.to_owned(), value))).await;
    jo.open("/me/email").await.is_at("/portal/confirm");
    assert!(stage.now() - number(&stage, "SELECT fresh_at FROM session WHERE ended_at IS NULL", args![]).await > 300);
});

walk!(a_passphrase_after_an_old_mail_is_no_fresh_proof, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.submit_to("/log-out", &[]).await;
    for (minutes, leads_to) in [(4, "/me/email"), (6, "/portal/confirm")] {
        stage.wait(61);
        by_code(&stage, &mut jo, JO).await;
        jo.is_at("/portal/lock");
        stage.wait(minutes * 60);
        jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
        jo.open("/me/email").await.is_at(leads_to);
        jo.open("/me").await.submit_to("/log-out", &[]).await;
    }
});

// Back, and the same button once more: whoever is in goes on.
walk!(a_pin_pressed_twice_leads_on, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    sam.open(&format!("/practice/clients/{}/pin", somebody(&stage, JO).await.id)).await;
    sam.submit(&[("number", &number_on(&jo)), ("how", "called-back")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    let left = jo.clone();
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    let mut back = left.clone();
    back.cookies = jo.cookies.clone();
    back.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    // Not without the session that it led to, but for the minute in which the answer may have got lost.
    stage.wait(61);
    back = left;
    back.submit_to("/portal/pin", &[("pin", &pin)]).await.sees("No PIN can be used for this number");
});

walk!(where_others_use_the_device_the_asking_goes_with_the_browser, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await.is_at("/portal/sent");
    jo.close();
    assert!(!jo.cookies.contains_key("__Host-link"));
    let mut own = stage.browser();
    ask(&mut own, JO).await;
    own.close();
    assert!(own.cookies.contains_key("__Host-link"));
});
