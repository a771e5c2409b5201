//! A proved mailbox is good for one sign-in (C1): once that was ended, by whomever, only another mail lets anybody in again.
//! What a rightful person does in between, a second person of the mailbox, a lost answer, the own lock, goes on.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, add_client, ask, code_of, newest, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const FAMILY: &str = "family@example.com";
const PASSPHRASE: &str = "tide over pebbles, softly";
const LIVING: &str =
    "SELECT COUNT(*) FROM session s JOIN person p ON p.practice_id = s.practice_id AND p.id = s.person_id
                      WHERE s.ended_at IS NULL AND p.kind = 'client'";

/// Types the code where it was asked for; answers the asking.
async fn by_code(stage: &Stage, browser: &mut Browser, email: &str, tick: &str) -> String {
    browser.open("/portal").await.submit_to("/portal", &[("email", email), (tick, "1")]).await.is_at("/portal/sent");
    stage.deliver().await;
    let asking = browser.hidden("ask");
    let code = code_of(&newest(stage, email).await);
    browser.submit_to("/portal/code", &[("code", &code)]).await;
    asking
}

/// The proof of a while ago: no page leads on by it, and no form does.
async fn is_over(browser: &mut Browser, asking: &str) {
    let kept = browser.clone();
    browser.open(&format!("/portal/sent?ask={asking}")).await.misses("One more press");
    let csrf = browser.hidden("csrf");
    browser.post("/portal/who", &[("csrf".into(), csrf), ("ask".into(), asking.into())]).await;
    assert_eq!(browser.answered["location"], "/portal?again=1");
    browser.open("/me").await;
    assert_ne!(browser.path, "/me");
    *browser = kept;
}

async fn end_by_practice(stage: &Stage, client: &str, act: &str) {
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&format!("/practice/clients/{client}/act?do={act}")).await.submit(&[("do", act)]).await;
}

walk!(a_session_ended_by_the_practice_stays_ended, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let mut browser = stage.browser();
    let asking = by_code(&stage, &mut browser, JO, "keep").await;
    browser.is_at("/me");
    end_by_practice(&stage, &jo, "end").await;
    is_over(&mut browser, &asking).await;
    // Access off, and on again a moment later.
    stage.wait(61);
    let asking = by_code(&stage, &mut browser, JO, "keep").await;
    browser.is_at("/me");
    end_by_practice(&stage, &jo, "off").await;
    end_by_practice(&stage, &jo, "on").await;
    is_over(&mut browser, &asking).await;
    // The honest twin asks anew.
    stage.wait(61);
    by_code(&stage, &mut browser, JO, "keep").await;
    browser.is_at("/me").sees("Jo Lindqvist");
});

walk!(a_session_ended_by_its_client_stays_ended, |stage| {
    let mut lost = stage.browser();
    let asking = by_code(&stage, &mut lost, JO, "keep").await;
    lost.is_at("/me");
    stage.wait(61);
    let mut phone = stage.browser();
    sign_in(&stage, &mut phone, JO).await;
    let id: Option<(String,)> = stage
        .au()
        .optional("SELECT id FROM session WHERE ended_at IS NULL AND kept = 1 ORDER BY created_at LIMIT 1", args![])
        .await
        .unwrap();
    let id = id.unwrap().0;
    phone.open("/me").await.submit_to(&format!("/me/sessions/{id}/end"), &[]).await.is_at("/me");
    is_over(&mut lost, &asking).await;
    stage.wait(61);
    let asking = by_code(&stage, &mut lost, JO, "keep").await;
    lost.is_at("/me");
    phone.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await;
    assert!(!phone.cookies.contains_key("__Host-link"), "nothing of the proof is left in the browser");
    is_over(&mut lost, &asking).await;
    assert_eq!(number(&stage, LIVING, args![]).await, 0);
});

walk!(a_session_that_this_was_not_me_ended_stays_ended, |stage| {
    let mut thief = stage.browser();
    let asking = by_code(&stage, &mut thief, JO, "keep").await;
    thief.is_at("/me");
    // A client's notice with the way to stop it all.
    let mut jo = stage.browser();
    stage.au().execute("UPDATE practice SET client_passwords = 1", args![]).await.unwrap();
    stage.wait(61);
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/portal-password").await;
    jo.submit_to("/me/portal-password", &[("password", "an orchard of lamps 44")]).await;
    stage.deliver().await;
    let told = stage.messages(JO).await.into_iter().find(|sent| sent.about == "portal-password-set").expect("a notice");
    let at = told.text.find("/not-me/").expect("a way to stop it");
    let stop = told.text[at..].split_whitespace().next().unwrap().to_owned();
    // The thief proves the mailbox once more, and goes no further.
    stage.wait(61);
    let again = by_code(&stage, &mut thief, JO, "keep").await;
    stage.browser().open(&stop).await.submit_to(&stop, &[]).await;
    is_over(&mut thief, &asking).await;
    is_over(&mut thief, &again).await;
});

walk!(an_idle_session_is_not_opened_by_the_proof_it_began_with, |stage| {
    stage.au().execute("UPDATE practice SET client_idle_minutes = 10", args![]).await.unwrap();
    stage.wait(5);
    let mut jo = stage.browser();
    let asking = by_code(&stage, &mut jo, JO, "keep").await;
    jo.is_at("/me");
    stage.wait(10 * 60 + 1);
    jo.open("/me").await.is_at("/portal/locked");
    let locked = jo.clone();
    is_over(&mut jo, &asking).await;
    // A new mail opens it, once: ended elsewhere meanwhile, it stays ended.
    jo = locked;
    jo.submit_to("/portal/locked", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let (asking, code) = (jo.hidden("ask"), code_of(&newest(&stage, JO).await));
    jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/me");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session", args![]).await, 1, "the same session goes on");
    relaxed(&stage).await;
    let person = somebody(&stage, JO).await.id;
    end_by_practice(&stage, &person, "end").await;
    is_over(&mut jo, &asking).await;
});

walk!(a_shared_browser_that_was_closed_lets_nobody_go_on, |stage| {
    let mut jo = stage.browser();
    let asking = by_code(&stage, &mut jo, JO, "shared").await;
    jo.is_at("/me");
    jo.close();
    assert!(!jo.cookies.contains_key("__Host-link"));
    jo.open(&format!("/portal/sent?ask={asking}")).await.is_at("/portal");
    // Closed before anybody was chosen, too; and on the device where only the code was typed.
    add_client(&stage, "Robin Ashworth", FAMILY).await;
    add_client(&stage, "Kim Ashworth", FAMILY).await;
    let asking = by_code(&stage, &mut jo, FAMILY, "shared").await;
    jo.is_at("/portal/who").sees("R. A.");
    jo.close();
    jo.open(&format!("/portal/who?ask={asking}")).await.is_at("/portal");
    stage.wait(61);
    let mut asker = stage.browser();
    ask(&mut asker, JO).await;
    stage.deliver().await;
    let mail = newest(&stage, JO).await;
    let link = crate::support::portal::link_of(&mail);
    jo.open(&link).await;
    jo.submit_to(&format!("{link}/code"), &[("code", &code_of(&mail)), ("shared", "1")]).await.is_at("/me");
    jo.close();
    assert!(!jo.cookies.contains_key("__Host-link"));
});

walk!(a_lost_answer_is_made_good_once_and_for_a_minute, |stage| {
    let mut jo = stage.browser();
    let asking = by_code(&stage, &mut jo, JO, "keep").await;
    jo.is_at("/me");
    // The answer with the session never came.
    jo.lose_session();
    stage.wait(30);
    jo.open(&format!("/portal/sent?ask={asking}")).await.is_at("/portal/who").sees("One more press");
    jo.submit_to("/portal/who", &[]).await.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(number(&stage, LIVING, args![]).await, 1, "the lost one is ended");
    // In a browser that has it, the same address leads there, ten minutes later too.
    stage.wait(10 * 60);
    jo.open(&format!("/portal/who?ask={asking}")).await.is_at("/me");
    jo.lose_session();
    is_over(&mut jo, &asking).await;
});

walk!(a_second_person_of_the_mailbox_is_chosen_later, |stage| {
    relaxed(&stage).await;
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut browser = stage.browser();
    let asking = by_code(&stage, &mut browser, FAMILY, "keep").await;
    let who = format!("/portal/who?ask={asking}");
    browser.is_at("/portal/who");
    browser.submit(&[("person", &kim)]).await.is_at("/me").sees("Kim Ashworth");
    stage.wait(5 * 60);
    browser.open(&who).await.is_at("/portal/who");
    browser.submit(&[("person", &robin)]).await.is_at("/me");
    browser.sees("Robin Ashworth");
    stage.wait(5 * 60);
    browser.open(&who).await.submit(&[("person", &kim)]).await.is_at("/me").sees("Kim Ashworth");
    assert_eq!(number(&stage, LIVING, args![]).await, 1, "one browser, one session");
    // Kim's session is ended: neither of them goes on.
    end_by_practice(&stage, &kim, "end").await;
    is_over(&mut browser, &asking).await;
});

walk!(the_own_lock_comes_in_between, |stage| {
    relaxed(&stage).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy")
        .await
        .submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)])
        .await
        .sees("Your lock is set");
    stage.wait(61);
    let mut phone = stage.browser();
    let asking = by_code(&stage, &mut phone, JO, "keep").await;
    phone.is_at("/portal/lock");
    // Back to where the mail was asked for, and on again; minutes pass over the passphrase.
    stage.wait(5 * 60);
    phone.open(&format!("/portal/sent?ask={asking}")).await.is_at("/portal/who");
    phone.submit_to("/portal/who", &[]).await.is_at("/portal/lock");
    phone.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    let person = somebody(&stage, JO).await.id;
    end_by_practice(&stage, &person, "end").await;
    is_over(&mut phone, &asking).await;
    // Ended while the lock is asked for.
    let asking = by_code(&stage, &mut phone, JO, "keep").await;
    phone.is_at("/portal/lock");
    end_by_practice(&stage, &person, "end").await;
    is_over(&mut phone, &asking).await;
});

// Fresh proof, with the passphrase after the mail; it counts from when it was shown, however often the page is pressed.
walk!(a_mail_is_fresh_proof_once, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    stage.wait(6 * 60);
    jo.open("/me/passkeys/new").await.is_at("/portal/confirm");
    jo.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let (asking, code) = (jo.hidden("ask"), code_of(&newest(&stage, JO).await));
    jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/lock");
    stage.wait(2 * 60);
    let who = format!("/portal/who?ask={asking}");
    jo.open(&who).await.is_at("/portal/who");
    let again = [("csrf".to_owned(), jo.hidden("csrf")), ("ask".to_owned(), asking)];
    jo.submit_to("/portal/who", &[]).await.is_at("/portal/lock");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me/passkeys/new");
    let fresh = "SELECT fresh_at FROM session WHERE ended_at IS NULL";
    let at = number(&stage, fresh, args![]).await;
    assert_eq!(at, stage.now());
    stage.wait(2 * 60);
    jo.open(&who).await.is_at("/me/passkeys/new");
    jo.post("/portal/who", &again).await;
    assert!(jo.answered["location"].to_str().unwrap().starts_with("/portal/confirm"));
    assert_eq!(number(&stage, fresh, args![]).await, at);
});

walk!(two_devices_go_on_with_the_number_once, |stage| {
    relaxed(&stage).await;
    let mut laptop = stage.browser();
    ask(&mut laptop, JO).await;
    stage.deliver().await;
    let (asking, digits) = (laptop.hidden("ask"), number_on(&laptop));
    let link = crate::support::portal::link_of(&newest(&stage, JO).await);
    let mut phone = stage.browser();
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &digits)]).await;
    // A while later, since the laptop was in another room.
    stage.wait(10 * 60);
    laptop.submit_to("/portal/who", &[]).await.is_at("/me").sees("Jo Lindqvist");
    let person = somebody(&stage, JO).await.id;
    end_by_practice(&stage, &person, "end").await;
    is_over(&mut laptop, &asking).await;
    // Let go on, and ended before anybody pressed.
    stage.wait(61);
    ask(&mut laptop, JO).await;
    stage.deliver().await;
    let (asking, digits) = (laptop.hidden("ask"), number_on(&laptop));
    let link = crate::support::portal::link_of(&newest(&stage, JO).await);
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &digits)]).await;
    end_by_practice(&stage, &person, "end").await;
    is_over(&mut laptop, &asking).await;
});
