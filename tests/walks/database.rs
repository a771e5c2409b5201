//! What a transaction is told to do later is done in its order, and at the latest with its last statement.

use portico::args;
use portico::platform::db::Tx;
use portico::platform::{migrate, whose};

use crate::support::stage::Stage;
use crate::walk;

const PUT: &str = "INSERT INTO tries (practice_id, lane, count, window_start, updated_at) VALUES ($1, $2, $3, 0, 0)";
const RAISE: &str = "UPDATE tries SET count = count + $3 WHERE practice_id = $1 AND lane = $2";
const READ: &str = "SELECT count FROM tries WHERE practice_id = $1 AND lane = $2";
const VAIN: &str = "INSERT INTO sprayed (practice_id, network, who, at) VALUES ($1, $2, $3, 0)";

async fn count(stage: &Stage) -> Option<i64> {
    stage.au().optional::<(i64,)>(READ, args!["p", "lane"]).await.unwrap().map(|(count,)| count)
}

async fn in_vain(stage: &Stage) -> i64 {
    let sql = "SELECT COUNT(*) FROM sprayed WHERE practice_id = $1";
    stage.au().optional::<(i64,)>(sql, args!["p"]).await.unwrap().unwrap().0
}

/// A row, and then twice what needs it, with another table in between.
async fn begin(stage: &Stage) -> Tx {
    let mut tx = stage.au().write().await.unwrap();
    tx.later(PUT, args!["p", "lane", 1_i64]).await.unwrap();
    tx.later(VAIN, args!["p", "network", "first"]).await.unwrap();
    tx.later(RAISE, args!["p", "lane", 10_i64]).await.unwrap();
    tx.later(RAISE, args!["p", "lane", 100_i64]).await.unwrap();
    tx
}

walk!(what_is_done_later_is_done_in_order, |stage| {
    let tx = begin(&stage).await;
    tx.commit().await.unwrap();
    assert_eq!((count(&stage).await, in_vain(&stage).await), (Some(111), 1));
});

walk!(a_question_sees_what_was_to_be_done_before_it, |stage| {
    let mut tx = begin(&stage).await;
    let seen: Option<(i64,)> = tx.optional(READ, args!["p", "lane"]).await.unwrap();
    assert_eq!(seen, Some((111,)));
    // Of another table: it may go together with what is due, which is not lost by that.
    tx.later(RAISE, args!["p", "lane", 1_000_i64]).await.unwrap();
    let others: Vec<(String,)> = tx.all("SELECT who FROM sprayed WHERE practice_id = $1", args!["p"]).await.unwrap();
    assert_eq!(others, [("first".to_owned(),)]);
    // The count of rows is the statement's own.
    tx.later(VAIN, args!["p", "network", "second"]).await.unwrap();
    assert_eq!(tx.execute(RAISE, args!["p", "nobody's", 1_i64]).await.unwrap(), 0);
    assert_eq!(tx.execute(RAISE, args!["p", "lane", 10_000_i64]).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!((count(&stage).await, in_vain(&stage).await), (Some(11_111), 2));
});

walk!(rows_of_several_come_in_their_order, |stage| {
    let mut tx = begin(&stage).await;
    let raise = "UPDATE tries SET count = count + 1 WHERE practice_id = $1 AND lane = $2 RETURNING 'raised'";
    let vain = "INSERT INTO sprayed (practice_id, network, who, at) VALUES ($1, 'network', $2, 0) RETURNING 'vain'";
    let rows: Vec<(String,)> =
        tx.together(vec![(vain, args!["p", "second"]), (raise, args!["p", "lane"])]).await.unwrap();
    assert_eq!(rows, [("vain".to_owned(),), ("raised".to_owned(),)]);
    // Both of one table, the second by what the first made.
    let put = "INSERT INTO tries (practice_id, lane, count, window_start, updated_at) VALUES ($1, $2, 5, 0, 0) RETURNING 'put'";
    let rows: Vec<(String,)> = tx.together(vec![(put, args!["p", "new"]), (raise, args!["p", "new"])]).await.unwrap();
    assert_eq!(rows, [("put".to_owned(),), ("raised".to_owned(),)]);
    tx.commit().await.unwrap();
    assert_eq!((count(&stage).await, in_vain(&stage).await), (Some(112), 2));
});

walk!(an_undone_transaction_does_nothing_later, |stage| {
    drop(begin(&stage).await);
    assert_eq!((count(&stage).await, in_vain(&stage).await), (None, 0));
});

// By its code: PostgreSQL says it in the language of its messages, and says of other things too that they do not exist.
walk!(only_a_table_that_is_not_there_yet_makes_a_database_nobodys, |stage| {
    let db = stage.au();
    whose::check(db, "au").await.unwrap();
    assert!(whose::check(db, "nz").await.is_err());
    db.execute("ALTER TABLE whose_database RENAME COLUMN region TO place", vec![]).await.unwrap();
    assert!(whose::check(db, "nz").await.is_err(), "a column that is not there is a fault");
    db.execute("DROP TABLE whose_database", vec![]).await.unwrap();
    whose::check(db, "nz").await.unwrap();
    db.execute("ALTER TABLE schema_step RENAME COLUMN digest TO print", vec![]).await.unwrap();
    assert!(migrate::missing(db).await.is_err());
    db.execute("DROP TABLE schema_step", vec![]).await.unwrap();
    assert!(migrate::missing(db).await.unwrap().contains(&"whose database"));
});
