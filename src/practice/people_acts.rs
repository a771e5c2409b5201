//! Acts of one press on a colleague: close, reopen, end sessions, invite again. Each has a page that asks first, is one
//! transaction, is recorded and told to the person.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin, colleague, fresh_administrator, own_account, people_email};
use crate::args;
use crate::factors::client_email;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, go, page_with};
use crate::sign_in::person::Person;
use crate::sign_in::session::{self, Session};
use crate::sign_in::{device, invitation};

#[derive(askama::Template)]
#[template(path = "practice/people_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    person_id: String,
    name: String,
    email: String,
    act: &'static str,
    what: String,
    grave: bool,
    problem: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Close,
    Reopen,
    EndSessions,
    Invite,
}

impl Act {
    const fn word(self) -> &'static str {
        match self {
            Act::Close => "close",
            Act::Reopen => "reopen",
            Act::EndSessions => "end-sessions",
            Act::Invite => "invite",
        }
    }

    /// Whether the person is in the state that the act is for; a repeated form finds them in another.
    fn fits(self, person: &Person) -> bool {
        match self {
            Act::Close => person.closed_at.is_none(),
            Act::EndSessions => person.closed_at.is_none() && person.joined_at.is_some(),
            Act::Reopen => person.closed_at.is_some(),
            Act::Invite => person.closed_at.is_none() && person.joined_at.is_none(),
        }
    }

    /// Whether the person gets an invitation by it: what was never accepted cannot be taken up again.
    fn invites(self, person: &Person) -> bool {
        self == Act::Invite || self == Act::Reopen && person.joined_at.is_none()
    }

    /// The sentence that says what it does to this person.
    fn what(self, person: &Person) -> &'static str {
        match (self, person.joined_at.is_some()) {
            (Act::Reopen, true) if person.password_stolen_at.is_some() => "people-confirm-reopen-what-stopped",
            (Act::Close, true) => "people-confirm-close-what",
            (Act::Close, false) => "people-confirm-close-what-invited",
            (Act::Reopen, true) => "people-confirm-reopen-what",
            (Act::Reopen, false) => "people-confirm-reopen-what-invited",
            (Act::EndSessions, _) => "people-confirm-end-sessions-what",
            (Act::Invite, _) => "people-confirm-invite-what",
        }
    }
}

pub async fn ask_close(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    ask(&visit, &id, Act::Close).await
}

pub async fn close(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    act(&visit, &id, Act::Close).await
}

pub async fn ask_reopen(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    ask(&visit, &id, Act::Reopen).await
}

pub async fn reopen(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    act(&visit, &id, Act::Reopen).await
}

pub async fn ask_end_sessions(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    ask(&visit, &id, Act::EndSessions).await
}

pub async fn end_sessions(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    act(&visit, &id, Act::EndSessions).await
}

pub async fn ask_invite(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    ask(&visit, &id, Act::Invite).await
}

pub async fn invite(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    act(&visit, &id, Act::Invite).await
}

/// The page that asks whether it is meant.
async fn ask(visit: &Visit, id: &str, act: Act) -> Result<Response> {
    let session = match fresh_administrator(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if id == session.person_id {
        return own_account(visit, &session).await;
    }
    let person = colleague(visit, id).await?;
    if !act.fits(&person) {
        return Ok(go(&format!("/practice/people/{id}")));
    }
    confirm(visit, &session, &person, act, None)
}

fn confirm(visit: &Visit, session: &Session, person: &Person, act: Act, problem: Option<String>) -> Result<Response> {
    let status = if problem.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::OK };
    let mut frame = session::frame(visit, session, "people-one-title");
    frame.title = visit.say_with(&format!("people-confirm-{}", act.word()), &[("name", &person.name)]);
    page_with(
        status,
        &ConfirmPage {
            frame,
            person_id: person.id.clone(),
            name: person.name.clone(),
            email: person.email.clone(),
            act: act.word(),
            what: visit.say(act.what(person)),
            grave: act == Act::Close,
            problem,
        },
    )
}

async fn act(visit: &Visit, id: &str, act: Act) -> Result<Response> {
    let session = match fresh_administrator(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if id == session.person_id {
        return own_account(visit, &session).await;
    }
    let person = colleague(visit, id).await?;
    if act.invites(&person) && act.fits(&person) {
        let lane = visit.lane("invitation", &person.email_key)?;
        if !visit.mail_allowed(&lane).await? {
            return confirm(visit, &session, &person, act, Some(visit.say("people-mail-wait")));
        }
    }
    let (mut tx, person) = begin(visit, &session, id).await?;
    if !act.fits(&person) {
        return Ok(go(&format!("/practice/people/{id}")));
    }
    let (event, said) = match act {
        Act::Close => {
            set_closed(visit, &mut tx, &person, Some(visit.now)).await?;
            end_everything(visit, &mut tx, &person).await?;
            people_email::end_entered_by(visit, &mut tx, &session, &person).await?;
            (Event::Closed, "closed")
        }
        Act::Reopen => {
            set_closed(visit, &mut tx, &person, None).await?;
            if person.joined_at.is_none() {
                invite_again(visit, &mut tx, &person, &session).await?;
            }
            (Event::Reopened, if person.joined_at.is_none() { "reopened-invited" } else { "reopened" })
        }
        Act::EndSessions => {
            session::end_all(visit, &mut tx, &person.id, None).await?;
            device::end_all(visit, &mut tx, &person.id).await?;
            (Event::SessionsEndedByAdministrator, "sessions-ended")
        }
        Act::Invite => {
            invite_again(visit, &mut tx, &person, &session).await?;
            (Event::InvitedAgain, "invited-again")
        }
    };
    let mut happening = Happening::of(event, &person).by(actor(&session)).session(&session.id);
    if act == Act::Reopen {
        happening = happening.detail("password", person.password_stolen_at.map_or("as before", |_| "stopped"));
    }
    happened(visit, &mut tx, happening).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done={said}")))
}

async fn set_closed(visit: &Visit, tx: &mut Tx, person: &Person, at: Option<i64>) -> Result<()> {
    tx.execute(
        "UPDATE person SET closed_at = $3 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, at],
    )
    .await?;
    Ok(())
}

async fn invite_again(visit: &Visit, tx: &mut Tx, person: &Person, session: &Session) -> Result<()> {
    tx.execute(
        "UPDATE person SET invited_at = $3 WHERE practice_id = $1 AND id = $2 AND joined_at IS NULL",
        args![&visit.practice()?.id, &person.id, visit.now],
    )
    .await?;
    invitation::invite(visit, tx, person, &session.name).await
}

/// Nothing that was given out before works any more: sessions, attempts, recognised devices, links, codes,
/// PINs, a client's change of address. Only "this wasn't
/// me" in older mails still does: it opens nothing, and what it stops may be the reason for what is done here.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn end_everything(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    let practice = &visit.practice()?.id;
    session::end_all(visit, tx, &person.id, None).await?;
    device::end_all(visit, tx, &person.id).await?;
    tx.execute(
        "UPDATE token SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND used_at IS NULL AND replaced_at IS NULL AND purpose <> 'not-me'",
        args![practice, &person.id, visit.now],
    )
    .await?;
    tx.execute(
        "UPDATE mobile_code SET used_at = $3 WHERE practice_id = $1 AND person_id = $2 AND used_at IS NULL",
        args![practice, &person.id, visit.now],
    )
    .await?;
    tx.execute("DELETE FROM totp_setup WHERE practice_id = $1 AND person_id = $2", args![practice, &person.id]).await?;
    tx.execute(
        "UPDATE pin SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND used_at IS NULL AND replaced_at IS NULL",
        args![practice, &person.id, visit.now],
    )
    .await?;
    client_email::end_under_way(visit, tx, &person.id).await?;
    Ok(())
}
