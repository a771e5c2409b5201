//! A mailbox of several people: what the finder's mail names of them (0014), and what their device remembers.

use portico::args;
use portico::platform::db::Db;

use super::remembered::{Device, arrive, jo_arrives, log_in, through, ticks};
use super::{ask, browser, mails};
use crate::support::portal::JO;
use crate::support::stage::{Stage, code_in};
use crate::support::ways::{ALEX, SAM};
use crate::walk;

const FAMILY: &str = "family@example.com";

fn uk(stage: &Stage) -> &Db {
    &stage.server.region("uk").unwrap().db
}

walk!(a_shared_mailbox_gets_the_plainest_mail_that_one_of_its_people_wants, |stage| {
    let mut desk = browser(&stage);
    let discreet = "UPDATE person SET mail_form = 'discreet' WHERE name LIKE 'Kim%'";
    assert_eq!(uk(&stage).execute(discreet, args![]).await.unwrap(), 1);
    ask(&stage, &mut desk, FAMILY).await;
    let mail = mails(&stage, FAMILY).remove(0);
    assert!(mail.text.contains("Thames Therapy") && !mail.text.contains("your list than"), "{}", mail.text);
    // Both want it, or the practice does: nothing is named, and nothing is said to be.
    let both = "UPDATE person SET mail_form = 'discreet' WHERE email_key = 'family@example.com'";
    uk(&stage).execute(both, args![]).await.unwrap();
    stage.wait(61);
    ask(&stage, &mut desk, FAMILY).await;
    let mail = mails(&stage, FAMILY).remove(0);
    for words in ["Thames", "every practice", "its own web address", "More is on"] {
        assert!(!mail.text.contains(words), "{words}: {}", mail.text);
    }
    assert!(mail.text.contains("This mail names no practice"), "{}", mail.text);
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list").sees("Thames Therapy");
    let sql = "UPDATE practice SET discreet = 1 WHERE slug = 'thames-therapy'";
    uk(&stage).execute(sql, args![]).await.unwrap();
    let plain = "UPDATE person SET mail_form = 'plain' WHERE email_key = 'family@example.com'";
    uk(&stage).execute(plain, args![]).await.unwrap();
    stage.wait(61);
    ask(&stage, &mut desk, FAMILY).await;
    assert!(!mails(&stage, FAMILY)[0].text.contains("Thames"));
});

// C8: private sign-in, set up after the device was told to remember.
walk!(who_signs_in_privately_is_forgotten_by_the_device, |stage| {
    let mut jo = jo_arrives(&stage, false).await;
    through(&mut jo).await;
    jo.entrance.open("/").await.sees("On this device").sees("For clients");
    // A ticket of the list from before leads nowhere through the entrance either.
    stage.wait(61);
    ask(&stage, &mut jo.entrance, JO).await;
    let code = code_in(&mails(&stage, JO)[0].text);
    jo.entrance.submit(&[("code", &code), ("remember", "1")]).await.is_at("/list");
    let ticket = jo.entrance.link("Harbour Physio");
    let private = "UPDATE person SET private_since = 1, mail_form = 'none' WHERE email_key = 'jo@example.com' AND kind = 'client'";
    assert_eq!(stage.au().execute(private, args![]).await.unwrap(), 1);
    jo.practice.send(axum::http::Method::GET, ticket.split_once("localhost:8080").unwrap().1, None).await;
    assert_eq!(jo.practice.answered["location"], "/me");
    jo.entrance.open("/").await.misses("On this device").misses("For clients");
    assert!(!jo.entrance.cookies.contains_key("__Host-practices"));
});

// E6: what the page promised holds, whoever asks in between.
walk!(another_address_asked_for_in_between_breaks_no_promise, |stage| {
    let mut device = arrive(&stage, true).await;
    ask(&stage, &mut device.entrance, JO).await;
    log_in(&mut device).await;
    device.practice.is_at("/me");
    device.entrance.open("/").await.sees("On this device").sees("Harbour Physio");
    // Another browser's note is still none.
    let mut other = browser(&stage).from("198.51.100.3");
    ask(&stage, &mut other, JO).await;
    other.open("/").await.misses("On this device");
});

walk!(one_persons_end_takes_nothing_from_another_on_the_device, |stage| {
    let mut device = arrive(&stage, true).await;
    log_in(&mut device).await;
    let mut practice = stage.browser();
    ticks(&stage, &mut device.entrance, &mut practice, SAM.0).await;
    practice.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    let mut both = Device { entrance: device.entrance, practice };
    through(&mut both).await;
    both.entrance.open("/").await.sees("On this device");
    assert_eq!(both.entrance.html.matches("/sign-in\"").count(), 1, "shown once");
    for (gone, there) in [(SAM.0, true), (ALEX.0, false)] {
        let sql = "UPDATE person SET closed_at = 1 WHERE email_key = $1";
        stage.au().execute(sql, args![gone]).await.unwrap();
        both.entrance.open("/").await;
        assert_eq!(both.entrance.text().contains("On this device"), there, "{gone}");
    }
});

// A device that is used every week forgets nothing after four hundred days, nor when a key is dropped.
walk!(what_is_looked_at_is_kept_on, |stage| {
    let mut device = arrive(&stage, true).await;
    log_in(&mut device).await;
    let mut entrance = device.entrance;
    let sealed = entrance.open("/").await.cookies["__Host-practices"].clone();
    stage.wait(20 * 86_400);
    entrance.open("/").await.sees("Harbour Physio");
    assert_eq!(entrance.cookies["__Host-practices"], sealed, "not at every look");
    stage.wait(11 * 86_400);
    entrance.open("/").await.sees("Harbour Physio");
    let renewed = entrance.cookies["__Host-practices"].clone();
    assert_ne!(renewed, sealed);
    crate::running::write_new_key(&stage, "k9");
    assert!(stage.server.reload_keys().unwrap());
    entrance.open("/").await.sees("Harbour Physio");
    let under_the_new_key = entrance.cookies["__Host-practices"].clone();
    assert!(under_the_new_key.starts_with("v1.k9."), "{under_the_new_key}");
    // So is the word that others use it.
    let mut shared = browser(&stage);
    shared.open("/remembered").await.submit_to("/remembered", &[("do", "shared")]).await;
    stage.wait(31 * 86_400);
    shared.open("/").await;
    let kept = shared.answered.get_all("set-cookie").iter().any(|line| {
        let line = line.to_str().unwrap();
        line.starts_with("__Host-shared=") && line.contains("Max-Age=34560000")
    });
    assert!(kept, "{:?}", shared.answered);
});
