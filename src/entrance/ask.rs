//! "Where can I log in?": one asking puts one sealed request and looks nobody up, so that the answer is the same for every
//! address, in words and in time. Whoever asks too often is answered alike; the mail just does not come again. Of two browsers that
//! ask within a minute the second one's mail goes when the minute is over.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::asker::{Asker, MAIL_EACH_SECONDS};
use super::worker::Bell;
use super::{EntrancePage, Problem, link};
use crate::args;
use crate::platform::asked;
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::limit;
use crate::platform::network::network_of;
use crate::platform::server::{ENTRANCE, Server};
use crate::platform::web::{Fields, Visit, encode, go, page_with};

/// Askings from one network within an hour, whoever they are for; a whole clinic behind one address stays below.
const PER_NETWORK: i64 = 60;

/// What the entrance keeps of an asking while its mail is made, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub email: String,
    pub key: String,
    pub language: String,
    /// So many strangers asked within the hour that only addresses on file are written to.
    #[serde(default)]
    pub flood: bool,
    /// What its mails have named, while regions are waited for.
    #[serde(default)]
    pub told: Vec<String>,
}

impl Request {
    /// # Errors
    /// A fault when it cannot be sealed.
    pub fn sealed(&self, server: &Server, id: &str) -> Result<String> {
        let text = serde_json::to_string(self).map_err(|error| Error::fault("request", error))?;
        server.seal("finder request", &[ENTRANCE, id], &text)
    }

    /// # Errors
    /// A fault when it was not sealed here.
    pub fn opened(server: &Server, id: &str, sealed: &str) -> Result<Request> {
        let text = server.open("finder request", &[ENTRANCE, id], sealed)?;
        serde_json::from_str(&text).map_err(|_| Error::Fault("a request at the entrance is not readable".into()))
    }
}

/// `POST /` at the bare host: an email address, also where it was typed as a practice's name; or such a name.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let name = fields.trimmed("practice");
    if !name.is_empty() && !name.contains('@') {
        return Ok(go(&format!("/?practice={}", encode(name))));
    }
    let (typed, remember, token) = (fields.trimmed("email"), fields.ticked("remember"), fields.text("link"));
    let typed = if name.is_empty() { typed } else { name };
    let from_link = link::address(&visit, token);
    if visit.stale {
        return match from_link {
            Some(_) => link::again(&visit, token),
            None => refused(&visit, (typed, remember), Problem::Stale).await,
        };
    }
    let Ok(email) = Email::parse(from_link.as_deref().unwrap_or(typed)) else {
        return refused(&visit, (typed, remember), Problem::NotAnAddress).await;
    };
    let asker = Asker::new(&visit, &email, remember, from_link.is_some());
    if Asker::of(&visit).is_some_and(|before| before.is_for(&email) && before.is_spent(visit.now)) {
        asker.keep(&visit)?;
        return Ok(go("/find?wait=1"));
    }
    match put(&visit, &email, asker).await? {
        Some(response) => Ok(response),
        None => refused(&visit, (typed, remember), Problem::Network).await,
    }
}

/// The front again, with what was typed.
pub(super) async fn refused(visit: &Visit, (typed, remember): (&str, bool), problem: Problem) -> Result<Response> {
    let status = match problem {
        Problem::Network => StatusCode::TOO_MANY_REQUESTS,
        Problem::Stale | Problem::NotAnAddress => StatusCode::UNPROCESSABLE_ENTITY,
        Problem::Over => StatusCode::GONE,
    };
    let response = page_with(status, &EntrancePage::with(visit, typed, remember, problem).await?)?;
    Ok(if status == StatusCode::TOO_MANY_REQUESTS { in_an_hour(response) } else { response })
}

/// Says to programs when the network may ask again.
pub(super) fn in_an_hour(mut response: Response) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("3600"));
    response
}

async fn asked_lately(visit: &Visit, tx: &mut Tx, asker: &Asker) -> Result<bool> {
    let row: Option<(i64,)> = tx
        .optional(
            "SELECT created_at FROM finder WHERE practice_id = $1 AND browser = $2 AND created_at > $3 LIMIT 1",
            args![ENTRANCE, asker.hash(), visit.now - MAIL_EACH_SECONDS],
        )
        .await?;
    Ok(row.is_some())
}

/// Puts the request for a mail; none where too many were asked for from this network.
pub(super) async fn put(visit: &Visit, email: &Email, asker: Asker) -> Result<Option<Response>> {
    // read
    let (near, _) = network_of(visit.address);
    let network = format!("mail-network:{}", visit.lane("find", &near)?);
    let address = visit.lane("find", email.canonical())?;

    // work
    let mut request = Request {
        email: email.typed().to_owned(),
        key: email.canonical().to_owned(),
        language: visit.language.clone(),
        flood: false,
        told: vec![],
    };
    let id = visit.new_id();

    // write
    let by = asked::Asker { network: &network, most: PER_NETWORK };
    let mail = limit::mail_counting(ENTRANCE, &address, visit.now);
    let Some((mut tx, load, counted)) = asked::begin(visit, by, vec![mail]).await? else { return Ok(None) };
    request.flood = load.is_flood();
    let sealed = request.sealed(&visit.server, &id)?;
    asked::alarm(visit, &mut tx, load).await?;
    let lanes = counted.into_iter().filter(|(what, ..)| what == "mail").map(|(_, lane, _)| lane).collect();
    let goes_at = if limit::mail_counted(&mut tx, ENTRANCE, lanes).await? {
        Some(visit.now)
    } else if asked_lately(visit, &mut tx, &asker).await? {
        // A button pressed twice: the mail of this browser has gone, and its code works here.
        None
    } else {
        asked::mail_next_minute(&mut tx, ENTRANCE, &address, visit.now).await?
    };
    tx.later(
        "INSERT INTO finder (practice_id, id, browser, request, next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![ENTRANCE, &id, asker.hash(), goes_at.map(|_| sealed), goes_at.unwrap_or(visit.now), visit.now],
    )
    .await?;
    tx.commit().await?;
    asker.asks(visit.now).keep(visit)?;
    visit.server.kept::<Bell>()?.ring();
    Ok(Some(go("/find")))
}
