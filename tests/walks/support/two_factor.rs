//! People with an authenticator app, for every walk that needs one.

use data_encoding::BASE32_NOPAD;
use portico::factors::totp_code;

use super::browser::Browser;
use super::stage::{Stage, code_in};

pub const SAM: &str = "sam@example.com";
pub const SAMS_PASSWORD: &str = "copper-kettle-meadow-19";
pub const ALEX: &str = "alex@example.com";
pub const ALEXS_PASSWORD: &str = "lantern-orchard-72-violin";

/// Signs Sam in, turns 2 factor authentication on, and answers the secret of the app. The codes are on the page shown.
pub async fn enrol(browser: &mut Browser, stage: &Stage) -> Vec<u8> {
    enrol_as(browser, stage, SAM, SAMS_PASSWORD).await
}

/// As [`enrol`], for anybody who has no app yet; whoever must have one sets it up inside the sign-in.
pub async fn enrol_as(browser: &mut Browser, stage: &Stage, email: &str, password: &str) -> Vec<u8> {
    log_in(browser, email, password).await;
    let base = if browser.path.starts_with("/sign-in/set-up") { "/sign-in/set-up" } else { "/me/two-factor" };
    let secret = scan(browser, stage, base).await;
    browser.submit(&[("code", &code(stage, &secret))]).await.sees("2 factor authentication is on");
    secret
}

/// Email and password at the sign-in page; whatever comes next is shown.
pub async fn log_in(browser: &mut Browser, email: &str, password: &str) {
    browser.open("/sign-in").await.submit(&[("email", email), ("password", password)]).await;
}

/// The first three steps of the set-up with the number on file; the page of the fourth is shown.
pub async fn scan(browser: &mut Browser, stage: &Stage, base: &str) -> Vec<u8> {
    browser.open(base).await.submit(&[("do", "same")]).await;
    if browser.path.ends_with("/mobile-code") {
        let texts = text_messages(stage).await;
        browser.submit(&[("code", &code_in(&texts[0]))]).await;
    }
    browser.is_at(&format!("{base}/app"));
    browser.open(&browser.link("I have an app")).await.sees("Enter key manually");
    let secret = key_on(browser);
    browser.open(&browser.link("Continue")).await.sees("Verification code");
    secret
}

/// The key as it stands on the page, as an app reads it.
pub fn key_on(browser: &Browser) -> Vec<u8> {
    let key = browser.html.split("<code class=\"key\">").nth(1).unwrap().split("</code>").next().unwrap();
    let key = key.replace("<span>", "").replace("</span>", "").replace(' ', "");
    BASE32_NOPAD.decode(key.as_bytes()).unwrap()
}

/// The codes on the page, as printed.
pub fn backup_codes_on(browser: &Browser) -> Vec<String> {
    let list = browser.html.split("<ol class=\"codes\">").nth(1).unwrap_or_default().split("</ol>").next().unwrap();
    list.split("<code>").skip(1).map(|piece| piece.split("</code>").next().unwrap().to_owned()).collect()
}

/// What the app shows now.
pub fn code(stage: &Stage, secret: &[u8]) -> String {
    totp_code::code(secret, totp_code::step_at(stage.now()))
}

/// What the app shows after half a minute, which is waited for.
pub fn next_code(stage: &Stage, secret: &[u8]) -> String {
    stage.wait(30);
    code(stage, secret)
}

/// A code that the app shows neither now nor a step away.
pub fn wrong_code(stage: &Stage, secret: &[u8]) -> String {
    let step = totp_code::step_at(stage.now());
    let right: Vec<String> = (step - 1..=step + 1).map(|step| totp_code::code(secret, step)).collect();
    (0..10).map(|n| format!("{n}{n}{n}{n}{n}{n}")).find(|code| !right.contains(code)).unwrap()
}

/// Every text message of Harbour Physio's region, newest first.
pub async fn text_messages(stage: &Stage) -> Vec<String> {
    let mut texts = vec![];
    let numbers: Vec<(String, String, String, Option<String>)> = stage
        .au()
        .all("SELECT practice_id, id, recipient, person_id FROM outbox WHERE kind = 'text' ORDER BY created_at DESC, id DESC", vec![])
        .await
        .unwrap();
    for (practice, id, recipient, person) in numbers {
        let whose = [practice.as_str(), id.as_str(), person.as_deref().unwrap_or("")];
        let to = stage.server.open("outbox to", &whose, &recipient).unwrap();
        if texts.is_empty() {
            texts
                .extend(stage.messages(&to).await.into_iter().filter(|sent| sent.kind == "text").map(|sent| sent.text));
        }
    }
    texts
}

/// How often an event is in the record.
pub async fn count(stage: &Stage, event: &str) -> usize {
    stage.events().await.iter().filter(|word| *word == event).count()
}

pub fn is_in(browser: &Browser) -> bool {
    browser.cookies.contains_key("__Host-session")
}

/// All these browsers submit their page's form with the same code at the same time; they come back as they then are.
pub async fn all_at_once(browsers: Vec<Browser>, code: &str) -> Vec<Browser> {
    let sending: Vec<_> = browsers
        .into_iter()
        .map(|mut browser| {
            let code = code.to_owned();
            tokio::spawn(async move {
                browser.submit(&[("code", &code)]).await;
                browser
            })
        })
        .collect();
    let mut back = vec![];
    for one in sending {
        back.push(one.await.unwrap());
    }
    back
}

/// A hundred half-finished sign-ins of Sam at that page: twenty of them, each open in five tabs, on two nodes.
pub async fn a_hundred_at(stage: &Stage, path: &str) -> Vec<Browser> {
    let (mut all, other) = (vec![], stage.second_node().await);
    for number in 0..20 {
        let mut browser = stage.browser();
        log_in(&mut browser, SAM, SAMS_PASSWORD).await;
        if number % 2 == 1 {
            browser.go_to_node(other.clone());
        }
        browser.open(path).await.is_at(path);
        all.extend(std::iter::repeat_n(browser, 5));
    }
    all
}

/// The code in the newest text message to a number.
pub async fn code_in_text(stage: &Stage, number: &str) -> String {
    code_in(&stage.messages(number).await.into_iter().find(|sent| sent.kind == "text").expect("a text message").text)
}
