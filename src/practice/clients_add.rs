//! Adding a client or a contact of one: a name and an address; they sign in by mail whenever they like. Several people may
//! have the same address.

use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, clients_reference, fresh_member};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::names::clean_name;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::person;
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/clients_add.html")]
struct AddPage {
    frame: Frame,
    name: String,
    email: String,
    /// What the practice's own software calls the client.
    reference: String,
    contact: bool,
    name_problem: Option<String>,
    email_problem: Option<String>,
    reference_problem: Option<String>,
    /// Who has that reference.
    holder: Option<(String, String)>,
}

/// `GET /practice/clients/new`.
pub async fn ask(visit: Visit) -> Result<Response> {
    match fresh_member(&visit).await? {
        Ok(session) => page(&AddPage::new(&visit, &session)),
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/new`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let session = match fresh_member(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let (name, email) = (clean_name(fields.text("name"), 100), Email::parse(fields.trimmed("email")));
    let typed = fields.trimmed("reference");
    let reference = clients_reference::read(typed);
    let holder = clients_reference::holder(&visit, reference.as_ref().ok().and_then(Option::as_deref)).await?;
    let (Ok(name), Ok(email), Ok(reference), None) = (&name, &email, &reference, &holder) else {
        let mut add = AddPage::filled(&visit, &session, &fields);
        add.reference_problem = match (&reference, &holder) {
            (Err(()), _) => Some(visit.say("clients-add-reference-long")),
            (_, Some(_)) => Some(visit.say("clients-add-reference-taken")),
            _ => None,
        };
        add.holder = holder;
        add.name_problem = name.is_err().then(|| visit.say("clients-add-name"));
        add.email_problem = email.is_err().then(|| visit.say("forgot-not-an-address"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &add);
    };

    // write
    let practice = &visit.practice()?.id;
    let role = if fields.text("role") == "contact" { "contact" } else { "client" };
    let mut tx = visit.db()?.write().await?;
    let member = person::by_id_in(&mut tx, practice, &session.person_id).await?;
    if member.kind != "staff" || member.closed_at.is_some() {
        return Err(Error::Forbidden);
    }
    // Judged here, so that a form sent twice at once makes one client of one person.
    if let Some(there) = there(&mut tx, practice, role, name, email.canonical()).await? {
        drop(tx);
        return Ok(go(&format!("/practice/clients/{there}?done=there")));
    }
    let id = visit.new_id();
    tx.execute(
        "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at, reference)
         VALUES ($1, $2, 'client', $3, $4, $5, $6, $7, $7, $8)",
        args![practice, &id, role, name.as_str(), email.typed(), email.canonical(), visit.now, reference.clone()],
    )
    .await?;
    let added = person::by_id_in(&mut tx, practice, &id).await?;
    happened(&visit, &mut tx, Happening::of(Event::ClientAdded, &added).by(actor(&session)).session(&session.id))
        .await?;
    tx.commit().await?;
    Ok(go(&format!("/practice/clients/{id}?done=added")))
}

/// Who has that name and address already: two such people could be told apart by nobody.
async fn there(tx: &mut Tx, practice: &str, role: &str, name: &str, email_key: &str) -> Result<Option<String>> {
    let people: Vec<(String, String)> = tx
        .all(
            "SELECT id, name FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' AND role = $3 ORDER BY created_at, id",
            args![practice, email_key, role],
        )
        .await?;
    let same = people.into_iter().find(|(_, other)| other.to_lowercase() == name.to_lowercase());
    Ok(same.map(|(id, _)| id))
}

impl AddPage {
    /// With what was typed, to be put right.
    fn filled(visit: &Visit, session: &Session, fields: &Fields) -> AddPage {
        AddPage {
            name: fields.trimmed("name").to_owned(),
            email: fields.trimmed("email").to_owned(),
            reference: fields.trimmed("reference").to_owned(),
            contact: fields.text("role") == "contact",
            ..AddPage::new(visit, session)
        }
    }

    fn new(visit: &Visit, session: &Session) -> AddPage {
        AddPage {
            frame: session::frame(visit, session, "clients-add"),
            name: String::new(),
            email: String::new(),
            reference: String::new(),
            contact: false,
            name_problem: None,
            email_problem: None,
            reference_problem: None,
            holder: None,
        }
    }
}
