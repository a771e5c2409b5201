//! A practice that two regions have as their own, since one of them was put back from a backup that is older than its move; and one
//! that the region it went to has lost in the same way. The region where it arrived last goes on with it.

use std::collections::{BTreeMap, BTreeSet};

use super::practice_rename::leads_to;
use crate::args;
use crate::audit::rejoin;
use crate::platform::db::{Db, Tx};
use crate::platform::error::{Error, Result};
use crate::platform::server::{Region, Server};

/// What the older rows of a practice say instead of the region that it left for, where they were given up: the entrance is told of
/// it by that region alone. No region has such a name.
pub(crate) const OLDER: &str = "-";
/// How often a giving up that met a running server's writes is run again.
const MOST_RUNS: u32 = 12;

/// A practice that is in service in two regions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    pub id: String,
    /// Its name in the region of the older rows.
    pub slug: String,
    /// The regions of the older and of the newer rows; where their records do not tell them apart, in the settings' order.
    pub older: String,
    pub newer: String,
    pub is_known: bool,
}

impl Twice {
    /// For the operator.
    pub fn words(&self) -> String {
        let Twice { slug, older, newer, .. } = self;
        if self.is_known {
            return format!(
                "{slug} is in {older} and in {newer}, where it arrived later: {older} was put back from a backup older than its move"
            );
        }
        format!("{slug} is in {older} and in {newer}, and their records do not say which is the newer")
    }

    pub fn remedy(&self) -> String {
        let Twice { slug, older, newer, .. } = self;
        if self.is_known {
            return format!(
                "portico practice move {slug} --from {older} --to {newer} keeps the newer: docs/runbooks/restore.md"
            );
        }
        "stop the servers of one of the two regions, and put back a later backup of it: docs/runbooks/restore.md".into()
    }
}

/// All that are in service in two of these regions.
///
/// # Errors
/// Faults of the databases.
pub async fn find(regions: &[(&str, &Db)]) -> Result<Vec<Twice>> {
    let mut places: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for (place, (_, db)) in regions.iter().enumerate() {
        let sql = "SELECT id, slug FROM practice WHERE closed_at IS NULL AND moving_to IS NULL";
        for (id, slug) in db.all::<(String, String)>(sql, args![]).await? {
            places.entry(id).or_default().push((place, slug));
        }
    }
    let mut twice = vec![];
    for (id, found) in places {
        for pair in found.windows(2) {
            let [(first, _), (second, _)] = pair else { continue };
            let arrived = [arrived_at(regions[*first].1, &id).await?, arrived_at(regions[*second].1, &id).await?];
            let (older, newer) = if arrived[0] > arrived[1] { (&pair[1], &pair[0]) } else { (&pair[0], &pair[1]) };
            twice.push(Twice {
                id: id.clone(),
                slug: older.1.clone(),
                older: regions[older.0].0.to_owned(),
                newer: regions[newer.0].0.to_owned(),
                is_known: arrived[0] != arrived[1],
            });
        }
    }
    Ok(twice)
}

/// As [`find`], for the regions of a server.
///
/// # Errors
/// As [`find`].
pub async fn find_here(server: &Server) -> Result<Vec<Twice>> {
    let regions: Vec<(&str, &Db)> = server.regions.iter().map(|region| (region.name.as_str(), &region.db)).collect();
    find(&regions).await
}

/// When the practice last arrived somewhere or got another name, as a region's record knows it: a backup from before a move does
/// not know of it.
async fn arrived_at(db: &Db, id: &str) -> Result<Option<i64>> {
    let sql = "SELECT MAX(at) FROM audit WHERE practice_id = $1 AND event = 'practice-moved'";
    Ok(db.optional::<(Option<i64>,)>(sql, args![id]).await?.and_then(|(at,)| at))
}

/// Takes the older rows out of service, before anybody is served: nothing is deleted, and the old address leads to where the
/// practice is. Answers what was found; those that cannot be told apart stay as they are.
///
/// # Errors
/// Faults of the databases.
pub async fn settle(server: &Server) -> Result<Vec<Twice>> {
    let found = find_here(server).await?;
    for twice in found.iter().filter(|twice| twice.is_known) {
        let region = |name: &str| server.region(name).ok_or_else(|| Error::Fault(format!("no region {name} here")));
        give_up(server, region(&twice.older)?, region(&twice.newer)?, &twice.id).await?;
    }
    Ok(found)
}

/// The region gives up what it still has of a practice that has gone to another, as at the end of a move, whatever it knows of that.
/// Answers the name that it has there.
///
/// # Errors
/// Faults of the databases.
pub(super) async fn give_up(server: &Server, from: &Region, to: &Region, id: &str) -> Result<String> {
    let now_slug: Option<(String,)> = to.db.optional("SELECT slug FROM practice WHERE id = $1", args![id]).await?;
    let (now_slug,) = now_slug.ok_or(Error::NotFound)?;
    let mut run = 1;
    loop {
        match give_up_once(server, from, (to, &now_slug), id).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            done => break done?,
        }
    }
    from.practices.forget();
    Ok(now_slug)
}

async fn give_up_once(server: &Server, from: &Region, (newer, now_slug): (&Region, &str), id: &str) -> Result<()> {
    // read
    let (now, to) = (server.world.now(), &newer.name);
    let lines = rejoin::missing(&from.db, &newer.db, id).await?;
    let names = names_in(&newer.db, id, &from.name).await?;

    // write
    let mut tx = from.db.write().await?;
    leads_to(&mut tx, id, to, now_slug).await?;
    tx.execute(
        "INSERT INTO moved (practice_id, slug, region, now_slug, at)
         SELECT id, slug, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM practice WHERE id = CAST($1 AS TEXT)
         ON CONFLICT DO NOTHING",
        args![id, to, now_slug, now],
    )
    .await?;
    for name in &names {
        had_name(&mut tx, id, name, (to, now_slug), now).await?;
    }
    rejoin::put(&mut tx, id, &lines).await?;
    let closed = "UPDATE practice SET moving_to = $2, closed_at = $3 WHERE id = $1 AND closed_at IS NULL";
    tx.execute(closed, args![id, OLDER, now]).await?;
    tx.commit().await
}

/// One more name that leads to where the practice is, unless somebody else has got it meanwhile.
async fn had_name(tx: &mut Tx, id: &str, name: &str, (to, now_slug): (&str, &str), now: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO moved (practice_id, slug, region, now_slug, at)
         SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT)
         WHERE NOT EXISTS (SELECT 1 FROM practice WHERE slug = CAST($2 AS TEXT))
         ON CONFLICT DO NOTHING",
        args![id, name, to, now_slug, now],
    )
    .await?;
    Ok(())
}

/// The names that the practice had in a region, as its record knows them: one that was given after the backup is in none of the
/// backup's rows.
async fn names_in(db: &Db, id: &str, region: &str) -> Result<BTreeSet<String>> {
    let sql = "SELECT detail FROM audit WHERE practice_id = $1 AND event = 'practice-moved' ORDER BY at, id";
    let lines: Vec<(String,)> = db.all(sql, args![id]).await?;
    let names = lines.iter().flat_map(|(detail,)| names_of(detail));
    Ok(names.filter(|(_, home)| home == region).map(|(slug, _)| slug).collect())
}

/// Both names of such a line, each with its region: a new name leaves the region as it was, and names it only in the address.
fn names_of(detail: &str) -> Vec<(String, String)> {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    let text = |field: &str| detail[field].as_str().unwrap_or_default();
    let host = text("address").split_once("://").map_or("", |(_, host)| host);
    let mut labels = host.split(['.', ':', '/']);
    let (Some(slug), Some(region)) = (labels.next(), labels.next()) else { return vec![] };
    let before = text("from").split_once('.').unwrap_or((text("from"), region));
    [before, (slug, region)].map(|(slug, region)| (slug.to_owned(), region.to_owned())).to_vec()
}

/// Practices that a region leads on to another which knows nothing of them: their names, with the region they went to.
///
/// # Errors
/// Faults of the databases.
pub async fn lost(from: &Db, regions: &[(&str, &Db)]) -> Result<Vec<(String, String)>> {
    let mut lost = BTreeMap::new();
    let sql = "SELECT practice_id, region, now_slug FROM moved ORDER BY practice_id, at";
    for (id, to, slug) in from.all::<(String, String, String)>(sql, args![]).await? {
        let Some((_, db)) = regions.iter().find(|(name, _)| *name == to) else { continue };
        let known =
            "SELECT id FROM practice WHERE id = $1 UNION ALL SELECT practice_id FROM moved WHERE practice_id = $1";
        if db.optional::<(String,)>(known, args![&id]).await?.is_none() {
            lost.insert(id, (slug, to));
        }
    }
    Ok(lost.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_what_a_practice_was_and_is_called() {
        let named = |from: &str, address: &str| {
            names_of(&serde_json::json!({ "from": from, "address": address }).to_string())
                .into_iter()
                .map(|(slug, region)| format!("{slug} {region}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(named("harbour", "https://bay.au.portico.example"), ["harbour au", "bay au"]);
        assert_eq!(named("bay.au", "http://bay.uk.localhost:8080"), ["bay au", "bay uk"]);
        assert!(names_of("{}").is_empty() && names_of("not one").is_empty());
    }
}
