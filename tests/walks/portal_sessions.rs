//! A client's session: its limits, kept or not, locked and opened again, shared devices, and leaving in a hurry.

use portico::args;

use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, asked, link_of, newest, sign_in};
use crate::support::stage::Stage;
use crate::walk;

pub async fn sign_in_ticking(stage: &Stage, browser: &mut Browser, tick: &str) {
    browser.open("/portal").await.submit_to("/portal", &[("email", JO), (tick, "1")]).await;
    stage.deliver().await;
    let link = link_of(&newest(stage, JO).await);
    browser.open(&link).await.submit_to(&link, &[]).await;
    browser.is_at("/me");
}

walk!(an_idle_session_locks_and_a_link_brings_it_back, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    let session = number(&stage, "SELECT COUNT(*) FROM session WHERE ended_at IS NULL", args![]).await;
    assert_eq!(session, 1);
    stage.wait(30 * 60 + 1);
    jo.open("/me?x=1").await.is_at("/portal/locked").sees("j•••@example.com").misses(JO);
    jo.open("/locked?then=/me%3Fx=1").await.is_at("/portal/locked");
    jo.open("/portal").await.is_at("/portal/locked");
    jo.open("/locked?then=/me%3Fx=1").await.submit_to("/portal/locked", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    assert_eq!(jo.path, "/me?x=1", "back where Jo was");
    assert_eq!(times(&stage, "unlocked").await, 1);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session", args![]).await, 1, "the same session goes on");
    // Total: twelve hours from its beginning, used or not.
    for _ in 0..23 {
        stage.wait(29 * 60);
        jo.open("/me").await;
    }
    stage.wait(29 * 60);
    jo.open("/me").await.is_at("/portal").sees("signed in for as long as your practice allows");
});

// C11
walk!(kept_for_thirty_days_and_locked_when_idle, |stage| {
    let mut jo = stage.browser();
    sign_in_ticking(&stage, &mut jo, "keep").await;
    jo.close();
    stage.wait(29 * 86_400);
    jo.open("/me").await.is_at("/portal/locked");
    jo.submit_to("/portal/locked", &[]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    stage.wait(86_400 + 60);
    jo.open("/me").await.is_at("/portal");
    // Not kept, it goes with the browser.
    let mut other = stage.browser();
    sign_in(&stage, &mut other, JO).await;
    other.is_at("/me");
    other.close();
    other.open("/me").await.is_at("/portal");
});

walk!(a_practice_may_keep_nobody, |stage| {
    stage.au().execute("UPDATE practice SET client_keep_days = 0, client_idle_minutes = 10", args![]).await.unwrap();
    stage.wait(5);
    let mut jo = stage.browser();
    jo.open("/portal").await.misses("Keep me signed in");
    let mail = asked(&stage, &mut jo, JO).await;
    jo.open(&link_of(&mail)).await.submit_to(&link_of(&mail), &[]).await.is_at("/me");
    stage.wait(601);
    jo.open("/me").await.is_at("/portal/locked");
});

walk!(a_shared_device_forgets_everything_at_log_out, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1"), ("keep", "1")]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    assert_eq!(number(&stage, "SELECT kept FROM session", args![]).await, 0, "shared is never kept");
    assert!(!jo.cookies.contains_key("__Host-mailboxes") && !jo.cookies.contains_key("__Host-been-here"));
    jo.submit_to("/log-out", &[]).await;
    // What is left tells that this browser is at the clients' door now, as the page does.
    let open_now = ["__Host-browser", "__Host-notice", "__Host-at-portal"];
    let left: Vec<&String> = jo.cookies.keys().filter(|name| !open_now.contains(&name.as_str())).collect();
    assert!(left.is_empty(), "{left:?}");
    jo.open("/sign-in").await;
    jo.open("/").await.is_at("/sign-in");
});

// C12
walk!(leaving_in_a_hurry_ends_the_session_and_forgets, |stage| {
    let mut jo = stage.browser();
    sign_in_ticking(&stage, &mut jo, "keep").await;
    jo.sees("Exit quickly");
    let session = jo.cookies["__Host-session"].clone();
    jo.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    assert!(jo.html.contains("content=\"0;url=https://www.wikipedia.org/\""), "{}", jo.html);
    jo.misses("Harbour").misses("Portico");
    assert!(!jo.html.contains("Harbour") && !jo.html.contains("script"));
    let left: Vec<&String> = jo.cookies.keys().filter(|name| *name != "__Host-browser").collect();
    assert!(left.is_empty(), "{left:?}");
    jo.cookies.insert("__Host-session".into(), session);
    jo.open("/me").await.is_at("/sign-in");
    // Pressed before signing in, and pressed twice, it leaves as well.
    for path in ["/portal", "/link/nothing"] {
        stage.browser().open(path).await.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    }
    // The address itself is not ended: the next link gets in.
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
});

// A page that lay open for days, and one whose cookies are gone, leave as quickly as any.
walk!(leaving_in_a_hurry_works_on_a_page_that_was_open_too_long, |stage| {
    let mut jo = stage.browser();
    sign_in_ticking(&stage, &mut jo, "keep").await;
    let mut open = jo.clone();
    stage.wait(13 * 3600);
    open.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    assert!(!open.cookies.contains_key("__Host-session"));
    jo.open("/me").await.is_at("/portal");
    sign_in_ticking(&stage, &mut jo, "keep").await;
    let foreign = stage.browser().open("/portal").await.hidden("csrf");
    let forms = [("csrf".to_owned(), foreign)];
    jo.post("/portal/exit", &forms).await;
    assert_eq!(jo.status, 303);
    jo.open("/me").await.is_at("/sign-in");
    // Another site makes nobody leave.
    stage.wait(61);
    sign_in(&stage, &mut jo, JO).await;
    jo.headers = vec![("origin".into(), "https://evil.example".into())];
    jo.post("/portal/exit", &forms).await;
    assert_eq!(jo.status, 403);
    jo.headers.clear();
    jo.open("/me").await.is_at("/me");
});

walk!(sessions_are_listed_and_ended_from_any_device, |stage| {
    let (mut phone, mut laptop) = (stage.browser(), stage.browser());
    sign_in(&stage, &mut phone, JO).await;
    stage.wait(61);
    sign_in(&stage, &mut laptop, JO).await;
    laptop.open("/me").await.sees("Where you are logged in").sees("You used a link or a code from your mail");
    laptop.submit_to("/me/log-out-everywhere", &[]).await.is_at("/portal");
    stage.wait(5);
    phone.open("/me").await.is_at("/portal");
});

// Pages of staff, and all that are added later, are shut to a client's session.
walk!(a_client_opens_no_page_of_staff, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    let token = jo.open("/me").await.hidden("csrf");
    for route in portico::ops::routes::table() {
        let path = route.path.replace("{id}", "0196c5f0-0000-7000-8000-000000000000");
        let inside = path.starts_with("/me") || path.starts_with("/practice");
        let own = path == "/me"
            || path == "/me/stay"
            || path.starts_with("/me/sessions/")
            || path.starts_with("/me/privacy")
            || path.starts_with("/me/passkeys") && path != "/me/passkeys/silent"
            || path == "/me/portal-password"
            || path == "/me/ways"
            || path.starts_with("/me/email")
            || path == "/me/portals"
            || path.starts_with("/me/contacts/")
            || path == "/me/log-out-everywhere";
        if !inside || own {
            continue;
        }
        jo.send(axum::http::Method::GET, &path, None).await;
        let shut = |browser: &Browser| {
            let to = browser.answered.get("location").map(|to| to.to_str().unwrap().to_owned());
            to.as_deref() == Some("/me") || matches!(browser.status.as_u16(), 403..=405)
        };
        assert!(shut(&jo), "GET {path} {}", jo.status);
        if route.methods.contains(&"POST") {
            jo.post(&path, &[("csrf".into(), token.clone()), ("email".into(), "x@example.com".into())]).await;
            assert!(shut(&jo), "POST {path} {} {}", jo.status, jo.text());
        }
    }
});
