//! Somebody whose only second factor is one passkey reads, before it is lost, who could help and what to do; and whoever has
//! lost it reads of no way that there isn't.

use portico::args;

use super::support::authenticator::{Authenticator, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::stage::Stage;
use super::support::ways::{ALEX, SAM, ask_no_second, give_app, log_in, somebody};
use super::walk;

const HELPED: &str = "an administrator has to help you";

async fn without_number(stage: &Stage, email: &str) {
    stage.au().execute("UPDATE person SET mobile = NULL WHERE email_key = $1", args![email]).await.unwrap();
}

/// At the page that names what was made a moment ago.
async fn naming(browser: &mut Browser) {
    browser.open("/me/passkeys/new").await;
    let (options, origin) = options_of(browser);
    let credential = Authenticator::synced().make(&options, &origin);
    send(browser, &credential, &[]).await;
    browser.sees("Name your passkey");
}

walk!(without_a_number_nobody_can_help_and_that_is_said_in_time, |stage| {
    ask_no_second(&stage).await;
    without_number(&stage, SAM.0).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.misses("nobody can help you");
    naming(&mut sam).await;
    sam.sees("no mobile number of yours is on file").misses(HELPED);
    assert_eq!(sam.link("Give your mobile number"), "/me/mobile");
    sam.open("/me/passkeys").await.sees("no mobile number of yours is on file").misses(HELPED);
    assert_eq!(sam.link("Give your mobile number"), "/me/mobile");
    sam.open("/me").await.sees("If you lose the device, nobody can help you");
    let way = sam.link("Give your mobile number");
    sam.open(&way).await.is_at("/me/mobile");
    // What the administrator reads then is true as well.
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, false).await;
    let id = somebody(&stage, SAM.0).await.id;
    alex.open(&format!("/practice/people/{id}/passkeys")).await.sees("none is on file").misses("support");
    alex.open(&format!("/practice/people/{id}/reset")).await.sees("no mobile number on file").misses("support");
    alex.open("/help/reset-colleague").await.sees("invite them anew").misses("ask support");
    // With 2FA beside it, it is no matter.
    give_app(&stage, SAM.0).await;
    sam.open("/me").await.misses("nobody can help you");
});

walk!(with_a_number_an_administrator_helps, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    naming(&mut sam).await;
    sam.sees(HELPED);
    sam.open("/me/passkeys").await.sees(HELPED);
    sam.open("/me").await.misses("nobody can help you");
});

walk!(the_only_administrator_is_not_told_that_one_helps, |stage| {
    ask_no_second(&stage).await;
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, false).await;
    naming(&mut alex).await;
    alex.sees("you are the only administrator").misses(HELPED);
    assert_eq!(alex.link("I have lost the device with my passkey"), "/help/passkey-lost");
    alex.open("/me/passkeys").await.sees("you are the only administrator").misses(HELPED);
    let id = somebody(&stage, ALEX.0).await.id;
    alex.open(&format!("/practice/people/{id}/reset")).await.sees("This is your own account").misses("support can");
    alex.sees("nobody at your practice can reset them for you");
    alex.open("/help/passkey-lost")
        .await
        .misses("A backup code, if you ever printed some")
        .misses("Create a passkey there");
    alex.sees("doesn't help by itself").misses("Log out everywhere");
    // With a second one there is somebody.
    let promote = "UPDATE person SET role = 'administrator' WHERE email_key = $1 AND kind = 'staff'";
    stage.au().execute(promote, args![SAM.0]).await.unwrap();
    stage.wait(5);
    alex.open("/me/passkeys").await.sees(HELPED);
    alex.open(&format!("/practice/people/{id}/reset")).await.sees("another administrator can reset them for you");
});

// Fresh proof that cannot be given is a page that can be left.
walk!(fresh_proof_can_be_left, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    stage.wait(301);
    sam.open("/me/passkeys/new").await.is_at("/confirm");
    sam.submit(&[("password", SAM.1)]).await.is_at("/sign-in/passkey");
    let away = sam.link("Cancel");
    sam.open(&away).await.is_at("/me");
    give_app(&stage, SAM.0).await;
    sam.open("/me/passkeys/new").await.submit(&[("password", SAM.1)]).await.is_at("/sign-in/code");
    assert_eq!(sam.link("Cancel"), "/me");
    sam.open("/sign-in/backup-code").await;
    assert_eq!(sam.link("Cancel"), "/me");
    // At the door there is nothing to go back to.
    let mut door = stage.browser();
    log_in(&mut door, SAM, false).await;
    door.is_at("/sign-in/code");
    assert!(!door.html.contains(">Cancel<"));
});
