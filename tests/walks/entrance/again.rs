//! Asking again: within the minute, at the end of the hour, from another device. What a page says of the next mail is so.

use super::{ask, browser, deliver, link, mails};
use crate::support::browser::Browser;
use crate::support::stage::{Stage, code_in};
use crate::walk;

const SAM: &str = "sam@example.com";
const NOBODY: &str = "nobody-here@example.com";

/// Presses "Send me a new mail".
async fn press_again(stage: &Stage, desk: &mut Browser) {
    let token = desk.hidden("csrf");
    desk.post("/find", &[("csrf".into(), token), ("do".into(), "again".into())]).await;
    desk.follow().await;
    deliver(stage).await;
}

// E3: asked on the phone, and a moment later at the desk where the list is wanted.
walk!(whoever_asks_at_a_desk_within_the_minute_gets_its_mail_a_little_later, |stage| {
    let mut phone = browser(&stage);
    ask(&stage, &mut phone, SAM).await;
    stage.wait(20);
    let mut desk = browser(&stage).from("198.51.100.4");
    ask(&stage, &mut desk, SAM).await;
    // A third browser in that minute, and the desk once more: one mail waits for an address.
    ask(&stage, &mut browser(&stage).from("198.51.100.5"), SAM).await;
    ask(&stage, &mut desk, SAM).await;
    assert_eq!(mails(&stage, SAM).len(), 1, "one mail a minute");
    let first = code_in(&mails(&stage, SAM)[0].text);
    desk.submit(&[("code", &first)]).await.sees("A code works only in the browser that asked for it");
    stage.wait(41);
    deliver(&stage).await;
    assert_eq!(mails(&stage, SAM).len(), 2);
    let second = code_in(&mails(&stage, SAM)[0].text);
    desk.submit(&[("code", &second)]).await.is_at("/list").sees("Harbour Physio");
    phone.submit(&[("code", &first)]).await.is_at("/list");
    // That minute is the desk's: whoever asks in it waits for its end as well.
    stage.wait(10);
    ask(&stage, &mut browser(&stage).from("198.51.100.6"), SAM).await;
    assert_eq!(mails(&stage, SAM).len(), 2);
    stage.wait(50);
    deliver(&stage).await;
    assert_eq!(mails(&stage, SAM).len(), 3);
    // Three mails of the hour are gone, two are left.
    for _ in 0..4 {
        stage.wait(61);
        ask(&stage, &mut browser(&stage).from("198.51.100.7"), SAM).await;
    }
    assert_eq!(mails(&stage, SAM).len(), 5);
});

walk!(at_the_end_of_the_hour_the_page_says_when_the_next_mail_can_go, |stage| {
    for email in [SAM, NOBODY] {
        let mut desk = browser(&stage);
        ask(&stage, &mut desk, email).await;
        for _ in 0..4 {
            stage.wait(61);
            press_again(&stage, &mut desk).await;
            desk.is_at("/find").misses("The next one can go");
        }
        let gone = mails(&stage, email).len();
        stage.wait(61);
        for _ in 0..2 {
            press_again(&stage, &mut desk).await;
            desk.is_at("/find").sees("five an hour").sees("The next one can go in 55 minutes").misses("in 60 seconds");
            desk.sees("no newer mail than those we sent").misses("We are sending a mail");
            assert!(!desk.html.contains("aria-invalid"), "nothing is wrong with what was typed");
        }
        desk.open("/find").await.sees("The next one can go in 55 minutes").misses("We are sending a mail");
        // Asked for at the front, too.
        ask(&stage, &mut desk, email).await;
        desk.sees("The next one can go in 55 minutes");
        assert_eq!(mails(&stage, email).len(), gone);
        stage.wait(55 * 60);
        press_again(&stage, &mut desk).await;
        desk.is_at("/find").misses("The next one can go");
        if email == SAM {
            assert_eq!((gone, mails(&stage, email).len()), (5, 6));
            let code = code_in(&mails(&stage, email)[0].text);
            desk.submit(&[("code", &code)]).await.is_at("/list").sees("Harbour Physio");
        }
    }
});

// A stranger who uses up the mails of an address takes the code page from its owner, and not the way to the practice.
walk!(where_no_mail_goes_any_more_the_page_says_what_still_works, |stage| {
    for number in 0..12 {
        ask(&stage, &mut browser(&stage).from(&format!("203.0.113.{number}")), SAM).await;
        stage.wait(2 * 3600);
    }
    for email in [SAM, NOBODY] {
        let mut desk = browser(&stage).from("198.51.100.9");
        ask(&stage, &mut desk, email).await;
        desk.sees("ten a day").sees("The web addresses in an earlier mail still work");
        desk.submit(&[("code", "123456")]).await.sees("in the browser that asked for it");
        desk.sees("The web addresses in an earlier mail still work");
    }
});

// An address is the same with other capitals.
walk!(the_same_address_with_other_capitals_is_the_same_asking, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, SAM).await;
    ask(&stage, &mut desk, "Sam@Example.com").await;
    let all = mails(&stage, SAM);
    assert_eq!(all.len(), 1, "one mail a minute");
    desk.submit(&[("code", &code_in(&all[0].text))]).await.is_at("/list").sees("Harbour Physio");
});

// Two tabs of one browser, each with an address of its own.
walk!(a_code_typed_in_the_tab_of_another_address_takes_no_try, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, "alex@example.com").await;
    let mut tab = desk.clone();
    ask(&stage, &mut desk, SAM).await;
    let first = code_in(&mails(&stage, "alex@example.com")[0].text);
    for _ in 0..6 {
        let mut tab = tab.clone();
        tab.cookies.clone_from(&desk.cookies);
        tab.submit(&[("code", &first)]).await.is_at("/find").sees("Another address was asked for in this browser");
        tab.sees(SAM).misses("Five wrong codes");
    }
    let mut waiting = desk.clone();
    desk.submit(&[("code", &code_in(&mails(&stage, SAM)[0].text))]).await.is_at("/list").sees("Harbour Physio");
    // Nor does the button there send a mail to whom the page does not name.
    stage.wait(61);
    tab.cookies.clone_from(&waiting.cookies);
    let fields = ["csrf", "asking"].map(|name| (name.to_owned(), tab.hidden(name)));
    tab.post("/find", &[&fields[..], &[("do".into(), "again".into())]].concat()).await;
    tab.sees("Another address was asked for in this browser");
    deliver(&stage).await;
    assert_eq!(mails(&stage, SAM).len(), 1);
    press_again(&stage, &mut waiting).await;
    assert_eq!(mails(&stage, SAM).len(), 2);
});

// A tab of the first address, another address in between, and the first one again.
walk!(a_tab_of_the_same_address_takes_its_newest_code, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, SAM).await;
    let mut tab = desk.clone();
    for email in ["alex@example.com", "Sam@Example.com"] {
        stage.wait(61);
        ask(&stage, &mut desk, email).await;
    }
    tab.cookies.clone_from(&desk.cookies);
    let code = code_in(&mails(&stage, "Sam@example.com")[0].text);
    tab.submit(&[("code", &code)]).await.is_at("/list").sees("Harbour Physio");
});

// At the end of the day: the list stays open for its quarter of an hour, and keeps its tick.
walk!(a_list_opened_late_in_the_day_closes_no_earlier, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, SAM).await;
    let path = link(&mails(&stage, SAM)[0]);
    stage.wait(24 * 3600 - 300);
    desk.open(&path).await.is_at("/list").sees("Harbour Physio");
    stage.wait(600);
    desk.open("/list").await.is_at("/list").sees("Harbour Physio");
    stage.wait(300);
    desk.open("/list").await.is_at("/find").sees("Your list is closed");
    stage.wait(86_400);
    desk.open("/find").await.is_at("/");
});

// An address that only its owner knows again is filled in nowhere, as if somebody had typed it so.
walk!(a_full_network_fills_in_no_hidden_address, |stage| {
    ask(&stage, &mut browser(&stage), SAM).await;
    let path = link(&mails(&stage, SAM)[0]);
    let mut other = browser(&stage).from("198.51.100.7");
    other.open(&path).await.submit_to(&path, &[]).await.is_at("/list");
    stage.wait(15 * 60);
    other.open("/list").await.is_at("/find");
    let mut crowd = browser(&stage).from("198.51.100.7");
    for number in 0..60 {
        crowd.open("/").await.submit(&[("email", &format!("person{number}@example.com"))]).await.is_at("/find");
    }
    let before = mails(&stage, SAM).len();
    press_again(&stage, &mut other).await;
    assert_eq!((other.status.as_u16(), other.answered["retry-after"].to_str().unwrap()), (429, "3600"));
    other.is_at("/find").sees("from your internet connection").sees("s•••@example.com").misses("We are sending");
    assert!(!other.html.contains("value=\"s•••"), "{}", other.html);
    assert_eq!(mails(&stage, SAM).len(), before);
    stage.wait(3600);
    press_again(&stage, &mut other).await;
    other.is_at("/find").sees("We are sending a mail");
    assert_eq!(mails(&stage, SAM).len(), before + 1);
});

// A page says that a mail is on its way where one was asked for a moment ago.
walk!(no_page_speaks_of_a_mail_that_nobody_asked_for, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, SAM).await;
    desk.open("/find").await.sees("We are sending a mail");
    let mail = mails(&stage, SAM).remove(0);
    let mut other = browser(&stage).from("198.51.100.7");
    other.open(&link(&mail)).await.submit_to(&link(&mail), &[]).await.is_at("/list");
    other.open("/find").await.is_at("/list");
    stage.wait(2 * 3600);
    desk.open("/find").await.misses("We are sending a mail").sees("Some time ago").sees(SAM);
    desk.sees("The link in the mail works for a day");
    // A code may have come late, so the field is there; and one press sends a new mail.
    desk.submit(&[("code", &code_in(&mail.text))]).await.sees("This code is too old").misses("We are sending a mail");
    press_again(&stage, &mut desk).await;
    desk.is_at("/find").sees("We are sending a mail");
    desk.submit(&[("code", &code_in(&mails(&stage, SAM)[0].text))]).await.is_at("/list");
});

// Forgotten in another tab, or a day old.
walk!(a_code_on_a_page_that_is_over_is_told_so, |stage| {
    let mut desk = browser(&stage);
    ask(&stage, &mut desk, SAM).await;
    let code = code_in(&mails(&stage, SAM)[0].text);
    let (mut tab, mut late) = (desk.clone(), desk.clone());
    desk.submit_to("/remembered", &[("do", "asking")]).await.is_at("/");
    desk.misses("This page is over");
    tab.cookies.clone_from(&desk.cookies);
    tab.submit(&[("code", &code)]).await.sees("Find your practice").sees("The page you came from is over");
    assert!(!tab.html.contains(SAM), "{}", tab.html);
    tab.submit(&[("email", SAM)]).await.is_at("/find");
    stage.wait(86_400);
    late.submit(&[("code", &code)]).await.sees("The page you came from is over");
});
