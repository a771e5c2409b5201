//! The page that waits for the code from the mail: for whoever asked on a computer without a mailbox and reads the mail on
//! a phone. A code shows the list in the browser that asked, and nowhere else.

use axum::http::StatusCode;
use axum::response::Response;

use super::asker::Asker;
use super::remembered::is_shared;
use crate::args;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::server::{ENTRANCE, Server};
use crate::platform::web::{Fields, Visit, go, page, page_with};

/// How long a code works from when its mail was made, in seconds.
pub const CODE_SECONDS: i64 = 15 * 60;
/// Codes that may be typed for one asking.
const MOST_TRIES: i64 = 5;

#[derive(askama::Template)]
#[template(path = "entrance/find.html")]
struct FindPage {
    frame: Frame,
    email: String,
    remember: bool,
    shared: bool,
    problem: Option<String>,
    /// Only a new mail helps.
    over: bool,
}

/// Why a code opened nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Stale,
    NotACode,
    Wrong,
    Tries,
    Old,
}

/// An asking of this browser whose code may still be typed.
#[derive(Debug, sqlx::FromRow)]
struct Asking {
    id: String,
    code_hash: Option<String>,
    created_at: i64,
    answered_at: Option<i64>,
}

/// `GET /find`.
pub async fn ask(visit: Visit) -> Result<Response> {
    let Some(asker) = Asker::of(&visit) else { return Ok(go("/")) };
    page(&FindPage::new(&visit, &asker, None))
}

/// `POST /find`: a code. It is counted before it is judged.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let Some(asker) = Asker::of(&visit) else { return Ok(go("/")) };
    let mut asker = Asker { remember: fields.ticked("remember"), ..asker };
    let again = |asker: &Asker, problem: Problem| {
        let page = FindPage::new(&visit, asker, Some(problem));
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    if visit.stale {
        return again(&asker, Problem::Stale);
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
             RETURNING id, code_hash, created_at, answered_at",
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
        return again(
            &asker,
            match (is_young, counted.is_empty()) {
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

/// What is kept of a code: keyed, since six digits are soon tried.
pub fn code_hash(server: &Server, id: &str, code: &str) -> String {
    secret::keyed_hash(&server.stable_key("finder codes"), &[id, code])
}

impl FindPage {
    fn new(visit: &Visit, asker: &Asker, problem: Option<Problem>) -> FindPage {
        let words = |problem| match problem {
            Problem::Stale => "find-stale",
            Problem::NotACode => "find-not-a-code",
            Problem::Wrong => "find-code-wrong",
            Problem::Tries => "find-code-tries",
            Problem::Old => "find-code-old",
        };
        FindPage {
            frame: Frame::new(visit, "find-title"),
            email: asker.email.clone(),
            remember: asker.remember,
            shared: is_shared(visit),
            problem: problem.map(|problem| visit.say(words(problem))),
            over: matches!(problem, Some(Problem::Tries | Problem::Old)),
        }
    }
}
