//! Buttons of a client's lock, password, mail and address that are pressed twice: the second press finds done what it asks for,
//! says so, and writes nothing.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_passwords::keep_passwords;
use crate::support::browser::Browser;
use crate::support::desk::{mails, times};
use crate::support::portal::{JO, code_of, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::{let_in, somebody};
use crate::walk;

const NEW: &str = "jo.new@example.org";
const PASSPHRASE: &str = "tide over pebbles, softly";
const OTHER: &str = "another tide of pebbles";
const PASSWORD: &str = "seven herons wade at dusk";
const SAFE_WORD: &str = "Blue Heron";
const LOCK: &str = "/me/privacy/lock";

/// Presses a button twice: the second press comes from the page as it was before the first. Answers where the second leads.
async fn twice(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    press(browser, path, fields, 2).await
}

async fn press(browser: &mut Browser, path: &str, fields: &[(&str, &str)], times: usize) -> String {
    let mut form: Vec<(String, String)> =
        fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    form.push(("csrf".into(), browser.hidden("csrf")));
    for _ in 0..times {
        browser.post(path, &form).await;
    }
    let leads = browser.answered.get("location").map(|to| to.to_str().unwrap().to_owned());
    browser.follow().await;
    leads.unwrap_or_else(|| format!("{} {}", browser.status, browser.text()))
}

/// Jo's page at the practice, with Sam at the desk.
async fn at_the_desk(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    let id = somebody(stage, JO).await.id;
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&id]).await.unwrap();
    (signed_in(stage, SAM).await, format!("/practice/clients/{id}"))
}

/// The code in the newest mail to Jo's new address.
async fn code(stage: &Stage) -> String {
    stage.deliver().await;
    code_of(&mails(stage, NEW).await.remove(0))
}

walk!(private_sign_in_is_turned_on_once, |stage| {
    let (mut sam, jo) = at_the_desk(&stage).await;
    let page = format!("{jo}/privacy");
    sam.open(&page).await;
    let before = sam.clone();
    let on = [("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")];
    let leads = twice(&mut sam, &page, &on).await;
    assert_eq!(leads, format!("{page}?done=private-on"));
    sam.sees("Private sign-in is on.");
    assert_eq!(times(&stage, "private-on").await, 1);
    // Another passphrase is none that was set, nor is another safe word; later a lock stays a lock, whatever is typed.
    for fields in [[("passphrase", OTHER), on[1], on[2]], [on[0], ("safe_word", "Grey Heron"), on[2]]] {
        press(&mut before.clone(), &page, &fields, 1).await;
        assert!(press(&mut before.clone(), &page, &fields, 1).await.contains("This client has a lock already"));
    }
    stage.wait(120);
    assert!(press(&mut before.clone(), &page, &on, 1).await.contains("This client has a lock already"));
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open("/me/privacy").await;
    press(&mut jo, LOCK, &[("current", PASSPHRASE), ("passphrase", OTHER)], 1).await;
    jo.sees("Your lock is set");
    assert_eq!(times(&stage, "private-on").await, 1);
});

walk!(two_presses_at_once_turn_private_sign_in_on, |stage| {
    let (mut sam, jo) = at_the_desk(&stage).await;
    let page = format!("{jo}/privacy");
    let csrf = sam.open(&page).await.hidden("csrf");
    let fields = [("csrf", csrf.as_str()), ("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let presses = (0..2).map(|_| {
        let (mut browser, page, fields) = (sam.clone(), page.clone(), fields.clone());
        tokio::spawn(async move { browser.post(&page, &fields).await.status.as_u16() })
    });
    for answer in futures_util::future::join_all(presses).await {
        assert_eq!(answer.unwrap(), 303);
    }
    assert_eq!(times(&stage, "private-on").await, 1);
});

walk!(a_passphrase_is_saved_once, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await;
    assert_eq!(twice(&mut jo, LOCK, &[("passphrase", PASSPHRASE)]).await, "/me/privacy?done=lock-set");
    assert_eq!(times(&stage, "lock-set").await, 1);
    // So is a new one in place of the old.
    let leads = twice(&mut jo, LOCK, &[("current", PASSPHRASE), ("passphrase", OTHER)]).await;
    assert_eq!((leads.as_str(), times(&stage, "lock-set").await), ("/me/privacy?done=lock-set", 2));
    // What is no second press needs the passphrase of now, and a while later everything does.
    assert!(
        press(&mut jo, LOCK, &[("passphrase", "a third tide of pebbles")], 1)
            .await
            .contains("That isn't the passphrase")
    );
    assert!(press(&mut jo, LOCK, &[("do", "remove")], 1).await.contains("That isn't the passphrase"));
    stage.wait(120);
    assert!(press(&mut jo, LOCK, &[("passphrase", OTHER)], 1).await.contains("That isn't the passphrase"));
    assert_eq!((times(&stage, "lock-set").await, times(&stage, "lock-removed").await), (2, 0));
});

walk!(a_lock_is_removed_once_fresh_or_not, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    for (wait, removed) in [(0, 1), (400, 2)] {
        jo.open("/me/privacy").await.submit_to(LOCK, &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
        stage.wait(wait);
        jo.open("/me/privacy").await;
        let leads = twice(&mut jo, LOCK, &[("current", PASSPHRASE), ("do", "remove")]).await;
        assert_eq!((leads.as_str(), times(&stage, "lock-removed").await), ("/me/privacy?done=lock-removed", removed));
    }
    // Setting one still takes the proof.
    assert!(press(&mut jo, LOCK, &[("passphrase", PASSPHRASE)], 1).await.starts_with("/portal/confirm"));
});

walk!(the_form_of_mail_is_chosen_once, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/privacy").await;
    for (form, changed) in [("discreet", 1), ("plain", 2)] {
        let leads = twice(&mut jo, "/me/privacy/mail", &[("mail", form)]).await;
        assert_eq!((leads.as_str(), times(&stage, "mail-form-changed").await), ("/me/privacy?done=mail", changed));
    }
});

walk!(a_lock_is_taken_off_once, |stage| {
    let (mut sam, jo) = at_the_desk(&stage).await;
    let page = format!("{jo}/privacy");
    sam.open(&page).await.submit(&[("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")]).await;
    sam.open(&page).await.submit(&[("safe_word", SAFE_WORD), ("do", "lock-off")]).await;
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await;
    let leads = twice(&mut sam, &page, &[("do", "lock-off-now")]).await;
    assert_eq!(leads, format!("{page}?done=lock-off-now"));
    assert_eq!(times(&stage, "lock-removed-by-practice").await, 1);
    // There is none any more that would stay.
    press(&mut sam, &page, &[("safe_word", SAFE_WORD), ("do", "private-off")], 1).await;
    sam.sees("Private sign-in is off").misses("The lock stays").sees("has no lock of their own");
});

walk!(a_lock_that_is_there_stays_when_private_sign_in_goes, |stage| {
    let (mut sam, jo) = at_the_desk(&stage).await;
    let page = format!("{jo}/privacy");
    sam.open(&page).await.submit(&[("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")]).await;
    press(&mut sam, &page, &[("safe_word", SAFE_WORD), ("do", "private-off")], 1).await;
    sam.sees("The lock stays until the client removes it");
    // Nobody asked for it, so it is not taken off.
    assert!(press(&mut sam, &page, &[("do", "lock-off-now")], 1).await.starts_with("422"));
});

walk!(a_portal_password_is_set_once, |stage| {
    keep_passwords(&stage, true).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/portal-password").await;
    let leads = twice(&mut jo, "/me/portal-password", &[("password", PASSWORD)]).await;
    assert_eq!((leads.as_str(), times(&stage, "portal-password-set").await), ("/me/portal-password?done=set", 1));
    stage.wait(120);
    jo.open("/me/portal-password").await.submit(&[("password", PASSWORD)]).await;
    jo.sees("This is your password already");
});

walk!(a_clients_own_new_address_is_asked_and_confirmed_once, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/email").await;
    assert_eq!(twice(&mut jo, "/me/email", &[("email", NEW)]).await, "/me/email/sent");
    assert_eq!(times(&stage, "client-email-asked").await, 1);
    let code = code(&stage).await;
    assert_eq!(mails(&stage, NEW).await.len(), 1);
    assert_eq!(twice(&mut jo, "/me/email/code", &[("code", &code)]).await, "/me?done=email-changed");
    jo.sees("Your email address is changed").sees(NEW);
    assert_eq!(times(&stage, "client-email-changed").await, 1);
});

// Asked for again a while later, a mail comes, as the page says.
walk!(a_mail_that_did_not_come_is_asked_for_again, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/email").await.submit_to("/me/email", &[("email", NEW)]).await.is_at("/me/email/sent");
    stage.wait(61);
    jo.open("/me/email").await.submit_to("/me/email", &[("email", NEW)]).await.is_at("/me/email/sent");
    assert_eq!(times(&stage, "client-email-asked").await, 2);
    stage.wait(20);
    jo.submit_to("/me/email/stop", &[]).await;
    jo.open("/me/email").await.submit_to("/me/email", &[("email", NEW)]).await.sees("You asked for such a mail");
    // Nothing was confirmed: a code leads to the form.
    assert_eq!(press(&mut jo, "/me/email/code", &[("code", "123456")], 1).await, "/me/email");
});

walk!(an_address_that_the_practice_entered_is_asked_and_confirmed_once, |stage| {
    let (mut sam, jo) = at_the_desk(&stage).await;
    let page = format!("{jo}/email");
    sam.open(&page).await;
    let leads = twice(&mut sam, &page, &[("email", NEW), ("do", "change")]).await;
    assert_eq!((leads, times(&stage, "client-email-asked").await), (format!("{jo}?done=email-asked"), 1));
    let code = code(&stage).await;
    assert_eq!(mails(&stage, NEW).await.len(), 1);
    let leads = twice(&mut sam, &page, &[("code", &code), ("do", "code")]).await;
    assert_eq!(leads, format!("{jo}?done=email-changed"));
    assert_eq!(times(&stage, "client-email-changed").await, 1);
});

walk!(an_address_that_waits_its_day_is_confirmed_once, |stage| {
    let (mut sam, jo) = at_the_desk(&stage).await;
    stage
        .au()
        .execute("UPDATE person SET passphrase = 'x' WHERE email_key = $1 AND kind = 'client'", args![JO])
        .await
        .unwrap();
    let page = format!("{jo}/email");
    sam.open(&page).await.submit(&[("email", NEW), ("do", "change")]).await;
    let code = code(&stage).await;
    sam.open(&page).await;
    let leads = twice(&mut sam, &page, &[("code", &code), ("do", "code")]).await;
    assert_eq!(leads, format!("{jo}?done=email-held"));
    assert_eq!(times(&stage, "client-email-confirmed").await, 1);
});
