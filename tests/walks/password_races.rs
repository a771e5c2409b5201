//! A password that is stopped or replaced while a sign-in with it is under way: what was right a moment ago is judged by what
//! stands when the sign-in is written.

use portico::args;

use super::people::{id_of, relaxed};
use super::portal_passwords::{PASSWORD, brought, jo_id, keep_passwords};
use crate::support::browser::Browser;
use crate::support::desk::{self, number, times};
use crate::support::portal::{JO, sign_in};
use crate::support::stage::{Stage, link_in};
use crate::support::two_factor::{SAM, SAMS_PASSWORD, is_in, log_in};
use crate::support::ways::sessions_of;
use crate::walk;

/// Where a sign-in is whose password was right, and of which nothing is written yet.
const RIGHT: &str = "password right";
const NEW: &str = "marble window thunder 88";
const OTHER: &str = "a kettle, two cups and rain";

/// Somebody signed in as Sam elsewhere; answers the page behind the link of Sam's mail about it.
async fn told_of_a_sign_in(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    log_in(&mut stage.browser(), SAM, SAMS_PASSWORD).await;
    stage.wait(3600);
    log_in(&mut stage.browser().from("203.0.113.9"), SAM, SAMS_PASSWORD).await;
    let link = link_in(&stage.messages(SAM).await.remove(0).text);
    let mut sam = stage.browser();
    sam.open(&link).await.sees("It wasn't me: end everything");
    (sam, link)
}

/// Sessions and sign-ins under way.
async fn left(stage: &Stage, email: &str) -> (usize, i64) {
    let attempts = "SELECT COUNT(*) FROM attempt WHERE ended_at IS NULL AND person_id IN (SELECT id FROM person WHERE email_key = $1)";
    (sessions_of(stage, email).await.len(), number(stage, attempts, args![email]).await)
}

walk!(a_sign_in_under_way_does_not_outlast_this_was_not_me, |stage| {
    let (mut sam, link) = told_of_a_sign_in(&stage).await;
    stage.meanwhile(RIGHT, async move {
        sam.submit_to(&link, &[]).await.sees("Choose a new password");
    });
    let mut thief = stage.browser().from("203.0.113.9");
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    assert!(stage.was_held());
    thief.sees("don't match");
    assert!(!is_in(&thief));
    assert_eq!(left(&stage, SAM).await, (0, 0));
    assert_eq!(times(&stage, "wrong-password").await, 1, "counted as what it is");
});

// With a second step there is no session yet, only a sign-in that waits for the code.
walk!(a_sign_in_that_goes_on_to_the_code_does_not_outlast_a_new_password, |stage| {
    let (mut sam, link) = told_of_a_sign_in(&stage).await;
    desk::give_app(&stage, SAM).await;
    stage.meanwhile(RIGHT, async move {
        sam.submit_to(&link, &[]).await.submit(&[("password", NEW)]).await.is_at("/sign-in");
    });
    let mut thief = stage.browser().from("203.0.113.9");
    log_in(&mut thief, SAM, SAMS_PASSWORD).await;
    assert!(stage.was_held());
    thief.sees("don't match");
    assert_eq!(left(&stage, SAM).await, (0, 0));
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, NEW).await;
    sam.is_at("/sign-in/code");
});

walk!(an_account_that_is_closed_meanwhile_answers_as_ever, |stage| {
    relaxed(&stage).await;
    let db = stage.au().clone();
    stage.meanwhile(RIGHT, async move {
        let sql = "UPDATE person SET closed_at = 1 WHERE email_key = $1 AND kind = 'staff'";
        db.execute(sql, args![SAM]).await.unwrap();
    });
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, SAMS_PASSWORD).await;
    assert!(stage.was_held());
    sam.sees("don't match");
    assert_eq!(left(&stage, SAM).await, (0, 0));
});

// Their twin: the same password in two browsers, of which one brings its hash up to date.
walk!(whoever_types_the_right_password_twice_at_once_is_in_twice, |stage| {
    relaxed(&stage).await;
    let password = "Brought in from elsewhere 41";
    for (upgraded, stored) in [(1, Some(bcrypt::hash(password, 4).unwrap())), (1, None)] {
        if let Some(stored) = stored {
            let sql = "UPDATE person SET password = $2 WHERE id = $1";
            stage.au().execute(sql, args![id_of(&stage, SAM).await, stored]).await.unwrap();
        }
        let mut other = stage.browser().from("198.51.100.7");
        stage.meanwhile(RIGHT, async move {
            log_in(&mut other, SAM, password).await;
            assert!(is_in(&other), "{}", other.text());
        });
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, password).await;
        assert!(stage.was_held());
        assert!(is_in(&sam), "{}", sam.text());
        assert_eq!(times(&stage, "password-upgraded").await, upgraded);
    }
    assert_eq!((left(&stage, SAM).await, times(&stage, "wrong-password").await), ((4, 0), 0));
});

async fn typed(stage: &Stage, password: &str) -> Browser {
    let mut browser = stage.browser().from("203.0.113.9");
    browser.open("/portal/password").await.submit(&[("email", JO), ("password", password)]).await;
    browser
}

walk!(a_clients_sign_in_does_not_outlast_a_new_password, |stage| {
    keep_passwords(&stage, true).await;
    brought(&stage, &jo_id(&stage).await, PASSWORD).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/portal-password").await;
    let mut second = stage.browser();
    stage.meanwhile(RIGHT, async move {
        second.open("/portal/password").await.submit(&[("email", JO), ("password", PASSWORD)]).await.is_at("/me");
    });
    typed(&stage, PASSWORD).await.is_at("/me");
    assert!(stage.was_held());
    stage.meanwhile(RIGHT, async move {
        jo.submit(&[("password", OTHER)]).await.sees("Your password is set");
    });
    let thief = typed(&stage, PASSWORD).await;
    assert!(stage.was_held());
    thief.sees("We couldn't sign you in");
    assert_eq!(left(&stage, JO).await, (1, 0), "the one in which it was chosen");
    typed(&stage, OTHER).await.is_at("/me");
});

// One that came along from elsewhere and is brought up to date twice at once.
walk!(a_client_with_an_old_hash_is_in_twice, |stage| {
    keep_passwords(&stage, true).await;
    let stored = bcrypt::hash(PASSWORD, 4).unwrap();
    let sql = "UPDATE person SET password = $2, password_set_at = $3 WHERE id = $1";
    stage.au().execute(sql, args![jo_id(&stage).await, stored, stage.now() - 86_400]).await.unwrap();
    let mut second = stage.browser();
    stage.meanwhile(RIGHT, async move {
        second.open("/portal/password").await.submit(&[("email", JO), ("password", PASSWORD)]).await.is_at("/me");
    });
    typed(&stage, PASSWORD).await.is_at("/me");
    assert!(stage.was_held());
    assert_eq!((left(&stage, JO).await, times(&stage, "password-upgraded").await), ((2, 0), 1));
});
