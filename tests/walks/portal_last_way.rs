//! The last way in stays, a first passphrase is typed once, and nobody is promised a link where mails have none.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::change;
use crate::support::portal::{JO, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const NO_MAIL: &str = "UPDATE person SET mail_form = 'none' WHERE email_key = $1 AND kind = 'client'";
const MAIL: &str = "UPDATE person SET mail_form = 'plain' WHERE email_key = $1 AND kind = 'client'";

async fn jo_is_in(stage: &Stage, practice: &'static str) -> Browser {
    stage.au().execute(practice, args![]).await.unwrap();
    stage.wait(61);
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    jo
}

walk!(a_password_that_is_the_last_way_in_stays, |stage| {
    let mut jo = jo_is_in(&stage, "UPDATE practice SET client_passwords = 1, pin_by = 'nobody'").await;
    jo.open("/me/portal-password").await;
    jo.submit_to("/me/portal-password", &[("password", "an orchard of lamps 44")]).await;
    change(&stage, JO, NO_MAIL).await;
    jo.open("/me/portal-password").await;
    let remove = [("csrf", jo.hidden("csrf")), ("do", "remove".to_owned())];
    let remove = remove.map(|(name, value)| (name.to_owned(), value));
    jo.post("/me/portal-password", &remove).await;
    assert_eq!(jo.status, 422);
    jo.sees("Nothing but this password would let you in");
    // Where mail lets them in, it goes.
    change(&stage, JO, MAIL).await;
    jo.post("/me/portal-password", &remove).await;
    assert_eq!(jo.answered["location"], "/me/portal-password?done=removed");
});

walk!(a_first_passphrase_is_not_typed_in_vain, |stage| {
    let mut jo = jo_is_in(&stage, "UPDATE practice SET discreet = 0").await;
    jo.open("/me/privacy").await.sees("Save the passphrase");
    stage.wait(5 * 60 + 1);
    jo.open("/me/privacy").await.misses("Save the passphrase");
    let begin = jo.link("Set a passphrase");
    jo.open(&begin).await.is_at("/portal/confirm");
});

walk!(where_mails_have_no_link_none_is_promised, |stage| {
    let mut jo = jo_is_in(&stage, "UPDATE practice SET discreet = 0").await;
    stage.au().execute("UPDATE practice SET discreet = 1", args![]).await.unwrap();
    stage.wait(61);
    jo.open("/me").await.sees("we email you a code").misses("email you a link");
    stage.wait(5 * 60 + 1);
    jo.open("/portal/confirm?then=/me/email").await.sees("We send a code to").misses("a link and a code");
    let mut stranger = stage.browser();
    stranger.open("/portal").await.sees("we email you a code").misses("email you a link");
    stranger.open("/portal/passkey/none").await.sees("with a code by email").misses("with a link");
});

// Two at once each see the other's way in: one of them has to look again.
walk!(two_last_ways_do_not_go_at_once, |stage| {
    relaxed(&stage).await;
    let mut jo = jo_is_in(&stage, "UPDATE practice SET client_passwords = 1, pin_by = 'nobody'").await;
    let mut sam = signed_in(&stage, SAM).await;
    let jos = somebody(&stage, JO).await;
    let path = format!("/practice/clients/{}/privacy", jos.id);
    let with = |more: &[(&str, &str)], csrf: String| {
        let mut all = vec![("csrf".to_owned(), csrf)];
        all.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        all
    };
    let off = with(&[("do", "mail"), ("mail", "none")], sam.open(&path).await.hidden("csrf"));
    let remove = with(&[("do", "remove")], jo.open("/me/portal-password").await.hidden("csrf"));
    for _ in 0..20 {
        change(
            &stage,
            JO,
            "UPDATE person SET password = 'x', password_set_at = 1, mail_form = 'plain' WHERE email_key = $1 AND kind = 'client'",
        )
        .await;
        let (mut one, mut other) = (jo.clone(), sam.clone());
        let (remove, off, path) = (remove.clone(), off.clone(), path.clone());
        let one = tokio::spawn(async move { one.post("/me/portal-password", &remove).await.status.as_u16() });
        let other = tokio::spawn(async move { other.post(&path, &off).await.status.as_u16() });
        let statuses = (one.await.unwrap(), other.await.unwrap());
        let now = somebody(&stage, JO).await;
        assert!(now.password.is_some() || now.mail_form != "none", "{statuses:?}");
    }
});
