//! Passwords kept as one of the clients' ways in (C15): what they open, what they never open, and that nobody learns or
//! breaks anything by trying.

use portico::args;
use portico::platform::hashing::Secret;
use portico::sign_in::step::Factor;

use crate::people::{SAM, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{mails, run_jobs, times};
use crate::support::portal::{JO, add_client, asked, code_of, link_of, sign_in};
use crate::support::stage::{Stage, link_in};
use crate::support::ways::{let_in, practice_id};
use crate::walk;

pub const PASSWORD: &str = "seven herons wade at dusk";
const OTHER: &str = "a kettle, two cups and rain";
const PAGE: &str = "/portal/password";
const OWN: &str = "/me/portal-password";

/// The practice keeps passwords, or no longer does.
pub async fn keep_passwords(stage: &Stage, on: bool) {
    let sql = "UPDATE practice SET client_passwords_off_at = CASE WHEN client_passwords = 1 THEN $2 ELSE NULL END, client_passwords = $1, client_ways_since = $2";
    stage.au().execute(sql, args![on, stage.now()]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

/// A client came with a password, chosen so long ago.
pub async fn brought(stage: &Stage, person: &str, password: &str) {
    let salt = portico::platform::world::random::<16>(&*stage.server.world);
    let hash = stage.server.hashing.hash(Secret::new(password.to_owned()), salt).await.unwrap();
    let sql = "UPDATE person SET password = $2, password_set_at = $3 WHERE id = $1";
    assert_eq!(stage.au().execute(sql, args![person, hash, stage.now() - 86_400]).await.unwrap(), 1);
}

pub async fn jo_id(stage: &Stage) -> String {
    let sql = "SELECT id FROM person WHERE email_key = $1 AND kind = 'client'";
    let row: Option<(String,)> = stage.au().optional(sql, args![JO]).await.unwrap();
    row.unwrap().0
}

pub async fn jo_with_password(stage: &Stage) -> String {
    let id = jo_id(stage).await;
    keep_passwords(stage, true).await;
    brought(stage, &id, PASSWORD).await;
    id
}

pub async fn try_at(stage: &Stage, address: &str, email: &str, password: &str) -> Browser {
    let mut browser = stage.browser().from(address);
    browser.open(PAGE).await.submit(&[("email", email), ("password", password)]).await;
    browser
}

pub async fn typed(stage: &Stage, email: &str, password: &str) -> Browser {
    try_at(stage, "192.0.2.10", email, password).await
}

#[track_caller]
pub fn is_out(browser: &Browser) {
    assert!(!browser.cookies.contains_key("__Host-session"), "{}", browser.text());
}

walk!(a_kept_password_signs_in_beside_the_link, |stage| {
    let mut jo = stage.browser();
    jo.open("/portal").await.misses("Use a password instead").sees("No password needed");
    keep_passwords(&stage, true).await;
    sign_in(&stage, &mut jo, JO).await;
    let mut phone = stage.browser();
    let_in(&stage, &mut phone, JO, &[Factor::EmailLink], false).await;
    jo.open("/me").await;
    jo.open(&jo.link("Your password")).await.is_at(OWN).sees("You have no password");
    // Alone it opens the portal, so it is judged like one that stands alone.
    jo.submit(&[("password", "rain on roofs")]).await.sees("Use at least 15 characters");
    jo.submit(&[("password", PASSWORD)]).await.sees("Your password is set").sees("Last set on");
    phone.open("/me").await.is_at("/sign-in");
    stage.wait(61);
    let mut laptop = stage.browser();
    laptop.open("/portal").await;
    laptop.open(&laptop.link("Use a password instead")).await.is_at(PAGE);
    laptop.submit(&[("email", "Jo@Example.com"), ("password", PASSWORD), ("keep", "1")]).await.is_at("/me");
    laptop.sees("Jo Lindqvist").sees("You gave your email address and your password").sees("Kept on this device");
    stage.deliver().await;
    let told = stage.messages(JO).await;
    assert!(told.iter().any(|mail| mail.about == "portal-password-set"));
    assert!(told.iter().any(|mail| mail.about == "signed-in-new-browser-client"));
    laptop.open("/.well-known/change-password").await.is_at(OWN);
    // The link goes on working, and a password that is removed opens nothing.
    let mut again = stage.browser();
    sign_in(&stage, &mut again, JO).await;
    again.is_at("/me");
    again.open(OWN).await.submit(&[("do", "remove")]).await.sees("Your password is removed");
    is_out(typed(&stage, JO, PASSWORD).await.sees("We couldn't sign you in"));
    assert_eq!((times(&stage, "portal-password-set").await, times(&stage, "portal-password-removed").await), (1, 1));
});

walk!(a_shared_device_remembers_nothing_of_a_password_sign_in_either, |stage| {
    jo_with_password(&stage).await;
    let mut jo = stage.browser();
    let fields = [("email", JO), ("password", PASSWORD), ("keep", "1"), ("shared", "1")];
    jo.open(PAGE).await.submit(&fields).await.is_at("/me").sees("Not kept");
    jo.close();
    jo.open("/me").await.is_at("/sign-in");
});

/// What everybody sees who does not get in, without what they typed.
async fn answer_to(stage: &Stage, address: &str, email: &str, password: &str) -> (u16, Vec<String>, String, u64) {
    let mut browser = stage.browser().from(address);
    browser.open(PAGE).await;
    let fields = [("csrf", browser.hidden("csrf")), ("email", email.to_owned()), ("password", password.to_owned())];
    let before = stage.server.hashing.counts().made;
    browser.post(PAGE, &fields.map(|(name, value)| (name.to_owned(), value))).await;
    is_out(&browser);
    let mut headers: Vec<String> = browser.answered.keys().map(ToString::to_string).collect();
    headers.sort();
    let hashed = stage.server.hashing.counts().made - before;
    (browser.status.as_u16(), headers, browser.text().replace(email, "…"), hashed)
}

// AC-053's like: as many passwords are checked for every address, and the page is one.
walk!(known_and_unknown_addresses_are_refused_alike, |stage| {
    jo_with_password(&stage).await;
    let kim = add_client(&stage, "Kim Lindqvist", JO).await;
    brought(&stage, &kim, OTHER).await;
    let closed = add_client(&stage, "Cleo Closed", "closed@example.com").await;
    brought(&stage, &closed, PASSWORD).await;
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE id = $1", args![&closed]).await.unwrap();
    add_client(&stage, "Lee Linkonly", "link@example.com").await;
    let usual = answer_to(&stage, "198.51.100.1", JO, "not the right one").await;
    assert!(usual.0 == 422 && usual.2.contains("We couldn't sign you in") && usual.3 == 2, "{usual:?}");
    for (n, (email, password)) in [
        ("nobody@example.com", PASSWORD),
        ("closed@example.com", PASSWORD),
        ("link@example.com", PASSWORD),
        // Staff sign in at their own page alone.
        (SAM.0, SAM.1),
    ]
    .into_iter()
    .enumerate()
    {
        let other = answer_to(&stage, &format!("198.51.101.{n}"), email, password).await;
        assert_eq!(other, usual, "{email}");
    }
});

// C15: a password of before opens nothing where the practice turned passwords off, right or wrong.
walk!(turned_off_even_the_right_password_is_refused, |stage| {
    jo_with_password(&stage).await;
    let mut open = stage.browser();
    open.open(PAGE).await;
    keep_passwords(&stage, false).await;
    let form = |password: &str| {
        let fields = [("csrf", open.hidden("csrf")), ("email", JO.to_owned()), ("password", password.to_owned())];
        fields.map(|(name, value)| (name.to_owned(), value))
    };
    let mut seen = vec![];
    for password in [PASSWORD, "not the right one"] {
        let mut browser = open.clone();
        browser.post(PAGE, &form(password)).await.sees("We couldn't sign you in");
        is_out(&browser);
        seen.push((browser.status, browser.text()));
    }
    assert_eq!(seen[0], seen[1]);
    // The page leads on, with the address filled in.
    let mut jo = open.clone();
    jo.post(PAGE, &form(PASSWORD)).await.sees("You no longer need a password here");
    jo.submit_to("/portal", &[]).await.is_at("/portal/sent").sees(JO);
    stage.browser().open(PAGE).await.sees("You no longer need a password here").misses("Password Show");
});

/// Wrong passwords from networks of many kinds until nobody may try any more.
async fn spray(stage: &Stage) {
    for n in 0..60 {
        stage.wait(901);
        try_at(stage, &format!("198.51.{n}.7"), JO, "not the right one").await;
    }
}

// AC-003's twin for clients.
walk!(spraying_a_clients_password_leaves_the_link_alone, |stage| {
    jo_with_password(&stage).await;
    spray(&stage).await;
    let held = typed(&stage, JO, PASSWORD).await;
    is_out(held.sees("Signing in by email works at once"));
    assert!(held.answered.contains_key("retry-after"));
    assert_eq!(run_jobs(&stage).await, 1, "told once");
    let told = mails(&stage, JO).await;
    assert!(told.iter().any(|mail| mail.about == "portal-password-off" && mail.text.contains("/portal")), "{told:?}");
    // The honest client loses nothing: the link, and a new password that is not held up.
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me");
    jo.open(OWN).await.submit(&[("password", OTHER)]).await.sees("Your password is set");
    typed(&stage, JO, OTHER).await.is_at("/me").sees("Jo Lindqvist");
    // Who has the same address as staff is not held up at the staff's page.
    signed_in_after_relaxing(&stage).await;
});

async fn signed_in_after_relaxing(stage: &Stage) {
    relaxed(stage).await;
    signed_in(stage, SAM).await.open("/me").await.is_at("/me");
}

walk!(tries_at_the_portal_hold_no_staff_up, |stage| {
    keep_passwords(&stage, true).await;
    for _ in 0..8 {
        typed(&stage, SAM.0, "not the right one").await;
    }
    is_out(typed(&stage, SAM.0, SAM.1).await.sees("Too many tries in a row"));
    signed_in_after_relaxing(&stage).await;
});

walk!(a_password_never_outweighs_a_lock_or_private_sign_in, |stage| {
    let id = jo_with_password(&stage).await;
    let salt = portico::platform::world::random::<16>(&*stage.server.world);
    let lock = stage.server.hashing.hash(Secret::new("tide over pebbles".into()), salt).await.unwrap();
    stage
        .au()
        .execute("UPDATE person SET passphrase = $2, passphrase_set_at = 1 WHERE id = $1", args![&id, lock])
        .await
        .unwrap();
    let mut jo = typed(&stage, JO, PASSWORD).await;
    is_out(jo.is_at("/portal/lock").misses("Lindqvist"));
    jo.submit_to("/portal/lock", &[("passphrase", "guess guess guess")]).await;
    is_out(&jo);
    jo.submit_to("/portal/lock", &[("passphrase", "tide over pebbles")]).await.is_at("/me").sees("Jo Lindqvist");
    // Private sign-in without a lock opens to nobody, whatever they know.
    stage
        .au()
        .execute("UPDATE person SET private_since = 1, passphrase = NULL WHERE id = $1", args![&id])
        .await
        .unwrap();
    let private = typed(&stage, JO, PASSWORD).await;
    is_out(private.is_at("/portal/ask-practice"));
});

// AC-073's twin: whoever has the mailbox makes no way of their own beside the lock.
walk!(whoever_has_the_mailbox_sets_no_password_for_a_private_client, |stage| {
    let id = jo_id(&stage).await;
    keep_passwords(&stage, true).await;
    let salt = portico::platform::world::random::<16>(&*stage.server.world);
    let lock = stage.server.hashing.hash(Secret::new("tide over pebbles".into()), salt).await.unwrap();
    let sql = "UPDATE person SET passphrase = $2, passphrase_set_at = 1, private_since = 1, mail_form = 'discreet' WHERE id = $1";
    stage.au().execute(sql, args![&id, lock]).await.unwrap();
    let mut partner = stage.browser();
    crate::support::portal::ask(&mut partner, JO).await;
    stage.deliver().await;
    let code = code_of(&mails(&stage, JO).await.remove(0));
    partner.submit_to("/portal/code", &[("code", &code)]).await.is_at("/portal/lock");
    let form = [("csrf".to_owned(), partner.hidden("csrf")), ("password".to_owned(), OTHER.to_owned())];
    for path in [OWN, "/me/password", "/sign-in/new-password"] {
        partner.post(path, &form).await;
        assert!(partner.status.is_redirection() || partner.status == 404, "{path} {}", partner.status);
    }
    // "Forgot your password?" is for staff; for a client it mails nothing.
    partner.open("/forgot").await.submit(&[("email", JO)]).await;
    stage.deliver().await;
    assert!(mails(&stage, JO).await.iter().all(|mail| mail.about == "portal-code"));
    is_out(typed(&stage, JO, OTHER).await.sees("We couldn't sign you in"));
    // Jo, who knows the passphrase, sets one; nothing is mailed about it.
    stage.wait(61);
    let mut jo = stage.browser();
    let_in(&stage, &mut jo, JO, &[Factor::EmailLink, Factor::Passphrase], false).await;
    jo.open(OWN).await.submit(&[("password", PASSWORD)]).await.sees("Your password is set");
    stage.deliver().await;
    assert!(mails(&stage, JO).await.iter().all(|mail| mail.about == "portal-code"));
    typed(&stage, JO, PASSWORD).await.is_at("/portal/lock");
});

walk!(an_old_session_and_a_pin_set_no_password, |stage| {
    keep_passwords(&stage, true).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    let fresh = jo.open(OWN).await.clone();
    stage.wait(301);
    jo.open(OWN).await.sees("show once more that it's you").misses("New password");
    let form = [("csrf".to_owned(), fresh.hidden("csrf")), ("password".to_owned(), PASSWORD.to_owned())];
    jo.post(OWN, &form).await.follow().await.is_at("/portal/confirm");
    jo.submit_to("/portal/confirm", &[]).await.is_at("/portal/sent");
    is_out(typed(&stage, JO, PASSWORD).await.sees("We couldn't sign you in"));
    // The mail brings them back to where they were.
    stage.deliver().await;
    let link = link_of(&crate::support::portal::newest(&stage, JO).await);
    jo.open(&link).await.submit_to(&link, &[]).await.is_at(OWN);
    jo.submit(&[("password", PASSWORD)]).await.sees("Your password is set");
    // AC-085
    let mut on_the_phone = stage.browser();
    let_in(&stage, &mut on_the_phone, JO, &[Factor::Pin], false).await;
    on_the_phone.open(OWN).await.sees("You signed in with a PIN");
    let csrf = on_the_phone.hidden("csrf");
    for (name, value) in [("password", OTHER), ("do", "remove")] {
        let form = [("csrf".to_owned(), csrf.clone()), (name.to_owned(), value.to_owned())];
        on_the_phone.post(OWN, &form).await;
        assert_eq!(on_the_phone.status, 403, "{name}");
    }
    typed(&stage, JO, PASSWORD).await.is_at("/me");
});

// C7: two people behind one mailbox, each with their own.
walk!(a_couple_has_a_password_each, |stage| {
    jo_with_password(&stage).await;
    let robin = add_client(&stage, "Robin Lindqvist", JO).await;
    brought(&stage, &robin, OTHER).await;
    typed(&stage, JO, PASSWORD).await.is_at("/me").sees("Jo Lindqvist");
    typed(&stage, JO, OTHER).await.is_at("/me").sees("Robin Lindqvist");
    // The same password for both says not who it is: nobody gets into the other's portal by it.
    brought(&stage, &robin, PASSWORD).await;
    is_out(typed(&stage, JO, PASSWORD).await.sees("We couldn't sign you in"));
    // A third one at the address goes on with the link, and is told so.
    let kim = add_client(&stage, "Kim Lindqvist", JO).await;
    let mut browser = stage.browser();
    let link = link_of(&asked(&stage, &mut browser, JO).await);
    browser.open(&link).await.submit_to(&link, &[]).await.is_at("/portal/who");
    browser.submit(&[("person", &kim)]).await;
    browser
        .open(OWN)
        .await
        .submit(&[("password", "lamp, wool and nine stairs")])
        .await
        .sees("Two people with this email address");
});

walk!(a_weak_password_from_elsewhere_opens_nothing, |stage| {
    let id = jo_with_password(&stage).await;
    brought(&stage, &id, "harbourphysio1").await;
    for _ in 0..2 {
        is_out(typed(&stage, JO, "harbourphysio1").await.sees("too easy to guess").sees("Email me a link"));
    }
    is_out(typed(&stage, JO, "harbourphysio2").await.sees("We couldn't sign you in"));
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me");
    jo.open(OWN).await.sees("Please choose a new one");
    jo.submit(&[("password", PASSWORD)]).await;
    typed(&stage, JO, PASSWORD).await.is_at("/me");
});

// "This wasn't me" of a client stops the password and lets nobody choose one by mail.
walk!(a_client_who_says_not_me_signs_in_by_mail_again, |stage| {
    jo_with_password(&stage).await;
    let mut thief = typed(&stage, JO, PASSWORD).await;
    thief.is_at("/me").sees("Jo Lindqvist");
    typed(&stage, JO, PASSWORD).await;
    stage.deliver().await;
    let told = mails(&stage, JO).await;
    let notice = told.iter().find(|mail| mail.about == "signed-in-new-browser-client").expect("a notice");
    let at = notice.text.find("/not-me/").unwrap();
    let link = link_in(&notice.text[notice.text[..at].rfind("http").unwrap()..]);
    let mut jo = stage.browser();
    jo.open(&link).await.sees("Afterwards you sign in by email");
    jo.submit_to(&link, &[]).await;
    jo.is_at(&link).sees("signed out everywhere").misses("New password");
    stage.wait(5);
    thief.open("/me").await.is_at("/portal");
    is_out(typed(&stage, JO, PASSWORD).await.sees("We couldn't sign you in"));
    assert_eq!(practice_id(&stage).await.len(), 36);
    sign_in(&stage, &mut jo, JO).await;
    jo.is_at("/me");
});

walk!(a_new_password_is_not_the_one_that_there_is, |stage| {
    jo_with_password(&stage).await;
    let mut jo = stage.browser();
    sign_in(&stage, &mut jo, JO).await;
    jo.open(OWN).await.submit(&[("password", PASSWORD)]).await.sees("This is your password already");
    jo.submit(&[("password", OTHER)]).await.sees("Your password is set");
    typed(&stage, JO, OTHER).await.is_at("/me");
});
