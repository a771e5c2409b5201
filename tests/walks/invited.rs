//! A colleague who was invited and never joined: what an administrator does for them fits somebody who has an invitation and
//! nothing else.

use portico::args;
use portico::platform::secret::hash_token;

use super::people::{SAM, alex, id_of, press};
use crate::support::browser::Browser;
use crate::support::desk::{change, mails, number};
use crate::support::stage::{Stage, link_in};
use crate::walk;

const WRONG: &str = "nia@exampel.com";
const RIGHT: &str = "nia@example.com";
const PASSWORD: &str = "marble window thunder 88";

/// Alex invited Nia at a mistyped address; answers the browser, her page and the path of the invitation.
async fn invited(stage: &Stage) -> (Browser, String, String) {
    let mut alex = alex(stage).await;
    alex.open("/practice/people/new").await;
    alex.submit(&[("name", "Nia Abebe"), ("email", WRONG), ("role", "reception")]).await;
    let page = format!("/practice/people/{}", id_of(stage, WRONG).await);
    let link = link_in(&stage.messages(WRONG).await[0].text);
    (alex, page, link)
}

walk!(a_mistyped_invitation_moves_to_the_right_address, |stage| {
    let (mut alex, page, wrong) = invited(&stage).await;
    alex.open(&page).await.sees("The invitation goes to the new address");
    alex.open(&format!("{page}/email")).await.sees("They never joined");
    alex.submit(&[("email", SAM.0)]).await;
    alex.sees("has this address already");
    alex.open(&format!("{page}/email")).await.submit(&[("email", RIGHT)]).await.sees("Invited");
    // The wrong mailbox has a dead invitation, and learns nothing more.
    assert_eq!(mails(&stage, WRONG).await.len(), 1);
    let mut stranger = stage.browser();
    stranger.open(&wrong).await.sees("This invitation was withdrawn on").misses("newer");
    assert_eq!(stranger.status, 410);
    // The right one has one invitation, and comes in by it.
    let sent = mails(&stage, RIGHT).await;
    assert_eq!(sent.iter().map(|mail| mail.about.as_str()).collect::<Vec<_>>(), ["invitation"]);
    let mut nia = stage.browser();
    nia.open(&link_in(&sent[0].text)).await.sees(RIGHT);
    nia.submit(&[("password", PASSWORD)]).await.is_at("/me");
    alex.open(&page).await.misses("never joined");
});

walk!(nobody_who_never_joined_is_sent_this_was_not_me, |stage| {
    let (mut alex, page, link) = invited(&stage).await;
    alex.open(&format!("{page}/change")).await;
    alex.submit(&[("name", "Nia O. Abebe"), ("role", "practitioner")]).await;
    alex.open(&page).await.sees("Nia O. Abebe").misses("Log out everywhere");
    alex.open(&format!("{page}/end-sessions")).await.is_at(&page);
    assert_eq!(mails(&stage, WRONG).await.len(), 1, "the invitation alone");
    assert_eq!(stage.browser().open(&link).await.hidden("name"), "Nia O. Abebe");
});

walk!(no_reset_link_gives_a_first_password, |stage| {
    let (_alex, _page, _link) = invited(&stage).await;
    let sql = "INSERT INTO token (practice_id, hash, purpose, person_id, sent_to, created_at, expires_at)
               SELECT practice_id, $2, 'reset', id, email_key, $3, $4 FROM person WHERE email_key = $1";
    let (now, hash) = (stage.now(), hash_token("made-by-an-older-version"));
    assert_eq!(stage.au().execute(sql, args![WRONG, hash, now, now + 1800]).await.unwrap(), 1);
    let mut stranger = stage.browser();
    stranger.open("/reset/made-by-an-older-version").await.sees("the invitation to this account was never accepted");
    assert_eq!(stranger.status, 410);
    assert!(stranger.forms().iter().all(|form| form.action == "/log-out"), "no field for a password");
    let sql = "SELECT COUNT(*) FROM person WHERE email_key = $1 AND password IS NOT NULL";
    assert_eq!(number(&stage, sql, args![WRONG]).await, 0);
});

walk!(closed_and_reopened_they_are_invited_again, |stage| {
    let (mut alex, page, first) = invited(&stage).await;
    alex.open(&format!("{page}/close")).await.sees("The invitation in their mailbox stops working at once");
    press(&mut alex).await;
    stage.browser().open(&first).await.sees("This invitation was withdrawn on");
    stage.wait(61);
    alex.open(&page).await.sees("They get a new invitation");
    alex.open(&format!("{page}/reopen")).await.sees("They get a new invitation by mail");
    press(&mut alex).await.sees("a new invitation is on its way");
    let sent = mails(&stage, WRONG).await;
    assert!(sent.iter().all(|mail| mail.about == "invitation"), "{sent:?}");
    assert_eq!(sent.len(), 2);
    stage.browser().open(&first).await.sees("A newer invitation was sent on");
    stage.browser().open(&link_in(&sent[0].text)).await.submit(&[("password", PASSWORD)]).await.is_at("/me");
    change(&stage, WRONG, "UPDATE person SET closed_at = 1 WHERE email_key = $1 AND joined_at IS NOT NULL").await;
});

// A path that anybody can make up logs nobody out; a living invitation does, when asked to.
walk!(only_a_living_invitation_makes_room, |stage| {
    let (mut alex, page, link) = invited(&stage).await;
    let csrf = [("csrf".to_owned(), alex.open(&page).await.hidden("csrf"))];
    alex.post("/join/nothing-of-the-kind/switch", &csrf).await;
    assert_eq!(alex.status, 410);
    alex.open("/me").await.is_at("/me").sees("Alex Rivera");
    alex.open(&link).await.sees("You are logged in here as Alex Rivera");
    alex.submit_to(&format!("{link}/switch"), &[]).await.is_at(&link).sees("You are invited with the address");
    alex.submit(&[("password", PASSWORD)]).await.is_at("/me").sees("Nia Abebe");
});
