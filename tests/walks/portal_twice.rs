//! Pressed twice in the same moment: two tabs, a nervous finger, an answer that got lost. The first press signed in, so the
//! second one in the same browser leads on, and none of it is worth anything to anybody else.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, add_client, ask, asked, code_of, link_of, newest, number_on, sign_in};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

const FAMILY: &str = "family@example.com";
const PASSPHRASE: &str = "tide over pebbles, softly";

/// Presses a button of the page twice at once, and follows each answer with the cookies of both.
async fn twice(browser: &Browser, action: &str, more: &[(&str, &str)]) -> [Browser; 2] {
    let form = browser.forms().into_iter().find(|form| form.action == action).expect("the form");
    let mut fields: Vec<(String, String)> =
        form.inputs.into_iter().filter(|input| input.sent).map(|input| (input.name, input.value)).collect();
    for (name, value) in more {
        fields.retain(|(other, _)| other != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let (mut one, mut two) = (browser.clone(), browser.clone());
    tokio::join!(one.post(action, &fields), two.post(action, &fields));
    for pressed in [&one, &two] {
        assert_eq!(pressed.status, 303, "{action}: {}", pressed.text());
    }
    one.follow().await;
    two.follow().await;
    [one, two]
}

fn are_in(browsers: &[Browser]) -> usize {
    browsers.iter().filter(|browser| browser.path == "/me" && browser.status == 200).count()
}

async fn living(stage: &Stage) -> i64 {
    number(stage, "SELECT COUNT(*) FROM session WHERE ended_at IS NULL AND proofs <> 'password'", args![]).await
}

/// A client's browser at the field for the PIN, and a PIN for it.
async fn with_pin(stage: &Stage) -> (Browser, String) {
    relaxed(stage).await;
    let mut sam = signed_in(stage, SAM).await;
    let id = somebody(stage, JO).await.id;
    let mut jo = stage.browser().from("203.0.113.9");
    ask(&mut jo, JO).await;
    jo.open(&jo.link("I can't get the email")).await;
    sam.open(&format!("/practice/clients/{id}/pin")).await;
    sam.submit(&[("number", &number_on(&jo)), ("how", "called-back")]).await.sees("It is shown only now");
    (jo, number_on(&sam))
}

async fn give_lock(stage: &Stage) {
    let mut jo = stage.browser();
    sign_in(stage, &mut jo, JO).await;
    jo.open("/me/privacy").await.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await;
    jo.sees("Your lock is set");
    jo.submit_to("/log-out", &[]).await;
    stage.wait(61);
}

walk!(a_code_sent_twice_at_once_signs_in, |stage| {
    let mut jo = stage.browser();
    let mail = asked(&stage, &mut jo, JO).await;
    let pressed = twice(&jo, "/portal/code", &[("code", &code_of(&mail))]).await;
    assert!(are_in(&pressed) > 0, "{}", pressed[0].text());
    assert!(living(&stage).await <= 1);
    // Whoever else has the code has nothing.
    let mut thief = stage.browser();
    thief.open(&link_of(&mail)).await;
    assert_eq!(thief.status, 410);
});

walk!(a_code_sent_twice_elsewhere_signs_in, |stage| {
    let mail = asked(&stage, &mut stage.browser(), JO).await;
    let (link, mut jo) = (link_of(&mail), stage.browser());
    jo.open(&link).await;
    let pressed = twice(&jo, &format!("{link}/code"), &[("code", &code_of(&mail))]).await;
    assert!(are_in(&pressed) > 0, "{}", pressed[0].text());
    assert!(living(&stage).await <= 1);
    let mut thief = stage.browser();
    thief.open(&link).await;
    assert_eq!(thief.status, 410);
});

walk!(a_pin_sent_twice_at_once_signs_in, |stage| {
    let (jo, pin) = with_pin(&stage).await;
    let pressed = twice(&jo, "/portal/pin", &[("pin", &pin)]).await;
    assert!(are_in(&pressed) > 0, "{}", pressed[0].text());
    assert_eq!(living(&stage).await, 1, "the session whose answer may be lost is ended");
    // A minute later the same browser without its session has nothing of it, and another browser never has.
    stage.wait(61);
    let mut late = jo.clone();
    late.submit_to("/portal/pin", &[("pin", &pin)]).await.sees("Get a new number");
    assert_eq!((late.status.as_u16(), living(&stage).await), (422, 1));
});

// Nor does the minute outlive what the PIN led to.
walk!(a_pin_lets_nobody_in_again_after_log_out, |stage| {
    let (mut jo, pin) = with_pin(&stage).await;
    let html = jo.html.clone();
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    let kept = jo.cookies["__Host-link"].clone();
    jo.submit_to("/log-out", &[]).await;
    jo.cookies.insert("__Host-link".into(), kept);
    jo.html = html;
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await;
    assert_eq!((jo.status.as_u16(), living(&stage).await), (422, 0), "{}", jo.text());
});

// What is typed in that minute takes tries as ever.
walk!(the_minute_after_a_pin_is_no_time_to_guess, |stage| {
    let (mut jo, pin) = with_pin(&stage).await;
    let before = jo.clone();
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    let mut guesser = before.clone();
    for _ in 0..5 {
        guesser.html.clone_from(&before.html);
        let wrong = crate::support::portal::wrong_code(&pin);
        guesser.submit_to("/portal/pin", &[("pin", &wrong)]).await;
        assert_eq!(guesser.status, 422);
    }
    guesser.html.clone_from(&before.html);
    guesser.submit_to("/portal/pin", &[("pin", &pin)]).await;
    assert_eq!((guesser.status.as_u16(), living(&stage).await), (422, 1));
    jo.open("/me").await.sees("Jo Lindqvist");
});

walk!(a_lock_opened_twice_at_once_leads_on, |stage| {
    give_lock(&stage).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/portal/lock");
    let pressed = twice(&jo, "/portal/lock", &[("passphrase", PASSPHRASE)]).await;
    assert!(are_in(&pressed) > 0, "{}", pressed[0].text());
    assert_eq!(living(&stage).await, 1);
});

// The PIN of a client with a lock leads to the lock, however often it is typed.
walk!(a_pin_typed_again_leads_to_the_lock, |stage| {
    give_lock(&stage).await;
    let (mut jo, pin) = with_pin(&stage).await;
    let (html, path) = (jo.html.clone(), jo.path.clone());
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/portal/lock");
    let mut elsewhere = stage.browser();
    elsewhere.cookies.insert("__Host-link".into(), jo.cookies["__Host-link"].clone());
    // Back, and once more.
    jo.html.clone_from(&html);
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/portal/lock");
    stage.wait(61);
    jo.html = html;
    jo.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/portal/lock");
    jo.open(&path).await.is_at("/portal/lock");
    // The number alone leads nobody there.
    elsewhere.open(&path).await.is_at("/portal/stuck").sees("This number was used already");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    jo.open(&path).await.is_at("/me");
});

walk!(a_choice_pressed_twice_at_once_asks_nobody_again, |stage| {
    let robin = add_client(&stage, "Robin Ashworth", FAMILY).await;
    let kim = add_client(&stage, "Kim Ashworth", FAMILY).await;
    let mut family = stage.browser();
    ask(&mut family, FAMILY).await;
    stage.deliver().await;
    let code = code_of(&newest(&stage, FAMILY).await);
    family.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/who");
    let asking = family.hidden("ask");
    let fields = [("csrf", family.hidden("csrf")), ("ask", asking.clone()), ("person", robin)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value));
    let (mut one, mut two) = (family.clone(), family.clone());
    tokio::join!(one.post("/portal/who", &fields), two.post("/portal/who", &fields));
    // Whichever answer came first, the browser has the cookies of both.
    for (first, second) in [(&one, &two), (&two, &one)] {
        let mut browser = second.clone();
        let fresh = first.cookies.iter().filter(|(name, value)| family.cookies.get(*name) != Some(value));
        for (name, value) in fresh {
            browser.cookies.entry(name.clone()).or_insert_with(|| value.clone());
        }
        browser.follow().await.misses("Who are you?");
    }
    // The second person of the mailbox can still be chosen.
    let mut back = if one.cookies.contains_key("__Host-session") { one } else { two };
    back.open(&format!("/portal/who?ask={asking}")).await.is_at("/portal/who").sees("Who are you?");
    back.submit(&[("person", &kim)]).await.is_at("/me").sees("Kim Ashworth");
});

// The fifth try is a try as good as the first, and no sixth comes with it.
walk!(the_fifth_try_of_a_pin_sent_twice_at_once_signs_in, |stage| {
    let (mut jo, pin) = with_pin(&stage).await;
    for _ in 0..4 {
        jo.submit_to("/portal/pin", &[("pin", &crate::support::portal::wrong_code(&pin))]).await;
        assert_eq!(jo.status, 422);
    }
    let pressed = twice(&jo, "/portal/pin", &[("pin", &pin)]).await;
    assert!(are_in(&pressed) > 0, "{}", pressed[0].text());
    assert_eq!(living(&stage).await, 1);
});

walk!(a_sixth_guess_at_a_pin_opens_nothing, |stage| {
    let (jo, pin) = with_pin(&stage).await;
    let mut guesser = jo.clone();
    for _ in 0..5 {
        guesser.html.clone_from(&jo.html);
        guesser.submit_to("/portal/pin", &[("pin", &crate::support::portal::wrong_code(&pin))]).await;
    }
    for _ in 0..2 {
        guesser.html.clone_from(&jo.html);
        guesser.submit_to("/portal/pin", &[("pin", &pin)]).await;
        assert_eq!((guesser.status.as_u16(), living(&stage).await), (422, 0), "{}", guesser.text());
    }
});

walk!(a_newer_mails_code_sent_twice_on_an_older_links_page_leads_on, |stage| {
    let mut jo = stage.browser();
    let older = link_of(&asked(&stage, &mut jo, JO).await);
    stage.wait(61);
    let newer = asked(&stage, &mut jo, JO).await;
    let mut elsewhere = stage.browser();
    elsewhere.open(&older).await;
    let pressed = twice(&elsewhere, &format!("{older}/code"), &[("code", &code_of(&newer))]).await;
    assert!(are_in(&pressed) > 0, "{}", pressed[0].text());
    for pressed in &pressed {
        assert_eq!(pressed.status, 200, "{}: {}", pressed.path, pressed.text());
    }
    // The link itself was opened by nobody, and another browser has nothing of either.
    let mut thief = stage.browser();
    thief.open(&older).await;
    assert_eq!(thief.status, 410);
});

// The second press comes before the first one's answer, which never arrives.
walk!(a_code_sent_again_elsewhere_without_the_first_answer_leads_on, |stage| {
    let mail = asked(&stage, &mut stage.browser(), JO).await;
    let (link, mut jo) = (link_of(&mail), stage.browser());
    jo.open(&link).await;
    let (form, code) = (format!("{link}/code"), code_of(&mail));
    let (mut again, mut late) = (jo.clone(), jo.clone());
    jo.submit_to(&form, &[("code", &code)]).await.is_at("/me");
    again.submit_to(&form, &[("code", &code)]).await.is_at("/portal/who");
    again.submit_to("/portal/who", &[]).await.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(living(&stage).await, 1, "the session whose answer was lost is ended");
    // Nobody else has anything of it, nor has this browser later.
    let mut thief = stage.browser();
    thief.open(&link).await;
    let fields = [("csrf", thief.hidden("csrf")), ("code", code.clone())].map(|(name, value)| (name.into(), value));
    thief.post(&form, &fields).await.follow().await;
    assert_eq!(thief.status, 410);
    stage.wait(61);
    late.submit_to(&form, &[("code", &code)]).await;
    assert_eq!(late.status, 410);
});
