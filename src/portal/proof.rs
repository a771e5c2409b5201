//! What a proved mailbox is good for: one sign-in. Whoever goes on by it does so as long as what it led to lives and is in
//! this browser's hands, so that a second person of the mailbox can be chosen and a lost answer is made good; once that was
//! ended, or locked when it was idle, only another mail helps.

use super::{Ask, bind};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::web::{Visit, safe_path};
use crate::sign_in::marks::LINK_COOKIE;
use crate::sign_in::session::State;
use crate::sign_in::{self, session};

/// How long the same browser may go on without what the answer would have given it, in seconds: the answer got lost.
pub(super) const LOST_SECONDS: i64 = 60;

/// A session or attempt that a proof led to, while it lives.
#[derive(sqlx::FromRow)]
struct LedTo {
    person_id: String,
    token_hash: String,
}

// A session that locked is over for the proof, unless its own lock is just being opened.
const LED_TO: &str = "SELECT s.person_id, s.token_hash FROM session s
     WHERE s.practice_id = $1 AND s.id = $2 AND s.ended_at IS NULL AND s.ends_at > $3
        AND (s.seen_at + s.idle_seconds >= $3 OR EXISTS (SELECT 1 FROM attempt u WHERE u.practice_id = s.practice_id
            AND u.person_id = s.person_id AND u.session_id = s.id AND u.ended_at IS NULL AND u.expires_at > $3))
     UNION ALL
     SELECT a.person_id, a.token_hash FROM attempt a
     WHERE a.practice_id = $1 AND a.id = $2 AND a.ended_at IS NULL AND a.expires_at > $3";

impl LedTo {
    /// Whether this browser has it.
    fn is_here(&self, visit: &Visit) -> bool {
        let cookies = [visit.cookie(session::COOKIE), visit.cookie(sign_in::COOKIE)];
        cookies.into_iter().flatten().any(|token| secret::same(&secret::hash_token(token), &self.token_hash))
    }

    fn goes_on(&self, visit: &Visit, ask: &Ask) -> bool {
        self.is_here(visit) || ask.went_on_at.is_some_and(|at| visit.now - at <= LOST_SECONDS)
    }
}

/// The asking as it stands: where its proof led to something that is over, or is not in this browser, nothing is proved.
///
/// # Errors
/// Faults of the database.
pub(super) async fn judged(visit: &Visit, ask: Ask) -> Result<Ask> {
    let Some(before) = ask.went_on_as.as_ref().filter(|_| ask.is_proved(visit)) else { return Ok(ask) };
    let led_to: Option<LedTo> = visit.db()?.optional(LED_TO, args![&visit.practice()?.id, before, visit.now]).await?;
    let goes_on = led_to.is_some_and(|led_to| led_to.goes_on(visit, &ask));
    Ok(if goes_on { ask } else { Ask { proved_in: None, ..ask } })
}

/// Goes on by the proof, as the attempt or session of that id; answers whether it still may. One statement decides between
/// all who try at once. What the last answer would have given, had it arrived, is ended.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn go_on(visit: &Visit, tx: &mut Tx, ask: &Ask, id: &str) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let mut at = visit.now;
    if let Some(before) = &ask.went_on_as {
        let led_to: Option<LedTo> = tx.optional(LED_TO, args![practice, before, visit.now]).await?;
        let Some(led_to) = led_to.filter(|led_to| led_to.goes_on(visit, ask)) else { return Ok(false) };
        if !led_to.is_here(visit) {
            at = ask.went_on_at.unwrap_or(at);
            if before != id {
                session::end(visit, tx, &led_to.person_id, before).await?;
            }
        }
    }
    let gone = tx
        .execute(
            "UPDATE link_ask SET went_on_as = $3, went_on_at = $4 WHERE practice_id = $1 AND id = $2 AND proved_in IS NOT NULL
                AND COALESCE(went_on_as, '') = $5",
            args![practice, &ask.id, id, at, ask.went_on_as.as_deref().unwrap_or_default()],
        )
        .await?;
    Ok(gone == 1)
}

/// Where a PIN of this request has led this browser already: into its session, or to the step before that.
///
/// # Errors
/// Faults of the database.
pub(super) async fn after_pin(visit: &Visit, ask: &Ask) -> Result<Option<String>> {
    let by_pin = ask.used_by.as_deref() == Some("pin");
    let Some(led_to) = ask.went_on_as.as_ref().filter(|_| by_pin) else { return Ok(None) };
    if let State::Open(session) = session::state(visit).await?
        && session.id == *led_to
    {
        return Ok(Some(safe_path(&ask.then_path, "/me")));
    }
    let Some(attempt) = sign_in::current(visit).await?.filter(|attempt| attempt.id == *led_to) else { return Ok(None) };
    let (step, person) = sign_in::whereabouts(visit, &attempt).await?;
    Ok(Some(sign_in::path_of(&step, &attempt, &person)))
}

/// Goes on by a PIN that the same browser used a moment ago, as the attempt of that id; answers whether it still may: not once
/// what the PIN led to is over, by log-out above all. What the lost answer would have given is ended, and the one statement decides between all who try at once.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn pin_goes_on(visit: &Visit, tx: &mut Tx, ask: &Ask, pin: &str, id: &str) -> Result<bool> {
    let practice = &visit.practice()?.id;
    let Some(before) = ask.went_on_as.as_ref().filter(|_| ask.is_bound(visit)) else { return Ok(false) };
    let led_to: Option<LedTo> = tx.optional(LED_TO, args![practice, before, visit.now]).await?;
    let Some(led_to) = led_to else { return Ok(false) };
    let gone = tx
        .execute(
            "UPDATE link_ask SET went_on_as = $3 WHERE practice_id = $1 AND id = $2 AND used_by = 'pin' AND used_at >= $4 AND went_on_as = $5
                AND EXISTS (SELECT 1 FROM pin i WHERE i.practice_id = $1 AND i.id = $6 AND i.ask_id = $2 AND i.used_at IS NOT NULL)",
            args![practice, &ask.id, id, visit.now - LOST_SECONDS, before, pin],
        )
        .await?;
    if gone != 1 {
        return Ok(false);
    }
    session::end(visit, tx, &led_to.person_id, before).await?;
    tx.execute(
        "UPDATE attempt SET ended_at = $3 WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL",
        args![practice, before, visit.now],
    )
    .await?;
    Ok(true)
}

/// Where others use the browser too, what ties it to a proved mailbox goes when it is closed.
pub(super) fn keep_while_open(visit: &Visit, ask: &Ask) {
    if let Some(token) = visit.cookie(LINK_COOKIE).filter(|_| ask.shared != 0) {
        bind(visit, None, || token.to_owned());
    }
}

/// Whether the mailbox was proved too long ago to be fresh proof, or was that already, for a session that was last fresh then.
pub(super) fn is_stale(visit: &Visit, ask: &Ask, fresh_at: i64) -> bool {
    let is_old = ask.used_at.is_some_and(|at| visit.now - at > session::FRESH_SECONDS);
    is_old || ask.went_on_at.is_some_and(|at| fresh_at >= at && visit.now - at > LOST_SECONDS)
}
