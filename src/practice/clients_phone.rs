//! A client's telephone number: the one that a member of the practice calls back before issuing a PIN. It is typed by the
//! practice, opens nothing by itself, and each change of it stands in the record and on the page where PINs are issued.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, fresh_with_client};
use crate::args;
use crate::factors::mobile::{self, MobileProblem};
use crate::factors::mobile_code;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

#[derive(askama::Template)]
#[template(path = "practice/clients_phone.html")]
struct PhonePage {
    frame: Frame,
    person: Person,
    phone: String,
    problem: Option<String>,
}

/// `GET /practice/clients/{id}/phone`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match fresh_with_client(&visit, &id).await? {
        Ok((session, person)) => {
            let phone = mobile_code::on_file(&visit, &person)?.unwrap_or_default();
            page(&PhonePage::new(&visit, &session, person, phone))
        }
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/{id}/phone`; an empty field takes the number off.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match fresh_with_client(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let typed = fields.trimmed("phone");
    let number = match mobile_code::read_phone(typed, &visit.practice()?.country).await? {
        Ok(number) => Some(number.e164().to_owned()),
        Err(MobileProblem::Empty) => None,
        Err(problem) => {
            let typed = typed.chars().take(40).collect();
            let mut again = PhonePage::new(&visit, &session, person, typed);
            again.problem = Some(mobile_code::problem_in_words(&visit, problem));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    let done = go(&format!("/practice/clients/{id}?done=phone"));

    // write
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(&visit, &session).await?;
    let now = person::by_id_in(&mut tx, practice, &person.id).await?;
    if now.closed_at.is_some() {
        return Err(Error::Forbidden);
    }
    if mobile_code::on_file(&visit, &now)? == number {
        return Ok(done);
    }
    let sealed = number.as_deref().map(|number| mobile_code::seal(&visit, &now.id, number)).transpose()?;
    tx.execute(
        "UPDATE person SET mobile = $3, mobile_proved_at = NULL WHERE practice_id = $1 AND id = $2",
        args![practice, &now.id, sealed],
    )
    .await?;
    let changed = Happening::of(Event::ClientPhoneChanged, &now).by(actor(&session)).session(&session.id);
    let after = number.as_deref().map(mobile::masked).unwrap_or_default();
    happened(&visit, &mut tx, changed.detail("after", &after)).await?;
    tx.commit().await?;
    Ok(done)
}

impl PhonePage {
    fn new(visit: &Visit, session: &Session, person: Person, phone: String) -> PhonePage {
        PhonePage { frame: session::frame(visit, session, "clients-phone-title"), person, phone, problem: None }
    }
}
