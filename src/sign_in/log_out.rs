//! Logging out: ends this browser's session and leaves nothing private behind in the browser.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::flash::{self, Notice};
use super::person;
use super::session::{self, Session, State};
use super::{hello, kept_form, marks, note, way_in};
use crate::args;
use crate::notices::{Event, Happening, happened};
use crate::platform::error::Result;
use crate::platform::frame::{FROM_LIST, Frame};
use crate::platform::secret;
use crate::platform::web::{Visit, encode, go, page};

/// How far back the askings lie whose proof may still be good, in seconds: a link lives a day at most, what it proved a quarter of an
/// hour more.
const PROOFS_SECONDS: i64 = 2 * 86_400;

#[derive(askama::Template)]
#[template(path = "sign_in/log_out.html")]
struct LogOutPage {
    frame: Frame,
}

/// `GET /log-out`: a button; a picture or link elsewhere logs nobody out.
pub async fn ask(visit: Visit) -> Result<Response> {
    match session::state(&visit).await? {
        State::Nobody => Ok(go(way_in::path(&visit))),
        State::Open(session) => page(&LogOutPage { frame: session::frame(&visit, &session, "log-out-title") }),
        State::Locked(_) => page(&LogOutPage { frame: Frame::new(&visit, "log-out-title") }),
    }
}

/// `POST /log-out`; pressed twice, or on a page that was open too long or was somebody else's, it means the same.
pub async fn answer(visit: Visit) -> Result<Response> {
    let shared = match session::glance(&visit).await? {
        State::Open(session) | State::Locked(session) => {
            leave(&visit, &session).await?;
            Some(session.shared != 0)
        }
        State::Nobody => was_shared(&visit).await?,
    };
    let response = out(&visit, shared, "").await?;
    flash::leave(&visit, Notice::LoggedOut, "")?;
    Ok(response)
}

/// Whether others use the device, as whoever was in said, however that session ended; nothing where no trace of it is left.
async fn was_shared(visit: &Visit) -> Result<Option<bool>> {
    let Some(token) = visit.cookie(session::COOKIE) else { return Ok(None) };
    let row: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT shared FROM session WHERE practice_id = $1 AND token_hash = $2",
            args![&visit.practice()?.id, secret::hash_token(token)],
        )
        .await?;
    Ok(row.map(|(shared,)| shared != 0))
}

/// Out to the door once this browser's own session is over, whichever button ended it: what the browser need not know is
/// forgotten, and where others use it (`shared`) the entrance forgets its list too, as it does where nobody knows any more whose
/// it was. `note` (empty, or a query) says what the door tells.
///
/// # Errors
/// Faults and conflicts of the database; a fault when nothing can be sealed.
pub async fn out(visit: &Visit, shared: Option<bool>, note: &str) -> Result<Response> {
    let mut to = format!("{}{note}", way_in::path(visit));
    forget(visit, shared == Some(true)).await?;
    if shared != Some(false) && visit.cookie(FROM_LIST).is_some() {
        visit.drop_cookie(FROM_LIST);
        to = by_the_entrance(visit, &to)?;
    }
    Ok(cleared(visit, go(&to)))
}

/// Has the browser drop what it keeps of the pages that were open.
pub(super) fn cleared(visit: &Visit, mut response: Response) -> Response {
    // The keys of recognised devices lie in the browser's storage, those of colleagues on this computer too.
    let what = if super::device::carries_any(visit) { "\"cache\"" } else { "\"cache\", \"storage\"" };
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), HeaderValue::from_static(what));
    response
}

/// The way back to the door by way of the entrance, where the list lies open from which whoever leaves came: this device is to
/// remember nothing there either. What it leads to travels sealed, or anybody could lead people anywhere from the entrance.
fn by_the_entrance(visit: &Visit, door: &str) -> Result<String> {
    let (practice, server) = (visit.practice()?, &visit.server);
    let sealed = server.seal_for(&practice.region, "log-out", &[], &format!("{}\n{door}", practice.slug))?;
    Ok(format!("{}/left/back?for={}.{}", server.entrance(), practice.region, encode(&sealed)))
}

/// Ends a session, and forgets with it what this browser need not know any more.
///
/// # Errors
/// As [`leave`].
pub(super) async fn make_room(visit: &Visit, session: &Session) -> Result<()> {
    leave(visit, session).await?;
    forget(visit, session.shared != 0).await
}

async fn forget(visit: &Visit, everything: bool) -> Result<()> {
    give_up_proof(visit).await?;
    if everything {
        forget_everything(visit);
    }
    forget_sign_in(visit);
    Ok(())
}

/// A mailbox that this browser proved is proved no more: its cookie is dropped, but the next asking in the same minute may be given
/// the same secret anew (`Visit::first_secret`).
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn give_up_proof(visit: &Visit) -> Result<()> {
    let Some(token) = visit.cookie(marks::LINK_COOKIE) else { return Ok(()) };
    visit
        .db()?
        .execute(
            "UPDATE link_ask SET proved_in = NULL WHERE practice_id = $1 AND asked_at > $2 AND proved_in = $3",
            args![&visit.practice()?.id, visit.now - PROOFS_SECONDS, secret::hash_token(token)],
        )
        .await?;
    Ok(())
}

/// What belongs to this sign-in alone goes; a proved mailbox too, or the next person at this computer could go on with it.
fn forget_sign_in(visit: &Visit) {
    visit.drop_cookie(session::COOKIE);
    visit.drop_cookie(super::COOKIE);
    visit.drop_cookie(marks::LINK_COOKIE);
    hello::forget(visit);
    kept_form::forget(visit);
}

/// As if nobody had ever been here: after leaving in a hurry, and on a device that others use too.
pub fn forget_everything(visit: &Visit) {
    forget_sign_in(visit);
    marks::forget(visit);
    way_in::forget(visit);
    flash::forget(visit);
    note::drop_asked(visit);
}

/// Ends the session and writes it down. No cookie finds it any more: whoever left by themself is told nothing of it later, even
/// where the answer got lost and the browser kept the cookie.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn leave(visit: &Visit, session: &Session) -> Result<()> {
    let mut tx = visit.db()?.write().await?;
    let person = person::by_id_in(&mut tx, &visit.practice()?.id, &session.person_id).await?;
    if session::end(visit, &mut tx, &person.id, &session.id).await? {
        happened(visit, &mut tx, Happening::of(Event::LoggedOut, &person).session(&session.id)).await?;
    }
    tx.execute(
        "UPDATE session SET token_hash = 'left ' || id WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &session.id],
    )
    .await?;
    tx.commit().await
}
