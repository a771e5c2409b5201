//! After a practice has another address: what mails name, and what its former address still answers itself.

use axum::http::Method;
use portico::args;
use portico::notices::carriers::Carriers;
use portico::ops::{practice_move, practice_rename};

use super::moves::{OLD, leads};
use crate::support::portal::{JO, ask, sign_in};
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

// C12: leaving in a hurry is never refused, the moment in which nobody serves the practice included.
walk!(leaving_in_a_hurry_works_while_the_practice_moves, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me").await.is_at("/me");
    let chosen =
        "UPDATE practice SET exit_to = 'https://www.bbc.com/weather', moving_to = $1 WHERE slug = 'harbour-physio'";
    stage.au().execute(chosen, args![None::<String>]).await.unwrap();
    stage.wait(5);
    jo.open("/me").await.is_at("/me");
    stage.au().execute(chosen, args!["uk"]).await.unwrap();
    // A node that has not heard of the move yet cannot end the session either.
    for wait in [0, 5] {
        stage.wait(wait);
        let mut leaving = jo.clone();
        leaving.post("/portal/exit", &[]).await.follow().await;
        assert_eq!(leaving.status, 200, "{}", leaving.text());
        leaving.misses("moving").misses("Harbour");
        assert!(leaving.html.contains("content=\"0;url=https://www.bbc.com/weather\""), "{}", leaving.html);
        let left: Vec<&str> = leaving.cookies.keys().map(String::as_str).collect();
        assert_eq!(left, ["__Host-browser"], "the browser forgets");
    }
    let mut listed = jo.clone();
    listed.cookies.insert("__Host-from-list".into(), "1".into());
    listed.post("/portal/exit", &[]).await;
    assert!(listed.html.contains("content=\"0;url=http://localhost:8080/left?for=au."), "{}", listed.html);
    assert!(listed.answered.contains_key("clear-site-data"));
    // Everything else waits, and forgets nothing.
    jo.post("/log-out", &[]).await.sees("Your practice is moving");
    assert!(jo.cookies.contains_key("__Host-session"));
    stage.au().execute(chosen, args![None::<String>]).await.unwrap();
    stage.wait(5);
    jo.open("/me").await.is_at("/me");
    // Where it has gone: by way of the new address, and of the list there.
    practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    stage.wait(5);
    jo.cookies.insert("__Host-from-list".into(), "1".into());
    jo.post("/portal/exit", &[]).await;
    let to = "href=\"http://bay-physio.au.localhost:8080/portal/left?from=list\"";
    assert!(jo.html.contains(to), "{}", jo.html);
    assert!(!jo.cookies.contains_key("__Host-session") && !jo.cookies.contains_key("__Host-from-list"));
});
