//! Keys of a practice's programs: made, listed, ended. A key is shown once; what is kept is a keyed hash of it.

use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::{Db, Tx};
use crate::platform::error::{Error, Result};
use crate::platform::names::clean_name;
use crate::platform::secret;
use crate::platform::server::Server;
use crate::platform::web::Visit;

/// Everything a key may be for.
pub const SCOPES: &[&str] = &[GUEST_LINKS];
pub const GUEST_LINKS: &str = "guest-links";
/// What every key begins with, so that people and scanners of code know one when they see it.
pub const BEGINNING: &str = "portico_";
/// Characters of a key's name, and of the program's address.
pub const MOST_NAME: usize = 80;
pub const MOST_APP: usize = 500;
/// Keys of one practice that are not ended.
pub const MOST_KEYS: i64 = 20;

/// A key as it is kept. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Key {
    pub id: String,
    pub name: String,
    /// Joined by spaces.
    pub scopes: String,
    /// The program's own address; links lead there and nowhere else.
    pub app: String,
    pub created_at: i64,
    /// To the minute.
    pub used_at: Option<i64>,
    pub ended_at: Option<i64>,
}

impl Key {
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.split(' ').any(|one| one == scope)
    }

    /// The program as the record names it.
    pub fn actor(&self) -> Actor {
        Actor::Program(self.id.clone(), self.name.clone())
    }
}

/// What is asked for.
pub struct Wanted<'a> {
    pub name: &'a str,
    pub scopes: &'a [&'a str],
    pub app: &'a str,
}

/// Why no key is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Name,
    Scope,
    App,
    TooMany,
}

/// A key that was just made; nobody sees it again.
#[derive(Debug, Clone)]
pub struct Made {
    pub id: String,
    pub key: String,
}

/// Makes a key in a transaction of the caller's. It is recorded, and the administrators are told.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn make(visit: &Visit, tx: &mut Tx, wanted: &Wanted<'_>, actor: Actor) -> Result<Result<Made, Vec<Refused>>> {
    let practice = &visit.practice()?.id;
    let (name, mut refused) = (clean_name(wanted.name, MOST_NAME).unwrap_or_default(), vec![]);
    if name.is_empty() {
        refused.push(Refused::Name);
    }
    if wanted.scopes.is_empty() || wanted.scopes.iter().any(|scope| !SCOPES.contains(scope)) {
        refused.push(Refused::Scope);
    }
    if !is_app_address(wanted.app) {
        refused.push(Refused::App);
    }
    let living: Option<(i64,)> = tx
        .optional("SELECT COUNT(*) FROM api_key WHERE practice_id = $1 AND ended_at IS NULL", args![practice])
        .await?;
    if living.is_none_or(|(count,)| count >= MOST_KEYS) {
        refused.push(Refused::TooMany);
    }
    if !refused.is_empty() {
        return Ok(Err(refused));
    }
    let (id, scopes) = (visit.new_id(), wanted.scopes.join(" "));
    let secret = format!("{BEGINNING}{}", visit.new_token());
    let by = if let Actor::Person(id, _) = &actor { id.clone() } else { String::new() };
    tx.execute(
        "INSERT INTO api_key (practice_id, id, name, hash, scopes, app, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![practice, &id, &name, hash(&visit.server, practice, &secret), &scopes, wanted.app, by, visit.now],
    )
    .await?;
    let made = Happening::to_nobody(Event::ApiKeyMade, actor).detail("key", &name).detail("key_id", &id);
    happened(visit, tx, made.detail("scopes", &scopes)).await?;
    Ok(Ok(Made { id, key: secret }))
}

/// All keys of the practice, the newest first; ended ones too.
///
/// # Errors
/// Faults of the database.
pub async fn list(visit: &Visit) -> Result<Vec<Key>> {
    visit
        .db()?
        .all(
            "SELECT id, name, scopes, app, created_at, used_at, ended_at FROM api_key WHERE practice_id = $1 ORDER BY created_at DESC, id DESC",
            args![&visit.practice()?.id],
        )
        .await
}

/// Ends a key; what it made stays. Answers whether there was one to end.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn end(visit: &Visit, tx: &mut Tx, id: &str, actor: Actor) -> Result<bool> {
    let row: Option<(String,)> = tx
        .optional(
            "UPDATE api_key SET ended_at = $3 WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL RETURNING name",
            args![&visit.practice()?.id, id, visit.now],
        )
        .await?;
    let Some((name,)) = row else { return Ok(false) };
    let ended = Happening::to_nobody(Event::ApiKeyEnded, actor).detail("key", &name).detail("key_id", id);
    happened(visit, tx, ended).await?;
    Ok(true)
}

/// The key somebody shows, ended or not.
///
/// # Errors
/// A failed read is a fault, never "no such key".
pub async fn shown(server: &Server, db: &Db, practice: &str, secret: &str) -> Result<Option<Key>> {
    db.optional(
        "SELECT id, name, scopes, app, created_at, used_at, ended_at FROM api_key WHERE practice_id = $1 AND hash = $2",
        args![practice, hash(server, practice, secret)],
    )
    .await
}

/// What is kept of a key.
pub fn hash(server: &Server, practice: &str, secret: &str) -> String {
    secret::keyed_hash(&server.stable_key("api keys"), &[practice, secret])
}

/// An address that links may lead to: https, or http on this machine, without a fragment and without a user's name.
pub fn is_app_address(address: &str) -> bool {
    let plain = address.bytes().all(|byte| (0x21..0x7f).contains(&byte) && !b"\\#\"<>{}|^`".contains(&byte));
    let Ok(uri) = address.parse::<axum::http::Uri>() else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let host = authority.host();
    let here = host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]";
    let secure = scheme == "https" || scheme == "http" && here;
    plain && address.len() <= MOST_APP && secure && !host.is_empty() && !authority.as_str().contains('@')
}

/// # Errors
/// [`Error::NotFound`] for what is no id of ours.
pub fn checked_id(id: &str) -> Result<&str> {
    let fine = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if fine { Ok(id) } else { Err(Error::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_addresses_of_programs_only() {
        for fine in [
            "https://visits.example/join",
            "https://visits.example:8443/a?b=c",
            "http://localhost:8080/demo",
            "http://a.localhost",
        ] {
            assert!(is_app_address(fine), "{fine}");
        }
        for bad in [
            "",
            "visits.example/join",
            "/join",
            "//visits.example",
            "http://visits.example/join",
            "http://localhost.evil.example/",
            "https://good.example@evil.example/",
            "https://visits.example/#here",
            "https://visits.example\\evil",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://visits.example/ a",
            "https://visits.example/\"x",
        ] {
            assert!(!is_app_address(bad), "{bad}");
        }
        assert!(!is_app_address(&format!("https://visits.example/{}", "a".repeat(MOST_APP))));
    }
}
