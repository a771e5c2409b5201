//! A client moves to another mailbox: the old one hears it in the words that its reader knew before, and each page says what
//! follows from the move.

use portico::args;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::mails;
use crate::support::portal::{JO, add_client, code_of, sign_in};
use crate::support::stage::{Sent, Stage, link_in};
use crate::support::ways::{let_in, somebody};
use crate::walk;

const FAMILY: &str = "family@example.com";
const NEW: &str = "jo.new@example.org";

/// Robin, whose mails name nobody, has a mailbox that others may come to.
async fn robin(stage: &Stage) {
    let id = add_client(stage, "Robin Ashworth", FAMILY).await;
    stage.au().execute("UPDATE person SET mail_form = 'discreet' WHERE id = $1", args![&id]).await.unwrap();
}

async fn discreet(stage: &Stage, email: &str) {
    let sql = "UPDATE person SET mail_form = 'discreet' WHERE email_key = $1 AND kind = 'client'";
    assert_eq!(stage.au().execute(sql, args![email]).await.unwrap(), 1);
}

/// Jo, signed in, moves there; answers the page that says so.
async fn moves(stage: &Stage, to: &str) -> Browser {
    let mut jo = stage.browser();
    let_in(stage, &mut jo, JO, &[Factor::EmailLink], false).await;
    jo.open("/me/email").await.submit_to("/me/email", &[("email", to)]).await.is_at("/me/email/sent");
    stage.deliver().await;
    let code = code_of(&mails(stage, to).await.remove(0));
    jo.submit_to("/me/email/code", &[("code", &code)]).await.is_at("/me").sees("Your email address is changed");
    stage.deliver().await;
    jo
}

/// Sam at the desk, on the page of Jo's address.
async fn at_the_desk(stage: &Stage) -> Browser {
    relaxed(stage).await;
    let id = somebody(stage, JO).await.id;
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&id]).await.unwrap();
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&format!("/practice/clients/{id}/email")).await;
    sam
}

/// What the mailbox that was left was told last.
async fn told(stage: &Stage) -> Sent {
    mails(stage, JO).await.remove(0)
}

walk!(a_client_who_moves_to_a_discreet_mailbox_is_told_at_the_old_one_in_plain_words, |stage| {
    robin(&stage).await;
    let jo = moves(&stage, FAMILY).await;
    jo.sees("does not name your practice");
    let told = told(&stage).await;
    assert_eq!(told.about, "client-email-changed-old-address", "{}", told.text);
    assert!(told.text.contains("opens nothing of yours there any more"), "{}", told.text);
    // The new one hears nothing that names the practice.
    for mail in mails(&stage, FAMILY).await {
        assert!(!mail.text.contains("Harbour"), "{}: {}", mail.about, mail.text);
    }
});

walk!(so_is_one_whom_the_practice_moves, |stage| {
    robin(&stage).await;
    let mut sam = at_the_desk(&stage).await;
    let page = sam.path.clone();
    sam.submit(&[("email", FAMILY), ("do", "change")]).await;
    stage.deliver().await;
    let code = code_of(&mails(&stage, FAMILY).await.remove(0));
    sam.open(&page).await.submit(&[("code", &code), ("do", "code")]).await.sees("The address is changed");
    stage.deliver().await;
    assert_eq!(told(&stage).await.about, "client-email-changed-old-address");
});

// Whoever was discreet before reads no name, and nothing that they could only do with the new address.
walk!(a_discreet_client_is_told_at_the_old_mailbox_what_it_is_worth, |stage| {
    discreet(&stage, JO).await;
    moves(&stage, NEW).await;
    let told = told(&stage).await;
    assert_eq!(told.about, "discreet-notice-old-address", "{}", told.text);
    assert!(told.text.contains("opens nothing of yours there any more"), "{}", told.text);
    for word in ["Harbour", "Lindqvist", "sign in as usual", NEW, "http"] {
        assert!(!told.text.contains(word) && !told.subject.contains(word), "{word}: {}", told.text);
    }
    let new = mails(&stage, NEW).await.remove(0);
    assert_eq!(new.about, "discreet-notice", "{}", new.text);
});

walk!(one_who_gets_no_mail_is_told_nowhere, |stage| {
    let sql = "UPDATE person SET mail_form = 'none' WHERE email_key = $1 AND kind = 'client'";
    stage.au().execute(sql, args![JO]).await.unwrap();
    moves(&stage, NEW).await;
    assert!(mails(&stage, JO).await.is_empty());
});

// Nobody else's mail there is quiet: the page says nothing of it.
walk!(a_move_to_a_mailbox_of_ones_own_says_nothing_of_discreet_mail, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    moves(&stage, NEW).await.misses("does not name your practice");
    assert_eq!(told(&stage).await.about, "client-email-changed-old-address");
});

walk!(no_page_promises_a_link_that_is_not_mailed, |stage| {
    robin(&stage).await;
    let mut sam = at_the_desk(&stage).await;
    let page = sam.path.clone();
    // Nobody can know yet whether there will be a link: the mailbox decides.
    sam.sees("link in the email, if there is one");
    sam.submit(&[("email", FAMILY), ("do", "change")]).await;
    sam.open(&page).await.sees("They read it out to you: six digits").misses("The client types it from the link");
    stage.wait(61);
    sam.submit(&[("email", NEW), ("do", "change")]).await;
    sam.open(&page).await.sees("The client types it from the link in the email");
    stage.deliver().await;
    link_in(&mails(&stage, NEW).await.remove(0).text);
    discreet(&stage, JO).await;
    sam.open(&page).await.misses("link in the email, if there is one").sees("the client reads it out to you");
});

// What the confirmation ends is said where it is typed.
walk!(the_page_behind_the_link_says_what_ends, |stage| {
    let mut sam = at_the_desk(&stage).await;
    sam.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let link = link_in(&mails(&stage, NEW).await.remove(0).text);
    stage.browser().open(&link).await.sees("you are signed out then");
});
