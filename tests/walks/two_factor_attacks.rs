//! Abuse cases AC-017 to AC-024, AC-103, AC-104 and AC-189, each with the honest person beside it.

use crate::support::stage::Stage;
use crate::support::two_factor::{
    ALEX, ALEXS_PASSWORD, SAM, SAMS_PASSWORD, a_hundred_at, all_at_once, backup_codes_on, code, count, enrol, enrol_as,
    is_in, log_in, next_code, scan, wrong_code,
};
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
