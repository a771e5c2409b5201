//! Asking again: within the minute, at the end of the hour, from another device. What a page says of the next mail is so.

use super::{ask, browser, deliver, mails};
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
        }
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
