//! "This wasn't me" where a new password has to wait, and what somebody finds afterwards who is in without a password: what mails and
//! pages say is so.

use portico::args;
use portico::platform::when;

use super::passkey_attacks::made;
use super::people::relaxed;
use crate::support::authenticator::{Authenticator, log_in_by_passkey};
use crate::support::desk;
use crate::support::stage::{Stage, link_in};
use crate::support::two_factor::{ALEX, SAM, SAMS_PASSWORD, log_in};
use crate::support::ways::{self, practice_id};
use crate::walk;

const DAY: i64 = 86_400;
const NEW: &str = "marble window thunder 88";
const FORGOT: &str = "Choose a new password with the link \"Forgot your password?\"";

/// The mail about a sign-in in a new browser.
pub async fn told(stage: &Stage) -> String {
    relaxed(stage).await;
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    stage.wait(3600);
    log_in(&mut stage.browser().from("203.0.113.9"), SAM, SAMS_PASSWORD).await;
    link_in(&stage.messages(SAM).await.remove(0).text)
}

async fn zone(stage: &Stage) -> String {
    let sql = "SELECT zone FROM practice WHERE id = $1";
    stage.au().optional::<(String,)>(sql, args![practice_id(stage).await]).await.unwrap().unwrap().0
}

/// The mails to the person and to administrators say from when, and promise nothing sooner.
async fn mails_say(stage: &Stage, from: &str) {
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.about.starts_with("not-me")).unwrap();
    assert!(mail.text.contains(&format!("from {from}")) && !mail.text.contains(FORGOT), "{}", mail.text);
    let mails = stage.messages(ALEX).await;
    let mail = mails.into_iter().find(|mail| mail.about.starts_with("not-me")).unwrap();
    assert!(mail.text.contains(&format!("from {from}")), "{}", mail.text);
    assert!(!mail.text.contains("choose a new one by mail."), "{}", mail.text);
}

walk!(after_an_administrators_change_of_address_it_says_until_when, |stage| {
    let link = told(&stage).await;
    let sql = "UPDATE person SET email_changed_at = $2, email_changed_by = 'somebody' WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(sql, args![SAM, stage.now()]).await.unwrap();
    let from = when::full(stage.now() + DAY, &zone(&stage).await);
    stage.wait(1200);
    let mut sam = stage.browser();
    sam.open(&link).await.submit_to(&link, &[]).await;
    sam.sees(&format!("you can choose a new password from {from}")).sees("call your practice now");
    sam.misses("found out whose it is").misses("second step is removed").misses("prove who you are on the phone");
    mails_say(&stage, &from).await;
    // It is so: nothing before, and a link from then on.
    for (wait, links) in [(60, 0), (DAY, 1)] {
        stage.wait(wait);
        sam.open("/forgot").await.submit(&[("email", SAM)]).await;
        desk::run_jobs(&stage).await;
        let mails = stage.messages(SAM).await;
        assert_eq!(mails.iter().filter(|mail| mail.about == "reset-link").count(), links);
    }
});

walk!(a_second_press_in_the_pause_says_until_when, |stage| {
    let older = told(&stage).await;
    stage.wait(3600);
    log_in(&mut stage.browser().from("198.51.100.7"), SAM, SAMS_PASSWORD).await;
    let newer = link_in(&stage.messages(SAM).await.remove(0).text);
    assert_ne!(older, newer);
    let sql =
        "UPDATE person SET totp_secret = 'a stranger''s', totp_since = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(sql, args![SAM, stage.now()]).await.unwrap();
    let from = when::full(stage.now() + DAY, &zone(&stage).await);
    let mut sam = stage.browser();
    sam.open(&older).await.submit_to(&older, &[]).await.sees("second step is removed");
    sam.sees(&format!("you can choose a new password from {from}"));
    stage.wait(600);
    sam.open(&newer).await.submit_to(&newer, &[]).await.misses("second step is removed");
    sam.sees(&format!("you can choose a new password from {from}")).sees("prove who you are on the phone");
    mails_say(&stage, &from).await;
});

// The twin: where nothing holds a new password, all say so.
walk!(where_nothing_waits_the_mails_lead_on_at_once, |stage| {
    let link = told(&stage).await;
    stage.browser().open(&link).await.submit_to(&link, &[]).await.sees("Choose a new password");
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.about == "not-me").unwrap();
    assert!(mail.text.contains(FORGOT), "{}", mail.text);
    let mail = stage.messages(ALEX).await.into_iter().find(|mail| mail.about == "not-me-administrators").unwrap();
    assert!(mail.text.contains("choose a new one by mail."), "{}", mail.text);
});

// In by a passkey that was there before: there is no password to type, and the pages say why.
walk!(a_stopped_password_is_said_to_be_stopped, |stage| {
    let mut phone = Authenticator::synced();
    let mut sam = made(&stage, ways::SAM, &mut phone).await;
    sam.open("/me").await.sees("Last set on").sees("Change password");
    sam.open("/me/password").await.sees("Current password");
    let open = sam.clone();
    stage.wait(3600);
    log_in_by_passkey(&mut stage.browser().from("203.0.113.9"), &mut phone, &[]).await;
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.about == "signed-in-new-browser").unwrap();
    let link = link_in(&mail.text);
    stage.browser().open(&link).await.submit_to(&link, &[]).await.sees("Choose a new password");
    let mut sam = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut sam, &mut phone, &[]).await;
    sam.is_at("/me").sees("was stopped on").misses("Last set on").misses("Change password");
    sam.open(&sam.link("Forgot your password?")).await.is_at("/forgot");
    sam.open("/me/password").await.sees("was stopped on").misses("Current password");
    assert_eq!(sam.link("Forgot your password?"), "/forgot");
    // So does a form that was left open.
    let mut left = open;
    left.cookies.clone_from(&sam.cookies);
    let typed = [("csrf", sam.hidden("csrf")), ("current", SAMS_PASSWORD.to_owned()), ("password", NEW.to_owned())];
    left.post("/me/password", &typed.map(|(name, value)| (name.to_owned(), value))).await;
    left.sees("was stopped on").misses("That is not your current password");
    // The way that the page names leads there.
    sam.open("/forgot").await.submit(&[("email", SAM)]).await;
    desk::run_jobs(&stage).await;
    let reset = stage.messages(SAM).await.into_iter().find(|mail| mail.about == "reset-link").unwrap();
    sam.open(&link_in(&reset.text)).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    log_in_by_passkey(&mut sam, &mut phone, &[]).await;
    sam.is_at("/me").sees("Last set on").sees("Change password").misses("was stopped on");
});
