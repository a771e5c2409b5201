//! Who is trying to get in now and has not: the live list, with whoever mistyped an address that looks like a client's.
//! Whoever asked for help stays on it until somebody has seen to it. Nothing of it is told to the person at the door.

use axum::response::Response;

use super::clients_pin::may_issue;
use super::clients_time_line::clock;
use super::{actor, member};
use crate::args;
use crate::notices::ending::ran_out_of_time;
use crate::notices::{Event, Happening, happened};
use crate::platform::browser::Browser;
use crate::platform::error::Result;
use crate::platform::frame::{Frame, near};
use crate::platform::web::{Fields, Query, Visit, go, page};
use crate::platform::when;
use crate::portal::{MOST_TRIES, REQUEST_SECONDS};
use crate::sign_in::act;
use crate::sign_in::session;

/// How far the list looks back, in seconds; requests for help are there however old they are.
const BACK_SECONDS: i64 = 86_400;
/// Unknown addresses that are compared with the clients'.
const MOST_COMPARED: usize = 15;

#[derive(askama::Template)]
#[template(path = "practice/clients_stuck.html")]
struct StuckPage {
    frame: Frame,
    rows: Vec<Trying>,
    /// When the page was made: what was written later is not seen to by a press on it.
    now: i64,
    may_issue: bool,
    /// It does not look again by itself.
    still: bool,
}

/// One address that is trying.
struct Trying {
    ask: String,
    email: String,
    /// What the person's page shows now; empty when it is too old to be read out.
    number: String,
    /// Clients with this address; else those whose address looks like it.
    people: Vec<Close>,
    known: bool,
    state: String,
    /// When it was asked, and the request number.
    when: String,
    from: String,
    /// How to reach the person and what they wrote.
    help: Option<(String, String)>,
}

/// A client with the address, or with one like it.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Close {
    id: String,
    name: String,
    email: String,
    email_key: String,
    closed_at: Option<i64>,
    /// Private sign-in without a lock: nothing that they prove lets them in.
    #[sqlx(default)]
    no_lock: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    email: String,
    email_key: String,
    result: String,
    /// Of the newest mail to the address, whoever asked for it.
    mail_state: Option<String>,
    reason: Option<String>,
    browser: String,
    place: String,
    asked_at: i64,
    opened_at: Option<i64>,
    ended_at: Option<i64>,
    used_at: Option<i64>,
    used_by: Option<String>,
    /// When somebody signed in by it, or by a later proof in the same browser, if anybody did; or the only client with the
    /// address by what no mailbox gives away. Who else signs in with the address helps nobody here.
    in_since: Option<i64>,
    help_note: Option<String>,
    /// The number that the same browser shows now, and since when: none once it was used or ended, empty where it takes no more
    /// PINs.
    number_now: Option<String>,
    number_since: i64,
}

/// `GET /practice/stuck`; with `still=1` it waits for the press of its button.
pub async fn list(visit: Visit, Query(query): Query) -> Result<Response> {
    let session = match member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut rows = Vec::new();
    for (at, row) in open(&visit).await?.into_iter().enumerate() {
        rows.push(trying(&visit, row, at < MOST_COMPARED).await?);
    }
    let frame = session::frame(&visit, &session, "stuck-list-title").script("look_again.js");
    let still = query.ticked("still");
    page(&StuckPage { frame, rows, now: visit.now, may_issue: may_issue(visit.practice()?, &session), still })
}

/// `POST /practice/stuck`: a colleague has seen to it, and to what the same browser asked for besides.
pub async fn seen_to(visit: Visit, fields: Fields) -> Result<Response> {
    let session = match member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let shown = fields.text("shown").parse::<i64>().unwrap_or(visit.now).min(visit.now);
    let (practice, ask) = (&visit.practice()?.id, fields.text("ask"));
    let mut tx = act::begin(&visit, &session).await?;
    let done: Option<(Option<String>,)> = tx
        .optional(
            "UPDATE link_ask SET seen_to_at = $3, help_note = NULL
             WHERE practice_id = $1 AND id = $2 AND seen_to_at IS NULL AND COALESCE(help_at, 0) <= $4 RETURNING request_number",
            args![practice, ask, visit.now, shown],
        )
        .await?;
    if let Some((number,)) = done {
        tx.execute(
            "UPDATE link_ask SET seen_to_at = $3 WHERE practice_id = $1 AND help_at IS NULL AND seen_to_at IS NULL AND asked_at <= $4
                AND email_key = (SELECT o.email_key FROM link_ask o WHERE o.practice_id = $1 AND o.id = $2)
                AND bound_to = (SELECT o.bound_to FROM link_ask o WHERE o.practice_id = $1 AND o.id = $2)",
            args![practice, ask, visit.now, shown],
        )
        .await?;
        let seen = Happening::to_nobody(Event::HelpSeenTo, actor(&session)).session(&session.id);
        happened(&visit, &mut tx, seen.detail("request", &number.unwrap_or_default())).await?;
    }
    tx.commit().await?;
    Ok(go("/practice/stuck"))
}

/// How many rows are on the list, up to a hundred. A PIN that was used before requests said what it led to (migration 0024) is
/// judged by its client's last sign-in.
///
/// # Errors
/// Faults of the database.
pub async fn count(visit: &Visit) -> Result<usize> {
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT COUNT(*) FROM (
                SELECT a.id FROM link_ask a WHERE a.practice_id = $1 AND a.asked_at > $2 AND a.seen_to_at IS NULL AND a.help_at IS NULL
                    AND (a.used_at IS NULL OR a.session_id IS NULL)
                    AND NOT EXISTS (SELECT 1 FROM link_ask x JOIN session s ON s.practice_id = x.practice_id AND s.id = x.went_on_as
                        WHERE x.practice_id = a.practice_id AND x.email_key = a.email_key AND x.bound_to = a.bound_to AND x.used_at >= a.asked_at)
                    AND NOT (a.used_by = 'pin' AND a.went_on_as IS NULL AND EXISTS (SELECT 1 FROM pin i JOIN person p ON p.practice_id = i.practice_id
                        AND p.id = i.person_id WHERE i.practice_id = a.practice_id AND i.ask_id = a.id AND p.last_sign_in_at >= a.used_at))
                    AND NOT EXISTS (SELECT 1 FROM person p JOIN session s ON s.practice_id = p.practice_id AND s.person_id = p.id
                        WHERE p.practice_id = a.practice_id AND p.email_key = a.email_key AND p.kind = 'client' AND s.created_at >= a.asked_at
                            AND s.proofs LIKE '%pass%' AND NOT EXISTS (SELECT 1 FROM person q WHERE q.practice_id = p.practice_id
                                AND q.email_key = p.email_key AND q.kind = 'client' AND q.id <> p.id))
                    AND NOT EXISTS (SELECT 1 FROM link_ask b WHERE b.practice_id = a.practice_id AND b.email_key = a.email_key
                        AND (b.asked_at, b.id) > (a.asked_at, a.id))
                    AND NOT EXISTS (SELECT 1 FROM link_ask h WHERE h.practice_id = a.practice_id AND h.email_key = a.email_key
                        AND h.bound_to = a.bound_to AND h.help_at IS NOT NULL AND h.seen_to_at IS NULL)
                UNION ALL SELECT w.id FROM link_ask w WHERE w.practice_id = $1 AND w.help_at IS NOT NULL AND w.seen_to_at IS NULL
                LIMIT 100) AS stuck",
            args![&visit.practice()?.id, visit.now - BACK_SECONDS],
        )
        .await?;
    Ok(row.map_or(0, |(count,)| usize::try_from(count).unwrap_or(0)))
}

/// The newest asking of each address within a day that led nobody in and that nobody has seen to, and every request for help
/// that nobody has seen to. A browser that asked for help and then for something else has one row, that of its request. Where
/// there are more than the page holds, clients stay on it: strangers can ask with as many addresses as they like.
async fn open(visit: &Visit) -> Result<Vec<Row>> {
    visit
        .db()?
        .all(
            "SELECT found.id, found.email, found.email_key, found.result, found.browser, found.place, found.asked_at, found.opened_at,
                found.ended_at, found.used_at, found.used_by, found.help_note, found.number_now, found.number_since,
                CASE WHEN found.session_id IS NOT NULL AND found.used_at IS NOT NULL THEN found.used_at ELSE COALESCE(
                    (SELECT MAX(CASE WHEN s.created_at < x.used_at THEN x.used_at ELSE s.created_at END) FROM link_ask x
                        JOIN session s ON s.practice_id = x.practice_id AND s.id = x.went_on_as
                        WHERE x.practice_id = $1 AND x.email_key = found.email_key AND x.bound_to = found.bound_to AND x.used_at >= found.asked_at),
                    (SELECT MAX(p.last_sign_in_at) FROM pin i JOIN person p ON p.practice_id = i.practice_id AND p.id = i.person_id
                        WHERE i.practice_id = $1 AND i.ask_id = found.id AND found.used_by = 'pin' AND found.went_on_as IS NULL
                            AND p.last_sign_in_at >= found.used_at),
                    (SELECT MAX(s.created_at) FROM person p JOIN session s ON s.practice_id = p.practice_id AND s.person_id = p.id
                        WHERE p.practice_id = $1 AND p.email_key = found.email_key AND p.kind = 'client' AND s.created_at >= found.asked_at
                            AND s.proofs LIKE '%pass%' AND NOT EXISTS (SELECT 1 FROM person q WHERE q.practice_id = p.practice_id
                                AND q.email_key = p.email_key AND q.kind = 'client' AND q.id <> p.id))) END AS in_since,
                (SELECT s.state FROM outbox_state s WHERE s.practice_id = $1 AND s.message_id = found.last_mail
                    ORDER BY s.turn DESC, s.at DESC LIMIT 1) AS mail_state,
                (SELECT s.reason FROM outbox_state s WHERE s.practice_id = $1 AND s.message_id = found.last_mail
                    ORDER BY s.turn DESC, s.at DESC LIMIT 1) AS reason
             FROM (SELECT t.id, t.email, t.email_key, t.bound_to, t.result, t.browser, t.place, t.asked_at, t.opened_at, t.ended_at, t.used_at,
                    t.used_by, t.went_on_as, t.session_id, t.help_at, t.help_note,
                    (SELECT m.message_id FROM link_ask m WHERE m.practice_id = t.practice_id AND m.email_key = t.email_key
                        AND m.message_id IS NOT NULL AND (t.result <> 'nobody' OR m.asked_at > t.asked_at) ORDER BY m.asked_at DESC, m.id DESC LIMIT 1) AS last_mail,
                    (SELECT CASE WHEN n.used_at IS NOT NULL OR n.ended_at IS NOT NULL THEN NULL WHEN n.pin_tries >= $3 THEN '' ELSE n.request_number END
                        FROM link_ask n WHERE n.practice_id = t.practice_id AND n.email_key = t.email_key
                        AND n.bound_to = t.bound_to ORDER BY n.asked_at DESC, n.id DESC LIMIT 1) AS number_now,
                    (SELECT n.asked_at FROM link_ask n WHERE n.practice_id = t.practice_id AND n.email_key = t.email_key
                        AND n.bound_to = t.bound_to ORDER BY n.asked_at DESC, n.id DESC LIMIT 1) AS number_since
                FROM link_ask t WHERE t.practice_id = $1 AND t.id IN (
                    SELECT a.id FROM link_ask a WHERE a.practice_id = $1 AND a.asked_at > $2 AND a.seen_to_at IS NULL AND a.help_at IS NULL
                        AND (a.used_at IS NULL OR a.session_id IS NULL)
                        AND NOT EXISTS (SELECT 1 FROM link_ask x JOIN session s ON s.practice_id = x.practice_id AND s.id = x.went_on_as
                            WHERE x.practice_id = a.practice_id AND x.email_key = a.email_key AND x.bound_to = a.bound_to AND x.used_at >= a.asked_at)
                        AND NOT (a.used_by = 'pin' AND a.went_on_as IS NULL AND EXISTS (SELECT 1 FROM pin i JOIN person p ON p.practice_id = i.practice_id
                            AND p.id = i.person_id WHERE i.practice_id = a.practice_id AND i.ask_id = a.id AND p.last_sign_in_at >= a.used_at))
                        AND NOT EXISTS (SELECT 1 FROM person p JOIN session s ON s.practice_id = p.practice_id AND s.person_id = p.id
                            WHERE p.practice_id = a.practice_id AND p.email_key = a.email_key AND p.kind = 'client' AND s.created_at >= a.asked_at
                                AND s.proofs LIKE '%pass%' AND NOT EXISTS (SELECT 1 FROM person q WHERE q.practice_id = p.practice_id
                                    AND q.email_key = p.email_key AND q.kind = 'client' AND q.id <> p.id))
                        AND NOT EXISTS (SELECT 1 FROM link_ask b WHERE b.practice_id = a.practice_id AND b.email_key = a.email_key
                            AND (b.asked_at, b.id) > (a.asked_at, a.id))
                        AND NOT EXISTS (SELECT 1 FROM link_ask h WHERE h.practice_id = a.practice_id AND h.email_key = a.email_key
                            AND h.bound_to = a.bound_to AND h.help_at IS NOT NULL AND h.seen_to_at IS NULL)
                    UNION ALL SELECT w.id FROM link_ask w WHERE w.practice_id = $1 AND w.help_at IS NOT NULL AND w.seen_to_at IS NULL)
                ORDER BY CASE WHEN EXISTS (SELECT 1 FROM person k WHERE k.practice_id = t.practice_id AND k.email_key = t.email_key
                        AND k.kind = 'client') THEN 0 ELSE 1 END,
                    CASE WHEN t.help_at IS NULL THEN 1 ELSE 0 END, t.asked_at DESC, t.id DESC LIMIT 100) AS found
             ORDER BY CASE WHEN found.help_at IS NULL THEN 1 ELSE 0 END, found.asked_at DESC, found.id DESC",
            args![&visit.practice()?.id, visit.now - BACK_SECONDS, MOST_TRIES],
        )
        .await
}

async fn trying(visit: &Visit, row: Row, compare: bool) -> Result<Trying> {
    let practice = &visit.practice()?.id;
    let mut people: Vec<Close> = visit
        .db()?
        .all(
            "SELECT id, name, email, email_key, closed_at,
                CAST(CASE WHEN private_since IS NOT NULL AND passphrase IS NULL AND passkey_lock_since IS NULL THEN 1 ELSE 0 END AS BIGINT) AS no_lock
             FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' ORDER BY name, id LIMIT 10",
            args![practice, &row.email_key],
        )
        .await?;
    let known = !people.is_empty();
    let state = state_words(visit, &row, &people);
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
    let number = row.number_now.clone().filter(|_| visit.now - row.number_since < REQUEST_SECONDS).unwrap_or_default();
    let browser = Browser::from_stored(&row.browser).in_english();
    let from = [browser, row.place.clone()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    Ok(Trying {
        state,
        when: when_words(visit, &row, &number),
        number,
        ask: row.id,
        email: row.email,
        people,
        known,
        from,
        help,
    })
}

/// When it was asked, and the number to ask for.
fn when_words(visit: &Visit, row: &Row, number: &str) -> String {
    let today = visit.now - row.asked_at < BACK_SECONDS / 2;
    let time = if today { clock(visit, row.asked_at) } else { when::full(row.asked_at, visit.zone()) };
    let words = match (&row.number_now, number) {
        (None, _) => "stuck-list-when-used",
        (Some(shown), _) if shown.is_empty() => "stuck-list-when-tried",
        (Some(_), "") => "stuck-list-when-old",
        _ => "stuck-list-when",
    };
    visit.say_with(words, &[("time", &time), ("number", number)])
}

/// Where it is stuck, in words.
fn state_words(visit: &Visit, row: &Row, people: &[Close]) -> String {
    let reason: String = row.reason.as_deref().unwrap_or_default().chars().take(200).collect();
    let known = !people.is_empty();
    if let Some(since) = row.in_since {
        return visit.say_with("stuck-state-in", &[("time", &near(visit, since))]);
    }
    let no_lock = known && people.iter().all(|person| person.no_lock == 1);
    let words = match (row.result.as_str(), row.mail_state.as_deref()) {
        _ if row.ended_at.is_some() => "stuck-state-ended",
        _ if known && people.iter().all(|person| person.closed_at.is_some()) => "stuck-state-closed",
        _ if row.used_by.as_deref() == Some("pin") && no_lock => "stuck-state-pin-no-lock",
        _ if row.used_by.as_deref() == Some("pin") => "stuck-state-pin",
        _ if row.used_at.is_some() && no_lock => "stuck-state-proved-no-lock",
        _ if row.used_at.is_some() => "stuck-state-proved",
        (_, Some("failed")) if ran_out_of_time(&reason) => {
            return visit.say_with("stuck-state-too-late", &[("reason", &reason)]);
        }
        (_, Some("failed")) => return visit.say_with("stuck-state-failed", &[("reason", &reason)]),
        (_, Some("bounced")) => return visit.say_with("stuck-state-bounced", &[("reason", &reason)]),
        _ if row.opened_at.is_some() => "stuck-state-opened",
        ("limited", _) => "stuck-state-limited",
        ("held", _) => "stuck-state-held",
        ("private", _) if visit.practice().is_ok_and(|practice| practice.pin_by == "nobody") => {
            "stuck-state-private-no-pin"
        }
        ("private", _) => "stuck-state-private",
        (_, Some("sent")) => "stuck-state-sent",
        (_, Some("deferred")) => return visit.say_with("stuck-state-deferred", &[("reason", &reason)]),
        (_, Some("unsure")) => return visit.say_with("stuck-state-unsure", &[("reason", &reason)]),
        (_, Some(_)) => "stuck-state-waiting",
        ("stuck", None) => "stuck-state-only",
        ("nobody", None) if known => "stuck-state-new",
        _ if !known => "stuck-state-unknown",
        _ => "stuck-state-waiting",
    };
    visit.say(words)
}

/// Clients whose address is at most two slips of the finger away, the nearest first. They are looked for by the first two
/// letters and, since those may be the slip, by what follows them: the typed text may be up to two letters shorter or longer
/// there. Either way a few thousand rows of an index are read at most, however many clients there are.
async fn lookalikes(visit: &Visit, key: &str) -> Result<Vec<Close>> {
    let (db, practice) = (visit.db()?, &visit.practice()?.id);
    let begin: String = key.chars().take(2).collect();
    let mut rows: Vec<Close> = db
        .all(
            "SELECT id, name, email, email_key, closed_at FROM person WHERE practice_id = $1 AND substr(email_key, 1, 2) = $2
                AND kind = 'client' AND closed_at IS NULL ORDER BY email_key LIMIT 3000",
            args![practice, begin],
        )
        .await?;
    let [a, b, c, d, e]: [String; 5] = std::array::from_fn(|skipped| key.chars().skip(skipped).take(4).collect());
    let inner: Vec<Close> = db
        .all(
            "SELECT id, name, email, email_key, closed_at FROM person WHERE practice_id = $1 AND substr(email_key, 3, 4) IN ($2, $3, $4, $5, $6)
                AND kind = 'client' AND closed_at IS NULL LIMIT 3000",
            args![practice, a, b, c, d, e],
        )
        .await?;
    rows.extend(inner);
    let mut close: Vec<(usize, Close)> = rows.into_iter().map(|row| (slips(key, &row.email_key, 2), row)).collect();
    close.retain(|(slips, _)| *slips <= 2);
    close.sort_by(|(a, one), (b, other)| (a, &one.email_key, &one.id).cmp(&(b, &other.email_key, &other.id)));
    close.dedup_by(|(_, one), (_, other)| one.id == other.id);
    Ok(close.into_iter().take(5).map(|(_, row)| row).collect())
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
