//! Pages with a passkey's button that were open overnight, in a browser that was opened anew, or in two tabs at once: one press
//! still does, and what the script asks for has no power of its own.

use serde_json::Value;

use super::support::authenticator::{Authenticator, make_passkey};
use super::support::browser::Browser;
use super::support::stage::Stage;
use super::support::ways::{SAM, ask_no_second, log_in};
use super::walk;

const NIGHT: i64 = 13 * 3600;

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// What the page's script asks for: fresh options for the page that the browser shows.
async fn ask_anew(page: &Browser, browser: &mut Browser) -> Value {
    let fields = [field("csrf", &page.hidden("csrf")), field("ceremony", &page.hidden("ceremony"))];
    browser.post("/passkey/options", &fields).await;
    assert_eq!(browser.status, 200, "{}", browser.html);
    serde_json::from_str(&browser.html).unwrap()
}

/// And what it sends then.
async fn press(browser: &mut Browser, action: &str, anew: &Value, phone: &mut Authenticator) {
    let credential = phone.show(&anew["options"], &format!("http://{}", browser.host));
    let csrf = anew["hidden"]["csrf"].as_str().unwrap();
    let ceremony = anew["ceremony"].as_str().unwrap();
    let fields = [field("csrf", csrf), field("ceremony", ceremony), field("credential", &credential)];
    browser.post(action, &fields).await;
    browser.follow().await;
}

async fn phone_of_sam(stage: &Stage) -> Authenticator {
    ask_no_second(stage).await;
    let (mut sam, mut phone) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut phone).await;
    phone
}

// AC-056: reception's page in the morning.
walk!(a_door_left_open_overnight_takes_a_passkey, |stage| {
    let mut phone = phone_of_sam(&stage).await;
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    let page = sam.clone();
    stage.wait(NIGHT);
    let anew = ask_anew(&page, &mut sam).await;
    press(&mut sam, "/sign-in/passkey", &anew, &mut phone).await;
    sam.is_at("/me");
});

walk!(a_session_that_locked_overnight_opens_with_one_touch, |stage| {
    let mut phone = phone_of_sam(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/sign-in/passkey");
    let (options, origin) = super::support::authenticator::options_of(&sam);
    let credential = phone.show(&options, &origin);
    super::support::authenticator::send(&mut sam, &credential, &[]).await;
    sam.is_at("/me");
    stage.wait(3601);
    sam.open("/locked?then=%2Fme%2Fname").await.is_at("/locked");
    let page = sam.clone();
    stage.wait(NIGHT);
    let anew = ask_anew(&page, &mut sam).await;
    assert_eq!(anew["options"]["allowCredentials"].as_array().unwrap().len(), 1);
    press(&mut sam, "/locked/passkey", &anew, &mut phone).await;
    sam.is_at("/me");
    // Begun in another session, or in none, there is nothing.
    let mut nobody = page.clone();
    nobody.lose_session();
    let fields = [field("csrf", &page.hidden("csrf")), field("ceremony", &page.hidden("ceremony"))];
    nobody.post("/passkey/options", &fields).await;
    assert_eq!(nobody.status, 409);
});

walk!(a_browser_opened_anew_and_a_second_tab_take_a_passkey, |stage| {
    let mut phone = phone_of_sam(&stage).await;
    for (door, action) in [("/sign-in", "/sign-in/passkey"), ("/portal", "/portal/passkey")] {
        // The cookie went with the browser, the tab came back.
        let mut sam = stage.browser();
        sam.open(door).await;
        let page = sam.clone();
        sam.close();
        stage.wait(3600);
        let anew = ask_anew(&page, &mut sam).await;
        press(&mut sam, action, &anew, &mut phone).await;
        assert_eq!(sam.path == "/me", door == "/sign-in", "{}", sam.text());
        // Two tabs at once in a new browser: the last one's cookie stays.
        let (mut sam, mut tab) = (stage.browser(), stage.browser());
        sam.open(door).await;
        tab.open(door).await;
        let page = sam.clone();
        sam.cookies.clone_from(&tab.cookies);
        let anew = ask_anew(&page, &mut sam).await;
        press(&mut sam, action, &anew, &mut phone).await;
        assert_eq!(sam.path == "/me", door == "/sign-in", "{}", sam.text());
    }
});

// A page inside goes by its own person's proof, so it is loaded again.
walk!(a_page_that_makes_passkeys_is_loaded_again, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me/passkeys/new").await;
    let fields = [field("csrf", &sam.hidden("csrf")), field("ceremony", &sam.hidden("ceremony"))];
    assert!(sam.html.contains("<a href=\"/me/passkeys/new\">Load the page again</a>"), "{}", sam.html);
    stage.wait(NIGHT);
    sam.post("/passkey/options", &fields).await;
    assert_eq!(sam.status, 409);
});

// Asked from elsewhere, the new values are not to be had.
walk!(only_our_own_page_asks_anew, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    let fields = [field("csrf", &sam.hidden("csrf")), field("ceremony", &sam.hidden("ceremony"))];
    stage.wait(NIGHT);
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let mut there = sam.clone();
        there.headers = vec![(name.into(), value.into())];
        there.post("/passkey/options", &fields).await;
        assert_eq!(there.status, 403, "{name}");
        assert!(!there.html.contains("challenge"));
    }
});
