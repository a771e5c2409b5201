//! A passkey's name: offered when it is made, changed at will.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::passkey_lost::Loss;
use super::passkey_store::{self as store, Passkey, of_passkey};
use super::passkeys::GONE;
use super::{mine, passkey_new};
use crate::args;
use crate::notices::{Event, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names::{NameProblem, clean_name};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::sign_in::act;
use crate::sign_in::flash;
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "factors/passkey_name.html")]
struct NamePage {
    frame: Frame,
    short_id: String,
    name: String,
    /// It was made a moment ago.
    is_new: bool,
    /// It is new and the only one: another device or 2FA would be a second way in.
    only: Option<Loss>,
    /// By a client who may make another.
    client_makes: bool,
    /// Where the person goes on to; empty: to the list.
    then_path: String,
    problem: Option<String>,
}

/// `GET /me/passkeys/{id}/name`.
pub async fn ask(visit: Visit, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if session.is_by_pin() {
        return Err(Error::ByPin);
    }
    let passkey = match store::own(&visit, &session.person_id, &id).await {
        Err(Error::NotFound) => return Ok(go(GONE)),
        found => found?,
    };
    page(&name_page(&visit, &session, &passkey, &query).await?)
}

/// `POST /me/passkeys/{id}/name`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    if session.is_by_pin() {
        return Err(Error::ByPin);
    }
    let passkey = match store::own(&visit, &session.person_id, &id).await {
        Err(Error::NotFound) => return Ok(go(GONE)),
        found => found?,
    };
    let person = mine::myself(&visit, &session).await?;
    let name = match clean_name(fields.text("name"), store::MOST_NAME) {
        Ok(name) => name,
        Err(problem) => {
            let mut again = name_page(&visit, &session, &passkey, &fields).await?;
            again.name = fields.text("name").chars().take(200).collect();
            again.problem = Some(in_words(&visit, problem));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let mut others = store::of_in(&visit, &mut tx, &person.id).await?;
    others.retain(|other| other.id != passkey.id);
    let name = store::free_name(&others, &name);
    let renamed = tx
        .execute(
            "UPDATE passkey SET name = $4 WHERE practice_id = $1 AND person_id = $2 AND id = $3",
            args![&visit.practice()?.id, &person.id, &passkey.id, &name],
        )
        .await?;
    if renamed != 1 {
        drop(tx);
        return Ok(go(GONE));
    }
    if name != passkey.name {
        let happening = of_passkey(Event::PasskeyRenamed, &person, &name).detail("before", &passkey.name);
        happened(&visit, &mut tx, happening.session(&session.id)).await?;
    }
    tx.commit().await?;
    flash::signal(&visit);
    Ok(go(&way_on(&session, &passkey, &fields)))
}

/// Where the person wanted to go, else the list; pages of ours say what is done.
fn way_on(session: &Session, passkey: &Passkey, fields: &Fields) -> String {
    let is_new = fields.ticked("new");
    match safe_path(fields.text("then"), "").as_str() {
        "" if is_new => "/me/passkeys?done=added".to_owned(),
        "" => "/me/passkeys?done=renamed".to_owned(),
        "/me" if is_new && session.is_client() => "/me?done=passkey-added-client".to_owned(),
        "/me" if is_new && passkey.verified_at.is_none() => "/me?done=passkey-added-beside".to_owned(),
        "/me" if is_new => "/me?done=passkey-added".to_owned(),
        then_path => then_path.to_owned(),
    }
}

/// `asked` is the query or the form: whether it is new, and where the person goes on to.
async fn name_page(visit: &Visit, session: &Session, passkey: &Passkey, asked: &Fields) -> Result<NamePage> {
    let person = mine::myself(visit, session).await?;
    let is_new = asked.ticked("new");
    let title = if is_new { "passkey-name-new-title" } else { "passkey-name-title" };
    Ok(NamePage {
        frame: session::frame(visit, session, title),
        short_id: passkey.short_id.clone(),
        name: passkey.name.clone(),
        is_new,
        only: if is_new { Loss::of_the_only(visit, &person).await? } else { None },
        client_makes: session.is_client() && passkey_new::are_offered(visit, true)?,
        then_path: safe_path(asked.text("then"), ""),
        problem: None,
    })
}

fn in_words(visit: &Visit, problem: NameProblem) -> String {
    match problem {
        NameProblem::Empty => visit.say("passkey-name-empty"),
        NameProblem::TooLong { max } => visit.say_with("passkey-name-long", &[("max", &max.to_string())]),
        NameProblem::ControlCharacter | NameProblem::BidiControl => visit.say("passkey-name-hidden"),
    }
}
