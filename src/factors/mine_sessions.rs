//! "Where you are logged in": a person's sessions in words, ended one by one or all at once, and staying logged in.
//! Ending needs only the open session: whoever lost a device must not be held up (NIST SP 800-63B-4, 4.3).

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::mine;
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::door;
use crate::platform::error::{Error, Result};
use crate::platform::frame::near;
use crate::platform::web::{Visit, go};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::{act, device, log_out};

/// One session as its person reads it. Times are unix seconds.
pub(super) struct Listed {
    pub id: String,
    pub browser: String,
    pub place: String,
    /// First and last use, in words.
    pub times: String,
    pub ends_at: i64,
    pub kept: bool,
    pub is_this: bool,
    pub is_locked: bool,
    /// The sentence that says why it was let in.
    pub why: &'static str,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    browser: String,
    place: String,
    created_at: i64,
    seen_at: i64,
    ends_at: i64,
    kept: i64,
    idle_seconds: i64,
    rule: String,
    proofs: String,
}

/// Sessions on one page: more would make it heavier than a page may be on a slow line.
const PAGE: i64 = 15;

/// Where in the list of sessions a page is.
pub(super) struct Pages {
    /// How many there are in all, in words; none where they fit on one page.
    pub count: Option<String>,
    /// Where the next older ones begin.
    pub older: Option<i64>,
    /// The page does not begin with the newest.
    pub is_later: bool,
}

/// The living sessions of the person, this one first, then the last used; those from a place in that list on (`from`, 0 where it
/// is no number), fifteen at most.
pub(super) async fn list(visit: &Visit, mine: &Session, from: &str) -> Result<(Vec<Listed>, Pages)> {
    let db = visit.db()?;
    let count: Option<(i64,)> = db
        .optional(
            "SELECT COUNT(*) FROM session WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL AND ends_at > $3",
            args![&visit.practice()?.id, &mine.person_id, visit.now],
        )
        .await?;
    let count = count.map_or(0, |(count,)| count);
    // Beyond the end there is nothing to see: whoever ended the last one of a page is at the beginning again.
    let from = from.parse().ok().filter(|from| (0..count).contains(from)).unwrap_or(0);
    let rows: Vec<Row> = db
        .all(
            "SELECT id, browser, place, created_at, seen_at, ends_at, kept, idle_seconds, rule, proofs FROM session
             WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL AND ends_at > $3
             ORDER BY CASE WHEN id = $4 THEN 0 ELSE 1 END, seen_at DESC, id DESC LIMIT $5 OFFSET $6",
            args![&visit.practice()?.id, &mine.person_id, visit.now, &mine.id, PAGE, from],
        )
        .await?;
    let pages = Pages {
        count: (count > PAGE).then(|| visit.say_with("mine-sessions-count", &[("count", &count.to_string())])),
        older: (from + PAGE < count).then_some(from + PAGE),
        is_later: from > 0,
    };
    Ok((rows.into_iter().map(|row| in_words(visit, mine, row)).collect(), pages))
}

fn in_words(visit: &Visit, mine: &Session, row: Row) -> Listed {
    let is_this = row.id == mine.id;
    // The last use is written down every half minute only; this page is a use.
    let seen_at = if is_this { visit.now } else { row.seen_at };
    let (first, last) = (near(visit, row.created_at), near(visit, seen_at));
    Listed {
        browser: mine::browser_words(visit, &row.browser),
        place: mine::place_words(visit, &row.place),
        times: visit.say_with("mine-session-times", &[("first", &first), ("last", &last)]),
        ends_at: row.ends_at,
        kept: row.kept != 0,
        is_this,
        is_locked: !is_this && visit.now - seen_at > row.idle_seconds,
        why: match why(&row.rule, &row.proofs) {
            "mine-why-password" if mine.is_client() => "mine-why-portal-password",
            other => other,
        },
        id: row.id,
    }
}

/// The row of the rule in small words; what was shown tells more where the row alone does not.
fn why(rule: &str, proofs: &str) -> &'static str {
    match rule {
        "a passkey is enough" if proofs.contains("password") => "mine-why-password-passkey",
        "a passkey is enough" => "mine-why-passkey",
        "a known device stands for the code" => "mine-why-device",
        "password and second factor" if proofs.contains("backup-code") => "mine-why-backup-code",
        "password and second factor" if proofs.contains("touch") => "mine-why-touch",
        "password and second factor" => "mine-why-code",
        "one proof is enough" if proofs.starts_with("email-link") && proofs.contains("passphrase") => {
            "mine-why-link-lock"
        }
        "one proof is enough" if proofs.starts_with("pin") && proofs.contains("passphrase") => "mine-why-pin-lock",
        "one proof is enough" if proofs.starts_with("email-link") => "mine-why-link",
        "one proof is enough" if proofs.starts_with("pin") => "mine-why-pin",
        "one proof is enough" => "mine-why-password",
        "a locked session opens with one proof" => "mine-why-unlocked",
        "fresh proof is complete" => "mine-why-fresh",
        _ => "mine-why-other",
    }
}

/// `POST /me/sessions/{id}/end`.
pub async fn end(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine::myself(&visit, &session).await?;
    let mut tx = act::begin(&visit, &session).await?;
    if !session::end(&visit, &mut tx, &person.id, &id).await? {
        // Ended already, here or elsewhere: that is what was wanted.
        drop(tx);
        return if was_mine(&visit, &person.id, &id).await? {
            Ok(go("/me?done=session-ended#sessions"))
        } else {
            Err(Error::NotFound)
        };
    }
    happened(&visit, &mut tx, Happening::of(Event::SessionEnded, &person).session(&session.id).detail("ended", &id))
        .await?;
    tx.commit().await?;
    if id == session.id {
        return log_out::out(&visit, Some(session.shared != 0), "").await;
    }
    Ok(go("/me?done=session-ended#sessions"))
}

/// Whether the person had such a session once.
async fn was_mine(visit: &Visit, person: &str, id: &str) -> Result<bool> {
    let row: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT id FROM session WHERE practice_id = $1 AND person_id = $2 AND id = $3",
            args![&visit.practice()?.id, person, id],
        )
        .await?;
    Ok(row.is_some())
}

/// `POST /me/log-out-everywhere`: every session and every recognised device, this one too.
pub async fn end_everything(visit: Visit) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine::myself(&visit, &session).await?;
    let mut tx = act::begin(&visit, &session).await?;
    let sessions = session::end_all(&visit, &mut tx, &person.id, None).await?;
    let devices = device::end_all(&visit, &mut tx, &person.id).await?;
    let happening = Happening::of(Event::LoggedOutEverywhere, &person)
        .session(&session.id)
        .detail("sessions", &sessions.to_string())
        .detail("devices", &devices.to_string());
    happened(&visit, &mut tx, happening).await?;
    tx.commit().await?;
    log_out::out(&visit, Some(session.shared != 0), "?note=everywhere").await
}

/// `POST /me/stay`: the button of the warning dialog; the only script call that counts as use.
pub async fn stay(visit: Visit) -> Result<Response> {
    let State::Open(session) = session::state(&visit).await? else {
        return Ok(door::status(StatusCode::UNAUTHORIZED));
    };
    let left = session.ends_at - visit.now;
    Ok(Json(serde_json::json!({ "locks_in": session.idle_seconds.min(left), "total_ends_in": left })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_in::step::RULES;

    #[test]
    fn every_row_that_lets_in_is_told_in_words() {
        let inside = [
            "a passkey is enough",
            "a locked session opens with one proof",
            "fresh proof is complete",
            "a known device stands for the code",
            "password and second factor",
            "one proof is enough",
        ];
        let known: Vec<&str> =
            RULES.iter().map(|(name, _)| *name).filter(|name| why(name, "") != "mine-why-other").collect();
        assert_eq!(known, inside, "a renamed row has lost its words");
        assert_eq!(why("one proof is enough", "password"), "mine-why-password");
        assert_eq!(why("one proof is enough", "email-link"), "mine-why-link");
        assert_eq!(why("one proof is enough", "email-link+passphrase"), "mine-why-link-lock");
        assert_eq!(why("one proof is enough", "pin"), "mine-why-pin");
        assert_eq!(why("one proof is enough", "pin+passphrase"), "mine-why-pin-lock");
        assert_eq!(why("password and second factor", "password+backup-code"), "mine-why-backup-code");
        assert_eq!(why("password and second factor", "password+touch"), "mine-why-touch");
    }
}
