//! Which address a failed mail speaks of (C6): the one it went to, if somebody still has it, and each on its own.

use portico::args;
use portico::config::Config;
use portico::notices::bounce::{self, Taken};

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_bounce::{report, with_return_address};
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, ask};
use crate::support::smtp_sink::{Fault, SinkSetup, SmtpSink};
use crate::support::stage::Stage;
use crate::support::ways::somebody;

const NEW: &str = "jo.new@example.org";
const MARKED: &str = "SELECT COUNT(*) FROM person WHERE bounced_at IS NOT NULL";

/// A walk on both engines beside a mail server.
macro_rules! beside_a_server {
    ($name:ident) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let sink = SmtpSink::start(SinkSetup::default()).await;
                let port = sink.address.port();
                let set = move |config: &mut Config| with_return_address(config, port);
                super::$name(Stage::with(tempfile::tempdir().unwrap(), set).await, sink).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let sink = SmtpSink::start(SinkSetup::default()).await;
                let port = sink.address.port();
                if let Some(stage) = Stage::postgres_with(move |config| with_return_address(config, port)).await {
                    super::$name(stage, sink).await;
                }
            }
        }
    };
}

/// Jo's address was mistyped, and Sam corrects it; what went to the old one is on its way.
async fn moves_to_a_new_address(stage: &Stage) {
    relaxed(stage).await;
    let jo = somebody(stage, JO).await.id;
    add_client(stage, "Robin Lindqvist", NEW).await;
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&jo]).await.unwrap();
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&format!("/practice/clients/{jo}/email")).await.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
}

async fn told(sink: &SmtpSink) -> Vec<String> {
    let to_alex = sink.mails().into_iter().filter(|mail| mail.to == ["alex@example.com"]);
    let subjects = to_alex
        .map(|mail| mail.header("Subject"))
        .filter(|subject| subject.contains("deliver") || subject.contains("came back"));
    subjects.collect()
}

/// The code in the newest mail to an address.
fn code_to(sink: &SmtpSink, to: &str) -> String {
    let mail = sink.mails().into_iter().rfind(|mail| mail.to == [to]).unwrap().text();
    let line = mail.lines().find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()));
    line.expect("a code on its own line").to_owned()
}

beside_a_server!(a_dead_old_address_says_nothing_of_the_new_one);
async fn a_dead_old_address_says_nothing_of_the_new_one(stage: Stage, sink: SmtpSink) {
    moves_to_a_new_address(&stage).await;
    let row: Option<(String,)> = stage
        .au()
        .optional("SELECT id FROM outbox WHERE about = 'client-email-asked' AND person_id IS NOT NULL", args![])
        .await
        .unwrap();
    let address = bounce::return_address(&stage.server, &row.unwrap().0).unwrap();
    sink.on_recipient(JO, Fault::RejectRecipient);
    let code = code_to(&sink, NEW);
    let mut sam = signed_in(&stage, SAM).await;
    let jo = somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{jo}/email")).await;
    sam.submit(&[("code", &code), ("do", "code")]).await.sees("The address is changed");
    // The notice to the old mailbox is refused, and the one before comes back.
    stage.deliver().await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM outbox WHERE state = 'failed'", args![]).await, 1);
    assert_eq!(bounce::take(&stage.server, &address, report("failed").as_bytes()).await.unwrap(), Taken::Noted);
    stage.deliver().await;
    assert_eq!((number(&stage, MARKED, args![]).await, told(&sink).await), (0, vec![]));
    sam.open(&format!("/practice/clients/{jo}")).await.misses("Mail comes back");
    // The new address is marked by its own mail.
    sink.on_recipient(NEW, Fault::RejectRecipient);
    stage.wait(61);
    ask(&mut stage.browser(), NEW).await;
    stage.deliver().await;
    assert_eq!((number(&stage, MARKED, args![]).await, told(&sink).await.len()), (2, 1));
}

// Nobody asked us to try again, and after the second time nobody does.
beside_a_server!(a_mail_whose_answer_was_lost_is_called_that);
async fn a_mail_whose_answer_was_lost_is_called_that(stage: Stage, sink: SmtpSink) {
    relaxed(&stage).await;
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    jo.submit_to("/portal/code", &[("code", &code_to(&sink, JO))]).await.is_at("/me");
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    sink.on_recipient(JO, Fault::DropAfterContent);
    ask(&mut jo, JO).await;
    let page = jo.path.clone();
    let mut sam = signed_in(&stage, SAM).await;
    for _ in 0..2 {
        stage.deliver().await;
        jo.open(&page).await.sees("so we don't know whether it arrived").misses("try again a little later");
        sam.open("/practice/stuck").await.sees("We don't know whether the email arrived").misses("try again later");
        stage.wait(600);
    }
    stage.wait(86_400 - 1300);
    jo.open(&page).await.sees("broke off yesterday at 5:11 pm");
}

beside_a_server!(each_refused_address_is_marked_and_told_once_a_day);
async fn each_refused_address_is_marked_and_told_once_a_day(stage: Stage, sink: SmtpSink) {
    relaxed(&stage).await;
    for (name, email) in [("Robin Ashworth", "robin@example.com"), ("Kim Ashworth", "kim@example.com")] {
        add_client(&stage, name, email).await;
        sink.on_recipient(email, Fault::RejectRecipient);
        ask(&mut stage.browser(), email).await;
    }
    // What is refused for what it holds, says nothing of the address.
    sink.on_recipient(JO, Fault::RejectContent);
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    assert_eq!((number(&stage, MARKED, args![]).await, told(&sink).await.len()), (2, 3));
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/clients?q=Ashworth").await.sees("Mail comes back");
    for hours in [1, 22] {
        stage.wait(hours * 3600);
        ask(&mut stage.browser(), "kim@example.com").await;
        stage.deliver().await;
    }
    assert_eq!((times(&stage, "message-failed").await, told(&sink).await.len()), (5, 3));
    stage.wait(3600);
    ask(&mut stage.browser(), "kim@example.com").await;
    stage.deliver().await;
    assert_eq!(told(&sink).await.len(), 4);
    // It works again: the client is in, and the mark is gone.
    sink.on_recipient("kim@example.com", Fault::Accept);
    stage.wait(3600);
    let mut kim = stage.browser();
    ask(&mut kim, "kim@example.com").await;
    stage.deliver().await;
    let code = code_to(&sink, "kim@example.com");
    kim.submit_to("/portal/code", &[("code", &code)]).await.is_at("/me");
    assert_eq!(number(&stage, MARKED, args![]).await, 1);
}
