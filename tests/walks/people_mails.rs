//! "No mail came": the administrator whom help names sees why. And the demo says only what is still so.

use portico::args;
use portico::ops::{demo, demo_people};

use super::people::{SAM, alex, id_of, relaxed, signed_in};
use crate::support::desk;
use crate::support::stage::Stage;
use crate::support::ways::{ALEX, somebody};
use crate::walk;

async fn page_of(stage: &Stage, email: &str) -> String {
    format!("/practice/people/{}", id_of(stage, email).await)
}

walk!(an_administrator_sees_what_became_of_a_colleagues_mails, |stage| {
    relaxed(&stage).await;
    let mut alex = alex(&stage).await;
    let page = page_of(&stage, SAM.0).await;
    alex.open(&page).await.sees("No mail was written to them lately");
    stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
    desk::run_jobs(&stage).await;
    alex.open(&page).await.sees("Choose a new password").sees("The email was written");
    let refused = "UPDATE outbox SET state = 'failed', ended_at = created_at, body = NULL WHERE about = 'reset-link'";
    stage.au().execute(refused, args![]).await.unwrap();
    let why = "INSERT INTO outbox_state (practice_id, message_id, at, turn, state, reason)
               SELECT practice_id, id, created_at + 60, 1, 'failed', '550 5.2.2 the mailbox is full' FROM outbox WHERE about = 'reset-link'";
    stage.au().execute(why, args![]).await.unwrap();
    alex.open(&page).await.sees("The email was refused and given up: 550 5.2.2 the mailbox is full");
    // One that ran out of time says nothing against the address.
    let late = "UPDATE outbox_state SET reason = 'too late: what it holds is no longer good: 451 later' WHERE state = 'failed'";
    stage.au().execute(late, args![]).await.unwrap();
    alex.open(&page)
        .await
        .sees("didn't get through while its code or link was good")
        .misses("was refused and given up");
    // Nobody else: not the colleague, not another member of staff.
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page_of(&stage, ALEX.0).await).await.misses("Mails of the last weeks");
    sam.open("/help/no-mail").await.sees("they see what became of the last mails to you");
});

walk!(the_demo_names_no_password_that_was_changed, |stage| {
    let known = demo::fill(&stage.server).await.unwrap();
    let sam = |known: &[portico::ops::demo_people::Known]| {
        known.iter().find(|known| known.person.email == SAM.0).map(|known| (known.password(), known.changed)).unwrap()
    };
    assert_eq!(sam(&known), (Some(SAM.1), false), "started again, and nothing was changed");
    let first = somebody(&stage, SAM.0).await.password;
    let other = somebody(&stage, ALEX.0).await.password;
    stage.au().execute("UPDATE person SET password = $1 WHERE email_key = $2", args![other, SAM.0]).await.unwrap();
    let known = demo::fill(&stage.server).await.unwrap();
    assert_eq!(sam(&known), (None, true));
    assert_eq!(known.iter().filter(|known| known.changed).count(), 1);
    // While it runs, too; and back again.
    let then = known.iter().find(|known| known.person.email == SAM.0).unwrap();
    let first = first.expect("Sam has a password");
    let sql = "UPDATE person SET password = $1 WHERE email_key = $2 AND kind = 'staff'";
    stage.au().execute(sql, args![first, SAM.0]).await.unwrap();
    let back = demo_people::now(&stage.server, then).await.unwrap();
    assert_eq!((back.password(), back.changed), (Some(SAM.1), false));
    stage.au().execute(sql, args![somebody(&stage, ALEX.0).await.password, SAM.0]).await.unwrap();
    assert_eq!(demo_people::now(&stage.server, &back).await.unwrap().password(), None);
});

walk!(every_mail_stands_there_under_words_without_gaps, |stage| {
    relaxed(&stage).await;
    let mut alex = alex(&stage).await;
    let page = page_of(&stage, SAM.0).await;
    stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
    desk::run_jobs(&stage).await;
    let mut subjects = 0;
    for file in std::fs::read_dir("locales/en").unwrap() {
        let texts = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let names =
            texts.lines().filter_map(|line| line.strip_prefix("mail-")?.split_once("-subject =").map(|(name, _)| name));
        for name in names {
            let renamed = "UPDATE outbox SET about = $1 WHERE person_id = $2";
            stage.au().execute(renamed, args![name, id_of(&stage, SAM.0).await]).await.unwrap();
            alex.open(&page).await.misses("{$").misses("{ $");
            if name == "invitation" {
                alex.sees("An invitation to Harbour Physio");
            }
            subjects += 1;
        }
    }
    assert!(subjects > 50, "{subjects}");
});
