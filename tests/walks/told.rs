//! What the mails about sign-ins say, and when there is none.

use portico::args;

use super::people::{alex, relaxed};
use crate::support::authenticator::{Authenticator, make_passkey};
use crate::support::browser::Browser;
use crate::support::desk::{change, mails, run_jobs, times};
use crate::support::stage::{Sent, Stage, link_in};
use crate::support::two_factor::{
    SAM, SAMS_PASSWORD, code, code_in_text, enrol, is_in, key_on, log_in, next_code, wrong_code,
};
use crate::support::ways;
use crate::walk;

const PASSWORD: &str = "marble window thunder 88";

async fn log_in_and_keep(browser: &mut Browser) {
    ways::log_in(browser, ways::SAM, true).await;
    assert!(is_in(browser), "{}", browser.text());
}

async fn about(stage: &Stage, about: &str) -> Vec<Sent> {
    mails(stage, SAM).await.into_iter().filter(|mail| mail.about == about).collect()
}

walk!(a_new_recognised_device_is_told_once, |stage| {
    relaxed(&stage).await;
    stage.wait(1);
    // In a new browser the mail about the sign-in says it.
    let mut sam = stage.browser();
    log_in_and_keep(&mut sam).await;
    let told = about(&stage, "signed-in-new-browser").await;
    assert_eq!((told.len(), about(&stage, "device-remembered").await.len()), (1, 0));
    assert!(told[0].text.contains("this browser is a recognised device now"), "{}", told[0].text);
    assert_eq!(times(&stage, "device-remembered").await, 1, "it is in the record all the same");
    // Signed in on it again: nothing is new.
    sam.lose_session();
    log_in_and_keep(&mut sam).await;
    // A sign-in without the tick says nothing of devices.
    let mut other = stage.browser();
    stage.wait(60);
    log_in(&mut other, SAM, SAMS_PASSWORD).await;
    let told = about(&stage, "signed-in-new-browser").await;
    assert_eq!(told.len(), 2);
    assert!(!told[0].text.contains("recognised device"), "{}", told[0].text);
    // Ticked later, in that browser, it has a mail of its own, with the way to end it.
    other.lose_session();
    log_in_and_keep(&mut other).await;
    let told = about(&stage, "device-remembered").await;
    assert_eq!((told.len(), about(&stage, "signed-in-new-browser").await.len()), (1, 2));
    assert!(told[0].text.contains("/not-me/") && told[0].text.contains("asked for your password, and for no code"));
});

walk!(wrong_codes_for_a_change_are_told_as_what_they_are, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let mut desk = stage.browser();
    ways::log_in(&mut desk, ways::SAM, true).await;
    desk.submit(&[("code", &next_code(&stage, &secret))]).await;
    assert!(is_in(&desk));
    desk.lose_session();
    log_in(&mut desk, SAM, SAMS_PASSWORD).await;
    assert!(is_in(&desk), "recognised: {}", desk.text());
    desk.open("/me/two-factor").await.is_at("/confirm");
    desk.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/sign-in/code");
    for _ in 0..3 {
        desk.submit(&[("code", &wrong_code(&stage, &secret))]).await;
    }
    let told = about(&stage, "wrong-codes-thrice").await;
    assert_eq!(told.len(), 1);
    assert!(told[0].text.contains("that browser is still logged in"), "{}", told[0].text);
    assert!(!told[0].text.contains("did not get in"));
});

walk!(wrong_codes_at_the_door_are_told_as_what_they_are, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let mut thief = stage.browser();
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    for _ in 0..3 {
        thief.submit(&[("code", &wrong_code(&stage, &secret))]).await;
    }
    let told = about(&stage, "wrong-codes-thrice").await;
    assert!(told[0].text.contains("They did not get in") && !told[0].text.contains("still logged in"));
});

walk!(a_password_that_is_still_taken_is_not_said_to_be_off, |stage| {
    relaxed(&stage).await;
    let guess = async |address: &str| {
        let mut browser = stage.browser().from(address);
        browser.open("/sign-in").await.submit(&[("email", SAM), ("password", "not the right one")]).await;
        browser
    };
    for turn in 0..60 {
        stage.wait(901);
        if guess("198.51.100.7").await.text().contains("can't be used from here") {
            break;
        }
        if turn % 7 == 6 {
            let mut sam = stage.browser().from("203.0.113.5");
            log_in(&mut sam, SAM, SAMS_PASSWORD).await;
            assert!(is_in(&sam));
        }
    }
    guess("198.51.100.7").await.sees("can't be used from here");
    run_jobs(&stage).await;
    assert_eq!(about(&stage, "factor-off").await.len(), 0);
    let mut sam = stage.browser().from("203.0.113.5");
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    assert!(is_in(&sam), "it is taken elsewhere");
});

walk!(the_first_sign_in_of_an_account_from_elsewhere_is_told, |stage| {
    relaxed(&stage).await;
    let sql = "UPDATE person SET last_sign_in_at = NULL, joined_at = $2 WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(sql, args![SAM, stage.now() - 86_400]).await.unwrap();
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    assert_eq!(about(&stage, "signed-in-new-browser").await.len(), 1);
});

walk!(whoever_has_just_joined_is_told_nothing_new, |stage| {
    let mut alex = alex(&stage).await;
    for (email, required) in [("nia@example.com", false), ("ola@example.com", true)] {
        alex.open("/practice/people/new").await;
        alex.submit(&[("name", "New Colleague"), ("email", email), ("role", "reception")]).await;
        let link = link_in(&stage.messages(email).await[0].text);
        if required {
            stage.au().execute("UPDATE practice SET everyone_second_from = 1", vec![]).await.unwrap();
            stage.server.region("au").unwrap().practices.forget();
        }
        let mut new = stage.browser();
        new.open(&link).await.submit(&[("password", PASSWORD)]).await;
        if required {
            stage.wait(300);
            new.open("/sign-in/set-up").await.submit(&[("mobile", "0491 570 110")]).await;
            let sent = code_in_text(&stage, "+61491570110").await;
            new.submit(&[("code", &sent)]).await;
            new.open(&new.link("I have an app")).await;
            let secret = key_on(&new);
            new.open(&new.link("Continue")).await.submit(&[("code", &code(&stage, &secret))]).await;
            new.submit_to("/sign-in/set-up/done", &[]).await;
        }
        assert!(is_in(&new), "{}", new.text());
        let mails = mails(&stage, email).await;
        assert!(!mails.iter().any(|mail| mail.about == "signed-in-new-browser"), "{mails:?}");
    }
});

// The first number of all is added, and the next one is a change.
walk!(a_mobile_number_is_changed_only_where_there_was_one, |stage| {
    relaxed(&stage).await;
    change(
        &stage,
        SAM,
        "UPDATE person SET mobile = NULL, mobile_proved_at = NULL WHERE email_key = $1 AND kind = 'staff'",
    )
    .await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    for (number, to, said, unsaid) in [
        ("0491 570 110", "+61491570110", "was added", "was changed"),
        ("0491 570 156", "+61491570156", "was changed", "was added"),
    ] {
        sam.open("/me/mobile").await.submit(&[("mobile", number)]).await;
        let sent = code_in_text(&stage, to).await;
        sam.submit(&[("code", &sent)]).await.is_at("/me/mobile");
        let mail = about(&stage, "mobile-changed").await.remove(0);
        assert!(mail.text.contains(said) && !mail.text.contains(unsaid), "{}", mail.text);
        assert!(mail.subject.ends_with("has a new mobile number"), "{}", mail.subject);
        stage.wait(61);
    }
    // So it is where the number comes with the app.
    change(
        &stage,
        SAM,
        "UPDATE person SET mobile = NULL, mobile_proved_at = NULL WHERE email_key = $1 AND kind = 'staff'",
    )
    .await;
    sam.open("/me/two-factor").await.submit(&[("mobile", "0491 570 110")]).await;
    let sent = code_in_text(&stage, "+61491570110").await;
    sam.submit(&[("code", &sent)]).await;
    sam.open(&sam.link("I have an app")).await;
    let secret = key_on(&sam);
    sam.open(&sam.link("Continue")).await.submit(&[("code", &code(&stage, &secret))]).await;
    let mail = about(&stage, "mobile-changed").await.remove(0);
    assert!(mail.text.contains("was added"), "{}", mail.text);
});

// Whose page it is is known there: a passkey helps on only where there is one.
walk!(a_passkey_is_named_to_those_who_have_one, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    for has_one in [false, true] {
        if has_one {
            stage.wait(901);
            let mut inside = stage.browser();
            log_in(&mut inside, SAM, SAMS_PASSWORD).await;
            inside.submit(&[("code", &next_code(&stage, &secret))]).await;
            make_passkey(&mut inside, &mut Authenticator::synced()).await;
        }
        for page in ["/sign-in/code", "/sign-in/backup-code"] {
            let mut guesser = stage.browser();
            log_in(&mut guesser, SAM, SAMS_PASSWORD).await;
            let mut seen = vec![];
            for _ in 0..120 {
                guesser.open(page).await;
                if guesser.status.as_u16() == 429 {
                    let off = guesser.text().contains("switched off");
                    seen.push(guesser.text());
                    if off {
                        break;
                    }
                    stage.wait(901);
                    log_in(&mut guesser, SAM, SAMS_PASSWORD).await;
                    continue;
                }
                let wrong =
                    if page.ends_with("backup-code") { "0000-0000-00000".into() } else { wrong_code(&stage, &secret) };
                guesser.submit(&[("code", &wrong)]).await;
            }
            assert!(seen.len() > 1 && seen.last().unwrap().contains("switched off"), "{page}");
            for text in seen {
                let said = text.contains("A passkey gets in without waiting") || text.contains("or a passkey");
                assert_eq!(said, has_one, "{page}: {text}");
            }
        }
        let sql = "DELETE FROM tries";
        stage.au().execute(sql, vec![]).await.unwrap();
    }
});
