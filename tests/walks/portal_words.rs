//! The words of a practice whose mails have no link, and of a client to whom no mail goes: each page names a way that works.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{change, mails};
use crate::support::portal::{JO, ask, code_of};
use crate::support::stage::Stage;
use crate::support::ways::{let_in, somebody};
use crate::walk;

const LINKS: [&str; 4] = ["Email me a link", "sign in link", "emailed link", "email you a link"];

async fn rules(stage: &Stage, sql: &'static str) {
    stage.au().execute(sql, args![]).await.unwrap();
    stage.wait(61);
}

fn has_no_link(browser: &Browser) {
    for words in LINKS {
        browser.misses(words);
    }
}

walk!(a_discreet_practice_says_code_wherever_it_sends_one, |stage| {
    let mut plain = stage.browser();
    plain.open("/portal").await.sees("Email me a link").misses("Email me a code");
    ask(&mut plain, JO).await;
    plain.sees("Request new sign in link");
    rules(&stage, "UPDATE practice SET discreet = 1, client_passwords = 1").await;
    let mut jo = stage.browser();
    jo.open("/portal/password").await.sees("Email me a code");
    has_no_link(&jo);
    jo.submit_to("/portal/password", &[("email", JO), ("password", "not this one, surely")]).await;
    has_no_link(jo.sees("sign in by email"));
    jo.open("/portal").await.sees("Email me a code");
    has_no_link(&jo);
    ask(&mut jo, JO).await;
    jo.sees("Request a new code");
    has_no_link(&jo);
    stage.deliver().await;
    let mail = mails(&stage, JO).await.into_iter().find(|mail| mail.about == "portal-code").expect("a code");
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/me");
    for page in ["/me", "/me/ways", "/me/portal-password"] {
        has_no_link(jo.open(page).await);
    }
    jo.open("/me/ways").await.sees("Email me a code");
    // What has no effect is not offered as chosen.
    jo.open("/me/privacy")
        .await
        .sees("emails are discreet for everybody")
        .misses("With the practice's name and a link");
    stage.wait(301);
    has_no_link(jo.open("/portal/confirm?then=/me/email").await.sees("Email me a code"));
    stage.wait(3600);
    has_no_link(jo.open("/me").await.is_at("/portal/locked").sees("Email me a code"));
    // An old link's page, made before.
    plain.open("/link/nothing").await.sees("Request a new code");
    has_no_link(&plain);
    rules(&stage, "UPDATE practice SET client_passwords = 0, client_passwords_off_at = 1795240000").await;
    has_no_link(plain.open("/portal").await);
    has_no_link(plain.open("/portal/password").await.sees("We email you a code"));
});

walk!(who_gets_no_mail_reads_of_the_way_that_is_left, |stage| {
    relaxed(&stage).await;
    rules(&stage, "UPDATE practice SET pin_by = 'nobody', client_passwords = 1").await;
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink], false).await;
    jo.open("/me/portal-password").await.sees("Signing in by email goes on working");
    jo.submit_to("/me/portal-password", &[("password", "an orchard of lamps 44")]).await.sees("Your password is set");
    jo.open("/me/privacy").await.sees("Anybody who reads your mailbox can sign in as you");
    let mut sam = signed_in(&stage, SAM).await;
    let privacy = format!("/practice/clients/{}/privacy", somebody(&stage, JO).await.id);
    sam.open(&privacy).await.sees("None. They sign in with a passkey or their password").misses("PIN from you");
    sam.submit(&[("mail", "none"), ("do", "mail")]).await.sees("Saved");
    jo.open("/me/portal-password").await.sees("Your practice sends you no email").misses("by email goes on");
    jo.open("/me/ways").await.sees("You sign in with your email address and your password").misses("sign in by email");
    jo.misses("Talk to them about how you sign in");
    jo.open("/me/privacy").await.misses("reads your mailbox can sign in").sees("Whatever lets you in is enough");
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("nobody here gives PINs").misses("They sign in with a PIN");
    // With PINs it is PINs.
    rules(&stage, "UPDATE practice SET pin_by = 'everyone'").await;
    sam.open(&privacy).await.sees("None. They sign in with a PIN from you");
    sam.open("/practice/stuck").await.sees("They sign in with a PIN");
    jo.open("/me/ways").await.sees("They read out a PIN");
    // A dead password is no way that is named.
    rules(&stage, "UPDATE practice SET pin_by = 'nobody'").await;
    change(&stage, JO, "UPDATE person SET password_stolen_at = 1 WHERE email_key = $1 AND kind = 'client'").await;
    jo.open("/me/ways").await.sees("Talk to them about how you sign in");
    jo.open("/me/portal-password").await.sees("Your password was stopped on").sees("Set a new one here");
    jo.misses("Last set on").misses("You have a password from before");
    // Where the practice keeps none, none is to be set.
    rules(&stage, "UPDATE practice SET client_passwords = 0").await;
    jo.open("/me/portal-password").await.sees("Your password was stopped on").misses("Set a new one here");
});
