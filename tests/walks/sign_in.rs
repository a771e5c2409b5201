//! Email and password at the practice's own address: neutral answers, locking, logging out, bad input.

use axum::http::{Method, StatusCode};
use portico::args;
use portico::factors::password_stand_in;
use portico::platform::door::background_visit;
use portico::platform::practice;

use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::stage::Stage;
use crate::walk;

pub const ALEX: &str = "alex@example.com";
pub const SAM: &str = "sam@example.com";
pub const SAMS_PASSWORD: &str = "copper-kettle-meadow-19";

/// Sam, logged in.
pub async fn sam_in(stage: &Stage) -> Browser {
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"), "{} {}", sam.status, sam.text());
    sam
}

async fn tries(stage: &Stage, email: &str, password: &str) -> (Browser, i64) {
    let before = desk::number(stage, "SELECT COUNT(*) FROM tries", vec![]).await;
    let mut browser = stage.browser();
    browser.open("/sign-in").await.submit(&[("email", email), ("password", password)]).await;
    let after = desk::number(stage, "SELECT COUNT(*) FROM tries", vec![]).await;
    (browser, after - before)
}

walk!(a_wrong_password_and_an_unknown_person_read_the_same, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await.sees("Log in to Harbour Physio");
    sam.submit(&[("email", SAM), ("password", "something else entirely")]).await;
    sam.sees("That email address and password don't match");
    let mut nobody = stage.browser();
    nobody
        .open("/sign-in")
        .await
        .submit(&[("email", "nobody@example.com"), ("password", "something else entirely")])
        .await;
    assert_eq!(sam.status, nobody.status);
    assert_eq!(sam.text(), nobody.text());
    sam.submit(&[("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"), "{}", sam.text());
    assert_eq!(stage.events().await, ["wrong-password", "wrong-password", "signed-in"]);
});

walk!(closed_stolen_invited_and_unknown_people_read_the_same, |stage| {
    let (wrong, counted) = tries(&stage, SAM, "something else entirely").await;
    for sql in [
        "UPDATE person SET closed_at = 1 WHERE email_key = $1 AND kind = 'staff'",
        "UPDATE person SET closed_at = NULL, password_stolen_at = 1 WHERE email_key = $1 AND kind = 'staff'",
        "UPDATE person SET password_stolen_at = NULL, password = NULL, joined_at = NULL WHERE email_key = $1 AND kind = 'staff'",
    ] {
        desk::change(&stage, SAM, sql).await;
        stage.wait(1000);
        let hashes = stage.server.hashing.counts().made;
        let (right, _) = tries(&stage, SAM, SAMS_PASSWORD).await;
        assert_eq!(stage.server.hashing.counts().made, hashes + 1, "{sql}");
        assert_eq!((right.status, right.text()), (wrong.status, wrong.text()), "{sql}");
        assert!(!right.cookies.contains_key("__Host-session"));
    }
    // Nobody is counted like somebody. The lane of the practice stands already.
    let (nobody, counted_nobody) = tries(&stage, "nobody@example.com", SAMS_PASSWORD).await;
    assert_eq!((nobody.status, nobody.text()), (wrong.status, wrong.text()));
    assert_eq!(counted_nobody, counted - 1);
});

walk!(a_step_without_a_sign_in_starts_again_kindly, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in/new-password").await.is_at("/sign-in").sees("Please start again");
    sam.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"));
    // Replayed: the same form once more is simply another sign-in, and a step of it leads in.
    sam.open("/sign-in/new-password").await.is_at("/me");
});

walk!(a_form_left_open_overnight_keeps_the_email, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    stage.wait(13 * 3600);
    sam.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    sam.sees("This page was open for a long time");
    assert_eq!(sam.hidden("email"), SAM);
    sam.submit(&[("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"));
});

// AC-008, AC-175 to AC-177: nothing of this is a fault, and the honest form still works after it.
walk!(bad_input_gets_a_clear_page, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    let csrf = sam.hidden("csrf");
    let hashes = stage.server.hashing.counts().made;
    let long = "x".repeat(1 << 20);
    let cases: [(&str, String, u16); 8] = [
        ("1 MB password", format!("csrf={csrf}&email={SAM}&password={long}"), 413),
        ("broken UTF-8", format!("csrf={csrf}&email={SAM}&password=%ff"), 400),
        ("overlong UTF-8", format!("csrf={csrf}&email={SAM}&password=%C0%AF"), 400),
        ("NUL", format!("csrf={csrf}&email={SAM}&password=a%00b"), 400),
        ("twice", format!("csrf={csrf}&email={SAM}&email={ALEX}&password=a"), 400),
        ("no fields", format!("csrf={csrf}"), 422),
        ("no token", format!("email={SAM}&password=a"), 403),
        ("too long to hash", format!("csrf={csrf}&email={SAM}&password={}", "x".repeat(4000)), 422),
    ];
    for (what, body, status) in cases {
        sam.send(Method::POST, "/sign-in", Some(body)).await;
        assert_eq!(sam.status.as_u16(), status, "{what}: {}", sam.text());
        assert!(sam.html.contains("</html>"), "{what}");
    }
    assert_eq!(stage.server.hashing.counts().made, hashes, "nothing of it was hashed");
    for path in ["/reset/%ff", "/join/%ff", "/not-me/%ff", "/reset/x", "/join/x", "/not-me/x"] {
        sam.open(path).await;
        assert!(matches!(sam.status, StatusCode::NOT_FOUND | StatusCode::GONE), "{path} {}", sam.status);
        assert!(sam.html.contains("</html>"));
    }
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"));
});

// AC-011: only the page signs in.
walk!(no_other_way_in_exists, |stage| {
    let mut thief = stage.browser();
    thief.open("/sign-in").await;
    let csrf = thief.hidden("csrf");
    let body = format!("{{\"csrf\":\"{csrf}\",\"email\":\"{SAM}\",\"password\":\"{SAMS_PASSWORD}\"}}");
    thief.headers.push(("content-type".into(), "application/json".into()));
    thief.send(Method::POST, "/sign-in", Some(body)).await;
    assert_eq!(thief.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    thief.headers.clear();
    let basic = data_encoding::BASE64.encode(format!("{SAM}:{SAMS_PASSWORD}").as_bytes());
    thief.headers.push(("authorization".into(), format!("Basic {basic}")));
    for path in ["/me/password", "/api/v0/login", "/login", "/sign-in.json"] {
        thief.open(path).await;
        assert!(!thief.cookies.contains_key("__Host-session"), "{path}");
    }
    let query = format!("/sign-in?email={SAM}&password={SAMS_PASSWORD}");
    thief.open(&query).await;
    assert!(!thief.cookies.contains_key("__Host-session"));
});

// AC-097: a cookie that was there before is not the session's.
walk!(a_planted_session_cookie_is_not_taken_over, |stage| {
    let mut sam = stage.browser();
    sam.cookies.insert("__Host-session".into(), "planted-by-somebody-else-planted-by-somebody".into());
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    assert_ne!(sam.cookies["__Host-session"], "planted-by-somebody-else-planted-by-somebody");
    sam.open("/me/password").await.is_at("/me/password");
});

// AC-098, AC-105, AC-110.
walk!(logging_out_takes_a_press_and_leaves_nothing, |stage| {
    let mut sam = sam_in(&stage).await;
    let mut copy = sam.clone();
    sam.open("/log-out").await.sees("Log out?");
    copy.open("/me/password").await.is_at("/me/password");
    sam.open("/log-out").await.submit_to("/log-out", &[]).await;
    sam.is_at("/sign-in").sees("You are logged out.");
    assert!(!sam.cookies.contains_key("__Host-session"));
    sam.open("/sign-in").await.misses("You are logged out.");
    // The back button, and a copy of the cookie.
    sam.open("/me/password").await.is_at("/sign-in");
    copy.open("/me/password").await.is_at("/sign-in");
    assert_eq!(desk::times(&stage, "logged-out").await, 1);
});

walk!(logging_out_clears_the_browser_but_not_a_recognised_device, |stage| {
    for (keep, cleared) in [(false, "\"cache\", \"storage\""), (true, "\"cache\"")] {
        let mut sam = stage.browser();
        let mut fields = vec![("email", SAM), ("password", SAMS_PASSWORD)];
        if keep {
            fields.push(("keep", "1"));
        }
        sam.open("/sign-in").await.submit(&fields).await;
        sam.open("/log-out").await;
        let csrf = sam.hidden("csrf");
        sam.post("/log-out", &[("csrf".into(), csrf.clone())]).await;
        assert_eq!(sam.answered["clear-site-data"], cleared);
        assert_eq!(sam.status, StatusCode::SEE_OTHER);
        // Pressed once more, it means the same.
        sam.post("/log-out", &[("csrf".into(), csrf)]).await;
        assert_eq!(sam.status, StatusCode::SEE_OTHER);
    }
});

walk!(a_locked_session_opens_where_it_was, |stage| {
    let mut sam = sam_in(&stage).await;
    stage.wait(61 * 60);
    sam.open("/me/password?x=1").await.is_at("/locked").sees("Sam Okafor").sees("s•••@example.com").misses(SAM);
    let before = sam.cookies["__Host-session"].clone();
    sam.submit(&[("password", "wrong one")]).await.sees("That password isn't right");
    sam.submit(&[("password", SAMS_PASSWORD)]).await;
    assert_ne!(sam.cookies["__Host-session"], before, "a new secret");
    assert!(sam.path.starts_with("/confirm?then=") || sam.path.starts_with("/me/password"), "{}", sam.path);
    assert_eq!(stage.events().await, ["signed-in", "wrong-password", "unlocked"]);
    // Open: straight back.
    sam.open("/locked?then=/log-out").await.is_at("/log-out");
});

walk!(somebody_else_at_a_locked_page_gets_to_the_sign_in, |stage| {
    let mut sam = sam_in(&stage).await;
    stage.wait(61 * 60);
    sam.open("/locked").await.sees("Log in as someone else");
    sam.submit_to("/log-out", &[]).await;
    sam.is_at("/sign-in");
    assert!(!sam.cookies.contains_key("__Host-session"));
});

walk!(guessing_at_a_locked_page_slows_and_delays_no_sign_in, |stage| {
    let mut thief = sam_in(&stage).await;
    stage.wait(61 * 60);
    thief.open("/locked").await;
    for _ in 0..5 {
        thief.submit(&[("password", "wrong one")]).await;
    }
    thief.submit(&[("password", SAMS_PASSWORD)]).await.sees("Too many tries in a row");
    assert_eq!(thief.status, StatusCode::TOO_MANY_REQUESTS);
    sam_in(&stage).await;
});

walk!(after_the_total_limit_the_way_back_is_kept, |stage| {
    let mut sam = sam_in(&stage).await;
    for _ in 0..13 {
        stage.wait(55 * 60);
        sam.open("/log-out").await;
    }
    stage.wait(55 * 60);
    sam.open("/locked?then=/me/password").await.is_at("/sign-in").sees("as long as your practice allows");
    sam.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await.is_at("/me/password");
});

walk!(fresh_proof_asks_for_the_password_and_comes_back, |stage| {
    let mut sam = sam_in(&stage).await;
    stage.wait(6 * 60);
    sam.open("/me/password").await.is_at("/confirm").sees("Is it still you?");
    sam.submit(&[("password", "wrong one")]).await.sees("That password isn't right");
    sam.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/me/password");
    assert_eq!(desk::times(&stage, "fresh-proof").await, 1);
    sam.open("/confirm?then=https://evil.example").await.is_at("/me");
    // With an app the code is asked too.
    desk::give_app(&stage, SAM).await;
    stage.wait(6 * 60);
    sam.open("/me/password").await.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/sign-in/code");
    sam.open("/me/password").await.is_at("/confirm");
});

walk!(a_stolen_cookie_cannot_guess_forever, |stage| {
    let mut thief = sam_in(&stage).await;
    stage.wait(6 * 60);
    thief.open("/me/password").await;
    for _ in 0..5 {
        thief.submit(&[("password", "wrong one")]).await;
    }
    thief.submit(&[("password", SAMS_PASSWORD)]).await.sees("Too many tries in a row");
    // Another session of the same person stands in the same lane.
    let mut other = sam_in(&stage).await;
    other.open("/me/password").await.is_at("/me/password");
    stage.wait(16 * 60);
    thief.open("/confirm").await.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/me");
});

// S5: a password from elsewhere works, is upgraded, and is replaced where it is too weak, before there is a session.
walk!(a_brought_in_password_is_upgraded_and_a_weak_one_replaced_first, |stage| {
    let bcrypt = bcrypt::hash("Winter2026!", 4).unwrap();
    let (_, id) = desk::ids(&stage, SAM).await;
    stage.au().execute("UPDATE person SET password = $2 WHERE id = $1", args![&id, bcrypt]).await.unwrap();
    let mut sam = stage.browser();
    sam.open("/sign-in?then=/log-out").await.submit(&[("email", SAM), ("password", "Winter2026!")]).await;
    sam.is_at("/sign-in/new-password").sees("Please choose a new password");
    assert!(!sam.cookies.contains_key("__Host-session"));
    sam.submit(&[("password", "Winter2026!")]).await.sees("more are needed");
    sam.submit(&[("password", "marble window thunder 88")]).await.is_at("/log-out");
    assert!(sam.cookies.contains_key("__Host-session"));
    let mut again = stage.browser();
    again.open("/sign-in").await.submit(&[("email", SAM), ("password", "marble window thunder 88")]).await;
    assert!(again.cookies.contains_key("__Host-session"));
    assert_eq!(desk::times(&stage, "password-upgraded").await, 1);
});

// Strangers take the time that one of the practice's people would, and nobody gets in by somebody else's hash.
walk!(a_stranger_is_checked_against_hashes_as_the_practice_has_them, |stage| {
    let password = "Brought in from elsewhere 41";
    let bcrypt = bcrypt::hash(password, 4).unwrap();
    let sql = "UPDATE person SET password = $1 WHERE email_key = $2 AND kind = 'staff'";
    stage.au().execute(sql, args![&bcrypt, SAM]).await.unwrap();
    let own = async |name: &str| {
        let (home, _) = desk::ids(&stage, SAM).await;
        let practice = practice::by_id(stage.au(), "au", &home).await.unwrap().unwrap();
        let visit = background_visit(&stage.server, practice).unwrap();
        password_stand_in::stand_in(&visit, "staff", name).await.unwrap()
    };
    let names: Vec<String> = (0..200).map(|number| format!("nobody{number}@example.com")).collect();
    let (mut brought_in, mut ours) = (vec![], 0);
    for name in &names {
        match own(name).await {
            Some(hash) => brought_in.push((name, hash)),
            None => ours += 1,
        }
    }
    assert!(ours > 40 && brought_in.len() > 40, "{ours} of ours, {} of theirs", brought_in.len());
    let (name, hash) = brought_in.first().cloned().unwrap();
    assert_eq!(hash, bcrypt);
    assert_eq!(own(name).await, Some(hash));
    let mut stranger = stage.browser();
    stranger.open("/sign-in").await.submit(&[("email", name.as_str()), ("password", password)]).await;
    stranger.is_at("/sign-in").sees("That email address and password don't match");
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", password)]).await;
    assert!(sam.cookies.contains_key("__Host-session"));
    stage.wait(61);
    assert_eq!(own(name).await, None);
});

walk!(a_due_password_is_set_once_however_often_it_is_sent, |stage| {
    let sql = "UPDATE person SET password_change_by = 1 WHERE email_key = $1 AND kind = 'staff'";
    desk::change(&stage, SAM, sql).await;
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    sam.is_at("/sign-in/new-password");
    let fields = [("csrf", sam.hidden("csrf")), ("password", "marble window thunder 88".to_owned())];
    let fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let all = (0..6).map(|_| {
        let (mut one, fields) = (sam.clone(), fields.clone());
        tokio::spawn(async move { one.post("/sign-in/new-password", &fields).await.status.is_server_error() })
    });
    for one in all.collect::<Vec<_>>() {
        assert!(!one.await.unwrap());
    }
    assert_eq!(desk::number(&stage, "SELECT COUNT(*) FROM session", vec![]).await, 1);
    assert_eq!(desk::times(&stage, "password-changed").await, 1);
});

// AC-010: exactly the password, in NFC, every byte of it.
walk!(only_the_exact_password_works, |stage| {
    let long = format!("{}-the-end-of-it", "brisk lantern ".repeat(6));
    let cut: String = long.chars().take(72).collect();
    let table = [
        ("gr\u{fc}ne wolke vierzig", "gru\u{308}ne wolke vierzig", true),
        ("gr\u{fc}ne wolke vierzig", "grune wolke vierzig", false),
        ("plain meadow kettle", "plain meadow kettle ", false),
        ("plain meadow kettle", " plain meadow kettle", false),
        ("plain meadow kettle", "Plain meadow kettle", false),
        (long.as_str(), cut.as_str(), false),
        (long.as_str(), long.as_str(), true),
        ("\u{1f9f2}\u{1f9f2} magnet \u{1f9f2} snowfall", "\u{1f9f2}\u{1f9f2} magnet \u{1f9f2} snowfall", true),
    ];
    let (_, id) = desk::ids(&stage, SAM).await;
    for (set, typed, works) in table {
        let secret = portico::platform::hashing::Secret::new(set.to_owned());
        let hash = stage.server.hashing.hash(secret, [7; 16]).await.unwrap();
        stage.au().execute("UPDATE person SET password = $2 WHERE id = $1", args![&id, hash]).await.unwrap();
        let mut sam = stage.browser();
        sam.open("/sign-in").await.submit(&[("email", SAM), ("password", typed)]).await;
        assert_eq!(sam.cookies.contains_key("__Host-session"), works, "{set} / {typed}: {}", sam.text());
        stage.wait(1000);
    }
});
