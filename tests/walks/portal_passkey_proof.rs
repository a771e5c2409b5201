//! What a client shows before a passkey is made or deleted, and what is not enough.

use portico::args;
use portico::sign_in::step::Factor;

use crate::portal_passkeys::{jo_with_passkey, press, the_passkey};
use crate::support::authenticator::{Authenticator, make_passkey, options_of, send};
use crate::support::desk::{number, times};
use crate::support::portal::{JO, link_of, newest, sign_in};
use crate::support::ways::{let_in, somebody};
use crate::walk;

// Fresh proof (decisions.md): the mail for who has nothing else, the passkey for who has one. AC-057.
walk!(adding_one_takes_fresh_proof, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    stage.wait(6 * 60);
    jo.open("/me/passkeys/new").await.is_at("/portal/confirm").sees("j•••@example.com").misses("Use a passkey");
    jo.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me/passkeys/new");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session", args![]).await, 1, "the same session goes on");
    assert_eq!(times(&stage, "fresh-proof").await, 1);
    let mut phone = Authenticator::synced();
    make_passkey(&mut jo, &mut phone).await;
    // From now on the mailbox adds and deletes nothing: it takes the passkey.
    stage.wait(6 * 60);
    let mut thief = stage.browser().from("203.0.113.9");
    sign_in(&stage, &mut thief, JO).await;
    thief.is_at("/me");
    for path in ["/me/passkeys/new", "/me/privacy/passkey"] {
        thief.open(path).await.is_at("/portal/confirm").sees("or are they not yours? Your practice can help you");
        thief.misses("Email me a link");
    }
    thief.open("/me/passkeys").await;
    let delete = thief.link("Delete iCloud Keychain");
    thief.open(&delete).await.is_at("/portal/confirm");
    let form = [("csrf".to_owned(), thief.hidden("csrf")), ("then".to_owned(), delete.clone())];
    thief.post("/portal/confirm", &form).await;
    stage.wait(61);
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    thief.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/confirm");
    thief.post(&delete, &form[..1]).await;
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
    // Jo shows it and goes on.
    jo.open("/me/passkeys/new").await.is_at("/portal/confirm");
    let (options, origin) = options_of(&jo);
    let credential = phone.show(&options, &origin);
    send(&mut jo, &credential, &[]).await;
    jo.is_at("/me/passkeys/new").sees("You have already: iCloud Keychain");
});

// A mailbox proved a while ago is none.
walk!(an_old_mail_is_no_fresh_proof, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    stage.wait(6 * 60);
    jo.open("/me/passkeys/new").await.submit_to("/portal/confirm", &[]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me/passkeys/new");
    stage.wait(6 * 60);
    jo.open(&link).await.is_at("/portal/who");
    jo.submit_to("/portal/who", &[]).await.is_at("/portal/confirm");
});

// AC-085
walk!(a_pin_session_makes_no_passkey, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::Pin], false).await;
    jo.open("/me").await.sees("You signed in with a PIN").misses("Create a passkey");
    jo.open("/me/passkeys").await.sees("You signed in with a PIN").misses("Rename").misses("Delete iCloud");
    let token = jo.hidden("csrf");
    let id = the_passkey(&stage).await;
    let paths = [
        "/me/passkeys/new".to_owned(),
        "/me/passkeys/offer".to_owned(),
        "/me/privacy/passkey".to_owned(),
        format!("/me/passkeys/{id}/delete"),
        format!("/me/passkeys/{id}/name"),
    ];
    for path in &paths {
        jo.open(path).await;
        assert_eq!(jo.status, 403, "GET {path}");
        jo.post(path, &[("csrf".into(), token.clone()), ("name".into(), "x".into())]).await;
        assert_eq!(jo.status, 403, "POST {path}");
    }
    for path in ["/portal/confirm", "/portal/confirm/passkey", &format!("/me/passkeys/{id}/known")] {
        jo.post(path, &[("csrf".into(), token.clone())]).await;
        assert_eq!(jo.status, 403, "{path}");
    }
    // The honest twin: signed in by mail and passkey.
    let mut honest = stage.browser();
    press(&mut honest, &mut phone, &[]).await;
    honest.open("/me/passkeys/new").await.is_at("/me/passkeys/new");
});
