//! Where a practice's passkeys live and who learns of it: addresses, limits, names, and what an administrator sees.

use portico::args;
use portico::platform::webauthn::MOST_ID;

use super::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use super::support::ways::{SAM, ask_no_second, log_in, practice_id, somebody};
use super::walk;

walk!(well_known_addresses_say_where_things_are, |stage| {
    let mut anybody = stage.browser();
    anybody.open("/.well-known/passkey-endpoints").await;
    let said: serde_json::Value = serde_json::from_str(&anybody.html).unwrap();
    assert_eq!(said["enroll"], "http://harbour-physio.au.localhost:8080/me/passkeys/new");
    assert_eq!(said["manage"], "http://harbour-physio.au.localhost:8080/me/passkeys");
    anybody.send(axum::http::Method::GET, "/.well-known/change-password", None).await;
    assert_eq!((anybody.status.as_u16(), &anybody.answered["location"]), (302, &"/me/password".parse().unwrap()));
    anybody.open("/.well-known/webauthn").await;
    assert_eq!(anybody.answered["content-type"], "application/json");
    let said: serde_json::Value = serde_json::from_str(&anybody.html).unwrap();
    assert_eq!(said["origins"], serde_json::json!(["http://harbour-physio.au.localhost:8080"]));
    anybody.open("/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200").await;
    assert_eq!(anybody.status, 404);
});

walk!(a_renamed_practice_keeps_its_passkeys, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let mut phone = Authenticator::synced();
    make_passkey(&mut sam, &mut phone).await;
    let practice = practice_id(&stage).await;
    stage.au().execute("UPDATE practice SET slug = 'bay-physio' WHERE id = $1", args![&practice]).await.unwrap();
    stage
        .au()
        .execute(
            "INSERT INTO practice_host (practice_id, host, since) VALUES ($1, 'physio.example', $2)",
            args![&practice, stage.now()],
        )
        .await
        .unwrap();
    stage.wait(10);
    let mut there = stage.browser_at("bay-physio.au.localhost:8080");
    log_in_by_passkey(&mut there, &mut phone, &[]).await;
    there.is_at("/me");
    // The first address still answers, and lists where else its passkeys work: what is accepted is what is listed.
    let mut first = stage.browser();
    first.open("/.well-known/webauthn").await;
    let said: serde_json::Value = serde_json::from_str(&first.html).unwrap();
    let listed: Vec<&str> = said["origins"].as_array().unwrap().iter().map(|origin| origin.as_str().unwrap()).collect();
    let all = [
        "http://harbour-physio.au.localhost:8080",
        "http://bay-physio.au.localhost:8080",
        "http://physio.example:8080",
    ];
    assert_eq!(listed, all);
    for (origin, lets_in) in all.iter().map(|origin| (*origin, true)).chain([("http://other.example:8080", false)]) {
        phone.origin = Some(origin.to_owned());
        let mut there = stage.browser_at("bay-physio.au.localhost:8080");
        log_in_by_passkey(&mut there, &mut phone, &[]).await;
        assert_eq!(there.path == "/me", lets_in, "{origin}");
    }
});

walk!(names_are_tidy_and_different, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    let mut second = Authenticator::synced();
    sam.open("/me/passkeys/new").await.sees("You have already: iCloud Keychain (21 November 2026).");
    let (options, origin) = options_of(&sam);
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    let credential = second.make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    assert_eq!(sam.hidden("name"), "iCloud Keychain 2");
    for (typed, said) in [
        ("", "Type a name for the passkey."),
        ("\u{200b}", "Type a name for the passkey."),
        ("a\u{202e}b", "characters that can't be seen"),
        ("x\ny", "characters that can't be seen"),
    ] {
        sam.submit(&[("name", typed)]).await.sees(said);
    }
    sam.submit(&[("name", &"x".repeat(61))]).await.sees("at most 60 characters");
    sam.submit(&[("name", "iCloud Keychain")]).await.is_at("/me/passkeys").sees("iCloud Keychain 2");
    let rename = sam.link("Rename");
    sam.open(&rename).await.submit(&[("name", "\"><script>alert(1)</script>")]).await;
    assert!(!sam.html.contains("<script>alert"), "a name is text");
    sam.sees("\"><script>alert(1)</script>");
});

walk!(there_are_at_most_twenty, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let mut last = sam.clone();
    last.open("/me/passkeys/new").await;
    for _ in 0..19 {
        make_passkey(&mut sam, &mut Authenticator::synced()).await;
    }
    let mut long = Authenticator { id_length: MOST_ID, ..Authenticator::synced() };
    make_passkey(&mut sam, &mut long).await;
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 20);
    sam.open("/me/passkeys").await.sees("You have 20 passkeys");
    sam.open("/me/passkeys/new").await.sees("as many passkeys as one person can have");
    let (mut options, origin) = options_of(&last);
    options["excludeCredentials"] = serde_json::json!([]);
    let credential = Authenticator::synced().make(&options, &origin);
    send(&mut last, &credential, &[]).await;
    last.sees("as many passkeys as one person can have");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 20);
    let mut elsewhere = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut elsewhere, &mut long, &[]).await;
    elsewhere.is_at("/me");
});

// S6: twelve characters do beside a passkey, and no longer when it is gone.
walk!(without_the_last_passkey_a_short_password_is_replaced, |stage| {
    ask_no_second(&stage).await;
    let short = "zebra-q7-moss";
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    let mut key = Authenticator::synced();
    make_passkey(&mut sam, &mut key).await;
    sam.open("/me/password").await.sees("At least 12 characters");
    sam.submit(&[("current", SAM.1), ("password", short)]).await.sees("Your password is changed");
    let path = sam.open("/me/passkeys").await.link("Delete");
    sam.open(&path).await.submit_to(&path, &[]).await.is_at("/me/passkeys");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 0);
    let mut again = stage.browser();
    log_in(&mut again, (SAM.0, short), false).await;
    again.is_at("/sign-in/new-password").sees("it is too short");
    again.submit(&[("password", "zebra-q7-moss-lantern")]).await.is_at("/me");
});
