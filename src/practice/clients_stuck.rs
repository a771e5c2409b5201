//! Who is trying to get in now and has not: the live list, with whoever mistyped an address that looks like a client's.
//! Nothing of it is told to the person at the door.

use axum::response::Response;

use super::clients_time_line::clock;
use super::{actor, member};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::browser::Browser;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page};
use crate::sign_in::session;

/// How far the list looks back, in seconds.
const BACK_SECONDS: i64 = 86_400;
/// Unknown addresses that are compared with the clients'.
const MOST_COMPARED: usize = 15;

#[derive(askama::Template)]
#[template(path = "practice/clients_stuck.html")]
struct StuckPage {
    frame: Frame,
    rows: Vec<Trying>,
}

/// One address that is trying.
struct Trying {
    ask: String,
    email: String,
    number: String,
    /// Clients with this address; else those whose address looks like it.
    people: Vec<(String, String, String)>,
    known: bool,
    state: String,
    /// When it was asked, and the request number.
    when: String,
    from: String,
    /// How to reach the person and what they wrote.
    help: Option<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    email_key: String,
    request_number: Option<String>,
    result: String,
    mail_state: Option<String>,
    reason: Option<String>,
    browser: String,
    place: String,
    asked_at: i64,
    opened_at: Option<i64>,
    ended_at: Option<i64>,
    help_note: Option<String>,
}

/// `GET /practice/stuck`.
pub async fn list(visit: Visit) -> Result<Response> {
    let session = match member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut rows = Vec::new();
    for (at, row) in newest(&visit).await?.into_iter().enumerate() {
        rows.push(trying(&visit, row, at < MOST_COMPARED).await?);
    }
    page(&StuckPage { frame: session::frame(&visit, &session, "stuck-list-title"), rows })
}

/// `POST /practice/stuck`: a colleague has seen to it.
pub async fn seen_to(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut tx = visit.db()?.write().await?;
    let done = tx
        .execute(
            "UPDATE link_ask SET seen_to_at = $3, help_note = NULL WHERE practice_id = $1 AND id = $2 AND seen_to_at IS NULL",
            args![&visit.practice()?.id, fields.text("ask"), visit.now],
        )
        .await?;
    if done == 1 {
        let seen = Happening::to_nobody(Event::HelpSeenTo, actor(&session)).session(&session.id);
        happened(&visit, &mut tx, seen.detail("request", fields.text("number").get(..4).unwrap_or_default())).await?;
    }
    tx.commit().await?;
    Ok(go("/practice/stuck"))
}

/// How many addresses are on the list.
///
/// # Errors
/// Faults of the database.
pub async fn count(visit: &Visit) -> Result<usize> {
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT COUNT(*) FROM (
                SELECT a.id FROM link_ask a WHERE a.practice_id = $1 AND a.asked_at > $2 AND a.used_at IS NULL AND a.seen_to_at IS NULL
                    AND NOT EXISTS (SELECT 1 FROM link_ask b WHERE b.practice_id = a.practice_id AND b.email_key = a.email_key
                        AND (b.asked_at, b.id) > (a.asked_at, a.id))
                LIMIT 100) AS stuck",
            args![&visit.practice()?.id, visit.now - BACK_SECONDS],
        )
        .await?;
    Ok(row.map_or(0, |(count,)| usize::try_from(count).unwrap_or(0)))
}

/// The newest asking of each address within a day that nobody has used or seen to.
async fn newest(visit: &Visit) -> Result<Vec<Row>> {
    visit
        .db()?
        .all(
            "SELECT a.id, a.email, a.email_key, a.request_number, a.result, a.browser, a.place, a.asked_at, a.opened_at, a.ended_at, a.help_note,
                (SELECT s.state FROM outbox_state s WHERE s.practice_id = a.practice_id AND s.message_id = a.message_id
                    ORDER BY s.turn DESC, s.at DESC LIMIT 1) AS mail_state,
                (SELECT s.reason FROM outbox_state s WHERE s.practice_id = a.practice_id AND s.message_id = a.message_id
                    ORDER BY s.turn DESC, s.at DESC LIMIT 1) AS reason
             FROM link_ask a WHERE a.practice_id = $1 AND a.asked_at > $2 AND a.used_at IS NULL AND a.seen_to_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM link_ask b WHERE b.practice_id = a.practice_id AND b.email_key = a.email_key
                    AND (b.asked_at, b.id) > (a.asked_at, a.id))
             ORDER BY CASE WHEN a.help_at IS NULL THEN 1 ELSE 0 END, a.asked_at DESC, a.id DESC LIMIT 100",
            args![&visit.practice()?.id, visit.now - BACK_SECONDS],
        )
        .await
}

async fn trying(visit: &Visit, row: Row, compare: bool) -> Result<Trying> {
    let practice = &visit.practice()?.id;
    let mut people: Vec<(String, String, String)> = visit
        .db()?
        .all(
            "SELECT id, name, email FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' ORDER BY name, id LIMIT 10",
            args![practice, &row.email_key],
        )
        .await?;
    let known = !people.is_empty();
    if !known && compare {
        people = lookalikes(visit, &row.email_key).await?;
    }
    let help = match &row.help_note {
        Some(sealed) => {
            let text = visit.server.open("help", &[practice, &row.id], sealed)?;
            let said: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            let part = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
            Some((part("reach"), part("note")))
        }
        None => None,
    };
    let number = row.request_number.clone().unwrap_or_default();
    let browser = Browser::from_stored(&row.browser).in_english();
    let from = [browser, row.place.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Ok(Trying {
        state: state_words(visit, &row, known),
        when: visit.say_with("stuck-list-when", &[("time", &clock(visit, row.asked_at)), ("number", &number)]),
        number,
        ask: row.id,
        email: row.email,
        people,
        known,
        from,
        help,
    })
}

/// Where it is stuck, in words.
fn state_words(visit: &Visit, row: &Row, known: bool) -> String {
    let reason: String = row.reason.as_deref().unwrap_or_default().chars().take(200).collect();
    let words = match (row.result.as_str(), row.mail_state.as_deref()) {
        _ if row.ended_at.is_some() => "stuck-state-ended",
        _ if row.opened_at.is_some() => "stuck-state-opened",
        ("limited", _) => "stuck-state-limited",
        ("held", _) => "stuck-state-held",
        ("stuck", _) => "stuck-state-only",
        ("private", _) => "stuck-state-private",
        (_, Some("sent")) => "stuck-state-sent",
        (_, Some("failed" | "bounced")) => return visit.say_with("stuck-state-failed", &[("reason", &reason)]),
        (_, Some("deferred" | "unsure")) => return visit.say_with("stuck-state-deferred", &[("reason", &reason)]),
        _ if !known => "stuck-state-unknown",
        _ => "stuck-state-waiting",
    };
    visit.say(words)
}

/// Clients whose address is at most two slips of the finger away.
async fn lookalikes(visit: &Visit, key: &str) -> Result<Vec<(String, String, String)>> {
    let Some((local, _)) = key.split_once('@') else { return Ok(vec![]) };
    let begin: String = local.chars().take(2).collect();
    let rows: Vec<(String, String, String, String)> = visit
        .db()?
        .all(
            "SELECT id, name, email, email_key FROM person WHERE practice_id = $1 AND kind = 'client' AND closed_at IS NULL
                AND email_key >= $2 AND email_key < $3 ORDER BY email_key LIMIT 3000",
            args![&visit.practice()?.id, &begin, format!("{begin}{{")],
        )
        .await?;
    let close = rows.into_iter().filter(|(_, _, _, other)| slips(key, other, 2) <= 2);
    Ok(close.take(5).map(|(id, name, email, _)| (id, name, email)).collect())
}

/// How many slips lie between two texts: a letter more, less, another, or two in the wrong order. Stops at `most` + 1.
pub(super) fn slips(a: &str, b: &str, most: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut before: Vec<usize> = vec![];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut now = vec![i];
        for j in 1..=b.len() {
            let swap = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (last[j] + 1).min(now[j - 1] + 1).min(last[j - 1] + swap);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            now.push(least);
        }
        if now.iter().min().is_none_or(|least| *least > most) {
            return most + 1;
        }
        before = std::mem::replace(&mut last, now);
    }
    last[b.len()].min(most + 1)
}

#[cfg(test)]
mod tests {
    use super::slips;

    #[test]
    fn slips_of_the_finger_are_counted() {
        assert_eq!(slips("jo@example.com", "jo@example.com", 2), 0);
        assert_eq!(slips("jo@exmaple.com", "jo@example.com", 2), 1, "two letters in the wrong order");
        assert_eq!(slips("jo@gmial.com", "jo@gmail.com", 2), 1);
        assert_eq!(slips("jo@example.con", "jo@example.com", 2), 1);
        assert_eq!(slips("j@example.co", "jo@example.com", 2), 2);
        assert_eq!(slips("kim@example.com", "jo@example.com", 2), 3);
        assert_eq!(slips("", "abc", 2), 3);
    }
}
