//! Many people of one practice in the same moment: nobody pays for another's turn.

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use portico::args;
use portico::platform::error::{Error, Result};
use portico::platform::web::Visit;
use portico::sign_in::step::Factor;

use crate::support::browser::Browser;
use crate::support::ways::{ask_no_second, let_in, practice_id};
use crate::walk;

const COLLEAGUES: usize = 12;

walk!(twelve_who_ask_for_a_mail_at_once_all_get_it, |stage| {
    ask_no_second(&stage).await;
    let practice = practice_id(&stage).await;
    let mut all = vec![];
    for number in 0..COLLEAGUES {
        let email = format!("colleague{number}@example.com");
        stage
            .au()
            .execute(
                "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at)
                 VALUES ($1, $2, 'staff', 'reception', $3, $4, $4, 1, 1)",
                args![&practice, format!("colleague-{number}"), format!("Colleague {number}"), &email],
            )
            .await
            .unwrap();
        let mut browser = stage.browser();
        let_in(&stage, &mut browser, &email, &[Factor::Password], false).await;
        browser.open("/me/email").await;
        all.push(browser);
    }
    let at_once = all.into_iter().enumerate().map(|(number, mut browser)| {
        tokio::spawn(async move {
            browser.submit(&[("email", &format!("new{number}@example.com"))]).await;
            browser
        })
    });
    let mut asked = vec![];
    for one in at_once.collect::<Vec<_>>() {
        asked.push(one.await.unwrap());
    }
    for browser in &asked {
        browser.is_at("/me/email/sent");
    }
    for number in 0..COLLEAGUES {
        assert_eq!(stage.messages(&format!("new{number}@example.com")).await.len(), 1, "{number}");
    }
    // Whoever really asks twice is told so.
    let mut hasty = asked.remove(0);
    hasty.open("/me/email").await.submit(&[("email", "new0@example.com")]).await;
    assert_eq!(hasty.status, 429, "{}", hasty.text());
});

/// A page whose transaction always meets another's.
async fn crowded(visit: Visit) -> Result<()> {
    visit.set_cookie("__Host-promise", "kept", None);
    Err(Error::Conflict)
}

walk!(what_never_came_about_leaves_no_cookie, |stage| {
    let more = Router::new().route("/crowded", get(crowded));
    let router = portico::app::router_with(std::sync::Arc::clone(&stage.server), more);
    let mut browser = Browser::new(router, "localhost:8080");
    browser.send(Method::GET, "/crowded", None).await;
    assert_eq!(browser.status, 503);
    assert!(!browser.cookies.contains_key("__Host-promise"), "{:?}", browser.cookies);
    assert!(browser.cookies.contains_key("__Host-browser"), "what was set before the page stays");
});
