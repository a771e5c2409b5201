//! Mails that strangers ask for, counted for a practice and for a region: past the limit nothing more goes to addresses
//! that nobody has, which is what burns a sender's name, while people on file still get theirs (AC-070).

use super::db::Tx;
use super::error::Result;
use super::limit::{self, within_in};
use super::server::ENTRANCE;
use super::web::Visit;

/// The window of every count here, in seconds.
const SECONDS: i64 = 3600;
/// Stands where a practice's id does, for what is counted over all practices of a region.
const REGION: &str = "region";

/// How much strangers ask for just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    Usual,
    /// More than the limit within the hour: of this practice, or of everything in this database.
    Flood(Wide),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    Practice,
    Region,
}

impl Load {
    pub fn is_flood(self) -> bool {
        self != Load::Usual
    }
}

/// Counts one asking of a network, its practice and its region; none when the network asked more than `per_network` times
/// within the hour, which then counts nowhere else. A request that is run again is not counted twice.
///
/// # Errors
/// Faults of the database.
pub async fn count(visit: &Visit, network: &str, per_network: i64) -> Result<Option<Load>> {
    let counting = async {
        let mut tx = visit.db()?.counting().await?;
        let may = within_in(&mut tx, &visit.practice()?.id, network, per_network, SECONDS, visit.now).await?;
        let load = if may { Some(count_in(visit, &mut tx).await?) } else { None };
        tx.commit().await?;
        Ok(load)
    };
    visit.once(format!("asked {network}"), counting).await
}

/// As [`count`], for a door that counts its networks itself.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn count_in(visit: &Visit, tx: &mut Tx) -> Result<Load> {
    let (whose, limits) = (visit.whose()?, visit.server.config.asked);
    let practice =
        whose == ENTRANCE || within_in(tx, whose, "mails asked", limits.per_practice, SECONDS, visit.now).await?;
    let region = within_in(tx, REGION, "mails asked", limits.in_all, SECONDS, visit.now).await?;
    Ok(match (region, practice) {
        (false, _) => Load::Flood(Wide::Region),
        (true, false) => Load::Flood(Wide::Practice),
        (true, true) => Load::Usual,
    })
}

/// Whether a mail to somebody on file still goes during a flood: as many again as the limit, so that there is an end.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn still_goes(visit: &Visit, tx: &mut Tx) -> Result<bool> {
    let (whose, limits) = (visit.whose()?, visit.server.config.asked);
    let practice =
        whose == ENTRANCE || within_in(tx, whose, "mails in flood", limits.per_practice, SECONDS, visit.now).await?;
    Ok(practice && within_in(tx, REGION, "mails in flood", limits.in_all, SECONDS, visit.now).await?)
}

/// Whether a flood is to be told now, once an hour for each practice; one of the whole region goes into the operator's log.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn alarm(visit: &Visit, tx: &mut Tx, load: Load) -> Result<bool> {
    if load == Load::Flood(Wide::Region) && limit::once(tx, REGION, "mails told", SECONDS, visit.now).await? {
        tracing::error!(
            limit = visit.server.config.asked.in_all,
            "strangers asked for more mails within an hour than [mail] asked_in_all allows; mails to addresses not on file are held back"
        );
    }
    Ok(load.is_flood() && limit::once(tx, visit.whose()?, "mails told", SECONDS, visit.now).await?)
}
