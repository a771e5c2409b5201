//! More time for a factor that is required.

use portico::args;
use portico::sign_in::step::Factor;

use super::people::{SAM, alex, id_of, promote};
use crate::support::two_factor::{code, scan};
use crate::support::ways::{self, ask_no_second, give_app, let_in, log_in};
use crate::walk;

const DAY: i64 = 86_400;

// AC-130
walk!(more_time_has_an_end_and_is_not_for_administrators, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    for bad in ["", "2026-11-20", "2027-06-01", "soon"] {
        alex.open(&format!("/practice/people/{id}/more-time")).await;
        alex.submit(&[("until", bad)]).await;
        assert_eq!(alex.status, 422, "{bad}");
    }
    alex.open(&format!("/practice/people/{id}/more-time")).await;
    alex.submit(&[("until", "2026-12-24")]).await.sees("They have more time now.").sees("24 December 2026");
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "more-time-given"));
    promote(&stage, "sam@example.com").await;
    alex.open(&format!("/practice/people/{id}")).await.misses("Give more time");
    let csrf = {
        alex.open("/practice/people/new").await;
        alex.hidden("csrf")
    };
    let fields = [("csrf".to_owned(), csrf), ("until".to_owned(), "2026-12-24".to_owned())];
    alex.post(&format!("/practice/people/{id}/more-time"), &fields).await;
    assert_eq!(alex.status, 403);
});

// T7: a session that was begun before the date does not go on without what is required from it.
walk!(a_date_reaches_the_sessions_that_were_begun_before, |stage| {
    ask_no_second(&stage).await;
    let from = "UPDATE practice SET everyone_second_from = $1 WHERE slug = 'harbour-physio'";
    stage.au().execute(from, args![stage.now() + 2 * DAY]).await.unwrap();
    stage.wait(5);
    let (mut sam, mut alex) = (stage.browser(), stage.browser());
    log_in(&mut sam, ways::SAM, true).await;
    give_app(&stage, ways::ALEX.0).await;
    let_in(&stage, &mut alex, ways::ALEX.0, &[Factor::Password, Factor::Totp], true).await;
    stage.wait(DAY);
    for (browser, password) in [(&mut sam, ways::SAM.1), (&mut alex, ways::ALEX.1)] {
        browser.open("/me").await.is_at("/locked");
        browser.submit(&[("password", password)]).await.is_at("/me");
    }
    stage.wait(2 * DAY);
    alex.open("/me/name").await.is_at("/locked");
    alex.submit(&[("password", ways::ALEX.1)]).await.is_at("/me/name");
    sam.open("/me/name").await.is_at("/locked");
    sam.submit(&[("password", ways::SAM.1)]).await.is_at("/sign-in/set-up").sees("Step 1 of 4");
    sam.clone().open("/me").await.is_at("/locked");
    let secret = scan(&mut sam, &stage, "/sign-in/set-up").await;
    sam.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
    sam.submit_to("/sign-in/set-up/done", &[]).await.is_at("/me/name");
});

// S6: while somebody has more time, the password stands alone and is as long as such a one has to be.
walk!(more_time_asks_for_a_password_that_can_stand_alone, |stage| {
    let mut alex = alex(&stage).await;
    let required = "UPDATE practice SET everyone_second_from = 1 WHERE slug = 'harbour-physio'";
    stage.au().execute(required, args![]).await.unwrap();
    stage.wait(10);
    let short = "zebra-q7-moss";
    let mut sam = stage.browser();
    log_in(&mut sam, ways::SAM, false).await;
    let secret = scan(&mut sam, &stage, "/sign-in/set-up").await;
    sam.submit(&[("code", &code(&stage, &secret))]).await.submit_to("/sign-in/set-up/done", &[]).await;
    sam.open("/me/password").await.submit(&[("current", ways::SAM.1), ("password", short)]).await;
    sam.sees("Your password is changed");
    let id = id_of(&stage, "sam@example.com").await;
    let lost = "UPDATE person SET totp_secret = NULL, totp_since = NULL WHERE id = $1";
    stage.au().execute(lost, args![&id]).await.unwrap();
    let mut again = stage.browser();
    log_in(&mut again, (ways::SAM.0, short), false).await;
    again.is_at("/sign-in/set-up");
    alex.open(&format!("/practice/people/{id}/more-time")).await.submit(&[("until", "2026-12-24")]).await;
    alex.sees("They have more time now.");
    let mut again = stage.browser();
    log_in(&mut again, (ways::SAM.0, short), false).await;
    again.is_at("/sign-in/new-password").sees("it is too short");
    again.submit(&[("password", "zebra-q7-moss-lantern")]).await.is_at("/me");
});
