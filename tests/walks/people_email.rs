//! A colleague's address, entered by an administrator.

use super::people::{ALEX, SAM, alex, id_of, is_in, signed_in};
use crate::support::stage::link_in;
use crate::walk;

// AC-124
walk!(an_address_entered_by_an_administrator_counts_once_confirmed, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    alex.open(&format!("/practice/people/{id}/email")).await;
    alex.submit(&[("email", "alex@example.com")]).await.sees("has this address already");
    alex.open(&format!("/practice/people/{id}/email")).await;
    alex.submit(&[("email", "sam.new@example.org")]).await.sees("We mailed a link to the new address");
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "email-change-asked-by-administrator"));
    let mut still = signed_in(&stage, SAM).await;
    let link = link_in(&stage.messages("sam.new@example.org").await[0].text);
    let mut new = stage.browser();
    new.open(&link).await.sees("Your new email address");
    assert!(is_in(&mut still).await);
    assert_eq!(id_of(&stage, "sam@example.com").await, id, "opening changes nothing");
    new.submit(&[]).await.sees("sam.new@example.org is your email address now");
    assert_eq!(id_of(&stage, "sam.new@example.org").await, id);
    // Pressed twice or shown again, it says what became of it.
    let again = [("csrf".to_owned(), new.open("/sign-in").await.hidden("csrf"))];
    new.post(&link, &again).await.follow().await.sees("sam.new@example.org is your email address now");
    assert_eq!(new.status, 200);
    assert!(
        stage.messages(SAM.0).await.iter().any(|mail| mail.about == "email-changed-by-administrator-old-address"),
        "the old address"
    );
    assert!(
        stage.messages("sam.new@example.org").await.iter().any(|mail| mail.about == "email-changed-by-administrator")
    );
    signed_in(&stage, ("sam.new@example.org", SAM.1)).await;
    // Within a day no reset; afterwards again.
    alex.open(&format!("/practice/people/{id}/reset")).await.sees("changed by an administrator within the last day");
    assert!(!alex.html.contains("name=\"called\""));
    stage.wait(86_401);
    let mut alex = signed_in(&stage, ALEX).await;
    alex.open(&format!("/practice/people/{id}/reset"))
        .await
        .misses("within the last day")
        .sees("Send a code to the mobile number on file");
});

walk!(an_address_entered_wrongly_is_taken_back, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    let page = format!("/practice/people/{id}");
    alex.open(&format!("{page}/email")).await.misses("Waiting for");
    alex.submit(&[("email", "sma@example.org")]).await;
    alex.is_at(&page).sees("Waiting for sma@example.org to be confirmed");
    let link = link_in(&stage.messages("sma@example.org").await[0].text);
    alex.open(&format!("{page}/email")).await.sees("Waiting for sma@example.org");
    alex.submit(&[("do", "withdraw")]).await;
    alex.is_at(&page).sees("Taken back").misses("Waiting for");
    assert_eq!(stage.events().await.iter().filter(|event| *event == "email-change-withdrawn").count(), 1);
    // Sam was told of the new one, and hears that it is none.
    let told = stage.messages(SAM.0).await.into_iter().find(|mail| mail.about == "email-change-withdrawn").unwrap();
    assert!(told.text.contains("Alex Rivera took back") && !told.text.contains("/not-me/"), "{}", told.text);
    let mut stranger = stage.browser();
    stranger.open(&link).await.sees("was taken back");
    assert_eq!(stranger.status, 410);
    assert_eq!(id_of(&stage, SAM.0).await, id, "the address is what it was");
    // Another one can be entered, and the link that was confirmed cannot be taken back any more.
    stage.wait(61);
    alex.open(&format!("{page}/email")).await.submit(&[("email", "sam.new@example.org")]).await;
    alex.open(&format!("{page}/email")).await;
    stage.browser().open(&link_in(&stage.messages("sam.new@example.org").await[0].text)).await.submit(&[]).await;
    alex.submit(&[("do", "withdraw")]).await.is_at(&page).misses("Taken back");
    assert_eq!(id_of(&stage, "sam.new@example.org").await, id);
});
