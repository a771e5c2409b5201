//! What strangers can do: ask, guess, flood. The answer is the same for everybody, and the mailbox is not flooded.

use axum::http::{HeaderMap, Method};

use portico::args;

use super::{ask, browser, deliver, link, mails};
use crate::support::browser::Browser;
use crate::support::stage::{Stage, code_in};
use crate::walk;

/// Everything that an answer shows, less what is random in it.
async fn shape(stage: &Stage, email: &str, address: &str) -> Vec<String> {
    let mut seen = vec![];
    let mut asker = browser(stage).from(address);
    asker.open("/").await;
    let token = asker.hidden("csrf");
    asker.post("/", &[("csrf".into(), token), ("email".into(), email.into())]).await;
    seen.push(answer(&asker, email));
    asker.follow().await;
    seen.push(answer(&asker, email));
    deliver(stage).await;
    for code in ["000000", "000001", "000002", "000003", "000004", "000005"] {
        asker.submit(&[("code", code)]).await;
        seen.push(answer(&asker, email));
    }
    asker.open("/list").await;
    seen.push(answer(&asker, email));
    seen
}

fn answer(asker: &Browser, email: &str) -> String {
    let mut text = format!("{} {}\n{}", asker.status, headers(&asker.answered), asker.html);
    let inputs = asker.forms().into_iter().flat_map(|form| form.inputs);
    let hidden = inputs.filter(|input| ["csrf", "asking"].contains(&input.name.as_str())).map(|input| input.value);
    for hidden in hidden.chain([email.to_owned()]) {
        text = text.replace(&hidden, "…");
    }
    text
}

fn headers(all: &HeaderMap) -> String {
    let line = |name: &axum::http::HeaderName, value: &axum::http::HeaderValue| {
        let value = value.to_str().unwrap();
        // A sealed cookie differs in its random bytes and in nothing else.
        let value =
            value.split_once('=').filter(|_| name == "set-cookie").map_or(value.to_owned(), |(cookie, rest)| {
                let (sealed, attributes) = rest.split_once(';').unwrap();
                format!("{cookie}={};{attributes}", sealed.len())
            });
        format!("{name}: {value}")
    };
    all.iter().map(|(name, value)| line(name, value)).collect::<Vec<_>>().join("\n")
}

walk!(known_and_unknown_addresses_are_answered_alike, |stage| {
    let known = shape(&stage, "alex@example.com", "192.0.2.1").await;
    for (number, email) in ["jo00@example.com", "nobo@example.com", "famy@example.com"].into_iter().enumerate() {
        assert_eq!(email.len(), "alex@example.com".len());
        let other = shape(&stage, email, &format!("192.0.2.{}", number + 2)).await;
        for (step, (a, b)) in known.iter().zip(&other).enumerate() {
            assert_eq!(a, b, "step {step} differs for {email}");
        }
    }
    assert_eq!(known.len(), 9);
});

walk!(five_wrong_codes_end_the_code_and_the_right_one_is_then_too_late, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let right = code_in(&mails(&stage, "alex@example.com")[0].text);
    let wrong = if right == "111111" { "222222" } else { "111111" };
    for _ in 0..4 {
        desk.submit(&[("code", wrong)]).await.is_at("/find").sees("That isn't the code");
    }
    // Spaces and dashes are how people read codes out.
    let spaced = format!("{} {}", &right[..3], &right[3..]);
    let mut honest = desk.clone();
    honest.submit(&[("code", &spaced)]).await.is_at("/list").sees("Harbour Physio");
    // The fifth says so, and when a new mail can go; the sixth is told the same, right or not.
    for code in [wrong, right.as_str()] {
        let mut desk = desk.open("/find").await.clone();
        desk.submit(&[("code", code)]).await.is_at("/find").sees("Five wrong codes were typed").misses("Harbour");
        desk.sees("The next one can go in 60 seconds");
    }
    let again = async |desk: &mut Browser| {
        let token = desk.hidden("csrf");
        let fields = [("csrf", token.as_str()), ("do", "again"), ("remember", "1")];
        desk.post("/find", &fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
        desk.follow().await;
        deliver(&stage).await;
    };
    // Within the minute the button says to wait; then a mail comes, and what was ticked beside it stays ticked.
    stage.wait(20);
    let mut stranger = browser(&stage).from("198.51.100.9");
    ask(&stage, &mut stranger, "nobody-at-all@example.com").await;
    stage.wait(20);
    again(&mut desk).await;
    desk.is_at("/find").sees("The next one can go in 20 seconds");
    assert_eq!(mails(&stage, "alex@example.com").len(), 1);
    again(&mut stranger).await;
    stranger.sees("The next one can go in 40 seconds");
    stage.wait(20);
    again(&mut desk).await;
    desk.is_at("/find").misses("The next one can go");
    assert!(desk.html.contains("name=\"remember\" value=\"1\" checked"), "{}", desk.html);
    assert_eq!(mails(&stage, "alex@example.com").len(), 2);
    let new = code_in(&mails(&stage, "alex@example.com")[0].text);
    desk.submit(&[("code", &new)]).await.is_at("/list").sees("Harbour Physio");
    // A code of another browser's asking is none here.
    let mut other = browser(&stage).from("198.51.100.7");
    stage.wait(61);
    ask(&stage, &mut other, "alex@example.com").await;
    let second = code_in(&mails(&stage, "alex@example.com")[0].text);
    let mut thief = browser(&stage).from("198.51.100.8");
    ask(&stage, &mut thief, "sam@example.com").await;
    thief.submit(&[("code", &second)]).await.is_at("/find").sees("That isn't the code");
    stage.wait(15 * 60);
    other.submit(&[("code", &second)]).await.sees("15 minutes");
});

walk!(asking_twice_keeps_the_first_code, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    ask(&stage, &mut desk, "alex@example.com").await;
    let all = mails(&stage, "alex@example.com");
    assert_eq!(all.len(), 1, "one mail a minute");
    desk.submit(&[("code", &code_in(&all[0].text))]).await.is_at("/list");
});

walk!(a_button_pressed_twice_at_once_is_one_browser, |stage| {
    let mut desk = browser(&stage);
    desk.open("/").await;
    let mut again = desk.clone();
    let press = |mut browser: Browser| async move {
        let fields = [("csrf", browser.hidden("csrf")), ("email", "alex@example.com".to_owned())];
        browser.post("/", &fields.map(|(name, value)| (name.to_owned(), value))).await;
        browser
    };
    (desk, again) = futures_util::future::join(press(desk), press(again)).await;
    deliver(&stage).await;
    let all = mails(&stage, "alex@example.com");
    assert_eq!(all.len(), 1);
    // Whichever answer the browser kept.
    for mut kept in [desk, again] {
        kept.follow().await;
        kept.submit(&[("code", &code_in(&all[0].text))]).await.is_at("/list");
    }
});

walk!(ten_thousand_askings_are_ten_mails_a_day, |stage| {
    let asked = 10_000;
    let mut flood = browser(&stage);
    let mut token = flood.open("/").await.hidden("csrf");
    for number in 0..asked {
        // A new network each time: the limit of the network is not what stops it.
        flood.peer = format!("10.{}.{}.7:4000", number / 250, number % 250).parse().unwrap();
        flood.post("/", &[("csrf".into(), token.clone()), ("email".into(), "alex@example.com".into())]).await;
        assert_eq!(flood.status, 303, "the asker is told nothing");
        if number % 20 == 0 {
            stage.wait(8 * 60);
            deliver(&stage).await;
            token = flood.open("/").await.hidden("csrf");
        }
    }
    let days = i64::from(asked) / 20 * 8 * 60 / 86_400 + 1;
    let mails = i64::try_from(mails(&stage, "alex@example.com").len()).unwrap();
    assert!(mails >= 5 && mails <= 10 * days, "{mails} mails in {days} days");
    // The owner's next day is as good as ever.
    stage.wait(86_400);
    ask(&stage, &mut browser(&stage).from("203.0.113.77"), "alex@example.com").await;
});

walk!(one_network_asks_sixty_times_an_hour, |stage| {
    let mut crowd = browser(&stage);
    for number in 0..60 {
        crowd.open("/").await.submit(&[("email", &format!("person{number}@example.com"))]).await.is_at("/find");
    }
    crowd.open("/").await.submit(&[("email", "one-more@example.com")]).await.sees("Please wait an hour");
    assert_eq!((crowd.status.as_u16(), crowd.answered["retry-after"].to_str().unwrap()), (429, "3600"));
    browser(&stage).from("192.0.2.11").open("/").await.submit(&[("email", "alex@example.com")]).await.is_at("/find");
    stage.wait(3601);
    crowd.open("/").await.submit(&[("email", "alex@example.com")]).await.is_at("/find");
});

walk!(a_stranger_is_told_once_a_day_and_never_where_nobody_wants_it, |stage| {
    for _ in 0..3 {
        ask(&stage, &mut browser(&stage), "stranger@example.com").await;
        stage.wait(3601);
    }
    let all = mails(&stage, "stranger@example.com");
    assert_eq!(all.len(), 1);
    assert!(all[0].text.contains("No practice knows it") && !all[0].text.contains("code"), "{}", all[0].text);
    stage.wait(86_400);
    ask(&stage, &mut browser(&stage), "stranger@example.com").await;
    assert_eq!(mails(&stage, "stranger@example.com").len(), 2);
    let quiet = Stage::with(tempfile::tempdir().unwrap(), |config| {
        config.entrance.as_mut().unwrap().mail_to_strangers = false;
    })
    .await;
    ask(&quiet, &mut browser(&quiet), "stranger@example.com").await;
    assert!(mails(&quiet, "stranger@example.com").is_empty());
    ask(&quiet, &mut browser(&quiet), "alex@example.com").await;
    assert_eq!(mails(&quiet, "alex@example.com").len(), 1, "whoever is known is told");
});

walk!(what_is_no_address_is_said_at_once, |stage| {
    for typed in ["", "alex", "alex@", "a@b@c.example", "alex@example.com\r\nBcc: x@example.com"] {
        let mut desk = browser(&stage);
        desk.open("/").await.submit(&[("email", typed)]).await.is_at("/").sees("Type an email address");
        assert_eq!(desk.status, 422, "{typed}");
    }
    let mut nobody = browser(&stage);
    nobody.send(Method::GET, "/find", None).await;
    assert_eq!(nobody.answered["location"], "/");
    nobody.open("/?practice=Harbour+Physio").await.sees("Harbour Physio (AU)").sees("Harbour Physio (UK)");
});

walk!(an_old_code_and_an_old_link_are_one_press_from_a_new_mail, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let first = mails(&stage, "alex@example.com").remove(0);
    stage.wait(15 * 60 + 1);
    desk.submit(&[("code", &code_in(&first.text))]).await.sees("This code is too old").misses("fifth");
    let token = desk.hidden("csrf");
    desk.post("/find", &[("csrf".into(), token), ("do".into(), "again".into())]).await;
    desk.follow().await.is_at("/find").sees("alex@example.com");
    deliver(&stage).await;
    let all = mails(&stage, "alex@example.com");
    assert_eq!(all.len(), 2);
    desk.submit(&[("code", &code_in(&all[0].text))]).await.is_at("/list").sees("Harbour Physio");
    stage.wait(86_400);
    let mut phone = browser(&stage).from("198.51.100.9");
    phone.open(&link(&all[0])).await.sees("This link is old").misses("alex");
    assert!(!phone.html.contains("alex"), "whoever holds the link reads no address");
    phone.submit_to("/", &[]).await.is_at("/find");
    deliver(&stage).await;
    let all = mails(&stage, "alex@example.com");
    assert_eq!(all.len(), 3);
    phone.submit(&[("code", &code_in(&all[0].text))]).await.is_at("/list").sees("Harbour Physio");
    // What was not sealed here leads to nobody's mailbox.
    phone.open("/find/v1.k1.AAAA").await.sees("This link isn't whole");
    assert!(phone.forms().iter().all(|form| form.action != "/"));
    phone.open("/").await;
    let token = phone.hidden("csrf");
    phone.post("/", &[("csrf".into(), token), ("link".into(), "v1.k1.AAAA".into())]).await;
    assert_eq!(phone.status, 422);
});

/// AC-095: names are tried one by one. Addresses of practices are public; what is told is only whether one answers there.
async fn page_at(stage: &Stage, host: &str, path: &str) -> String {
    let mut stranger = stage.browser_at(host);
    stranger.send(Method::GET, path, None).await;
    format!("{} {}\n{}", stranger.status, headers(&stranger.answered), stranger.html).replace(host, "…")
}

walk!(trying_names_of_practices_tells_nothing_but_who_answers, |stage| {
    for sql in [
        "INSERT INTO practice (id, slug, host, name, contact_phone, created_at, closed_at) VALUES ('closed', 'closed-clinic', 'closed-clinic.au.localhost', 'Closed Clinic', '0299', 1, 2)",
        "INSERT INTO person (practice_id, id, kind, role, name, email, email_key, joined_at, created_at) VALUES ('closed', 'owner', 'staff', 'administrator', 'Olive Owner', 'olive@example.com', 'olive@example.com', 1, 1)",
    ] {
        stage.au().execute(sql, args![]).await.unwrap();
    }
    for path in ["/", "/sign-in", "/portal", "/keep", "/logo"] {
        let unknown = page_at(&stage, "nobody-here.au.localhost:8080", path).await;
        assert!(unknown.starts_with("404") && !unknown.contains("Closed"), "{unknown}");
        for number in 0..20 {
            let tried = page_at(&stage, &format!("practice-{number}.au.localhost:8080"), path).await;
            assert_eq!(tried, unknown, "{path} {number}");
        }
        for host in
            ["closed-clinic.au.localhost:8080", "support.nobody.au.localhost:8080", "nobody.nowhere.localhost:8080"]
        {
            assert_eq!(page_at(&stage, host, path).await, unknown, "{path} at {host}");
        }
    }
    // At the entrance a typed name is answered without a look whether it is anybody's.
    let typed = |name: &'static str| {
        let mut stranger = browser(&stage);
        async move {
            stranger.open(&format!("/?practice={name}")).await;
            let token = stranger.hidden("csrf");
            stranger.html.replace(&token, "…").replace(name, "…")
        }
    };
    assert_eq!(typed("harbour-physio").await, typed("closed-clinic").await);
    assert_eq!(typed("harbour-physio").await, typed("nobody-here").await);
    // Whoever knows the name gets there, and reads the practice's name and nobody's.
    let mut honest = stage.browser();
    honest.open("/sign-in").await.sees("Log in to Harbour Physio").misses("Alex").misses("alex@");
});

/// AC-070 at the entrance: past the limit nothing more goes to addresses that nobody has; whoever is on file is answered.
async fn a_flood_of_strangers_keeps_nobody_from_the_list(stage: Stage) {
    for number in 0..8 {
        let mut stranger = browser(&stage).from(&format!("198.51.100.{number}"));
        ask(&stage, &mut stranger, &format!("made-up-{number}@example.net")).await;
        stranger.sees("Check your mail");
    }
    let told = (0..8).filter(|number| !mails(&stage, &format!("made-up-{number}@example.net")).is_empty()).count();
    assert_eq!(told, 5, "the limit, and no more");
    let mut alex = browser(&stage).from("203.0.113.9");
    ask(&stage, &mut alex, "alex@example.com").await;
    let mail = &mails(&stage, "alex@example.com")[0];
    alex.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list").sees("Harbour Physio").sees("Thames Therapy");
    // The hour is over.
    stage.wait(3601);
    ask(&stage, &mut browser(&stage), "made-up-late@example.net").await;
    assert_eq!(mails(&stage, "made-up-late@example.net").len(), 1);
}

mod a_flood_of_strangers {
    use portico::config::{Asked, Config};

    use super::*;

    fn few(config: &mut Config) {
        config.asked = Asked { per_practice: 1000, in_all: 5 };
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        a_flood_of_strangers_keeps_nobody_from_the_list(Stage::with(tempfile::tempdir().unwrap(), few).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        if let Some(stage) = Stage::postgres_with(few).await {
            a_flood_of_strangers_keeps_nobody_from_the_list(stage).await;
        }
    }
}

// One mailbox has as many addresses as somebody likes; mails about none of them being known are few all the same.
walk!(an_unknown_mailbox_is_flooded_by_none_of_its_addresses, |stage| {
    for number in 0..12 {
        let mut stranger = browser(&stage).from(&format!("198.51.100.{number}"));
        ask(&stage, &mut stranger, &format!("victim+{number}@example.com")).await;
        stranger.sees("Check your mail");
        stage.wait(61);
    }
    let told = async |stage: &Stage| {
        let all = stage.server.kept::<portico::notices::carriers::Carriers>().unwrap().mailbox().unwrap().list("");
        all.into_iter().filter(|mail| mail.to.starts_with("victim") && mail.about == "find-nothing").count()
    };
    assert_eq!(told(&stage).await, 5, "five an hour");
    stage.wait(3600);
    for number in 20..32 {
        ask(&stage, &mut browser(&stage).from("203.0.113.4"), &format!("victim+{number}@example.com")).await;
        stage.wait(3000);
    }
    assert_eq!(told(&stage).await, 10, "ten a day");
    // Whoever is on file under such an address has the limits of that address alone.
    let sql = "UPDATE person SET email = 'victim+50@example.com', email_key = 'victim+50@example.com' WHERE email_key = 'sam@example.com'";
    stage.au().execute(sql, args![]).await.unwrap();
    ask(&stage, &mut browser(&stage), "victim+50@example.com").await;
    assert!(mails(&stage, "victim+50@example.com")[0].text.contains("Harbour Physio"));
    // The next day is as good as ever.
    stage.wait(86_400);
    ask(&stage, &mut browser(&stage), "victim@example.com").await;
    assert_eq!(mails(&stage, "victim@example.com").len(), 1);
});
