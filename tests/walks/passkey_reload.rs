//! "Load the page again" on the page of a refused passkey, and the goal behind it.

use portico::args;

use super::portal_passkeys::{jo_with_passkey, press};
use super::support::authenticator::{Authenticator, Spoil, UV, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::portal::{JO, sign_in};
use super::support::ways::{SAM, ask_no_second, log_in};
use super::walk;

/// Shows a passkey where the page asks for one.
async fn show(browser: &mut Browser, authenticator: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = authenticator.show(&options, &origin);
    send(browser, &credential, &[]).await;
}

/// A wrong one is refused, and the page that says so leads back to itself; answers where that was.
async fn refused_and_loaded_again(browser: &mut Browser, authenticator: &Authenticator) -> String {
    let mut wrong = Authenticator { spoil: Spoil::Signature, ..authenticator.clone() };
    show(browser, &mut wrong).await;
    assert_eq!(browser.status, 422, "{}", browser.path);
    let said = browser.html.split("data-say=\"stale\"").nth(1).expect("words for an old page");
    let link = said.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    browser.open(&link).await;
    assert_eq!(browser.status, 200, "{link}");
    browser.path.clone()
}

walk!(a_page_of_a_refused_passkey_loads_again_for_staff, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut key).await;
    stage.wait(3601);
    sam.open("/me/passkeys").await.is_at("/locked");
    assert_eq!(refused_and_loaded_again(&mut sam, &key).await, "/locked?then=%2Fme%2Fpasskeys");
    show(&mut sam, &mut key).await;
    sam.is_at("/me/passkeys");
    stage.wait(6 * 60);
    sam.open("/me/passkeys/new").await.is_at("/confirm");
    assert_eq!(refused_and_loaded_again(&mut sam, &key).await, "/confirm?then=%2Fme%2Fpasskeys%2Fnew");
    // A session that locks on that page keeps the goal, whichever of its forms was sent.
    stage.wait(3601);
    sam.submit_to("/confirm", &[("password", SAM.1)]).await.is_at("/locked");
    show(&mut sam, &mut key).await;
    sam.is_at("/confirm");
    assert_eq!(sam.hidden("then"), "/me/passkeys/new");
    show(&mut sam, &mut key).await;
    sam.is_at("/me/passkeys/new");
    // At the door.
    let mut new = stage.browser();
    new.open("/sign-in?then=%2Fme%2Fname").await;
    refused_and_loaded_again(&mut new, &key).await;
    new.is_at("/sign-in");
});

walk!(a_page_of_a_refused_passkey_loads_again_for_clients, |stage| {
    let mut phone = Authenticator::synced();
    let mut jo = jo_with_passkey(&stage, &mut phone).await;
    jo.open("/me/privacy/passkey").await.submit_to("/me/privacy/passkey", &[("do", "on")]).await;
    let mut new = stage.browser();
    new.open("/portal?then=%2Fme%2Fpasskeys").await;
    assert_eq!(refused_and_loaded_again(&mut new, &phone).await, "/portal?then=%2Fme%2Fpasskeys");
    stage.wait(61);
    sign_in(&stage, &mut new, JO).await;
    new.is_at("/portal/lock");
    assert_eq!(refused_and_loaded_again(&mut new, &phone).await, "/portal/lock");
    press(&mut new, &mut phone, &[("keep", "1")]).await;
    new.is_at("/me");
    stage.wait(3601);
    new.open("/me/passkeys").await.is_at("/portal/locked");
    assert_eq!(refused_and_loaded_again(&mut new, &phone).await, "/portal/locked?then=%2Fme%2Fpasskeys");
    show(&mut new, &mut phone).await;
    new.is_at("/me/passkeys");
    stage.wait(6 * 60);
    new.open("/me/passkeys/new").await.is_at("/portal/confirm");
    assert_eq!(refused_and_loaded_again(&mut new, &phone).await, "/portal/confirm?then=%2Fme%2Fpasskeys%2Fnew");
});

// 0010: the browser is told to forget what is on record nowhere.
walk!(one_too_many_is_not_left_on_the_device_in_silence, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::synced());
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut key).await;
    sam.open("/me/passkeys/new").await;
    let (options, origin) = options_of(&sam);
    let mut laptop = Authenticator::synced();
    let credential = laptop.make(&options, &origin);
    for number in 0..19 {
        let sql = "INSERT INTO passkey (practice_id, id, short_id, person_id, public_key, algorithm, sign_count, aaguid, transports,
                    backup_eligible, backup_state, verified_at, name, created_at, created_on, made_by)
             SELECT practice_id, id || CAST($2 AS TEXT), short_id || CAST($2 AS TEXT), person_id, public_key, algorithm, sign_count, aaguid,
                    transports, backup_eligible, backup_state, verified_at, name, created_at, created_on, made_by
             FROM passkey WHERE id = $1";
        stage.au().execute(sql, args![&key.passkeys[0].id, format!("-{number}")]).await.unwrap();
    }
    send(&mut sam, &credential, &[]).await;
    sam.sees("as many passkeys as").sees("remove it there by hand");
    let id = &laptop.passkeys[0].id;
    assert!(sam.html.contains(&format!("data-passkey-unknown=\"{id}\"")), "{}", sam.html);
    let told = sam.html.split("data-passkey-unknown").nth(1).unwrap().split('>').next().unwrap();
    assert!(told.contains("data-options") && told.contains("rpId"), "{told}");
});

// A copied security key is shown by somebody who is inside: nobody sends them to the door.
walk!(a_count_that_went_back_is_told_in_the_words_of_the_page, |stage| {
    ask_no_second(&stage).await;
    let (mut sam, mut key) = (stage.browser(), Authenticator::security_key());
    key.counts = true;
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut key).await;
    stage.wait(6 * 60);
    sam.open("/me/passkeys/new").await.is_at("/confirm");
    show(&mut sam, &mut key).await;
    sam.is_at("/me/passkeys/new");
    stage.wait(6 * 60);
    for passkey in &mut key.passkeys {
        passkey.count = 0;
    }
    sam.open("/me/passkeys/new").await.is_at("/confirm");
    show(&mut sam, &mut key).await;
    sam.sees("the count went back").sees("type your password here").misses("please log in with");
    sam.submit_to("/confirm", &[("password", SAM.1)]).await.is_at("/sign-in/passkey");
    show(&mut sam, &mut key).await;
    sam.is_at("/me/passkeys/new");
    // A mail says what the new one can do.
    let mut unverified = Authenticator::security_key();
    unverified.flags &= !UV;
    make_passkey(&mut sam, &mut unverified).await;
    stage.deliver().await;
    let mails: Vec<_> = stage.messages(SAM.0).await.into_iter().filter(|sent| sent.about == "passkey-added").collect();
    let said = |words: &str| mails.iter().filter(|mail| mail.text.contains(words)).count();
    assert_eq!((said("Whoever has it can log in with it"), said("a second step beside your password")), (1, 1));
});
