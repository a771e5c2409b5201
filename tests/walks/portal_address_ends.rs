//! What a client's changed address ends (docs/decisions/0022), and what the mailbox that was left is told.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::mails;
use crate::support::portal::{JO, add_client, ask, asked, code_of, link_of, sign_in};
use crate::support::stage::{Sent, Stage, link_in};
use crate::support::ways::somebody;
use crate::walk;

const NEW: &str = "jo.new@example.org";
const FAMILY: &str = "family@example.com";

async fn mail_about(stage: &Stage, to: &str, about: &str) -> Sent {
    mails(stage, to).await.into_iter().find(|mail| mail.about == about).unwrap_or_else(|| panic!("no {about} to {to}"))
}

/// Whoever reads the mailbox signs in and stays so.
async fn reader(stage: &Stage, email: &str) -> Browser {
    let mut reader = stage.browser();
    reader.open("/portal").await.submit_to("/portal", &[("email", email), ("keep", "1")]).await;
    stage.deliver().await;
    let link = link_of(&crate::support::portal::newest(stage, email).await);
    reader.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
    stage.wait(61);
    reader
}

/// Sam changes a client's address, and the new mailbox confirms it.
async fn changed_by_sam(stage: &Stage, id: &str, to: &str) -> Browser {
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![id]).await.unwrap();
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&format!("/practice/clients/{id}/email")).await.sees("the client is signed out everywhere");
    sam.submit(&[("email", to), ("do", "change")]).await;
    stage.deliver().await;
    let mail = mail_about(stage, to, "address-link").await;
    let mut phone = stage.browser();
    let link = link_in(&mail.text);
    phone.open(&link).await.submit_to(&link, &[("code", &code_of(&mail))]).await.sees("This address is confirmed");
    sam
}

walk!(whoever_reads_the_old_mailbox_is_out_once_the_practice_changed_it, |stage| {
    let id = somebody(&stage, JO).await.id;
    let mut reader = reader(&stage, JO).await;
    changed_by_sam(&stage, &id, NEW).await;
    reader.open("/me").await.misses(NEW).misses("Lindqvist").is_at("/portal");
    // Nor does a mail that was read before go on.
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, NEW).await;
    jo.is_at("/me").sees("Jo Lindqvist").sees(NEW);
});

walk!(a_clients_own_change_ends_every_other_session, |stage| {
    let mut reader = reader(&stage, JO).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open("/me/email").await.sees("Wherever else you are signed in, you are signed out");
    jo.submit_to("/me/email", &[("email", NEW)]).await.is_at("/me/email/sent");
    stage.deliver().await;
    let code = code_of(&mail_about(&stage, NEW, "address-code").await);
    jo.submit_to("/me/email/code", &[("code", &code)]).await.is_at("/me").sees(NEW);
    reader.open("/me").await.misses(NEW).is_at("/portal");
    jo.open("/me").await.is_at("/me").sees(NEW);
});

walk!(a_change_that_was_held_ends_sessions_when_it_is_in_force, |stage| {
    let id = somebody(&stage, JO).await.id;
    let mut reader = reader(&stage, JO).await;
    stage.au().execute("UPDATE person SET passphrase = 'x' WHERE id = $1", args![&id]).await.unwrap();
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let page = format!("/practice/clients/{id}/email");
    sam.open(&page).await.submit(&[("email", NEW), ("do", "change")]).await;
    stage.deliver().await;
    let code = code_of(&mail_about(&stage, NEW, "address-code").await);
    sam.open(&page).await.submit(&[("code", &code), ("do", "code")]).await.sees("The address changes in a day");
    reader.open("/me").await.sees("Jo Lindqvist");
    stage.wait(86_401);
    stage.deliver().await;
    let left: Vec<(String,)> =
        stage.au().all("SELECT id FROM session WHERE person_id = $1 AND ended_at IS NULL", args![&id]).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
});

// Kim still signs in with the address that Robin left, and is told nothing else.
walk!(a_shared_mailbox_is_told_of_the_one_who_left_alone, |stage| {
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    add_client(&stage, "Kim Ashworth", FAMILY).await;
    changed_by_sam(&stage, &robin, "robin@example.com").await;
    stage.deliver().await;
    let told = mail_about(&stage, FAMILY, "client-email-changed-old-address").await;
    assert!(told.text.contains("opens nothing of yours there any more"), "{}", told.text);
    assert!(!told.text.contains("last mail"), "{}", told.text);
    stage.wait(61);
    let mut kim = stage.browser();
    sign_in(&stage, &mut kim, FAMILY).await;
    kim.is_at("/me").sees("Kim Ashworth");
});

// "Nobody has to guess why no email came", under the address that was left too.
walk!(the_time_line_goes_back_beyond_a_changed_address, |stage| {
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut first = stage.browser();
    let link = link_of(&asked(&stage, &mut first, FAMILY).await);
    first.open(&link).await;
    let mut sam = changed_by_sam(&stage, &robin, "robin@example.com").await;
    let page = format!("/practice/clients/{robin}");
    let lines = |browser: &Browser| browser.text().matches("The page behind the link was opened").count();
    assert_eq!(lines(sam.open(&page).await), 1, "{}", sam.text());
    // What Kim asks for there from now on is nothing of Robin's.
    stage.wait(61);
    let mut kim = stage.browser();
    ask(&mut kim, FAMILY).await;
    stage.deliver().await;
    let link = link_of(&crate::support::portal::newest(&stage, FAMILY).await);
    kim.open(&link).await;
    assert_eq!(lines(sam.open(&page).await), 1, "{}", sam.text());
});
