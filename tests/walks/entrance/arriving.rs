//! Two people at one computer, and one press on a list: it leads into nobody else's open account unsaid.

use super::{ask, browser, mails};
use crate::support::portal::{JO, add_client, sign_in};
use crate::support::stage::{Stage, code_in};
use crate::support::ways::{ALEX, SAM, ask_no_second, log_in, sessions_of};
use crate::walk;

/// The way to Harbour Physio from the list of that address, as the practice's own host is asked for it.
async fn from_the_list(stage: &Stage, email: &str) -> String {
    let mut entrance = browser(stage);
    ask(stage, &mut entrance, email).await;
    entrance.submit(&[("code", &code_in(&mails(stage, email)[0].text))]).await.is_at("/list");
    entrance.link("Harbour Physio").split_once("localhost:8080").unwrap().1.to_owned()
}

walk!(a_press_on_the_list_leads_into_nobody_elses_open_account, |stage| {
    ask_no_second(&stage).await;
    let path = from_the_list(&stage, ALEX.0).await;
    let mut desk = stage.browser();
    log_in(&mut desk, SAM, false).await;
    let (mut sam, mut locked) = (desk.clone(), desk.clone());
    desk.open(&path).await.is_at("/hello").sees("Somebody else is logged in here").sees(SAM.0);
    desk.misses(ALEX.0);
    // It is Alex: Sam is logged out here, and the address is filled in.
    desk.submit_to("/hello", &[]).await.is_at("/sign-in");
    assert_eq!(desk.hidden("email"), ALEX.0);
    assert!(sessions_of(&stage, SAM.0).await.is_empty());
    desk.submit(&[("email", ALEX.0), ("password", ALEX.1)]).await;
    desk.open("/me").await.is_at("/me").sees("Alex");
    // Pressed once more, in a tab that stayed: whoever is in by now is who arrives.
    desk.open(&path).await.is_at("/me").sees("Alex");
    // It is Sam after all.
    log_in(&mut sam, SAM, false).await;
    sam.open(&path).await.is_at("/hello");
    assert!(!sam.cookies.contains_key("__Host-hello"), "nothing of Alex is left in Sam's log-in");
    let on = sam.link("Go on as");
    sam.open(&on).await.is_at("/me").sees("Sam");
    // Nor does it matter whether the account is locked.
    log_in(&mut locked, SAM, false).await;
    stage.wait(3601);
    let path = from_the_list(&stage, ALEX.0).await;
    locked.open(&path).await.is_at("/hello").sees("s•••@example.com").misses(SAM.0);
    let on = locked.link("Go on as");
    locked.clone().open(&on).await.is_at("/locked");
    // However long the page was open.
    stage.wait(13 * 3600);
    locked.submit_to("/hello", &[]).await.is_at("/sign-in").sees("Log in to Harbour Physio");
});

walk!(whoever_is_in_already_goes_on_from_their_own_list, |stage| {
    ask_no_second(&stage).await;
    let path = from_the_list(&stage, SAM.0).await;
    let mut desk = stage.browser();
    log_in(&mut desk, SAM, false).await;
    desk.open(&path).await.is_at("/me").sees("Sam");
    // And whose session is over is in nobody's way.
    desk.open("/me").await.submit_to("/log-out", &[]).await;
    desk.open(&path).await.is_at("/sign-in");
    assert_eq!(desk.hidden("email"), SAM.0);
});

walk!(a_client_at_somebody_elses_portal_is_asked_without_names, |stage| {
    add_client(&stage, "Robin Ash", "robin@example.org").await;
    let path = from_the_list(&stage, "robin@example.org").await;
    let mut phone = stage.browser();
    sign_in(&stage, &mut phone, JO).await;
    phone.open(&path).await.is_at("/hello").sees("Somebody else is signed in here").sees("Exit quickly");
    for name in ["Jo ", JO, "Robin", "robin@"] {
        phone.misses(name);
    }
    assert!(phone.html.contains("data-exit=\"http://localhost:8080/left?for=au."), "{}", phone.html);
    phone.submit_to("/hello", &[]).await.is_at("/portal");
    assert_eq!(phone.hidden("email"), "robin@example.org");
    phone.open("/me").await.is_at("/portal");
});
