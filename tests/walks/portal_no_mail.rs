//! Clients to whom no mail goes, or none about their sign-ins (C8, AC-081, AC-082, AC-085), and what a session from a PIN is told.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{change, mails, times};
use crate::support::portal::{JO, add_client, ask, code_of, newest, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::{let_in, somebody};
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";
pub(super) const NO_MAIL: &str = "UPDATE person SET mail_form = 'none' WHERE email_key = $1 AND kind = 'client'";

/// Jo, signed in by link, sets a passphrase of their own.
async fn with_a_lock(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.sees("Your lock is set");
    stage.wait(61);
    jo
}

/// Somebody calls and gets a PIN for Jo, which they type.
pub(super) async fn in_by_pin(stage: &Stage) -> Browser {
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    let mut browser = stage.browser().from("203.0.113.9");
    ask(&mut browser, JO).await;
    browser.open(&browser.link("I can't get the email")).await;
    let request = number_on(&browser);
    sam.open(&format!("/practice/clients/{}/pin", somebody(stage, JO).await.id)).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await.sees("It is shown only now");
    browser.submit_to("/portal/pin", &[("pin", &number_on(&sam))]).await;
    stage.deliver().await;
    browser
}

// 0014: the mailbox is what the lock is against.
walk!(no_mail_tells_of_a_pin_where_there_is_a_lock, |stage| {
    let mut jo = with_a_lock(&stage).await;
    in_by_pin(&stage).await.is_at("/portal/lock");
    assert_eq!((times(&stage, "pin-issued").await, times(&stage, "pin-used").await), (1, 1));
    assert!(!mails(&stage, JO).await.iter().any(|mail| mail.about == "pin-issued"));
    jo.open("/me/privacy").await.sees("Sam Okafor issued a PIN to Jo Lindqvist").sees("Jo Lindqvist used a PIN");
});

walk!(whoever_gets_no_mail_sees_pins_and_sign_ins_on_their_page, |stage| {
    change(&stage, JO, NO_MAIL).await;
    let mut jo = in_by_pin(&stage).await;
    jo.is_at("/me").sees("They let you in with a PIN").misses("we email you a link");
    assert!(mails(&stage, JO).await.is_empty());
    jo.open("/me/privacy").await.sees("Your practice sends you no email").sees("Sam Okafor issued a PIN");
    jo.sees("Jo Lindqvist used a PIN");
    jo.open("/me/ways").await.sees("read out the number").misses("Email me a link");
});

walk!(a_session_from_a_pin_is_told_why_and_what_to_do, |stage| {
    let mut jo = in_by_pin(&stage).await;
    jo.is_at("/me").sees(JO);
    assert!(!jo.html.contains("href=\"/me/email\""), "the page offers nothing that is shut");
    for path in ["/me/email", "/me/privacy/passkey", "/me/passkeys/new", "/me/passkeys/offer", "/portal/confirm"] {
        jo.open(path).await.sees("You signed in with a PIN").sees("ask your practice").misses("other duties");
        assert_eq!(jo.status, 403, "{path}");
        jo.open(&jo.link("Go back")).await.is_at("/me");
    }
});

walk!(without_mail_nobody_is_told_to_look_in_their_mailbox, |stage| {
    let mut jo = with_a_lock(&stage).await;
    change(&stage, JO, NO_MAIL).await;
    stage.wait(301);
    let asked = "SELECT COUNT(*) FROM link_ask";
    let before = crate::support::desk::number(&stage, asked, args![]).await;
    jo.open("/me/email").await.is_at("/portal/confirm").sees("sends you no email").sees("+61 2 5550 1234");
    jo.misses("We send a link");
    let fields = [("csrf".to_owned(), jo.hidden("csrf"))];
    jo.post("/portal/confirm", &fields).await.sees("sends you no email");
    assert_eq!(crate::support::desk::number(&stage, asked, args![]).await, before);
    // Whoever has a passkey shows it; whoever gets mail goes on as before.
    let mut kim = stage.browser();
    add_client(&stage, "Kim Ashworth", "kim@example.com").await;
    let_in(&stage, &mut kim, "kim@example.com", &[Factor::EmailLink], false).await;
    stage.wait(301);
    kim.open("/me/email").await.is_at("/portal/confirm").sees("We send a link");
    kim.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
});

walk!(no_mail_needs_another_way_in, |stage| {
    relaxed(&stage).await;
    stage.au().execute("UPDATE practice SET pin_by = 'nobody'", args![]).await.unwrap();
    stage.wait(5);
    let mut sam = signed_in(&stage, SAM).await;
    let path = format!("/practice/clients/{}/privacy", somebody(&stage, JO).await.id);
    sam.open(&path).await.submit(&[("mail", "none"), ("do", "mail")]).await.sees("nothing would let them in");
    assert_eq!(somebody(&stage, JO).await.mail_form, "plain");
    stage.au().execute("UPDATE practice SET pin_by = 'everyone'", args![]).await.unwrap();
    stage.wait(5);
    sam.open(&path).await.submit(&[("mail", "none"), ("do", "mail")]).await.sees("Saved");
    assert_eq!(somebody(&stage, JO).await.mail_form, "none");
});

// 0014: the plainest wish counts for one mailbox, and whoever sets privacy up reads so.
walk!(a_shared_mailbox_is_told_on_both_pages, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let path = format!("/practice/clients/{}/privacy", somebody(&stage, JO).await.id);
    sam.open(&path).await.misses("want mails with your name").sees("unless somebody else");
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.misses("an address of your own");
    let robin = add_client(&stage, "Robin Ashworth", JO).await;
    sam.open(&path).await.sees("want mails with your name and a link: Robin Ashworth").sees("address of their own");
    jo.open("/me/privacy").await.sees("an address of your own").misses("Robin");
    // The mail is what the pages say.
    jo.submit_to("/me/privacy/mail", &[("mail", "discreet")]).await.sees("an address of your own");
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    assert!(newest(&stage, JO).await.text.contains("/link/"));
    let discreet = "UPDATE person SET mail_form = 'discreet' WHERE id = $1";
    change(&stage, &robin, discreet).await;
    sam.open(&path).await.misses("want mails with your name");
    jo.open("/me/privacy").await.misses("an address of your own");
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let mail = mails(&stage, JO).await.into_iter().find(|mail| mail.about == "portal-code").unwrap();
    assert!(!mail.text.contains("Harbour Physio") && code_of(&mail).len() == 6);
});
