//! Who is in the middle of something while their practice leaves: nothing is written where it stays unseen, and a request
//! counts as of the moment it has come in whole.

use axum::http::Method;
use portico::args;
use portico::audit::verify::{Wrong, verify_all};
use portico::ops::practice_move;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::moves::OLD;
use crate::support::browser::Browser;
use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, log_in};
use crate::walk;

/// Sam with the page to change a name, and its form filled in.
async fn renaming(stage: &Stage) -> (Browser, Vec<(String, String)>) {
    ask_no_second(stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me/name").await;
    let fields = [("csrf", sam.hidden("csrf")), ("name", "Samuel Okafor".to_owned())];
    (sam, fields.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

/// The form on its way, held up behind its first bytes.
async fn half_sent(sam: &Browser, fields: &[(String, String)]) -> (oneshot::Sender<()>, JoinHandle<Browser>) {
    let ((begun, waits), (end, rest)) = (oneshot::channel(), oneshot::channel());
    let (mut sender, fields) = (sam.clone(), fields.to_vec());
    let sent = tokio::spawn(async move {
        sender.post_slowly("/me/name", &fields, begun, rest).await;
        sender
    });
    waits.await.unwrap();
    (end, sent)
}

async fn name_changes(stage: &Stage, region: &str) -> i64 {
    let db = &stage.server.region(region).unwrap().db;
    let sql = "SELECT COUNT(*) FROM audit WHERE event = 'name-changed'";
    db.optional::<(i64,)>(sql, args![]).await.unwrap().unwrap().0
}

walk!(a_form_that_comes_in_slowly_is_not_lost_in_a_move, |stage| {
    let (sam, fields) = renaming(&stage).await;
    let (end, sent) = half_sent(&sam, &fields).await;
    practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
    end.send(()).unwrap();
    let sam = sent.await.unwrap();
    assert_eq!(sam.status, 410, "{}", sam.text());
    sam.sees("Your practice has a new address");
    assert_eq!(name_changes(&stage, "au").await, 0);
    // Where nothing moves, a slow line is no hindrance.
    stage.wait(5);
    let mut there = stage.browser_at("harbour-physio.uk.localhost:8080");
    log_in(&mut there, SAM, false).await;
    there.open("/me/name").await;
    let fields: Vec<(String, String)> =
        [("csrf", there.hidden("csrf")), ("name", "Samuel Okafor".into())].map(|(n, v)| (n.to_owned(), v)).to_vec();
    let (end, sent) = half_sent(&there, &fields).await;
    end.send(()).unwrap();
    assert_eq!(sent.await.unwrap().status, 303);
    assert_eq!(name_changes(&stage, "uk").await, 1);
    // And the practice can come back.
    practice_move::go(&stage.server, "harbour-physio", "uk", "au").await.unwrap();
    stage.wait(5);
    let mut back = stage.browser_at(OLD);
    log_in(&mut back, SAM, false).await;
    back.is_at("/me").sees("Samuel Okafor");
});

walk!(a_node_that_has_not_heard_of_a_move_writes_nothing_any_more, |stage| {
    let (mut sam, fields) = renaming(&stage).await;
    let out = "UPDATE practice SET moving_to = 'uk' WHERE slug = 'harbour-physio'";
    stage.au().execute(out, args![]).await.unwrap();
    // This node goes by what it knew a moment ago.
    sam.send(Method::GET, "/me", None).await;
    assert_eq!(sam.status, 200);
    sam.post("/me/name", &fields).await;
    assert_eq!(sam.status, 503, "{}", sam.text());
    sam.sees("Your practice is moving");
    assert!(sam.answered.contains_key("retry-after"));
    assert_eq!(name_changes(&stage, "au").await, 0);
    let name = "SELECT name FROM person WHERE email_key = 'sam@example.com'";
    assert_eq!(stage.au().optional::<(String,)>(name, args![]).await.unwrap().unwrap().0, "Sam Okafor");
    stage.au().execute("UPDATE practice SET moving_to = NULL", args![]).await.unwrap();
    stage.wait(5);
    sam.post("/me/name", &fields).await;
    assert_eq!(sam.status, 303, "{}", sam.text());
    assert_eq!(name_changes(&stage, "au").await, 1);
});

walk!(a_line_that_nobody_will_ever_seal_is_a_finding_at_once, |stage| {
    ask_no_second(&stage).await;
    log_in(&mut stage.browser(), SAM, false).await;
    let id = crate::support::ways::practice_id(&stage).await;
    practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
    let checked = async || {
        let all = verify_all(stage.au(), &stage.server.keyring(), stage.now(), &[]).await.unwrap();
        all.into_iter().find(|report| report.practice_id == id).unwrap()
    };
    assert_eq!(checked().await.finding, None);
    let late = "INSERT INTO audit (practice_id, id, at, event, actor_kind, result) VALUES ($1, 'late', $2, 'name-changed', 'person', 'done')";
    stage.au().execute(late, args![&id, stage.now()]).await.unwrap();
    let finding = checked().await.finding.unwrap();
    assert_eq!((finding.wrong, finding.record_id.as_str()), (Wrong::TooLate, "late"));
});

walk!(what_ended_while_a_form_came_in_is_over, |stage| {
    let (sam, fields) = renaming(&stage).await;
    let (end, sent) = half_sent(&sam, &fields).await;
    stage.wait(25 * 3600);
    end.send(()).unwrap();
    let sam = sent.await.unwrap();
    assert_eq!(name_changes(&stage, "au").await, 0, "{} {}", sam.status, sam.text());
    // In time it counts.
    let mut again = stage.browser();
    log_in(&mut again, SAM, false).await;
    again.open("/me/name").await.submit(&[("name", "Samuel Okafor")]).await;
    assert_eq!(name_changes(&stage, "au").await, 1);
});
