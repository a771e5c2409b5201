//! Addresses that a practice had before: whoever comes there is sent on, and its passkeys go on working.

use axum::Json;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::door::BROWSER_COOKIE;
use super::error::{Error, Result};
use super::frame::{FROM_LIST, Frame, way_out};
use super::left;
use super::problem;
use super::rounds;
use super::server::{Region, Server};
use super::web::{Door, Visit, go, page_with};

/// Which other names of its practices browsers accept passkeys at (WebAuthn L3, 5.11).
const RELATED: &str = "/.well-known/webauthn";
/// Where password managers send people who have passkeys (W3C, Passkey Endpoints); they ask at the name that passkeys belong to.
const ENDPOINTS: &str = "/.well-known/passkey-endpoints";
/// What a former name answers itself: whoever asks there for these does not follow it for good.
pub(super) const ANSWERED: &[&str] = &[RELATED, ENDPOINTS];
/// A way longer than this goes in a circle.
const MOST_STEPS: usize = 16;
/// "Exit quickly", and the page behind it that leads away.
const EXIT: &str = "/portal/exit";
const LEFT: &str = "/portal/left";
/// What a browser that leaves keeps: what ties forms to it, and devices that are recognised.
const STAYS: &[&str] = &[BROWSER_COOKIE, "__Host-devices"];
/// Where a browser has made a passkey, and the server is only told of it.
const MAKES_PASSKEYS: &[&str] = &["/me/passkeys/new", "/sign-in/set-up/passkey"];
/// How long a move takes at most, as told to browsers, in seconds.
pub(super) const MOVING_SECONDS: i64 = 120;

/// The host name of a request, lower case, without port and final dot.
pub(super) fn host_of(parts: &Parts) -> String {
    let authority = parts.uri.authority().map(axum::http::uri::Authority::as_str);
    let host = authority.unwrap_or_else(|| text(parts));
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// On to the same page without the final dot of the host's name: browsers take such a name for another origin, whose forms and
/// passkeys are not ours.
pub(super) fn without_dot(visit: &Visit, parts: &Parts) -> Option<Response> {
    let host = parts.uri.authority().map_or_else(|| text(parts), axum::http::uri::Authority::as_str);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    if matches!(visit.door, Door::Nobody) || !is_read || !name.ends_with('.') {
        return None;
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let location = HeaderValue::from_str(&format!("{}{path}", visit.server.origin_of(&host_of(parts)))).ok()?;
    Some((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response())
}

fn text(parts: &Parts) -> &str {
    parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The answer under a name that no practice has now.
pub(super) async fn answer(visit: &Visit, parts: &Parts, host: &str) -> Response {
    match found(&visit.server, host).await {
        Ok(Found::Gone { now, mut between }) if visit.path == RELATED => {
            between.insert(0, now);
            between.push(visit.server.origin_of(host));
            let text = serde_json::json!({ "origins": between }).to_string();
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Ok(Found::Gone { now, .. }) if visit.path == ENDPOINTS => Json(endpoints_at(&now)).into_response(),
        Ok(Found::Gone { now, .. }) => on_to(visit, &now, parts),
        Ok(Found::OnItsWay { region, exit_to }) if [EXIT, LEFT].contains(&visit.path.as_str()) => {
            leaving(visit, &region, &exit_to)
        }
        Ok(Found::OnItsWay { .. }) => problem::moving(visit, MOVING_SECONDS),
        // The same page once more: this time the practice is found.
        Ok(Found::There) if matches!(parts.method, Method::GET | Method::HEAD) => {
            go(parts.uri.path_and_query().map_or("/", |path| path.as_str()))
        }
        Ok(Found::There) => problem::moving(visit, 1),
        Ok(Found::Nobody) => problem::nobody(visit),
        Err(error) => problem::page(visit, &error),
    }
}

/// Where passkeys are made and managed at that origin (W3C, Passkey Endpoints).
pub fn endpoints_at(home: &str) -> serde_json::Value {
    serde_json::json!({ "enroll": format!("{home}/me/passkeys/new"), "manage": format!("{home}/me/passkeys") })
}

/// The same for a program: the call is to be sent again at the new address (RFC 9110, 15.4.9), or a little later.
///
/// # Errors
/// [`Error::NotFound`] where there was never anybody; [`Error::Busy`] during a move; faults of the database.
pub(super) async fn for_program(visit: &Visit, parts: &Parts, host: &str) -> Result<Response> {
    match found(&visit.server, host).await? {
        Found::Gone { now, .. } => {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            let location = HeaderValue::from_str(&format!("{now}{path}")).map_err(|_| Error::NotFound)?;
            Ok((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response())
        }
        Found::OnItsWay { .. } => Err(Error::Busy { retry_after: MOVING_SECONDS }),
        Found::There => Err(Error::Busy { retry_after: 1 }),
        Found::Nobody => Err(Error::NotFound),
    }
}

enum Found {
    /// Its origin now, and those that it had on the way there.
    Gone {
        now: String,
        between: Vec<String>,
    },
    /// The region that it leaves, and where "Exit quickly" leads there.
    OnItsWay {
        region: String,
        exit_to: String,
    },
    /// What this node remembered of the name was old: the practice came back, or was just made.
    There,
    Nobody,
}

async fn found(server: &Server, host: &str) -> Result<Found> {
    let inner = host.strip_suffix(&server.config.base).and_then(|rest| rest.strip_suffix('.'));
    let Some((slug, name)) = inner.and_then(|inner| inner.split_once('.')) else { return Ok(Found::Nobody) };
    let Some(region) = server.region(name) else { return Ok(Found::Nobody) };
    if let Some(gone) = followed(server, region, slug).await? {
        return Ok(gone);
    }
    if let Some(practice) = region.practices.by_host(&region.db, name, host, server.world.now()).await? {
        return Ok(Found::Gone { now: server.home_of(&practice), between: vec![] });
    }
    let there: Option<(Option<String>, String)> = region
        .db
        .optional("SELECT moving_to, exit_to FROM practice WHERE slug = $1 AND closed_at IS NULL", crate::args![slug])
        .await?;
    Ok(match there {
        Some((Some(_), exit_to)) => Found::OnItsWay { region: region.name.clone(), exit_to },
        Some((None, _)) => {
            region.practices.forget();
            Found::There
        }
        None => Found::Nobody,
    })
}

/// Where a name leads, to the end: each region knows where its former practices went, and not always where they went from
/// there.
async fn followed(server: &Server, region: &Region, slug: &str) -> Result<Option<Found>> {
    let first: Option<(String, String, String)> = region
        .db
        .optional("SELECT practice_id, region, now_slug FROM moved WHERE slug = $1", crate::args![slug])
        .await?;
    let Some((id, mut name, mut slug)) = first else { return Ok(None) };
    let mut between = vec![];
    while let Some(next) = server.region(&name)
        && between.len() < MOST_STEPS
    {
        let further: Option<(String, String)> = next
            .db
            .optional(
                "SELECT region, now_slug FROM moved WHERE practice_id = $1 AND slug = $2",
                crate::args![&id, &slug],
            )
            .await?;
        let Some(further) = further else { break };
        between.push(server.origin_in(&name, &slug));
        (name, slug) = further;
    }
    Ok(Some(Found::Gone { now: server.origin_in(&name, &slug), between }))
}

/// A page for browsers that would not follow a redirect from here: the policy of a page that was open before lets its forms
/// end nowhere but where they were sent (CSP 3, 6.4.2).
#[derive(askama::Template)]
#[template(path = "platform/moved.html")]
struct MovedPage {
    frame: Frame,
    /// The same page at the new address.
    to: String,
    address: String,
    /// The device keeps a passkey that nobody here knows.
    passkey_left: bool,
    /// Nothing was typed, so there is nothing to tell on the way.
    at_once: bool,
}

/// The same page at the new address. A form is not sent on: its token would be another door's.
fn on_to(visit: &Visit, origin: &str, parts: &Parts) -> Response {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let says = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let from_a_page = says("sec-fetch-site") == "same-origin" && says("sec-fetch-mode") == "navigate";
    // Not for good where it is a well-known address: whoever asks there asks that address again.
    let (well_known, redirect) = match path.starts_with("/.well-known/") {
        true => (true, StatusCode::TEMPORARY_REDIRECT),
        false => (false, StatusCode::PERMANENT_REDIRECT),
    };
    match (is_read, from_a_page && !well_known) {
        (true, true) => page(visit, origin, path, StatusCode::OK),
        (true, false) => match HeaderValue::from_str(&format!("{origin}{path}")) {
            Ok(location) => (redirect, [(header::LOCATION, location)]).into_response(),
            Err(_) => StatusCode::NOT_FOUND.into_response(),
        },
        // Whoever leaves in a hurry is not held up to read.
        (false, _) if path == EXIT => {
            let list = visit.cookie(FROM_LIST).is_some();
            forget(visit);
            let to = if list { format!("{LEFT}?from=list") } else { LEFT.to_owned() };
            rounds::with_cookies(visit, page(visit, origin, &to, StatusCode::OK))
        }
        // A script that sent it must not take the page for an answer.
        (false, _) => page(visit, origin, &problem::way_back(visit), StatusCode::GONE),
    }
}

/// "Exit quickly" is never refused. Where nobody is served the session cannot be ended; the browser forgets it and leaves.
fn leaving(visit: &Visit, region: &str, exit_to: &str) -> Response {
    let list = visit.cookie(FROM_LIST).is_some() || visit.path == LEFT && visit.query == "from=list";
    forget(visit);
    let mut response = left::shown(visit, way_out(&visit.server, region, exit_to, list))
        .unwrap_or_else(|error| problem::plain(&error));
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    rounds::with_cookies(visit, response)
}

/// All that this browser keeps of people, but for what recognises it as a device: that may be a colleague's.
fn forget(visit: &Visit) {
    for (name, _) in visit.cookies.pairs().filter(|(name, _)| name.starts_with("__Host-") && !STAYS.contains(name)) {
        visit.drop_cookie(name);
    }
}

fn page(visit: &Visit, origin: &str, path: &str, status: StatusCode) -> Response {
    let page = MovedPage {
        frame: Frame::new(visit, "moved-title"),
        to: format!("{origin}{path}"),
        address: origin.to_owned(),
        passkey_left: status == StatusCode::GONE && MAKES_PASSKEYS.contains(&visit.path.as_str()),
        at_once: status == StatusCode::OK,
    };
    page_with(status, &page).unwrap_or_else(|error| problem::plain(&error))
}
