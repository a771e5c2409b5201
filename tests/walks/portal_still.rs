//! Past the limits of mail nothing new is sent (C1), and what was sent before goes on working: its code, its link, its number.

use portico::args;

use crate::support::browser::Browser;
use crate::support::desk::number;
use crate::support::portal::{JO, ask, asked, code_of, link_of, newest, number_on};
use crate::support::stage::{Sent, Stage};
use crate::walk;

/// Jo asks in the same browser until the hour's mails are used up, a minute apart; answers the last mail that came.
async fn five_in_the_hour(stage: &Stage, jo: &mut Browser) -> Sent {
    for _ in 0..5 {
        asked(stage, jo, JO).await;
        stage.wait(61);
    }
    newest(stage, JO).await
}

async fn limited(stage: &Stage) -> i64 {
    number(stage, "SELECT COUNT(*) FROM link_ask WHERE result = 'limited'", args![]).await
}

walk!(the_sixth_asking_in_an_hour_takes_the_code_of_the_fifth, |stage| {
    let mut jo = stage.browser();
    let last = five_in_the_hour(&stage, &mut jo).await;
    let shown = {
        jo.open(&jo.path.clone()).await;
        number_on(&jo)
    };
    jo.open("/portal?then=/me/passkeys").await.submit_to("/portal", &[("email", JO), ("shared", "1")]).await;
    stage.deliver().await;
    assert_eq!((newest(&stage, JO).await.text, limited(&stage).await), (last.text.clone(), 1));
    jo.is_at("/portal/sent")
        .sees("The newest email is still the one that was sent today at 5:04 pm")
        .sees("I can't get the email");
    assert_eq!(number_on(&jo), shown, "the number that the mail's link wants");
    // Asked again from this page it is the same; so it is on a page that was opened before.
    stage.wait(61);
    jo.submit_to("/portal/again", &[]).await.is_at("/portal/sent").sees("still the one that was sent today at 5:04 pm");
    jo.submit_to("/portal/code", &[("code", &code_of(&last))]).await.is_at("/me/passkeys");
    let shared = "SELECT shared FROM session WHERE ended_at IS NULL";
    assert_eq!(number(&stage, shared, args![]).await, 1, "what was ticked last counts");
});

walk!(the_number_goes_on_working_past_the_limit, |stage| {
    let mut laptop = stage.browser();
    let last = five_in_the_hour(&stage, &mut laptop).await;
    ask(&mut laptop, JO).await;
    let mut phone = stage.browser();
    phone.open(&link_of(&last)).await;
    phone.submit_to(&format!("{}/number", link_of(&last)), &[("number", &number_on(&laptop))]).await.sees("Done");
    laptop.submit_to("/portal/who", &[]).await.is_at("/me");
});

// A mail that was asked for elsewhere is not opened here by its code alone (0013), and nobody is told that it isn't the newest.
walk!(a_code_typed_in_the_other_browser_loses_nothing, |stage| {
    let (mut laptop, mut phone) = (stage.browser(), stage.browser());
    ask(&mut laptop, JO).await;
    ask(&mut phone, JO).await;
    stage.deliver().await;
    let mail = newest(&stage, JO).await;
    assert_eq!(limited(&stage).await, 1);
    phone.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/code");
    phone.sees("asked for in another browser or app").sees("open its link here").misses("newest email");
    for _ in 0..4 {
        phone.submit_to("/portal/code", &[("code", &code_of(&mail))]).await;
    }
    phone.sees("so does the code if that was another browser").misses("this code is over");
    assert!(!phone.cookies.contains_key("__Host-session"));
    assert_eq!(number(&stage, "SELECT MAX(tries) FROM link_ask WHERE result = 'mailed'", args![]).await, 0);
    // As the page said: the link opens here with the same code.
    let mut link = phone.clone();
    link.open(&link_of(&mail)).await.submit_to(&format!("{}/code", link_of(&mail)), &[("code", &code_of(&mail))]).await;
    link.is_at("/me");
    laptop.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.sees("This email was used today at");
});

walk!(an_older_page_without_a_mail_leads_to_the_newer_one, |stage| {
    let (mut laptop, mut phone) = (stage.browser(), stage.browser());
    asked(&stage, &mut laptop, JO).await;
    ask(&mut phone, JO).await;
    let mut tab = phone.clone();
    stage.wait(61);
    let mail = asked(&stage, &mut phone, JO).await;
    tab.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/me");
});

/// The words of a page without what differs by chance: the address, and the number of this browser where it stands.
fn plain(page: &Browser, email: &str) -> String {
    let number = format!("goes on by itself. {}", number_on(page));
    let text = page.text().replace(email, "…");
    assert!(text.contains(&number), "the number where it is looked for");
    text.replace(&number, "goes on by itself. 00")
}

// C1: known and unknown addresses, past the limits too.
walk!(past_the_limit_known_and_unknown_are_told_the_same, |stage| {
    let mut told = vec![];
    for email in [JO, "nobody@example.com"] {
        let mut browser = stage.browser();
        for _ in 0..5 {
            ask(&mut browser, email).await;
            stage.deliver().await;
            stage.wait(61);
        }
        ask(&mut browser, email).await;
        stage.deliver().await;
        let sent = plain(&browser, email);
        browser.submit_to("/portal/code", &[("code", "123456")]).await;
        let mut wrong = plain(&browser, email);
        let mut other = stage.browser();
        ask(&mut other, email).await;
        other.submit_to("/portal/code", &[("code", "123456")]).await;
        wrong += &plain(&other, email);
        told.push((sent, wrong));
        stage.wait(86_400 - 5 * 61);
    }
    let [known, unknown] = told.try_into().unwrap();
    assert_eq!(known, unknown);
});
