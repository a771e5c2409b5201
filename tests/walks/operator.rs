//! What whoever runs the server does by command beside the running server: a practice set right, a backup put back.

use portico::args;
use portico::notices::outbox::put_job_at;
use portico::ops::practice::{self, Wanted};
use portico::ops::practice_change::{self, Changes};
use portico::ops::restored;

use super::people::{ALEX, SAM, alex, relaxed, signed_in};
use crate::support::desk;
use crate::support::stage::{Stage, link_in};
use crate::support::ways::{devices_of, log_in, practice_id, sessions_of, somebody, visit};
use crate::walk;

/// A practice that was added without zone and contact, to a first administrator whose address was mistyped.
async fn added(stage: &Stage) {
    let wanted = Wanted {
        region: "au".into(),
        slug: "bay-dental".into(),
        name: "Bay Dental".into(),
        administrator: "kim@exmaple.com".into(),
        administrator_name: "Kim Lee".into(),
        colour: None,
        logo: None,
        country: "AU".into(),
        zone: "UTC".into(),
        phone: String::new(),
        email: String::new(),
    };
    practice::add(&stage.server, &wanted).await.unwrap();
}

walk!(a_mistyped_first_address_is_set_right, |stage| {
    added(&stage).await;
    let first = link_in(&stage.messages("kim@exmaple.com").await[0].text);
    let again = practice_change::invite(&stage.server, "au", "bay-dental", ("kim@example.com", "")).await;
    assert_eq!(again.unwrap(), "kim@example.com");
    let host = "bay-dental.au.localhost:8080";
    let mut wrong = stage.browser_at(host);
    wrong.open(&first).await;
    assert_eq!(wrong.status, 410, "{}", wrong.text());
    let mail = stage.messages("kim@example.com").await.remove(0);
    assert!(mail.text.contains("Kim Lee"), "{}", mail.text);
    let mut kim = stage.browser_at(host);
    kim.open(&link_in(&mail.text)).await.submit(&[("name", "Kim Lee"), ("password", "marble window thunder 88")]).await;
    let joined = "SELECT COUNT(*) FROM person WHERE email_key = 'kim@example.com' AND joined_at IS NOT NULL";
    assert_eq!(desk::number(&stage, joined, args![]).await, 1, "{}", kim.text());
    // From then on the practice invites its people itself.
    let late = practice_change::invite(&stage.server, "au", "bay-dental", ("mallory@example.com", "")).await;
    assert!(late.unwrap_err().to_string().contains("its administrators invite others"));
    assert!(practice_change::invite(&stage.server, "au", "nowhere", ("a@example.com", "")).await.is_err());
    assert!(stage.messages("mallory@example.com").await.is_empty());
});

walk!(a_practice_is_called_and_reached_as_the_operator_says, |stage| {
    relaxed(&stage).await;
    let changes =
        Changes { zone: Some("Australia/Perth".into()), phone: Some("+61 8 5550 0000".into()), ..Changes::default() };
    assert!(changes.problems().is_empty(), "{:?}", changes.problems());
    practice_change::change(&stage.server, "au", "harbour-physio", &changes).await.unwrap();
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/me").await.sees("AWST").misses("AEDT").sees("Harbour Physio");
    let told = stage.messages(ALEX.0).await.into_iter().find(|mail| mail.about == "practice-changed-administrators");
    let told = told.unwrap().text;
    assert!(told.contains("time zone, telephone number"), "{told}");
    assert_eq!(desk::times(&stage, "practice-changed").await, 1);
    for wrong in [
        Changes::default(),
        Changes { zone: Some("Sydney".into()), ..Changes::default() },
        Changes { email: Some("desk".into()), ..Changes::default() },
        Changes { name: Some("  ".into()), ..Changes::default() },
        Changes { country: Some("aus".into()), ..Changes::default() },
        Changes { phone: Some("1\n2".into()), ..Changes::default() },
    ] {
        assert_eq!(wrong.problems().len(), 1, "{:?}", wrong.problems());
    }
});

// A backup knows as good what was used and ended since.
walk!(nothing_of_a_backup_is_replayed, |stage| {
    relaxed(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    assert_eq!((sessions_of(&stage, SAM.0).await.len(), devices_of(&stage, SAM.0).await.len()), (1, 1));
    stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
    let mut jo = stage.browser();
    jo.open("/portal").await.submit(&[("email", "jo@example.com")]).await;
    desk::run_jobs(&stage).await;
    let about = |mails: Vec<crate::support::stage::Sent>, name: &str| {
        link_in(&mails.into_iter().find(|mail| mail.about == name).unwrap().text)
    };
    let reset = about(stage.messages(SAM.0).await, "reset-link");
    let portal = about(stage.messages("jo@example.com").await, "portal-link");
    stage.browser().open(&reset).await.sees("Choose a new password");

    assert!(!restored::end_all(&stage.server, "au").await.unwrap().is_empty());
    stage.wait(6);
    sam.open("/me").await.is_at("/sign-in");
    assert!(devices_of(&stage, SAM.0).await.is_empty());
    stage.browser().open(&reset).await.misses("Choose a new password");
    jo.open(&portal).await.sees("This link worked until");
    let told = stage.messages(ALEX.0).await.into_iter().find(|mail| mail.about == "restored-administrators").unwrap();
    assert!(told.text.contains("restored from a backup of 21 November 2026"), "{}", told.text);
    assert!(told.text.contains("Passkeys that were deleted since the backup work again"), "{}", told.text);
    assert!(told.text.contains("those made since then work no more"), "{}", told.text);
    assert!(restored::end_all(&stage.server, "nowhere").await.is_err());

    // Whoever was out comes in again the usual way.
    let mut alex = alex(&stage).await;
    alex.open("/practice/people").await.sees("Sam Okafor");
    jo.open("/portal").await;
    assert!(desk::times(&stage, "restored").await > 0);
});

// AC-133: what was begun before the backup and stopped after it does not take force by itself.
walk!(a_backup_does_not_bring_back_what_a_client_stopped, |stage| {
    relaxed(&stage).await;
    added(&stage).await;
    let practice = practice_id(&stage).await;
    let jo = somebody(&stage, "jo@example.com").await;
    let soon = stage.now() + 3_600;
    let change = "INSERT INTO email_change (practice_id, id, person_id, email, email_key, before_key, asked_by, asked_by_name, code_hash, created_at, expires_at, confirmed_at, holds_until)
                  VALUES ($1, 'change', $2, 'other@example.com', 'other@example.com', 'jo@example.com', 'sam', 'Sam', 'x', $3, $4, $3, $4)";
    stage.au().execute(change, args![&practice, &jo.id, stage.now(), soon]).await.unwrap();
    let lock = "UPDATE person SET passphrase = 'x', passphrase_set_at = 1, lock_off_from = $2 WHERE id = $1";
    stage.au().execute(lock, args![&jo.id, soon]).await.unwrap();
    {
        let visit = visit(&stage).await;
        let mut tx = stage.au().write().await.unwrap();
        let body = serde_json::json!({ "change": "change" });
        put_job_at(&visit, &mut tx, ("client-email", soon), &jo.id, &body).await.unwrap();
        tx.commit().await.unwrap();
    }
    // A practice that is on its way and one that is closed are ended too, and stop nobody else's turn.
    stage.au().execute("UPDATE practice SET moving_to = 'uk' WHERE slug = 'bay-dental'", args![]).await.unwrap();
    let all = desk::number(&stage, "SELECT COUNT(*) FROM practice", args![]).await;
    let ended = restored::end_all(&stage.server, "au").await.unwrap();
    assert_eq!(i64::try_from(ended.len()).unwrap(), all);
    let told: Vec<_> = ended.iter().filter(|one| one.told).map(|one| one.slug.as_str()).collect();
    assert!(told.contains(&"harbour-physio") && !told.contains(&"bay-dental"), "{told:?}");
    assert_eq!(desk::times(&stage, "restored").await, told.len());
    let waiting = "SELECT COUNT(*) FROM token WHERE replaced_at IS NULL AND used_at IS NULL AND expires_at > $1 AND purpose <> 'not-me'";
    assert_eq!(desk::number(&stage, waiting, args![stage.now()]).await, 0, "of the one on its way too");

    stage.wait(2 * 86_400);
    stage.deliver().await;
    let jo = somebody(&stage, "jo@example.com").await;
    assert_eq!((jo.email.as_str(), jo.lock_off_from), ("jo@example.com", None));
});

walk!(a_second_run_names_the_same_backup_and_old_mail_does_not_leave, |stage| {
    relaxed(&stage).await;
    signed_in(&stage, SAM).await;
    stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
    desk::run_jobs(&stage).await;
    let waits = "SELECT COUNT(*) FROM outbox WHERE about = 'reset-link' AND kind = 'mail' AND ended_at IS NULL";
    assert_eq!(desk::number(&stage, waits, args![]).await, 1);
    for _ in 0..3 {
        stage.wait(1_800);
        restored::end_all(&stage.server, "au").await.unwrap();
    }
    let practice = practice_id(&stage).await;
    let said = "SELECT COUNT(DISTINCT detail) FROM audit WHERE event = 'restored' AND practice_id = $1";
    assert_eq!(desk::number(&stage, said, args![&practice]).await, 1, "its own lines are not the backup's");
    // What the backup still had to send went out long ago, or holds what is ended now; what is told now leaves.
    assert_eq!(desk::number(&stage, waits, args![]).await, 0);
    stage.deliver().await;
    assert!(stage.messages(SAM.0).await.iter().all(|mail| mail.about != "reset-link" || mail.text.is_empty()));
    let told = stage.messages(ALEX.0).await.into_iter().find(|mail| mail.about == "restored-administrators").unwrap();
    assert!(told.text.contains("ended since work again"), "{}", told.text);
    assert!(told.text.contains("/practice/programs"), "{}", told.text);
    // Another backup, another day, is named by its own last line.
    stage.wait(5 * 86_400);
    signed_in(&stage, SAM).await;
    restored::end_all(&stage.server, "au").await.unwrap();
    assert_eq!(desk::number(&stage, said, args![&practice]).await, 2);
});
