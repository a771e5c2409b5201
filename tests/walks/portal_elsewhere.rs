//! The link opened where nobody asked (C3): the code signs in there, the number lets the browser that asked go on.

use portico::args;

use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client, asked, code_of, link_of, newest, number_on, wrong_code};
use crate::support::stage::Stage;
use crate::walk;

/// Jo asks on the laptop; the phone has the mail.
async fn laptop_and_phone(stage: &Stage) -> (Browser, Browser, String, String) {
    let mut laptop = stage.browser();
    let mail = asked(stage, &mut laptop, JO).await;
    let mut phone = stage.browser();
    phone.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1".into();
    (laptop, phone, link_of(&mail), code_of(&mail))
}

// AC-060
walk!(the_code_signs_in_on_the_phone, |stage| {
    let (mut laptop, mut phone, link, code) = laptop_and_phone(&stage).await;
    phone
        .open(&link)
        .await
        .sees("This is not the browser that asked")
        .sees("j•••@example.com")
        .sees("Chrome on Windows");
    assert!(!phone.forms().iter().any(|form| form.action == link), "no button alone signs in");
    phone.submit_to(&format!("{link}/code"), &[("code", &code)]).await.is_at("/me").sees("Jo Lindqvist");
    laptop.open(&laptop.path.clone()).await.sees("This email was used today at");
    assert!(!laptop.cookies.contains_key("__Host-session"));
});

walk!(the_number_lets_the_laptop_go_on, |stage| {
    let (mut laptop, mut phone, link, _) = laptop_and_phone(&stage).await;
    let number = number_on(&laptop);
    assert_eq!(number.len(), 2);
    let waiting = laptop.html.split("data-waiting=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let mut script = laptop.clone();
    script.open(&waiting).await;
    assert_eq!(script.html, r#"{"go":false,"over":false}"#);
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &number)]).await;
    phone.is_at(&link).sees("The browser that asked goes on by itself");
    assert!(!phone.cookies.contains_key("__Host-session"));
    script.open(&waiting).await;
    assert_eq!(script.html, r#"{"go":true,"over":true}"#);
    laptop.submit_to("/portal/who", &[]).await.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(times(&stage, "link-handed-on").await, 1);
});

walk!(without_a_script_the_laptop_looks_again_by_itself, |stage| {
    let (mut laptop, mut phone, link, _) = laptop_and_phone(&stage).await;
    let wait = laptop.link("Wait here for the other device");
    laptop.open(&wait).await.sees("This page looks every few seconds");
    assert!(laptop.html.contains("http-equiv=\"refresh\" content=\"8\"") && !laptop.html.contains("id=\"code\""));
    let number = number_on(&laptop);
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &number)]).await;
    laptop.open(&wait).await.is_at("/portal/who");
    // There is one way on, and nobody to choose from.
    laptop.sees("Your email is confirmed").misses("More than one person").misses("Who are you?");
    laptop.submit(&[("person", &laptop.hidden("person"))]).await.is_at("/me");
});

// AC-061: a link of somebody else's does not sign the victim in as them by any press.
walk!(somebody_elses_link_signs_nobody_in, |stage| {
    let (_, mut victim, link, _) = laptop_and_phone(&stage).await;
    victim.open(&link).await;
    let csrf = victim.hidden("csrf");
    victim.post(&link, &[("csrf".into(), csrf)]).await;
    assert!(!victim.cookies.contains_key("__Host-session"));
});

// AC-062: a stranger asks for the victim's link and waits for the click.
walk!(a_stranger_who_waits_for_the_click_gets_nothing, |stage| {
    let (mut stranger, mut victim, link, code) = laptop_and_phone(&stage).await;
    victim
        .open(&link)
        .await
        .sees("Asked for with Chrome on Windows, unknown place, today at 5:00 pm AEDT")
        .sees("Didn't you ask for it?");
    let who = stranger.hidden("ask");
    stranger.submit_to("/portal/who", &[]).await.is_at("/portal");
    victim.submit_to(&format!("{link}/code"), &[("code", &code), ("do", "not-me")]).await;
    victim.sees("said that they didn't ask for this link");
    stranger.open(&format!("/portal/sent?ask={who}")).await.sees("so we ended it");
    stranger.open(&link).await.sees("so we ended it");
    assert_eq!(times(&stage, "link-not-me").await, 1);
    stage.deliver().await;
    let told = stage.messages("alex@example.com").await.remove(0);
    assert_eq!(told.about, "link-not-me-administrators");
    assert!(told.text.contains("Jo Lindqvist") && told.text.contains("Chrome on Windows"), "{}", told.text);
    // The honest twin: Jo asks again and gets in.
    stage.wait(61);
    let mut jo = stage.browser();
    let fresh = link_of(&asked(&stage, &mut jo, JO).await);
    jo.open(&fresh).await.submit_to(&fresh, &[]).await.is_at("/me");
});

// Nobody knows which of the people behind a shared mailbox it was.
walk!(a_couple_that_did_not_ask_is_told_of_once, |stage| {
    add_client(&stage, "Robin Lindqvist", JO).await;
    let (_, mut phone, link, code) = laptop_and_phone(&stage).await;
    phone.open(&link).await;
    phone.submit_to(&format!("{link}/code"), &[("code", &code), ("do", "not-me")]).await;
    stage.deliver().await;
    let told = stage.messages("alex@example.com").await;
    let told: Vec<_> = told.iter().filter(|mail| mail.about == "link-not-me-administrators").collect();
    assert_eq!((told.len(), times(&stage, "link-not-me").await), (1, 2));
    assert!(told[0].text.contains("as Jo Lindqvist, Robin Lindqvist, with"), "{}", told[0].text);
    assert!(told[0].text.contains("Somebody who reads that mailbox told us"), "{}", told[0].text);
});

// AC-063
walk!(five_wrong_tries_end_the_code_and_not_the_link, |stage| {
    let (mut jo, mut stranger, link, code) = laptop_and_phone(&stage).await;
    let wrong_number = if number_on(&jo) == "11" { "12" } else { "11" };
    for left in (1..5).rev() {
        stranger.open(&link).await;
        let words = if left == 1 { "One more try is left".to_owned() } else { format!("{left} more tries are left") };
        if left % 2 == 0 {
            stranger.submit_to(&format!("{link}/code"), &[("code", &wrong_code(&code))]).await.sees(&words);
        } else {
            stranger.submit_to(&format!("{link}/number"), &[("number", wrong_number)]).await.sees(&words);
        }
        assert_eq!(stranger.status, 422);
    }
    let mut last = stranger.clone();
    last.open(&link).await;
    stranger
        .open(&link)
        .await
        .submit_to(&format!("{link}/code"), &[("code", &wrong_code(&code))])
        .await
        .sees("five wrong tries");
    last.submit_to(&format!("{link}/code"), &[("code", &code)]).await.sees("five wrong tries");
    last.open(&link).await.sees("five wrong tries");
    assert_eq!(number(&stage, "SELECT tries FROM link_ask", args![]).await, 5);
    // The browser that asked still has its link.
    jo.open(&link).await.submit_to(&link, &[]).await.is_at("/me");
});

walk!(a_hundred_codes_at_once_have_five_tries, |stage| {
    let (jo, _, _, code) = laptop_and_phone(&stage).await;
    let (ask, csrf) = (jo.hidden("ask"), jo.hidden("csrf"));
    let wrong: Vec<String> =
        (0..1_000_000).map(|n| format!("{n:06}")).filter(|other| *other != code).take(100).collect();
    let tries = wrong.into_iter().map(|code| {
        let (mut browser, ask, csrf) = (jo.clone(), ask.clone(), csrf.clone());
        tokio::spawn(async move {
            browser.post("/portal/code", &[("csrf".into(), csrf), ("ask".into(), ask), ("code".into(), code)]).await;
        })
    });
    futures_util::future::join_all(tries).await;
    assert_eq!(number(&stage, "SELECT tries FROM link_ask", args![]).await, 5);
    assert!(times(&stage, "wrong-mailed-code").await <= 5);
});

// "… later: this code is old, and one press for a new mail."
walk!(an_old_code_says_so_and_the_link_still_works, |stage| {
    let (mut jo, mut phone, link, code) = laptop_and_phone(&stage).await;
    stage.wait(15 * 60 + 1);
    jo.submit_to("/portal/code", &[("code", &code)]).await.sees("This code is old: its time ended today at");
    phone.open(&link).await.sees("This code is old").sees("Open it there, or ask for a new one here");
    // One press fills in the address, the next sends the mail to where it is now bound.
    phone.submit_to(&format!("{link}/new"), &[]).await.is_at("/portal");
    phone.submit_to("/portal", &[]).await.is_at("/portal/sent");
    jo.open(&link).await.sees("Sign in");
    stage.deliver().await;
    let fresh = link_of(&newest(&stage, JO).await);
    phone.open(&fresh).await.submit_to(&fresh, &[]).await.is_at("/me");
});

// Gateways wrap links; what they lead to is the same address.
walk!(a_wrapped_link_is_the_same_link, |stage| {
    let (mut jo, _, link, _) = laptop_and_phone(&stage).await;
    assert!(link.len() < 80 && link.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b)), "{link}");
    let wrapped = portico::platform::web::encode(&format!("http://harbour-physio.au.localhost:8080{link}"));
    let unwrapped = percent_encoding::percent_decode_str(&wrapped).decode_utf8().unwrap().into_owned();
    let path = unwrapped.splitn(4, '/').nth(3).unwrap();
    jo.open(&format!("/{path}?utm_source=gateway")).await.sees("Sign in");
});

// C11: what was ticked on the laptop was said of the laptop.
walk!(keep_counts_for_the_device_it_was_ticked_on, |stage| {
    for (ticked, kept, known) in [(vec![], 0, true), (vec![("keep", "1")], 1, true), (vec![("shared", "1")], 0, false)]
    {
        let mut laptop = stage.browser();
        laptop.open("/portal").await.submit_to("/portal", &[("email", JO), ("keep", "1")]).await;
        stage.deliver().await;
        let mail = newest(&stage, JO).await;
        let mut phone = stage.browser();
        phone.open(&link_of(&mail)).await.sees("Keep me signed in on this device").sees("Other people use this device");
        assert!(!phone.html.contains(" checked"), "nothing is ticked beforehand");
        let (code, path) = (code_of(&mail), format!("{}/code", link_of(&mail)));
        let all: Vec<(&str, &str)> = std::iter::once(("code", code.as_str())).chain(ticked.clone()).collect();
        phone.submit_to(&path, &all).await.is_at("/me");
        let newest = "SELECT kept FROM session ORDER BY created_at DESC, id DESC LIMIT 1";
        assert_eq!(number(&stage, newest, args![]).await, kept, "{ticked:?}");
        let marked = ["__Host-been-here", "__Host-mailboxes"].map(|name| phone.cookies.contains_key(name));
        assert_eq!(marked, [known, known], "{ticked:?}");
        phone.close();
        assert_eq!(phone.cookies.contains_key("__Host-session"), kept == 1, "{ticked:?}");
        stage.wait(3601);
    }
    // Ticked and let go on by the number, the laptop is the one that is kept.
    let mut laptop = stage.browser();
    laptop.open("/portal").await.submit_to("/portal", &[("email", JO), ("keep", "1")]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    let (mut phone, number_there) = (stage.browser(), number_on(&laptop));
    phone.open(&link).await.submit_to(&format!("{link}/number"), &[("number", &number_there)]).await;
    laptop.submit_to("/portal/who", &[]).await.is_at("/me");
    let newest = "SELECT kept FROM session ORDER BY created_at DESC, id DESC LIMIT 1";
    assert_eq!(number(&stage, newest, args![]).await, 1);
});

// Of the two ways on only the code has a quarter of an hour.
walk!(the_number_works_as_long_as_the_link, |stage| {
    let (mut laptop, mut phone, link, code) = laptop_and_phone(&stage).await;
    stage.wait(16 * 60);
    laptop
        .open(&laptop.path.clone())
        .await
        .sees("This code is old")
        .sees("type this number")
        .misses("Code from the email");
    let number = number_on(&laptop);
    phone.open(&link).await.sees("This code is old").sees("Number on the other screen").misses("Code from the email");
    let csrf = phone.hidden("csrf");
    phone
        .clone()
        .post(&format!("{link}/code"), &[("csrf".into(), csrf), ("code".into(), code)])
        .await
        .sees("This code is old");
    phone.submit_to(&format!("{link}/number"), &[("number", if number == "11" { "12" } else { "11" })]).await;
    phone.sees("That isn't the number on the other screen").sees("3 more tries are left");
    let waiting = laptop.link("Wait here for the other device");
    laptop.open(&waiting).await.sees("This page looks every few seconds").misses("This code is old");
    phone.submit_to(&format!("{link}/number"), &[("number", &number)]).await.sees("goes on by itself");
    laptop.open(&waiting).await.is_at("/portal/who");
    laptop.submit_to("/portal/who", &[]).await.is_at("/me");
    // A day later neither is offered.
    stage.wait(61);
    let (_, mut phone, link, _) = laptop_and_phone(&stage).await;
    stage.wait(86_401);
    phone.open(&link).await.sees("This link worked until").misses("Number on the other screen");
});
