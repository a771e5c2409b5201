//! `portico practice rename`: another name in the address. The old one leads to the new, and passkeys go on working: they
//! are bound to the host name given at birth, which knows its related names.

use std::sync::Arc;

use super::practice::slug_problem;
use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::door::background_visit;
use crate::platform::error::{Error, Result};
use crate::platform::practice::{self, Practice};
use crate::platform::server::{Region, Server};

/// How often it is tried again when a running server writes at the same time.
const MOST_RUNS: u32 = 12;

/// Renames; answers the new address.
///
/// # Errors
/// A fault that says why not; nothing is changed then.
pub async fn rename(server: &Arc<Server>, region: &str, from: &str, to: &str) -> Result<String> {
    if let Some(problem) = slug_problem(to) {
        return Err(Error::Fault(format!("{to}: {problem}")));
    }
    let region = server.region(region).ok_or_else(|| Error::Fault(format!("no region {region} here")))?;
    let mut run = 1;
    let id = loop {
        match once(server, region, from, to).await {
            Err(Error::Conflict) if run < MOST_RUNS => run += 1,
            done => break done?,
        }
    };
    region.practices.forget();
    leads_from_elsewhere(server, &id, &region.name, to).await?;
    Ok(server.origin_in(&region.name, to))
}

async fn once(server: &Arc<Server>, region: &Region, from: &str, to: &str) -> Result<String> {
    let now = server.world.now();
    let mut tx = region.db.write().await?;
    let Some((id,)) = living(&mut tx, from).await? else {
        let moving: Option<(String,)> = tx
            .optional("SELECT moving_to FROM practice WHERE slug = $1 AND moving_to IS NOT NULL", args![from])
            .await?;
        return Err(Error::Fault(match moving {
            Some(_) => {
                format!("{from} is on its way from or to {}: run its move again to finish it, then rename", region.name)
            }
            None => format!("no practice is called {from} in {}", region.name),
        }));
    };
    let taken: Option<(String,)> = tx
        .optional(
            "SELECT id FROM practice WHERE slug = $1 UNION ALL SELECT practice_id FROM moved WHERE slug = $1 AND practice_id <> $2",
            args![to, &id],
        )
        .await?;
    if taken.is_some() {
        return Err(Error::Fault(format!(
            "{to} is, or was, another practice's name in {}; nothing was changed",
            region.name
        )));
    }
    refuse_name_on_its_way(server, &region.name, to, "").await?;
    tx.execute("UPDATE practice SET slug = $2 WHERE id = $1", args![&id, to]).await?;
    tx.execute("DELETE FROM moved WHERE practice_id = $1 AND slug = $2", args![&id, to]).await?;
    leads_to(&mut tx, &id, &region.name, to).await?;
    tx.execute(
        "INSERT INTO moved (practice_id, slug, region, now_slug, at) VALUES ($1, $2, $3, $4, $5)",
        args![&id, from, &region.name, to, now],
    )
    .await?;
    let practice = practice::by_id_in(&mut tx, &region.name, &id).await?.ok_or(Error::NotFound)?;
    tell(server, &mut tx, practice, from).await?;
    tx.commit().await?;
    Ok(id)
}

/// A practice on its way keeps its name free where it is going: taken there, its move could never be finished. `own` is the practice
/// that wants the name, as far as there is one already.
pub(super) async fn refuse_name_on_its_way(server: &Server, region: &str, slug: &str, own: &str) -> Result<()> {
    for other in server.regions.iter().filter(|other| other.name != region) {
        let coming: Option<(String,)> = other
            .db
            .optional(
                "SELECT id FROM practice WHERE slug = $1 AND moving_to = $2 AND id <> $3",
                args![slug, region, own],
            )
            .await?;
        if coming.is_some() {
            return Err(Error::Fault(format!(
                "{slug} is on its way to {region} from {}; nothing was changed",
                other.name
            )));
        }
    }
    Ok(())
}

async fn living(tx: &mut Tx, slug: &str) -> Result<Option<(String,)>> {
    tx.optional("SELECT id FROM practice WHERE slug = $1 AND closed_at IS NULL AND moving_to IS NULL", args![slug])
        .await
}

/// Every former name leads to where the practice is now, without a detour.
pub(super) async fn leads_to(tx: &mut Tx, id: &str, region: &str, slug: &str) -> Result<()> {
    tx.execute("UPDATE moved SET region = $2, now_slug = $3 WHERE practice_id = $1", args![id, region, slug]).await?;
    Ok(())
}

/// The same in the other regions where it was: browsers ask for its passkeys under the name given at birth, wherever that was.
/// Doing it again changes nothing.
pub(super) async fn leads_from_elsewhere(server: &Server, id: &str, region: &str, slug: &str) -> Result<()> {
    for other in server.regions.iter().filter(|other| other.name != region) {
        let mut run = 1;
        loop {
            let once = async {
                let mut tx = other.db.write().await?;
                leads_to(&mut tx, id, region, slug).await?;
                tx.commit().await
            };
            match once.await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => break done?,
            }
        }
    }
    Ok(())
}

/// In the record, and to the administrators by mail.
pub(super) async fn tell(server: &Arc<Server>, tx: &mut Tx, practice: Arc<Practice>, from: &str) -> Result<()> {
    let address = server.origin_in(&practice.region, &practice.slug);
    let visit = background_visit(server, practice)?;
    let moved =
        Happening::to_nobody(Event::PracticeMoved, Actor::System).detail("from", from).detail("address", &address);
    happened(&visit, tx, moved).await
}
