//! What is said on the way of a client and of whoever helps them: why something is asked for again, and what was not done.

use crate::people::{SAM, relaxed, signed_in};
use crate::support::desk::number;
use crate::support::portal::{JO, asked, code_of, newest, sign_in};
use crate::support::ways::somebody;
use crate::walk;
use portico::args;

const PASSPHRASE: &str = "tide over pebbles, softly";

walk!(a_mail_that_got_too_old_before_the_passphrase_is_called_that, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    for (minutes, leads_to) in [(6, "/portal/confirm"), (4, "/me/email")] {
        stage.wait(301);
        jo.open("/me/email").await.is_at("/portal/confirm").misses("more than five minutes ago");
        jo.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
        stage.deliver().await;
        let code = code_of(&newest(&stage, JO).await);
        jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/lock");
        stage.wait(minutes * 60);
        jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at(leads_to);
        if minutes == 6 {
            jo.sees("more than five minutes ago").sees("We send a link and a code");
            jo.open("/portal/lock").await.is_at("/portal/confirm");
        }
    }
});

walk!(a_passphrase_that_was_not_saved_is_called_that, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await;
    stage.wait(301);
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/portal/confirm");
    jo.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let code = code_of(&newest(&stage, JO).await);
    jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/me/privacy").sees("was not saved");
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
    jo.misses("was not saved");
});

walk!(whoever_issues_a_pin_is_not_told_that_they_change_their_log_in, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    stage.wait(301);
    sam.open(&format!("/practice/clients/{}/pin", somebody(&stage, JO).await.id)).await.is_at("/confirm");
    sam.misses("Before you change how you log in").sees("Before you go on with this");
    sam.submit(&[("password", SAM.1)]).await.sees("Issue a PIN");
    stage.wait(301);
    sam.open("/me/email").await.is_at("/confirm").sees("Before you change how you log in");
});

walk!(a_client_finds_the_exit_on_every_page_of_a_stop_link, |stage| {
    relaxed(&stage).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/not-me/nobody-made-this-link").await.sees("Exit quickly");
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/not-me/nobody-made-this-link").await.misses("Exit quickly");
});

walk!(the_same_client_is_added_once, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/clients/new").await;
    let fields =
        [("csrf", sam.hidden("csrf")), ("name", "Pat Reyes".to_owned()), ("email", "pat@example.com".to_owned())];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    let (mut one, mut two) = (sam.clone(), sam.clone());
    tokio::join!(one.post("/practice/clients/new", &fields), two.post("/practice/clients/new", &fields));
    assert_eq!((one.status, two.status), (303.try_into().unwrap(), 303.try_into().unwrap()));
    let pats = "SELECT COUNT(*) FROM person WHERE email_key = 'pat@example.com'";
    assert_eq!(number(&stage, pats, args![]).await, 1);
    stage.wait(61);
    sam.open("/practice/clients/new").await;
    sam.submit(&[("name", "pat reyes"), ("email", "Pat@Example.com")]).await.sees("is there already");
    assert_eq!(number(&stage, pats, args![]).await, 1);
    // A couple shares an address.
    sam.open("/practice/clients/new").await;
    sam.submit(&[("name", "Kim Reyes"), ("email", "pat@example.com")]).await.sees("The client can sign in now");
    assert_eq!(number(&stage, pats, args![]).await, 2);
});

walk!(what_happened_in_one_second_is_told_newest_first, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/me");
    sam.open(&format!("/practice/clients/{}", somebody(&stage, JO).await.id)).await;
    let text = sam.text();
    let (asked, typed) = (text.find("Asked for a sign-in email").unwrap(), text.find("Typed the code").unwrap());
    assert!(typed < asked, "{text}");
});
