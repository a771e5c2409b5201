//! Asking the regions, all at once. Who has not answered in time (two seconds for a list) is silent: the others are not held up, and
//! silence is never taken for "nowhere".

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::far::Far;
use super::region::{self, Answer, Question};
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;

/// How long the slow ones are waited for.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// The same for what a page shows of what it has at hand already; enough for one way around the world and back.
pub const AT_A_GLANCE: Duration = Duration::from_millis(400);

/// For so long (seconds) after a question in vain a region is asked by whoever waits for their first mail and by nobody who asks again.
const SILENT_SECONDS: i64 = 5;

/// Regions that gave this node no answer a moment ago, until when (unix seconds). An answer ends it.
#[derive(Default)]
pub struct Silence(Mutex<HashMap<String, i64>>);

impl Silence {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, region: &str, answered: bool, now: i64) {
        if answered {
            self.lock().remove(region);
        } else {
            self.lock().insert(region.to_owned(), now + SILENT_SECONDS);
        }
    }
}

/// Regions that answer nothing to the entrance until they are started again: for the demo, where one process serves all of them.
#[derive(Default)]
pub struct Stopped(Mutex<BTreeSet<String>>);

impl Stopped {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn stop(&self, region: &str) {
        self.lock().insert(region.to_owned());
    }

    pub fn start(&self, region: &str) {
        self.lock().remove(region);
    }

    pub fn has(&self, region: &str) -> bool {
        self.lock().contains(region)
    }
}

/// Those of these regions that were silent a moment ago, and the others.
///
/// # Errors
/// A fault when the program forgot to keep them.
pub fn silent_lately(server: &Server, names: Vec<String>) -> Result<(Vec<String>, Vec<String>)> {
    let (noted, now) = (server.kept::<Silence>()?.lock(), server.world.now());
    Ok(names.into_iter().partition(|name| noted.get(name).is_some_and(|until| *until > now)))
}

/// What came back.
#[derive(Debug, Default)]
pub struct Heard {
    pub answers: Vec<(String, Answer)>,
    /// Names of regions that gave no answer that can be used.
    pub silent: Vec<String>,
}

/// The names of all regions, in the order of the settings.
pub fn names(server: &Server) -> Vec<String> {
    let far = server.config.far_regions.iter().map(|region| region.name.clone());
    server.regions.iter().map(|region| region.name.clone()).chain(far).collect()
}

/// Asks each of these regions its question. One that is too slow is still waited for beside, so that the way to it stands
/// open the next time.
pub async fn ask(server: &Arc<Server>, questions: Vec<(String, Question)>, patience: Duration) -> Heard {
    let mut waiting: FuturesUnordered<_> = questions
        .into_iter()
        .map(|(name, question)| async move {
            let answer = tokio::time::timeout(patience, begun(server, &name, question)).await;
            (name, answer)
        })
        .collect();
    let mut heard = Heard::default();
    while let Some((name, answer)) = waiting.next().await {
        match answer {
            Ok(Ok(answer)) => heard.answers.push((name, answer)),
            Ok(Err(error)) => {
                tracing::warn!(region = name, %error, "a region did not answer the entrance");
                heard.silent.push(name);
            }
            Err(_) => {
                tracing::warn!(region = name, ?patience, "a region took too long to answer the entrance");
                heard.silent.push(name);
            }
        }
    }
    heard.silent.sort();
    heard
}

async fn begun(server: &Arc<Server>, name: &str, question: Question) -> Result<Answer> {
    let (server, name) = (Arc::clone(server), name.to_owned());
    let asking = tokio::spawn(async move {
        let answer = tokio::time::timeout(PATIENCE, ask_one(&server, &name, &question)).await;
        if let Ok(silence) = server.kept::<Silence>() {
            silence.note(&name, matches!(answer, Ok(Ok(_))), server.world.now());
        }
        answer
    });
    match asking.await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Error::Fault("no answer within two seconds".into())),
        Err(error) => Err(Error::fault("asking a region", error)),
    }
}

async fn ask_one(server: &Arc<Server>, name: &str, question: &Question) -> Result<Answer> {
    if server.kept::<Stopped>()?.has(name) {
        // As one that cannot be reached: whoever asks hears nothing.
        std::future::pending::<()>().await;
    }
    match server.region(name) {
        Some(region) => region::answer(server, region, question).await,
        None => server.kept::<Far>()?.ask(server, name, question).await,
    }
}
