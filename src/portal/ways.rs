//! `/me/ways`: how a client signs in here, in plain words; shown by itself once after a change (C15, N5), and always there
//! from My info. Who is shown it when is decided in `factors/news.rs`.

use std::sync::Arc;

use axum::response::Response;

use crate::args;
use crate::factors::news;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::practice::Practice;
use crate::platform::web::{Fields, Query, Visit, go, page, safe_path};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "portal/ways.html")]
struct WaysPage {
    frame: Frame,
    person: Person,
    practice: Arc<Practice>,
    /// The client has a password that opens nothing.
    idle_password: bool,
    /// Their mails have a code and no link.
    code_only: bool,
    /// A session from a PIN, which makes no passkey.
    by_pin: bool,
    /// Shown after a sign-in, because something changed.
    new: bool,
    then_path: String,
}

/// `GET /me/ways`; `?new=1&then=` after a sign-in, which whoever has read it passes by.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let practice = Arc::clone(visit.practice()?);
    let (new, then_path) = (query.ticked("new"), safe_path(query.text("then"), "/me"));
    let idle_password = news::has_idle_password(&person, &practice);
    if new && idle_password && has_read(&visit, &person.id).await? {
        return Ok(go(&then_path));
    }
    let frame = session::frame(&visit, &session, if new { "ways-new-title" } else { "ways-title" });
    let code_only = person::mails_have_no_link(&visit, &person).await?;
    page(&WaysPage { frame, code_only, by_pin: session.is_by_pin(), person, practice, idle_password, new, then_path })
}

/// `POST /me/ways`: read, and on to where the client wanted to go.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let (_, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let sql = "UPDATE person SET ways_read_at = $3 WHERE practice_id = $1 AND id = $2";
    visit.db()?.execute(sql, args![&visit.practice()?.id, &person.id, visit.now]).await?;
    Ok(go(&safe_path(fields.text("then"), "/me")))
}

/// Whether the client has read the news since the ways last changed.
async fn has_read(visit: &Visit, person: &str) -> Result<bool> {
    let practice = visit.practice()?;
    let row: Option<(Option<i64>,)> = visit
        .db()?
        .optional("SELECT ways_read_at FROM person WHERE practice_id = $1 AND id = $2", args![&practice.id, person])
        .await?;
    let read = row.and_then(|(read,)| read);
    Ok(read.is_some_and(|read| practice.client_ways_since.is_none_or(|changed| read >= changed)))
}

async fn enter(visit: &Visit) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match session::required(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    Ok(Ok((session, person.filter(Person::is_client).ok_or(Error::NotFound)?)))
}

impl WaysPage {
    fn keeps_passwords(&self) -> bool {
        self.practice.client_passwords != 0
    }

    /// How a client to whom no mail goes comes in.
    fn without_mail(&self) -> &'static str {
        match (self.practice.pin_by.as_str(), self.person.password_opens(&self.practice), self.person.passkeys > 0) {
            ("nobody", true, true) => "ways-no-mail-either",
            ("nobody", true, false) => "ways-no-mail-password",
            ("nobody", false, true) => "ways-no-mail-passkey",
            ("nobody", false, false) => "ways-no-mail-ask",
            _ => "ways-no-mail-pin",
        }
    }
}
