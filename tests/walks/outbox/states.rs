//! State by state, against a mail server that fails on demand.

use super::*;
use crate::people::{relaxed, signed_in};
use crate::portal_limits::without;
use crate::support::portal::{JO, ask};
use crate::support::smtp_sink::Fault;
use crate::support::text_sink::TextFault;
use crate::support::ways::somebody;

const ALEX: &str = "alex@example.com";
const TWO_DAYS: i64 = 48 * 3600;

sending!(a_mail_is_handed_over_and_its_words_are_gone, |stage, mails, _texts| {
    tell_sam(&stage, Event::PasswordChanged).await;
    assert_eq!(stage.deliver().await, 1);
    let row = row(&stage).await;
    assert_eq!((row.state.as_str(), row.body, row.tries), ("sent", None, 1));
    assert_eq!(row.ended_at, Some(stage.now()));
    let noted = states(&stage, &row.id).await;
    assert_eq!((noted[0].1.as_str(), noted[1].1.as_str()), ("queued", "sent"));
    assert!(noted[1].2.starts_with("2"), "the server's words are kept: {noted:?}");
    let received = mails.mails();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].header("Message-ID"), format!("<{}@portico.test>", row.id));
    assert!(received[0].header("From").contains("Harbour Physio"));
    assert!(received[0].text().contains("/not-me/"));
    assert!(stage.server.metrics.encode().contains("portico_outbox_messages_total{outcome=\"sent\"} 1"));
});

sending!(what_was_surely_not_taken_is_tried_again, |stage, mails, _texts| {
    tell_sam(&stage, Event::PasswordChanged).await;
    for (turn, fault) in [(1, Fault::DeferRecipient), (2, Fault::HangRecipient), (3, Fault::DeferContent)] {
        mails.on_recipient(SAM, fault);
        assert_eq!(stage.deliver().await, 1);
        let row = row(&stage).await;
        assert_eq!((row.state.as_str(), row.tries, row.ended_at), ("deferred", turn, None), "{fault:?}");
        assert!(row.body.is_some() && row.claimed_by.is_empty());
        assert!(stage.server.metrics.encode().contains("portico_outbox_waiting 1"));
        stage.wait(row.next_at - stage.now());
    }
    mails.on_recipient(SAM, Fault::Accept);
    stage.deliver().await;
    let row = row(&stage).await;
    assert_eq!((row.state.as_str(), row.tries), ("sent", 4));
    assert_eq!(mails.mails().len(), 1);
});

sending!(what_was_refused_is_told_to_administrators, |stage, mails, _texts| {
    mails.on_recipient(SAM, Fault::RejectRecipient);
    tell_sam(&stage, Event::PasswordChanged).await;
    stage.deliver().await;
    let rows = rows(&stage).await;
    assert_eq!((rows[0].state.as_str(), &rows[0].body), ("failed", &None));
    let noted = states(&stage, &rows[0].id).await;
    assert!(noted[1].2.starts_with("5") && !noted[1].2.contains(SAM), "{noted:?}");
    assert_eq!(stage.events().await, ["password-changed", "message-failed"]);
    let received = mails.mails();
    assert_eq!(received.len(), 1);
    assert_eq!((received[0].to[0].as_str(), rows[1].about.as_str()), (ALEX, "message-failed-administrators"));
    // A second one within the day is in the record, and nobody's mailbox fills.
    tell_sam(&stage, Event::TwoFactorOff).await;
    stage.deliver().await;
    assert_eq!((mails.mails().len(), stage.events().await.len()), (1, 4));
    // A mail about a failed mail that fails itself tells nobody of itself by mail.
    stage.wait(86_400);
    mails.on_recipient(ALEX, Fault::RejectRecipient);
    tell_sam(&stage, Event::TwoFactorOff).await;
    stage.deliver().await;
    assert_eq!(stage.events().await.iter().filter(|event| *event == "message-failed").count(), 4);
    assert_eq!(stage.deliver().await, 0);
});

sending!(a_lost_answer_is_asked_for_once_more_and_not_twice, |stage, mails, _texts| {
    tell_sam(&stage, Event::PasswordChanged).await;
    for (turn, fault) in [(1, Fault::DropAfterContent), (2, Fault::HangContent)] {
        mails.on_recipient(SAM, fault);
        assert_eq!(stage.deliver().await, 1);
        let row = row(&stage).await;
        assert_eq!((row.state.as_str(), row.tries), ("unsure", turn), "{fault:?}");
        assert_eq!(row.ended_at.is_some(), turn == 2);
        assert_eq!(row.body.is_none(), turn == 2);
        stage.wait(600);
    }
    mails.on_recipient(SAM, Fault::Accept);
    stage.wait(TWO_DAYS);
    assert_eq!(stage.deliver().await, 0);
});

sending!(the_repetition_after_a_lost_answer_is_the_same_message, |stage, mails, _texts| {
    mails.on_recipient(SAM, Fault::DropAfterContent);
    tell_sam(&stage, Event::PasswordChanged).await;
    stage.deliver().await;
    mails.on_recipient(SAM, Fault::Accept);
    stage.wait(599);
    assert_eq!(stage.deliver().await, 0);
    stage.wait(1);
    assert_eq!(stage.deliver().await, 1);
    let row = row(&stage).await;
    assert_eq!(row.state, "sent");
    let last = mails.mails().pop().unwrap();
    assert_eq!(last.header("Message-ID"), format!("<{}@portico.test>", row.id));
});

sending!(pauses_grow_and_after_two_days_it_is_given_up_loudly, |stage, mails, _texts| {
    mails.on_recipient(SAM, Fault::DeferRecipient);
    tell_sam(&stage, Event::PasswordChanged).await;
    let begun = stage.now();
    let mut pauses = vec![];
    loop {
        assert_eq!(stage.deliver().await, 1, "after {pauses:?}");
        let row = rows(&stage).await.remove(0);
        if row.ended_at.is_some() {
            break;
        }
        let pause = row.next_at - stage.now();
        stage.wait(pause - 1);
        assert_eq!(stage.deliver().await, 0, "a second too early is too early");
        stage.wait(1);
        pauses.push(pause);
        if stage.now() + pause > begun + TWO_DAYS {
            // The next failure is the last; the mail to the administrators goes out with it.
            assert_eq!(stage.deliver().await, 2);
            break;
        }
    }
    let wanted = [30, 120, 600, 1800, 3600, 7200, 14_400];
    for (pause, wanted) in pauses.iter().zip(wanted) {
        assert!((wanted..=wanted + wanted / 10).contains(pause), "{pauses:?}");
    }
    assert!(pauses.len() > 12 && stage.now() > begun + 40 * 3600, "{pauses:?}");
    let rows = rows(&stage).await;
    assert_eq!((rows[0].state.as_str(), &rows[0].body), ("failed", &None));
    assert!(states(&stage, &rows[0].id).await.pop().unwrap().2.starts_with("given up after 48 hours: "));
    assert_eq!(stage.events().await, ["password-changed", "message-failed"]);
    assert_eq!(mails.mails()[0].to, [ALEX]);
});

sending!(text_messages_go_through_the_gateway, |stage, _mails, texts| {
    let cases = [
        (TextFault::Accept, "sent"),
        (TextFault::Status(503), "deferred"),
        (TextFault::Status(400), "failed"),
        (TextFault::Drop, "unsure"),
    ];
    for (fault, state) in cases {
        texts.fail(fault);
        put_many(&stage, "harbour-physio", "text", "+61491570156", "Your code is 481516.", 1).await;
        assert_eq!(stage.deliver().await, 1);
        let row = rows(&stage).await.pop().unwrap();
        assert_eq!(row.state, state, "{fault:?}");
        assert_eq!(texts.calls().last().unwrap().header("idempotency-key"), Some(row.id.as_str()));
    }
    assert!(portico::notices::can_text(&stage.server));
});

sending!(a_job_that_nobody_takes_fails_in_words, |stage, mails, _texts| {
    let visit = at_practice(&stage, "harbour-physio").await;
    let mut tx = stage.au().write().await.unwrap();
    outbox::put_job(&visit, &mut tx, "a-job-of-nobody", SAM, &serde_json::json!({})).await.unwrap();
    tx.commit().await.unwrap();
    stage.deliver().await;
    let row = row(&stage).await;
    assert_eq!(row.state, "failed");
    assert_eq!(states(&stage, &row.id).await[1].2, "no feature takes this job");
    assert!(mails.mails().is_empty());
});

sending!(ended_messages_are_forgotten_after_ninety_days, |stage, mails, _texts| {
    tell_sam(&stage, Event::PasswordChanged).await;
    stage.deliver().await;
    stage.wait(90 * 86_400);
    mails.on_recipient(SAM, Fault::DeferRecipient);
    tell_sam(&stage, Event::TwoFactorOff).await;
    stage.deliver().await;
    assert_eq!(outbox::purge(&stage.server).await.unwrap(), 0);
    stage.wait(1);
    assert_eq!(outbox::purge(&stage.server).await.unwrap(), 1);
    let left = row(&stage).await;
    assert_eq!(left.about, "two-factor-off");
    let sql = "SELECT DISTINCT message_id FROM outbox_state";
    let noted: Vec<(String,)> = stage.au().all(sql, vec![]).await.unwrap();
    assert_eq!(noted, [(left.id,)]);
});

sending!(a_mail_about_a_failed_mail_makes_no_more_of_its_kind, |stage, mails, _texts| {
    // With two administrators, each could be told for ever that the other was not reached.
    stage.au().execute("UPDATE person SET role = 'administrator' WHERE email = $1", args![SAM]).await.unwrap();
    mails.on_recipient(SAM, Fault::DeferRecipient);
    mails.on_recipient(ALEX, Fault::DeferRecipient);
    tell_sam(&stage, Event::PasswordChanged).await;
    for _ in 0..60 {
        stage.deliver().await;
        stage.wait(4 * 3600);
    }
    let abouts: Vec<(String, String)> = rows(&stage).await.into_iter().map(|row| (row.about, row.state)).collect();
    let failed = |about: &str| (about.to_owned(), "failed".to_owned());
    assert_eq!(abouts, [failed("password-changed"), failed("message-failed-administrators")]);
    assert_eq!(stage.events().await, ["password-changed", "message-failed", "message-failed"]);
});

// A link that is good for half an hour is no mail for tomorrow; what only tells of something is.
sending!(what_holds_a_link_is_not_sent_when_it_is_over, |stage, mails, _texts| {
    mails.on_recipient(SAM, Fault::DeferRecipient);
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    tell_sam(&stage, Event::PasswordChanged).await;
    let of = async |about: &str| rows(&stage).await.into_iter().find(|row| row.about == about).unwrap();
    let asked_at = stage.now();
    for _ in 0..5 {
        stage.deliver().await;
        stage.wait(750);
    }
    let (link, notice) = (of("reset-link").await, of("password-changed").await);
    assert_eq!((link.state.as_str(), link.body), ("failed", None));
    assert!(link.ended_at.unwrap() <= asked_at + 30 * 60 + 750, "{:?}", link.ended_at);
    let said = states(&stage, &link.id).await;
    assert!(said.last().unwrap().2.starts_with("too late"), "{said:?}");
    assert_eq!(notice.state, "deferred", "however late, it is right");
    // Where nothing is in the way, both arrive.
    mails.on_recipient(SAM, Fault::Accept);
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    stage.wait(10_000);
    stage.deliver().await;
    assert_eq!(of("password-changed").await.state, "sent");
    let all = rows(&stage).await.into_iter().filter(|row| row.about == "reset-link").map(|row| row.state);
    assert_eq!(all.collect::<Vec<_>>(), ["failed", "sent"], "its half hour begins when it is written");
});

// AC-184: whoever asks reads the same; whoever can help reads why, and the mail comes in the end.
sending!(a_mail_server_in_trouble_changes_no_answer, |stage, mails, _texts| {
    relaxed(&stage).await;
    mails.on_recipient(JO, Fault::DeferRecipient);
    let (mut jo, mut stranger) = (stage.browser(), stage.browser());
    ask(&mut jo, JO).await;
    ask(&mut stranger, "no@example.com").await;
    assert_eq!(without(&jo.html, JO), without(&stranger.html, "no@example.com"));
    stage.deliver().await;
    let mut sam = signed_in(&stage, crate::people::SAM).await;
    let page = format!("/practice/clients/{}", somebody(&stage, JO).await.id);
    sam.open(&page).await.sees("Their mail server asked us to try again later");
    mails.on_recipient(JO, Fault::Accept);
    stage.wait(40);
    stage.deliver().await;
    let mail = mails.mails().into_iter().rfind(|mail| mail.to == [JO]).expect("the mail came").text();
    let code = mail.lines().find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    jo.submit_to("/portal/code", &[("code", code.expect("a code"))]).await.is_at("/me");
    sam.open(&page).await.sees("Last sign-in 21 November 2026");
});
