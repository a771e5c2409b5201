//! One-use links sent by mail: only the hash is kept, bound to a purpose, a person and the address it went to.
//! What a link opens is its feature's; opening a page uses nothing up.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::person::Person;
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::secret;
use crate::platform::web::Visit;

/// A link that was found at this practice. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Link {
    pub person_id: String,
    pub sent_to: String,
    pub data: String,
    pub created_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub replaced_at: Option<i64>,
}

/// What a link is worth now, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    Used(i64),
    Replaced(i64),
    Expired(i64),
}

impl Link {
    pub fn standing(&self, now: i64) -> Standing {
        match (self.used_at, self.replaced_at) {
            (Some(at), _) => Standing::Used(at),
            (None, Some(at)) => Standing::Replaced(at),
            (None, None) if self.expires_at <= now => Standing::Expired(self.expires_at),
            (None, None) => Standing::Good,
        }
    }
}

/// Makes a link's secret for a person's own address; older ones of the same purpose stop working (ASVS 5.0, 6.5.1).
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn mint(
    visit: &Visit,
    tx: &mut Tx,
    purpose: &str,
    person: &Person,
    seconds: i64,
    data: &str,
) -> Result<String> {
    replace_older(visit, tx, purpose, &person.id).await?;
    let token = visit.new_token();
    tx.execute(
        "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, data, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            &visit.practice()?.id,
            secret::hash_token(&token),
            purpose,
            &person.id,
            &person.email_key,
            data,
            visit.now,
            visit.now + seconds
        ],
    )
    .await?;
    Ok(token)
}

/// Ends every unused link of that purpose.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn replace_older(visit: &Visit, tx: &mut Tx, purpose: &str, person: &str) -> Result<()> {
    tx.execute(
        "UPDATE token SET replaced_at = $4 WHERE practice_id = $1 AND person_id = $2 AND purpose = $3
            AND used_at IS NULL AND replaced_at IS NULL",
        args![&visit.practice()?.id, person, purpose, visit.now],
    )
    .await?;
    Ok(())
}

/// The link of that secret at this practice, used or not; none when it was never one of this practice's.
///
/// # Errors
/// A failed read is a fault, never "no such link".
pub async fn look(visit: &Visit, purpose: &str, token: &str) -> Result<Option<Link>> {
    visit
        .db()?
        .optional(
            "SELECT person_id, sent_to, data, created_at, expires_at, used_at, replaced_at FROM token
             WHERE practice_id = $1 AND hash = $2 AND purpose = $3",
            args![&visit.practice()?.id, secret::hash_token(token), purpose],
        )
        .await
}

/// Uses a link up, once: only in time, for a person who is not closed and still has the address it went to.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn spend(visit: &Visit, tx: &mut Tx, purpose: &str, token: &str) -> Result<bool> {
    let spent = tx
        .execute(
            "UPDATE token SET used_at = $4 WHERE practice_id = $1 AND hash = $2 AND purpose = $3
                AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $4
                AND sent_to = (SELECT p.email_key FROM person p
                    WHERE p.practice_id = token.practice_id AND p.id = token.person_id AND p.closed_at IS NULL)",
            args![&visit.practice()?.id, secret::hash_token(token), purpose, visit.now],
        )
        .await?;
    Ok(spent == 1)
}

/// As [`spend`], for a link that must also work from an address that the person no longer has.
///
/// # Errors
/// As [`spend`].
pub async fn spend_from_anywhere(visit: &Visit, tx: &mut Tx, purpose: &str, token: &str) -> Result<bool> {
    let spent = tx
        .execute(
            "UPDATE token SET used_at = $4 WHERE practice_id = $1 AND hash = $2 AND purpose = $3
                AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $4",
            args![&visit.practice()?.id, secret::hash_token(token), purpose, visit.now],
        )
        .await?;
    Ok(spent == 1)
}

/// A link's secret, out of the path; what cannot be read as text is a link that nobody made.
pub struct Token(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Token {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(token)| Token(token)).map_err(|_| Error::NotFound)
    }
}
