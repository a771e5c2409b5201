//! What pages say of a passkey where it was asked for, and where their links lead: help at the place of need, the other door, and
//! the address somebody wanted to go to.

use portico::args;

use super::support::authenticator::{Authenticator, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::portal::{JO, sign_in};
use super::support::stage::Stage;
use super::support::ways::{ALEX, SAM, ask_no_second, devices_of, log_in};
use super::walk;

async fn sam_with_passkey(stage: &Stage, phone: &mut Authenticator) -> Browser {
    ask_no_second(stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, phone).await;
    sam
}

async fn show(browser: &mut Browser, phone: &mut Authenticator) {
    let (options, origin) = options_of(browser);
    let credential = phone.show_this(0, &options, &origin);
    send(browser, &credential, &[]).await;
}

walk!(my_info_says_that_password_and_passkey_were_given, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    let mut sam = stage.browser().from("198.51.100.7");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/passkey");
    show(&mut sam, &mut phone).await;
    sam.is_at("/me").sees("You gave your password and used a passkey").misses("You used a passkey. It is something");
});

walk!(where_a_session_asks_again_help_is_at_hand_and_a_deleted_passkey_is_named, |stage| {
    let mut phone = Authenticator::synced();
    let mut sam = sam_with_passkey(&stage, &mut phone).await;
    make_passkey(&mut sam, &mut Authenticator::security_key()).await;
    let path = sam.open("/me/passkeys").await.link("Delete");
    sam.open(&path).await.submit_to(&path, &[]).await.is_at("/me/passkeys");
    stage.wait(301);
    for (wait, page) in [(0, "/confirm"), (3601, "/locked")] {
        stage.wait(wait);
        sam.open("/me/passkeys/new").await.is_at(page);
        assert_eq!(sam.link("I have lost the device with my passkey"), "/help/passkey-lost");
        assert_eq!(sam.link("Use a phone to log in here"), "/help/passkey-phone");
        show(&mut sam, &mut phone).await;
        sam.sees("That passkey wasn't accepted").sees("Your device may go on offering it");
        assert_eq!(sam.link("I made a passkey, but can't log in with it"), "/help/passkey-not-accepted");
        assert!(sam.html.contains(&format!("data-passkey-unknown=\"{}\"", phone.passkeys[0].id)));
    }
});

// What was stopped is not wrong: whoever is in by a passkey learns it where the password is asked for.
walk!(a_stopped_password_is_named_where_it_is_asked_for, |stage| {
    let mut phone = Authenticator::synced();
    let mut sam = sam_with_passkey(&stage, &mut phone).await;
    sam.open("/me").await.sees("Your passkey is asked after your password").misses("Your passkey opens your account");
    let sql = "UPDATE person SET password_stolen_at = $1 WHERE email_key = 'sam@example.com' AND kind = 'staff'";
    stage.au().execute(sql, args![stage.now()]).await.unwrap();
    sam.open("/me").await.sees("It was stopped on").sees("Your passkey opens your account");
    sam.misses("asked after your password");
    stage.wait(301);
    sam.open("/confirm?then=%2Fme%2Fpasskeys").await.sees("Your password was stopped on").misses("type your password");
    assert!(!sam.html.contains("type=\"password\""));
    assert_eq!(sam.link("Forgot your password?"), "/forgot");
    show(&mut sam, &mut phone).await;
    sam.is_at("/me/passkeys");
    // Without any passkey only the mail is left.
    stage.au().execute("DELETE FROM passkey WHERE name <> $1", args![""]).await.unwrap();
    stage.wait(301);
    sam.open("/confirm?then=%2Fme%2Femail").await.sees("Choose a new one by mail, then log in with that");
    sam.misses("use a passkey");
    assert!(!sam.html.contains("type=\"password\""));
    assert_eq!(sam.link("Forgot your password?"), "/forgot");
});

walk!(a_clients_pages_say_it_too, |stage| {
    let (mut jo, mut phone) = (stage.browser(), Authenticator::synced());
    sign_in(&stage, &mut jo, JO).await;
    make_passkey(&mut jo, &mut phone).await;
    make_passkey(&mut jo, &mut Authenticator::security_key()).await;
    let path = jo.open("/me/passkeys").await.link("Delete");
    jo.open(&path).await.submit_to(&path, &[]).await.is_at("/me/passkeys");
    stage.wait(301);
    for (wait, page) in [(0, "/portal/confirm"), (1801, "/portal/locked")] {
        stage.wait(wait);
        jo.open("/me/passkeys/new").await.is_at(page);
        assert_eq!(jo.link("Sign in with fingerprint or face"), "/help/portal-passkey");
        show(&mut jo, &mut phone).await;
        jo.sees("That passkey wasn't accepted").sees("Your device may go on offering it");
        assert_eq!(jo.link("First things to check"), "/help/portal-passkey");
        assert!(jo.html.contains(&format!("data-passkey-unknown=\"{}\"", phone.passkeys[0].id)));
    }
});

walk!(at_the_other_door_a_passkey_is_sent_to_its_own, |stage| {
    let mut phone = Authenticator::synced();
    sam_with_passkey(&stage, &mut phone).await;
    let mut sam = stage.browser();
    sam.open("/portal?then=%2Fme%2Fname").await;
    show(&mut sam, &mut phone).await;
    sam.sees("That passkey didn't get you in").sees("If you work here, your passkey works on the page for staff");
    let (mut jo, mut hers) = (stage.browser(), Authenticator::synced());
    sign_in(&stage, &mut jo, JO).await;
    make_passkey(&mut jo, &mut hers).await;
    let mut door = stage.browser();
    door.open("/sign-in?then=%2Fme%2Fname").await;
    show(&mut door, &mut hers).await;
    door.sees("If you are a client, your passkey works on the clients' page");
    let there = door.link("Sign in to the client portal");
    assert_eq!(there, "/portal?then=%2Fme%2Fname");
    door.open(&there).await;
    show(&mut door, &mut hers).await;
    door.is_at("/me/name");
});

walk!(the_way_back_is_kept_on_every_link, |stage| {
    ask_no_second(&stage).await;
    let then = "%2Fme%2Fpasskeys";
    for (door, none, other) in
        [("/sign-in", "/sign-in/passkey/none", "/portal"), ("/portal", "/portal/passkey/none", "/sign-in")]
    {
        let mut anybody = stage.browser();
        anybody.open(&format!("{door}?then={then}")).await;
        let way = anybody.link("I have no passkey yet");
        assert_eq!(way, format!("{none}?then={then}"));
        assert_eq!(anybody.html.matches(&format!("href=\"{none}\"")).count(), 0);
        assert!(anybody.html.contains(&format!("<li><a href=\"{other}?then={then}\">")), "{}", anybody.html);
        anybody.open(&way).await;
        let back = anybody.link(if door == "/portal" { "Sign in by email" } else { "Log in with a password" });
        assert_eq!(back, format!("{door}?then={then}"));
    }
    // From the offer: no thanks leads on, too.
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me/passkeys/new?then=%2Fme%2Fname").await;
    assert_eq!(sam.link("Cancel"), "/me/name");
    assert_eq!(sam.open("/me/passkeys/new").await.link("Cancel"), "/me");
});

walk!(the_picture_to_scan_is_told_of_before_it_is_seen, |stage| {
    let mut anybody = stage.browser();
    anybody.open("/sign-in").await.sees("your browser shows a picture (a QR code)").sees("Bluetooth");
    assert_eq!(anybody.link("Use a phone to log in here"), "/help/passkey-phone");
    anybody.open("/portal").await.sees("your browser shows a picture (a QR code)").sees("Bluetooth");
    assert_eq!(anybody.link("How it works with a phone"), "/help/portal-passkey");
});

walk!(what_was_made_is_said_where_the_person_goes_on, |stage| {
    ask_no_second(&stage).await;
    for (then, said) in [("%2Fme", true), ("%2Fme%2Fname", false)] {
        let mut sam = stage.browser();
        log_in(&mut sam, SAM, false).await;
        if sam.path.starts_with("/sign-in/passkey") {
            break;
        }
        sam.open(&format!("/me/passkeys/new?then={then}")).await;
        let (options, origin) = options_of(&sam);
        let credential = Authenticator::synced().make(&options, &origin);
        send(&mut sam, &credential, &[]).await;
        sam.submit(&[("name", "Reception")]).await;
        assert_eq!(sam.path.starts_with("/me/name"), !said);
        if said {
            sam.is_at("/me").sees("Your passkey is ready. Next time, press");
        }
    }
});

// A name as long as it may be, twice: what we offer is what may be saved.
walk!(a_long_name_gives_way_to_its_number, |stage| {
    let mut sam = sam_with_passkey(&stage, &mut Authenticator::synced()).await;
    let long = "é".repeat(60);
    let rename = sam.open("/me/passkeys").await.link("Rename");
    sam.open(&rename).await.submit(&[("name", &long)]).await.sees("has its new name");
    make_passkey(&mut sam, &mut Authenticator::security_key()).await;
    let second = sam.html.split('"').filter(|piece| piece.ends_with("/name")).nth(1).unwrap().to_owned();
    sam.open(&second).await.submit(&[("name", &long)]).await.is_at("/me/passkeys");
    sam.open(&second).await;
    let offered = sam.hidden("name");
    assert_eq!(offered, format!("{} 2", "é".repeat(58)));
    sam.submit(&[("name", &offered)]).await.is_at("/me/passkeys").sees("has its new name");
});

walk!(whoever_must_have_a_second_factor_finds_both, |stage| {
    let soon = stage.now() + 86_400;
    let sql = "UPDATE practice SET admins_second_from = NULL, everyone_second_from = $1";
    stage.au().execute(sql, portico::args![soon]).await.unwrap();
    stage.wait(5);
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    sam.open("/me").await.sees("Your practice asks for a passkey or 2 factor authentication");
    let banner = sam.html.split("banner warning").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(banner.contains("href=\"/me/passkeys/new\"") && banner.contains("href=\"/me/two-factor\""), "{banner}");
});

// 0022: what ends is said before.
walk!(whoever_makes_one_reads_that_devices_are_forgotten, |stage| {
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, false).await;
    alex.open("/sign-in/set-up/passkey").await.sees("recognised devices are forgotten, this one too");
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, true).await;
    for path in ["/me/passkeys/new", "/me/passkeys/offer"] {
        sam.open(path).await.sees("recognised devices are forgotten, this one too");
    }
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    assert_eq!(devices_of(&stage, SAM.0).await.len(), 0);
});

// Help says when a second step is asked as the rule does.
walk!(help_promises_no_step_that_a_recognised_device_is_not_asked, |stage| {
    let mut sam = sam_with_passkey(&stage, &mut Authenticator::synced()).await;
    sam.open("/help/passkey-log-in").await.sees("your passkey is asked after the password");
    sam.sees("On a recognised device the password is enough.");
    sam.open("/help/passkey-mail").await.sees("with your password and a second step").misses("password and code");
});
