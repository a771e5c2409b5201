//! Mail that came back: reports (RFC 3464) by a pipe or by HTTP. A report counts only when it came to the signed return address of
//! one of our messages, so that nobody makes a client unreachable by writing one; what it says of itself is not believed.

use std::sync::Arc;

use super::whom::{self, Addressed, TOLD_AGAIN_SECONDS};
use crate::args;
use crate::config::Mail;
use crate::notices::{Actor, Event, Happening, happened};
use crate::platform::db::Tx;
use crate::platform::door::background_visit;
use crate::platform::error::{Error, Result};
use crate::platform::limit;
use crate::platform::practice;
use crate::platform::secret;
use crate::platform::server::{Region, Server};
use crate::platform::web::Visit;
use crate::sign_in::person::Person;

/// The largest report that is read, in bytes; most are a few kilobytes.
pub const MOST_BYTES: u64 = 1024 * 1024;
/// Characters of the mark in a return address: with `bounces+` and the id it stays under 64 (RFC 5321, 4.5.3.1.1).
const MARK: usize = 16;
/// The place of a report among the states of a message: after every try.
const TURN: i64 = 1_000_000;
/// Characters of the other server's words that are kept.
const MOST_WORDS: usize = 300;
const MOST_RUNS: u32 = 12;

/// What a report says of one message.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    pub failed: bool,
    /// The other server's words, on one line.
    pub reason: String,
}

/// What became of a report.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    Noted,
    /// Not to a return address of ours, or of a message that is forgotten.
    NotOurs,
    /// No report, or one that says nothing new.
    Nothing,
    /// The practice is on its way to another region: whoever reported it is to do so again.
    Later,
}

/// The return address of one message, where the operator has a mailbox for reports.
pub fn return_address(server: &Server, message: &str) -> Option<String> {
    let Mail::Smtp(smtp) = &server.config.mail else { return None };
    let (local, domain) = smtp.bounce_address.as_deref()?.split_once('@')?;
    let id = message.replace('-', "");
    Some(format!("{local}+{id}.{}@{domain}", mark(server, &id)))
}

fn mark(server: &Server, id: &str) -> String {
    let mut mark = secret::keyed_hash(&server.stable_key("bounces"), &[id]).to_lowercase();
    mark.truncate(MARK);
    mark
}

/// The message that a report's recipient names, if the mark is ours; mail programs may change the case.
fn message_of(server: &Server, recipient: &str) -> Option<String> {
    let (local, _) = recipient.trim().trim_matches(['<', '>']).rsplit_once('@')?;
    let local = local.to_lowercase();
    let (id, given) = local.rsplit_once('+')?.1.split_once('.')?;
    let fine =
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) && secret::same(given, &mark(server, id));
    fine.then(|| [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-"))
}

/// Takes one report in.
///
/// # Errors
/// Faults of a database: the mail server keeps the report and tries again.
pub async fn take(server: &Arc<Server>, recipient: &str, bytes: &[u8]) -> Result<Taken> {
    let Some(message) = message_of(server, recipient) else { return Ok(Taken::NotOurs) };
    match read(&String::from_utf8_lossy(bytes)) {
        Some(report) => note_at(server, message, report).await,
        None => Ok(Taken::Nothing),
    }
}

/// As [`take`], for a report that was read already.
///
/// # Errors
/// As [`take`].
pub async fn take_report(server: &Arc<Server>, recipient: &str, report: Report) -> Result<Taken> {
    match message_of(server, recipient) {
        Some(message) => note_at(server, message, report).await,
        None => Ok(Taken::NotOurs),
    }
}

/// What reports by HTTP are signed with, where the operator takes them.
pub fn hook_secret(server: &Server) -> Option<&str> {
    let Mail::Smtp(smtp) = &server.config.mail else { return None };
    smtp.bounce_secret.as_ref().map(crate::config::Secret::reveal)
}

/// In the region where the practice is in service: during a move both have the message, and a note at the wrong one would be
/// forgotten with it.
async fn note_at(server: &Arc<Server>, message: String, report: Report) -> Result<Taken> {
    let mut elsewhere = Taken::NotOurs;
    for region in &server.regions {
        let found: Option<(String, String, Option<String>, String)> = region
            .db
            .optional("SELECT practice_id, kind, person_id, recipient FROM outbox WHERE id = $1", args![&message])
            .await?;
        if let Some((practice, kind, person, recipient)) = found {
            if practice::by_id(&region.db, &region.name, &practice).await?.is_none() {
                elsewhere = Taken::Later;
                continue;
            }
            let addressed = Addressed {
                practice_id: &practice,
                id: &message,
                kind: &kind,
                person_id: person.as_deref(),
                recipient: &recipient,
            };
            let people = whom::of(server, &region.db, &addressed).await?;
            return note(server, region, &Bounced { practice, people, message, report }).await;
        }
    }
    Ok(elsewhere)
}

struct Bounced {
    practice: String,
    /// Everybody behind the mailbox; nobody where the person it was for has another one by now.
    people: Vec<Person>,
    message: String,
    report: Report,
}

async fn note(server: &Arc<Server>, region: &Arc<Region>, bounced: &Bounced) -> Result<Taken> {
    let mut round = 0;
    loop {
        match write(server, region, bounced).await {
            Err(Error::Conflict) if round < MOST_RUNS => round += 1,
            Err(Error::OutOfService) => return Ok(Taken::Later),
            result => return result,
        }
    }
}

async fn write(server: &Arc<Server>, region: &Arc<Region>, bounced: &Bounced) -> Result<Taken> {
    let now = server.world.now();
    let state = if bounced.report.failed { "bounced" } else { "deferred" };
    let mut tx = region.db.write().await?;
    // A delay that is reported after the mail came back says nothing new.
    let over: Option<(String,)> = tx
        .optional(
            "SELECT message_id FROM outbox_state WHERE practice_id = $1 AND message_id = $2 AND state = 'bounced'",
            args![&bounced.practice, &bounced.message],
        )
        .await?;
    if over.is_some() {
        return Ok(Taken::Nothing);
    }
    let new = tx
        .execute(
            "INSERT INTO outbox_state (practice_id, message_id, at, turn, state, reason) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (practice_id, message_id, turn, state) DO NOTHING",
            args![&bounced.practice, &bounced.message, now, TURN, state, &bounced.report.reason],
        )
        .await?;
    if new == 0 {
        return Ok(Taken::Nothing);
    }
    if bounced.report.failed {
        tx.execute(
            "UPDATE outbox SET state = 'bounced' WHERE practice_id = $1 AND id = $2",
            args![&bounced.practice, &bounced.message],
        )
        .await?;
    }
    let home = practice::by_id_in(&mut tx, &region.name, &bounced.practice).await?.ok_or(Error::OutOfService)?;
    if bounced.report.failed {
        tell(&background_visit(server, home)?, &mut tx, bounced).await?;
    }
    tx.commit().await?;
    server.outbox_bell.notify_one();
    Ok(Taken::Noted)
}

/// Marks the address of everybody behind it, with a line of the record for each, and tells the practice once.
async fn tell(visit: &Visit, tx: &mut Tx, bounced: &Bounced) -> Result<()> {
    let Some(first) = bounced.people.first() else { return Ok(()) };
    whom::mark(tx, &bounced.practice, &first.email_key, visit.now).await?;
    let lane = whom::lane(visit, &first.email_key)?;
    let mut told = !limit::once(tx, &bounced.practice, &lane, TOLD_AGAIN_SECONDS, visit.now).await?;
    let names = whom::names(&bounced.people);
    for person in &bounced.people {
        let event = if told { Event::MailCameBackAgain } else { Event::MailCameBack };
        let came_back = Happening::of(event, person).by(Actor::System).result("failed").detail("person", &names);
        happened(visit, tx, came_back.detail("reason", &bounced.report.reason)).await?;
        told = true;
    }
    Ok(())
}

/// As [`take_report`] for the demo's mailbox, which has no return addresses.
///
/// # Errors
/// As [`take`].
pub(super) async fn comes_back(server: &Arc<Server>, message: &str, text: &str) -> Result<Taken> {
    match read(text) {
        Some(report) => note_at(server, message.to_owned(), report).await,
        None => Ok(Taken::Nothing),
    }
}

/// Reads the machine's part of a report: `Action`, `Status` and `Diagnostic-Code` of the first recipient (RFC 3464, 2.3; for
/// international addresses RFC 6533, 3). Its media type is written in capitals or not, and may be mentioned before it comes.
pub fn read(text: &str) -> Option<Report> {
    let text = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let lower = text.to_ascii_lowercase();
    let kinds = ["message/delivery-status", "message/global-delivery-status"];
    let mut begins: Vec<usize> =
        kinds.iter().flat_map(|kind| lower.match_indices(kind).map(|(at, kind)| at + kind.len())).collect();
    begins.sort_unstable();
    begins.into_iter().find_map(|begin| text.get(begin..).and_then(read_part))
}

/// From the media type to the next boundary.
fn read_part(part: &str) -> Option<Report> {
    let part = part.split("\n--").next()?;
    let field = |name: &str| {
        let line =
            part.lines().find(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        line.map(|line| line[name.len()..].trim().to_owned())
    };
    let action = field("Action:")?.to_lowercase();
    let failed = match action.split_whitespace().next()? {
        "failed" => true,
        "delayed" => false,
        _ => return None,
    };
    let said = field("Diagnostic-Code:")
        .map(|said| said.split_once(';').map_or(said.clone(), |(_, words)| words.trim().to_owned()));
    let words = said.or_else(|| field("Status:")).unwrap_or_default();
    Some(Report::new(failed, &words))
}

impl Report {
    /// The other server's words, on one line and not endless.
    pub fn new(failed: bool, words: &str) -> Report {
        let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Report { failed, reason: line.chars().filter(|c| !c.is_control()).take(MOST_WORDS).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/plain\r\n\r\nYour mail could not be delivered.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; jo@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\
        Diagnostic-Code: smtp; 550 5.1.1 no such\r\n  mailbox here\r\n\r\n--x--\r\n";

    #[test]
    fn a_report_is_read() {
        let report = read(REPORT).unwrap();
        assert_eq!(report, Report { failed: true, reason: "550 5.1.1 no such mailbox here".into() });
        let later = read(&REPORT.replace("Action: failed", "action: Delayed (will retry)")).unwrap();
        assert!(!later.failed);
        assert_eq!(
            read(&REPORT.replace("Diagnostic-Code: smtp; 550 5.1.1 no such\r\n  mailbox here\r\n", "")).unwrap().reason,
            "5.1.1"
        );
    }

    #[test]
    fn a_report_is_found_however_its_kind_is_written() {
        let words = "550 5.1.1 no such mailbox here";
        for report in [
            REPORT.replace("message/delivery-status", "Message/Delivery-Status"),
            REPORT.replace("message/delivery-status", "message/global-delivery-status"),
            REPORT.replace("Your mail could", "See the part message/delivery-status below.\r\nYour mail could"),
            REPORT.replace("no such\r\n  mailbox here", "no such mailbox here")
                + "\r\nIt had a message/delivery-status part.",
        ] {
            assert_eq!(read(&report), Some(Report { failed: true, reason: words.into() }), "{report}");
        }
        // What stands in the mail that came back is not the report.
        let quoted = REPORT.replace("Action: failed\r\n", "").replace("--x--", "--x\r\n\r\nAction: failed\r\n--x--");
        assert_eq!(read(&quoted), None);
    }

    #[test]
    fn what_is_no_report_is_none() {
        assert_eq!(read("Subject: I am away until Monday\r\n\r\nBye"), None);
        assert_eq!(read(&REPORT.replace("Action: failed", "Action: delivered")), None);
        assert_eq!(read("message/delivery-status"), None);
        assert_eq!(read(""), None);
    }
}
