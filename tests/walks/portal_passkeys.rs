//! Fingerprint and face for clients (C10, C11): offered after the first link, one press from then on.

use portico::args;

use crate::support::authenticator::{Authenticator, Spoil, make_passkey, options_of, send};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, asked, code_of, link_of, newest, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, log_in};
use crate::walk;

const FAMILY: &str = "family@example.com";

/// Asks as a browser whose script found that it can keep passkeys, and opens the link; `more` is ticked as well.
async fn by_mail_able(stage: &Stage, browser: &mut Browser, email: &str, more: &[(&str, &str)]) {
    let fields = [&[("email", email), ("passkey_able", "1")], more].concat();
    browser.open("/portal?then=%2Fme%3Fa%3D1").await.submit_to("/portal", &fields).await;
    stage.deliver().await;
    let link = link_of(&newest(stage, email).await);
    browser.open(&link).await.submit_to(&link, &[]).await;
}

/// Presses "Sign in with a passkey" on the portal's page.
pub(super) async fn press(browser: &mut Browser, phone: &mut Authenticator, more: &[(&str, &str)]) {
    browser.lose_session();
    browser.open("/portal").await;
    let (options, origin) = options_of(browser);
    let credential = phone.show(&options, &origin);
    send(browser, &credential, more).await;
}

/// Jo signs in by mail and makes a passkey.
pub(super) async fn jo_with_passkey(stage: &Stage, phone: &mut Authenticator) -> Browser {
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    make_passkey(&mut jo, phone).await;
    jo.is_at("/me/passkeys").sees("Sign in with a passkey");
    stage.wait(61);
    jo
}

/// The short id of the only passkey there is.
pub(super) async fn the_passkey(stage: &Stage) -> String {
    let row: Option<(String,)> = stage.au().optional("SELECT short_id FROM passkey", args![]).await.unwrap();
    row.unwrap().0
}

// "Is there any way to utilize fingerprints for login as a potential option?"
walk!(sadie_fingerprint, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await.sees("Sign in with a passkey");
    by_mail_able(&stage, &mut jo, JO, &[]).await;
    jo.is_at("/me/passkeys/offer").sees("Use your fingerprint or face next time?").sees("Not now");
    let (options, origin) = options_of(&jo);
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["user"]["name"], "Jo Lindqvist (client)");
    let mut phone = Authenticator::synced();
    let credential = phone.make(&options, &origin);
    send(&mut jo, &credential, &[]).await;
    jo.sees("Name your passkey");
    jo.submit(&[("name", "My phone")]).await;
    assert_eq!(jo.path, "/me?a=1", "on to where Jo wanted to go");
    jo.submit_to("/log-out", &[]).await.is_at("/portal");
    stage.wait(3600);
    // One press from then on, here and on another device that has the same passkeys; no mail is asked for.
    let before = stage.messages(JO).await.len();
    press(&mut jo, &mut phone, &[]).await;
    jo.is_at("/me")
        .sees("Jo Lindqvist")
        .sees("You used a passkey.")
        .sees("Exit quickly")
        .misses("Somebody can sign in");
    assert_eq!(stage.messages(JO).await.len(), before);
    let mut tablet = stage.browser().from("198.51.100.7");
    tablet.open("/portal?then=%2Fme%2Fpasskeys").await;
    let (options, origin) = options_of(&tablet);
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 0, "nobody learns who has one");
    let credential = phone.show(&options, &origin);
    send(&mut tablet, &credential, &[("keep", "1")]).await;
    tablet.is_at("/me/passkeys").sees("My phone").sees("Each of these signs you in").misses("password");
    assert_eq!(stage.messages(JO).await[0].about, "signed-in-new-browser-client", "a browser never seen is told of");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session WHERE kept = 1", args![]).await, 1);
    assert_eq!(times(&stage, "passkey-added").await, 1);
    assert!(stage.messages(JO).await.iter().all(|sent| sent.about != "passkey-added"), "no mail tells of a passkey");
});

walk!(a_passkey_is_offered_to_a_client_once_and_only_where_it_fits, |stage| {
    let mut jo = stage.browser();
    by_mail_able(&stage, &mut jo, JO, &[]).await;
    jo.is_at("/me/passkeys/offer");
    jo.submit_to("/me/passkeys/offer", &[("do", "later")]).await;
    assert_eq!(jo.path, "/me?a=1");
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    by_mail_able(&stage, &mut jo, JO, &[]).await;
    jo.is_at("/me");
    // A device that others use too, and a browser that said nothing of itself.
    stage.wait(61);
    let mut shared = stage.browser();
    by_mail_able(&stage, &mut shared, JO, &[("shared", "1")]).await;
    shared.is_at("/me");
    stage.wait(61);
    let mut silent = stage.browser();
    sign_in(&stage, &mut silent, JO).await;
    silent.is_at("/me");
    // "Don't ask again" holds everywhere.
    stage.wait(61);
    let mut other = stage.browser();
    by_mail_able(&stage, &mut other, JO, &[]).await;
    other.is_at("/me/passkeys/offer");
    other.submit_to("/me/passkeys/offer", &[("do", "never")]).await;
    stage.wait(61);
    let mut third = stage.browser();
    by_mail_able(&stage, &mut third, JO, &[]).await;
    third.is_at("/me");
});

// Where the link is opened on the phone, the phone is the one to ask.
walk!(a_code_typed_on_the_phone_leads_to_the_offer_there, |stage| {
    let (mut laptop, mut phone) = (stage.browser(), stage.browser());
    let mail = asked(&stage, &mut laptop, JO).await;
    let link = link_of(&mail);
    phone.open(&link).await;
    let fields = [("code", code_of(&mail)), ("passkey_able", "1".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    phone.submit_to(&format!("{link}/code"), &fields).await.is_at("/me/passkeys/offer");
});

walk!(a_passkey_is_renamed_and_deleted, |stage| {
    let (mut phone, mut key) = (Authenticator::synced(), Authenticator::security_key());
    let mut jo = jo_with_passkey(&stage, &mut phone).await;
    make_passkey(&mut jo, &mut key).await;
    jo.open("/me/passkeys").await.sees("iCloud Keychain").sees("Security key").misses("New to this browser");
    let rename = jo.link("Rename Security key");
    jo.open(&rename).await.submit(&[("name", "Blue key")]).await.sees("Blue key");
    let delete = jo.link("Delete Blue key");
    jo.open(&delete).await.sees("Your other passkeys go on working");
    jo.submit_to(&delete, &[]).await.is_at("/me/passkeys");
    let last = jo.link("Delete iCloud Keychain");
    jo.open(&last).await.sees("From then on you sign in with a link by email");
    jo.submit_to(&last, &[]).await;
    jo.sees("No passkey yet.");
    press(&mut jo, &mut phone, &[]).await;
    jo.sees("That passkey didn't get you in").misses("Jo Lindqvist");
    assert!(jo.html.contains("data-passkey-unknown"), "the browser may forget it");
    stage.wait(61);
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me").sees("No passkey yet.");
    jo.open("/me/privacy").await.sees("Jo Lindqvist deleted a passkey");
    assert!(stage.messages(JO).await.iter().all(|sent| !sent.about.starts_with("passkey")));
});

// One mailbox, two people, two passkeys on one device: each opens their own.
walk!(a_couple_has_a_passkey_each, |stage| {
    let mut phone = Authenticator::synced();
    for name in ["Robin Ashworth", "Kim Ashworth"] {
        let id = add_client(&stage, name, FAMILY).await;
        let mut browser = stage.browser();
        sign_in(&stage, &mut browser, FAMILY).await;
        if browser.path.starts_with("/portal/who") {
            browser.submit(&[("person", &id)]).await;
        }
        browser.is_at("/me").sees(name);
        make_passkey(&mut browser, &mut phone).await;
        stage.wait(61);
    }
    assert_ne!(phone.passkeys[0].user, phone.passkeys[1].user);
    for (at, name) in ["Robin Ashworth", "Kim Ashworth"].iter().enumerate() {
        let mut browser = stage.browser();
        browser.open("/portal").await;
        let (options, origin) = options_of(&browser);
        let credential = phone.show_this(at, &options, &origin);
        send(&mut browser, &credential, &[]).await;
        browser.is_at("/me").sees(name);
        // Fresh proof by mail is for the one whose session it is, and never for the other.
        assert_eq!(number(&stage, "SELECT COUNT(*) FROM passkey", args![]).await, 2);
    }
});

// Unknown, deleted, staff's, of a client whose access is off, spoiled: one answer; and staff's door takes no client's.
walk!(whatever_is_wrong_gets_one_answer, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    ask_no_second(&stage).await;
    let mut staff = Authenticator::synced();
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut staff).await;
    let mut stranger = Authenticator::synced();
    let mut page = stage.browser();
    page.open("/portal").await;
    let (mut options, origin) = options_of(&page);
    options["rp"] = serde_json::json!({ "id": options["rpId"] });
    options["user"] = serde_json::json!({ "id": "AAAA" });
    options["excludeCredentials"] = serde_json::json!([]);
    stranger.make(&options, &origin);
    let mut spoiled = Authenticator { spoil: Spoil::Signature, ..phone.clone() };
    let mut unverified = Authenticator { flags: phone.flags & !4, ..phone.clone() };
    let mut answers = vec![];
    for device in [&mut staff, &mut stranger, &mut spoiled, &mut unverified] {
        let mut browser = stage.browser().from("198.51.100.7");
        press(&mut browser, device, &[]).await;
        answers.push((browser.status, browser.text()));
        assert!(!browser.cookies.contains_key("__Host-session"));
    }
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE kind = 'client'", args![]).await.unwrap();
    let mut closed = stage.browser().from("198.51.100.7");
    press(&mut closed, &mut phone, &[]).await;
    answers.push((closed.status, closed.text()));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    assert_eq!(answers[0].0, 422);
    stage.au().execute("UPDATE person SET closed_at = NULL WHERE kind = 'client'", args![]).await.unwrap();
    let mut browser = stage.browser().from("198.51.100.7");
    crate::support::authenticator::log_in_by_passkey(&mut browser, &mut phone, &[]).await;
    browser.is_at("/sign-in/passkey").sees("That passkey didn't get you in");
    // The honest one, whatever strangers have tried.
    press(&mut browser, &mut phone, &[]).await;
    browser.is_at("/me").sees("Jo Lindqvist");
});

// An answer for one door or purpose is none for another, and counts once.
walk!(an_answer_is_for_one_door_and_once, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let mut browser = stage.browser();
    browser.open("/portal").await;
    let (options, origin) = options_of(&browser);
    let credential = phone.show(&options, &origin);
    let form = |ceremony: &str, browser: &Browser| {
        let fields = [("csrf", browser.hidden("csrf").as_str()), ("ceremony", ceremony), ("credential", &credential)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        fields.to_vec()
    };
    let ceremony = browser.hidden("ceremony");
    let fields = form(&ceremony, &browser);
    browser.post("/sign-in/passkey", &fields).await;
    assert!(!browser.cookies.contains_key("__Host-session"));
    browser.post("/portal/passkey", &fields).await;
    assert_eq!(browser.answered["location"], "/me");
    let mut again = stage.browser();
    again.open("/portal").await;
    let fields = form(&ceremony, &again);
    again.post("/portal/passkey", &fields).await;
    assert!(!again.cookies.contains_key("__Host-session"), "another browser's question");
    browser.lose_session();
    browser.open("/portal").await;
    let fields = form(&ceremony, &browser);
    browser.post("/portal/passkey", &fields).await;
    assert_eq!(browser.status, 422, "answered before");
});

walk!(the_button_without_a_passkey_is_no_dead_end, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal?then=%2Fme%3Fa%3D1").await.submit_to("/portal/passkey", &[]).await.is_at("/portal/passkey/none");
    jo.sees("A passkey has to be made once").sees("Exit quickly");
    assert_eq!(jo.link("Sign in by email"), "/portal?then=%2Fme%3Fa%3D1");
});

// C11: idle on a kept device, one press.
walk!(a_locked_session_opens_with_the_passkey, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let mut jo = stage.browser();
    press(&mut jo, &mut phone, &[("keep", "1")]).await;
    jo.is_at("/me");
    jo.close();
    stage.wait(3 * 86_400);
    jo.open("/me?x=1").await.is_at("/portal/locked").sees("your passkey opens it").sees("Email me a link");
    let (options, origin) = options_of(&jo);
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
    let mut wrong = Authenticator { spoil: Spoil::Signature, ..phone.clone() };
    let credential = wrong.show(&options, &origin);
    send(&mut jo, &credential, &[]).await;
    jo.is_at("/portal/locked/passkey").sees("That passkey wasn't accepted");
    let (options, origin) = options_of(&jo);
    let credential = phone.show(&options, &origin);
    send(&mut jo, &credential, &[]).await;
    assert_eq!(jo.path, "/me?x=1");
    assert_eq!(times(&stage, "unlocked").await, 1);
    // A client's locked session is not opened at staff's page.
    stage.wait(3 * 86_400);
    jo.open("/portal/locked").await;
    let token = jo.hidden("csrf");
    jo.post("/locked/passkey", &[("csrf".into(), token)]).await;
    assert_eq!(jo.status, 404);
});

// A page that was open too long says so and keeps what was ticked.
walk!(an_old_page_begins_again, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let mut jo = stage.browser();
    jo.open("/portal").await;
    let (options, origin) = options_of(&jo);
    let credential = phone.show(&options, &origin);
    stage.wait(301);
    send(&mut jo, &credential, &[("shared", "1")]).await;
    jo.sees("This page was open for too long").sees("Other people use this device");
    assert!(jo.html.contains("name=\"shared\" value=\"1\" checked"));
    let (options, origin) = options_of(&jo);
    let credential = phone.show(&options, &origin);
    send(&mut jo, &credential, &[("shared", "1")]).await;
    jo.is_at("/me");
    assert!(!jo.cookies.contains_key("__Host-passkeys"), "a shared device remembers nothing");
    jo.misses("Somebody can sign in as you");
});

// The same answer a hundred times at once is one sign-in.
walk!(a_hundred_answers_at_the_portal_start_one_session, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let before = number(&stage, "SELECT COUNT(*) FROM session", args![]).await;
    let mut browser = stage.browser();
    browser.open("/portal").await;
    let (options, origin) = options_of(&browser);
    let credential = phone.show(&options, &origin);
    let fields =
        [("csrf", browser.hidden("csrf")), ("ceremony", browser.hidden("ceremony")), ("credential", credential)]
            .map(|(name, value)| (name.to_owned(), value));
    let all = (0..100).map(|_| {
        let (mut one, fields) = (browser.clone(), fields.clone());
        tokio::spawn(async move {
            one.post("/portal/passkey", &fields).await;
            one.status
        })
    });
    let mut inside = 0;
    for one in all.collect::<Vec<_>>() {
        inside += usize::from(one.await.unwrap().as_u16() == 303);
    }
    assert_eq!(inside, 1);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session", args![]).await, before + 1);
});

// The practice's choice: nothing is offered and no new one is made, but nobody who has one is shut out.
walk!(a_practice_may_offer_none, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let pat = add_client(&stage, "Pat Lee", "pat@example.com").await;
    stage.au().execute("UPDATE practice SET client_passkeys = 0", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let mut browser = stage.browser();
    by_mail_able(&stage, &mut browser, "pat@example.com", &[]).await;
    browser.is_at("/me").sees("Pat Lee").misses("passkey");
    browser.open("/me/privacy").await.misses("Make my passkeys");
    for path in ["/me/passkeys/new", "/me/passkeys/offer"] {
        browser.open(path).await.misses("Create a passkey");
    }
    browser.post("/me/passkeys/new", &[("csrf".into(), browser.hidden("csrf"))]).await;
    assert_eq!(browser.answered["location"], "/me/passkeys?done=not-offered");
    let made = "SELECT COUNT(*) FROM passkey WHERE person_id = $1";
    assert_eq!(number(&stage, made, args![pat]).await, 0);
    let mut jo = stage.browser();
    press(&mut jo, &mut phone, &[]).await;
    jo.is_at("/me").sees("1 passkey").misses("Create a passkey");
    jo.open("/me/passkeys").await.sees("Delete").misses("Create a passkey");
});
