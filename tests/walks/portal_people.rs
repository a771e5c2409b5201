//! One mailbox, several people (C7): choose after the proof, by initials.

use portico::args;

use crate::support::desk::{number, times};
use crate::support::portal::{add_client, asked, code_of, link_of, newest, number_on};
use crate::walk;

const FAMILY: &str = "family@example.com";

// AC-072
walk!(a_couple_shares_a_mailbox, |stage| {
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut browser = stage.browser();
    let mail = asked(&stage, &mut browser, FAMILY).await;
    assert!(!mail.text.contains("Robin") && !mail.text.contains("Kim"));
    let link = link_of(&mail);
    browser.open(&link).await.misses("R. A.").misses("Robin");
    browser
        .submit_to(&link, &[])
        .await
        .is_at("/portal/who")
        .sees("R. A.")
        .sees("K. A.")
        .misses("Ashworth")
        .misses("Robin");
    assert!(!browser.cookies.contains_key("__Host-session"));
    browser.submit(&[("person", &kim)]).await.is_at("/me").sees("Kim Ashworth");
    // Robin next, in the same browser and from the same mail: within a quarter of an hour, and as Robin only.
    browser.open(&link).await.is_at("/portal/who").sees("Signed in here before");
    browser.submit(&[("person", &robin)]).await.is_at("/me").sees("Robin Ashworth");
    let living = number(&stage, "SELECT COUNT(*) FROM session WHERE ended_at IS NULL", args![]).await;
    assert_eq!(living, 1, "one browser, one session");
    browser.submit_to("/log-out", &[]).await;
    browser.open(&link).await.sees("This link was used on");
});

walk!(a_parent_with_three_children, |stage| {
    let mut ids = vec![];
    for name in ["Anna Moreau", "Alex Moreau", "Bo Moreau", "Dana Moreau"] {
        ids.push(add_client(&stage, name, FAMILY).await);
    }
    let mut browser = stage.browser();
    let mail = asked(&stage, &mut browser, FAMILY).await;
    browser.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/who");
    browser.sees("An. M.").sees("Al. M.").sees("B. M.").sees("D. M.");
    browser.submit(&[("person", &ids[1])]).await.is_at("/me").sees("Alex Moreau");
    stage.wait(15 * 60 + 1);
    browser.open("/portal/who?ask=x").await;
    browser.open(&link_of(&mail)).await.is_at("/me");
});

walk!(a_couple_goes_on_on_the_laptop_with_the_number, |stage| {
    add_client(&stage, "Robin Ashworth", FAMILY).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut laptop = stage.browser();
    let mail = asked(&stage, &mut laptop, FAMILY).await;
    let (link, number) = (link_of(&mail), number_on(&laptop));
    let mut phone = stage.browser();
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &number)]).await;
    laptop.submit_to("/portal/who", &[]).await.is_at("/portal/who").sees("K. A.");
    laptop.submit(&[("person", &kim)]).await.is_at("/me").sees("Kim Ashworth");
});

walk!(nobody_else_can_be_chosen, |stage| {
    add_client(&stage, "Robin Ashworth", FAMILY).await;
    add_client(&stage, "Kim Ashworth", FAMILY).await;
    let stranger = add_client(&stage, "Pat Stranger", "pat@example.com").await;
    let sam = crate::support::ways::somebody(&stage, "sam@example.com").await.id;
    let mut browser = stage.browser();
    let mail = asked(&stage, &mut browser, FAMILY).await;
    let link = link_of(&mail);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who");
    let ask = browser.hidden("ask");
    for person in [stranger, sam, "x".into(), String::new()] {
        browser.submit(&[("person", &person)]).await.is_at("/portal/who");
        assert!(!browser.cookies.contains_key("__Host-session"));
    }
    // Another browser has proved nothing.
    let mut other = stage.browser();
    other.open(&format!("/portal/who?ask={ask}")).await.is_at("/portal");
    let csrf = other.hidden("csrf");
    other.post("/portal/who", &[("csrf".into(), csrf), ("ask".into(), ask)]).await;
    assert_eq!(other.answered["location"], "/portal?again=1");
});

// The session says who it is: nobody is asked, and nobody else chosen.
walk!(going_on_by_the_number_opens_the_session_that_asked, |stage| {
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut laptop = stage.browser();
    let link = link_of(&asked(&stage, &mut laptop, FAMILY).await);
    laptop.open(&link).await.submit_to(&link, &[]).await.submit(&[("person", &kim)]).await.is_at("/me");
    for (wait, to, page, event) in
        [(30 * 60 + 1, "/me", "/portal/locked", "unlocked"), (400, "/me/email", "/portal/confirm", "fresh-proof")]
    {
        stage.wait(wait);
        laptop.open(to).await.is_at(page);
        laptop.submit_to(page, &[]).await.is_at("/portal/sent");
        stage.deliver().await;
        let link = link_of(&newest(&stage, FAMILY).await);
        let mut phone = stage.browser();
        phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &number_on(&laptop))]).await;
        let mut other = laptop.clone();
        let form = [("csrf", laptop.hidden("csrf")), ("ask", laptop.hidden("ask")), ("person", robin.clone())];
        other.post("/portal/who", &form.map(|(name, value)| (name.to_owned(), value))).await.follow().await;
        other.is_at("/portal/who").misses("R. A.").misses("K. A.");
        laptop.submit_to("/portal/who", &[]).await.is_at(to);
        laptop.open("/me").await.sees("Kim Ashworth");
        assert_eq!(times(&stage, event).await, 1, "{event}");
    }
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM session", args![]).await, 1, "the same session goes on");
});
