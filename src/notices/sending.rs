//! One claimed message on its way: opened, handed to its carrier or its job. Whose turn it is, is `worker.rs`'s;
//! what is noted of it, `ending.rs`'s.

use std::sync::Arc;
use std::time::Duration;

use super::bounce;
use super::carriers::{Carriers, MailCarrier, TextCarrier};
use super::ending::{self, Ending};
use super::mailbox::{Kept, Mailbox};
use super::mailbox_moods::{self, Mood};
use super::outbox::{Job, Jobs};
use super::smtp::Mail;
use super::text_message::Text;
use super::transport::Outcome;
use super::worker::{Claimed, LEASE_SECONDS};
use crate::platform::door::{background_visit, entrance_visit};
use crate::platform::error::{Error, Result};
use crate::platform::practice::{self, Practice};
use crate::platform::server::{ENTRANCE, Region, Server};

/// A carrier that has not answered by then is given up before the claim ends, so that no second worker sends meanwhile.
const ANSWER_SECONDS: u64 = LEASE_SECONDS.unsigned_abs() - 20;

/// In whose name a message goes out.
enum House {
    Practice(Arc<Practice>),
    Entrance,
}

impl House {
    fn name<'a>(&'a self, server: &'a Server) -> &'a str {
        match self {
            House::Practice(practice) => &practice.name,
            House::Entrance => &server.config.operator_name,
        }
    }
}

/// A message as it was put in.
struct Open {
    to: String,
    body: serde_json::Value,
}

impl Open {
    /// Whether it names nobody; messages put in by an older program do not say.
    fn is_discreet(&self) -> bool {
        self.body["discreet"].as_bool().unwrap_or(false)
    }

    fn part(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_default().to_owned()
    }
}

/// Sees a claimed message through to a noted answer.
///
/// # Errors
/// When the answer could not be noted: then the message is tried again after its lease.
pub(super) async fn see_through(server: &Arc<Server>, region: &Arc<Region>, claimed: &Claimed) -> Result<()> {
    let ending = match prepared(server, region, claimed).await {
        Ok(_) if ending::is_too_late(claimed, server.world.now()) => Ending::never(ending::TOO_LATE),
        Ok((house, open)) => match claimed.kind.as_str() {
            "mail" => Ending::of(Box::pin(mail(server, claimed, house.name(server), &open)).await?),
            "text" => Ending::of(text(server, claimed, house.name(server), &open).await?),
            kind => match server.kept::<Jobs>()?.0.iter().find(|(name, _)| *name == kind) {
                Some((_, job)) => match run_job(server, claimed, &house, &open, *job).await {
                    Ok(()) => return Ok(()),
                    Err(error) => Ending::later(&error.to_string()),
                },
                None => Ending::never("no feature takes this job"),
            },
        },
        Err(Error::NotFound) => Ending::never("the practice is closed"),
        Err(error) => Ending::later(&error.to_string()),
    };
    server.world.reached("outbox answered");
    let comes_back = matches!(ending, Ending::Gone(_)) && comes_back(server, claimed)?;
    ending::note(server, region, claimed, ending).await?;
    if comes_back {
        bounce::comes_back(server, &claimed.id, mailbox_moods::REPORT).await?;
    }
    Ok(())
}

/// Whether the mailbox in memory took the message and sends it back.
fn comes_back(server: &Server, claimed: &Claimed) -> Result<bool> {
    if claimed.kind != "mail" || !matches!(server.kept::<Carriers>()?.mail, MailCarrier::Mailbox(_)) {
        return Ok(false);
    }
    let whose = [claimed.practice_id.as_str(), claimed.id.as_str(), claimed.person_id.as_deref().unwrap_or("")];
    Ok(mailbox_moods::of(&server.open("outbox to", &whose, &claimed.recipient)?) == Some(Mood::Returns))
}

async fn prepared(server: &Server, region: &Region, claimed: &Claimed) -> Result<(House, Open)> {
    let house = if region.name == ENTRANCE {
        House::Entrance
    } else {
        let practice = practice::by_id(&region.db, &region.name, &claimed.practice_id).await?;
        match practice {
            Some(practice) => House::Practice(practice),
            None if practice::is_moving(&region.db, &claimed.practice_id).await? => {
                return Err(Error::Fault("the practice is moving to another region".into()));
            }
            None => return Err(Error::NotFound),
        }
    };
    let whose = [claimed.practice_id.as_str(), claimed.id.as_str(), claimed.person_id.as_deref().unwrap_or("")];
    let to = server.open("outbox to", &whose, &claimed.recipient)?;
    let sealed = claimed.body.as_deref().ok_or_else(|| Error::Fault("the message has no body".into()))?;
    let body = serde_json::from_str(&server.open("outbox body", &whose, sealed)?)
        .map_err(|_| Error::Fault("the body of the message is not readable".into()))?;
    Ok((house, Open { to, body }))
}

async fn mail(server: &Server, claimed: &Claimed, name: &str, open: &Open) -> Result<Outcome> {
    match &server.kept::<Carriers>()?.mail {
        MailCarrier::Smtp(mailer) => {
            let mail = Mail {
                id: claimed.id.clone(),
                to: open.to.clone(),
                subject: open.part("subject"),
                text: open.part("text"),
                html: open.part("html"),
                from_name: (!open.is_discreet()).then(|| name.to_owned()),
                envelope_from: bounce::return_address(server, &claimed.id),
                // The same bytes for every try.
                date: claimed.created_at,
            };
            Ok(in_time(Box::pin(mailer.send(&mail))).await)
        }
        MailCarrier::Mailbox(mailbox) => {
            let mood = mailbox_moods::of(&open.to);
            Ok(match mood.and_then(|mood| mailbox_moods::answer(mood, claimed.tries)) {
                Some(answer) => answer,
                None if mood == Some(Mood::Returns) => Outcome::HandedOver { reply: "250 2.0.0 queued".into() },
                None => into(mailbox, server, "mail", claimed, name, open),
            })
        }
        MailCarrier::None => {
            Ok(Outcome::Rejected { reason: "this server is set up without a mail server".into(), code: None })
        }
    }
}

async fn text(server: &Server, claimed: &Claimed, name: &str, open: &Open) -> Result<Outcome> {
    match &server.kept::<Carriers>()?.text {
        TextCarrier::Gateway(gateway) => {
            let text = Text { id: claimed.id.clone(), to: open.to.clone(), text: open.part("text") };
            Ok(in_time(gateway.send(&text)).await)
        }
        TextCarrier::Mailbox(mailbox) => Ok(into(mailbox, server, "text", claimed, name, open)),
        TextCarrier::None => {
            Ok(Outcome::Rejected { reason: "this server is set up without a text gateway".into(), code: None })
        }
    }
}

/// A carrier cut off in the middle may have handed the message over.
async fn in_time(sending: impl Future<Output = Outcome>) -> Outcome {
    let answer = tokio::time::timeout(Duration::from_secs(ANSWER_SECONDS), sending).await;
    answer.unwrap_or_else(|_| Outcome::Unsure { reason: "no answer in time".into() })
}

fn into(
    mailbox: &Mailbox,
    server: &Server,
    channel: &'static str,
    claimed: &Claimed,
    name: &str,
    open: &Open,
) -> Outcome {
    let address = format!("no-reply@{}", server.config.base);
    mailbox.keep(Kept {
        id: claimed.id.clone(),
        channel,
        about: claimed.about.clone(),
        to: open.to.clone(),
        from: match channel {
            "mail" if open.is_discreet() => format!("{} <{address}>", server.config.operator_name),
            "mail" => format!("{name} <{address}>"),
            _ => name.to_owned(),
        },
        subject: open.part("subject"),
        text: open.part("text"),
        html: open.part("html"),
        at: claimed.created_at,
    });
    Outcome::HandedOver { reply: "kept in the mailbox of this server".into() }
}

/// Runs a job in the transaction that also ends its row: it happens once, or not and then again later.
async fn run_job(server: &Arc<Server>, claimed: &Claimed, house: &House, open: &Open, job: Job) -> Result<()> {
    let visit = match house {
        House::Practice(practice) => background_visit(server, Arc::clone(practice))?,
        House::Entrance => entrance_visit(server, "en"),
    };
    let mut round = 0;
    loop {
        let once = async {
            let mut tx = visit.db()?.write().await?;
            if ending::end_job(&mut tx, claimed, visit.now).await? {
                job(&visit, &mut tx, &open.to, &open.body).await?;
                tx.commit().await?;
            }
            Ok(())
        };
        match once.await {
            Err(Error::Conflict) if round < ending::MOST_RUNS => ending::step_aside(server, round).await,
            result => return result,
        }
        round += 1;
    }
}
