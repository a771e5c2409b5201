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
    let about = if found.silent.is_empty() {
        ("entrance", visit.server.entrance())
    } else {
        ("regions", in_words(&found.silent))
    };
    put(visit, tx, name, to, vec![about]).await
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
