//! Forgotten, reset, changed, stolen: the acts of a password, and what each of them ends.

use axum::http::{Method, StatusCode};

use crate::people;
use crate::sign_in::{ALEX, SAM, SAMS_PASSWORD, sam_in};
use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::stage::{Stage, link_in};
use crate::walk;

const NEW: &str = "marble window thunder 88";

/// Asks for a link and reads it in the mailbox.
async fn reset_link(stage: &Stage) -> String {
    let mut browser = stage.browser();
    browser.open("/forgot").await.submit(&[("email", SAM)]).await.sees("an email with a link is on its way");
    assert_eq!(desk::run_jobs(stage).await, 1);
    link_in(&desk::mails(stage, SAM).await[0].text)
}

async fn logs_in(stage: &Stage, password: &str) -> Browser {
    let mut browser = stage.browser();
    browser.open("/sign-in").await.submit(&[("email", SAM), ("password", password)]).await;
    browser
}

// S4, AC-013: it ends everything, signs nobody in, and leaves the second factor where it was.
walk!(a_forgotten_password_is_replaced_by_mail, |stage| {
    let mut before = stage.browser();
    before.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
    desk::give_app(&stage, SAM).await;
    let link = reset_link(&stage).await;
    let mut sam = stage.browser();
    for _ in 0..3 {
        sam.send(Method::HEAD, &link, None).await;
        sam.open(&link).await.sees("Choose a new password").sees("It is for sam@example.com");
    }
    assert_eq!(sam.hidden("username"), SAM, "what a password manager keeps it for");
    sam.submit(&[("password", NEW)]).await.is_at("/sign-in").sees("Your new password is set");
    assert_eq!(sam.hidden("email"), SAM);
    assert!(!sam.cookies.contains_key("__Host-session"));
    sam.submit(&[("password", NEW)]).await.is_at("/sign-in/code");
    assert!(!sam.cookies.contains_key("__Host-session"));
    // The old session, the recognised device and the old password are gone.
    before.open("/me/password").await.is_at("/sign-in");
    before.submit(&[("email", SAM), ("password", NEW)]).await.is_at("/sign-in/code");
    logs_in(&stage, SAMS_PASSWORD).await.sees("don't match");
    for event in ["reset-asked", "password-reset"] {
        assert_eq!(desk::times(&stage, event).await, 1, "{event}");
    }
});

walk!(asking_reads_the_same_for_everybody, |stage| {
    let mut answers = vec![];
    for email in [SAM, "nobody@example.com", "jo@example.com"] {
        let mut browser = stage.browser();
        browser.open("/forgot").await.submit(&[("email", email)]).await;
        answers.push((browser.status, browser.path.clone(), browser.text()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(desk::run_jobs(&stage).await, 3);
    assert_eq!(
        desk::mails(&stage, "nobody@example.com").await.len() + desk::mails(&stage, "jo@example.com").await.len(),
        0
    );
    assert_eq!(desk::mails(&stage, SAM).await.len(), 1);
    let mut browser = stage.browser();
    browser.open("/forgot").await.submit(&[("email", "no address")]).await.sees("like name@example.com");
    assert_eq!(browser.hidden("email"), "no address");
    browser.open("/forgot").await;
    stage.wait(13 * 3600);
    browser.submit(&[("email", SAM)]).await.sees("This page was open for a long time");
    assert_eq!(browser.hidden("email"), SAM);
});

// AC-014.
walk!(a_thousand_askings_are_few_mails, |stage| {
    for _ in 0..60 {
        let mut browser = stage.browser();
        browser.open("/forgot").await.submit(&[("email", SAM)]).await;
        stage.wait(20);
    }
    for _ in 0..60 {
        let mut browser = stage.browser().from("203.0.113.9");
        browser
            .open("/forgot")
            .await
            .submit(&[("email", "nobody@example.com")])
            .await
            .sees("an email with a link is on its way");
    }
    desk::run_jobs(&stage).await;
    assert_eq!(desk::mails(&stage, SAM).await.len(), 5, "five an hour");
    assert_eq!(desk::times(&stage, "mail-held").await, 1, "the practice reads of the others, once an hour");
    sam_in(&stage).await;
});

walk!(one_network_cannot_ask_for_everybody, |stage| {
    let mut browser = stage.browser();
    for n in 0..60 {
        browser.open("/forgot").await.submit(&[("email", &format!("person{n}@example.com"))]).await;
    }
    browser.open("/forgot").await.submit(&[("email", SAM)]).await.sees("very many requests");
    assert_eq!((browser.status, browser.hidden("email")), (StatusCode::TOO_MANY_REQUESTS, SAM.to_owned()));
});

// AC-015: the page says which it is and leads to a new one.
walk!(an_old_link_says_what_it_is, |stage| {
    let first = reset_link(&stage).await;
    stage.wait(120);
    let second = reset_link(&stage).await;
    let mut sam = stage.browser();
    sam.open(&first).await.sees("because a newer one was made").sees("Email me a new link").misses(SAM);
    assert_eq!(sam.status, StatusCode::GONE);
    let mut late = stage.browser();
    late.open(&second).await;
    sam.open(&second).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    late.submit(&[("password", "another good one 99")]).await.sees("This link was used on");
    logs_in(&stage, NEW).await.is_at("/me");
    stage.wait(120);
    let third = reset_link(&stage).await;
    stage.wait(31 * 60);
    sam.open(&third).await.sees("could be used until");
    sam.submit(&[]).await.sees("an email with a link is on its way");
    assert_eq!(desk::run_jobs(&stage).await, 1);
    let fourth = link_in(&desk::mails(&stage, SAM).await[0].text);
    sam.open(&fourth).await.sees("Choose a new password");
    // A link of this practice is nothing elsewhere.
    let mut thames = stage.browser_at("thames-therapy.uk.localhost:8080");
    thames.open(&fourth).await.sees("We don't know this link");
});

walk!(a_link_changes_one_password_however_often_it_is_sent, |stage| {
    let link = reset_link(&stage).await;
    let mut sam = stage.browser();
    sam.open(&link).await;
    let fields: Vec<(String, String)> = vec![("csrf".into(), sam.hidden("csrf")), ("password".into(), NEW.into())];
    let all = (0..10).map(|_| {
        let (mut one, fields, link) = (sam.clone(), fields.clone(), link.clone());
        tokio::spawn(async move { one.post(&link, &fields).await.status })
    });
    let mut done = 0;
    for one in all.collect::<Vec<_>>() {
        done += usize::from(one.await.unwrap() == StatusCode::SEE_OTHER);
    }
    assert_eq!((done, desk::times(&stage, "password-reset").await), (1, 1));
});

// AC-124.
walk!(no_link_goes_to_an_address_that_somebody_else_just_set, |stage| {
    let sql = "UPDATE person SET email_changed_by = 'x', email_changed_at = 1795240800 WHERE email_key = $1 AND kind = 'staff'";
    desk::change(&stage, SAM, sql).await;
    let mut browser = stage.browser();
    browser.open("/forgot").await.submit(&[("email", SAM)]).await.sees("is on its way");
    desk::run_jobs(&stage).await;
    assert_eq!(desk::mails(&stage, SAM).await.len(), 0);
    stage.wait(25 * 3600);
    reset_link(&stage).await;
});

walk!(a_closed_person_gets_no_link, |stage| {
    desk::change(&stage, SAM, "UPDATE person SET closed_at = 1 WHERE email_key = $1 AND kind = 'staff'").await;
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    desk::run_jobs(&stage).await;
    assert_eq!(desk::mails(&stage, SAM).await.len(), 0);
});

// AC-009, S5.
walk!(a_bad_new_password_is_refused_with_the_reason, |stage| {
    let link = reset_link(&stage).await;
    let mut sam = stage.browser();
    sam.open(&link).await;
    for (bad, why) in [
        ("", "Type a new password"),
        ("short", "more are needed"),
        ("harbour physio 2026", "anybody would try here"),
        ("sam okafor sam okafor", "anybody would try here"),
        ("aaaaaaaaaaaaaaaaaaaa", "pattern"),
        ("passwordpassword1", "guessers try first"),
        ("twelve chars!", "2 more are needed"),
    ] {
        sam.submit(&[("password", bad)]).await.sees(why);
        assert_eq!(sam.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert!(!sam.html.contains("value=\"short\""));
    }
    // With a second factor in force twelve are enough, and every character is welcome.
    desk::give_app(&stage, SAM).await;
    sam.open(&link).await.sees("At least 12 characters");
    sam.submit(&[("password", "\u{1f980} \u{fc}ber fjord")]).await.is_at("/sign-in");
});

walk!(strength_is_told_while_typing, |stage| {
    let link = reset_link(&stage).await;
    let mut sam = stage.browser();
    sam.open(&link).await;
    let csrf = sam.hidden("csrf");
    let mut ask = async |password: &str, least: &str| {
        let fields = [("csrf", csrf.as_str()), ("password", password), ("least", least)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        sam.post("/password/strength", &fields).await;
        assert_eq!(sam.status, StatusCode::OK, "{}", sam.html);
        serde_json::from_str::<serde_json::Value>(&sam.html).unwrap()
    };
    let weak = ask("short", "").await;
    assert_eq!((weak["ok"].as_bool(), weak["score"].as_i64().unwrap() <= 1), (Some(false), true), "{weak}");
    assert_eq!(ask("twelve chars!", "").await["ok"], false);
    assert_eq!(ask("marble fjord!", "12").await["ok"], true);
    assert_eq!(ask(NEW, "15").await["ok"], true);
    assert!(ask(&"x y".repeat(2000), "15").await["words"].as_str().unwrap().contains("longer"));
});

// AC-016, AC-033.
walk!(changing_the_password_needs_the_old_one_and_ends_the_rest, |stage| {
    let mut elsewhere = stage.browser();
    elsewhere.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
    let link = reset_link(&stage).await;
    let mut sam = sam_in(&stage).await;
    // A cookie that is older than five minutes is not enough.
    stage.wait(6 * 60);
    let mut thief = sam.clone();
    thief.open("/me/password").await.is_at("/confirm");
    sam.open("/me/password").await.submit(&[("password", SAMS_PASSWORD)]).await.is_at("/me/password");
    sam.submit(&[("current", "wrong one"), ("password", NEW)]).await.sees("That is not your current password");
    sam.submit(&[("current", ""), ("password", NEW)]).await.sees("Type your current password");
    sam.submit(&[("current", SAMS_PASSWORD), ("password", SAMS_PASSWORD)]).await.sees("This is your password already");
    sam.submit(&[("current", SAMS_PASSWORD), ("password", NEW)]).await.sees("Your password is changed");
    sam.open("/me/password").await.is_at("/me/password");
    elsewhere.open("/me/password").await.is_at("/sign-in");
    sam.clone().open(&link).await.sees("because a newer one was made or the password was changed");
    assert_eq!(desk::number(&stage, "SELECT COUNT(*) FROM device WHERE ended_at IS NULL", vec![]).await, 0);
    logs_in(&stage, NEW).await.is_at("/me");
    assert!(desk::mails(&stage, SAM).await.iter().any(|mail| mail.about == "password-changed"));
});

// S7: one press ends everything and leads to a new password.
walk!(this_was_not_me_ends_everything, |stage| {
    let mut sam = sam_in(&stage).await;
    // A second browser brings the notice.
    let mut thief = stage.browser().from("203.0.113.9");
    thief.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD), ("keep", "1")]).await;
    let text = desk::mails(&stage, SAM).await[0].text.clone();
    let link = link_in(&text);
    assert!(link.starts_with("/not-me/"), "{text}");
    let mut reader = stage.browser();
    for _ in 0..3 {
        reader.send(Method::HEAD, &link, None).await;
        reader.open(&link).await.sees("It wasn't me");
    }
    thief.open("/me/password").await.is_at("/me/password");
    reader.submit_to(&link, &[]).await.sees("Choose a new password");
    assert!(reader.path.starts_with("/reset/"));
    thief.open("/me/password").await.is_at("/sign-in");
    sam.open("/me/password").await.is_at("/sign-in");
    thief.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await.sees("don't match");
    reader.submit(&[("password", NEW)]).await.is_at("/sign-in").sees("Your new password is set");
    logs_in(&stage, NEW).await.is_at("/me");
    let mut again = stage.browser();
    again.open(&link).await.sees("This link was already used");
    assert_eq!(desk::times(&stage, "not-me").await, 1);
    assert!(desk::mails(&stage, ALEX).await.iter().any(|mail| mail.about == "not-me-administrators"));
});

// An older mail still stops everything after an administrator reset or closed the account, and says truly what became of it.
walk!(this_was_not_me_outlives_what_an_administrator_does, |stage| {
    let _sam = sam_in(&stage).await;
    let mut thief = stage.browser().from("203.0.113.9");
    thief.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    let link = link_in(&desk::mails(&stage, SAM).await[0].text);
    let mut alex = people::alex(&stage).await;
    let page = format!("/practice/people/{}", people::id_of(&stage, SAM).await);
    for act in ["close", "reopen"] {
        alex.open(&format!("{page}/{act}")).await;
        people::press(&mut alex).await;
    }
    logs_in(&stage, SAMS_PASSWORD).await.is_at("/me");
    let mut reader = stage.browser();
    reader.open(&link).await.sees("It wasn't me");
    reader.submit_to(&link, &[]).await.sees("Choose a new password");
    logs_in(&stage, SAMS_PASSWORD).await.sees("don't match");

    // Ended by an older version: it claims nothing.
    let sql =
        "UPDATE token SET used_at = NULL, replaced_at = 1795240800 WHERE purpose = 'not-me' AND used_at IS NOT NULL";
    assert_eq!(stage.au().execute(sql, vec![]).await.unwrap(), 1);
    reader.open(&link).await.sees("Nobody had pressed it").misses("already used");
});

// What a recognised device or "Forgot your password?" can do at the sign-in page is not said where it is not so.
walk!(a_page_inside_says_what_helps_there, |stage| {
    let mut sam = sam_in(&stage).await;
    let page = "/me/password";
    sam.open(page).await;
    let mut held = false;
    for _ in 0..50 {
        sam.open(page).await;
        if !sam.path.starts_with(page) {
            sam.submit(&[("password", SAMS_PASSWORD)]).await;
            sam.open(page).await;
        }
        sam.submit(&[("current", "not this one"), ("password", NEW)]).await;
        if sam.status == StatusCode::TOO_MANY_REQUESTS {
            held = true;
            break;
        }
    }
    assert!(held);
    sam.sees("please wait until").misses("A device that is recognised").misses("without waiting");
});

walk!(a_notice_sent_to_an_older_address_stops_but_opens_nothing, |stage| {
    sam_in(&stage).await;
    let mut thief = stage.browser().from("203.0.113.9");
    thief.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    let link = link_in(&desk::mails(&stage, SAM).await[0].text);
    let sql = "UPDATE person SET email = 'new@example.com', email_key = 'new@example.com' WHERE email_key = $1 AND kind = 'staff'";
    desk::change(&stage, SAM, sql).await;
    let mut reader = stage.browser();
    reader.open(&link).await.submit_to(&link, &[]).await.sees("Please call your practice now");
    assert!(!reader.path.starts_with("/reset/"));
    thief.open("/me/password").await.is_at("/sign-in");
    reader.open(&link).await.sees("This link was already used");
});

walk!(a_notice_is_answered_within_a_week, |stage| {
    sam_in(&stage).await;
    let mut other = stage.browser();
    other.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    let link = link_in(&desk::mails(&stage, SAM).await[0].text);
    stage.wait(8 * 86_400);
    other.open(&link).await.sees("could be used until");
});

// Whoever stole it knows it: a link to a new password sets no old one, whichever way it came.
walk!(a_stolen_password_is_not_chosen_again, |stage| {
    let mut reader = stage.browser();
    let _sam = sam_in(&stage).await;
    let mut thief = stage.browser().from("203.0.113.9");
    thief.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    let link = link_in(&desk::mails(&stage, SAM).await[0].text);
    reader.open(&link).await.submit_to(&link, &[]).await.sees("Choose a new password");
    let set = reader.path.clone();
    for typed in [SAMS_PASSWORD, SAMS_PASSWORD] {
        reader.submit(&[("password", typed)]).await.is_at(&set).sees("This is your password already");
        assert_eq!(reader.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    logs_in(&stage, SAMS_PASSWORD).await.sees("don't match");
    // Nor is one's own address a password; one that is new is.
    reader.submit(&[("password", SAM)]).await.sees("This is made of “sam@example.com”");
    reader.submit(&[("password", NEW)]).await.is_at("/sign-in").sees("Your new password is set");
    logs_in(&stage, NEW).await.is_at("/me");
    assert_eq!(desk::times(&stage, "password-reset").await, 1);
    // The link is no place to guess the old one at.
    stage.wait(86_400);
    reader.open(&reset_link(&stage).await).await;
    let mut answers = vec![];
    for _ in 0..21 {
        let mut once = reader.clone();
        answers.push(once.submit(&[("password", NEW)]).await.status);
    }
    assert!(answers[..20].iter().all(|status| *status == StatusCode::UNPROCESSABLE_ENTITY), "{answers:?}");
    assert_eq!(answers[20], StatusCode::TOO_MANY_REQUESTS);
});
