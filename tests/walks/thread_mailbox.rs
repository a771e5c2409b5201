//! Of the same thread: people whose mailbox is not theirs alone.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::desk::{mails, number, times};
use crate::support::portal::{JO, add_client, ask, asked, code_of, link_of, sign_in};
use crate::support::stage::{Sent, Stage};
use crate::support::ways::{let_in, somebody};
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";

async fn sent(stage: &Stage, email: &str) -> Vec<Sent> {
    stage.deliver().await;
    mails(stage, email).await
}

// David and Barnaby: the abuser is in her email and takes her phone, and neither her old password nor anything else
// keeps him out. Here a lock that only she knows does, the practice sets it up with her in the room, no mail tells of
// it, he cannot talk the practice into another address, and what he has open she ends from any device.
walk!(david_barnaby_dv, |stage| {
    // He has been reading along.
    let mut abuser = stage.browser();
    sign_in(&stage, &mut abuser, JO).await;
    abuser.is_at("/me");
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let before = sent(&stage, JO).await.len();
    sam.open(&format!("/practice/clients/{id}/privacy")).await;
    sam.submit(&[("passphrase", PASSPHRASE), ("safe_word", "blue heron"), ("do", "private-on")]).await;
    sam.sees("Private sign-in is on");
    abuser.open("/me").await.is_at("/portal");
    assert_eq!(sent(&stage, JO).await.len(), before, "nothing in the mailbox tells of it");
    // With the whole mailbox in his hands he stands before the lock, and sees no name.
    stage.wait(61);
    ask(&mut abuser, JO).await;
    let mail = sent(&stage, JO).await.remove(0);
    assert!(!mail.text.contains("Harbour") && !mail.text.contains("http"), "{}", mail.text);
    abuser.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/lock").misses("Lindqvist");
    abuser.submit_to("/portal/lock", &[("passphrase", "her old password")]).await.sees("isn't the passphrase");
    // He calls the practice as if he were her: another address waits a day, and she stops it.
    sam.open(&format!("/practice/clients/{id}/email")).await;
    sam.submit(&[("email", "his@example.net"), ("do", "change")]).await;
    let code = code_of(&sent(&stage, "his@example.net").await.remove(0));
    sam.open(&format!("/practice/clients/{id}/email")).await;
    sam.submit(&[("code", &code), ("do", "code")]).await.sees("in a day");
    sam.open(&format!("/practice/clients/{id}/privacy")).await;
    sam.submit(&[("safe_word", "red kite"), ("do", "lock-off")]).await.sees("isn't the safe word");
    // She, with the passphrase, gets in on a borrowed phone, stops what he began, and leaves in a hurry.
    let mut jo = stage.browser().from("203.0.113.77");
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open("/me").await.sees("his@example.net");
    jo.submit_to("/me/email/stop", &[]).await.sees("Your address stays");
    jo.submit_to("/me/log-out-everywhere", &[]).await.sees("You are logged out everywhere");
    stage.wait(2 * 86_400);
    stage.deliver().await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE email_key = 'his@example.net'", args![]).await, 0);
    assert_eq!(times(&stage, "client-email-stopped").await, 1);
});

// Kari Mika-Lude: couples share a mailbox, and each reads the other's portal. Here the mail names neither, they choose by
// initials, and one of them can set a lock that the other's mail does not open.
walk!(kari_shared_mailbox, |stage| {
    const FAMILY: &str = "family@example.com";
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut browser = stage.browser();
    let link = link_of(&asked(&stage, &mut browser, FAMILY).await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who").sees("R. A.").misses("Ashworth");
    browser.submit(&[("person", &kim)]).await.is_at("/me").sees("Kim Ashworth");
    browser.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    browser.sees("Your lock is set");
    // Robin, from the same mailbox.
    stage.wait(61);
    let mut other = stage.browser();
    let link = link_of(&asked(&stage, &mut other, FAMILY).await);
    other.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who");
    other.submit(&[("person", &kim)]).await.is_at("/portal/lock").misses("Kim");
    other.open(&link).await.submit(&[("person", &robin)]).await.is_at("/me").sees("Robin Ashworth").misses("Kim");
    // Kim's own way in is the same mailbox and the passphrase.
    stage.wait(61);
    let mut again = stage.browser();
    let link = link_of(&asked(&stage, &mut again, FAMILY).await);
    again.open(&link).await.submit_to(&link, &[]).await.submit(&[("person", &kim)]).await;
    again.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me").sees("Kim Ashworth");
    for mail in sent(&stage, FAMILY).await {
        assert!(!mail.text.to_lowercase().contains("passphrase"), "{}", mail.text);
    }
});
