//! Inviting a colleague. Whether the address is known anywhere else is not told: the answer is the same.

use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin_alone, fresh_administrator};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names::clean_name;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::session::{self, Session};
use crate::sign_in::{invitation, person};

pub const ROLES: [&str; 3] = ["administrator", "practitioner", "reception"];
/// Longest name of a person, in characters.
pub const NAME_CHARS: usize = 100;

#[derive(askama::Template)]
#[template(path = "practice/people_invite.html")]
struct InvitePage {
    frame: Frame,
    name: String,
    email: String,
    role: String,
    wrong_name: Option<String>,
    wrong_email: Option<String>,
    wrong_role: Option<String>,
}

/// `GET /practice/people/new`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    page(&InvitePage::new(&visit, &session, &Fields::default()))
}

/// `POST /practice/people/new`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut form = InvitePage::new(&visit, &session, &fields);
    let name = clean_name(fields.text("name"), NAME_CHARS).map_err(|problem| visit.say(super::name_words(problem)));
    let email = Email::parse(fields.trimmed("email")).map_err(|_| visit.say("people-wrong-email"));
    let role = ROLES.into_iter().find(|role| *role == fields.text("role"));
    let (Ok(name), Ok(email), Some(role)) = (&name, &email, role) else {
        form.wrong_name = name.err();
        form.wrong_email = email.err();
        form.wrong_role = role.is_none().then(|| visit.say("people-wrong-role"));
        return form.again();
    };
    let practice = &visit.practice()?.id;
    if person::staff_by_email(visit.db()?, practice, email.canonical()).await?.is_some() {
        form.wrong_email = Some(visit.say("people-already-here"));
        return form.again();
    }
    let lane = visit.lane("invitations", &session.person_id)?;
    if !visit.within(&lane, 200, 86_400).await? {
        form.wrong_email = Some(visit.say("people-invite-enough"));
        return form.with(StatusCode::TOO_MANY_REQUESTS);
    }

    // write
    write(&visit, &session, name, email, role).await
}

async fn write(visit: &Visit, session: &Session, name: &str, email: &Email, role: &str) -> Result<Response> {
    let practice = &visit.practice()?.id;
    let id = visit.new_id();
    let mut tx = begin_alone(visit, session).await?;
    let added = tx
        .execute(
            "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, invited_at, created_at)
             VALUES ($1, $2, 'staff', $3, $4, $5, $6, $7, $7) ON CONFLICT DO NOTHING",
            args![practice, &id, role, name, email.typed(), email.canonical(), visit.now],
        )
        .await?;
    if added != 1 {
        // Another administrator invited the same address a moment ago: the form says so when it is sent again.
        return Err(Error::Conflict);
    }
    let person = person::by_id_in(&mut tx, practice, &id).await?;
    invitation::invite(visit, &mut tx, &person, &session.name).await?;
    let happening = Happening::of(Event::Invited, &person).by(actor(session)).session(&session.id);
    happened(visit, &mut tx, happening.detail("role", role)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=invited-again")))
}

impl InvitePage {
    fn new(visit: &Visit, session: &Session, fields: &Fields) -> InvitePage {
        InvitePage {
            frame: session::frame(visit, session, "people-invite-title"),
            name: fields.text("name").to_owned(),
            email: fields.trimmed("email").to_owned(),
            role: fields.text("role").to_owned(),
            wrong_name: None,
            wrong_email: None,
            wrong_role: None,
        }
    }

    fn again(self) -> Result<Response> {
        self.with(StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn with(self, status: StatusCode) -> Result<Response> {
        page_with(status, &self)
    }
}
