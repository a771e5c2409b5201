//! "I can't get the email": what the practice offers its clients, the number they read out on the phone, and a form.
//! It says the same to everybody; who is known is seen by the practice alone (`practice/clients_stuck.rs`).

use axum::http::StatusCode;
use axum::response::Response;

use super::ask::Wanted;
use super::{Ask, MOST_TRIES, ask, mine, proof};
use crate::args;
use crate::notices::compose::{Letter, letter, only_words};
use crate::notices::{Actor, Event, Happening, administrators, happened};
use crate::platform::browser::Browser;
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::limit;
use crate::platform::practice::Practice;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with, safe_path};
use crate::platform::when;

/// Characters of a message to the practice.
const MOST_WORDS: usize = 500;
/// Requests for help by form, from one request and day.
const MOST_HELP: i64 = 3;
/// New requests for help from one network and day: each stays in the practice's list until somebody has seen to it.
const MOST_NEW_HELP: i64 = 10;
/// Mails about requests for help to one practice within an hour; the next says that more stand in the list.
const MOST_HELP_MAILS: i64 = 10;
const DAY_SECONDS: i64 = 86_400;
const HOUR_SECONDS: i64 = 3600;

#[derive(askama::Template)]
#[template(path = "portal/stuck.html")]
pub(super) struct StuckPage {
    frame: Frame,
    practice: std::sync::Arc<Practice>,
    /// The request, once an address was typed.
    ask: Option<String>,
    number: String,
    /// Until when the practice finds the request by its number; none when it does no more.
    number_until: Option<String>,
    /// Why the number finds nothing more, where it does not.
    number_over: &'static str,
    email: String,
    then_path: String,
    shared: bool,
    pins: bool,
    /// The form was sent.
    sent: bool,
    problem: Option<String>,
    pub(super) pin_problem: Option<String>,
    note: String,
    reach: String,
}

/// `GET /portal/stuck?ask=`, or with `then=` before there is a request.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let asked = mine(&visit, query.text("ask")).await?;
    if let Some(asked) = &asked
        && let Some(on) = proof::after_pin(&visit, asked).await?
    {
        return Ok(go(&on));
    }
    let mut stuck = StuckPage::new(&visit, asked.as_ref())?;
    if asked.is_none() {
        stuck.then_path = safe_path(query.text("then"), "");
    }
    stuck.sent = asked.is_some_and(|ask| ask.waits_for_help());
    page(&stuck)
}

/// `POST /portal/stuck`: a request without a mail, for whoever types an address first here, or whose number got too old.
pub async fn begin(visit: Visit, fields: Fields) -> Result<Response> {
    let (typed, then_path) = (fields.trimmed("email"), safe_path(fields.text("then"), ""));
    let again = |status: StatusCode, problem: &str| {
        let mut stuck = StuckPage::new(&visit, None)?;
        stuck.problem = Some(visit.say(problem));
        typed.clone_into(&mut stuck.email);
        then_path.clone_into(&mut stuck.then_path);
        stuck.shared = fields.ticked("shared");
        page_with(status, &stuck)
    };
    if visit.stale {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "forgot-stale");
    }
    let Ok(email) = Email::parse(typed) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "forgot-not-an-address");
    };
    let shared = fields.ticked("shared");
    let wanted = Wanted { email: &email, then_path: &then_path, keep: false, shared, session_id: None };
    match ask::put_without_mail(&visit, &wanted).await? {
        Some(ask) => Ok(go(&format!("/portal/stuck?ask={ask}"))),
        None => again(StatusCode::TOO_MANY_REQUESTS, "portal-network"),
    }
}

/// `POST /portal/help`: the form; it reaches the practice by mail and stands in its list.
pub async fn help(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let Some(ask) = mine(&visit, fields.text("ask")).await? else { return Ok(go("/portal/stuck")) };
    let short = |name: &str| fields.trimmed(name).chars().take(MOST_WORDS).collect::<String>();
    let (reach, note) = (short("reach"), short("note"));
    let again = |status: StatusCode, problem: &str| {
        let mut stuck = StuckPage::new(&visit, Some(&ask))?;
        stuck.problem = Some(visit.say(problem));
        (stuck.reach, stuck.note) = (reach.clone(), note.clone());
        page_with(status, &stuck)
    };
    if reach.is_empty() && note.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "stuck-empty");
    }
    let practice = visit.practice()?;
    if practice.stuck_form == 0 {
        return Ok(go(&format!("/portal/stuck?ask={}", ask.id)));
    }
    if let Some(problem) = too_many(&visit, &ask).await? {
        return again(StatusCode::TOO_MANY_REQUESTS, problem);
    }

    // write
    let said = serde_json::json!({ "reach": reach, "note": note }).to_string();
    let mut tx = visit.db()?.write().await?;
    if is_there_already(&visit, &mut tx, &ask, &said).await? {
        return Ok(go(&format!("/portal/stuck?ask={}", ask.id)));
    }
    tx.execute(
        "UPDATE link_ask SET help_at = $3, help_note = $4, seen_to_at = NULL WHERE practice_id = $1 AND id = $2",
        args![&practice.id, &ask.id, visit.now, visit.server.seal("help", &[&practice.id, &ask.id], &said)?],
    )
    .await?;
    let asked = Happening::to_nobody(Event::HelpAsked, Actor::Stranger);
    happened(&visit, &mut tx, asked.detail("request", ask.request_number.as_deref().unwrap_or_default())).await?;
    tell_practice(&visit, &mut tx, &ask, &reach, &note).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/portal/stuck?ask={}", ask.id)))
}

/// Whether the very same message waits already: the button was pressed twice.
async fn is_there_already(visit: &Visit, tx: &mut Tx, ask: &Ask, said: &str) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let waiting: Option<(Option<String>,)> = tx
        .optional(
            "SELECT help_note FROM link_ask WHERE practice_id = $1 AND id = $2 AND help_at IS NOT NULL AND seen_to_at IS NULL",
            args![practice, &ask.id],
        )
        .await?;
    match waiting {
        // One that does not open any more is replaced by what is said now.
        Some((Some(sealed),)) => {
            Ok(visit.server.open("help", &[practice, &ask.id], &sealed).is_ok_and(|old| old == said))
        }
        _ => Ok(false),
    }
}

/// Counts a request for help; the sentence to say instead where there were enough.
async fn too_many(visit: &Visit, ask: &Ask) -> Result<Option<&'static str>> {
    let lane = visit.lane("portal help", &ask.id)?;
    if !visit.within(&lane, MOST_HELP, DAY_SECONDS).await? {
        return Ok(Some("stuck-form-enough"));
    }
    if ask.help_at.is_some() {
        return Ok(None);
    }
    let lane = ask::counted_on(visit, &ask.email_key, ask.session_id.is_some(), "portal new help")?;
    let within = visit.within(&lane, MOST_NEW_HELP, DAY_SECONDS).await?;
    Ok((!within).then_some("stuck-form-network"))
}

/// The name of the mail that goes now: one for each request, and after so many within the hour one for all the others, which
/// stand in the list; a stranger fills nobody's mailbox.
async fn which_mail(visit: &Visit, tx: &mut Tx) -> Result<Option<&'static str>> {
    let practice = &visit.practice()?.id;
    if limit::within_in(tx, practice, "help mails", MOST_HELP_MAILS, HOUR_SECONDS, visit.now).await? {
        return Ok(Some("help-asked"));
    }
    let first = limit::once(tx, practice, "help mails gathered", HOUR_SECONDS, visit.now).await?;
    Ok(first.then_some("help-asked-often"))
}

/// To the address that the practice gives its clients; where it gives none, to its administrators.
async fn tell_practice(visit: &Visit, tx: &mut Tx, ask: &Ask, reach: &str, note: &str) -> Result<()> {
    let practice = visit.practice()?;
    let Some(name) = which_mail(visit, tx).await? else { return Ok(()) };
    let mut readers: Vec<(Option<String>, String)> = vec![];
    if Email::parse(&practice.contact_email).is_ok() {
        readers.push((None, practice.contact_email.clone()));
    } else {
        readers.extend(administrators(visit, tx).await?.into_iter().map(|(id, _, email)| (Some(id), email)));
    }
    // One line each: what was typed must not look like more of the mail than it is.
    let or_nothing = |text: &str| {
        if text.is_empty() { visit.say("stuck-said-nothing") } else { format!("“{}”", only_words(text)) }
    };
    for (id, to) in readers {
        let words = vec![
            ("time", when::full(visit.now, &practice.zone)),
            ("email", ask.email.clone()),
            ("number", ask.request_number.clone().unwrap_or_default()),
            ("browser", Browser::from_stored(&ask.browser).in_english()),
            ("reach", or_nothing(reach)),
            ("note", or_nothing(note)),
            ("url", visit.server.home_of(practice)),
        ];
        let help = Letter { name, to: &to, person_id: id.as_deref(), language: &practice.language, words, until: None };
        letter(visit, tx, &help).await?;
    }
    Ok(())
}

/// Why the practice would not find a request by its number any more.
const fn number_over(ask: &Ask) -> &'static str {
    match (ask.used_at, ask.ended_at) {
        (Some(_), _) => "stuck-number-used",
        (None, Some(_)) => "stuck-number-ended",
        (None, None) if ask.pin_tries >= MOST_TRIES => "stuck-number-tried",
        (None, None) => "stuck-number-old",
    }
}

impl StuckPage {
    pub(super) fn new(visit: &Visit, ask: Option<&Ask>) -> Result<StuckPage> {
        let practice = std::sync::Arc::clone(visit.practice()?);
        let mut frame = Frame::new(visit, "stuck-title");
        frame.exit = true;
        Ok(StuckPage {
            frame,
            pins: practice.pin_by != "nobody" && ask.is_some_and(|ask| ask.takes_pins(visit.now)),
            practice,
            ask: ask.map(|ask| ask.id.clone()),
            number: ask.and_then(|ask| ask.request_number.clone()).unwrap_or_default(),
            number_until: ask
                .filter(|ask| ask.shows_number(visit.now))
                .map(|ask| when::clock(ask.number_until(), visit.zone())),
            number_over: ask.map_or("", number_over),
            then_path: ask.map(|ask| ask.then_path.clone()).unwrap_or_default(),
            shared: ask.is_some_and(|ask| ask.shared != 0),
            email: ask.map(|ask| ask.email.clone()).unwrap_or_default(),
            sent: false,
            problem: None,
            pin_problem: None,
            note: String::new(),
            reach: String::new(),
        })
    }

    /// A number as a phone takes it.
    fn tel(&self) -> String {
        self.practice.contact_phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}
