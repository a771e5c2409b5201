//! The number that a client reads out on the phone, once it has come to its end: the page says why and gives another, and
//! the practice gives no PIN for it.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{change, number};
use crate::support::portal::{JO, ask, asked, code_of, link_of, number_on, wrong_code};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

async fn issue(member: &mut Browser, client: &str, request: &str) -> String {
    member.open(&format!("/practice/clients/{client}/pin")).await;
    member.submit(&[("number", request), ("how", "called-back")]).await.sees("It is shown only now");
    number_on(member)
}

/// Five wrong PINs; the page after the last.
async fn spoil(stage: &Stage, browser: &mut Browser, pin: &str) {
    for _ in 0..5 {
        browser.submit_to("/portal/pin", &[("pin", &wrong_code(pin))]).await;
        stage.wait(1);
    }
}

walk!(after_five_wrong_pins_there_is_a_new_number, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    let dead = number_on(&jo);
    let pin = issue(&mut sam, &id, &dead).await;
    spoil(&stage, &mut jo, &pin).await;
    // The page says so at once, with no number to read out, no field, and no link to a field that is not there.
    jo.sees("No PIN can be used for this number any more").sees("Get a new number").misses("read out this number");
    assert!(!jo.html.contains("name=\"pin\"") && !jo.html.contains("href=\"#pin\""), "{}", jo.html);
    sam.open("/practice/stuck").await.sees("ask them to press “Get a new number”").misses(&dead);
    // The practice gives no PIN for it, and it costs none of the three.
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &dead), ("how", "called-back")]).await.sees("Ask the client to press “Get a new number”");
    assert_eq!((sam.status.as_u16(), number(&stage, "SELECT COUNT(*) FROM pin", args![]).await), (422, 1));
    // "Start again" within the minute leads to the same asking; its page says the same.
    jo.open(&jo.link("Start again")).await.submit_to("/portal", &[("email", JO)]).await.is_at("/portal/sent");
    jo.open(&jo.link("I can't get the email")).await.misses(&dead).sees("Five wrong PINs were typed");
    jo.submit_to("/portal/stuck", &[]).await.sees("read out this number");
    let new = number_on(&jo);
    assert_ne!(new, dead);
    let pin = issue(&mut sam, &id, &new).await;
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me").sees("Jo Lindqvist");
});

// Whoever guesses gets no more tries by new numbers than three PINs a day have.
walk!(new_numbers_give_a_guesser_no_more_than_three_pins, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let mut guesser = stage.browser().from("203.0.113.9");
    guesser.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    for _ in 0..3 {
        let pin = issue(&mut sam, &id, &number_on(&guesser)).await;
        spoil(&stage, &mut guesser, &pin).await;
        guesser.submit_to("/portal/stuck", &[]).await;
    }
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &number_on(&guesser)), ("how", "called-back")]).await.sees("three PINs within a day");
});

// What ended the number is said as it was.
walk!(a_number_that_somebody_ended_is_not_called_old, |stage| {
    relaxed(&stage).await;
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    let path = jo.link("I can't get the email");
    let link = link_of(&mail);
    let mut reader = stage.browser();
    reader.open(&link).await;
    let fields = [("csrf", reader.hidden("csrf")), ("code", code_of(&mail)), ("do", "not-me".to_owned())];
    reader.post(&format!("{link}/code"), &fields.map(|(name, value)| (name.to_owned(), value))).await;
    jo.open(&path).await.misses("too old").sees("didn't ask").sees("Get a new number");
    stage.wait(3601);
    let mut other = stage.browser();
    ask(&mut other, JO).await;
    other.open(&other.link("I can't get the email")).await;
    stage.wait(3601);
    other.open(&other.path.clone()).await.sees("Your number is too old");
});

// Where others use the device, that can be said where no email is asked for, and is not forgotten with the address.
walk!(the_device_of_others_can_be_named_without_an_email, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    for (ticked, marks) in [(true, false), (false, true)] {
        let mut jo = stage.browser().from("203.0.113.9");
        jo.open("/portal/stuck").await.sees("Other people use this device");
        let mut fields = vec![("email", JO)];
        if ticked {
            fields.push(("shared", "1"));
        }
        jo.submit_to("/portal/stuck", &fields).await;
        let pin = issue(&mut sam, &id, &number_on(&jo)).await;
        jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
        jo.submit_to("/log-out", &[]).await;
        let left = |name: &str| jo.cookies.contains_key(name);
        assert_eq!((left("__Host-been-here"), left("__Host-way-in")), (marks, marks), "{:?}", jo.cookies);
        stage.wait(61);
    }
});

// The asking of a device that others use goes when the browser is closed, whoever asks there next.
walk!(the_next_asking_does_not_keep_the_one_before, |stage| {
    relaxed(&stage).await;
    crate::support::portal::add_client(&stage, "Pat Reyes", "pat@example.com").await;
    let mut device = stage.browser();
    device.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await;
    let jos = device.path.clone();
    stage.wait(5);
    ask(&mut device, "pat@example.com").await;
    let pats = device.path.clone();
    device.close();
    device.open(&jos).await.is_at("/portal").misses(JO);
    device.open(&pats).await.is_at("/portal/sent").sees("pat@example.com");
    // Who ticks it for the same address on second thoughts keeps what they asked for.
    let mut own = stage.browser();
    stage.wait(61);
    own.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await;
    own.open("/portal").await.submit_to("/portal", &[("email", JO)]).await.is_at("/portal/sent");
    stage.deliver().await;
    let code = code_of(&crate::support::portal::newest(&stage, JO).await);
    own.submit_to("/portal/code", &[("code", &code)]).await.is_at("/me");
});

// A password that opens nothing is no way in.
walk!(a_dead_password_is_not_the_last_way_in, |stage| {
    relaxed(&stage).await;
    stage.au().execute("UPDATE practice SET pin_by = 'nobody', client_passwords = 1", args![]).await.unwrap();
    stage.wait(61);
    let mut jo = stage.browser();
    crate::support::portal::sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/portal-password").await;
    jo.submit_to("/me/portal-password", &[("password", "an orchard of lamps 44")]).await.sees("Your password is set");
    let mut sam = signed_in(&stage, SAM).await;
    let path = format!("/practice/clients/{}/privacy", somebody(&stage, JO).await.id);
    for dead in [
        "UPDATE person SET password_stolen_at = 1 WHERE email_key = $1 AND kind = 'client'",
        "UPDATE person SET password_stolen_at = NULL, password_change_by = 1 WHERE email_key = $1 AND kind = 'client'",
    ] {
        change(&stage, JO, dead).await;
        sam.open(&path).await.submit(&[("mail", "none"), ("do", "mail")]).await.sees("nothing would let them in");
        assert_eq!(somebody(&stage, JO).await.mail_form, "plain");
    }
    // One that works is.
    let alive = "UPDATE person SET password_change_by = NULL WHERE email_key = $1 AND kind = 'client'";
    change(&stage, JO, alive).await;
    sam.open(&path).await.submit(&[("mail", "none"), ("do", "mail")]).await.sees("Saved");
    jo.open("/me/portal-password").await;
    let remove = [("csrf", jo.hidden("csrf")), ("do", "remove".to_owned())];
    let remove = remove.map(|(name, value)| (name.to_owned(), value));
    jo.post("/me/portal-password", &remove).await.sees("Nothing but this password would let you in");
    // A dead one may go.
    change(&stage, JO, "UPDATE person SET password_change_by = 1 WHERE email_key = $1 AND kind = 'client'").await;
    jo.post("/me/portal-password", &remove).await;
    assert_eq!(jo.answered["location"], "/me/portal-password?done=removed");
});
