//! Somebody with the mailbox who signed in just before the client made a passkey: what the mail proved is worth nothing from then
//! on. And the client, whose own passkey nobody has to warn them of.

use portico::args;

use crate::portal_passkeys::{jo_with_passkey, press, the_passkey};
use crate::support::authenticator::{Authenticator, Spoil, make_passkey, options_of, send};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, link_of, newest, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

/// Shows a passkey where the page asks for one.
async fn show(browser: &mut Browser, phone: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = phone.show(&options, &origin);
    send(browser, &credential, &[]).await;
}

// 0017: the mailbox neither adds nor deletes one where there is something better.
walk!(a_first_passkey_ends_what_the_mail_proved_elsewhere, |stage| {
    let mut thief = stage.browser().from("203.0.113.9");
    sign_in(&stage, &mut thief, JO).await;
    thief.open("/me/passkeys/new").await.is_at("/me/passkeys/new");
    let mut theirs = Authenticator::synced();
    let (options, origin) = options_of(&thief);
    let credential = theirs.make(&options, &origin);
    let mut waiting = thief.clone();
    let token = thief.hidden("csrf");
    stage.wait(61);
    let (mut jo, mut phone) = (stage.browser(), Authenticator::synced());
    sign_in(&stage, &mut jo, JO).await;
    make_passkey(&mut jo, &mut phone).await;
    // The browser's window that was open all the while, and whatever the thief opens or sends.
    send(&mut waiting, &credential, &[]).await;
    waiting.is_at("/portal/confirm").misses("Email me a link");
    let delete = format!("/me/passkeys/{}/delete", the_passkey(&stage).await);
    for path in ["/me/passkeys/new", delete.as_str(), "/me/privacy/passkey", "/me/email"] {
        thief.open(path).await.is_at("/portal/confirm").misses("Email me a link");
    }
    for (path, name, value) in [
        (delete.as_str(), "after", "mail-only"),
        ("/me/privacy/passkey", "do", "on"),
        ("/me/email", "email", "thief@example.com"),
    ] {
        thief.post(path, &[("csrf".into(), token.clone()), (name.into(), value.into())]).await;
        assert!(thief.answered["location"].to_str().unwrap().starts_with("/portal/confirm"), "{path}");
    }
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM passkey", args![]).await, 1);
    assert!(somebody(&stage, JO).await.passkey_lock_since.is_none());
    // Jo, who has just made it, goes on where she is: another one, and the lock, which ends the thief's session.
    let mut key = Authenticator::security_key();
    make_passkey(&mut jo, &mut key).await;
    jo.open("/me/privacy/passkey").await.is_at("/me/privacy/passkey");
    jo.submit_to("/me/privacy/passkey", &[("do", "on")]).await.sees("Your passkeys are your lock now");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM passkey", args![]).await, 2);
    stage.wait(5);
    thief.open("/me").await.is_at("/portal");
});

/// By mail to the lock, `more` ticked where the mail is asked for.
async fn to_the_lock(stage: &Stage, browser: &mut Browser, more: &[(&str, &str)]) {
    stage.wait(61);
    browser.open("/portal").await.submit_to("/portal", &[&[("email", JO)], more].concat()).await;
    stage.deliver().await;
    let link = link_of(&newest(stage, JO).await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/lock");
}

const WARNING: &str = "Somebody can sign in as you";

walk!(who_opens_the_lock_with_their_own_passkey_is_not_warned_of_it, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = jo_with_passkey(&stage, &mut phone).await;
    jo.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "on")]).await;
    let mut laptop = stage.browser();
    to_the_lock(&stage, &mut laptop, &[]).await;
    let mut wrong = Authenticator { spoil: Spoil::Signature, ..phone.clone() };
    show(&mut laptop, &mut wrong).await;
    laptop.sees("Choose one that you made for this practice").misses("another way below");
    show(&mut laptop, &mut phone).await;
    laptop.is_at("/me").misses(WARNING);
    laptop.open("/me/passkeys").await.misses("New to this browser");
    // On a device of others, in the session that the passkey let in; the next one there tells of it.
    let mut library = stage.browser().from("198.51.100.7");
    to_the_lock(&stage, &mut library, &[("shared", "1")]).await;
    show(&mut library, &mut phone).await;
    library.is_at("/me").misses(WARNING);
    // Whoever has made another one elsewhere is told of.
    let mut tablet = stage.browser();
    press(&mut tablet, &mut phone, &[]).await;
    let mut second = Authenticator::security_key();
    make_passkey(&mut tablet, &mut second).await;
    stage.wait(5);
    laptop.open("/me").await.sees(WARNING);
    library.open("/me").await.sees(WARNING);
    tablet.open("/me").await.misses(WARNING);
    // Shown as fresh proof, it is known too.
    stage.wait(6 * 60);
    laptop.open("/me/passkeys/new").await.is_at("/portal/confirm");
    show(&mut laptop, &mut second).await;
    laptop.is_at("/me/passkeys/new");
    laptop.open("/me").await.misses(WARNING);
});

walk!(one_made_on_a_device_of_others_is_known_in_the_session_that_made_it, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    let mut key = Authenticator::security_key();
    make_passkey(&mut jo, &mut key).await;
    jo.open("/me").await.misses(WARNING);
    // The browser is closed, and somebody opens it again.
    jo.close();
    stage.wait(61);
    sign_in(&stage, &mut jo, JO).await;
    jo.sees(WARNING);
});
