//! A link to one thing, for one client, in one time window (C13). A program of the practice makes it; it opens that one
//! thing at the program's own address, any number of times, and never a session here. Its secret is made of its id and a
//! key that is not in the database, so that nobody who reads the database can open one.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use crate::args;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::server::Server;
use crate::platform::web::Visit;
use crate::sign_in::person;

/// Characters of the id in the secret: 16 bytes.
const ID_CHARS: usize = 22;
/// Characters of the mark in the secret: 162 bits.
const MARK_CHARS: usize = 27;

/// One link, with what matters of its client as they are now. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct GuestLink {
    pub id: String,
    pub key_id: String,
    pub person_id: String,
    pub resource: String,
    pub from_at: i64,
    pub until_at: i64,
    pub return_to: String,
    /// Hash of what was asked for.
    pub asked_for: String,
    pub created_at: i64,
    pub opened_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// NULL when the client is there no more.
    pub client_id: Option<String>,
    pub client_reference: Option<String>,
    pub client_closed_at: Option<i64>,
}

/// What a link is worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its window has not begun.
    Waiting,
    Open,
    Over,
    /// Taken back.
    Ended,
    /// The client's access is off.
    Closed,
}

impl Standing {
    /// The word that programs read; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Open => "open",
            Standing::Over => "over",
            Standing::Ended => "ended",
            Standing::Closed => "closed",
        }
    }
}

impl GuestLink {
    pub fn standing(&self, now: i64) -> Standing {
        match () {
            () if self.ended_at.is_some() => Standing::Ended,
            () if self.client_id.is_none() || self.client_closed_at.is_some() => Standing::Closed,
            () if now < self.from_at => Standing::Waiting,
            () if now < self.until_at => Standing::Open,
            () => Standing::Over,
        }
    }

    /// Whether mail alone must not open it: the client has a lock of their own or private sign-in, and whoever reads the
    /// mailbox may be the reason for it.
    ///
    /// # Errors
    /// A failed read is a fault, never "no lock".
    pub async fn needs_sign_in(&self, visit: &Visit) -> Result<bool> {
        let client = person::by_id(visit.db()?, &visit.practice()?.id, &self.person_id).await?;
        Ok(client.is_some_and(|client| client.lock().is_some() || client.is_private()))
    }

    /// The address that the client opens.
    ///
    /// # Errors
    /// Not found where there is no practice.
    pub fn url(&self, visit: &Visit) -> Result<String> {
        let practice = visit.practice()?;
        Ok(format!("{}/go/{}", visit.server.home_of(practice), token(&visit.server, &practice.id, &self.id)))
    }
}

/// The secret of a link; empty for an id that is none.
pub fn token(server: &Server, practice: &str, id: &str) -> String {
    let bytes = HEXLOWER.decode(id.replace('-', "").as_bytes()).unwrap_or_default();
    format!("{}{}", BASE64URL_NOPAD.encode(&bytes), mark(server, practice, id))
}

fn mark(server: &Server, practice: &str, id: &str) -> String {
    let mut mark = secret::keyed_hash(&server.stable_key("guest links"), &[practice, id]);
    mark.truncate(MARK_CHARS);
    mark
}

/// The id in a secret of this practice's, if its mark is ours.
fn id_of(server: &Server, practice: &str, token: &str) -> Option<String> {
    let (id, given) = token.split_at_checked(ID_CHARS)?;
    let bytes: [u8; 16] = BASE64URL_NOPAD.decode(id.as_bytes()).ok()?.try_into().ok()?;
    let id = uuid::Uuid::from_bytes(bytes).to_string();
    secret::same(given, &mark(server, practice, &id)).then_some(id)
}

/// The link of that secret at this practice; none when it was never one of this practice's.
///
/// # Errors
/// A failed read is a fault, never "no such link".
pub async fn by_token(visit: &Visit, token: &str) -> Result<Option<GuestLink>> {
    match id_of(&visit.server, &visit.practice()?.id, token) {
        Some(id) => by_id(visit, &id).await,
        None => Ok(None),
    }
}

/// A link of this practice by its id, whichever program made it.
///
/// # Errors
/// As [`by_token`].
pub async fn by_id(visit: &Visit, id: &str) -> Result<Option<GuestLink>> {
    visit
        .db()?
        .optional(
            "SELECT g.id, g.key_id, g.person_id, g.resource, g.from_at, g.until_at, g.return_to, g.asked_for, g.created_at, g.opened_at,
                g.ended_at, p.id AS client_id, p.reference AS client_reference, p.closed_at AS client_closed_at
             FROM guest_link g LEFT JOIN person p ON p.practice_id = g.practice_id AND p.id = g.person_id AND p.kind = 'client'
             WHERE g.practice_id = $1 AND g.id = $2",
            args![&visit.practice()?.id, id],
        )
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: GuestLink = GuestLink {
        id: String::new(),
        key_id: String::new(),
        person_id: String::new(),
        resource: String::new(),
        from_at: 100,
        until_at: 200,
        return_to: String::new(),
        asked_for: String::new(),
        created_at: 0,
        opened_at: None,
        ended_at: None,
        client_id: Some(String::new()),
        client_reference: None,
        client_closed_at: None,
    };

    #[test]
    fn the_window_has_exact_edges() {
        let at = [99, 100, 199, 200].map(|now| LINK.standing(now));
        assert_eq!(at, [Standing::Waiting, Standing::Open, Standing::Open, Standing::Over]);
        assert_eq!(GuestLink { ended_at: Some(1), ..LINK }.standing(150), Standing::Ended);
        assert_eq!(GuestLink { client_closed_at: Some(1), ..LINK }.standing(150), Standing::Closed);
        assert_eq!(GuestLink { client_id: None, ..LINK }.standing(150), Standing::Closed);
    }
}
