//! What is noted of one try to send one message: gone, later, never, or not known. A claim that another worker has
//! taken over meanwhile notes nothing.

use std::sync::Arc;
use std::time::Duration;

use super::transport::Outcome;
use super::whom::{self, Addressed, TOLD_AGAIN_SECONDS};
use super::worker::Claimed;
use super::{Actor, Event, Happening};
use crate::args;
use crate::platform::db::{Db, Tx};
use crate::platform::door::background_visit;
use crate::platform::error::{Error, Result};
use crate::platform::limit;
use crate::platform::metrics::Message;
use crate::platform::practice;
use crate::platform::server::{ENTRANCE, Region, Server};
use crate::platform::world::random;

/// Pauses before the next try, in seconds; the last one repeats.
const PAUSES: [i64; 7] = [30, 120, 600, 1800, 3600, 7200, 14_400];
/// A message is given up so long after it was put in (seconds).
const GIVE_UP_SECONDS: i64 = 48 * 3600;
/// The entrance keeps nobody's address longer than this, sealed or not (seconds).
const ENTRANCE_GIVES_UP_SECONDS: i64 = 24 * 3600;
/// Also a message whose worker dies each time ends some day.
const MOST_TRIES: i64 = 60;
/// The pause before the one repetition of a message whose answer was lost (seconds).
const UNSURE_PAUSE: i64 = 600;
/// Administrators are told of so many failed messages within an hour: a mail server that takes nothing from us fails them all.
const MOST_TOLD: i64 = 20;
const TOLD_WITHIN_SECONDS: i64 = 3600;
/// How often a noting that met another's is run again.
pub(super) const MOST_RUNS: u32 = 12;

/// The last try is so long before a message is of no use any more (seconds): whoever waits for it still has to read it.
const LAST_TRY_SECONDS: i64 = 60;
/// Why a message ends whose code or link is good no longer.
pub const TOO_LATE: &str = "too late: what it holds is no longer good";

/// Whether a message ended because its code or link was good no longer; no mail server said anything against the address.
pub fn ran_out_of_time(reason: &str) -> bool {
    reason.starts_with(TOO_LATE)
}

/// What one try came to, in words for the practice; no address, code or link.
pub(super) enum Ending {
    Gone(String),
    Later(String),
    Never(String),
    NotKnown(String),
}

impl Ending {
    pub fn of(outcome: Outcome) -> Ending {
        match outcome {
            Outcome::HandedOver { reply } => Ending::Gone(reply),
            Outcome::Deferred { reason, .. } => Ending::Later(reason),
            Outcome::Rejected { reason, .. } => Ending::Never(reason),
            Outcome::Unsure { reason } => Ending::NotKnown(reason),
        }
    }

    pub fn later(reason: &str) -> Ending {
        Ending::Later(reason.to_owned())
    }

    pub fn never(reason: &str) -> Ending {
        Ending::Never(reason.to_owned())
    }
}

/// The row after a try.
struct Row {
    state: &'static str,
    reason: String,
    /// None when the message has ended.
    next_at: Option<i64>,
}

/// Notes what a try came to.
///
/// # Errors
/// Faults of the database; conflicts that did not end.
pub(super) async fn note(server: &Arc<Server>, region: &Arc<Region>, claimed: &Claimed, ending: Ending) -> Result<()> {
    let now = server.world.now();
    let unsure_before = matches!(ending, Ending::NotKnown(_)) && was_unsure(&region.db, claimed).await?;
    let row = row_of(ending, claimed, now, random::<1>(&*server.world)[0], unsure_before);
    let mut round = 0;
    let noted = loop {
        match write(&region.db, claimed, &row, now).await {
            Err(Error::Conflict) if round < MOST_RUNS => step_aside(server, round).await,
            result => break result?,
        }
        round += 1;
    };
    if !noted {
        tracing::warn!(message = claimed.id, "a claim ended before its message was answered for");
        return Ok(());
    }
    server.metrics.message(match row.state {
        "sent" => Message::Sent,
        "failed" => Message::Failed,
        "unsure" => Message::Unsure,
        _ => Message::Deferred,
    });
    if row.state == "failed" {
        tell_failure(server, region, claimed, &row.reason).await?;
    } else if row.state != "sent" {
        tracing::warn!(
            message = claimed.id,
            about = claimed.about,
            turn = claimed.tries,
            state = row.state,
            reason = row.reason,
            "message not sent"
        );
    }
    Ok(())
}

/// Pure: from an answer to the row.
fn row_of(ending: Ending, claimed: &Claimed, now: i64, chance: u8, unsure_before: bool) -> Row {
    match ending {
        Ending::Gone(reason) => Row { state: "sent", reason, next_at: None },
        Ending::Never(reason) => Row { state: "failed", reason, next_at: None },
        // Tried twice and twice no answer: a third copy would help nobody.
        Ending::NotKnown(reason) if unsure_before => Row { state: "unsure", reason, next_at: None },
        Ending::NotKnown(reason) => Row { state: "unsure", reason, next_at: in_use(claimed, now, now + UNSURE_PAUSE) },
        Ending::Later(reason) => {
            let Some(next_at) = in_use(claimed, now, now + pause(claimed.tries, chance)) else {
                return Row { state: "failed", reason: format!("{TOO_LATE}: {reason}"), next_at: None };
            };
            let patience = if claimed.practice_id == ENTRANCE { ENTRANCE_GIVES_UP_SECONDS } else { GIVE_UP_SECONDS };
            if next_at > claimed.created_at + patience || claimed.tries >= MOST_TRIES {
                Row {
                    state: "failed",
                    reason: format!("given up after {} hours: {reason}", patience / 3600),
                    next_at: None,
                }
            } else {
                Row { state: "deferred", reason, next_at: Some(next_at) }
            }
        }
    }
}

/// When the next try is made of one that is meant for then: sooner, where it would be of no use any more; none where it would even so.
fn in_use(claimed: &Claimed, now: i64, next_at: i64) -> Option<i64> {
    let Some(until) = claimed.useful_until else { return Some(next_at) };
    Some(next_at.min(until - LAST_TRY_SECONDS)).filter(|at| *at > now)
}

/// Whether it is of no use to anybody any more.
pub(super) fn is_too_late(claimed: &Claimed, now: i64) -> bool {
    claimed.useful_until.is_some_and(|until| until <= now)
}

/// Seconds until the next try, after `tries` of them; up to a tenth longer by chance, so that a mail server that
/// comes back is not met by everything at once.
fn pause(tries: i64, chance: u8) -> i64 {
    let place = usize::try_from(tries - 1).unwrap_or(0).min(PAUSES.len() - 1);
    PAUSES[place] + PAUSES[place] * i64::from(chance) / 2560
}

async fn was_unsure(db: &Db, claimed: &Claimed) -> Result<bool> {
    let before: Option<(i64,)> = db
        .optional(
            "SELECT turn FROM outbox_state WHERE practice_id = $1 AND message_id = $2 AND state = 'unsure' AND turn < $3",
            args![&claimed.practice_id, &claimed.id, claimed.tries],
        )
        .await?;
    Ok(before.is_some())
}

/// The row and its state in one transaction; false where the claim is no longer ours.
async fn write(db: &Db, claimed: &Claimed, row: &Row, now: i64) -> Result<bool> {
    let mut tx = db.write().await?;
    let changed = tx
        .execute(
            "UPDATE outbox SET state = $5, next_at = COALESCE($6, next_at), claimed_until = 0, claimed_by = '',
                ended_at = CASE WHEN CAST($6 AS BIGINT) IS NULL THEN CAST($7 AS BIGINT) END,
                body = CASE WHEN CAST($6 AS BIGINT) IS NULL THEN NULL ELSE body END,
                recipient = CASE WHEN CAST($6 AS BIGINT) IS NULL AND practice_id = $8 THEN '' ELSE recipient END
             WHERE practice_id = $1 AND id = $2 AND claimed_by = $3 AND tries = $4 AND ended_at IS NULL",
            args![
                &claimed.practice_id,
                &claimed.id,
                &claimed.claimed_by,
                claimed.tries,
                row.state,
                row.next_at,
                now,
                ENTRANCE
            ],
        )
        .await?;
    if changed == 0 {
        return Ok(false);
    }
    add_state(&mut tx, claimed, now, row.state, &row.reason).await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends a job's row; false where the claim is no longer ours.
pub(super) async fn end_job(tx: &mut Tx, claimed: &Claimed, now: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "UPDATE outbox SET state = 'done', body = NULL, ended_at = $5, claimed_until = 0, claimed_by = ''
             WHERE practice_id = $1 AND id = $2 AND claimed_by = $3 AND tries = $4 AND ended_at IS NULL",
            args![&claimed.practice_id, &claimed.id, &claimed.claimed_by, claimed.tries, now],
        )
        .await?;
    if changed == 1 {
        add_state(tx, claimed, now, "done", "").await?;
    }
    Ok(changed == 1)
}

async fn add_state(tx: &mut Tx, claimed: &Claimed, now: i64, state: &str, reason: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO outbox_state (practice_id, message_id, at, turn, state, reason) VALUES ($1, $2, $3, $4, $5, $6)",
        args![&claimed.practice_id, &claimed.id, now, claimed.tries, state, reason],
    )
    .await?;
    Ok(())
}

/// A message that will not arrive is said loudly: to the operator, in the record, and to administrators by mail.
async fn tell_failure(server: &Arc<Server>, region: &Arc<Region>, claimed: &Claimed, reason: &str) -> Result<()> {
    tracing::error!(
        message = claimed.id,
        practice = claimed.practice_id,
        about = claimed.about,
        tries = claimed.tries,
        reason,
        "message given up"
    );
    let Some(practice) = practice::by_id(&region.db, &region.name, &claimed.practice_id).await? else { return Ok(()) };
    let addressed = Addressed {
        practice_id: &claimed.practice_id,
        id: &claimed.id,
        kind: &claimed.kind,
        person_id: claimed.person_id.as_deref(),
        recipient: &claimed.recipient,
    };
    let people = whom::of(server, &region.db, &addressed).await?;
    let Some(first) = people.first() else { return Ok(()) };
    let names = whom::names(&people);
    let visit = background_visit(server, practice)?;
    let by_text = format!("text {}", first.id);
    let lane = whom::lane(&visit, if claimed.kind == "mail" { &first.email_key } else { &by_text })?;
    let mut round = 0;
    loop {
        let once = async {
            let mut tx = region.db.write().await?;
            if claimed.kind == "mail" && whom::is_dead(reason) {
                whom::mark(&mut tx, &claimed.practice_id, &first.email_key, visit.now).await?;
            }
            let mut told = !may_tell(&mut tx, claimed, &lane, visit.now).await?;
            for person in &people {
                let failed = Happening::of(Event::MessageFailed, person)
                    .by(Actor::System)
                    .result("failed")
                    .detail("person", &names)
                    .detail("about", &claimed.about)
                    .detail("reason", reason)
                    .detail("late", if ran_out_of_time(reason) { "yes" } else { "no" });
                if told {
                    super::record(&visit, &mut tx, &failed).await?;
                } else {
                    super::happened(&visit, &mut tx, failed).await?;
                }
                told = true;
            }
            tx.commit().await
        };
        match once.await {
            Err(Error::Conflict) if round < MOST_RUNS => step_aside(server, round).await,
            result => return result,
        }
        round += 1;
    }
}

/// Once a day for each address. The mail about a mail that failed may fail too; that one is told in the record only.
async fn may_tell(tx: &mut Tx, claimed: &Claimed, lane: &str, now: i64) -> Result<bool> {
    let about = |event: Event, client: bool| format!("{}-administrators", event.mail_about(client));
    let of_such = [
        (Event::MessageFailed, false),
        (Event::MessageFailed, true),
        (Event::MailCameBack, false),
        (Event::MailCameBack, true),
    ];
    if of_such.into_iter().any(|(event, client)| claimed.about == about(event, client)) {
        return Ok(false);
    }
    let practice = &claimed.practice_id;
    Ok(limit::once(tx, practice, lane, TOLD_AGAIN_SECONDS, now).await?
        && limit::within_in(tx, practice, "failures told", MOST_TOLD, TOLD_WITHIN_SECONDS, now).await?)
}

#[expect(clippy::disallowed_methods, reason = "two writers step apart before they try again")]
pub(super) async fn step_aside(server: &Server, round: u32) {
    let chance = u64::from(random::<1>(&*server.world)[0]);
    tokio::time::sleep(Duration::from_millis((1 << round.min(6)) * (chance + 16) / 128)).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(tries: i64) -> Claimed {
        let none = String::new;
        Claimed {
            practice_id: none(),
            id: none(),
            kind: none(),
            about: none(),
            person_id: None,
            recipient: none(),
            body: None,
            tries,
            created_at: 0,
            useful_until: None,
            claimed_by: none(),
        }
    }

    /// Pauses grow, and a server that is down for two days ends it.
    #[test]
    fn pauses_grow_until_it_is_given_up() {
        for chance in [0, 255] {
            let (mut now, mut tries, mut last) = (0, 1, 0);
            loop {
                let row = row_of(Ending::later("busy"), &claimed(tries), now, chance, false);
                let Some(next_at) = row.next_at else {
                    assert_eq!((row.state, row.reason.as_str()), ("failed", "given up after 48 hours: busy"));
                    break;
                };
                assert!(next_at - now >= last, "pause {tries}");
                (last, now, tries) = (next_at - now, next_at, tries + 1);
            }
            assert!((16..20).contains(&tries), "{tries}");
            assert!(now > 40 * 3600 && now <= GIVE_UP_SECONDS, "{now}");
        }
    }

    /// A code that is good for ten minutes is tried within them, the last time while there is still time to type it.
    #[test]
    fn what_is_good_for_minutes_is_not_tried_for_days() {
        let (mut now, mut tries, mut at) = (0, 1, vec![]);
        let row = loop {
            let code = Claimed { useful_until: Some(600), ..claimed(tries) };
            let row = row_of(Ending::later("busy"), &code, now, 0, false);
            let Some(next_at) = row.next_at else { break row };
            at.push(next_at);
            (now, tries) = (next_at, tries + 1);
        };
        assert_eq!(at, [30, 150, 540]);
        assert_eq!((row.state, row.reason.starts_with("too late")), ("failed", true));
        let code = Claimed { useful_until: Some(600), ..claimed(1) };
        assert_eq!(row_of(Ending::NotKnown("lost".into()), &code, 550, 0, false).next_at, None);
        assert!(is_too_late(&code, 600) && !is_too_late(&code, 599) && !is_too_late(&claimed(1), i64::MAX));
    }

    #[test]
    fn chance_adds_a_tenth_at_most() {
        assert_eq!((pause(1, 0), pause(2, 0), pause(100, 0)), (30, 120, 14_400));
        assert_eq!((pause(1, 255), pause(100, 255)), (32, 15_834));
    }

    #[test]
    fn a_lost_answer_is_repeated_once() {
        let first = row_of(Ending::NotKnown("lost".into()), &claimed(1), 100, 0, false);
        assert_eq!((first.state, first.next_at), ("unsure", Some(100 + UNSURE_PAUSE)));
        let second = row_of(Ending::NotKnown("lost".into()), &claimed(2), 100, 0, true);
        assert_eq!((second.state, second.next_at), ("unsure", None));
    }
}
