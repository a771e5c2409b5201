//! The address that the list fills in is forgotten with whoever it was for (C12).

use super::{ask, browser, follow_to, mails};
use crate::support::browser::Browser;
use crate::support::portal::{JO, link_of, newest};
use crate::support::stage::{Stage, code_in};
use crate::walk;

/// Jo comes to the portal by the list; the address is filled in.
async fn arrive(stage: &Stage) -> Browser {
    let mut entrance = browser(stage);
    ask(stage, &mut entrance, JO).await;
    let code = code_in(&mails(stage, JO)[0].text);
    entrance.submit(&[("code", &code), ("remember", "1")]).await.is_at("/list");
    let jo = follow_to(stage, &entrance.link("Harbour Physio")).await;
    jo.is_at("/portal");
    assert_eq!(jo.hidden("email"), JO);
    assert!(jo.cookies.contains_key("__Host-hello") && jo.cookies.contains_key("__Host-remember"));
    jo
}

async fn knows_nobody(jo: &mut Browser) {
    assert_eq!(jo.open("/portal").await.hidden("email"), "");
    let left = ["__Host-hello", "__Host-remember"].map(|name| jo.cookies.contains_key(name));
    assert_eq!(left, [false, false], "{:?}", jo.cookies);
}

walk!(leaving_in_a_hurry_forgets_the_address_of_the_list, |stage| {
    let mut jo = arrive(&stage).await;
    jo.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    knows_nobody(&mut jo).await;
});

walk!(a_shared_device_forgets_the_address_of_the_list, |stage| {
    let mut jo = arrive(&stage).await;
    jo.submit_to("/portal", &[("email", JO), ("shared", "1")]).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await;
    jo.open("/me").await.sees("Jo Lindqvist");
    assert!(!jo.cookies.contains_key("__Host-hello"), "whoever is in needs no field filled in");
    jo.submit_to("/log-out", &[]).await;
    knows_nobody(&mut jo).await;
});
