//! A colleague's new address, entered by an administrator: it counts only once a link mailed to it was used; the old
//! address is told at once, and resets are then held for a day (see [`Person::address_waits_until`]).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin, colleague, fresh_administrator, own_account};
use crate::args;
use crate::notices::compose::{self, Letter};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::limit;
use crate::platform::secret;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// How long the link to the new address is good (seconds).
const LINK_SECONDS: i64 = 86_400;
/// What the token is for, and the label of the address sealed in it.
pub const PURPOSE: &str = "email-by-administrator";

#[derive(askama::Template)]
#[template(path = "practice/people_email.html")]
struct EmailPage {
    frame: Frame,
    person_id: String,
    now: String,
    email: String,
    wrong: Option<String>,
}

/// `GET /practice/people/{id}/email`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if id == session.person_id {
        return own_account(&visit, &session).await;
    }
    let person = colleague(&visit, &id).await?;
    if person.closed_at.is_some() {
        return Ok(go(&format!("/practice/people/{id}")));
    }
    page(&EmailPage::new(&visit, &session, &person, "", None).await?)
}

/// `POST /practice/people/{id}/email`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let session = match fresh_administrator(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if id == session.person_id {
        return own_account(&visit, &session).await;
    }
    if fields.text("do") == "withdraw" {
        return withdraw(&visit, &session, &id).await;
    }
    let person = colleague(&visit, &id).await?;
    let again = async |message: &str| {
        let wrong = Some(visit.say(message));
        let form = EmailPage::new(&visit, &session, &person, fields.trimmed("email"), wrong).await?;
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
    };
    let Ok(email) = Email::parse(fields.trimmed("email")) else { return again("people-wrong-email").await };
    // Of a disputed address an administrator says so by entering it once more.
    if email.typed() == person.email && !person.address_is_disputed(visit.now) {
        return again("people-email-same").await;
    }
    let practice = &visit.practice()?.id;
    let other = person::staff_by_email(visit.db()?, practice, email.canonical()).await?;
    if other.is_some_and(|other| other.id != person.id) {
        return again("people-already-here").await;
    }
    let lane = visit.lane("email change", email.canonical())?;
    if !limit::mail_allowed(visit.db()?, practice, &lane, visit.now).await? {
        return again("people-mail-wait").await;
    }

    // write
    let (mut tx, person) = begin(&visit, &session, &id).await?;
    if person.closed_at.is_some() {
        return Err(Error::NotFound);
    }
    mail_link(&visit, &mut tx, &session, &person, &email).await?;
    let happening = Happening::of(Event::EmailChangeAskedByAdministrator, &person).by(actor(&session));
    happened(&visit, &mut tx, happening.session(&session.id).detail("new_email", &email.masked())).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=email-asked")))
}

async fn mail_link(visit: &Visit, tx: &mut Tx, session: &Session, person: &Person, email: &Email) -> Result<()> {
    let practice = visit.practice()?;
    link::replace_older(visit, tx, PURPOSE, &person.id).await?;
    let token = visit.new_token();
    let data =
        serde_json::json!({ "email": email.typed(), "by": session.person_id, "by_name": session.name }).to_string();
    tx.execute(
        "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            &practice.id, secret::hash_token(&token), PURPOSE, &person.id, email.canonical(),
            visit.server.seal(PURPOSE, &[&practice.id, &person.id], &data)?, visit.now, visit.now + LINK_SECONDS,
        ],
    )
    .await?;
    let link = format!("{}/new-address/{token}", visit.server.home_of(practice));
    let language = person.language.clone().unwrap_or_else(|| practice.language.clone());
    let words = vec![("name", person.name.clone()), ("actor", session.name.clone()), ("url", link)];
    let letter =
        Letter { name: "new-address", to: email.typed(), person_id: Some(&person.id), language: &language, words };
    compose::letter(visit, tx, &letter).await
}

impl EmailPage {
    async fn new(
        visit: &Visit,
        session: &Session,
        person: &Person,
        email: &str,
        wrong: Option<String>,
    ) -> Result<EmailPage> {
        Ok(EmailPage {
            frame: session::frame(visit, session, "people-act-email"),
            person_id: person.id.clone(),
            now: person.email.clone(),
            email: email.to_owned(),
            wrong,
        }
    }
}
