//! After a practice has another address: what mails name, and what its former address still answers itself.

use axum::http::Method;
use portico::notices::carriers::Carriers;
use portico::ops::{practice_move, practice_rename};

use super::moves::{OLD, leads};
use crate::support::portal::{JO, ask};
use crate::support::stage::Stage;
use crate::support::ways::{ALEX, ask_no_second, log_in};
use crate::walk;

// What people are mailed afterwards names the new address alone, from which a practice can be reached for good.
walk!(mails_after_a_new_name_lead_to_it, |stage| {
    ask_no_second(&stage).await;
    practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    let new = "bay-physio.au.localhost:8080";
    for email in [JO, "nobody@example.com"] {
        let mut browser = stage.browser_at(new);
        ask(&mut browser, email).await;
        browser.open(&browser.link("I can't get the email")).await;
        browser.submit_to("/portal/help", &[("reach", "call me")]).await.sees("Your practice has your message");
    }
    let mut alex = stage.browser_at(new);
    log_in(&mut alex, ALEX, false).await;
    alex.open("/practice/people/new").await;
    alex.submit(&[("name", "Robin Ash"), ("email", "robin@example.com"), ("role", "practitioner")]).await;
    // Phones offer a code on the page of the host that its text message names.
    alex.open("/me/mobile").await.submit(&[("mobile", "0491 570 110")]).await.is_at("/me/mobile/code");
    stage.deliver().await;
    let kept = stage.server.kept::<Carriers>().unwrap().mailbox().unwrap();
    let mut about = vec![];
    for mail in kept.list("") {
        assert!(!mail.text.contains("harbour-physio.au"), "{}: {}", mail.about, mail.text);
        if mail.text.contains("bay-physio.au.localhost") {
            about.push(mail.about.clone());
        }
    }
    about.sort();
    about.dedup();
    let own = ["help-asked", "invitation", "mobile-code", "portal-link", "portal-nobody"];
    let all = [&own[..], &["practice-moved-administrators", "signed-in-new-browser"]].concat();
    assert_eq!(about, all);
});

// Password managers ask at the name that passkeys belong to, and take no permanent redirect there (W3C, Passkey Endpoints).
walk!(a_former_name_says_where_passkeys_are_managed_now, |stage| {
    let check = async |stage: &Stage, now: &str| {
        let mut anybody = stage.browser_at(OLD);
        anybody.send(Method::GET, "/.well-known/passkey-endpoints", None).await;
        assert_eq!(
            (anybody.status.as_u16(), &anybody.answered["content-type"]),
            (200, &"application/json".parse().unwrap())
        );
        let said: serde_json::Value = serde_json::from_str(&anybody.html).unwrap();
        assert_eq!(said["enroll"], format!("{now}/me/passkeys/new"));
        assert_eq!(said["manage"], format!("{now}/me/passkeys"));
        let to = leads(stage, OLD, "/.well-known/change-password").await;
        assert_eq!(to, (307, format!("{now}/.well-known/change-password")));
    };
    let now = practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    stage.wait(10);
    check(&stage, &now).await;
    practice_move::go(&stage.server, "bay-physio", "au", "uk").await.unwrap();
    stage.wait(10);
    check(&stage, "http://bay-physio.uk.localhost:8080").await;
});
