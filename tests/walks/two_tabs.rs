//! AC-104: two people, each half-way through a sign-in in one browser. What one of them left open goes on for nobody else.

use portico::args;

use super::people::alex;
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::stage::{Stage, link_in};
use crate::support::two_factor::{
    ALEX, ALEXS_PASSWORD, SAM, SAMS_PASSWORD, code, code_in_text, is_in, key_on, log_in, next_code, scan,
};
use crate::walk;

const PASSWORD: &str = "marble window thunder 88";

/// The tab as it was left, in the browser as it is now.
fn left_open(tab: &Browser, now: &Browser) -> Browser {
    let mut tab = tab.clone();
    tab.cookies = now.cookies.clone();
    tab
}

/// Invited by Alex; 2FA is required of everybody. Answers the path of the invitation.
async fn invite(stage: &Stage, desk: &mut Browser, name: &str, email: &str) -> String {
    desk.open("/practice/people/new").await;
    desk.submit(&[("name", name), ("email", email), ("role", "practitioner")]).await;
    link_in(&stage.messages(email).await[0].text)
}

async fn everybody_needs_a_second(stage: &Stage) {
    stage.au().execute("UPDATE practice SET everyone_second_from = 1", vec![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

walk!(two_invited_people_set_up_each_their_own, |stage| {
    let mut desk = alex(&stage).await;
    let pats = invite(&stage, &mut desk, "Pat Nowak", "pat@example.com").await;
    let quinns = invite(&stage, &mut desk, "Quinn Okafor", "quinn@example.com").await;
    everybody_needs_a_second(&stage).await;
    let mut browser = stage.browser();
    browser.open(&pats).await.submit(&[("password", PASSWORD)]).await.is_at("/sign-in/set-up");
    browser.sees("You are logging in as pat@example.com");
    let pats_tab = browser.clone();
    browser.open(&quinns).await.submit(&[("password", "harbour kettle violet 31")]).await.is_at("/sign-in/set-up");
    browser.sees("You are logging in as quinn@example.com");
    // Pat goes on in the first tab: nothing of it becomes Quinn's.
    let mut pat = left_open(&pats_tab, &browser);
    pat.submit(&[("mobile", "0491 570 156")]).await;
    assert_eq!(pat.status, 409);
    pat.sees("Another log-in was begun in this browser").sees("quinn@example.com").sees("Nothing was changed");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM mobile_code", args![]).await, 0, "no code was sent");
    // Quinn goes on, by her own tab as by the page that said so.
    pat.open(&pat.link("Go on with the newer one")).await.is_at("/sign-in/set-up").sees("quinn@example.com");
    let mut quinn = left_open(&browser, &pat);
    quinn.submit(&[("mobile", "0491 570 158")]).await.is_at("/sign-in/set-up/mobile-code").sees("quinn@example.com");
    let sent = code_in_text(&stage, "+61491570158").await;
    quinn.submit(&[("code", &sent)]).await.sees("quinn@example.com");
    quinn.open(&quinn.link("I have an app")).await.sees("quinn@example.com");
    let secret = key_on(&quinn);
    quinn.open(&quinn.link("Continue")).await.sees("quinn@example.com");
    let quinns_fourth = quinn.clone();
    // Pat begins again, and Quinn's page with its right code does nothing for Pat.
    log_in(&mut quinn, "pat@example.com", PASSWORD).await;
    quinn.is_at("/sign-in/set-up").sees("pat@example.com");
    let mut stale = left_open(&quinns_fourth, &quinn);
    stale.submit(&[("code", &code(&stage, &secret))]).await.sees("Another log-in was begun in this browser");
    assert!(!is_in(&stale));
    let own = "SELECT COUNT(*) FROM person WHERE totp_secret IS NOT NULL";
    assert_eq!(number(&stage, own, args![]).await, 0);
    // Quinn logs in again, and the page she had left open is hers again.
    let mut quinn = left_open(&quinn, &stale);
    log_in(&mut quinn, "quinn@example.com", "harbour kettle violet 31").await;
    let secret = scan_with(&stage, &mut quinn, "0491 570 158", "+61491570158").await;
    quinn.submit(&[("code", &next_code(&stage, &secret))]).await.sees("2 factor authentication is on");
    let quinns_codes = quinn.clone();
    log_in(&mut quinn, "pat@example.com", PASSWORD).await;
    let mut stale = left_open(&quinns_codes, &quinn);
    stale.submit_to("/sign-in/set-up/done", &[]).await.sees("Another log-in was begun in this browser");
    assert!(!is_in(&stale));
    let with_app = "SELECT COUNT(*) FROM person WHERE totp_secret IS NOT NULL AND email_key = $1";
    assert_eq!(number(&stage, with_app, args!["quinn@example.com"]).await, 1);
});

/// The first three steps with a number of one's own; the page of the fourth is shown.
async fn scan_with(stage: &Stage, browser: &mut Browser, mobile: &str, to: &str) -> Vec<u8> {
    stage.wait(61);
    browser.open("/sign-in/set-up").await.submit(&[("mobile", mobile)]).await.is_at("/sign-in/set-up/mobile-code");
    let sent = code_in_text(stage, to).await;
    browser.submit(&[("code", &sent)]).await;
    browser.open(&browser.link("I have an app")).await;
    let secret = key_on(browser);
    browser.open(&browser.link("Continue")).await;
    secret
}

walk!(a_due_password_becomes_nobody_elses, |stage| {
    stage
        .au()
        .execute("UPDATE practice SET admins_second_from = NULL, everyone_second_from = NULL", vec![])
        .await
        .unwrap();
    stage.server.region("au").unwrap().practices.forget();
    stage.au().execute("UPDATE person SET password_change_by = 1 WHERE kind = 'staff'", vec![]).await.unwrap();
    let mut browser = stage.browser();
    log_in(&mut browser, ALEX, ALEXS_PASSWORD).await;
    browser.is_at("/sign-in/new-password").sees("You are logging in as alex@example.com");
    let alexs_tab = browser.clone();
    log_in(&mut browser, SAM, SAMS_PASSWORD).await;
    browser.is_at("/sign-in/new-password").sees("You are logging in as sam@example.com");
    let mut alex = left_open(&alexs_tab, &browser);
    alex.submit(&[("password", PASSWORD)]).await.sees("Another log-in was begun in this browser").sees(SAM);
    assert_eq!(alex.status, 409);
    let mut sam = left_open(&browser, &alex);
    sam.submit(&[("password", "an orchard of lamps 44")]).await;
    assert!(is_in(&sam), "{}", sam.text());
    let mut again = stage.browser();
    log_in(&mut again, SAM, PASSWORD).await;
    assert!(!is_in(&again), "Alex's new password is not Sam's");
    // Alex begins again and goes on.
    log_in(&mut alex, ALEX, ALEXS_PASSWORD).await;
    alex.submit(&[("password", PASSWORD)]).await;
    assert!(is_in(&alex));
});

walk!(the_same_person_goes_on_in_either_tab, |stage| {
    everybody_needs_a_second(&stage).await;
    let mut first = stage.browser();
    log_in(&mut first, SAM, SAMS_PASSWORD).await;
    first.is_at("/sign-in/set-up");
    let mut second = first.clone();
    log_in(&mut second, SAM, SAMS_PASSWORD).await;
    let mut first = left_open(&first, &second);
    first.submit(&[("do", "same")]).await.misses("Another log-in");
    let secret = scan(&mut first, &stage, "/sign-in/set-up").await;
    first.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
});
