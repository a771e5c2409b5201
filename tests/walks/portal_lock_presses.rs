//! Presses that meet on the pages of a client's lock: what the client has and what the practice does, each once.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, ask, asked, link_of};
use crate::support::stage::Stage;
use crate::support::ways::{let_in, somebody};
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";
const SAFE_WORD: &str = "Blue Heron";

/// Private, with a passphrase and the passkeys as locks; signed in with fresh proof.
async fn with_two_locks(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    let_in(stage, &mut jo, JO, &[Factor::EmailLink], false).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.sees("Your lock is set");
    let sql = "UPDATE person SET private_since = 1, passkey_lock_since = 1, mail_form = 'discreet' WHERE email_key = $1 AND kind = 'client'";
    assert_eq!(stage.au().execute(sql, args![JO]).await.unwrap(), 1);
    jo
}

fn owned<const N: usize>(fields: [(&str, &str); N]) -> [(String, String); N] {
    fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
}

walk!(two_presses_leave_a_private_client_one_lock, |stage| {
    let mut jo = with_two_locks(&stage).await;
    let stored: Option<(String,)> = stage
        .au()
        .optional("SELECT passphrase FROM person WHERE email_key = $1 AND kind = 'client'", args![JO])
        .await
        .unwrap();
    let stored = stored.unwrap().0;
    // Whichever of the two is first; now and then the one falls into the other.
    for round in 1..=6 {
        let again =
            "UPDATE person SET passphrase = $2, passkey_lock_since = 1 WHERE email_key = $1 AND kind = 'client'";
        stage.au().execute(again, args![JO, &stored]).await.unwrap();
        let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
        let csrf = jo.open("/me/privacy").await.hidden("csrf");
        let (mut one, mut other) = (jo.clone(), jo.clone());
        let remove = owned([("csrf", &csrf), ("do", "remove"), ("current", PASSPHRASE)]);
        let off = owned([("csrf", &csrf), ("do", "off")]);
        let one = tokio::spawn(async move {
            one.post("/me/privacy/lock", &remove).await;
            one
        });
        let other = tokio::spawn(async move {
            other.post("/me/privacy/passkey", &off).await;
            other
        });
        let both = [one.await.unwrap(), other.await.unwrap()];
        let left = "SELECT COUNT(*) FROM person WHERE email_key = $1 AND (passphrase IS NOT NULL OR passkey_lock_since IS NOT NULL)";
        assert_eq!(number(&stage, left, args![JO]).await, 1, "{} {}", both[0].status, both[1].status);
        let refused = both.iter().find(|browser| browser.status == 422).expect("one of them is refused");
        refused.sees("With private sign-in the lock has to stay");
        assert_eq!(times(&stage, "lock-removed").await, round);
    }
});

walk!(each_lock_goes_while_the_other_stays, |stage| {
    let mut jo = with_two_locks(&stage).await;
    jo.open("/me/privacy").await;
    jo.submit_to("/me/privacy/lock", &[("do", "remove"), ("current", PASSPHRASE)]).await.sees("Your lock is removed");
    jo.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "off")]).await;
    assert_eq!(jo.status, 422);
    let left = "SELECT COUNT(*) FROM person WHERE email_key = $1 AND passkey_lock_since IS NOT NULL";
    assert_eq!(number(&stage, left, args![JO]).await, 1);
});

/// Sam on Jo's privacy page at the practice, where Jo has a passphrase.
async fn sam_at(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    let id = somebody(stage, JO).await.id;
    let page = format!("/practice/clients/{id}/privacy");
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&page).await;
    sam.submit(&[("passphrase", PASSPHRASE), ("safe_word", SAFE_WORD), ("do", "private-on")]).await;
    sam.sees("Private sign-in is on");
    (sam, page)
}

// The record says what was done, and that once.
walk!(what_was_so_already_is_not_recorded_again, |stage| {
    let (mut sam, page) = sam_at(&stage).await;
    for _ in 0..2 {
        sam.open(&page).await.submit(&[("safe_word", SAFE_WORD), ("do", "lock-off")]).await;
        sam.sees("In a day you can take the lock off");
    }
    assert_eq!(times(&stage, "lock-off-asked").await, 1);
    for _ in 0..2 {
        sam.open(&page).await;
        let csrf = sam.hidden("csrf");
        sam.post(&page, &owned([("csrf", &csrf), ("safe_word", SAFE_WORD), ("do", "private-off")])).await;
        assert_eq!(sam.status, 303);
    }
    assert_eq!(times(&stage, "private-off").await, 1);
    for _ in 0..2 {
        sam.open(&page).await.submit(&[("mail", "plain"), ("do", "mail")]).await;
    }
    assert_eq!(times(&stage, "mail-form-changed").await, 1);
    // What lapsed is asked anew, and that is recorded.
    stage.wait(9 * 86_400);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.submit(&[("safe_word", SAFE_WORD), ("do", "lock-off")]).await;
    assert_eq!(times(&stage, "lock-off-asked").await, 2);
});

// A link that somebody else used, opened where another client is in, is not passed off as the way to that one's page.
walk!(a_used_link_of_another_leads_to_nobodys_page, |stage| {
    add_client(&stage, "Pat Reyes", "pat@example.com").await;
    let mut jo = stage.browser();
    let link = link_of(&asked(&stage, &mut jo, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    let mut pat = stage.browser();
    let_in(&stage, &mut pat, "pat@example.com", &[Factor::EmailLink], false).await;
    pat.open(&link).await.sees("This link was used on").misses("Pat Reyes");
    assert_eq!(pat.status, 410);
    // The honest twin: the same person in another browser.
    let mut phone = stage.browser();
    let_in(&stage, &mut phone, JO, &[Factor::EmailLink], false).await;
    phone.open(&link).await.is_at("/me").sees("Jo Lindqvist");
});

walk!(a_lock_opened_on_a_shared_device_is_opened_as_on_one, |stage| {
    let id = somebody(&stage, JO).await.id;
    let mut jo = stage.browser();
    jo.open("/portal").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await;
    stage.deliver().await;
    let link = link_of(&crate::support::portal::newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    stage.au().execute("UPDATE person SET passphrase = 'x' WHERE id = $1", args![&id]).await.unwrap();
    stage.wait(31 * 60);
    jo.open("/me").await.is_at("/portal/locked");
    jo.submit_to("/portal/locked", &[("do", "lock")]).await;
    jo.is_at("/portal/lock");
    let shared = "SELECT COUNT(*) FROM attempt WHERE goal = 'unlock' AND shared = 1";
    assert_eq!(number(&stage, shared, args![]).await, 1);
    ask(&mut stage.browser(), JO).await;
});
