//! What somebody typed into a form when their session had locked or ended, or the proof of who they are was older than
//! five minutes: it comes back with the page, sealed for the person alone, and never with a password or a code in it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::session::{self, State};
use super::way_in;
use crate::platform::error::{Error, Result};
use crate::platform::refill;
use crate::platform::web::{Fields, Visit, encode, go, safe_path};

const COOKIE: &str = "__Host-typed";
/// How long it is kept, in seconds.
const SECONDS: i64 = 3600;
/// The longest cookie, in bytes: browsers take four thousand. What is longer is not kept, and the page says so.
const MOST_BYTES: usize = 3_000;
/// The longest page that is filled in, in bytes.
const MOST_PAGE: usize = 2 * 1024 * 1024;
/// Fields that are kept nowhere: passwords, codes, what scripts put there, and the word that somebody was called just now.
const NEVER_KEPT: &[&str] = &[
    "csrf",
    "password",
    "current",
    "passphrase",
    "safe_word",
    "new_safe_word",
    "code",
    "number",
    "pin",
    "called",
    "credential",
    "ceremony",
    "device_key",
    "device_challenge",
    "device_signature",
    UNSENT_PAGE,
    UNSENT_ACTION,
    UNSENT_CUT,
];
/// In a form that a page gave up: its own path, where the form would have gone, and whether it was too long to come along.
const UNSENT_PAGE: &str = "unsent_page";
const UNSENT_ACTION: &str = "unsent_action";
const UNSENT_CUT: &str = "unsent_cut";
/// Forms on the way to the page: what is kept is not theirs.
const ON_THE_WAY: &[&str] = &["/confirm", "/confirm/passkey", "/portal/confirm", "/portal/confirm/passkey"];

#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    at: i64,
    action: String,
    /// The page the form belongs to.
    page: String,
    fields: Vec<(String, String)>,
    /// It was too long to be kept.
    cut: bool,
    /// Nobody had sent it.
    #[serde(default)]
    unsent: bool,
}

/// To a page that leads back here, where a form that was sent waits for the person it is of.
///
/// # Errors
/// A fault when the current key cannot seal.
pub(super) fn lead(visit: &Visit, way: &str, whose: Option<&str>) -> Result<Response> {
    whose.map_or(Ok(()), |whose| keep(visit, whose))?;
    Ok(go(&format!("{way}?then={}", encode(&back(visit)))))
}

/// `POST /unsent`: what was typed and not sent when the page hid itself, since nobody was there or the session was over. It is
/// kept as a form that was sent too late, never acted on, and does not count as use, so that an empty chair still locks.
///
/// # Errors
/// Faults of the database.
pub async fn unsent(visit: Visit, form: Fields) -> Result<Response> {
    let (way, whose) = match session::glance(&visit).await? {
        State::Open(session) | State::Locked(session) => (way_in::locked(&session), Some(session.person_id.clone())),
        State::Nobody => (way_in::path(&visit), visit.form_of().map(str::to_owned)),
    };
    let page = safe_path(form.text(UNSENT_PAGE), "/me");
    let action = safe_path(form.text(UNSENT_ACTION), "");
    let theirs = whose.filter(|whose| visit.form_of() == Some(whose.as_str()) && !is_on_the_way(&action));
    if let Some(whose) = theirs {
        let (fields, cut) = (typed(&form), form.ticked(UNSENT_CUT));
        put(&visit, &whose, Kept { at: visit.now, action, page: page.clone(), fields, cut, unsent: true })?;
    }
    Ok(go(&format!("{way}?then={}", encode(&page))))
}

/// Where the person comes back to. A form on the way to a page says in a field of its own which page that is.
fn back(visit: &Visit) -> String {
    let here = visit.here();
    let sent = visit.posted.get().filter(|_| is_on_the_way(&visit.path));
    let goal = sent.map_or(String::new(), |form| safe_path(form.text("then"), ""));
    if goal.is_empty() || here.contains('?') { here } else { format!("{here}?then={}", encode(&goal)) }
}

/// Keeps the form that this request sent, if it sent one, for that person.
fn keep(visit: &Visit, person_id: &str) -> Result<()> {
    let Some(posted) = visit.posted.get().filter(|_| !is_on_the_way(&visit.path)) else { return Ok(()) };
    let (action, page) = (visit.path.clone(), visit.here());
    put(visit, person_id, Kept { at: visit.now, action, page, fields: typed(posted), cut: false, unsent: false })
}

fn is_on_the_way(path: &str) -> bool {
    ON_THE_WAY.contains(&path)
}

fn typed(form: &Fields) -> Vec<(String, String)> {
    form.all().iter().filter(|(name, _)| !NEVER_KEPT.contains(&name.as_str())).cloned().collect()
}

fn put(visit: &Visit, person_id: &str, mut kept: Kept) -> Result<()> {
    let mut sealed = seal(visit, person_id, &kept)?;
    if kept.cut || sealed.len() > MOST_BYTES {
        kept.fields.clear();
        kept.cut = true;
        sealed = seal(visit, person_id, &kept)?;
    }
    visit.set_cookie(COOKIE, &sealed, Some(SECONDS));
    Ok(())
}

fn seal(visit: &Visit, person_id: &str, kept: &Kept) -> Result<String> {
    let text = serde_json::to_string(kept).map_err(|error| Error::fault("kept form", error))?;
    visit.server.seal("kept form", &[&visit.practice()?.id, person_id], &text)
}

/// Throws it away: whoever leaves takes it along.
pub(super) fn forget(visit: &Visit) {
    if visit.cookie(COOKIE).is_some() {
        visit.drop_cookie(COOKIE);
    }
}

/// Around every page of a practice: the page that a kept form belongs to is shown with it, once.
pub async fn bring_back(request: Request, next: Next) -> Response {
    let visit = request.extensions().get::<Visit>().cloned();
    let waits = request.method() == Method::GET && visit.as_ref().is_some_and(|visit| visit.cookie(COOKIE).is_some());
    let response = next.run(request).await;
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    match visit.filter(|_| waits && is_page && response.status() == StatusCode::OK) {
        Some(visit) => shown_with(&visit, response).await,
        None => response,
    }
}

async fn shown_with(visit: &Visit, response: Response) -> Response {
    let session = match session::glance(visit).await {
        Ok(State::Open(session)) => session,
        // Somebody on the way in, and a page for everybody: it waits.
        _ => return response,
    };
    let Some(kept) = opened(visit, &session) else {
        visit.drop_cookie(COOKIE);
        return response;
    };
    if kept.page.split('?').next() != Some(visit.path.as_str()) {
        return response;
    }
    visit.drop_cookie(COOKIE);
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MOST_PAGE).await else {
        return crate::platform::problem::page(visit, &Error::Fault("a page is too long to be filled in".into()));
    };
    let html = String::from_utf8_lossy(&bytes);
    let filled = refill::fill(&html, &kept.action, &kept.fields);
    let words = match (kept.unsent, &filled, kept.cut) {
        (false, Some(_), false) => "kept-form-filled",
        (false, _, true) => "kept-form-cut",
        (false, None, false) => "kept-form-nothing",
        (true, Some(_), false) => "kept-unsent-filled",
        (true, ..) => "kept-unsent-lost",
    };
    let notice = format!(
        "<div class=\"notices\"><div class=\"banner warning\" role=\"status\"><p>{}</p></div></div>\n<main ",
        refill::escape(&visit.say(words))
    );
    parts.headers.remove(header::CONTENT_LENGTH);
    let html = filled.unwrap_or_else(|| html.into_owned()).replacen("<main ", &notice, 1);
    Response::from_parts(parts, Body::from(html))
}

/// What was kept for this person; what does not open was kept for somebody else.
fn opened(visit: &Visit, session: &Arc<session::Session>) -> Option<Kept> {
    let (sealed, practice) = (visit.cookie(COOKIE)?, visit.practice().ok()?);
    let text = visit.server.open("kept form", &[&practice.id, &session.person_id], sealed).ok()?;
    let kept: Kept = serde_json::from_str(&text).ok()?;
    (kept.at + SECONDS > visit.now).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::NEVER_KEPT;

    /// Every field of a template where a password or a code is typed.
    fn secrets_of(html: &str, found: &mut Vec<String>) {
        for tag in html.split("<input").skip(1).filter_map(|piece| piece.split('>').next()) {
            let name = tag.split(" name=\"").nth(1).and_then(|rest| rest.split('"').next());
            let is_secret =
                ["type=\"password\"", "one-time-code", "class=\"code\""].iter().any(|mark| tag.contains(mark));
            found.extend(name.filter(|_| is_secret).map(str::to_owned));
        }
    }

    #[test]
    fn no_secret_is_kept() {
        let (mut folders, mut found) = (vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")], vec![]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "html") {
                    secrets_of(&std::fs::read_to_string(path).unwrap(), &mut found);
                }
            }
        }
        assert!(found.len() > 10, "{found:?}");
        for name in found {
            assert!(NEVER_KEPT.contains(&name.as_str()), "{name}");
        }
    }
}
