//! The page after asking: what was typed, the field for the code, the number for another device, and another mail. It is
//! the same page whoever has the address. In a browser that has proved this mailbox before it also says what became of
//! the mail.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{Ask, CODE_SECONDS, MOST_TRIES, Standing, Use, ask, binding, code_hash, mine, newer, spend, who};
use crate::args;
use crate::factors::totp_code::normalise_typed;
use crate::notices::ending::ran_out_of_time;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::{Banner, Frame, near};
use crate::platform::secret;
use crate::platform::web::{Fields, Query, Visit, go, page, page_with};
use crate::platform::when;
use crate::sign_in::marks;

#[derive(askama::Template)]
#[template(path = "portal/sent.html")]
struct SentPage {
    frame: Frame,
    ask: String,
    email: String,
    number: String,
    then_path: String,
    takes_codes: bool,
    /// How long a code works here, in minutes: never longer than the link.
    code_minutes: String,
    /// No mail of this practice has a link, so that there is none to open, here or elsewhere.
    code_only: bool,
    takes_numbers: bool,
    /// Shows the number and looks again by itself; the field for the code is on the other page.
    waits: bool,
    /// Why no code is taken any more, or what is wrong with the one typed.
    problem: Option<String>,
    /// What became of the mail, where this browser may know.
    fate: Option<String>,
    /// Seconds until another mail can be asked for, and when that is.
    pause: i64,
    pause_until: String,
}

/// What became of a typed code.
pub(super) enum Typed {
    Right,
    Wrong,
    /// Too old, used up, or tried too often.
    Over,
}

/// `GET /portal/sent?ask=`; a page that a newer one of this browser replaced leads to that one.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let Some(ask) = mine(&visit, query.text("ask")).await? else { return Ok(go("/portal")) };
    if ask.is_proved(&visit) {
        return Ok(go(&format!("/portal/who?ask={}", ask.id)));
    }
    if let Some(newer) = newer::here(&visit, &ask).await? {
        return Ok(go(&format!("/portal/sent?ask={}&newer=1", newer.id)));
    }
    let mut sent = SentPage::new(&visit, &ask).await?;
    sent.waits = query.ticked("wait");
    let words = match (query.ticked("newer"), sent.code_only) {
        (true, false) => "portal-sent-newer",
        (true, true) => "portal-sent-newer-only",
        (false, _) => "portal-sent-still",
    };
    if query.ticked("newer") || query.ticked("still") {
        let time = near(&visit, ask.handled_at.unwrap_or(ask.asked_at));
        sent.frame.banner = Some(Banner { kind: "info", text: visit.say_with(words, &[("time", &time)]) });
    }
    page(&sent)
}

/// `GET /portal/waiting?ask=`: whether this browser can go on; asked by the page's script.
pub async fn waiting(visit: Visit, Query(query): Query) -> Result<Response> {
    let asked = mine(&visit, query.text("ask")).await?;
    let over = asked.as_ref().is_none_or(|ask| ask.standing(visit.now) != Standing::Good);
    let proved = asked.is_some_and(|ask| ask.is_proved(&visit));
    Ok(Json(serde_json::json!({ "go": proved, "over": over })).into_response())
}

/// `POST /portal/code`: the code, in the browser that asked. On a page that stayed open it is that of the newer mail.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let Some(ask) = mine(&visit, fields.text("ask")).await? else { return Ok(go("/portal?again=1")) };
    if ask.is_proved(&visit) {
        return Ok(go(&format!("/portal/who?ask={}", ask.id)));
    }
    let ask = newer::here(&visit, &ask).await?.unwrap_or(ask);
    let Some(code) = normalise_typed(fields.text("code")) else {
        return refused(&visit, &ask, visit.say("code-six-digits")).await;
    };

    // write
    let mut tx = visit.db()?.write().await?;
    let proved_in = binding(&visit).ok_or(Error::Bad("no-cookie"))?;
    match judge(&visit, &mut tx, &ask, &code).await? {
        Typed::Right if spend(&visit, &mut tx, &ask, &Use { by: "code", proved_in: &proved_in }).await? => {
            who::go_on(&visit, tx, &ask).await
        }
        Typed::Right | Typed::Over => {
            tx.commit().await?;
            let ask = mine(&visit, &ask.id).await?.unwrap_or(ask);
            if ask.is_proved(&visit) {
                // Pressed twice at once, the other press went on.
                return Ok(go(&format!("/portal/who?ask={}", ask.id)));
            }
            let why = over_here(&visit, &ask);
            refused(&visit, &ask, why).await
        }
        Typed::Wrong => {
            tx.commit().await?;
            let ask = mine(&visit, &ask.id).await?.unwrap_or(ask);
            let left = (MOST_TRIES - ask.tries).max(0).to_string();
            let why = if ask.takes_codes(visit.now) {
                let words = if has_no_links(&visit) { "portal-code-wrong-only" } else { "portal-code-wrong" };
                visit.say_with(words, &[("left", &left)])
            } else {
                over_here(&visit, &ask)
            };
            refused(&visit, &ask, why).await
        }
    }
}

/// `POST /portal/again`: another mail to the same address.
pub async fn again(visit: Visit, fields: Fields) -> Result<Response> {
    let Some(ask) = mine(&visit, fields.text("ask")).await? else { return Ok(go("/portal")) };
    let Ok(email) = Email::parse(&ask.email) else { return Ok(go("/portal")) };
    match ask::put_again(&visit, &ask, &email).await? {
        Some(on) => Ok(on),
        None => refused(&visit, &ask, visit.say("portal-network")).await,
    }
}

/// Takes one of the asking's tries and compares; both are one transaction, so that a hundred at once have five tries.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn judge(visit: &Visit, tx: &mut Tx, ask: &Ask, code: &str) -> Result<Typed> {
    let practice = &visit.practice()?.id;
    let taken: Option<(Option<String>,)> = tx
        .optional(
            "UPDATE link_ask SET tries = tries + 1 WHERE practice_id = $1 AND id = $2 AND tries < $3 RETURNING code_hash",
            args![practice, &ask.id, MOST_TRIES],
        )
        .await?;
    let Some((stored,)) = taken.filter(|_| ask.takes_codes(visit.now)) else { return Ok(Typed::Over) };
    let typed = code_hash(visit, &ask.id, code)?;
    if secret::same(&typed, stored.as_deref().unwrap_or_default()) {
        return Ok(Typed::Right);
    }
    let wrong = Happening::to_nobody(Event::WrongMailedCode, Actor::Stranger).result("refused");
    happened(visit, tx, wrong.detail("factor", "email-link").detail("ask", &ask.id)).await?;
    Ok(Typed::Wrong)
}

/// Why no code of this asking is taken any more.
pub(super) fn over_words(visit: &Visit, ask: &Ask) -> String {
    let said = |words: &str, at| visit.say_with(words, &[("time", &near(visit, at))]);
    match ask.standing(visit.now) {
        Standing::Used(at) => said("portal-code-used", at),
        Standing::Replaced(at) => said("portal-code-replaced", at),
        Standing::Ended(_) => visit.say("portal-code-ended"),
        Standing::Expired(at) => said("portal-code-expired", at),
        _ if ask.tries >= MOST_TRIES && has_no_links(visit) => visit.say("portal-code-tried-only"),
        _ if ask.tries >= MOST_TRIES => visit.say("link-code-tried"),
        _ if has_no_links(visit) => said("portal-code-old-only", ask.code_until()),
        _ => said("portal-code-old", ask.code_until()),
    }
}

/// As [`over_words`], on the page of the browser that asked. Past the limits of mail this page has no code of its own, so that
/// what was typed may well be right in the browser whose asking brought the mail.
fn over_here(visit: &Visit, ask: &Ask) -> String {
    let tried = ask.tries >= MOST_TRIES && ask.standing(visit.now) == Standing::Good;
    if tried && !has_no_links(visit) { visit.say("portal-code-tried") } else { over_words(visit, ask) }
}

/// Whether no mail of this practice has a link. What one client chose shows on no page that others see too.
pub(super) fn has_no_links(visit: &Visit) -> bool {
    visit.practice().is_ok_and(|practice| practice.discreet != 0)
}

/// The code typed behind a link was wrong, and how many tries are left.
pub(super) fn wrong_words(visit: &Visit, ask: &Ask) -> String {
    let left = (MOST_TRIES - ask.tries).max(0).to_string();
    visit.say_with("link-code-wrong", &[("left", &left)])
}

async fn refused(visit: &Visit, ask: &Ask, problem: String) -> Result<Response> {
    let mut sent = SentPage::new(visit, ask).await?;
    sent.problem = Some(problem);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &sent)
}

impl SentPage {
    async fn new(visit: &Visit, ask: &Ask) -> Result<SentPage> {
        let mut frame = Frame::new(visit, "portal-sent-title");
        frame.exit = true;
        let takes_codes = ask.takes_codes(visit.now);
        Ok(SentPage {
            frame,
            ask: ask.id.clone(),
            email: ask.email.clone(),
            number: ask.number.clone(),
            then_path: ask.then_path.clone(),
            takes_codes,
            code_minutes: (CODE_SECONDS / 60).min(visit.practice()?.link_minutes).to_string(),
            code_only: has_no_links(visit),
            takes_numbers: ask.takes_numbers(visit.now) && !has_no_links(visit),
            waits: false,
            problem: (!takes_codes).then(|| over_here(visit, ask)),
            fate: fate(visit, ask).await?,
            pause: (ask.pause_until() - visit.now).max(0),
            pause_until: when::clock_from(ask.pause_until(), visit.zone()),
        })
    }
}

/// What became of the mail, for a browser that has proved this mailbox; nobody else is told whether there is one. Where no
/// mail was written nothing is said, whatever the reason.
async fn fate(visit: &Visit, ask: &Ask) -> Result<Option<String>> {
    let Some(message) = ask.message_id.clone().filter(|_| marks::knows_mailbox(visit, &ask.email_key)) else {
        return Ok(None);
    };
    let masked = Email::parse(&ask.email).map(|email| email.masked()).unwrap_or_default();
    let row: Option<(String, i64, String)> = visit
        .db()?
        .optional(
            "SELECT s.state, s.at, s.reason FROM outbox_state s WHERE s.practice_id = $1 AND s.message_id = $2 ORDER BY s.turn DESC, s.at DESC LIMIT 1",
            args![&visit.practice()?.id, message],
        )
        .await?;
    let (words, at) = match row.as_ref().map(|(state, at, reason)| (state.as_str(), *at, reason)) {
        Some(("sent", at, _)) => ("portal-fate-sent", at),
        Some(("failed", at, reason)) if ran_out_of_time(reason) && has_no_links(visit) => {
            ("portal-fate-too-late-code", at)
        }
        Some(("failed", at, reason)) if ran_out_of_time(reason) => ("portal-fate-too-late", at),
        Some(("failed", at, _)) => ("portal-fate-failed", at),
        Some(("bounced", at, _)) => ("portal-fate-bounced", at),
        Some(("deferred", at, _)) => ("portal-fate-deferred", at),
        Some(("unsure", at, _)) => ("portal-fate-unsure", at),
        _ => ("portal-fate-waiting", visit.now),
    };
    let time = near(visit, at);
    Ok(Some(visit.say_with(words, &[("time", &time), ("email", &masked)])))
}
