//! The browser that asked: what it keeps of its asking, sealed in a cookie that goes with the browser. The entrance itself
//! keeps no address, so the list is fetched anew from the regions with the one that lies here.

use super::find::CODE_SECONDS;
use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::limit;
use crate::platform::secret;
use crate::platform::server::ENTRANCE;
use crate::platform::web::Visit;

const COOKIE: &str = "__Host-finder";
/// How long a browser knows of its asking, and how long a link from the mail works, in seconds.
pub const ASKING_SECONDS: i64 = 24 * 3600;
/// How long the list can be looked at again after a code or a link, in seconds.
const SHOWN_SECONDS: i64 = 15 * 60;
/// One mail to an address in so many seconds.
pub(super) const MAIL_EACH_SECONDS: i64 = limit::MAILS[0].1;
/// As many askings as a browser keeps the times of: a day's.
const MOST_TIMES: usize = 10;
/// What the cookie's line of marks holds, added up.
const REMEMBER: u8 = 1;
const MASKED: u8 = 2;

/// An asking as its browser remembers it. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// What ties the asking to this browser; the database has its hash.
    pub secret: String,
    /// What ties a practice that is to be remembered to this browser, whichever address is asked for afterwards.
    pub(super) device: String,
    pub email: String,
    pub remember: bool,
    /// Its address came by a link and was typed by nobody here, so it is shown as a hint only.
    pub masked: bool,
    /// When mails were asked for that could go, by what this browser knows; the last is the newest.
    pub(super) asked_at: Vec<i64>,
    /// When a code or a link from the mail was last shown; 0 when none was.
    pub proved_at: i64,
}

impl Asker {
    /// What a browser keeps of an address from now on. The same address again in the same browser keeps its secret, so that the code of the mail before
    /// still works, and stays hidden where it was.
    pub fn new(visit: &Visit, email: &Email, remember: bool, masked: bool) -> Asker {
        let before = Asker::of(visit);
        let device = before.as_ref().map(|before| before.device.clone());
        let before = before.filter(|before| before.is_for(email));
        let masked = masked && before.as_ref().is_none_or(|before| before.masked);
        let (secret, asked_at) = before
            .map_or_else(|| (visit.first_secret(email.canonical()), vec![]), |before| (before.secret, before.asked_at));
        let device = device.unwrap_or_else(|| secret.clone());
        Asker { secret, device, email: email.typed().to_owned(), remember, masked, asked_at, proved_at: 0 }
    }

    /// Whether it is the asking for this address, with whichever capitals it was typed.
    pub fn is_for(&self, email: &Email) -> bool {
        Email::parse(&self.email).is_ok_and(|own| own.canonical() == email.canonical())
    }

    /// Notes that a mail is asked for now, where one can go.
    pub fn asks(mut self, now: i64) -> Asker {
        if self.wait(now) == 0 {
            self.asked_at.push(now);
            self.asked_at.drain(..self.asked_at.len().saturating_sub(MOST_TIMES));
        }
        self
    }

    /// The asking of this browser, if there was one within a day. What does not open was not left by us.
    pub fn of(visit: &Visit) -> Option<Asker> {
        let text = visit.server.open("finder browser", &[ENTRANCE], visit.cookie(COOKIE)?).ok()?;
        let mut lines = text.splitn(5, '\n');
        let secret = lines.next()?;
        let (secret, device) = secret.split_once(' ').unwrap_or((secret, secret));
        let marks: u8 = lines.next()?.parse().ok()?;
        let (remember, masked) = (marks & REMEMBER != 0, marks & MASKED != 0);
        let asked_at: Vec<i64> = lines.next()?.split(' ').filter_map(|at| at.parse().ok()).collect();
        let proved_at = lines.next()?.parse().ok()?;
        let email = lines.next()?.to_owned();
        let (secret, device) = (secret.to_owned(), device.to_owned());
        let asker = Asker { secret, device, email, remember, masked, asked_at, proved_at };
        let since = asker.asked_at.last().copied().unwrap_or(0).max(proved_at);
        (visit.now - since < ASKING_SECONDS).then_some(asker)
    }

    /// Leaves it in the browser, until that is closed.
    ///
    /// # Errors
    /// A fault when the current key cannot seal.
    pub fn keep(&self, visit: &Visit) -> Result<()> {
        let Asker { secret, device, email, remember, masked, asked_at, proved_at } = self;
        let marks = u8::from(*remember) * REMEMBER + u8::from(*masked) * MASKED;
        let asked_at = asked_at.iter().map(i64::to_string).collect::<Vec<_>>().join(" ");
        let text = format!("{secret} {device}\n{marks}\n{asked_at}\n{proved_at}\n{email}");
        visit.set_cookie(COOKIE, &visit.server.seal("finder browser", &[ENTRANCE], &text)?, None);
        Ok(())
    }

    /// Forgets it, on a shared computer.
    pub fn forget(visit: &Visit) {
        visit.drop_cookie(COOKIE);
    }

    /// Whether a mail was asked for here a moment ago, so that one may be on its way: within the time of a code.
    pub fn waits_for_mail(&self, now: i64) -> bool {
        self.asked_at.last().is_some_and(|at| now - at < CODE_SECONDS)
    }

    /// Whether the list may be shown here without another proof.
    pub fn may_look(&self, now: i64) -> bool {
        self.proved_at > 0 && now - self.proved_at < SHOWN_SECONDS
    }

    /// Whether the list was shown here, and is closed again.
    pub fn was_shown(&self, now: i64) -> bool {
        self.proved_at > 0 && !self.may_look(now)
    }

    /// Seconds until a mail can go to the address again, by what this browser knows of its own askings: within the minute, the
    /// hour and the day, counted as [`limit::MAILS`] are.
    pub fn wait(&self, now: i64) -> i64 {
        self.wait_in(&limit::MAILS, now)
    }

    fn wait_in(&self, limits: &[(i64, i64)], now: i64) -> i64 {
        let waits = limits.iter().map(|(most, seconds)| {
            let (mut start, mut count) = (0, 0);
            for at in &self.asked_at {
                (start, count) = if at - start >= *seconds { (*at, 1) } else { (start, count + 1) };
            }
            if count >= *most { start + seconds - now } else { 0 }
        });
        waits.max().unwrap_or(0).max(0)
    }

    /// Whether this browser has had the mails of an hour or a day.
    pub fn is_spent(&self, now: i64) -> bool {
        self.wait_in(&limit::MAILS[1..], now) > 0
    }

    /// The same once the last of them has had its minute, so that it is on its way no more.
    pub fn has_all(&self, now: i64) -> bool {
        self.is_spent(now) && self.asked_at.last().is_none_or(|at| now - at >= MAIL_EACH_SECONDS)
    }

    /// The address as this browser's pages show it.
    pub fn shown_email(&self) -> String {
        let hint = || Email::parse(&self.email).map(|email| email.masked()).unwrap_or_default();
        if self.masked { hint() } else { self.email.clone() }
    }

    /// What a page says that it is for: this address in this browser, whatever was asked for in between.
    pub fn asking(&self, visit: &Visit) -> String {
        let key = Email::parse(&self.email).map(|email| email.canonical().to_owned()).unwrap_or_default();
        secret::keyed_hash(&visit.server.stable_key("finder page"), &[&visit.browser_id, &key])
    }

    /// What a note of a sign-in is tied to.
    pub fn device_hash(&self) -> String {
        secret::hash_token(&self.device)
    }

    /// What the database knows this browser by.
    pub fn hash(&self) -> String {
        secret::hash_token(&self.secret)
    }
}
