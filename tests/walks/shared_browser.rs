//! Two people at one computer: what one of them left open in a tab acts for nobody else.

use crate::support::browser::Browser;
use crate::support::desk::run_jobs;
use crate::support::portal::{JO, add_client, sign_in};
use crate::support::stage::link_in;
use crate::support::ways::{ALEX, SAM, ask_no_second, give_app, log_in, somebody};
use crate::walk;

const HERE_SINCE: &str = "so nothing was changed";

/// The form to that action on the page that is open, as its tab sends it later.
fn left_open(browser: &Browser, action: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let form = browser.forms().into_iter().find(|form| form.action == action);
    let form = form.unwrap_or_else(|| panic!("no form to {action} on {}", browser.path));
    let mut fields: Vec<(String, String)> =
        form.inputs.into_iter().filter(|input| input.sent).map(|input| (input.name, input.value)).collect();
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn change_places(browser: &mut Browser, to: (&str, &str)) {
    browser.open("/me").await.submit_to("/log-out", &[]).await;
    log_in(browser, to, false).await;
    browser.open("/me").await.is_at("/me");
}

walk!(a_form_left_open_acts_for_nobody_else, |stage| {
    ask_no_second(&stage).await;
    let mut desk = stage.browser();
    log_in(&mut desk, ALEX, false).await;
    let mut tabs = vec![];
    for (page, action, typed) in [
        ("/me/name", "/me/name", &[("name", "Alex Renamed")][..]),
        ("/me/email", "/me/email", &[("email", "alex.new@example.org")]),
        ("/me/two-factor", "/me/two-factor", &[("mobile", "0491 570 156")]),
        ("/me/password", "/me/password", &[("current", SAM.1), ("password", "an orchard of lamps 44")]),
        ("/me", "/me/log-out-everywhere", &[]),
        ("/practice/clients/new", "/practice/clients/new", &[("name", "Eve Added"), ("email", "eve@example.org")]),
    ] {
        desk.open(page).await;
        tabs.push((action, left_open(&desk, action, typed)));
    }
    let sam = somebody(&stage, SAM.0).await;
    change_places(&mut desk, SAM).await;
    let before = stage.events().await;
    for (action, fields) in tabs {
        desk.post(action, &fields).await;
        assert_eq!(desk.status, 403, "{action}");
        desk.sees(HERE_SINCE).sees("Somebody else has logged in here since");
    }
    assert_eq!(stage.events().await, before, "nothing happened");
    let after = somebody(&stage, SAM.0).await;
    assert_eq!((&after.name, &after.email, after.password_set_at), (&sam.name, &sam.email, sam.password_set_at));
    desk.open("/me").await.is_at("/me").sees(&sam.name);
});

walk!(whoever_comes_back_goes_on_with_their_own_form, |stage| {
    ask_no_second(&stage).await;
    let mut desk = stage.browser();
    log_in(&mut desk, SAM, false).await;
    desk.open("/me/name").await;
    let (mine, later) =
        (left_open(&desk, "/me/name", &[("name", "Sam Renamed")]), left_open(&desk, "/me/name", &[("name", "Sam T")]));
    // Logged in again, as the same person.
    change_places(&mut desk, ALEX).await;
    change_places(&mut desk, SAM).await;
    desk.post("/me/name", &mine).await.follow().await;
    assert_eq!(somebody(&stage, SAM.0).await.name, "Sam Renamed");
    // Locked, and opened again.
    stage.wait(3601);
    desk.open("/me").await.is_at("/locked");
    desk.submit(&[("password", SAM.1)]).await.is_at("/me");
    desk.post("/me/name", &later).await.follow().await;
    assert_eq!(somebody(&stage, SAM.0).await.name, "Sam T");
});

walk!(a_locked_page_left_open_opens_nobody_elses_session, |stage| {
    ask_no_second(&stage).await;
    let mut desk = stage.browser();
    log_in(&mut desk, SAM, false).await;
    stage.wait(3601);
    desk.open("/me").await.is_at("/locked");
    let unlock = left_open(&desk, "/locked", &[("password", SAM.1)]);
    desk.submit_to("/log-out", &[]).await;
    log_in(&mut desk, ALEX, false).await;
    stage.wait(3601);
    let before = stage.events().await;
    desk.post("/locked", &unlock).await.sees(HERE_SINCE);
    assert_eq!(stage.events().await, before, "no wrong password is counted against Alex");
});

walk!(leaving_is_never_refused, |stage| {
    ask_no_second(&stage).await;
    let mut desk = stage.browser();
    log_in(&mut desk, SAM, false).await;
    desk.open("/me").await;
    let leave = left_open(&desk, "/log-out", &[]);
    change_places(&mut desk, ALEX).await;
    desk.post("/log-out", &leave).await;
    assert!(!desk.cookies.contains_key("__Host-session"));

    add_client(&stage, "Robin Lindqvist", "robin@example.com").await;
    let mut phone = stage.browser();
    sign_in(&stage, &mut phone, JO).await;
    phone.open("/me").await.is_at("/me");
    let exit = left_open(&phone, "/portal/exit", &[]);
    phone.submit_to("/log-out", &[]).await;
    sign_in(&stage, &mut phone, "robin@example.com").await;
    phone.open("/me").await.is_at("/me");
    phone.post("/portal/exit", &exit).await;
    assert!(!phone.cookies.contains_key("__Host-session"));
});

walk!(a_clients_form_left_open_acts_for_no_other_client, |stage| {
    add_client(&stage, "Robin Lindqvist", "robin@example.com").await;
    let mut phone = stage.browser();
    sign_in(&stage, &mut phone, JO).await;
    let mut tabs = vec![];
    for (page, action, typed) in [
        ("/me/privacy", "/me/privacy/mail", &[("mail", "none")][..]),
        ("/me/email", "/me/email", &[("email", "jo.new@example.org")]),
        ("/me", "/me/log-out-everywhere", &[]),
    ] {
        phone.open(page).await;
        tabs.push((action, left_open(&phone, action, typed)));
    }
    phone.open("/me").await.submit_to("/log-out", &[]).await;
    sign_in(&stage, &mut phone, "robin@example.com").await;
    let before = stage.events().await;
    for (action, fields) in tabs {
        phone.post(action, &fields).await;
        assert_eq!(phone.status, 403, "{action}");
        phone.sees(HERE_SINCE).sees("Somebody else has signed in here since").sees("Exit");
    }
    assert_eq!(stage.events().await, before);
});

walk!(a_code_left_open_lands_in_nobody_elses_account_unsaid, |stage| {
    give_app(&stage, ALEX.0).await;
    let mut desk = stage.browser();
    log_in(&mut desk, ALEX, false).await;
    desk.is_at("/sign-in/code");
    let waiting = left_open(&desk, "/sign-in/code", &[("code", "123456")]);
    log_in(&mut desk, SAM, false).await;
    desk.open("/me").await.is_at("/me");
    desk.post("/sign-in/code", &waiting).await;
    assert_eq!(desk.status, 409, "{}", desk.text());
    desk.sees("belongs to an earlier log-in").sees(SAM.0);
    desk.open("/me").await.is_at("/me").sees(SAM.0);
});

// Clients are named to nobody, and can leave at once.
walk!(a_reset_link_in_a_clients_browser_names_no_client, |stage| {
    ask_no_second(&stage).await;
    let mut all = [stage.browser(), stage.browser(), stage.browser()];
    sign_in(&stage, &mut all[0], JO).await;
    log_in(&mut all[1], ALEX, false).await;
    for (browser, client, here) in [
        (0, true, "Somebody is signed in here in this browser"),
        (1, false, "Alex Rivera is logged in in this browser"),
        (2, false, ""),
    ] {
        let browser = &mut all[browser];
        stage.wait(61);
        stage.browser().open("/forgot").await.submit(&[("email", SAM.0)]).await;
        run_jobs(&stage).await;
        let mail = stage.messages(SAM.0).await.into_iter().find(|mail| mail.about == "reset-link").unwrap();
        let link = link_in(&mail.text);
        let leave = |browser: &Browser| browser.forms().iter().any(|form| form.action == "/portal/exit");
        browser.open(&link).await.sees("Choose a new password").misses("Jo Lindqvist");
        assert_eq!(leave(browser), client, "{}", browser.text());
        browser.submit(&[("password", "short")]).await.sees("There is a problem").misses("Jo Lindqvist");
        assert_eq!(leave(browser), client);
        let chosen = format!("a lamp for {here} and tea");
        browser.submit(&[("password", &chosen)]).await.misses("Jo Lindqvist").misses(JO);
        if here.is_empty() {
            browser.is_at("/sign-in");
        } else {
            browser.sees(here).sees("Your new password is set");
        }
        assert_eq!(leave(browser), client);
        browser.open(&link).await.sees("This link was used on").misses("Jo Lindqvist");
        assert_eq!(leave(browser), client);
    }
    all[0].open("/me").await.is_at("/me").sees("Jo Lindqvist");
});
