//! Where a practice offers its clients no new passkeys: nobody is told to make one, and who has one signs in with it.

use portico::args;

use super::portal_passkeys::{jo_with_passkey, press};
use super::support::authenticator::Authenticator;
use super::support::portal::{JO, sign_in};
use super::support::stage::Stage;
use super::walk;

const OFF: &str = "Your practice offers no new passkeys. Sign in by email; those made before go on working.";

async fn offer(stage: &Stage, offered: i64) {
    stage.au().execute("UPDATE practice SET client_passkeys = $1", args![offered]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

walk!(who_has_none_is_sent_to_the_mail_and_to_no_button_that_is_not_there, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let mut anybody = stage.browser();
    anybody.open("/portal/passkey/none").await.sees("Open My info and press \"Create a passkey\"").misses(OFF);
    anybody.open("/help/portal-passkey").await.sees("your practice offers no new passkeys: sign in by email");
    offer(&stage, 0).await;
    let path = anybody.open("/portal?then=%2Fme%2Fname").await.link("I have no passkey yet");
    anybody.open(&path).await.sees(OFF).misses("Create a passkey").misses("has to be made once");
    assert_eq!(anybody.link("Sign in by email"), "/portal?then=%2Fme%2Fname");
    // Those made before go on working.
    let mut jo = stage.browser();
    press(&mut jo, &mut phone, &[]).await;
    jo.is_at("/me").misses("Create a passkey");
});

walk!(whose_lock_it_becomes_is_told_of_what_can_be_done, |stage| {
    let mut jo = jo_with_passkey(&stage, &mut Authenticator::synced()).await;
    jo.open("/me/privacy/passkey").await.sees("Make a second one on another device, or set a passphrase as well.");
    offer(&stage, 0).await;
    jo.open("/me/privacy/passkey").await.sees("You have one passkey.").sees("Set a passphrase as well.");
    jo.misses("Make a second one");
});

walk!(those_that_one_has_are_spoken_of_where_there_are_any, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    offer(&stage, 0).await;
    jo.open("/me/passkeys/new").await.is_at("/me/passkeys").sees("Your practice doesn't offer passkeys.");
    jo.misses("Those that you have").misses("any more");
    offer(&stage, 1).await;
    stage.wait(61);
    let mut jo = jo_with_passkey(&stage, &mut Authenticator::synced()).await;
    offer(&stage, 0).await;
    jo.open("/me/passkeys/new")
        .await
        .is_at("/me/passkeys")
        .sees("doesn't offer passkeys any more. Those that you have");
});
