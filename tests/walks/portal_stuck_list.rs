//! The list of who is stuck (C5, C6): who asked for help stays on it, and what it says of each is true.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, add_client, ask, asked, link_of, number_on};
use crate::support::stage::Stage;
use crate::walk;

async fn sam_at_the_desk(stage: &Stage) -> Browser {
    relaxed(stage).await;
    signed_in(stage, SAM).await
}

/// Jo asks for a mail, and for help by the form.
async fn jo_asks_for_help(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let sent = jo.path.clone();
    jo.open(&jo.link("I can't get the email")).await;
    let said = [("reach", "0491 570 158"), ("note", "Nothing since Tuesday")];
    jo.submit_to("/portal/help", &said).await.sees("Your practice has your message");
    jo.open(&sent).await;
    jo
}

walk!(a_request_for_help_stays_until_somebody_has_seen_to_it, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = jo_asks_for_help(&stage).await;
    // Somebody else types the address, and Jo asks for another mail: neither takes the request away.
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    stage.wait(61);
    jo.submit_to("/portal/again", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("Asks for help").sees("0491 570 158").sees("Nothing since Tuesday");
    assert_eq!(sam.forms().iter().filter(|form| form.action == "/practice/stuck").count(), 1, "{}", sam.text());
    // The number is the one that Jo's page shows now.
    jo.open(&jo.link("I can't get the email")).await;
    sam.sees(&format!("request number {}", number_on(&jo)));
    sam.open("/practice/clients").await.sees("One person is stuck now");
    // From another browser it is one row more; a weekend later the request is still there.
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    sam.open("/practice/stuck").await.sees("0491 570 158");
    assert_eq!(sam.forms().iter().filter(|form| form.action == "/practice/stuck").count(), 2, "{}", sam.text());
    stage.wait(3 * 86_400);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/stuck").await.sees("0491 570 158").sees("too old for a PIN");
    sam.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
});

walk!(what_was_written_after_the_page_was_made_is_not_seen_to_by_it, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = jo_asks_for_help(&stage).await;
    sam.open("/practice/stuck").await.sees("Nothing since Tuesday");
    stage.wait(60);
    jo.open(&jo.link("I can't get the email")).await;
    let (ask, csrf) = (jo.hidden("ask"), jo.hidden("csrf"));
    let fields = [("csrf", csrf), ("ask", ask), ("note", "Please call my sister instead".to_owned())];
    jo.post("/portal/help", &fields.map(|(name, value)| (name.to_owned(), value))).await;
    sam.submit_to("/practice/stuck", &[]).await.sees("Please call my sister instead");
    sam.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
});

walk!(why_the_mail_came_back_is_not_hidden_by_what_comes_after, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = stage.browser();
    crate::support::portal::sign_in(&stage, &mut jo, JO).await;
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    stage.wait(1);
    ask(&mut jo, JO).await;
    let sent = jo.path.clone();
    stage.deliver().await;
    let back = "UPDATE outbox_state SET state = 'bounced', reason = '550 no such mailbox' WHERE state = 'sent' AND message_id =
                (SELECT message_id FROM link_ask WHERE message_id IS NOT NULL ORDER BY asked_at DESC, id DESC LIMIT 1)";
    stage.au().execute(back, args![]).await.unwrap();
    // In the browser that has proved the mailbox it is said, too.
    jo.open(&sent).await.sees("came back today at").misses("refused").misses("about to send");
    let mut other = stage.browser();
    other.open("/portal/stuck").await.submit_to("/portal/stuck", &[("email", JO)]).await.sees("read out this number");
    sam.open("/practice/stuck").await.sees("came back: 550 no such mailbox");
    // Asked once more at once, no mail is written, and the reason stays.
    let mut again = stage.browser();
    ask(&mut again, JO).await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("came back: 550 no such mailbox");
});

walk!(a_client_whose_access_is_off_is_shown_as_such, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let closed = "UPDATE person SET closed_at = 1 WHERE email_key = 'jo@example.com' AND kind = 'client'";
    stage.au().execute(closed, args![]).await.unwrap();
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("Portal access is off for this client").misses("about to leave");
    assert!(!sam.html.contains("/pin?number="), "nobody issues a PIN for them");
    stage
        .au()
        .execute("UPDATE person SET closed_at = NULL WHERE email_key = 'jo@example.com' AND kind = 'client'", args![])
        .await
        .unwrap();
    sam.open("/practice/stuck").await.sees("No client had this address when they asked");
});

// The mailbox was proved, and nobody signed in: a couple that has not chosen, or somebody before a lock of their own.
walk!(whoever_stopped_after_the_link_is_still_on_the_list, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    add_client(&stage, "Robin Ashworth", "family@example.com").await;
    let kim = add_client(&stage, "Kim Ashworth", "family@example.com").await;
    let mut browser = stage.browser();
    let link = link_of(&asked(&stage, &mut browser, "family@example.com").await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who");
    sam.open("/practice/stuck").await.sees("family@example.com").sees("they stopped after it");
    sam.open("/practice/clients").await.sees("One person is stuck now");
    sam.open(&format!("/practice/clients/{kim}")).await.sees("Opened the link and pressed “Sign in”");
    sam.misses("Kim Ashworth signed in");
    browser.open(&browser.path.clone()).await.submit(&[("person", &kim)]).await.is_at("/me");
    sam.open("/practice/stuck").await.sees("Nobody. Everyone");
    sam.open("/practice/clients").await.sees("Nobody is stuck now");
});

walk!(slips_in_the_first_letters_are_found_too, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    add_client(&stage, "Wren Abernathy", "wren.abernathy@example.org").await;
    for (typed, name) in [
        ("oj@example.com", "Jo Lindqvist"),
        ("ho@example.com", "Jo Lindqvist"),
        ("xo@example.com", "Jo Lindqvist"),
        ("o@example.com", "Jo Lindqvist"),
        ("kjo@example.com", "Jo Lindqvist"),
        ("ho@example.con", "Jo Lindqvist"),
        ("rwen.abernathy@example.org", "Wren Abernathy"),
        ("en.abernathy@example.org", "Wren Abernathy"),
        ("eren.abernathy@example.orh", "Wren Abernathy"),
    ] {
        ask(&mut stage.browser(), typed).await;
        stage.deliver().await;
        sam.open("/practice/stuck").await.sees(&format!("No client has this address. Perhaps it is: {name}"));
        sam.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
    }
    ask(&mut stage.browser(), "abc@example.com").await;
    sam.open("/practice/stuck").await.sees("none has one like it");
});

walk!(a_row_leads_to_the_pin_with_its_number, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    let request = number_on(&jo);
    sam.open("/practice/stuck").await;
    sam.open(&sam.link("Issue a PIN")).await.sees("Jo Lindqvist");
    assert_eq!(sam.hidden("number"), request);
    sam.submit(&[("how", "called-back")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    // What is no number is not filled in, and where nobody may issue one there is no way to it.
    let id = crate::support::ways::somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}/pin?number=12%22x")).await;
    assert_eq!(sam.hidden("number"), "");
    stage.wait(61);
    ask(&mut stage.browser(), JO).await;
    stage.au().execute("UPDATE practice SET pin_by = 'administrators'", args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
    sam.open("/practice/stuck").await.sees(JO).misses("Issue a PIN");
    // The script looks again by itself, unless it is told not to.
    assert!(sam.html.contains("data-look-again=\"on\""));
    sam.open(&sam.link("Stop that")).await.sees(JO);
    assert!(sam.html.contains("data-look-again=\"off\""));
    assert_eq!(sam.link("Look again"), "/practice/stuck?still=1");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin", args![]).await, 1);
});

walk!(whoever_asked_for_help_and_got_in_is_shown_as_that, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = jo_asks_for_help(&stage).await;
    sam.open("/practice/stuck").await.sees("Asks for help").sees("Issue a PIN");
    let mail = crate::support::portal::newest(&stage, JO).await;
    jo.submit_to("/portal/code", &[("code", &crate::support::portal::code_of(&mail))]).await.is_at("/me");
    sam.open("/practice/stuck")
        .await
        .sees("Asks for help")
        .sees("They signed in since")
        .misses("they stopped after it");
    sam.misses("Issue a PIN").misses("request number");
    sam.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
});

walk!(a_pin_for_a_mistyped_address_let_its_client_in, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, "jo@exmaple.com").await;
    stage.deliver().await;
    jo.open(&jo.link("I can't get the email")).await;
    let request = number_on(&jo);
    jo.submit_to("/portal/help", &[("reach", "0491 570 158"), ("note", "")]).await;
    let id = crate::support::ways::somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await;
    sam.submit(&[("number", &request), ("how", "called-back"), ("other", "1")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    sam.open("/practice/stuck").await.sees("They signed in since").misses("Issue a PIN");
});

// The email reached them, and nobody has come in by it: that stays as it was.
walk!(whoever_stopped_after_the_proof_is_still_stuck, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    for name in ["Robin Ashworth", "Kim Ashworth"] {
        add_client(&stage, name, "family@example.com").await;
    }
    let mut browser = stage.browser();
    let link = link_of(&asked(&stage, &mut browser, "family@example.com").await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who");
    sam.open("/practice/stuck").await.sees("they stopped after it").misses("Issue a PIN");
});

walk!(mail_that_came_back_was_not_refused, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let back = "UPDATE outbox_state SET state = 'bounced', reason = '552 mailbox full' WHERE state = 'sent'";
    stage.au().execute(back, args![]).await.unwrap();
    sam.open("/practice/stuck").await.sees("came back: 552 mailbox full").misses("refused the email");
    let refused = "UPDATE outbox_state SET state = 'failed' WHERE state = 'bounced'";
    stage.au().execute(refused, args![]).await.unwrap();
    sam.open("/practice/stuck").await.sees("refused the email: 552 mailbox full");
});

// A mail of before says nothing of somebody who asks where nobody gets one any more.
walk!(an_old_mail_says_nothing_of_an_address_that_nobody_has_now, |stage| {
    let mut sam = sam_at_the_desk(&stage).await;
    let pat = add_client(&stage, "Pat Reyes", "pat@example.com").await;
    ask(&mut stage.browser(), "pat@example.com").await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("Their mail server took the email");
    let moved = "UPDATE person SET email = 'p@example.org', email_key = 'p@example.org' WHERE id = $1";
    stage.au().execute(moved, args![&pat]).await.unwrap();
    stage.wait(61);
    ask(&mut stage.browser(), "pat@example.com").await;
    stage.deliver().await;
    sam.open("/practice/stuck").await.sees("it belongs to no client").misses("Their mail server took the email");
    let back = "UPDATE outbox_state SET state = 'bounced', reason = '550 no such mailbox' WHERE state = 'sent'";
    stage.au().execute(back, args![]).await.unwrap();
    sam.open("/practice/stuck").await.sees("it belongs to no client").misses("550 no such mailbox");
    // Somebody gets it since.
    add_client(&stage, "Lee Reyes", "pat@example.com").await;
    sam.open("/practice/stuck").await.sees("No client had this address when they asked").misses("550 no such mailbox");
});
