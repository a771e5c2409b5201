//! The way every request comes in: host to practice, headers to address, cookies, size and form checks. What the pages do is
//! not known here; a request whose transaction met another's is run again by `rounds.rs`.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower::ServiceExt;

use super::again::Done;
use super::calls;
use super::error::{Error, Result};
use super::form::stale_visit;
use super::headers::with_headers;
use super::moved;
use super::network::Peer;
use super::only_read::OnlyRead;
use super::practice::Practice;
use super::problem;
use super::rounds::{self, whole, with_cookies};
use super::server::Server;
use super::web::{Cookies, Door, Fields, Inner, Visit, parse_form};
use crate::config::Edge;

/// The largest body of a form, in bytes; the longest password is 1,024 bytes, a tripled name still fits.
const MOST_BODY: usize = 64 * 1024;
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The cookie that ties forms to this browser; gone with the browser.
pub(super) const BROWSER_COOKIE: &str = "__Host-browser";

/// The pages behind each kind of door.
pub struct Doors {
    pub server: Arc<Server>,
    pub practice: Router,
    pub entrance: Router,
    pub support: Router,
    /// What the entrance asks the regions of this server, under any name: no browser's, so without cookies and forms.
    pub between: Router,
    /// What programs of a practice call at its own address; without cookies and forms too.
    pub programs: Router,
    /// What programs of the operator call, under any name.
    pub hooks: Router,
    /// What every answer begins with, as `headers.rs` makes it.
    pub headers: HeaderMap,
    /// Paths whose forms show themselves again when they were left open too long, with what was typed.
    pub keeps_stale: &'static [&'static str],
    /// Of these, the ones that anybody opens and that do nothing with a form of another tab, opened while this browser was new.
    pub keeps_other: &'static [&'static str],
    /// Paths that take any form of our own pages, however old and of whichever browser.
    pub takes_any: &'static [&'static str],
    /// Paths that only take forms, and the page each belongs to; `..` is the one above.
    pub pages: &'static [(&'static str, &'static str)],
    /// Beginnings of paths that hold a secret, so that their pages send no referrer.
    pub hides_origin: &'static [&'static str],
    /// Paths that answer under any name.
    pub anywhere: &'static [&'static str],
    /// What other programs ask at a practice's door with every request of theirs.
    pub only_read: OnlyRead,
}

/// Answers one request, always with a response: an error becomes a page that says what to do.
#[expect(clippy::disallowed_methods, reason = "how long an answer takes is shown by the metrics only")]
pub async fn enter(doors: Arc<Doors>, request: Request) -> std::result::Result<Response, Infallible> {
    let begun = std::time::Instant::now();
    if request.uri().path().starts_with("/between/") {
        return Ok(with_headers(&doors, Box::pin(between(&doors, request)).await));
    }
    if calls::is_one(request.uri().path()) {
        let (method, answered) = (request.method().clone(), Box::pin(calls::answer(&doors, request)).await);
        answered.visit.iter().for_each(|visit| note(&doors, visit, &method, &answered.response, begun.elapsed()));
        return Ok(with_headers(&doors, answered.response));
    }
    let (mut parts, body) = request.into_parts();
    let method = parts.method.clone();
    let visit = match whole(arrive(&doors, &parts)).await {
        Ok(visit) => visit,
        Err(error) => return Ok(with_headers(&doors, problem::plain(&error))),
    };
    if let Some(response) = moved::without_dot(&visit, &parts) {
        return Ok(with_headers(&doors, response));
    }
    let ran = match whole(checked(&doors, &visit, &mut parts, body)).await {
        Ok((visit, bytes)) => whole(async { Ok(run(&doors, &visit, parts, bytes).await) }).await,
        Err(error) => Err(error),
    };
    let response = ran.unwrap_or_else(|error| with_cookies(&visit, problem::page(&visit, &error)));
    note(&doors, &visit, &method, &response, begun.elapsed());
    Ok(with_headers(&doors, response))
}

/// The route and never the path, which may hold a token.
fn note(doors: &Doors, visit: &Visit, method: &Method, response: &Response, took: Duration) {
    let matched = response.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = matched.or_else(|| doors.only_read.route_of(&visit.path)).unwrap_or("none");
    visit.server.metrics.request(Some(route), response.status().as_u16(), took.as_secs_f64());
    tracing::debug!(request = visit.request_id(), method = %method, route, status = response.status().as_u16(), "request");
}

async fn between(doors: &Doors, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let answering = async {
        let bytes = read_body(body, MOST_BODY).await?;
        let request = Request::from_parts(parts, Body::from(bytes));
        Ok(doors.between.clone().oneshot(request).await.unwrap_or_else(|never| match never {}))
    };
    whole(answering).await.unwrap_or_else(|error| status(error.status()))
}

/// Marks a response with the route it came from, for metrics; paths themselves may hold tokens.
pub async fn note_route(request: Request, next: axum::middleware::Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

pub(super) async fn arrive(doors: &Doors, parts: &Parts) -> Result<Visit> {
    let server = &doors.server;
    let now = server.world.now();
    let door = find_door(server, &moved::host_of(parts), parts.uri.path(), now).await?;
    let own_language = if let Door::Practice(practice, _) = &door { practice.language.clone() } else { "en".into() };
    let accept = text_of(&parts.headers, &header::ACCEPT_LANGUAGE);
    let language = if accept.is_empty() { own_language } else { server.texts.choose(accept, &own_language) };
    let cookies = Cookies::of(&parts.headers);
    let known_browser = cookies.get(BROWSER_COOKIE).filter(|value| (16..=64).contains(&value.len()));
    let fresh = known_browser.is_none();
    let browser_id = known_browser.map_or_else(|| super::secret::new_token(&*server.world), str::to_owned);
    let mut user_agent = text_of(&parts.headers, &header::USER_AGENT).to_owned();
    user_agent.truncate(512);
    let visit = Visit(Arc::new(Inner {
        server: Arc::clone(server),
        now,
        door,
        address: address_of(server, parts),
        user_agent,
        language,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        pages: doors.pages,
        page: OnceLock::new(),
        browser_id,
        stale: false,
        form_of: OnceLock::new(),
        posted: OnceLock::new(),
        cookies,
        cookies_out: Mutex::default(),
        request_id: OnceLock::new(),
        done: Done::default(),
    }));
    if fresh && parts.method == Method::GET && wants_a_page(&parts.headers) {
        visit.set_cookie(BROWSER_COOKIE, &visit.browser_id, None);
    }
    Ok(visit)
}

/// A visit that nobody makes: for work in the background, at one practice's door.
pub fn background_visit(server: &Arc<Server>, practice: Arc<Practice>) -> Result<Visit> {
    let region = Arc::clone(server.region_of(&practice)?);
    let language = practice.language.clone();
    Ok(nobodys_visit(server, Door::Practice(practice, region), language))
}

/// As [`background_visit`], at the entrance, in the language of whoever asked.
pub fn entrance_visit(server: &Arc<Server>, language: &str) -> Visit {
    nobodys_visit(server, Door::Entrance, language.to_owned())
}

fn nobodys_visit(server: &Arc<Server>, door: Door, language: String) -> Visit {
    Visit(Arc::new(Inner {
        server: Arc::clone(server),
        now: server.world.now(),
        language,
        door,
        address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        user_agent: String::new(),
        path: String::new(),
        query: String::new(),
        pages: &[],
        page: OnceLock::new(),
        browser_id: String::new(),
        stale: false,
        form_of: OnceLock::new(),
        posted: OnceLock::new(),
        cookies: Cookies::default(),
        cookies_out: Mutex::default(),
        request_id: OnceLock::new(),
        done: Done::default(),
    }))
}

async fn find_door(server: &Arc<Server>, name: &str, path: &str, now: i64) -> Result<Door> {
    if name == server.config.base {
        return Ok(if server.front.is_some() { Door::Entrance } else { Door::Nobody });
    }
    let Some(inner) = name.strip_suffix(&server.config.base).and_then(|rest| rest.strip_suffix('.')) else {
        return Ok(Door::Nobody);
    };
    if inner == "support" {
        return Ok(Door::Support);
    }
    let Some((slug, region_name)) = inner.split_once('.') else { return Ok(Door::Nobody) };
    let Some(region) = server.region(region_name) else { return Ok(Door::Nobody) };
    let practice = match region.practices.by_slug(&region.db, region_name, slug, now).await? {
        // Under an older name of its own a practice only says where its passkeys are; all else is sent on.
        None if moved::ANSWERED.contains(&path) => region.practices.by_host(&region.db, region_name, name, now).await?,
        found => found,
    };
    Ok(practice.map_or(Door::Nobody, |practice| Door::Practice(practice, Arc::clone(region))))
}

/// Everything that can be refused before a page is asked. The body is read here, once, within its limit.
async fn checked(doors: &Doors, visit: &Visit, parts: &mut Parts, body: Body) -> Result<(Visit, Bytes)> {
    if doubled_cookies(&visit.cookies) {
        for (name, _) in visit.cookies.pairs().filter(|(name, _)| name.starts_with("__Host-")) {
            visit.drop_cookie(name);
        }
        return Err(Error::Bad("cookies"));
    }
    refuse_odd_path(parts)?;
    if !matches!(parts.method, Method::GET | Method::HEAD | Method::POST) {
        return Err(Error::Bad("method"));
    }
    if parts.method != Method::POST {
        return Ok((visit.clone(), Bytes::new()));
    }
    let kind = text_of(&parts.headers, &header::CONTENT_TYPE).to_ascii_lowercase();
    let mut pieces = kind.split(';').map(str::trim);
    let is_form = pieces.next() == Some("application/x-www-form-urlencoded");
    if !is_form
        || pieces.any(|piece| {
            piece.starts_with("charset=") && !piece.trim_start_matches("charset=").trim_matches('"').eq("utf-8")
        })
    {
        return Err(Error::Bad("content-type"));
    }
    let bytes = read_body(body, MOST_BODY).await?;
    // A request is of the moment when all of it is here: meanwhile the practice may have left, and what ended is over.
    let here = arrive(doors, parts).await?;
    here.is_request_of(visit);
    let visit = &here;
    if matches!(visit.door, Door::Nobody) && !has_pages(doors, visit) {
        // Nothing is done with it: whoever sent it is told where the practice is now.
        return Ok((visit.clone(), bytes));
    }
    let fields = parse_form(&bytes)?;
    let stale = check_sender(doors, visit, parts, &fields)?;
    let _ = visit.posted.set(fields.clone());
    parts.extensions.insert(fields);
    Ok((if stale { stale_visit(visit) } else { visit.clone() }, bytes))
}

/// No page has such an address, and one engine refuses a NUL where the other does not.
pub(super) fn refuse_odd_path(parts: &Parts) -> Result<()> {
    let path = percent_encoding::percent_decode_str(parts.uri.path()).decode_utf8();
    if path.is_ok_and(|path| !path.contains('\0')) { Ok(()) } else { Err(Error::NotFound) }
}

/// Reads a body of at most so many bytes.
///
/// # Errors
/// [`Error::Bad`] for a longer one, one that breaks off, and one that takes longer than half a minute.
pub(super) async fn read_body(body: Body, most: usize) -> Result<Bytes> {
    let read = Limited::new(body, most).collect();
    match tokio::time::timeout(Duration::from_secs(30), read).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Error::Bad("too-large")),
        Ok(Err(_)) => Err(Error::Bad("cut-off")),
        Err(_) => Err(Error::Bad("slow")),
    }
}

/// A form must come from our own page, in this browser (ASVS 5.0, 3.5.1). Answers whether it was open too long
/// and its page can show itself again.
fn check_sender(doors: &Doors, visit: &Visit, parts: &Parts, fields: &Fields) -> Result<bool> {
    let origin = text_of(&parts.headers, &header::ORIGIN);
    let own = match &visit.door {
        Door::Practice(practice, _) => own_origins(visit, &practice.host, &practice.slug, &practice.region),
        Door::Entrance => vec![visit.server.entrance()],
        Door::Support => vec![visit.server.origin_of(&format!("support.{}", visit.server.config.base))],
        Door::Nobody => return Err(Error::NotFound),
    };
    let site = text_of(&parts.headers, &HeaderName::from_static("sec-fetch-site"));
    // A page without a referrer sends `null`; then the browser itself has to say that the form is ours. Browsers before
    // 2023 (iOS 15) cannot: on those pages the form's token has to do.
    let vouched =
        site == "same-origin" || site.is_empty() && doors.hides_origin.iter().any(|s| visit.path.starts_with(s));
    let ours = origin.is_empty() || own.iter().any(|o| o == origin) || (origin == "null" && vouched);
    if !ours || matches!(site, "cross-site" | "same-site") {
        return Err(Error::Bad("cross-site"));
    }
    let (path, token) = (visit.path.as_str(), fields.text("csrf"));
    if doors.takes_any.contains(&path) {
        return Ok(false);
    }
    if visit.cookie(BROWSER_COOKIE).is_none() {
        // A browser that was closed meanwhile has forgotten the cookie; one that has just shown the page keeps none.
        let lost = doors.keeps_other.contains(&path) && visit.is_form_old(token);
        return if lost { Ok(true) } else { Err(Error::Bad("no-cookie")) };
    }
    match visit.check_form(token) {
        Ok(()) => Ok(false),
        Err(Error::Bad("stale")) if doors.keeps_stale.contains(&path) => Ok(true),
        // Two tabs opened at once in a new browser: the last one's cookie stays.
        Err(Error::Bad("other-form")) if doors.keeps_other.contains(&path) => Ok(true),
        Err(error) => Err(error),
    }
}

/// The address the practice goes by now, and the one it was born with.
fn own_origins(visit: &Visit, host: &str, slug: &str, region: &str) -> Vec<String> {
    let current = format!("{slug}.{region}.{}", visit.server.config.base);
    vec![visit.server.origin_of(&current), visit.server.origin_of(host)]
}

/// Runs the page; when its transaction met another's, runs it again with the same visit.
async fn run(doors: &Doors, visit: &Visit, parts: Parts, bytes: Bytes) -> Response {
    if matches!(visit.door, Door::Practice(..))
        && let Some(response) = doors.only_read.answer(visit, &parts.method).await
    {
        return response;
    }
    let router = match &visit.door {
        Door::Practice(..) => &doors.practice,
        Door::Entrance => &doors.entrance,
        Door::Support => &doors.support,
        // What its page loads has to be there too, and a node that runs no entrance is still asked how it is.
        Door::Nobody if has_pages(doors, visit) => &doors.support,
        Door::Nobody => {
            let host = moved::host_of(&parts);
            return Box::pin(moved::answer(visit, &parts, &host)).await;
        }
    };
    Box::pin(rounds::until_done(visit, router, parts, bytes, problem::page)).await
}

/// Whether a path answers under a name that is nobody's.
fn has_pages(doors: &Doors, visit: &Visit) -> bool {
    visit.path.starts_with("/assets/") || doors.anywhere.contains(&visit.path.as_str())
}

fn address_of(server: &Server, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let forwarded: Vec<&[u8]> = parts.headers.get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
    let trusted: &[ipnet::IpNet] = if let Edge::Proxy { trusted } = &server.config.edge { trusted } else { &[] };
    super::network::client_address(peer, &forwarded, trusted)
}

fn wants_a_page(headers: &HeaderMap) -> bool {
    let accept = text_of(headers, &header::ACCEPT);
    accept.contains("text/html") || accept.contains("*/*") || accept.is_empty()
}

/// The same protected name twice: somebody tossed a cookie in; neither is believed.
fn doubled_cookies(cookies: &Cookies) -> bool {
    let mut before = Vec::with_capacity(8);
    cookies.pairs().filter(|(name, _)| name.starts_with("__Host-")).any(|(name, _)| {
        let doubled = before.contains(&name);
        before.push(name);
        doubled
    })
}

fn text_of<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// For what is not a page: a status with a word.
pub fn status(code: StatusCode) -> Response {
    (code, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], code.canonical_reason().unwrap_or_default())
        .into_response()
}
