//! Who behind a proved mailbox it is, and whose portal they open, their own or as a contact: one way goes on at once, of
//! several one is chosen. Names stay short here: whoever reads the mailbox is not yet each of its people.

use axum::response::Response;

use super::{Ask, mine, proof};
use crate::args;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::secret::{hash_token, same};
use crate::platform::web::{Fields, Query, Visit, encode, go, page};
use crate::sign_in::person::{self, Person};
use crate::sign_in::session::{self, State};
use crate::sign_in::step::Factor;
use crate::sign_in::{self, Start, contact, marks};

#[derive(askama::Template)]
#[template(path = "portal/who.html")]
struct WhoPage {
    frame: Frame,
    ask: String,
    people: Vec<Choice>,
    /// Portals of others, which people of this mailbox open as contacts.
    contacts: Vec<Choice>,
    /// Nobody here has this address any more.
    nobody: bool,
    /// The only way on there is: nothing is to be chosen, and nobody has to be named.
    only: Option<String>,
    then_path: String,
    contact: String,
}

struct Choice {
    value: String,
    short: String,
    /// The contact who opens it, in short.
    by: String,
    /// This browser has been theirs before.
    been_here: bool,
}

/// One way on: a person, to their own portal or to that of a client whose contact they are.
struct WayOn {
    person: Person,
    client: Option<contact::Portal>,
}

impl WayOn {
    /// How the form names it.
    fn value(&self) -> String {
        match &self.client {
            Some(client) => format!("{}.{}", self.person.id, client.client_id),
            None => self.person.id.clone(),
        }
    }
}

/// `GET /portal/who?ask=`.
pub async fn show(visit: Visit, Query(query): Query) -> Result<Response> {
    let Some(ask) = proved(&visit, query.text("ask")).await? else { return Ok(go("/portal?again=1")) };
    let practice = &visit.practice()?.id;
    let mut ways = Vec::new();
    for person in person::clients_by_email(visit.db()?, practice, &ask.email_key).await? {
        let portals = contact::portals(visit.db()?, practice, &person.id).await?;
        ways.extend(ways_of(person, portals));
    }
    let before: Option<Before> = match &ask.session_id {
        Some(session) => visit.db()?.optional(BEFORE, args![practice, session, visit.now]).await?,
        None => None,
    };
    let ways = of_session(&visit, before, ways);
    // The answer to the press that signed in got lost, or the link was pressed twice: the session is there.
    if let State::Open(session) = session::state(&visit).await?
        && (only(&ways).is_some_and(|way| way.person.id == session.person_id)
            || query.ticked("twice") && ask.went_on_as.as_ref() == Some(&session.id))
        && (ask.session_id.is_none() || session.is_fresh(visit.now))
    {
        return Ok(go(&crate::platform::web::safe_path(&ask.then_path, "/me")));
    }
    page(&WhoPage::new(&visit, &ask, &ways)?)
}

/// `POST /portal/who`: with a choice, that one; without one, the only way there is, or the choice.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let Some(ask) = proved(&visit, fields.text("ask")).await? else { return Ok(go("/portal?again=1")) };
    note_mailbox(&visit, &ask);
    let mut tx = visit.db()?.write().await?;
    let before = before(&visit, &mut tx, &ask).await?;
    let ways = of_session(&visit, before, ways(&visit, &mut tx, &ask).await?);
    let wanted = fields.text("person");
    let chosen = ways.iter().find(|way| way.value() == wanted).or(only(&ways).filter(|_| wanted.is_empty()));
    match chosen {
        Some(way) => sign_in_as(&visit, tx, &ask, way).await,
        None => {
            drop(tx);
            Ok(go(&format!("/portal/who?ask={}", ask.id)))
        }
    }
}

/// The mailbox was proved in this transaction: on by the one way there is, or to the choice. Commits.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn go_on(visit: &Visit, mut tx: Tx, ask: &Ask) -> Result<Response> {
    proof::keep_while_open(visit, ask);
    note_mailbox(visit, ask);
    arrives(visit, &mut tx, ask).await?;
    let ways = ways(visit, &mut tx, ask).await?;
    let of_session = before(visit, &mut tx, ask).await?.map(|before| before.person_id);
    let chosen = ways.iter().find(|way| Some(&way.person.id) == of_session.as_ref()).or_else(|| only(&ways));
    match chosen {
        Some(way) => sign_in_as(visit, tx, ask, way).await,
        None => {
            tx.commit().await?;
            Ok(go(&format!("/portal/who?ask={}", ask.id)))
        }
    }
}

/// This browser has proved the mailbox, and may read what becomes of its mails.
fn note_mailbox(visit: &Visit, ask: &Ask) {
    if ask.shared == 0 {
        marks::mark_mailbox(visit, &ask.email_key);
    }
}

/// What was read in the mailbox, on whatever device, arrives there.
///
/// # Errors
/// Faults and conflicts of the database.
pub(super) async fn arrives(visit: &Visit, tx: &mut Tx, ask: &Ask) -> Result<()> {
    tx.execute(
        "UPDATE person SET bounced_at = NULL WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' AND bounced_at IS NOT NULL",
        args![&visit.practice()?.id, &ask.email_key],
    )
    .await?;
    Ok(())
}

async fn ways(visit: &Visit, tx: &mut Tx, ask: &Ask) -> Result<Vec<WayOn>> {
    let practice = &visit.practice()?.id;
    let mut ways = Vec::new();
    for person in person::clients_by_email_in(tx, practice, &ask.email_key).await? {
        let portals = contact::portals_in(tx, practice, &person.id).await?;
        ways.extend(ways_of(person, portals));
    }
    Ok(ways)
}

/// A person's own portal, which somebody who is only a contact has none of, and those that they may open.
fn ways_of(person: Person, portals: Vec<contact::Portal>) -> Vec<WayOn> {
    let own = person.role != "contact" || portals.is_empty();
    let own = own.then(|| WayOn { person: person.clone(), client: None });
    let others = portals.into_iter().map(|client| WayOn { person: person.clone(), client: Some(client) });
    own.into_iter().chain(others).collect()
}

/// Where the session that the asking was made in is this browser's, that says who it is, as after the link and the code; else all
/// the ways there are.
fn of_session(visit: &Visit, before: Option<Before>, mut ways: Vec<WayOn>) -> Vec<WayOn> {
    let its = |way: &WayOn| before.as_ref().is_some_and(|before| before.is_of(visit, &way.person));
    match ways.iter().position(its) {
        Some(at) => vec![ways.swap_remove(at)],
        None => ways,
    }
}

fn only(ways: &[WayOn]) -> Option<&WayOn> {
    if let [way] = ways { Some(way) } else { None }
}

/// An asking of this browser whose mailbox is proved for it.
async fn proved(visit: &Visit, id: &str) -> Result<Option<Ask>> {
    let ask = mine(visit, id).await?.filter(|ask| ask.is_proved(visit));
    if let Some(ask) = &ask {
        proof::keep_while_open(visit, ask);
    }
    Ok(ask)
}

/// The session that an asking was made in: it opens that again, or is fresh proof in it.
#[derive(sqlx::FromRow)]
struct Before {
    person_id: String,
    token_hash: String,
    seen_at: i64,
    fresh_at: i64,
    idle_seconds: i64,
}

const BEFORE: &str = "SELECT person_id, token_hash, seen_at, fresh_at, idle_seconds FROM session
     WHERE practice_id = $1 AND id = $2 AND ended_at IS NULL AND ends_at > $3";

/// That session, while it is still there.
async fn before(visit: &Visit, tx: &mut Tx, ask: &Ask) -> Result<Option<Before>> {
    let Some(session) = &ask.session_id else { return Ok(None) };
    tx.optional(BEFORE, args![&visit.practice()?.id, session, visit.now]).await
}

async fn sign_in_as(visit: &Visit, mut tx: Tx, ask: &Ask, way: &WayOn) -> Result<Response> {
    let person = &way.person;
    let before = before(visit, &mut tx, ask).await?.filter(|before| before.is_of(visit, person));
    let goal = before.as_ref().map_or("sign-in", |before| if before.is_locked(visit) { "unlock" } else { "fresh" });
    let fresh_at = before.map_or(0, |before| before.fresh_at);
    if goal == "fresh" && proof::is_stale(visit, ask, fresh_at) {
        // A mailbox that was proved a while ago is no fresh proof.
        return Ok(go(&format!("/portal/confirm?then={}", encode(&ask.then_path))));
    }
    let start = Start {
        person_id: &person.id,
        goal,
        session_id: ask.session_id.as_deref().filter(|_| goal != "sign-in"),
        then_path: &ask.then_path,
        keep: ask.keep != 0,
        shared: ask.shared != 0,
        for_id: way.client.as_ref().map(|client| client.client_id.as_str()),
        mailed_at: ask.used_at.or(Some(visit.now)),
        ..Start::default()
    };
    let attempt = sign_in::start(visit, &mut tx, &start).await?;
    if !proof::go_on(visit, &mut tx, ask, start.session_id.unwrap_or(&attempt.id)).await? {
        // Pressed twice at once, the other press went on: the page knows where to.
        return Ok(go(&format!("/portal/who?ask={}&twice=1", ask.id)));
    }
    sign_in::proved(visit, &mut tx, &attempt, Factor::EmailLink).await?;
    sign_in::advance(visit, tx, &attempt).await
}

impl Before {
    /// Whether it is the session of this browser, and its person was chosen.
    fn is_of(&self, visit: &Visit, person: &Person) -> bool {
        let here = visit.cookie(session::COOKIE).map(hash_token);
        self.person_id == person.id && here.is_some_and(|hash| same(&hash, &self.token_hash))
    }

    fn is_locked(&self, visit: &Visit) -> bool {
        visit.now - self.seen_at > self.idle_seconds
    }
}

impl WhoPage {
    fn new(visit: &Visit, ask: &Ask, ways: &[WayOn]) -> Result<WhoPage> {
        // Everybody on the page, once, so that the same person is short in the same way.
        let mut everybody: Vec<(&str, &str)> = Vec::new();
        for way in ways {
            let client = way.client.as_ref().map(|client| (client.client_id.as_str(), client.name.as_str()));
            for one in [Some((way.person.id.as_str(), way.person.name.as_str())), client].into_iter().flatten() {
                if !everybody.contains(&one) {
                    everybody.push(one);
                }
            }
        }
        let names: Vec<&str> = everybody.iter().map(|(_, name)| *name).collect();
        let shorts = short_names(&names);
        let short = |id: &str| {
            let place = everybody.iter().position(|(other, _)| *other == id);
            place.and_then(|place| shorts.get(place)).cloned().unwrap_or_default()
        };
        let choice = |way: &WayOn| Choice {
            value: way.value(),
            short: short(way.client.as_ref().map_or(&way.person.id, |client| &client.client_id)),
            by: short(&way.person.id),
            been_here: marks::been_here(visit, &way.person.id),
        };
        let only = only(ways).map(WayOn::value);
        let mut frame = Frame::new(visit, if only.is_some() { "who-one-title" } else { "who-title" });
        frame.exit = true;
        Ok(WhoPage {
            frame,
            ask: ask.id.clone(),
            people: ways.iter().filter(|way| way.client.is_none()).map(choice).collect(),
            contacts: ways.iter().filter(|way| way.client.is_some()).map(choice).collect(),
            nobody: ways.is_empty(),
            only,
            then_path: ask.then_path.clone(),
            contact: crate::notices::compose::contact(visit)?,
        })
    }
}

/// Initials, with as many letters of the first name as it takes to tell the people of one mailbox apart, and where that is the
/// same of the last; whoever still looks the same gets a number.
fn short_names(names: &[&str]) -> Vec<String> {
    // A capital tells nobody apart.
    let folded: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut letters = vec![(1, 1); names.len()];
    for _ in 0..2 * longest {
        let now: Vec<String> = names.iter().zip(&letters).map(|(name, letters)| short(name, *letters)).collect();
        let mut grown = letters.clone();
        for at in 0..now.len() {
            let twins: Vec<_> = (0..now.len())
                .filter(|other| now[*other].to_lowercase() == now[at].to_lowercase())
                .map(|other| first_and_last(&folded[other]))
                .collect();
            let (first, last) = first_and_last(&folded[at]);
            if twins.iter().any(|(other, _)| *other != first) {
                grown[at].0 += 1;
            } else if twins.iter().any(|(_, other)| *other != last) {
                grown[at].1 += 1;
            }
        }
        if grown == letters {
            break;
        }
        letters = grown;
    }
    let mut shorts: Vec<String> = names.iter().zip(&letters).map(|(name, letters)| short(name, *letters)).collect();
    for at in 0..shorts.len() {
        let bare = |short: &String| short.split(" (").next().unwrap_or_default().to_lowercase();
        let before = shorts[..at].iter().filter(|other| bare(other) == bare(&shorts[at])).count();
        if before > 0 {
            shorts[at] = format!("{} ({})", shorts[at], before + 1);
        }
    }
    shorts
}

/// The first word of a name and, where there are several, the last.
fn first_and_last(name: &str) -> (&str, Option<&str>) {
    let mut words = name.split_whitespace();
    (words.next().unwrap_or_default(), words.next_back())
}

/// `An. M.` for Anna Moreau: so many letters of the first name and of the last.
fn short(name: &str, (of_first, of_last): (usize, usize)) -> String {
    let (first, last) = first_and_last(name);
    let begin = |word: &str, letters: usize| word.chars().take(letters).collect::<String>();
    match last {
        Some(last) => format!("{}. {}.", begin(first, of_first), begin(last, of_last)),
        None => format!("{}.", begin(first, of_first)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_one_mailbox_can_be_told_apart() {
        assert_eq!(short_names(&["Robin Ashworth", "Kim Ashworth"]), ["R. A.", "K. A."]);
        assert_eq!(short_names(&["Anna Moreau", "Alex Moreau", "Bo Moreau"]), ["An. M.", "Al. M.", "B. M."]);
        assert_eq!(short_names(&["Jo Lee", "Jo Lee"]), ["J. L.", "J. L. (2)"]);
        // One first name: the last names tell them apart, and no more of either shows than that takes.
        assert_eq!(short_names(&["robin archer", "robin abbott"]), ["r. ar.", "r. ab."]);
        let three = ["Robin Archer", "Robin Abbott", "Rachel Adams"];
        assert_eq!(short_names(&three), ["Ro. Ar.", "Ro. Ab.", "Ra. A."]);
        assert_eq!(short_names(&["Jo Lee", "Jo Leeson"]), ["J. Lee.", "J. Lees."]);
        assert_eq!(short_names(&["Jo", "Jo Lee", "Jo"]), ["J.", "J. L.", "J. (2)"]);
        assert_eq!(short_names(&["Cher"]), ["C."]);
        assert_eq!(short_names(&["李 小明", "李 大明"]), ["李. 小.", "李. 大."]);
        // A capital tells nobody apart.
        assert_eq!(short_names(&["Anna Lee", "anna lee"]), ["A. L.", "a. l. (2)"]);
        assert_eq!(short_names(&["Anna Lee", "amy lee"]), ["An. L.", "am. l."]);
        assert!(short_names(&[]).is_empty());
    }
}
