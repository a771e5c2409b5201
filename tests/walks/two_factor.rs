//! The code from the app: set-up, second step, mobile number, turning off.

use crate::support::browser::Browser;
use crate::support::stage::{Stage, code_in};
use crate::support::two_factor::{
    ALEX, ALEXS_PASSWORD, SAM, SAMS_PASSWORD, backup_codes_on, code, count, enrol, enrol_as, is_in, key_on, log_in,
    next_code, scan, text_messages, wrong_code,
};
use crate::walk;

walk!(sam_turns_it_on_and_signs_in_with_it, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    assert_eq!(backup_codes_on(&sam).len(), 10);
    assert_eq!(count(&stage, "two-factor-on").await, 1);

    let mut elsewhere = stage.browser();
    log_in(&mut elsewhere, SAM, SAMS_PASSWORD).await;
    elsewhere.is_at("/sign-in/code").sees("Verification code").sees("Verify");
    elsewhere.sees("Use a backup code").misses("Use a passkey");
    // Whoever is stuck here finds the answers here.
    elsewhere.sees("My code isn't accepted").sees("I have lost my phone, or got a new one");
    assert!(!is_in(&elsewhere));
    elsewhere.submit(&[("code", "12345")]).await.sees("Type the six digits");
    let typed = next_code(&stage, &secret);
    elsewhere.submit(&[("code", &format!(" {} {} ", &typed[..3], &typed[3..]))]).await;
    assert!(is_in(&elsewhere), "{}", elsewhere.text());
    assert_eq!(count(&stage, "wrong-code").await, 0, "what is no code is no try");
});

walk!(a_set_up_sent_twice_says_that_it_is_on, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    let secret = scan(&mut sam, &stage, "/me/two-factor").await;
    let mut again = sam.clone();
    sam.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
    again.submit(&[("code", &code(&stage, &secret))]).await.is_at("/me/backup-codes");
    again.sees("2 factor authentication is on.").sees("If you didn't see them, make a new set here");
    again.submit_to("/me/backup-codes", &[]).await;
    assert_eq!((backup_codes_on(&again).len(), count(&stage, "two-factor-on").await), (10, 1));
});

walk!(an_administrator_must_set_it_up_inside_the_sign_in, |stage| {
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, ALEXS_PASSWORD).await;
    alex.is_at("/sign-in/set-up").sees("Step 1 of 4").sees("•156").sees("What is 2 factor authentication?");
    let secret = scan(&mut alex, &stage, "/sign-in/set-up").await;
    alex.submit(&[("code", &wrong_code(&stage, &secret))]).await.sees("That code isn't right yet");
    alex.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
    assert!(!is_in(&alex), "the codes are shown before the door opens");
    alex.open("/sign-in/set-up").await.is_at("/sign-in/set-up/done").sees("You have 10 unused backup codes left");
    // Whoever pressed twice may have seen none of them.
    alex.sees("If you didn't see the codes").sees("Generate backup codes");
    assert!(backup_codes_on(&alex).is_empty());
    alex.submit_to("/sign-in/set-up/done", &[]).await;
    assert!(is_in(&alex), "{}", alex.text());
    alex.open("/me/two-factor/off").await.sees("Harbour Physio requires a second step of you");
    alex.post("/me/two-factor/off", &[("csrf".into(), alex.hidden("csrf"))]).await;
    assert_eq!((alex.status.as_u16(), count(&stage, "two-factor-off").await), (403, 0));
    let mut again = stage.browser();
    log_in(&mut again, ALEX, ALEXS_PASSWORD).await;
    again.is_at("/sign-in/code");
});

walk!(the_pages_go_back_and_forth_and_forget_after_a_quarter_of_an_hour, |stage| {
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, ALEXS_PASSWORD).await;
    for page in ["app", "key", "code"] {
        alex.open(&format!("/sign-in/set-up/{page}")).await.is_at("/sign-in/set-up");
    }
    let secret = scan(&mut alex, &stage, "/sign-in/set-up").await;
    alex.open(&alex.link("Back")).await.sees("Step 3 of 4");
    alex.open(&alex.link("Back")).await.sees("Step 2 of 4");
    alex.open(&alex.link("Back")).await.submit(&[("mobile", "hello")]).await.sees("doesn't look like a phone number");
    assert_eq!(alex.status.as_u16(), 422);
    alex.submit(&[("mobile", "(02) 9374 4000")]).await.sees("can't get text messages");
    alex.submit(&[("mobile", "0491 570 110")]).await.is_at("/sign-in/set-up/mobile-code");
    let text = stage.messages("+61491570110").await.remove(0);
    alex.submit(&[("code", &code_in(&text.text))]).await.is_at("/sign-in/set-up/app");
    alex.open("/sign-in/set-up/key").await;
    assert_eq!(key_on(&alex), secret, "going back changes the number only");
    stage.wait(901);
    alex.open("/sign-in/set-up/code").await.is_at("/sign-in/set-up").sees("You began a while ago");
    let newer = scan(&mut alex, &stage, "/sign-in/set-up").await;
    assert_ne!(newer, secret);
    alex.submit(&[("code", &code(&stage, &secret))]).await.sees("isn't right yet");
    alex.submit(&[("code", &code(&stage, &newer))]).await.sees("2 factor authentication is on");
});

walk!(the_old_app_works_until_the_new_one_is_proved, |stage| {
    let mut sam = stage.browser();
    let old = enrol(&mut sam, &stage).await;
    let path = sam.open("/me").await.link("Move to another app");
    sam.open(&path).await.is_at("/me/two-factor").sees("Your present app keeps working");
    let new = scan(&mut sam, &stage, "/me/two-factor").await;
    let mut phone = stage.browser();
    log_in(&mut phone, SAM, SAMS_PASSWORD).await;
    phone.submit(&[("code", &next_code(&stage, &old))]).await;
    assert!(is_in(&phone));
    sam.submit(&[("code", &code(&stage, &new))]).await.sees("2 factor authentication is on");
    // The mails tell the first app from another one.
    let mails: Vec<_> = stage.messages(SAM).await.into_iter().filter(|mail| mail.about == "two-factor-on").collect();
    assert!(mails[0].subject.contains("Another app") && mails[0].text.contains("was moved to another app"));
    assert!(mails[1].subject.contains("is on") && mails[1].text.contains("was turned on"), "{}", mails[1].text);
    let mut later = stage.browser();
    log_in(&mut later, SAM, SAMS_PASSWORD).await;
    later.submit(&[("code", &next_code(&stage, &old))]).await.sees("isn't right");
    later.submit(&[("code", &code(&stage, &new))]).await;
    assert!(is_in(&later));
});

walk!(turning_off_takes_everything_that_hangs_on_it, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    sam.open("/me/two-factor/off").await.sees("After that your password alone opens your account");
    sam.submit_to("/me/two-factor/off", &[]).await.sees("2 factor authentication is off");
    assert_eq!(count(&stage, "two-factor-off").await, 1);
    let left: Option<(i64,)> = stage.au().optional("SELECT COUNT(*) FROM backup_code", vec![]).await.unwrap();
    assert_eq!(left, Some((0,)));
    sam.open("/me/backup-codes").await.sees("Turn on 2 factor authentication first");
    let mut again = stage.browser();
    log_in(&mut again, SAM, SAMS_PASSWORD).await;
    assert!(is_in(&again));
    stage.wait(301);
    sam.open("/me/two-factor/off").await.is_at("/confirm");
});

walk!(fresh_proof_says_that_the_person_is_logged_in, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    stage.wait(301);
    sam.open("/me/two-factor/off").await.is_at("/confirm");
    sam.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/sign-in/code");
    sam.sees("You are logged in as sam@example.com").misses("You are logging in");
    let mut by_paper = sam.clone();
    by_paper.open(&by_paper.link("Use a backup code")).await.sees("You are logged in as").misses("You are logging in");
    sam.submit(&[("code", &next_code(&stage, &secret))]).await.is_at("/me/two-factor/off");
    let mut elsewhere = stage.browser();
    log_in(&mut elsewhere, SAM, SAMS_PASSWORD).await;
    elsewhere.sees("You are logging in as sam@example.com");
});

walk!(twelve_characters_do_only_beside_a_second_factor, |stage| {
    let short = "zebra-q7-moss";
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    sam.open("/me/password").await.sees("At least 12 characters");
    sam.submit(&[("current", SAMS_PASSWORD), ("password", short)]).await.sees("Your password is changed");
    let mut other = stage.browser();
    log_in(&mut other, SAM, short).await;
    other.is_at("/sign-in/code");
    other.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&other), "{}", other.text());
    sam.open("/me/two-factor/off").await.sees("If it has fewer than 15 characters, you choose a longer one");
    sam.submit_to("/me/two-factor/off", &[]).await.sees("2 factor authentication is off");
    let mut again = stage.browser();
    log_in(&mut again, SAM, short).await;
    again.is_at("/sign-in/new-password").sees("it is too short");
    assert!(!is_in(&again));
    again.submit(&[("password", short)]).await.is_at("/sign-in/new-password").sees("At least 15 characters");
    again.submit(&[("password", "zebra-q7-moss-lantern")]).await;
    assert!(is_in(&again), "{}", again.text());
});

walk!(a_factor_change_ends_every_recognised_device, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let mut kept = stage.browser();
    kept.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
    kept.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&kept));
    kept.lose_session();
    log_in(&mut kept, SAM, SAMS_PASSWORD).await;
    assert!(is_in(&kept), "the code is not asked on a recognised device: {}", kept.text());
    let new = scan(&mut sam, &stage, "/me/two-factor").await;
    sam.submit(&[("code", &code(&stage, &new))]).await.sees("2 factor authentication is on");
    kept.lose_session();
    log_in(&mut kept, SAM, SAMS_PASSWORD).await;
    kept.is_at("/sign-in/code");
});

walk!(a_mobile_number_is_changed_and_told, |stage| {
    let mut sam = stage.browser();
    enrol(&mut sam, &stage).await;
    sam.open("/me/mobile").await.sees("The number on file is +••••••••157");
    sam.submit(&[("mobile", "0491 57")]).await.sees("too short");
    sam.submit(&[("mobile", "0491 570 110")]).await;
    if sam.path == "/me/mobile/code" {
        let texts = text_messages(&stage).await;
        sam.submit(&[("code", &code_in(&texts[0]))]).await;
    }
    sam.sees("Your mobile number was changed").sees("•110");
    assert_eq!(count(&stage, "mobile-changed").await, 1);
});

fn with_texts(config: &mut portico::config::Config) {
    config.text = Some(portico::config::TextGateway {
        url: "https://texts.example.com/send".into(),
        method: "POST".into(),
        headers: vec![],
        body: "to={to}&text={text}".into(),
        content_type: "application/x-www-form-urlencoded".into(),
        from: "Portico".into(),
        extra_ca_file: None,
    });
}

mod a_number_is_proved_by_a_text_message {
    use super::*;

    async fn walk(stage: Stage) {
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, SAMS_PASSWORD).await;
        sam.open("/me/two-factor").await.submit(&[("mobile", "0491 570 110")]).await;
        sam.is_at("/me/two-factor/mobile-code").sees("+••••••••110");
        sam.open("/me/two-factor/app").await.is_at("/me/two-factor");
        sam.open("/me/two-factor/mobile-code").await;
        submit_wrong(&mut sam, &stage, 5).await;
        let sent = code_in(&text_messages(&stage).await[0]);
        sam.submit(&[("code", &sent)]).await.sees("no longer works");
        sam.submit(&[("do", "again")]).await.sees("A code was sent a moment ago");
        stage.wait(60);
        sam.submit(&[("do", "again")]).await.is_at("/me/two-factor/mobile-code");
        let newer = code_in(&text_messages(&stage).await[0]);
        sam.submit(&[("code", &newer)]).await.is_at("/me/two-factor/app");
        assert_eq!((count(&stage, "mobile-code-sent").await, count(&stage, "mobile-changed").await), (2, 0));
        sam.open("/me/two-factor/key").await;
        let secret = key_on(&sam);
        sam.open("/me/two-factor/code").await.submit(&[("code", &code(&stage, &secret))]).await;
        assert_eq!(count(&stage, "mobile-changed").await, 1);
        five_a_day(&mut sam, &stage).await;
    }

    async fn submit_wrong(sam: &mut Browser, stage: &Stage, times: usize) {
        let right = code_in(&text_messages(stage).await[0]);
        let wrong = if right == "111111" { "222222" } else { "111111" };
        for _ in 0..times {
            sam.submit(&[("code", wrong)]).await.sees("That isn't the code we sent");
        }
    }

    async fn five_a_day(sam: &mut Browser, stage: &Stage) {
        for _ in 0..3 {
            stage.wait(60);
            sam.open("/me/mobile").await.submit(&[("mobile", "0491 570 156")]).await.is_at("/me/mobile/code");
        }
        stage.wait(60);
        sam.open("/me/mobile").await.submit(&[("mobile", "0491 570 156")]).await.sees("Five codes were sent");
        assert_eq!(text_messages(stage).await.len(), 3, "the three to the last number");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        walk(Stage::with(tempfile::tempdir().unwrap(), with_texts).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        if let Some(stage) = Stage::postgres_with(with_texts).await {
            walk(stage).await;
        }
    }
}

walk!(everybody_else_is_enrolled_in_one_line, |stage| {
    let mut alex = stage.browser();
    let secret = enrol_as(&mut alex, &stage, ALEX, ALEXS_PASSWORD).await;
    assert_eq!(secret.len(), 20);
});

walk!(fresh_proof_takes_the_code_or_a_backup_code, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    for (path, field) in [("/sign-in/code", None), ("/sign-in/backup-code", Some(&codes[0]))] {
        stage.wait(301);
        sam.open("/me/backup-codes").await.is_at("/confirm");
        password_shown_for_fresh_proof(&mut sam, &stage).await;
        let typed = field.cloned().unwrap_or_else(|| next_code(&stage, &secret));
        sam.open(path).await.submit(&[("code", &typed)]).await.is_at("/me/backup-codes");
        sam.sees("Generate backup codes");
    }
});

/// Leaves the browser as after the password of the fresh proof: with an attempt for its own session.
async fn password_shown_for_fresh_proof(sam: &mut Browser, stage: &Stage) {
    let mut other = stage.browser();
    log_in(&mut other, SAM, SAMS_PASSWORD).await;
    let sql = "UPDATE attempt SET goal = 'fresh', then_path = '/me/backup-codes',
            session_id = (SELECT id FROM session WHERE practice_id = attempt.practice_id AND ended_at IS NULL ORDER BY created_at LIMIT 1)
         WHERE id = (SELECT id FROM attempt ORDER BY created_at DESC, id DESC LIMIT 1)";
    stage.au().execute(sql, vec![]).await.unwrap();
    sam.cookies.insert("__Host-attempt".into(), other.cookies["__Host-attempt"].clone());
}
