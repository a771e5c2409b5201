use futures_util::FutureExt;
use sqlx::sqlite::SqliteJournalMode;

use super::*;

struct Stage {
    writer: Writer,
    options: SqliteConnectOptions,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("test.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true);
        let writer = Writer::open(options.clone()).await.unwrap();
        let mut act = writer.begin().await.unwrap();
        for sql in [
            "CREATE TABLE word (word TEXT PRIMARY KEY ON CONFLICT ABORT)",
            "CREATE TABLE pair (of TEXT REFERENCES word (word) DEFERRABLE INITIALLY DEFERRED)",
        ] {
            run(&mut act, sql).await.unwrap();
        }
        act.commit().await.unwrap();
        Stage { writer, options, _folder: folder }
    }

    /// What somebody else reads from the file.
    async fn words(&self) -> Vec<String> {
        let mut other = self.options.connect().await.unwrap();
        sqlx::query_scalar("SELECT word FROM word ORDER BY word").fetch_all(&mut other).await.unwrap()
    }

    async fn commits(&self) -> u32 {
        self.writer.group.lock().await.commits
    }
}

async fn run(act: &mut Act, sql: &'static str) -> Result<()> {
    sqlx::query(sql).execute(act.connection()?).await?;
    Ok(())
}

async fn write(writer: &Writer, sql: &'static str) -> Result<()> {
    let mut act = writer.begin().await?;
    run(&mut act, sql).await?;
    act.commit().await
}

#[tokio::test]
async fn who_waits_shares_one_commit() {
    let stage = Stage::new().await;
    let before = stage.commits().await;
    let mut first = stage.writer.begin().await.unwrap();
    run(&mut first, "INSERT INTO word VALUES ('first')").await.unwrap();
    // In line before the first act ends, and before its commit does.
    let mut others = Box::pin(futures_util::future::join3(
        write(&stage.writer, "INSERT INTO word VALUES ('a')"),
        write(&stage.writer, "INSERT INTO word VALUES ('b')"),
        write(&stage.writer, "INSERT INTO word VALUES ('c')"),
    ));
    assert!((&mut others).now_or_never().is_none());
    assert!(stage.words().await.is_empty(), "nothing is seen before the commit");
    let (first, others) = futures_util::future::join(first.commit(), others).await;
    assert!(first.is_ok() && matches!(others, (Ok(()), Ok(()), Ok(()))));
    assert_eq!(stage.words().await, ["a", "b", "c", "first"]);
    assert!(stage.commits().await <= before + 2, "five acts needed more than two commits");
}

#[tokio::test]
async fn an_act_that_is_undone_takes_nobody_with_it() {
    let stage = Stage::new().await;
    let undone = async {
        let mut act = stage.writer.begin().await.unwrap();
        run(&mut act, "INSERT INTO word VALUES ('undone')").await.unwrap();
        drop(act);
    };
    let refused = async {
        let mut act = stage.writer.begin().await.unwrap();
        run(&mut act, "INSERT INTO word VALUES ('half')").await.unwrap();
        assert!(run(&mut act, "INSERT INTO word VALUES ('a')").await.is_err());
    };
    let left = async {
        let mut leaving = Box::pin(write(&stage.writer, "INSERT INTO word VALUES ('left')"));
        for _ in 0..40 {
            if (&mut leaving).now_or_never().is_some() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let (a, (), (), (), b) = tokio::join!(
        write(&stage.writer, "INSERT INTO word VALUES ('a')"),
        undone,
        refused,
        left,
        write(&stage.writer, "INSERT INTO word VALUES ('b')"),
    );
    assert!(a.is_ok() && b.is_ok());
    let words = stage.words().await;
    assert!(words.iter().all(|word| ["a", "b", "left"].contains(&word.as_str())), "{words:?}");
    assert!(words.len() >= 2);
}

/// As [`write`], with the next act's savepoint made on the way.
async fn write_and_prepare(writer: &Writer, sql: &'static str, word: &str, end: bool) -> Result<()> {
    let mut act = writer.begin().await?;
    let (save, _) = act.next();
    let text = format!("{sql} ('{word}'); {save}");
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(act.connection()?).await?;
    if !end {
        // As when a visitor left before the answer was heard.
        return Ok(());
    }
    act.next_is_ready();
    act.commit().await
}

#[tokio::test]
async fn a_savepoint_made_ahead_undoes_only_its_own_act() {
    let stage = Stage::new().await;
    let into = "INSERT INTO word VALUES";
    let held = stage.writer.begin().await.unwrap();
    // All in line while the first holds on, so that one transaction has them.
    let mut acts = Box::pin(async {
        let (writer, undone) = (&stage.writer, async {
            let mut act = stage.writer.begin().await?;
            run(&mut act, "INSERT INTO word VALUES ('undone')").await
        });
        tokio::join!(
            write_and_prepare(writer, into, "a", true),
            undone,
            write_and_prepare(writer, into, "b", true),
            write_and_prepare(writer, into, "cut", false),
            write_and_prepare(writer, into, "c", true),
            async { drop(stage.writer.begin().await) },
            write(writer, "INSERT INTO word VALUES ('d')"),
            write_and_prepare(writer, into, "cut too", false),
            write(writer, "INSERT INTO word VALUES ('e')"),
        )
    });
    assert!((&mut acts).now_or_never().is_none());
    drop(held);
    let _ = acts.await;
    assert_eq!(stage.words().await, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn a_commit_that_fails_undoes_and_tells_all() {
    let stage = Stage::new().await;
    let mut first = stage.writer.begin().await.unwrap();
    run(&mut first, "INSERT INTO word VALUES ('first')").await.unwrap();
    let mut broken = Box::pin(write(&stage.writer, "INSERT INTO pair VALUES ('nobody')"));
    assert!((&mut broken).now_or_never().is_none());
    let (first, broken) = tokio::join!(first.commit(), broken);
    assert!(broken.is_err());
    assert_eq!(stage.words().await.len(), usize::from(first.is_ok()), "what was told is what stands");
    write(&stage.writer, "INSERT INTO word VALUES ('after')").await.unwrap();
    assert!(stage.words().await.contains(&"after".to_owned()));
}

#[tokio::test]
async fn an_engine_that_rolls_back_by_itself_fails_all() {
    let stage = Stage::new().await;
    write(&stage.writer, "INSERT INTO word VALUES ('there')").await.unwrap();
    let mut first = stage.writer.begin().await.unwrap();
    run(&mut first, "INSERT INTO word VALUES ('first')").await.unwrap();
    let mut rolls = Box::pin(write(&stage.writer, "INSERT OR ROLLBACK INTO word VALUES ('there')"));
    assert!((&mut rolls).now_or_never().is_none());
    // One that goes on as if nothing had been: what it writes then stands no more than the rest.
    let mut heedless = Box::pin(async {
        let mut act = stage.writer.begin().await.unwrap();
        assert!(run(&mut act, "INSERT OR ROLLBACK INTO word VALUES ('there')").await.is_err());
        act.commit().await
    });
    assert!((&mut heedless).now_or_never().is_none());
    let (first, rolls, heedless) = tokio::join!(first.commit(), rolls, heedless);
    assert!(rolls.is_err() && heedless.is_err());
    assert_eq!(stage.words().await.len(), 1 + usize::from(first.is_ok()), "what was told is what stands");
    write(&stage.writer, "INSERT INTO word VALUES ('after')").await.unwrap();
}

#[tokio::test]
async fn closing_keeps_what_was_told() {
    let stage = Stage::new().await;
    let (kept, ()) = tokio::join!(write(&stage.writer, "INSERT INTO word VALUES ('kept')"), async {
        tokio::task::yield_now().await;
        stage.writer.close().await;
    });
    assert_eq!(stage.words().await.len(), usize::from(kept.is_ok()));
}

/// Counting is what must never be lost: a hundred at once, every third of them undone.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_hundred_at_once_lose_no_count() {
    let stage = Stage::new().await;
    write(&stage.writer, "CREATE TABLE lane (lane TEXT PRIMARY KEY, count BIGINT NOT NULL)").await.unwrap();
    for _ in 0..20 {
        write(&stage.writer, "DELETE FROM lane").await.unwrap();
        let tasks: Vec<_> = (0..100_u32)
            .map(|number| {
                let writer = stage.writer.clone();
                tokio::spawn(async move {
                    let mut act = writer.begin().await.unwrap();
                    let sql = "INSERT INTO lane VALUES ('x', 1) ON CONFLICT (lane) DO UPDATE SET count = count + 1 RETURNING count";
                    let count: Option<(i64,)> =
                        sqlx::query_as(sql).fetch_optional(act.connection().unwrap()).await.unwrap();
                    assert!(count.is_some());
                    if number % 3 == 0 {
                        drop(act);
                    } else {
                        act.commit().await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let mut other = stage.options.connect().await.unwrap();
        let count: i64 = sqlx::query_scalar("SELECT count FROM lane").fetch_one(&mut other).await.unwrap();
        assert_eq!(count, 66);
    }
}

/// A refusal is looked into from outside: what refused must be there to be found.
#[tokio::test]
async fn who_was_refused_reads_why() {
    let stage = Stage::new().await;
    let seen = stage.writer.seen();
    let mut first = stage.writer.begin().await.unwrap();
    run(&mut first, "INSERT INTO word VALUES ('taken')").await.unwrap();
    let refused = async {
        let mut act = stage.writer.begin().await.unwrap();
        assert!(run(&mut act, "INSERT INTO word VALUES ('taken')").await.is_err());
        drop(act);
        seen.by_all().await;
        stage.words().await
    };
    let mut refused = Box::pin(refused);
    assert!((&mut refused).now_or_never().is_none(), "in line behind the first");
    let (first, words) = tokio::join!(first.commit(), refused);
    assert!(first.is_ok());
    assert_eq!(words, ["taken"]);
}

/// In a crowd the commit of an act that is over already is shared by whoever comes a moment later.
#[tokio::test]
async fn a_crowd_shares_what_a_lone_act_would_not() {
    const ANOTHER: &str = "INSERT INTO word SELECT 'word ' || COUNT(*) FROM word";
    let stage = Stage::new().await;
    stage.writer.tell_crowds_by(Box::new(|| Duration::from_millis(80)));
    let mut shared = false;
    // A machine that stands still for longer than the pause proves nothing, so there are several turns.
    for _ in 0..20 {
        let before = stage.commits().await;
        let writer = stage.writer.clone();
        let early = tokio::spawn(async move { write(&writer, ANOTHER).await });
        loop {
            let group = stage.writer.group.lock().await;
            if matches!(group.before, Before::Keep(_)) || group.commits > before {
                break;
            }
            drop(group);
            tokio::task::yield_now().await;
        }
        write(&stage.writer, ANOTHER).await.unwrap();
        early.await.unwrap().unwrap();
        shared = stage.commits().await == before + 1;
        if shared {
            break;
        }
    }
    assert!(shared);
}
