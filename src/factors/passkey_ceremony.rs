//! One ceremony: a challenge for one purpose in one browser at one practice, good for five minutes and answered once.
//! Beginning one writes nothing: everything it is bound to is in its token, under a keyed hash.

use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::form::FORM_SECONDS;
use crate::platform::joined::Statement;
use crate::platform::secret;
use crate::platform::web::Visit;

/// How long a browser may take (WebAuthn L3, 13.4.3), in seconds.
pub const SECONDS: i64 = 300;

/// What an answer is for; one for another purpose is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Nobody is known yet; bound to the browser alone.
    SignIn,
    /// As that, at the clients' door.
    Portal,
    /// A client's own lock; bound to the attempt.
    Lock,
    /// Beside or instead of the code; bound to the attempt.
    Step,
    /// Bound to the session.
    Unlock,
    /// Fresh proof; bound to the session.
    Confirm,
    /// Bound to the session or attempt.
    Create,
    /// The browser makes one by itself; bound to the session.
    Silent,
}

impl Purpose {
    const ALL: [Purpose; 8] = [
        Purpose::SignIn,
        Purpose::Portal,
        Purpose::Lock,
        Purpose::Step,
        Purpose::Unlock,
        Purpose::Confirm,
        Purpose::Create,
        Purpose::Silent,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Purpose::SignIn => "sign-in",
            Purpose::Portal => "portal",
            Purpose::Lock => "lock",
            Purpose::Step => "step",
            Purpose::Unlock => "unlock",
            Purpose::Confirm => "confirm",
            Purpose::Create => "create",
            Purpose::Silent => "silent",
        }
    }
}

/// A ceremony as a page carries it.
pub struct Begun {
    /// Purpose, challenge, time and what it is bound to, under a keyed hash.
    pub token: String,
    /// 32 random bytes, base64url.
    pub challenge: String,
}

/// A ceremony that was begun here for this purpose.
pub struct Ceremony {
    pub challenge: String,
    pub begun_at: i64,
    hash: String,
}

impl Ceremony {
    /// Whether the browser took longer than it may.
    pub fn is_old(&self, now: i64) -> bool {
        now - self.begun_at > SECONDS || self.begun_at > now + 60
    }
}

/// Begins a ceremony; `bound` is the id of the attempt or session it belongs to, empty where there is none.
///
/// # Errors
/// Not found where there is no practice.
pub fn begin(visit: &Visit, purpose: Purpose, bound: &str) -> Result<Begun> {
    let challenge = visit.new_token();
    let mac = mac(visit, purpose, bound, &challenge, visit.now)?;
    Ok(Begun { token: format!("{}.{challenge}.{}.{bound}.{mac}", purpose.word(), visit.now), challenge })
}

/// The purpose that a token names; whether it is true is for [`read`].
pub fn purpose_of(token: &str) -> Option<Purpose> {
    let word = token.split('.').next()?;
    Purpose::ALL.into_iter().find(|purpose| purpose.word() == word)
}

/// The ceremony of a token; none where it was made for another purpose, browser, practice, attempt or session, or is
/// older than a form may be.
///
/// # Errors
/// Not found where there is no practice.
pub fn read(visit: &Visit, token: &str, purpose: Purpose, bound: &str) -> Result<Option<Ceremony>> {
    let ceremony = however_old(visit, token, purpose, bound)?;
    Ok(ceremony.filter(|ceremony| visit.now - ceremony.begun_at <= FORM_SECONDS))
}

/// As [`read`], of whatever age: whose page it is on can be asked anew.
///
/// # Errors
/// Not found where there is no practice.
pub fn however_old(visit: &Visit, token: &str, purpose: Purpose, bound: &str) -> Result<Option<Ceremony>> {
    Ok(of_any(visit, token, purpose)?.filter(|(whose, _)| *whose == bound).map(|(_, ceremony)| ceremony))
}

/// Whether it was begun here in this browser, though its attempt or session may be over.
///
/// # Errors
/// Not found where there is no practice.
pub fn is_of_this_browser(visit: &Visit, token: &str, purpose: Purpose) -> Result<bool> {
    Ok(of_any(visit, token, purpose)?.is_some())
}

/// What a token is bound to, and its ceremony.
fn of_any<'a>(visit: &Visit, token: &'a str, purpose: Purpose) -> Result<Option<(&'a str, Ceremony)>> {
    let mut parts = token.split('.');
    let (Some(word), Some(challenge), Some(at), Some(bound), Some(sent), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Ok(None);
    };
    let Ok(begun_at) = at.parse::<i64>() else { return Ok(None) };
    let ours = mac(visit, purpose, bound, challenge, begun_at)?;
    let fits = word == purpose.word() && secret::same(sent, &ours);
    let ceremony = || Ceremony { challenge: challenge.to_owned(), begun_at, hash: secret::hash_token(token) };
    Ok(fits.then(|| (bound, ceremony())))
}

/// Uses the ceremony up; answers whether it was unused.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn spend(visit: &Visit, tx: &mut Tx, ceremony: &Ceremony) -> Result<bool> {
    let first: Vec<(String,)> = tx.together(vec![spending(visit, ceremony)?]).await?;
    Ok(first.len() == 1)
}

/// The statement of [`spend`]: its one row says `ceremony`, and there is none when it was used before.
///
/// # Errors
/// Not found where there is no practice.
pub fn spending(visit: &Visit, ceremony: &Ceremony) -> Result<Statement> {
    let sql = "INSERT INTO ceremony_used (practice_id, hash, at) VALUES ($1, $2, $3)
         ON CONFLICT (practice_id, hash) DO NOTHING RETURNING 'ceremony'";
    Ok((sql, args![&visit.practice()?.id, &ceremony.hash, visit.now]))
}

fn mac(visit: &Visit, purpose: Purpose, bound: &str, challenge: &str, at: i64) -> Result<String> {
    let key = visit.server.stable_key("passkey ceremony");
    let parts = [&visit.practice()?.id, purpose.word(), &visit.browser_id, bound, challenge, &at.to_string()];
    Ok(secret::keyed_hash(&key, &parts))
}
