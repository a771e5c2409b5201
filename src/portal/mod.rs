//! The clients' way in: a link or a code by mail, for the browser that asked, or a passkey; who behind the mailbox it is;
//! a lock of their own; and what to do when no mail comes. What a client has of their own is on the same pages as everybody's (`factors/mine.rs`).

pub mod address;
pub mod ask;
mod bound;
pub mod confirm;
pub mod elsewhere;
pub mod exit;
pub mod go;
pub mod guest_link;
pub mod letter;
pub mod link;
pub mod lock;
mod lock_lanes;
pub mod locked;
mod newer;
mod numbers;
pub mod passkey;
pub mod passkey_none;
pub mod password;
pub mod password_own;
mod password_wrong;
pub mod pin;
pub mod privacy;
pub mod privacy_passkey;
mod proof;
pub mod sent;
pub mod statement;
pub mod stuck;
pub mod ways;
pub mod who;

use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::web::Visit;
use crate::sign_in::marks::LINK_COOKIE;

/// How long the code in the mail works, in seconds.
const CODE_SECONDS: i64 = 15 * 60;
/// Tries of the code and of the number, together, for one asking; and of PINs.
pub const MOST_TRIES: i64 = 5;
/// How long a proved mailbox lets its browser go on, in seconds: choosing a person, or an answer that got lost.
const PROVED_SECONDS: i64 = 15 * 60;
/// How long a browser stays the one that asked, in seconds; no link works longer.
const BOUND_SECONDS: i64 = 86_400;
/// How long a request number is good for, in seconds.
pub const REQUEST_SECONDS: i64 = 3600;
/// How long a PIN works, in seconds: what travels by voice lives ten minutes (NIST SP 800-63B-4, 4.2.1.2).
pub const PIN_SECONDS: i64 = 10 * 60;
/// The pause between two mails that the page shows, in seconds.
const PAUSE_SECONDS: i64 = 60;

/// One asking for a mail, known address or not. Times are unix seconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Ask {
    pub id: String,
    pub email: String,
    pub email_key: String,
    bound_to: String,
    pub number: String,
    pub then_path: String,
    pub keep: i64,
    pub shared: i64,
    pub session_id: Option<String>,
    pub language: String,
    pub browser: String,
    pub place: String,
    pub result: String,
    pub message_id: Option<String>,
    pub tries: i64,
    /// Four digits that the client reads out on the phone.
    pub request_number: Option<String>,
    pub pin_tries: i64,
    pub help_at: Option<i64>,
    /// When somebody at the practice had seen to what was asked for.
    #[sqlx(default)]
    pub seen_to_at: Option<i64>,
    pub asked_at: i64,
    pub handled_at: Option<i64>,
    pub link_until: Option<i64>,
    pub replaced_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub used_at: Option<i64>,
    pub used_by: Option<String>,
    proved_in: Option<String>,
    /// The sign-in that the proved mailbox led to, and when it last did.
    #[sqlx(default)]
    went_on_as: Option<String>,
    #[sqlx(default)]
    went_on_at: Option<i64>,
}

/// What the link and the code of an asking are worth now, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Good,
    Used(i64),
    /// A newer mail was written.
    Replaced(i64),
    /// Somebody said that they did not ask.
    Ended(i64),
    Expired(i64),
}

impl Ask {
    pub fn standing(&self, now: i64) -> Standing {
        let until = self.link_until.unwrap_or(self.asked_at + BOUND_SECONDS);
        match (self.used_at, self.ended_at, self.replaced_at) {
            (Some(at), _, _) => Standing::Used(at),
            (None, Some(at), _) => Standing::Ended(at),
            (None, None, Some(at)) => Standing::Replaced(at),
            (None, None, None) if until <= now => Standing::Expired(until),
            (None, None, None) => Standing::Good,
        }
    }

    /// Whether this is the browser that asked.
    pub fn is_bound(&self, visit: &Visit) -> bool {
        binding(visit).is_some_and(|hash| secret::same(&hash, &self.bound_to))
    }

    /// Whether the mailbox was proved for this browser, a short while ago, and what it led to was not ended since.
    pub fn is_proved(&self, visit: &Visit) -> bool {
        let here =
            binding(visit).zip(self.proved_in.as_ref()).is_some_and(|(hash, proved)| secret::same(&hash, proved));
        here && self.used_at.is_some_and(|at| visit.now - at <= PROVED_SECONDS)
    }

    /// Until when the code works (unix seconds), never longer than the link; the same whether there is one or not.
    fn code_until(&self) -> i64 {
        let until = self.handled_at.unwrap_or(self.asked_at) + CODE_SECONDS;
        self.link_until.map_or(until, |link| link.min(until))
    }

    /// Whether the code may still be typed.
    pub fn takes_codes(&self, now: i64) -> bool {
        self.takes_numbers(now) && self.code_until() > now
    }

    /// Whether the number of the browser that asked may still be typed: as long as its link works.
    pub fn takes_numbers(&self, now: i64) -> bool {
        self.tries < MOST_TRIES && self.standing(now) == Standing::Good
    }

    /// Whether the request number can still be read out to the practice: a PIN could be typed for it.
    pub fn shows_number(&self, now: i64) -> bool {
        let open = self.used_at.is_none() && self.ended_at.is_none();
        open && self.pin_tries < MOST_TRIES && now < self.number_until()
    }

    /// Until when the practice finds the request by its number (unix seconds).
    pub fn number_until(&self) -> i64 {
        self.asked_at + REQUEST_SECONDS
    }

    /// Whether a PIN may still be typed for this request: one that was issued in the last moment works as long as any. What
    /// became of the mail does not matter, since the PIN is for whoever has none.
    pub fn takes_pins(&self, now: i64) -> bool {
        let open = self.used_at.is_none() && self.ended_at.is_none();
        open && self.pin_tries < MOST_TRIES && now < self.number_until() + PIN_SECONDS
    }

    /// Whether the practice has a message of theirs that nobody has seen to.
    fn waits_for_help(&self) -> bool {
        self.help_at.is_some() && self.seen_to_at.is_none()
    }

    /// From when the page offers another mail.
    pub fn pause_until(&self) -> i64 {
        self.asked_at + PAUSE_SECONDS
    }
}

/// The hash of the secret that makes this browser the one that asked.
fn binding(visit: &Visit) -> Option<String> {
    visit.cookie(LINK_COOKIE).map(secret::hash_token)
}

/// Makes this browser one that asked, with the secret it has or this one, for that many seconds or until it is closed; answers
/// its hash.
fn bind(visit: &Visit, lifetime: Option<i64>, first: impl FnOnce() -> String) -> String {
    let token = visit.cookie(LINK_COOKIE).map_or_else(first, str::to_owned);
    visit.set_cookie(LINK_COOKIE, &token, lifetime);
    secret::hash_token(&token)
}

/// An asking by its id, if this browser made it or has proved its mailbox.
///
/// # Errors
/// A failed read is a fault, never "no such asking".
pub async fn mine(visit: &Visit, id: &str) -> Result<Option<Ask>> {
    let found: Option<Ask> = visit
        .db()?
        .optional(
            "SELECT id, email, email_key, bound_to, number, then_path, keep, shared, session_id, language, browser, place, result,
                message_id, tries, request_number, pin_tries, help_at, seen_to_at, asked_at, handled_at, link_until, replaced_at, ended_at, used_at, used_by, proved_in, went_on_as, went_on_at
             FROM link_ask WHERE practice_id = $1 AND id = $2",
            args![&visit.practice()?.id, id],
        )
        .await?;
    let Some(found) = found else { return Ok(None) };
    let ask = proof::judged(visit, found).await?;
    Ok(Some(ask).filter(|ask| ask.is_bound(visit) || ask.is_proved(visit)))
}

/// As [`mine`] by the link's secret, whoever opens it.
///
/// # Errors
/// As [`mine`].
pub async fn by_link(visit: &Visit, token: &str) -> Result<Option<Ask>> {
    let found: Option<Ask> = visit
        .db()?
        .optional(
            "SELECT id, email, email_key, bound_to, number, then_path, keep, shared, session_id, language, browser, place, result,
                message_id, tries, request_number, pin_tries, help_at, asked_at, handled_at, link_until, replaced_at, ended_at, used_at, used_by, proved_in, went_on_as, went_on_at
             FROM link_ask WHERE practice_id = $1 AND link_hash = $2",
            args![&visit.practice()?.id, secret::hash_token(token)],
        )
        .await?;
    match found {
        Some(ask) => proof::judged(visit, ask).await.map(Some),
        None => Ok(None),
    }
}

/// What one use of an asking is: how, and for which browser.
struct Use<'a> {
    by: &'static str,
    proved_in: &'a str,
}

/// Uses an asking up, once: in time, not replaced, not ended. The one statement decides between all who try at once.
async fn spend(visit: &Visit, tx: &mut Tx, ask: &Ask, how: &Use<'_>) -> Result<bool> {
    let spent = tx
        .execute(
            "UPDATE link_ask SET used_at = $3, used_by = $4, proved_in = $5
             WHERE practice_id = $1 AND id = $2 AND used_at IS NULL AND replaced_at IS NULL AND ended_at IS NULL
                AND link_hash IS NOT NULL AND link_until > $3",
            args![&visit.practice()?.id, &ask.id, visit.now, how.by, how.proved_in],
        )
        .await?;
    Ok(spent == 1)
}

/// What is stored of a code.
fn code_hash(visit: &Visit, ask: &str, code: &str) -> Result<String> {
    let key = visit.server.stable_key("mailed codes");
    Ok(secret::keyed_hash(&key, &[&visit.practice()?.id, ask, code]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask() -> Ask {
        let text = String::new;
        Ask {
            id: text(),
            email: text(),
            email_key: text(),
            bound_to: text(),
            number: text(),
            then_path: text(),
            keep: 0,
            shared: 0,
            session_id: None,
            language: text(),
            browser: text(),
            place: text(),
            result: text(),
            message_id: None,
            tries: 0,
            request_number: None,
            pin_tries: 0,
            help_at: None,
            seen_to_at: None,
            asked_at: 1000,
            handled_at: Some(1005),
            link_until: Some(1005 + 86_400),
            replaced_at: None,
            ended_at: None,
            used_at: None,
            used_by: None,
            proved_in: None,
            went_on_as: None,
            went_on_at: None,
        }
    }

    #[test]
    fn a_link_lasts_its_day_and_a_code_its_quarter_of_an_hour() {
        assert_eq!(ask().standing(1005 + 86_399), Standing::Good);
        assert_eq!(ask().standing(1005 + 86_400), Standing::Expired(1005 + 86_400));
        assert!(ask().takes_codes(1005 + CODE_SECONDS - 1));
        assert!(!ask().takes_codes(1005 + CODE_SECONDS));
        assert!(!Ask { tries: 5, ..ask() }.takes_codes(1010));
    }

    /// What happened first is not what is told: a used link is used, whatever came later.
    #[test]
    fn the_page_tells_the_most_useful_reason() {
        let used = Ask { used_at: Some(7), replaced_at: Some(9), ..ask() };
        assert_eq!(used.standing(1_000_000), Standing::Used(7));
        assert_eq!(Ask { replaced_at: Some(9), ..ask() }.standing(1_000_000), Standing::Replaced(9));
        assert_eq!(Ask { ended_at: Some(8), replaced_at: Some(9), ..ask() }.standing(10), Standing::Ended(8));
    }

    /// A PIN is for whoever has no mail: neither its end nor a newer one takes the field away.
    #[test]
    fn a_request_takes_a_pin_for_as_long_as_one_can_be_issued() {
        let short = Ask { link_until: Some(1600), replaced_at: Some(1500), ..ask() };
        assert!(
            short.takes_pins(1000 + REQUEST_SECONDS + PIN_SECONDS - 1)
                && short.shows_number(1000 + REQUEST_SECONDS - 1)
        );
        assert!(!short.takes_pins(1000 + REQUEST_SECONDS + PIN_SECONDS) && !short.shows_number(1000 + REQUEST_SECONDS));
        assert!(!Ask { used_at: Some(1100), ..ask() }.takes_pins(1200));
        assert!(!Ask { ended_at: Some(1100), ..ask() }.takes_pins(1200));
        let tried = Ask { pin_tries: 5, ..ask() };
        assert!(!tried.takes_pins(1200) && !tried.shows_number(1200));
    }

    /// Only the code has its quarter of an hour; where links are shorter, it ends with them.
    #[test]
    fn a_number_lasts_as_long_as_the_link() {
        assert!(ask().takes_numbers(1005 + 86_399) && !ask().takes_numbers(1005 + 86_400));
        assert!(!Ask { tries: 5, ..ask() }.takes_numbers(1010));
        let short = Ask { link_until: Some(1605), ..ask() };
        assert!(short.takes_codes(1604) && !short.takes_codes(1605));
    }
}
