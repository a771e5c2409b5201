//! Practices and people by the thousand, all with one password and one hash, written in a few large statements.

use std::path::Path;

use portico::args;
use portico::ops::start;
use portico::platform::db::Db;
use portico::platform::hashing::Secret;
use portico::platform::world::{RealWorld, World, random};

use crate::client::{Outcome, PASSWORD};
use crate::passkey::Signer;
use crate::server::settings;

/// People per statement; a SQLite write-ahead log is given back after each.
const BATCH: i64 = 100_000;

/// Fills an empty database. Person `i` is staff without a second factor at practice `i / per_practice`.
pub async fn fill(folder: &Path, database: &str, practices: i64, per_practice: i64) -> Outcome<()> {
    std::fs::create_dir_all(folder)?;
    let server = start::server(settings(folder, database, 0)?, std::sync::Arc::new(RealWorld)).await?;
    let db = &server.region("au").ok_or("no region")?.db;
    let hash = server.hashing.hash(Secret::new(PASSWORD.to_owned()), random::<16>(&RealWorld)).await?;
    let now = RealWorld.now();
    db.execute(
        "INSERT INTO practice (id, slug, host, name, created_at)
         WITH RECURSIVE n(i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
         SELECT '00000000-0000-7000-8000-000000' || CAST(100000 + i AS TEXT), 'b' || CAST(100000 + i AS TEXT),
                'b' || CAST(100000 + i AS TEXT) || '.au.localhost', 'Practice ' || CAST(i AS TEXT), CAST($2 AS BIGINT) FROM n",
        args![practices, now],
    )
    .await?;
    let people = practices * per_practice;
    for from in (0..people).step_by(usize::try_from(BATCH)?) {
        let to = people.min(from + BATCH);
        db.execute(
            "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, password, password_set_at, joined_at, created_at)
             WITH RECURSIVE n(i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)
             SELECT '00000000-0000-7000-8000-000000' || CAST(100000 + i / $3 AS TEXT),
                    '00000000-0000-7000-8000-0000' || CAST(10000000 + i AS TEXT), 'staff', 'practitioner', 'Person ' || CAST(i AS TEXT),
                    'p' || CAST(10000000 + i AS TEXT) || '@example.com', 'p' || CAST(10000000 + i AS TEXT) || '@example.com',
                    $4, CAST($5 AS BIGINT), CAST($5 AS BIGINT), CAST($5 AS BIGINT) FROM n",
            args![from, to, per_practice, &hash, now],
        )
        .await?;
    }
    add_passkeys(db, practices.min(10), per_practice, now).await?;
    if matches!(db, Db::Postgres { .. }) {
        // What autovacuum does by itself a minute later.
        db.execute("ANALYZE", args![]).await?;
    }
    db.close().await;
    Ok(())
}

/// A passkey, verified before, for every second person of the first practices: those with odd numbers.
async fn add_passkeys(db: &Db, practices: i64, per_practice: i64, now: i64) -> Outcome<()> {
    let mut tx = db.write().await?;
    for person in (1..practices * per_practice).step_by(2) {
        let signer = Signer::of(u64::try_from(person)?)?;
        let practice = format!("00000000-0000-7000-8000-000000{}", 100_000 + person / per_practice);
        let id = format!("00000000-0000-7000-8000-0000{}", 10_000_000 + person);
        tx.execute(
            "UPDATE person SET passkey_user = $3 WHERE practice_id = $1 AND id = $2",
            args![&practice, &id, &signer.user],
        )
        .await?;
        tx.execute(
            "INSERT INTO passkey (practice_id, id, short_id, person_id, public_key, algorithm, aaguid, transports, backup_eligible,
                backup_state, verified_at, name, created_at, created_on, made_by)
             VALUES ($1, $2, $2, $3, $4, -7, '00000000-0000-0000-0000-000000000000', 'internal', 1, 1, $5, 'Passkey', $5, '', 'person')",
            args![&practice, &signer.id, &id, &signer.public_key, now],
        )
        .await?;
    }
    Ok(tx.commit().await?)
}

/// A new database on the cluster at that address (which ends in `/postgres`).
pub async fn create_postgres(cluster: &str, name: &str) -> Outcome<String> {
    let admin = Db::connect(cluster, 1).await?;
    let sql: &'static str = Box::leak(format!("CREATE DATABASE {name}").into_boxed_str());
    admin.execute(sql, args![]).await?;
    admin.close().await;
    Ok(cluster.replacen("/postgres", &format!("/{name}"), 1))
}
