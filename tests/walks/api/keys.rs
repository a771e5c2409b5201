//! Keys: shown once, kept as a hash, recorded, told, ended at once; and what wrong ones meet.

use axum::http::Method;
use portico::api::keys::{GUEST_LINKS, Wanted};
use portico::args;
use portico::ops::{api_keys, routes};
use serde_json::json;

use crate::people::{ALEX, alex};
use crate::support::desk::{mails, number, times};
use crate::support::portal::JO;
use crate::support::program::{APP, LINKS, Program, wish};
use crate::support::ways::somebody;
use crate::walk;

const NOBODY: &str = "0196c5f0-0000-7000-8000-000000000000";

// No page in a browser can make these calls: whatever the browser holds, it is not read.
walk!(a_cookie_alone_calls_nothing, |stage| {
    let mut alex = alex(&stage).await;
    let token = alex.open("/me").await.hidden("csrf");
    let program = Program::at_harbour(&stage).await;
    let link = program.make(wish(&stage, &somebody(&stage, JO).await.id)).await;
    let before = stage.events().await;
    let mut tried = 0;
    for route in routes::table().into_iter().filter(|route| route.area == "program_routes") {
        let path = route.path.replace("{id}", link["id"].as_str().unwrap());
        for method in &route.methods {
            let method: Method = method.parse().unwrap();
            for body in ["", "{}", &format!("csrf={token}"), &wish(&stage, "x").to_string()] {
                for kind in ["application/json", "application/x-www-form-urlencoded", "text/plain"] {
                    let mut browser = alex.clone();
                    browser.headers = vec![("content-type".into(), kind.into())];
                    browser.send(method.clone(), &path, Some(body.to_owned())).await;
                    let open = ["/api/v1/openapi.json", "/api/v1/jwks.json"].contains(&path.as_str());
                    assert_eq!(browser.status, if open { 200 } else { 401 }, "{method} {path}: {}", browser.html);
                    assert!(browser.answered.get("set-cookie").is_none(), "{path}");
                    assert!(open || browser.answered["www-authenticate"] == "Bearer realm=\"portico\"");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 60, "{tried}");
    assert_eq!(stage.events().await, before);
    // With a key the cookie does neither good nor harm.
    let both = program.with("cookie", "__Host-session=x; __Host-session=y").with("origin", "https://evil.example");
    assert_eq!(both.call(Method::GET, &format!("{LINKS}/{}", link["id"].as_str().unwrap()), None).await.status, 200);
});

walk!(a_key_is_shown_once_recorded_and_ended, |stage| {
    let program = Program::at_harbour(&stage).await;
    assert!(program.key.starts_with("portico_") && program.key.len() == 51, "{}", program.key);
    let row: Option<(String, String)> =
        stage.au().optional("SELECT hash, scopes FROM api_key WHERE id = $1", args![&program.key_id]).await.unwrap();
    let (hash, scopes) = row.unwrap();
    assert!(!program.key.contains(&hash) && hash.len() == 43 && scopes == GUEST_LINKS);
    let told = mails(&stage, ALEX.0).await.remove(0);
    assert!(told.subject.contains("key for a program was made") && told.text.contains("“Booking”"), "{}", told.text);
    assert!(!told.text.contains(&program.key));
    assert_eq!(times(&stage, "api-key-made").await, 1);
    // Its use is noted, to the minute.
    let address = format!("{LINKS}/{NOBODY}");
    let list = async || api_keys::list(&stage.server, "au", "harbour-physio").await.unwrap().remove(0);
    assert_eq!(list().await.used_at, None);
    assert_eq!(program.call(Method::GET, &address, None).await.status, 404);
    assert_eq!(list().await.used_at, Some(stage.now()));
    stage.wait(59);
    program.call(Method::GET, &address, None).await;
    assert_eq!(list().await.used_at, Some(stage.now() - 59));
    // Ended, it opens nothing at once, while another one goes on and so do the links it made.
    let other = Program::at_harbour(&stage).await;
    let link = program.make(wish(&stage, &somebody(&stage, JO).await.id)).await;
    api_keys::end(&stage.server, "au", "harbour-physio", &program.key_id).await.unwrap();
    assert!(api_keys::end(&stage.server, "au", "harbour-physio", &program.key_id).await.is_err(), "once");
    assert_eq!(program.call(Method::GET, &address, None).await.problem(), "wrong-key");
    assert_eq!(times(&stage, "api-key-ended").await, 1);
    assert!(mails(&stage, ALEX.0).await[0].subject.contains("was ended"));
    let shown = other.call(Method::GET, &format!("{LINKS}/{}", link["id"].as_str().unwrap()), None).await;
    assert_eq!((shown.status, &shown.json()["state"]), (200, &json!("waiting")));
    let mut alex = alex(&stage).await;
    alex.open("/practice/record")
        .await
        .sees("made a key for a program")
        .sees("Booking made a link to one thing for Jo Lindqvist");
});

walk!(a_key_that_is_not_right_is_not_made, |stage| {
    let create = async |name: &str, scopes: &[&str], app: &str| {
        api_keys::create(&stage.server, "au", "harbour-physio", &Wanted { name, scopes, app }).await
    };
    for (name, scopes, app) in [
        ("", &[GUEST_LINKS][..], APP),
        ("Booking", &[], APP),
        ("Booking", &["everything"], APP),
        ("Booking", &[GUEST_LINKS], "http://visits.example"),
        ("Booking", &[GUEST_LINKS], "visits.example"),
        (&"x".repeat(81), &[GUEST_LINKS], APP),
    ] {
        assert!(create(name, scopes, app).await.is_err(), "{name} {scopes:?} {app}");
    }
    for _ in 0..20 {
        create("Booking", &[GUEST_LINKS], APP).await.unwrap();
    }
    assert!(create("One more", &[GUEST_LINKS], APP).await.unwrap_err().to_string().contains("at most 20"));
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM api_key", args![]).await, 20);
    for (region, slug) in [("nz", "harbour-physio"), ("au", "nobody")] {
        let wanted = Wanted { name: "Booking", scopes: &[GUEST_LINKS], app: APP };
        assert!(api_keys::create(&stage.server, region, slug, &wanted).await.is_err());
    }
});

walk!(wrong_keys_are_refused_and_slowed_and_right_ones_never, |stage| {
    let program = Program::at_harbour(&stage).await;
    let address = format!("{LINKS}/{NOBODY}");
    let mut wrong = program.clone();
    let turned = program.key.replacen("portico_", "Portico_", 1);
    for key in ["x", "portico_", &turned, &format!("{}A", program.key), &program.key[..50]] {
        wrong.key = key.to_owned();
        let reply = wrong.call(Method::GET, &address, None).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "wrong-key"), "{key}");
        assert_eq!(reply.headers["www-authenticate"], "Bearer realm=\"portico\", error=\"invalid_token\"");
        assert!(!reply.text.contains(key) || key == "x");
    }
    for (name, value) in
        [("authorization", "Basic YTpi"), ("x-api-key", program.key.as_str()), ("authorization", "Bearer")]
    {
        let reply = Program::without_key(&stage).with(name, value).call(Method::GET, &address, None).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "no-key"), "{name}: {value}");
    }
    let query = format!("{address}?access_token={}", program.key);
    assert_eq!(Program::without_key(&stage).call(Method::GET, &query, None).await.status, 401, "never in an address");
    for _ in 0..25 {
        assert_eq!(wrong.call(Method::GET, &address, None).await.status, 401);
    }
    let reply = wrong.call(Method::GET, &address, None).await;
    assert_eq!(
        (reply.status, reply.problem().as_str(), &reply.headers["retry-after"]),
        (429, "too-often", &"600".parse().unwrap())
    );
    // The honest one behind the same address, and everybody elsewhere, notice nothing.
    assert_eq!(program.call(Method::GET, &address, None).await.status, 404);
    wrong.address = "203.0.113.1".into();
    assert_eq!(wrong.call(Method::GET, &address, None).await.status, 401);
    wrong.address = "198.51.100.7".into();
    stage.wait(601);
    assert_eq!(wrong.call(Method::GET, &address, None).await.status, 401);
});

walk!(a_key_without_the_scope_is_told_which_it_lacks, |stage| {
    let program = Program::at_harbour(&stage).await;
    stage.au().execute("UPDATE api_key SET scopes = 'something-else'", args![]).await.unwrap();
    let reply = program.call(Method::GET, &format!("{LINKS}/{NOBODY}"), None).await;
    assert_eq!((reply.status, reply.problem().as_str()), (403, "no-scope"));
    assert!(reply.headers["www-authenticate"].to_str().unwrap().contains("scope=\"guest-links\""));
});

walk!(a_key_changes_so_much_a_minute, |stage| {
    let (program, other) = (Program::at_harbour(&stage).await, Program::at_harbour(&stage).await);
    let lane = "UPDATE tries SET count = 600 WHERE lane LIKE 'api changes%'";
    let wanted = wish(&stage, &somebody(&stage, JO).await.id);
    program.make(wanted.clone()).await;
    stage.au().execute(lane, args![]).await.unwrap();
    let reply = program.call(Method::POST, LINKS, Some(wanted.clone())).await;
    assert_eq!((reply.status, &reply.headers["retry-after"]), (429, &"60".parse().unwrap()));
    other.make(wanted.clone()).await;
    stage.wait(61);
    program.make(wanted).await;
});
