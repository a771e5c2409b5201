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
    let again = |asker: &Asker, problem: &str| {
        let page = FindPage::new(&visit, asker, Some(visit.say(problem)));
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    if visit.stale {
        return again(&asker, "find-stale");
    }
    let code: String = fields.text("code").chars().filter(char::is_ascii_digit).collect();
    if code.len() != 6 {
        return again(&asker, "find-not-a-code");
    }

    // write
    let mut tx = visit.db()?.counting().await?;
    let counted: Vec<(String, Option<String>)> = tx
        .all(
            "UPDATE finder SET tries = tries + 1 WHERE practice_id = $1 AND browser = $2 AND tries < $3
                AND COALESCE(answered_at, created_at) > $4
             RETURNING id, code_hash",
            args![ENTRANCE, asker.hash(), MOST_TRIES, visit.now - CODE_SECONDS],
        )
        .await?;
    tx.commit().await?;
    let right = counted.iter().filter(|(id, kept)| {
        let typed = code_hash(&visit.server, id, &code);
        secret::same(kept.as_deref().unwrap_or_default(), &typed)
    });
    if right.count() == 0 {
        return again(&asker, if counted.is_empty() { "find-code-over" } else { "find-code-wrong" });
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
    fn new(visit: &Visit, asker: &Asker, problem: Option<String>) -> FindPage {
        let frame = Frame::new(visit, "find-title");
        let shared = is_shared(visit);
        FindPage { frame, email: asker.email.clone(), remember: asker.remember, shared, problem }
    }
}
