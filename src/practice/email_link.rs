//! The link mailed to a colleague's new address: opening it changes nothing, the button makes the address theirs.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::people_email::PURPOSE;
use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::web::{Visit, go, page, page_with};
use crate::sign_in::{device, link, person, session};

#[derive(askama::Template)]
#[template(path = "practice/email_link.html")]
struct LinkPage {
    frame: Frame,
    /// The path to post to; none when there is nothing left to do.
    token: Option<String>,
    words: String,
}

#[derive(sqlx::FromRow)]
struct Waiting {
    person_id: String,
    sent_to: String,
    data: String,
    created_at: i64,
}

/// `GET /new-address/{token}`.
pub async fn ask(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT expires_at FROM token WHERE practice_id = $1 AND hash = $2 AND purpose = $3 AND used_at IS NULL
                AND replaced_at IS NULL AND expires_at > $4",
            args![&visit.practice()?.id, secret::hash_token(&token), PURPOSE, visit.now],
        )
        .await?;
    if row.is_none() {
        return over(&visit, &token).await;
    }
    let words = visit.say_with("new-address-what", &[("practice", &visit.practice()?.name)]);
    page(&LinkPage { frame: Frame::new(&visit, "new-address-title"), token: Some(token), words })
}

/// `POST /new-address/{token}`.
pub async fn answer(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let mut tx = visit.db()?.write().await?;
    // Pressed twice, or shown again: the page says what became of it.
    let Some(waiting) = take(&visit, &mut tx, &token).await? else { return Ok(go(&visit.path)) };
    let practice = &visit.practice()?.id;
    let person = person::by_id_in(&mut tx, practice, &waiting.person_id).await?;
    let data = visit.server.open(PURPOSE, &[practice, &person.id], &waiting.data)?;
    let data: serde_json::Value = serde_json::from_str(&data).map_err(|error| Error::fault("token", error))?;
    let text = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
    let Ok(email) = Email::parse(&text("email")) else { return dead(&visit) };
    if person.closed_at.is_some() || person.joined_at.is_none() || email.canonical() != waiting.sent_to {
        return dead(&visit);
    }
    // Whoever entered it may have lost the role since, and the address stands for them alone.
    let asked_by = person::by_id_in(&mut tx, practice, &text("by")).await?;
    if !asked_by.is_administrator() || asked_by.closed_at.is_some() {
        return dead(&visit);
    }
    let changed = tx
        .execute(
            "UPDATE person SET email = $3, email_key = $4,
                email_changed_at = CASE WHEN email_key = $4 THEN email_changed_at ELSE $5 END,
                email_changed_by = CASE WHEN email_key = $4 THEN email_changed_by ELSE $6 END,
                password_stolen_at = CASE WHEN email_disputed_at IS NULL THEN password_stolen_at ELSE $5 END, email_disputed_at = NULL
             WHERE practice_id = $1 AND id = $2 AND email_key = $7 AND NOT EXISTS (
                SELECT 1 FROM person o WHERE o.practice_id = $1 AND o.email_key = $4 AND o.kind = 'staff' AND o.id <> $2)
                AND NOT EXISTS (
                SELECT 1 FROM token n WHERE n.practice_id = $1 AND n.person_id = $2 AND n.purpose = 'not-me' AND n.used_at > $8)",
            args![
                practice,
                &person.id,
                email.typed(),
                email.canonical(),
                visit.now,
                text("by"),
                text("before"),
                waiting.created_at
            ],
        )
        .await?;
    if changed != 1 {
        return dead(&visit);
    }
    // Links that were sent to the old address end with it, but for "this wasn't me": whoever lost the address keeps that.
    tx.execute(
        "UPDATE token SET replaced_at = $3 WHERE practice_id = $1 AND person_id = $2 AND used_at IS NULL AND replaced_at IS NULL AND purpose <> 'not-me'",
        args![practice, &person.id, visit.now],
    )
    .await?;
    // Whoever had the account by the address before is out.
    session::end_all(&visit, &mut tx, &person.id, None).await?;
    device::end_all(&visit, &mut tx, &person.id).await?;
    let changed = person::by_id_in(&mut tx, practice, &person.id).await?;
    let happening = Happening::of(Event::EmailChangedByAdministrator, &changed).before(&person);
    happened(&visit, &mut tx, happening.by(Actor::Person(text("by"), text("by_name")))).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&visit.path))
}

/// What a link that is over says: whoever pressed twice reads that the address is theirs, as long as it is.
async fn over(visit: &Visit, token: &str) -> Result<Response> {
    let used = link::look(visit, PURPOSE, token).await?.filter(|link| link.used_at.is_some());
    let Some(used) = used else { return dead(visit) };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &used.person_id).await?;
    match person.filter(|person| person.email_key == used.sent_to && person.closed_at.is_none()) {
        Some(person) => {
            let words = visit.say_with("new-address-done", &[("email", &person.email)]);
            page(&LinkPage { frame: Frame::new(visit, "new-address-title"), token: None, words })
        }
        None => dead(visit),
    }
}

/// Takes the link, once.
async fn take(visit: &Visit, tx: &mut Tx, token: &str) -> Result<Option<Waiting>> {
    tx.optional(
        "UPDATE token SET used_at = $4 WHERE practice_id = $1 AND hash = $2 AND purpose = $3 AND used_at IS NULL
            AND replaced_at IS NULL AND expires_at > $4 RETURNING person_id, sent_to, data, created_at",
        args![&visit.practice()?.id, secret::hash_token(token), PURPOSE, visit.now],
    )
    .await
}

fn dead(visit: &Visit) -> Result<Response> {
    let words = visit.say("new-address-dead");
    let frame = Frame::new(visit, "new-address-title");
    page_with(StatusCode::GONE, &LinkPage { frame, token: None, words })
}
