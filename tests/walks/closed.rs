//! An account that was closed: what a mail of before still does, what the address says to others, and what is said when it
//! opens again.

use portico::args;

use super::not_me_held::told;
use super::people::{id_of, press, signed_in};
use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::stage::{Sent, Stage, link_in};
use crate::support::two_factor::{ALEX, SAM, SAMS_PASSWORD, is_in, log_in};
use crate::support::ways;
use crate::walk;

const NEW: &str = "marble window thunder 88";

/// An administrator's browser, and the address of Sam's page.
async fn desk_of(stage: &Stage) -> (Browser, String) {
    (signed_in(stage, ways::ALEX).await, format!("/practice/people/{}", id_of(stage, SAM).await))
}

async fn act(alex: &mut Browser, page: &str, act: &str) {
    alex.open(&format!("{page}/{act}")).await;
    press(alex).await;
}

async fn mail(stage: &Stage, to: &str, about: &str) -> Sent {
    let mails = stage.messages(to).await;
    let of = |mail: &Sent| mail.about == about;
    assert!(mails.iter().any(of), "no {about} among {:?}", mails.iter().map(|mail| &mail.about).collect::<Vec<_>>());
    mails.into_iter().find(of).unwrap()
}

/// "This wasn't me" from an older mail, pressed after the account was closed: nothing is promised that is not so.
async fn pressed_when_closed(stage: &Stage, link: &str) {
    let (mut alex, page) = desk_of(stage).await;
    act(&mut alex, &page, "close").await;
    let texts = stage.messages("+61491570157").await.len();
    let mut reader = stage.browser().from("198.51.100.7");
    reader.open(link).await.sees("It wasn't me").misses("you choose a new password");
    reader.submit_to(link, &[]).await.sees("This account is closed").sees("password doesn't work any more");
    reader.misses("was changed").misses("an administrator has found out").misses("choose a new password");
    assert!(!reader.html.contains("/forgot"), "{}", reader.html);
    for (to, about) in [(SAM, "not-me-closed"), (ALEX, "not-me-closed-administrators")] {
        let text = mail(stage, to, about).await.text;
        assert!(text.contains("closed"), "{text}");
        for untrue in ["{$", "Forgot your password", "can be chosen", "by mail", "close their account"] {
            assert!(!text.contains(untrue), "{about} says {untrue}: {text}");
        }
    }
    assert_eq!(stage.messages("+61491570157").await.len(), texts, "no time to call before");
    let sql = "SELECT detail FROM audit WHERE event = 'not-me-closed'";
    let line: Option<(String,)> = stage.au().optional(sql, vec![]).await.unwrap();
    assert!(!line.unwrap().0.contains("password_from"));
    assert!(ways::somebody(stage, SAM).await.password_stolen_at.is_some(), "and the password is stopped");
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    desk::run_jobs(stage).await;
    assert!(stage.messages(SAM).await.iter().all(|mail| mail.about != "reset-link"), "it is so: no mail opens it");
}

walk!(this_was_not_me_on_a_closed_account_promises_nothing, |stage| {
    let link = told(&stage).await;
    pressed_when_closed(&stage, &link).await;
});

walk!(so_it_does_where_a_second_step_was_added_since, |stage| {
    let link = told(&stage).await;
    stage.wait(3600);
    let sql =
        "UPDATE person SET totp_secret = 'a stranger''s', totp_since = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(sql, args![SAM, stage.now()]).await.unwrap();
    pressed_when_closed(&stage, &link).await;
    assert_eq!(ways::somebody(&stage, SAM).await.totp_secret, None);
    // What it held is held when the account opens again.
    let (mut alex, page) = desk_of(&stage).await;
    act(&mut alex, &page, "reopen").await;
    alex.open(&page).await.sees("A new password can't be chosen by mail before");
});

// Its twin is below: where nothing was stopped, they sign in as before.
walk!(reopened_with_a_stopped_password_all_say_so, |stage| {
    let link = told(&stage).await;
    let (mut alex, page) = desk_of(&stage).await;
    alex.open(&page).await.misses("was stopped on");
    act(&mut alex, &page, "close").await;
    stage.browser().open(&link).await.submit_to(&link, &[]).await;
    alex.open(&page).await.sees("was stopped on").misses("sign in again as before");
    alex.open(&format!("{page}/reopen")).await.sees("choose a new one").misses("with what they had");
    press(&mut alex).await.sees("The account is open again");
    let text = mail(&stage, SAM, "reopened").await.text;
    assert!(text.contains("password was stopped") && !text.contains("Sign in as before"), "{text}");
    // It is so, and the way that the mail names leads in.
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    sam.sees("don't match");
    sam.open("/forgot").await.submit(&[("email", SAM)]).await;
    desk::run_jobs(&stage).await;
    let reset = link_in(&mail(&stage, SAM, "reset-link").await.text);
    sam.open(&reset).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    log_in(&mut sam, SAM, NEW).await;
    assert!(is_in(&sam), "{}", sam.text());
    alex.open(&page).await.misses("was stopped on");
});

walk!(reopened_as_it_was_they_sign_in_as_before, |stage| {
    told(&stage).await;
    let (mut alex, page) = desk_of(&stage).await;
    act(&mut alex, &page, "close").await;
    alex.open(&page).await.sees("sign in again as before");
    alex.open(&format!("{page}/reopen")).await.sees("with what they had").misses("was stopped");
    press(&mut alex).await;
    let text = mail(&stage, SAM, "reopened").await.text;
    assert!(text.contains("Sign in as before") && !text.contains("was stopped"), "{text}");
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    assert!(is_in(&sam), "{}", sam.text());
});

// Somebody asks for the address of a colleague: whoever cannot log in with it is not told to.
walk!(an_address_of_a_closed_account_is_not_one_to_log_in_with, |stage| {
    told(&stage).await;
    let (mut alex, page) = desk_of(&stage).await;
    alex.open("/me/email").await.submit(&[("email", SAM)]).await.is_at("/me/email/sent");
    let text = mail(&stage, SAM, "email-in-use").await.text;
    assert!(text.contains("log in with this address"), "{text}");
    act(&mut alex, &page, "close").await;
    stage.wait(61);
    alex.open("/me/email").await.submit(&[("email", SAM)]).await.is_at("/me/email/sent");
    let text = mail(&stage, SAM, "email-in-use-closed").await.text;
    assert!(text.contains("is closed") && !text.contains("log in with this address"), "{text}");
});
