//! Recognised devices: a browser stands for the code, never for the password, and a copy of it is found out.

use portico::args;
use portico::sign_in::device;
use portico::sign_in::step::Factor;

use crate::support::browser::Browser;
use crate::support::key::{DeviceKey, log_in_with_key};
use crate::support::stage::Stage;
use crate::support::ways::{
    ALEX, SAM, ask_no_second, devices_of, give_app, let_in, log_in, sessions_of, somebody, visit,
};
use crate::walk;

const DAY: i64 = 86_400;
const DEVICES: &str = "__Host-devices";

/// Sam's browser, remembered by its cookie, and Sam's app, set up after.
async fn remembered(stage: &Stage) -> Browser {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/me").sees("This browser is known only by a cookie.");
    give_app(stage, SAM.0).await;
    sam
}

/// The session is forgotten, the devices' cookie stays: the next sign-in begins anew.
fn next_day(stage: &Stage, browser: &mut Browser) {
    browser.cookies.remove("__Host-session");
    stage.wait(3600);
}

walk!(a_recognised_browser_is_not_asked_for_the_code, |stage| {
    let mut sam = remembered(&stage).await;
    next_day(&stage, &mut sam);
    let before = sam.cookies[DEVICES].clone();
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me").sees("in a browser that was recognised");
    assert_ne!(sam.cookies[DEVICES], before, "the secret turns at every sign-in");
    let mut other = stage.browser();
    log_in(&mut other, SAM, true).await;
    other.is_at("/sign-in/code");
});

walk!(a_stolen_cookie_without_the_key_is_asked_for_the_code, |stage| {
    let (key, mut sam) = (DeviceKey::new(), stage.browser());
    log_in_with_key(&mut sam, &key, SAM, true).await;
    sam.is_at("/me").sees("This browser can prove itself with a key.");
    give_app(&stage, SAM.0).await;
    stage.wait(3600);
    let stolen = sam.cookies.clone();

    let thief = || {
        let mut thief = stage.browser().from("198.51.100.7");
        thief.cookies.clone_from(&stolen);
        thief.cookies.remove("__Host-session");
        thief
    };
    let mut without = thief();
    log_in(&mut without, SAM, true).await;
    without.is_at("/sign-in/code");
    let mut another_key = thief();
    log_in_with_key(&mut another_key, &DeviceKey::new(), SAM, true).await;
    another_key.is_at("/sign-in/code");
    // A signature of the right key for another host, and for another browser's challenge.
    let mut wrong_host = thief();
    wrong_host.open("/sign-in").await;
    let signature = key.sign("evil.example", &wrong_host.hidden("device_challenge"));
    wrong_host.submit(&[("email", SAM.0), ("password", SAM.1), ("device_signature", &signature)]).await;
    wrong_host.is_at("/sign-in/code");
    let mut elsewhere = stage.browser();
    elsewhere.open("/sign-in").await;
    let challenge = elsewhere.hidden("device_challenge");
    let mut replayed = thief();
    replayed.open("/sign-in").await;
    let signature = key.sign(&replayed.host.clone(), &challenge);
    let fields =
        [("email", SAM.0), ("password", SAM.1), ("device_challenge", &challenge), ("device_signature", &signature)];
    replayed.submit(&fields).await;
    replayed.is_at("/sign-in/code");

    sam.cookies.remove("__Host-session");
    log_in_with_key(&mut sam, &key, SAM, false).await;
    sam.is_at("/me");
});

walk!(a_key_that_did_not_sign_is_not_kept, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    let (key, other) = (DeviceKey::new().open(), DeviceKey::new());
    let signature = other.sign(&sam.host.clone(), &sam.hidden("device_challenge"));
    let fields = [("device_key", key.as_str()), ("device_signature", &signature), ("keep", "1")];
    sam.submit(&[&[("email", SAM.0), ("password", SAM.1)][..], &fields[..]].concat()).await;
    sam.is_at("/me").sees("This browser is known only by a cookie.");
});

walk!(a_copied_cookie_ends_the_device_and_raises_the_alarm, |stage| {
    // However often the thief has signed in since: the owner's copy is old, and that shows.
    for thefts in 1..=3 {
        let mut sam = remembered(&stage).await;
        next_day(&stage, &mut sam);
        let mut thief = stage.browser().from("198.51.100.7");
        thief.cookies.insert(DEVICES.into(), sam.cookies[DEVICES].clone());
        for _ in 0..thefts {
            thief.cookies.remove("__Host-session");
            log_in(&mut thief, SAM, false).await;
            thief.is_at("/me");
        }
        let alarms = stage.events().await.iter().filter(|event| *event == "device-copied").count();
        stage.wait(121);
        log_in(&mut sam, SAM, false).await;
        sam.is_at("/sign-in/code");
        let events = stage.events().await;
        assert_eq!(events.iter().filter(|event| *event == "device-copied").count(), alarms + 1, "{thefts}");
        thief.open("/me").await.is_at("/sign-in");
        log_in(&mut thief, SAM, false).await;
        thief.is_at("/sign-in/code");
        for (whom, about) in [(SAM.0, "device-copied"), (ALEX.0, "device-copied-administrators")] {
            let sent = stage.messages(whom).await;
            assert_eq!(sent.iter().filter(|mail| mail.about == about).count(), thefts, "{about}");
        }
        let sql = "UPDATE person SET totp_secret = NULL WHERE email_key = 'sam@example.com'";
        stage.au().execute(sql, args![]).await.unwrap();
    }
});

walk!(an_answer_that_got_lost_is_forgiven_for_two_minutes, |stage| {
    for (seconds, path) in [(120, "/me"), (121, "/sign-in/code")] {
        let mut sam = remembered(&stage).await;
        next_day(&stage, &mut sam);
        let mut lost = sam.clone();
        log_in(&mut lost, SAM, false).await;
        lost.is_at("/me");
        stage.wait(seconds);
        log_in(&mut sam, SAM, false).await;
        sam.is_at(path);
        let sql = "UPDATE person SET totp_secret = NULL WHERE email_key = 'sam@example.com'";
        stage.au().execute(sql, args![]).await.unwrap();
    }
});

walk!(a_strangers_guess_raises_no_alarm, |stage| {
    let mut sam = remembered(&stage).await;
    let id = devices_of(&stage, SAM.0).await.remove(0);
    for guess in ["x".to_owned(), "A".repeat(43), "A".repeat(65), "é".repeat(40), String::new()] {
        let mut stranger = stage.browser();
        stranger.cookies.insert(DEVICES.into(), format!("{id}~{guess}"));
        log_in(&mut stranger, (SAM.0, "not the password at all"), false).await;
    }
    assert!(!stage.events().await.contains(&"device-copied".to_owned()));
    next_day(&stage, &mut sam);
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me");
});

walk!(the_cookie_alone_opens_nothing, |stage| {
    let sam = remembered(&stage).await;
    let mut thief = stage.browser();
    thief.cookies.insert(DEVICES.into(), sam.cookies[DEVICES].clone());
    thief.open("/me").await.is_at("/sign-in");
    log_in(&mut thief, (SAM.0, "a wrong password here"), false).await;
    thief.is_at("/sign-in").sees("don't match");
    assert!(!thief.cookies.contains_key("__Host-session"));
});

walk!(what_ends_all_devices_ends_this_one, |stage| {
    let mut sam = remembered(&stage).await;
    // Password change, factor change, an administrator's reset and a new role all call this.
    let (visit, person) = (visit(&stage).await, somebody(&stage, SAM.0).await);
    let mut tx = stage.au().write().await.unwrap();
    assert_eq!(device::end_all(&visit, &mut tx, &person.id).await.unwrap(), 1);
    tx.commit().await.unwrap();
    next_day(&stage, &mut sam);
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/code");
});

walk!(log_out_everywhere_forgets_this_browser, |stage| {
    let mut sam = remembered(&stage).await;
    sam.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await;
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/code");
});

walk!(daily_visits_do_not_lengthen_the_thirty_days, |stage| {
    let mut sam = remembered(&stage).await;
    for day in 1..=29 {
        sam.cookies.remove("__Host-session");
        stage.wait(DAY);
        log_in(&mut sam, SAM, day % 2 == 0).await;
        sam.is_at("/me");
    }
    sam.cookies.remove("__Host-session");
    stage.wait(DAY - 1);
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/me");
    // Let in without the code on the last day, the session lasts as long as one that nobody kept, and no longer.
    stage.wait(1);
    sam.open("/me").await.is_at("/me");
    let mut again = sam.clone();
    again.lose_session();
    log_in(&mut again, SAM, true).await;
    again.is_at("/sign-in/code");
    stage.wait(12 * 3600);
    sam.open("/me").await.is_at("/sign-in");
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/sign-in/code");
});

walk!(a_device_of_one_practice_is_none_at_another, |stage| {
    ask_no_second(&stage).await;
    let mut here = stage.browser();
    log_in(&mut here, ALEX, true).await;
    let uk = &stage.server.region("uk").unwrap().db;
    let mut there = stage.browser_at("thames-therapy.uk.localhost:8080");
    there.cookies.insert(DEVICES.into(), here.cookies[DEVICES].clone());
    let sql = "UPDATE person SET totp_secret = 'sealed', totp_since = 1 WHERE email_key = 'alex@example.com'";
    uk.execute(sql, args![]).await.unwrap();
    log_in(&mut there, (ALEX.0, "walnut-signal-river-48"), false).await;
    there.is_at("/sign-in/code");
});

walk!(a_backup_code_makes_no_recognised_device, |stage| {
    give_app(&stage, SAM.0).await;
    let mut sam = stage.browser();
    let_in(&stage, &mut sam, SAM.0, &[Factor::Password, Factor::BackupCode], true).await;
    sam.open("/me").await.sees("No recognised device.").sees("Not kept").sees("a backup code");
    let mut with_code = stage.browser();
    let_in(&stage, &mut with_code, SAM.0, &[Factor::Password, Factor::Totp], true).await;
    with_code.open("/me").await.sees("Kept on this device").misses("No recognised device.");
});

walk!(two_people_on_one_browser_keep_their_own, |stage| {
    ask_no_second(&stage).await;
    let mut desk = stage.browser();
    log_in(&mut desk, SAM, true).await;
    desk.cookies.remove("__Host-session");
    log_in(&mut desk, ALEX, true).await;
    give_app(&stage, SAM.0).await;
    give_app(&stage, ALEX.0).await;
    for who in [SAM, ALEX, SAM] {
        next_day(&stage, &mut desk);
        log_in(&mut desk, who, false).await;
        desk.is_at("/me").sees(who.0);
        assert_eq!(devices_of(&stage, who.0).await.len(), 1);
    }
    // Alex's record is no help to Sam.
    let sams = devices_of(&stage, SAM.0).await.remove(0);
    desk.open("/me").await.submit_to(&format!("/me/devices/{sams}/forget"), &[]).await;
    next_day(&stage, &mut desk);
    log_in(&mut desk, SAM, false).await;
    desk.is_at("/sign-in/code");
    log_in(&mut desk, ALEX, false).await;
    desk.is_at("/me");
});

walk!(a_person_has_at_most_ten, |stage| {
    let mut first = stage.browser();
    log_in(&mut first, SAM, true).await;
    let oldest = devices_of(&stage, SAM.0).await.remove(0);
    for _ in 0..10 {
        stage.wait(1);
        let mut next = stage.browser();
        log_in(&mut next, SAM, true).await;
        next.is_at("/me");
    }
    let left = devices_of(&stage, SAM.0).await;
    assert_eq!(left.len(), 10);
    assert!(!left.contains(&oldest));
});

walk!(devices_are_named_and_forgotten, |stage| {
    let mut sam = remembered(&stage).await;
    sam.open("/me").await.sees("Recognised devices").sees("Chrome on Windows").sees("21 December 2026");
    let path = sam.link("Rename");
    sam.open(&path).await.sees("Rename this device");
    for wrong in ["", "   ", &"x".repeat(41), "a\u{202e}b", "a\u{7}b"] {
        sam.submit(&[("name", wrong)]).await;
        assert_eq!(sam.status, 422, "{wrong:?}");
    }
    sam.submit(&[("name", "  Desk \"<b>\" & Söhne  ")]).await;
    sam.is_at("/me").sees("The device has its new name.").sees("Desk \"<b>\" & Söhne");
    assert!(!sam.html.contains("<b>\""), "escaped");
    let id = devices_of(&stage, SAM.0).await.remove(0);
    sam.submit_to(&format!("/me/devices/{id}/forget"), &[]).await;
    sam.is_at("/me").sees("The device is forgotten").sees("No recognised device.");
    assert_eq!(sessions_of(&stage, SAM.0).await.len(), 1, "the open session stays");
    // Pressed once more on a page that still showed it: it is forgotten, and that is said.
    let form = [("csrf".to_owned(), sam.hidden("csrf"))];
    sam.post(&format!("/me/devices/{id}/forget"), &form)
        .await
        .follow()
        .await
        .is_at("/me")
        .sees("The device is forgotten");
    let events = stage.events().await;
    assert_eq!(events[events.len() - 2..], ["device-renamed", "device-forgotten"]);
    next_day(&stage, &mut sam);
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/code");
});
