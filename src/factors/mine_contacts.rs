//! What a client sees and ends of their contacts, and how a contact opens another portal without a new mail.

use axum::extract::Path;
use axum::response::Response;

use super::mine;
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::web::{Fields, Visit, go};
use crate::sign_in::person;
use crate::sign_in::{act, contact, session};

/// `POST /me/portals`: opens the portal of a client whose contact the person is, or (empty) their own again.
pub async fn open(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = mine::myself(&visit, &session).await?;
    if !person.is_client() {
        return Err(Error::NotFound);
    }
    let wanted = Some(fields.text("client")).filter(|client| !client.is_empty());

    // write
    let mut tx = act::begin(&visit, &session).await?;
    if let Some(client) = wanted
        && !contact::open(&visit, &mut tx, &person, client, &session.id).await?
    {
        return Ok(go("/me"));
    }
    tx.execute(
        "UPDATE session SET for_id = $4 WHERE practice_id = $1 AND id = $2 AND person_id = $3 AND ended_at IS NULL",
        args![&visit.practice()?.id, &session.id, &person.id, wanted],
    )
    .await?;
    session::look_again(&visit, &person.id)?;
    tx.commit().await?;
    Ok(go("/me"))
}

/// `POST /me/contacts/{id}/shut`: the client takes their portal away from a contact. No mail tells of it.
pub async fn shut(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let client = mine::myself(&visit, &session).await?;
    if !client.is_client() {
        return Err(Error::NotFound);
    }

    // write
    let mut tx = act::begin(&visit, &session).await?;
    if contact::shut(&visit, &mut tx, &client.id, &id).await? {
        let who = person::by_id_in(&mut tx, &visit.practice()?.id, &id).await?;
        let shut = Happening::of(Event::ContactShut, &client).session(&session.id).detail("who", &who.name);
        happened(&visit, &mut tx, shut).await?;
    }
    tx.commit().await?;
    Ok(go("/me?done=contact-shut"))
}
