//! A client's new address, typed by a member of the practice: it counts once the code mailed to it comes back, typed by
//! the client or read out to the member. A slip of the finger that nobody has signed in with is corrected at once.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::clients_one::also;
use super::clients_stuck::slips;
use super::fresh_with_client;
use crate::factors::client_email::{self, Change, Typed};
use crate::factors::totp_code::normalise_typed;
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::limit;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::sign_in::act;
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session};

/// A slip of the finger: so many letters more, less, other or swapped, at most.
const SLIPS: usize = 2;

#[derive(askama::Template)]
#[template(path = "practice/clients_email.html")]
struct EmailPage {
    frame: Frame,
    person: Person,
    email: String,
    email_problem: Option<String>,
    code_problem: Option<String>,
    change: Option<Change>,
    takes_codes: bool,
    /// Nobody has signed in with the address so far.
    unused: bool,
    protected: bool,
    /// No mail to this client has a link, at whatever address.
    code_only: bool,
}

/// `GET /practice/clients/{id}/email`.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Result<Response> {
    match fresh_with_client(&visit, &id).await? {
        Ok((session, person)) => page(&EmailPage::new(&visit, &session, person).await?),
        Err(response) => Ok(response),
    }
}

/// `POST /practice/clients/{id}/email`: a new address, the code that came back, or stopping it.
pub async fn answer(visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response> {
    let (session, person) = match fresh_with_client(&visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    match fields.text("do") {
        "code" => code(&visit, &session, person, fields.text("code")).await,
        "stop" => {
            let (mut tx, person) = begin(&visit, &session, &person.id).await?;
            client_email::stop(&visit, &mut tx, &person, &session).await?;
            tx.commit().await?;
            Ok(go(&format!("/practice/clients/{id}?done=email-stopped")))
        }
        _ => change(&visit, &session, person, fields.trimmed("email")).await,
    }
}

async fn change(visit: &Visit, session: &Session, person: Person, typed: &str) -> Result<Response> {
    // read
    let email = Email::parse(typed);
    let problem = match &email {
        Err(_) => Some("forgot-not-an-address"),
        Ok(email) if email.typed() == person.email => Some("people-email-same"),
        Ok(_) => None,
    };
    let (Ok(email), None) = (&email, problem) else {
        return again(visit, session, person, typed, problem.unwrap_or("forgot-not-an-address")).await;
    };
    let practice = &visit.practice()?.id;
    let (to, by) = (visit.lane("mail", email.canonical())?, visit.lane("email change", &person.id)?);

    // write
    let (mut tx, now) = begin(visit, session, &person.id).await?;
    let slip = slips(&now.email_key, email.canonical(), SLIPS) <= SLIPS;
    if slip && client_email::correct(visit, &mut tx, &now, email, session).await? {
        tx.commit().await?;
        return done(visit, &now, "email-corrected").await;
    }
    let allowed = limit::mail_allowed_in(&mut tx, practice, &to, visit.now).await?
        && limit::mail_allowed_in(&mut tx, practice, &by, visit.now).await?;
    if !allowed {
        drop(tx);
        let under_way = client_email::under_way(visit.db()?, practice, &person.id, visit.now).await?;
        if under_way.is_some_and(|change| change.was_just_asked(email, session, visit.now)) {
            return Ok(go(&format!("/practice/clients/{}?done=email-asked", person.id)));
        }
        return again(visit, session, person, typed, "people-mail-wait").await;
    }
    client_email::ask(visit, &mut tx, &now, email, session).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/practice/clients/{}?done=email-asked", person.id)))
}

async fn again(visit: &Visit, session: &Session, person: Person, typed: &str, problem: &str) -> Result<Response> {
    let mut form = EmailPage::new(visit, session, person).await?;
    typed.clone_into(&mut form.email);
    form.email_problem = Some(visit.say(problem));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

/// The code that the client read out.
async fn code(visit: &Visit, session: &Session, person: Person, typed: &str) -> Result<Response> {
    // read
    let practice = &visit.practice()?.id;
    if let Some(path) = done_before(visit, &person).await? {
        return Ok(go(&path));
    }
    let Some(change) = client_email::under_way(visit.db()?, practice, &person.id, visit.now).await? else {
        return Ok(go(&format!("/practice/clients/{}/email", person.id)));
    };
    let Some(code) = normalise_typed(typed) else {
        let mut form = EmailPage::new(visit, session, person).await?;
        form.code_problem = Some(visit.say("address-code-six"));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &form);
    };

    // write
    let (mut tx, before) = begin(visit, session, &person.id).await?;
    let typed = client_email::try_code(visit, &mut tx, &change, &code, None).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    let problem = match typed {
        Typed::Done => return done(visit, &before, "email-changed").await,
        Typed::Held(_) => return Ok(go(&format!("/practice/clients/{}?done=email-held", person.id))),
        Typed::Wrong(left) => visit.say_with("address-code-wrong", &[("left", &left.to_string())]),
        Typed::Over => match done_before(visit, &before).await? {
            Some(path) => return Ok(go(&path)),
            None => visit.say("address-code-over"),
        },
    };
    let mut form = EmailPage::new(visit, session, person).await?;
    form.code_problem = Some(problem);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &form)
}

/// Where a press leads whose code has confirmed the newest address already, pressed once before or at once.
async fn done_before(visit: &Visit, person: &Person) -> Result<Option<String>> {
    let newest = client_email::newest(visit.db()?, &visit.practice()?.id, &person.id).await?;
    Ok(newest.filter(Change::is_confirmed).map(|change| {
        let word = if change.is_done() { "email-changed" } else { "email-held" };
        format!("/practice/clients/{}?done={word}", person.id)
    }))
}

/// To the client's page, which says also whether mail to them names nobody from now on.
async fn done(visit: &Visit, before: &Person, word: &str) -> Result<Response> {
    let now = person::by_id(visit.db()?, &visit.practice()?.id, &before.id).await?;
    let quiet = now.is_some_and(|now| now.mail_form != before.mail_form);
    Ok(go(&format!("/practice/clients/{}?done={word}{}", before.id, also(quiet))))
}

/// The transaction of an act: the member still is one and the client's access is on, both as they are now.
async fn begin(visit: &Visit, session: &Session, id: &str) -> Result<(Tx, Person)> {
    let practice = &visit.practice()?.id;
    let mut tx = act::begin(visit, session).await?;
    let person = person::by_id_in(&mut tx, practice, id).await?;
    if person.closed_at.is_some() {
        return Err(Error::Forbidden);
    }
    Ok((tx, person))
}

impl EmailPage {
    async fn new(visit: &Visit, session: &Session, person: Person) -> Result<EmailPage> {
        let change = client_email::under_way(visit.db()?, &visit.practice()?.id, &person.id, visit.now).await?;
        Ok(EmailPage {
            frame: session::frame(visit, session, "clients-email-title"),
            email: String::new(),
            email_problem: None,
            code_problem: None,
            takes_codes: change.as_ref().is_some_and(|change| change.takes_codes(visit.now)),
            change,
            unused: person.last_sign_in_at.is_none() && !client_email::is_protected(&person),
            protected: client_email::is_protected(&person),
            code_only: client_email::is_discreet(visit, &person)?,
            person,
        })
    }
}
