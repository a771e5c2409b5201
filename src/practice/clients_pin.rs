//! A PIN for a client on the phone, as a last resort: born for the request number the client reads out, shown once, and
//! only after the member of the practice has said how they know who is calling.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::{actor, client, fresh_member};
use crate::args;
use crate::factors::password::hash;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::network::network_of;
use crate::platform::practice::Practice;
use crate::platform::secret::{hash_token, six_digits_of};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::platform::when;
use crate::portal::{MOST_TRIES, PIN_SECONDS, REQUEST_SECONDS};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

const MOST_A_DAY: i64 = 3;

#[derive(askama::Template)]
#[template(path = "practice/clients_pin.html")]
struct PinPage {
    frame: Frame,
    person: Person,
    /// The number on file, to call back.
    mobile: String,
    /// Who typed that number last, and when.
    mobile_since: Option<String>,
    number: String,
    how: String,
    /// One for each page: whoever presses its button twice gets one PIN.
    press: String,
    /// Private sign-in without a lock lets nobody in, with a PIN or without.
    opens_nothing: bool,
    problem: Option<String>,
    /// The request was made with another address than the client's; then it has to be confirmed.
    other_address: Option<String>,
    /// The PIN, the one time it is shown, and until when it works.
    pin: Option<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct Request {
    id: String,
    email: String,
    email_key: String,
    pin_tries: i64,
}

/// Whether a member of the practice may issue PINs.
pub fn may_issue(practice: &Practice, session: &Session) -> bool {
    match practice.pin_by.as_str() {
        "everyone" => session.kind == "staff",
        "administrators" => session.is_administrator(),
        _ => false,
    }
}

/// `GET /practice/clients/{id}/pin?number=`; the list of who is stuck fills the number in.
pub async fn ask(visit: Visit, Path(id): Path<String>, Query(query): Query) -> Result<Response> {
    match enter(&visit, &id).await? {
        Ok((session, person)) => {
            let number = query.text("number");
            let fine = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit());
            let mut pin_page = PinPage::new(&visit, &session, person).await?;
            pin_page.number = if fine { number.to_owned() } else { String::new() };
            page(&pin_page)
        }
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/{id}/pin`.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match enter(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let again = async |problem: &str, other: Option<String>| {
        let mut pin_page = PinPage::new(&visit, &session, person.clone()).await?;
        fields.trimmed("number").clone_into(&mut pin_page.number);
        fields.text("how").clone_into(&mut pin_page.how);
        pin_page.problem = Some(visit.say(problem));
        pin_page.other_address = other;
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &pin_page)
    };
    if opens_nothing(&person) {
        return again("pin-opens-nothing", None).await;
    }
    let how = fields.text("how");
    if let Some(problem) = how_problem(how, &person) {
        return again(problem, None).await;
    }
    let Some(request) = request(&visit, fields.trimmed("number")).await? else {
        return again("pin-no-request", None).await;
    };
    if request.pin_tries >= MOST_TRIES {
        return again("pin-request-tried", None).await;
    }
    if request.email_key != person.email_key && !fields.ticked("other") {
        return again("pin-other-address", Some(request.email)).await;
    }

    // work
    let id = id_of(&visit, &session, &person, &request, fields.text("press")).await?;
    let whose = [&visit.practice()?.id, &id, &person.id, &request.id, &session.person_id];
    let pin = six_digits_of(&visit.server.stable_key("pins"), &whose.map(String::as_str));
    let hashed = hash(&visit, &pin).await?;

    // write
    let new = NewPin { id: &id, request: &request, hash: &hashed, how };
    let Some(until) = issue(&visit, &session, &person, &new).await? else {
        return again("pin-enough", None).await;
    };
    let mut pin_page = PinPage::new(&visit, &session, person).await?;
    pin_page.pin = Some((pin, when::clock(until, visit.zone())));
    page(&pin_page)
}

/// Whether nothing opens the client's portal now: mail alone does not, and there is no lock to open.
fn opens_nothing(client: &Person) -> bool {
    client.is_private() && client.lock().is_none()
}

/// The id of the PIN that this press issues. The same press again is the same PIN, as long as that one could be typed.
async fn id_of(visit: &Visit, session: &Session, person: &Person, request: &Request, press: &str) -> Result<String> {
    let Ok(press) = super::checked_id(press) else { return Ok(visit.new_id()) };
    let issued: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT CAST(CASE WHEN person_id = $3 AND ask_id = $4 AND issued_by = $5 AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $6
                THEN 1 ELSE 0 END AS BIGINT) FROM pin WHERE practice_id = $1 AND id = $2",
            args![&visit.practice()?.id, press, &person.id, &request.id, &session.person_id, visit.now],
        )
        .await?;
    Ok(if issued.is_none_or(|(same,)| same == 1) { press.to_owned() } else { visit.new_id() })
}

/// What is wrong with what was said of how the member knows the client; nobody can be called back without a number on file.
pub(super) fn how_problem(how: &str, client: &Person) -> Option<&'static str> {
    match how {
        "in-person" => None,
        "called-back" if client.mobile.is_some() => None,
        "called-back" => Some("pin-how-no-number"),
        _ => Some("pin-how-missing"),
    }
}

struct NewPin<'a> {
    id: &'a str,
    request: &'a Request,
    hash: &'a str,
    how: &'a str,
}

/// Stores the PIN in the place of older ones, once, and answers until when it works; none when the client had three within the day.
async fn issue(visit: &Visit, session: &Session, person: &Person, new: &NewPin<'_>) -> Result<Option<i64>> {
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(visit, session).await?;
    let client = person::by_id_in(&mut tx, practice, &person.id).await?;
    if client.closed_at.is_some() {
        return Err(Error::Forbidden);
    }
    if opens_nothing(&client) {
        return Err(Error::Conflict);
    }
    let issued: Option<(i64, Option<i64>)> = tx
        .optional("SELECT expires_at, replaced_at FROM pin WHERE practice_id = $1 AND id = $2", args![practice, new.id])
        .await?;
    if let Some((until, replaced_at)) = issued {
        // The other press of the same button was quicker; where yet another PIN took its place, this is a new one.
        return if replaced_at.is_none() { Ok(Some(until)) } else { Err(Error::Conflict) };
    }
    let today: Option<(i64,)> = tx
        .optional(
            "SELECT COUNT(*) FROM pin WHERE practice_id = $1 AND person_id = $2 AND created_at > $3",
            args![practice, &person.id, visit.now - 86_400],
        )
        .await?;
    if today.is_none_or(|(count,)| count >= MOST_A_DAY) {
        return Ok(None);
    }
    tx.execute(
        "UPDATE pin SET replaced_at = $4 WHERE practice_id = $1 AND (person_id = $2 OR ask_id = $3) AND used_at IS NULL AND replaced_at IS NULL",
        args![practice, &person.id, &new.request.id, visit.now],
    )
    .await?;
    let stored = tx
        .execute(
            "INSERT INTO pin (practice_id, id, ask_id, person_id, hash, issued_by, issued_in, issued_from, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (practice_id, id) DO NOTHING",
            args![
                practice, new.id, &new.request.id, &person.id, new.hash, &session.person_id, hash_token(&visit.browser_id),
                visit.lane("network", &network_of(visit.address).0)?, visit.now, visit.now + PIN_SECONDS,
            ],
        )
        .await?;
    if stored == 0 {
        // The other press came between the look and this: run again, it is found.
        return Err(Error::Conflict);
    }
    let issued = Happening::of(Event::PinIssued, &client).by(actor(session)).session(&session.id);
    happened(visit, &mut tx, issued.detail("how", new.how).detail("asked with", &new.request.email)).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(Some(visit.now + PIN_SECONDS))
}

/// The request with that number: the newest one that is not over.
async fn request(visit: &Visit, number: &str) -> Result<Option<Request>> {
    visit
        .db()?
        .optional(
            "SELECT id, email, email_key, pin_tries FROM link_ask WHERE practice_id = $1 AND request_number = $2 AND asked_at > $3
                AND used_at IS NULL AND ended_at IS NULL ORDER BY asked_at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, number, visit.now - REQUEST_SECONDS],
        )
        .await
}

/// Who changed the number on file last, and when, in words.
async fn typed_by(visit: &Visit, person: &str) -> Result<Option<String>> {
    let row: Option<(String, i64)> = visit
        .db()?
        .optional(
            "SELECT actor_name, at FROM audit WHERE practice_id = $1 AND subject_id = $2 AND event = 'client-phone-changed'
             ORDER BY at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, person],
        )
        .await?;
    Ok(row.map(|(actor, at)| {
        visit.say_with("pin-mobile-since", &[("actor", &actor), ("time", &when::full(at, visit.zone()))])
    }))
}

/// A member who may issue PINs, freshly proved, and a client whose access is on.
async fn enter(visit: &Visit, id: &str) -> Result<std::result::Result<(Arc<Session>, Person), Response>> {
    let session = match fresh_member(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    if !may_issue(visit.practice()?, &session) {
        let mut tx = visit.db()?.write().await?;
        let refused = Happening::to_nobody(Event::Refused, actor(&session)).result("refused").session(&session.id);
        happened(visit, &mut tx, refused.detail("page", "pin")).await?;
        tx.commit().await?;
        return Err(Error::Forbidden);
    }
    let person = client(visit, id).await?;
    if person.closed_at.is_some() {
        return Ok(Err(go(&format!("/practice/clients/{id}"))));
    }
    Ok(Ok((session, person)))
}

impl PinPage {
    async fn new(visit: &Visit, session: &Session, person: Person) -> Result<PinPage> {
        let mobile = match &person.mobile {
            Some(sealed) => visit.server.open("mobile", &[&visit.practice()?.id, &person.id], sealed)?,
            None => String::new(),
        };
        let mobile_since = if mobile.is_empty() { None } else { typed_by(visit, &person.id).await? };
        Ok(PinPage {
            frame: session::frame(visit, session, "pin-title"),
            press: visit.new_id(),
            opens_nothing: opens_nothing(&person),
            person,
            mobile,
            mobile_since,
            number: String::new(),
            how: String::new(),
            problem: None,
            other_address: None,
            pin: None,
        })
    }
}
