//! What happened with one client's sign-in, newest first (C6): asked, handed over, deferred, refused, opened, signed in,
//! asked for help. Nobody has to guess why "no email came".

use super::record_words::event_id;
use crate::args;
use crate::notices::ending::ran_out_of_time;
use crate::platform::browser::Browser;
use crate::platform::error::Result;
use crate::platform::web::Visit;
use crate::platform::when;
use crate::sign_in::person::Person;

/// Moments on the page.
const MOST: usize = 60;

/// One moment in words.
pub struct Moment {
    pub at: i64,
    pub words: String,
    pub more: String,
    pub trouble: bool,
}

#[derive(sqlx::FromRow)]
struct Asked {
    message_id: Option<String>,
    result: String,
    browser: String,
    place: String,
    asked_at: i64,
    opened_at: Option<i64>,
    replaced_at: Option<i64>,
    ended_at: Option<i64>,
    used_at: Option<i64>,
    used_by: Option<String>,
    help_at: Option<i64>,
}

/// The newest moments of a client.
///
/// # Errors
/// Faults of the database.
pub async fn of(visit: &Visit, person: &Person) -> Result<Vec<Moment>> {
    let mut moments = Vec::new();
    for asked in askings(visit, person).await?.into_iter().rev() {
        asking(visit, &asked, &mut moments);
        if let Some(message) = &asked.message_id {
            mail(visit, message, &mut moments).await?;
        }
    }
    for (message,) in changes(visit, person).await?.into_iter().rev() {
        mail(visit, &message, &mut moments).await?;
    }
    acts(visit, person, &mut moments).await?;
    // They were gathered in the order in which they came about, which the same second has too.
    moments.reverse();
    moments.sort_by_key(|moment| std::cmp::Reverse(moment.at));
    moments.truncate(MOST);
    Ok(moments)
}

/// What was asked with the client's address, and with those they had before while they had them.
async fn askings(visit: &Visit, person: &Person) -> Result<Vec<Asked>> {
    visit
        .db()?
        .all(
            "SELECT message_id, result, browser, place, asked_at, opened_at, replaced_at, ended_at, used_at, used_by, help_at
             FROM link_ask WHERE practice_id = $1
                AND email_key IN (SELECT CAST($2 AS TEXT) UNION SELECT b.before_key FROM email_change b
                    WHERE b.practice_id = $1 AND b.person_id = $3 AND b.done_at IS NOT NULL)
                AND (email_key = $2 OR EXISTS (SELECT 1 FROM email_change c WHERE c.practice_id = $1 AND c.person_id = $3
                    AND c.before_key = link_ask.email_key AND c.done_at >= link_ask.asked_at
                    AND link_ask.asked_at >= COALESCE((SELECT MAX(d.done_at) FROM email_change d WHERE d.practice_id = $1
                        AND d.person_id = $3 AND d.email_key = link_ask.email_key AND d.done_at <= c.done_at),
                        (SELECT p.created_at FROM person p WHERE p.practice_id = $1 AND p.id = $3))))
             ORDER BY asked_at DESC, id DESC LIMIT 20",
            args![&visit.practice()?.id, &person.email_key, &person.id],
        )
        .await
}

/// The mails to new addresses that this client was to have.
async fn changes(visit: &Visit, person: &Person) -> Result<Vec<(String,)>> {
    visit
        .db()?
        .all(
            "SELECT message_id FROM email_change WHERE practice_id = $1 AND person_id = $2 AND message_id IS NOT NULL
             ORDER BY created_at DESC LIMIT 5",
            args![&visit.practice()?.id, &person.id],
        )
        .await
}

fn asking(visit: &Visit, asked: &Asked, moments: &mut Vec<Moment>) {
    let browser = Browser::from_stored(&asked.browser).in_english();
    let from = [browser.as_str(), asked.place.as_str()].into_iter().filter(|part| !part.is_empty());
    let from = from.collect::<Vec<_>>().join(", ");
    let limited = matches!(asked.result.as_str(), "limited" | "held" | "nobody");
    let words = match asked.result.as_str() {
        "limited" => "line-limited",
        "held" => "line-held",
        "stuck" => "line-stuck",
        "nobody" => "line-nobody",
        "private" => "line-no-mail",
        _ => "line-asked",
    };
    moments.push(Moment { at: asked.asked_at, words: visit.say(words), more: from, trouble: limited });
    let mut add = |at: Option<i64>, words: &str, trouble: bool| {
        moments.extend(at.map(|at| Moment { at, words: visit.say(words), more: String::new(), trouble }));
    };
    add(asked.opened_at, "line-opened", false);
    add(asked.replaced_at.filter(|_| asked.used_at.is_none()), "line-replaced", false);
    add(asked.ended_at, "line-ended", true);
    add(asked.help_at, "line-help", true);
    let used = match asked.used_by.as_deref() {
        Some("code") => "line-used-code",
        Some("number") => "line-used-number",
        Some("pin") => "line-used-pin",
        _ => "line-used-link",
    };
    add(asked.used_at, used, false);
}

/// What the outbox noted of one mail, with the other server's reason in its own words.
async fn mail(visit: &Visit, message: &str, moments: &mut Vec<Moment>) -> Result<()> {
    let states: Vec<(i64, String, String)> = visit
        .db()?
        .all(
            "SELECT at, state, reason FROM outbox_state WHERE practice_id = $1 AND message_id = $2 ORDER BY turn, at",
            args![&visit.practice()?.id, message],
        )
        .await?;
    for (at, state, reason) in states {
        let (words, trouble) = in_words(&state, &reason);
        let more = if trouble { reason.chars().take(200).collect() } else { String::new() };
        moments.push(Moment { at, words: visit.say(words), more, trouble });
    }
    Ok(())
}

/// The sentence for a state of a mail, and whether something is wrong with it.
pub(super) fn in_words(state: &str, reason: &str) -> (&'static str, bool) {
    match state {
        "failed" if ran_out_of_time(reason) => ("line-mail-too-late", true),
        "queued" => ("line-mail-queued", false),
        "sent" => ("line-mail-sent", false),
        "deferred" => ("line-mail-deferred", true),
        "failed" => ("line-mail-failed", true),
        "bounced" => ("line-mail-bounced", true),
        _ => ("line-mail-unsure", true),
    }
}

/// What stands in the record of this person, but for what the askings told already.
async fn acts(visit: &Visit, person: &Person, moments: &mut Vec<Moment>) -> Result<()> {
    let rows: Vec<(i64, String, String, String, String)> = visit
        .db()?
        .all(
            "SELECT at, event, actor_name, result, detail FROM audit WHERE practice_id = $1 AND subject_id = $2
                AND event NOT IN ('link-asked', 'link-not-me', 'message-failed') ORDER BY at DESC, id DESC LIMIT 40",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    for (at, event, actor, result, detail) in rows.into_iter().rev() {
        let words = visit.say_with(&event_id(&event), &[("person", &person.name), ("actor", &actor)]);
        // Whom else it is about: a contact, or the address that was typed.
        let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
        let more = ["who", "new_email", "after"].iter().find_map(|name| detail[name].as_str()).unwrap_or_default();
        moments.push(Moment { at, words, more: more.to_owned(), trouble: result == "refused" });
    }
    Ok(())
}

/// "10:42 am", for a list of today.
pub(super) fn clock(visit: &Visit, at: i64) -> String {
    when::clock(at, visit.zone())
}
