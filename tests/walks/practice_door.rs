//! The way to a practice's administration, and what its pages say of names and of acts that nobody's browser made.

use super::people::{ALEX, SAM, alex, id_of, relaxed, signed_in};
use crate::support::desk::run_jobs;
use crate::support::portal::{JO, sign_in};
use crate::support::stage::link_in;
use crate::walk;

walk!(practice_leads_everybody_to_where_their_work_begins, |stage| {
    relaxed(&stage).await;
    alex(&stage).await.open("/practice").await.is_at("/practice/people");
    signed_in(&stage, SAM).await.open("/practice").await.is_at("/practice/clients");
    let mut later = stage.browser();
    later.open("/practice").await.is_at("/sign-in");
    later.submit(&[("email", ALEX.0), ("password", ALEX.1)]).await.is_at("/practice/people");
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    let other = jo.clone().open("/practice/clients").await.status;
    jo.open("/practice").await;
    assert_eq!((jo.status, other.as_u16()), (other, 404));
});

walk!(a_name_with_a_direction_mark_is_refused_for_what_it_is, |stage| {
    let mut alex = alex(&stage).await;
    let reason = "holds characters that can't be shown";
    alex.open("/practice/people/new").await;
    let fields = [("name", "\u{202e}evil"), ("email", "nia@example.com"), ("role", "reception")];
    alex.submit(&fields).await.sees(reason).misses("at most 100 characters");
    assert!(alex.html.contains("<title>Error: Invite a colleague"), "{}", alex.html);
    alex.submit(&[("name", ""), ("email", "nia@example.com"), ("role", "reception")]).await.sees("Type the name");
    let page = format!("/practice/people/{}/change", id_of(&stage, SAM.0).await);
    alex.open(&page).await.submit(&[("name", "Sam\u{202e}"), ("role", "practitioner")]).await.sees(reason);
    alex.submit(&[("name", "Sam Okafor-Lee"), ("role", "practitioner")]).await.sees("Sam Okafor-Lee");
});

walk!(the_record_says_nothing_of_where_a_job_was, |stage| {
    relaxed(&stage).await;
    stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
    run_jobs(&stage).await;
    let link = link_in(&stage.messages(SAM.0).await[0].text);
    let mut sam = stage.browser();
    sam.open(&link).await.submit(&[("password", "marble window thunder 88")]).await;
    let sql =
        "SELECT event, address, browser FROM audit WHERE event IN ('reset-asked', 'password-reset') ORDER BY event";
    let lines: Vec<(String, String, String)> = stage.au().all(sql, vec![]).await.unwrap();
    assert_eq!((lines[0].1.is_empty(), lines[0].2.is_empty()), (false, false), "a person's browser: {lines:?}");
    assert_eq!((lines[1].1.as_str(), lines[1].2.as_str()), ("", ""), "a job's: {lines:?}");
    let mut alex = alex(&stage).await;
    alex.open("/practice/record").await.misses("0.0.0.0").misses("stopped: no");
    // Lines that an older version wrote are shown in the same way, and stay as they are.
    let sql = "INSERT INTO audit (practice_id, id, at, event, actor_kind, result, address, browser, detail)
               SELECT id, 'older', 1795240800, 'reset-asked', 'system', 'done', '0.0.0.0', 'an unknown browser', '{\"stopped\":\"yes\"}' FROM practice
               WHERE slug = 'harbour-physio'";
    stage.au().execute(sql, vec![]).await.unwrap();
    alex.open("/practice/record").await.misses("an unknown browser").misses("stopped: yes");
    alex.sees("A change of the email address that waited was stopped");
});
