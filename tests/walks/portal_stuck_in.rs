//! Who is stuck, and who is in: another person of the mailbox helps nobody, and the next mail in the same browser does.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::portal::{JO, add_client, ask, code_of, newest, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::{let_in, somebody};
use crate::walk;

const FAMILY: &str = "family@example.com";
const PASSPHRASE: &str = "tide over pebbles, softly";

/// Asks for a mail and types its code.
async fn by_code(stage: &Stage, browser: &mut Browser, email: &str) {
    ask(browser, email).await;
    stage.deliver().await;
    let code = code_of(&newest(stage, email).await);
    browser.submit_to("/portal/code", &[("code", &code)]).await;
}

async fn asks_for_help(browser: &mut Browser, path: &str) {
    browser.open(path).await;
    let said = [("reach", "0491 570 158"), ("note", "I forgot my passphrase")];
    browser.submit_to("/portal/help", &said).await.sees("Your practice has your message");
}

walk!(a_couples_second_person_is_not_helped_by_the_first, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let anna = add_client(&stage, "Anna Ashworth", FAMILY).await;
    let bert = add_client(&stage, "Bert Ashworth", FAMILY).await;
    let mut berts = stage.browser();
    by_code(&stage, &mut berts, FAMILY).await;
    berts.is_at("/portal/who");
    berts.submit(&[("person", &bert)]).await.is_at("/me");
    berts.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    berts.submit_to("/log-out", &[]).await;
    stage.wait(61);
    by_code(&stage, &mut berts, FAMILY).await;
    let asking = berts.hidden("ask");
    berts.submit(&[("person", &bert)]).await.is_at("/portal/lock");
    // Anna signs in on a device of her own: Bert still stands at his lock, whether he asked for help or not.
    stage.wait(61);
    let mut annas = stage.browser();
    by_code(&stage, &mut annas, FAMILY).await;
    annas.submit(&[("person", &anna)]).await.is_at("/me");
    let path = format!("/portal/stuck?ask={asking}");
    berts.open(&path).await.sees("This number was used already").misses("too old");
    asks_for_help(&mut berts, &path).await;
    sam.open("/practice/stuck").await.sees("I forgot my passphrase").misses("They signed in since");
    sam.sees("they stopped after it");
    // Until he is in.
    berts.open("/portal/lock").await.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    sam.open("/practice/stuck").await.sees("They signed in since");
});

walk!(a_couples_second_person_stays_on_the_list_without_a_message, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let anna = add_client(&stage, "Anna Ashworth", FAMILY).await;
    add_client(&stage, "Bert Ashworth", FAMILY).await;
    let mut annas = stage.browser();
    by_code(&stage, &mut annas, FAMILY).await;
    // Bert asks later, goes no further than the mailbox, and Anna chooses herself meanwhile.
    stage.wait(61);
    let mut berts = stage.browser();
    by_code(&stage, &mut berts, FAMILY).await;
    berts.is_at("/portal/who");
    stage.wait(1);
    annas.submit(&[("person", &anna)]).await.is_at("/me");
    sam.open("/practice/stuck").await.sees(FAMILY).sees("they stopped after it");
});

walk!(whoever_is_in_by_the_next_mail_is_stuck_no_more, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    // An address and help first, then a mail in the same browser.
    let mut jo = stage.browser();
    jo.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    let path = jo.path.clone();
    asks_for_help(&mut jo, &path).await;
    sam.open("/practice/stuck").await.misses("They signed in since");
    // Somebody else's browser changes nothing about it.
    sign_in(&stage, &mut stage.browser(), JO).await;
    sam.open("/practice/stuck").await.sees("Asks for help").misses("They signed in since");
    stage.wait(61);
    by_code(&stage, &mut jo, JO).await;
    jo.is_at("/me");
    sam.open("/practice/stuck").await.sees("Asks for help").sees("They signed in since").misses("spam folder");
    sam.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
});

/// A PIN for the number on the page, typed there.
async fn by_pin(sam: &mut Browser, client: &str, browser: &mut Browser) {
    sam.open(&format!("/practice/clients/{client}/pin")).await;
    sam.submit(&[("number", &number_on(browser)), ("how", "called-back")]).await.sees("It is shown only now");
    browser.submit_to("/portal/pin", &[("pin", &number_on(sam))]).await;
}

walk!(a_pin_that_stops_at_the_lock_is_not_called_an_email, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let mut jo = stage.browser().from("203.0.113.9");
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    jo.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    by_pin(&mut sam, &id, &mut jo).await;
    jo.is_at("/portal/lock");
    sam.open("/practice/stuck").await.sees("They typed the PIN").misses("The email reached them");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    sam.open("/practice/stuck").await.misses(JO);
});

walk!(a_pin_for_a_newer_number_of_the_same_browser_counts_too, |stage| {
    relaxed(&stage).await;
    let id = somebody(&stage, JO).await.id;
    let mut jo = stage.browser().from("203.0.113.9");
    jo.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    let path = jo.path.clone();
    asks_for_help(&mut jo, &path).await;
    stage.wait(3601);
    let mut sam = signed_in(&stage, SAM).await;
    jo.open(&path).await.submit_to("/portal/stuck", &[]).await;
    by_pin(&mut sam, &id, &mut jo).await;
    jo.is_at("/me");
    sam.open("/practice/stuck").await.sees("Asks for help").sees("They signed in since");
    sam.misses("can't get the email");
});

// By what the mailbox doesn't give away, so that it was they.
walk!(whoever_is_in_by_a_password_or_passkey_is_stuck_no_more, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    add_client(&stage, "Anna Ashworth", FAMILY).await;
    add_client(&stage, "Kim Reyes", "kim@example.com").await;
    for email in [JO, "kim@example.com", FAMILY] {
        ask(&mut stage.browser(), email).await;
    }
    let mut helped = stage.browser();
    helped.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    let path = helped.path.clone();
    asks_for_help(&mut helped, &path).await;
    sam.open("/practice/stuck").await.sees(JO).sees("kim@example.com").sees(FAMILY);
    stage.wait(5);
    // A mail that somebody else read in another browser is no sign of them.
    let_in(&stage, &mut stage.browser(), JO, &[Factor::EmailLink], false).await;
    sam.open("/practice/stuck").await.misses("They signed in since");
    let_in(&stage, &mut stage.browser(), JO, &[Factor::Password], false).await;
    let_in(&stage, &mut stage.browser(), "kim@example.com", &[Factor::Passkey], false).await;
    sam.open("/practice/stuck").await.sees("They signed in since").misses("kim@example.com").sees(FAMILY);
    // Two who share an address: the one says nothing about the other.
    let_in(&stage, &mut stage.browser(), FAMILY, &[Factor::Password], false).await;
    add_client(&stage, "Bert Ashworth", FAMILY).await;
    sam.open("/practice/stuck").await.sees(FAMILY);
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE name = 'Bert Ashworth'", args![]).await.unwrap();
});

// Before version 0024 of the schema a PIN's request did not say which session it led to.
walk!(whoever_came_in_by_an_older_pin_is_stuck_no_more, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = stage.browser();
    let id = somebody(&stage, JO).await.id;
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    by_pin(&mut sam, &id, &mut jo).await;
    jo.is_at("/me");
    let older = "UPDATE link_ask SET went_on_as = NULL, went_on_at = NULL";
    stage.au().execute(older, args![]).await.unwrap();
    sam.open("/practice/stuck").await.misses("stopped after it").misses(JO);
    sam.open("/practice/clients").await.sees("Nobody is stuck");
    stage.au().execute("UPDATE link_ask SET help_at = asked_at", args![]).await.unwrap();
    sam.open("/practice/stuck").await.sees("They signed in since");
});

walk!(whoever_stopped_after_an_older_pin_stays_on_the_list, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    let id = somebody(&stage, JO).await.id;
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    by_pin(&mut sam, &id, &mut jo).await;
    jo.is_at("/portal/lock");
    stage.au().execute("UPDATE link_ask SET went_on_as = NULL, went_on_at = NULL", args![]).await.unwrap();
    sam.open("/practice/stuck").await.sees(JO).sees("stopped after it");
});
