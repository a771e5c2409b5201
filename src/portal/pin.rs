//! The PIN that a member of the practice reads out on the phone: it opens one request, in the browser that shows its
//! number, for one client, once. Issuing it is in `practice/clients_pin.rs`.

use axum::http::StatusCode;
use axum::response::Response;

use super::stuck::StuckPage;
use super::{Ask, MOST_TRIES, mine, proof};
use crate::args;
use crate::factors::password::{self, pool_error};
use crate::factors::totp_code::normalise_typed;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::hashing::{Secret, Verdict};
use crate::platform::limit;
use crate::platform::network::network_of;
use crate::platform::secret::{hash_token, same};
use crate::platform::web::{Fields, Visit, go, page_with};
use crate::sign_in::person::{self, Person};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start};

/// Wrong PINs for one client within a day, over all requests.
const MOST_WRONG_A_DAY: i64 = 15;
/// Wrong PINs in one practice within an hour before its administrators are alarmed.
const ALARM_FROM: i64 = 30;

#[derive(sqlx::FromRow)]
struct Issued {
    id: String,
    person_id: String,
    hash: String,
    issued_in: String,
    issued_from: String,
}

/// `POST /portal/pin`.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    // read
    let Some(ask) = mine(&visit, fields.text("ask")).await?.filter(|ask| ask.is_bound(&visit)) else {
        return Ok(go("/portal/stuck"));
    };
    if let Some(on) = proof::after_pin(&visit, &ask).await? {
        return Ok(go(&on));
    }
    let Some(typed) = normalise_typed(fields.text("pin")) else {
        return refused(&visit, &ask, visit.say("stuck-pin-six")).await;
    };
    if visit.practice()?.pin_by == "nobody" {
        return refused(&visit, &ask, visit.say("stuck-pin-nobody")).await;
    }
    let issued = issued(&visit, &ask).await?;
    let guess = guess_lane(&visit, &ask, issued.as_ref(), &typed)?;
    let taken = take_try(&visit, &ask, &guess).await?;
    if !taken && !is_repeat(&visit, &ask, &guess).await? {
        return refused(&visit, &ask, visit.say("stuck-pin-over")).await;
    }
    let before = before(&visit, &ask).await?;

    // work: the PIN before this one too, and where there is none as long
    let stored = issued.as_ref().map(|issued| issued.hash.clone());
    let verdict = password::verify(&visit, stored, &typed).await.map_err(pool_error)?;
    let judging = visit.server.hashing.verify(before, Secret::new(typed));
    let too_old = visit.once("verify the PIN before".to_owned(), judging).await.map_err(pool_error)?;

    // write
    match (verdict, issued) {
        (Verdict::Right { .. }, Some(issued)) if same(&issued.issued_in, &hash_token(&visit.browser_id)) => {
            own_browser(&visit, &ask, &issued).await
        }
        (Verdict::Right { .. }, Some(issued)) => right(&visit, &ask, &issued).await,
        _ if !taken => refused(&visit, &ask, visit.say("stuck-pin-over")).await,
        _ if matches!(too_old, Verdict::Right { .. }) => {
            give_back(&visit, &ask).await?;
            refused(&visit, &ask, visit.say("stuck-pin-old")).await
        }
        (_, issued) => wrong(&visit, &ask, issued.as_ref()).await,
    }
}

/// Where it is noted that this was typed for that PIN; the lane holds neither of them.
fn guess_lane(visit: &Visit, ask: &Ask, issued: Option<&Issued>, typed: &str) -> Result<String> {
    let of = issued.map_or("none", |issued| &issued.id);
    visit.lane("pin typed", &format!("{} {of} {typed}", ask.id))
}

/// Takes one of the request's five tries, once however often this is run, and notes for what; a new PIN gives none back.
async fn take_try(visit: &Visit, ask: &Ask, guess: &str) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let taking = async {
        let mut tx = visit.db()?.counting().await?;
        let taken = tx
            .execute(
                "UPDATE link_ask SET pin_tries = pin_tries + 1 WHERE practice_id = $1 AND id = $2 AND pin_tries < $3
                    AND (used_at IS NULL OR (used_by = 'pin' AND used_at >= $4)) AND ended_at IS NULL",
                args![practice, &ask.id, MOST_TRIES, visit.now - proof::LOST_SECONDS],
            )
            .await?;
        if taken == 1 {
            limit::once(&mut tx, practice, guess, proof::LOST_SECONDS, visit.now).await?;
        }
        tx.commit().await?;
        Ok::<_, Error>(taken == 1)
    };
    visit.once(format!("pin of {}", ask.id), taking).await
}

/// Whether a try was taken for the very same a moment ago: the last one, pressed twice at once. That is no further guess; it costs
/// a hash, so once a minute.
async fn is_repeat(visit: &Visit, ask: &Ask, guess: &str) -> Result<bool> {
    let noted: Option<(i64,)> = visit
        .db()?
        .optional(
            "SELECT count FROM tries WHERE practice_id = $1 AND lane = $2 AND window_start > $3",
            args![&visit.practice()?.id, guess, visit.now - proof::LOST_SECONDS],
        )
        .await?;
    let lane = visit.lane("pin again", &ask.id)?;
    Ok(noted.is_some() && visit.within(&lane, 1, proof::LOST_SECONDS).await?)
}

/// The living PIN of a request, or the one that was used for it a moment ago.
async fn issued(visit: &Visit, ask: &Ask) -> Result<Option<Issued>> {
    visit
        .db()?
        .optional(
            "SELECT id, person_id, hash, issued_in, issued_from FROM pin WHERE practice_id = $1 AND ask_id = $2
                AND (used_at IS NULL OR used_at >= $4) AND replaced_at IS NULL AND expires_at > $3 ORDER BY created_at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, &ask.id, visit.now, visit.now - proof::LOST_SECONDS],
        )
        .await
}

/// The hash of the newest PIN of a request whose time is over or which another one replaced.
async fn before(visit: &Visit, ask: &Ask) -> Result<Option<String>> {
    let row: Option<(String,)> = visit
        .db()?
        .optional(
            "SELECT hash FROM pin WHERE practice_id = $1 AND ask_id = $2 AND used_at IS NULL AND (replaced_at IS NOT NULL OR expires_at <= $3)
             ORDER BY created_at DESC, id DESC LIMIT 1",
            args![&visit.practice()?.id, &ask.id, visit.now],
        )
        .await?;
    Ok(row.map(|(hash,)| hash))
}

/// Whoever was only too late has guessed nothing.
async fn give_back(visit: &Visit, ask: &Ask) -> Result<()> {
    let sql = "UPDATE link_ask SET pin_tries = pin_tries - 1 WHERE practice_id = $1 AND id = $2 AND pin_tries > 0";
    let back = visit.db()?.execute(sql, args![&visit.practice()?.id, &ask.id]);
    visit.once("pin try back".to_owned(), back).await?;
    Ok(())
}

async fn right(visit: &Visit, ask: &Ask, issued: &Issued) -> Result<Response> {
    let lane = visit.lane("wrong pin", &issued.person_id)?;
    if !visit.within(&lane, MOST_WRONG_A_DAY, 86_400).await? {
        return refused(visit, ask, visit.say("stuck-pin-enough")).await;
    }
    let mut tx = visit.db()?.write().await?;
    let attempt = sign_in::start(visit, &mut tx, &start(ask, &issued.person_id)).await?;
    let Some(person) = spend(visit, &mut tx, ask, issued, &attempt.id).await? else {
        drop(tx);
        return once_more(visit, ask, issued).await;
    };
    let near = visit.lane("network", &network_of(visit.address).0)? == issued.issued_from;
    let used =
        Happening::of(Event::PinUsed, &person).detail("same network as the issuer", if near { "yes" } else { "no" });
    happened(visit, &mut tx, used).await?;
    sign_in::proved(visit, &mut tx, &attempt, Factor::Pin).await?;
    sign_in::advance(visit, tx, &attempt).await
}

fn start<'a>(ask: &'a Ask, person_id: &'a str) -> Start<'a> {
    Start { person_id, goal: "sign-in", then_path: &ask.then_path, shared: ask.shared != 0, ..Start::default() }
}

/// The same PIN once more in the same browser, right after it was used: pressed twice at once, or the answer got lost.
async fn once_more(visit: &Visit, ask: &Ask, issued: &Issued) -> Result<Response> {
    let now = mine(visit, &ask.id).await?.unwrap_or_else(|| ask.clone());
    if let Some(on) = proof::after_pin(visit, &now).await? {
        return Ok(go(&on));
    }
    let mut tx = visit.db()?.write().await?;
    let attempt = sign_in::start(visit, &mut tx, &start(&now, &issued.person_id)).await?;
    if !proof::pin_goes_on(visit, &mut tx, &now, &issued.id, &attempt.id).await? {
        drop(tx);
        let is_over = now.used_at.is_some() || !now.takes_pins(visit.now);
        return refused(visit, &now, visit.say(if is_over { "stuck-pin-over" } else { "stuck-pin-old" })).await;
    }
    sign_in::proved(visit, &mut tx, &attempt, Factor::Pin).await?;
    sign_in::advance(visit, tx, &attempt).await
}

/// Uses the PIN and its request up, once, for a client whose access is on.
async fn spend(visit: &Visit, tx: &mut Tx, ask: &Ask, issued: &Issued, attempt: &str) -> Result<Option<Person>> {
    let practice = &visit.practice()?.id;
    let spent = tx
        .execute(
            "UPDATE pin SET used_at = $3 WHERE practice_id = $1 AND id = $2 AND used_at IS NULL AND replaced_at IS NULL AND expires_at > $3",
            args![practice, &issued.id, visit.now],
        )
        .await?;
    let over = tx
        .execute(
            "UPDATE link_ask SET used_at = $3, used_by = 'pin', went_on_as = $4, went_on_at = $3
             WHERE practice_id = $1 AND id = $2 AND used_at IS NULL AND ended_at IS NULL",
            args![practice, &ask.id, visit.now, attempt],
        )
        .await?;
    if spent + over < 2 {
        return Ok(None);
    }
    let person = person::by_id_in(tx, practice, &issued.person_id).await?;
    Ok(Some(person).filter(|person| person.is_client() && person.closed_at.is_none()))
}

async fn wrong(visit: &Visit, ask: &Ask, issued: Option<&Issued>) -> Result<Response> {
    let practice = &visit.practice()?.id;
    if let Some(issued) = issued {
        let lane = visit.lane("wrong pin", &issued.person_id)?;
        visit.within(&lane, MOST_WRONG_A_DAY, 86_400).await?;
    }
    let quiet = visit.within("wrong pins", ALARM_FROM - 1, 3600).await?;
    let mut tx = visit.db()?.write().await?;
    let person = match issued {
        Some(issued) => Some(person::by_id_in(&mut tx, practice, &issued.person_id).await?),
        None => None,
    };
    let mut happening = Happening::to_nobody(Event::WrongPin, Actor::Stranger).result("refused");
    happening.person = person.as_ref();
    happened(visit, &mut tx, happening).await?;
    if !quiet && limit::once(&mut tx, practice, "wrong pins told", 3600, visit.now).await? {
        happened(visit, &mut tx, Happening::to_nobody(Event::PinsGuessed, Actor::Stranger)).await?;
    }
    tx.commit().await?;
    let left = (MOST_TRIES - ask.pin_tries - 1).max(0);
    let words = if left == 0 {
        visit.say("stuck-pin-over")
    } else {
        visit.say_with("stuck-pin-wrong", &[("left", &left.to_string())])
    };
    refused(visit, ask, words).await
}

/// The browser that issued a PIN cannot use it: the PIN is ended and the administrators are told (AC-082).
async fn own_browser(visit: &Visit, ask: &Ask, issued: &Issued) -> Result<Response> {
    let mut tx = visit.db()?.write().await?;
    let practice = &visit.practice()?.id;
    tx.execute(
        "UPDATE pin SET replaced_at = $3 WHERE practice_id = $1 AND id = $2",
        args![practice, &issued.id, visit.now],
    )
    .await?;
    let person = person::by_id_in(&mut tx, practice, &issued.person_id).await?;
    happened(visit, &mut tx, Happening::of(Event::PinBlocked, &person).by(Actor::Stranger).result("refused")).await?;
    tx.commit().await?;
    visit.server.outbox_bell.notify_one();
    refused(visit, ask, visit.say("stuck-pin-own")).await
}

/// The page as the request stands now, so that it offers no number and no field that this try was the last for.
async fn refused(visit: &Visit, ask: &Ask, problem: String) -> Result<Response> {
    let now = mine(visit, &ask.id).await?;
    let mut stuck = StuckPage::new(visit, Some(now.as_ref().unwrap_or(ask)))?;
    stuck.pin_problem = Some(problem);
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &stuck)
}
