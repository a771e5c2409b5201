//! The entrance's mails. They name practices and no people, and say the same whoever asked.

use super::finding::{Found, Listed};
use super::link;
use super::list::in_words;
use crate::notices::compose::{Letter, letter, only_words};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::limit;
use crate::platform::server::ENTRANCE;
use crate::platform::web::Visit;

/// An address that no practice knows is told so once in so many seconds.
const STRANGER_SECONDS: i64 = 86_400;

/// Such mails to all addresses of one mailbox, with the seconds within which: most providers bring what stands behind a plus
/// there too, so that a stranger could have one sent to each.
const PER_MAILBOX: [(i64, i64); 2] = [limit::MAILS[1], limit::MAILS[2]];

/// To whom, and how the link ties to the browser that asked.
pub struct Envelope<'a> {
    pub email: &'a str,
    pub key: &'a str,
    pub browser: &'a str,
}

/// Which mail of an asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mail {
    First,
    /// What came later, from a region that had been silent.
    Rest,
}

/// What of an answer the address has not been told since `told_at`, the first mail of its asking (unix seconds): who asks twice
/// while a region is silent is told once what was missing, and whoever asks the next time is told anew.
///
/// # Errors
/// As [`list`].
pub async fn untold(visit: &Visit, tx: &mut Tx, to: &Envelope<'_>, found: &Found, told_at: i64) -> Result<Found> {
    let mut places = vec![];
    // Each for itself: what moved to a region that has answered is missing too.
    for listed in &found.places {
        let lane = format!("mail-rest:{}", visit.lane("rest", &format!("{} {}", listed.told_as(), to.key))?);
        if limit::once(tx, ENTRANCE, &lane, visit.now - told_at, visit.now).await? {
            places.push(listed.clone());
        }
    }
    Ok(Found { places, silent: found.silent.clone() })
}

/// The list, with the code for the page that asked where no mail of this asking had one yet.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn list(
    visit: &Visit,
    tx: &mut Tx,
    to: &Envelope<'_>,
    found: &Found,
    (mail, code): (Mail, Option<&str>),
) -> Result<()> {
    let token = link::token(&visit.server, to.browser, to.email, visit.now)?;
    let line = |listed: &Listed| {
        let kind = if listed.place.client { "find-mail-client" } else { "find-mail-staff" };
        format!("{}\n{}", visit.say_with(kind, &[("practice", &only_words(&listed.place.name))]), listed.place.url())
    };
    let named = found.places.iter().filter(|listed| !listed.place.quiet);
    let mut lines: Vec<String> = named.map(line).collect();
    // The mail of an asking says at its beginning where nothing is named.
    let unnamed = lines.is_empty();
    if unnamed && mail == Mail::Rest {
        lines.push(visit.say("find-mail-unnamed-rest"));
    } else if !unnamed && lines.len() < found.places.len() {
        lines.push(visit.say("find-mail-quiet"));
    }
    let name = match (mail, code) {
        (Mail::First, _) => "find-list",
        (Mail::Rest, None) => "find-rest",
        (Mail::Rest, Some(_)) => "find-late",
    };
    let begin = match (unnamed, found.silent.is_empty()) {
        (true, _) => "find-mail-unnamed",
        (false, true) => "find-mail-every",
        (false, false) => "find-mail-some",
    };
    let words = vec![
        ("begin", visit.say(begin)),
        ("list", lines.join("\n")),
        ("silent", silence(visit, found)),
        ("code", code.unwrap_or_default().to_owned()),
        ("link", format!("{}/find/{token}", visit.server.entrance())),
    ];
    put(visit, tx, name, to, words).await
}

/// A kind word that no practice knows the address, at most once a day, and never where the operator wants none. While a
/// region is silent nobody can say that: then the mail says what is still to come, and has a day of its own.
///
/// # Errors
/// As [`list`].
pub async fn nothing(visit: &Visit, tx: &mut Tx, to: &Envelope<'_>, found: &Found) -> Result<()> {
    let told = visit.server.config.entrance.as_ref().is_some_and(|entrance| entrance.mail_to_strangers);
    let (name, once) =
        if found.silent.is_empty() { ("find-nothing", "stranger") } else { ("find-wait", "stranger-wait") };
    let lane = format!("mail-{once}:{}", visit.lane(once, to.key)?);
    if !told || !limit::once(tx, ENTRANCE, &lane, STRANGER_SECONDS, visit.now).await? {
        return Ok(());
    }
    let mailbox = visit.lane("stranger-mailbox", &mailbox_of(to.key))?;
    for (most, seconds) in PER_MAILBOX {
        if !limit::within_in(tx, ENTRANCE, &format!("mail{seconds}-mailbox:{mailbox}"), most, seconds, visit.now)
            .await?
        {
            return Ok(());
        }
    }
    let about = if found.silent.is_empty() {
        ("entrance", visit.server.entrance())
    } else {
        ("regions", in_words(&found.silent))
    };
    put(visit, tx, name, to, vec![about]).await
}

/// The address without what stands behind a plus in its local part (RFC 5233).
fn mailbox_of(key: &str) -> String {
    let Some((local, domain)) = key.rsplit_once('@') else { return key.to_owned() };
    format!("{}@{domain}", local.split('+').next().filter(|plain| !plain.is_empty()).unwrap_or(local))
}

fn silence(visit: &Visit, found: &Found) -> String {
    if found.silent.is_empty() {
        return String::new();
    }
    visit.say_with("find-mail-silent", &[("regions", &in_words(&found.silent))])
}

async fn put(visit: &Visit, tx: &mut Tx, name: &str, to: &Envelope<'_>, words: Vec<(&str, String)>) -> Result<()> {
    let wanted = Letter { name, to: to.email, person_id: None, language: &visit.language, words, until: None };
    letter(visit, tx, &wanted).await
}
