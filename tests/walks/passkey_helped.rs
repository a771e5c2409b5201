//! Help about passkeys at the place of need (P11): for the person who stands there, staff or client, with what they have.

use super::support::authenticator::{Authenticator, make_passkey};
use super::support::portal::{JO, sign_in};
use super::support::ways::{SAM, ask_no_second, log_in};
use super::walk;

walk!(whoever_is_locked_out_reads_who_runs_the_server, |stage| {
    let mut alex = stage.browser();
    alex.open("/help/passkey-lost").await.sees("Whom to ask").sees("Who runs this server");
    let config = &stage.server.config;
    alex.sees(&config.operator_name).sees(&config.operator_contact);
    alex.misses("which takes a day").sees("can't give you a passkey or a password either");
    alex.open("/help/passkey-check").await.misses("Who runs this server");
});

walk!(the_mails_help_says_what_its_link_does, |stage| {
    let mut sam = stage.browser();
    sam.open("/help/passkey-mail").await.sees("deletes this passkey and any made after it, and stops your password");
    sam.misses("Then ask an administrator of your practice to delete the passkey");
});

walk!(each_case_has_its_help_where_it_occurs, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    sam.open("/sign-in").await;
    let closed = sam.html.rsplit("data-say=\"cancelled\"").next().unwrap().split("</template>").next().unwrap();
    assert!(closed.contains("/sign-in/passkey/none") && closed.contains("/help/passkey-qr"), "{closed}");
    sam.open("/help/passkey-stopped").await.sees("a picture to scan").sees("The log-in page shows me a QR code");
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    assert_eq!(sam.link("A passkey that is gone on one side"), "/help/passkey-one-side");
    let mut elsewhere = stage.browser();
    log_in(&mut elsewhere, SAM, false).await;
    elsewhere.is_at("/sign-in/passkey");
    assert_eq!(elsewhere.link("My passkey is on another device"), "/help/passkey-other-device");
});

// Clients have no password by default.
walk!(no_client_is_sent_to_a_password, |stage| {
    let mut jo = stage.browser();
    let (mut opened, mut pages) = (vec![], vec![]);
    jo.open("/portal").await;
    pages.push(jo.html.clone());
    jo.open("/portal/passkey/none").await;
    pages.push(jo.html.clone());
    sign_in(&stage, &mut jo, JO).await;
    for path in ["/me/passkeys/new", "/me/passkeys/offer", "/me/passkeys"] {
        jo.open(path).await.is_at(path);
        pages.push(jo.html.clone());
    }
    for page in pages {
        for link in page.split("href=\"/help/").skip(1).filter_map(|rest| rest.split('"').next()) {
            if link.contains("passkey") && !opened.contains(&link.to_owned()) {
                opened.push(link.to_owned());
            }
        }
    }
    assert!(opened.contains(&"portal-passkey".to_owned()), "{opened:?}");
    for word in opened {
        jo.open(&format!("/help/{word}")).await;
        for words in ["your password again", "og in with your email address and password", "your password still works"]
        {
            assert!(!jo.text().contains(words), "/help/{word} says «{words}» to a client");
        }
    }
    jo.open("/help/portal-passkey").await.sees("a picture to scan").sees("close the window and sign in by email");
});
