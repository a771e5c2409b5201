//! The demo's sample of a practice's own program: a video visit for one client, mailed as a link that needs no sign-in. The
//! program knows of Portico what any other would: a key, the set of keys for statements, and the statement it is shown.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;

use super::api_keys::visit_at;
use crate::api::keys::{self, BEGINNING, GUEST_LINKS};
use crate::args;
use crate::notices::compose::{Letter, letter};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::{Frame, near};
use crate::platform::secret;
use crate::platform::server::Server;
use crate::platform::web::{Query, Visit, encode, page, page_with};
use crate::platform::when;
use crate::portal::{guest_link, statement};

/// Whose program it is, and for whom it has an appointment.
pub const REGION: &str = "au";
pub const PRACTICE: &str = "harbour-physio";
pub const CLIENT: &str = "jo@example.com";
/// What the practice's software calls that client.
pub const REFERENCE: &str = "HP-1001";
const WITH: &str = "Sam Okafor";
/// How long the sample link works from the demo's start, in seconds.
const WINDOW: i64 = 8 * 3600;

#[derive(askama::Template)]
#[template(path = "ops/demo_visit.html")]
struct VisitPage {
    frame: Frame,
    claims: Claims,
    /// With whom and where.
    appointment: String,
    /// "today at 2:00 pm AEDT", and the end.
    when: String,
    ticket: String,
}

#[derive(askama::Template)]
#[template(path = "ops/demo_visit_room.html")]
struct RoomPage {
    frame: Frame,
    /// Nobody was let in.
    shut: bool,
    what: String,
}

/// What a statement says, once it was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub resource: String,
    pub client: String,
    /// Unix seconds.
    pub from: i64,
    pub until: i64,
}

/// The program's pages, for the entrance's host.
pub fn routes() -> Router {
    Router::new().route("/demo/visit", get(arrive)).route("/demo/visit/room", get(room))
}

/// Gives the program its key, and mails the sample appointment, once for these data; answers the key.
///
/// # Errors
/// Faults of the database.
pub async fn prepare(server: &Arc<Server>) -> Result<String> {
    let visit = visit_at(server, REGION, PRACTICE).await?;
    let practice = &visit.practice()?.id;
    let secret = secret_of(server, practice);
    if keys::shown(server, visit.db()?, practice, &secret).await?.is_some() {
        return Ok(secret);
    }
    let mut tx = visit.db()?.write().await?;
    let key = visit.new_id();
    tx.execute(
        "INSERT INTO api_key (practice_id, id, name, hash, scopes, app, created_at) VALUES ($1, $2, 'Video visits', $3, $4, $5, $6)",
        args![practice, &key, keys::hash(server, practice, &secret), GUEST_LINKS, address(server), visit.now],
    )
    .await?;
    invite(&visit, &mut tx, &key).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The same for as long as the data's key file, so that a demo that starts again can say it again.
pub fn secret_of(server: &Server, practice: &str) -> String {
    format!("{BEGINNING}{}", secret::keyed_hash(&server.stable_key("demo api key"), &[practice]))
}

/// Where the program lives.
pub fn address(server: &Server) -> String {
    format!("{}/demo/visit", server.entrance())
}

async fn invite(visit: &Visit, tx: &mut Tx, key: &str) -> Result<()> {
    let practice = visit.practice()?;
    let client: Option<(String, String)> = tx
        .optional(
            "UPDATE person SET reference = $3 WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' RETURNING id, name",
            args![&practice.id, CLIENT, REFERENCE],
        )
        .await?;
    let Some((client, name)) = client else { return Ok(()) };
    let link = visit.new_id();
    tx.execute(
        "INSERT INTO guest_link (practice_id, id, key_id, person_id, resource, from_at, until_at, return_to, asked_for, created_at)
         VALUES ($1, $2, $3, $4, 'visit-1', $5, $6, $7, '', $5)",
        args![&practice.id, &link, key, &client, visit.now, visit.now + WINDOW, address(&visit.server)],
    )
    .await?;
    let token = guest_link::token(&visit.server, &practice.id, &link);
    let words = vec![
        ("name", name),
        ("who", WITH.to_owned()),
        ("until", when::full(visit.now + WINDOW, &practice.zone)),
        ("link", format!("{}/go/{token}", visit.server.home_of(practice))),
    ];
    let mail = Letter {
        name: "demo-visit",
        to: CLIENT,
        person_id: Some(&client),
        language: &practice.language,
        words,
        until: Some(visit.now + WINDOW),
    };
    letter(visit, tx, &mail).await
}

/// `GET /demo/visit?guest=…`: where the link leads.
async fn arrive(visit: Visit, Query(query): Query) -> Result<Response> {
    let at = visit_at(&visit.server, REGION, PRACTICE).await?;
    let practice = at.practice()?;
    // Another program fetches the set from /api/v1/jwks.json.
    let known = statement::key_set(&visit.server, &practice.id)?;
    let issuer = visit.server.origin_of(&practice.host);
    let audience = statement::origin_of(&address(&visit.server));
    let Some(claims) = check(&known, (&issuer, &audience), visit.now, query.text("guest")) else {
        return shut(&visit);
    };
    page(&VisitPage {
        frame: Frame::new(&visit, "visit-title"),
        appointment: visit.say_with("visit-with", &[("who", WITH), ("practice", &practice.name)]),
        when: visit.say_with(
            "visit-when",
            &[("when", &near(&at, claims.from)), ("until", &when::full(claims.until, &practice.zone))],
        ),
        ticket: encode(&visit.server.seal("demo visit", &[PRACTICE], &claims.until.to_string())?),
        claims,
    })
}

/// `GET /demo/visit/room?ticket=…`: the program's own matter; the statement is over by now.
async fn room(visit: Visit, Query(query): Query) -> Result<Response> {
    let until = visit.server.open("demo visit", &[PRACTICE], query.text("ticket"));
    match until.ok().and_then(|until| until.parse::<i64>().ok()) {
        Some(until) if until > visit.now => {
            let what = visit.say_with("visit-inside", &[("who", WITH)]);
            page(&RoomPage { frame: Frame::new(&visit, "visit-inside-title"), shut: false, what })
        }
        _ => shut(&visit),
    }
}

fn shut(visit: &Visit) -> Result<Response> {
    let frame = Frame::new(visit, "visit-shut-title");
    page_with(StatusCode::FORBIDDEN, &RoomPage { frame, shut: true, what: visit.say("visit-shut") })
}

/// What every program has to check before it believes a statement: its form and type, the signature by a known key, who
/// made it, for whom, and that it is not over.
pub fn check(known: &Value, (issuer, audience): (&str, &str), now: i64, statement: &str) -> Option<Claims> {
    let (signed, signature) = statement.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let (header, claims) = (json_of(header)?, json_of(claims)?);
    if header["alg"] != "ES256" || header["typ"] != "guest+jwt" {
        return None;
    }
    let key = known["keys"].as_array()?.iter().find(|key| key["kid"] == header["kid"])?;
    let signature = Signature::from_slice(&BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?).ok()?;
    key_of(key)?.verify(signed.as_bytes(), &signature).ok()?;
    let fine = claims["iss"] == issuer && claims["aud"] == audience && claims["exp"].as_i64()? > now;
    let text = |name: &str| claims[name].as_str().map(str::to_owned);
    fine.then_some(())?;
    Some(Claims {
        resource: text("resource")?,
        client: text("sub")?,
        from: claims["from"].as_i64()?,
        until: claims["until"].as_i64()?,
    })
}

fn json_of(part: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok()
}

fn key_of(key: &Value) -> Option<VerifyingKey> {
    let half = |name: &str| BASE64URL_NOPAD.decode(key[name].as_str()?.as_bytes()).ok();
    let point = [vec![4], half("x")?, half("y")?].concat();
    VerifyingKey::from_sec1_bytes(&point).ok()
}
