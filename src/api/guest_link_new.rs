//! `POST /api/v1/guest-links`: makes a link to one thing for one client and one time window. With an `Idempotency-Key` the
//! same call sent again makes no second one.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};

use super::bearer;
use super::body;
use super::fields::Fields;
use super::guest_link_show::described;
use super::keys::{GUEST_LINKS, Key, is_app_address};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::problem_json::{Problem, Wrong};
use crate::platform::secret;
use crate::platform::web::Visit;
use crate::portal::guest_link::{self, GuestLink};
use crate::portal::statement::origin_of;
use crate::sign_in::person;

/// Seconds of the longest window: a link that works for longer is a way in, not an appointment.
const MOST_SECONDS: i64 = 7 * 86_400;
/// How far ahead a window may end, in seconds.
const MOST_AHEAD: i64 = 400 * 86_400;
const MOST_RESOURCE: usize = 200;
const MOST_REFERENCE: usize = 100;
const MOST_ADDRESS: usize = 500;
const MOST_IDEMPOTENCY: usize = 200;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What is asked for, each part within its bounds.
struct Wanted {
    resource: String,
    client: Client,
    from: i64,
    until: i64,
    return_to: String,
}

enum Client {
    /// As Portico names the client.
    Id(String),
    /// As the practice's own software does.
    Reference(String),
}

/// What became of the call.
enum Made {
    New(String),
    /// Made by the same call before.
    Before(String),
    /// Another call had the same key.
    Other,
    /// No such client here, or one whose access is off.
    Nobody(&'static str),
}

/// `POST /api/v1/guest-links`.
pub async fn make(visit: Visit, headers: HeaderMap, bytes: Bytes) -> Result<Response> {
    // read
    let key = match bearer::key_to_change(&visit, &headers, GUEST_LINKS).await? {
        Ok(key) => key,
        Err(response) => return Ok(response),
    };
    let asked_as = match idempotency_key(&headers) {
        Ok(asked_as) => asked_as.map(|value| secret::keyed_hash(&visit.server.stable_key("idempotency"), &[&value])),
        Err(()) => return Ok(Problem::new(StatusCode::BAD_REQUEST, "idempotency-key").answer(&visit)),
    };
    let read = body::object(&visit, &headers, &bytes).and_then(|object| {
        let asked_for = secret::hash_token(&Value::Object(object.clone()).to_string());
        Ok((wanted(&visit, &key, &object).map_err(fields_problem)?, asked_for))
    });
    let (wanted, asked_for) = match read {
        Ok(read) => read,
        Err(problem) => return Ok(problem.answer(&visit)),
    };

    // write
    let mut tx = visit.db()?.write().await?;
    let made = put(&visit, &mut tx, &key, &wanted, (asked_as, &asked_for)).await?;
    tx.commit().await?;
    answer(&visit, made).await
}

fn fields_problem(wrong: Vec<Wrong>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "fields").wrong(wrong)
}

/// A text of printable characters, bare or in the quotes of RFC 9651; `Err` for anything else.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ()> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (first, None) = (all.next(), all.next()) else { return Err(()) };
    let Some(value) = first else { return Ok(None) };
    let text = value.to_str().map_err(|_| ())?.trim();
    let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fine = (1..=MOST_IDEMPOTENCY).contains(&bare.len()) && bare.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if fine { Ok(Some(bare.to_owned())) } else { Err(()) }
}

/// Everything that is wrong with the object, or what it asks for.
fn wanted(visit: &Visit, key: &Key, object: &Map<String, Value>) -> Result<Wanted, Vec<Wrong>> {
    let mut fields = Fields::new(visit, object);
    let resource = fields.needed("resource", MOST_RESOURCE).map(str::to_owned);
    if resource.as_ref().is_some_and(|text| !text.bytes().all(|byte| (0x21..0x7f).contains(&byte))) {
        fields.problem("resource", "api-field-plain");
    }
    let client = client(visit, &mut fields);
    let (from, until) = (fields.time("from"), fields.time("until"));
    if let (Some(from), Some(until)) = (from, until) {
        window(&mut fields, from, until, visit.now);
    }
    let return_to = fields.text("return_to", MOST_ADDRESS).unwrap_or(&key.app).to_owned();
    if !is_app_address(&return_to) || origin_of(&return_to) != origin_of(&key.app) {
        fields.problem_with("return_to", "api-field-return", &[("app", &origin_of(&key.app))]);
    }
    fields.nothing_else();
    match (resource, client, from, until) {
        (Some(resource), Some(client), Some(from), Some(until)) if fields.wrong.is_empty() => {
            Ok(Wanted { resource, client, from, until, return_to })
        }
        _ => Err(fields.wrong),
    }
}

/// Exactly one way to name the client.
fn client(visit: &Visit, fields: &mut Fields<'_>) -> Option<Client> {
    let Some(value) = fields.get("client") else {
        fields.problem("client", "api-field-missing");
        return None;
    };
    let Some(object) = value.as_object() else {
        fields.problem("client", "api-field-client");
        return None;
    };
    let mut within = Fields::within(visit, object, "/client");
    let (id, reference) = (within.text("id", 36), within.text("reference", MOST_REFERENCE));
    within.nothing_else();
    let named = match (id, reference) {
        (Some(id), None) => Some(Client::Id(id.to_owned())),
        (None, Some(reference)) => Some(Client::Reference(reference.to_owned())),
        _ => None,
    };
    let wrong = std::mem::take(&mut within.wrong);
    if named.is_none() && wrong.is_empty() {
        fields.problem("client", "api-field-client");
    }
    fields.wrong.extend(wrong);
    named
}

fn window(fields: &mut Fields<'_>, from: i64, until: i64, now: i64) {
    if until <= from {
        fields.problem("until", "api-field-until-first");
    } else if until - from > MOST_SECONDS {
        fields.problem("until", "api-field-until-long");
    } else if until <= now {
        fields.problem("until", "api-field-until-past");
    } else if until - now > MOST_AHEAD {
        fields.problem("until", "api-field-until-far");
    }
}

async fn put(
    visit: &Visit,
    tx: &mut Tx,
    key: &Key,
    wanted: &Wanted,
    (asked_as, asked_for): (Option<String>, &str),
) -> Result<Made> {
    let practice = &visit.practice()?.id;
    if let Some(asked_as) = &asked_as
        && let Some(made) = before(tx, practice, key, (asked_as, asked_for)).await?
    {
        return Ok(made);
    }
    let Some((client, closed_at)) = client_of(tx, practice, &wanted.client).await? else {
        return Ok(Made::Nobody("api-field-nobody"));
    };
    if closed_at.is_some() {
        return Ok(Made::Nobody("api-field-closed"));
    }
    let id = visit.new_id();
    let new = tx
        .execute(
            "INSERT INTO guest_link (practice_id, id, key_id, person_id, resource, from_at, until_at, return_to, asked_as, asked_for, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (practice_id, key_id, asked_as) DO NOTHING",
            args![
                practice, &id, &key.id, &client, &wanted.resource, wanted.from, wanted.until, &wanted.return_to, asked_as, asked_for,
                visit.now,
            ],
        )
        .await?;
    if new == 0 {
        // The same call came twice at once; run again, this one finds the other's link.
        return Err(Error::Conflict);
    }
    let person = person::by_id_in(tx, practice, &client).await?;
    let made = Happening::of(Event::GuestLinkMade, &person).by(key.actor());
    happened(visit, tx, made.detail("resource", &wanted.resource).detail("link", &id)).await?;
    Ok(Made::New(id))
}

async fn before(tx: &mut Tx, practice: &str, key: &Key, (asked_as, asked_for): (&str, &str)) -> Result<Option<Made>> {
    let row: Option<(String, String)> = tx
        .optional(
            "SELECT id, asked_for FROM guest_link WHERE practice_id = $1 AND key_id = $2 AND asked_as = $3",
            args![practice, &key.id, asked_as],
        )
        .await?;
    Ok(row.map(|(id, other)| if other == asked_for { Made::Before(id) } else { Made::Other }))
}

/// The client's id, and since when access is off.
async fn client_of(tx: &mut Tx, practice: &str, client: &Client) -> Result<Option<(String, Option<i64>)>> {
    match client {
        Client::Id(id) => {
            let sql = "SELECT id, closed_at FROM person WHERE practice_id = $1 AND id = $2 AND kind = 'client'";
            tx.optional(sql, args![practice, id]).await
        }
        Client::Reference(reference) => {
            let sql = "SELECT id, closed_at FROM person WHERE practice_id = $1 AND reference = $2 AND kind = 'client'";
            tx.optional(sql, args![practice, reference]).await
        }
    }
}

async fn answer(visit: &Visit, made: Made) -> Result<Response> {
    let (id, replayed) = match made {
        Made::New(id) => (id, false),
        Made::Before(id) => (id, true),
        Made::Other => return Ok(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency").answer(visit)),
        Made::Nobody(sentence) => {
            let wrong = Wrong { pointer: "/client".into(), detail: visit.say(sentence) };
            return Ok(fields_problem(vec![wrong]).answer(visit));
        }
    };
    let link: GuestLink = guest_link::by_id(visit, &id).await?.ok_or(Error::NotFound)?;
    let mut response = described(visit, StatusCode::CREATED, &link).await?;
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/guest-links/{id}")) {
        headers.insert(header::LOCATION, location);
    }
    if replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idempotency_key_is_one_plain_text() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(IDEMPOTENCY_KEY, value.parse().unwrap());
            }
            idempotency_key(&headers)
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["a-1"]), Ok(Some("a-1".into())));
        assert_eq!(read(&["\"a-1\""]), Ok(Some("a-1".into())), "the form of the draft");
        for bad in [&["", ""][..], &[""], &["a b"], &["a", "a"], &["\"\""]] {
            assert_eq!(read(bad), Err(()), "{bad:?}");
        }
        assert_eq!(read(&[&"a".repeat(MOST_IDEMPOTENCY + 1)]), Err(()));
    }
}
