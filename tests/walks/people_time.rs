//! More time for a factor that is required.

use portico::args;
use portico::sign_in::step::Factor;

use super::people::{SAM, alex, id_of, promote};
use crate::support::stage::Stage;
use crate::support::two_factor::{code, scan};
use crate::support::ways::{self, ask_no_second, give_app, let_in, log_in};
use crate::walk;

const DAY: i64 = 86_400;

/// From that moment on a second step is required of everybody.
async fn required_from(stage: &Stage, at: i64) {
    let sql = "UPDATE practice SET everyone_second_from = $1 WHERE slug = 'harbour-physio'";
    stage.au().execute(sql, args![at]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

// AC-130
walk!(more_time_has_an_end_and_is_not_for_administrators, |stage| {
    let mut alex = alex(&stage).await;
    required_from(&stage, stage.now() + DAY).await;
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

// A rule that begins later than the time ends is the date that counts, and where nothing is required there is no time to give.
walk!(more_time_says_when_something_is_required, |stage| {
    let mut alex = alex(&stage).await;
    let page = format!("/practice/people/{}", id_of(&stage, SAM.0).await);
    alex.open(&page).await.misses("Give more time");
    alex.open(&format!("{page}/more-time")).await.is_at(&page);
    // 12 December 2026, noon in Sydney.
    required_from(&stage, 1_797_037_200).await;
    let mails = async || {
        let mails = stage.messages(SAM.0).await.into_iter().filter(|mail| mail.about == "more-time-given");
        mails.map(|mail| mail.text).collect::<Vec<_>>()
    };
    alex.open(&page).await.sees("Give more time");
    alex.open(&format!("{page}/more-time")).await;
    let left_open = alex.clone();
    alex.submit(&[("until", "2026-11-30")]).await.sees("They have more time now.");
    let told = mails().await;
    assert!(told[0].contains("12 December 2026") && !told[0].contains("30 November"), "{}", told[0]);
    alex.open(&format!("{page}/more-time")).await.submit(&[("until", "2026-12-24")]).await;
    let told = mails().await;
    assert!(told[0].contains("24 December 2026") && told.len() == 2, "{told:?}");
    // The rule goes: a page that was left open gives nothing.
    stage.au().execute("UPDATE practice SET everyone_second_from = NULL", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let mut alex = left_open;
    alex.submit(&[("until", "2026-12-20")]).await.is_at(&page).misses("They have more time now.");
    assert_eq!(mails().await.len(), 2);
});
