//! The Number on the other screen on the other screen: what going on by it says of the mailbox, and where there is none to type.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, asked, code_of, link_of, number_on};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

/// Jo asks on a laptop, opens the mail on a phone and types the laptop's number there.
async fn by_number(stage: &Stage, shared: bool) -> Browser {
    let mut laptop = stage.browser();
    let fields: &[(&str, &str)] = if shared { &[("email", JO), ("shared", "1")] } else { &[("email", JO)] };
    laptop.open("/portal").await.submit_to("/portal", fields).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&crate::support::portal::newest(stage, JO).await);
    let mut phone = stage.browser();
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &number_on(&laptop))]).await;
    laptop.submit_to("/portal/who", &[]).await.is_at("/me");
    laptop
}

walk!(what_was_read_on_the_other_device_arrives_there, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    stage.au().execute("UPDATE person SET bounced_at = 1 WHERE id = $1", args![&jo]).await.unwrap();
    let mut sam = signed_in(&stage, SAM).await;
    let page = format!("/practice/clients/{jo}");
    sam.open(&page).await.sees("Mail comes back");
    let laptop = by_number(&stage, false).await;
    sam.open(&page).await.misses("Mail comes back");
    assert!(laptop.cookies.contains_key("__Host-mailboxes"), "this browser may read what became of its mails");
});

walk!(a_shared_device_keeps_no_mark_of_the_mailbox, |stage| {
    let laptop = by_number(&stage, true).await;
    assert!(!laptop.cookies.contains_key("__Host-mailboxes"));
});

// The practice turned discreet mail on while a plain one was out: the asking page has no number any more.
walk!(where_no_number_is_shown_none_is_asked_for, |stage| {
    let mut laptop = stage.browser();
    let mail = asked(&stage, &mut laptop, JO).await;
    let link = link_of(&mail);
    let mut phone = stage.browser();
    phone.open(&link).await.sees("Number on the other screen");
    stage.au().execute("UPDATE practice SET discreet = 1 WHERE slug = 'harbour-physio'", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    laptop.open(&laptop.path.clone()).await;
    assert!(!laptop.html.contains("class=\"number\""));
    phone.open(&link).await.misses("Number on the other screen");
    assert!(!phone.html.contains("name=\"number\""), "{}", phone.text());
    // The code does it, and once that is old a new mail.
    let mut later = phone.clone();
    phone.submit(&[("code", &code_of(&mail))]).await.is_at("/me").sees("Jo Lindqvist");
    let sent = "UPDATE link_ask SET used_at = NULL, used_by = NULL, proved_in = NULL, went_on_as = NULL";
    stage.au().execute(sent, args![]).await.unwrap();
    stage.wait(16 * 60);
    later.open(&link).await.misses("Number on the other screen").sees("Request a new code");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session WHERE ended_at IS NULL", args![]).await, 1);
});
