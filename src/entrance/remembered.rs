//! "Remember my practices on this device": the memory lies in this browser's sealed cookie and nowhere else. It holds ids
//! and the practices' own names in addresses, nothing of people; each look asks the regions whether it still holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::Response;
use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use super::region::{Answer, Place, Question};
use super::{asker::Asker, regions};
use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::secret;
use crate::platform::server::{ENTRANCE, Server};
use crate::platform::web::{Fields, Query, Visit, go, page};
use crate::sign_in::note::{self, Note};

const COOKIE: &str = "__Host-practices";
const SHARED_COOKIE: &str = "__Host-shared";
/// As long as browsers keep a cookie at most (400 days), in seconds.
const SECONDS: i64 = 400 * 86_400;
/// Regions that one look follows a practice through.
const MOST_MOVES: usize = 4;
/// Entries of one browser; the sealed cookie stays under 4 kB.
const MOST: usize = 20;
/// Of these, people of one practice at one door.
const MOST_PEOPLE: usize = 4;
/// What is looked at is sealed anew after so long, in seconds.
const RENEW_SECONDS: i64 = 30 * 86_400;

/// One remembered practice, of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub region: String,
    pub slug: String,
    pub practice: Uuid,
    pub person: Uuid,
    pub client: bool,
}

/// What the regions say of a remembered practice.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// Nothing yet.
    Unasked,
    There(Place),
    /// The practice is closed, or the person's access to it.
    Gone,
    Silent,
}

/// A remembered practice as it is shown.
pub struct Shown {
    pub name: String,
    pub url: String,
    pub client: bool,
    /// What the button to forget it sends.
    pub which: String,
}

#[derive(askama::Template)]
#[template(path = "entrance/remembered.html")]
struct RememberedPage {
    frame: Frame,
    shown: Vec<Shown>,
    shared: bool,
}

/// Whether somebody said that others use this device: then nothing is remembered on it, and nobody is asked to.
pub fn is_shared(visit: &Visit) -> bool {
    visit.cookie(SHARED_COOKIE).is_some()
}

/// What this browser remembers, checked with the regions. What is gone is forgotten; of a silent region everything stays.
///
/// # Errors
/// A fault when the current key cannot seal.
pub async fn shown(visit: &Visit) -> Result<Vec<Shown>> {
    keep_shared(visit);
    let kept = of(visit);
    if kept.is_empty() {
        return Ok(vec![]);
    }
    let (living, mut shown): (Vec<Kept>, Vec<Shown>) = checked(&visit.server, &kept).await.into_iter().unzip();
    if living != kept || is_worn(visit) {
        keep(visit, &living)?;
    }
    // Several people of one practice are one line.
    let mut seen = BTreeSet::new();
    shown.retain(|one| seen.insert(one.which.clone()));
    Ok(shown)
}

/// Whether the memory was sealed long ago, or under a key that is not the current one any more: browsers forget the one, and a key
/// that is dropped opens nothing.
fn is_worn(visit: &Visit) -> bool {
    let Some(sealed) = visit.cookie(COOKIE) else { return false };
    visit.server.keyring().needs_rotation(sealed) || visit.now - sealed_at(visit) >= RENEW_SECONDS
}

/// When it was sealed (unix seconds); 0 where it does not say.
fn sealed_at(visit: &Visit) -> i64 {
    let text = opened(visit).unwrap_or_default();
    text.lines().next().and_then(|line| line.strip_prefix("at ")?.parse().ok()).unwrap_or(0)
}

/// Keeps the word that others use this device, in whichever browser shows that it was said.
fn keep_shared(visit: &Visit) {
    let said_at: i64 = visit.cookie(SHARED_COOKIE).and_then(|at| at.parse().ok()).unwrap_or(0);
    if is_shared(visit) && visit.now - said_at >= RENEW_SECONDS {
        visit.set_cookie(SHARED_COOKIE, &visit.now.to_string(), Some(SECONDS));
    }
}

/// Asks every region once about all that is remembered of it; where a practice has moved on, its new region.
async fn checked(server: &Arc<Server>, kept: &[Kept]) -> Vec<(Kept, Shown)> {
    let mut places: Vec<(Kept, Standing)> = kept.iter().map(|kept| (kept.clone(), Standing::Unasked)).collect();
    for _ in 0..MOST_MOVES {
        if !places.iter().any(|(_, standing)| *standing == Standing::Unasked) {
            break;
        }
        ask_once(server, &mut places).await;
    }
    let names = regions::names(server);
    let show = |(kept, standing): (Kept, Standing)| match standing {
        Standing::There(place) => Some((kept.clone(), Shown::of(&kept, &place))),
        Standing::Unasked | Standing::Silent if names.contains(&kept.region) => {
            Some((kept.clone(), Shown::unasked(server, &kept)))
        }
        _ => None,
    };
    places.into_iter().filter_map(show).collect()
}

/// Asks about those of which nothing is known yet. What is remembered follows what the answers say.
async fn ask_once(server: &Arc<Server>, places: &mut [(Kept, Standing)]) {
    let mut asked: BTreeMap<String, Vec<&mut (Kept, Standing)>> = BTreeMap::new();
    for one in places.iter_mut().filter(|(_, standing)| *standing == Standing::Unasked) {
        asked.entry(one.0.region.clone()).or_default().push(one);
    }
    let names = regions::names(server);
    asked.retain(|name, _| names.contains(name));
    let pair = |one: &&mut (Kept, Standing)| (one.0.practice.to_string(), one.0.person.to_string());
    let question = |ones: &Vec<&mut (Kept, Standing)>| Question::Still { pairs: ones.iter().map(pair).collect() };
    let questions = asked.iter().map(|(name, ones)| (name.clone(), question(ones))).collect();
    let heard = regions::ask(server, questions, regions::AT_A_GLANCE).await;
    for (name, ones) in asked {
        let answered = heard.answers.iter().find_map(|(from, answer)| match answer {
            Answer::Still(answers) if *from == name && answers.len() == ones.len() => believed(server, &name, answers),
            _ => None,
        });
        match answered {
            Some(answers) => ones.into_iter().zip(&answers).for_each(|(one, answer)| follow(one, answer.as_ref())),
            // An answer of another kind or length, or one that cannot be, is none.
            None => ones.into_iter().for_each(|(_, standing)| *standing = Standing::Silent),
        }
    }
}

/// An answer, where all that it tells of may be so.
fn believed(server: &Server, region: &str, answers: &[Option<Place>]) -> Option<Vec<Option<Place>>> {
    let one = |answer: &Option<Place>| match answer.clone() {
        Some(place) => place.believed(server, region).map(Some),
        None => Some(None),
    };
    answers.iter().map(one).collect()
}

fn follow((kept, standing): &mut (Kept, Standing), answer: Option<&Place>) {
    let Some(place) = answer else {
        *standing = Standing::Gone;
        return;
    };
    place.slug().clone_into(&mut kept.slug);
    if place.gone_to.is_empty() {
        *standing = Standing::There(place.clone());
    } else {
        kept.region.clone_from(&place.gone_to);
    }
}

/// `GET /remember?note=…`: a region says by a signed note that somebody who ticked the box has signed in, in the browser
/// that ticked it. Then back to where the person was going; without a note that holds, to the front.
pub async fn remember(visit: Visit, Query(query): Query) -> Result<Response> {
    let opened = note::opened(&visit.server, query.text("note"), visit.now);
    let Some(note) = opened.filter(|note| leads_home(&visit.server, note)) else { return Ok(go("/")) };
    let asked_here =
        Asker::of(&visit).is_some_and(|asker| secret::same(&note::state(&asker.device_hash()), &note.state));
    if asked_here
        && !is_shared(&visit)
        && let (Ok(practice), Ok(person)) = (note.practice.parse(), note.person.parse())
    {
        let new = Kept { region: note.region, slug: note.slug, practice, person, client: note.client };
        let mut kept = of(&visit);
        // Each person's own, so that the end of one's access takes nothing from another.
        let mut there = 0;
        kept.retain(|kept| {
            let same_place = (kept.practice, kept.client) == (new.practice, new.client);
            there += usize::from(same_place && kept.person != new.person);
            !same_place || kept.person != new.person && there < MOST_PEOPLE
        });
        kept.insert(0, new);
        kept.truncate(MOST);
        keep(&visit, &kept)?;
    }
    Ok(go(&note.then))
}

/// Whether it leads to the practice that it names: what a region's program says is not followed anywhere else.
fn leads_home(server: &Server, note: &Note) -> bool {
    let home = server.origin_in(&note.region, &note.slug);
    let leads_home = note.then.strip_prefix(&home).is_some_and(|path| path.starts_with('/'));
    if !leads_home {
        let there = note.then.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        tracing::warn!(
            region = note.region,
            home,
            there,
            "a note after a sign-in leads away from its practice: not followed"
        );
    }
    leads_home
}

/// `GET /remembered`: what this device remembers, and how it forgets.
pub async fn ask(visit: Visit) -> Result<Response> {
    let shown = shown(&visit).await?;
    page(&RememberedPage { frame: Frame::new(&visit, "remembered-title"), shown, shared: is_shared(&visit) })
}

/// `POST /remembered`: forgets one or all, or says whether others use this device.
pub async fn answer(visit: Visit, fields: Fields) -> Result<Response> {
    let mut kept = of(&visit);
    match fields.text("do") {
        "all" => kept.clear(),
        "shared" => {
            kept.clear();
            visit.set_cookie(SHARED_COOKIE, &visit.now.to_string(), Some(SECONDS));
            Asker::forget(&visit);
        }
        // The address that was asked for, and the list with it.
        "asking" => {
            Asker::forget(&visit);
            return Ok(go("/"));
        }
        "own" => visit.drop_cookie(SHARED_COOKIE),
        which => kept.retain(|kept| kept.which() != which),
    }
    keep(&visit, &kept)?;
    Ok(go("/remembered"))
}

/// What does not open was not left by us.
fn of(visit: &Visit) -> Vec<Kept> {
    opened(visit).map_or_else(Vec::new, |text| text.lines().filter_map(Kept::read).take(MOST).collect())
}

fn opened(visit: &Visit) -> Option<String> {
    visit.cookie(COOKIE).and_then(|sealed| visit.server.open("remembered", &[ENTRANCE], sealed).ok())
}

fn keep(visit: &Visit, kept: &[Kept]) -> Result<()> {
    if kept.is_empty() {
        visit.drop_cookie(COOKIE);
        return Ok(());
    }
    let lines = std::iter::once(format!("at {}", visit.now)).chain(kept.iter().map(Kept::line));
    let text = lines.collect::<Vec<_>>().join("\n");
    visit.set_cookie(COOKIE, &visit.server.seal("remembered", &[ENTRANCE], &text)?, Some(SECONDS));
    Ok(())
}

impl Kept {
    fn line(&self) -> String {
        let Kept { region, slug, .. } = self;
        let short = |id: &Uuid| BASE64URL_NOPAD.encode(id.as_bytes());
        format!("{region} {slug} {} {} {}", short(&self.practice), short(&self.person), u8::from(self.client))
    }

    fn read(line: &str) -> Option<Kept> {
        let mut words = line.split(' ');
        let long = |word: &str| Uuid::from_slice(&BASE64URL_NOPAD.decode(word.as_bytes()).ok()?).ok();
        Some(Kept {
            region: words.next()?.to_owned(),
            slug: words.next()?.to_owned(),
            practice: long(words.next()?)?,
            person: long(words.next()?)?,
            client: words.next()? == "1",
        })
    }

    fn which(&self) -> String {
        format!("{}{}", self.practice, if self.client { "c" } else { "s" })
    }
}

impl Shown {
    fn of(kept: &Kept, place: &Place) -> Shown {
        Shown { name: place.name.clone(), url: place.url(), client: place.client, which: kept.which() }
    }

    /// Of a region that does not answer: the name in its address has to do.
    fn unasked(server: &Server, kept: &Kept) -> Shown {
        let origin = server.origin_in(&kept.region, &kept.slug);
        let place = Place {
            name: kept.slug.clone(),
            origin,
            client: kept.client,
            quiet: false,
            ticket: String::new(),
            practice: String::new(),
            gone_to: String::new(),
        };
        Shown::of(kept, &place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::keyring::Keyring;

    /// The longest names there may be, twenty times, sealed.
    #[test]
    fn twenty_practices_fit_in_a_cookie() {
        let kept = |number: u8| Kept {
            region: "r".repeat(20),
            slug: "s".repeat(40),
            practice: Uuid::from_bytes([number; 16]),
            person: Uuid::from_bytes([255; 16]),
            client: true,
        };
        let all: Vec<Kept> = (0..20).map(kept).collect();
        let lines = std::iter::once(format!("at {}", u32::MAX)).chain(all.iter().map(Kept::line));
        let text = lines.collect::<Vec<_>>().join("\n");
        let read: Vec<Kept> = text.lines().filter_map(Kept::read).collect();
        assert_eq!(read, all);
        let bytes: [u8; 32] = std::array::from_fn(|at| u8::try_from(at * 7 + 130).unwrap_or(0) ^ 0xa5);
        let ring = Keyring::generate(&"k".repeat(8), bytes).unwrap();
        let sealed = ring.seal("remembered", &[ENTRANCE], text.as_bytes(), [9; 24]).unwrap();
        assert!(COOKIE.len() + 1 + sealed.len() < 4000, "{}", sealed.len());
    }
}
