//! Short ways for walks of clients.

use portico::args;
use portico::platform::world::new_id;

use super::browser::Browser;
use super::stage::{Sent, Stage, code_in, link_in};
use super::ways::practice_id;

pub const JO: &str = "jo@example.com";

/// A client or contact of Harbour Physio; answers the id.
pub async fn add_client(stage: &Stage, name: &str, email: &str) -> String {
    let id = new_id(&*stage.server.world);
    let sql = "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
               VALUES ($1, $2, 'client', 'client', $3, $4, $4, $5, $5)";
    stage.au().execute(sql, args![practice_id(stage).await, &id, name, email, stage.now()]).await.unwrap();
    id
}

/// Asks for a mail on the page; the outbox has not been worked yet.
pub async fn ask(browser: &mut Browser, email: &str) {
    browser.open("/portal").await.submit_to("/portal", &[("email", email)]).await;
    browser.is_at("/portal/sent");
}

/// Asks, and has the mail delivered.
pub async fn asked(stage: &Stage, browser: &mut Browser, email: &str) -> Sent {
    ask(browser, email).await;
    stage.deliver().await;
    newest(stage, email).await
}

/// The newest mail with a link to an address.
pub async fn newest(stage: &Stage, email: &str) -> Sent {
    let mails = stage.messages(email).await;
    mails.into_iter().find(|sent| sent.about == "portal-link").expect("a mail with a link")
}

/// The path of the link in a mail.
pub fn link_of(mail: &Sent) -> String {
    let path = link_in(&mail.text);
    assert!(path.starts_with("/link/"), "{path}");
    path
}

/// The code in a mail: the only line of six digits.
pub fn code_of(mail: &Sent) -> String {
    let line = mail.text.lines().find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    code_in(line.expect("a code on its own line"))
}

/// A code that is not this one.
pub fn wrong_code(right: &str) -> String {
    if right == "111111" { "222222".into() } else { "111111".into() }
}

/// Signs in with the link, in the browser that asked.
pub async fn sign_in(stage: &Stage, browser: &mut Browser, email: &str) {
    let mail = asked(stage, browser, email).await;
    let link = link_of(&mail);
    browser.open(&link).await.submit_to(&link, &[]).await;
}

/// The number that the asking browser shows.
pub fn number_on(browser: &Browser) -> String {
    let piece = browser.html.split("<p class=\"number\">").nth(1).expect("a number on the page");
    piece.split('<').next().unwrap().to_owned()
}
