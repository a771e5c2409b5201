//! A session that somebody ended from elsewhere: the next click says so; one that was left here says nothing.

use super::people::{SAM, alex, id_of, press, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::run_jobs;
use crate::support::portal::{JO, sign_in};
use crate::support::stage::link_in;
use crate::support::ways::sessions_of;
use crate::walk;

const STAFF: &str = "You were logged out here";
const CLIENT: &str = "You were signed out here";

/// The same browser with its cookies as they were: an answer that drops them got lost.
async fn with_old_cookies(before: &Browser, door: &str) -> Browser {
    let mut browser = before.clone();
    browser.open(door).await.misses(STAFF).misses(CLIENT);
    browser
}

walk!(the_next_click_says_that_somebody_logged_you_out, |stage| {
    relaxed(&stage).await;
    let mut boss = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    for act in ["end", "everywhere", "administrator", "reset"] {
        let mut here = signed_in(&stage, SAM).await;
        let mut other = signed_in(&stage, SAM).await;
        match act {
            "end" => {
                let sessions = sessions_of(&stage, SAM.0).await;
                other.open("/me").await;
                other.submit_to(&format!("/me/sessions/{}/end", sessions[sessions.len() - 2]), &[]).await;
            }
            "everywhere" => {
                other.open("/me").await.submit_to("/me/log-out-everywhere", &[]).await.misses(STAFF);
            }
            "administrator" => {
                boss.open(&format!("/practice/people/{id}/end-sessions")).await;
                press(&mut boss).await;
            }
            _ => {
                stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
                run_jobs(&stage).await;
                let link = link_in(&stage.messages(SAM.0).await[0].text);
                stage.browser().open(&link).await.submit(&[("password", "marble window thunder 88")]).await;
            }
        }
        here.open("/me").await.is_at("/sign-in").sees(STAFF).misses("Sam").misses(SAM.0);
    }
    // A browser that never was in hears nothing.
    stage.browser().open("/sign-in").await.misses(STAFF);
});

walk!(whoever_left_here_is_told_nothing_of_it, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let before = sam.clone();
    sam.open("/me").await.submit_to("/log-out", &[]).await.misses(STAFF);
    with_old_cookies(&before, "/sign-in").await;
    sam.open("/sign-in").await.misses(STAFF);

    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    let before = jo.clone();
    jo.open("/me").await.submit_to("/portal/exit", &[]).await;
    with_old_cookies(&before, "/portal").await;
    jo.open("/portal").await.misses(CLIENT);
});

walk!(a_client_is_told_too_but_nobody_at_a_shared_or_private_one, |stage| {
    for (sql, told) in [
        ("UPDATE session SET ended_at = 1 WHERE ended_at IS NULL", true),
        ("UPDATE session SET ended_at = 1, shared = 1 WHERE ended_at IS NULL", false),
    ] {
        let mut jo = stage.browser();
        sign_in(&stage, &mut jo, JO).await;
        jo.open("/me").await.is_at("/me");
        stage.au().execute(sql, vec![]).await.unwrap();
        stage.wait(61);
        jo.clone().open("/sign-in").await.misses(STAFF).misses(CLIENT);
        jo.open("/portal").await.misses("Lindqvist");
        assert_eq!(jo.text().contains(CLIENT), told, "{sql}");
    }
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    stage.au().execute("UPDATE session SET ended_at = 1 WHERE ended_at IS NULL", vec![]).await.unwrap();
    stage.au().execute("UPDATE person SET private_since = 1 WHERE kind = 'client'", vec![]).await.unwrap();
    stage.wait(61);
    jo.open("/portal").await.misses(CLIENT);
});
