//! Adding a client or a contact of one: a name and an address; they sign in by mail whenever they like. Several people may
//! have the same address.

use axum::http::StatusCode;
use axum::response::Response;

use super::clients_one::also;
use super::{actor, clients_reference, fresh_member};
use crate::args;
use crate::factors::client_mail;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::names::clean_name;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person;
use crate::sign_in::session::{self, Session};

/// Within so many seconds the same form of the same member is the same press.
const PRESS_SECONDS: i64 = 60;

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
    /// Who may be the same person.
    twin: Option<Twin>,
}

/// Somebody of the same name, address and role.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Twin {
    id: String,
    name: String,
    reference: Option<String>,
    created_at: i64,
}

/// What somebody of the same name and address means for whoever is to be added.
enum Same {
    Nobody,
    /// The same person: two such people could be told apart by nobody.
    There(Twin),
    /// One of the two has no reference: only the practice knows.
    Perhaps(Twin),
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
    let (Ok(name), Ok(email), Ok(reference)) = (&name, &email, &reference) else {
        let mut add = AddPage::filled(&visit, &session, &fields).taken(&visit, holder);
        if reference.is_err() {
            add.reference_problem = Some(visit.say("clients-add-reference-long"));
        }
        add.name_problem = name.is_err().then(|| visit.say("clients-add-name"));
        add.email_problem = email.is_err().then(|| visit.say("forgot-not-an-address"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &add);
    };

    // write
    let practice = &visit.practice()?.id;
    let role = if fields.text("role") == "contact" { "contact" } else { "client" };
    let mut tx = act::begin(&visit, &session).await?;
    // Judged here, so that a form sent twice at once makes one client of one person.
    let twins = twins(&mut tx, practice, role, name, email.canonical()).await?;
    let twin = match same(twins, reference.as_deref()) {
        Same::There(twin) => {
            let done = if is_of_this_press(&visit, &mut tx, &session, &twin).await? { "added" } else { "there" };
            return Ok(go(&format!("/practice/clients/{}?done={done}", twin.id)));
        }
        Same::Perhaps(twin) if !fields.ticked("another") => Some(twin),
        Same::Perhaps(_) | Same::Nobody => None,
    };
    if twin.is_some() || holder.is_some() {
        drop(tx);
        let add = AddPage { twin, ..AddPage::filled(&visit, &session, &fields).taken(&visit, holder) };
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &add);
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
    let quiet = client_mail::stay_quiet(&visit, &mut tx, &added, actor(&session)).await?;
    tx.commit().await?;
    Ok(go(&format!("/practice/clients/{id}?done=added{}", also(quiet))))
}

/// Who has that name and address already, oldest first.
async fn twins(tx: &mut Tx, practice: &str, role: &str, name: &str, email_key: &str) -> Result<Vec<Twin>> {
    let mut people: Vec<Twin> = tx
        .all(
            "SELECT id, name, reference, created_at FROM person
             WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' AND role = $3 ORDER BY created_at, id",
            args![practice, email_key, role],
        )
        .await?;
    people.retain(|person| person.name.to_lowercase() == name.to_lowercase());
    Ok(people)
}

/// Who of them has the same reference, or like the new one none, is the same person; who has another one is another. Where one
/// of the two has none it is asked.
fn same(twins: Vec<Twin>, reference: Option<&str>) -> Same {
    if let Some(twin) = twins.iter().find(|twin| twin.reference.as_deref() == reference) {
        return Same::There(twin.clone());
    }
    let unsure = |twin: &Twin| twin.reference.is_none() || reference.is_none();
    twins.into_iter().find(unsure).map_or(Same::Nobody, Same::Perhaps)
}

/// Whether this member added them a moment ago: the same button pressed twice.
async fn is_of_this_press(visit: &Visit, tx: &mut Tx, session: &Session, twin: &Twin) -> Result<bool> {
    if visit.now - twin.created_at >= PRESS_SECONDS {
        return Ok(false);
    }
    let added: Option<(String,)> = tx
        .optional(
            "SELECT id FROM audit WHERE practice_id = $1 AND subject_id = $2 AND at >= $3 AND event = $4 AND actor_id = $5 LIMIT 1",
            args![&visit.practice()?.id, &twin.id, twin.created_at, Event::ClientAdded.word(), &session.person_id],
        )
        .await?;
    Ok(added.is_some())
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

    /// Says whose the reference is, where it is somebody's.
    fn taken(self, visit: &Visit, holder: Option<(String, String)>) -> AddPage {
        let reference_problem = holder.is_some().then(|| visit.say("clients-add-reference-taken"));
        AddPage { reference_problem, holder, ..self }
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
            twin: None,
        }
    }
}
