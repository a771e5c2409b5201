//! The link opened in another browser than the one that asked. Nothing here can be done by pressing alone: the code from
//! the mail signs in here, and the number on the other screen lets that browser go on.

use axum::http::StatusCode;
use axum::response::Response;

use super::link::{self, frame, masked, over};
use super::sent::{Typed, has_no_links, judge, over_words, wrong_words};
use super::{Ask, BOUND_SECONDS, MOST_TRIES, Standing, Use, bind, by_link, newer, proof, spend, who};
use crate::args;
use crate::factors::passkey_offer;
use crate::factors::totp_code::normalise_typed;
use crate::notices::{Actor, Event, Happening, happened, happened_to_all};
use crate::platform::browser::Browser;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::{Frame, near};
use crate::platform::secret;
use crate::platform::web::{Fields, Visit, go, page_with};
use crate::platform::when;
use crate::sign_in::link::Token;
use crate::sign_in::marks::LINK_COOKIE;
use crate::sign_in::person;

#[derive(askama::Template)]
#[template(path = "portal/elsewhere.html")]
struct ElsewherePage {
    frame: Frame,
    token: String,
    masked: String,
    /// Who asked: browser, place and time, so that a stranger's asking is seen as one.
    asked: String,
    takes_codes: bool,
    takes_numbers: bool,
    code_problem: Option<String>,
    number_problem: Option<String>,
    device: Device,
}

/// What the person says of the device in their hands. What was ticked where the mail was asked for was said of that one.
#[derive(Default)]
pub(super) struct Device {
    /// Whether it is asked: not in the browser that asked for the mail.
    pub asked: bool,
    pub keep_days: i64,
    pub keep: bool,
    pub shared: bool,
}

/// The page, as it is first opened.
pub(super) fn show(visit: &Visit, token: &str, ask: &Ask) -> Result<Response> {
    page_with(StatusCode::OK, &ElsewherePage::new(visit, token, ask, Device::of(visit, ask)?))
}

/// `POST /link/{token}/code`: signs in here, or says with the same code that nobody here asked. On the page of a link that a
/// newer mail ended it is the newer mail's code.
pub async fn code(visit: Visit, Token(token): Token, fields: Fields) -> Result<Response> {
    // read
    let Some(asked) = by_link(&visit, &token).await? else { return Ok(go(&format!("/link/{token}"))) };
    let Some(meant) = newer::meant(&visit, &asked).await?.filter(|_| !asked.is_proved(&visit)) else {
        return also_proved(&visit, &token, &asked, &fields).await;
    };
    let Some(code) = normalise_typed(fields.text("code")) else {
        return refused(&visit, &token, &asked, &fields, visit.say("code-six-digits")).await;
    };

    // write
    let mut tx = visit.db()?.write().await?;
    let mut judged = Typed::Over;
    if meant.id == asked.id || newer::take_try(&visit, &mut tx, &asked).await? {
        judged = judge(&visit, &mut tx, &meant, &code).await?;
    }
    if matches!(judged, Typed::Right) && fields.text("do") == "not-me" {
        return not_me(&visit, tx, &token, &meant).await;
    }
    if matches!(judged, Typed::Right) {
        passkey_offer::note_able_by_mail(&visit, &fields);
        let proved_in = bind(&visit, lifetime(&fields), || first_secret(&visit, &token, &asked));
        if spend(&visit, &mut tx, &meant, &Use { by: "code", proved_in: &proved_in }).await? {
            let here = for_here(&visit, &mut tx, meant, &asked, &fields).await?;
            return who::go_on(&visit, tx, &here).await;
        }
        drop(tx);
        return also_proved(&visit, &token, &asked, &fields).await;
    }
    tx.commit().await?;
    let asked = by_link(&visit, &token).await?.unwrap_or(asked);
    let why = match newer::meant(&visit, &asked).await? {
        Some(now) if now.id == asked.id && !now.takes_codes(visit.now) => over_words(&visit, &now),
        Some(now) => wrong_words(&visit, &Ask { tries: now.tries.max(asked.tries), ..now }),
        None if asked.tries >= MOST_TRIES => visit.say("link-code-tried"),
        None => return over(&visit, &token, &asked).await,
    };
    refused(&visit, &token, &asked, &fields, why).await
}

/// The secret that the code proves the mailbox to: of this link, so that nobody gets it by asking for a mail themselves.
fn first_secret(visit: &Visit, token: &str, asked: &Ask) -> String {
    visit.first_secret(&format!("{} {token}", asked.email_key))
}

/// How long this browser stays the one that proved it, in seconds; where others use it too, until it is closed.
fn lifetime(fields: &Fields) -> Option<i64> {
    (!fields.ticked("shared")).then_some(BOUND_SECONDS)
}

/// Pressed twice, the other press may have gone on, by the same secret, whether its answer has arrived or not; else the link's page
/// says what it is worth now.
async fn also_proved(visit: &Visit, token: &str, asked: &Ask, fields: &Fields) -> Result<Response> {
    let secret = visit.cookie(LINK_COOKIE).map_or_else(|| first_secret(visit, token, asked), str::to_owned);
    let other: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT id FROM link_ask WHERE practice_id = $1 AND email_key = $2 AND asked_at >= $3 AND proved_in = $4 AND used_at >= $5
             ORDER BY used_at DESC, id DESC LIMIT 1",
            args![
                &visit.practice()?.id,
                &asked.email_key,
                asked.asked_at,
                secret::hash_token(&secret),
                visit.now - proof::LOST_SECONDS
            ],
        )
        .await?;
    let Some((other,)) = other.filter(|_| fields.text("do") != "not-me") else {
        return Ok(go(&format!("/link/{token}")));
    };
    bind(visit, lifetime(fields), || secret);
    Ok(go(&format!("/portal/who?ask={other}")))
}

/// The page again: that of a good link elsewhere, or that of a link that a newer mail ended.
async fn refused(visit: &Visit, token: &str, asked: &Ask, fields: &Fields, problem: String) -> Result<Response> {
    let mut device = Device::of(visit, asked)?;
    (device.keep, device.shared) = (fields.ticked("keep"), fields.ticked("shared"));
    if asked.standing(visit.now) != Standing::Good {
        return link::over_with(visit, token, asked, device, Some(problem)).await;
    }
    let mut here = ElsewherePage::new(visit, token, asked, device);
    here.code_problem = Some(problem);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &here)
}

/// What was ticked counts for the device that it was ticked on, and the way on is that of whoever is here: of the asking that
/// this browser made itself; else the ticks on this page, and the way on of the mail in hand.
async fn for_here(visit: &Visit, tx: &mut Tx, meant: Ask, asked: &Ask, fields: &Fields) -> Result<Ask> {
    let here = if meant.is_bound(visit) {
        return Ok(meant);
    } else if asked.is_bound(visit) {
        Ask { then_path: asked.then_path.clone(), keep: asked.keep, shared: asked.shared, ..meant }
    } else {
        let shared = fields.ticked("shared");
        let keep = fields.ticked("keep") && !shared;
        Ask { then_path: asked.then_path.clone(), keep: keep.into(), shared: shared.into(), ..meant }
    };
    tx.execute(
        "UPDATE link_ask SET then_path = $3, keep = $4, shared = $5 WHERE practice_id = $1 AND id = $2",
        args![&visit.practice()?.id, &here.id, &here.then_path, here.keep, here.shared],
    )
    .await?;
    Ok(here)
}

/// `POST /link/{token}/number`: lets the browser that asked go on.
pub async fn number(visit: Visit, Token(token): Token, fields: Fields) -> Result<Response> {
    // read
    let Some(ask) = by_link(&visit, &token).await? else { return Ok(go(&format!("/link/{token}"))) };
    if ask.standing(visit.now) != Standing::Good {
        return over(&visit, &token, &ask).await;
    }
    let refused = |ask: &Ask, problem: String| {
        let mut here = ElsewherePage::new(&visit, &token, ask, Device::of(&visit, ask)?);
        here.number_problem = Some(problem);
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &here)
    };
    let typed = fields.trimmed("number");
    if typed.len() != 2 || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return refused(&ask, visit.say("link-number-two-digits"));
    }

    // write
    let mut tx = visit.db()?.write().await?;
    let taken = tx
        .execute(
            "UPDATE link_ask SET tries = tries + 1 WHERE practice_id = $1 AND id = $2 AND tries < $3",
            args![&visit.practice()?.id, &ask.id, MOST_TRIES],
        )
        .await?;
    let right = taken == 1 && ask.takes_numbers(visit.now) && secret::same(typed, &ask.number);
    let way = Use { by: "number", proved_in: &ask.bound_to };
    if right && spend(&visit, &mut tx, &ask, &way).await? {
        who::arrives(&visit, &mut tx, &ask).await?;
        for person in person::clients_by_email_in(&mut tx, &visit.practice()?.id, &ask.email_key).await? {
            happened(&visit, &mut tx, Happening::of(Event::LinkHandedOn, &person)).await?;
        }
        tx.commit().await?;
        return Ok(go(&format!("/link/{token}")));
    }
    let wrong = Happening::to_nobody(Event::WrongMailedCode, Actor::Stranger).result("refused");
    happened(&visit, &mut tx, wrong.detail("factor", "number").detail("ask", &ask.id)).await?;
    tx.commit().await?;
    let ask = by_link(&visit, &token).await?.unwrap_or(ask);
    let why = if ask.takes_numbers(visit.now) {
        visit.say_with("link-number-wrong", &[("left", &(MOST_TRIES - ask.tries).max(0).to_string())])
    } else {
        over_words(&visit, &ask)
    };
    refused(&ask, why)
}

/// Ends the asking, and tells the practice: somebody else tried to sign in as one of its clients.
async fn not_me(visit: &Visit, mut tx: Tx, token: &str, ask: &Ask) -> Result<Response> {
    let ended = tx
        .execute(
            "UPDATE link_ask SET ended_at = $3 WHERE practice_id = $1 AND id = $2 AND used_at IS NULL AND ended_at IS NULL",
            args![&visit.practice()?.id, &ask.id, visit.now],
        )
        .await?;
    if ended == 1 {
        let people = person::clients_by_email_in(&mut tx, &visit.practice()?.id, &ask.email_key).await?;
        let of = |person| {
            Happening::of(Event::LinkNotMe, person)
                .detail("browser", &Browser::from_stored(&ask.browser).in_english())
                .detail("place", &ask.place)
                .detail("time", &when::full(ask.asked_at, visit.zone()))
        };
        happened_to_all(visit, &mut tx, &people, of).await?;
    }
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    Ok(go(&format!("/link/{token}")))
}

impl Device {
    pub(super) fn of(visit: &Visit, ask: &Ask) -> Result<Device> {
        let keep_days = visit.practice()?.client_keep_days;
        Ok(Device { asked: !ask.is_bound(visit), keep_days, keep: false, shared: false })
    }
}

impl ElsewherePage {
    fn new(visit: &Visit, token: &str, ask: &Ask, device: Device) -> ElsewherePage {
        let time = near(visit, ask.asked_at);
        let place = if ask.place.is_empty() { visit.say("unknown-place") } else { ask.place.clone() };
        let browser = Browser::from_stored(&ask.browser).in_english();
        let takes_codes = ask.takes_codes(visit.now);
        ElsewherePage {
            frame: frame(visit, "portal-title").script("passkey.js"),
            token: token.to_owned(),
            masked: masked(ask),
            asked: visit.say_with("link-asked", &[("browser", &browser), ("place", &place), ("time", &time)]),
            takes_codes,
            // Where the practice chose mail without links meanwhile, the page that asked shows no number.
            takes_numbers: ask.takes_numbers(visit.now) && !has_no_links(visit),
            device,
            code_problem: (!takes_codes).then(|| over_words(visit, ask)),
            number_problem: None,
        }
    }
}
