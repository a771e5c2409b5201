//! Clients sign in with a link or a code, in the browser that asked (C1, C2, C14); what is over says so.

use axum::http::Method;
use portico::args;

use crate::support::desk::number;
use crate::support::portal::{JO, ask, asked, code_of, link_of, newest, sign_in, wrong_code};
use crate::support::stage::Stage;
use crate::walk;

async fn sessions(stage: &Stage) -> i64 {
    number(stage, "SELECT COUNT(*) FROM session WHERE ended_at IS NULL", args![]).await
}

walk!(jo_presses_the_link_and_is_in, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal?then=/me%23sessions").await.sees("Sign in to Harbour Physio").sees("No password needed");
    jo.submit(&[("email", "Jo@Example.com ")]).await.is_at("/portal/sent").sees("Look in your mailbox");
    stage.deliver().await;
    let mail = newest(&stage, JO).await;
    assert_eq!(mail.subject, "Sign in to Harbour Physio");
    let link = link_of(&mail);
    assert!(mail.text.contains(&format!("http://harbour-physio.au.localhost:8080{link}\n")), "{}", mail.text);
    assert!(mail.html.contains(&link) && mail.html.contains(&code_of(&mail)), "both parts say the same");
    assert!(
        !mail.text.contains("Jo Lindqvist") && !mail.html.contains("Lindqvist"),
        "no name in a mail that others may read"
    );
    jo.open(&link).await.sees("j•••@example.com").misses("jo@example.com");
    jo.submit_to(&link, &[]).await.is_at("/me#sessions");
    jo.sees("Jo Lindqvist").misses("Password").misses("Recognised devices");
    assert_eq!(stage.events().await.iter().filter(|event| *event == "signed-in").count(), 1);
    // The mail told of it already.
    assert!(!stage.messages(JO).await.iter().any(|sent| sent.about.starts_with("signed-in")));
});

walk!(jo_types_the_code_instead, |stage| {
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    let code = code_of(&mail);
    jo.open(&jo.path.clone()).await;
    jo.submit_to("/portal/code", &[("code", &wrong_code(&code))]).await.sees("4 more tries are left");
    jo.submit_to("/portal/code", &[("code", &format!("{} {}", &code[..3], &code[3..]))]).await.is_at("/me");
    // The link is used up by it, and says so; signed in, Jo is simply led on.
    jo.open(&link_of(&mail)).await.is_at("/me");
    let mut later = stage.browser();
    later.open(&link_of(&mail)).await.sees("This link was used on");
});

// AC-058: HEAD and GET any number of times, with and without the marks of a prefetch.
walk!(looking_at_a_link_uses_nothing_up, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    let mut scanner = stage.browser();
    scanner.user_agent = "Mozilla/5.0 (compatible; scanner)".into();
    for _ in 0..10 {
        scanner.send(Method::HEAD, &link, None).await;
        assert_eq!(scanner.status, 200);
        scanner.send(Method::GET, &link, None).await;
        assert_eq!(scanner.status, 200);
    }
    scanner.headers = vec![("sec-purpose".into(), "prefetch".into())];
    scanner.send(Method::GET, &link, None).await;
    scanner.headers.clear();
    // It presses and submits whatever there is, filled in as such programs do.
    for action in scanner.open(&link).await.forms().into_iter().map(|form| form.action).collect::<Vec<_>>() {
        scanner.open(&link).await;
        let fields = match action.rsplit('/').next() {
            Some("number") => vec![("number", "test")],
            Some("code") => vec![("code", "test")],
            _ => vec![],
        };
        scanner.submit_to(&action, &fields).await;
        scanner.open(&link).await.submit_to(&action, &[]).await;
        assert!(!scanner.cookies.contains_key("__Host-session"));
    }
    let mut fields = vec![("csrf".to_owned(), scanner.open(&link).await.hidden("csrf"))];
    scanner.post(&link, &fields).await;
    assert_eq!(scanner.status, 200, "the page for another browser, again");
    fields.push(("do".into(), "not-me".into()));
    scanner.post(&format!("{link}/code"), &fields).await;
    assert_eq!(sessions(&stage).await, 0);
    let tries = number(&stage, "SELECT tries FROM link_ask", args![]).await;
    assert_eq!(tries, 0, "what is no code takes no try");
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
});

// AC-059
walk!(a_hundred_presses_start_one_session, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    let csrf = jo.open(&link).await.hidden("csrf");
    let presses = (0..100).map(|_| {
        let (mut browser, link, csrf) = (jo.clone(), link.clone(), csrf.clone());
        tokio::spawn(async move {
            browser.post(&link, &[("csrf".into(), csrf)]).await;
            (browser.status.as_u16(), browser.cookies.contains_key("__Host-session"))
        })
    });
    let answers = futures_util::future::join_all(presses).await;
    let in_ = answers.iter().filter(|answer| answer.as_ref().unwrap().1).count();
    assert_eq!(in_, 1, "{answers:?}");
    assert!(answers.iter().all(|answer| matches!(answer.as_ref().unwrap().0, 303 | 503)), "{answers:?}");
    assert_eq!(sessions(&stage).await, 1);
    assert_eq!(stage.events().await.iter().filter(|event| *event == "signed-in").count(), 1);
});

walk!(two_clicks_or_a_second_tab_lock_nobody_out, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    let mut tab = jo.clone();
    let csrf = jo.open(&link).await.hidden("csrf");
    tab.open(&link).await;
    jo.submit_to(&link, &[]).await.is_at("/me");
    // The second tab shares the cookies of the first.
    tab.cookies = jo.cookies.clone();
    tab.post(&link, &[("csrf".into(), csrf)]).await.follow().await;
    tab.is_at("/me");
    // The page after asking, still open, goes on as well.
    tab.open("/portal/sent").await.is_at("/me");
    jo.open(&link).await.is_at("/me");
});

walk!(the_answer_was_lost_and_the_link_goes_on, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    let csrf = jo.open(&link).await.hidden("csrf");
    let mut lost = jo.clone();
    lost.post(&link, &[("csrf".into(), csrf)]).await;
    assert_eq!(lost.status, 303);
    // The browser never saw the cookie: within a quarter of an hour it goes on with a press, later it is told.
    jo.open(&link).await.is_at("/portal/who");
    jo.submit(&[("person", &jo.hidden("person"))]).await.is_at("/me");
    let mut late = stage.browser();
    late.cookies.insert("__Host-link".into(), jo.cookies["__Host-link"].clone());
    stage.wait(16 * 60);
    late.open(&link).await.sees("This link was used on");
});

// "The email link expires before the 24 hours are up … it will not allow them to request a new link."
walk!(a_link_works_its_whole_day_and_then_offers_a_new_one, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    stage.wait(24 * 3600 - 60);
    jo.open(&link).await.sees("Sign in").misses("opens nothing");
    stage.wait(61);
    jo.open(&link).await.sees("This link worked until").sees("j•••@example.com").misses(JO);
    assert_eq!(jo.status, 410);
    jo.submit_to(&format!("{link}/new"), &[]).await.is_at("/portal").sees("Your address is filled in");
    assert_eq!(jo.hidden("email"), JO);
    jo.submit_to("/portal", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let fresh = link_of(&newest(&stage, JO).await);
    assert_ne!(fresh, link);
    jo.open(&fresh).await.submit_to(&fresh, &[]).await.is_at("/me");
});

walk!(a_practice_may_let_links_end_earlier, |stage| {
    stage.au().execute("UPDATE practice SET link_minutes = 10", args![]).await.unwrap();
    stage.wait(5);
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    stage.wait(600);
    jo.open(&link).await.sees("This link worked until");
});

walk!(a_newer_mail_ends_the_older_and_says_when, |stage| {
    let mut jo = stage.browser();
    let first = asked(&stage, &mut jo, JO).await;
    stage.wait(61);
    jo.submit_to("/portal/again", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let second = newest(&stage, JO).await;
    assert_ne!(link_of(&first), link_of(&second));
    jo.open(&link_of(&first)).await.sees("A newer email was sent on 21 November 2026, 5:01 pm");
    jo.submit_to(&format!("{}/new", link_of(&first)), &[]).await.is_at("/portal");
    jo.open(&link_of(&second)).await.submit_to(&link_of(&second), &[]).await.is_at("/me");
});

// AC-068, AC-075
walk!(a_link_of_another_practice_says_so, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    let mut neighbour = stage.browser_at("thames-therapy.uk.localhost:8080");
    neighbour.cookies.insert("__Host-link".into(), jo.cookies["__Host-link"].clone());
    neighbour.open(&link).await.sees("another practice").misses("example.com");
    neighbour.open("/link/nothing").await.sees("We don't know this link");
    assert_eq!(neighbour.status, 410);
    // A token of another kind opens nothing here, and one letter off is no link.
    let other = if link[8..].starts_with('x') { 'y' } else { 'x' };
    let flipped = format!("{}{other}{}", &link[..8], &link[9..]);
    jo.open(&flipped).await.sees("We don't know this link").misses("example.com");
    jo.open(&link.to_uppercase().replacen("/LINK/", "/link/", 1)).await.misses("example.com");
    let mut sam = stage.browser();
    sam.open("/forgot").await.submit(&[("email", "sam@example.com")]).await;
    stage.deliver().await;
    let reset = stage.messages("sam@example.com").await.remove(0);
    let token = crate::support::stage::link_in(&reset.text).replacen("/reset/", "/link/", 1);
    jo.open(&token).await.sees("We don't know this link");
});

// AC-066
walk!(a_return_address_survives_the_mail_and_stays_here, |stage| {
    for (wanted, lands) in
        [("/me?x=1", "/me"), ("https://evil.example/", "/me"), ("//evil.example", "/me"), ("/\\evil", "/me")]
    {
        let mut jo = stage.browser();
        jo.open(&format!("/portal?then={}", portico::platform::web::encode(wanted))).await;
        jo.submit_to("/portal", &[("email", JO)]).await;
        stage.deliver().await;
        let link = link_of(&newest(&stage, JO).await);
        jo.open(&link).await.submit_to(&link, &[]).await;
        assert_eq!(jo.path.split('?').next(), Some(lands), "{wanted}");
        stage.wait(3601);
    }
});

walk!(somebody_whose_access_ended_gets_no_further, |stage| {
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    let closed = "UPDATE person SET closed_at = 1 WHERE email_key = 'jo@example.com' AND kind = 'client'";
    stage.au().execute(closed, args![]).await.unwrap();
    jo.open(&link)
        .await
        .submit_to(&link, &[])
        .await
        .is_at("/portal/who")
        .sees("Nobody signs in with this address any more");
    assert_eq!(sessions(&stage).await, 0);
    // And a moved address is nobody's any more.
    let opened = "UPDATE person SET closed_at = NULL, email_key = 'new@example.com' WHERE email_key = 'jo@example.com' AND kind = 'client'";
    stage.au().execute(opened, args![]).await.unwrap();
    stage.wait(3601);
    let mut again = stage.browser();
    ask(&mut again, JO).await;
    stage.deliver().await;
    assert!(stage.messages(JO).await[0].about == "portal-nobody");
});

walk!(a_member_of_staff_at_the_wrong_door_is_told, |stage| {
    let mut sam = stage.browser();
    ask(&mut sam, "sam@example.com").await;
    stage.deliver().await;
    let mail = stage.messages("sam@example.com").await.remove(0);
    assert_eq!(mail.about, "portal-nobody");
    assert!(mail.text.contains("/sign-in"), "{}", mail.text);
    assert_eq!(sessions(&stage).await, 0);
});

walk!(jo_logs_out_and_finds_the_way_back, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me").await.submit_to("/log-out", &[]).await.is_at("/portal").sees("You are logged out");
    assert!(!jo.cookies.contains_key("__Host-link"), "the next person here does not go on with Jo's mailbox");
    jo.open("/me").await.is_at("/portal");
    jo.open("/").await.is_at("/portal");
    // Somebody else's browser begins where staff do, with the way to the portal in sight.
    let mut other = stage.browser();
    other.open("/me").await.is_at("/sign-in");
    assert_eq!(other.link("Sign in to the client portal"), "/portal?then=%2Fme");
});
