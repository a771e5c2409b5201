//! The browser that asked: what it keeps of its asking, sealed in a cookie that goes with the browser. The entrance itself
//! keeps no address, so the list is fetched anew from the regions with the one that lies here.

use crate::platform::email::Email;
use crate::platform::error::Result;
use crate::platform::secret;
use crate::platform::server::ENTRANCE;
use crate::platform::web::Visit;

const COOKIE: &str = "__Host-finder";
/// How long a browser knows of its asking, and how long a link from the mail works, in seconds.
pub const ASKING_SECONDS: i64 = 24 * 3600;
/// How long the list can be looked at again after a code or a link, in seconds.
const SHOWN_SECONDS: i64 = 15 * 60;
/// One mail to an address in so many seconds.
const MAIL_EACH_SECONDS: i64 = 60;
/// What the cookie's line of marks holds, added up.
const REMEMBER: u8 = 1;
const MASKED: u8 = 2;

/// An asking as its browser remembers it. Times are unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    /// What ties the asking to this browser; the database has its hash.
    pub secret: String,
    pub email: String,
    pub remember: bool,
    /// Its address came by a link and was typed by nobody here, so it is shown as a hint only.
    pub masked: bool,
    pub asked_at: i64,
    /// When a code or a link from the mail was last shown; 0 when none was.
    pub proved_at: i64,
}

impl Asker {
    /// A new asking. The same address again in the same browser keeps its secret, so that the code of the mail before
    /// still works, and stays hidden where it was.
    pub fn new(visit: &Visit, email: &str, remember: bool, masked: bool) -> Asker {
        let before = Asker::of(visit).filter(|before| before.email == email);
        let masked = masked && before.as_ref().is_none_or(|before| before.masked);
        let secret = before.map_or_else(|| visit.first_secret(email), |before| before.secret);
        Asker { secret, email: email.to_owned(), remember, masked, asked_at: visit.now, proved_at: 0 }
    }

    /// The asking of this browser, if there was one within a day. What does not open was not left by us.
    pub fn of(visit: &Visit) -> Option<Asker> {
        let text = visit.server.open("finder browser", &[ENTRANCE], visit.cookie(COOKIE)?).ok()?;
        let mut lines = text.splitn(5, '\n');
        let secret = lines.next()?.to_owned();
        let marks: u8 = lines.next()?.parse().ok()?;
        let (remember, masked) = (marks & REMEMBER != 0, marks & MASKED != 0);
        let asked_at = lines.next()?.parse().ok()?;
        let proved_at = lines.next()?.parse().ok()?;
        let email = lines.next()?.to_owned();
        let asker = Asker { secret, email, remember, masked, asked_at, proved_at };
        (visit.now - asker.asked_at < ASKING_SECONDS).then_some(asker)
    }

    /// Leaves it in the browser, until that is closed.
    ///
    /// # Errors
    /// A fault when the current key cannot seal.
    pub fn keep(&self, visit: &Visit) -> Result<()> {
        let Asker { secret, email, remember, masked, asked_at, proved_at } = self;
        let marks = u8::from(*remember) * REMEMBER + u8::from(*masked) * MASKED;
        let text = format!("{secret}\n{marks}\n{asked_at}\n{proved_at}\n{email}");
        visit.set_cookie(COOKIE, &visit.server.seal("finder browser", &[ENTRANCE], &text)?, None);
        Ok(())
    }

    /// Forgets it, on a shared computer.
    pub fn forget(visit: &Visit) {
        visit.drop_cookie(COOKIE);
    }

    /// Whether the list may be shown here without another proof.
    pub fn may_look(&self, now: i64) -> bool {
        self.proved_at > 0 && now - self.proved_at < SHOWN_SECONDS
    }

    /// Whether the list was shown here, and is closed again.
    pub fn was_shown(&self, now: i64) -> bool {
        self.proved_at > 0 && !self.may_look(now)
    }

    /// Seconds until a mail can go to the address again, by what this browser knows of its own asking.
    pub fn wait(&self, now: i64) -> i64 {
        (self.asked_at + MAIL_EACH_SECONDS - now).max(0)
    }

    /// The address as this browser's pages show it.
    pub fn shown_email(&self) -> String {
        let hint = || Email::parse(&self.email).map(|email| email.masked()).unwrap_or_default();
        if self.masked { hint() } else { self.email.clone() }
    }

    /// What the database knows this browser by.
    pub fn hash(&self) -> String {
        secret::hash_token(&self.secret)
    }
}
