//! A PIN that is issued once, however often the button is pressed, and only to whom it would let in.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask, number_on};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

/// Jo on the page with the number, and Sam on the page that issues the PIN.
async fn on_the_phone(stage: &Stage) -> (Browser, Browser, String, String) {
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    let id = somebody(stage, JO).await.id;
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    let request = number_on(&jo);
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    (jo, sam, id, request)
}

/// The form as it stands on the page, filled in.
fn filled(sam: &Browser, request: &str) -> Vec<(String, String)> {
    let form = sam.forms().into_iter().find(|form| form.inputs.iter().any(|input| input.name == "how")).unwrap();
    let hidden = form.inputs.into_iter().filter(|input| !["how", "number"].contains(&input.name.as_str()));
    let mut fields: Vec<(String, String)> = hidden.map(|input| (input.name, input.value)).collect();
    fields
        .extend([("number", request), ("how", "called-back")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    fields
}

walk!(two_presses_issue_one_pin_and_both_pages_show_it, |stage| {
    let (mut jo, sam, id, request) = on_the_phone(&stage).await;
    let (page, fields) = (sam.path.clone(), filled(&sam, &request));
    let presses = (0..2).map(|_| {
        let (mut sam, page, fields) = (sam.clone(), page.clone(), fields.clone());
        tokio::spawn(async move {
            sam.post(&page, &fields).await;
            sam
        })
    });
    let mut shown = vec![];
    for press in presses.collect::<Vec<_>>() {
        let sam = press.await.unwrap();
        shown.push(number_on(sam.sees("It is shown only now")));
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin WHERE person_id = $1", args![&id]).await, 1);
    assert_eq!(times(&stage, "pin-issued").await, 1);
    jo.submit_to("/portal/pin", &[("pin", &shown[0])]).await.is_at("/me").sees("Jo Lindqvist");
});

// The page that stayed open gives a new one for another request, and for the same one once the PIN is over.
walk!(the_same_page_gives_a_new_pin_where_the_first_is_over, |stage| {
    let (mut jo, mut sam, id, request) = on_the_phone(&stage).await;
    let (page, fields) = (sam.path.clone(), filled(&sam, &request));
    let first = number_on(sam.post(&page, &fields).await);
    stage.wait(11 * 60);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await;
    let mut again = fields.clone();
    again[0].1 = sam.hidden("csrf");
    let second = number_on(sam.post(&page, &again).await.sees("It is shown only now"));
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin WHERE person_id = $1", args![&id]).await, 2);
    if first != second {
        jo.submit_to("/portal/pin", &[("pin", &first)]).await.sees("This PIN is too old");
    }
    jo.submit_to("/portal/pin", &[("pin", &second)]).await.is_at("/me").sees("Jo Lindqvist");
});

// Private sign-in whose lock was taken off: a PIN would lead to a page that says no.
walk!(no_pin_is_spent_on_a_private_client_without_a_lock, |stage| {
    let (mut jo, mut sam, id, request) = on_the_phone(&stage).await;
    let (page, fields) = (sam.path.clone(), filled(&sam, &request));
    stage
        .au()
        .execute("UPDATE person SET private_since = 1, mail_form = 'discreet' WHERE id = $1", args![&id])
        .await
        .unwrap();
    sam.post(&page, &fields).await.sees("A PIN opens nothing for this client now");
    assert_eq!(sam.status, 422);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM pin", args![]).await, 0);
    sam.open(&page).await.sees("A PIN opens nothing for this client now");
    assert!(!sam.html.contains("name=\"number\""), "there is no form to fill in in vain");
    sam.open(&sam.link("Privacy")).await.is_at(&format!("/practice/clients/{id}/privacy"));
    // A lock set with the client makes a PIN worth something again.
    stage.au().execute("UPDATE person SET passkey_lock_since = 1 WHERE id = $1", args![&id]).await.unwrap();
    sam.open(&page).await.submit(&[("number", &request), ("how", "called-back")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/portal/lock");
    // What was typed before the lock went is told as what it is.
    stage.au().execute("UPDATE person SET passkey_lock_since = NULL WHERE id = $1", args![&id]).await.unwrap();
    sam.open("/practice/stuck")
        .await
        .sees("private sign-in is on and there is no lock")
        .misses("not opened their own lock");
});
