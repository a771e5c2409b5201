//! The page behind an invitation: the person checks their name, chooses a password and goes on through the rule.
//! The invitation itself is in `sign_in/invitation.rs`. Opening the page uses nothing up.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;

use super::password::hash;
use super::password_strength;
use crate::args;
use crate::notices::outbox::put_job;
use crate::notices::{Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::limit;
use crate::platform::names::{NameProblem, clean_name};
use crate::platform::secret;
use crate::platform::web::{Fields, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::invitation::PURPOSE;
use crate::sign_in::link::{self, Link, Standing, Token};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, device, log_out};

/// Longest name, in characters.
const MAX_NAME: usize = 100;

#[derive(askama::Template)]
#[template(path = "factors/password_join.html")]
struct JoinPage {
    frame: Frame,
    token: String,
    email: String,
    name: String,
    least: String,
    problems: Vec<String>,
    name_problem: Option<String>,
    shown: Shown,
}

enum Shown {
    Form,
    /// Somebody else is logged in in this browser.
    Chooser {
        what: String,
        stay: String,
    },
    /// It opens nothing any more: why, and whether a press can bring a new one.
    Over {
        what: String,
        can_send: bool,
    },
    /// A new one was asked for.
    Sent,
}

/// `GET /join/{token}`, any number of times.
pub async fn ask(visit: Visit, Token(token): Token) -> Result<Response> {
    let person = match opened(&visit, &token).await? {
        Ok(person) => person,
        Err(over) => return page_with(StatusCode::GONE, &over),
    };
    let mut join = JoinPage::form(&visit, &token, &person)?;
    if let Some(here) = somebody_else(&visit, &person).await? {
        join.choose(&visit, &here, &person);
    }
    page(&join)
}

/// `POST /join/{token}/switch`: logs out whoever is logged in here; the invitation stays as it is.
pub async fn switch(visit: Visit, Token(token): Token) -> Result<Response> {
    if let Err(over) = opened(&visit, &token).await? {
        // Whoever is logged in here stays so: there is nobody to make room for.
        return page_with(StatusCode::GONE, &over);
    }
    if let State::Open(session) | State::Locked(session) = session::state(&visit).await? {
        log_out::leave(&visit, &session).await?;
        visit.drop_cookie(session::COOKIE);
    }
    Ok(go(&format!("/join/{}", crate::platform::web::encode(&token))))
}

/// `POST /join/{token}`: accepts, and goes on with the password shown.
pub async fn answer(visit: Visit, Token(token): Token, fields: Fields) -> Result<Response> {
    // read
    let person = match opened(&visit, &token).await? {
        Ok(person) => person,
        Err(over) => return page_with(StatusCode::GONE, &over),
    };
    let mut join = JoinPage::form(&visit, &token, &person)?;
    if let Some(here) = somebody_else(&visit, &person).await? {
        join.choose(&visit, &here, &person);
        return page_with(StatusCode::CONFLICT, &join);
    }
    join.name = fields.text("name").to_owned();
    let name = clean_name(fields.text("name"), MAX_NAME);
    join.name_problem = name.as_ref().err().map(|problem| visit.say(name_words(*problem)));

    // work
    let password = fields.text("password");
    let goes_by = name.as_ref().map_or(person.name.as_str(), String::as_str);
    join.problems = password_strength::problems(&visit, &person, goes_by, password).await?;
    let (Ok(name), true) = (name, join.problems.is_empty()) else {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &join);
    };
    let new_hash = hash(&visit, password).await?;

    // write
    let mut tx = visit.db()?.write().await?;
    if !link::spend(&visit, &mut tx, PURPOSE, &token).await? {
        drop(tx);
        let now = link::look(&visit, PURPOSE, &token).await?;
        return page_with(StatusCode::GONE, &JoinPage::over(&visit, &token, now.as_ref()).await?);
    }
    accept(&visit, &mut tx, &person, &name, &new_hash).await?;
    let start = Start { person_id: &person.id, goal: "sign-in", then_path: "/me", ..Start::default() };
    let attempt = sign_in::start(&visit, &mut tx, &start).await?;
    sign_in::proved(&visit, &mut tx, &attempt, Factor::Password).await?;
    sign_in::advance(&visit, tx, &attempt).await
}

/// `POST /join/{token}/new`: a new invitation to where this one went, when it is only too old.
pub async fn send_new(visit: Visit, Token(token): Token) -> Result<Response> {
    let Some(link) = link::look(&visit, PURPOSE, &token).await? else {
        return page_with(StatusCode::GONE, &JoinPage::over(&visit, &token, None).await?);
    };
    if !matches!(link.standing(visit.now), Standing::Expired(_)) {
        return Ok(go(&format!("/join/{}", crate::platform::web::encode(&token))));
    }
    let lane = visit.lane("reset mail", &link.sent_to)?;
    let mut tx = visit.db()?.write().await?;
    if limit::mail_allowed_in(&mut tx, &visit.practice()?.id, &lane, visit.now).await? {
        let body = serde_json::json!({ "person": link.person_id });
        put_job(&visit, &mut tx, "invitation", &link.sent_to, &body).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    page(&JoinPage::bare(&visit, &token, "join-sent-title", Shown::Sent))
}

async fn accept(visit: &Visit, tx: &mut Tx, person: &Person, name: &str, new_hash: &str) -> Result<()> {
    tx.execute(
        "UPDATE person SET name = $3, password = $4, password_set_at = $5, password_stolen_at = NULL, password_change_by = NULL,
                joined_at = CASE WHEN joined_at IS NULL THEN $5 ELSE joined_at END
         WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &person.id, name, new_hash, visit.now],
    )
    .await?;
    session::end_all(visit, tx, &person.id, None).await?;
    device::end_all(visit, tx, &person.id).await?;
    let joined = person::by_id_in(tx, &visit.practice()?.id, &person.id).await?;
    happened(visit, tx, Happening::of(Event::Joined, &joined)).await
}

/// Whoever else is logged in in this browser.
async fn somebody_else(visit: &Visit, person: &Person) -> Result<Option<Arc<Session>>> {
    Ok(match session::state(visit).await? {
        State::Open(session) | State::Locked(session) if session.person_id != person.id => Some(session),
        _ => None,
    })
}

/// The invited person, or the page that says why the link opens nothing.
async fn opened(visit: &Visit, token: &str) -> Result<std::result::Result<Person, JoinPage>> {
    let link = link::look(visit, PURPOSE, token).await?;
    if let Some(link) = link.as_ref().filter(|link| link.standing(visit.now) == Standing::Good) {
        let person =
            person::by_id(visit.db()?, &visit.practice()?.id, &link.person_id).await?.ok_or(Error::NotFound)?;
        if person.email_key == link.sent_to && person.closed_at.is_none() {
            return Ok(Ok(person));
        }
    }
    Ok(Err(JoinPage::over(visit, token, link.as_ref()).await?))
}

/// Whether a newer invitation went to where this one went; else it was withdrawn.
async fn has_newer(visit: &Visit, token: &str, link: Option<&Link>) -> Result<bool> {
    let Some(link) = link else { return Ok(false) };
    let newer: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT hash FROM token WHERE practice_id = $1 AND person_id = $2 AND purpose = $3 AND sent_to = $4
                AND created_at >= $5 AND hash <> $6 LIMIT 1",
            args![
                &visit.practice()?.id,
                &link.person_id,
                PURPOSE,
                &link.sent_to,
                link.replaced_at.unwrap_or_default(),
                secret::hash_token(token)
            ],
        )
        .await?;
    Ok(newer.is_some())
}

fn name_words(problem: NameProblem) -> &'static str {
    match problem {
        NameProblem::Empty => "name-empty",
        NameProblem::TooLong { .. } => "name-too-long",
        NameProblem::ControlCharacter | NameProblem::BidiControl => "name-characters",
    }
}

impl JoinPage {
    fn form(visit: &Visit, token: &str, person: &Person) -> Result<JoinPage> {
        let mut join = JoinPage::bare(visit, token, "join-title", Shown::Form);
        join.frame = join.frame.script("strength.js");
        join.email.clone_from(&person.email);
        join.name.clone_from(&person.name);
        join.least = password_strength::needed(visit, person)?.code_points().to_string();
        Ok(join)
    }

    /// The page that asks whoever is logged in here. Clients are named to nobody, and can leave at once (docs/decisions/0015).
    fn choose(&mut self, visit: &Visit, here: &Session, person: &Person) {
        let (name, words) = ([("here", here.name.as_str())], [("here", here.name.as_str()), ("invited", &person.name)]);
        let client = here.is_client();
        self.frame.exit = client;
        let what = visit.say_with(if client { "join-chooser-client" } else { "join-chooser" }, &words);
        let stay = visit.say_with(if client { "join-stay-client" } else { "join-stay" }, &name);
        self.shown = Shown::Chooser { what, stay };
    }

    async fn over(visit: &Visit, token: &str, link: Option<&Link>) -> Result<JoinPage> {
        let said = |id: &str, at: i64| visit.say_with(id, &[("time", &when::full(at, visit.zone()))]);
        let (what, can_send) = match link.map(|link| link.standing(visit.now)) {
            None | Some(Standing::Good) => (visit.say("join-unknown"), false),
            Some(Standing::Used(at)) => (said("join-used", at), false),
            Some(Standing::Replaced(at)) if has_newer(visit, token, link).await? => (said("join-replaced", at), false),
            Some(Standing::Replaced(at)) => (said("join-withdrawn", at), false),
            Some(Standing::Expired(at)) => (said("join-expired", at), true),
        };
        Ok(JoinPage::bare(visit, token, "join-over-title", Shown::Over { what, can_send }))
    }

    fn bare(visit: &Visit, token: &str, title: &str, shown: Shown) -> JoinPage {
        JoinPage {
            frame: Frame::new(visit, title),
            token: token.to_owned(),
            email: String::new(),
            name: String::new(),
            least: String::new(),
            problems: vec![],
            name_problem: None,
            shown,
        }
    }
}
