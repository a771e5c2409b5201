//! The schema's steps: plain SQL, one text for both engines, or a pair where SQLite cannot do it.
//! They run at start and by `portico migrate`; a database from a newer version is refused, never touched.

use sha2::{Digest, Sha256};

use super::db::{Db, Tx};
use super::error::{Error, Result};
use super::world::World;

struct Step {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        number: 1,
        name: "start",
        sqlite: include_str!("../../migrations/0001_start.sql"),
        postgres: include_str!("../../migrations/0001_start.sql"),
    },
    Step {
        number: 2,
        name: "record is kept",
        sqlite: include_str!("../../migrations/0002_record_is_kept.sqlite.sql"),
        postgres: include_str!("../../migrations/0002_record_is_kept.postgres.sql"),
    },
    Step {
        number: 3,
        name: "record by time",
        sqlite: include_str!("../../migrations/0003_record_by_time.sql"),
        postgres: include_str!("../../migrations/0003_record_by_time.sql"),
    },
    Step {
        number: 4,
        name: "record is cut",
        sqlite: include_str!("../../migrations/0004_record_is_cut.sqlite.sql"),
        postgres: include_str!("../../migrations/0004_record_is_cut.postgres.sql"),
    },
    Step {
        number: 5,
        name: "passkeys",
        sqlite: include_str!("../../migrations/0005_passkeys.sql"),
        postgres: include_str!("../../migrations/0005_passkeys.sql"),
    },
    Step {
        number: 6,
        name: "portal",
        sqlite: include_str!("../../migrations/0006_portal.sql"),
        postgres: include_str!("../../migrations/0006_portal.sql"),
    },
    Step {
        number: 7,
        name: "entrance",
        sqlite: include_str!("../../migrations/0007_entrance.sql"),
        postgres: include_str!("../../migrations/0007_entrance.sql"),
    },
    Step {
        number: 8,
        name: "stuck",
        sqlite: include_str!("../../migrations/0008_stuck.sql"),
        postgres: include_str!("../../migrations/0008_stuck.sql"),
    },
    Step {
        number: 9,
        name: "private",
        sqlite: include_str!("../../migrations/0009_private.sql"),
        postgres: include_str!("../../migrations/0009_private.sql"),
    },
    Step {
        number: 10,
        name: "moves",
        sqlite: include_str!("../../migrations/0010_moves.sql"),
        postgres: include_str!("../../migrations/0010_moves.sql"),
    },
    Step {
        number: 12,
        name: "room beside rows",
        sqlite: include_str!("../../migrations/0012_room_beside_rows.sqlite.sql"),
        postgres: include_str!("../../migrations/0012_room_beside_rows.postgres.sql"),
    },
    Step {
        number: 13,
        name: "programs",
        sqlite: include_str!("../../migrations/0013_programs.sql"),
        postgres: include_str!("../../migrations/0013_programs.sql"),
    },
    Step {
        number: 14,
        name: "client rules",
        sqlite: include_str!("../../migrations/0014_client_rules.sql"),
        postgres: include_str!("../../migrations/0014_client_rules.sql"),
    },
    Step {
        number: 15,
        name: "addresses and contacts",
        sqlite: include_str!("../../migrations/0015_addresses_and_contacts.sql"),
        postgres: include_str!("../../migrations/0015_addresses_and_contacts.sql"),
    },
    Step {
        number: 16,
        name: "passkey lock",
        sqlite: include_str!("../../migrations/0016_passkey_lock.sql"),
        postgres: include_str!("../../migrations/0016_passkey_lock.sql"),
    },
    Step {
        number: 17,
        name: "indexes by use",
        sqlite: include_str!("../../migrations/0017_indexes_by_use.sql"),
        postgres: include_str!("../../migrations/0017_indexes_by_use.sql"),
    },
    Step {
        number: 18,
        name: "stuck list",
        sqlite: include_str!("../../migrations/0018_stuck_list.sql"),
        postgres: include_str!("../../migrations/0018_stuck_list.sql"),
    },
    Step {
        number: 19,
        name: "ring",
        sqlite: include_str!("../../migrations/0019_ring.sql"),
        postgres: include_str!("../../migrations/0019_ring.sql"),
    },
    Step {
        number: 20,
        name: "resets wait",
        sqlite: include_str!("../../migrations/0020_resets_wait.sql"),
        postgres: include_str!("../../migrations/0020_resets_wait.sql"),
    },
    Step {
        number: 21,
        name: "until",
        sqlite: include_str!("../../migrations/0021_until.sql"),
        postgres: include_str!("../../migrations/0021_until.sql"),
    },
    Step {
        number: 23,
        name: "counts of a flood",
        sqlite: include_str!("../../migrations/0023_counts_of_a_flood.sql"),
        postgres: include_str!("../../migrations/0023_counts_of_a_flood.sql"),
    },
    Step {
        number: 24,
        name: "one sign-in per proof",
        sqlite: include_str!("../../migrations/0024_one_sign_in_per_proof.sql"),
        postgres: include_str!("../../migrations/0024_one_sign_in_per_proof.sql"),
    },
    Step {
        number: 25,
        name: "whose database",
        sqlite: include_str!("../../migrations/0025_whose_database.sql"),
        postgres: include_str!("../../migrations/0025_whose_database.sql"),
    },
    Step {
        number: 28,
        name: "how addresses begin",
        sqlite: include_str!("../../migrations/0028_address_begins.sql"),
        postgres: include_str!("../../migrations/0028_address_begins.sql"),
    },
    Step {
        number: 29,
        name: "search by reference",
        sqlite: include_str!("../../migrations/0029_search_by_reference.sql"),
        postgres: include_str!("../../migrations/0029_search_by_reference.sql"),
    },
];

/// The newest step this program knows.
pub fn newest() -> i64 {
    STEPS.last().map_or(0, |step| step.number)
}

/// Runs the missing steps, each in its own transaction; answers the names of those it ran.
///
/// # Errors
/// A fault with a clear message where the database is newer than this program, or an old step was edited.
pub async fn migrate(db: &Db, world: &dyn World) -> Result<Vec<&'static str>> {
    db.execute("CREATE TABLE IF NOT EXISTS schema_step (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL)", vec![]).await?;
    let done: Vec<(i64, String)> = db.all("SELECT number, digest FROM schema_step ORDER BY number", vec![]).await?;
    check_known(db, &done)?;
    let mut ran = Vec::new();
    for step in STEPS.iter().filter(|step| !done.iter().any(|(number, _)| *number == step.number)) {
        run(db, step, world).await?;
        ran.push(step.name);
    }
    Ok(ran)
}

/// The names of all steps, which an empty database lacks.
pub fn all() -> Vec<&'static str> {
    STEPS.iter().map(|step| step.name).collect()
}

/// The steps that `migrate` would run.
///
/// # Errors
/// As [`migrate`].
pub async fn missing(db: &Db) -> Result<Vec<&'static str>> {
    let done: Vec<(i64, String)> = match db.all("SELECT number, digest FROM schema_step ORDER BY number", vec![]).await
    {
        Ok(done) => done,
        Err(Error::NoTable(_)) => vec![],
        Err(error) => return Err(error),
    };
    check_known(db, &done)?;
    Ok(STEPS
        .iter()
        .filter(|step| !done.iter().any(|(number, _)| *number == step.number))
        .map(|step| step.name)
        .collect())
}

fn check_known(db: &Db, done: &[(i64, String)]) -> Result<()> {
    for (number, digest) in done {
        let Some(step) = STEPS.iter().find(|step| step.number == *number) else {
            return Err(Error::Fault(format!(
                "this database was made by a newer Portico: it has schema step {number}, this program knows up to {}. \
                 Start the newer program again, or restore the backup made before the upgrade.",
                newest()
            )));
        };
        if *digest != digest_of(text(db, step)) {
            return Err(Error::Fault(format!(
                "schema step {number} ({}) in the database is not the one of this program; nothing was changed. Ask whoever built it.",
                step.name
            )));
        }
    }
    Ok(())
}

async fn run(db: &Db, step: &Step, world: &dyn World) -> Result<()> {
    let mut tx = db.write().await?;
    match &mut tx {
        Tx::Sqlite(tx) => sqlx::raw_sql(step.sqlite).execute(tx.connection()?).await?,
        Tx::Postgres(tx) => {
            sqlx::raw_sql(step.postgres).execute(tx.connection()).await?;
            Default::default()
        }
    };
    tx.execute(
        "INSERT INTO schema_step (number, name, digest, at) VALUES ($1, $2, $3, $4)",
        crate::args![step.number, step.name, digest_of(text(db, step)), world.now()],
    )
    .await?;
    tx.commit().await
}

fn text(db: &Db, step: &Step) -> &'static str {
    match db {
        Db::Sqlite { .. } => step.sqlite,
        Db::Postgres { .. } => step.postgres,
    }
}

fn digest_of(sql: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(sql.as_bytes()))
}
