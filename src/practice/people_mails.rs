//! What became of the last mails to a colleague, for administrators who are asked why none came.

use super::clients_time_line::in_words;
use crate::args;
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// One mail: what it is about, when it was written (unix seconds), and what is known of it now.
pub(super) struct SentMail {
    pub about: String,
    pub at: i64,
    pub state: String,
    /// The other mail server's own words, where something is wrong.
    pub more: String,
    pub trouble: bool,
}

/// The ten newest mails to a person; the outbox keeps them for 90 days, without what was said in them.
///
/// # Errors
/// Faults of the database.
pub(super) async fn of(visit: &Visit, person: &str) -> Result<Vec<SentMail>> {
    let rows: Vec<(String, i64, String, String)> = visit
        .db()?
        .all(
            "SELECT o.about, o.created_at, o.state, COALESCE((SELECT s.reason FROM outbox_state s WHERE s.practice_id = o.practice_id
                AND s.message_id = o.id ORDER BY s.turn DESC, s.at DESC LIMIT 1), '')
             FROM outbox o WHERE o.practice_id = $1 AND o.person_id = $2 AND o.kind = 'mail'
             ORDER BY o.created_at DESC, o.id DESC LIMIT 10",
            args![&visit.practice()?.id, person],
        )
        .await?;
    let mail = |(about, at, state, reason): (String, i64, String, String)| {
        let (words, trouble) = in_words(&state, &reason);
        let more = if trouble { reason.chars().take(200).collect() } else { String::new() };
        Ok(SentMail { about: subject(visit, &about)?, at, state: visit.say(words), more, trouble })
    };
    rows.into_iter().map(mail).collect()
}

/// The subject under which it went, in the language of whoever looks. That of a notice to administrators may name somebody else, whom
/// the outbox does not note.
fn subject(visit: &Visit, about: &str) -> Result<String> {
    if about.ends_with("-administrators") {
        return Ok(visit.say("people-mail-administrators"));
    }
    if about == "invitation" {
        // Its subject names who invited, whom the outbox does not note either.
        return Ok(visit.say_with("people-mail-invitation", &[("practice", &visit.practice()?.name)]));
    }
    let words = [("practice", visit.practice()?.name.as_str()), ("replaced", "no"), ("who", "")];
    Ok(visit.say_with(&format!("mail-{about}-subject"), &words))
}
