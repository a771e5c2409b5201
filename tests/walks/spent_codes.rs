//! A code that was used before, typed after the right password: it opens nothing, and leaves the traces of a wrong one. Whoever
//! presses twice with the code that has just let them in is nobody to be warned of.

use portico::args;
use portico::factors::totp_code;

use crate::support::stage::Stage;
use crate::support::two_factor::{
    SAM, SAMS_PASSWORD, all_at_once, backup_codes_on, code, count, enrol, is_in, log_in, next_code,
};
use crate::walk;

const PAGE: &str = "/sign-in/backup-code";

/// Sam's codes, of which the first was used by Sam.
async fn codes_with_one_used(stage: &Stage) -> Vec<String> {
    let mut sam = stage.browser();
    enrol(&mut sam, stage).await;
    let codes = backup_codes_on(&sam);
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    sam.open(PAGE).await.submit(&[("code", &codes[0])]).await;
    assert!(is_in(&sam), "{}", sam.text());
    codes
}

async fn mails(stage: &Stage, about: &str) -> usize {
    stage.messages(SAM).await.iter().filter(|mail| mail.about == about).count()
}

walk!(a_used_backup_code_leaves_the_traces_of_a_wrong_one, |stage| {
    let codes = codes_with_one_used(&stage).await;
    let mut thief = stage.browser().from("203.0.113.9");
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    thief.open(PAGE).await;
    for tried in 1..=3 {
        thief.submit(&[("code", &codes[0])]).await.sees("That backup code was used already");
        assert!(!is_in(&thief));
        assert_eq!(count(&stage, "wrong-code").await, tried);
        assert_eq!(mails(&stage, "wrong-codes-thrice").await, usize::from(tried == 3));
    }
    let sql = "SELECT detail FROM audit WHERE event = 'wrong-code' ORDER BY id LIMIT 1";
    let line: Option<(String,)> = stage.au().optional(sql, vec![]).await.unwrap();
    assert!(line.unwrap().0.contains("\"used\":\"yes\""));
    // The honest twin, in the same browser even: an unused one lets in.
    thief.submit(&[("code", &codes[1])]).await;
    assert!(is_in(&thief), "{}", thief.text());
    assert_eq!(count(&stage, "wrong-code").await, 3);
});

walk!(used_backup_codes_switch_them_off_and_say_so, |stage| {
    let codes = codes_with_one_used(&stage).await;
    let mut thief = stage.browser().from("203.0.113.9");
    for _ in 0..200 {
        log_in(&mut thief, SAM, SAMS_PASSWORD).await;
        thief.open(PAGE).await;
        if thief.text().contains("switched off") {
            break;
        }
        if thief.status.as_u16() == 429 {
            stage.wait(901);
            continue;
        }
        thief.submit(&[("code", &codes[0])]).await;
    }
    assert_eq!((count(&stage, "wrong-code").await, count(&stage, "factor-off").await), (50, 1));
    assert_eq!(mails(&stage, "factor-off").await, 1);
});

walk!(a_code_of_the_app_seen_before_switches_it_off_and_says_so, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let mut thief = stage.browser().from("203.0.113.9");
    let mut seen = 0;
    for _ in 0..80 {
        thief = stage.browser().from("203.0.113.9");
        log_in(&mut thief, SAM, SAMS_PASSWORD).await;
        if thief.text().contains("switched off") {
            break;
        }
        if thief.status.as_u16() == 429 {
            stage.wait(901);
            // What the app shows by now was used by Sam meanwhile.
            let sql = "UPDATE person SET totp_last_step = $2 WHERE email_key = $1 AND kind = 'staff'";
            stage.au().execute(sql, args![SAM, totp_code::step_at(stage.now())]).await.unwrap();
            continue;
        }
        thief.submit(&[("code", &code(&stage, &secret))]).await;
        assert!(!is_in(&thief));
        seen += 1;
    }
    thief.sees("codes from the app are switched off");
    assert_eq!((seen, count(&stage, "code-replayed").await), (20, 20));
    assert_eq!((count(&stage, "factor-off").await, mails(&stage, "factor-off").await), (1, 1));
});

// One press too many with one's own right code: in by the first, and nobody is warned of the rest.
walk!(pressed_twice_it_warns_of_nothing, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    for (page, code) in [(PAGE, codes[0].clone()), ("/sign-in/code", next_code(&stage, &secret))] {
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, SAMS_PASSWORD).await;
        sam.open(page).await.is_at(page);
        let back = all_at_once(vec![sam; 6], &code).await;
        assert_eq!(back.iter().filter(|browser| is_in(browser)).count(), 1, "{page}");
    }
    assert_eq!(count(&stage, "wrong-code").await, 0);
    for about in ["wrong-codes-thrice", "factor-off"] {
        assert_eq!(mails(&stage, about).await, 0, "{about}");
    }
});
