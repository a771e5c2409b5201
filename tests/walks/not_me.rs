//! "This wasn't me": what the link in a notice takes back, and that whoever merely reads a mailbox gets no further by it.

use portico::args;

use super::people::{ALEX as ALEX_IN, alex, id_of, press, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::stage::{Stage, code_in, link_in};
use crate::support::two_factor::{
    ALEX, SAM, SAMS_PASSWORD, backup_codes_on, code, count, enrol, enrol_as, is_in, log_in, next_code, scan,
};
use crate::support::ways::somebody;
use crate::walk;

/// Sam's answer to the mail about that event: "this wasn't me".
async fn says_not_me(stage: &Stage, about: &str) -> Browser {
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.about == about).unwrap();
    let path = mail.text.split_whitespace().find_map(|word| word.find("/not-me/").map(|at| &word[at..])).unwrap();
    let mut sam = stage.browser();
    sam.open(path).await.sees("An authenticator app, backup codes or a mobile number that were added since");
    sam.submit_to(path, &[]).await;
    sam
}

async fn asks_for_a_link(stage: &Stage) {
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    desk::run_jobs(stage).await;
}

/// Sam's link to a new password, the newest.
async fn newest_link(stage: &Stage) -> String {
    link_in(&stage.messages(SAM).await.into_iter().find(|mail| mail.about == "reset-link").unwrap().text)
}

const NEW: &str = "marble window thunder 88";

// AC-023: the mail's link takes back what a stranger set up.
walk!(a_strangers_app_goes_with_the_mails_link, |stage| {
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    stage.wait(3600);
    let mut stolen = SAMS_PASSWORD;
    for (required, about, new) in [
        (false, "signed-in-new-browser", NEW),
        (false, "two-factor-on", "lantern under a wet bridge"),
        (true, "two-factor-on", "nine kettles sing at noon"),
    ] {
        let mut thief = stage.browser().from("203.0.113.9");
        let secret = enrol_as(&mut thief, &stage, SAM, stolen).await;
        let codes = backup_codes_on(&thief);
        if required {
            let sql = "UPDATE practice SET everyone_second_from = 1 WHERE slug = 'harbour-physio'";
            stage.au().execute(sql, vec![]).await.unwrap();
            stage.wait(10);
        }
        says_not_me(&stage, about).await.sees("you can choose a new password from");
        thief.open("/me").await.is_at("/sign-in");
        stage.wait(86_401);
        asks_for_a_link(&stage).await;
        let mut sam = stage.browser();
        sam.open(&newest_link(&stage).await).await.submit(&[("password", new)]).await.is_at("/sign-in");
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, new).await;
        if required {
            sam.is_at("/sign-in/set-up").sees("Step 1 of 4");
            let own = scan(&mut sam, &stage, "/sign-in/set-up").await;
            sam.submit(&[("code", &code(&stage, &own))]).await.submit_to("/sign-in/set-up/done", &[]).await;
            let mut thief = stage.browser();
            log_in(&mut thief, SAM, new).await;
            thief.submit(&[("code", &next_code(&stage, &secret))]).await.sees("isn't right");
            thief.open("/sign-in/backup-code").await.submit(&[("code", &codes[0])]).await.sees("That isn't");
            assert!(!is_in(&thief));
        }
        assert!(is_in(&sam), "{}", sam.text());
        stolen = new;
    }
});

// Whoever reads the mailbox presses the link in the owner's own mail: they get no further than before.
walk!(the_mailbox_alone_takes_no_app_away_and_goes_in, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.about == "two-factor-on").unwrap();
    let path = link_in(&mail.text);
    stage.wait(3600);
    // A link to a new password that was asked for just before is no way round.
    asks_for_a_link(&stage).await;
    let before = newest_link(&stage).await;
    let mut reader = stage.browser().from("203.0.113.9");
    reader.open(&path).await.sees("the new password waits a day");
    reader.submit_to(&path, &[]).await.sees("you can choose a new password from").misses("Choose a new password");
    assert!(!reader.path.starts_with("/reset/"));
    reader.open(&before).await.misses("Choose a new password");
    stage.wait(120);
    asks_for_a_link(&stage).await;
    let mails = stage.messages(SAM).await;
    assert_eq!(mails[0].about, "reset-paused", "{}", mails[0].text);
    assert!(!mails[0].text.contains("/reset/"));
    assert!(
        mails.iter().any(|mail| mail.about == "not-me-paused" && mail.text.contains("somebody else reads your mail"))
    );
    // Sam hears of it by text, and the administrators by mail.
    let texts = stage.messages("+61491570157").await;
    assert!(texts[0].text.contains("your second step was removed"), "{}", texts[0].text);
    let told =
        stage.messages(ALEX).await.into_iter().find(|mail| mail.about == "not-me-paused-administrators").unwrap();
    assert!(told.text.contains("None is left") && told.text.contains("\"Reset 2FA\""), "{}", told.text);
    assert_eq!((count(&stage, "not-me-paused").await, count(&stage, "not-me").await), (1, 0));
    let sql = "SELECT totp_secret FROM person WHERE email_key = $1 AND kind = 'staff'";
    let left: Option<(Option<String>,)> = stage.au().optional(sql, args![SAM]).await.unwrap();
    assert_eq!(left, Some((None,)));
    // Another of the owner's mails is no way round either.
    let older = stage.messages(SAM).await.into_iter().rev().find(|mail| mail.text.contains("/not-me/"));
    let older = link_in(&older.unwrap().text);
    if older != path {
        reader.open(&older).await.submit_to(&older, &[]).await.sees("you can choose a new password from");
    }
});

// Its twin: the owner, whom an administrator proves on the phone, need not wait.
walk!(an_administrators_proof_ends_the_pause, |stage| {
    relaxed(&stage).await;
    stage.wait(3600);
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    let mut phone = stage.browser();
    log_in(&mut phone, SAM, SAMS_PASSWORD).await;
    let link = link_in(&stage.messages(SAM).await.remove(0).text);
    stage.wait(3600);
    let sql =
        "UPDATE person SET totp_secret = 'a stranger''s', totp_since = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(sql, args![SAM, stage.now()]).await.unwrap();
    let mut sam = stage.browser();
    sam.open(&link).await.submit_to(&link, &[]).await.sees("you can choose a new password from");
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM).await;
    alex.open(&format!("/practice/people/{id}")).await.sees("A new password can't be chosen by mail before");
    alex.open(&format!("/practice/people/{id}/reset")).await;
    press(&mut alex).await;
    let text = stage.messages("+61491570157").await.remove(0);
    alex.submit(&[("code", &code_in(&text.text))]).await;
    alex.open(&format!("/practice/people/{id}")).await.misses("A new password can't be chosen");
    asks_for_a_link(&stage).await;
    let link = newest_link(&stage).await;
    sam.open(&link).await.sees("Choose a new password");
    sam.submit(&[("password", NEW)]).await.is_at("/sign-in");
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, NEW).await;
    sam.sees("Open the link we mailed you");
});

// Its twin: what Sam had before stays, and what the stranger added to it goes.
walk!(the_mails_link_leaves_the_owners_app, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    stage.wait(3600);
    let mut thief = stage.browser().from("203.0.113.9");
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    thief.submit(&[("code", &next_code(&stage, &secret))]).await;
    thief.open("/me/backup-codes").await.submit_to("/me/backup-codes", &[]).await;
    let codes = backup_codes_on(&thief);
    thief.open("/me/mobile").await.submit(&[("mobile", "0491 570 110")]).await;
    let text = stage.messages("+61491570110").await.remove(0);
    thief.submit(&[("code", &code_in(&text.text))]).await.sees("Your mobile number was changed");
    let mut sam = says_not_me(&stage, "signed-in-new-browser").await;
    sam.sees("Choose a new password");
    sam.submit(&[("password", NEW)]).await.is_at("/sign-in");
    assert_eq!(somebody(&stage, SAM).await.mobile, None);
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, NEW).await;
    let mut with_codes = sam.clone();
    with_codes.is_at("/sign-in/code");
    with_codes.open("/sign-in/backup-code").await.sees("There is no unused backup code left");
    assert_eq!(codes.len(), 10, "the stranger had some");
    sam.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&sam), "{}", sam.text());
});

/// The link in Sam's newest mail of that name.
async fn link_of(stage: &Stage, about: &str) -> String {
    link_in(&stage.messages(SAM).await.into_iter().find(|mail| mail.about == about).unwrap().text)
}

/// A stranger with Sam's password takes the account along to an address of their own; answers their browser.
async fn taken_along(stage: &Stage) -> Browser {
    let mut stranger = stage.browser().from("203.0.113.9");
    log_in(&mut stranger, SAM, SAMS_PASSWORD).await;
    stranger.open("/me/email").await.submit(&[("email", STRANGERS)]).await;
    let mail = stage.messages(STRANGERS).await.into_iter().find(|mail| mail.about == "confirm-email").unwrap();
    let path = link_in(&mail.text);
    stranger.open(&path).await.submit_to(&path, &[]).await.sees(STRANGERS);
    stranger
}

async fn strangers_links(stage: &Stage) -> usize {
    stage.browser().open("/forgot").await.submit(&[("email", STRANGERS)]).await;
    desk::run_jobs(stage).await;
    stage.messages(STRANGERS).await.iter().filter(|mail| mail.about == "reset-link").count()
}

const STRANGERS: &str = "stranger@example.net";

// S7: pressed at the address that was taken from Sam, it lets nobody in at the new one, and the practice sets it right.
walk!(an_address_that_was_taken_along_is_given_back_by_the_practice, |stage| {
    relaxed(&stage).await;
    stage.wait(3600);
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    let mut stranger = taken_along(&stage).await;
    let path = link_of(&stage, "email-change-asked").await;
    let mut sam = stage.browser();
    sam.open(&path).await.submit_to(&path, &[]).await.sees("until an administrator has found out whose it is");
    stranger.open("/me").await.is_at("/sign-in");
    assert_eq!(strangers_links(&stage).await, 0);
    stage.wait(2 * 86_400);
    assert_eq!(strangers_links(&stage).await, 0);
    let told = stage.messages(ALEX).await.into_iter().find(|mail| mail.about == "not-me-disputed-administrators");
    assert!(told.unwrap().text.contains("even if it is the present one"));

    let mut alex = alex(&stage).await;
    let id = id_of(&stage, STRANGERS).await;
    alex.open(&format!("/practice/people/{id}")).await.sees("whoever reads the former one says");
    alex.open(&format!("/practice/people/{id}/reset")).await.sees("A reset before that could let the wrong person in");
    alex.open(&format!("/practice/people/{id}/email")).await.submit(&[("email", SAM)]).await.sees("We mailed a link");
    let path = link_of(&stage, "new-address").await;
    sam.open(&path).await.submit(&[]).await.sees("sam@example.com is your email address now");
    alex.open(&format!("/practice/people/{id}")).await.misses("whoever reads the former one says");
    stage.wait(86_401);
    assert_eq!(strangers_links(&stage).await, 0);
    asks_for_a_link(&stage).await;
    sam.open(&newest_link(&stage).await).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    log_in(&mut sam, SAM, NEW).await;
    assert!(is_in(&sam), "{}", sam.text());
});

// However late the practice is: with the address, what the stranger had set up with the other one goes.
walk!(whoever_had_the_account_by_the_other_address_is_out, |stage| {
    relaxed(&stage).await;
    stage.wait(3600);
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    taken_along(&stage).await;
    let path = link_of(&stage, "email-change-asked").await;
    let mut sam = stage.browser();
    sam.open(&path).await.submit_to(&path, &[]).await;
    stage.wait(8 * 86_400);
    assert_eq!(strangers_links(&stage).await, 1, "nobody settled it within the week");
    let link =
        link_in(&stage.messages(STRANGERS).await.into_iter().find(|mail| mail.about == "reset-link").unwrap().text);
    let mut stranger = stage.browser().from("203.0.113.9");
    stranger.open(&link).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    log_in(&mut stranger, STRANGERS, NEW).await;
    assert!(is_in(&stranger), "{}", stranger.text());
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, STRANGERS).await;
    alex.open(&format!("/practice/people/{id}/email")).await.submit(&[("email", SAM)]).await;
    let path = link_of(&stage, "new-address").await;
    sam.open(&path).await.submit(&[]).await.sees("is your email address now");
    stranger.open("/me").await.is_at("/sign-in");
    log_in(&mut stranger, SAM, NEW).await;
    stranger.sees("don't match");
});

// Its twin: Sam changed the address, and somebody else reads the old mailbox. An administrator says so by entering it again.
walk!(a_disputed_address_that_is_the_right_one_stays, |stage| {
    relaxed(&stage).await;
    stage.wait(3600);
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    taken_along(&stage).await;
    let path = link_of(&stage, "email-change-asked").await;
    stage.browser().open(&path).await.submit_to(&path, &[]).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, STRANGERS).await;
    let email = format!("/practice/people/{id}/email");
    alex.open(&email).await.submit(&[("email", STRANGERS)]).await.sees("We mailed a link");
    let path =
        link_in(&stage.messages(STRANGERS).await.into_iter().find(|mail| mail.about == "new-address").unwrap().text);
    stage.browser().open(&path).await.submit(&[]).await.sees("is your email address now");
    assert_eq!(strangers_links(&stage).await, 1, "no pause: the address is as it was");
    let mut alex = signed_in(&stage, ALEX_IN).await;
    alex.open(&email).await.submit(&[("email", STRANGERS)]).await.sees("This is the address they have now");
});

// The number is proved minutes before the app, and where no texts are sent never.
walk!(a_strangers_number_goes_with_their_app, |stage| {
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    stage.wait(3600);
    let mut thief = stage.browser().from("203.0.113.9");
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    thief.open("/me/two-factor").await.submit(&[("mobile", "0491 570 110")]).await;
    let text = stage.messages("+61491570110").await.remove(0);
    thief.submit(&[("code", &code_in(&text.text))]).await.is_at("/me/two-factor/app");
    stage.wait(120);
    thief.open(&thief.link("I have an app")).await;
    let secret = crate::support::two_factor::key_on(&thief);
    thief.open(&thief.link("Continue")).await.submit(&[("code", &code(&stage, &secret))]).await;
    thief.sees("2 factor authentication is on");
    says_not_me(&stage, "mobile-changed").await.sees("you can choose a new password from");
    assert_eq!(somebody(&stage, SAM).await.mobile, None);

    // A number that nobody proved, put in place by hand as without a gateway.
    let sql = "UPDATE person SET mobile = 'x', mobile_proved_at = NULL, mobile_changed_at = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(sql, args![SAM, stage.now()]).await.unwrap();
    let older = stage.messages(SAM).await.into_iter().find(|mail| mail.about == "two-factor-on").unwrap();
    let path = link_in(&older.text);
    stage.browser().open(&path).await.submit_to(&path, &[]).await;
    assert_eq!(somebody(&stage, SAM).await.mobile, None);
});

// AC-123: an administrator who also reads the mailbox resets and enrols. Whoever the account belongs to undoes it.
walk!(a_reset_that_was_not_wanted_is_undone, |stage| {
    relaxed(&stage).await;
    enrol(&mut stage.browser(), &stage).await;
    stage.wait(3600);
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM).await;
    alex.open(&format!("/practice/people/{id}/reset")).await;
    press(&mut alex).await;
    let text = stage.messages("+61491570157").await.remove(0);
    alex.submit(&[("code", &code_in(&text.text))]).await;
    let mut thief = stage.browser().from("203.0.113.9");
    thief.open(&link_of(&stage, "re-enrol").await).await.submit(&[]).await.is_at("/sign-in");
    thief.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await.is_at("/sign-in/set-up");
    let secret = scan(&mut thief, &stage, "/sign-in/set-up").await;
    thief.submit(&[("code", &code(&stage, &secret))]).await.submit_to("/sign-in/set-up/done", &[]).await;
    assert!(is_in(&thief), "{}", thief.text());
    assert!(stage.messages(ALEX).await.iter().any(|mail| mail.about == "factors-reset-administrators"));
    let path = link_of(&stage, "factors-reset").await;
    let mut sam = stage.browser();
    sam.open(&path).await.submit_to(&path, &[]).await.sees("you can choose a new password from");
    thief.open("/me").await.is_at("/sign-in");
    assert_eq!(somebody(&stage, SAM).await.totp_secret, None);
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    thief.sees("don't match");
});
