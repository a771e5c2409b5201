//! A mailbox that is not private (C8, C9): the partner reads every mail. "I'm trying to determine how this is actually
//! safer for a client in a situation where the abuser is in their email already."

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, ask, code_of, link_of, newest, sign_in};
use crate::support::stage::{Sent, Stage};
use crate::support::ways::{let_in, somebody};
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";
const SAFE_WORD: &str = "Blue  Heron";

/// Jo sets a passphrase of their own.
async fn lock_set(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    jo.open("/me").await;
    jo.open(&jo.link("Privacy")).await;
    jo.is_at("/me/privacy");
    jo.submit_to("/me/privacy/lock", &[("passphrase", "short")]).await;
    jo.sees("Use at least 12 characters");
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
    stage.wait(61);
    jo
}

/// Sam sets private sign-in up with Jo in the room.
async fn private(stage: &Stage) -> Browser {
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    let id = somebody(stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}/privacy")).await;
    sam.submit(&[("passphrase", PASSPHRASE), ("safe_word", "abc"), ("do", "private-on")])
        .await
        .sees("at least four letters");
    sam.submit(&[("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")])
        .await
        .sees("Private sign-in is on");
    sam
}

async fn mails(stage: &Stage) -> Vec<Sent> {
    stage.messages(JO).await.into_iter().filter(|sent| sent.kind == "mail").collect()
}

// AC-073
walk!(whoever_reads_the_mailbox_stands_before_the_lock, |stage| {
    let mut jo = lock_set(&stage).await;
    let mut partner = stage.browser();
    sign_in(&stage, &mut partner, JO).await;
    partner.is_at("/portal/lock").sees("passphrase that only you know").misses("Jo").misses("Lindqvist");
    assert!(!partner.cookies.contains_key("__Host-session"));
    for _ in 0..3 {
        partner
            .submit_to("/portal/lock", &[("passphrase", "guess guess guess")])
            .await
            .sees("That isn't the passphrase");
    }
    partner.sees("nothing in your mailbox can replace it");
    for path in ["/me", "/me/privacy", "/portal/who"] {
        partner.open(path).await;
        assert!(!partner.text().contains("Lindqvist"), "{path}");
    }
    // Jo, with the same mail and the passphrase, gets in; and their session in the other browser was never touched.
    jo.open("/me").await.is_at("/me");
    stage.wait(61);
    let mut phone = stage.browser();
    sign_in(&stage, &mut phone, JO).await;
    phone.is_at("/portal/lock");
    phone.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me").sees("Jo Lindqvist");
    // Nothing in the mailbox tells of the lock.
    stage.deliver().await;
    for mail in mails(&stage).await {
        let text = format!("{} {} {}", mail.subject, mail.text, mail.html);
        // The link's secret is any letters.
        let secret = mail.text.split_once("/link/").and_then(|(_, rest)| rest.split_whitespace().next());
        let text = text.replace(secret.unwrap_or("/link/"), "").to_lowercase();
        for word in ["passphrase", "lock", "private", "privacy", "safe word"] {
            assert!(!text.contains(word), "{word}: {}", mail.text);
        }
    }
    assert_eq!(times(&stage, "lock-set").await, 1);
});

walk!(a_pin_does_not_open_the_lock_either, |stage| {
    lock_set(&stage).await;
    let id = somebody(&stage, JO).await.id;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut partner = stage.browser().from("203.0.113.9");
    ask(&mut partner, JO).await;
    partner.open(&partner.link("I can't get the email")).await;
    let request = crate::support::portal::number_on(&partner);
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await;
    let pin = crate::support::portal::number_on(&sam);
    partner.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/portal/lock");
});

// AC-085: a session that began with a PIN changes nothing that decides who gets in.
walk!(a_pin_session_cannot_touch_the_lock, |stage| {
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::Pin], false).await;
    jo.open("/me/privacy").await.sees("You signed in with a PIN");
    let token = jo.hidden("csrf");
    for path in ["/me/privacy/lock", "/me/privacy/mail"] {
        jo.post(
            path,
            &[
                ("csrf".into(), token.clone()),
                ("passphrase".into(), PASSPHRASE.into()),
                ("mail".into(), "discreet".into()),
            ],
        )
        .await;
        assert_eq!(jo.status, 403, "{path}");
    }
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE passphrase IS NOT NULL", args![]).await, 0);
});

walk!(a_new_lock_ends_every_other_session, |stage| {
    let mut partner = stage.browser();
    sign_in(&stage, &mut partner, JO).await;
    stage.wait(61);
    let mut jo = lock_set(&stage).await;
    stage.wait(5);
    partner.open("/me").await.is_at("/portal");
    jo.open("/me/privacy").await;
    jo.submit_to("/me/privacy/lock", &[("current", "wrong wrong wrong"), ("passphrase", "another tide of pebbles")])
        .await
        .sees("That isn't the passphrase");
    jo.submit_to("/me/privacy/lock", &[("current", PASSPHRASE), ("do", "remove")]).await.sees("Your lock is removed");
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
});

// C8, C9: the mail has a code and nothing else.
walk!(private_sign_in_sends_mail_that_names_nobody, |stage| {
    private(&stage).await;
    let before = mails(&stage).await.len();
    assert_eq!(before, 0, "setting it up mails nothing");
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let mail = mails(&stage).await.remove(0);
    assert_eq!((mail.about.as_str(), mail.subject.as_str()), ("portal-code", "Your code"));
    for word in ["Harbour", "Physio", "harbour", "Lindqvist", "http", "practice", "portal"] {
        assert!(!mail.text.contains(word) && !mail.subject.contains(word), "{word}: {}", mail.text);
        assert!(!mail.html.replace("http-equiv", "").contains(word), "{word}: {}", mail.html);
    }
    let kept = stage.server.kept::<portico::notices::carriers::Carriers>().unwrap().mailbox().unwrap();
    let from = kept.list(JO).remove(0).from;
    assert!(!from.contains("Harbour"), "{from}");
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/lock");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me").sees("Jo Lindqvist");
    jo.open("/me/privacy").await.sees("because private sign-in is on").misses("With the practice's name and a link");
});

walk!(mail_alone_never_opens_a_private_portal_without_a_lock, |stage| {
    private(&stage).await;
    stage.au().execute("UPDATE person SET passphrase = NULL", args![]).await.unwrap();
    let mut partner = stage.browser();
    ask(&mut partner, JO).await;
    stage.deliver().await;
    let code = code_of(&mails(&stage).await.remove(0));
    partner
        .submit_to("/portal/code", &[("code", &code)])
        .await
        .is_at("/portal/ask-practice")
        .sees("An email alone doesn't open this portal");
    assert!(!partner.cookies.contains_key("__Host-session"));
});

walk!(a_client_may_have_no_mail_at_all, |stage| {
    let mut sam = private(&stage).await;
    let id = somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}/privacy"))
        .await
        .submit(&[("mail", "none"), ("do", "mail")])
        .await
        .sees("Saved");
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    jo.sees("Look in your mailbox");
    stage.deliver().await;
    assert!(mails(&stage).await.is_empty());
    sam.open("/practice/stuck").await.sees("This client gets no mail");
    jo.submit_to("/portal/code", &[("code", "123456")]).await.sees("4 more tries");
});

// The recovery: only through the practice, with the safe word and a day that the client can stop.
walk!(a_forgotten_passphrase_takes_the_safe_word_and_a_day, |stage| {
    let mut sam = private(&stage).await;
    let id = somebody(&stage, JO).await.id;
    let page = format!("/practice/clients/{id}/privacy");
    sam.open(&page)
        .await
        .submit(&[("safe_word", "grey heron"), ("do", "lock-off")])
        .await
        .sees("That isn't the safe word");
    sam.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("In a day you can take the lock off");
    sam.misses("Take the lock off now");
    // Jo, signed in elsewhere, sees it and stops it.
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open("/me").await.sees("Your practice was asked to take off your lock");
    jo.open("/me/privacy").await.submit_to("/me/privacy/cancel", &[]).await.sees("Stopped. Your lock stays");
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.misses("Take the lock off now");
    sam.submit(&[("safe_word", "BLUE HERON"), ("do", "lock-off")]).await;
    let form = [("csrf".to_owned(), sam.hidden("csrf")), ("do".to_owned(), "lock-off-now".to_owned())];
    sam.post(&page, &form).await;
    assert_eq!(sam.status, 422, "not before the day is over");
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.submit(&[("do", "lock-off-now")]).await.sees("The lock is off");
    assert_eq!(times(&stage, "lock-removed-by-practice").await, 1);
    stage.deliver().await;
    assert!(mails(&stage).await.is_empty(), "and the mailbox never heard of it");
});

walk!(a_locked_session_opens_with_the_passphrase, |stage| {
    let mut jo = lock_set(&stage).await;
    stage.wait(1801);
    jo.open("/me").await.is_at("/portal/locked").sees("open it with your passphrase").misses("Email me a link");
    jo.submit_to("/portal/locked", &[("do", "lock")]).await.is_at("/portal/lock");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    assert_eq!(times(&stage, "unlocked").await, 1);
});

walk!(a_discreet_practice_names_itself_in_no_mail, |stage| {
    stage.au().execute("UPDATE practice SET discreet = 1", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let mail = mails(&stage).await.remove(0);
    assert_eq!(mail.about, "portal-code");
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/me");
});

walk!(in_a_couple_the_lock_is_one_persons_own, |stage| {
    let robin = add_client(&stage, "Robin Lindqvist", JO).await;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let jo_id = somebody_named(&stage, "Jo Lindqvist").await;
    sam.open(&format!("/practice/clients/{jo_id}/privacy")).await;
    sam.submit(&[("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")]).await;
    let mut browser = stage.browser();
    ask(&mut browser, JO).await;
    stage.deliver().await;
    // Robin is not private: the mail is the usual one, and says nothing of Jo.
    let link = link_of(&newest(&stage, JO).await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who").sees("J. L.").sees("R. L.");
    browser.submit(&[("person", &jo_id)]).await.is_at("/portal/lock");
    browser.open(&link).await.submit(&[("person", &robin)]).await.is_at("/me").sees("Robin Lindqvist");
});

// What took no mail is told to no mailbox: it would say when she signs in, where, and that a mail is not all it takes.
walk!(a_sign_in_that_took_no_mail_stays_inside, |stage| {
    let mut jo = lock_set(&stage).await;
    let before = mails(&stage).await.len();
    let mut phone = stage.browser().from("198.51.100.7");
    let_in(&stage, &mut phone, JO, &[Factor::Pin, Factor::Passphrase], false).await;
    stage.deliver().await;
    assert_eq!(mails(&stage).await.len(), before);
    assert_eq!(times(&stage, "signed-in-new-browser").await, 1);
    jo.open("/me/privacy").await.sees("Jo Lindqvist signed in from a new browser");
    // A client without a lock is told as ever, in words of what clients have.
    let robin = "robin@example.com";
    add_client(&stage, "Robin Lindqvist", robin).await;
    sign_in(&stage, &mut stage.browser(), robin).await;
    let_in(&stage, &mut stage.browser().from("198.51.100.7"), robin, &[Factor::Pin], false).await;
    stage.deliver().await;
    let told = stage.messages(robin).await.remove(0);
    assert_eq!(told.subject, "New sign-in to Harbour Physio");
    assert!(told.text.contains("/not-me/") && !told.text.contains("by mail"), "{}", told.text);
});

walk!(this_was_not_me_is_told_inside_a_lock_alone, |stage| {
    let robin = "robin@example.com";
    add_client(&stage, "Robin Lindqvist", robin).await;
    let mut links = vec![];
    for email in [JO, robin] {
        sign_in(&stage, &mut stage.browser(), email).await;
        let_in(&stage, &mut stage.browser().from("198.51.100.7"), email, &[Factor::Pin], false).await;
        stage.deliver().await;
        links.push(crate::support::stage::link_in(&stage.messages(email).await.remove(0).text));
    }
    stage.wait(61);
    lock_set(&stage).await;
    let before = mails(&stage).await.len();
    let mut partner = stage.browser().from("203.0.113.9");
    for link in links {
        partner.open(&link).await.submit_to(&link, &[]).await.sees("signed out everywhere");
    }
    stage.deliver().await;
    assert_eq!(mails(&stage).await.len(), before, "Jo's mailbox hears nothing more");
    let told = stage.messages(robin).await.remove(0);
    assert_eq!(told.subject, "You are signed out everywhere at Harbour Physio");
    assert!(told.text.contains("/portal") && !told.text.contains("/sign-in"), "{}", told.text);
    let alex = stage.messages("alex@example.com").await;
    let alarms: Vec<_> = alex.iter().filter(|sent| sent.subject.ends_with("says: this wasn't me")).collect();
    assert_eq!(alarms.len(), 2);
    assert!(alarms.iter().all(|sent| sent.text.contains("/practice/clients")), "{}", alarms[0].text);
});

// AC-074: an address that was mistyped, or is shared, or of a client whose access is off.
walk!(a_stranger_learns_no_name_where_mails_are_discreet, |stage| {
    let plain = async |email: &str| {
        ask(&mut stage.browser(), email).await;
        stage.deliver().await;
        let told = stage.messages(email).await.into_iter().find(|sent| sent.about.starts_with("portal-nobody"));
        let kept = stage.server.kept::<portico::notices::carriers::Carriers>().unwrap().mailbox().unwrap();
        let from = kept.list(email).first().map(|kept| kept.from.clone()).unwrap_or_default();
        told.map(|told| format!("{from} {} {} {}", told.subject, told.text, told.html))
    };
    let names = |mail: &str| {
        ["Harbour", "Physio", "harbour", "practice", "client", "+61"].iter().any(|word| mail.contains(word))
    };
    // A practice that names itself goes on doing so.
    assert!(names(&plain("nobody@example.com").await.unwrap()));
    for (email, form, private) in [("off@example.com", "discreet", false), ("gone@example.com", "plain", true)] {
        let id = add_client(&stage, "Robin Lindqvist", email).await;
        let sql = "UPDATE person SET closed_at = 1, mail_form = $2, private_since = $3 WHERE id = $1";
        stage.au().execute(sql, args![&id, form, private.then_some(1_i64)]).await.unwrap();
        let mail = plain(email).await.unwrap();
        assert!(!names(&mail) && mail.contains("Nobody can sign in with this address there"), "{mail}");
    }
    let id = add_client(&stage, "Robin Lindqvist", "none@example.com").await;
    stage.au().execute("UPDATE person SET closed_at = 1, mail_form = 'none' WHERE id = $1", args![&id]).await.unwrap();
    assert_eq!(plain("none@example.com").await, None);
    let id = add_client(&stage, "Robin Lindqvist", "left@example.com").await;
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE id = $1", args![&id]).await.unwrap();
    assert!(names(&plain("left@example.com").await.unwrap()));
    stage.au().execute("UPDATE practice SET discreet = 1", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let mail = plain("mistyped@example.com").await.unwrap();
    assert!(!names(&mail), "{mail}");
});

async fn somebody_named(stage: &Stage, name: &str) -> String {
    let row: Option<(String,)> =
        stage.au().optional("SELECT id FROM person WHERE name = $1 AND kind = 'client'", args![name]).await.unwrap();
    row.unwrap().0
}
