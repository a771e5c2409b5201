//! How long sessions last when a tick or a rule changes it, and the ways back after something was lost.

use portico::args;

use super::people::{ALEX as ALEX_IN, alex, id_of, relaxed, signed_in};
use crate::support::desk::{change, mails, number, run_jobs, times};
use crate::support::portal::{JO, sign_in};
use crate::support::stage::{Stage, link_in};
use crate::support::two_factor::{SAM, SAMS_PASSWORD, enrol, is_in, log_in, next_code};
use crate::support::ways;
use crate::walk;

const NEW: &str = "marble window thunder 88";
const ENDS: &str = "SELECT MAX(ends_at) FROM session WHERE ended_at IS NULL AND person_id = (SELECT id FROM person WHERE email_key = $1 AND kind = 'staff')";

walk!(the_tick_never_makes_a_session_shorter, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let mut desk = stage.browser();
    ways::log_in(&mut desk, ways::SAM, true).await;
    desk.submit(&[("code", &next_code(&stage, &secret))]).await;
    desk.lose_session();
    // Ten minutes before the browser stops being recognised.
    stage.wait(30 * 86_400 - 600);
    ways::log_in(&mut desk, ways::SAM, true).await;
    assert!(is_in(&desk), "recognised: {}", desk.text());
    assert_eq!(number(&stage, ENDS, args![SAM]).await, stage.now() + 12 * 3600);
    // The browser itself is recognised no longer for that.
    desk.lose_session();
    stage.wait(700);
    log_in(&mut desk, SAM, SAMS_PASSWORD).await;
    desk.is_at("/sign-in/code");
});

walk!(shorter_limits_reach_sessions_that_are_open, |stage| {
    let mut alex = alex(&stage).await;
    let mut kept = stage.browser();
    ways::log_in(&mut kept, ways::SAM, true).await;
    let mut plain = signed_in(&stage, (SAM, SAMS_PASSWORD)).await;
    sign_in(&stage, &mut stage.browser(), JO).await;
    let clients = "SELECT MAX(ends_at + idle_seconds) FROM session WHERE person_id IN (SELECT id FROM person WHERE kind = 'client')";
    let before = number(&stage, clients, args![]).await;
    stage.wait(61);
    alex.open("/practice/staff-rules").await;
    alex.submit(&[("idle_minutes", "10"), ("total_minutes", "60")]).await.sees("It holds from now on");
    let longer = "SELECT COUNT(*) FROM session WHERE person_id IN (SELECT id FROM person WHERE kind = 'staff') AND ended_at IS NULL
        AND (idle_seconds > 600 OR kept = 0 AND ends_at > $1)";
    assert_eq!(number(&stage, longer, args![stage.now() + 3600]).await, 0);
    assert_eq!(number(&stage, clients, args![]).await, before, "clients have rules of their own");
    alex.open("/me").await.is_at("/me");
    stage.wait(300);
    kept.open("/me").await.is_at("/me");
    plain.open("/me").await.is_at("/me");
    stage.wait(700);
    kept.open("/me").await.is_at("/locked");
    plain.open("/me").await.is_at("/locked");
    // Longer ones leave what is there alone.
    let mut alex = signed_in(&stage, ALEX_IN).await;
    let ends = number(&stage, ENDS, args![SAM]).await;
    alex.open("/practice/staff-rules").await;
    alex.submit(&[("idle_minutes", "60"), ("total_minutes", "720")]).await.sees("It holds from now on");
    assert_eq!(number(&stage, ENDS, args![SAM]).await, ends);
});

/// The path of "this wasn't me" in Sam's newest mail that has one.
async fn not_me(stage: &Stage) -> String {
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.text.contains("/not-me/")).unwrap();
    mail.text.split_whitespace().find_map(|word| word.find("/not-me/").map(|at| word[at..].to_owned())).unwrap()
}

walk!(an_old_mail_stops_everything_and_sets_no_password, |stage| {
    relaxed(&stage).await;
    stage.wait(1);
    let mut thief = signed_in(&stage, (SAM, SAMS_PASSWORD)).await;
    let path = not_me(&stage).await;
    stage.wait(31 * 60);
    let mut sam = stage.browser();
    sam.open(&path).await.submit_to(&path, &[]).await.sees("older than half an hour").sees(SAM);
    assert!(!sam.path.starts_with("/reset/"));
    thief.open("/me").await.is_at("/sign-in");
    run_jobs(&stage).await;
    let link = mails(&stage, SAM).await.into_iter().find(|mail| mail.about == "reset-link").unwrap();
    sam.open(&link_in(&link.text)).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    // A young one leads on at once, as ever.
    signed_in(&stage, (SAM, NEW)).await;
    let path = not_me(&stage).await;
    sam.open(&path).await.submit_to(&path, &[]).await.sees("Choose a new password");
    assert!(sam.path.starts_with("/reset/"));
});

walk!(a_new_password_at_a_colleagues_desk_says_so, |stage| {
    relaxed(&stage).await;
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    run_jobs(&stage).await;
    let link = link_in(&mails(&stage, SAM).await.into_iter().find(|mail| mail.about == "reset-link").unwrap().text);
    let mut desk = signed_in(&stage, ALEX_IN).await;
    desk.open(&link)
        .await
        .submit(&[("password", NEW)])
        .await
        .sees("Your new password is set.")
        .sees("is logged in in this browser");
    assert_eq!(desk.status, 200);
    let mut stays = desk.clone();
    stays.open("/me").await.is_at("/me").sees("alex@example.com");
    desk.submit_to("/log-out", &[]).await.is_at("/sign-in");
    desk.submit(&[("email", SAM), ("password", NEW)]).await.is_at("/me").sees(SAM);
});

walk!(a_reset_is_open_for_a_day, |stage| {
    let mut alex = alex(&stage).await;
    let page = format!("/practice/people/{}", id_of(&stage, SAM).await);
    let reset = "UPDATE person SET re_enrol_since = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(reset, args![SAM, stage.now()]).await.unwrap();
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    sam.is_at("/sign-in/reset-mail");
    sam.submit(&[]).await.sees("Sent.");
    let link = link_in(&mails(&stage, SAM).await[0].text);
    alex.open(&page).await.sees("until then they cannot get in").misses("prove who they are once more");
    // A day later neither the page nor a link that it had sent late leads on.
    stage.wait(86_000);
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    sam.is_at("/sign-in/reset-mail");
    sam.submit(&[]).await.sees("Sent.");
    let late = link_in(&mails(&stage, SAM).await[0].text);
    assert_ne!(late, link);
    stage.wait(401);
    let mut again = sam.clone();
    sam.submit(&[]).await.sees("More than 24 hours have gone by");
    assert_eq!(
        (sam.status.as_u16(), mails(&stage, SAM).await.iter().filter(|mail| mail.about == "re-enrol").count()),
        (422, 2)
    );
    again.open(&late).await.submit(&[]).await;
    assert_eq!(again.status, 410);
    again.open("/sign-in/reset-mail").await.sees("Ask an administrator of your practice").misses("Send the mail again");
    let mut alex = signed_in(&stage, ALEX_IN).await;
    alex.open(&page).await.sees("didn't go on within 24 hours").sees("Reset 2FA");
    // Proved once more, it is open again.
    stage.au().execute(reset, args![SAM, stage.now()]).await.unwrap();
    stage.wait(61);
    again.open("/sign-in/reset-mail").await.submit(&[]).await.sees("Sent.");
    again.open(&link_in(&mails(&stage, SAM).await[0].text)).await.submit(&[]).await.is_at("/sign-in");
});

walk!(whoever_would_be_shut_out_is_warned, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    sam.open("/me").await.misses("neither a backup code nor a passkey left");
    let none = "UPDATE backup_code SET used_at = 1 WHERE person_id = (SELECT id FROM person WHERE email_key = $1 AND kind = 'staff')";
    stage.au().execute(none, args![SAM]).await.unwrap();
    sam.open("/me").await.sees("neither a backup code nor a passkey left");
    sam.open("/help/lost-phone").await.sees("don't press \"Log out everywhere\"");
    change(&stage, SAM, "UPDATE person SET totp_secret = NULL WHERE email_key = $1 AND kind = 'staff'").await;
    sam.open("/me").await.misses("neither a backup code nor a passkey left");
});

walk!(two_browsers_set_one_lock, |stage| {
    let (mut first, mut second) = (stage.browser(), stage.browser());
    sign_in(&stage, &mut first, JO).await;
    stage.wait(61);
    sign_in(&stage, &mut second, JO).await;
    first.open("/me/privacy").await;
    second.open("/me/privacy").await;
    let set = async |mut browser: crate::support::browser::Browser, words: &'static str| {
        browser.submit_to("/me/privacy/lock", &[("passphrase", words)]).await;
        browser.text().contains("Your lock is set")
    };
    let (one, other) = tokio::join!(
        tokio::spawn(set(first, "tide over pebbles, softly")),
        tokio::spawn(set(second, "an orchard of lamps, early"))
    );
    assert!(one.unwrap() ^ other.unwrap(), "one of them holds");
    assert_eq!(times(&stage, "lock-set").await, 1);
});

walk!(two_browsers_set_one_portal_password, |stage| {
    stage.au().execute("UPDATE practice SET client_passwords = 1", vec![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let (mut first, mut second) = (stage.browser(), stage.browser());
    sign_in(&stage, &mut first, JO).await;
    stage.wait(61);
    sign_in(&stage, &mut second, JO).await;
    first.open("/me/portal-password").await;
    second.open("/me/portal-password").await;
    let set = async |mut browser: crate::support::browser::Browser, words: &'static str| {
        browser.submit(&[("password", words)]).await;
    };
    let (one, other) = tokio::join!(
        tokio::spawn(set(first, "tide over pebbles, softly")),
        tokio::spawn(set(second, "an orchard of lamps, early"))
    );
    one.unwrap();
    other.unwrap();
    assert_eq!(times(&stage, "portal-password-set").await, 1);
});

// A reset comes before the change of address that holds it, so its day is over before the hold is: only a new one helps.
walk!(a_reset_that_a_changed_address_holds_says_from_when_a_new_one_can_come, |stage| {
    relaxed(&stage).await;
    let page = format!("/practice/people/{}", id_of(&stage, SAM).await);
    let reset = "UPDATE person SET re_enrol_since = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(reset, args![SAM, stage.now()]).await.unwrap();
    stage.wait(60);
    let changed =
        "UPDATE person SET email_changed_at = $2, email_changed_by = id WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(changed, args![SAM, stage.now()]).await.unwrap();
    let mut sam = stage.browser();
    for wait in [60, 86_300] {
        stage.wait(wait);
        log_in(&mut sam, SAM, SAMS_PASSWORD).await;
        sam.is_at("/sign-in/reset-mail").sees("an administrator of your practice can reset your 2FA once more");
        sam.misses("More than 24 hours").misses("Send the mail again");
        let mut alex = signed_in(&stage, ALEX_IN).await;
        alex.open(&page)
            .await
            .sees("the mailed link opens nothing")
            .sees("you can use \"Reset 2FA\"")
            .misses("has a mail with a link");
    }
    stage.wait(100);
    let mut alex = signed_in(&stage, ALEX_IN).await;
    alex.open(&page).await.sees("didn't go on within 24 hours");
    sam.open("/sign-in/reset-mail").await.sees("Ask an administrator of your practice");
});
