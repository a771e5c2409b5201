//! "Who is this cookie", as a proxy asks it.

use axum::http::Method;

use crate::walk;

const SAM: &str = "sam@example.com";
const SAMS_PASSWORD: &str = "copper-kettle-meadow-19";

walk!(a_proxy_learns_who_it_is_and_keeps_nobody_awake, |stage| {
    let mut sam = stage.browser();
    sam.open("/auth/check").await;
    assert_eq!((sam.status.as_u16(), sam.answered["portico-state"].to_str().unwrap()), (401, "nobody"));
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    // Asked every ten minutes while nobody touches a page, the hour of rest still ends in a lock.
    for _ in 0..6 {
        stage.wait(600);
        sam.open("/auth/check").await;
        assert_eq!(sam.status.as_u16(), 200);
        let header = |name: &str| sam.answered[name].to_str().unwrap().to_owned();
        assert_eq!((header("portico-kind"), header("portico-role")), ("staff".into(), "practitioner".into()));
        assert_eq!(header("portico-assurance"), "password");
        assert!(!header("portico-person").is_empty());
        assert_eq!(header("cache-control"), "no-store");
    }
    stage.wait(60);
    sam.open("/auth/check").await;
    assert_eq!((sam.status.as_u16(), sam.answered["portico-state"].to_str().unwrap()), (401, "locked"));
    assert!(!sam.answered.contains_key("portico-person"), "a locked session names nobody");
});

walk!(only_reading_is_answered_there_and_it_is_counted, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    for method in [Method::GET, Method::HEAD] {
        sam.send(method, "/auth/check", None).await;
        assert_eq!(sam.status.as_u16(), 200);
        assert_eq!(sam.answered["portico-kind"], "staff");
    }
    let csrf = sam.open("/me").await.hidden("csrf");
    sam.post("/auth/check", &[("csrf".to_owned(), csrf)]).await;
    assert_eq!((sam.status.as_u16(), sam.answered["allow"].to_str().unwrap()), (405, "GET, HEAD, POST"));
    sam.sees("Harbour Physio").sees("That can't be done here");
    sam.send(Method::PUT, "/auth/check", None).await;
    assert_eq!(sam.status.as_u16(), 405);
    let counted = stage.server.metrics.encode();
    for (status, times) in [("2xx", 2), ("4xx", 2)] {
        let line = format!("portico_http_requests_total{{route=\"/auth/check\",status=\"{status}\"}} {times}");
        assert!(counted.contains(&line), "{counted}");
    }
    sam.host = "au.localhost:8080".into();
    sam.send(Method::GET, "/auth/check", None).await;
    assert_eq!(sam.status.as_u16(), 404, "nobody is anybody where no practice is");
});
