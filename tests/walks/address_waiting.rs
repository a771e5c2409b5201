//! A new address that waits for its mailbox: seen in My info, stopped from there, by "this wasn't me" and by a forgotten
//! password; and what an administrator entered counts only as long as it still fits.

use portico::args;
use portico::sign_in::step::Factor;

use super::people::{ALEX, SAM, alex, id_of, press, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{change, number, run_jobs, times};
use crate::support::portal::{JO, sign_in};
use crate::support::stage::{Stage, link_in};
use crate::support::ways::{let_in, somebody};
use crate::walk;

const NEW: &str = "sam.new@example.org";
const OWN: &str = "sam.own@example.org";
const PASSWORD: &str = "marble window thunder 88";

/// The path of the newest link to an address.
async fn mailed(stage: &Stage, to: &str, about: &str) -> String {
    link_in(&stage.messages(to).await.into_iter().find(|mail| mail.about == about).unwrap().text)
}

/// Whoever is signed in as Sam asks for another address.
async fn asks(browser: &mut Browser) {
    browser.open("/me/email").await.submit(&[("email", NEW)]).await;
    browser.is_at("/me/email/sent");
}

/// Alex enters another address for Sam; answers Alex's browser and Sam's page.
async fn entered(stage: &Stage) -> (Browser, String) {
    let mut alex = alex(stage).await;
    let page = format!("/practice/people/{}", id_of(stage, SAM.0).await);
    alex.open(&format!("{page}/email")).await.submit(&[("email", NEW)]).await.sees("We mailed a link");
    (alex, page)
}

async fn says_not_me(stage: &Stage, about: &str) -> Browser {
    let mail = stage.messages(SAM.0).await.into_iter().find(|mail| mail.about == about).unwrap();
    let path = mail.text.split_whitespace().find_map(|word| word.find("/not-me/").map(|at| &word[at..])).unwrap();
    let mut sam = stage.browser();
    sam.open(path).await.submit_to(path, &[]).await;
    sam
}

async fn administrators_hear(stage: &Stage) {
    let told = stage.messages(ALEX.0).await;
    let told = told.iter().find(|mail| mail.about == "email-change-stopped-administrators").expect("Alex is told");
    assert!(told.text.contains("The address they had stays"), "{}", told.text);
    assert_eq!(times(stage, "email-change-stopped").await, 1);
}

walk!(this_was_not_me_stops_what_a_stranger_asked_for, |stage| {
    relaxed(&stage).await;
    let mut thief = signed_in(&stage, SAM).await;
    asks(&mut thief).await;
    let link = mailed(&stage, NEW, "confirm-email").await;
    says_not_me(&stage, "email-change-asked").await.submit(&[("password", PASSWORD)]).await.is_at("/sign-in");
    // Whoever has the new password too finds the link dead.
    let mut sam = signed_in(&stage, (SAM.0, PASSWORD)).await;
    sam.open(&link).await.sees("This link doesn't work any more");
    assert_eq!((sam.status.as_u16(), times(&stage, "email-change-withdrawn").await), (410, 1));
    assert!(stage.messages(SAM.0).await.iter().all(|mail| mail.about != "email-change-withdrawn"), "Sam did it");
    assert_eq!(somebody(&stage, SAM.0).await.email, SAM.0);
    // Sam's own asking afterwards works as ever.
    stage.wait(61);
    asks(&mut sam).await;
    let link = mailed(&stage, NEW, "confirm-email").await;
    sam.open(&link).await.submit_to(&link, &[]).await.sees("Your email address is changed");
});

walk!(this_was_not_me_stops_what_an_administrator_entered, |stage| {
    let (mut alex, page) = entered(&stage).await;
    let link = mailed(&stage, NEW, "new-address").await;
    says_not_me(&stage, "email-change-asked-by-administrator").await;
    administrators_hear(&stage).await;
    let mut new = stage.browser();
    new.open(&link).await.sees("taken back or stopped since");
    assert_eq!(new.status, 410);
    alex.open(&page).await.misses("Waiting for");
    // Entered once more, it counts.
    stage.wait(61);
    alex.open(&format!("{page}/email")).await.submit(&[("email", NEW)]).await;
    let link = mailed(&stage, NEW, "new-address").await;
    new.open(&link).await.submit(&[]).await.sees("is your email address now");
});

walk!(a_link_from_before_the_press_opens_nothing, |stage| {
    let (_, _) = entered(&stage).await;
    let link = mailed(&stage, NEW, "new-address").await;
    stage.wait(60);
    says_not_me(&stage, "email-change-asked-by-administrator").await;
    // As one would be that the press had not ended.
    change(
        &stage,
        NEW,
        "UPDATE token SET replaced_at = NULL WHERE purpose = 'email-by-administrator' AND sent_to = $1",
    )
    .await;
    let mut new = stage.browser();
    new.open(&link).await.submit(&[]).await;
    assert_eq!((new.status.as_u16(), somebody(&stage, SAM.0).await.email.as_str()), (410, SAM.0));
});

walk!(my_info_shows_what_waits_and_stops_it, |stage| {
    let (_, _) = entered(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me").await.sees("entered a new email address for you: sam.new@example.org");
    let links = [mailed(&stage, NEW, "new-address").await];
    sam.submit_to("/me/email/stop", &[])
        .await
        .sees("Stopped. Your address stays as it is")
        .misses("entered a new email");
    administrators_hear(&stage).await;
    assert_eq!(stage.browser().open(&links[0]).await.status, 410);
    stage.wait(61);
    asks(&mut sam).await;
    sam.open("/me").await.sees("You asked to change your email address to sam.new@example.org");
    let link = mailed(&stage, NEW, "confirm-email").await;
    sam.submit_to("/me/email/stop", &[]).await.sees("Stopped.").misses("You asked to change");
    assert_eq!(sam.open(&link).await.status, 410);
    assert_eq!((times(&stage, "email-change-stopped").await, times(&stage, "email-change-withdrawn").await), (1, 1));
});

walk!(a_forgotten_password_stops_it_too, |stage| {
    relaxed(&stage).await;
    let mut thief = signed_in(&stage, SAM).await;
    asks(&mut thief).await;
    let link = mailed(&stage, NEW, "confirm-email").await;
    stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
    run_jobs(&stage).await;
    let reset = mailed(&stage, SAM.0, "reset-link").await;
    stage.browser().open(&reset).await.submit(&[("password", PASSWORD)]).await.is_at("/sign-in");
    let told = async || {
        let sent = stage.messages(SAM.0).await;
        sent.into_iter().filter(|mail| mail.about == "password-reset").map(|mail| mail.text).collect::<Vec<_>>()
    };
    let stopped = "A change of your email address that was still waiting was stopped";
    assert!(told().await[0].contains(stopped), "{:?}", told().await);
    let mut sam = signed_in(&stage, (SAM.0, PASSWORD)).await;
    sam.open("/me").await.misses("You asked to change");
    assert_eq!(sam.open(&link).await.status, 410);
});

walk!(a_clients_change_ends_with_the_press_but_not_a_protected_ones, |stage| {
    for protected in [false, true] {
        let mut jo = stage.browser();
        sign_in(&stage, &mut jo, JO).await;
        let sql = "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, created_at, expires_at)
                   SELECT practice_id, $2, 'not-me', id, email_key, $3, $4 FROM person WHERE email_key = $1 AND kind = 'client'
                   AND practice_id = (SELECT id FROM practice WHERE slug = 'harbour-physio')";
        let token = format!("not-me-{protected}");
        let hash = portico::platform::secret::hash_token(&token);
        stage.au().execute(sql, args![JO, hash, stage.now(), stage.now() + 86_400]).await.unwrap();
        stage.wait(61);
        jo.open("/me/email").await.submit(&[("email", "jo.new@example.org")]).await.is_at("/me/email/sent");
        if protected {
            let sql = "UPDATE person SET passphrase = 'x' WHERE email_key = $1 AND kind = 'client'";
            stage.au().execute(sql, args![JO]).await.unwrap();
        }
        let path = format!("/not-me/{token}");
        stage.browser().open(&path).await.submit_to(&path, &[]).await;
        let sql = "SELECT COUNT(*) FROM email_change WHERE done_at IS NULL AND ended_at IS NULL AND email_key = $1";
        let left = number(&stage, sql, args!["jo.new@example.org"]).await;
        assert_eq!(left, i64::from(protected));
    }
});

walk!(an_entered_address_replaces_the_one_it_was_entered_for, |stage| {
    let (_, _) = entered(&stage).await;
    let entered = mailed(&stage, NEW, "new-address").await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me/email").await.submit(&[("email", OWN)]).await;
    let own = mailed(&stage, OWN, "confirm-email").await;
    sam.open(&own).await.submit_to(&own, &[]).await.sees("Your email address is changed");
    let mut new = stage.browser();
    new.open(&entered).await;
    assert_eq!(new.status, 410);
    assert_eq!(somebody(&stage, OWN).await.email, OWN);
});

walk!(an_entered_address_needs_an_administrator_behind_it, |stage| {
    for undo in [
        "UPDATE person SET role = 'practitioner' WHERE email_key = $1 AND kind = 'staff' AND role = 'administrator'",
        "UPDATE person SET closed_at = 1 WHERE email_key = $1 AND kind = 'staff' AND closed_at IS NULL",
    ] {
        let (_, _) = entered(&stage).await;
        let link = mailed(&stage, NEW, "new-address").await;
        let mut new = stage.browser();
        new.open(&link).await;
        stage.au().execute(undo, args![ALEX.0]).await.unwrap();
        new.submit(&[]).await.sees("Ask your administrator to enter the address again");
        assert_eq!((new.status.as_u16(), somebody(&stage, SAM.0).await.email.as_str()), (410, SAM.0));
        let back = "UPDATE person SET role = 'administrator', closed_at = NULL WHERE email_key = $1 AND kind = 'staff'";
        stage.au().execute(back, args![ALEX.0]).await.unwrap();
        stage.wait(61);
        // With the administrator back the same link works.
        if undo.contains("closed_at = 1") {
            new.open(&link).await.submit(&[]).await.sees("is your email address now");
        }
    }
});

walk!(each_address_that_waits_is_stopped_for_itself, |stage| {
    let (_, _) = entered(&stage).await;
    let entered = mailed(&stage, NEW, "new-address").await;
    stage.wait(1);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me/email").await.submit(&[("email", OWN)]).await;
    let own = mailed(&stage, OWN, "confirm-email").await;
    sam.open("/me").await.sees("entered a new email address for you").sees("You asked to change");
    // The newest stands first: Sam's own.
    sam.submit_to("/me/email/stop", &[]).await.sees("Stopped. Another new address still waits: sam.new@example.org");
    sam.sees("entered a new email address for you").misses("You asked to change").misses("stays as it is");
    assert_eq!((sam.clone().open(&own).await.status.as_u16(), times(&stage, "email-change-stopped").await), (410, 0));
    sam.submit_to("/me/email/stop", &[]).await.sees("Stopped. Your address stays as it is").misses("entered a new");
    assert_eq!(stage.browser().open(&entered).await.status, 410);
    administrators_hear(&stage).await;
});

// Where the limit of mail leaves out the second mail, the first one's link is the only one there is.
walk!(asked_again_too_soon_the_link_in_the_mailbox_goes_on_working, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    asks(&mut sam).await;
    let link = mailed(&stage, NEW, "confirm-email").await;
    // A colleague's mistyped asking went to that mailbox a moment ago.
    stage.wait(61);
    asks(&mut alex(&stage).await).await;
    stage.wait(2);
    asks(&mut sam).await;
    sam.sees("the link sent before goes on working");
    let sent = stage.messages(NEW).await.into_iter().filter(|mail| mail.about == "confirm-email").count();
    assert_eq!(sent, 2, "Sam's first and the colleague's");
    sam.open(&link).await.submit_to(&link, &[]).await.sees("Your email address is changed");
    assert_eq!(somebody(&stage, NEW).await.email, NEW);
});

walk!(a_stopped_link_is_not_said_to_be_replaced_only, |stage| {
    let mut sam = signed_in(&stage, SAM).await;
    asks(&mut sam).await;
    let link = mailed(&stage, NEW, "confirm-email").await;
    sam.open("/me").await.submit_to("/me/email/stop", &[]).await;
    sam.open(&link).await.sees("was stopped since");
});

// The address stands for whoever entered it: with the role, or the account, it waits no more.
walk!(an_entered_address_ends_with_the_role_of_whoever_entered_it, |stage| {
    let mut alex = alex(&stage).await;
    let sql = "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
        SELECT practice_id, '00000000-0000-7000-8000-000000000001', 'staff', 'reception', 'Nia Abebe', 'nia@example.com', 'nia@example.com', 1, 1 FROM person WHERE email_key = $1 AND kind = 'staff'";
    change(&stage, SAM.0, sql).await;
    let nias_page = "/practice/people/00000000-0000-7000-8000-000000000001";
    let sams_page = format!("/practice/people/{}", id_of(&stage, SAM.0).await);
    for act in ["change", "close"] {
        let role = "UPDATE person SET role = 'administrator', closed_at = NULL WHERE email_key = $1 AND kind = 'staff'";
        change(&stage, SAM.0, role).await;
        let mut sam = signed_in(&stage, SAM).await;
        sam.open(&format!("{nias_page}/email")).await.submit(&[("email", NEW)]).await.sees("We mailed a link");
        let link = mailed(&stage, NEW, "new-address").await;
        alex.open(nias_page).await.sees("Waiting for sam.new@example.org");
        let mut nia = stage.browser();
        let_in(&stage, &mut nia, "nia@example.com", &[Factor::Password], false).await;
        nia.open("/me").await.sees("entered a new email address for you");
        alex.open(&format!("{sams_page}/{act}")).await;
        match act {
            "change" => alex.submit(&[("role", "reception")]).await,
            _ => press(&mut alex).await,
        };
        alex.is_at(&sams_page);
        alex.open(nias_page).await.misses("Waiting for");
        nia.open("/me").await.misses("entered a new email address");
        assert_eq!(stage.browser().open(&link).await.status, 410);
        stage.wait(61);
    }
    assert_eq!(times(&stage, "email-change-withdrawn").await, 2);
    let told = stage.messages("nia@example.com").await;
    assert_eq!(told.iter().filter(|mail| mail.about == "email-change-withdrawn").count(), 2, "and Nia hears of each");
    // What another administrator entered waits on.
    alex.open(&format!("{nias_page}/email")).await.submit(&[("email", NEW)]).await.sees("We mailed a link");
    alex.open(&format!("{sams_page}/reopen")).await;
    press(&mut alex).await;
    let role = "UPDATE person SET role = 'administrator' WHERE email_key = $1 AND kind = 'staff'";
    change(&stage, SAM.0, role).await;
    alex.open(&format!("{sams_page}/change")).await.submit(&[("role", "reception")]).await;
    alex.open(nias_page).await.sees("Waiting for sam.new@example.org");
    let link = mailed(&stage, NEW, "new-address").await;
    stage.browser().open(&link).await.submit(&[]).await.sees("is your email address now");
});
