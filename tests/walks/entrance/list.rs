//! The honest ways: a code typed where it was asked, a link here and elsewhere, one press to the practice.

use axum::http::Method;
use portico::args;

use super::{HOST, ask, browser, deliver, follow_to, link, mails};
use crate::support::portal::{JO, sign_in};
use crate::support::stage::code_in;
use crate::support::ways::{SAM, ask_no_second};
use crate::walk;

walk!(a_code_read_on_a_phone_shows_the_list_on_a_locked_down_computer, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "Alex@Example.com").await;
    desk.sees("Check your mail").sees("Alex@example.com").misses("Harbour");
    let all = mails(&stage, "Alex@example.com");
    assert_eq!(all.len(), 1, "one mail for every region");
    let mail = &all[0];
    assert_eq!(mail.subject, "Where you can log in");
    for words in [
        "For staff of Harbour Physio:",
        "http://harbour-physio.au.localhost:8080/sign-in",
        "For staff of Thames Therapy:",
        "http://thames-therapy.uk.localhost:8080/sign-in",
    ] {
        assert!(mail.text.contains(words) && mail.html.contains(words), "{words} is not in:\n{}", mail.text);
    }
    assert!(!mail.text.contains("Rivera"), "no names of people");
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list");
    desk.sees("Harbour Physio").sees("Thames Therapy").sees("harbour-physio.au.localhost:8080/sign-in");
    let href = desk.link("Thames Therapy");
    assert!(!href.contains("alex") && !href.contains("example"), "{href}");
    let there = follow_to(&stage, &href).await;
    there.is_at("/sign-in").sees("Log in to Thames Therapy");
    assert_eq!(there.hidden("email"), "Alex@example.com", "filled in");
    assert_eq!(there.path, "/sign-in", "nothing of it stays in the address");
    // The list can be looked at again for a while, and then not.
    desk.open("/list").await.sees("Harbour Physio");
    stage.wait(15 * 60);
    desk.open("/list").await.is_at("/find");
});

walk!(a_link_shows_the_list_where_it_was_asked_and_elsewhere_after_one_press, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "jo@example.com").await;
    let mail = &mails(&stage, "jo@example.com")[0];
    assert!(mail.text.contains("For clients of Harbour Physio:") && mail.text.contains("uk.localhost:8080/portal"));
    let path = link(mail);
    // Scanners open it, look at its head and press its button, twice; it is still whole for everybody else.
    for _ in 0..2 {
        let mut scanner = browser(&stage).from("203.0.113.9");
        scanner.send(Method::HEAD, &path, None).await;
        scanner.open(&path).await.misses("Harbour").misses("jo@example.com").sees("j•••@example.com");
        scanner.submit(&[]).await;
        let mut bare = browser(&stage);
        bare.send(Method::GET, &path, None).await;
        assert_eq!(bare.answered["referrer-policy"], "no-referrer");
    }
    let mut phone = browser(&stage).from("198.51.100.4");
    phone.open(&path).await.sees("another browser").misses("Thames");
    phone.submit_to(&path, &[]).await.is_at("/list").sees("Thames Therapy").sees("For clients");
    desk.open(&path).await.is_at("/list").sees("Thames Therapy");
    stage.wait(24 * 3600);
    phone.open(&path).await.sees("This link is old");
    assert_eq!(phone.status, 410);
    phone.open(&path[..path.len() - 3]).await.sees("This link isn't whole");
    assert_eq!(phone.status, 404);
});

walk!(only_those_who_can_sign_in_are_listed, |stage| {
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE email_key = 'alex@example.com'", args![]).await.unwrap();
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let mail = &mails(&stage, "alex@example.com")[0];
    assert!(!mail.text.contains("Harbour") && mail.text.contains("Thames"), "{}", mail.text);
    // Whoever was invited and never joined cannot sign in yet; supporters have a door of their own.
    for sql in [
        "UPDATE person SET joined_at = NULL WHERE email_key = 'sam@example.com'",
        "UPDATE practice SET closed_at = 1 WHERE slug = 'nobody'",
    ] {
        let sql: &'static str = sql;
        stage.au().execute(sql, args![]).await.unwrap();
    }
    for email in ["sam@example.com", "casey@example.com"] {
        ask(&stage, &mut browser(&stage), email).await;
        assert_eq!(mails(&stage, email)[0].about, "find-nothing", "{email}");
    }
});

walk!(two_people_on_one_mailbox_are_one_line, |stage| {
    ask(&stage, &mut browser(&stage), "family@example.com").await;
    let mail = &mails(&stage, "family@example.com")[0];
    assert_eq!(mail.text.matches("Thames Therapy").count(), 1, "{}", mail.text);
});

walk!(what_is_left_at_the_entrance_names_nobody, |stage| {
    let mut desk = browser(&stage);
    desk.open("/").await.submit(&[("email", "alex@example.com")]).await;
    let front = &stage.server.front.as_ref().unwrap().db;
    let sealed: Option<(i64,)> =
        front.optional("SELECT COUNT(*) FROM finder WHERE request LIKE 'v1.%'", args![]).await.unwrap();
    assert_eq!(sealed.unwrap().0, 1, "sealed while the mail is made");
    deliver(&stage).await;
    let left: Option<(i64, i64)> = front
        .optional(
            "SELECT (SELECT COUNT(*) FROM finder WHERE request IS NOT NULL),
                (SELECT COUNT(*) FROM outbox WHERE recipient <> '' OR body IS NOT NULL)",
            args![],
        )
        .await
        .unwrap();
    assert_eq!(left.unwrap(), (0, 0));
    let people: Option<(i64,)> = front.optional("SELECT COUNT(*) FROM person", args![]).await.unwrap();
    assert_eq!(people.unwrap().0, 0);
    let lanes: Vec<(String,)> = front.all("SELECT lane FROM tries", args![]).await.unwrap();
    assert!(lanes.len() >= 4 && lanes.iter().all(|(lane,)| lane.starts_with("mail") && !lane.contains('@')));
    for value in desk.cookies.values() {
        assert!(!value.contains("alex"), "{value}");
    }
    let (say, stop) = tokio::sync::watch::channel(false);
    portico::ops::purge::round(front, stage.now() + 3 * 86_400, &stop).await.unwrap();
    drop(say);
    for sql in [
        "SELECT COUNT(*) FROM finder",
        "SELECT COUNT(*) FROM outbox",
        "SELECT COUNT(*) FROM outbox_state",
        "SELECT COUNT(*) FROM tries",
    ] {
        let left: Option<(i64,)> = front.optional(sql, args![]).await.unwrap();
        assert_eq!(left.unwrap().0, 0, "{sql}");
    }
});

walk!(a_ticket_is_good_at_its_own_practice_for_an_hour, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let code = code_in(&mails(&stage, "alex@example.com")[0].text);
    desk.submit(&[("code", &code)]).await;
    let href = desk.link("Harbour Physio");
    let elsewhere = href.replacen("harbour-physio.au", "thames-therapy.uk", 1);
    assert_eq!(follow_to(&stage, &elsewhere).await.is_at("/sign-in").hidden("email"), "");
    stage.wait(3601);
    assert_eq!(follow_to(&stage, &href).await.is_at("/sign-in").hidden("email"), "");
    let mut stranger = stage.browser_at(HOST);
    stranger.open("/list").await.is_at("/");
});

walk!(whoever_signs_in_privately_or_discreetly_is_not_named_in_the_mail, |stage| {
    let at_harbour = "UPDATE person SET private_since = 1 WHERE email_key = 'jo@example.com'";
    stage.au().execute(at_harbour, args![]).await.unwrap();
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "jo@example.com").await;
    let mail = mails(&stage, "jo@example.com").remove(0);
    assert!(
        !mail.text.contains("Harbour") && mail.text.contains("Thames") && !mail.text.contains("More is"),
        "{}",
        mail.text
    );
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list").misses("Harbour");
    let discreet = "UPDATE person SET private_since = NULL, mail_form = 'discreet' WHERE email_key = 'jo@example.com'";
    stage.au().execute(discreet, args![]).await.unwrap();
    stage.wait(61);
    ask(&stage, &mut desk, "jo@example.com").await;
    let mail = mails(&stage, "jo@example.com").remove(0);
    assert!(!mail.text.contains("Harbour") && !mail.html.contains("harbour"), "{}", mail.text);
    assert!(mail.text.contains("More is on your list"), "{}", mail.text);
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list").sees("Harbour Physio");
    let there = follow_to(&stage, &desk.link("Harbour Physio")).await;
    assert_eq!(there.is_at("/portal").hidden("email"), "jo@example.com", "filled in");
});

walk!(clients_and_staff_keep_their_own_door, |stage| {
    for (page, door) in [("/sign-in", "/sign-in"), ("/portal", "/portal"), ("/portal/stuck", "/portal")] {
        let mut browser = stage.browser();
        browser.open(page).await;
        let manifest =
            browser.html.split("rel=\"manifest\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        browser.send(Method::GET, &manifest, None).await;
        let manifest: serde_json::Value = serde_json::from_str(&browser.html).unwrap();
        assert_eq!((&manifest["start_url"], &manifest["short_name"]), (&door.into(), &"Harbour".into()), "{page}");
        if page == door {
            let how = browser.open(page).await.link("Keep this address");
            browser.open(&how).await.sees("harbour-physio.au.localhost:8080");
            assert!(
                browser.html.contains(&format!("href=\"http://harbour-physio.au.localhost:8080{door}\"")),
                "{door}"
            );
        }
    }
});

// C12
walk!(whoever_leaves_in_a_hurry_leaves_no_list_at_the_entrance, |stage| {
    let mut entrance = browser(&stage);
    ask(&stage, &mut entrance, JO).await;
    let code = code_in(&mails(&stage, JO)[0].text);
    entrance.submit(&[("code", &code)]).await.is_at("/list");
    let mut jo = follow_to(&stage, &entrance.link("Harbour Physio")).await;
    jo.is_at("/portal").sees("Exit quickly");
    // By script and without one: the page leads away by way of the entrance.
    let way = |html: &str, before: &str| {
        let from = html.find(before).map(|at| at + before.len()).expect("a way out");
        html[from..].split('"').next().unwrap().to_owned()
    };
    let by_script = way(&jo.html, "data-exit=\"");
    jo.submit_to("/portal/exit", &[]).await;
    let plain = way(&jo.html, "content=\"0;url=");
    assert!(!jo.cookies.contains_key("__Host-remember") && !jo.cookies.contains_key("__Host-from-list"));
    for (way, from) in [(by_script, entrance.clone()), (plain, entrance.clone())] {
        let mut entrance = from;
        let path = way.strip_prefix("http://localhost:8080").expect("by way of the entrance").to_owned();
        assert!(path.starts_with("/left?for=uk.") || path.starts_with("/left?for=au."), "{path}");
        entrance.send(Method::GET, &path, None).await;
        assert_eq!(entrance.answered["location"], "https://www.wikipedia.org/");
        assert_eq!(entrance.answered["clear-site-data"], "\"cache\"");
        for page in ["/list", "/find"] {
            entrance.open(page).await.is_at("/");
            assert!(!entrance.html.contains(JO));
        }
    }
    // Nobody leads people elsewhere by it.
    for path in ["/left", "/left?for=https://evil.example/", "/left?for=au.https://evil.example/"] {
        entrance.send(Method::GET, path, None).await;
        assert_eq!(entrance.answered["location"], "https://www.wikipedia.org/", "{path}");
    }
});

walk!(an_old_list_leads_clients_to_their_own_door, |stage| {
    let mut entrance = browser(&stage);
    ask(&stage, &mut entrance, JO).await;
    let code = code_in(&mails(&stage, JO)[0].text);
    entrance.submit(&[("code", &code)]).await.is_at("/list");
    let href = entrance.link("Harbour Physio");
    stage.wait(3700);
    follow_to(&stage, &href).await.is_at("/portal");
    // Whole or not: a ticket that opens nothing tells nothing, the link does.
    let bent = href.replacen("for=v1", "for=v2", 1);
    assert_ne!(bent, href);
    follow_to(&stage, &bent).await.is_at("/portal");
    follow_to(&stage, bent.split("&at=").next().unwrap()).await.is_at("/sign-in");
});

walk!(a_clients_session_keeps_no_colleague_from_the_staffs_door, |stage| {
    ask_no_second(&stage).await;
    let mut shared = stage.browser();
    sign_in(&stage, &mut shared, JO).await;
    shared.is_at("/me").sees("Jo");
    let mut entrance = browser(&stage);
    ask(&stage, &mut entrance, SAM.0).await;
    let code = code_in(&mails(&stage, SAM.0)[0].text);
    entrance.submit(&[("code", &code)]).await.is_at("/list");
    let href = entrance.link("Harbour Physio");
    shared.open(href.split_once("localhost:8080").unwrap().1).await.is_at("/sign-in").sees("Log in to Harbour Physio");
    assert!(shared.html.contains("value=\"sam@example.com\""), "{}", shared.html);
    let before = shared.clone();
    shared.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/me").sees("Sam");
    // Staff who are in go on, and a client's locked session is no way in for them either.
    shared.open("/sign-in").await.is_at("/me");
    let mut locked = before;
    stage.wait(3600);
    locked.open("/sign-in").await.is_at("/sign-in");
});

walk!(a_list_that_was_closed_says_so_and_promises_no_mail, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let mail = mails(&stage, "alex@example.com").remove(0);
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list");
    // And in a browser that only opened the link: there the address stays a hint.
    let mut other = browser(&stage).from("198.51.100.7");
    let path = link(&mail);
    other.open(&path).await.submit_to(&path, &[]).await.is_at("/list");
    stage.wait(15 * 60);
    for (page, shown) in [(&mut desk, "alex@example.com"), (&mut other, "a•••@example.com")] {
        page.open("/list").await.is_at("/find").sees("Your list is closed").sees(shown).misses("We are sending");
        page.sees("The link in the mail works for a day");
        assert!(!page.html.contains("name=\"code\""), "{}", page.html);
    }
    assert!(!other.html.contains("alex@example.com"), "{}", other.html);
    let mut linked = other.clone();
    linked.open(&path).await.submit_to(&path, &[]).await.is_at("/list");
    let token = other.hidden("csrf");
    other.post("/find", &[("csrf".into(), token), ("do".into(), "again".into())]).await;
    other.follow().await.is_at("/find").sees("We are sending").sees("a•••@example.com");
    deliver(&stage).await;
    let code = code_in(&mails(&stage, "alex@example.com")[0].text);
    other.submit(&[("code", &code)]).await.is_at("/list").sees("Harbour Physio");
});

walk!(an_old_links_page_that_was_open_too_long_loses_nothing, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let path = link(&mails(&stage, "alex@example.com")[0]);
    stage.wait(25 * 3600);
    let mut late = browser(&stage).from("198.51.100.7");
    late.open(&path).await.sees("This link is old");
    stage.wait(13 * 3600);
    late.submit_to("/", &[]).await.sees("This link is old").sees("Please press the button again");
    late.submit_to("/", &[]).await.is_at("/find").sees("a•••@example.com");
    assert!(!late.html.contains("alex@example.com"), "{}", late.html);
    deliver(&stage).await;
    assert_eq!(mails(&stage, "alex@example.com").len(), 2);
});

walk!(what_is_typed_as_a_practices_name_leads_somewhere, |stage| {
    let typed = async |text: &str| {
        let mut desk = browser(&stage);
        desk.open("/").await;
        let token = desk.hidden("csrf");
        desk.post("/", &[("csrf".into(), token), ("practice".into(), text.to_owned())]).await;
        desk.follow().await;
        desk
    };
    // An email address is asked for, and stands in no web address.
    let desk = typed("alex@example.com").await;
    desk.is_at("/find").sees("alex@example.com");
    deliver(&stage).await;
    assert_eq!(mails(&stage, "alex@example.com").len(), 1);
    let desk = typed("alex@").await;
    desk.is_at("/").sees("Type an email address");
    assert!(desk.html.contains("value=\"alex@\""), "{}", desk.html);
    // A name leads to both doors, a whole address to its own.
    let at = |door: &str| format!("href=\"http://harbour-physio.au.localhost:8080/{door}\"");
    let desk = typed("Hárbour Physio").await;
    assert!(desk.html.contains(&at("sign-in")) && desk.html.contains(&at("portal")), "{}", desk.html);
    let desk = typed("harbour-physio.au.localhost:8080/portal").await;
    assert!(!desk.html.contains(&at("sign-in")) && desk.html.contains(&at("portal")), "{}", desk.html);
});
