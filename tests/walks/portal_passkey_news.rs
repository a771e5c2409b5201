//! A client's passkey that was made elsewhere: told in the portal, by no mail, and deleted by the practice with the client.

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_passkeys::{jo_with_passkey, press, the_passkey};
use crate::support::authenticator::{Authenticator, make_passkey};
use crate::support::portal::{JO, sign_in};
use crate::support::ways::somebody;
use crate::walk;

// Whoever reads the mailbox can make one where there is none: the client's own browser tells of it until it is known.
walk!(a_passkey_made_elsewhere_is_told_in_the_portal, |stage| {
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    stage.wait(61);
    let mut partner = stage.browser().from("203.0.113.9");
    sign_in(&stage, &mut partner, JO).await;
    let mut theirs = Authenticator::synced();
    make_passkey(&mut partner, &mut theirs).await;
    partner.open("/me").await.misses("Somebody can sign in as you");
    jo.open("/me").await.sees("Somebody can sign in as you with the passkey “iCloud Keychain”").sees("Made on");
    jo.open("/me/passkeys").await.sees("New to this browser");
    // Whatever is pressed in the other browser, Jo's goes on telling.
    jo.open("/me").await.sees("That was me");
    stage.wait(6 * 60);
    jo.open("/me/privacy").await.sees("Jo Lindqvist added a passkey");
    // The practice deletes it, with Jo in the room.
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}")).await.sees("1 passkey").sees("Jo Lindqvist added a passkey");
    let path = sam.link("Delete passkeys");
    let passkey = format!("passkey-{}", the_passkey(&stage).await);
    sam.open(&path).await.submit(&[(&passkey, "1")]).await.sees("Say first how you know who it is");
    sam.open(&path).await.submit(&[("how", "in-person")]).await.sees("Tick at least one passkey");
    sam.submit(&[(&passkey, "1"), ("how", "in-person")]).await.sees("The passkeys are deleted");
    sam.sees("Sam Okafor deleted a passkey of Jo Lindqvist");
    press(&mut partner, &mut theirs, &[]).await;
    partner.sees("That passkey didn't get you in");
    stage.wait(5);
    jo.open("/me").await.is_at("/portal");
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me").sees("Your practice deleted a passkey of yours").misses("Somebody can sign in as you");
    stage.deliver().await;
    assert!(stage.messages(JO).await.iter().all(|sent| !sent.about.starts_with("passkey")));
});

walk!(what_was_said_to_be_ones_own_is_told_no_more, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    let mut laptop = stage.browser();
    sign_in(&stage, &mut laptop, JO).await;
    laptop.is_at("/me").sees("Somebody can sign in as you");
    let known = format!("/me/passkeys/{}/known", the_passkey(&stage).await);
    laptop.submit_to(&known, &[]).await.is_at("/me").misses("Somebody can sign in as you");
    laptop.submit_to("/log-out", &[]).await;
    stage.wait(61);
    sign_in(&stage, &mut laptop, JO).await;
    laptop.misses("Somebody can sign in as you");
});
