//! The mailbox in memory: for the other walks, and for people who try the demo.

use super::*;
use crate::walk;

const ENTRANCE: &str = "localhost:8080";

walk!(a_message_can_be_read_before_and_after_it_is_delivered, |stage| {
    tell_sam(&stage, Event::PasswordChanged).await;
    let before = stage.messages(SAM).await;
    assert_eq!(before.len(), 1);
    assert_eq!(stage.deliver().await, 1);
    assert_eq!(stage.deliver().await, 0);
    let after = stage.messages(SAM).await;
    assert_eq!((&before[0].text, &before[0].html, &before[0].about), (&after[0].text, &after[0].html, &after[0].about));
});

walk!(an_old_address_is_told_whom_to_ask_and_can_end_nothing, |stage| {
    tell_sam_and(&stage, Event::EmailChanged, Some("sam@old.example.com")).await;
    stage.deliver().await;
    let new = stage.messages(SAM).await.remove(0);
    let old = stage.messages("sam@old.example.com").await.remove(0);
    assert!(new.text.contains("/not-me/") && new.html.contains("/not-me/"));
    assert!(!old.text.contains("/not-me/") && !old.html.contains("/not-me/"));
    assert!(old.text.contains("ask your practice at once") && old.text.contains("+61"), "{}", old.text);
});

walk!(people_at_this_computer_read_the_mailbox, |stage| {
    tell_sam(&stage, Event::PasswordChanged).await;
    put_many(&stage, "harbour-physio", "text", "+61491570156", "Your code is 481516.", 1).await;
    let mut reader = stage.browser_at(ENTRANCE).from("127.0.0.1");
    reader.open("/mailbox").await.sees("Mailbox of the demo").sees("No messages yet");
    stage.deliver().await;
    reader
        .open("/mailbox")
        .await
        .sees("Your password at Harbour Physio was changed")
        .sees("Text message from Harbour Physio to +61491570156");
    assert!(!reader.html.contains("http-equiv"));
    reader.open("/mailbox?live=1").await;
    assert!(reader.html.contains(r#"<meta http-equiv="refresh" content="3">"#));
    let path = reader.link("Your password at Harbour Physio");
    reader.open(&path).await.sees("Harbour Physio <no-reply@localhost>").sees("If that was you");
    let not_me = format!(
        "/not-me/{}",
        stage.messages(SAM).await[0].text.split("/not-me/").nth(1).unwrap().split('\n').next().unwrap()
    );
    assert!(reader.html.contains(&format!("{not_me}\">http")), "the link can be clicked");
    let formatted = reader.link("Show the formatted mail");
    reader.open(&formatted).await;
    let policy = reader.answered["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'unsafe-inline';") && policy.contains("sandbox"));
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"));
    assert_eq!(reader.html, stage.messages(SAM).await[0].html);
});

walk!(programs_read_the_mailbox, |stage| {
    tell_sam(&stage, Event::PasswordChanged).await;
    stage.wait(5);
    tell_sam(&stage, Event::TwoFactorOff).await;
    put_many(&stage, "harbour-physio", "text", "+61491570156", "Your code is 481516.", 1).await;
    stage.deliver().await;
    let mut reader = stage.browser_at(ENTRANCE).from("::1");
    reader.open("/mailbox.json?to=SAM%40example.com").await;
    let found: serde_json::Value = serde_json::from_str(&reader.html).unwrap();
    let found = found.as_array().unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["subject"], "2 factor authentication is off at Harbour Physio");
    assert_eq!((&found[0]["channel"], &found[0]["to"]), (&"mail".into(), &SAM.into()));
    assert_eq!(found[0]["at"], "2026-11-21T06:00:05Z");
    assert_eq!(found[1]["text"], stage.messages(SAM).await[1].text);
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 8, "{keys:?}");
    reader.open("/mailbox.json?to=+61491570156").await;
    assert!(reader.html.contains("481516"));
});

walk!(nobody_else_finds_a_mailbox, |stage| {
    tell_sam(&stage, Event::PasswordChanged).await;
    stage.deliver().await;
    let mut reader = stage.browser_at(ENTRANCE).from("127.0.0.1");
    reader.open("/mailbox.json").await;
    let found: serde_json::Value = serde_json::from_str(&reader.html).unwrap();
    let id = found[0]["id"].as_str().unwrap().to_owned();
    for path in ["/mailbox", "/mailbox.json", &format!("/mailbox/{id}"), &format!("/mailbox/{id}/html")] {
        assert_eq!(reader.open(path).await.status, 200, "{path}");
        let mut stranger = stage.browser_at(ENTRANCE).from("192.0.2.66");
        stranger.headers.push(("x-forwarded-for".into(), "127.0.0.1".into()));
        assert_eq!(stranger.open(path).await.status, 404, "{path}");
        assert_eq!(stage.browser().from("127.0.0.1").open(path).await.status, 404, "{path} at a practice");
    }
});
