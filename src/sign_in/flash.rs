//! One sentence for the next page and what is filled in there, carried by a short-lived sealed cookie: no word about it in
//! an address, where anybody could put one.

use crate::platform::error::Result;
use crate::platform::web::Visit;

const COOKIE: &str = "__Host-notice";
/// Says that the next page tells the browser which passkeys there are now; it holds nothing.
const SIGNAL: &str = "__Host-signal";
const SECONDS: i64 = 120;

/// What the next page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    LoggedOut,
    PasswordReset,
    /// A link was over: the address is filled in, the press sends a new one.
    AskAnew,
}

impl Notice {
    const ALL: [Notice; 3] = [Notice::LoggedOut, Notice::PasswordReset, Notice::AskAnew];

    const fn word(self) -> &'static str {
        match self {
            Notice::LoggedOut => "logged-out",
            Notice::PasswordReset => "password-reset",
            Notice::AskAnew => "ask-anew",
        }
    }

    /// The sentence in the catalogue.
    pub const fn sentence(self) -> &'static str {
        match self {
            Notice::LoggedOut => "notice-logged-out",
            Notice::PasswordReset => "notice-password-reset",
            Notice::AskAnew => "notice-ask-anew",
        }
    }

    /// The kind of its banner (design.md).
    pub const fn kind(self) -> &'static str {
        match self {
            Notice::LoggedOut | Notice::PasswordReset => "success",
            Notice::AskAnew => "info",
        }
    }
}

/// What is left for the next page: its sentence, and what is filled in there.
pub struct Left {
    pub notice: Notice,
    pub email: String,
    /// Where the person wanted to go; empty: nowhere in particular.
    pub then_path: String,
    pub keep: bool,
    pub shared: bool,
}

/// Leaves a sentence for the next page, and an address to be filled in there (empty: none).
///
/// # Errors
/// A fault when the current key cannot seal.
pub fn leave(visit: &Visit, notice: Notice, email: &str) -> Result<()> {
    let then_path = String::new();
    leave_all(visit, &Left { notice, email: email.to_owned(), then_path, keep: false, shared: false })
}

/// As [`leave`], with all that the next page fills in.
///
/// # Errors
/// As [`leave`].
pub fn leave_all(visit: &Visit, left: &Left) -> Result<()> {
    let (word, ticks) = (left.notice.word(), [left.keep, left.shared].map(u8::from));
    let text = format!("{word}\n{}\n{}{}\n{}", left.email, ticks[0], ticks[1], left.then_path);
    let sealed = visit.server.seal("notice", &[&visit.practice()?.id, &visit.browser_id], &text)?;
    visit.set_cookie(COOKIE, &sealed, Some(SECONDS));
    Ok(())
}

/// Throws away a sentence that waits.
pub fn forget(visit: &Visit) {
    visit.drop_cookie(COOKIE);
}

/// Takes what was left for this page. What does not open was not left by us, or for another browser.
pub fn take(visit: &Visit) -> Option<Left> {
    let sealed = visit.cookie(COOKIE)?;
    visit.drop_cookie(COOKIE);
    let practice = visit.practice().ok()?;
    let text = visit.server.open("notice", &[&practice.id, &visit.browser_id], sealed).ok()?;
    let mut lines = text.splitn(4, '\n');
    let (word, email) = (lines.next()?, lines.next()?);
    let (ticks, then_path) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let notice = Notice::ALL.into_iter().find(|notice| notice.word() == word)?;
    Some(Left {
        notice,
        email: email.to_owned(),
        then_path: then_path.to_owned(),
        keep: ticks.starts_with('1'),
        shared: ticks.ends_with('1'),
    })
}

/// The person's passkeys, name or address changed, or they signed in: the next page's script tells the browser.
pub fn signal(visit: &Visit) {
    visit.set_cookie(SIGNAL, "1", Some(SECONDS));
}

/// Whether this page is the next one.
pub fn take_signal(visit: &Visit) -> bool {
    let wanted = visit.cookie(SIGNAL).is_some();
    if wanted {
        visit.drop_cookie(SIGNAL);
    }
    wanted
}
