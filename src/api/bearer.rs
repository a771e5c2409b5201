//! Who calls: the key in `Authorization: Bearer` (RFC 6750) and nothing else. A right key is never slowed by the wrong ones
//! of others, since no number of tries finds one of 256 bits; wrong ones are counted per network to spare the database.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::keys::{self, Key};
use crate::args;
use crate::platform::error::{Error, Result};
use crate::platform::network::network_of;
use crate::platform::problem_json::Problem;
use crate::platform::web::Visit;

/// Wrong keys from one network within [`WINDOW_SECONDS`], before it is asked to wait.
const MOST_WRONG: i64 = 30;
const WINDOW_SECONDS: i64 = 600;
/// Calls of one key within a minute that change something.
const MOST_CHANGES: i64 = 600;
/// Longer than any key of ours.
const MOST_CHARS: usize = 200;
/// The use of a key is noted at most so often (seconds).
const NOTE_SECONDS: i64 = 60;

/// The key that calls, or the answer that goes out instead.
pub type Allowed = std::result::Result<Key, Response>;

/// Lets a key with that scope in.
///
/// # Errors
/// Faults of the database; [`Error::TooOften`] for a network that shows one wrong key after the other.
pub async fn key(visit: &Visit, headers: &HeaderMap, scope: &'static str) -> Result<Allowed> {
    let Some(secret) = secret_in(headers) else {
        return Ok(Err(refused(visit, StatusCode::UNAUTHORIZED, "no-key", "Bearer realm=\"portico\"")));
    };
    let (db, practice) = (visit.db()?, &visit.practice()?.id);
    let found = keys::shown(&visit.server, db, practice, &secret).await?;
    let Some(key) = found.filter(|key| key.ended_at.is_none()) else { return wrong(visit).await.map(Err) };
    if !key.may(scope) {
        let challenge = format!("Bearer realm=\"portico\", error=\"insufficient_scope\", scope=\"{scope}\"");
        return Ok(Err(refused(visit, StatusCode::FORBIDDEN, "no-scope", &challenge)));
    }
    if key.used_at.is_none_or(|at| visit.now - at >= NOTE_SECONDS) {
        let sql =
            "UPDATE api_key SET used_at = $3 WHERE practice_id = $1 AND id = $2 AND (used_at IS NULL OR used_at < $3)";
        db.execute(sql, args![practice, &key.id, visit.now]).await?;
    }
    Ok(Ok(key))
}

/// As [`key`], for a call that changes something: so many a minute and no more.
///
/// # Errors
/// As [`key`]; [`Error::TooOften`].
pub async fn key_to_change(visit: &Visit, headers: &HeaderMap, scope: &'static str) -> Result<Allowed> {
    let allowed = key(visit, headers, scope).await?;
    if let Ok(key) = &allowed {
        let lane = visit.lane("api changes", &key.id)?;
        if !visit.within(&lane, MOST_CHANGES, 60).await? {
            return Err(Error::TooOften { retry_after: 60 });
        }
    }
    Ok(allowed)
}

/// One header of the right form; two are none, since programs on the way may read another one than we do.
fn secret_in(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (all.next(), all.next()) else { return None };
    let (scheme, secret) = only.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let fine =
        scheme.eq_ignore_ascii_case("bearer") && (1..=MOST_CHARS).contains(&secret.len()) && secret.bytes().all(plain);
    fine.then(|| secret.to_owned())
}

async fn wrong(visit: &Visit) -> Result<Response> {
    let (near, _) = network_of(visit.address);
    let lane = visit.lane("api key", &near)?;
    if !visit.within(&lane, MOST_WRONG, WINDOW_SECONDS).await? {
        return Err(Error::TooOften { retry_after: WINDOW_SECONDS });
    }
    let challenge = "Bearer realm=\"portico\", error=\"invalid_token\"";
    Ok(refused(visit, StatusCode::UNAUTHORIZED, "wrong-key", challenge))
}

fn refused(visit: &Visit, status: StatusCode, word: &'static str, challenge: &str) -> Response {
    Problem::new(status, word).header(header::WWW_AUTHENTICATE, challenge).answer(visit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        secret_in(&headers)
    }

    #[test]
    fn one_bearer_key_is_read() {
        assert_eq!(read(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(read(&["bearer abc"]).as_deref(), Some("abc"));
        for bad in
            [&[][..], &["Basic abc"], &["Bearer"], &["Bearer "], &["abc"], &["Bearer a b"], &["Bearer a", "Bearer a"]]
        {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        assert_eq!(read(&[&format!("Bearer {}", "a".repeat(MOST_CHARS + 1))]), None);
    }
}
