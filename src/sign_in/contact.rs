//! Contacts: who may open whose portal beside the client (C7). The contact signs in as who they are, by their own mail and
//! locks; the session says for whom, and ends the moment the practice or the client takes that away.

use super::person::{self, Person};
use super::remembered::Remembered;
use crate::args;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::{Db, Tx};
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// What a contact may be to a client; the words of the database.
pub const RELATIONS: [&str; 4] = ["parent", "partner", "carer", "other"];

/// A portal that a contact may open now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Portal {
    pub client_id: String,
    pub name: String,
    pub relation: String,
}

/// A contact of a client. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contact {
    pub person_id: String,
    pub name: String,
    pub email: String,
    pub relation: String,
    /// Since when they may open the client's portal.
    pub portal_since: Option<i64>,
    pub opened_at: Option<i64>,
}

// A client who has a lock, or whom mail alone never lets in, has nobody else in their portal either.
const PORTALS: &str = "SELECT c.client_id, p.name, c.relation FROM contact c
     JOIN person p ON p.practice_id = c.practice_id AND p.id = c.client_id
     WHERE c.practice_id = $1 AND c.person_id = $2 AND c.portal_since IS NOT NULL
        AND p.closed_at IS NULL AND p.passphrase IS NULL AND p.passkey_lock_since IS NULL AND p.private_since IS NULL
     ORDER BY p.name, p.id LIMIT 50";

/// The portals that a person may open as a contact, by name; at most 50.
///
/// # Errors
/// A failed read is a fault, never "none".
pub async fn portals(db: &Db, practice: &str, person: &str) -> Result<Vec<Portal>> {
    db.all(PORTALS, args![practice, person]).await
}

/// As [`portals`], within a transaction.
///
/// # Errors
/// As [`portals`].
pub async fn portals_in(tx: &mut Tx, practice: &str, person: &str) -> Result<Vec<Portal>> {
    tx.all(PORTALS, args![practice, person]).await
}

/// A client's contacts whose access is on, by name.
///
/// # Errors
/// As [`portals`].
pub async fn of_client(db: &Db, practice: &str, client: &str) -> Result<Vec<Contact>> {
    db.all(
        "SELECT c.person_id, p.name, p.email, c.relation, c.portal_since, c.opened_at FROM contact c
         JOIN person p ON p.practice_id = c.practice_id AND p.id = c.person_id
         WHERE c.practice_id = $1 AND c.client_id = $2 AND p.closed_at IS NULL ORDER BY p.name, p.id LIMIT 50",
        args![practice, client],
    )
    .await
}

/// The clients whose contact a person is, allowed or not: ids and names.
///
/// # Errors
/// As [`portals`].
pub async fn clients_of(db: &Db, practice: &str, person: &str) -> Result<Vec<(String, String)>> {
    db.all(
        "SELECT p.id, p.name FROM contact c JOIN person p ON p.practice_id = c.practice_id AND p.id = c.client_id
         WHERE c.practice_id = $1 AND c.person_id = $2 ORDER BY p.name, p.id LIMIT 50",
        args![practice, person],
    )
    .await
}

/// Opens a client's portal for a contact, in the transaction that makes the session say so; answers whether they may.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn open(visit: &Visit, tx: &mut Tx, contact: &Person, client: &str, session: &str) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let opened = tx
        .execute(
            "UPDATE contact SET opened_at = $4 WHERE practice_id = $1 AND client_id = $2 AND person_id = $3 AND portal_since IS NOT NULL
                AND EXISTS (SELECT 1 FROM person p WHERE p.practice_id = contact.practice_id AND p.id = contact.client_id
                    AND p.closed_at IS NULL AND p.passphrase IS NULL AND p.passkey_lock_since IS NULL AND p.private_since IS NULL)",
            args![practice, client, &contact.id, visit.now],
        )
        .await?;
    if opened == 0 {
        return Ok(false);
    }
    let client = person::by_id_in(tx, practice, client).await?;
    let by = Actor::Person(contact.id.clone(), contact.name.clone());
    happened(visit, tx, Happening::of(Event::PortalOpened, &client).by(by).session(session)).await?;
    Ok(true)
}

/// Takes the portal away from a contact; answers whether they had it. Sessions that opened it end with it.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn shut(visit: &Visit, tx: &mut Tx, client: &str, contact: &str) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let shut = tx
        .execute(
            "UPDATE contact SET portal_since = NULL WHERE practice_id = $1 AND client_id = $2 AND person_id = $3 AND portal_since IS NOT NULL",
            args![practice, client, contact],
        )
        .await?;
    tx.execute(
        "UPDATE session SET ended_at = $4 WHERE practice_id = $1 AND for_id = $2 AND person_id = $3 AND ended_at IS NULL",
        args![practice, client, contact, visit.now],
    )
    .await?;
    visit.server.kept::<Remembered>()?.forget(contact, visit.now);
    Ok(shut == 1)
}

/// Ends every session in which a contact has this client's portal open.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn end_all(visit: &Visit, tx: &mut Tx, client: &str) -> Result<()> {
    tx.execute(
        "UPDATE session SET ended_at = $3 WHERE practice_id = $1 AND for_id = $2 AND ended_at IS NULL",
        args![&visit.practice()?.id, client, visit.now],
    )
    .await?;
    Ok(())
}
