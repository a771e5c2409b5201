//! `/me/portal-password`: a client sets, changes or removes the password with which they sign in here, where the practice
//! keeps passwords. It takes a proof of the last five minutes: whoever found an open page cannot set one, and whoever has
//! the mailbox stands before the client's own lock first.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::password::{MOST_PEOPLE, with_password};
use super::{lock, privacy};
use crate::args;
use crate::factors::password::hash;
use crate::factors::{password_own, password_strength};
use crate::notices::{Event, Happening, happened};
use crate::platform::asked;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Gone, Person};
use crate::sign_in::session::{self, Session};

/// Where a client shows who they are, and from there back here.
// What was typed is not kept on the way, which the page says when the client is back.
const PROVE: &str = "/portal/confirm?then=%2Fme%2Fportal-password%3Fdone%3Dnot-saved";
const DONE: &[&str] = &["set", "removed", "not-saved"];

#[derive(askama::Template)]
#[template(path = "portal/password_own.html")]
struct OwnPage {
    frame: Frame,
    person: Person,
    /// The practice keeps passwords; else an old one can only be removed.
    kept: bool,
    /// A session from a PIN: nothing here can be changed.
    by_pin: bool,
    /// No mail goes to this client.
    no_mail: bool,
    /// Who the person is was shown within five minutes.
    fresh: bool,
    least: String,
    problems: Vec<String>,
}

/// `GET /me/portal-password`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut own = OwnPage::new(&visit, &session, person, vec![])?;
    own.frame.banner = DONE.iter().find(|word| **word == query.text("done")).map(|word| Banner {
        kind: if *word == "not-saved" { "warning" } else { "success" },
        text: visit.say(&format!("portal-password-done-{word}")),
    });
    page(&own)
}

/// `POST /me/portal-password`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let (session, person) = match enter(&visit).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    privacy::refuse_pin(&session)?;
    match fields.text("do") {
        // Pressed twice: there is none any more.
        "remove" if person.password.is_none() => Ok(go("/me/portal-password?done=removed")),
        "remove" if is_the_last_way(&visit, &person)? => {
            let own = OwnPage::new(&visit, &session, person, vec![visit.say("portal-password-keeps")])?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &own)
        }
        "remove" if !session.is_fresh(visit.now) => Ok(go("/portal/confirm?then=%2Fme%2Fportal-password")),
        "remove" => remove(&visit, &session, &person).await,
        _ if !session.is_fresh(visit.now) => Ok(go(PROVE)),
        _ => set(&visit, &session, person, fields.text("password")).await,
    }
}

async fn set(visit: &Visit, session: &Session, person: Person, typed: &str) -> Result<Response> {
    // read and work
    let practice = visit.practice()?;
    if practice.client_passwords == 0 {
        return Err(Error::NotFound);
    }
    let mut problems = password_strength::problems(visit, &person, &person.name, typed).await?;
    if problems.is_empty() && password_own::is_in_place(visit, &person, typed).await? {
        let just_set = person.password_set_at.is_some_and(|at| asked::a_moment_ago(at, visit.now));
        if just_set && person.password_stolen_at.is_none() {
            return Ok(go("/me/portal-password?done=set"));
        }
        problems.push(visit.say("change-same"));
    }
    let others = with_password(visit.db()?, &practice.id, &person.email_key).await?;
    if others.iter().filter(|other| other.id != person.id).count() >= MOST_PEOPLE {
        problems = vec![visit.say("portal-password-enough")];
    }
    if !problems.is_empty() {
        let own = OwnPage::new(visit, session, person, problems)?;
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &own);
    }
    let new_hash = hash(visit, typed).await?;

    // write
    let mut tx = act::begin(visit, session).await?;
    let before = person.password.clone().unwrap_or_default();
    let changed = tx
        .execute(
            "UPDATE person SET password = $3, password_set_at = $4, password_stolen_at = NULL, password_change_by = NULL
             WHERE practice_id = $1 AND id = $2 AND COALESCE(password, '') = $5",
            args![&practice.id, &person.id, new_hash, visit.now, before],
        )
        .await?;
    if changed != 1 {
        // Another browser set one meanwhile: this is judged anew, as things are now.
        return Err(Error::Conflict);
    }
    lock::end_all_but(visit, &mut tx, &person, Some(&session.id)).await?;
    happened(visit, &mut tx, Happening::of(Event::PortalPasswordSet, &person).session(&session.id)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/me/portal-password?done=set"))
}

/// Whether the password lets the client in here, and nothing else would.
fn is_the_last_way(visit: &Visit, person: &Person) -> Result<bool> {
    let practice = visit.practice()?;
    Ok(person.password_opens(practice) && person.has_no_way_without(Gone::Password, practice))
}

/// Takes away a way in, and with it whoever came in by it: every other session, and sign-ins that wait at a lock.
async fn remove(visit: &Visit, session: &Session, person: &Person) -> Result<Response> {
    let mut tx = act::begin(visit, session).await?;
    // Here and not only before: mail or a passkey may have gone meanwhile.
    if is_the_last_way(visit, &person::by_id_in(&mut tx, &visit.practice()?.id, &person.id).await?)? {
        return Err(Error::Conflict);
    }
    let removed = tx
        .execute(
            "UPDATE person SET password = NULL, password_set_at = NULL, password_stolen_at = NULL, password_change_by = NULL
             WHERE practice_id = $1 AND id = $2 AND password IS NOT NULL",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    if removed == 1 {
        lock::end_all_but(visit, &mut tx, person, Some(&session.id)).await?;
        happened(visit, &mut tx, Happening::of(Event::PortalPasswordRemoved, person).session(&session.id)).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/me/portal-password?done=removed"))
}

/// A client with something to do here: a practice that keeps passwords, or an old password to remove.
async fn enter(visit: &Visit) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match session::required(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?;
    let person = person.filter(Person::is_client).ok_or(Error::NotFound)?;
    Ok(Ok((session, person)))
}

impl OwnPage {
    fn new(visit: &Visit, session: &Session, person: Person, problems: Vec<String>) -> Result<OwnPage> {
        Ok(OwnPage {
            frame: session::frame(visit, session, "portal-password-title").script("strength.js"),
            kept: visit.practice()?.client_passwords != 0,
            by_pin: session.is_by_pin(),
            no_mail: person.mail_form == "none",
            fresh: session.is_fresh(visit.now),
            least: password_strength::needed(visit, &person)?.code_points().to_string(),
            person,
            problems,
        })
    }
}
