//! Refused tries of strangers, which may come by the million: each has a line in the record or adds to a number there.
//! How that is decided is in `audit/gather.rs`.

use super::{Actor, Event, Happening, happened};
use crate::audit::gather::{self, Place, Taken, Try};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::limit;
use crate::platform::network::network_of;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// An alarm about a flooded record is mailed at most so often (seconds).
const ALARM_SECONDS: i64 = 86_400;

/// A refused try with its place in the record.
pub struct Refused<'a> {
    event: Event,
    person: Option<&'a Person>,
    taken: Taken,
    network: String,
}

/// Counts a refused try, before the transaction that writes it down.
///
/// # Errors
/// As [`gather::take`].
pub async fn refused<'a>(visit: &Visit, event: Event, person: Option<&'a Person>) -> Result<Refused<'a>> {
    let (network, _) = network_of(visit.address);
    let mut refused = Refused { event, person, taken: Taken { place: Place::Line, flood: false }, network };
    refused.taken = gather::take(visit.db()?, refused.as_try(visit)?, visit.server.is_scarce()).await?;
    Ok(refused)
}

impl Refused<'_> {
    /// A transaction that fits: a number is added by many at once and must make nobody begin anew.
    ///
    /// # Errors
    /// Faults and conflicts of the database.
    pub async fn begin(&self, visit: &Visit) -> Result<Tx> {
        if self.taken.place == Place::Line || self.taken.flood {
            visit.db()?.write().await
        } else {
            visit.db()?.counting().await
        }
    }

    /// Writes it down: the line, or the number, and the alarm where a flood begins.
    ///
    /// # Errors
    /// Faults and conflicts of the database; then nothing else of the transaction happens either.
    pub async fn write(&self, visit: &Visit, tx: &mut Tx, details: &[(&'static str, &str)]) -> Result<()> {
        match &self.taken.place {
            Place::Line => {
                let happening = match self.person {
                    Some(person) => Happening::of(self.event, person).by(Actor::Stranger),
                    None => Happening::to_nobody(self.event, Actor::Stranger),
                };
                let refused = happening.result("refused");
                let refused = details.iter().fold(refused, |refused, (name, value)| refused.detail(name, value));
                happened(visit, tx, refused).await?;
            }
            Place::Number(whose) => {
                visit.server.metrics.gathered();
                gather::add(tx, self.as_try(visit)?, whose).await?;
            }
        }
        if self.taken.flood {
            self.alarm(visit, tx).await?;
        }
        Ok(())
    }

    async fn alarm(&self, visit: &Visit, tx: &mut Tx) -> Result<()> {
        let practice = visit.practice()?;
        tracing::warn!(practice = practice.id, event = self.event.word(), "the record is flooded; repeats are counted");
        if limit::once(tx, &practice.id, &visit.lane("record flooded", "")?, ALARM_SECONDS, visit.now).await? {
            happened(visit, tx, Happening::to_nobody(Event::RecordFlooded, Actor::System)).await?;
            visit.server.outbox_bell.notify_one();
        }
        Ok(())
    }

    fn as_try<'t>(&'t self, visit: &'t Visit) -> Result<Try<'t>> {
        Ok(Try {
            practice: &visit.practice()?.id,
            event: self.event.word(),
            person_id: self.person.map_or("", |person| &person.id),
            person_name: self.person.map_or("", |person| &person.name),
            network: &self.network,
            at: visit.now,
        })
    }
}
