//! A client's email address changes (AC-071): by the practice, by the client, and not by whoever says on the phone that
//! they are the client.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number, times};
use crate::support::portal::{JO, add_client, ask, code_of, newest, sign_in, wrong_code};
use crate::support::stage::{Sent, Stage, link_in};
use crate::support::ways::{let_in, somebody};
use crate::walk;

const NEW: &str = "Jo.New@example.org";
const NEW_KEY: &str = "jo.new@example.org";

/// Sam at the desk, on the page of Jo's address; Jo has signed in before.
async fn at_the_desk(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    let id = somebody(stage, JO).await.id;
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&id]).await.unwrap();
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&format!("/practice/clients/{id}")).await;
    sam.open(&sam.link("Change the email address")).await.is_at(&format!("/practice/clients/{id}/email"));
    (sam, id)
}

async fn mail_about(stage: &Stage, to: &str, about: &str) -> Option<Sent> {
    mails(stage, to).await.into_iter().find(|mail| mail.about == about)
}

async fn address_of(stage: &Stage, id: &str) -> String {
    let row: Option<(String,)> =
        stage.au().optional("SELECT email FROM person WHERE id = $1", args![id]).await.unwrap();
    row.unwrap().0
}

async fn protect(stage: &Stage) {
    let sql = "UPDATE person SET passphrase = 'x', private_since = 1, mail_form = 'discreet' WHERE email_key = $1 AND kind = 'client'";
    stage.au().execute(sql, args![JO]).await.unwrap();
}

// AC-071, the honest twin.
walk!(the_practice_types_it_and_the_new_mailbox_confirms, |stage| {
    let (mut sam, id) = at_the_desk(&stage).await;
    let page = sam.path.clone();
    for wrong in ["jo at example", JO] {
        sam.open(&page).await.submit(&[("email", wrong), ("do", "change")]).await;
        assert_eq!((sam.status.as_u16(), sam.hidden("email").as_str()), (422, wrong), "what was typed stays");
    }
    sam.submit(&[("email", NEW), ("do", "change")]).await.sees("We have mailed a code to the new address");
    stage.deliver().await;
    let told = mail_about(&stage, JO, "client-email-asked").await.expect("the old address is told at once");
    assert!(told.text.contains("j•••@example.org") && !told.text.contains("/portal/address/"), "{}", told.text);
    let mail = mail_about(&stage, NEW, "address-link").await.expect("a mail to the new address");
    assert!(!mail.text.contains("Lindqvist"), "whoever reads a mistyped mailbox learns no name: {}", mail.text);
    let (link, code) = (link_in(&mail.text), code_of(&mail));

    // Until it is confirmed the old address works and the new one is nobody's.
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me").sees("Your email address is to change to Jo.New@example.org");
    ask(&mut stage.browser(), NEW).await;
    stage.deliver().await;
    assert!(mail_about(&stage, NEW, "portal-nobody").await.is_some());

    // Scanners open it and press the button.
    let mut scanner = stage.browser();
    for _ in 0..3 {
        scanner.open(&link).await.sees("Confirm your new email address").misses(NEW).sees("j•••@example.org");
        scanner.submit_to(&link, &[("code", "test")]).await;
        assert_eq!(scanner.status, 422);
    }
    assert_eq!(number(&stage, "SELECT tries FROM email_change", args![]).await, 0);
    assert_eq!(address_of(&stage, &id).await, JO);
    let mut phone = stage.browser();
    phone.open(&link).await.submit_to(&link, &[("code", &wrong_code(&code))]).await.sees("4 more tries are left");
    phone.submit_to(&link, &[("code", &code)]).await.sees("This address is confirmed");
    phone.open(&link).await.sees("This address is confirmed");
    assert_eq!(address_of(&stage, &id).await, NEW);
    stage.deliver().await;
    assert!(mail_about(&stage, NEW, "client-email-changed").await.is_some());
    assert!(mail_about(&stage, JO, "client-email-changed-old-address").await.is_some());

    // From now on the new one signs in, the old one is nobody's, and the practice reads what happened.
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, NEW).await;
    again.is_at("/me").sees("Jo Lindqvist").sees(NEW);
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    assert!(mail_about(&stage, JO, "portal-nobody").await.is_some());
    sam.open(&format!("/practice/clients/{id}"))
        .await
        .sees("Sam Okafor entered a new email address for Jo Lindqvist")
        .sees("The email address of Jo Lindqvist changed to the one that Sam Okafor entered")
        .sees("The email was handed over");
    assert_eq!((times(&stage, "client-email-asked").await, times(&stage, "client-email-changed").await), (1, 1));
});

walk!(the_client_reads_the_code_out, |stage| {
    let (mut sam, id) = at_the_desk(&stage).await;
    let page = sam.path.clone();
    sam.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let code = code_of(&mail_about(&stage, NEW, "address-link").await.unwrap());
    sam.open(&page).await.sees(NEW);
    sam.submit(&[("code", "12"), ("do", "code")]).await.sees("Type the six digits from the email");
    sam.submit(&[("code", &code), ("do", "code")]).await.sees("The address is changed");
    assert_eq!(address_of(&stage, &id).await, NEW);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE email_key = $1", args![NEW_KEY]).await, 1);
});

// AC-071: somebody who is not the client has the practice type another address.
walk!(an_attackers_address_waits_a_day_and_the_client_stops_it, |stage| {
    protect(&stage).await;
    let (mut sam, id) = at_the_desk(&stage).await;
    let page = sam.path.clone();
    sam.sees("the address changes a day later");
    sam.submit(&[("email", "thief@example.net"), ("do", "change")]).await;
    stage.deliver().await;
    assert!(mails(&stage, JO).await.is_empty(), "the mailbox of a private client hears nothing");
    let mail = mail_about(&stage, "thief@example.net", "discreet-code").await.expect("a code that names nobody");
    for word in ["Harbour", "harbour", "http", "Lindqvist", "practice", "portal"] {
        assert!(!mail.text.contains(word) && !mail.subject.contains(word), "{word}: {}", mail.text);
    }
    let code = code_of(&mail);
    sam.open(&page).await.submit(&[("code", &code), ("do", "code")]).await.sees("The address changes in a day");
    assert_eq!(address_of(&stage, &id).await, JO, "not before the day is over");
    stage.deliver().await;
    assert_eq!(address_of(&stage, &id).await, JO);
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open("/me").await.sees("thief@example.net").sees("If you don't want that, stop it now");
    jo.submit_to("/me/email/stop", &[]).await.sees("Stopped. Your address stays");
    stage.wait(2 * 86_400);
    stage.deliver().await;
    assert_eq!(address_of(&stage, &id).await, JO);
    assert_eq!((times(&stage, "client-email-stopped").await, times(&stage, "client-email-changed").await), (1, 0));
});

walk!(a_protected_clients_own_wish_is_done_after_the_day, |stage| {
    protect(&stage).await;
    let (mut sam, id) = at_the_desk(&stage).await;
    let page = sam.path.clone();
    sam.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let code = code_of(&mail_about(&stage, NEW, "discreet-code").await.unwrap());
    sam.open(&page).await.submit(&[("code", &code), ("do", "code")]).await;
    sam.open(&page).await.sees("The code is back").misses("Confirm with this code");
    stage.wait(86_399);
    stage.deliver().await;
    assert_eq!(address_of(&stage, &id).await, JO);
    stage.wait(2);
    stage.deliver().await;
    assert_eq!(address_of(&stage, &id).await, NEW);
    stage.deliver().await;
    assert!(mails(&stage, JO).await.is_empty());
    assert!(!mails(&stage, NEW).await.iter().any(|mail| mail.about.starts_with("client-email")), "no notice either");
});

// A slip of the finger that nobody has signed in with goes at once; nothing else does.
walk!(a_slip_is_corrected_at_once_and_nothing_else_is, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let slip = add_client(&stage, "Pat Reyes", "pat@exmaple.com").await;
    let page = format!("/practice/clients/{slip}/email");
    sam.open(&page).await.sees("it is corrected at once");
    sam.submit(&[("email", "pat@example.com"), ("do", "change")]).await.sees("The address is corrected");
    assert_eq!(address_of(&stage, &slip).await, "pat@example.com");
    stage.deliver().await;
    assert!(mails(&stage, "pat@exmaple.com").await.is_empty(), "whoever has the wrong mailbox learns nothing");
    let mut pat = stage.browser();
    sign_in(&stage, &mut pat, "pat@example.com").await;
    pat.is_at("/me");
    // Signed in with: one letter is a change like any other. Far away: too, whoever has signed in.
    let far = add_client(&stage, "Lee Far", "lee@example.com").await;
    let locked = add_client(&stage, "Kay Lock", "kay@example.com").await;
    stage.au().execute("UPDATE person SET passphrase = 'x' WHERE id = $1", args![&locked]).await.unwrap();
    for (id, email) in [(&slip, "pat@example.org"), (&far, "attacker@example.net"), (&locked, "key@example.com")] {
        let before = address_of(&stage, id).await;
        sam.open(&format!("/practice/clients/{id}/email")).await.submit(&[("email", email), ("do", "change")]).await;
        sam.sees("We have mailed a code");
        assert_eq!(address_of(&stage, id).await, before);
    }
    assert_eq!(times(&stage, "client-email-corrected").await, 1);
});

walk!(five_wrong_codes_end_it_and_two_presses_change_it_once, |stage| {
    let (mut sam, id) = at_the_desk(&stage).await;
    let page = sam.path.clone();
    sam.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let mail = mail_about(&stage, NEW, "address-link").await.unwrap();
    let (link, code) = (link_in(&mail.text), code_of(&mail));
    let mut stranger = stage.browser();
    for _ in 0..5 {
        stranger.open(&link).await.submit_to(&link, &[("code", &wrong_code(&code))]).await;
    }
    stranger.sees("five wrong tries");
    assert_eq!(stranger.status, 410);
    sam.open(&page).await.misses("Confirm with this code");
    assert_eq!(address_of(&stage, &id).await, JO);
    // A new one ends the old, and a hundred presses change it once.
    stage.wait(61);
    sam.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let mail = mail_about(&stage, NEW, "address-link").await.unwrap();
    let (newer, code) = (link_in(&mail.text), code_of(&mail));
    stranger.open(&link).await.sees("opens nothing any more");
    let mut phone = stage.browser();
    let csrf = phone.open(&newer).await.hidden("csrf");
    let presses = (0..30).map(|_| {
        let (mut browser, link) = (phone.clone(), newer.clone());
        let fields = [("csrf".to_owned(), csrf.clone()), ("code".to_owned(), code.clone())];
        tokio::spawn(async move { browser.post(&link, &fields).await.status.as_u16() })
    });
    for answer in futures_util::future::join_all(presses).await {
        assert!(matches!(answer.unwrap(), 200 | 503));
    }
    assert_eq!(address_of(&stage, &id).await, NEW);
    assert_eq!(times(&stage, "client-email-changed").await, 1);
    // At another practice the link is nobody's.
    let mut neighbour = stage.browser_at("thames-therapy.uk.localhost:8080");
    neighbour.open(&newer).await.sees("opens nothing any more");
    for nothing in ["/portal/address/x", "/portal/address/%00"] {
        stranger.open(nothing).await;
        assert!(stranger.status.is_client_error());
    }
});

walk!(jo_changes_it_and_types_the_code_signed_in, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me").await;
    jo.open("/me/email").await.sees("We mail a code to the new one");
    for wrong in ["jo", JO] {
        jo.submit_to("/me/email", &[("email", wrong)]).await;
        assert_eq!(jo.status, 422, "{wrong}");
    }
    jo.submit_to("/me/email", &[("email", NEW)]).await.is_at("/me/email/sent").sees(NEW);
    stage.deliver().await;
    let mail = mail_about(&stage, NEW, "address-code").await.unwrap();
    assert!(!mail.text.contains("http"), "the code is typed where Jo is signed in, and nowhere else");
    assert!(mail_about(&stage, JO, "client-email-asked").await.is_some());
    let code = code_of(&mail);
    jo.submit_to("/me/email/code", &[("code", &wrong_code(&code))]).await.sees("4 more tries");
    jo.submit_to("/me/email/code", &[("code", &code)])
        .await
        .is_at("/me")
        .sees("Your email address is changed")
        .sees(NEW);
    // Signed in a while ago: Jo is asked anew.
    let csrf = jo.open("/me/email").await.hidden("csrf");
    stage.wait(301);
    jo.open("/me/email").await.is_at("/portal/confirm");
    jo.post("/me/email", &[("csrf".into(), csrf), ("email".into(), "x@example.org".into())]).await;
    assert_eq!(jo.answered["location"], "/portal/confirm?then=%2Fme%2Femail");
    assert!(mails(&stage, "x@example.org").await.is_empty());
});

// A slip is corrected within the minute: the client reads when, and what they typed stays.
walk!(a_second_new_address_within_the_minute_says_when, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/email").await.submit_to("/me/email", &[("email", "jo@exmaple.org")]).await.sees("jo@exmaple.org");
    stage.wait(20);
    jo.open("/me/email").await.submit_to("/me/email", &[("email", NEW)]).await;
    jo.sees("You asked for such a mail a moment ago").sees("from today at 5:01 pm AEDT on").misses("exmaple");
    assert_eq!((jo.status.as_u16(), jo.hidden("email").as_str()), (429, NEW));
    assert_eq!(jo.answered["retry-after"], "40");
    // Nor is it a way to use up the new mailbox's mails.
    stage.wait(40);
    jo.submit_to("/me/email", &[("email", NEW)]).await.is_at("/me/email/sent").sees(NEW);
    stage.deliver().await;
    let code = code_of(&mail_about(&stage, NEW, "address-code").await.unwrap());
    jo.submit_to("/me/email/code", &[("code", &code)]).await.is_at("/me").sees(NEW);
});

// AC-085
walk!(a_pin_session_changes_no_address, |stage| {
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::Pin], false).await;
    let csrf = jo.open("/me").await.hidden("csrf");
    for path in ["/me/email", "/me/email/sent"] {
        jo.open(path).await;
        assert_eq!(jo.status, 403, "{path}");
    }
    for path in ["/me/email", "/me/email/code"] {
        jo.post(path, &[("csrf".into(), csrf.clone()), ("email".into(), NEW.into()), ("code".into(), "123456".into())])
            .await;
        assert_eq!(jo.status, 403, "{path}");
    }
    assert!(mails(&stage, NEW).await.is_empty());
});

walk!(a_private_clients_own_change_names_nobody_and_waits_for_nothing, |stage| {
    protect(&stage).await;
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open("/me/email").await.submit_to("/me/email", &[("email", NEW)]).await;
    stage.deliver().await;
    let mail = mail_about(&stage, NEW, "discreet-code").await.unwrap();
    assert!(!mail.text.contains("Harbour") && !mail.html.contains("Harbour"), "{}", mail.text);
    jo.submit_to("/me/email/code", &[("code", &code_of(&mail))]).await.is_at("/me").sees(NEW);
    stage.deliver().await;
    assert!(mails(&stage, JO).await.is_empty());
    assert_eq!(mails(&stage, NEW).await.len(), 1, "the code and nothing else");
});

walk!(a_confirmed_address_is_no_longer_marked_as_coming_back, |stage| {
    let (mut sam, id) = at_the_desk(&stage).await;
    let page = sam.path.clone();
    stage.au().execute("UPDATE person SET bounced_at = 1 WHERE id = $1", args![&id]).await.unwrap();
    sam.open("/practice/clients").await.sees("Mail comes back");
    sam.open(&page).await.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let code = code_of(&mail_about(&stage, NEW, "address-link").await.unwrap());
    sam.open(&format!("/practice/clients/{id}")).await.sees("Mail comes back").sees("The code is not back yet");
    sam.open(&page).await.submit(&[("code", &code), ("do", "code")]).await.misses("Mail comes back");
    // So does a sign-in by mail: what was read there arrives there.
    stage.au().execute("UPDATE person SET bounced_at = 1 WHERE id = $1", args![&id]).await.unwrap();
    sign_in(&stage, &mut stage.browser(), NEW).await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE bounced_at IS NOT NULL", args![]).await, 0);
    assert_eq!(newest(&stage, NEW).await.to, NEW);
});
