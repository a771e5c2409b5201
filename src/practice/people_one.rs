//! One colleague: the facts of their sign-in, and the way to each act.

use axum::extract::Path;
use axum::response::Response;

use super::people::{Member, is_off, lanes_off};
use super::people_email::{self, Waiting};
use super::people_mails::{self, SentMail};
use super::{administrator, colleague, re_enrol};
use crate::args;
use crate::factors::mine::required_from;
use crate::platform::email::looks_mixed;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Query, Visit, go, page};
use crate::sign_in::invitation::SECONDS as INVITATION_SECONDS;
use crate::sign_in::person::Person;
use crate::sign_in::session;

#[derive(askama::Template)]
#[template(path = "practice/people_one.html")]
struct OnePage {
    frame: Frame,
    person: Member,
    sessions: i64,
    /// A session that began with a mailed link or a backup code.
    recovered: bool,
    devices: i64,
    backup_left: i64,
    /// When one of their passkeys was last used.
    passkey_used: Option<i64>,
    more_time: Option<i64>,
    /// When "this wasn't me" stopped their password.
    stopped: Option<i64>,
    /// Until when no mail leads to a new password.
    waits_until: Option<i64>,
    /// As `waits_until`, because the address is disputed.
    disputed_until: Option<i64>,
    /// The new address that is still to be confirmed.
    new_email: Option<Waiting>,
    mails: Vec<SentMail>,
    /// What can be done now.
    can_reset: bool,
    /// Until when a changed or disputed address holds the reset (unix seconds).
    reset_held: Option<i64>,
    /// A reset that was not finished in its time.
    reset_over: bool,
    can_give_time: bool,
}

/// What an act says when it is done; the word comes from the address, so only these are believed.
const SAID: &[&str] = &[
    "invited-again",
    "closed",
    "reopened",
    "reopened-invited",
    "sessions-ended",
    "changed",
    "more-time",
    "email-asked",
    "email-withdrawn",
    "reset",
    "passkeys-deleted",
    STILL_OUT,
];
/// What is done, and leaves something to do.
const STILL_OUT: &str = "passkeys-deleted-app-off";

/// `GET /practice/people/{id}`.
pub async fn show(visit: Visit, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    let session = match administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if id == session.person_id {
        return Ok(go("/me"));
    }
    let person = colleague(&visit, &id).await?;
    let (sessions, recovered, devices, passkey_used) = counts(&visit, &person).await?;
    let mut frame = session::frame(&visit, &session, "people-one-title");
    frame.title.clone_from(&person.name);
    if let Some(said) = SAID.iter().find(|said| **said == query.text("done")) {
        frame = frame.banner(if *said == STILL_OUT { "warning" } else { "success" }, &format!("people-done-{said}"));
    }
    let joined = person.joined_at.is_some() && person.closed_at.is_none();
    page(&OnePage {
        frame,
        sessions,
        recovered,
        devices,
        backup_left: person.backup_left,
        passkey_used,
        more_time: person.more_time_until.filter(|until| *until > visit.now && !person.is_administrator()),
        stopped: person.password_stolen_at,
        waits_until: person.resets_wait_until(visit.now),
        disputed_until: person.address_waits_until(visit.now).filter(|_| person.address_is_disputed(visit.now)),
        new_email: people_email::waiting(&visit, &person.id).await?,
        mails: people_mails::of(&visit, &person.id).await?,
        can_reset: joined,
        reset_held: person.address_waits_until(visit.now),
        reset_over: re_enrol::is_over(person.re_enrol_since, visit.now),
        can_give_time: joined && !person.is_administrator() && required_from(&person, visit.practice()?).is_some(),
        person: member(&visit, person).await?,
    })
}

async fn member(visit: &Visit, person: Person) -> Result<Member> {
    let off = lanes_off(visit).await?;
    let invited = person.invited_at.filter(|_| person.joined_at.is_none());
    Ok(Member {
        locked_out: is_off(visit, &off, &person.id, &person.email_key, person.password_set_at)?,
        mixed: looks_mixed(&person.name) || looks_mixed(&person.email),
        invitation_over: invited.is_some_and(|at| at + INVITATION_SECONDS <= visit.now),
        password_set_at: person.password_set_at,
        has_totp: i64::from(person.totp_secret.is_some()),
        id: person.id,
        name: person.name,
        email: person.email,
        email_key: person.email_key,
        role: person.role,
        passkeys: person.passkeys,
        last_sign_in_at: person.last_sign_in_at,
        invited_at: person.invited_at,
        joined_at: person.joined_at,
        closed_at: person.closed_at,
        re_enrol_since: person.re_enrol_since,
        more_time_until: person.more_time_until,
    })
}

/// Living sessions, whether one of them came by recovery, recognised devices, and the last use of a passkey.
async fn counts(visit: &Visit, person: &Person) -> Result<(i64, bool, i64, Option<i64>)> {
    let row: Option<(i64, i64, i64, Option<i64>)> = visit
        .db()?
        .optional(
            "SELECT (SELECT COUNT(*) FROM session s WHERE s.practice_id = $1 AND s.person_id = $2 AND s.ended_at IS NULL AND s.ends_at > $3),
                    (SELECT COUNT(*) FROM session s WHERE s.practice_id = $1 AND s.person_id = $2 AND s.ended_at IS NULL AND s.ends_at > $3
                        AND (s.proofs LIKE '%email-link%' OR s.proofs LIKE '%backup-code%')),
                    (SELECT COUNT(*) FROM device d WHERE d.practice_id = $1 AND d.person_id = $2 AND d.ended_at IS NULL AND d.trusted_until > $3),
                    (SELECT MAX(k.used_at) FROM passkey k WHERE k.practice_id = $1 AND k.person_id = $2)",
            args![&visit.practice()?.id, &person.id, visit.now],
        )
        .await?;
    let (sessions, recovered, devices, passkey_used) = row.unwrap_or_default();
    Ok((sessions, recovered > 0, devices, passkey_used))
}
