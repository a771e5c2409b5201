//! Under which keys a database is served: marks of them, by which a move tells whether its rows can be opened in the other
//! region. A mark says nothing of its key.

use data_encoding::BASE64URL_NOPAD;

use super::db::Db;
use super::error::Result;
use super::keyring::Keyring;
use super::server::{ENTRANCE, Server};
use crate::args;

/// Of each key in the ring, the newest first.
pub fn of(ring: &Keyring) -> Vec<String> {
    let mark = |id: &str| ring.derive(id, "ring mark").map(|mark| BASE64URL_NOPAD.encode(&mark[..15]));
    ring.ids().filter_map(mark).collect()
}

/// Notes the keys at hand in every database of this node: at its start, and when the key file was read again. Commands note
/// nothing: they may be run with other keys. Where another ring is noted, whose oldest key is not ours, that stays; answers the
/// names of those databases.
///
/// # Errors
/// Faults of the databases.
pub async fn note(server: &Server) -> Result<Vec<String>> {
    let marks = of(&server.keyring());
    let oldest = marks.last().cloned().unwrap_or_default();
    let mut others = vec![];
    for region in server.databases() {
        let noted = region
            .db
            .execute(
                "INSERT INTO ring (practice_id, marks, at) VALUES ($1, $2, $3)
                 ON CONFLICT (practice_id) DO UPDATE SET marks = excluded.marks, at = excluded.at
                 WHERE SUBSTR(ring.marks, LENGTH(ring.marks) - LENGTH(CAST($4 AS TEXT)) + 1) = $4",
                args![ENTRANCE, marks.join(" "), server.world.now(), &oldest],
            )
            .await?;
        if noted == 0 {
            others.push(region.name.clone());
        }
    }
    Ok(others)
}

/// Whether the database was last served under another ring: its oldest key, on which counts and marks of browsers rest, is not ours.
///
/// # Errors
/// Faults of the database.
pub async fn is_of_another(db: &Db, ring: &Keyring) -> Result<bool> {
    let noted = noted(db).await?;
    Ok(noted.is_some_and(|noted| noted.last() != of(ring).last()))
}

/// The keys that the database was last served under; none before any server noted them.
///
/// # Errors
/// Faults of the database.
pub async fn noted(db: &Db) -> Result<Option<Vec<String>>> {
    let row: Option<(String,)> = db.optional("SELECT marks FROM ring WHERE practice_id = $1", args![ENTRANCE]).await?;
    Ok(row.map(|(marks,)| marks.split(' ').map(str::to_owned).collect()))
}
