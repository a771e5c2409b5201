//! A region is put back from a hot backup that is older than a move: its record stays the beginning of the one that went on, and
//! the names that were given since stay the practice's.

use portico::args;
use portico::audit::chain;
use portico::audit::verify::{Finding, Wrong, verify_all};
use portico::ops::{practice, practice_move, practice_rename, practice_twice};

use crate::moves::{OLD, UK, leads, moved};
use crate::moves_restored::Backup;
use crate::support::desk::number;
use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, log_in};
use crate::walk;

const BAY: &str = "bay-physio.au.localhost:8080";

async fn finding(stage: &Stage, region: &str, id: &str) -> Option<Finding> {
    let db = &stage.server.region(region).unwrap().db;
    let all = verify_all(db, &stage.server.keyring(), stage.now(), &[]).await.unwrap();
    all.into_iter().find(|report| report.practice_id == id).unwrap().finding
}

/// A backup with lines that are not sealed yet; one of the same second was written a moment too late for it.
async fn hot_backup(stage: &Stage) -> Backup {
    ask_no_second(stage).await;
    chain::seal_all(&stage.server).await.unwrap();
    for _ in 0..3 {
        log_in(&mut stage.browser(), SAM, false).await;
    }
    let mut backup = Backup::of_au(stage).await;
    let waiting: Vec<(String,)> = stage
        .au()
        .all(
            "SELECT a.id FROM audit a WHERE a.practice_id = $1 AND NOT EXISTS (
                SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id) ORDER BY a.at, a.id",
            args![&backup.id],
        )
        .await
        .unwrap();
    assert!(waiting.len() >= 3, "{waiting:?}");
    let late = format!("\"{}\"", waiting[0].0);
    for (table, rows) in &mut backup.tables {
        if table.name == "audit" {
            rows.retain(|row| !row.contains(&late));
        }
    }
    backup
}

walk!(a_hot_backup_that_was_put_back_leaves_no_false_alarm, |stage| {
    let backup = hot_backup(&stage).await;
    moved(&stage).await;
    backup.put_back_whole(&stage).await;
    stage.wait(120);
    assert_eq!(practice_twice::settle(&stage.server).await.unwrap().len(), 1);
    chain::seal_all(&stage.server).await.unwrap();
    for region in ["au", "uk"] {
        assert_eq!(finding(&stage, region, &backup.id).await, None, "{region}");
    }
    // What was sealed stays the beginning of the record that went on, so the practice can come back.
    moved(&stage).await;
    stage.wait(5);
    practice_move::go(&stage.server, "harbour-physio", "uk", "au").await.unwrap();
    stage.wait(5);
    assert_eq!([leads(&stage, OLD, "/sign-in").await.0, leads(&stage, UK, "/sign-in").await.0], [200, 308]);
    stage.wait(120);
    chain::seal_all(&stage.server).await.unwrap();
    for region in ["au", "uk"] {
        assert_eq!(finding(&stage, region, &backup.id).await, None, "{region}");
    }
});

walk!(what_only_the_region_that_was_put_back_has_is_still_told, |stage| {
    let backup = hot_backup(&stage).await;
    moved(&stage).await;
    backup.put_back_whole(&stage).await;
    // Nobody has looked yet, and somebody signs in there.
    log_in(&mut stage.browser(), SAM, false).await;
    stage.wait(120);
    let said = moved(&stage).await;
    chain::seal_all(&stage.server).await.unwrap();
    assert!(said.iter().any(|line| line.contains("after the backup was put back")), "{said:?}");
    assert_eq!(finding(&stage, "au", &backup.id).await.map(|finding| finding.wrong), Some(Wrong::TooLate));
    assert_eq!(finding(&stage, "uk", &backup.id).await, None);
    // Of the lines that both have none is told.
    let apart = "SELECT COUNT(*) FROM audit a WHERE a.practice_id = $1 AND NOT EXISTS (
        SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id) AND a.at < $2";
    assert_eq!(number(&stage, apart, args![&backup.id, stage.now() - 122]).await, 0);
    let refused = practice_move::go(&stage.server, "harbour-physio", "uk", "au").await;
    assert!(refused.is_err_and(|error| error.to_string().contains("nothing was changed")));
});

// E10
walk!(a_name_given_after_the_backup_stays_the_practices, |stage| {
    let backup = Backup::of_au(&stage).await;
    practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    practice_move::go(&stage.server, "bay-physio", "au", "uk").await.unwrap();
    backup.put_back_whole(&stage).await;
    stage.au().execute("DELETE FROM moved WHERE practice_id = $1", args![&backup.id]).await.unwrap();
    assert_eq!(practice_twice::settle(&stage.server).await.unwrap().len(), 1);
    let home = "http://bay-physio.uk.localhost:8080/sign-in".to_owned();
    for round in ["settled", "moved again"] {
        stage.wait(5);
        for old in [OLD, BAY] {
            assert_eq!(leads(&stage, old, "/sign-in").await, (308, home.clone()), "{round}: {old}");
        }
        for slug in ["bay-physio", "harbour-physio"] {
            let added = practice::add(&stage.server, &another("au", slug)).await;
            assert!(added.is_err_and(|error| error.to_string().contains("another practice's")), "{round}: {slug}");
        }
        practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
    }
    // A name that nobody had is free.
    practice::add(&stage.server, &another("au", "quay-physio")).await.unwrap();
});

/// A practice to be added.
pub fn another(region: &str, slug: &str) -> practice::Wanted {
    practice::Wanted {
        region: region.into(),
        slug: slug.into(),
        name: "Another".into(),
        administrator: "kim@example.com".into(),
        administrator_name: "Kim Bayer".into(),
        colour: None,
        logo: None,
        country: "AU".into(),
        zone: "Australia/Sydney".into(),
        phone: String::new(),
        email: String::new(),
    }
}
