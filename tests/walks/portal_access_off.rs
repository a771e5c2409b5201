//! A client whose access is off: what the mail, the practice's pages and whatever was given out before are worth then.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number};
use crate::support::portal::{JO, add_client, ask, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

async fn turn(stage: &Stage, client: &str, act: &str) -> Browser {
    let mut sam = signed_in(stage, SAM).await;
    sam.open(&format!("/practice/clients/{client}/act?do={act}")).await.submit(&[("do", act)]).await;
    sam
}

walk!(a_client_whose_access_is_off_is_not_sent_from_address_to_address, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let mut sam = turn(&stage, &jo, "off").await;
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let told = mails(&stage, JO).await.into_iter().find(|mail| mail.about == "portal-nobody").expect("a mail");
    assert!(told.text.contains("Nobody can sign in with this address"), "{}", told.text);
    assert!(!told.text.contains("No client there has this address"), "{}", told.text);
    assert!(told.text.contains("+61 2 5550 1234"), "whom to ask: {}", told.text);
    // A stranger reads the same words.
    ask(&mut stage.browser(), "nobody@example.org").await;
    stage.deliver().await;
    let stranger = mails(&stage, "nobody@example.org").await.remove(0);
    assert_eq!(stranger.text, told.text);
    sam.open(&format!("/practice/clients/{jo}")).await.sees("nobody could sign in with this address then");
    // A mail did go, and the list does not say otherwise.
    sam.open("/practice/stuck").await.sees("Portal access is off for this client").misses("so no email goes to them");
});

walk!(a_client_without_mail_asked_and_got_none, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    stage.au().execute("UPDATE person SET mail_form = 'none' WHERE id = $1", args![&jo]).await.unwrap();
    ask(&mut stage.browser(), JO).await;
    stage.deliver().await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&format!("/practice/clients/{jo}")).await.sees("none was sent, because this client gets no email");
});

walk!(turning_access_off_ends_pins_and_changes_of_address, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let mut sam = signed_in(&stage, SAM).await;
    let mut caller = stage.browser().from("203.0.113.9");
    ask(&mut caller, JO).await;
    stage.deliver().await;
    caller.open(&caller.link("I can't get the email")).await;
    let request = number_on(&caller);
    sam.open(&format!("/practice/clients/{jo}/pin")).await;
    sam.submit(&[("number", &request), ("how", "called-back")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    stage.au().execute("UPDATE person SET last_sign_in_at = 1 WHERE id = $1", args![&jo]).await.unwrap();
    sam.open(&format!("/practice/clients/{jo}/email")).await;
    sam.submit(&[("email", "jo.new@example.org"), ("do", "change")]).await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM email_change WHERE ended_at IS NULL", args![]).await, 1);
    turn(&stage, &jo, "off").await;
    turn(&stage, &jo, "on").await;
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM email_change WHERE ended_at IS NULL", args![]).await, 0);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin WHERE replaced_at IS NULL", args![]).await, 0);
    caller.submit_to("/portal/pin", &[("pin", &pin)]).await;
    assert_ne!(caller.path, "/me");
    assert!(!caller.cookies.contains_key("__Host-session"));
    // The honest twin signs in as ever.
    let other = add_client(&stage, "Pat Reyes", "pat@example.com").await;
    assert!(!other.is_empty());
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
});

// "Turn the access off for that day": the page that ends the lock after it is found all the same.
walk!(the_lock_of_a_client_whose_access_is_off_can_still_be_taken_off, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let page = format!("/practice/clients/{jo}");
    let mut sam = turn(&stage, &jo, "off").await;
    sam.open(&page).await.misses("a lock of their own, private sign-in");
    stage.au().execute("UPDATE person SET passphrase = 'x' WHERE id = $1", args![&jo]).await.unwrap();
    sam.open(&page).await;
    let privacy = sam.link("Privacy");
    sam.open(&privacy).await.is_at(&format!("{page}/privacy"));
    sam.submit_to(&privacy, &[("do", "lock-off")]).await;
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await;
    sam.open(&sam.link("Privacy")).await.submit_to(&privacy, &[("do", "lock-off-now")]).await.sees("The lock is off");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM person WHERE id = $1 AND passphrase IS NULL", args![&jo]).await, 1);
});

// Whoever was shut out comes in by no second row of the same name.
walk!(a_contact_whose_access_is_off_is_not_added_anew, |stage| {
    relaxed(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let pat = add_client(&stage, "Pat Reyes", "pat@example.com").await;
    turn(&stage, &pat, "off").await;
    let mut sam = signed_in(&stage, SAM).await;
    let page = format!("/practice/clients/{jo}/contacts/new");
    let fields = [("name", "pat reyes"), ("email", "Pat@example.com"), ("relation", "partner"), ("portal", "yes")];
    sam.open(&page).await.submit(&fields).await.sees("portal access is off");
    assert_eq!((sam.status.as_u16(), sam.hidden("name").as_str()), (422, "pat reyes"));
    let people = "SELECT COUNT(*) FROM person WHERE email_key = 'pat@example.com'";
    assert_eq!(number(&stage, people, args![]).await, 1);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM contact", args![]).await, 0);
    sam.open(&sam.link("Pat Reyes")).await.is_at(&format!("/practice/clients/{pat}"));
    // Turned on again, they are added as who they are.
    turn(&stage, &pat, "on").await;
    sam.open(&page).await.submit(&fields).await.sees("The contact is added");
    assert_eq!(number(&stage, people, args![]).await, 1);
    // Somebody else at that address is somebody else.
    turn(&stage, &pat, "off").await;
    sam.open(&page).await.submit(&[("name", "Lee Reyes"), ("email", "pat@example.com"), ("relation", "other")]).await;
    sam.sees("The contact is added");
});
