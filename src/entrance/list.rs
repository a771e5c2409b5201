//! Where this address can log in, asked of the regions at this moment: after a code or a link from the mail.

use axum::response::Response;

use super::asker::Asker;
use super::finding::{self, Listed, Whom};
use super::regions;
use super::remembered::is_shared;
use crate::args;
use crate::platform::email::Email;
use crate::platform::error::{Error, Result};
use crate::platform::frame::Frame;
use crate::platform::server::ENTRANCE;
use crate::platform::web::{Visit, go, page};
use crate::sign_in::note;

#[derive(askama::Template)]
#[template(path = "entrance/list.html")]
struct ListPage {
    frame: Frame,
    email: String,
    /// This device will remember where somebody logs in from here.
    remembers: bool,
    places: Vec<Listed>,
    /// Regions that gave no answer, as people read them; empty when all did.
    silent: String,
    /// A mail about these is on its way as soon as they answer.
    follows: bool,
}

/// `GET /list`, for a quarter of an hour after the proof.
pub async fn show(visit: Visit) -> Result<Response> {
    let asker = match Asker::of(&visit) {
        Some(asker) if asker.may_look(visit.now) => asker,
        Some(_) => return Ok(go("/find")),
        None => return Ok(go("/")),
    };
    let key = Email::parse(&asker.email).map_err(|_| Error::Fault("an asking without an address".into()))?;
    let names = regions::names(&visit.server);
    let remember = if asker.remember && !is_shared(&visit) { note::state(&asker.device_hash()) } else { String::new() };
    let whom = Whom { key: key.canonical(), email: &asker.email, remember: &remember };
    let found = finding::find(&visit.server, names, whom).await;
    page(&ListPage {
        frame: Frame::new(&visit, "list-title"),
        remembers: !remember.is_empty(),
        follows: follows(&visit, &asker, &found.silent).await?,
        email: asker.shown_email(),
        places: found.places,
        silent: in_words(&found.silent),
    })
}

/// Whether an asking of this browser still waits for each of these regions.
async fn follows(visit: &Visit, asker: &Asker, silent: &[String]) -> Result<bool> {
    if silent.is_empty() {
        return Ok(false);
    }
    let waiting: Vec<(Option<i64>, String)> = visit
        .db()?
        .all(
            "SELECT answered_at, waiting FROM finder WHERE practice_id = $1 AND browser = $2 AND request IS NOT NULL",
            args![ENTRANCE, asker.hash()],
        )
        .await?;
    let waits = |name: &String| {
        waiting.iter().any(|(answered, for_these)| answered.is_none() || for_these.split(',').any(|one| one == name))
    };
    Ok(silent.iter().all(waits))
}

/// Names of regions as people read them.
pub fn in_words(regions: &[String]) -> String {
    regions.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>().join(", ")
}
