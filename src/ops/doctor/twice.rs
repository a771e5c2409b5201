//! Practices that two regions have, or none: a region was put back from a backup older than a move.

use super::Finding;
use crate::config::Config;
use crate::ops::{practice_twice, start};
use crate::platform::db::Db;

pub(super) async fn examine(config: &Config, findings: &mut Vec<Finding>) {
    let mut opened: Vec<(&str, Db)> = vec![];
    for region in &config.regions {
        // What is not there, cannot be opened or has another schema is said already.
        if let Ok(db) = start::open_known(region).await {
            opened.push((&region.name, db));
        }
    }
    let regions: Vec<(&str, &Db)> = opened.iter().map(|(name, db)| (*name, db)).collect();
    for twice in practice_twice::find(&regions).await.unwrap_or_default() {
        findings.push(Finding::fail(twice.words(), twice.remedy()));
    }
    for (name, db) in &regions {
        for (slug, to) in practice_twice::lost(db, &regions).await.unwrap_or_default() {
            findings.push(Finding::fail(
                format!("region {name}: {slug} has gone to {to}, which knows nothing of it"),
                format!("{to} was put back from a backup older than the move; how it is moved again: docs/runbooks/restore.md"),
            ));
        }
    }
    for (_, db) in opened {
        db.close().await;
    }
}
