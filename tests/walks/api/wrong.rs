//! Bodies, methods and addresses that nobody should send to a program's door: a clear problem each time, never a fault.

use axum::http::Method;
use portico::args;
use portico::ops::{practice_rename, routes};
use serde_json::json;

use crate::support::desk::number;
use crate::support::portal::JO;
use crate::support::program::{LINKS, Program, wish};
use crate::support::ways::somebody;
use crate::walk;

// AC-170, AC-175 to AC-177
walk!(wrong_bodies_get_a_clear_answer, |stage| {
    let program = Program::at_harbour(&stage).await;
    let right = wish(&stage, &somebody(&stage, JO).await.id).to_string();
    let twice = right.replacen("{", "{\"resource\":\"a\",", 1);
    let json = "application/json";
    let cases: Vec<(&str, &str, Vec<u8>, u16, &str)> = vec![
        ("nothing", json, vec![], 400, "json"),
        ("half", json, right.as_bytes()[..40].to_vec(), 400, "json"),
        ("two", json, format!("{right}{right}").into_bytes(), 400, "json"),
        ("a name twice", json, twice.into_bytes(), 400, "json"),
        ("a list", json, b"[1]".to_vec(), 400, "json"),
        ("a text", json, b"\"x\"".to_vec(), 400, "json"),
        ("deep lists", json, "[".repeat(60_000).into_bytes(), 400, "json"),
        ("deep objects", json, "{\"a\":".repeat(12_000).into_bytes(), 400, "json"),
        ("a number without end", json, format!("{{\"resource\":{}}}", "9".repeat(10_000)).into_bytes(), 400, "json"),
        ("broken UTF-8", json, b"{\"resource\":\"\xff\xfe\"}".to_vec(), 400, "text"),
        ("UTF-16", json, "{}".encode_utf16().flat_map(u16::to_le_bytes).collect(), 400, "json"),
        ("half a surrogate", json, b"{\"resource\":\"\\ud800\"}".to_vec(), 400, "json"),
        ("a megabyte", json, vec![b' '; 1 << 20], 413, "too-large"),
        (
            "many names",
            json,
            format!("{{{}}}", (0..5000).map(|n| format!("\"a{n}\":1")).collect::<Vec<_>>().join(",")).into_bytes(),
            422,
            "fields",
        ),
        ("a form", "application/x-www-form-urlencoded", right.clone().into_bytes(), 415, "content-type"),
        ("plain text", "text/plain", right.clone().into_bytes(), 415, "content-type"),
        ("no type", "", right.clone().into_bytes(), 415, "content-type"),
        ("another alphabet", "application/json; charset=utf-16", right.clone().into_bytes(), 415, "content-type"),
        ("a strange type", "x/y; =;;\"", right.clone().into_bytes(), 415, "content-type"),
    ];
    for (what, kind, body, status, word) in cases {
        let reply = program.send(Method::POST, LINKS, kind, body).await;
        assert_eq!((reply.status, reply.problem().as_str()), (status, word), "{what}: {}", reply.text);
        assert!(reply.text.len() < 5_000, "{what}: {}", reply.text.len());
        assert!(!reply.text.contains("api-"), "{what}: a sentence without words: {}", reply.text);
    }
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM guest_link", args![]).await, 0);
    let reply = program.send(Method::POST, LINKS, "Application/JSON; charset=\"UTF-8\"", right.into_bytes()).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
});

walk!(every_answer_is_json_and_shown_by_nobody, |stage| {
    let program = Program::at_harbour(&stage).await;
    let mut paths: Vec<String> = routes::table()
        .into_iter()
        .filter(|route| ["program_routes", "hook_routes"].contains(&route.area.as_str()))
        .map(|route| route.path.replace("{id}", "0196c5f0-0000-7000-8000-000000000000"))
        .collect();
    paths.extend(
        ["/api/", "/api/v1", "/api/v1/nothing", "/api/v2/guest-links", "/api/v1/%ff", "/api/v1/%00"].map(str::to_owned),
    );
    for path in paths {
        for method in ["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "STRANGE"] {
            let reply = program.call(method.parse().unwrap(), &path, Some(json!({}))).await;
            let header = |name: &str| reply.headers.get(name).map_or("", |value| value.to_str().unwrap());
            let what = format!("{method} {path}: {} {}", reply.status, reply.text);
            assert!(reply.status < 500, "{what}");
            assert!(reply.status == 204 || header("content-type").contains("json"), "{what}");
            assert_eq!(
                header("content-security-policy"),
                "default-src 'none'; frame-ancestors 'none'; sandbox",
                "{what}"
            );
            assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff", "no-store"), "{what}");
            assert!(header("set-cookie").is_empty() && header("access-control-allow-origin").is_empty(), "{what}");
            if reply.status == 405 {
                assert!(!header("allow").is_empty(), "{what}");
            }
        }
    }
    // Other doors have no such calls.
    for host in ["localhost:8080", "support.localhost:8080", "nobody.au.localhost:8080", "evil.example"] {
        let mut elsewhere = program.clone();
        elsewhere.host = host.to_owned();
        let reply = elsewhere.call(Method::POST, LINKS, Some(json!({}))).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"), "{host}");
    }
});

walk!(a_call_to_an_older_name_is_sent_on_whole, |stage| {
    let program = Program::at_harbour(&stage).await;
    let link = program.make(wish(&stage, &somebody(&stage, JO).await.id)).await;
    practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    let reply = program.call(Method::POST, LINKS, Some(wish(&stage, "x"))).await;
    assert_eq!(
        (reply.status, reply.headers["location"].to_str().unwrap()),
        (308, "http://bay-physio.au.localhost:8080/api/v1/guest-links")
    );
    let mut there = program.clone();
    there.host = "bay-physio.au.localhost:8080".to_owned();
    let shown = there.call(Method::GET, &format!("{LINKS}/{}", link["id"].as_str().unwrap()), None).await.json();
    assert!(shown["url"].as_str().unwrap().starts_with("http://bay-physio.au.localhost:8080/go/"), "{shown}");
    // The mail with the old address still leads there.
    stage.wait(3600);
    let mut phone = stage.browser();
    let path = crate::support::program::path_of(&link);
    phone.send(Method::GET, &path, None).await;
    let to = phone.answered["location"].to_str().unwrap().to_owned();
    assert_eq!(to, format!("http://bay-physio.au.localhost:8080{path}"));
    let mut there = stage.browser_at("bay-physio.au.localhost:8080");
    there.send(Method::GET, &path, None).await;
    assert_eq!(there.status, 303);
});
