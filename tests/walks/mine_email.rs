//! Change of email: proved at the new address, announced to the old, and silent about whose addresses there are.

use portico::args;

use crate::support::browser::Browser;
use crate::support::stage::{Stage, link_in};
use crate::support::ways::{ALEX, SAM, ask_no_second, log_in, somebody};
use crate::walk;

const NEW: &str = "Sam.New@example.org";

async fn ask(browser: &mut Browser, email: &str) {
    browser.open("/me/email").await.submit(&[("email", email)]).await;
    browser.is_at("/me/email/sent").sees("We have sent a mail to the new address.");
}

/// The path of the newest confirmation link to an address.
async fn link(stage: &Stage, to: &str) -> String {
    let sent = stage.messages(to).await;
    let mail = sent.iter().find(|mail| mail.about == "confirm-email").expect("a mail with the link");
    assert_eq!((mail.kind.as_str(), mail.to.as_str()), ("mail", to));
    assert_eq!(mail.subject, "Confirm your new email address at Harbour Physio");
    let path = link_in(&mail.text);
    assert!(mail.html.contains(&path), "{}", mail.html);
    path
}

walk!(the_new_address_confirms_and_the_old_is_told, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    for wrong in ["", "sam", "sam@", "a@b@c", SAM.0, "SAM@EXAMPLE.COM", "x y@example.com"] {
        sam.open("/me/email").await.submit(&[("email", wrong)]).await;
        assert_eq!(sam.status, 422, "{wrong:?}");
    }
    ask(&mut sam, NEW).await;
    assert_eq!(somebody(&stage, SAM.0).await.email, SAM.0, "nothing has changed yet");
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "email-change-asked"));

    let path = link(&stage, NEW).await;
    for _ in 0..3 {
        sam.open(&path).await.sees("From now on you log in with this address:").sees(NEW);
    }
    assert_eq!(somebody(&stage, SAM.0).await.email, SAM.0, "looking uses nothing up");
    sam.submit_to(&path, &[]).await;
    sam.is_at("/me").sees("Your email address is changed.").sees(NEW);
    for (to, about) in [(SAM.0, "email-changed-old-address"), (NEW, "email-changed")] {
        assert!(stage.messages(to).await.iter().any(|mail| mail.about == about), "{to}");
    }
    sam.open(&path).await.sees("This link doesn't work any more");
    assert_eq!(sam.status, 410);

    let mut again = stage.browser();
    log_in(&mut again, SAM, false).await;
    again.is_at("/sign-in").sees("don't match");
    log_in(&mut again, ("sam.new@EXAMPLE.org", SAM.1), false).await;
    again.is_at("/me");
});

walk!(an_address_in_use_reads_the_same, |stage| {
    let (mut sam, mut free) = (stage.browser(), String::new());
    log_in(&mut sam, SAM, false).await;
    for (turn, email) in [NEW, ALEX.0].into_iter().enumerate() {
        ask(&mut sam, email).await;
        if turn == 0 {
            free = sam.text();
        }
        // My info tells no more than the page did.
        let mut other = sam.clone();
        other.open("/me").await.sees(&format!("You asked to change your email address to {email}"));
        stage.wait(61);
    }
    assert_eq!(sam.text(), free);
    let owner = stage.messages(ALEX.0).await;
    assert!(owner[0].about == "email-in-use" && !owner[0].text.contains("confirm-email"), "{owner:?}");
    assert!(!owner[0].text.contains("sam@") && !owner[0].text.contains("Sam"), "who asked is not told either");
    let told = stage.messages(SAM.0).await;
    assert_eq!(told.iter().filter(|mail| mail.about == "email-change-asked").count(), 2, "the asker is told alike");
});

walk!(a_link_is_for_its_person_once_and_for_a_day, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut alex) = (stage.browser(), stage.browser());
    log_in(&mut sam, SAM, false).await;
    log_in(&mut alex, ALEX, false).await;
    ask(&mut sam, NEW).await;
    let older = link(&stage, NEW).await;
    stage.wait(61);
    ask(&mut sam, "other@example.org").await;
    let newer = link(&stage, "other@example.org").await;
    sam.open(&older).await.sees("This link doesn't work any more");

    alex.open(&newer).await.sees("somebody else's account");
    let token = alex.open("/me").await.hidden("csrf");
    alex.post(&newer, &[("csrf".into(), token)]).await;
    assert_eq!(somebody(&stage, ALEX.0).await.email, ALEX.0);
    let mut nobody = stage.browser();
    nobody.open(&newer).await.sees("First log in").misses("other@example.org");
    let path = nobody.link("Log in");
    nobody.open(&path).await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    nobody.is_at(&newer).sees("other@example.org");

    stage.wait(24 * 3600);
    let mut late = stage.browser();
    log_in(&mut late, SAM, false).await;
    late.open(&newer).await.sees("This link doesn't work any more");
    for not_one in ["/confirm-email/x", "/confirm-email/%ff", "/confirm-email/%00"] {
        late.open(not_one).await;
        assert!(late.status.is_client_error(), "{not_one} {}", late.status);
    }
});

walk!(an_address_taken_meanwhile_is_not_taken_twice, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    ask(&mut sam, NEW).await;
    let path = link(&stage, NEW).await;
    let sql = "UPDATE person SET email_key = 'sam.new@example.org' WHERE email_key = 'alex@example.com'";
    stage.au().execute(sql, args![]).await.unwrap();
    sam.open(&path).await.submit_to(&path, &[]).await;
    sam.sees("This link doesn't work any more");
    assert_eq!(somebody(&stage, SAM.0).await.email, SAM.0);
});

walk!(an_address_that_changed_meanwhile_voids_the_link, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    ask(&mut sam, NEW).await;
    let path = link(&stage, NEW).await;
    let sql = "UPDATE person SET email = 'desk@example.com', email_key = 'desk@example.com' WHERE email_key = $1";
    stage.au().execute(sql, args![SAM.0]).await.unwrap();
    sam.open(&path).await.submit_to(&path, &[]).await;
    sam.sees("This link doesn't work any more");
    assert_eq!(somebody(&stage, "desk@example.com").await.email, "desk@example.com");
});

walk!(only_fresh_proof_opens_the_form, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me/email").await.is_at("/me/email");
    let token = sam.hidden("csrf");
    stage.wait(301);
    sam.open("/me/email").await.is_at("/confirm");
    sam.post("/me/email", &[("csrf".into(), token), ("email".into(), NEW.into())]).await;
    assert_eq!(sam.answered["location"], "/confirm?then=%2Fme%2Femail");
    assert!(stage.messages(NEW).await.is_empty());
});

walk!(one_mail_a_minute_to_an_address_and_the_asker_reads_the_same, |stage| {
    ask_no_second(&stage).await;
    for who in [SAM, ALEX] {
        let mut browser = stage.browser();
        log_in(&mut browser, who, false).await;
        ask(&mut browser, NEW).await;
        browser.open("/me").await.sees(&format!("You asked to change your email address to {NEW}"));
        assert!(stage.messages(who.0).await.iter().any(|mail| mail.about == "email-change-asked"), "{}", who.0);
    }
    assert_eq!(stage.messages(NEW).await.len(), 1);
});

// A typo is put right within the minute: who asked is told when, and loses nothing that was typed.
walk!(a_second_address_at_once_is_told_to_wait, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    ask(&mut sam, "sam.neu@example.org").await;
    let typo = link(&stage, "sam.neu@example.org").await;
    stage.wait(10);
    sam.open("/me/email").await.submit(&[("email", NEW)]).await.sees("You asked for such a mail a moment ago");
    assert_eq!((sam.status.as_u16(), sam.hidden("email")), (429, NEW.to_owned()));
    assert_eq!(sam.answered["retry-after"], "50");
    assert!(stage.messages(NEW).await.is_empty());
    stage.wait(50);
    sam.submit(&[]).await;
    sam.is_at("/me/email/sent");
    let path = link(&stage, NEW).await;
    sam.open(&typo).await.sees("This link doesn't work any more");
    sam.open(&path).await.sees("From now on you log in with this address:");
});

walk!(two_presses_at_once_change_it_once, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    ask(&mut sam, NEW).await;
    let path = link(&stage, NEW).await;
    let token = sam.open(&path).await.hidden("csrf");
    let fields = [("csrf".to_owned(), token)];
    let (mut one, mut two, mut three) = (sam.clone(), sam.clone(), sam.clone());
    tokio::join!(one.post(&path, &fields), two.post(&path, &fields), three.post(&path, &fields));
    for browser in [&one, &two, &three] {
        assert_eq!(browser.status, 303, "{}", browser.text());
    }
    let changed = stage.events().await.iter().filter(|event| *event == "email-changed").count();
    assert_eq!(changed, 1);
});

// Two tabs: the link was pressed in one while the other still offers to stop it.
walk!(stop_it_says_when_the_address_has_changed_already, |stage| {
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    ask(&mut sam, NEW).await;
    let path = link(&stage, NEW).await;
    let mut other = sam.clone();
    other.open("/me").await.sees("You asked to change your email address");
    sam.open(&path).await.submit_to(&path, &[]).await.sees("Your email address is changed.");
    other.submit_to("/me/email/stop", &[]).await;
    other
        .misses("Your address stays as it is")
        .sees(&format!("There was nothing left to stop. Your address is now {NEW}"));
});
