//! What a walk does behind the counter: runs jobs that wait in the outbox, and puts people into a state.

use portico::args;
use portico::notices::outbox::Jobs;
use portico::platform::db::Arg;
use portico::platform::door::background_visit;
use portico::platform::practice;

use super::stage::{Sent, Stage};

/// Runs every job that waits in the au region, as the outbox's worker does; answers how many.
pub async fn run_jobs(stage: &Stage) -> usize {
    let Jobs(jobs) = stage.server.kept::<Jobs>().unwrap();
    let rows: Vec<(String, String, String, String, String)> = stage
        .au()
        .all("SELECT practice_id, id, kind, recipient, body FROM outbox WHERE state = 'queued' AND kind NOT IN ('mail', 'text') ORDER BY id", vec![])
        .await
        .unwrap();
    let mut ran = 0;
    for (practice, id, kind, recipient, body) in rows {
        let (_, job) = jobs.iter().find(|(name, _)| *name == kind).unwrap_or_else(|| panic!("no job {kind}"));
        let whose = [practice.as_str(), id.as_str(), ""];
        let to = stage.server.open("outbox to", &whose, &recipient).unwrap();
        let body = serde_json::from_str(&stage.server.open("outbox body", &whose, &body).unwrap()).unwrap();
        let home = practice::by_id(stage.au(), "au", &practice).await.unwrap().unwrap();
        let visit = background_visit(&stage.server, home).unwrap();
        let mut tx = stage.au().write().await.unwrap();
        job(&visit, &mut tx, &to, &body).await.unwrap();
        tx.execute("UPDATE outbox SET state = 'done', ended_at = 1 WHERE id = $1", args![&id]).await.unwrap();
        tx.commit().await.unwrap();
        ran += 1;
    }
    ran
}

/// Changes something of a member of Harbour Physio by hand; `$1` is their email.
pub async fn change(stage: &Stage, email: &str, sql: &'static str) {
    assert_eq!(stage.au().execute(sql, args![email]).await.unwrap(), 1, "{sql}");
}

/// One number out of the au region.
pub async fn number(stage: &Stage, sql: &'static str, args: Vec<Arg>) -> i64 {
    let row: Option<(i64,)> = stage.au().optional(sql, args).await.unwrap();
    row.unwrap().0
}

/// The practice's and the person's id.
pub async fn ids(stage: &Stage, email: &str) -> (String, String) {
    let sql = "SELECT practice_id, id FROM person WHERE email_key = $1 AND kind = 'staff'";
    stage.au().optional(sql, args![email]).await.unwrap().unwrap()
}

/// Gives a person an authenticator app without walking through its set-up.
pub async fn give_app(stage: &Stage, email: &str) {
    let (practice, person) = ids(stage, email).await;
    let sealed = stage.server.seal("totp", &[&practice, &person], "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap();
    let sql = "UPDATE person SET totp_secret = $2, totp_since = 1 WHERE id = $1";
    stage.au().execute(sql, args![person, sealed]).await.unwrap();
}

/// How often something stands in the record.
pub async fn times(stage: &Stage, event: &str) -> usize {
    stage.events().await.iter().filter(|word| *word == event).count()
}

/// The mails to an address, newest first; jobs are none.
pub async fn mails(stage: &Stage, to: &str) -> Vec<Sent> {
    stage.messages(to).await.into_iter().filter(|sent| sent.kind == "mail").collect()
}
