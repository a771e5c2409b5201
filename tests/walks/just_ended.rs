//! A session that was ended a moment ago, at a node that still remembers it: nothing is written by it any more. Each act is walked by
//! whoever holds such a session, and by its honest twin.

use axum::Router;
use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{ALEX, SAM, id_of, relaxed};
use crate::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::JO;
use crate::support::stage::{Stage, link_in};
use crate::support::two_factor::{code, scan};
use crate::support::ways::{devices_of, give_app, let_in, log_in, sessions_of, somebody};
use crate::walk;

const SAMS: &[Factor] = &[Factor::Password];
const SAMS_WITH_APP: &[Factor] = &[Factor::Password, Factor::Totp];
const JOS: &[Factor] = &[Factor::EmailLink];

/// One form of somebody who is signed in: the page it is on, where it goes, and what is typed.
type Act = (String, String, Vec<(&'static str, &'static str)>);

fn act(page: &str, action: &str, fields: &[(&'static str, &'static str)]) -> Act {
    (page.to_owned(), action.to_owned(), fields.to_vec())
}

/// Everything that acts leave behind.
async fn traces(stage: &Stage) -> i64 {
    let mut all = 0;
    for sql in [
        "SELECT COUNT(*) FROM audit",
        "SELECT COUNT(*) FROM outbox",
        "SELECT COUNT(*) FROM mobile_code",
        "SELECT COUNT(*) FROM totp_setup",
    ] {
        all += number(stage, sql, vec![]).await;
    }
    all
}

/// Ends the newest session of somebody behind the back of every node.
async fn end_newest(stage: &Stage, who: &str) {
    let newest = sessions_of(stage, who).await.pop().unwrap();
    stage.au().execute("UPDATE session SET ended_at = 1 WHERE id = $1", args![newest]).await.unwrap();
}

/// Sends the page's form; one of several to the same address is told by its button.
async fn press(browser: &mut Browser, action: &str, fields: &[(&'static str, &'static str)]) {
    if fields.iter().all(|(name, _)| *name != "do") {
        browser.submit_to(action, fields).await;
        return;
    }
    let csrf = [("csrf".to_owned(), browser.hidden("csrf"))];
    let typed = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let all: Vec<_> = csrf.into_iter().chain(typed).collect();
    browser.post(action, &all).await;
    browser.follow().await;
}

/// Whoever has the session that was ended changes nothing by the form and is led to the door; the person themself does.
async fn walked(stage: &Stage, far: &Router, (who, proofs): (&str, &[Factor]), (page, action, fields): Act) {
    let mut thief = stage.browser();
    let_in(stage, &mut thief, who, proofs, false).await;
    thief.go_to_node(far.clone());
    thief.open(&page).await;
    assert_eq!(thief.status, 200, "{page}: {}", thief.text());
    end_newest(stage, who).await;
    let before = traces(stage).await;
    press(&mut thief, &action, &fields).await;
    assert_eq!(traces(stage).await, before, "{action} {fields:?}: {} {}", thief.path, thief.text());
    assert!(thief.path.starts_with("/sign-in"), "{action}: {} {}", thief.path, thief.text());

    // One mail a minute.
    stage.wait(61);
    let mut own = stage.browser();
    let_in(stage, &mut own, who, proofs, false).await;
    let before = traces(stage).await;
    own.open(&page).await;
    press(&mut own, &action, &fields).await;
    assert!(traces(stage).await > before, "{action} {fields:?} of their own: {} {}", own.path, own.text());
}

walk!(staff_change_nothing_of_their_own, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    for one in [
        act("/me/name", "/me/name", &[("name", "Samuel Okafor")]),
        act("/me", "/me/log-out-everywhere", &[]),
        act("/me/email", "/me/email", &[("email", "sam.new@example.com")]),
        act("/me/mobile", "/me/mobile", &[("mobile", "0491 570 156")]),
        act("/me/two-factor", "/me/two-factor", &[("do", "same")]),
        act("/me/password", "/me/password", &[("current", SAM.1), ("password", "marble window thunder 88")]),
    ] {
        walked(&stage, &far, (SAM.0, SAMS), one).await;
    }
    log_in(&mut stage.browser(), (SAM.0, "marble window thunder 88"), true).await;
    let device = devices_of(&stage, SAM.0).await.pop().unwrap();
    let (name, forget) = (format!("/me/devices/{device}"), format!("/me/devices/{device}/forget"));
    walked(&stage, &far, (SAM.0, SAMS), act(&name, &name, &[("name", "Desk")])).await;
    walked(&stage, &far, (SAM.0, SAMS), act("/me", &forget, &[])).await;
    give_app(&stage, SAM.0).await;
    walked(&stage, &far, (SAM.0, SAMS_WITH_APP), act("/me/backup-codes", "/me/backup-codes", &[])).await;
    walked(&stage, &far, (SAM.0, SAMS_WITH_APP), act("/me/two-factor/off", "/me/two-factor/off", &[])).await;
});

walk!(administrators_and_colleagues_change_nothing_of_others, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    let (sam, jo) = (id_of(&stage, SAM.0).await, somebody(&stage, JO).await.id);
    let people = |act: &str| format!("/practice/people/{sam}/{act}");
    let clients = |act: &str| format!("/practice/clients/{jo}/{act}");
    let new = [("name", "Pat Nowak"), ("email", "pat@example.com"), ("role", "practitioner")];
    for (page, fields) in [
        ("/practice/people/new".to_owned(), &new[..]),
        (people("change"), &[("role", "reception")]),
        (people("email"), &[("email", "sam.other@example.com")]),
        (people("end-sessions"), &[]),
        ("/practice/programs/new".to_owned(), &[("name", "Bookings"), ("app", "https://app.example.com/")]),
        (people("close"), &[]),
    ] {
        walked(&stage, &far, (ALEX.0, SAMS), (page.clone(), page, fields.to_vec())).await;
    }
    let client = [("name", "Kim Tran"), ("email", "kim@example.com"), ("role", "client")];
    let contact = [("name", "Lou Tran"), ("email", "lou@example.com"), ("relation", "carer")];
    for (page, action, fields) in [
        ("/practice/clients/new".to_owned(), "/practice/clients/new".to_owned(), &client[..]),
        (clients("phone"), clients("phone"), &[("phone", "0491 570 157")]),
        (clients("email"), clients("email"), &[("email", "jo.new@example.com"), ("do", "change")]),
        (clients("reference"), clients("reference"), &[("reference", "A-7")]),
        (clients("privacy"), clients("privacy"), &[("mail", "discreet"), ("do", "mail")]),
        (clients("contacts/new"), clients("contacts/new"), &contact[..]),
        (clients("act?do=off"), clients("act"), &[]),
    ] {
        walked(&stage, &far, (ALEX.0, SAMS), (page, action, fields.to_vec())).await;
    }
});

walk!(clients_change_nothing_of_their_own, |stage| {
    stage.au().execute("UPDATE practice SET client_passwords = 1", vec![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let far = stage.second_node().await;
    let password = "harbour kettle violet 31";
    for one in [
        act("/me/email", "/me/email", &[("email", "jo.new@example.com")]),
        act("/me", "/me/email/stop", &[]),
        act("/me/portal-password", "/me/portal-password", &[("password", password)]),
        act("/me/portal-password", "/me/portal-password", &[("do", "remove")]),
        act("/me/privacy", "/me/privacy/mail", &[("mail", "discreet")]),
    ] {
        walked(&stage, &far, (JO, JOS), one).await;
    }
    let mut own = stage.browser();
    let_in(&stage, &mut own, JO, JOS, false).await;
    make_passkey(&mut own, &mut Authenticator::synced()).await;
    let with_lock = &[Factor::EmailLink, Factor::Passkey];
    let on = act("/me/privacy/passkey", "/me/privacy/passkey", &[("do", "on")]);
    walked(&stage, &far, (JO, with_lock), on).await;
    let off = act("/me/privacy/passkey", "/me/privacy/passkey", &[("do", "off")]);
    walked(&stage, &far, (JO, with_lock), off).await;
    let lock = act("/me/privacy", "/me/privacy/lock", &[("passphrase", "tide over pebbles, softly")]);
    walked(&stage, &far, (JO, with_lock), lock).await;
});

/// A page on which a passkey is made, at the far node, with what the authenticator makes for it.
async fn about_to_make(stage: &Stage, far: &Router, who: &str, proofs: &[Factor]) -> (Browser, Authenticator, String) {
    let (mut thief, mut key) = (stage.browser(), Authenticator::synced());
    let_in(stage, &mut thief, who, proofs, false).await;
    thief.go_to_node(far.clone());
    thief.open("/me/passkeys/new").await.is_at("/me/passkeys/new");
    let (options, origin) = options_of(&thief);
    let made = key.make(&options, &origin);
    (thief, key, made)
}

walk!(whoever_was_just_logged_out_makes_no_passkey, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    for (who, proofs) in [(SAM.0, SAMS), (JO, JOS)] {
        let (mut thief, key, made) = about_to_make(&stage, &far, who, proofs).await;
        let mut own = stage.browser();
        let_in(&stage, &mut own, who, proofs, false).await;
        own.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await;
        send(&mut thief, &made, &[]).await;
        assert_eq!(somebody(&stage, who).await.passkeys, 0);
        thief.is_at("/sign-in").sees("wasn't kept");
        assert!(thief.html.contains(&key.passkeys[0].id), "the device may forget it");
    }
    let mut own = stage.browser();
    let_in(&stage, &mut own, SAM.0, SAMS, false).await;
    own.go_to_node(far);
    let mut phone = Authenticator::synced();
    make_passkey(&mut own, &mut phone).await;
    let mut again = stage.browser();
    log_in_by_passkey(&mut again, &mut phone, &[]).await;
    again.is_at("/me");
});

walk!(this_was_not_me_leaves_the_thief_no_passkey, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    let mut first = stage.browser();
    let_in(&stage, &mut first, SAM.0, SAMS, false).await;
    make_passkey(&mut first, &mut Authenticator::synced()).await;
    let mail = stage.messages(SAM.0).await.into_iter().find(|mail| mail.about == "passkey-added").unwrap();
    let with_key = &[Factor::Password, Factor::Passkey];
    let (mut thief, mut key, made) = about_to_make(&stage, &far, SAM.0, with_key).await;
    let link = link_in(&mail.text[mail.text.find("http://harbour-physio.au.localhost:8080/not-me/").unwrap()..]);
    stage.browser().open(&link).await.submit_to(&link, &[]).await;
    send(&mut thief, &made, &[]).await;
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 0);
    let mut alone = stage.browser();
    log_in_by_passkey(&mut alone, &mut key, &[]).await;
    alone.is_at("/sign-in/passkey");
    assert!(!alone.cookies.contains_key("__Host-session"));
});

// A passkey that arrives after a reset would end it, and let its maker in by it.
walk!(a_reset_is_not_undone_by_a_passkey_that_comes_late, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    let (mut thief, _, made) = about_to_make(&stage, &far, SAM.0, SAMS).await;
    end_newest(&stage, SAM.0).await;
    stage
        .au()
        .execute("UPDATE person SET re_enrol_since = $1 WHERE email_key = $2", args![stage.now(), SAM.0])
        .await
        .unwrap();
    send(&mut thief, &made, &[]).await;
    let sam = somebody(&stage, SAM.0).await;
    assert_eq!((sam.passkeys, sam.re_enrol_since), (0, Some(stage.now())));
});

// A client's stronger factor ends what the mailbox proved elsewhere, at every node.
walk!(what_is_fresh_no_more_makes_no_passkey, |stage| {
    let far = stage.second_node().await;
    let (mut partner, _, made) = about_to_make(&stage, &far, JO, JOS).await;
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, JOS, false).await;
    make_passkey(&mut jo, &mut Authenticator::synced()).await;
    send(&mut partner, &made, &[]).await;
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
    partner.is_at("/portal/confirm");
});

walk!(whoever_was_just_logged_out_sets_no_app_up, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    let mut thief = stage.browser();
    let_in(&stage, &mut thief, SAM.0, SAMS, false).await;
    thief.go_to_node(far.clone());
    let secret = scan(&mut thief, &stage, "/me/two-factor").await;
    end_newest(&stage, SAM.0).await;
    thief.submit(&[("code", &code(&stage, &secret))]).await.is_at("/sign-in");
    assert_eq!(somebody(&stage, SAM.0).await.totp_secret, None);

    let mut own = stage.browser();
    let_in(&stage, &mut own, SAM.0, SAMS, false).await;
    own.go_to_node(far);
    let secret = scan(&mut own, &stage, "/me/two-factor").await;
    own.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
});

// Within a sign-in, which "this wasn't me" ends as well.
walk!(a_sign_in_that_was_just_ended_sets_nothing_up, |stage| {
    let mut thief = stage.browser();
    log_in(&mut thief, ALEX, false).await;
    let secret = scan(&mut thief, &stage, "/sign-in/set-up").await;
    stage.meanwhile_write("act begins", "UPDATE attempt SET ended_at = 1", vec![]);
    thief.submit(&[("code", &code(&stage, &secret))]).await.is_at("/sign-in");
    assert_eq!(somebody(&stage, ALEX.0).await.totp_secret, None);

    let (mut thief, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut thief, ALEX, false).await;
    thief.open("/sign-in/set-up/passkey").await;
    let (options, origin) = options_of(&thief);
    let made = key.make(&options, &origin);
    stage.meanwhile_write("act begins", "UPDATE attempt SET ended_at = 1", vec![]);
    send(&mut thief, &made, &[]).await;
    thief.is_at("/sign-in").sees("wasn't kept");
    assert_eq!(somebody(&stage, ALEX.0).await.passkeys, 0);

    let mut own = stage.browser();
    log_in(&mut own, ALEX, false).await;
    let secret = scan(&mut own, &stage, "/sign-in/set-up").await;
    own.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
});

walk!(passkeys_are_neither_renamed_nor_deleted, |stage| {
    relaxed(&stage).await;
    let far = stage.second_node().await;
    let mut own = stage.browser();
    let_in(&stage, &mut own, SAM.0, SAMS, false).await;
    make_passkey(&mut own, &mut Authenticator::synced()).await;
    own.open("/me/passkeys").await;
    let (name, delete) = (own.link("Rename"), own.link("Delete"));
    let with_key = &[Factor::Password, Factor::Passkey];
    walked(&stage, &far, (SAM.0, with_key), act(&name, &name, &[("name", "Phone")])).await;
    walked(&stage, &far, (SAM.0, with_key), act(&delete, &delete, &[])).await;
});
