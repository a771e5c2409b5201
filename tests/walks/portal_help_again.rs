//! Asking for help by the form, a second time and twice at once, and what the record says of it.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, number, times};
use crate::support::portal::{JO, ask, number_on};
use crate::support::stage::Stage;
use crate::walk;

const DESK: &str = "desk@harbour-physio.example";

/// Jo on the page with the form, and its fields.
async fn jo_at_the_form(stage: &Stage) -> Browser {
    let mut jo = stage.browser();
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    jo
}

walk!(the_form_comes_back_once_somebody_has_seen_to_the_message, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = jo_at_the_form(&stage).await;
    let page = jo.path.clone();
    jo.submit_to("/portal/help", &[("reach", "0491 570 158")]).await.sees("Your practice has your message");
    assert!(!jo.html.contains("action=\"/portal/help\""));
    sam.open("/practice/stuck").await.submit_to("/practice/stuck", &[]).await.sees("Nobody. Everyone");
    jo.open(&page).await.misses("Your practice has your message");
    jo.submit_to("/portal/help", &[("note", "Nobody called")]).await.sees("Your practice has your message");
    sam.open("/practice/stuck").await.sees("Nobody called");
});

walk!(a_form_sent_twice_at_once_is_one_message, |stage| {
    let jo = jo_at_the_form(&stage).await;
    let fields = [("csrf", jo.hidden("csrf")), ("ask", jo.hidden("ask")), ("reach", "0491 570 158".to_owned())]
        .map(|(name, value)| (name.to_owned(), value));
    let presses = (0..2).map(|_| {
        let (mut jo, fields) = (jo.clone(), fields.clone());
        tokio::spawn(async move { jo.post("/portal/help", &fields).await.status.as_u16() })
    });
    for press in presses.collect::<Vec<_>>() {
        assert_eq!(press.await.unwrap(), 303);
    }
    stage.deliver().await;
    assert_eq!(mails(&stage, DESK).await.len(), 1);
    assert_eq!(times(&stage, "help-asked").await, 1);
    // Something else to say is another message.
    let mut jo = jo;
    let mut more = fields.clone();
    "after six".clone_into(&mut more[2].1);
    jo.post("/portal/help", &more).await;
    stage.deliver().await;
    assert_eq!(mails(&stage, DESK).await.len(), 2);
});

walk!(the_record_has_the_number_of_the_request_itself, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let mut jo = jo_at_the_form(&stage).await;
    let shown = number_on(&jo);
    let made_up = if shown == "9999" { "9998" } else { "9999" };
    jo.submit_to("/portal/help", &[("reach", "0491 570 158")]).await;
    sam.open("/practice/stuck").await;
    let (csrf, ask) = (sam.hidden("csrf"), sam.hidden("ask"));
    let fields = [("csrf", csrf.as_str()), ("ask", &ask), ("number", made_up)];
    sam.post("/practice/stuck", &fields.map(|(name, value)| (name.to_owned(), value.to_owned()))).await;
    let told = "SELECT COUNT(*) FROM audit WHERE event = 'help-seen-to' AND detail LIKE $1";
    assert_eq!(number(&stage, told, args![format!("%{shown}%")]).await, 1);
    assert_eq!(number(&stage, told, args![format!("%{made_up}%")]).await, 0);
});
