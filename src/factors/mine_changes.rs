//! What was changed of a client's locks and passkeys, as the record has it: told here, since no mail tells of it. To clients
//! who get no mail about them also the sign-ins that others are mailed about. PINs are told to everybody: each let somebody in
//! whom the practice took for the client.

use super::passkeys;
use crate::args;
use crate::platform::error::Result;
use crate::platform::frame::near;
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// How far back it is told, in seconds.
const TOLD_SECONDS: i64 = 90 * 86_400;
/// How long a client's own page begins with what the practice deleted, in seconds.
const NEWS_SECONDS: i64 = 30 * 86_400;

/// One change in words, and when.
pub struct Change {
    pub words: String,
    pub time: String,
}

/// The newest changes of a person.
///
/// # Errors
/// Faults of the database.
pub async fn of(visit: &Visit, person: &Person) -> Result<Vec<Change>> {
    let rows: Vec<(i64, String, String)> = visit
        .db()?
        .all(
            "SELECT at, event, actor_name FROM audit WHERE practice_id = $1 AND subject_id = $2 AND at > $3
                AND (event IN ('portal-password-set', 'portal-password-removed', 'passkey-added', 'passkey-removed', 'passkey-removed-by-administrator', 'passkey-counter-back', 'lock-set', 'lock-removed',
                    'lock-off-asked', 'lock-off-asked-no-word', 'wrong-safe-word', 'lock-off-cancelled', 'lock-removed-by-practice', 'private-on', 'private-off', 'pin-issued', 'pin-used')
                    OR $4 = 1 AND event IN ('signed-in-new-browser', 'not-me'))
             ORDER BY at DESC, id DESC LIMIT 40",
            args![&visit.practice()?.id, &person.id, visit.now - TOLD_SECONDS, is_told_here_alone(person)],
        )
        .await?;
    let one = |(at, event, actor): (i64, String, String)| Change {
        words: visit.say_with(&format!("record-event-{event}"), &[("person", &person.name), ("actor", &actor)]),
        time: near(visit, at),
    };
    Ok(rows.into_iter().map(one).collect())
}

/// That a client's passkey may have been copied, in words, if that is news: no mail may reach them.
///
/// # Errors
/// Faults of the database.
pub(super) async fn may_be_copied(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let row: Option<(String, i64)> = visit
        .db()?
        .optional(
            "SELECT name, odd_at FROM passkey WHERE practice_id = $1 AND person_id = $2 AND backup_eligible = 0 AND odd_at > $3
             ORDER BY odd_at DESC LIMIT 1",
            args![&visit.practice()?.id, &person.id, visit.now - NEWS_SECONDS],
        )
        .await?;
    let Some((name, at)) = row else { return Ok(None) };
    let words = visit.say_with("mine-passkey-copied", &[("name", &name), ("time", &near(visit, at))]);
    passkeys::and_a_new_one(visit, words).map(Some)
}

/// Whether no mail tells the person of a sign-in.
fn is_told_here_alone(person: &Person) -> bool {
    person.lock().is_some() || person.is_private() || person.mail_form == "none"
}

/// When the practice last deleted a passkey of the person, if that is news.
///
/// # Errors
/// Faults of the database.
pub(super) async fn deleted_by_practice(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT at FROM audit WHERE practice_id = $1 AND subject_id = $2 AND at > $3 AND event = 'passkey-removed-by-administrator'
             ORDER BY at DESC LIMIT 1",
            args![&visit.practice()?.id, &person.id, visit.now - NEWS_SECONDS],
        )
        .await?;
    Ok(row.map(|(at,)| near(visit, at)))
}
