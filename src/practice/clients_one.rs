//! One client: the state of their sign-in, what became of each mail, and the way to each act.

use axum::extract::Path;
use axum::response::Response;

use super::clients_time_line::{self, Moment};
use super::{client, clients_reference, member};
use crate::args;
use crate::factors::client_email::{self, Change};
use crate::factors::{mobile_code, passkey_store};
use crate::platform::error::Result;
use crate::platform::frame::{Banner, Frame};
use crate::platform::web::{Fields, Query, Visit, page};
use crate::sign_in::contact::{self, Contact};
use crate::sign_in::person::Person;
use crate::sign_in::session;

/// What is said after an act, by the word in the query.
const DONE: &[&str] = &[
    "access-off",
    "access-on",
    "sessions-ended",
    "added",
    "there",
    "phone",
    "reference",
    "email-asked",
    "passkeys-deleted",
    "email-corrected",
    "email-changed",
    "email-held",
    "email-stopped",
    "contact-added",
    "contact-added-locked",
    "contact-locked",
    "contact-there",
    "contact-allowed",
    "contact-shut",
    "contact-removed",
];

#[derive(askama::Template)]
#[template(path = "practice/clients_one.html")]
struct OnePage {
    frame: Frame,
    person: Person,
    sessions: i64,
    /// Others behind the same mailbox.
    sharing: Vec<(String, String)>,
    /// A change of the address under way.
    change: Option<Change>,
    /// Since when mail to the address comes back.
    bounced_at: Option<i64>,
    contacts: Vec<Contact>,
    /// Whose contact this person is.
    contact_of: Vec<(String, String)>,
    moments: Vec<Moment>,
    /// When one of their passkeys was last used.
    passkey_used_at: Option<i64>,
    /// The number that the practice calls back.
    phone: Option<String>,
    /// What the practice's own software calls the client.
    reference: Option<String>,
    may_issue: bool,
}

/// `GET /practice/clients/{id}`.
pub async fn show(visit: Visit, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    let session = match member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let person = client(&visit, &id).await?;
    let mut frame = session::frame(&visit, &session, "clients-title");
    frame.title.clone_from(&person.name);
    frame.banner = banner(&visit, &query);
    page(&OnePage {
        frame,
        sessions: living(&visit, &person).await?,
        sharing: sharing(&visit, &person).await?,
        change: client_email::under_way(visit.db()?, &visit.practice()?.id, &person.id, visit.now).await?,
        bounced_at: bounced_at(&visit, &person).await?,
        contacts: contact::of_client(visit.db()?, &visit.practice()?.id, &person.id).await?,
        contact_of: contact::clients_of(visit.db()?, &visit.practice()?.id, &person.id).await?,
        moments: clients_time_line::of(&visit, &person).await?,
        passkey_used_at: passkey_store::of(&visit, &person.id).await?.iter().filter_map(|one| one.used_at).max(),
        phone: mobile_code::on_file(&visit, &person)?,
        reference: clients_reference::of(&visit, &person).await?,
        may_issue: super::clients_pin::may_issue(visit.practice()?, &session),
        person,
    })
}

/// What is said after an act.
fn banner(visit: &Visit, query: &Fields) -> Option<Banner> {
    let word = DONE.iter().find(|word| **word == query.text("done"))?;
    let mut text = visit.say(&format!("clients-done-{word}"));
    if query.text("also") == "discreet" {
        text = format!("{text} {}", visit.say("clients-done-also-discreet"));
    }
    Some(Banner { kind: if *word == "there" { "info" } else { "success" }, text })
}

/// What the query of this page has besides, where mail to somebody who came to a mailbox names nobody as it did there before.
pub(super) const fn also(quiet: bool) -> &'static str {
    if quiet { "&also=discreet" } else { "" }
}

async fn living(visit: &Visit, person: &Person) -> Result<i64> {
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT COUNT(*) FROM session WHERE practice_id = $1 AND person_id = $2 AND ended_at IS NULL AND ends_at > $3",
            args![&visit.practice()?.id, &person.id, visit.now],
        )
        .await?;
    Ok(row.map_or(0, |(count,)| count))
}

async fn bounced_at(visit: &Visit, person: &Person) -> Result<Option<i64>> {
    let row: Option<(Option<i64>,)> = visit
        .db()?
        .optional(
            "SELECT bounced_at FROM person WHERE practice_id = $1 AND id = $2",
            args![&visit.practice()?.id, &person.id],
        )
        .await?;
    Ok(row.and_then(|(at,)| at))
}

async fn sharing(visit: &Visit, person: &Person) -> Result<Vec<(String, String)>> {
    visit
        .db()?
        .all(
            "SELECT id, name FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' AND id <> $3 ORDER BY name, id LIMIT 20",
            args![&visit.practice()?.id, &person.email_key, &person.id],
        )
        .await
}
