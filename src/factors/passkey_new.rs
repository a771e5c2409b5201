//! Making a passkey: after fresh proof in My info, or inside a sign-in that requires a second factor. It is stored the
//! moment the browser has made it and named afterwards, so that no interruption leaves it on one side only.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::passkey_ceremony::{self as ceremony, Ceremony, Purpose};
use super::passkey_dropped as dropped;
use super::passkey_options::{self as options, Asked};
use super::passkey_providers as providers;
use super::passkey_store::{self as store, Added, Passkey};
use super::totp;
use crate::notices::Event;
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Fields, Query, Visit, encode, go, page, page_with, safe_path};
use crate::platform::webauthn::{self, Expected, NewCredential};
use crate::platform::when;
use crate::sign_in::other::{self, Unkept};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::step::{Factor, Step};
use crate::sign_in::{self, Attempt, act, flash, marks, way_in};

/// The page within a sign-in.
const IN_SIGN_IN: &str = "/sign-in/set-up/passkey";
/// And in My info.
const NEW: &str = "/me/passkeys/new";

#[derive(askama::Template)]
#[template(path = "factors/passkey_new.html")]
struct NewPage {
    frame: Frame,
    action: &'static str,
    /// None when there are as many as there may be.
    passkey: Option<Asked>,
    /// Which ones there are, in words, for "you already have one here".
    had: String,
    /// Where the person goes on to after naming it; empty: to the list.
    then_path: String,
    in_sign_in: bool,
    problem: Option<String>,
    /// One that the browser made and that was not kept: it may forget it.
    unknown: Option<String>,
    /// Whose it is for the browser, where the page asks for none.
    rp: String,
}

/// Who makes one, and where.
enum Place {
    /// And where the person goes on to afterwards.
    Session(Arc<Session>, String),
    Attempt(Box<Attempt>),
}

impl Place {
    fn id(&self) -> &str {
        match self {
            Place::Session(session, _) => &session.id,
            Place::Attempt(attempt) => &attempt.id,
        }
    }

    async fn begin(&self, visit: &Visit) -> Result<Tx> {
        match self {
            Place::Session(session, _) => act::begin(visit, session).await,
            Place::Attempt(attempt) => act::begin_under_way(visit, attempt).await,
        }
    }

    /// What goes on when everything else of the person ends: this session, or this attempt and the session it opens again.
    fn goes_on(&self) -> &str {
        match self {
            Place::Session(session, _) => &session.id,
            Place::Attempt(attempt) => attempt.session_id.as_deref().unwrap_or(&attempt.id),
        }
    }

    fn then_path(&self) -> &str {
        if let Place::Session(_, then_path) = self { then_path } else { "" }
    }
}

/// Whether anybody of that kind makes passkeys here: staff always do, clients where the practice offers it. Those that there
/// are go on working.
///
/// # Errors
/// Not found where there is no practice.
pub fn are_offered(visit: &Visit, client: bool) -> Result<bool> {
    Ok(!client || visit.practice()?.client_passkeys != 0)
}

/// Who may make one here and now, or the way there; `sent` is the form with what a browser made, of which word is left.
async fn who(
    visit: &Visit,
    then_path: &str,
    sent: Option<&Fields>,
) -> Result<std::result::Result<(Place, Person), Response>> {
    if visit.path.starts_with("/sign-in/") {
        let (attempt, step, person) = match sign_in::under_way(visit).await? {
            Ok(found) => found,
            Err(response) => return lost(visit, sent, response).await.map(Err),
        };
        return match step {
            Step::SetUp => Ok(Ok((Place::Attempt(Box::new(attempt)), person))),
            step => lost(visit, sent, go(&totp::path_of(&step, &attempt, &person))).await.map(Err),
        };
    }
    let entered = match sent {
        Some(fields) => answering(visit, fields).await?,
        None => session::fresh(visit).await?,
    };
    let session = match entered {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    if !are_offered(visit, session.is_client())? {
        return not_offered(visit, &session, sent).map(Err);
    }
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &session.person_id).await?.ok_or(Error::NotFound)?;
    Ok(Ok((Place::Session(session, safe_path(then_path, "")), person)))
}

/// To the list, which says so; what the browser made while the practice turned it off is not kept.
fn not_offered(visit: &Visit, session: &Session, sent: Option<&Fields>) -> Result<Response> {
    if let Some(fields) = sent
        && ceremony::is_of_this_browser(visit, fields.text("ceremony"), Purpose::Create)?
    {
        dropped::leave(visit, &session.person_id, fields.text("credential"))?;
    }
    Ok(go("/me/passkeys?done=not-offered"))
}

/// The session for what a browser made. Who they are has to have been shown freshly when the browser was asked: its window
/// may stay open until the ceremony is over, and the passkey is on the device by then (docs/decisions/0010).
async fn answering(visit: &Visit, fields: &Fields) -> Result<std::result::Result<Arc<Session>, Response>> {
    let session = match session::required(visit).await {
        Err(Error::Bad("other-person")) => {
            let page = of_another(visit, fields).await?;
            return page.map(Err).ok_or(Error::Bad("other-person"));
        }
        found => match found? {
            Ok(session) => session,
            Err(response) => return lost(visit, Some(fields), response).await.map(Err),
        },
    };
    if session.is_by_pin() {
        return Err(Error::ByPin);
    }
    let ceremony = ceremony::read(visit, fields.text("ceremony"), Purpose::Create, &session.id)?;
    if session.is_fresh(visit.now) || ceremony.is_some_and(|ceremony| was_fresh(visit, &session, &ceremony)) {
        return Ok(Ok(session));
    }
    proof_first(visit, &session, &safe_path(fields.text("then"), ""), fields.text("credential")).map(Err)
}

pub(super) fn was_fresh(visit: &Visit, session: &Session, ceremony: &Ceremony) -> bool {
    !ceremony.is_old(visit.now) && session.is_fresh(ceremony.begun_at)
}

/// What the browser made comes too late: the session locked or is over, as when another device made one meanwhile, or the
/// attempt is. It is said on the page that the person comes to, so that nobody keeps one that never works.
async fn lost(visit: &Visit, sent: Option<&Fields>, response: Response) -> Result<Response> {
    let Some(fields) = sent else { return Ok(response) };
    let json = fields.text("credential");
    if json.is_empty() || !ceremony::is_of_this_browser(visit, fields.text("ceremony"), Purpose::Create)? {
        return Ok(response);
    }
    if response.status() == StatusCode::CONFLICT {
        return Ok(of_another(visit, fields).await?.unwrap_or(response));
    }
    match session::glance(visit).await? {
        // Whoever made it went on in another tab, or is away; nobody else is asked to make one.
        State::Locked(session) if is_of(visit, &session) => dropped::leave(visit, &session.person_id, json)?,
        State::Open(session) if is_of(visit, &session) => {
            dropped::leave(visit, &session.person_id, json)?;
            return Ok(go(NEW));
        }
        State::Locked(_) | State::Open(_) | State::Nobody => dropped::leave_at_the_door(visit, json)?,
    }
    Ok(response)
}

/// Whether the form that was sent stood on a page of theirs.
fn is_of(visit: &Visit, session: &Session) -> bool {
    visit.form_of() == Some(session.person_id.as_str())
}

/// The page for another person's form, where a passkey came with it that is not kept; none where there is nothing to say.
async fn of_another(visit: &Visit, fields: &Fields) -> Result<Option<Response>> {
    let asked_here = ceremony::is_of_this_browser(visit, fields.text("ceremony"), Purpose::Create)?;
    let unkept = if asked_here { dropped::unkept(visit, fields.text("credential")).await? } else { None };
    let Some(id) = unkept else { return Ok(None) };
    other::refused_with(visit, Unkept { id, options: rp(visit)? }).await
}

/// Whose passkeys are for the browser, as `data-options` where a page asks for none.
pub(super) fn rp(visit: &Visit) -> Result<String> {
    Ok(serde_json::json!({ "rpId": options::rp_id(visit)? }).to_string())
}

/// To fresh proof, and then to this page anew, which says that what the browser made was not kept.
fn proof_first(visit: &Visit, session: &Session, then_path: &str, json: &str) -> Result<Response> {
    dropped::leave(visit, &session.person_id, json)?;
    let again = if then_path.is_empty() { NEW.to_owned() } else { format!("{NEW}?then={}", encode(then_path)) };
    Ok(go(&format!("{}?then={}", way_in::confirm(session), encode(&again))))
}

/// `GET /me/passkeys/new` and `GET /sign-in/set-up/passkey`.
pub async fn ask(visit: Visit, Query(query): Query) -> Result<Response> {
    let (place, person) = match who(&visit, query.text("then"), None).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let person = with_handle(&visit, person).await?;
    let mut new = new_page(&visit, &place, &person).await?;
    new.unknown = dropped::take(&visit, &person.id).await?;
    new.problem = new.unknown.is_some().then(|| visit.say("passkey-not-kept"));
    page(&new)
}

/// The user handle is made once, for whoever proved who they are; everything else about a ceremony is in its token.
pub(super) async fn with_handle(visit: &Visit, mut person: Person) -> Result<Person> {
    if person.passkey_user.is_none() {
        let mut tx = visit.db()?.write().await?;
        person.passkey_user = Some(options::user_handle(visit, &mut tx, &person.id).await?);
        tx.commit().await?;
    }
    Ok(person)
}

/// `POST /me/passkeys/new` and `POST /sign-in/set-up/passkey`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (place, person) = match who(&visit, fields.text("then"), Some(&fields)).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let person = with_handle(&visit, person).await?;
    let json = fields.text("credential");
    let ceremony = ceremony::read(&visit, fields.text("ceremony"), Purpose::Create, place.id())?;
    let Some(ceremony) = ceremony.filter(|ceremony| !ceremony.is_old(visit.now)) else {
        return too_late(&visit, &place, &person, json).await;
    };
    if json.is_empty() {
        return refused(&visit, &place, &person, ("passkey-empty", "")).await;
    }
    let origins = options::origins(&visit).await?;

    // work
    let wanted = Expected { verification: person.is_client(), ..expected(&visit, &ceremony, &origins, true)? };
    let new = match webauthn::register(&wanted, json) {
        Ok(new) => new,
        Err(refusal) => {
            tracing::info!(why = refusal.word(), "a new passkey was refused");
            spend(&visit, &ceremony).await?;
            return refused(&visit, &place, &person, ("passkey-not-made", json)).await;
        }
    };

    // write
    store_it(&visit, &place, &person, (&new, json), &ceremony).await
}

/// What a new credential has to be; `presence` is not asked of a browser that makes one by itself.
pub(super) fn expected<'a>(
    visit: &'a Visit,
    ceremony: &'a Ceremony,
    origins: &'a [String],
    presence: bool,
) -> Result<Expected<'a>> {
    Ok(Expected {
        challenge: &ceremony.challenge,
        origins,
        rp_id: options::rp_id(visit)?,
        // Asked for; one made without it may stand beside a password and not alone. Clients have no password.
        verification: false,
        presence,
        discoverable: false,
    })
}

/// A refused answer uses the ceremony up too.
pub(super) async fn spend(visit: &Visit, ceremony: &Ceremony) -> Result<()> {
    let mut tx = visit.db()?.write().await?;
    ceremony::spend(visit, &mut tx, ceremony).await?;
    tx.commit().await
}

async fn store_it(
    visit: &Visit,
    place: &Place,
    person: &Person,
    (new, json): (&NewCredential, &str),
    ceremony: &Ceremony,
) -> Result<Response> {
    let offered = providers::offered(visit, new);
    let mut tx = place.begin(visit).await?;
    if !ceremony::spend(visit, &mut tx, ceremony).await? {
        drop(tx);
        return too_late(visit, place, person, json).await;
    }
    let short_id =
        match store::add(visit, &mut tx, person, new, (&offered, Event::PasskeyAdded), place.goes_on()).await? {
            Added::Yes(short_id) => short_id,
            Added::Known => {
                drop(tx);
                return refused(visit, place, person, ("passkey-known", "")).await;
            }
            Added::TooMany => {
                drop(tx);
                return refused(visit, place, person, ("passkey-too-many", json)).await;
            }
        };
    flash::signal(visit);
    if let Place::Session(session, _) = place
        && session.is_client()
    {
        marks::mark_passkey(visit, &short_id, session.shared != 0);
    }
    visit.server.world.reached("passkey added");
    let name = format!("/me/passkeys/{short_id}/name?new=1");
    if let Place::Attempt(attempt) = place {
        let factor = if new.verified { Factor::Passkey } else { Factor::Touch };
        sign_in::proved(visit, &mut tx, attempt, factor).await?;
        let named = safe_path(&format!("{name}{}", and_then(&attempt.then_path)), &name);
        let attempt = sign_in::lead_to(visit, &mut tx, attempt, &named).await?;
        return sign_in::advance(visit, tx, &attempt).await;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("{name}{}", and_then(place.then_path()))))
}

/// A path to go on to, as one more part of a query.
fn and_then(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("&then={}", encode(path)) }
}

/// The ceremony is over, or was answered before; then what the browser sends is on record.
async fn too_late(visit: &Visit, place: &Place, person: &Person, json: &str) -> Result<Response> {
    let words = if dropped::is_kept_for(visit, json, &person.id).await? {
        "passkey-known"
    } else if dropped::unkept(visit, json).await?.is_some() {
        "passkey-not-kept"
    } else {
        "passkey-old"
    };
    refused(visit, place, person, (words, json)).await
}

/// `json` is what the browser made, which it may forget where it is not on record.
async fn refused(visit: &Visit, place: &Place, person: &Person, (words, json): (&str, &str)) -> Result<Response> {
    let unknown = dropped::unkept(visit, json).await?;
    if let (Place::Session(session, then_path), Some(_)) = (place, &unknown)
        && !session.is_fresh(visit.now)
    {
        return proof_first(visit, session, then_path, json);
    }
    let again = NewPage { problem: Some(visit.say(words)), unknown, ..new_page(visit, place, person).await? };
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

async fn new_page(visit: &Visit, place: &Place, person: &Person) -> Result<NewPage> {
    let had = store::of(visit, &person.id).await?;
    let room = i64::try_from(had.len()).unwrap_or(store::MOST) < store::MOST;
    let frame = match place {
        Place::Session(session, _) => session::frame(visit, session, "passkey-new-title"),
        Place::Attempt(_) => other::frame(visit, person, "passkey-new-title"),
    };
    let asked = || options::to_create(visit, Purpose::Create, place.id(), person, &had);
    let in_sign_in = matches!(place, Place::Attempt(_));
    Ok(NewPage {
        frame: frame.script("passkey.js"),
        action: if in_sign_in { IN_SIGN_IN } else { NEW },
        passkey: room.then(asked).transpose()?,
        had: in_words(visit, &had),
        then_path: place.then_path().to_owned(),
        in_sign_in,
        problem: None,
        unknown: None,
        rp: rp(visit)?,
    })
}

/// "iCloud Keychain (3 May 2026), Windows Hello (4 June 2026)".
pub(super) fn in_words(visit: &Visit, passkeys: &[Passkey]) -> String {
    let one = |passkey: &Passkey| format!("{} ({})", passkey.name, when::day(passkey.created_at, visit.zone()));
    passkeys.iter().map(one).collect::<Vec<_>>().join(", ")
}
