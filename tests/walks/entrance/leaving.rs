//! The address that the list fills in is forgotten with whoever it was for (C12).

use axum::http::Method;
use portico::args;
use portico::platform::web::encode;

use super::{ask, browser, follow_to, mails};
use crate::support::browser::Browser;
use crate::support::portal::{JO, link_of, newest};
use crate::support::stage::{Stage, code_in};
use crate::walk;

/// Jo comes to the portal by the list; the address is filled in. The entrance's cookies and the practice's are two things.
async fn arrive(stage: &Stage) -> (Browser, Browser) {
    let mut entrance = browser(stage);
    ask(stage, &mut entrance, JO).await;
    let code = code_in(&mails(stage, JO)[0].text);
    entrance.submit(&[("code", &code), ("remember", "1")]).await.is_at("/list");
    let jo = follow_to(stage, &entrance.link("Harbour Physio")).await;
    jo.is_at("/portal");
    assert_eq!(jo.hidden("email"), JO);
    assert!(jo.cookies.contains_key("__Host-hello") && jo.cookies.contains_key("__Host-remember"));
    (entrance, jo)
}

/// Jo signs in by the mail; `shared` is the tick that others use this device.
async fn sign_in(stage: &Stage, jo: &mut Browser, shared: bool) {
    let ticks: &[(&str, &str)] = if shared { &[("email", JO), ("shared", "1")] } else { &[("email", JO)] };
    jo.submit_to("/portal", ticks).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await;
    jo.open("/me").await.sees("Jo Lindqvist");
}

async fn knows_nobody(jo: &mut Browser) {
    assert_eq!(jo.open("/portal").await.hidden("email"), "");
    let left = ["__Host-hello", "__Host-remember"].map(|name| jo.cookies.contains_key(name));
    assert_eq!(left, [false, false], "{:?}", jo.cookies);
}

walk!(leaving_in_a_hurry_forgets_the_address_of_the_list, |stage| {
    let (_, mut jo) = arrive(&stage).await;
    jo.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    knows_nobody(&mut jo).await;
});

walk!(a_shared_device_forgets_the_address_of_the_list, |stage| {
    let (_, mut jo) = arrive(&stage).await;
    sign_in(&stage, &mut jo, true).await;
    assert!(!jo.cookies.contains_key("__Host-hello"), "whoever is in needs no field filled in");
    jo.submit_to("/log-out", &[]).await;
    knows_nobody(&mut jo).await;
});

// What is said beside the tick, "We'll remember nothing here", is so at the entrance too.
walk!(a_shared_device_forgets_the_list_at_log_out, |stage| {
    let (mut entrance, mut jo) = arrive(&stage).await;
    sign_in(&stage, &mut jo, true).await;
    jo.submit_to("/log-out", &[]).await;
    assert!(!jo.cookies.contains_key("__Host-session") && !jo.cookies.contains_key("__Host-from-list"));
    let to = jo.answered["location"].to_str().unwrap().to_owned();
    let path = to.strip_prefix("http://localhost:8080").expect("by way of the entrance").to_owned();
    entrance.send(Method::GET, &path, None).await;
    assert_eq!(entrance.answered["clear-site-data"], "\"cache\"");
    let back = entrance.answered["location"].to_str().unwrap().to_owned();
    let back = back.strip_prefix("http://harbour-physio.au.localhost:8080").expect("back to the door");
    jo.open(back).await.is_at("/portal").sees("You are logged out");
    knows_nobody(&mut jo).await;
    for page in ["/list", "/find"] {
        entrance.open(page).await.is_at("/");
        assert!(!entrance.html.contains(JO));
    }
    // Nobody leads people elsewhere by it: bent, of another kind, or made up.
    let other = path.replace("/left/back", "/left");
    let sealed = |text: &str| {
        let sealed = stage.server.seal_for("au", "log-out", &[], text).unwrap();
        format!("/left/back?for=au.{}", encode(&sealed))
    };
    for (path, to) in [
        ("/left/back".to_owned(), "/"),
        ("/left/back?for=https://evil.example/".to_owned(), "/"),
        (format!("{path}A"), "/"),
        (sealed("evil.example/\n/portal"), "/"),
        (sealed("harbour-physio\n@evil.example/"), "/"),
        (other, "https://www.wikipedia.org/"),
    ] {
        entrance.send(Method::GET, &path, None).await;
        assert_eq!(entrance.answered["location"], to, "{path}");
    }
});

walk!(logging_out_on_ones_own_device_leaves_the_list_open, |stage| {
    let (mut entrance, mut jo) = arrive(&stage).await;
    sign_in(&stage, &mut jo, false).await;
    jo.submit_to("/log-out", &[]).await.is_at("/portal").sees("You are logged out");
    entrance.open("/list").await.is_at("/list").sees("Harbour Physio");
});

/// The way that a log-out leads: by the entrance, where the list is over then, back to the door.
async fn leads_by_the_entrance(entrance: &mut Browser, jo: &mut Browser, door: &str) {
    let to = jo.answered["location"].to_str().unwrap().to_owned();
    let path = to.strip_prefix("http://localhost:8080").unwrap_or_else(|| panic!("by the entrance, not {to}"));
    entrance.send(Method::GET, path, None).await;
    let back = entrance.answered["location"].to_str().unwrap().to_owned();
    assert_eq!(back, format!("http://harbour-physio.au.localhost:8080{door}"));
    assert!(!jo.cookies.contains_key("__Host-session") && !jo.cookies.contains_key("__Host-from-list"));
    jo.open(door).await.is_at("/portal");
    knows_nobody(jo).await;
    entrance.open("/list").await.is_at("/");
}

walk!(a_shared_device_forgets_the_list_whichever_button_ends_the_session, |stage| {
    for ends_all in [true, false] {
        let (mut entrance, mut jo) = arrive(&stage).await;
        sign_in(&stage, &mut jo, true).await;
        jo.open("/me").await;
        let action = if ends_all {
            "/me/log-out-everywhere".to_owned()
        } else {
            let ends = |action: &String| action.starts_with("/me/sessions/");
            jo.forms().into_iter().map(|form| form.action).find(ends).expect("its own end")
        };
        jo.submit_to(&action, &[]).await;
        leads_by_the_entrance(&mut entrance, &mut jo, if ends_all { "/portal?note=everywhere" } else { "/portal" })
            .await;
        stage.wait(61);
    }
});

// The page stayed open: the session has reached its end, or was ended elsewhere.
walk!(a_shared_device_forgets_the_list_when_the_session_was_over, |stage| {
    for sql in ["UPDATE session SET ends_at = 1", "UPDATE session SET ended_at = 1"] {
        let (mut entrance, mut jo) = arrive(&stage).await;
        sign_in(&stage, &mut jo, true).await;
        jo.open("/me").await;
        stage.au().execute(sql, args![]).await.unwrap();
        stage.wait(61);
        jo.submit_to("/log-out", &[]).await;
        leads_by_the_entrance(&mut entrance, &mut jo, "/portal").await;
    }
});

// The second of two presses has no trace left of whose session it was.
walk!(a_shared_device_forgets_the_list_when_log_out_is_pressed_twice, |stage| {
    let (mut entrance, mut jo) = arrive(&stage).await;
    sign_in(&stage, &mut jo, true).await;
    let mut again = jo.clone();
    jo.submit_to("/log-out", &[]).await;
    again.submit_to("/log-out", &[]).await;
    leads_by_the_entrance(&mut entrance, &mut again, "/portal").await;
});

walk!(ones_own_device_keeps_the_list_when_the_session_was_over, |stage| {
    let (mut entrance, mut jo) = arrive(&stage).await;
    sign_in(&stage, &mut jo, false).await;
    jo.open("/me").await;
    stage.au().execute("UPDATE session SET ends_at = 1", args![]).await.unwrap();
    stage.wait(61);
    jo.submit_to("/log-out", &[]).await.is_at("/portal").sees("You are logged out");
    entrance.open("/list").await.is_at("/list").sees("Harbour Physio");
});
