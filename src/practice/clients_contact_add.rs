//! A contact of a client: a parent, a partner, a carer, with an address and a sign-in of their own. Whoever is there already,
//! as a client or as another's contact, is not added a second time.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::clients_one::also;
use super::{actor, fresh_with_client};
use crate::args;
use crate::factors::{client_email, client_mail};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::names::clean_name;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::contact::RELATIONS;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/clients_contact_add.html")]
struct AddPage {
    frame: Frame,
    client: Person,
    name: String,
    email: String,
    relation: String,
    portal: bool,
    name_problem: Option<String>,
    email_problem: Option<String>,
    relation_problem: Option<String>,
    /// Who that is, where their access is off.
    off: Option<(String, String)>,
}

/// `GET /practice/clients/{id}/contacts/new`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match fresh_with_client(&visit, &id).await? {
        Ok((session, client)) => page(&AddPage::new(&visit, &session, client)),
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/{id}/contacts/new`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, client) = match fresh_with_client(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let (name, email) = (clean_name(fields.text("name"), 100), Email::parse(fields.trimmed("email")));
    let relation = RELATIONS.into_iter().find(|relation| *relation == fields.text("relation"));
    let (Ok(name), Ok(email), Some(relation)) = (&name, &email, relation) else {
        let mut again = AddPage::filled(&visit, &session, client, &fields);
        again.name_problem = name.is_err().then(|| visit.say("clients-add-name"));
        again.email_problem = email.is_err().then(|| visit.say("forgot-not-an-address"));
        again.relation_problem = relation.is_none().then(|| visit.say("contact-add-relation"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };

    // write
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    let (contact, quiet) = match found_or_added(&visit, &mut tx, &session, name, email).await? {
        Found::There(id) => (id, false),
        Found::New { id, quiet } => (id, quiet),
        Found::Off(off) => {
            drop(tx);
            let again = AddPage { off: Some(off), ..AddPage::filled(&visit, &session, client, &fields) };
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    if contact == client.id {
        let mut again = AddPage::filled(&visit, &session, client, &fields);
        again.name_problem = Some(visit.say("contact-add-self"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    // As in `clients_contact.rs`: while the client has a lock nobody is let in, nor told that they are.
    let locked = client_email::is_protected(&person::by_id_in(&mut tx, practice, &client.id).await?);
    let portal = fields.ticked("portal") && !locked;
    let added = tx
        .execute(
            "INSERT INTO contact (practice_id, client_id, person_id, relation, portal_since, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (practice_id, client_id, person_id) DO NOTHING",
            args![practice, &client.id, &contact, relation, portal.then_some(visit.now), visit.now],
        )
        .await?;
    if added == 1 {
        let events = [Some(Event::ContactAdded), portal.then_some(Event::ContactAllowed)];
        for event in events.into_iter().flatten() {
            let happening = Happening::of(event, &client).by(actor(&session)).session(&session.id);
            happened(&visit, &mut tx, happening.detail("who", name)).await?;
        }
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    let said = match (added, fields.ticked("portal") && locked) {
        (1, true) => "contact-added-locked",
        (1, false) => "contact-added",
        _ => "contact-there",
    };
    Ok(go(&format!("/practice/clients/{id}?done={said}{}", also(quiet))))
}

/// The person of that name behind that address.
enum Found {
    There(String),
    /// Their portal access is off; a second row would let them in.
    Off((String, String)),
    New {
        id: String,
        /// Mail to them names nobody, as it did there before.
        quiet: bool,
    },
}

async fn found_or_added(visit: &Visit, tx: &mut Tx, session: &Session, name: &str, email: &Email) -> Result<Found> {
    let practice = &visit.practice()?.id;
    let there: Vec<(String, String, Option<i64>)> = tx
        .all(
            "SELECT id, name, closed_at FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client'
             ORDER BY CASE WHEN closed_at IS NULL THEN 0 ELSE 1 END, created_at, id",
            args![practice, email.canonical()],
        )
        .await?;
    let known = there.into_iter().find(|(_, known, _)| known.to_lowercase() == name.to_lowercase());
    if let Some((id, name, closed_at)) = known {
        return Ok(if closed_at.is_some() { Found::Off((id, name)) } else { Found::There(id) });
    }
    let id = visit.new_id();
    tx.execute(
        "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
         VALUES ($1, $2, 'client', 'contact', $3, $4, $5, $6, $6)",
        args![practice, &id, name, email.typed(), email.canonical(), visit.now],
    )
    .await?;
    let added = person::by_id_in(tx, practice, &id).await?;
    let quiet = client_mail::stay_quiet(visit, tx, &added, actor(session)).await?;
    Ok(Found::New { id, quiet })
}

impl AddPage {
    /// With what was typed, to be put right.
    fn filled(visit: &Visit, session: &Session, client: Person, fields: &Fields) -> AddPage {
        let relation = RELATIONS.into_iter().find(|relation| *relation == fields.text("relation"));
        AddPage {
            name: fields.trimmed("name").to_owned(),
            email: fields.trimmed("email").to_owned(),
            relation: relation.unwrap_or_default().to_owned(),
            portal: fields.ticked("portal"),
            ..AddPage::new(visit, session, client)
        }
    }

    fn new(visit: &Visit, session: &Session, client: Person) -> AddPage {
        AddPage {
            frame: session::frame(visit, session, "contact-add-title"),
            client,
            name: String::new(),
            email: String::new(),
            relation: String::new(),
            portal: false,
            name_problem: None,
            email_problem: None,
            relation_problem: None,
            off: None,
        }
    }
}
