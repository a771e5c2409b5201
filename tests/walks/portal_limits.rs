//! Asking for a link: one answer for every address (C1), and how often.

use portico::args;
use portico::platform::db::Db;
use portico::platform::limit;

use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, ask, asked};
use crate::support::stage::Stage;
use crate::walk;

/// What a page says to somebody who cannot see the address in it.
pub fn without(html: &str, email: &str) -> String {
    let mut text = html.replace(email, "…");
    for (before, after) in
        [("name=\"csrf\" value=\"", "\""), ("name=\"ask\" value=\"", "\""), ("?ask=", "\""), ("class=\"number\">", "<")]
    {
        let pieces: Vec<String> = text
            .split(before)
            .enumerate()
            .map(|(at, piece)| {
                if at == 0 { piece.to_owned() } else { piece.split_once(after).map_or("", |(_, rest)| rest).to_owned() }
            })
            .collect();
        text = pieces.join(before);
    }
    text
}

async fn answer_to(stage: &Stage, email: &str) -> (u16, Vec<String>, String, String) {
    let mut browser = stage.browser();
    browser.open("/portal").await;
    let fields = [("csrf", browser.hidden("csrf")), ("email", email.to_owned()), ("keep", "1".to_owned())];
    browser.post("/portal", &fields.map(|(name, value)| (name.to_owned(), value))).await;
    let status = browser.status.as_u16();
    let mut headers: Vec<String> = browser.answered.keys().map(|name| name.to_string()).collect();
    headers.sort();
    browser.follow().await;
    let sent = without(&browser.html, email);
    stage.deliver().await;
    browser.submit_to("/portal/code", &[("code", "123456")]).await;
    (status, headers, sent, without(&browser.html, email))
}

walk!(known_and_unknown_addresses_are_told_the_same, |stage| {
    let known = answer_to(&stage, JO).await;
    assert_eq!(known.0, 303);
    assert!(known.2.contains("Look in your mailbox") && known.3.contains("4 more tries"), "{}", known.3);
    for other in ["nobody@example.com", "sam@example.com", "alex@example.com"] {
        assert_eq!(answer_to(&stage, other).await, known, "{other}");
    }
});

walk!(nobody_is_looked_up_while_somebody_waits, |stage| {
    let mut anybody = stage.browser();
    ask(&mut anybody, "nobody@example.com").await;
    ask(&mut stage.browser(), JO).await;
    assert_eq!(
        number(&stage, "SELECT COUNT(*) FROM link_ask WHERE result = 'asked' AND handled_at IS NULL", args![]).await,
        2
    );
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM outbox WHERE kind = 'portal-link'", args![]).await, 2);
    stage.deliver().await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM link_ask WHERE handled_at IS NOT NULL", args![]).await, 2);
});

walk!(an_unknown_address_gets_one_kind_mail_a_day, |stage| {
    for round in 0..3 {
        ask(&mut stage.browser(), "nobody@example.com").await;
        stage.deliver().await;
        stage.wait(3601);
        let mails = stage.messages("nobody@example.com").await.into_iter().filter(|sent| sent.kind == "mail");
        let mails: Vec<_> = mails.collect();
        assert_eq!(mails.len(), 1, "round {round}");
        assert!(mails[0].text.contains("Nobody can sign in with this address now"), "{}", mails[0].text);
        assert!(mails[0].text.contains("+61 2 5550 1234"), "whom to ask: {}", mails[0].text);
    }
});

// AC-069
walk!(a_mailbox_cannot_be_flooded, |stage| {
    let mails =
        async |stage: &Stage| number(stage, "SELECT COUNT(*) FROM link_ask WHERE result <> 'limited'", args![]).await;
    // Everybody asks from a browser of their own; all see the same page.
    for minute in 0..12 {
        for _ in 0..2 {
            let mut stranger = stage.browser();
            ask(&mut stranger, JO).await;
            stranger.sees("Look in your mailbox").misses("limit");
        }
        stage.deliver().await;
        let most = if minute < 5 { minute + 1 } else { 5 };
        assert_eq!(mails(&stage).await, most, "minute {minute}");
        stage.wait(61);
    }
    for _ in 0..10 {
        stage.wait(3601);
        ask(&mut stage.browser(), JO).await;
        stage.deliver().await;
    }
    assert_eq!(mails(&stage).await, 10, "ten a day");
    assert!(
        number(&stage, "SELECT COUNT(*) FROM link_ask WHERE result = 'limited'", args![]).await > 10,
        "the practice can see it"
    );
});

// The flood keeps nobody out who has been here before.
walk!(a_flood_from_elsewhere_does_not_use_up_jos_mails, |stage| {
    let mut jo = stage.browser();
    crate::support::portal::sign_in(&stage, &mut jo, JO).await;
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    for _ in 0..6 {
        ask(&mut stage.browser(), JO).await;
        stage.deliver().await;
        stage.wait(61);
    }
    ask(&mut stage.browser(), JO).await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM link_ask WHERE result = 'limited'", args![]).await, 3);
    crate::support::portal::sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me");
});

walk!(pressed_twice_it_is_one_asking_and_the_code_fits, |stage| {
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    ask(&mut jo, JO).await;
    stage.deliver().await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM link_ask", args![]).await, 1);
    jo.submit_to("/portal/code", &[("code", &crate::support::portal::code_of(&mail))]).await.is_at("/me");
});

walk!(the_pause_is_in_sight_and_ends, |stage| {
    let mut jo = stage.browser();
    asked(&stage, &mut jo, JO).await;
    jo.sees("You can ask again at 5:01 pm");
    assert!(jo.html.contains("data-pause=\"60\""));
    stage.wait(61);
    jo.open(&jo.path.clone()).await.misses("You can ask again");
});

walk!(one_network_cannot_ask_for_everybody, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await;
    let token = jo.hidden("csrf");
    for n in 0..61 {
        let fields = [("csrf".to_owned(), token.clone()), ("email".to_owned(), format!("n{n}@example.com"))];
        jo.post("/portal", &fields).await;
    }
    assert_eq!(jo.status, 429);
    jo.sees("very many requests");
    assert_eq!(jo.hidden("email"), "n60@example.com");
    let mut elsewhere: Browser = stage.browser().from("198.51.100.7");
    ask(&mut elsewhere, JO).await;
});

walk!(what_is_no_address_is_said_and_kept, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal")
        .await
        .submit(&[("email", "jo at example")])
        .await
        .sees("Type an email address, like name@example.com");
    assert_eq!((jo.status.as_u16(), jo.hidden("email")), (422, "jo at example".to_owned()));
    let mut open = stage.browser();
    open.open("/portal").await;
    stage.wait(13 * 3600);
    open.submit(&[("email", JO)]).await.sees("open for a long time");
    open.submit_to("/portal", &[]).await.is_at("/portal/sent");
});

// C6: only a browser that has proved the mailbox is told what became of the mail.
walk!(a_known_browser_is_told_what_became_of_the_mail, |stage| {
    let mut jo = stage.browser();
    crate::support::portal::sign_in(&stage, &mut jo, JO).await;
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    ask(&mut jo, JO).await;
    jo.misses("about to send");
    crate::support::desk::run_jobs(&stage).await;
    jo.open(&jo.path.clone()).await.sees("We are about to send it");
    stage.deliver().await;
    jo.open(&jo.path.clone())
        .await
        .sees("We handed it over today at 5:01 pm AEDT to the mail server of j•••@example.com");
    let mut stranger = stage.browser();
    stage.wait(61);
    ask(&mut stranger, JO).await;
    stage.deliver().await;
    stranger.open(&stranger.path.clone()).await.misses("handed it over").misses("about to send");
    for _ in 0..5 {
        ask(&mut jo, JO).await;
        stage.deliver().await;
        stage.wait(61);
    }
    // Past the limits the page is that of the newest mail.
    jo.open(&jo.path.clone())
        .await
        .sees("The newest email is still the one that was sent today at 5:05 pm")
        .sees("We handed it over today at 5:05 pm");
    // No mail was written, for whatever reason: nothing is said of one.
    for gone in ["mail_form = 'none'", "closed_at = 1"] {
        let sql = format!("UPDATE person SET {gone} WHERE email_key = 'jo@example.com' AND kind = 'client'");
        stage.au().execute(Box::leak(sql.into_boxed_str()), args![]).await.unwrap();
        stage.wait(3601);
        ask(&mut jo, JO).await;
        stage.deliver().await;
        jo.open(&jo.path.clone()).await.misses("handed it over").misses("about to send");
    }
});

// AC-065
walk!(a_poisoned_host_reaches_no_mail, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await;
    jo.headers =
        ["x-forwarded-host", "forwarded", "x-host"].map(|name| (name.to_owned(), "evil.example".to_owned())).to_vec();
    jo.submit_to("/portal", &[("email", JO)]).await;
    stage.deliver().await;
    let mail = crate::support::portal::newest(&stage, JO).await;
    assert!(mail.text.contains("http://harbour-physio.au.localhost:8080/link/") && !mail.text.contains("evil"));
    // Under a name that is nobody's there is no page to ask on, however it is said; nothing is mailed.
    stage.wait(61);
    let fields = [("csrf".to_owned(), jo.hidden("csrf")), ("email".to_owned(), JO.to_owned())];
    let mut evil = jo.clone();
    evil.headers.clear();
    evil.host = "evil.example".into();
    evil.post("/portal", &fields).await;
    assert_eq!(evil.status, 404);
    let mut absolute = jo.clone();
    absolute.headers.clear();
    absolute.post("http://evil.example/portal", &fields).await;
    assert_eq!(absolute.status, 404);
    assert_eq!(stage.deliver().await, 0);
    // And Jo's own link, of the mail that strange headers came with, signs her in.
    jo.headers.clear();
    let link = crate::support::portal::link_of(&mail);
    jo.open(&link).await.submit_to(&link, &[]).await;
    jo.is_at("/me");
});

// Counted without a transaction that would run again: of two who ask at the same moment, one is mailed.
walk!(of_askings_at_the_same_moment_one_is_mailed, |stage| {
    let now = stage.server.world.now();
    let mut first = stage.au().counting().await.unwrap();
    assert!(limit::mail_allowed_in(&mut first, "p", "address", now).await.unwrap());
    let db = stage.au().clone();
    let second = tokio::spawn(async move {
        let mut tx = db.counting().await.unwrap();
        let allowed = limit::mail_allowed_in(&mut tx, "p", "address", now).await.unwrap();
        tx.commit().await.unwrap();
        allowed
    });
    // PostgreSQL lets the second look before the first is done; SQLite has one writer.
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while matches!(stage.au(), Db::Postgres { .. }) && number(&stage, waits, vec![]).await == 0 {
        tokio::task::yield_now().await;
    }
    first.commit().await.unwrap();
    assert!(!second.await.unwrap());
    let most = number(&stage, "SELECT MAX(count) FROM tries WHERE practice_id = 'p'", vec![]).await;
    assert_eq!(most, 1, "a refused asking counts nowhere");
});

/// All at the same moment; answers where each was led.
async fn all_ask(browsers: Vec<(Browser, String)>) -> Vec<String> {
    let asking = browsers.into_iter().map(|(mut browser, email)| {
        tokio::spawn(async move {
            let fields = [("csrf", browser.hidden("csrf")), ("email", email)];
            browser.post("/portal", &fields.map(|(name, value)| (name.to_owned(), value))).await;
            assert_eq!(browser.status.as_u16(), 303, "{}", browser.html);
            browser.answered["location"].to_str().unwrap().to_owned()
        })
    });
    futures_util::future::join_all(asking).await.into_iter().map(Result::unwrap).collect()
}

walk!(a_button_pressed_eight_times_at_once_asks_once, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await;
    let led = all_ask(vec![(jo, JO.to_owned()); 8]).await;
    assert!(led.iter().all(|place| *place == led[0]), "{led:?}");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM link_ask", vec![]).await, 1);
    stage.deliver().await;
    assert_eq!(stage.messages(JO).await.len(), 1);
});

// A practice that writes to all its clients has them all at its door at once; none is told to come back.
walk!(sixty_four_who_ask_at_once_are_all_taken, |stage| {
    let mut browsers = vec![];
    for number in 0..64 {
        let mut browser = stage.browser().from(&format!("198.51.100.{number}"));
        browser.open("/portal").await;
        browsers.push((browser, format!("client{number}@example.com")));
    }
    all_ask(browsers).await;
    let asked = "SELECT COUNT(*) FROM link_ask WHERE result = 'asked'";
    assert_eq!(number(&stage, asked, vec![]).await, 64);
});
