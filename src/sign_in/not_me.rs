//! "This wasn't me", the link in every notice: one press ends sessions, devices and the password, takes back what was added
//! since, and leads to a new password. Opening the page changes nothing; the link works even from an address that was taken
//! from the person.

use axum::http::StatusCode;
use axum::response::Response;

use super::link::{self, Standing, Token};
use super::person::{self, Person};
use super::{device, session};
use crate::args;
use crate::factors::{backup_codes, passkey_store};
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, go, page, page_with};
use crate::platform::when;

const PURPOSE: &str = "not-me";
/// The link that leads on to a new password; the same purpose and time as a forgotten password's.
const RESET: &str = "reset";
const RESET_SECONDS: i64 = 30 * 60;

#[derive(askama::Template)]
#[template(path = "sign_in/not_me.html")]
struct NotMePage {
    frame: Frame,
    token: String,
    /// The account is a client's, who needs no password.
    client: bool,
    /// What the page says instead of the button.
    over: Option<String>,
}

/// `GET /not-me/{token}`, any number of times.
pub async fn ask(visit: Visit, Token(token): Token) -> Result<Response> {
    let client = is_clients(&visit, &token).await?;
    match standing(&visit, &token).await? {
        Some(over) => page_with(StatusCode::GONE, &NotMePage::new(&visit, &token, client, Some(over))),
        None => page(&NotMePage::new(&visit, &token, client, None)),
    }
}

/// `POST /not-me/{token}`, once.
pub async fn answer(visit: Visit, Token(token): Token) -> Result<Response> {
    // read
    if let Some(over) = standing(&visit, &token).await? {
        let client = is_clients(&visit, &token).await?;
        return page_with(StatusCode::GONE, &NotMePage::new(&visit, &token, client, Some(over)));
    }
    let link = link::look(&visit, PURPOSE, &token).await?.ok_or(Error::NotFound)?;

    // write
    let practice = &visit.practice()?.id;
    let mut tx = visit.db()?.write().await?;
    if !link::spend_from_anywhere(&visit, &mut tx, PURPOSE, &token).await? {
        return Err(Error::Bad("attempt"));
    }
    let person = person::by_id_in(&mut tx, practice, &link.person_id).await?;
    tx.execute(
        "UPDATE person SET password_stolen_at = $3 WHERE practice_id = $1 AND id = $2",
        args![practice, &person.id, visit.now],
    )
    .await?;
    session::end_all(&visit, &mut tx, &person.id, None).await?;
    device::end_all(&visit, &mut tx, &person.id).await?;
    let removed = take_back(&visit, &mut tx, &person, link.created_at).await?;
    link::replace_older(&visit, &mut tx, RESET, &person.id).await?;
    happened(&visit, &mut tx, Happening::of(Event::NotMe, &person).detail("removed", &removed)).await?;
    let leads_on = may_choose(&person, &link.sent_to, visit.now);
    let reset =
        if leads_on { Some(link::mint(&visit, &mut tx, RESET, &person, RESET_SECONDS, "").await?) } else { None };
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(match reset {
        Some(reset) => go(&format!("/reset/{reset}")),
        None => {
            let said = visit.say(if person.is_client() { "not-me-done-client" } else { "not-me-done-ask" });
            page(&NotMePage::new(&visit, &token, person.is_client(), Some(said)))?
        }
    })
}

/// What was added since the mail's event may be the stranger's own way back in, and what they answer on the phone by; what
/// is older stays. But whoever reads a client's mailbox must not undo what keeps them out. Answers what went, for the record.
async fn take_back(visit: &Visit, tx: &mut Tx, person: &Person, since: i64) -> Result<String> {
    let (practice, mut removed) = (&visit.practice()?.id, vec![]);
    if person.lock().is_some() || person.is_private() {
        return Ok(String::new());
    }
    if passkey_store::delete_since(visit, tx, &person.id, since).await? > 0 {
        removed.push("passkey");
    }
    tx.execute("DELETE FROM totp_setup WHERE practice_id = $1 AND person_id = $2", args![practice, &person.id]).await?;
    let app = tx
        .execute(
            "UPDATE person SET totp_secret = NULL, totp_since = NULL
             WHERE practice_id = $1 AND id = $2 AND totp_secret IS NOT NULL AND totp_since >= $3",
            args![practice, &person.id, since],
        )
        .await?;
    if app == 1 {
        removed.push("app");
    }
    // Backup codes stand for the app: without it there are none.
    if app == 1 || person.backup_made_at.is_some_and(|at| at >= since) {
        backup_codes::forget(visit, tx, &person.id).await?;
        removed.push("backup codes");
    }
    let mobile = tx
        .execute(
            "UPDATE person SET mobile = NULL, mobile_proved_at = NULL
             WHERE practice_id = $1 AND id = $2 AND mobile_proved_at >= $3",
            args![practice, &person.id, since],
        )
        .await?;
    if mobile == 1 {
        removed.push("mobile number");
    }
    Ok(removed.join(", "))
}

/// Whose account the link is about, for the words alone.
async fn is_clients(visit: &Visit, token: &str) -> Result<bool> {
    let Some(link) = link::look(visit, PURPOSE, token).await? else { return Ok(false) };
    let person = person::by_id(visit.db()?, &visit.practice()?.id, &link.person_id).await?;
    Ok(person.is_some_and(|person| person.is_client()))
}

/// A client signs in by mail and sets a password from inside, if at all: a mail alone never does. Of staff, only the
/// mailbox that is the person's now may choose a new password, and not within a day of somebody else's change
/// of the address; from another the press stops everything, and the practice helps on.
fn may_choose(person: &Person, sent_to: &str, now: i64) -> bool {
    !person.is_client() && person.closed_at.is_none() && person.email_key == sent_to && !person.resets_are_held(now)
}

/// Why the link does nothing any more; none while it does.
async fn standing(visit: &Visit, token: &str) -> Result<Option<String>> {
    let said = |id: &str, at: i64| visit.say_with(id, &[("time", &when::full(at, visit.zone()))]);
    Ok(match link::look(visit, PURPOSE, token).await?.map(|link| link.standing(visit.now)) {
        None => Some(visit.say("not-me-unknown")),
        Some(Standing::Used(at) | Standing::Replaced(at)) => Some(said("not-me-used", at)),
        Some(Standing::Expired(at)) => Some(said("not-me-expired", at)),
        Some(Standing::Good) => None,
    })
}

impl NotMePage {
    fn new(visit: &Visit, token: &str, client: bool, over: Option<String>) -> NotMePage {
        NotMePage { frame: Frame::new(visit, "not-me-title"), token: token.to_owned(), client, over }
    }
}
