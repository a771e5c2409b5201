//! Workers that die, workers that meet, practices that flood; and that none of them spills a word.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::support::smtp_sink::{Fault, Received};

sending!(a_worker_that_dies_loses_nothing_and_sends_nothing_twice, |stage, mails, _texts| {
    mails.next_connections(&[Fault::HangGreeting]);
    tell_sam(&stage, Event::PasswordChanged).await;
    let server = Arc::clone(&stage.server);
    let worker = tokio::spawn(async move { outbox::work(&server).await });
    while mails.connections() == 0 {
        tokio::task::yield_now().await;
    }
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
    assert!(!row(&stage).await.claimed_by.is_empty());
    stage.wait(119);
    assert_eq!(stage.deliver().await, 0, "the dead worker's claim still holds");
    stage.wait(1);
    assert_eq!(stage.deliver().await, 1);
    let row = row(&stage).await;
    assert_eq!((row.state.as_str(), row.tries), ("sent", 2));
    assert_eq!(mails.mails().len(), 1);
});

sending!(a_worker_whose_claim_ended_notes_nothing, |stage, mails, _texts| {
    mails.next_connections(&[Fault::HangGreeting]);
    tell_sam(&stage, Event::PasswordChanged).await;
    let server = Arc::clone(&stage.server);
    let slow = tokio::spawn(async move { outbox::work(&server).await });
    while mails.connections() == 0 {
        tokio::task::yield_now().await;
    }
    // The clock jumps while the first worker waits for its mail server; a second takes the message over.
    stage.wait(120);
    assert_eq!(stage.deliver().await, 1);
    slow.await.unwrap().unwrap();
    let row = row(&stage).await;
    assert_eq!((row.state.as_str(), row.tries), ("sent", 2));
    let noted: Vec<String> = states(&stage, &row.id).await.into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(noted, ["queued", "sent"]);
    assert_eq!(mails.mails().len(), 1);
});

sending!(workers_that_meet_send_each_mail_once, |stage, mails, _texts| {
    put_many(&stage, "harbour-physio", "mail", "jo@example.com", "Hello", 60).await;
    let server = &stage.server;
    let (a, b, c) = tokio::join!(outbox::work(server), outbox::work(server), outbox::work(server));
    assert_eq!(a.unwrap() + b.unwrap() + c.unwrap(), 60);
    let ids: HashSet<String> = mails.mails().iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!((ids.len(), mails.mails().len()), (60, 60));
    assert!(rows(&stage).await.iter().all(|row| row.state == "sent" && row.tries == 1));
    assert!(mails.connections() <= 12, "each worker keeps at most four connections: {}", mails.connections());
});

// Who asks twice opens the mail that came last.
sending!(mails_to_one_mailbox_come_in_the_order_asked, |stage, mails, _texts| {
    for number in 10..30 {
        put_many(&stage, "harbour-physio", "mail", "jo@example.com", &format!("Mail {number}."), 1).await;
        put_many(&stage, "harbour-physio", "mail", &format!("other{number}@example.com"), "Hello", 1).await;
    }
    assert_eq!(stage.deliver().await, 40);
    let to_jo: Vec<String> =
        mails.mails().iter().filter(|mail| mail.to == ["jo@example.com"]).map(Received::text).collect();
    let number = |text: &String| (10..30).find(|number| text.contains(&format!("Mail {number}."))).unwrap();
    assert_eq!(to_jo.iter().map(number).collect::<Vec<_>>(), (10..30).collect::<Vec<_>>());
});

sending!(a_practice_that_floods_does_not_starve_another, |stage, mails, _texts| {
    let sql = "INSERT INTO practice (id, slug, host, name, created_at) VALUES ('p2', 'quiet', 'quiet.au.localhost', 'Quiet', 1)";
    stage.au().execute(sql, vec![]).await.unwrap();
    put_many(&stage, "harbour-physio", "mail", "many@example.com", "Hello", 150).await;
    for number in 0..150 {
        put_many(&stage, "harbour-physio", "mail", &format!("many{number}@example.com"), "Hello", 1).await;
    }
    stage.wait(60);
    put_many(&stage, "quiet", "mail", "few@example.com", "Hello", 2).await;
    stage.deliver().await;
    let received = mails.mails();
    assert_eq!(received.len(), 302);
    let places: Vec<usize> = received
        .iter()
        .enumerate()
        .filter(|(_, mail)| mail.to == ["few@example.com"])
        .map(|(place, _)| place)
        .collect();
    // Four go at once, and one of them may be slow; behind the flood they would be the last.
    assert!(places.iter().all(|place| *place < 150), "the quiet practice's mails came at {places:?}");
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

sending!(neither_the_database_nor_the_log_can_be_read_for_secrets, |stage, mails, texts| {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // The workers run on this thread: they are awaited here and spawn nothing.
    let _guard = tracing::subscriber::set_default(subscriber);
    let secrets = ["canary-mailbox", "+61491570156", "61491570156", "481516", "canaryTokenCanaryTokenCanaryToken"];
    let text = "Your code is 481516.\nhttps://x.test/link/canaryTokenCanaryTokenCanaryToken";
    for (place, fault) in
        [Fault::Accept, Fault::DeferRecipient, Fault::RejectRecipient, Fault::RejectContent, Fault::DropAfterContent]
            .into_iter()
            .enumerate()
    {
        let to = format!("canary-mailbox-{place}@example.net");
        mails.on_recipient(&to, fault);
        put_many(&stage, "harbour-physio", "mail", &to, text, 1).await;
    }
    texts.fail(crate::support::text_sink::TextFault::Status(400));
    put_many(&stage, "harbour-physio", "text", "+61491570156", text, 1).await;
    assert_eq!(stage.deliver().await, 6);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("message given up") && log.contains("message not sent"), "the log is captured:\n{log}");
    let mut stored = String::new();
    for table in ["outbox", "outbox_state"] {
        stored.push_str(&dump(&stage, table).await);
    }
    assert!(stored.contains("deferred") && stored.len() > 1000, "the rows are read");
    for file in std::fs::read_dir(stage.folder.path()).unwrap() {
        stored.push_str(&String::from_utf8_lossy(&std::fs::read(file.unwrap().path()).unwrap()));
    }
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
        assert!(!stored.contains(secret), "{secret} is in the database");
    }
});

/// All columns of all rows.
async fn dump(stage: &Stage, table: &str) -> String {
    let sql = match table {
        "outbox" => {
            "SELECT practice_id || id || kind || about || COALESCE(person_id, '') || recipient || COALESCE(body, '') || state || claimed_by FROM outbox"
        }
        _ => "SELECT practice_id || message_id || state || reason FROM outbox_state",
    };
    let rows: Vec<(String,)> = stage.au().all(sql, vec![]).await.unwrap();
    rows.into_iter().map(|(row,)| row).collect::<Vec<_>>().join("\n")
}
