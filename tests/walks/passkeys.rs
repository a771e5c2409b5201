//! Passkeys as people live with them: made, shown, named, deleted.

use super::support::authenticator::{
    Authenticator, BE, BS, UP, UV, action_of, log_in_by_passkey, make_passkey, options_of, send,
};
use super::support::browser::Browser;
use super::support::desk;
use super::support::stage::Stage;
use super::support::ways::{ALEX, SAM, ask_no_second, devices_of, give_app, log_in, sessions_of, somebody};
use super::walk;

/// Sam, logged in by password, with a passkey in this authenticator.
async fn sam_with_passkey(stage: &Stage, authenticator: &mut Authenticator) -> Browser {
    ask_no_second(stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, authenticator).await;
    sam
}

walk!(a_passkey_is_made_named_and_logs_in, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.sees("No passkey yet.").sees("Create a passkey");
    let mut phone = Authenticator::synced();
    let path = sam.link("Create a passkey");
    sam.open(&path).await.sees("Create a passkey");
    let (options, origin) = options_of(&sam);
    assert_eq!(options["rp"]["id"], "harbour-physio.au.localhost");
    assert_eq!(options["user"]["id"].as_str().unwrap().len(), 86, "64 random bytes");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(options["attestation"], "none");
    let credential = phone.make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    assert_eq!(sam.hidden("name"), "iCloud Keychain", "the name of its maker is offered");
    sam.submit(&[("name", "  My   phone ")]).await.is_at("/me/passkeys");
    sam.sees("My phone").sees("Kept by iCloud Keychain.").sees("Synced").sees("Not used yet").sees("21 November 2026");
    let mails = stage.messages(SAM.0).await;
    assert_eq!(mails[0].about, "passkey-added");
    assert!(mails[0].text.contains("iCloud Keychain") && mails[0].text.contains("/not-me/"));

    let mut elsewhere = stage.browser().from("198.51.100.7");
    elsewhere.open("/sign-in?then=%2Fme%2Fpasskeys").await.sees("Log in with a passkey");
    let (options, origin) = options_of(&elsewhere);
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 0, "nobody learns who has one");
    let credential = phone.show(&options, &origin);
    send(&mut elsewhere, &credential, &[]).await;
    elsewhere.is_at("/me/passkeys").sees("Last used 21 November 2026");
    elsewhere.open("/me").await.sees("You used a passkey.").sees("Manage passkeys");
    assert_eq!(stage.messages(SAM.0).await[0].about, "signed-in-new-browser", "a new browser is told of");
    let events = stage.events().await;
    assert!(events.contains(&"passkey-added".to_owned()) && events.contains(&"signed-in-new-browser".to_owned()));
});

walk!(a_passkey_needs_no_code_and_keeps_the_browser, |stage| {
    let mut key = Authenticator::security_key();
    key.ed25519 = true;
    sam_with_passkey(&stage, &mut key).await;
    give_app(&stage, SAM.0).await;
    let mut elsewhere = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut elsewhere, &mut key, &[("keep", "1")]).await;
    elsewhere.is_at("/me");
    assert_eq!(devices_of(&stage, SAM.0).await.len(), 1);
    elsewhere.close();
    elsewhere.open("/me").await.is_at("/me");
    // The browser is recognised now: the password alone lets in there.
    elsewhere.lose_session();
    log_in(&mut elsewhere, SAM, false).await;
    elsewhere.is_at("/me");
    // A code was due elsewhere.
    let mut third = stage.browser().from("203.0.113.9");
    log_in(&mut third, SAM, false).await;
    third.is_at("/sign-in/code");
});

walk!(with_two_factor_off_it_is_asked_after_the_password, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    let mut elsewhere = stage.browser().from("198.51.100.7");
    log_in(&mut elsewhere, SAM, false).await;
    elsewhere.is_at("/sign-in/passkey").sees("You are logging in as sam@example.com").misses("Use a code instead");
    let (options, origin) = options_of(&elsewhere);
    assert_eq!(options["allowCredentials"][0]["id"], phone.passkeys[0].id);
    elsewhere.open("/me").await.is_at("/sign-in");
    elsewhere.open("/sign-in/passkey").await;
    let (options, _) = options_of(&elsewhere);
    let credential = phone.show(&options, &origin);
    send(&mut elsewhere, &credential, &[]).await;
    elsewhere.is_at("/me");
    assert_eq!(sessions_of(&stage, SAM.0).await.len(), 2);
});

walk!(with_two_factor_on_it_stands_beside_the_code, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    give_app(&stage, SAM.0).await;
    let mut elsewhere = stage.browser().from("198.51.100.7");
    log_in(&mut elsewhere, SAM, false).await;
    elsewhere.is_at("/sign-in/code");
    let path = elsewhere.link("Use a passkey");
    elsewhere.open(&path).await.is_at("/sign-in/passkey").sees("Use a code instead");
    assert_eq!(elsewhere.link("Use a code instead"), "/sign-in/code");
    let (options, origin) = options_of(&elsewhere);
    let credential = phone.show(&options, &origin);
    send(&mut elsewhere, &credential, &[]).await;
    elsewhere.is_at("/me");
});

walk!(a_key_without_verification_is_a_second_factor_only, |stage| {
    let mut old = Authenticator { flags: UP, ..Authenticator::security_key() };
    let mut sam = sam_with_passkey(&stage, &mut old).await;
    sam.sees("log in with your password and choose \"Use a passkey\"").misses("press \"Log in with a passkey\"");
    sam.open("/me/passkeys").await.sees("So far it works only together with your password.");
    let mut elsewhere = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut elsewhere, &mut old, &[]).await;
    elsewhere.is_at("/sign-in/passkey").sees("That passkey didn't get you in.");
    log_in(&mut elsewhere, SAM, false).await;
    elsewhere.is_at("/sign-in/passkey");
    let (options, origin) = options_of(&elsewhere);
    let credential = old.show(&options, &origin);
    send(&mut elsewhere, &credential, &[]).await;
    elsewhere.is_at("/me");
    // The key learns to verify: alone it still does not count, beside the password it does, and from then on alone.
    old.flags = UP | UV;
    let mut third = stage.browser().from("203.0.113.9");
    log_in_by_passkey(&mut third, &mut old, &[]).await;
    third.sees("made without checking who holds it");
    log_in(&mut third, SAM, false).await;
    let (options, origin) = options_of(&third);
    let credential = old.show(&options, &origin);
    send(&mut third, &credential, &[]).await;
    third.is_at("/me");
    let mut fourth = stage.browser().from("203.0.113.10");
    log_in_by_passkey(&mut fourth, &mut old, &[]).await;
    fourth.is_at("/me");
});

walk!(it_opens_a_locked_session_and_is_fresh_proof, |stage| {
    let mut phone = Authenticator::synced();
    let mut sam = sam_with_passkey(&stage, &mut phone).await;
    stage.wait(61 * 60);
    sam.open("/me/passkeys").await.is_at("/locked");
    let (options, origin) = options_of(&sam);
    assert_eq!(action_of(&sam), "/locked/passkey");
    let credential = phone.show(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/me/passkeys");
    // Unlocking is no fresh proof; the passkey gives that too, all by itself, though a code is set up.
    give_app(&stage, SAM.0).await;
    sam.open("/me/passkeys/new").await.is_at("/confirm");
    let (options, origin) = options_of(&sam);
    assert_eq!(action_of(&sam), "/confirm/passkey");
    let credential = phone.show(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.is_at("/me/passkeys/new");
    stage.wait(301);
    sam.open("/me/passkeys/new").await.is_at("/confirm");
});

walk!(strangers_tries_never_delay_a_passkey, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    let mut stranger = stage.browser().from("198.51.100.66");
    for _ in 0..60 {
        stranger.open("/sign-in").await;
        stranger.submit(&[("email", SAM.0), ("password", "guess after guess")]).await;
        stage.wait(900);
    }
    let mut sam = stage.browser().from("198.51.100.66");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in").sees("Too many tries");
    log_in_by_passkey(&mut sam, &mut phone, &[]).await;
    sam.is_at("/me");
});

walk!(a_passkey_is_set_up_where_a_second_factor_is_required, |stage| {
    stage.au().execute("UPDATE practice SET everyone_second_from = 1", vec![]).await.unwrap();
    stage.wait(5);
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/set-up").sees("A passkey does the same without codes");
    let path = sam.link("Create a passkey");
    sam.open(&path).await.is_at("/sign-in/set-up/passkey");
    let mut phone = Authenticator::synced();
    let (options, origin) = options_of(&sam);
    let credential = phone.make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    // Named as every other, and then where the person was going.
    sam.sees("Name your passkey");
    assert_eq!(sam.hidden("name"), "iCloud Keychain");
    sam.submit(&[("name", "Phone")]).await.is_at("/me").sees("1 passkey.");
    // It is the only second factor and one is required: it stays.
    let list = sam.open("/me/passkeys").await.link("Delete");
    sam.open(&list).await.sees("requires a passkey or 2 factor authentication");
    let fields = [("csrf".to_owned(), sam.hidden("csrf"))];
    sam.post(&list, &fields).await;
    assert_eq!(sam.status, 403);
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
});

walk!(deleting_says_what_follows_and_ends_recognised_devices, |stage| {
    let mut phone = Authenticator::synced();
    let mut key = Authenticator::security_key();
    let mut sam = sam_with_passkey(&stage, &mut phone).await;
    make_passkey(&mut sam, &mut key).await;
    let mut kept = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut kept, &mut phone, &[("keep", "1")]).await;
    assert_eq!(devices_of(&stage, SAM.0).await.len(), 1);
    sam.open("/me/passkeys").await.sees("iCloud Keychain").sees("Security key").sees("It stays on one device.");
    let delete = sam.link("Delete");
    sam.open(&delete).await.sees("Delete this passkey?").sees("Your other passkeys go on working.");
    sam.submit_to(&delete, &[]).await;
    sam.is_at("/me/passkeys").sees("gets nobody in any more").sees("It was kept by iCloud Keychain.");
    let first = sam.html.split("<h3>").find(|piece| piece.contains(": iCloud Keychain")).unwrap();
    assert!(first.starts_with("Mac: iCloud Keychain"), "where it was kept comes first: {first}");
    sam.sees("Where this passkey was kept").misses("On this device (Chrome on Windows)").sees("Windows: Windows Hello");
    sam.sees("Your device may go on offering it");
    assert!(sam.html.contains("data-passkey-told=\"signalAllAcceptedCredentials\""));
    sam.open("/me/passkeys?done=deleted&in=%3Cb%3E").await.sees("On this device (Chrome on Windows)").misses("<b>");
    sam.open("/me/passkeys").await.misses("iCloud Keychain");
    assert_eq!(devices_of(&stage, SAM.0).await.len(), 0, "recognised devices end");
    assert_eq!(stage.messages(SAM.0).await[0].about, "passkey-removed");
    // The deleted one is refused, and the browser is told to forget it: it was ours and is gone.
    let mut elsewhere = stage.browser().from("203.0.113.9");
    log_in_by_passkey(&mut elsewhere, &mut phone, &[]).await;
    elsewhere.sees("That passkey didn't get you in.").sees("Your device may go on offering it");
    assert_eq!(elsewhere.link("How to remove it by hand"), "/help/passkey-remove");
    assert_eq!(elsewhere.link("I made a passkey, but can't log in with it"), "/help/passkey-not-accepted");
    let told = elsewhere.html.split("data-passkey-told=\"signalUnknownCredential\"").nth(1).unwrap();
    let asked = told.split("<template>").nth(1).unwrap();
    assert!(asked.starts_with("This passkey was deleted here, so we have asked"), "said by the script alone");
    assert!(elsewhere.html.contains(&format!("data-passkey-unknown=\"{}\"", phone.passkeys[0].id)));
    let delete = sam.open("/me/passkeys").await.link("Delete");
    sam.open(&delete).await.sees("your password alone would open your account");
    sam.submit_to(&delete, &[]).await;
    sam.sees("No passkey yet.");
    assert_eq!(desk::number(&stage, "SELECT COUNT(*) FROM passkey", vec![]).await, 0);
});

walk!(there_is_a_page_for_who_has_none, |stage| {
    let mut anybody = stage.browser();
    anybody.open("/sign-in?then=%2Fme%2Fpasskeys").await;
    send(&mut anybody, "", &[]).await;
    anybody.is_at("/sign-in/passkey/none").sees("No passkey yet?").sees("Create a passkey");
    let back = anybody.link("Log in with a password");
    assert_eq!(back, "/sign-in?then=%2Fme%2Fpasskeys");
    anybody.open("/sign-in/passkey").await.is_at("/sign-in");
});

walk!(a_page_left_open_gets_a_new_challenge, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    let mut sam = stage.browser().from("198.51.100.7");
    sam.open("/sign-in").await;
    let (options, origin) = options_of(&sam);
    let (ceremony, csrf) = (sam.hidden("ceremony"), sam.hidden("csrf"));
    stage.wait(301);
    let late = phone.show(&options, &origin);
    send(&mut sam, &late, &[]).await;
    sam.sees("open for too long");
    stage.wait(8 * 3600);
    let fields = [("csrf".to_owned(), csrf.clone()), ("ceremony".to_owned(), ceremony.clone())];
    sam.post("/passkey/options", &fields).await;
    assert_eq!(sam.status, 200);
    let fresh: serde_json::Value = serde_json::from_str(&sam.html).unwrap();
    let credential = phone.show(&fresh["options"], &origin);
    let answer =
        [("csrf", csrf.as_str()), ("ceremony", fresh["ceremony"].as_str().unwrap()), ("credential", &credential)];
    let answer: Vec<(String, String)> = answer.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    sam.post("/sign-in/passkey", &answer).await;
    sam.follow().await.is_at("/me");
    // Of another browser, or of nothing at all, there are none.
    let mut other = stage.browser();
    let csrf = other.open("/sign-in").await.hidden("csrf");
    for token in [ceremony.as_str(), "", "sign-in.x.1.y"] {
        other.post("/passkey/options", &[("csrf".into(), csrf.clone()), ("ceremony".into(), token.into())]).await;
        assert_eq!(other.status, 409, "{token}");
    }
});

walk!(both_sides_are_told_the_same, |stage| {
    let mut phone = Authenticator { flags: UP | UV | BE | BS, ..Authenticator::synced() };
    let mut sam = sam_with_passkey(&stage, &mut phone).await;
    let mut key = Authenticator::security_key();
    make_passkey(&mut sam, &mut key).await;
    assert!(
        sam.html.contains("data-passkey-signal=\"/me/passkeys/signal\""),
        "the page after a change tells the browser"
    );
    sam.open("/me/passkeys").await;
    assert!(!sam.html.contains("data-passkey-signal"), "once");
    sam.open("/me/passkeys/signal").await;
    let told: serde_json::Value = serde_json::from_str(&sam.html).unwrap();
    assert_eq!(told["rpId"], "harbour-physio.au.localhost");
    assert_eq!(told["userId"], phone.passkeys[0].user);
    assert_eq!(told["userId"], key.passkeys[0].user, "one handle for one person");
    assert_eq!(told["allAcceptedCredentialIds"].as_array().unwrap().len(), 2);
    assert_eq!(told["name"], SAM.0);
    let mut nobody = stage.browser();
    nobody.open("/me/passkeys/signal").await;
    assert_eq!(nobody.status, 401);
});

// P7: the only passkey was deleted elsewhere; this device still has it and is told that there is none any more.
walk!(a_device_learns_that_none_is_left, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    let deleted = "DELETE FROM passkey WHERE person_id IN (SELECT id FROM person WHERE email_key = $1)";
    desk::change(&stage, SAM.0, deleted).await;
    let mut sam = stage.browser().from("198.51.100.7");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/me");
    assert!(sam.html.contains("data-passkey-signal"), "after each sign-in");
    sam.open("/me/passkeys/signal").await;
    let told: serde_json::Value = serde_json::from_str(&sam.html).unwrap();
    assert_eq!(told["userId"], phone.passkeys[0].user);
    assert_eq!(told["allAcceptedCredentialIds"], serde_json::json!([]));
    // Whoever never had one has nothing to tell.
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, false).await;
    alex.is_at("/me");
    assert!(!alex.html.contains("data-passkey-signal"));
    alex.open("/me/passkeys/signal").await;
    assert_eq!(alex.status, 204);
});
