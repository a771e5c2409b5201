//! What is new about signing in, told to clients in plain words at the sign-in page and once inside (C15, N5).

use crate::people::alex;
use crate::portal_passwords::{PASSWORD, brought, jo_id, keep_passwords};
use crate::support::portal::{JO, add_client, link_of, newest, sign_in};
use crate::walk;

// "How will our clients know about the change? Will it be evident when they go to log in that they no longer need their
// password?" The page says so to everybody, and whoever had a password reads once what they have now.
walk!(samuel_told_what_is_new, |stage| {
    let jo = jo_id(&stage).await;
    keep_passwords(&stage, true).await;
    brought(&stage, &jo, PASSWORD).await;
    let mut before = stage.browser();
    before.open("/portal/password").await.submit(&[("email", JO), ("password", PASSWORD)]).await.is_at("/me");
    stage.wait(86_400);
    // Samuel turns passwords off.
    let mut samuel = alex(&stage).await;
    samuel.open("/practice/client-rules").await.submit(&[("passwords", "")]).await.sees("It holds from now on");
    stage.wait(5);
    let mut browser = stage.browser();
    browser.open("/portal").await.sees("You no longer need a password here").misses("Use a password instead");
    browser.open(&browser.link("Signing in without a password")).await.sees("What about my old password?");
    // The same for everybody, and the way on that people took goes on through it.
    let mut browser = stage.browser();
    browser.open("/portal?then=/me/privacy").await.submit_to("/portal", &[("email", JO)]).await;
    stage.deliver().await;
    let link = link_of(&newest(&stage, JO).await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/me/ways");
    browser.sees("What is new").sees("You no longer need your password here").sees("Fewer emails").sees("with a PIN");
    browser.submit_to("/me/ways", &[]).await.is_at("/me/privacy");
    // Once: neither the next sign-in nor another browser shows it by itself, and My info always does.
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    let ways = again.is_at("/me").link("See every way");
    again.open(&ways).await.is_at("/me/ways").misses("What is new");
    // The old password can be thrown away.
    again.open("/me/portal-password").await.sees("You no longer need a password here").misses("New password");
    again.submit(&[("do", "remove")]).await.sees("Your password is removed");
    again.open("/me/ways").await.misses("You no longer need your password");
    // After half a year it is nothing new any more.
    stage.wait(181 * 86_400);
    stage.browser().open("/portal").await.misses("no longer").sees("No password needed");
});

// Brought in with a password that never opened anything here: the change was the practice's move.
walk!(a_client_who_brings_a_password_along_is_told_until_it_was_read, |stage| {
    let jo = jo_id(&stage).await;
    brought(&stage, &jo, PASSWORD).await;
    sign_in(&stage, &mut stage.browser(), JO).await;
    stage.wait(61);
    let mut browser = stage.browser();
    sign_in(&stage, &mut browser, JO).await;
    browser.is_at("/me/ways").sees("You no longer need your password here");
    browser.submit_to("/me/ways", &[]).await.is_at("/me");
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
});

// N5: whoever was here before a change reads of it, whoever comes later does not.
walk!(any_change_is_told_once_to_those_who_were_here_before, |stage| {
    sign_in(&stage, &mut stage.browser(), JO).await;
    stage.wait(61);
    keep_passwords(&stage, true).await;
    stage.wait(61);
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me/ways").sees("Your practice changed how you sign in").sees("Email address and password");
    add_client(&stage, "Nia Newcomer", "nia@example.com").await;
    let mut nia = stage.browser();
    sign_in(&stage, &mut nia, "nia@example.com").await;
    nia.is_at("/me");
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
});

// A return address from elsewhere is none, here too.
walk!(the_way_on_from_the_news_stays_here, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    for then in ["https://evil.example/", "//evil.example", "javascript:alert(1)"] {
        jo.open(&format!("/me/ways?new=1&then={}", portico::platform::web::encode(then))).await;
        assert!(!jo.html.contains("evil") && !jo.html.contains("javascript:"));
        let fields = [("csrf", jo.hidden("csrf")), ("then", then.to_owned())];
        jo.post("/me/ways", &fields.map(|(name, value)| (name.to_owned(), value))).await;
        assert_eq!(jo.answered["location"], "/me");
    }
    let mut sam = crate::people::signed_in(&stage, crate::people::SAM).await;
    sam.open("/me/ways").await;
    assert_eq!(sam.status, 404, "staff sign in otherwise");
});
