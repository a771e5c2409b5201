//! The entrance's mails. They name practices and no people, and say the same whoever asked.

use super::finding::{Found, Listed};
use super::link;
use super::list::in_words;
use crate::notices::compose::{Letter, letter};
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

/// The list with the code for the page that asked; without a code what came later from a region that had been silent.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn list(visit: &Visit, tx: &mut Tx, to: &Envelope<'_>, found: &Found, code: Option<&str>) -> Result<()> {
    let token = link::token(&visit.server, to.browser, to.email, visit.now)?;
    let line = |listed: &Listed| {
        let kind = if listed.place.client { "find-mail-client" } else { "find-mail-staff" };
        format!("{}\n{}", visit.say_with(kind, &[("practice", &listed.place.name)]), listed.place.url())
    };
    let named = found.places.iter().filter(|listed| !listed.place.quiet);
    let mut lines: Vec<String> = named.map(line).collect();
    if lines.len() < found.places.len() {
        lines.push(visit.say("find-mail-quiet"));
    }
    let words = vec![
        ("list", lines.join("\n")),
        ("silent", silence(visit, found)),
        ("code", code.unwrap_or_default().to_owned()),
        ("link", format!("{}/find/{token}", visit.server.entrance())),
    ];
    put(visit, tx, if code.is_some() { "find-list" } else { "find-rest" }, to, words).await
}

/// A kind word that no practice knows the address, at most once a day, and never where the operator wants none.
///
/// # Errors
/// As [`list`].
pub async fn nothing(visit: &Visit, tx: &mut Tx, to: &Envelope<'_>, found: &Found) -> Result<()> {
    let told = visit.server.config.entrance.as_ref().is_some_and(|entrance| entrance.mail_to_strangers);
    let lane = format!("mail-stranger:{}", visit.lane("stranger", to.key)?);
    if !told || !limit::once(tx, ENTRANCE, &lane, STRANGER_SECONDS, visit.now).await? {
        return Ok(());
    }
    let words = vec![("silent", silence(visit, found)), ("entrance", visit.server.entrance())];
    put(visit, tx, "find-nothing", to, words).await
}

fn silence(visit: &Visit, found: &Found) -> String {
    if found.silent.is_empty() {
        return String::new();
    }
    visit.say_with("find-mail-silent", &[("regions", &in_words(&found.silent))])
}

async fn put(visit: &Visit, tx: &mut Tx, name: &str, to: &Envelope<'_>, words: Vec<(&str, String)>) -> Result<()> {
    let wanted = Letter { name, to: to.email, person_id: None, language: &visit.language, words };
    letter(visit, tx, &wanted).await
}
