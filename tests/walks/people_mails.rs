//! "No mail came": the administrator whom help names sees why. And the demo says only what is still so.

use portico::args;
use portico::ops::demo;

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
    let other = somebody(&stage, ALEX.0).await.password;
    stage.au().execute("UPDATE person SET password = $1 WHERE email_key = $2", args![other, SAM.0]).await.unwrap();
    let known = demo::fill(&stage.server).await.unwrap();
    assert_eq!(sam(&known), (None, true));
    assert_eq!(known.iter().filter(|known| known.changed).count(), 1);
});
