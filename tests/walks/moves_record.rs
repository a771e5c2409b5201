//! The record of a practice that moves: one chain, wherever it is, whatever the regions it left do meanwhile.

use portico::args;
use portico::audit::verify::{Report, Wrong, verify_all};
use portico::audit::{chain, cut, gather};
use portico::ops::practice_move;
use portico::platform::db::Db;

use super::moves::command_that_dies;
use super::record::{practice, unguard};
use super::record_cut::old_and_new;
use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, log_in};
use crate::walk;

fn region<'a>(stage: &'a Stage, name: &str) -> &'a Db {
    &stage.server.region(name).unwrap().db
}

async fn checked(stage: &Stage, name: &str) -> Report {
    let all = verify_all(region(stage, name), &stage.server.keyring(), stage.now(), &[]).await.unwrap();
    all.into_iter().find(|report| report.slug == "harbour-physio").unwrap()
}

/// Whether au and uk say a head of it for the log.
async fn has_head(stage: &Stage) -> [bool; 2] {
    let id = &checked(stage, "au").await.practice_id;
    let mut has = [false; 2];
    for (has, name) in has.iter_mut().zip(["au", "uk"]) {
        *has = chain::heads(region(stage, name)).await.unwrap().iter().any(|(practice, ..)| practice == id);
    }
    has
}

/// What servers do in the background, in both regions.
async fn background(stage: &Stage) {
    for name in ["au", "uk"] {
        gather::close(region(stage, name), &*stage.server.world).await.unwrap();
    }
    chain::seal_all(&stage.server).await.unwrap();
}

async fn goes(stage: &Stage, from: &str, to: &str) -> Result<Vec<String>, portico::platform::error::Error> {
    practice_move::go(&stage.server, "harbour-physio", from, to).await
}

// A5, E10
walk!(a_move_that_stands_still_leaves_one_record_and_not_two, |stage| {
    ask_no_second(&stage).await;
    let id = practice(&stage).await;
    let flood = "INSERT INTO audit_gathered (practice_id, event, whose, window_start, times, gathered, last_at) VALUES ($1, 'sign-in-failed', '', $2, 60, 40, $2)";
    stage.au().execute(flood, args![&id, stage.now()]).await.unwrap();
    // Out of service, copied, given up, in service there: and each time two hours go by in which nobody comes back to it.
    for _ in 0..4 {
        let command = command_that_dies(&stage).await;
        let dying = tokio::spawn(async move { practice_move::go(&command, "harbour-physio", "au", "uk").await });
        assert!(dying.await.is_err(), "it died");
        stage.wait(7_200);
        background(&stage).await;
        assert_eq!(checked(&stage, "au").await.finding, None);
    }
    let counted = "SELECT COUNT(*) FROM audit WHERE detail LIKE '%\"times\":40%'";
    let lines = |row: Option<(i64,)>| row.unwrap().0;
    assert_eq!(lines(stage.au().optional(counted, args![]).await.unwrap()), 0, "no line that only the old region has");
    assert_eq!(lines(region(&stage, "uk").optional(counted, args![]).await.unwrap()), 1, "the count went along");
    goes(&stage, "au", "uk").await.unwrap();
    stage.wait(5);
    let mut sam = stage.browser_at("harbour-physio.uk.localhost:8080");
    log_in(&mut sam, SAM, false).await;
    background(&stage).await;
    goes(&stage, "uk", "au").await.unwrap();
    stage.wait(120);
    background(&stage).await;
    for name in ["au", "uk"] {
        let report = checked(&stage, name).await;
        assert_eq!(report.finding, None, "{name}");
        assert_eq!(report.gone_to, if name == "uk" { "au" } else { "" });
    }
});

walk!(a_record_that_was_changed_where_it_stayed_is_found_and_does_not_come_back, |stage| {
    ask_no_second(&stage).await;
    log_in(&mut stage.browser(), SAM, false).await;
    background(&stage).await;
    assert_eq!(has_head(&stage).await, [true, false]);
    goes(&stage, "au", "uk").await.unwrap();
    stage.wait(120);
    background(&stage).await;
    // What stands still where it was is no anchor for what goes on.
    assert_eq!(has_head(&stage).await, [false, true]);
    assert_eq!(checked(&stage, "au").await.finding, None);
    unguard(stage.au()).await;
    let forge = "UPDATE audit SET event = 'forged' WHERE id = (SELECT record_id FROM audit_chain WHERE seq = 1)";
    stage.au().execute(forge, args![]).await.unwrap();
    assert_eq!(checked(&stage, "au").await.finding.map(|finding| finding.wrong), Some(Wrong::Changed));
    assert_eq!(checked(&stage, "uk").await.finding, None);
    let refused = goes(&stage, "uk", "au").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("line 1 is changed")));
    stage.wait(5);
    stage.browser_at("harbour-physio.uk.localhost:8080").open("/sign-in").await.is_at("/sign-in");
    // A record that went on by itself is whole, and yet another one.
    let back = "UPDATE audit SET event = $1 WHERE id = (SELECT record_id FROM audit_chain WHERE seq = 1)";
    let event: Option<(String,)> = region(&stage, "uk")
        .optional("SELECT event FROM audit WHERE id = (SELECT record_id FROM audit_chain WHERE seq = 1)", args![])
        .await
        .unwrap();
    stage.au().execute(back, args![event.unwrap().0]).await.unwrap();
    assert_eq!(checked(&stage, "au").await.finding, None);
    let slipped = "INSERT INTO audit (practice_id, id, at, event, actor_kind, result) SELECT practice_id, 'slipped', $1, 'signed-in', 'person', 'done' FROM audit_chain WHERE seq = 1";
    stage.au().execute(slipped, args![stage.now()]).await.unwrap();
    chain::seal_practice(stage.au(), &checked(&stage, "uk").await.practice_id).await.unwrap();
    assert_eq!(checked(&stage, "au").await.finding, None);
    let refused = goes(&stage, "uk", "au").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("nothing was changed")));
});

walk!(a_record_that_was_cut_on_both_sides_is_one_again, |stage| {
    old_and_new(&stage, 9).await;
    let keys = stage.server.keyring();
    let cut_to = async |name: &str, before: i64| {
        let all = cut::cut_all(region(&stage, name), &keys, &*stage.server.world, before, false).await.unwrap();
        chain::seal_all(&stage.server).await.unwrap();
        all.len()
    };
    let oldest = stage.now() - 12 * 365 * 86_400;
    assert_eq!(cut_to("au", oldest + 2).await, 1);
    goes(&stage, "au", "uk").await.unwrap();
    // The two go on by themselves, and not at the same lines.
    assert_eq!((cut_to("au", oldest + 4).await, cut_to("uk", oldest + 7).await), (1, 1));
    let lines = "SELECT COUNT(*) FROM audit WHERE event = 'record-cut'";
    let written: Option<(i64,)> = stage.au().optional(lines, args![]).await.unwrap();
    assert_eq!(written.unwrap().0, 1, "what stayed gets no line of its own");
    stage.wait(60);
    goes(&stage, "uk", "au").await.unwrap();
    stage.wait(120);
    cut_to("au", oldest + 7).await;
    for name in ["au", "uk"] {
        let report = checked(&stage, name).await;
        assert_eq!((report.finding, report.cut), (None, 7), "{name}");
    }
});
