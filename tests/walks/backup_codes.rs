//! Backup codes: abuse cases AC-025 to AC-030, each with the honest person beside it.

use crate::support::stage::Stage;
use crate::support::two_factor::{
    ALEX, ALEXS_PASSWORD, SAM, SAMS_PASSWORD, a_hundred_at, all_at_once, backup_codes_on, count, enrol, enrol_as,
    is_in, log_in,
};
use crate::walk;

const PAGE: &str = "/sign-in/backup-code";

walk!(each_code_opens_once_and_the_last_ones_are_told, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    for (used, code) in codes.iter().enumerate() {
        let mut browser = stage.browser();
        browser.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
        browser.open(&browser.link("Use a backup code")).await;
        if let Some(old) = used.checked_sub(1) {
            browser.submit(&[("code", &codes[old])]).await.sees("That backup code was used already");
        }
        browser.submit(&[("code", code)]).await;
        assert!(is_in(&browser), "{}", browser.text());
        assert!(!browser.cookies.contains_key("__Host-devices"), "a recovery is never remembered");
    }
    assert_eq!((count(&stage, "backup-code-used").await, count(&stage, "backup-codes-low").await), (10, 2));
    let mut empty = stage.browser();
    log_in(&mut empty, SAM, SAMS_PASSWORD).await;
    empty.open(PAGE).await.sees("There is no unused backup code left").sees("Use the code from your app");
});

walk!(a_hundred_at_once_use_one_code_once, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    let back = all_at_once(a_hundred_at(&stage, PAGE).await, &codes[0]).await;
    assert_eq!(back.iter().filter(|browser| is_in(browser)).count(), 1);
    assert!(back.iter().all(|browser| browser.status.as_u16() != 500));
    assert_eq!(count(&stage, "backup-code-used").await, 1);
});

walk!(codes_are_read_as_people_type_them_and_refused_once_spent, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    let forms: [fn(&str) -> String; 4] = [
        |code| code.to_lowercase(),
        |code| code.replace('-', ""),
        |code| format!("  {} ", code.replace('-', " ")),
        |code| code.replace('0', "O").replace('1', "l"),
    ];
    for (code, form) in codes.iter().zip(forms) {
        let mut browser = stage.browser();
        log_in(&mut browser, SAM, SAMS_PASSWORD).await;
        browser.open(PAGE).await.submit(&[("code", &form(code))]).await;
        assert!(is_in(&browser), "{}: {}", form(code), browser.text());
        let mut again = stage.browser();
        log_in(&mut again, SAM, SAMS_PASSWORD).await;
        again.open(PAGE).await.submit(&[("code", code)]).await.sees("used already");
    }
});

walk!(guessing_slows_and_ends, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    let (mut guesser, mut form) = (stage.browser(), vec![]);
    for _ in 0..200 {
        log_in(&mut guesser, SAM, SAMS_PASSWORD).await;
        guesser.open(PAGE).await;
        if guesser.text().contains("switched off") {
            break;
        }
        if guesser.status.as_u16() == 429 {
            stage.wait(901);
            continue;
        }
        form = ["csrf", "of"].map(|name| (name.to_owned(), guesser.hidden(name))).to_vec();
        guesser.submit(&[("code", "0000-0000-00000")]).await;
    }
    assert_eq!((count(&stage, "wrong-code").await, count(&stage, "factor-off").await), (50, 1));
    guesser.sees("backup codes in a row, so they are switched off").sees("Use the code from your app");
    form[1].1 = attempt_of(&stage).await;
    form.push(("code".into(), codes[0].clone()));
    guesser.post(PAGE, &form).await.sees("switched off");
    assert!(!is_in(&guesser));
});

walk!(a_new_set_ends_the_old_and_is_shown_once, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let old = backup_codes_on(&sam);
    sam.open("/me/backup-codes").await.sees("You have 10 unused backup codes left").sees("Generate backup codes");
    sam.submit_to("/me/backup-codes", &[]).await;
    let new = backup_codes_on(&sam);
    assert_eq!((new.len(), &sam.answered["cache-control"]), (10, &"no-store".parse().unwrap()));
    sam.open("/me/backup-codes").await;
    assert!(backup_codes_on(&sam).is_empty() && new.iter().all(|code| !sam.html.contains(code)));
    assert_eq!(count(&stage, "backup-codes-made").await, 1);
    let mut browser = stage.browser();
    log_in(&mut browser, SAM, SAMS_PASSWORD).await;
    browser.open(PAGE).await.submit(&[("code", &old[0])]).await.sees("isn't one of your current backup codes");
    browser.submit(&[("code", &new[0])]).await;
    assert!(is_in(&browser));
});

walk!(a_colleagues_code_opens_nothing, |stage| {
    let (mut sam, mut alex) = (stage.browser(), stage.browser());
    enrol(&mut sam, &stage).await;
    let sams = backup_codes_on(&sam);
    enrol_as(&mut alex, &stage, ALEX, ALEXS_PASSWORD).await;
    let mut thief = stage.browser();
    log_in(&mut thief, ALEX, ALEXS_PASSWORD).await;
    thief.open(PAGE).await.submit(&[("code", &sams[0])]).await.sees("isn't one of your current backup codes");
    assert!(!is_in(&thief));
    assert_eq!(count(&stage, "wrong-code").await, 1);

    // The same with the rows of the table moved from one person to the other.
    let swap = "UPDATE backup_code SET person_id = (SELECT id FROM person WHERE email_key = 'alex@example.com' AND practice_id = backup_code.practice_id),
            set_id = (SELECT backup_set FROM person WHERE email_key = 'alex@example.com' AND practice_id = backup_code.practice_id)";
    stage.au().execute(swap, vec![]).await.unwrap();
    thief.submit(&[("code", &sams[1])]).await.sees("isn't one of your current backup codes");
    assert!(!is_in(&thief));
    let alexs = backup_codes_on(&alex);
    thief.submit(&[("code", &alexs[0])]).await;
    assert!(is_in(&thief), "and with the right code it is Alex: {}", thief.text());
});

walk!(the_table_tells_no_code, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    let rows: Vec<(String,)> = stage.au().all("SELECT hash FROM backup_code", vec![]).await.unwrap();
    assert_eq!(rows.len(), 10);
    let (practice, person): (String, String) = stage
        .au()
        .optional("SELECT practice_id, id FROM person WHERE email_key = 'sam@example.com'", vec![])
        .await
        .unwrap()
        .unwrap();
    for code in codes {
        let canonical = portico::factors::backup_code::canonical(&code).unwrap();
        let keyless = portico::factors::backup_code::keyed_hash(&[0; 32], &practice, &person, &canonical);
        let plain = portico::platform::secret::hash_token(&canonical);
        assert!(
            rows.iter().all(|(hash,)| hash.starts_with("k1.") && !hash.contains(&keyless) && !hash.contains(&plain))
        );
    }
});

/// The newest attempt: its form carries this.
async fn attempt_of(stage: &Stage) -> String {
    let sql = "SELECT id FROM attempt ORDER BY created_at DESC, id DESC LIMIT 1";
    let row: Option<(String,)> = stage.au().optional(sql, vec![]).await.unwrap();
    row.unwrap().0
}
