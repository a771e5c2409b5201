//! A colleague's new address, entered by an administrator: it counts only once a link mailed to it was used; the old
//! address is told at once, and resets are then held for a day (see [`Person::address_waits_until`]).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, begin, colleague, fresh_administrator, own_account};
use crate::args;
use crate::factors::mine_email_waiting;
use crate::notices::compose::{self, Letter};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};
use crate::sign_in::{invitation, link};

/// How long the link to the new address is good (seconds).
const LINK_SECONDS: i64 = 86_400;
pub use crate::factors::mine_email_waiting::BY_ADMINISTRATOR as PURPOSE;

#[derive(askama::Template)]
#[template(path = "practice/people_email.html")]
struct EmailPage {
    frame: Frame,
    person_id: String,
    now: String,
    email: String,
    wrong: Option<String>,
    /// The person never joined: a new address gets an invitation of its own.
    invited: bool,
    waiting: Option<Waiting>,
}

/// A new address whose mailbox is still to be proved.
pub struct Waiting {
    pub email: String,
    /// Unix seconds.
    pub until: i64,
}

impl Waiting {
    /// What the pages of that person say of it.
    pub fn words(&self, visit: &Visit) -> String {
        visit.say_with(
            "people-email-waiting",
            &[("email", &self.email), ("time", &when::full(self.until, visit.zone()))],
        )
    }
}

/// The new address that waits for a person, if one does.
///
/// # Errors
/// Faults of the database, and an address that does not open.
pub async fn waiting(visit: &Visit, person: &str) -> Result<Option<Waiting>> {
    let practice = &visit.practice()?.id;
    let row: Option<(String, i64)> = visit
        .db()?
        .optional(
            "SELECT data, expires_at FROM token WHERE practice_id = $1 AND person_id = $2 AND purpose = $3 AND used_at IS NULL
                AND replaced_at IS NULL AND expires_at > $4 ORDER BY created_at DESC, hash DESC LIMIT 1",
            args![practice, person, PURPOSE, visit.now],
        )
        .await?;
    let Some((sealed, until)) = row else { return Ok(None) };
    let plain = visit.server.open(PURPOSE, &[practice, person], &sealed)?;
    let value: serde_json::Value = serde_json::from_str(&plain).map_err(|error| Error::fault("token", error))?;
    Ok(Some(Waiting { email: value["email"].as_str().unwrap_or_default().to_owned(), until }))
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
    if !visit.mail_allowed(&lane).await? {
        return again("people-mail-wait").await;
    }

    // write
    let (mut tx, person) = begin(&visit, &session, &id).await?;
    if person.closed_at.is_some() {
        return Err(Error::NotFound);
    }
    if person.joined_at.is_none() {
        return invite_there(&visit, tx, &session, &person, &email).await;
    }
    mail_link(&visit, &mut tx, &session, &person, &email).await?;
    let happening = Happening::of(Event::EmailChangeAskedByAdministrator, &person).by(actor(&session));
    happened(&visit, &mut tx, happening.session(&session.id).detail("new_email", &email.masked())).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=email-asked")))
}

/// The address of somebody who never joined: they have nothing but their invitation, which proves the new mailbox as well as
/// a link of its own would. The one in the other mailbox ends.
async fn invite_there(
    visit: &Visit,
    mut tx: Tx,
    session: &Session,
    person: &Person,
    email: &Email,
) -> Result<Response> {
    let practice = &visit.practice()?.id;
    let changed = tx
        .execute(
            "UPDATE person SET email = $3, email_key = $4 WHERE practice_id = $1 AND id = $2 AND joined_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM person o WHERE o.practice_id = $1 AND o.email_key = $4 AND o.kind = 'staff' AND o.id <> $2)",
            args![practice, &person.id, email.typed(), email.canonical()],
        )
        .await?;
    if changed != 1 {
        // They joined, or somebody else got the address, in this moment: the page shows how it is now.
        return Ok(go(&format!("/practice/people/{}/email", person.id)));
    }
    link::replace_older(visit, &mut tx, PURPOSE, &person.id).await?;
    let there = person::by_id_in(&mut tx, practice, &person.id).await?;
    let happening = Happening::of(Event::EmailChangeAskedByAdministrator, &there).by(actor(session));
    happened(visit, &mut tx, happening.session(&session.id).detail("new_email", &email.masked())).await?;
    invitation::invite(visit, &mut tx, &there, &session.name).await?;
    let happening = Happening::of(Event::InvitedAgain, &there).by(actor(session));
    happened(visit, &mut tx, happening.session(&session.id)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{}?done=invited-again", person.id)))
}

/// Takes back an address that was entered wrongly: its link, which opens for one press, works no more.
async fn withdraw(visit: &Visit, session: &Session, id: &str) -> Result<Response> {
    let (mut tx, person) = begin(visit, session, id).await?;
    if !mine_email_waiting::end(visit, &mut tx, &person, PURPOSE).await? {
        // Confirmed or taken back meanwhile: the page shows which address it is.
        return Ok(go(&format!("/practice/people/{id}")));
    }
    let happening = Happening::of(Event::EmailChangeWithdrawn, &person).by(actor(session)).session(&session.id);
    happened(visit, &mut tx, happening).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/people/{id}?done=email-withdrawn")))
}

/// Ends the addresses that this administrator entered for colleagues: they stand for whoever entered them alone, who has the role or the
/// account no more.
///
/// # Errors
/// Faults and conflicts of the database, and an address that does not open.
pub(super) async fn end_entered_by(visit: &Visit, tx: &mut Tx, session: &Session, by: &Person) -> Result<()> {
    let practice = &visit.practice()?.id;
    let waiting: Vec<(String, String)> = tx
        .all(
            "SELECT t.person_id, t.data FROM person p JOIN token t ON t.practice_id = p.practice_id AND t.person_id = p.id
             WHERE p.practice_id = $1 AND p.kind = 'staff' AND t.purpose = $2 AND t.used_at IS NULL AND t.replaced_at IS NULL
                AND t.expires_at > $3",
            args![practice, PURPOSE, visit.now],
        )
        .await?;
    for (person, sealed) in waiting {
        // What does not open says nothing of who entered it, and confirms nothing: it ends too, and holds up nobody's closing.
        let plain = visit.server.open(PURPOSE, &[practice, &person], &sealed).ok();
        let value = plain.and_then(|plain| serde_json::from_str::<serde_json::Value>(&plain).ok());
        if value.is_some_and(|value| value["by"].as_str() != Some(&by.id)) {
            continue;
        }
        // A newer one ended the older: whoever entered the one that waits entered all that still do.
        let person = person::by_id_in(tx, practice, &person).await?;
        if mine_email_waiting::end(visit, tx, &person, PURPOSE).await? {
            let happening = Happening::of(Event::EmailChangeWithdrawn, &person).by(actor(session)).session(&session.id);
            happened(visit, tx, happening).await?;
        }
    }
    Ok(())
}

async fn mail_link(visit: &Visit, tx: &mut Tx, session: &Session, person: &Person, email: &Email) -> Result<()> {
    let practice = visit.practice()?;
    link::replace_older(visit, tx, PURPOSE, &person.id).await?;
    let token = visit.new_token();
    let data = serde_json::json!({
        "email": email.typed(), "before": person.email_key, "by": session.person_id, "by_name": session.name,
    })
    .to_string();
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
    let (to, until) = (email.typed(), Some(visit.now + LINK_SECONDS));
    let letter = Letter { name: "new-address", to, person_id: Some(&person.id), language: &language, words, until };
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
            invited: person.joined_at.is_none(),
            waiting: waiting(visit, &person.id).await?,
        })
    }
}
