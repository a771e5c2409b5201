//! Others on the same network, or strangers with a form, keep no client out (C4, C5, AC-069).

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number, times};
use crate::support::portal::{JO, add_client, ask, number_on, sign_in};
use crate::support::stage::Stage;
use crate::walk;

const DESK: &str = "desk@harbour-physio.example";

/// Asks for a mail until the network has asked too often.
async fn use_the_network_up(browser: &mut Browser) {
    browser.open("/portal").await;
    let token = browser.hidden("csrf");
    for n in 0..61 {
        let fields = [("csrf".to_owned(), token.clone()), ("email".to_owned(), format!("n{n}@example.net"))];
        browser.post("/portal", &fields).await;
    }
    assert_eq!(browser.status, 429);
    browser.sees("very many requests");
}

/// Somebody who writes to the practice by the form.
async fn write(stage: &Stage, network: &str, email: &str, note: &str) -> Browser {
    let mut browser = stage.browser().from(network);
    browser.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", email)]).await;
    browser.submit_to("/portal/help", &[("reach", "0491 570 158"), ("note", note)]).await;
    browser
}

walk!(whoever_shares_a_network_with_a_flood_still_gets_in, |stage| {
    let mut known = stage.browser();
    sign_in(&stage, &mut known, JO).await;
    known.submit_to("/log-out", &[]).await;
    stage.wait(61);
    use_the_network_up(&mut stage.browser()).await;
    // A browser that has read the mailbox is no part of it.
    sign_in(&stage, &mut known, JO).await;
    known.is_at("/me");
    // Anybody else is told whom to call, and has a number to read out.
    let mut jo = stage.browser();
    jo.open("/portal").await.submit_to("/portal", &[("email", JO)]).await.sees("very many requests");
    jo.open(&jo.link("I can't get the email")).await.sees("+61 2 5550 1234").sees(DESK);
    jo.submit_to("/portal/stuck", &[("email", JO)]).await.sees("read out this number").sees("PIN");
    assert_eq!(number_on(&jo).len(), 4);
    // The numbers have an end of their own, and the page that says so still tells whom to call.
    let token = jo.hidden("csrf");
    for n in 0..60 {
        let fields = [("csrf".to_owned(), token.clone()), ("email".to_owned(), format!("n{n}@example.net"))];
        jo.post("/portal/stuck", &fields).await;
    }
    assert_eq!(jo.status, 429);
    jo.sees("very many requests").sees("+61 2 5550 1234").sees(DESK);
    known.open("/me").await.submit_to("/log-out", &[]).await;
    known.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await.sees("read out this number");
    stage.wait(3601);
    ask(&mut stage.browser(), JO).await;
});

walk!(a_number_for_the_phone_is_no_mail, |stage| {
    stage.browser().open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM tries WHERE lane = 'mails asked'", args![]).await, 0);
});

walk!(the_help_form_fills_no_mailbox_and_no_list, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    for n in 0..10 {
        let stranger = write(&stage, "198.51.100.7", &format!("made-up-{n}@example.net"), "spam").await;
        stranger.sees("Your practice has your message");
    }
    // The network had its ten: nothing typed is lost, and the page says what to do.
    let eleventh = write(&stage, "198.51.100.7", "kim@example.net", "Please call me").await;
    assert_eq!(eleventh.status, 429);
    eleventh.sees("not sent").sees("reach your practice in another way").sees("+61 2 5550 1234");
    assert!(eleventh.html.contains("Please call me") && eleventh.html.contains("0491 570 158"));
    // From other networks it goes on: in the list each, by mail only ten and one that says so.
    for n in 10..40 {
        write(&stage, &format!("198.51.101.{n}"), &format!("made-up-{n}@example.net"), "spam").await;
    }
    write(&stage, "203.0.113.9", JO, "I am Jo").await.sees("Your practice has your message");
    stage.deliver().await;
    let told = mails(&stage, DESK).await;
    let about = |name: &str| told.iter().filter(|mail| mail.about == name).count();
    assert_eq!((about("help-asked"), about("help-asked-often")), (10, 1));
    let often = told.iter().find(|mail| mail.about == "help-asked-often").unwrap();
    assert!(often.text.contains("/practice/stuck"), "{}", often.text);
    assert_eq!(times(&stage, "help-asked").await, 41);
    sam.open("/practice/stuck").await.sees("I am Jo");
    // The next hour has mails of its own.
    stage.wait(3601);
    write(&stage, "203.0.113.10", JO, "Still me").await.sees("Your practice has your message");
    stage.deliver().await;
    assert!(mails(&stage, DESK).await[0].text.contains("Still me"));
});

walk!(a_client_stays_on_a_list_that_strangers_fill, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    add_client(&stage, "Kim Ashworth", "kim@example.com").await;
    ask(&mut stage.browser(), "kim@example.com").await;
    write(&stage, "203.0.113.9", JO, "I am Jo").await;
    stage.wait(1);
    for n in 0..101 {
        write(&stage, &format!("198.51.100.{n}"), &format!("made-up-{n}@example.net"), "spam").await;
    }
    sam.open("/practice/stuck").await.sees("I am Jo").sees("Kim Ashworth").sees("made-up-100@example.net");
    assert_eq!(sam.forms().iter().filter(|form| form.action == "/practice/stuck").count(), 100);
});

walk!(a_fourth_message_says_why_it_was_not_sent, |stage| {
    let mut jo = write(&stage, "203.0.113.9", JO, "first").await;
    let fields = |note: &str| {
        [("csrf", jo.hidden("csrf")), ("ask", jo.hidden("ask")), ("note", note.to_owned())]
            .map(|(name, value)| (name.to_owned(), value))
    };
    let (more, last) = (fields("more"), fields("the fourth"));
    for _ in 0..2 {
        jo.post("/portal/help", &more).await;
        assert_eq!(jo.status, 303);
    }
    jo.post("/portal/help", &last).await.sees("three messages from you today").sees("the fourth");
    assert_eq!(jo.status, 429);
});
