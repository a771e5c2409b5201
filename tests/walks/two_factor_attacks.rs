//! Abuse cases AC-017 to AC-024, AC-103, AC-104 and AC-189, each with the honest person beside it.

use super::people::{alex, id_of, press, relaxed};
use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::stage::{Stage, code_in, link_in};
use crate::support::two_factor::{
    ALEX, ALEXS_PASSWORD, SAM, SAMS_PASSWORD, a_hundred_at, all_at_once, backup_codes_on, code, count, enrol, enrol_as,
    is_in, log_in, next_code, scan, wrong_code,
};
use crate::support::ways::somebody;
use crate::walk;

walk!(guessing_ends_at_twenty_over_sign_ins_and_restarts, |stage| {
    let mut stage = stage;
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    let mut guesser = stage.browser();
    for round in 0..60 {
        guesser = stage.browser();
        log_in(&mut guesser, SAM, SAMS_PASSWORD).await;
        if guesser.text().contains("switched off") {
            break;
        }
        if guesser.status.as_u16() == 429 {
            assert!(guesser.answered.contains_key("retry-after"));
            stage.wait(901);
            continue;
        }
        guesser.submit(&[("code", &wrong_code(&stage, &secret))]).await;
        assert!(!is_in(&guesser));
        if round == 7 {
            stage.restart().await;
        }
    }
    guesser.sees("codes from the app are switched off").sees("Use a backup code");
    let told = (count(&stage, "wrong-codes-thrice").await, count(&stage, "factor-off").await);
    assert_eq!((count(&stage, "wrong-code").await, told), (20, (1, 1)));
    stage.wait(3600);
    let mail = stage.messages(SAM).await.into_iter().find(|mail| mail.about == "factor-off").unwrap().text;
    assert!(
        mail.contains("no code from your authenticator app") && mail.contains("use one of your backup codes"),
        "{mail}"
    );
    assert!(!mail.contains("Forgot your password"), "{mail}");

    // Sam, with the right code, is told what else works; it does, and gives the app back.
    let mut honest = stage.browser();
    log_in(&mut honest, SAM, SAMS_PASSWORD).await;
    honest.sees("switched off");
    honest.open(&honest.link("Use a backup code")).await;
    honest.submit(&[("code", &codes[0])]).await;
    assert!(is_in(&honest), "{}", honest.text());
    let mut later = stage.browser();
    log_in(&mut later, SAM, SAMS_PASSWORD).await;
    later.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&later), "{}", later.text());
});

walk!(a_code_opens_once_and_never_an_older_one, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let used_to_enrol = code(&stage, &secret);
    let mut thief = stage.browser();
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    thief.submit(&[("code", &used_to_enrol)]).await.sees("That code was used already. Please wait for the next one");
    let mut honest = stage.browser();
    log_in(&mut honest, SAM, SAMS_PASSWORD).await;
    stage.wait(30);
    let (before, seen) = (code(&stage, &secret), next_code(&stage, &secret));
    honest.submit(&[("code", &seen)]).await;
    assert!(is_in(&honest));
    for replayed in [&seen, &before] {
        thief.submit(&[("code", replayed)]).await.sees("used already");
        assert!(!is_in(&thief));
    }
    assert_eq!(count(&stage, "code-replayed").await, 3);
    thief.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&thief), "the next code is fine");
});

walk!(a_hundred_at_once_open_one_door, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let all = a_hundred_at(&stage, "/sign-in/code").await;
    let back = all_at_once(all, &next_code(&stage, &secret)).await;
    assert_eq!(back.iter().filter(|browser| is_in(browser)).count(), 1);
    assert!(back.iter().all(|browser| browser.status.as_u16() != 500));
    let sessions: Option<(i64,)> = stage.au().optional("SELECT COUNT(*) FROM session", vec![]).await.unwrap();
    assert_eq!(sessions, Some((2,)), "Sam's own and this one");
});

walk!(no_header_or_field_moves_the_clock, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let old = next_code(&stage, &secret);
    stage.wait(300);
    let mut thief = stage.browser();
    thief.headers = vec![("date".into(), "Sat, 21 Nov 2026 06:00:30 GMT".into())];
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    let (csrf, of) = (thief.hidden("csrf"), thief.hidden("of"));
    let fields = [("csrf", csrf.as_str()), ("of", &of), ("code", &old), ("time", "1795240830"), ("now", "1795240830")];
    let fields: Vec<(String, String)> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    thief.post("/sign-in/code", &fields).await.sees("That code isn't right");
    assert!(!is_in(&thief));
    thief.submit(&[("code", &code(&stage, &secret))]).await;
    assert!(is_in(&thief));
});

walk!(a_stolen_session_changes_no_factor, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    sam.open("/me/two-factor/off").await;
    let csrf = [("csrf".to_owned(), sam.hidden("csrf"))];
    stage.wait(301);
    let mut thief = sam.clone();
    for path in ["/me/two-factor", "/me/two-factor/key", "/me/two-factor/off", "/me/backup-codes", "/me/mobile"] {
        thief.open(path).await.is_at("/confirm");
    }
    for path in ["/me/two-factor", "/me/two-factor/code", "/me/two-factor/off", "/me/backup-codes", "/me/mobile"] {
        thief.post(path, &csrf).await;
        assert!(thief.answered["location"].to_str().unwrap().starts_with("/confirm?then="), "{path}");
    }
    assert_eq!(count(&stage, "two-factor-off").await + count(&stage, "backup-codes-made").await, 0);
    let mut honest = stage.browser();
    log_in(&mut honest, SAM, SAMS_PASSWORD).await;
    honest.submit(&[("code", &next_code(&stage, &secret))]).await;
    honest.open("/me/two-factor").await.is_at("/me/two-factor").sees("Step 1 of 4");
});

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
    for (required, about) in [(false, "signed-in-new-browser"), (false, "two-factor-on"), (true, "two-factor-on")] {
        let mut thief = stage.browser().from("203.0.113.9");
        let password = if required || about == "two-factor-on" { NEW } else { SAMS_PASSWORD };
        let secret = enrol_as(&mut thief, &stage, SAM, password).await;
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
        sam.open(&newest_link(&stage).await).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, NEW).await;
        if required {
            sam.is_at("/sign-in/set-up").sees("Step 1 of 4");
            let own = scan(&mut sam, &stage, "/sign-in/set-up").await;
            sam.submit(&[("code", &code(&stage, &own))]).await.submit_to("/sign-in/set-up/done", &[]).await;
            let mut thief = stage.browser();
            log_in(&mut thief, SAM, NEW).await;
            thief.submit(&[("code", &next_code(&stage, &secret))]).await.sees("isn't right");
            thief.open("/sign-in/backup-code").await.submit(&[("code", &codes[0])]).await.sees("That isn't");
            assert!(!is_in(&thief));
        }
        assert!(is_in(&sam), "{}", sam.text());
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
    let left: Option<(Option<String>,)> = stage.au().optional(sql, portico::args![SAM]).await.unwrap();
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
    stage.au().execute(sql, portico::args![SAM, stage.now()]).await.unwrap();
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

walk!(the_picture_is_for_its_own_page_while_it_is_needed, |stage| {
    let mut sam = stage.browser();
    sam.open("/me/two-factor/picture").await;
    assert_eq!(sam.status.as_u16(), 404);
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    assert_eq!(sam.open("/me/two-factor/picture").await.status.as_u16(), 404, "nothing was begun");
    let secret = scan(&mut sam, &stage, "/me/two-factor").await;
    let mut other = stage.browser();
    log_in(&mut other, SAM, SAMS_PASSWORD).await;
    assert_eq!(other.open("/me/two-factor/picture").await.status.as_u16(), 404, "it was begun elsewhere");

    let mut page = sam.clone();
    page.open("/me/two-factor/picture").await;
    assert_eq!((page.status.as_u16(), &page.answered["content-type"]), (200, &"image/svg+xml".parse().unwrap()));
    assert_eq!(page.answered["cache-control"], "no-store");
    assert_eq!(page.answered["cross-origin-resource-policy"], "same-origin");
    for site in ["cross-site", "same-site"] {
        page.headers = vec![("sec-fetch-site".into(), site.into())];
        assert_eq!(page.open("/me/two-factor/picture").await.status.as_u16(), 404, "{site}");
    }
    sam.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
    assert_eq!(sam.open("/me/two-factor/picture").await.status.as_u16(), 404, "never again");
});

walk!(half_a_sign_in_opens_nothing, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let mut half = stage.browser();
    log_in(&mut half, SAM, SAMS_PASSWORD).await;
    let csrf = [("csrf".to_owned(), half.hidden("csrf"))];
    for path in ["/me/backup-codes", "/me/two-factor", "/me/two-factor/off", "/me/mobile"] {
        half.open(path).await.is_at("/sign-in");
        half.post(path, &csrf).await.follow().await.is_at("/sign-in");
    }
    for path in ["/sign-in/set-up", "/sign-in/set-up/key", "/sign-in/set-up/code", "/sign-in/set-up/done"] {
        half.open(path).await.is_at("/sign-in/code");
    }
    half.post("/sign-in/set-up/done", &csrf).await.follow().await.is_at("/sign-in/code");
    assert!(!is_in(&half));
    let mut nobody = stage.browser();
    nobody.open("/sign-in/code").await.is_at("/sign-in");
    half.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&half));
    half.open("/sign-in/code").await;
    assert!(!half.path.starts_with("/sign-in/code"), "a sign-in that is over stays over");
});

walk!(two_people_in_two_tabs_are_not_confused, |stage| {
    let (mut sam, mut alex) = (stage.browser(), stage.browser());
    let sams = enrol(&mut sam, &stage).await;
    let alexs = enrol_as(&mut alex, &stage, ALEX, ALEXS_PASSWORD).await;
    let mut shared = stage.browser();
    log_in(&mut shared, SAM, SAMS_PASSWORD).await;
    let mut sams_tab = shared.clone();
    log_in(&mut shared, ALEX, ALEXS_PASSWORD).await;
    shared.is_at("/sign-in/code").sees(ALEX);
    sams_tab.cookies = shared.cookies.clone();
    sams_tab.submit(&[("code", &next_code(&stage, &sams))]).await.sees("Another log-in was begun").sees(ALEX);
    assert!(!is_in(&sams_tab));
    assert_eq!(count(&stage, "wrong-code").await, 0, "nobody's count grew");
    shared.submit(&[("code", &code(&stage, &sams))]).await.sees("That code isn't right");
    shared.submit(&[("code", &code(&stage, &alexs))]).await;
    assert!(is_in(&shared));
});

walk!(a_secret_that_does_not_open_lets_nobody_in, |stage| {
    let (mut sam, mut alex) = (stage.browser(), stage.browser());
    let sams = enrol(&mut sam, &stage).await;
    let alexs = enrol_as(&mut alex, &stage, ALEX, ALEXS_PASSWORD).await;
    swap_secrets(&stage).await;
    for secret in [&alexs, &sams] {
        let mut thief = stage.browser();
        log_in(&mut thief, SAM, SAMS_PASSWORD).await;
        thief.is_at("/sign-in/code");
        thief.submit(&[("code", &next_code(&stage, secret))]).await;
        assert_eq!(thief.status.as_u16(), 500);
        thief.sees("Something broke on our side");
        assert!(!is_in(&thief));
    }
    swap_secrets(&stage).await;
    let mut honest = stage.browser();
    log_in(&mut honest, SAM, SAMS_PASSWORD).await;
    honest.submit(&[("code", &next_code(&stage, &sams))]).await;
    assert!(is_in(&honest));
});

async fn swap_secrets(stage: &Stage) {
    let sql = "SELECT id, totp_secret FROM person WHERE totp_secret IS NOT NULL ORDER BY id";
    let rows: Vec<(String, String)> = stage.au().all(sql, vec![]).await.unwrap();
    for (at, (id, _)) in rows.iter().enumerate() {
        let other = &rows[1 - at].1;
        let sql = "UPDATE person SET totp_secret = $2 WHERE id = $1";
        stage.au().execute(sql, portico::args![id, other]).await.unwrap();
    }
}
