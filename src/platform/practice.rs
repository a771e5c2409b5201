//! A practice as every page needs it: name, look and limits, found by its address and remembered for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::db::{Db, Tx};
use super::error::Result;

/// One tenant. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Practice {
    pub id: String,
    pub slug: String,
    /// The immutable host name; its origin is where links lead and passkeys live.
    pub host: String,
    pub name: String,
    pub colour: String,
    pub has_logo: i64,
    pub language: String,
    /// ISO 3166 country, for numbers typed without a prefix.
    pub country: String,
    /// IANA time zone in which its people read times.
    pub zone: String,
    pub contact_phone: String,
    pub contact_email: String,
    pub contact_hours: String,
    /// Days that "Keep me logged in on this device" lasts: 1 to 90; 0 when it is off.
    pub keep_days: i64,
    pub idle_minutes: i64,
    pub total_minutes: i64,
    /// As the three above, for clients.
    pub client_keep_days: i64,
    pub client_idle_minutes: i64,
    pub client_total_minutes: i64,
    /// How long a mailed sign-in link works: 10 minutes to 24 hours.
    pub link_minutes: i64,
    /// What a client who cannot get in is told; each 1 or 0, and the practice's own words.
    pub stuck_phone: i64,
    pub stuck_email: i64,
    pub stuck_form: i64,
    pub stuck_words: String,
    /// Who may issue a PIN: everyone, administrators, nobody.
    pub pin_by: String,
    /// Mails to clients name neither the practice nor anybody; 1 or 0.
    pub discreet: i64,
    /// Whether passkeys are offered to clients, whether they may set a passphrase, and whether email and password let
    /// them in; each 1 or 0.
    pub client_passkeys: i64,
    pub client_passphrases: i64,
    pub client_passwords: i64,
    /// When passwords stopped opening the portal.
    pub client_passwords_off_at: Option<i64>,
    /// When the clients' ways to sign in last changed.
    pub client_ways_since: Option<i64>,
    /// Where "Exit quickly" leads; empty where the practice chose nothing (`frame/away.rs`).
    pub exit_to: String,
    pub admins_second_from: Option<i64>,
    pub everyone_second_from: Option<i64>,
    #[sqlx(skip)]
    pub region: String,
    /// Origins at which its passkeys may be used, once they were asked for; as old as the rest at most.
    #[sqlx(skip)]
    pub origins: OnceLock<Vec<String>>,
}

impl Practice {
    /// The host name it goes by now; [`Practice::host`] is the one it was born with.
    pub fn present_host(&self, base: &str) -> String {
        format!("{}.{}.{base}", self.slug, self.region)
    }
}

/// How long a node may go on with a practice's settings before it looks again (decisions.md: 5 s on all nodes).
const FRESH_SECONDS: i64 = 4;
/// Unknown names are remembered too, so that a walk through names costs no more than one query each; bounded.
const MOST: usize = 20_000;

const FIND: &str = "SELECT id, slug, host, name, colour, CAST(CASE WHEN logo IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_logo, language, country, zone,
        contact_phone, contact_email, contact_hours, keep_days, idle_minutes, total_minutes,
        client_keep_days, client_idle_minutes, client_total_minutes, link_minutes,
        stuck_phone, stuck_email, stuck_form, stuck_words, pin_by, discreet,
        client_passkeys, client_passphrases, client_passwords, client_passwords_off_at, client_ways_since, exit_to,
        admins_second_from, everyone_second_from
    FROM practice WHERE (slug = $1 OR id = $2 OR host = $3 OR id = (SELECT h.practice_id FROM practice_host h WHERE h.host = $3))
        AND closed_at IS NULL AND moving_to IS NULL";

type Found = Option<Arc<Practice>>;

/// The practices of a region seen lately.
#[derive(Default)]
pub struct Practices {
    seen: Mutex<HashMap<String, (i64, Found)>>,
}

impl Practices {
    /// The practice of that name in the region, or none.
    ///
    /// # Errors
    /// A failed read is a fault, never "no such practice".
    pub async fn by_slug(&self, db: &Db, region: &str, slug: &str, now: i64) -> Result<Found> {
        if let Some(found) = self.remembered(slug, now) {
            return Ok(found);
        }
        Ok(self.remember(slug, find(db, region, [slug, "", ""]).await?, now))
    }

    /// The practice that had or has another host name: passkeys and old links live there.
    ///
    /// # Errors
    /// As [`Practices::by_slug`].
    pub async fn by_host(&self, db: &Db, region: &str, host: &str, now: i64) -> Result<Found> {
        if let Some(found) = self.remembered(host, now) {
            return Ok(found);
        }
        Ok(self.remember(host, find(db, region, ["", "", host]).await?, now))
    }

    fn remembered(&self, name: &str, now: i64) -> Option<Found> {
        let seen = self.lock();
        let (at, found) = seen.get(name)?;
        (now - at <= FRESH_SECONDS && now >= *at).then(|| found.clone())
    }

    fn remember(&self, name: &str, found: Found, now: i64) -> Found {
        let mut seen = self.lock();
        if seen.len() >= MOST {
            seen.clear();
        }
        seen.insert(name.to_owned(), (now, found.clone()));
        found
    }

    /// Forgets everything, after a change on this node.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (i64, Found)>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A practice of the region by its id, for background work.
///
/// # Errors
/// As [`Practices::by_slug`].
pub async fn by_id(db: &Db, region: &str, id: &str) -> Result<Found> {
    find(db, region, ["", id, ""]).await
}

/// Whether it is on its way to another region: then it is back in a moment, here or there.
///
/// # Errors
/// As [`Practices::by_slug`].
pub async fn is_moving(db: &Db, id: &str) -> Result<bool> {
    let row: Option<(i64,)> = db
        .optional("SELECT created_at FROM practice WHERE id = $1 AND moving_to IS NOT NULL", crate::args![id])
        .await?;
    Ok(row.is_some())
}

/// As [`by_id`], within a transaction.
///
/// # Errors
/// As [`Practices::by_slug`].
pub async fn by_id_in(tx: &mut Tx, region: &str, id: &str) -> Result<Found> {
    Ok(in_region(tx.optional(FIND, crate::args!["", id, ""]).await?, region))
}

async fn find(db: &Db, region: &str, [slug, id, host]: [&str; 3]) -> Result<Found> {
    Ok(in_region(db.optional(FIND, crate::args![slug, id, host]).await?, region))
}

fn in_region(found: Option<Practice>, region: &str) -> Found {
    found.map(|practice| Arc::new(Practice { region: region.to_owned(), ..practice }))
}
