//! The pages around the clients' door, where somebody may read what to do about a person who reads their email (C12): the
//! way to leave at once is there too.

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::portal::{JO, sign_in};
use crate::walk;

fn can_leave(browser: &Browser) -> bool {
    browser.html.contains("action=\"/portal/exit\"") && browser.html.contains("/assets/portal.js")
}

const AROUND: [&str; 4] = ["/help", "/help/portal-private", "/language", "/portal/no-such-page"];

walk!(who_came_by_the_portal_leaves_quickly_from_help_and_problems_too, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await;
    for path in AROUND.iter().chain(&["/no-such-page"]) {
        assert!(can_leave(jo.open(path).await), "{path}");
    }
    // The way from a mailed link is there on a page that went wrong.
    let mut phone = stage.browser();
    assert!(can_leave(phone.open("/portal/no-such-page").await));
    sign_in(&stage, &mut jo, JO).await;
    jo.close();
    for path in AROUND {
        assert!(can_leave(jo.open(path).await), "{path} after a sign-in");
    }
    jo.open("/help").await.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    jo.open("/me").await.is_at("/sign-in");
    assert!(!can_leave(jo.open("/help").await), "nothing tells that a client was here");
});

walk!(staff_have_no_button_that_ends_their_day, |stage| {
    let mut visitor = stage.browser();
    visitor.open("/sign-in").await;
    assert!(!can_leave(visitor.open("/help").await));
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/portal").await;
    for path in ["/help", "/no-such-page"] {
        assert!(!can_leave(sam.open(path).await), "{path}");
    }
    let mut entrance = stage.browser_at("localhost:8080");
    assert!(!can_leave(entrance.open("/help").await));
});

// From a mail that a partner may be reading over the shoulder.
walk!(this_was_not_me_can_be_left_quickly_by_a_client, |stage| {
    stage.au().execute("UPDATE practice SET client_passwords = 1", vec![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/portal-password").await;
    jo.submit_to("/me/portal-password", &[("password", "an orchard of lamps 44")]).await;
    stage.deliver().await;
    let told = stage.messages(JO).await.into_iter().find(|sent| sent.about == "portal-password-set").expect("a notice");
    let at = told.text.find("/not-me/").expect("a way to stop it");
    let stop = told.text[at..].split_whitespace().next().unwrap().to_owned();
    let mut phone = stage.browser();
    assert!(can_leave(phone.open(&stop).await), "before");
    phone.submit_to(&stop, &[]).await.sees("you are signed out everywhere");
    assert!(can_leave(&phone), "after");
    assert!(can_leave(phone.open(&stop).await), "used");
});

walk!(clients_are_told_of_no_devices_they_do_not_have, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me")
        .await
        .sees("Log out everywhere")
        .misses("recognised device")
        .sees("You used a link or a code from your mail");
    jo.submit_to("/me/log-out-everywhere", &[]).await.is_at("/portal").misses("no device is recognised");
    jo.sees("You are signed out everywhere");
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me").await.sees("forgets every recognised device");
    sam.submit_to("/me/log-out-everywhere", &[]).await.sees("no device is recognised any more");
});
