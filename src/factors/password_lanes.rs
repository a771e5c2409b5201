//! Where wrong passwords are counted, and what follows from the count: waiting, "off", a line in the record.
//! How the counting itself works is in `platform/limit.rs`; a whole practice under attack is in `password_stuffing.rs`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::future::BoxFuture;

use super::password_stuffing;
use crate::notices::outbox::put_job;
use crate::notices::{Actor, Event, Happening, gathered, happened};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};
use crate::platform::limit::{self, Bound, Turn};
use crate::platform::network::network_of;
use crate::platform::web::Visit;
use crate::platform::when;
use crate::sign_in::device;
use crate::sign_in::person::{self, Person};

/// A lane that keeps being tried is noted at most so often (seconds): flooding the record is an attack too.
const NOTE_SECONDS: i64 = 300;

/// The counts that one try is taken on.
pub struct Lanes {
    near: (String, Bound),
    /// Counts the same person's tries from everywhere; none where the browser is the person's own.
    far: Option<(String, Bound)>,
}

/// Why a try may not be made.
pub enum Held {
    /// Not before this time (unix seconds).
    Until(i64),
    Off,
    /// This network tried too many names in vain; seconds to wait.
    Network(i64),
}

/// The lane that counts wrong passwords from everywhere at one person's present password.
pub fn far_lane(visit: &Visit, key: &str, password_set_at: Option<i64>) -> Result<String> {
    visit.lane("password", &format!("{key} {}", password_set_at.unwrap_or_default()))
}

/// A try that was taken.
pub struct Taken {
    /// With it the password is switched off, should it be wrong: everywhere, or in the one browser that has a lane of its own. A
    /// network that tries no more takes nothing from anybody else.
    pub last: bool,
    /// The name may be among those that were tried in vain from here.
    pub in_vain: bool,
}

impl Lanes {
    /// For a sign-in: a recognised browser has its own lane, so that strangers delay nobody there. Counts belong to one
    /// password: a new one begins anew, on all networks at once.
    pub fn sign_in(visit: &Visit, key: &str, person: Option<&Person>, known: Option<&device::Known>) -> Result<Lanes> {
        if let Some(known) = known {
            return Ok(Lanes { near: (visit.lane("password device", &known.id)?, limit::PASSWORD_NEAR), far: None });
        }
        let set_at = person.and_then(|person| person.password_set_at).unwrap_or_default();
        let (near, _) = network_of(visit.address);
        Ok(Lanes {
            near: (visit.lane("password near", &format!("{near} {key} {set_at}"))?, limit::PASSWORD_NEAR),
            far: Some((far_lane(visit, key, Some(set_at))?, limit::PASSWORD_ALL)),
        })
    }

    /// For somebody who is signed in: a lane of the session or the person.
    pub fn own(visit: &Visit, what: &str, whose: &str) -> Result<Lanes> {
        Ok(Lanes { near: (visit.lane(what, whose)?, limit::PASSWORD_NEAR), far: None })
    }

    /// Takes one try. A try that the near lane refuses is not counted on the far one, else one network could
    /// switch a person off for everybody. `key` is the name that was typed.
    pub async fn take(&self, visit: &Visit, key: &str) -> Result<std::result::Result<Taken, Held>> {
        let (near, bound) = (self.near.0.as_str(), self.near.1);
        let taking = async {
            match &self.far {
                None => Ok((visit.take_try(near, bound).await?, true)),
                Some((far, far_bound)) => visit.take_both([(near, bound), (far, *far_bound)], key).await,
            }
        };
        match visit.once(format!("take all {near}"), taking).await {
            Ok((Turn::Allowed(count), in_vain)) => {
                let (_, bound) = self.far.as_ref().unwrap_or(&self.near);
                Ok(Ok(Taken { last: count == bound.off_at, in_vain }))
            }
            Ok((turn, _)) => Ok(Err(held(turn).unwrap_or(Held::Off))),
            Err(Error::TooOften { retry_after }) => Ok(Err(Held::Network(retry_after))),
            Err(other) => Err(other),
        }
    }

    /// The password was right: these lanes begin anew.
    pub async fn clear(&self, visit: &Visit) -> Result<()> {
        for (lane, _) in std::iter::once(&self.near).chain(&self.far) {
            limit::clear(visit.db()?, &visit.practice()?.id, lane).await?;
        }
        Ok(())
    }

    /// As [`Lanes::clear`], with the act that the right password allows.
    pub async fn clear_in(&self, visit: &Visit, tx: &mut Tx) -> Result<()> {
        let (near, _) = &self.near;
        let far = self.far.as_ref().map_or(near, |(lane, _)| lane);
        limit::clear_both_in(tx, &visit.practice()?.id, near, far).await
    }

    /// A refused try goes into the record, once per lane and five minutes.
    pub async fn note_held(&self, visit: &Visit, person: Option<&Person>) -> Result<()> {
        visit
            .server
            .metrics
            .sign_in(crate::platform::metrics::Way::Password, crate::platform::metrics::SignIn::Delayed);
        let practice = &visit.practice()?.id;
        let lane = format!("noted {}", self.near.0);
        if limit::lately(visit.db()?, practice, &lane, NOTE_SECONDS, visit.now).await? {
            return Ok(());
        }
        let refused = gathered::refused(visit, Event::Throttled, person).await?;
        let mut tx = refused.begin(visit).await?;
        if limit::once(&mut tx, practice, &lane, NOTE_SECONDS, visit.now).await? {
            refused.write(visit, &mut tx, &[]).await?;
        }
        tx.commit().await
    }

    fn is_strangers(&self) -> bool {
        self.far.is_some()
    }
}

fn held(turn: Turn) -> Option<Held> {
    match turn {
        Turn::Allowed(_) => None,
        Turn::Wait(until) => Some(Held::Until(until)),
        Turn::Off => Some(Held::Off),
    }
}

impl Held {
    /// What the page says.
    pub fn words(&self, visit: &Visit) -> String {
        match self {
            Held::Until(until) => visit.say_with("sign-in-wait", &[("time", &when::clock_from(*until, visit.zone()))]),
            Held::Off => visit.say("sign-in-off"),
            Held::Network(_) => visit.say("sign-in-network"),
        }
    }

    /// What a page says where somebody who is signed in types their password; `passkey`: whether it takes one too. No
    /// recognised device helps there, and a new password is chosen elsewhere.
    pub fn own_words(&self, visit: &Visit, passkey: bool) -> String {
        match (self, passkey) {
            (Held::Until(until), false) => {
                visit.say_with("own-password-wait", &[("time", &when::clock_from(*until, visit.zone()))])
            }
            (Held::Until(until), true) => {
                visit.say_with("own-password-wait-passkey", &[("time", &when::clock_from(*until, visit.zone()))])
            }
            (Held::Off, false) => visit.say("own-password-off"),
            (Held::Off, true) => visit.say("own-password-off-passkey"),
            (Held::Network(_), _) => visit.say("sign-in-network"),
        }
    }

    /// Seconds after which it is worth another try.
    pub fn seconds(&self, now: i64) -> i64 {
        match self {
            Held::Until(until) => (until - now).max(1),
            Held::Off => 900,
            Held::Network(seconds) => *seconds,
        }
    }
}

/// The page with "come back later": 429 or 503 with `Retry-After` (RFC 9110, 10.2.3).
pub fn later(status: StatusCode, seconds: i64, page: &impl askama::Template) -> Result<Response> {
    let mut response = crate::platform::web::page_with(status, page)?;
    if let Ok(value) = HeaderValue::from_str(&seconds.max(1).to_string()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    Ok(response)
}

/// Writes down a wrong password: the same work for a person and for nobody. `at` says where it was typed.
pub async fn wrong(visit: &Visit, person: Option<&Person>, key: &str, lanes: &Lanes, last: bool) -> Result<()> {
    let mut flood = false;
    if lanes.is_strangers() {
        visit.note_vain_name(key).await?;
        flood = visit.once("wrong".into(), password_stuffing::count(visit)).await?;
    }
    let refused = gathered::refused(visit, Event::WrongPassword, person).await?;
    let mut tx = if last || flood { visit.db()?.write().await? } else { refused.begin(visit).await? };
    refused.write(visit, &mut tx, &[("page", page_of(visit))]).await?;
    if last {
        let body = serde_json::json!({ "browser": visit.browser().in_english(), "place": visit.place(),
            "factor": if lanes.is_strangers() { "password" } else { "password-here" } });
        put_job(visit, &mut tx, "password-off", key, &body).await?;
    }
    if flood {
        password_stuffing::raise(visit, &mut tx).await?;
    }
    tx.commit().await?;
    if last || flood {
        visit.server.outbox_bell.notify_one();
    }
    visit.server.metrics.sign_in(crate::platform::metrics::Way::Password, crate::platform::metrics::SignIn::Wrong);
    Ok(())
}

/// Only the pages that ask for a password; a path as it was sent never gets into the record.
fn page_of(visit: &Visit) -> &'static str {
    const PAGES: [&str; 4] = ["/sign-in", "/confirm", "/locked", "/me/password"];
    PAGES.into_iter().find(|page| visit.path == *page).unwrap_or("/")
}

/// The job after the try that switched a password off: who has the address is told, and nobody else is looked for.
pub fn tell_off<'a>(
    visit: &'a Visit,
    tx: &'a mut Tx,
    to: &'a str,
    body: &'a serde_json::Value,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(person) = person::staff_by_email_in(tx, &visit.practice()?.id, to).await? else { return Ok(()) };
        if person.closed_at.is_some() || person.password.is_none() {
            return Ok(());
        }
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let happening = Happening::of(Event::FactorOff, &person)
            .by(Actor::System)
            .detail("factor", if text("factor").is_empty() { "password" } else { text("factor") })
            .detail("browser", text("browser"))
            .detail("place", text("place"));
        happened(visit, tx, happening).await
    })
}
