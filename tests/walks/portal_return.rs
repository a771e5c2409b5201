//! Where a person wanted to go survives each detour (C14): an old link, the page for whoever is stuck, another address.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_passwords::keep_passwords;
use crate::support::desk::number;
use crate::support::portal::{JO, asked, link_of, newest, number_on};
use crate::support::ways::somebody;
use crate::walk;

const BOOKMARK: &str = "/portal?then=/me%3Fx=messages";

walk!(an_old_link_does_not_forget_where_to_go, |stage| {
    let mut jo = stage.browser();
    jo.open(BOOKMARK).await.submit_to("/portal", &[("email", JO), ("keep", "1")]).await;
    stage.deliver().await;
    let old = link_of(&newest(&stage, JO).await);
    stage.wait(86_401);
    // Another device is led to the same place, and decides for itself whether it is kept.
    let mut phone = stage.browser();
    phone.open(&old).await.submit_to(&format!("{old}/new"), &[]).await.is_at("/portal");
    assert_eq!((phone.hidden("email").as_str(), phone.hidden("then").as_str()), (JO, "/me?x=messages"));
    assert!(!phone.html.contains(" checked"), "{}", phone.html);
    jo.open(&old).await.submit_to(&format!("{old}/new"), &[]).await.is_at("/portal");
    jo.submit_to("/portal", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await;
    assert_eq!(jo.path, "/me?x=messages");
    assert_eq!(number(&stage, "SELECT kept FROM session WHERE ended_at IS NULL", args![]).await, 1);
});

walk!(a_pin_leads_where_the_client_wanted_to_go, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let mut jo = stage.browser().from("203.0.113.9");
    jo.open(BOOKMARK).await;
    jo.open(&jo.link("I can't get the email")).await.submit_to("/portal/stuck", &[("email", "no address")]).await;
    jo.submit_to("/portal/stuck", &[("email", JO)]).await;
    assert_eq!(jo.link("Start again"), "/portal?then=%2Fme%3Fx%3Dmessages");
    let request = number_on(&jo);
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await.sees("It is shown only now");
    jo.submit_to("/portal/pin", &[("pin", &number_on(&sam))]).await;
    assert_eq!(jo.path, "/me?x=messages");
});

walk!(a_password_that_is_not_at_hand_keeps_the_way_on, |stage| {
    keep_passwords(&stage, true).await;
    let mut jo = stage.browser();
    jo.open(BOOKMARK).await;
    jo.open(&jo.link("Use a password instead")).await.is_at("/portal/password");
    jo.open(&jo.link("I can't get the email")).await.is_at("/portal/stuck");
    assert_eq!(jo.hidden("then"), "/me?x=messages");
});

walk!(another_address_keeps_the_way_on, |stage| {
    let mut jo = stage.browser();
    jo.open(BOOKMARK).await.submit_to("/portal", &[("email", "jo@exmaple.com")]).await;
    jo.open(&jo.link("Use another address")).await;
    assert_eq!(jo.hidden("then"), "/me?x=messages");
    // Only what stays here is carried.
    jo.open("/portal/stuck?then=https://evil.example/").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    assert_eq!(jo.link("Start again"), "/portal");
    let mut plain = stage.browser();
    asked(&stage, &mut plain, JO).await;
    assert_eq!(plain.link("Use another address"), "/portal");
});
