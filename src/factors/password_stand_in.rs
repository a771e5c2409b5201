//! Whose hash a stranger's password is checked against. Hashes brought in from other systems, or made before the cost was
//! raised, take another time than ours until their next use; were strangers always checked against one of ours, the time would tell who is known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::args;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::web::Visit;

/// How long a node remembers what hashes a practice has, in seconds.
const REMEMBER_SECONDS: i64 = 60;
/// Practices remembered at once; beyond, all are forgotten.
const MOST_PRACTICES: usize = 10_000;

/// What a practice's staff have, or its clients: how many passwords in all, and some of those that are not ours.
struct Mix {
    at: i64,
    all: u64,
    brought_in: u64,
    samples: Vec<String>,
    /// Anybody of them.
    somebody: Option<String>,
}

/// By practice and kind of people; on the server's shelf.
#[derive(Default)]
pub struct Mixes(Mutex<HashMap<String, Arc<Mix>>>);

/// A hash that takes the time which one of this practice's people of that kind (staff, client) would, chosen by the name for
/// good; `None` is one of ours. Whatever it says of a password, nobody gets in by it.
///
/// # Errors
/// Faults of the database.
pub async fn stand_in(visit: &Visit, kind: &str, name: &str) -> Result<Option<String>> {
    let mix = mix(visit, kind).await?;
    let key = visit.server.stable_key("stand in");
    let practice = visit.whose()?;
    let draw = |what: &str| number(&secret::keyed_hash(&key, &[practice, what, name]));
    // As many names as there are people whose hash was brought in, out of all.
    if mix.all == 0 || draw("whether") % mix.all >= mix.brought_in {
        return Ok(None);
    }
    let samples = u64::try_from(mix.samples.len()).unwrap_or(0);
    let place = draw("which").checked_rem(samples).and_then(|place| usize::try_from(place).ok());
    Ok(place.and_then(|place| mix.samples.get(place).cloned()))
}

/// Somebody of this practice and kind, whose row takes the time to read which a stranger's would, if there
/// were one.
///
/// # Errors
/// Faults of the database.
pub async fn somebody(visit: &Visit, kind: &str) -> Result<Option<String>> {
    Ok(mix(visit, kind).await?.somebody.clone())
}

async fn mix(visit: &Visit, kind: &str) -> Result<Arc<Mix>> {
    let mixes = visit.server.kept::<Mixes>()?;
    let practice = visit.whose()?;
    let whose = format!("{kind} of {practice}");
    let known = mixes.0.lock().unwrap_or_else(PoisonError::into_inner).get(&whose).cloned();
    if let Some(mix) = known.filter(|mix| (0..REMEMBER_SECONDS).contains(&(visit.now - mix.at))) {
        return Ok(mix);
    }
    let mix = Arc::new(look(visit, practice, kind).await?);
    let mut all = mixes.0.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST_PRACTICES {
        all.clear();
    }
    all.insert(whose, Arc::clone(&mix));
    Ok(mix)
}

async fn look(visit: &Visit, practice: &str, kind: &str) -> Result<Mix> {
    let db = visit.db()?;
    let ours = format!("{}%", visit.server.hashing.form());
    let counted: Option<(i64, i64, Option<String>)> = db
        .optional(
            "SELECT COUNT(*), COUNT(CASE WHEN password LIKE $2 THEN NULL ELSE 1 END),
                (SELECT MIN(s.id) FROM person s WHERE s.practice_id = $1 AND s.kind = $3) FROM person
             WHERE practice_id = $1 AND kind = $3 AND password IS NOT NULL AND closed_at IS NULL",
            args![practice, &ours, kind],
        )
        .await?;
    let samples: Vec<(String,)> = db
        .all(
            "SELECT password FROM person WHERE practice_id = $1 AND kind = $3 AND password IS NOT NULL AND closed_at IS NULL
                AND password NOT LIKE $2 ORDER BY id LIMIT 20",
            args![practice, &ours, kind],
        )
        .await?;
    let (all, brought_in, somebody) = counted.unwrap_or_default();
    Ok(Mix {
        at: visit.now,
        all: u64::try_from(all).unwrap_or(0),
        brought_in: u64::try_from(brought_in).unwrap_or(0),
        samples: samples.into_iter().map(|(hash,)| hash).collect(),
        somebody,
    })
}

/// The first characters of a keyed hash as a number.
fn number(hash: &str) -> u64 {
    hash.bytes().take(12).fold(0, |sum, byte| sum.wrapping_mul(61).wrapping_add(u64::from(byte)))
}
