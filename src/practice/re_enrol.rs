//! After a reset: the mailed link, used once in the person's own browser, opens the way to a new second factor. It is one
//! proof among others: the password is still asked, and the set-up comes before anything else. Nobody gets in by it alone.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use crate::args;
use crate::notices::compose::{self, Letter};
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, Session, State};
use crate::sign_in::step::{Factor, Step};
use crate::sign_in::{self, Start};

/// How long the mailed link is good (seconds).
const LINK_SECONDS: i64 = 86_400;
const PURPOSE: &str = "re-enrol";
/// For so long after the administrator proved the person a new second step can be set up (seconds; decisions.md: 24 h): who was
/// proved then may be somebody else later.
const OPEN_SECONDS: i64 = 86_400;

/// Whether the person's reset waited too long, so that an administrator has to prove them again.
pub fn is_over(re_enrol_since: Option<i64>, now: i64) -> bool {
    re_enrol_since.is_some_and(|since| since + OPEN_SECONDS <= now)
}

#[derive(askama::Template)]
#[template(path = "practice/re_enrol.html")]
struct LinkPage {
    frame: Frame,
    token: String,
    shown: Shown,
}

enum Shown {
    /// The button. `whose` says whose link it is. The person themself is logged in nowhere while it opens anything.
    Button { whose: String },
    /// Somebody else is logged in in this browser; the link is for `name`.
    Chooser { name: String, what: String, stay: String },
    /// What the page says instead.
    Dead { what: String },
}

#[derive(askama::Template)]
#[template(path = "practice/re_enrol_mail.html")]
struct ResetMailPage {
    frame: Frame,
    hint: String,
    /// Until when a changed or disputed address holds it (unix seconds). The reset came before, so its day ends sooner than that.
    held: Option<i64>,
    /// The reset waited too long.
    over: bool,
    problem: Option<String>,
}

/// Mails the link; an older one ends.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn mail_link(visit: &Visit, tx: &mut Tx, person: &Person, by: Actor) -> Result<()> {
    let practice = visit.practice()?;
    tx.execute(
        "UPDATE token SET replaced_at = $4 WHERE practice_id = $1 AND person_id = $2 AND purpose = $3 AND used_at IS NULL AND replaced_at IS NULL",
        args![&practice.id, &person.id, PURPOSE, visit.now],
    )
    .await?;
    let token = visit.new_token();
    tx.execute(
        "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![
            &practice.id,
            secret::hash_token(&token),
            PURPOSE,
            &person.id,
            &person.email_key,
            visit.now,
            visit.now + LINK_SECONDS
        ],
    )
    .await?;
    let link = format!("{}/re-enrol/{token}", visit.server.home_of(practice));
    let language = person.language.clone().unwrap_or_else(|| practice.language.clone());
    // As they are now: the act may have deleted them.
    let kept = person::by_id_in(tx, &practice.id, &person.id).await?.passkeys > 0;
    let passkeys = if kept { "kept" } else { "none" };
    let words = vec![("name", person.name.clone()), ("url", link), ("passkeys", passkeys.to_owned())];
    let (to, until) = (&person.email, Some(visit.now + LINK_SECONDS));
    let letter = Letter { name: "re-enrol", to, person_id: Some(&person.id), language: &language, words, until };
    compose::letter(visit, tx, &letter).await?;
    happened(visit, tx, Happening::of(Event::ReEnrolMailed, person).by(by)).await
}

/// `GET /re-enrol/{token}`: changes nothing, for mail scanners open links too.
pub async fn ask(visit: Visit, Path(token): Path<String>) -> Result<Response> {
    let Some(person) = whose(&visit, &token).await? else { return dead(&visit, &token).await };
    let here = logged_in(&visit).await?;
    page(&LinkPage::of(&visit, token, &person, here.as_deref()))
}

/// The person whose link it is while it is good.
async fn whose(visit: &Visit, token: &str) -> Result<Option<Person>> {
    let row: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT person_id FROM token WHERE practice_id = $1 AND hash = $2 AND purpose = $3 AND used_at IS NULL
                AND replaced_at IS NULL AND expires_at > $4",
            args![&visit.practice()?.id, secret::hash_token(token), PURPOSE, visit.now],
        )
        .await?;
    let Some((id,)) = row else { return Ok(None) };
    person::by_id(visit.db()?, &visit.practice()?.id, &id).await
}

/// Whoever is logged in in this browser.
async fn logged_in(visit: &Visit) -> Result<Option<Arc<Session>>> {
    Ok(match session::state(visit).await? {
        State::Open(session) | State::Locked(session) => Some(session),
        State::Nobody => None,
    })
}

async fn dead(visit: &Visit, token: &str) -> Result<Response> {
    let mut frame = Frame::new(visit, "re-enrol-title");
    frame.exit = logged_in(visit).await?.is_some_and(|session| session.is_client());
    let what =
        visit.say(if is_of_a_reset_that_is_over(visit, token).await? { "re-enrol-over" } else { "re-enrol-dead" });
    page_with(StatusCode::GONE, &LinkPage { frame, token: String::new(), shown: Shown::Dead { what } })
}

/// Whether the link was one, and the person's reset waits no more: a passkey that was kept ended it, or what was set up.
async fn is_of_a_reset_that_is_over(visit: &Visit, token: &str) -> Result<bool> {
    let row: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT p.id FROM token t JOIN person p ON p.practice_id = t.practice_id AND p.id = t.person_id
             WHERE t.practice_id = $1 AND t.hash = $2 AND t.purpose = $3 AND p.email_key = t.sent_to
                AND p.re_enrol_since IS NULL AND p.closed_at IS NULL",
            args![&visit.practice()?.id, secret::hash_token(token), PURPOSE],
        )
        .await?;
    Ok(row.is_some())
}

impl LinkPage {
    fn of(visit: &Visit, token: String, person: &Person, here: Option<&Session>) -> LinkPage {
        let name = person.name.clone();
        let mut frame = Frame::new(visit, "re-enrol-title");
        let shown = match here {
            // Clients are named to nobody, and can leave at once (docs/decisions/0015).
            Some(session) if session.is_client() => {
                frame.exit = true;
                let what = visit.say_with("re-enrol-chooser-client", &[("person", &name)]);
                Shown::Chooser { name, what, stay: visit.say("join-stay-client") }
            }
            Some(session) if session.person_id != person.id => {
                let here = [("here", session.name.as_str()), ("person", &name)];
                let (what, stay) = (visit.say_with("re-enrol-chooser", &here), visit.say_with("join-stay", &here[..1]));
                Shown::Chooser { name, what, stay }
            }
            _ => {
                // A passkey that was kept is shown instead of setting up something new.
                let what = if person.passkeys > 0 { "re-enrol-what-passkey" } else { "re-enrol-what" };
                Shown::Button { whose: visit.say_with(what, &[("person", &name)]) }
            }
        };
        LinkPage { frame, token, shown }
    }
}

/// `POST /re-enrol/{token}`: an attempt begins in this browser, with the mailbox proved. Where somebody else is logged in here it
/// takes a word (`switch`) that they make room.
pub async fn answer(visit: Visit, Path(token): Path<String>, fields: Fields) -> Result<Response> {
    // read
    let here = logged_in(&visit).await?;
    if let Some(session) = &here
        && !fields.ticked("switch")
        && let Some(person) = whose(&visit, &token).await?
        && person.id != session.person_id
    {
        return page_with(StatusCode::CONFLICT, &LinkPage::of(&visit, token, &person, here.as_deref()));
    }

    // write
    let practice = &visit.practice()?.id;
    let mut tx = visit.db()?.write().await?;
    let taken: Option<(String, String)> = tx
        .optional(
            "UPDATE token SET used_at = $4 WHERE practice_id = $1 AND hash = $2 AND purpose = $3 AND used_at IS NULL
                AND replaced_at IS NULL AND expires_at > $4 RETURNING person_id, sent_to",
            args![practice, secret::hash_token(&token), PURPOSE, visit.now],
        )
        .await?;
    let Some((person_id, sent_to)) = taken else {
        drop(tx);
        return dead(&visit, &token).await;
    };
    let person = person::by_id_in(&mut tx, practice, &person_id).await?;
    let held = person.address_waits_until(visit.now).is_some();
    let over = is_over(person.re_enrol_since, visit.now);
    if held || over || person.closed_at.is_some() || person.re_enrol_since.is_none() || person.email_key != sent_to {
        drop(tx);
        return dead(&visit, &token).await;
    }
    if let Some(session) = here {
        // Whoever was logged in here makes room: two people in one browser would be told apart by nobody.
        let other = person::by_id_in(&mut tx, practice, &session.person_id).await?;
        session::end(&visit, &mut tx, &session.person_id, &session.id).await?;
        happened(&visit, &mut tx, Happening::of(Event::LoggedOut, &other).session(&session.id)).await?;
        visit.drop_cookie(session::COOKIE);
    }
    let start = Start { person_id: &person.id, goal: "sign-in", then_path: "/me", ..Start::default() };
    let attempt = sign_in::start(&visit, &mut tx, &start).await?;
    sign_in::proved(&visit, &mut tx, &attempt, Factor::EmailLink).await?;
    sign_in::advance(&visit, tx, &attempt).await
}

/// `GET /sign-in/reset-mail`: the password was right, and a reset waits for its mailed link.
pub async fn reset_mail(visit: Visit, Query(query): Query) -> Result<Response> {
    let person = match waiting(&visit).await? {
        Ok(person) => person,
        Err(response) => return Ok(response),
    };
    let mut reset_mail = ResetMailPage::new(&visit, &person, None);
    if query.has("sent") {
        reset_mail.frame = reset_mail.frame.banner("success", "reset-mail-sent");
    }
    page(&reset_mail)
}

/// `POST /sign-in/reset-mail`: the mail once more.
pub async fn send_again(visit: Visit) -> Result<Response> {
    // read
    let person = match waiting(&visit).await? {
        Ok(person) => person,
        Err(response) => return Ok(response),
    };
    if person.address_waits_until(visit.now).is_some() || is_over(person.re_enrol_since, visit.now) {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &ResetMailPage::new(&visit, &person, None));
    }
    let lane = visit.lane("re-enrol mail", &person.id)?;
    if !visit.mail_allowed(&lane).await? {
        let problem = Some(visit.say("reset-mail-wait"));
        return page_with(StatusCode::TOO_MANY_REQUESTS, &ResetMailPage::new(&visit, &person, problem));
    }

    // write
    let mut tx = visit.db()?.write().await?;
    let person = person::by_id_in(&mut tx, &visit.practice()?.id, &person.id).await?;
    let waits = person.re_enrol_since.is_some() && !is_over(person.re_enrol_since, visit.now);
    if waits && person.closed_at.is_none() && person.address_waits_until(visit.now).is_none() {
        mail_link(&visit, &mut tx, &person, Actor::Self_).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go("/sign-in/reset-mail?sent=1"))
}

/// The person whose attempt waits for the mailed link, or the page to go to.
async fn waiting(visit: &Visit) -> Result<std::result::Result<Person, Response>> {
    let (attempt, step, person) = match sign_in::under_way(visit).await? {
        Ok(all) => all,
        Err(response) => return Ok(Err(response)),
    };
    match step {
        Step::Ask(asked) if asked.has(Factor::EmailLink) => Ok(Ok(person)),
        step => Ok(Err(go(&sign_in::path_of(&step, &attempt, &person)))),
    }
}

impl ResetMailPage {
    fn new(visit: &Visit, person: &Person, problem: Option<String>) -> ResetMailPage {
        ResetMailPage {
            frame: sign_in::other::frame(visit, person, "reset-mail-title"),
            hint: Email::parse(&person.email).map(|email| email.masked()).unwrap_or_default(),
            held: person.address_waits_until(visit.now),
            over: is_over(person.re_enrol_since, visit.now),
            problem,
        }
    }
}
