//! The PIN as a last resort (C4): AC-077 to AC-085.

use portico::args;

use crate::people::{ALEX, SAM, alex, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, ask, number_on, wrong_code};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

/// A client's browser on the page with the number, and that number.
async fn calling(stage: &Stage, email: &str) -> (Browser, String) {
    let mut browser = stage.browser().from("203.0.113.9");
    ask(&mut browser, email).await;
    browser.open(&browser.link("I can't get the email")).await;
    let number = number_on(&browser);
    (browser, number)
}

async fn issue(member: &mut Browser, client: &str, request: &str) -> String {
    member.open(&format!("/practice/clients/{client}/pin")).await;
    // Who has no number on file is here with the member.
    let how = if member.html.contains("called-back") { "called-back" } else { "in-person" };
    member.submit(&[("number", request), ("how", how)]).await.sees("It is shown only now");
    number_on(member)
}

async fn type_pin<'a>(browser: &'a mut Browser, pin: &str) -> &'a mut Browser {
    browser.submit_to("/portal/pin", &[("pin", pin)]).await
}

walk!(jo_calls_and_gets_in_once, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, JO).await;
    sam.open(&format!("/practice/clients/{id}/pin")).await.sees("+61491570158").sees("Jo Lindqvist");
    // AC-081: nothing is issued before the member has said how they know who is calling, nor without an open request.
    sam.submit(&[("number", &request)]).await.sees("Say first how you know");
    sam.submit(&[("number", "0000"), ("how", "called-back")]).await.sees("No open request has this number");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin", args![]).await, 0);
    let pin = issue(&mut sam, &id, &request).await;
    assert_eq!(pin.len(), 6);
    // AC-083
    let stored = stage.au().all::<(String,)>("SELECT hash FROM pin", args![]).await.unwrap().remove(0).0;
    assert!(stored.starts_with("$argon2id$") && !stored.contains(&pin), "{stored}");
    sam.open(&format!("/practice/clients/{id}/pin")).await.misses(&pin);
    type_pin(&mut jo, &wrong_code(&pin)).await.sees("4 more tries are left");
    type_pin(&mut jo, &pin).await.is_at("/me").sees("Jo Lindqvist");
    // AC-085: one short visit, and nothing that decides who gets in can be changed from it.
    assert_eq!(number(&stage, "SELECT ends_at - created_at FROM session WHERE proofs = 'pin'", args![]).await, 3600);
    jo.open("/me/email").await;
    assert_eq!(jo.status, 403, "/me/email");
    for path in ["/me/password", "/me/two-factor", "/me/mobile"] {
        jo.open(path).await;
        assert_eq!(jo.status, 404, "{path}");
    }
    assert_eq!((times(&stage, "pin-issued").await, times(&stage, "pin-used").await), (1, 1));
    stage.deliver().await;
    let told =
        stage.messages(JO).await.into_iter().find(|sent| sent.about == "pin-issued").expect("the client is told");
    assert!(told.text.contains("Sam Okafor") && !told.text.contains(&pin), "{}", told.text);
    sam.open(&format!("/practice/clients/{id}"))
        .await
        .sees("Typed the PIN")
        .sees("Sam Okafor issued a PIN to Jo Lindqvist");
});

// AC-077: a new PIN gives no try back.
walk!(five_wrong_pins_end_the_request_whatever_is_issued, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, JO).await;
    let first = issue(&mut sam, &id, &request).await;
    for _ in 0..3 {
        type_pin(&mut jo, &wrong_code(&first)).await;
    }
    let second = issue(&mut sam, &id, &request).await;
    // The one before is too old, which takes no try and gives none back.
    type_pin(&mut jo, &first).await.sees(if first == second { "My info" } else { "This PIN is too old" });
    type_pin(&mut jo, &wrong_code(&second)).await.sees("One more try is left");
    type_pin(&mut jo, &wrong_code(&second)).await.sees("No PIN can be used for this number any more");
    assert!(!jo.html.contains("name=\"pin\""));
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session WHERE proofs = 'pin'", args![]).await, 0);
    // The honest twin starts again and gets in.
    stage.wait(61);
    let (mut again, request) = calling(&stage, JO).await;
    let third = issue(&mut sam, &id, &request).await;
    type_pin(&mut again, &third).await.is_at("/me");
    // Three a day and client.
    stage.wait(61);
    let (_, request) = calling(&stage, JO).await;
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "in-person")]).await.sees("three PINs within a day");
});

// AC-078, AC-079, AC-080
walk!(a_pin_opens_one_request_in_one_browser_for_one_client, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let pat = add_client(&stage, "Pat Reyes", "pat@example.com").await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, JO).await;
    let (mut other, others) = calling(&stage, "pat@example.com").await;
    assert_ne!(request, others);
    let pin = issue(&mut sam, &id, &request).await;
    type_pin(&mut other, &pin).await.sees("That isn't the PIN for this number");
    // The request's own id in another browser is nobody's.
    let mut thief = stage.browser();
    thief.open("/portal/stuck").await;
    let fields = [("csrf", thief.hidden("csrf")), ("ask", jo.hidden("ask")), ("pin", pin.clone())];
    thief.post("/portal/pin", &fields.map(|(name, value)| (name.to_owned(), value))).await;
    assert_eq!(thief.answered["location"], "/portal/stuck");
    let mut neighbour = stage.browser_at("thames-therapy.uk.localhost:8080");
    neighbour.cookies.insert("__Host-link".into(), jo.cookies["__Host-link"].clone());
    neighbour.open("/portal/stuck").await;
    let fields = [("csrf", neighbour.hidden("csrf")), ("ask", jo.hidden("ask")), ("pin", pin.clone())];
    neighbour.post("/portal/pin", &fields.map(|(name, value)| (name.to_owned(), value))).await;
    assert_eq!(neighbour.answered["location"], "/portal/stuck");
    let mut twice = jo.clone();
    type_pin(&mut jo, &pin).await.is_at("/me");
    stage.wait(61);
    type_pin(&mut twice, &pin).await.sees("No PIN can be used");
    // Ten minutes.
    let late = issue(&mut sam, &pat, &others).await;
    stage.wait(601);
    type_pin(&mut other, &late).await.sees("This PIN is too old");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session WHERE proofs = 'pin'", args![]).await, 1);
});

// AC-082
walk!(the_issuer_cannot_use_the_pin_in_the_browser_that_made_it, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let mut trick = sam.clone();
    ask(&mut trick, JO).await;
    trick.open(&trick.link("I can't get the email")).await;
    let request = number_on(&trick);
    let pin = issue(&mut sam, &id, &request).await;
    type_pin(&mut trick, &pin).await.sees("made in this very browser");
    type_pin(&mut trick, &pin).await.sees("This PIN is too old");
    assert_eq!(times(&stage, "pin-blocked").await, 1);
    stage.deliver().await;
    assert!(stage.messages(ALEX.0).await.iter().any(|sent| sent.about == "pin-blocked-administrators"));
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session WHERE proofs = 'pin'", args![]).await, 0);
});

walk!(who_may_issue_is_the_practices_choice, |stage| {
    relaxed(&stage).await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, JO).await;
    let choose = async |stage: &Stage, sql: &'static str| {
        stage.au().execute(sql, args![]).await.unwrap();
        stage.server.region("au").unwrap().practices.forget();
    };
    choose(&stage, "UPDATE practice SET pin_by = 'administrators'").await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&format!("/practice/clients/{id}")).await.misses("Issue a PIN");
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    assert_eq!(sam.status, 403);
    assert_eq!(times(&stage, "refused").await, 1);
    let mut alex = alex(&stage).await;
    let pin = issue(&mut alex, &id, &request).await;
    choose(&stage, "UPDATE practice SET pin_by = 'nobody'").await;
    type_pin(&mut jo, &pin).await.sees("No PIN can be used");
    jo.open(&format!("/portal/stuck?ask={}", jo.hidden("ask"))).await.misses("PIN");
});

walk!(a_request_with_another_address_is_confirmed_first, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, "jo@exmaple.com").await;
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "in-person")])
        .await
        .sees("begun with another address")
        .sees("jo@exmaple.com");
    sam.submit(&[("number", &request), ("how", "in-person"), ("other", "1")]).await.sees("shown only now");
    let pin = number_on(&sam);
    type_pin(&mut jo, &pin).await.is_at("/me").sees("Jo Lindqvist");
});

walk!(many_wrong_pins_alarm_the_administrators_once, |stage| {
    for n in 0..7 {
        let (mut browser, _) = calling(&stage, &format!("n{n}@example.com")).await;
        for _ in 0..5 {
            type_pin(&mut browser, "123456").await;
        }
        stage.wait(2);
    }
    assert_eq!(times(&stage, "wrong-pin").await, 35);
    assert_eq!(times(&stage, "pins-guessed").await, 1);
});

walk!(a_number_that_got_too_old_is_replaced_by_one_press, |stage| {
    relaxed(&stage).await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, old) = calling(&stage, JO).await;
    jo.sees("It works until 6:00 pm");
    stage.wait(3600);
    let mut sam = signed_in(&stage, SAM).await;
    // The page that stayed open says so as soon as it is asked anything.
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &old), ("how", "called-back")]).await.sees("No open request has this number");
    jo.open(&jo.path.clone()).await.sees("Your number is too old").misses(&old).misses("read out this number");
    jo.submit_to("/portal/stuck", &[]).await.sees("read out this number").sees("It works until 7:00 pm");
    let pin = issue(&mut sam, &id, &number_on(&jo)).await;
    type_pin(&mut jo, &pin).await.is_at("/me").sees("Jo Lindqvist");
});

// A PIN issued in the last minute of its number works its ten minutes; and a link that ended takes nothing away from who
// never had it.
walk!(the_field_for_the_pin_stays_as_long_as_one_can_come, |stage| {
    relaxed(&stage).await;
    stage.au().execute("UPDATE practice SET link_minutes = 10", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, JO).await;
    stage.deliver().await;
    stage.wait(3590);
    let mut sam = signed_in(&stage, SAM).await;
    jo.open(&jo.path.clone()).await.sees("PIN").sees("read out this number");
    let pin = issue(&mut sam, &id, &request).await;
    stage.wait(300);
    jo.open(&jo.path.clone()).await.sees("Your number is too old");
    type_pin(&mut jo, &pin).await.is_at("/me");
});

// Who is to be called back is on file before they call, and whoever changed it is named where the PIN is issued.
walk!(the_practice_records_the_number_it_calls_back, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/clients/new").await.submit(&[("name", "Pat Reyes"), ("email", "pat@example.com")]).await;
    let pat = sam.path.split(['/', '?']).nth(3).unwrap().to_owned();
    let (pin_page, phone_page) = (format!("/practice/clients/{pat}/pin"), format!("/practice/clients/{pat}/phone"));
    sam.sees("Phone number None");
    sam.open(&pin_page).await.sees("None. Use this only if the client is here with you");
    for (typed, words) in
        [("call me", "look like a phone number"), ("02 55", "too short"), ("1900 654 321", "no such number")]
    {
        sam.open(&phone_page).await.submit(&[("phone", typed)]).await.sees(words);
        assert_eq!((sam.status.as_u16(), sam.hidden("phone")), (422, typed.to_owned()));
    }
    // A landline can be called.
    sam.submit(&[("phone", "(02) 5550 7788")]).await.sees("The phone number is saved").sees("+61255507788");
    sam.sees("Sam Okafor changed the phone number of Pat Reyes");
    let sealed = "SELECT COUNT(*) FROM person WHERE mobile LIKE '%5550%'";
    assert_eq!(number(&stage, sealed, args![]).await, 0, "sealed as every number is");
    sam.open(&pin_page).await.sees("+61255507788").sees("Sam Okafor changed it on 21 November 2026, 5:00 pm");
    // The same number again changes nothing; an empty field takes it off.
    sam.open(&phone_page).await.submit(&[("phone", "+61 2 5550 7788")]).await.sees("The phone number is saved");
    assert_eq!(times(&stage, "client-phone-changed").await, 1);
    sam.open(&phone_page).await.submit(&[("phone", "")]).await.sees("Phone number None");
    assert_eq!(times(&stage, "client-phone-changed").await, 2);
    stage.deliver().await;
    assert!(stage.messages("pat@example.com").await.is_empty(), "nothing is mailed about it");
    // It takes fresh proof, and is for the practice alone.
    stage.wait(301);
    sam.open(&phone_page).await.is_at("/confirm");
    let mut jo = stage.browser();
    crate::support::portal::sign_in(&stage, &mut jo, JO).await;
    jo.open(&phone_page).await;
    assert_eq!(jo.status, 404);
    jo.open("/me").await;
    let fields = [("csrf", jo.hidden("csrf")), ("phone", "0491 570 158".to_owned())];
    jo.post(&phone_page, &fields.map(|(name, value)| (name.to_owned(), value))).await;
    assert!(jo.status.as_u16() == 403 || jo.status.as_u16() == 404, "{}", jo.status);
    assert_eq!(times(&stage, "client-phone-changed").await, 2);
});

// AC-081: nobody was called back where no number is on file.
walk!(without_a_number_on_file_the_client_has_to_be_there, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let kim = add_client(&stage, "Kim Ashworth", "kim@example.com").await;
    let (_, request) = calling(&stage, "kim@example.com").await;
    let path = format!("/practice/clients/{kim}/pin");
    sam.open(&path).await.sees("Use this only if the client is here").misses("I called them back");
    let fields = |how: &str| {
        [("csrf", sam.hidden("csrf")), ("number", request.clone()), ("how", how.to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
    };
    let called = fields("called-back");
    sam.post(&path, &called).await.sees("No phone number is on file");
    assert_eq!((sam.status.as_u16(), number(&stage, "SELECT COUNT(*) FROM pin", args![]).await), (422, 0));
    sam.open(&path).await.submit(&[("number", &request), ("how", "in-person")]).await.sees("It is shown only now");
    // The same two words stand where passkeys are deleted.
    sam.open(&format!("/practice/clients/{kim}/passkeys")).await.misses("I called them back");
    assert_eq!(times(&stage, "pin-issued").await, 1);
});

// Too late is not wrong: it takes no try, and tells nobody anything who does not have the PIN.
walk!(a_pin_that_is_too_old_is_called_that, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let (mut jo, request) = calling(&stage, JO).await;
    let first = issue(&mut sam, &id, &request).await;
    stage.wait(10 * 60 + 1);
    type_pin(&mut jo, &first).await.sees("This PIN is too old. Ask for a new one.").misses("tries are left");
    assert_eq!(number(&stage, "SELECT pin_tries FROM link_ask", args![]).await, 0);
    assert_eq!(times(&stage, "wrong-pin").await, 0);
    type_pin(&mut jo, &wrong_code(&first)).await.sees("That isn't the PIN for this number. 4 more tries are left");
    let mut sam = signed_in(&stage, SAM).await;
    let second = issue(&mut sam, &id, &request).await;
    if first != second {
        type_pin(&mut jo, &first).await.sees("This PIN is too old");
    }
    type_pin(&mut jo, &second).await.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(number(&stage, "SELECT pin_tries FROM link_ask", args![]).await, 2);
});
