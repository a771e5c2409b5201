//! A reset of the second step: what was kept ends it, and what the mails say of that.

use portico::args;
use portico::sign_in::step::Factor;

use super::people::{SAM, alex, id_of, relaxed};
use super::reset::{call_back, factors, without_texts};
use crate::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use crate::support::portal::JO;
use crate::support::stage::link_in;
use crate::support::ways::{let_in, log_in};
use crate::walk;

// The box on the page was left empty: with the mailed link, the password and the passkey kept, nothing is left to set up.
walk!(a_reset_that_keeps_the_passkeys_is_over_once_they_let_in, |stage| {
    let stage = without_texts(stage).await;
    relaxed(&stage).await;
    let mut phone = Authenticator::synced();
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut phone).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    let since = "UPDATE person SET passkey_offer_off_at = 1 WHERE id = $1 AND re_enrol_since IS NOT NULL";
    assert_eq!(stage.au().execute(since, args![&id]).await.unwrap(), 1, "the reset waits");
    let link = link_in(&stage.messages(SAM.0).await.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    let mut sam = stage.browser();
    sam.open(&link).await.submit(&[]).await.is_at("/sign-in");
    sam.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/passkey");
    let (options, origin) = options_of(&sam);
    let shown = phone.show(&options, &origin);
    send(&mut sam, &shown, &[]).await;
    sam.open("/me").await.is_at("/me");
    assert_eq!(stage.au().execute(since, args![&id]).await.unwrap(), 0, "the reset is over");
    assert!(stage.events().await.contains(&"re-enrolled".to_owned()));
});

// Whoever shows a kept passkey is in without the mail: nothing waits any more, and nothing says that they can't get in.
walk!(a_reset_that_keeps_the_passkeys_is_over_once_one_alone_lets_in, |stage| {
    let stage = without_texts(stage).await;
    relaxed(&stage).await;
    let mut phone = Authenticator::synced();
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut phone).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    alex.open(&format!("/practice/people/{id}")).await.sees("Reset waiting");
    let of = |mails: &[crate::support::stage::Sent], about: &str| {
        mails.iter().find(|mail| mail.about == about).unwrap().text.clone()
    };
    let mails = stage.messages(SAM.0).await;
    let (link, told) = (of(&mails, "re-enrol"), of(&mails, "factors-reset"));
    assert!(link.contains("show one of your passkeys") && !link.contains("set up a new second step"), "{link}");
    assert!(told.contains("Your passkeys were kept") && !told.contains("set it up again"), "{told}");
    let link = link_in(&link);
    let mut phone_browser = stage.browser();
    phone_browser.open(&link).await.sees("show one of your passkeys").misses("set up a new second step");
    let mut sam = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut sam, &mut phone, &[]).await;
    sam.is_at("/me");
    assert_eq!(factors(&stage, &id).await.3, 0, "the reset is over");
    assert!(stage.events().await.contains(&"re-enrolled".to_owned()));
    alex.open(&format!("/practice/people/{id}")).await.misses("Reset waiting");
    phone_browser.open(&link).await;
    assert_eq!(phone_browser.status, 410, "and its link with it");
    // What is said of the password is true: with the passkey gone it opens the account.
    let path = sam.open("/me/passkeys").await.link("Delete");
    sam.open(&path).await.sees("your password alone would open your account");
    sam.submit_to(&path, &[]).await;
    let mut next = stage.browser();
    log_in(&mut next, SAM, false).await;
    next.is_at("/me");
});

walk!(a_reset_that_keeps_no_passkey_speaks_of_a_new_second_step, |stage| {
    let stage = without_texts(stage).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    let mails = stage.messages(SAM.0).await;
    let mail = mails.iter().find(|mail| mail.about == "re-enrol").unwrap();
    assert!(mail.text.contains("set up a new second step"), "{}", mail.text);
    let told = mails.iter().find(|mail| mail.about == "factors-reset").unwrap();
    assert!(told.text.contains("set it up again") && !told.text.contains("passkeys were kept"), "{}", told.text);
    stage.browser().open(&link_in(&mail.text)).await.sees("set up a new second step");
});

walk!(a_link_of_a_reset_that_is_over_says_so, |stage| {
    let stage = without_texts(stage).await;
    relaxed(&stage).await;
    let mut phone = Authenticator::synced();
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut phone).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    let link = link_in(&stage.messages(SAM.0).await.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    let (mut before, mut used) = (stage.browser(), stage.browser());
    before.open(&link).await;
    // Used, and the reset still waits: that page leads on to a new one.
    used.open(&link).await.submit(&[]).await.is_at("/sign-in");
    used.open(&link).await.sees("offers to send a new one").misses("The reset is over");
    let mut sam = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut sam, &mut phone, &[]).await;
    sam.is_at("/me");
    used.open(&link).await.sees("The reset is over").misses("offers to send a new one");
    assert_eq!(used.status, 410);
    before.submit_to(&link, &[]).await.sees("The reset is over");
    // One that nobody was sent.
    before.open("/re-enrol/nothing").await.sees("offers to send a new one").misses("The reset is over");
});

// A client's browser (docs/decisions/0015): nobody reads there who it is, and it can be left at once.
walk!(a_colleagues_link_names_no_client, |stage| {
    let stage = without_texts(stage).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    call_back(&mut alex, &id).await;
    let link = link_in(&stage.messages(SAM.0).await.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink], false).await;
    jo.open(&link).await.sees("Somebody is signed in here").sees("Exit quickly").sees("This link is for Sam Okafor");
    jo.misses("Jo Lindqvist").misses(JO);
    assert_eq!(jo.link("Stay signed in"), "/");
    jo.submit_to(&link, &[]).await.misses("Jo Lindqvist").sees("Exit quickly");
    // Colleagues know each other.
    alex.open(&link).await.sees("You are logged in here as Alex Rivera").misses("Exit quickly");
    jo.submit_to(&link, &[("switch", "1")]).await.is_at("/sign-in");
});
