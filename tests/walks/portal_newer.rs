//! A newer mail ended the older (C2): the older link and page say when, and take the newer mail's code.

use portico::args;

use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, ask, asked, code_of, link_of, newest, number_on, wrong_code};
use crate::support::stage::{Sent, Stage};
use crate::walk;

/// Jo asks twice in the same browser, a minute apart; answers the browser on the first page, and both mails.
async fn asked_twice(stage: &Stage) -> (Browser, Sent, Sent) {
    let mut jo = stage.browser();
    let first = asked(stage, &mut jo, JO).await;
    stage.wait(61);
    let mut tab = jo.clone();
    tab.submit_to("/portal/again", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    (jo, first, newest(stage, JO).await)
}

fn code_path(mail: &Sent) -> String {
    format!("{}/code", link_of(mail))
}

async fn tries(stage: &Stage) -> Vec<i64> {
    let rows: Vec<(i64,)> = stage.au().all("SELECT tries FROM link_ask ORDER BY asked_at, id", args![]).await.unwrap();
    rows.into_iter().map(|(tries,)| tries).collect()
}

walk!(an_older_link_takes_the_newer_code_in_the_same_browser, |stage| {
    let (mut jo, first, second) = asked_twice(&stage).await;
    jo.open(&link_of(&first)).await.sees("A newer email was sent on").sees("Code from the email");
    jo.sees("Request new sign in link").misses("Other people use this device");
    jo.submit_to(&code_path(&first), &[("code", &code_of(&second))]).await.is_at("/me").sees("Jo Lindqvist");
    // Once: neither link takes it again.
    let mut later = stage.browser();
    later.open(&link_of(&first)).await.misses("Code from the email").sees("Request new sign in link");
    later.open(&link_of(&second)).await.sees("This link was used on");
});

walk!(an_older_link_takes_the_newer_code_on_the_phone, |stage| {
    let mut laptop = stage.browser();
    laptop.open("/portal?then=/me%3Fx=messages").await.submit_to("/portal", &[("email", JO), ("keep", "1")]).await;
    stage.deliver().await;
    let first = newest(&stage, JO).await;
    // Somebody else asks too: where they wanted to go, and what they ticked, is not what happens on Jo's phone.
    stage.wait(61);
    let mut stranger = stage.browser();
    stranger.open("/portal?then=/me/passkeys").await.submit_to("/portal", &[("email", JO), ("keep", "1")]).await;
    stage.deliver().await;
    let second = newest(&stage, JO).await;
    let mut phone = stage.browser();
    phone.open(&link_of(&first)).await.sees("A newer email was sent on").sees("Other people use this device");
    phone.submit_to(&code_path(&first), &[("code", &code_of(&second))]).await;
    assert_eq!(phone.path, "/me?x=messages");
    assert_eq!(number(&stage, "SELECT kept FROM session WHERE ended_at IS NULL", args![]).await, 0);
    stranger.submit_to("/portal/who", &[]).await.is_at("/portal");
});

// An old link in the wrong hands guesses no better than anybody, and holds up one mail at most.
walk!(an_older_link_has_its_own_five_tries, |stage| {
    let (_, first, second) = asked_twice(&stage).await;
    let mut thief = stage.browser();
    for left in (1..5).rev() {
        thief.open(&link_of(&first)).await;
        thief.submit_to(&code_path(&first), &[("code", &wrong_code(&code_of(&second)))]).await;
        thief.sees(if left == 1 { "One more try is left" } else { "more tries are left" });
        assert_eq!(thief.status, 422);
    }
    let mut twin = thief.clone();
    thief.submit_to(&code_path(&first), &[("code", &wrong_code(&code_of(&second)))]).await.sees("five wrong tries");
    twin.submit_to(&code_path(&first), &[("code", &code_of(&second))]).await;
    assert!(!twin.cookies.contains_key("__Host-session"), "{}", twin.text());
    assert_eq!(tries(&stage).await, [5, 5]);
    // The next mail is out of its reach.
    stage.wait(61);
    let mut jo = stage.browser();
    let third = asked(&stage, &mut jo, JO).await;
    thief.open(&link_of(&first)).await.sees("A newer email was sent on").misses("Code from the email");
    let fields = [("csrf".to_owned(), thief.hidden("csrf")), ("code".to_owned(), code_of(&third))];
    thief.post(&code_path(&first), &fields).await.follow().await;
    assert!(!thief.cookies.contains_key("__Host-session"));
    assert_eq!(tries(&stage).await, [5, 5, 0]);
    jo.submit_to("/portal/code", &[("code", &code_of(&third))]).await.is_at("/me");
});

walk!(an_older_link_takes_codes_no_longer_than_its_own_day, |stage| {
    let mut jo = stage.browser();
    let first = asked(&stage, &mut jo, JO).await;
    stage.wait(86_400 - 30);
    let mut other = stage.browser();
    let second = asked(&stage, &mut other, JO).await;
    let mut phone = stage.browser();
    phone.open(&link_of(&first)).await.sees("Code from the email");
    let mut late = phone.clone();
    stage.wait(31);
    phone.open(&link_of(&first)).await.misses("Code from the email").sees("Request new sign in link");
    late.submit_to(&code_path(&first), &[("code", &code_of(&second))]).await;
    assert!(!late.cookies.contains_key("__Host-session"));
    assert_eq!(tries(&stage).await, [0, 0]);
});

walk!(an_older_page_takes_the_newer_code, |stage| {
    let (mut jo, _, second) = asked_twice(&stage).await;
    let (old, mut tab) = (jo.path.clone(), jo.clone());
    jo.submit_to("/portal/code", &[("code", &wrong_code(&code_of(&second)))]).await.sees("4 more tries are left");
    assert_eq!(tries(&stage).await, [0, 1]);
    jo.open(&old).await.sees("A newer email was sent today at 5:01 pm").sees("Code from the email");
    tab.submit_to("/portal/code", &[("code", &code_of(&second))]).await.is_at("/me");
});

// Whoever asked for Jo's address before Jo did can type nothing into what Jo asked for.
walk!(a_strangers_older_page_does_not_reach_jos_mail, |stage| {
    let mut stranger = stage.browser();
    asked(&stage, &mut stranger, JO).await;
    let mut open = stranger.clone();
    stage.wait(61);
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    open.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.sees("A newer email was sent today at");
    assert!(!open.cookies.contains_key("__Host-session"));
    stranger.open(&stranger.path.clone()).await.misses("Code from the email").sees("Request new sign in link");
    assert_eq!(tries(&stage).await[1], 0);
    jo.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/me");
});

// C1: what becomes of an older page must not tell who is known, whatever the practice chose and however late it is.
walk!(older_pages_of_known_and_unknown_addresses_stay_the_same, |stage| {
    for minutes in [1440, 10] {
        let rule = "UPDATE practice SET link_minutes = $1";
        stage.au().execute(rule, args![i64::from(minutes)]).await.unwrap();
        stage.server.region("au").unwrap().practices.forget();
        let mut pages = vec![];
        for email in [JO, "nobody@example.com"] {
            let (mut one, mut other) = (stage.browser(), stage.browser());
            ask(&mut one, email).await;
            ask(&mut other, "elsewhere@example.com").await;
            pages.push((email, one, other));
        }
        stage.deliver().await;
        stage.wait(61);
        for (email, _, other) in &mut pages {
            ask(other, email).await;
        }
        stage.deliver().await;
        for wait in [0, 9 * 60, 60, 6 * 60, 86_400] {
            stage.wait(wait);
            let mut seen = vec![];
            for (email, one, other) in &mut pages {
                for browser in [one, other] {
                    browser.open(&browser.path.clone()).await;
                    let text = browser.text().replace(*email, "…");
                    let has_number = browser.html.contains("class=\"number\"");
                    // The number may be that of the minutes.
                    let shown = has_number.then(|| format!(" {} Wait here", number_on(browser)));
                    seen.push(shown.map_or(text.clone(), |shown| text.replace(&shown, " # Wait here")));
                }
            }
            assert_eq!(seen[..2], seen[2..], "links of {minutes} minutes, after {wait} seconds more");
        }
        stage.wait(3601);
    }
});
