//! The answer to "where can this address sign in": every region's places in one list.

use std::sync::Arc;

use super::region::{Answer, Place, Question};
use super::regions;
use crate::platform::server::Server;

/// Places of all regions by name, and the regions that are silent.
#[derive(Debug, Default)]
pub struct Found {
    pub places: Vec<Listed>,
    pub silent: Vec<String>,
}

/// A place with its region.
#[derive(Debug, Clone)]
pub struct Listed {
    pub place: Place,
    pub region: String,
}

impl Listed {
    fn of(place: Place, answering: &str) -> Listed {
        let region = if place.gone_to.is_empty() { answering.to_owned() } else { place.gone_to.clone() };
        Listed { place, region }
    }

    /// How it is noted that a mail has named it, in whichever region it is; an older region says no ids.
    pub(super) fn told_as(&self) -> String {
        let Place { practice, origin, client, .. } = &self.place;
        let which = if practice.is_empty() { origin } else { practice };
        format!("{which} {}", if *client { "client" } else { "staff" })
    }
}

/// Whom the regions are asked about.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    pub key: &'a str,
    pub email: &'a str,
    /// As in [`Question::Where`].
    pub remember: &'a str,
}

/// Asks these regions about an address.
pub async fn find(server: &Arc<Server>, names: Vec<String>, whom: Whom<'_>) -> Found {
    let Whom { key, email, remember } = whom;
    let question = Question::Where { key: key.into(), email: email.into(), remember: remember.into() };
    let heard =
        regions::ask(server, names.into_iter().map(|name| (name, question.clone())).collect(), regions::PATIENCE).await;
    let mut found = Found { silent: heard.silent, ..Found::default() };
    for (region, answer) in heard.answers {
        let believed = match answer {
            Answer::Where(places) => places.into_iter().map(|place| place.believed(server, &region)).collect(),
            Answer::Still(_) => None::<Vec<Place>>,
        };
        match believed {
            Some(places) => found.places.extend(places.into_iter().map(|place| Listed::of(place, &region))),
            // An answer of another kind, or one that cannot be, is none.
            None => found.silent.push(region),
        }
    }
    found.silent.sort();
    // At the end of a move both regions tell of the practice: it is listed once, where it is.
    let there: Vec<(String, bool)> = found
        .places
        .iter()
        .filter(|listed| listed.place.gone_to.is_empty())
        .map(|listed| (listed.place.practice.clone(), listed.place.client))
        .collect();
    found.places.retain(|listed| {
        listed.place.gone_to.is_empty() || !there.contains(&(listed.place.practice.clone(), listed.place.client))
    });
    found
        .places
        .sort_by(|a, b| (&a.place.name, &a.region, a.place.client).cmp(&(&b.place.name, &b.region, b.place.client)));
    found
}
