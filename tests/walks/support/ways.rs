//! Short ways to where a walk begins. What the short way skips has walks of its own.

use portico::args;
use portico::platform::door::background_visit;
use portico::platform::secret;
use portico::platform::web::Visit;
use portico::sign_in::person::{self, Person};
use portico::sign_in::step::Factor;
use portico::sign_in::{self, Start};

use super::browser::Browser;
use super::stage::Stage;

pub const SAM: (&str, &str) = ("sam@example.com", "copper-kettle-meadow-19");
pub const ALEX: (&str, &str) = ("alex@example.com", "lantern-orchard-72-violin");

/// Logs in on the page, with or without the tick.
pub async fn log_in(browser: &mut Browser, who: (&str, &str), keep: bool) {
    browser.open("/sign-in").await;
    let mut fields = vec![("email", who.0), ("password", who.1)];
    if keep {
        fields.push(("keep", "1"));
    }
    browser.submit(&fields).await;
}

/// A second step is asked of nobody at Harbour Physio, administrators included.
pub async fn ask_no_second(stage: &Stage) {
    let sql = "UPDATE practice SET admins_second_from = NULL, everyone_second_from = NULL";
    stage.au().execute(sql, args![]).await.unwrap();
    stage.wait(5);
}

/// The person has an authenticator app from now on.
pub async fn give_app(stage: &Stage, email: &str) {
    let person = somebody(stage, email).await;
    let practice = practice_id(stage).await;
    let sealed = stage.server.seal("totp", &[&practice, &person.id], "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").unwrap();
    let sql = "UPDATE person SET totp_secret = $3, totp_since = $4 WHERE practice_id = $1 AND id = $2";
    stage.au().execute(sql, args![practice, person.id, sealed, stage.now()]).await.unwrap();
}

pub async fn practice_id(stage: &Stage) -> String {
    let sql = "SELECT id FROM practice WHERE slug = 'harbour-physio'";
    let row: Option<(String,)> = stage.au().optional(sql, args![]).await.unwrap();
    row.unwrap().0
}

/// Staff or client of Harbour Physio by address.
pub async fn somebody(stage: &Stage, email: &str) -> Person {
    let practice = practice_id(stage).await;
    let sql = "SELECT id FROM person WHERE practice_id = $1 AND email_key = $2";
    let row: Option<(String,)> = stage.au().optional(sql, args![&practice, email]).await.unwrap();
    person::by_id(stage.au(), &practice, &row.unwrap().0).await.unwrap().unwrap()
}

/// A visit at Harbour Physio that no browser makes.
pub async fn visit(stage: &Stage) -> Visit {
    let region = stage.server.region("au").unwrap();
    let practice = region.practices.by_slug(&region.db, "au", "harbour-physio", stage.now()).await.unwrap().unwrap();
    background_visit(&stage.server, practice).unwrap()
}

/// Lets a person in by these proofs, whatever pages they stand on, and gives the browser the session.
pub async fn let_in(stage: &Stage, browser: &mut Browser, email: &str, proofs: &[Factor], keep: bool) {
    let (visit, person) = (visit(stage).await, somebody(stage, email).await);
    let mut tx = stage.au().write().await.unwrap();
    let start = Start { person_id: &person.id, goal: "sign-in", then_path: "/me", keep, ..Start::default() };
    let attempt = sign_in::start(&visit, &mut tx, &start).await.unwrap();
    for factor in proofs {
        sign_in::proved(&visit, &mut tx, &attempt, *factor).await.unwrap();
    }
    let answer = sign_in::advance(&visit, tx, &attempt).await.unwrap();
    assert_eq!(answer.headers()["location"], "/me", "these proofs let nobody in");
    let token = visit.new_token();
    let sql = "UPDATE session SET token_hash = $2 WHERE id = (SELECT id FROM session WHERE person_id = $1 ORDER BY id DESC LIMIT 1)";
    stage.au().execute(sql, args![person.id, secret::hash_token(&token)]).await.unwrap();
    browser.cookies.insert("__Host-session".into(), token);
}

/// The ids of a person's living sessions, the oldest first.
pub async fn sessions_of(stage: &Stage, email: &str) -> Vec<String> {
    let person = somebody(stage, email).await;
    let sql = "SELECT id FROM session WHERE person_id = $1 AND ended_at IS NULL ORDER BY id";
    let rows: Vec<(String,)> = stage.au().all(sql, args![person.id]).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// The ids of a person's recognised devices, the oldest first.
pub async fn devices_of(stage: &Stage, email: &str) -> Vec<String> {
    let person = somebody(stage, email).await;
    let sql = "SELECT id FROM device WHERE person_id = $1 AND ended_at IS NULL ORDER BY id";
    let rows: Vec<(String,)> = stage.au().all(sql, args![person.id]).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}
