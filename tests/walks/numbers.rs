//! Numbers that no clock has, wherever a request says a time: always an answer, never a broken line.

use axum::http::Method;
use portico::ops::routes;

use crate::support::stage::Stage;
use crate::support::ways::{SAM, ask_no_second, log_in};
use crate::walk;

const EXTREMES: [&str; 4] = ["-9223372036854775808", "9223372036854775807", "-9223372036854775807", "0"];

// AC-170
walk!(a_time_that_nobody_has_is_answered_like_any_wrong_one, |stage| {
    for number in EXTREMES {
        for token in [format!("{number}.x"), format!("{number}.someone.x"), format!("{number}.{}", "a".repeat(43))] {
            for route in routes::table().into_iter().filter(|route| route.methods.contains(&"POST")) {
                if ["between_routes", "program_routes", "hook_routes"].contains(&route.area.as_str()) {
                    continue;
                }
                for cookie in [false, true] {
                    let mut browser = stage.browser();
                    if route.area == "entrance_routes" {
                        browser.host = "localhost:8080".into();
                    }
                    if cookie {
                        browser.cookies.insert("__Host-browser".into(), "0123456789abcdef".into());
                    }
                    let path = route.path.replace("{token}", "nothing").replace("{id}", "nothing");
                    browser.send(Method::POST, &path, Some(format!("email=a@b.co&csrf={token}"))).await;
                    assert!(browser.status.as_u16() < 500, "{path}: {token}: {}", browser.text());
                }
            }
        }
    }
});

walk!(a_right_password_with_a_time_that_nobody_has_is_right, |stage| {
    ask_no_second(&stage).await;
    for number in EXTREMES {
        sign_in_with(&stage, "device_challenge", &format!("{number}.x")).await;
        sign_in_with(&stage, "device_challenge", &format!("{number}.{}", "a".repeat(43))).await;
        let mut browser = stage.browser();
        browser.open("/sign-in").await;
        let token = browser.hidden("ceremony").split('.').collect::<Vec<_>>().join(".");
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[2] = number;
        let fields = [("csrf", browser.hidden("csrf")), ("ceremony", parts.join(".")), ("credential", "{}".into())];
        browser.post("/sign-in/passkey", &fields.map(|(name, value)| (name.to_owned(), value))).await;
        assert!(browser.status.as_u16() < 500, "{number}: {}", browser.text());
    }
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    sam.is_at("/me");
});

async fn sign_in_with(stage: &Stage, name: &str, value: &str) {
    let mut browser = stage.browser();
    browser.open("/sign-in").await;
    let fields = [
        ("csrf", browser.hidden("csrf")),
        ("email", SAM.0.to_owned()),
        ("password", SAM.1.to_owned()),
        ("keep", "1".to_owned()),
        ("device_key", "a-key".to_owned()),
        (name, value.to_owned()),
    ];
    browser.post("/sign-in", &fields.map(|(name, value)| (name.to_owned(), value))).await;
    browser.follow().await.is_at("/me");
}

// A practice's own page too: whatever breaks before the page is asked is answered.
walk!(a_number_in_the_query_is_answered, |stage| {
    ask_no_second(&stage).await;
    let mut alex = stage.browser();
    let proofs = [portico::sign_in::step::Factor::Password];
    crate::support::ways::let_in(&stage, &mut alex, crate::support::ways::ALEX.0, &proofs, false).await;
    for number in EXTREMES {
        for path in ["/practice/record?before=", "/practice/clients?after=", "/practice/people?after="] {
            alex.send(Method::GET, &format!("{path}{number}.x"), None).await;
            assert!(alex.status.as_u16() < 500, "{path}{number}");
        }
        let body = format!("csrf={}&shown={number}", alex.form_token);
        alex.send(Method::POST, "/practice/clients/stuck/nothing", Some(body)).await;
        assert!(alex.status.as_u16() < 500, "{number}");
    }
});
