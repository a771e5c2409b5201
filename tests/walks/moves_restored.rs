//! A region is put back from a backup that is older than a move: no practice is served twice, and nobody's address dies.

use portico::args;
use portico::ops::{doctor, practice_move, practice_twice, restored};
use portico::platform::copy::{self, Table};
use portico::platform::db::Db;

use crate::moves::{OLD, UK, leads, moved, related};
use crate::support::desk::number;
use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, log_in, practice_id};
use crate::walk;

/// What a region's backup holds of Harbour Physio.
pub struct Backup {
    pub id: String,
    pub tables: Vec<(Table, Vec<String>)>,
}

impl Backup {
    pub async fn of_au(stage: &Stage) -> Backup {
        let id = practice_id(stage).await;
        let mut tables = vec![];
        for table in copy::tables(stage.au()).await.unwrap() {
            let rows = table.rows(stage.au(), &id).await.unwrap();
            tables.push((table, rows));
        }
        Backup { id, tables }
    }

    /// As the whole region is put back: nothing that was written since is there.
    pub async fn put_back_whole(&self, stage: &Stage) {
        forget_record(stage.au(), &self.id).await;
        self.put_back(stage).await;
    }

    async fn put_back(&self, stage: &Stage) {
        let mut tx = stage.au().write().await.unwrap();
        tx.execute("DELETE FROM moved WHERE practice_id = $1", args![&self.id]).await.unwrap();
        for (table, rows) in &self.tables {
            for row in rows {
                table.put(&mut tx, table.insert(), row).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        stage.wait(5);
    }

    /// As a backup of the other region from before the move is put back there.
    async fn lose_in_uk(&self, stage: &Stage) {
        let uk = &stage.server.region("uk").unwrap().db;
        forget_record(uk, &self.id).await;
        let mut tx = uk.write().await.unwrap();
        for (table, _) in &self.tables {
            table.forget(&mut tx, &self.id).await.unwrap();
        }
        tx.commit().await.unwrap();
        stage.wait(5);
    }
}

/// A backup from before has no line of it; here the guards of the record are taken away.
async fn forget_record(db: &Db, id: &str) {
    for sql in [
        "DROP TRIGGER audit_no_delete",
        "DROP TRIGGER audit_no_delete ON audit",
        "DROP TRIGGER audit_chain_no_delete",
        "DROP TRIGGER audit_chain_no_delete ON audit_chain",
    ] {
        let _ = db.execute(sql, args![]).await;
    }
    for sql in ["DELETE FROM audit WHERE practice_id = $1", "DELETE FROM audit_chain WHERE practice_id = $1"] {
        db.execute(sql, args![id]).await.unwrap();
    }
}

async fn served(stage: &Stage) -> [u16; 2] {
    [leads(stage, OLD, "/sign-in").await.0, leads(stage, UK, "/sign-in").await.0]
}

/// What the doctor finds wrong with the practice, with its advice.
async fn wrong(stage: &Stage) -> Vec<String> {
    let found = doctor::examine(&stage.server.config, &*stage.server.world, None).await;
    let failed = found.iter().filter(|one| one.level == doctor::Level::Fail && one.what.contains("harbour-physio"));
    failed.map(ToString::to_string).collect()
}

async fn comes_back(stage: &Stage) {
    practice_move::go(&stage.server, "harbour-physio", "uk", "au").await.unwrap();
    stage.wait(5);
    assert_eq!(served(stage).await, [200, 308]);
}

walk!(the_newer_of_two_goes_on_and_the_old_address_leads_to_it, |stage| {
    ask_no_second(&stage).await;
    let backup = Backup::of_au(&stage).await;
    moved(&stage).await;
    assert!(wrong(&stage).await.is_empty(), "{:?}", wrong(&stage).await);
    backup.put_back(&stage).await;
    assert_eq!(served(&stage).await, [200, 200], "nobody has looked yet");
    let said = wrong(&stage).await;
    assert!(said.len() == 1 && said[0].contains("practice move harbour-physio --from au --to uk"), "{said:?}");
    // The other way round the newer one would be forgotten.
    let other_way = practice_move::go(&stage.server, "harbour-physio", "uk", "au").await;
    assert!(other_way.is_err_and(|error| error.to_string().contains("--from au --to uk")));
    stage.wait(5);
    assert_eq!(served(&stage).await, [200, 200]);

    moved(&stage).await;
    stage.wait(5);
    assert_eq!(leads(&stage, OLD, "/sign-in").await, (308, format!("http://{UK}/sign-in")));
    assert_eq!(related(&stage, OLD).await, [format!("http://{UK}"), format!("http://{OLD}")]);
    let mut sam = stage.browser_at(UK);
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me");
    assert!(wrong(&stage).await.is_empty(), "{:?}", wrong(&stage).await);
    comes_back(&stage).await;
});

walk!(restored_ends_a_practice_that_has_moved_on_and_writes_nothing_for_it, |stage| {
    ask_no_second(&stage).await;
    let backup = Backup::of_au(&stage).await;
    moved(&stage).await;
    backup.put_back(&stage).await;
    let ended = restored::end_all(&stage.server, "au").await.unwrap();
    let told: Vec<_> = ended.iter().filter(|one| one.told).map(|one| one.slug.as_str()).collect();
    assert!(!told.is_empty() && !told.contains(&"harbour-physio"), "{told:?}");
    let lines = "SELECT COUNT(*) FROM audit WHERE event = 'restored' AND practice_id = $1";
    assert_eq!(number(&stage, lines, args![&backup.id]).await, 0, "its record goes on elsewhere");
    stage.wait(5);
    assert_eq!(served(&stage).await, [308, 200]);
    moved(&stage).await;
    comes_back(&stage).await;
});

walk!(a_server_that_starts_serves_the_newer_alone, |stage| {
    ask_no_second(&stage).await;
    let backup = Backup::of_au(&stage).await;
    moved(&stage).await;
    assert!(practice_twice::settle(&stage.server).await.unwrap().is_empty());
    backup.put_back(&stage).await;
    assert_eq!(served(&stage).await, [200, 200]);
    let found = practice_twice::settle(&stage.server).await.unwrap();
    assert_eq!(
        found.iter().map(|twice| (twice.older.as_str(), twice.newer.as_str())).collect::<Vec<_>>(),
        [("au", "uk")]
    );
    assert_eq!(served(&stage).await, [308, 200]);
    // Nothing is deleted by a start; the command that is named finishes it.
    let people = "SELECT COUNT(*) FROM person WHERE practice_id = $1";
    assert!(number(&stage, people, args![&backup.id]).await > 0);
    assert!(practice_twice::settle(&stage.server).await.unwrap().is_empty());
    moved(&stage).await;
    assert_eq!(number(&stage, people, args![&backup.id]).await, 0);
    comes_back(&stage).await;
});

walk!(two_that_cannot_be_told_apart_are_left_to_the_operator, |stage| {
    ask_no_second(&stage).await;
    let backup = Backup::of_au(&stage).await;
    moved(&stage).await;
    let uk = &stage.server.region("uk").unwrap().db;
    for sql in ["DROP TRIGGER audit_no_delete", "DROP TRIGGER audit_no_delete ON audit"] {
        let _ = uk.execute(sql, args![]).await;
    }
    let gone = "DELETE FROM audit WHERE practice_id = $1 AND event = 'practice-moved'";
    assert_eq!(uk.execute(gone, args![&backup.id]).await.unwrap(), 1);
    backup.put_back(&stage).await;
    let found = practice_twice::settle(&stage.server).await.unwrap();
    assert!(found.len() == 1 && !found[0].is_known, "{found:?}");
    assert_eq!(served(&stage).await, [200, 200], "neither is given up by a guess");
    assert!(wrong(&stage).await[0].contains("do not say which is the newer"));
    for (from, to) in [("au", "uk"), ("uk", "au")] {
        let refused = practice_move::go(&stage.server, "harbour-physio", from, to).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("nothing was changed")), "{from} {to}");
    }
});

walk!(a_practice_that_its_new_region_has_lost_is_missed_and_moved_again, |stage| {
    ask_no_second(&stage).await;
    let backup = Backup::of_au(&stage).await;
    moved(&stage).await;
    backup.lose_in_uk(&stage).await;
    assert_eq!(served(&stage).await, [308, 404]);
    let said = wrong(&stage).await;
    assert!(said.len() == 1 && said[0].contains("uk") && said[0].contains("restore.md"), "{said:?}");
    // The old region's backup from before the move, as the runbook says.
    backup.put_back(&stage).await;
    moved(&stage).await;
    stage.wait(5);
    assert_eq!(served(&stage).await, [308, 200]);
    assert!(wrong(&stage).await.is_empty(), "{:?}", wrong(&stage).await);
});
