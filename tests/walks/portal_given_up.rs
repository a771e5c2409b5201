//! What "Exit quickly" and logging out give up: a proved mailbox whose person nobody has chosen yet. Whoever asks next in the same
//! browser, in the same minute too, begins with their own mail.

use crate::support::browser::Browser;
use crate::support::portal::{add_client, ask, asked, code_of, link_of, newest};
use crate::support::stage::Stage;
use crate::walk;

const FAMILY: &str = "family@example.com";

async fn family(stage: &Stage) {
    add_client(stage, "Anna Ashworth", FAMILY).await;
    add_client(stage, "Robin Ashworth", FAMILY).await;
}

/// A browser that proved the mailbox by the code of a mail that another one asked for; nobody is chosen. Answers the asking.
async fn proved_elsewhere(stage: &Stage) -> (Browser, String) {
    let mail = asked(stage, &mut stage.browser(), FAMILY).await;
    let (link, mut here) = (link_of(&mail), stage.browser());
    here.open(&link).await.submit_to(&format!("{link}/code"), &[("code", &code_of(&mail))]).await.is_at("/portal/who");
    let asking = here.hidden("ask");
    (here, asking)
}

/// The same in the browser that asked itself.
async fn proved_here(stage: &Stage) -> (Browser, String) {
    let mut here = stage.browser();
    let mail = asked(stage, &mut here, FAMILY).await;
    here.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/who");
    let asking = here.hidden("ask");
    (here, asking)
}

/// The next person asks for the same address, and opens what the one before had proved.
async fn has_nothing(stage: &Stage, next: &mut Browser, asking: &str) {
    ask(next, FAMILY).await;
    stage.deliver().await;
    next.open(&format!("/portal/who?ask={asking}")).await.misses("Robin").misses("Who are you?");
    // What is asked for there works as ever, by the next mail.
    stage.wait(61);
    next.open("/portal").await.submit_to("/portal", &[("email", FAMILY)]).await.is_at("/portal/sent");
    stage.deliver().await;
    let code = code_of(&newest(stage, FAMILY).await);
    next.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/who").sees("Who are you?");
}

walk!(a_proof_from_elsewhere_is_over_with_an_exit, |stage| {
    family(&stage).await;
    let (mut here, asking) = proved_elsewhere(&stage).await;
    here.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    has_nothing(&stage, &mut here, &asking).await;
});

walk!(a_proof_in_the_browser_that_asked_is_over_with_an_exit, |stage| {
    family(&stage).await;
    let (mut here, asking) = proved_here(&stage).await;
    here.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    has_nothing(&stage, &mut here, &asking).await;
});

// The button of a page that was open before, or of another tab.
walk!(a_proof_is_over_with_a_log_out_of_nobody, |stage| {
    family(&stage).await;
    let (mut here, asking) = proved_here(&stage).await;
    let csrf = [("csrf".to_owned(), here.hidden("csrf"))];
    here.post("/log-out", &csrf).await.follow().await;
    has_nothing(&stage, &mut here, &asking).await;
});

// The form that proved it, sent once more after the exit, brings nothing back either.
walk!(a_form_sent_again_after_an_exit_proves_nothing, |stage| {
    family(&stage).await;
    let mail = asked(&stage, &mut stage.browser(), FAMILY).await;
    let (link, mut here) = (link_of(&mail), stage.browser());
    here.open(&link).await;
    let page = here.html.clone();
    let form = format!("{link}/code");
    here.submit_to(&form, &[("code", &code_of(&mail))]).await.is_at("/portal/who").sees("Who are you?");
    here.submit_to("/portal/exit", &[]).await.is_at("/portal/left");
    here.html = page;
    here.submit_to(&form, &[("code", &code_of(&mail))]).await;
    assert_eq!(here.status, 410, "{}", here.text());
});
