//! A passkey shown: read, judged and noted, the same for every place where one is asked for. Unknown credential, bad
//! signature and closed person take the same way and the same time; what it was is in the record alone.

use super::passkey_ceremony::{self as ceremony, Ceremony, Purpose};
use super::passkey_options as options;
use super::passkey_store::{self as store, Passkey, Use, of_passkey};
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::limit;
use crate::platform::metrics::{SignIn, Way};
use crate::platform::network::network_of;
use crate::platform::web::{Fields, Visit};
use crate::platform::webauthn::{self, Expected, Refusal, Shown, Stored};
use crate::sign_in::person::{self, Person};
use crate::sign_in::step::{Factor, Kind};

/// Refused answers of one network that are written down, in ten minutes; more of them say nothing new.
const MOST_NOTED: i64 = 30;
const NOTED_SECONDS: i64 = 600;
/// A counter that went back is mailed once a day.
const TELL_SECONDS: i64 = 86_400;

/// What is asked for.
pub struct Asking<'a> {
    pub purpose: Purpose,
    /// The attempt or session that it is for.
    pub bound: &'a str,
    /// Whose passkey it has to be; nobody's in particular at the door.
    pub whose: Option<&'a str>,
}

/// What came back.
pub enum Answer {
    /// Nothing: no script, no support, or the person pressed the button without a passkey.
    Empty,
    /// The page was open too long, or belongs to another attempt.
    Old,
    Right(Box<Right>),
    Wrong(Box<Wrong>),
}

pub struct Right {
    pub person: Person,
    passkey: Passkey,
    shown: Shown,
    ceremony: Ceremony,
}

pub struct Wrong {
    why: &'static str,
    person: Option<Person>,
    ceremony: Ceremony,
    /// The credential's id, when it is one that was deleted here: the browser may forget it.
    pub gone: Option<String>,
}

/// What a right passkey is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It may stand alone.
    Alone,
    /// It was never verified beside another factor: once together with the password, then alone.
    NeverVerified,
    /// Its counter went back and it is not synced: somebody may have copied it.
    MayBeCopied,
}

/// Reads and judges the answer of a form with `data-passkey`.
///
/// # Errors
/// A failed read is a fault, never "unknown".
pub async fn judge(visit: &Visit, fields: &Fields, asking: &Asking<'_>) -> Result<Answer> {
    // read
    let json = fields.text("credential");
    if json.is_empty() && !visit.stale {
        return Ok(Answer::Empty);
    }
    let ceremony = ceremony::read(visit, fields.text("ceremony"), asking.purpose, asking.bound)?;
    let Some(ceremony) = ceremony.filter(|ceremony| !visit.stale && !ceremony.is_old(visit.now)) else {
        return Ok(Answer::Old);
    };
    let sent = match webauthn::assertion(json) {
        Ok(sent) => sent,
        Err(refusal) => {
            return Ok(Answer::Wrong(Box::new(Wrong { why: refusal.word(), person: None, ceremony, gone: None })));
        }
    };
    let passkey = store::by_id(visit, &sent.id).await?;
    let owner = passkey.as_ref().map_or("", |passkey| passkey.person_id.as_str());
    let person = person::by_id(visit.db()?, &visit.practice()?.id, owner).await?;
    let origins = options::origins(visit).await?;
    let expected = Expected {
        challenge: &ceremony.challenge,
        origins: &origins,
        rp_id: options::rp_id(visit)?,
        verification: asking.purpose != Purpose::Step,
        presence: true,
        discoverable: matches!(asking.purpose, Purpose::SignIn | Purpose::Portal),
    };

    // work
    let judged = match (passkey, &person) {
        (Some(passkey), Some(person)) => {
            let shown = webauthn::authenticate(&expected, &stored(&passkey, person), &sent);
            shown.map(|shown| (passkey, shown))
        }
        _ => Err(webauthn::authenticate_nobody(&expected, &sent)),
    };
    Ok(match (judged, person) {
        (Ok((passkey, shown)), Some(person)) => match unwelcome(&person, asking) {
            None => Answer::Right(Box::new(Right { person, passkey, shown, ceremony })),
            Some(why) => Answer::Wrong(Box::new(Wrong { why, person: Some(person), ceremony, gone: None })),
        },
        (Ok(_), None) => return Err(Error::Fault("a passkey without its person".into())),
        (Err(refusal), person) => {
            let unknown = refusal == Refusal::Unknown && store::is_gone(visit, &sent.id).await?;
            let gone = unknown.then_some(sent.id);
            Answer::Wrong(Box::new(Wrong { why: refusal.word(), person, ceremony, gone }))
        }
    })
}

fn stored<'a>(passkey: &'a Passkey, person: &'a Person) -> Stored<'a> {
    Stored {
        id: &passkey.id,
        public_key: &passkey.public_key,
        algorithm: passkey.algorithm,
        sign_count: passkey.sign_count,
        backup_eligible: passkey.backup_eligible != 0,
        user_handle: person.passkey_user.as_deref().unwrap_or_default(),
    }
}

/// Why a right passkey does not count here. Clients have a door of their own, and staff have theirs.
fn unwelcome(person: &Person, asking: &Asking<'_>) -> Option<&'static str> {
    if person.closed_at.is_some() {
        Some("closed")
    } else if asking.whose.is_some_and(|whose| whose != person.id) {
        Some("another-person")
    } else if asking.purpose == Purpose::SignIn && person.kind() == Kind::Client {
        Some("not-staff")
    } else if asking.purpose == Purpose::Portal && person.kind() != Kind::Client {
        Some("not-a-client")
    } else {
        None
    }
}

impl Right {
    /// Of the passkey, for addresses of pages and marks in the browser.
    pub fn short_id(&self) -> &str {
        &self.passkey.short_id
    }

    /// What it is good for by itself.
    pub fn worth(&self) -> Worth {
        if self.may_be_copied() {
            Worth::MayBeCopied
        } else if self.passkey.verified_at.is_none() {
            Worth::NeverVerified
        } else {
            Worth::Alone
        }
    }

    /// What it counts as beside another factor: a touch without verification, or of a key that may have been copied, is
    /// one factor and no more (NIST SP 800-63B-4, appendix B).
    pub fn beside_another(&self) -> Factor {
        if self.shown.verified && !self.may_be_copied() { Factor::Passkey } else { Factor::Touch }
    }

    /// What a client does about one that may have been copied and is their own lock, which the practice can only take off as a
    /// whole; `inside` a session. None for everybody else.
    pub fn odd_lock(&self, inside: bool) -> Option<&'static str> {
        if self.worth() != Worth::MayBeCopied || self.person.lock() != Some(Factor::Passkey) {
            return None;
        }
        Some(match (self.person.mail_form.as_str(), inside) {
            ("none", _) => "passkey-odd-lock-no-mail",
            (_, true) => "passkey-odd-lock-inside",
            (_, false) => "passkey-odd-lock",
        })
    }

    fn may_be_copied(&self) -> bool {
        self.shown.went_back && self.passkey.backup_eligible == 0
    }
}

/// Uses the ceremony up and notes the use; answers false for one that was answered before, and then the transaction must not
/// last. `beside` says that another factor was shown.
///
/// # Errors
/// Faults and conflicts of the database: the passkey changed meanwhile.
pub async fn accept(visit: &Visit, tx: &mut Tx, right: &Right, beside: bool) -> Result<bool> {
    note(visit, tx, right, if beside { Use::Beside } else { Use::Alone }).await
}

async fn note(visit: &Visit, tx: &mut Tx, right: &Right, of: Use) -> Result<bool> {
    let noting = store::using(visit, &right.passkey, &right.shown, of)?;
    let done: Vec<(String,)> = tx.together(vec![ceremony::spending(visit, &right.ceremony)?, noting]).await?;
    let was = |what: &str| done.iter().any(|(word,)| word == what);
    if !was("ceremony") {
        return Ok(false);
    }
    if !was("passkey") {
        return Err(Error::Conflict);
    }
    if right.shown.went_back {
        tell_of_counter(visit, tx, right).await?;
    }
    Ok(true)
}

/// A synced passkey's counter means little: it is written down only.
async fn tell_of_counter(visit: &Visit, tx: &mut Tx, right: &Right) -> Result<()> {
    let (practice, lane) = (&visit.practice()?.id, visit.lane("passkey counter", &right.passkey.id)?);
    let tell = right.may_be_copied() && limit::once(tx, practice, &lane, TELL_SECONDS, visit.now).await?;
    let event = if tell { Event::PasskeyCounterBack } else { Event::PasskeyCounterNoted };
    let happening = of_passkey(event, &right.person, &right.passkey.name)
        .detail("before", &right.passkey.sign_count.to_string())
        .detail("now", &right.shown.sign_count.to_string());
    happened(visit, tx, happening).await
}

/// A right passkey that may not stand alone: the ceremony is used up and what was odd is noted, but nobody gets in.
///
/// # Errors
/// As [`accept`].
pub async fn set_aside(visit: &Visit, right: &Right) -> Result<()> {
    let mut tx = visit.db()?.write().await?;
    if note(visit, &mut tx, right, Use::SetAside).await? {
        tx.commit().await?;
        visit.server.outbox_bell.notify_one();
    }
    Ok(())
}

/// Writes down an answer that was refused; the ceremony is used up by it.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn refused(visit: &Visit, wrong: &Wrong) -> Result<()> {
    let (network, _) = network_of(visit.address);
    let lane = visit.lane("passkey wrong", &network)?;
    let noted = visit.within(&lane, MOST_NOTED, NOTED_SECONDS).await?;
    let mut tx = visit.db()?.write().await?;
    let first = ceremony::spend(visit, &mut tx, &wrong.ceremony).await?;
    if noted {
        let happening = match &wrong.person {
            Some(person) => Happening::of(Event::WrongPasskey, person).by(Actor::Stranger),
            None => Happening::to_nobody(Event::WrongPasskey, Actor::Stranger),
        };
        let why = if first { wrong.why } else { "answered-before" };
        happened(visit, &mut tx, happening.result("refused").detail("why", why)).await?;
    }
    tx.commit().await?;
    visit.server.metrics.sign_in(Way::Passkey, SignIn::Wrong);
    Ok(())
}

/// A right answer that was given before is a wrong one (AC-041).
///
/// # Errors
/// As [`refused`].
pub async fn replayed(visit: &Visit, right: Right) -> Result<()> {
    let Right { person, ceremony, .. } = right;
    refused(visit, &Wrong { why: "answered-before", person: Some(person), ceremony, gone: None }).await
}
