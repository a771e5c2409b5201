//! Links to one thing, opened by clients, scanners and strangers (C13).

use axum::http::Method;
use portico::args;
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::desk::times;
use crate::support::portal::{JO, add_client, sign_in};
use crate::support::program::{LINKS, Program, checked, path_of, wish};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const PHONE: &str = "+61 2 5550 1234";

/// A program, Jo's link and its path.
async fn jos_link(stage: &Stage) -> (Program, Value, String) {
    let program = Program::at_harbour(stage).await;
    let link = program.make(wish(stage, &somebody(stage, JO).await.id)).await;
    let path = path_of(&link);
    (program, link, path)
}

/// Where a link led.
#[track_caller]
fn location(browser: &Browser) -> String {
    assert_eq!(browser.status, 303, "{}", browser.text());
    browser.answered["location"].to_str().unwrap().to_owned()
}

/// No session began, and nothing of Portico's own is open.
async fn opens_nothing_else(browser: &mut Browser) {
    let tells_nobody = |name: &String| ["__Host-browser", "__Host-at-portal"].contains(&name.as_str());
    assert!(browser.cookies.keys().all(tells_nobody), "{:?}", browser.cookies);
    browser.open("/me").await.is_at("/sign-in");
    browser.open("/portal").await.sees("Email me a link");
}

walk!(a_link_opens_one_thing_in_its_window, |stage| {
    let (program, link, path) = jos_link(&stage).await;
    let jo = somebody(&stage, JO).await;
    assert_eq!((&link["state"], &link["needs_sign_in"]), (&json!("waiting"), &json!(false)));
    let mut phone = stage.browser();
    phone.open(&path).await.sees("You are a little early").sees("today at 6:00 pm AEDT").sees(PHONE);
    assert_eq!(phone.status, 200);
    assert_eq!(phone.link("Try again"), path);
    opens_nothing_else(&mut phone).await;

    stage.wait(3600);
    phone.send(Method::GET, &path, None).await;
    let to = location(&phone);
    assert!(to.starts_with("https://visits.example/join?from=portico&guest="), "{to}");
    assert_eq!(phone.answered["referrer-policy"], "no-referrer");
    let said = checked(&program, &to).await;
    assert_eq!(said["iss"], "http://harbour-physio.au.localhost:8080");
    assert_eq!((&said["aud"], &said["resource"]), (&json!("https://visits.example"), &json!("visits/8412")));
    assert_eq!((&said["sub"], &said["link"]), (&json!(jo.id), &link["id"]));
    assert_eq!(said["exp"].as_i64().unwrap() - stage.now(), 60);
    opens_nothing_else(&mut phone).await;

    stage.wait(3599);
    phone.send(Method::GET, &path, None).await;
    location(&phone);
    stage.wait(1);
    phone.open(&path).await.sees("This link is over").sees("7:00 pm AEDT").sees(PHONE);
    assert_eq!(phone.status, 410);
    opens_nothing_else(&mut phone).await;
});

// AC-058: whatever looks at it before its reader, as often as it likes, uses nothing up.
walk!(scanners_use_no_link_up, |stage| {
    let (program, link, path) = jos_link(&stage).await;
    let shown =
        async || program.call(Method::GET, &format!("{LINKS}/{}", link["id"].as_str().unwrap()), None).await.json();
    let mut scanner = stage.browser().from("203.0.113.9");
    for _ in 0..20 {
        scanner.send(Method::HEAD, &path, None).await;
        scanner.send(Method::GET, &path, None).await;
        scanner.send(Method::POST, &path, Some("csrf=x".into())).await;
    }
    stage.wait(3600);
    scanner.send(Method::HEAD, &path, None).await;
    scanner.headers = vec![("sec-purpose".into(), "prefetch".into())];
    scanner.send(Method::GET, &path, None).await;
    assert_eq!((shown().await["opened_at"].clone(), times(&stage, "guest-link-opened").await), (Value::Null, 0));
    let mut jo = stage.browser();
    for _ in 0..3 {
        jo.send(Method::GET, &path, None).await;
        location(&jo);
    }
    assert_eq!(shown().await["opened_at"], "2026-11-21T07:00:00Z");
    assert_eq!(times(&stage, "guest-link-opened").await, 1, "noted once");
});

// "Will this have any impact on how clients access their telehealth appointments?" – "This will have no effect."
// The practice changes how its clients sign in and Jo signs in, out and everywhere; her link goes on working without.
walk!(alissa_telehealth, |stage| {
    let (_, _, path) = jos_link(&stage).await;
    stage.wait(3600);
    let mut phone = stage.browser();
    let mut works = async |when: &str| {
        phone.send(Method::GET, &path, None).await;
        assert_eq!(phone.status, 303, "{when}: {}", phone.text());
        assert!(location(&phone).starts_with("https://visits.example/"), "{when}");
    };
    works("before").await;
    let sql = "UPDATE practice SET link_minutes = 10, pin_by = 'nobody', client_keep_days = 0";
    stage.au().execute(sql, args![]).await.unwrap();
    stage.wait(5);
    works("after the practice changed how its clients sign in").await;
    let mut laptop = stage.browser();
    sign_in(&stage, &mut laptop, JO).await;
    laptop.open("/me").await.is_at("/me");
    works("while signed in elsewhere").await;
    laptop.submit_to("/me/log-out-everywhere", &[]).await;
    stage.wait(5);
    laptop.open("/me").await.is_at("/portal");
    works("logged out everywhere").await;
    // And in the browser that knows nobody it opens nothing else.
    opens_nothing_else(&mut phone).await;
});

walk!(a_link_that_is_taken_back_opens_nothing, |stage| {
    let (program, link, path) = jos_link(&stage).await;
    let kim = add_client(&stage, "Kim Other", "kim.other@example.com").await;
    let honest = path_of(&program.make(wish(&stage, &kim)).await);
    let address = format!("{LINKS}/{}", link["id"].as_str().unwrap());
    stage.wait(3600);
    for _ in 0..2 {
        assert_eq!(program.call(Method::DELETE, &address, None).await.status, 204);
    }
    assert_eq!(times(&stage, "guest-link-ended").await, 1);
    assert_eq!(program.call(Method::GET, &address, None).await.json()["state"], "ended");
    let mut phone = stage.browser();
    phone.open(&path).await.sees("doesn't work any more").sees("Your practice took it back").sees(PHONE);
    assert_eq!(phone.status, 410);
    // AC-075: the page of a dead link names nobody and nothing.
    for word in ["Jo", "Lindqvist", "jo@example.com", "8412", "visits.example", "Booking"] {
        assert!(!phone.text().contains(word), "{word}: {}", phone.text());
    }
    phone.send(Method::GET, &honest, None).await;
    location(&phone);
});

walk!(access_off_closes_every_link, |stage| {
    let (_, _, path) = jos_link(&stage).await;
    stage.wait(3600);
    let jo = somebody(&stage, JO).await.id;
    let mut phone = stage.browser();
    stage.au().execute("UPDATE person SET closed_at = $2 WHERE id = $1", args![&jo, stage.now()]).await.unwrap();
    phone.open(&path).await.sees("It opens nothing now").misses("Jo");
    assert_eq!(phone.status, 410);
    stage.au().execute("UPDATE person SET closed_at = NULL WHERE id = $1", args![&jo]).await.unwrap();
    phone.send(Method::GET, &path, None).await;
    location(&phone);
    stage.au().execute("DELETE FROM person WHERE id = $1", args![&jo]).await.unwrap();
    phone.open(&path).await.sees("It opens nothing now");
});

// AC-068: a link of one practice at another, and every letter of it changed.
walk!(only_the_exact_link_of_this_practice_opens, |stage| {
    let (_, link, path) = jos_link(&stage).await;
    stage.wait(3600);
    let mut neighbour = stage.browser_at("thames-therapy.uk.localhost:8080");
    neighbour.open(&path).await.sees("This link isn't complete").misses("Jo");
    let token = path.strip_prefix("/go/").unwrap();
    let mut stranger = stage.browser();
    for at in 0..token.len() {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        stranger.open(&format!("/go/{changed}")).await;
        assert_eq!(stranger.status, 410, "{changed}");
    }
    for bad in [
        "x",
        link["id"].as_str().unwrap(),
        &token[..48],
        &format!("{token}A"),
        "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4",
    ] {
        stranger.open(&format!("/go/{bad}")).await.sees("This link isn't complete");
    }
    stranger.send(Method::GET, &path, None).await;
    location(&stranger);
});
