//! "This wasn't me", the link in every notice: one press ends sessions, devices and the password, takes back what was added
//! since, and leads to a new password. Opening the page changes nothing; the link works even from an address that was taken
//! from the person.

use axum::http::StatusCode;
use axum::response::Response;

use super::link::{self, Standing, Token};
use super::person::{self, Person};
use super::session::State;
use super::{device, session};
use crate::args;
use crate::factors::{backup_codes, client_email, mine_email_waiting, mobile_code, passkey_store};
use crate::notices::outbox::put_job;
use crate::notices::{Event, Happening, can_text, compose, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::web::{Visit, go, page, page_with};
use crate::platform::when;

const PURPOSE: &str = "not-me";
/// The link that leads on to a new password; the same purpose and time as a forgotten password's.
const RESET: &str = "reset";
const RESET_SECONDS: i64 = 30 * 60;
/// How long a new password waits where the last second factor was taken away (seconds): in that time whoever it belonged
/// to finds out, and an administrator can stop it.
const PAUSE_SECONDS: i64 = 86_400;

#[derive(askama::Template)]
#[template(path = "sign_in/not_me.html")]
struct NotMePage {
    frame: Frame,
    token: String,
    /// The account is a client's, who needs no password.
    client: bool,
    /// The account is closed, so that no password is chosen for it.
    closed: bool,
    /// What the page says instead of the button.
    over: Option<String>,
    /// From when a new password can be chosen, where it waits, and how to reach the practice.
    waits_until: Option<String>,
    /// An administrator who proves the person on the phone ends the waiting.
    by_phone: bool,
    /// Only the practice can help on, so that no link to a new password is offered.
    asks: bool,
    contact: String,
}

/// `GET /not-me/{token}`, any number of times.
pub async fn ask(visit: Visit, Token(token): Token) -> Result<Response> {
    let person = whose(&visit, &token).await?;
    let client = person.as_ref().is_some_and(Person::is_client);
    let exit = client || is_clients_browser(&visit).await?;
    let over = standing(&visit, &token).await?;
    let status = if over.is_some() { StatusCode::GONE } else { StatusCode::OK };
    let mut not_me_page = NotMePage::new(&visit, &token, client, over).exit(exit);
    not_me_page.closed = person.as_ref().is_some_and(is_closed);
    page_with(status, &not_me_page)
}

/// `POST /not-me/{token}`, once.
pub async fn answer(visit: Visit, Token(token): Token) -> Result<Response> {
    // read
    if let Some(over) = standing(&visit, &token).await? {
        let client = whose(&visit, &token).await?.is_some_and(|person| person.is_client());
        let exit = client || is_clients_browser(&visit).await?;
        return page_with(StatusCode::GONE, &NotMePage::new(&visit, &token, client, Some(over)).exit(exit));
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
    let mut taken = take_back(&visit, &mut tx, &person, link.created_at).await?;
    taken.former_address = !person.is_client() && person.email_key != link.sent_to;
    link::replace_older(&visit, &mut tx, RESET, &person.id).await?;
    stop_new_address(&visit, &mut tx, &person).await?;
    hold(&visit, &mut tx, &person, &taken).await?;
    tell(&visit, &mut tx, &person, &taken).await?;
    let leads_on = !taken.last_second && may_choose(&person, &link.sent_to, visit.now);
    // An old mail stops everything as well as a new one, but only a mail of this half hour leads to a new password (S4).
    let young = visit.now - link.created_at <= RESET_SECONDS;
    let reset = match leads_on {
        true if young => Some(link::mint(&visit, &mut tx, RESET, &person, RESET_SECONDS, "").await?),
        true => {
            let body = serde_json::json!({ "browser": visit.browser().in_english(), "place": visit.place() });
            put_job(&visit, &mut tx, "password-reset", &person.email_key, &body).await?;
            None
        }
        false => None,
    };
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(match reset {
        Some(reset) => go(&format!("/reset/{reset}")),
        None => done(&visit, &token, &person, &taken, leads_on)?,
    })
}

/// What the page says where the press leads no further.
fn done(visit: &Visit, token: &str, person: &Person, taken: &Taken, mailed: bool) -> Result<Response> {
    let disputed = taken.former_address || person.address_is_disputed(visit.now);
    let until = waits_until(person, taken, visit.now).filter(|_| !disputed);
    let said = match until {
        _ if person.is_client() => visit.say("not-me-done-client"),
        _ if is_closed(person) => visit.say_with("not-me-done-closed", &[("contact", &compose::contact(visit)?)]),
        _ if mailed => visit.say_with("not-me-done-mailed", &[("email", &person.email)]),
        Some(_) if taken.last_second => visit.say("not-me-done-wait"),
        Some(_) => visit.say("not-me-done-held"),
        None if person.joined_at.is_none() => visit.say("not-me-done-unjoined"),
        None => visit.say_with("not-me-done-ask", &[("contact", &compose::contact(visit)?)]),
    };
    let mut over = NotMePage::new(visit, token, person.is_client(), Some(said));
    over.waits_until = until.map(|until| when::full(until, visit.zone()));
    over.by_phone = person.address_waits_until(visit.now).is_none();
    over.asks = until.is_none() && !mailed;
    over.contact = compose::contact(visit)?;
    page(&over)
}

/// A colleague's account that was closed: nobody gets in with it, and no mail leads to a new password.
fn is_closed(person: &Person) -> bool {
    !person.is_client() && person.closed_at.is_some()
}

/// Until when no mail leads to a new password (unix seconds), where one would otherwise: a day after the last second factor went or an
/// administrator changed the address, and while the address is disputed.
fn waits_until(person: &Person, taken: &Taken, now: i64) -> Option<i64> {
    let pause = taken.last_second.then_some(now + PAUSE_SECONDS).max(person.resets_wait_until(now));
    pause.max(person.address_waits_until(now)).filter(|_| !person.is_client() && person.closed_at.is_none())
}

/// A mail alone must not open what a second factor had kept shut a moment ago, and an address that somebody disputes opens
/// nothing before an administrator has settled whose it is.
async fn hold(visit: &Visit, tx: &mut Tx, person: &Person, taken: &Taken) -> Result<()> {
    let practice = &visit.practice()?.id;
    if taken.former_address {
        tx.execute(
            "UPDATE person SET email_disputed_at = $3 WHERE practice_id = $1 AND id = $2",
            args![practice, &person.id, visit.now],
        )
        .await?;
    }
    if taken.last_second {
        tx.execute(
            "UPDATE person SET resets_from = $3 WHERE practice_id = $1 AND id = $2",
            args![practice, &person.id, visit.now + PAUSE_SECONDS],
        )
        .await?;
        // What is held stays held should the account open again; till then there is nothing to wait for.
        if !is_closed(person) {
            text_about_the_pause(visit, tx, person, waits_until(person, taken, visit.now)).await?;
        }
    }
    Ok(())
}

/// To the number that was on file till now: the mailbox may not be the person's alone.
async fn text_about_the_pause(visit: &Visit, tx: &mut Tx, person: &Person, until: Option<i64>) -> Result<()> {
    let Some(number) = mobile_code::on_file(visit, person)?.filter(|_| can_text(&visit.server)) else { return Ok(()) };
    let until = when::full(until.unwrap_or(visit.now + PAUSE_SECONDS), visit.zone());
    let practice = visit.practice()?;
    let language = person.language.as_deref().unwrap_or(&practice.language);
    let words =
        [("practice", practice.name.as_str()), ("time", until.as_str()), ("contact", &compose::contact(visit)?)];
    let words = visit.server.texts.say(language, "text-not-me-paused", &words);
    compose::text(visit, tx, "not-me-paused", (person, &number), (&words, None)).await
}

async fn tell(visit: &Visit, tx: &mut Tx, person: &Person, taken: &Taken) -> Result<()> {
    if is_closed(person) {
        return happened(visit, tx, Happening::of(Event::NotMeClosed, person).detail("removed", &taken.removed)).await;
    }
    let event = match taken {
        Taken { former_address: true, .. } => Event::NotMeDisputed,
        Taken { last_second: true, .. } => Event::NotMePaused,
        _ => Event::NotMe,
    };
    let happening = Happening::of(event, person).detail("removed", &taken.removed);
    let until = waits_until(person, taken, visit.now).map(|until| when::full(until, visit.zone()));
    let held = if until.is_some() { "yes" } else { "no" };
    let happening = happening.detail("held", held).detail("password_from", until.as_deref().unwrap_or_default());
    happened(visit, tx, happening).await
}

/// What the press took away.
#[derive(Default)]
struct Taken {
    /// For the record.
    removed: String,
    /// A second factor went, and none is left.
    last_second: bool,
    /// The mail had gone to an address that is no longer the person's.
    former_address: bool,
}

/// What was added since the mail's event may be the stranger's own way back in, and what they answer on the phone by; what
/// is older stays. But whoever reads a client's mailbox must not undo what keeps them out.
async fn take_back(visit: &Visit, tx: &mut Tx, person: &Person, since: i64) -> Result<Taken> {
    let (practice, mut removed) = (&visit.practice()?.id, vec![]);
    if person.lock().is_some() || person.is_private() {
        return Ok(Taken::default());
    }
    let passkeys = i64::try_from(passkey_store::delete_since(visit, tx, &person.id, since).await?).unwrap_or(0);
    if passkeys > 0 {
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
            "UPDATE person SET mobile = NULL, mobile_proved_at = NULL, mobile_changed_at = NULL
             WHERE practice_id = $1 AND id = $2 AND mobile IS NOT NULL AND mobile_changed_at >= $3",
            args![practice, &person.id, since],
        )
        .await?;
    if mobile == 1 {
        mobile_code::end_read_out(visit, tx, &person.id).await?;
        removed.push("mobile number");
    }
    let left = person.passkeys > passkeys || person.totp_secret.is_some() && app == 0;
    let last_second = !person.is_client() && !left && (passkeys > 0 || app == 1);
    Ok(Taken { removed: removed.join(", "), last_second, former_address: false })
}

/// A new address under way may be the stranger's. A protected client's is left alone: it may lead away from the very mailbox in
/// which the link was pressed, and it waits a day in which the client can stop it.
async fn stop_new_address(visit: &Visit, tx: &mut Tx, person: &Person) -> Result<()> {
    if !person.is_client() {
        mine_email_waiting::stop(visit, tx, person).await?;
        return Ok(());
    }
    if !client_email::is_protected(person) && client_email::end_under_way(visit, tx, &person.id).await? > 0 {
        happened(visit, tx, Happening::of(Event::ClientEmailStopped, person)).await?;
    }
    Ok(())
}

/// Whose account the link is about, for the words alone.
async fn whose(visit: &Visit, token: &str) -> Result<Option<Person>> {
    let Some(link) = link::look(visit, PURPOSE, token).await? else { return Ok(None) };
    person::by_id(visit.db()?, &visit.practice()?.id, &link.person_id).await
}

/// Whether a client is signed in here, who finds "Exit quickly" on every page, whatever the link is.
///
/// # Errors
/// Faults of the database.
pub async fn is_clients_browser(visit: &Visit) -> Result<bool> {
    Ok(match session::glance(visit).await? {
        State::Open(session) | State::Locked(session) => session.is_client(),
        State::Nobody => false,
    })
}

/// A client signs in by mail and sets a password from inside, if at all: a mail alone never does. Of staff, only the
/// mailbox that is the person's now may choose a new password, and not within a day of somebody else's change of the
/// address or of the last second factor's going; from another the press stops everything, and the practice helps on.
/// Whoever was invited and has not joined goes by the invitation.
fn may_choose(person: &Person, sent_to: &str, now: i64) -> bool {
    let theirs = person.closed_at.is_none() && person.joined_at.is_some() && person.email_key == sent_to;
    !person.is_client() && theirs && !person.resets_are_held(now)
}

/// Why the link does nothing any more; none while it does.
async fn standing(visit: &Visit, token: &str) -> Result<Option<String>> {
    let said = |id: &str, at: i64| visit.say_with(id, &[("time", &when::full(at, visit.zone()))]);
    Ok(match link::look(visit, PURPOSE, token).await?.map(|link| link.standing(visit.now)) {
        None => Some(visit.say("not-me-unknown")),
        Some(Standing::Used(at)) => Some(said("not-me-used", at)),
        Some(Standing::Replaced(at)) => Some(said("not-me-replaced", at)),
        Some(Standing::Expired(at)) => Some(said("not-me-expired", at)),
        Some(Standing::Good) => None,
    })
}

impl NotMePage {
    fn new(visit: &Visit, token: &str, client: bool, over: Option<String>) -> NotMePage {
        let mut frame = Frame::new(visit, "not-me-title");
        frame.exit = client;
        NotMePage {
            frame,
            token: token.to_owned(),
            client,
            closed: false,
            over,
            waits_until: None,
            by_phone: false,
            asks: false,
            contact: String::new(),
        }
    }

    fn exit(mut self, exit: bool) -> NotMePage {
        self.frame.exit = exit;
        self
    }
}
