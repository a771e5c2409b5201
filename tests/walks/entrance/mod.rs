//! The door that knows no practice: asking, the mail, the code, the link, and what strangers learn.

mod again;
mod arriving;
mod leaving;
mod limits;
mod list;
mod older;
mod remembered;
mod shared;
mod silence;
mod wire;
mod wire_lies;

use axum::http::Method;
use portico::entrance::worker;
use portico::notices::carriers::Carriers;
use portico::notices::mailbox::Kept;

use crate::support::browser::Browser;
use crate::support::stage::Stage;

const HOST: &str = "localhost:8080";

fn browser(stage: &Stage) -> Browser {
    stage.browser_at(HOST)
}

/// Asks at the entrance, and lets the mail be made and delivered.
async fn ask(stage: &Stage, browser: &mut Browser, email: &str) {
    browser.open("/").await.submit(&[("email", email)]).await.is_at("/find");
    deliver(stage).await;
}

async fn deliver(stage: &Stage) {
    worker::work(&stage.server).await.unwrap();
    stage.deliver().await;
}

/// What arrived at an address, the newest first.
fn mails(stage: &Stage, to: &str) -> Vec<Kept> {
    let all = stage.server.kept::<Carriers>().unwrap().mailbox().unwrap().list(to);
    all.into_iter().filter(|kept| kept.about.starts_with("find-")).collect()
}

/// The path of the link back to the entrance.
fn link(mail: &Kept) -> String {
    let url = mail.text.lines().find(|line| line.contains("/find/")).expect("a link back");
    url.trim().split_once("localhost:8080").unwrap().1.to_owned()
}

/// Follows a link of the list to another host, as a browser does: the cookies of that host are its own.
async fn follow_to(stage: &Stage, href: &str) -> Browser {
    let rest = href.split_once("://").unwrap().1;
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut there = stage.browser_at(host);
    there.send(Method::GET, path, None).await;
    there.follow().await;
    there
}
