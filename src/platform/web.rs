//! One value per request: [`Visit`] is now, language, cookies, address, fresh ids and the practice whose door this is.
//! Nothing else asks the world. How a request becomes a visit is in `door.rs`.

use std::net::IpAddr;
use std::ops::{Deref, Range};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;

use super::browser::Browser;
use super::db::Db;
use super::error::{Error, Result};
use super::practice::Practice;
use super::problem;
use super::secret;
use super::server::{ENTRANCE, Region, Server};

/// Whose door the request came to, by its host name.
#[derive(Clone)]
pub enum Door {
    Practice(Arc<Practice>, Arc<Region>),
    Entrance,
    Support,
    /// A name under this base that no practice has, or no name of ours at all.
    Nobody,
}

#[derive(Clone)]
pub struct Visit(pub(super) Arc<Inner>);

pub struct Inner {
    pub server: Arc<Server>,
    /// Unix seconds; the one "now" of this request.
    pub now: i64,
    pub door: Door,
    /// The visitor's own address, after trusted proxies.
    pub address: IpAddr,
    pub user_agent: String,
    pub language: String,
    pub path: String,
    pub query: String,
    /// Paths that only take forms, each with its page; looked through only for whoever needs a way back.
    pub(super) pages: &'static [(&'static str, &'static str)],
    /// What was found there.
    pub(super) page: OnceLock<Option<String>>,
    /// This browser at this door, for forms; a random cookie value.
    pub browser_id: String,
    /// A form that is too old, or older than this browser's cookie; the handler shows it again with what was typed.
    pub stale: bool,
    /// Whose page the form was on that this request sent; nobody's on pages before a sign-in.
    pub(super) form_of: OnceLock<String>,
    /// The form itself, once it was found to be ours.
    pub posted: OnceLock<Fields>,
    pub(super) cookies: Cookies,
    pub(super) cookies_out: Mutex<Vec<String>>,
    pub(super) request_id: OnceLock<String>,
    pub(super) done: super::again::Done,
}

/// The cookies of a request, at most a hundred; its lines in one text, and where in it each name and value stands.
#[derive(Clone, Default)]
pub(super) struct Cookies {
    text: String,
    places: Vec<(Range<usize>, Range<usize>)>,
}

impl Cookies {
    pub(super) fn of(headers: &HeaderMap) -> Cookies {
        let mut text = String::new();
        for line in headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            text.reserve(line.len() + 1);
            text.push_str(line);
            text.push(';');
        }
        let (mut places, mut from) = (Vec::with_capacity(4), 0);
        for pair in text.as_bytes().split(|byte| *byte == b';') {
            if let Some(equals) = pair.iter().position(|byte| *byte == b'=') {
                // Blanks stand around pairs and never within (RFC 6265, 4.2.1).
                let (name, value) = (pair[..equals].trim_ascii_start(), pair[equals + 1..].trim_ascii_end());
                let at = from + equals;
                places.push((at - name.len()..at, at + 1..at + 1 + value.len()));
            }
            if places.len() == MOST_COOKIES {
                break;
            }
            from += pair.len() + 1;
        }
        Cookies { text, places }
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let part = |place: &Range<usize>| self.text.get(place.clone()).unwrap_or_default();
        self.places.iter().map(move |(name, value)| (part(name), part(value)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

const MOST_COOKIES: usize = 100;

impl Deref for Visit {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// The practice whose door this is.
    ///
    /// # Errors
    /// Not found anywhere else.
    pub fn practice(&self) -> Result<&Arc<Practice>> {
        match &self.door {
            Door::Practice(practice, _) => Ok(practice),
            _ => Err(Error::NotFound),
        }
    }

    pub fn db(&self) -> Result<&Db> {
        match &self.door {
            Door::Practice(_, region) => Ok(&region.db),
            Door::Entrance => self.server.front.as_ref().map(|front| &front.db).ok_or(Error::NotFound),
            _ => Err(Error::NotFound),
        }
    }

    /// Whose rows this request reads and writes: the practice's id, or the entrance's name in its place.
    ///
    /// # Errors
    /// Not found at doors that keep nothing.
    pub fn whose(&self) -> Result<&str> {
        match &self.door {
            Door::Practice(practice, _) => Ok(&practice.id),
            Door::Entrance => Ok(ENTRANCE),
            _ => Err(Error::NotFound),
        }
    }

    /// In whose name mail leaves from here: the practice's, or the operator's.
    pub fn sender(&self) -> &str {
        match &self.door {
            Door::Practice(practice, _) => &practice.name,
            _ => &self.server.config.operator_name,
        }
    }

    /// The zone in which times are told here.
    pub fn zone(&self) -> &str {
        match &self.door {
            Door::Practice(practice, _) => &practice.zone,
            _ => "UTC",
        }
    }

    /// The sentence of that name in the visitor's language.
    pub fn say(&self, id: &str) -> String {
        self.server.texts.say(&self.language, id, &[])
    }

    pub fn say_with(&self, id: &str, args: &[(&str, &str)]) -> String {
        self.server.texts.say(&self.language, id, args)
    }

    pub fn new_id(&self) -> String {
        super::world::new_id(&*self.server.world)
    }

    /// What ties this request's lines in the log and the record together; made when first asked for, since most
    /// requests leave no line.
    pub fn request_id(&self) -> &str {
        self.request_id.get_or_init(|| self.new_id())
    }

    /// Takes the id of the same request's first visit, so that its page, its log line and its record agree.
    pub(super) fn is_request_of(&self, first: &Visit) {
        let _ = self.request_id.set(first.request_id().to_owned());
    }

    pub fn new_token(&self) -> String {
        secret::new_token(&*self.server.world)
    }

    /// Whether nobody makes this visit: a job's or a command's.
    pub fn is_nobodys(&self) -> bool {
        self.address.is_unspecified()
    }

    pub fn browser(&self) -> Browser {
        Browser::read(&self.user_agent)
    }

    /// Place in words, or the catalogue's "unknown place".
    pub fn place(&self) -> String {
        self.server.places.describe(self.address).unwrap_or_default()
    }

    /// The page this request is about, to come back to: for a form without a page of its own the one that has it.
    pub fn here(&self) -> String {
        let own = || if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) };
        self.own_page().map_or_else(own, str::to_owned)
    }

    /// The page of a path that only takes forms.
    pub(super) fn own_page(&self) -> Option<&str> {
        self.page.get_or_init(|| problem::page_of(self.pages, &self.path)).as_deref()
    }

    /// The path of the page this request is about, which can be opened.
    pub fn page_path(&self) -> &str {
        let page = self.own_page().unwrap_or(&self.path);
        page.split('?').next().unwrap_or_default()
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name)
    }

    /// As [`Inner::cookie`], but as it will be after this answer.
    pub fn will_have(&self, name: &str) -> bool {
        let out = self.cookies_out.lock().unwrap_or_else(PoisonError::into_inner);
        let set = out.iter().rev().find(|line| line.split('=').next() == Some(name));
        set.map_or_else(|| self.cookie(name).is_some(), |line| !line.contains("; Max-Age=0"))
    }

    /// Sets a host-only, secure, script-proof cookie; without a lifetime it goes with the browser (seconds).
    pub fn set_cookie(&self, name: &str, value: &str, lifetime: Option<i64>) {
        let age = lifetime.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        self.add_cookie(format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"));
    }

    pub fn drop_cookie(&self, name: &str) {
        self.add_cookie(format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    }

    fn add_cookie(&self, line: String) {
        self.cookies_out.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// A value for `Idempotency`-like references in the log; never the session itself.
    pub fn random_reference(&self) -> String {
        BASE64URL_NOPAD.encode(&super::world::random::<9>(&*self.server.world))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parts.extensions.get::<Visit>().cloned().ok_or_else(|| Error::Fault("a request without a visit".into()))
    }
}

/// A posted form, parsed once: each field at most once, UTF-8, no NUL. A missing field reads as empty.
#[derive(Clone, Default)]
pub struct Fields(pub(super) Arc<Vec<(String, String)>>);

impl Fields {
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Outer white space removed: for names, addresses and codes, never for passwords.
    pub fn trimmed(&self, name: &str) -> &str {
        self.text(name).trim()
    }

    /// Fields that no browser sent.
    pub fn of(fields: Vec<(String, String)>) -> Fields {
        Fields(Arc::new(fields))
    }

    /// Every field, in the order it was sent.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }

    pub fn ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Fields {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(parts.extensions.get::<Fields>().cloned().unwrap_or_default())
    }
}

/// The query, parsed by the same rules as a form.
pub struct Query(pub Fields);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        parse_form(parts.uri.query().unwrap_or("").as_bytes()).map(Query)
    }
}

/// At most 200 fields; duplicates, broken UTF-8 and NUL are refused (one meaning per request).
pub(super) fn parse_form(bytes: &[u8]) -> Result<Fields> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for part in bytes.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        let mut halves = part.splitn(2, |byte| *byte == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        if fields.len() >= 200 || fields.iter().any(|(known, _)| *known == name) {
            return Err(Error::Bad("fields"));
        }
        fields.push((name, value));
    }
    Ok(Fields(Arc::new(fields)))
}

fn decode(bytes: &[u8]) -> Result<String> {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_encoding::percent_decode(&spaced).decode_utf8().map_err(|_| Error::Bad("text"))?;
    if text.contains('\0') { Err(Error::Bad("text")) } else { Ok(text.into_owned()) }
}

/// A finished page.
pub fn page(template: &impl askama::Template) -> Result<Response> {
    page_with(StatusCode::OK, template)
}

pub fn page_with(status: StatusCode, template: &impl askama::Template) -> Result<Response> {
    let html = template.render().map_err(|error| Error::fault("page", error))?;
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// 303, so that a browser never repeats the post (RFC 9700, 4.12).
pub fn go(path: &str) -> Response {
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// A path to return to: on this host only, else the default. Refuses `//host`, `/\host`, control characters and
/// anything a browser would read as another origin (ASVS 5.0, 3.7.2).
pub fn safe_path(wanted: &str, default: &str) -> String {
    let fine = wanted.starts_with('/')
        && wanted.len() <= 500
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && wanted.bytes().all(|byte| (0x21..0x7f).contains(&byte))
        && !wanted.to_ascii_lowercase().starts_with("/%5c")
        && !wanted.to_ascii_lowercase().starts_with("/%09")
        && !wanted.to_ascii_lowercase().starts_with("/%2f");
    if fine { wanted.to_owned() } else { default.to_owned() }
}

/// Encodes a value for a query.
pub fn encode(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_path_stays_here() {
        for wanted in [
            "https://evil",
            "//evil",
            "/\\evil",
            "/%09/evil",
            "https:evil",
            "@evil",
            "/a\r\nX: y",
            "",
            "javascript:alert(1)",
            "/%5cevil",
            "/%2fevil",
            "\\\\evil",
            "/a b",
            "///evil",
            "data:text/html,x",
        ] {
            assert_eq!(safe_path(wanted, "/me"), "/me", "{wanted}");
        }
        assert_eq!(safe_path("/me/devices?x=1", "/me"), "/me/devices?x=1");
    }

    #[test]
    fn a_form_has_one_meaning() {
        assert_eq!(parse_form(b"a=1&b=x+y%20z").unwrap().text("b"), "x y z");
        for bad in [&b"a=1&a=2"[..], b"a=%ff", b"a=%00", b"a=%C0%AF"] {
            assert!(parse_form(bad).is_err());
        }
    }
}
