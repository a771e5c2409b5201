//! Sessions: how long they last, when they lock, and how they end.

use axum::http::Method;
use portico::args;
use portico::sign_in::session;
use portico::sign_in::step::Factor;

use crate::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey};
use crate::support::browser::Browser;
use crate::support::stage::Stage;
use crate::support::two_factor::{next_code, scan};
use crate::support::ways::{ALEX, SAM, ask_no_second, let_in, log_in, sessions_of, somebody, visit};
use crate::walk;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// Presses the button of the warning dialog as the script does; answers the JSON.
async fn stay(browser: &mut Browser) -> serde_json::Value {
    let token = browser.form_token.clone();
    browser.post("/me/stay", &[("csrf".into(), token)]).await;
    serde_json::from_str(&browser.html).unwrap_or_default()
}

/// A page that anybody may open, so that looking does not count as use: is the session over, locked or open?
async fn ends_up(browser: &mut Browser) -> String {
    browser.send(Method::GET, "/me", None).await;
    match browser.answered.get("location") {
        None => "open".to_owned(),
        Some(place) => place.to_str().unwrap().split('?').next().unwrap().to_owned(),
    }
}

walk!(an_unused_session_locks_after_an_hour, |stage| {
    for (seconds, expected) in [(HOUR - 1, "open"), (HOUR, "open"), (HOUR + 1, "/locked")] {
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, false).await;
        stage.wait(seconds);
        assert_eq!(ends_up(&mut sam).await, expected, "after {seconds} s");
    }
});

walk!(a_used_session_ends_after_twelve_hours, |stage| {
    for (last, expected) in [(12 * HOUR - 1, "open"), (12 * HOUR + 1, "/sign-in")] {
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, false).await;
        let mut gone = 0;
        while gone + 50 * 60 < last {
            stage.wait(50 * 60);
            gone += 50 * 60;
            assert_eq!(ends_up(&mut sam).await, "open", "after {gone} s");
        }
        stage.wait(last - gone);
        assert_eq!(ends_up(&mut sam).await, expected, "after {last} s");
    }
});

walk!(only_the_button_and_pages_keep_a_session_open, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await;
    sam.form_token = sam.hidden("csrf");
    stage.wait(50 * 60);
    let left = stay(&mut sam).await;
    assert_eq!((left["locks_in"].as_i64(), left["total_ends_in"].as_i64()), (Some(HOUR), Some(12 * HOUR - 50 * 60)));
    stage.wait(50 * 60);
    assert_eq!(ends_up(&mut sam).await, "open");
    // What pages load by themselves is no use; help is for everybody and asks nobody who they are.
    for _ in 0..7 {
        stage.wait(10 * 60);
        for path in ["/theme.css", "/logo", "/assets/idle.js", "/healthz", "/help"] {
            sam.send(Method::GET, path, None).await;
        }
    }
    sam.send(Method::GET, "/me/stay", None).await;
    assert_eq!(sam.status, 405, "staying is never a link");
    stay(&mut sam).await;
    assert_eq!(sam.status, 401, "too late");
    assert_eq!(ends_up(&mut sam).await, "/locked");
});

walk!(two_tabs_are_one_session, |stage| {
    let mut first = stage.browser();
    log_in(&mut first, SAM, false).await;
    let mut second = first.clone();
    for _ in 0..3 {
        stage.wait(40 * 60);
        assert_eq!(ends_up(&mut second).await, "open");
    }
    stage.wait(30 * 60);
    assert_eq!(ends_up(&mut first).await, "open", "the other tab was in use");
});

walk!(a_clock_that_jumps_back_neither_locks_nor_lengthens, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    stage.wait(-2 * HOUR);
    assert_eq!(ends_up(&mut sam).await, "open");
    stage.wait(2 * HOUR + 59 * 60);
    assert_eq!(ends_up(&mut sam).await, "open");
    stage.wait(HOUR + 1);
    assert_eq!(ends_up(&mut sam).await, "/locked");
    stage.wait(10 * HOUR + 60);
    assert_eq!(ends_up(&mut sam).await, "/sign-in", "twelve hours from the start, whatever the clock did");
});

walk!(a_kept_session_outlives_the_browser_but_locks, |stage| {
    let mut plain = stage.browser();
    log_in(&mut plain, SAM, false).await;
    plain.close();
    assert_eq!(ends_up(&mut plain).await, "/sign-in", "not kept: gone with the browser");

    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    sam.close();
    assert_eq!(ends_up(&mut sam).await, "open");
    stage.wait(HOUR + 1);
    assert_eq!(ends_up(&mut sam).await, "/locked");
    stage.wait(30 * DAY - HOUR - 2);
    assert_eq!(ends_up(&mut sam).await, "/locked", "the last second of the thirtieth day");
    stage.wait(1);
    assert_eq!(ends_up(&mut sam).await, "/sign-in", "thirty days are thirty days");
});

walk!(administrators_are_kept_for_seven_days, |stage| {
    ask_no_second(&stage).await;
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, true).await;
    alex.is_at("/me").sees("Kept on this device");
    stage.wait(7 * DAY - 1);
    assert_eq!(ends_up(&mut alex).await, "/locked");
    stage.wait(1);
    assert_eq!(ends_up(&mut alex).await, "/sign-in");
});

walk!(one_browser_is_logged_out_from_another, |stage| {
    let (mut here, mut phone) = (stage.browser(), stage.browser());
    phone.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1".into();
    log_in(&mut phone, SAM, false).await;
    log_in(&mut here, SAM, false).await;
    here.sees("Where you are logged in").sees("Safari on iPhone").sees("Chrome on Windows").sees("this one");
    here.sees("unknown place").sees("First used today at 5:00 pm AEDT, last used today at 5:00 pm AEDT.");
    // The total limit of twelve hours ends in the night.
    here.sees("tomorrow at 5:00 am AEDT at the latest");
    let ids = sessions_of(&stage, SAM.0).await;
    here.submit_to(&format!("/me/sessions/{}/end", ids[0]), &[]).await;
    here.is_at("/me").sees("That browser is logged out.").misses("Safari on iPhone");
    // Pressed once more on a page that still showed it: it is out, and that is said.
    let form = [("csrf".to_owned(), here.hidden("csrf"))];
    here.post(&format!("/me/sessions/{}/end", ids[0]), &form).await.follow().await.is_at("/me");
    here.sees("That browser is logged out.");
    assert_eq!(ends_up(&mut phone).await, "/sign-in", "at once on this node");
    assert_eq!(ends_up(&mut here).await, "open");
    assert!(stage.events().await.contains(&"session-ended".to_owned()));
    // Its own, last.
    here.open("/me").await.submit_to(&format!("/me/sessions/{}/end", ids[1]), &[]).await;
    here.is_at("/sign-in");
});

walk!(nobody_ends_what_is_not_theirs, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut alex) = (stage.browser(), stage.browser());
    log_in(&mut sam, SAM, true).await;
    log_in(&mut alex, ALEX, true).await;
    let before = stage.events().await.len();
    let token = sam.open("/me").await.hidden("csrf");
    let device = crate::support::ways::devices_of(&stage, ALEX.0).await.remove(0);
    let session = sessions_of(&stage, ALEX.0).await.remove(0);
    for path in [
        format!("/me/sessions/{session}/end"),
        format!("/me/devices/{device}/forget"),
        format!("/me/devices/{device}"),
        "/me/sessions/nothing/end".into(),
        "/me/sessions/%00/end".into(),
    ] {
        sam.post(&path, &[("csrf".into(), token.clone()), ("name".into(), "Mine now".into())]).await;
        assert_eq!(sam.status, 404, "{path}");
    }
    sam.open(&format!("/me/devices/{device}")).await;
    assert_eq!(sam.status, 404);
    assert_eq!(ends_up(&mut alex).await, "open");
    assert_eq!(stage.events().await.len(), before);
});

walk!(log_out_everywhere_ends_everything, |stage| {
    let (mut here, mut there) = (stage.browser(), stage.browser());
    log_in(&mut there, SAM, true).await;
    log_in(&mut here, SAM, true).await;
    here.sees("Log out everywhere");
    here.submit_to("/me/log-out-everywhere", &[]).await;
    here.is_at("/sign-in").sees("You are logged out everywhere");
    assert!(!here.cookies.contains_key("__Host-session"));
    assert_eq!(ends_up(&mut there).await, "/sign-in");
    assert_eq!(crate::support::ways::devices_of(&stage, SAM.0).await, Vec::<String>::new());
    assert_eq!(stage.events().await.last().unwrap(), "logged-out-everywhere");
});

walk!(a_removal_reaches_other_nodes_within_five_seconds, |stage| {
    let far = stage.second_node().await;
    let mut here = stage.browser();
    log_in(&mut here, SAM, false).await;
    let mut there = Browser::new(far, &here.host);
    there.cookies.clone_from(&here.cookies);
    assert_eq!(ends_up(&mut there).await, "open");
    here.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await;
    stage.wait(5);
    assert_eq!(ends_up(&mut there).await, "/sign-in");
});

walk!(a_cookie_is_worth_nothing_once_its_session_is_over, |stage| {
    let sql_close = "UPDATE person SET closed_at = $2 WHERE id = $1";
    for how in ["everyone out", "everywhere", "closed"] {
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, true).await;
        let old = sam.cookies["__Host-session"].clone();
        let person = somebody(&stage, SAM.0).await;
        match how {
            // What a new password, a new role and an administrator's reset call.
            "everyone out" => {
                let visit = visit(&stage).await;
                let mut tx = stage.au().write().await.unwrap();
                session::end_all(&visit, &mut tx, &person.id, None).await.unwrap();
                tx.commit().await.unwrap();
            }
            "everywhere" => {
                sam.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await;
            }
            _ => {
                stage.au().execute(sql_close, args![&person.id, stage.now()]).await.unwrap();
                stage.wait(5);
            }
        }
        let mut thief = stage.browser();
        thief.cookies.insert("__Host-session".into(), old);
        assert_eq!(ends_up(&mut thief).await, "/sign-in", "{how}");
    }
});

/// Signs Sam in by the passkey, in a browser of his own.
async fn by_passkey(stage: &Stage, authenticator: &mut Authenticator) -> Browser {
    let mut browser = stage.browser();
    log_in_by_passkey(&mut browser, authenticator, &[]).await;
    browser.is_at("/me");
    browser
}

// AC-098, V7.4.3.
walk!(a_changed_factor_leaves_only_the_browser_it_was_changed_in, |stage| {
    ask_no_second(&stage).await;
    let mut phone = Authenticator::synced();
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    for how in ["passkey", "2FA on", "2FA moved", "2FA off", "passkey deleted"] {
        let mut other = stage.browser();
        match how {
            "passkey" => log_in(&mut other, SAM, true).await,
            _ => other = by_passkey(&stage, &mut phone).await,
        }
        assert_eq!(ends_up(&mut other).await, "open", "{how}: before");
        match how {
            "passkey" => {
                make_passkey(&mut sam, &mut phone).await;
            }
            "2FA on" | "2FA moved" => {
                let secret = scan(&mut sam, &stage, "/me/two-factor").await;
                sam.sees("then your other browsers are logged out");
                sam.submit(&[("code", &next_code(&stage, &secret))]).await.sees("2 factor authentication is on");
            }
            "2FA off" => {
                sam.open("/me/two-factor/off").await.sees("your other browsers are logged out");
                sam.submit(&[]).await.sees("2 factor authentication is off");
            }
            _ => {
                sam.open("/me/passkeys").await;
                sam.open(&sam.link("Delete")).await.sees("Your other browsers are logged out");
                sam.submit(&[]).await;
            }
        }
        assert_eq!(ends_up(&mut other).await, "/sign-in", "{how}: the others are out");
        assert_eq!(ends_up(&mut sam).await, "open", "{how}: whoever changed it goes on");
    }
});

walk!(the_cookie_changes_with_every_sign_in, |stage| {
    let mut sam = stage.browser();
    sam.cookies.insert("__Host-session".into(), "A".repeat(43));
    sam.cookies.insert("__Host-attempt".into(), "B".repeat(43));
    log_in(&mut sam, SAM, false).await;
    let first = sam.cookies["__Host-session"].clone();
    assert_ne!(first, "A".repeat(43), "a planted cookie is not taken up");
    assert!(!sam.cookies.contains_key("__Host-attempt"));
    let mut again = sam.clone();
    again.cookies.remove("__Host-session");
    again.open("/sign-in").await;
    again.cookies.insert("__Host-session".into(), first.clone());
    again.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    assert_ne!(again.cookies["__Host-session"], first);
    assert_eq!(ends_up(&mut sam).await, "/sign-in", "one session per browser: the one before has ended");
    assert_eq!(ends_up(&mut again).await, "open");
});

// AC-106
walk!(a_copied_session_cookie_opens_nothing_in_another_browser, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    for other in [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
    ] {
        let mut thief = stage.browser().from("203.0.113.50");
        thief.user_agent = other.to_owned();
        thief.cookies.insert("__Host-session".into(), sam.cookies["__Host-session"].clone());
        thief.open("/me").await.is_at("/sign-in").sees("This browser looks different");
        thief.send(Method::GET, "/auth/check", None).await;
        assert_eq!(thief.status, 401);
    }
    assert_eq!(ends_up(&mut sam).await, "open", "its owner noticed nothing");
    // A newer version of the same browser is the same browser, and whoever really changed signs in again.
    sam.user_agent = sam.user_agent.replace("140", "141");
    assert_eq!(ends_up(&mut sam).await, "open");
    sam.user_agent = sam.user_agent.replace("Windows NT 10.0; Win64; x64", "X11; Linux x86_64");
    sam.open("/me/password").await.is_at("/sign-in");
    sam.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    sam.is_at("/me/password");
});

walk!(another_practice_does_not_know_the_cookie, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    for host in ["thames-therapy.uk.localhost:8080", "support.au.localhost:8080"] {
        let mut there = stage.browser_at(host);
        there.cookies.clone_from(&sam.cookies);
        assert_eq!(ends_up(&mut there).await, "/sign-in", "{host}");
    }
    assert_eq!(ends_up(&mut sam).await, "open");
});

walk!(doubled_cookies_are_refused_and_removed, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.headers.push(("cookie".into(), format!("__Host-session={}", "A".repeat(43))));
    sam.send(Method::GET, "/me", None).await;
    assert_eq!(sam.status, 400);
    sam.sees("Your browser sent something twice");
    assert!(!sam.cookies.contains_key("__Host-session"), "neither is believed again");
    // The neighbour's is gone too; Sam comes in again.
    sam.headers.clear();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.sees("My info");
});

walk!(a_client_sees_nothing_of_staff, |stage| {
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, "jo@example.com", &[Factor::EmailLink], false).await;
    jo.open("/me").await.sees("My info").sees("jo@example.com").sees("You used a link or a code from your mail.");
    for words in ["2 factor", "Change password", "Role", "backup code", "People"] {
        jo.misses(words);
    }
    jo.open("/me/name").await;
    assert_eq!(jo.status, 404);
});

walk!(a_sign_in_after_a_quarter_of_a_year_is_told_of, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    stage.wait(90 * DAY);
    log_in(&mut sam, SAM, false).await;
    assert_eq!(stage.events().await.last().unwrap(), "signed-in", "ninety days are no long while");
    let before = stage.messages(SAM.0).await.len();
    let day = portico::platform::when::day(stage.now(), "Australia/Sydney");
    stage.wait(90 * DAY + 1);
    log_in(&mut sam, SAM, false).await;
    assert_eq!(stage.events().await.last().unwrap(), "signed-in-after-long");
    let told = stage.messages(SAM.0).await;
    assert_eq!(told.len(), before + 1, "one mail, and none about a new browser");
    assert_eq!(told[0].about, "signed-in-after-long");
    assert!(told[0].text.contains(&day) && told[0].text.contains("/not-me/"), "{}", told[0].text);
});
