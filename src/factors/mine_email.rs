//! Change of email: fresh proof, a link to the new address, a notice to the old, and one conditional update. What the
//! page says is the same whether the new address is free or somebody's; only its owner reads which.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::password_lanes::later;
use super::{mine, mine_email_client, mine_email_waiting};
use crate::args;
use crate::notices::compose::{self, Letter, letter};
use crate::notices::{Event, Happening, happened};
use crate::platform::asked;
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::web::{Fields, Visit, encode, go, page, page_with};
use crate::platform::when;
use crate::sign_in::person::Person;
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::{act, flash, link};

/// The link in the mail works for so long, in seconds.
const LINK_SECONDS: i64 = 24 * 3600;

#[derive(askama::Template)]
#[template(path = "factors/mine_email.html")]
struct EmailPage {
    frame: Frame,
    now: String,
    email: String,
    problem: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "factors/mine_email_sent.html")]
struct SentPage {
    frame: Frame,
}

#[derive(askama::Template)]
#[template(path = "factors/mine_email_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    path: String,
    what: Confirm,
}

/// What the page behind the link can offer.
enum Confirm {
    /// The new address; one press takes it.
    Ready(String),
    LogInFirst,
    OtherPerson,
    Over,
}

#[derive(sqlx::FromRow)]
struct Asked {
    person_id: String,
    sent_to: String,
    data: String,
}

/// `GET /me/email`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let (session, person) = match mine_now(&visit).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    if person.is_client() {
        return mine_email_client::ask(&visit, &session, &person);
    }
    page(&EmailPage {
        frame: session::frame(&visit, &session, "mine-email-title"),
        now: person.email,
        email: String::new(),
        problem: None,
    })
}

/// `POST /me/email`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let (session, person) = match mine_now(&visit).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    if person.is_client() {
        return mine_email_client::answer(&visit, &session, &person, &fields).await;
    }
    let typed = fields.trimmed("email");
    let email = match Email::parse(typed) {
        Ok(email) if email.canonical() != person.email_key => email,
        refused => {
            let problem = if refused.is_ok() { "mine-email-same" } else { "mine-email-wrong" };
            let again = EmailPage::again(&visit, &session, &person, typed, visit.say(problem));
            return page_with(StatusCode::UNPROCESSABLE_ENTITY, &again);
        }
    };
    let (to, by) = (visit.lane("mail", email.canonical())?, visit.lane("email change", &person.id)?);
    let (db, practice) = (visit.db()?, &visit.practice()?.id);
    if !visit.mail_allowed(&by).await? {
        // What the person themself asked for a moment ago is no secret.
        let until = asked::mail_waits_until(db, practice, &by, visit.now).await?;
        let wait = visit.say_with("mine-email-wait", &[("time", &when::full(when::next_minute(until), visit.zone()))]);
        let again = EmailPage::again(&visit, &session, &person, typed, wait);
        return later(StatusCode::TOO_MANY_REQUESTS, until - visit.now, &again);
    }

    // write: too often for that address reads the same, here and in My info, and only its mail is left out.
    // The link that went there before goes on working then.
    let mails = visit.mail_allowed(&to).await?;
    let mut tx = act::begin(&visit, &session).await?;
    if mails || !mine_email_waiting::is_waiting(&visit, &mut tx, &person, &email).await? {
        link::replace_older(&visit, &mut tx, mine_email_waiting::OWN, &person.id).await?;
        let token = keep(&visit, &mut tx, &person, &email).await?;
        if mails {
            send(&visit, &mut tx, &person, &email, &token).await?;
        }
    }
    let happening =
        Happening::of(Event::EmailChangeAsked, &person).session(&session.id).detail("new_email", &email.masked());
    happened(&visit, &mut tx, happening).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/me/email/sent"))
}

/// `GET /me/email/sent`.
pub async fn sent(visit: Visit) -> Result<Response> {
    Ok(match session::required(&visit).await? {
        Ok(session) if session.is_client() => mine_email_client::sent(&visit, &session).await?,
        Ok(session) => page(&SentPage { frame: session::frame(&visit, &session, "mine-email-sent-title") })?,
        Err(response) => response,
    })
}

/// `GET /confirm-email/{token}`: says what it is and uses nothing up.
pub async fn arrive(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let asked = asked(&visit, &token).await?;
    let (mut frame, what) = match (asked, session::state(&visit).await?) {
        (None, State::Open(session)) => (session::frame(&visit, &session, "confirm-email-title"), Confirm::Over),
        (None, _) => (Frame::new(&visit, "confirm-email-title"), Confirm::Over),
        (Some(_), State::Locked(_)) => return Ok(go(&format!("/locked?then={}", encode(&visit.path)))),
        (Some(_), State::Nobody) => (Frame::new(&visit, "confirm-email-title"), Confirm::LogInFirst),
        (Some(asked), State::Open(session)) => {
            let frame = session::frame(&visit, &session, "confirm-email-title");
            let what = if asked.person_id == session.person_id {
                Confirm::Ready(wanted(&visit, &asked)?.0)
            } else {
                Confirm::OtherPerson
            };
            (frame, what)
        }
    };
    let status = if matches!(what, Confirm::Over) { StatusCode::GONE } else { StatusCode::OK };
    if matches!(what, Confirm::Over) {
        frame.title = visit.say("confirm-email-over-title");
    }
    page_with(status, &ConfirmPage { frame, path: encode(&visit.path), what })
}

/// `POST /confirm-email/{token}`: in the open session of the person who asked, whose mailbox the link proves.
pub async fn confirm(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    // read
    let session = match session::required(&visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(response),
    };
    let mut person = mine::myself(&visit, &session).await?;

    // write
    let mut tx = act::begin(&visit, &session).await?;
    let used: Option<Asked> = tx
        .optional(
            "UPDATE token SET used_at = $4 WHERE practice_id = $1 AND hash = $2 AND person_id = $3 AND purpose = 'email'
                AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $4 RETURNING person_id, sent_to, data",
            args![&visit.practice()?.id, secret::hash_token(&token), &person.id, visit.now],
        )
        .await?;
    let Some(used) = used else { return Ok(go(&visit.path)) };
    let (email, before) = wanted(&visit, &used)?;
    if !change(&visit, &mut tx, &person.id, (&email, &used.sent_to), &before).await? {
        // The address went to a colleague meanwhile, or an administrator changed this person's: the link is void.
        tx.commit().await?;
        return Ok(go(&visit.path));
    }
    link::replace_older(&visit, &mut tx, mine_email_waiting::BY_ADMINISTRATOR, &person.id).await?;
    session::look_again(&visit, &person.id)?;
    let former = person.clone();
    (person.email, person.email_key) = (email, used.sent_to);
    happened(&visit, &mut tx, Happening::of(Event::EmailChanged, &person).session(&session.id).before(&former)).await?;
    tx.commit().await?;
    flash::signal(&visit);
    visit.server.outbox_bell.notify_one();
    Ok(go("/me?done=email-changed"))
}

/// Who it is, with fresh proof.
async fn mine_now(visit: &Visit) -> Result<std::result::Result<(std::sync::Arc<Session>, Person), Response>> {
    let session = match session::required(visit).await? {
        Ok(session) => session,
        Err(response) => return Ok(Err(response)),
    };
    let person = mine::myself(visit, &session).await?;
    if person.kind != "staff" && !person.is_client() {
        return Err(Error::NotFound);
    }
    Ok(session::fresh(visit).await?.map(|session| (session, person)))
}

impl EmailPage {
    fn again(visit: &Visit, session: &Session, person: &Person, typed: &str, problem: String) -> EmailPage {
        EmailPage {
            frame: session::frame(visit, session, "mine-email-title"),
            now: person.email.clone(),
            email: typed.to_owned(),
            problem: Some(problem),
        }
    }
}

/// The mail to the new address: its link, or, where the address is a colleague's, the word to that colleague. The asker's page
/// shows the address as waiting either way; a link that was mailed to nobody opens for nobody.
async fn send(visit: &Visit, tx: &mut Tx, person: &Person, email: &Email, token: &str) -> Result<()> {
    let taken: Option<(String, Option<i64>)> = tx
        .optional(
            "SELECT id, closed_at FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'staff'",
            args![&visit.practice()?.id, email.canonical()],
        )
        .await?;
    if let Some((owner, closed_at)) = taken {
        let words = vec![("url", visit.server.home_of(visit.practice()?)), ("contact", compose::contact(visit)?)];
        let told = Letter {
            // Whoever's account is closed cannot log in with the address.
            name: if closed_at.is_some() { "email-in-use-closed" } else { "email-in-use" },
            to: email.typed(),
            person_id: Some(&owner),
            language: &visit.language,
            words,
            until: None,
        };
        return letter(visit, tx, &told).await;
    }
    let origin = visit.server.home_of(visit.practice()?);
    let words = vec![("name", person.name.clone()), ("link", format!("{origin}/confirm-email/{token}"))];
    let language = person.language.as_deref().unwrap_or(&visit.language);
    let until = Some(visit.now + LINK_SECONDS);
    let told = Letter { name: "confirm-email", to: email.typed(), person_id: Some(&person.id), language, words, until };
    letter(visit, tx, &told).await
}

/// A new link.
async fn keep(visit: &Visit, tx: &mut Tx, person: &Person, email: &Email) -> Result<String> {
    let practice = &visit.practice()?.id;
    let token = visit.new_token();
    let plain = serde_json::json!({ "email": email.typed(), "before": person.email_key }).to_string();
    tx.execute(
        "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, data, created_at, expires_at)
         VALUES ($1, $2, 'email', $3, $4, $5, $6, $7)",
        args![
            practice,
            secret::hash_token(&token),
            &person.id,
            email.canonical(),
            visit.server.seal("new email", &[practice, &person.id], &plain)?,
            visit.now,
            visit.now + LINK_SECONDS
        ],
    )
    .await?;
    Ok(token)
}

async fn asked(visit: &Visit, token: &str) -> Result<Option<Asked>> {
    visit
        .db()?
        .optional(
            "SELECT t.person_id, t.sent_to, t.data FROM token t
             JOIN person p ON p.practice_id = t.practice_id AND p.id = t.person_id AND p.closed_at IS NULL
             WHERE t.practice_id = $1 AND t.hash = $2 AND t.purpose = 'email'
                AND t.used_at IS NULL AND t.replaced_at IS NULL AND t.expires_at > $3",
            args![&visit.practice()?.id, secret::hash_token(token), visit.now],
        )
        .await
}

/// The address asked for, and the canonical one the person had then.
fn wanted(visit: &Visit, asked: &Asked) -> Result<(String, String)> {
    let plain = visit.server.open("new email", &[&visit.practice()?.id, &asked.person_id], &asked.data)?;
    let value: serde_json::Value = serde_json::from_str(&plain).map_err(|error| Error::fault("new email", error))?;
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    Ok((text("email"), text("before")))
}

/// Only while the person still has the address they had when they asked, and nobody else of the staff has the new one.
async fn change(visit: &Visit, tx: &mut Tx, person: &str, new: (&str, &str), before: &str) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE person SET email = $3, email_key = $4, email_changed_at = $5, email_changed_by = NULL
             WHERE practice_id = $1 AND id = $2 AND email_key = $6 AND closed_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM person o WHERE o.practice_id = $1 AND o.email_key = $4 AND o.kind = 'staff' AND o.id <> $2)",
            args![&visit.practice()?.id, person, new.0, new.1, visit.now, before],
        )
        .await?;
    Ok(changed == 1)
}
