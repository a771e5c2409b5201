//! Who comes to the mailbox of a client whose mails name nobody (C8, C9): it goes on so until somebody there wants otherwise.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number};
use crate::support::portal::{add_client, ask, code_of, newest};
use crate::support::stage::{Stage, link_in};
use crate::walk;

const FAMILY: &str = "family@example.com";

/// Robin, whose mails name nobody, and Sam at the desk.
async fn robin(stage: &Stage, private: bool) -> (String, Browser) {
    let id = add_client(stage, "Robin Ashworth", FAMILY).await;
    let sql = if private {
        "UPDATE person SET private_since = 1, passphrase = 'x', mail_form = 'discreet' WHERE id = $1"
    } else {
        "UPDATE person SET mail_form = 'discreet' WHERE id = $1"
    };
    stage.au().execute(sql, args![&id]).await.unwrap();
    relaxed(stage).await;
    (id, signed_in(stage, SAM).await)
}

/// Somebody asks there, and the mail that comes names nobody.
async fn stays_discreet(stage: &Stage) {
    stage.wait(61);
    ask(&mut stage.browser(), FAMILY).await;
    stage.deliver().await;
    let mail = mails(stage, FAMILY).await.remove(0);
    assert_eq!(mail.about, "portal-code", "{}", mail.text);
    assert!(!mail.text.contains("Harbour"), "{}", mail.text);
}

walk!(a_client_added_to_a_private_mailbox_gets_discreet_mail, |stage| {
    let (_, mut sam) = robin(&stage, true).await;
    sam.open("/practice/clients/new").await;
    sam.submit(&[("name", "Kim Ashworth"), ("email", FAMILY)]).await;
    sam.sees("The client can sign in now").sees("their mail does not name the practice either");
    stays_discreet(&stage).await;
    let kim = "SELECT COUNT(*) FROM person WHERE name = 'Kim Ashworth' AND mail_form = 'discreet'";
    assert_eq!(number(&stage, kim, args![]).await, 1);
    // Who is alone in a mailbox, or among people whose mail is plain, gets plain mail, and the page says nothing of it.
    for name in ["Pat Reyes", "Lee Reyes"] {
        sam.open("/practice/clients/new").await;
        sam.submit(&[("name", name), ("email", "pat@example.com")]).await;
        sam.sees("The client can sign in now").misses("does not name the practice");
    }
    ask(&mut stage.browser(), "pat@example.com").await;
    stage.deliver().await;
    newest(&stage, "pat@example.com").await;
});

walk!(a_contact_added_to_a_discreet_mailbox_gets_discreet_mail, |stage| {
    let (robin, mut sam) = robin(&stage, false).await;
    sam.open(&format!("/practice/clients/{robin}/contacts/new")).await;
    sam.submit(&[("name", "Kim Ashworth"), ("email", FAMILY), ("relation", "partner")]).await;
    sam.sees("The contact is added").sees("their mail does not name the practice either");
    stays_discreet(&stage).await;
});

// Access off for the day in which a lock is taken off is no reason to name the practice.
walk!(so_does_who_comes_while_their_access_is_off, |stage| {
    let (robin, mut sam) = robin(&stage, true).await;
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE id = $1", args![&robin]).await.unwrap();
    sam.open("/practice/clients/new").await;
    sam.submit(&[("name", "Kim Ashworth"), ("email", FAMILY)]).await.sees("does not name the practice either");
    stays_discreet(&stage).await;
});

walk!(a_client_who_moves_to_a_private_mailbox_gets_discreet_mail, |stage| {
    let (_, mut sam) = robin(&stage, true).await;
    let kim = add_client(&stage, "Kim Ashworth", "kim@example.com").await;
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&kim]).await.unwrap();
    let page = format!("/practice/clients/{kim}/email");
    sam.open(&page).await.submit(&[("email", FAMILY), ("do", "change")]).await;
    stage.deliver().await;
    let mail = mails(&stage, FAMILY).await.remove(0);
    assert!(mail.about.starts_with("discreet") && !mail.text.contains("Harbour"), "{}: {}", mail.about, mail.text);
    sam.open(&page).await.submit(&[("code", &code_of(&mail)), ("do", "code")]).await;
    sam.sees("The address is changed").sees("does not name the practice either");
    stage.deliver().await;
    for mail in mails(&stage, FAMILY).await {
        assert!(!mail.text.contains("Harbour"), "{}: {}", mail.about, mail.text);
    }
    stays_discreet(&stage).await;
    let told = mails(&stage, "kim@example.com").await;
    assert!(told.iter().all(|mail| !mail.text.contains(FAMILY)), "{told:?}");
});

walk!(a_slip_that_is_corrected_to_a_private_mailbox_too, |stage| {
    let (_, mut sam) = robin(&stage, true).await;
    let kim = add_client(&stage, "Kim Ashworth", "famliy@example.com").await;
    sam.open(&format!("/practice/clients/{kim}/email")).await.submit(&[("email", FAMILY), ("do", "change")]).await;
    sam.sees("The address is corrected").sees("does not name the practice either");
    stays_discreet(&stage).await;
});

// An address of nobody else's is plain as ever, with the link that confirms it.
walk!(a_change_to_a_mailbox_of_their_own_is_plain, |stage| {
    let (_, mut sam) = robin(&stage, true).await;
    let kim = add_client(&stage, "Kim Ashworth", "kim@example.com").await;
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&kim]).await.unwrap();
    sam.open(&format!("/practice/clients/{kim}/email")).await;
    sam.submit(&[("email", "kim.a@example.com"), ("do", "change")]).await;
    stage.deliver().await;
    let mail = mails(&stage, "kim.a@example.com").await.remove(0);
    assert_eq!(mail.about, "address-link");
    let link = link_in(&mail.text);
    let mut phone = stage.browser();
    phone.open(&link).await.submit_to(&link, &[("code", &code_of(&mail))]).await.sees("This address is confirmed");
    let plain = "SELECT COUNT(*) FROM person WHERE id = $1 AND mail_form = 'plain'";
    assert_eq!(number(&stage, plain, args![&kim]).await, 1);
});

// Whoever had plain mail there before their access was turned off.
walk!(so_does_who_is_let_in_again, |stage| {
    let (_, mut sam) = robin(&stage, true).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE id = $1", args![&kim]).await.unwrap();
    sam.open(&format!("/practice/clients/{kim}/act?do=on")).await.submit(&[("do", "on")]).await;
    sam.sees("Access is on").sees("their mail does not name the practice either");
    stays_discreet(&stage).await;
});
