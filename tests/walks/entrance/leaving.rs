//! The address that the list fills in is forgotten with whoever it was for (C12).

use axum::http::Method;
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
