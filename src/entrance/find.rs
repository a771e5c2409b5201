//! The page that waits for the code from the mail: for whoever asked on a computer without a mailbox and reads the mail on
//! a phone. A code shows the list in the browser that asked, and nowhere else.

use axum::http::StatusCode;
use axum::response::Response;

use super::ask;
use super::asker::Asker;
use super::remembered::is_shared;
use crate::args;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::server::{ENTRANCE, Server};
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};

/// How long a code works from when its mail was made, in seconds.
pub const CODE_SECONDS: i64 = 15 * 60;
/// Codes that may be typed for one asking.
const MOST_TRIES: i64 = 5;

#[derive(askama::Template)]
#[template(path = "entrance/find.html")]
struct FindPage {
    frame: Frame,
    email: String,
    /// The sentence that the address ends.
    intro: String,
    /// Which asking of this browser the page is for.
    asking: String,
    remember: bool,
    shared: bool,
    problem: Option<String>,
    /// It is what was typed, or how.
    bad: bool,
    /// Only a new mail helps.
    over: bool,
    /// The list was shown here, and its time is over: nothing was asked for, so no mail comes by itself.
    was_shown: bool,
    /// A mail was asked for longer ago than a code works, so none is on its way.
    is_late: bool,
}

/// Why a code opened nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Stale,
    NotACode,
    Wrong,
    Tries,
    Old,
    /// Another address was asked for in this browser since the page was opened.
    Other,
    /// A new mail cannot go yet.
    Wait,
    /// Too many were asked for from this network.
    Network,
}

/// An asking of this browser whose code may still be typed.
#[derive(Debug, sqlx::FromRow)]
struct Asking {
    id: String,
    code_hash: Option<String>,
    created_at: i64,
    answered_at: Option<i64>,
    tries: i64,
}

/// `GET /find`, where the list is not open: it says when the next mail can go where this browser has had those of the hour or the day; at once by `?wait=1`,
/// where one more was asked for.
pub async fn look(visit: Visit, Query(query): Query) -> Result<Response> {
    let Some(asker) = Asker::of(&visit) else { return Ok(go("/")) };
    // The list is open here, and nobody waits for a mail.
    if asker.may_look(visit.now) && !asker.waits_for_mail(visit.now) {
        return Ok(go("/list"));
    }
    let waits = asker.has_all(visit.now) || query.text("wait") == "1" && asker.is_spent(visit.now);
    page(&FindPage::new(&visit, &asker, waits.then_some(Problem::Wait)))
}

/// `POST /find`: a code, which is counted before it is judged; or the button for a new mail.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let Some(asker) = Asker::of(&visit) else {
        return ask::refused(&visit, ("", false), super::Problem::Over).await;
    };
    let again = |asker: &Asker, problem: Problem| {
        let page = FindPage::new(&visit, asker, Some(problem));
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    // A form of a browser's first moment says nothing of its address either.
    if visit.stale {
        return again(&Asker { remember: fields.ticked("remember"), ..asker }, Problem::Stale);
    }
    // Judged for an asking that the page was not about, a right code would take a try of the other address.
    if !["", &asker.asking(&visit)].contains(&fields.text("asking")) {
        return again(&asker, Problem::Other);
    }
    let mut asker = Asker { remember: fields.ticked("remember"), ..asker };
    if fields.text("do") == "again" {
        return ask_again(&visit, asker).await;
    }
    let code: String = fields.text("code").chars().filter(char::is_ascii_digit).collect();
    if code.len() != 6 {
        return again(&asker, Problem::NotACode);
    }

    // write
    let mut tx = visit.db()?.counting().await?;
    let counted: Vec<Asking> = tx
        .all(
            "UPDATE finder SET tries = tries + 1 WHERE practice_id = $1 AND browser = $2 AND tries < $3
             RETURNING id, code_hash, created_at, answered_at, tries",
            args![ENTRANCE, asker.hash(), MOST_TRIES],
        )
        .await?;
    let newest: Option<(Option<i64>,)> = tx
        .optional(
            "SELECT MAX(created_at) FROM finder WHERE practice_id = $1 AND browser = $2",
            args![ENTRANCE, asker.hash()],
        )
        .await?;
    tx.commit().await?;
    let young = |at: i64| at > visit.now - CODE_SECONDS;
    let right = counted.iter().filter(|asking| {
        let typed = code_hash(&visit.server, &asking.id, &code);
        let same = secret::same(asking.code_hash.as_deref().unwrap_or_default(), &typed);
        same && young(asking.answered_at.unwrap_or(asking.created_at))
    });
    if right.count() == 0 {
        // Judged by when was asked, and never by whether a mail had a code: that would tell who is known.
        let is_young = newest.and_then(|(at,)| at).is_some_and(young);
        let used_up = !counted.iter().any(|asking| young(asking.created_at) && asking.tries < MOST_TRIES);
        return again(
            &asker,
            match (is_young, used_up) {
                (false, _) => Problem::Old,
                (true, true) => Problem::Tries,
                (true, false) => Problem::Wrong,
            },
        );
    }
    asker.proved_at = visit.now;
    asker.keep(&visit)?;
    Ok(go("/list"))
}

/// A new mail to the address of this browser's asking. Within the minute none would go, and the page says so by what this
/// browser knows; of others who asked for the same address it tells nothing.
async fn ask_again(visit: &Visit, asker: Asker) -> Result<Response> {
    if asker.wait(visit.now) > 0 {
        let page = FindPage::new(visit, &asker, Some(Problem::Wait));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let Ok(email) = Email::parse(&asker.email) else { return Ok(go("/")) };
    let new = Asker::new(visit, &email, asker.remember, asker.masked);
    match ask::put(visit, &email, new).await? {
        Some(response) => Ok(response),
        None => page_with(StatusCode::TOO_MANY_REQUESTS, &FindPage::new(visit, &asker, Some(Problem::Network)))
            .map(ask::in_an_hour),
    }
}

/// What is kept of a code: keyed, since six digits are soon tried.
pub fn code_hash(server: &Server, id: &str, code: &str) -> String {
    secret::keyed_hash(&server.stable_key("finder codes"), &[id, code])
}

/// When the next mail can go: in so many seconds, minutes or hours.
fn wait_words(visit: &Visit, seconds: i64) -> String {
    let (words, unit, number) = match seconds {
        ..=60 => ("find-wait", "seconds", seconds.max(2)),
        61..=7200 => ("find-wait-minutes", "minutes", (seconds + 59) / 60),
        _ => ("find-wait-hours", "hours", (seconds + 3599) / 3600),
    };
    visit.say_with(words, &[(unit, &number.to_string())])
}

impl FindPage {
    fn new(visit: &Visit, asker: &Asker, problem: Option<Problem>) -> FindPage {
        let words = |problem| match problem {
            Problem::Stale => "find-stale",
            Problem::NotACode => "find-not-a-code",
            Problem::Wrong => "find-code-wrong",
            Problem::Tries => "find-code-tries",
            Problem::Old => "find-code-old",
            Problem::Other => "find-other-address",
            Problem::Wait => "find-wait",
            Problem::Network => "find-network",
        };
        let wait = wait_words(visit, asker.wait(visit.now));
        let say = |problem| if problem == Problem::Wait { wait.clone() } else { visit.say(words(problem)) };
        let problem_words = problem.map(|problem| match problem {
            // Told at once, so that nobody presses for a mail that does not go.
            Problem::Tries | Problem::Old if asker.wait(visit.now) > 0 => {
                format!("{} {}", say(problem), say(Problem::Wait))
            }
            _ => say(problem),
        });
        let was_shown = asker.was_shown(visit.now);
        let waits = problem == Some(Problem::Wait) && asker.is_spent(visit.now);
        let is_late = !was_shown && !asker.waits_for_mail(visit.now);
        let intro = match (was_shown, waits || asker.has_all(visit.now)) {
            (true, _) => "find-closed",
            (false, true) => "find-intro-spent",
            (false, false) if is_late => "find-intro-late",
            (false, false) => "find-intro",
        };
        FindPage {
            frame: Frame::new(visit, if was_shown { "find-closed-title" } else { "find-title" }),
            email: asker.shown_email(),
            intro: visit.say(intro),
            asking: asker.asking(visit),
            remember: asker.remember,
            shared: is_shared(visit),
            problem: problem_words,
            bad: problem.is_some_and(|problem| !matches!(problem, Problem::Wait | Problem::Network)),
            over: was_shown || is_late || matches!(problem, Some(Problem::Tries | Problem::Old | Problem::Wait)),
            was_shown,
            is_late,
        }
    }
}
