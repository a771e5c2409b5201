//! A passkey as the lock that the mailbox cannot open (C8): the abuser has the mailbox, the client has the phone.

use portico::args;

use crate::people::{SAM, relaxed, signed_in};
use crate::portal_passkeys::{jo_with_passkey, press};
use crate::support::authenticator::{Authenticator, Spoil, make_passkey, options_of, send};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::portal::{JO, ask, code_of, sign_in};
use crate::support::stage::{Sent, Stage};
use crate::support::ways::somebody;
use crate::walk;

const PASSPHRASE: &str = "tide over pebbles, softly";

/// Jo makes the passkey the lock.
async fn locked(stage: &Stage, phone: &mut Authenticator) -> Browser {
    let mut jo = jo_with_passkey(stage, phone).await;
    jo.open("/me/privacy").await.sees("Anybody who reads your mailbox can sign in as you");
    let path = jo.link("Make my passkeys my lock");
    jo.open(&path).await.is_at("/me/privacy/passkey").sees("iCloud Keychain").sees("You have one passkey");
    jo.submit_to("/me/privacy/passkey", &[("do", "on")])
        .await
        .is_at("/me/privacy")
        .sees("Your passkeys are your lock now");
    stage.wait(61);
    jo
}

/// Shows a passkey where the page asks for one.
async fn show(browser: &mut Browser, phone: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = phone.show(&options, &origin);
    send(browser, &credential, &[]).await;
}

async fn mails(stage: &Stage) -> Vec<Sent> {
    stage.messages(JO).await.into_iter().filter(|sent| sent.kind == "mail").collect()
}

// AC-073
walk!(the_mailbox_stands_before_the_passkey, |stage| {
    let mut phone = Authenticator::synced();
    let mut partner = stage.browser().from("203.0.113.9");
    sign_in(&stage, &mut partner, JO).await;
    stage.wait(61);
    let mut jo = locked(&stage, &mut phone).await;
    stage.wait(5);
    partner.open("/me").await.is_at("/portal");
    partner.lose_session();
    sign_in(&stage, &mut partner, JO).await;
    partner.is_at("/portal/lock").sees("Use your passkey").misses("Lindqvist").misses("Passphrase");
    assert!(!partner.cookies.contains_key("__Host-session"));
    // Nothing that the partner has opens it: no answer, a copy that is not right, their own passkey, another's question.
    partner.submit_to("/portal/lock/passkey", &[]).await.sees("Your browser sent no passkey");
    let mut spoiled = Authenticator { spoil: Spoil::Signature, ..phone.clone() };
    show(&mut partner, &mut spoiled).await;
    partner.sees("That passkey wasn't accepted").misses("Lindqvist");
    let mut unverified = Authenticator { flags: phone.flags & !4, ..phone.clone() };
    show(&mut partner, &mut unverified).await;
    partner.sees("That passkey wasn't accepted");
    let token = partner.hidden("csrf");
    for (path, name) in [("/portal/lock", "passphrase"), ("/portal/who", "person")] {
        partner.post(path, &[("csrf".into(), token.clone()), (name.into(), "x".into())]).await;
        assert!(!partner.cookies.contains_key("__Host-session"), "{path}");
    }
    for path in ["/me", "/me/passkeys/new", "/me/privacy", "/portal/confirm"] {
        partner.open(path).await.is_at("/portal").misses("Lindqvist");
    }
    // Jo gets in with the same mail and the passkey, and with the passkey alone.
    jo.open("/me").await.is_at("/me");
    stage.wait(61);
    let mut other = stage.browser();
    sign_in(&stage, &mut other, JO).await;
    other.is_at("/portal/lock");
    show(&mut other, &mut phone).await;
    other.is_at("/me").sees("Jo Lindqvist");
    let mut third = stage.browser();
    press(&mut third, &mut phone, &[]).await;
    third.is_at("/me");
    // Nothing in the mailbox tells of the lock.
    stage.deliver().await;
    for mail in mails(&stage).await {
        let text = format!("{} {} {}", mail.subject, mail.text, mail.html).to_lowercase();
        for word in ["passkey", "passphrase", "lock", "private", "privacy", "safe word", "fingerprint"] {
            assert!(!text.contains(word), "{word}: {}", mail.text);
        }
    }
    assert_eq!(times(&stage, "lock-set").await, 1);
});

// "This wasn't me" in an old mail is the mailbox too: it ends sessions and leaves the lock.
walk!(a_link_in_an_old_mail_takes_no_lock_off, |stage| {
    let mut phone = Authenticator::synced();
    let mut first = jo_with_passkey(&stage, &mut phone).await;
    let mut tablet = stage.browser().from("198.51.100.7");
    press(&mut tablet, &mut phone, &[]).await;
    let notice = stage.messages(JO).await.remove(0);
    assert_eq!(notice.about, "signed-in-new-browser-client");
    let link = crate::support::stage::link_in(&notice.text);
    let mut second = Authenticator::security_key();
    make_passkey(&mut tablet, &mut second).await;
    first.open("/portal/confirm?then=/me/privacy/passkey").await;
    tablet.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "on")]).await;
    let mut partner = stage.browser().from("203.0.113.9");
    partner.open(&link).await.submit_to(&link, &[]).await.sees("you are signed out everywhere").misses("new password");
    assert_eq!(somebody(&stage, JO).await.passkeys, 2);
    stage.wait(61);
    sign_in(&stage, &mut partner, JO).await;
    partner.is_at("/portal/lock");
    let mut jo = stage.browser();
    press(&mut jo, &mut second, &[]).await;
    jo.is_at("/me");
});

// Lost is lost: no passkey left is never no lock.
walk!(without_any_passkey_the_lock_stays_shut, |stage| {
    let mut phone = Authenticator::synced();
    locked(&stage, &mut phone).await;
    stage.au().execute("DELETE FROM passkey", args![]).await.unwrap();
    let mut partner = stage.browser();
    sign_in(&stage, &mut partner, JO).await;
    partner.is_at("/portal/lock").sees("none is left here").sees("+61");
    assert!(!partner.cookies.contains_key("__Host-session"));
});

walk!(a_passphrase_beside_it_opens_too, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = locked(&stage, &mut phone).await;
    // Setting one takes the passkey, once the proof is old.
    stage.wait(6 * 60);
    let begin = jo.open("/me/privacy").await.link("Set a passphrase");
    jo.open(&begin).await.is_at("/portal/confirm");
    show(&mut jo, &mut phone).await;
    jo.is_at("/me/privacy");
    jo.submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)]).await.sees("Your lock is set");
    stage.wait(61);
    let mut other = stage.browser();
    sign_in(&stage, &mut other, JO).await;
    other.is_at("/portal/lock").sees("Use your passkey, or type the passphrase");
    other.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me");
    // Mail and passphrase are fresh proof: the lost phone's passkey is deleted, and the lock stays.
    other.open("/me/passkeys").await;
    let delete = other.link("Delete iCloud Keychain");
    other.open(&delete).await.sees("a link by email and your passphrase");
    other.submit_to(&delete, &[]).await;
    stage.wait(61);
    let mut partner = stage.browser();
    sign_in(&stage, &mut partner, JO).await;
    partner.is_at("/portal/lock").sees("Type the passphrase").misses("Use a passkey");
    // The other way round: forgotten passphrase, a passkey at hand.
    other.open("/me/passkeys/new").await;
    let mut key = Authenticator::synced();
    make_passkey(&mut other, &mut key).await;
    stage.wait(6 * 60);
    other.open("/me/privacy").await.sees("Your passphrase now").sees("Show your passkey instead");
    other
        .open("/portal/confirm?then=/me/privacy")
        .await
        .sees("Use a passkey")
        .sees("After that we ask for your passphrase");
    show(&mut other, &mut key).await;
    other.is_at("/me/privacy").misses("Your passphrase now");
    other.submit_to("/me/privacy/lock", &[("do", "remove")]).await.sees("Your lock is removed");
});

walk!(deleting_the_last_one_says_what_follows, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = locked(&stage, &mut phone).await;
    press(&mut jo, &mut phone, &[]).await;
    jo.open("/me/passkeys").await;
    let delete = jo.link("Delete iCloud Keychain");
    jo.open(&delete).await.sees("the lock is gone: whoever reads your mailbox can sign in as you");
    jo.submit_to(&delete, &[]).await.is_at("/me/passkeys");
    assert_eq!(times(&stage, "lock-removed").await, 1);
    stage.wait(61);
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
});

// Private sign-in with a passkey and nothing else.
walk!(private_sign_in_with_a_passkey_alone, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let page = format!("/practice/clients/{id}/privacy");
    sam.open(&page).await.sees("The client has a passkey");
    sam.submit(&[("safe_word", "Blue heron"), ("do", "private-on")]).await.sees("Private sign-in is on");
    let mut partner = stage.browser().from("203.0.113.9");
    ask(&mut partner, JO).await;
    stage.deliver().await;
    let mail = mails(&stage).await.remove(0);
    assert_eq!(mail.about, "portal-code");
    partner.submit_to("/portal/code", &[("code", &code_of(&mail))]).await.is_at("/portal/lock").misses("Lindqvist");
    let told = mails(&stage).await.len();
    let mut jo = stage.browser().from("198.51.100.7");
    press(&mut jo, &mut phone, &[]).await;
    jo.is_at("/me").sees("Jo Lindqvist");
    assert_eq!(mails(&stage).await.len(), told, "no notice at all");
    // The last passkey stays until there is another lock; so does the lock.
    jo.open("/me/passkeys").await;
    let delete = jo.link("Delete iCloud Keychain");
    jo.open(&delete).await.sees("your private sign-in stands on it").misses("Deleting it is for good");
    jo.post(&delete, &[("csrf".into(), jo.hidden("csrf"))]).await;
    assert_eq!(jo.status, 403);
    jo.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "off")]).await;
    jo.sees("With private sign-in the lock has to stay");
    jo.open("/me/privacy")
        .await
        .submit_to("/me/privacy/lock", &[("passphrase", PASSPHRASE)])
        .await
        .sees("Your lock is set");
    press(&mut jo, &mut phone, &[]).await;
    jo.open(&delete).await.submit_to(&delete, &[]).await.is_at("/me/passkeys").sees("No passkey yet.");
    // It is not offered, and a form that says so all the same does nothing.
    jo.open("/me/privacy").await.misses("Remove the lock");
    let forced = [("csrf", jo.hidden("csrf")), ("current", PASSPHRASE.to_owned()), ("do", "remove".to_owned())];
    jo.post("/me/privacy/lock", &forced.map(|(name, value)| (name.to_owned(), value))).await;
    jo.sees("With private sign-in the lock has to stay");
});

// The practice deletes no lock by deleting passkeys; with the safe word and a day it goes, passkeys and all.
walk!(lost_passkeys_take_the_safe_word_and_a_day, |stage| {
    let mut phone = Authenticator::synced();
    jo_with_passkey(&stage, &mut phone).await;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    let (page, passkeys) = (format!("/practice/clients/{id}/privacy"), format!("/practice/clients/{id}/passkeys"));
    sam.open(&page).await.submit(&[("safe_word", "Blue heron"), ("do", "private-on")]).await;
    sam.open(&passkeys).await;
    let first = sam.forms().into_iter().flat_map(|form| form.inputs).find(|one| one.name.starts_with("passkey-"));
    let tick = first.unwrap().name;
    sam.submit(&[(&tick, "1"), ("how", "in-person"), ("safe_word", "blue heron")])
        .await
        .sees("are the client's own lock");
    assert_eq!(somebody(&stage, JO).await.passkeys, 1);
    sam.open(&page).await.sees("Their passkeys are deleted with it");
    sam.submit(&[("safe_word", "grey heron"), ("do", "lock-off")]).await.sees("That isn't the safe word");
    sam.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await.sees("In a day you can take the lock off");
    // Jo is in after all, so that nothing is lost.
    let mut jo = stage.browser();
    press(&mut jo, &mut phone, &[]).await;
    jo.misses("Your practice was asked to take off your lock");
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.misses("Take the lock off now");
    sam.submit(&[("safe_word", "blue heron"), ("do", "lock-off")]).await;
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.submit(&[("do", "lock-off-now")]).await.sees("The lock is off");
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM passkey", args![]).await, 0);
    let mut jo = stage.browser();
    press(&mut jo, &mut phone, &[]).await;
    jo.sees("That passkey didn't get you in");
    // Mail alone still opens no private portal.
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let code = code_of(&mails(&stage).await.remove(0));
    jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/ask-practice");
});

// With a safe word agreed, the practice deletes no passkey without it.
walk!(a_private_clients_passkey_takes_the_safe_word, |stage| {
    let (mut phone, mut theirs) = (Authenticator::synced(), Authenticator::security_key());
    let mut jo = jo_with_passkey(&stage, &mut phone).await;
    make_passkey(&mut jo, &mut theirs).await;
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}/privacy")).await.sees("The client has 2 passkeys");
    sam.submit(&[("safe_word", "Blue heron"), ("do", "private-on")]).await;
    sam.open(&format!("/practice/clients/{id}/passkeys")).await;
    let inputs = sam.forms().into_iter().flat_map(|form| form.inputs);
    let ticks: Vec<String> = inputs.map(|one| one.name).filter(|name| name.starts_with("passkey-")).collect();
    let fields = |word: &'static str| vec![(ticks[1].as_str(), "1"), ("how", "called-back"), ("safe_word", word)];
    sam.submit(&fields("grey heron")).await.sees("That isn't the safe word");
    sam.submit(&fields("blue heron")).await.sees("The passkeys are deleted");
    let mut partner = stage.browser().from("203.0.113.9");
    press(&mut partner, &mut theirs, &[]).await;
    partner.sees("That passkey didn't get you in");
    press(&mut jo, &mut phone, &[]).await;
    jo.is_at("/me").sees("Your practice deleted a passkey of yours");
});

walk!(a_locked_session_opens_with_the_own_lock_only, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = locked(&stage, &mut phone).await;
    stage.wait(1801);
    jo.open("/me").await.is_at("/portal/locked").sees("your passkey opens it").misses("Email me a link");
    // A mail asked for all the same opens nothing.
    let token = jo.hidden("csrf");
    jo.post("/portal/locked", &[("csrf".into(), token), ("then".into(), "/me".into())]).await;
    stage.deliver().await;
    if let Some(mail) = mails(&stage).await.into_iter().find(|sent| sent.about == "portal-link") {
        let link = crate::support::portal::link_of(&mail);
        jo.open(&link).await.submit_to(&link, &[]).await;
        jo.open("/me").await.is_at("/portal/locked");
    }
    jo.open("/portal/locked?then=/me").await;
    show(&mut jo, &mut phone).await;
    jo.is_at("/me").sees("Jo Lindqvist");
});

// The one with the mailbox was first and shut Jo out: the practice lets Jo in again, and them no more.
walk!(a_strangers_passkey_lock_is_undone_with_the_practice, |stage| {
    let mut theirs = Authenticator::synced();
    let mut partner = locked(&stage, &mut theirs).await;
    let mut jo = stage.browser().from("198.51.100.7");
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/portal/lock").sees("Call your practice");
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let id = somebody(&stage, JO).await.id;
    sam.open(&format!("/practice/clients/{id}")).await.sees("Jo Lindqvist set a lock of their own");
    // At once nothing is replaced; the day goes by with Jo's access off, so that nobody signed in can stop it.
    let page = format!("/practice/clients/{id}/privacy");
    sam.open(&page).await.sees("No safe word was agreed").sees("turn the client's access off for that day");
    sam.open(&format!("/practice/clients/{id}/act?do=off")).await;
    crate::people::press(&mut sam).await;
    sam.open(&page).await;
    let form = [("csrf".to_owned(), sam.hidden("csrf")), ("do".to_owned(), "lock-off".to_owned())];
    sam.post(&page, &form).await;
    press(&mut partner, &mut theirs, &[]).await;
    partner.sees("That passkey didn't get you in");
    stage.wait(86_401);
    let mut sam = signed_in(&stage, SAM).await;
    sam.open(&page).await.submit(&[("do", "lock-off-now")]).await.sees("The lock is off");
    sam.open(&format!("/practice/clients/{id}/act?do=on")).await;
    crate::people::press(&mut sam).await;
    sam.open(&page).await;
    sam.submit(&[("passphrase", PASSPHRASE), ("safe_word", "Blue heron"), ("do", "private-on")]).await;
    sam.sees("Private sign-in is on");
    partner.open("/me").await.is_at("/portal");
    press(&mut partner, &mut theirs, &[]).await;
    partner.sees("That passkey didn't get you in");
    stage.wait(61);
    ask(&mut jo, JO).await;
    stage.deliver().await;
    let code = code_of(&mails(&stage).await.remove(0));
    jo.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/lock").misses("Use a passkey");
    jo.submit_to("/portal/lock", &[("passphrase", PASSPHRASE)]).await.is_at("/me").sees("Jo Lindqvist");
});
