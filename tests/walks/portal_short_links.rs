//! What the pages promise of links and codes is so, whatever the practice chose: links of ten minutes, mail without links, no
//! mail at all.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_passkeys::{jo_with_passkey, the_passkey};
use crate::support::authenticator::Authenticator;
use crate::support::browser::Browser;
use crate::support::desk::change;
use crate::support::portal::{JO, ask, asked, code_of, link_of, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const NO_MAIL: &str = "UPDATE person SET mail_form = 'none' WHERE email_key = $1 AND kind = 'client'";

async fn practice_is(stage: &Stage, sql: &'static str) {
    stage.au().execute(sql, args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

walk!(where_links_are_short_nobody_is_promised_a_longer_code, |stage| {
    practice_is(&stage, "UPDATE practice SET link_minutes = 10").await;
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    jo.sees("They work for 10 minutes").misses("15 minutes");
    let until = portico::platform::when::clock(stage.now() + 600, "Australia/Sydney");
    assert!(mail.text.contains(&format!("The code works until {until}")), "{until}: {}", mail.text);
    stage.wait(10 * 60 + 1);
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.misses("Jo Lindqvist");
    // The usual day.
    practice_is(&stage, "UPDATE practice SET link_minutes = 1440").await;
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    jo.sees("They work for 15 minutes");
    let until = portico::platform::when::clock(stage.now() + 900, "Australia/Sydney");
    assert!(mail.text.contains(&format!("The code works until {until}")), "{until}: {}", mail.text);
});

// The page is the same whether anybody has the address.
walk!(a_practice_whose_mails_have_no_link_speaks_of_none, |stage| {
    practice_is(&stage, "UPDATE practice SET discreet = 1").await;
    for address in [JO, "nobody@example.org"] {
        let mut browser = stage.browser();
        ask(&mut browser, address).await;
        stage.deliver().await;
        browser
            .sees("Type the code from the email here")
            .misses("Open its link")
            .misses("type this number")
            .misses("Wait here");
        assert!(!browser.html.contains("data-waiting"), "there is nothing to wait for");
    }
    let mut jo = stage.browser();
    stage.wait(61);
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let mail = stage.messages(JO).await.into_iter().find(|sent| sent.kind == "mail").unwrap();
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/me");
    jo.open("/me/ways").await.sees("A code by email").misses("Press the link");
    practice_is(&stage, "UPDATE practice SET discreet = 0").await;
    jo.open("/me/ways").await.sees("A link by email").sees("Press the link");
    // One client's own wish.
    change(&stage, JO, "UPDATE person SET mail_form = 'discreet' WHERE email_key = $1 AND kind = 'client'").await;
    jo.open("/me/ways").await.sees("A code by email").misses("Press the link");
});

async fn in_by_pin(stage: &Stage) -> Browser {
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    let mut browser = stage.browser().from("203.0.113.9");
    ask(&mut browser, JO).await;
    browser.open(&browser.link("I can't get the email")).await;
    let request = number_on(&browser);
    sam.open(&format!("/practice/clients/{}/pin", somebody(stage, JO).await.id)).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await.sees("It is shown only now");
    browser.submit_to("/portal/pin", &[("pin", &number_on(&sam))]).await.is_at("/me");
    browser
}

walk!(a_locked_page_promises_no_mail_to_who_gets_none, |stage| {
    change(&stage, JO, NO_MAIL).await;
    let mut jo = in_by_pin(&stage).await;
    stage.wait(30 * 60 + 1);
    jo.open("/me").await.is_at("/portal/locked").misses("we email you a link").misses("Email me a link");
    jo.sees("Your practice sends you no email").sees("+61 2 5550 1234");
    jo.open(&jo.link("I can't get the email")).await.is_at("/portal/stuck");
    // Who gets mail is promised one.
    change(&stage, JO, "UPDATE person SET mail_form = 'plain' WHERE email_key = $1 AND kind = 'client'").await;
    jo.open("/portal/locked").await.sees("we email you a link").sees("Email me a link");
});

walk!(the_last_passkey_of_who_gets_no_mail_stays, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = jo_with_passkey(&stage, &mut phone).await;
    let page = format!("/me/passkeys/{}/delete", the_passkey(&stage).await);
    jo.open(&page).await.sees("you sign in with a link by email");
    change(&stage, JO, NO_MAIL).await;
    // With PINs there is another way in.
    jo.open(&page).await.misses("a link by email").sees("with a PIN from your practice");
    // As the client's own lock it guards from whoever has a PIN, and from no mailbox.
    let lock = "UPDATE person SET passkey_lock_since = 1 WHERE email_key = $1 AND kind = 'client'";
    change(&stage, JO, lock).await;
    jo.open(&page).await.sees("the lock is gone: a PIN from your practice").misses("whoever reads your mailbox");
    change(&stage, JO, "UPDATE person SET passkey_lock_since = NULL WHERE email_key = $1 AND kind = 'client'").await;
    practice_is(&stage, "UPDATE practice SET pin_by = 'nobody'").await;
    jo.open(&page).await.sees("Nothing else would let you in");
    // A kept password is a way in where no PIN is.
    practice_is(&stage, "UPDATE practice SET client_passwords = 1").await;
    change(&stage, JO, "UPDATE person SET password = 'kept' WHERE email_key = $1 AND kind = 'client'").await;
    jo.open(&page).await.sees("you sign in with your password").misses("with a PIN");
    change(&stage, JO, "UPDATE person SET password = NULL WHERE email_key = $1 AND kind = 'client'").await;
    jo.open(&page).await.sees("Nothing else would let you in");
    assert!(!jo.forms().iter().any(|form| form.action == page), "no button");
    let forced = [("csrf".to_owned(), jo.hidden("csrf")), ("after".to_owned(), "mail-only".to_owned())];
    jo.post(&page, &forced).await;
    assert_eq!(jo.status, 403);
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
    // Nor does the practice delete it before there is another way.
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let field = format!("passkey-{}", the_passkey(&stage).await);
    sam.open(&format!("/practice/clients/{id}/passkeys")).await.submit(&[(&field, "1"), ("how", "in-person")]).await;
    sam.sees("nothing would let this client in");
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
    practice_is(&stage, "UPDATE practice SET pin_by = 'everyone'").await;
    sam.open(&format!("/practice/clients/{id}/passkeys")).await.submit(&[(&field, "1"), ("how", "in-person")]).await;
    assert_eq!(somebody(&stage, JO).await.passkeys, 0);
});

// A link that went to the wrong practice's page.
walk!(another_practices_page_offers_its_own_portal_as_that, |stage| {
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    let link = link_of(&mail);
    let mut thames = stage.browser_at("thames-therapy.uk.localhost:8080");
    thames.open(&link).await.sees("This link is for another practice's portal").misses("Request new sign in link");
    thames.sees("Sign in to Thames Therapy");
    let mut own = stage.browser();
    own.open(&link).await.sees("This is not the browser that asked");
    own.open("/link/nothing").await.sees("Request new sign in link");
    let mut signed = stage.browser();
    stage.wait(61);
    sign_in(&stage, &mut signed, JO).await;
    signed.is_at("/me");
});
