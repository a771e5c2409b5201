//! The record is kept as long as the operator says, then cut at a sealed checkpoint; everything else is still refused and found.

use portico::args;
use portico::audit::chain::{head, seal_all};
use portico::audit::checkpoint::{self, Checkpoint};
use portico::audit::cut::{self, Outcome};
use portico::audit::verify::{Anchor, Finding, Wrong};
use portico::audit::{Line, append};
use portico::platform::db::Db;
use portico::platform::keyring::Keyring;
use portico::platform::world::{RealWorld, World, random};

use super::people::{SAM, alex, signed_in};
use super::record::{check, practice, unguard};
use crate::support::stage::Stage;
use crate::walk;

const DAY: i64 = 86_400;
/// Old for the operator, and by the database's own clock in whatever year this runs.
const LONG: i64 = 12 * 365 * DAY;

async fn write(stage: &Stage, practice: &str, id: &str, at: i64) {
    let line = Line {
        practice_id: practice,
        id: id.to_owned(),
        at,
        event: "signed-in",
        actor_kind: "person",
        actor_id: "",
        actor_name: "Ada",
        subject_id: "",
        subject_name: "Ada",
        result: "done",
        address: "192.0.2.7".into(),
        browser: String::new(),
        session_id: "",
        request_id: "",
        detail: "{}".into(),
    };
    let mut tx = stage.au().write().await.unwrap();
    append(&mut tx, line).await.unwrap();
    tx.commit().await.unwrap();
}

/// So many lines of long ago, and three of today, sealed.
pub async fn old_and_new(stage: &Stage, old: i64) -> String {
    let id = practice(stage).await;
    for number in 0..old {
        write(stage, &id, &format!("old{number:05}"), stage.now() - LONG + number).await;
    }
    for number in 0..3 {
        write(stage, &id, &format!("new{number}"), stage.now() - 100 + number).await;
    }
    seal_all(&stage.server).await.unwrap();
    id
}

async fn cut_as(stage: &Stage, years: u32, dry: bool) -> Vec<Outcome> {
    let before = cut::before(stage.now(), years).unwrap();
    let world = &*stage.server.world;
    let all = cut::cut_all(stage.au(), &stage.server.keyring(), world, before, dry).await.unwrap();
    all.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    db.optional::<(i64,)>(sql, vec![]).await.unwrap().unwrap().0
}

const LINES: &str = "SELECT COUNT(*) FROM audit";
const LINKS: &str = "SELECT COUNT(*) FROM audit_chain";

async fn hash_at(stage: &Stage, seq: i64) -> String {
    let row: Option<(String,)> =
        stage.au().optional("SELECT hash FROM audit_chain WHERE seq = $1", args![seq]).await.unwrap();
    row.unwrap().0
}

// A5
walk!(old_lines_go_at_a_checkpoint_and_the_rest_is_whole, |stage| {
    let id = old_and_new(&stage, 1_203).await;
    let (middle, last) = (hash_at(&stage, 600).await, hash_at(&stage, 1_203).await);
    let end = head(stage.au(), &id).await.unwrap();
    assert_eq!(cut_as(&stage, 13, false).await, vec![], "whoever keeps them longer keeps them");
    let all = vec![Outcome::Cut { lines: 1_203, seq: 1_203 }];
    assert_eq!(cut_as(&stage, 6, true).await, all, "only said");
    assert_eq!(count(stage.au(), LINES).await, 1_206);
    assert_eq!(cut_as(&stage, 6, false).await, all);
    assert_eq!(count(stage.au(), LINES).await, 4, "three of today, and that the others went");
    assert_eq!(stage.events().await.last().unwrap(), "record-cut");
    assert_eq!(head(stage.au(), &id).await.unwrap(), end, "the chain goes on where it was");
    seal_all(&stage.server).await.unwrap();
    let report = check(&stage, &id, None).await;
    assert_eq!((report.cut, report.sealed, report.finding), (1_203, 4, None));
    assert_eq!(report.head.unwrap().seq, 1_207);
    for (seq, hash, right) in [
        (1_206, &end.1, true),
        (1_203, &last, true),
        (600, &middle, true),
        (1_203, &middle, false),
        (1_206, &last, false),
        (1_300, &last, false),
    ] {
        let anchor = Anchor { seq, hash: hash.clone() };
        let finding = check(&stage, &id, Some(&anchor)).await.finding;
        assert_eq!(finding.map(|finding| finding.wrong), (!right).then_some(Wrong::NotTheAnchor), "anchor at {seq}");
    }
    assert_eq!(cut_as(&stage, 6, false).await, vec![], "once");
    let mut alex = alex(&stage).await;
    alex.open("/practice/record").await.sees("Lines that were kept long enough were removed").sees("lines: 1203");
    alex.open("/practice/record.csv").await;
    assert!(alex.html.contains(",record-cut,") && !alex.html.contains("old00001") && alex.html.contains("new1"));
});

walk!(a_record_of_which_nothing_is_left_goes_on, |stage| {
    let id = practice(&stage).await;
    for number in 0..3 {
        write(&stage, &id, &format!("old{number}"), stage.now() - LONG + number).await;
    }
    seal_all(&stage.server).await.unwrap();
    assert_eq!(cut_as(&stage, 6, false).await, vec![Outcome::Cut { lines: 3, seq: 3 }]);
    assert_eq!(count(stage.au(), LINKS).await, 0);
    write(&stage, &id, "later", stage.now() - LONG + 9).await;
    seal_all(&stage.server).await.unwrap();
    let report = check(&stage, &id, None).await;
    assert_eq!((report.cut, report.sealed, report.finding), (3, 2, None));
    // What was sealed behind a young line stays until that one may go.
    assert_eq!(cut_as(&stage, 6, false).await, vec![Outcome::Cut { lines: 1, seq: 4 }]);
    let points = checkpoint::all(stage.au(), &id).await.unwrap();
    assert_eq!(points.iter().map(|point| (point.seq, point.lines)).collect::<Vec<_>>(), [(3, 3), (4, 1)]);
    assert_eq!(check(&stage, &id, None).await.finding, None);
});

// AC-132, AC-138
walk!(nothing_but_old_lines_behind_a_checkpoint_can_go, |stage| {
    let id = old_and_new(&stage, 4).await;
    let refused = async |sql: &'static str| {
        assert!(stage.au().execute(sql, vec![]).await.is_err(), "{sql}");
    };
    for sql in [
        "DELETE FROM audit WHERE id = 'old00000'",
        "DELETE FROM audit_chain WHERE seq = 1",
        "INSERT INTO audit_cut SELECT practice_id, seq, hash, 5, 0, 0, 'k1.x' FROM audit_chain WHERE seq = 5",
        "INSERT INTO audit_cut SELECT practice_id, seq, 'other', 4, 0, 0, 'k1.x' FROM audit_chain WHERE seq = 4",
        "INSERT INTO audit_cut VALUES ('other', 4, 'x', 4, 0, 0, 'k1.x')",
    ] {
        refused(sql).await;
    }
    if matches!(stage.au(), Db::Sqlite { .. }) {
        refused("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 'new1'").await;
        refused("INSERT OR REPLACE INTO audit_chain SELECT practice_id, seq, record_id, 'x' FROM audit_chain").await;
    }
    cut_as(&stage, 6, false).await;
    for sql in [
        "DELETE FROM audit_cut",
        "UPDATE audit_cut SET seq = 6",
        "UPDATE audit SET at = 0",
        "UPDATE audit_chain SET seq = seq - 4",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 'new0'",
        "DELETE FROM audit_chain",
    ] {
        refused(sql).await;
    }
    seal_all(&stage.server).await.unwrap();
    let report = check(&stage, &id, None).await;
    assert_eq!((report.cut, report.sealed, report.finding), (4, 4, None));
});

// A server whose clock runs ahead by years asks for today's lines to go: the database's own clock says no.
walk!(a_wrong_clock_throws_nothing_away, |stage| {
    let id = old_and_new(&stage, 2).await;
    stage.wait(30 * 365 * DAY);
    let before = cut::before(stage.now(), 6).unwrap();
    let world = &*stage.server.world;
    assert!(cut::cut_all(stage.au(), &stage.server.keyring(), world, before, false).await.is_err());
    assert_eq!(count(stage.au(), LINES).await, 5);
    stage.wait(-30 * 365 * DAY);
    assert_eq!(check(&stage, &id, None).await.finding, None);
    assert_eq!(cut_as(&stage, 6, false).await, vec![Outcome::Cut { lines: 2, seq: 2 }]);
});

/// A change behind everybody's back, what undoes it, and how it is named.
const HARM: [(&str, &str, Wrong, i64); 9] = [
    ("UPDATE audit_cut SET seq = 5", "UPDATE audit_cut SET seq = 4", Wrong::Checkpoint, 5),
    ("UPDATE audit_cut SET lines = 3", "UPDATE audit_cut SET lines = 4", Wrong::Checkpoint, 4),
    ("UPDATE audit_cut SET at = at + 1", "UPDATE audit_cut SET at = at - 1", Wrong::Checkpoint, 4),
    (
        "UPDATE audit_cut SET before_at = before_at + 1",
        "UPDATE audit_cut SET before_at = before_at - 1",
        Wrong::Checkpoint,
        4,
    ),
    (
        "UPDATE audit_cut SET hash = hash || 'x'",
        "UPDATE audit_cut SET hash = SUBSTR(hash, 1, 64)",
        Wrong::Checkpoint,
        4,
    ),
    ("UPDATE audit_cut SET seal = 'x' || seal", "UPDATE audit_cut SET seal = SUBSTR(seal, 2)", Wrong::Checkpoint, 4),
    (
        "UPDATE audit_cut SET practice_id = 'x' || practice_id",
        "UPDATE audit_cut SET practice_id = SUBSTR(practice_id, 2)",
        Wrong::Missing,
        1,
    ),
    (
        "UPDATE audit SET actor_name = 'Eve' WHERE id = 'new0'",
        "UPDATE audit SET actor_name = 'Ada' WHERE id = 'new0'",
        Wrong::Changed,
        5,
    ),
    (
        "UPDATE audit_chain SET seq = 50 WHERE seq = 5",
        "UPDATE audit_chain SET seq = 5 WHERE seq = 50",
        Wrong::Missing,
        5,
    ),
];

// AC-138
walk!(a_tampered_checkpoint_is_named, |stage| {
    let id = old_and_new(&stage, 4).await;
    cut_as(&stage, 6, false).await;
    seal_all(&stage.server).await.unwrap();
    unguard(stage.au()).await;
    for (harm, undo, wrong, seq) in HARM {
        stage.au().execute(harm, vec![]).await.unwrap();
        let finding = check(&stage, &id, None).await.finding.unwrap_or_else(|| panic!("{harm}"));
        assert_eq!((finding.wrong, finding.seq), (wrong, seq), "{harm}");
        stage.au().execute(undo, vec![]).await.unwrap();
        assert_eq!(check(&stage, &id, None).await.finding, None, "{undo}");
    }
});

// AC-138: somebody who owns the database and not the keys cuts the first lines of today off, with a checkpoint of their own.
walk!(a_forged_checkpoint_is_named, |stage| {
    let id = old_and_new(&stage, 4).await;
    cut_as(&stage, 6, false).await;
    unguard(stage.au()).await;
    let point = Checkpoint {
        seq: 6,
        hash: hash_at(&stage, 6).await,
        lines: 2,
        before_at: 0,
        at: stage.now(),
        seal: String::new(),
    };
    let forged = point.sealed(&Keyring::generate("k1", random::<32>(&RealWorld)).unwrap(), &id);
    let mut tx = stage.au().write().await.unwrap();
    assert!(checkpoint::put(&mut tx, &id, &forged).await.unwrap());
    for sql in ["DELETE FROM audit WHERE id = 'new0' OR id = 'new1'", "DELETE FROM audit_chain WHERE seq <= 6"] {
        tx.execute(sql, vec![]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq), (Wrong::Checkpoint, 6));
    write(&stage, &id, "old-again", stage.now() - LONG).await;
    seal_all(&stage.server).await.unwrap();
    let not_whole = Outcome::NotWhole(Finding { wrong: Wrong::Checkpoint, seq: 6, record_id: String::new() });
    assert_eq!(cut_as(&stage, 6, false).await, vec![not_whole], "and nothing more is cut on top of it");
});

walk!(what_was_changed_is_not_washed_away_by_cutting, |stage| {
    let id = old_and_new(&stage, 5).await;
    unguard(stage.au()).await;
    stage.au().execute("UPDATE audit SET actor_name = 'Eve' WHERE id = 'old00002'", vec![]).await.unwrap();
    let outcome = cut_as(&stage, 6, false).await.remove(0);
    let Outcome::NotWhole(finding) = outcome else { panic!("{outcome:?}") };
    assert_eq!((finding.wrong, finding.seq, finding.record_id.as_str()), (Wrong::Changed, 3, "old00002"));
    assert_eq!(count(stage.au(), LINES).await, 8);
    assert_eq!(checkpoint::all(stage.au(), &id).await.unwrap(), vec![]);
    stage.au().execute("UPDATE audit SET actor_name = 'Ada' WHERE id = 'old00002'", vec![]).await.unwrap();
    assert_eq!(cut_as(&stage, 6, false).await, vec![Outcome::Cut { lines: 5, seq: 5 }]);
});

walk!(a_crash_between_checkpoint_and_deleting_is_made_good, |stage| {
    let id = old_and_new(&stage, 5).await;
    let hash = hash_at(&stage, 5).await;
    let point =
        Checkpoint { seq: 5, hash, lines: 5, before_at: stage.now() - LONG + 9, at: stage.now(), seal: String::new() };
    let mut tx = stage.au().write().await.unwrap();
    assert!(checkpoint::put(&mut tx, &id, &point.sealed(&stage.server.keyring(), &id)).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(check(&stage, &id, None).await.finding, None);
    stage.wait(2 * DAY);
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq, finding.record_id.as_str()), (Wrong::BehindCheckpoint, 1, "old00000"));
    assert_eq!(cut_as(&stage, 6, false).await, vec![]);
    assert_eq!(count(stage.au(), LINES).await, 3);
    assert_eq!(check(&stage, &id, None).await.finding, None);
});

walk!(nodes_that_cut_at_once_make_one_checkpoint, |stage| {
    let id = old_and_new(&stage, 40).await;
    let all: Vec<_> = (0..6)
        .map(|node: u32| {
            let server = std::sync::Arc::clone(&stage.server);
            // Nodes need not agree on how long.
            let before = stage.now() - LONG + 20 + i64::from(node % 2) * 10;
            tokio::spawn(async move {
                let db = &server.region("au").unwrap().db;
                cut::cut_all(db, &server.keyring(), &RealWorld as &dyn World, before, false).await
            })
        })
        .collect();
    for one in all {
        // Whoever came second says so and tries again within the hour.
        let _ = one.await.unwrap();
    }
    cut_as(&stage, 6, false).await;
    seal_all(&stage.server).await.unwrap();
    let report = check(&stage, &id, None).await;
    assert_eq!((report.cut, report.finding), (40, None));
    signed_in(&stage, SAM).await;
});
