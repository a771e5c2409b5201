//! A client removes their portal password: it takes a proof, and ends what came in by it.

use portico::args;
use portico::platform::hashing::Secret;
use portico::sign_in::step::Factor;

use crate::portal_passwords::{PASSWORD, is_out, jo_with_password, keep_passwords, try_at, typed};
use crate::support::browser::Browser;
use crate::support::desk::times;
use crate::support::portal::{JO, link_of, sign_in};
use crate::support::ways::let_in;
use crate::walk;

const OWN: &str = "/me/portal-password";

// 0022: whoever was in by it is out, and whoever only found an open page cannot do it.
walk!(removing_a_password_takes_a_proof_and_ends_the_others, |stage| {
    let id = jo_with_password(&stage).await;
    let salt = portico::platform::world::random::<16>(&*stage.server.world);
    let lock = stage.server.hashing.hash(Secret::new("tide over pebbles".into()), salt).await.unwrap();
    let mut stranger = typed(&stage, JO, PASSWORD).await;
    stranger.is_at("/me");
    let sql = "UPDATE person SET passphrase = $2, passphrase_set_at = 1 WHERE id = $1";
    stage.au().execute(sql, args![&id, lock]).await.unwrap();
    let mut waiting = try_at(&stage, "198.51.100.7", JO, PASSWORD).await;
    waiting.is_at("/portal/lock");
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    let form =
        |browser: &Browser| [("csrf".to_owned(), browser.hidden("csrf")), ("do".to_owned(), "remove".to_owned())];
    stage.wait(301);
    jo.open(OWN).await.sees("show once more that it's you").misses("Remove the password");
    jo.post(OWN, &form(&jo)).await;
    assert_eq!(jo.answered["location"], "/portal/confirm?then=%2Fme%2Fportal-password");
    assert_eq!(times(&stage, "portal-password-removed").await, 0);
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open(OWN).await.sees("you are signed out everywhere else");
    // Pressed twice it is removed once, and the second press says so however old the proof is.
    let form = form(&jo);
    jo.post(OWN, &form).await;
    stage.wait(301);
    jo.post(OWN, &form).await.follow().await.sees("Your password is removed");
    assert_eq!(times(&stage, "portal-password-removed").await, 1);
    stranger.open("/me").await.misses("Lindqvist");
    let fields =
        [("csrf".to_owned(), waiting.hidden("csrf")), ("passphrase".to_owned(), "tide over pebbles".to_owned())];
    waiting.post("/portal/lock", &fields).await;
    is_out(&waiting);
    jo.open("/me").await.is_at("/me").sees("Jo Lindqvist");
});

// An old password of a practice that keeps none any more goes the same way.
walk!(so_does_removing_one_that_opens_nothing_any_more, |stage| {
    jo_with_password(&stage).await;
    keep_passwords(&stage, false).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    stage.wait(301);
    jo.open(OWN).await.sees("show once more that it's you").misses("Remove the password");
    jo.open(&jo.link("Go on")).await.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    stage.deliver().await;
    let link = link_of(&crate::support::portal::newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at(OWN);
    jo.submit(&[("do", "remove")]).await.sees("Your password is removed");
});
