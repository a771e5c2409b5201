//! Who is on the phone: the proof that comes before an administrator may take a colleague's factors away (T6). A code to the
//! number on file that the person reads out, or, where no texts are sent, a call back to that number.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin, colleague, fresh_administrator, own_account};
use crate::args;
use crate::factors::mobile::masked;
use crate::notices::{Actor, Event, Happening, can_text, compose, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::names::clean_name;
use crate::platform::secret;
use crate::platform::web::{Fields, Visit, go};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::Session;

/// How long a code read out on the phone is good, in seconds, and how many tries it has.
const CODE_SECONDS: i64 = 10 * 60;
const CODE_TRIES: i64 = 5;
/// Resets by one administrator within an hour before the others are alarmed.
const MOST_RESETS: i64 = 5;

/// What an administrator does for whoever is on the phone. The code that is read out says which, and does nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Reset,
    DeletePasskeys,
}

impl Act {
    const fn purpose(self) -> &'static str {
        match self {
            Act::Reset => "reset",
            Act::DeletePasskeys => "delete-passkeys",
        }
    }

    /// The text message, in the catalogue.
    const fn text(self) -> &'static str {
        match self {
            Act::Reset => "text-reset-code",
            Act::DeletePasskeys => "text-passkeys-code",
        }
    }
}

/// How the person on the phone can be proved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// No number is on file, and nothing else proves anybody here.
    NoNumber,
    /// The address was changed by somebody else within the day.
    Held,
    /// Whoever reads a former address says that the change of it wasn't them.
    Disputed,
    SendCode,
    TypeCode,
    CallBack,
}

/// The administrator, freshly proved, and a colleague whose factors can be reset.
pub(super) async fn enter(visit: &Visit, id: &str) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match fresh_administrator(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    if id == session.person_id {
        return Ok(Err(own_account(visit, &session).await?));
    }
    let person = colleague(visit, id).await?;
    if person.closed_at.is_some() || person.joined_at.is_none() {
        return Ok(Err(go(&format!("/practice/people/{id}"))));
    }
    Ok(Ok((session, person)))
}

/// The way that is open now, and the number: whole where it is to be called, else masked.
pub(super) async fn way(visit: &Visit, session: &Session, person: &Person, act: Act) -> Result<(Way, String)> {
    let number = number_of(visit, person)?;
    let way = match &number {
        _ if person.address_is_disputed(visit.now) => Way::Disputed,
        _ if person.address_waits_until(visit.now).is_some() => Way::Held,
        None => Way::NoNumber,
        Some(_) if !can_text(&visit.server) => Way::CallBack,
        Some(_) if code_waits(visit, session, person, act).await? => Way::TypeCode,
        Some(_) => Way::SendCode,
    };
    Ok(match (way, number) {
        (Way::CallBack, Some(number)) => (way, number),
        (_, number) => (way, number.map(|number| masked(&number)).unwrap_or_default()),
    })
}

fn number_of(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let whose = [visit.practice()?.id.as_str(), person.id.as_str()];
    person.mobile.as_ref().map(|sealed| visit.server.open("mobile", &whose, sealed)).transpose()
}

async fn code_waits(visit: &Visit, session: &Session, person: &Person, act: Act) -> Result<bool> {
    let row: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT id FROM mobile_code WHERE practice_id = $1 AND person_id = $2 AND asked_by = $3
                AND used_at IS NULL AND expires_at > $4 AND tries < $5 AND purpose = $6 LIMIT 1",
            args![&visit.practice()?.id, &person.id, &session.person_id, visit.now, CODE_TRIES, act.purpose()],
        )
        .await?;
    Ok(row.is_some())
}

/// Why no code was sent.
pub(super) enum NotSent {
    Instead(Response),
    Refused { session: Arc<Session>, person: Box<Person>, status: StatusCode, problem: Option<String> },
}

/// Sends a code to the number on file, for a page's button.
pub(super) async fn send(visit: &Visit, id: &str, act: Act) -> Result<std::result::Result<(), NotSent>> {
    // read
    let (session, person) = match enter(visit, id).await? {
        Ok(both) => both,
        Err(response) => return Ok(Err(NotSent::Instead(response))),
    };
    let held = person.address_waits_until(visit.now).is_some();
    let Some(number) = number_of(visit, &person)?.filter(|_| can_text(&visit.server) && !held) else {
        return Ok(Err(NotSent::Refused {
            session,
            person: Box::new(person),
            status: StatusCode::UNPROCESSABLE_ENTITY,
            problem: None,
        }));
    };
    let lane = visit.lane("reset code", &person.id)?;
    if !visit.within(&lane, 5, 3600).await? {
        let problem = Some(visit.say("people-reset-too-many-codes"));
        return Ok(Err(NotSent::Refused {
            session,
            person: Box::new(person),
            status: StatusCode::TOO_MANY_REQUESTS,
            problem,
        }));
    }

    // write
    let read = person.mobile;
    let (mut tx, person) = begin(visit, &session, id).await?;
    if person.mobile != read {
        // It changed since it was read, and no code goes to the former one.
        return Err(Error::Conflict);
    }
    if let Some(problem) = too_many(visit, &mut tx, &session).await? {
        tx.commit().await?;
        let problem = Some(problem);
        return Ok(Err(NotSent::Refused {
            session,
            person: Box::new(person),
            status: StatusCode::TOO_MANY_REQUESTS,
            problem,
        }));
    }
    text_code(visit, &mut tx, (&session, &person), &number, act).await?;
    let happening = Happening::of(Event::MobileCodeSent, &person).by(actor(&session)).session(&session.id);
    happened(visit, &mut tx, happening.detail("for", "reset")).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(Ok(()))
}

async fn text_code(
    visit: &Visit,
    tx: &mut Tx,
    (session, person): (&Session, &Person),
    number: &str,
    act: Act,
) -> Result<()> {
    let practice = visit.practice()?;
    tx.execute(
        "UPDATE mobile_code SET used_at = $3 WHERE practice_id = $1 AND person_id = $2 AND purpose = $4 AND used_at IS NULL",
        args![&practice.id, &person.id, visit.now, act.purpose()],
    )
    .await?;
    let (id, code) = (visit.new_id(), secret::six_digits(&*visit.server.world));
    tx.execute(
        "INSERT INTO mobile_code (practice_id, id, person_id, purpose, hash, asked_by, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            &practice.id,
            &id,
            &person.id,
            act.purpose(),
            hash_code(visit, &practice.id, &id, &code),
            &session.person_id,
            visit.now,
            visit.now + CODE_SECONDS
        ],
    )
    .await?;
    let language = person.language.clone().unwrap_or_else(|| practice.language.clone());
    let words = [("practice", practice.name.as_str()), ("actor", session.name.as_str()), ("code", code.as_str())];
    let text = visit.server.texts.say(&language, act.text(), &words);
    compose::text(visit, tx, "reset-code", (person, number), (&text, Some(visit.now + CODE_SECONDS))).await
}

fn hash_code(visit: &Visit, practice: &str, id: &str, code: &str) -> String {
    secret::keyed_hash(&visit.server.stable_key("mobile code"), &[practice, id, code])
}

/// What the administrator wrote about a call.
pub(super) fn reason_of(fields: &Fields) -> String {
    clean_name(fields.text("reason"), 300).unwrap_or_default()
}

/// What is missing before a proof can be judged at all.
pub(super) fn incomplete(visit: &Visit, person: &Person, fields: &Fields) -> Option<(StatusCode, Option<String>)> {
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    if person.address_waits_until(visit.now).is_some() || person.mobile.is_none() {
        return Some((wrong, None));
    }
    let called = fields.ticked("called") && !reason_of(fields).is_empty();
    (!can_text(&visit.server) && !called).then(|| (wrong, Some(visit.say("people-reset-call-incomplete"))))
}

/// Judges the proof within the act's transaction and writes it down; what is wrong is to be committed too, for it counts.
pub(super) async fn judge(
    visit: &Visit,
    tx: &mut Tx,
    (session, person): (&Session, &Person),
    act: Act,
    fields: &Fields,
) -> Result<std::result::Result<(), (StatusCode, String)>> {
    if person.closed_at.is_some() || person.mobile.is_none() || person.address_waits_until(visit.now).is_some() {
        return Err(Error::Conflict);
    }
    if let Some(problem) = too_many(visit, tx, session).await? {
        return Ok(Err((StatusCode::TOO_MANY_REQUESTS, problem)));
    }
    let texts = can_text(&visit.server);
    if texts && !code_is_right(visit, tx, (session, person), act, fields.text("code")).await? {
        let refused = Happening::of(Event::WrongCode, person).by(actor(session)).session(&session.id);
        happened(visit, tx, refused.result("refused").detail("for", "reset")).await?;
        return Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, visit.say("people-reset-wrong-code"))));
    }
    let proved = Happening::of(Event::ResetProved, person).by(actor(session)).session(&session.id);
    let by = if texts { "code to the number on file" } else { "called back" };
    happened(visit, tx, proved.detail("by", by).detail("reason", &reason_of(fields))).await?;
    Ok(Ok(()))
}

/// Takes a try of the waiting code and judges it; a right one is used up. Both in the caller's transaction.
async fn code_is_right(
    visit: &Visit,
    tx: &mut Tx,
    (session, person): (&Session, &Person),
    act: Act,
    typed: &str,
) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let row: Option<(String, String)> = tx
        .optional(
            "UPDATE mobile_code SET tries = tries + 1 WHERE practice_id = $1 AND person_id = $2 AND asked_by = $3
                AND used_at IS NULL AND expires_at > $4 AND tries < $5 AND purpose = $6 RETURNING id, hash",
            args![practice, &person.id, &session.person_id, visit.now, CODE_TRIES, act.purpose()],
        )
        .await?;
    let Some((id, hash)) = row else { return Ok(false) };
    let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').take(20).collect();
    if !secret::same(&hash_code(visit, practice, &id, &typed), &hash) {
        return Ok(false);
    }
    let used = tx
        .execute(
            "UPDATE mobile_code SET used_at = $3 WHERE practice_id = $1 AND id = $2 AND used_at IS NULL",
            args![practice, &id, visit.now],
        )
        .await?;
    Ok(used == 1)
}

/// The sentence for an administrator who reset too many within the hour; the others are alarmed, once an hour.
async fn too_many(visit: &Visit, tx: &mut Tx, session: &Session) -> Result<Option<String>> {
    // One act may write several lines; they share their request.
    let count = "SELECT COUNT(DISTINCT request_id) FROM audit WHERE practice_id = $1 AND actor_id = $2 AND at > $3 AND (event = $4 OR event = $5)";
    let of = |one: Event, other: Event| {
        args![&session_practice(visit), &session.person_id, visit.now - 3600, one.word(), other.word()]
    };
    let resets: Option<(i64,)> =
        tx.optional(count, of(Event::FactorsReset, Event::PasskeyRemovedByAdministrator)).await?;
    if resets.is_none_or(|(resets,)| resets < MOST_RESETS) {
        return Ok(None);
    }
    let alarms: Option<(i64,)> = tx.optional(count, of(Event::ResetsTooMany, Event::ResetsTooMany)).await?;
    if alarms.is_none_or(|(alarms,)| alarms == 0) {
        let me = person::by_id_in(tx, &visit.practice()?.id, &session.person_id).await?;
        let alarm = Happening::of(Event::ResetsTooMany, &me).result("refused").session(&session.id);
        happened(visit, tx, alarm.by(Actor::Person(me.id.clone(), me.name.clone()))).await?;
    }
    Ok(Some(visit.say("people-reset-too-many")))
}

fn session_practice(visit: &Visit) -> String {
    visit.practice().map(|practice| practice.id.clone()).unwrap_or_default()
}
