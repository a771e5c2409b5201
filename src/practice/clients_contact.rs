//! One contact of a client: whether they may open the client's portal, and taking them off. What is taken away ends at
//! once, with every session that stood on it.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;

use super::{actor, client, fresh_member};
use crate::args;
use crate::factors::client_email;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page};
use crate::sign_in::act;
use crate::sign_in::contact::{self, Contact};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/clients_contact.html")]
struct ContactPage {
    frame: Frame,
    client: Person,
    contact: Contact,
    /// The client has a lock of their own: nobody else opens the portal, allowed or not.
    locked: bool,
}

/// `GET /practice/clients/{id}/contacts/{contact}`.
pub async fn ask(visit: Visit, Path((id, contact)): Path<(String, String)>) -> Result<Response> {
    let (session, client, contact) = match enter(&visit, &id, &contact).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let mut frame = session::frame(&visit, &session, "clients-title");
    frame.title.clone_from(&contact.name);
    let locked = client_email::is_protected(&client);
    page(&ContactPage { frame, client, contact, locked })
}

/// `POST /practice/clients/{id}/contacts/{contact}`.
pub async fn answer(visit: Visit, Path((id, contact)): Path<(String, String)>, fields: Fields) -> Result<Response> {
    // read
    let (session, client, contact) = match enter(&visit, &id, &contact).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };

    // write
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    let client = person::by_id_in(&mut tx, practice, &client.id).await?;
    let (event, said) = match fields.text("do") {
        // It would open nothing, and a mail about it would tell whoever reads the mailbox that there is a lock.
        "allow" if client_email::is_protected(&client) => (None, "contact-locked"),
        "allow" => {
            (allow(&visit, &mut tx, &client, &contact).await?.then_some(Event::ContactAllowed), "contact-allowed")
        }
        "shut" => {
            let shut = contact::shut(&visit, &mut tx, &client.id, &contact.person_id).await?;
            (shut.then_some(Event::ContactShut), "contact-shut")
        }
        "remove" => {
            (remove(&visit, &mut tx, &client, &contact).await?.then_some(Event::ContactRemoved), "contact-removed")
        }
        _ => return Ok(go(&format!("/practice/clients/{id}"))),
    };
    if let Some(event) = event {
        let happening = Happening::of(event, &client).by(actor(&session)).session(&session.id);
        happened(&visit, &mut tx, happening.detail("who", &contact.name)).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/clients/{id}?done={said}")))
}

async fn allow(visit: &Visit, tx: &mut Tx, client: &Person, contact: &Contact) -> Result<bool> {
    let allowed = tx
        .execute(
            "UPDATE contact SET portal_since = $4 WHERE practice_id = $1 AND client_id = $2 AND person_id = $3 AND portal_since IS NULL",
            args![&visit.practice()?.id, &client.id, &contact.person_id, visit.now],
        )
        .await?;
    Ok(allowed == 1)
}

async fn remove(visit: &Visit, tx: &mut Tx, client: &Person, contact: &Contact) -> Result<bool> {
    contact::shut(visit, tx, &client.id, &contact.person_id).await?;
    let removed = tx
        .execute(
            "DELETE FROM contact WHERE practice_id = $1 AND client_id = $2 AND person_id = $3",
            args![&visit.practice()?.id, &client.id, &contact.person_id],
        )
        .await?;
    Ok(removed == 1)
}

async fn enter(
    visit: &Visit,
    id: &str,
    contact: &str,
) -> Result<std::result::Result<(Arc<Session>, Person, Contact), Response>> {
    let session = match fresh_member(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let client = client(visit, id).await?;
    let contacts = contact::of_client(visit.db()?, &visit.practice()?.id, &client.id).await?;
    let found = contacts.into_iter().find(|one| one.person_id == contact).ok_or(Error::NotFound)?;
    Ok(Ok((session, client, found)))
}
