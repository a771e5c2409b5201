//! A colleague's lost device: an administrator proves who is on the phone and deletes its passkeys, and nothing less.

use portico::args;

use super::people::{SAM, alex, id_of, press, relaxed};
use super::support::authenticator::{Authenticator, log_in_by_passkey, make_passkey, options_of, send};
use super::support::browser::Browser;
use super::support::stage::{Stage, code_in, link_in};
use super::support::ways::{give_app, log_in, practice_id, somebody, visit};
use super::walk;

const SAMS_MOBILE: &str = "+61491570157";

/// Sam with a passkey in each, logged in.
async fn sam_with(stage: &Stage, authenticators: &mut [&mut Authenticator]) -> Browser {
    relaxed(stage).await;
    let mut sam = stage.browser().from("198.51.100.7");
    log_in(&mut sam, SAM, false).await;
    for authenticator in authenticators {
        make_passkey(&mut sam, authenticator).await;
    }
    sam
}

/// The name of the tick box beside that passkey.
fn box_of(browser: &Browser, name: &str) -> String {
    let before = browser.html.split(name).next().unwrap();
    let field = before.rsplit("name=\"passkey-").next().unwrap().split('"').next().unwrap();
    format!("passkey-{field}")
}

walk!(a_lost_device_is_taken_off_after_proof_on_the_phone, |stage| {
    let (mut phone, mut key) = (Authenticator::synced(), Authenticator::security_key());
    let mut sam = sam_with(&stage, &mut [&mut phone, &mut key]).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    alex.open(&format!("/practice/people/{id}")).await;
    let path = alex.link("Delete passkeys");
    alex.open(&path).await.sees("iCloud Keychain").sees("Security key").misses("491570157");
    alex.sees("Synced: it works on their other devices").misses("your other devices");
    stage.au().execute("UPDATE passkey SET backup_state = $1", args![0]).await.unwrap();
    alex.open(&path).await.sees("It could be synced, but isn't at the moment.").misses("works on their other devices");
    press(&mut alex).await.is_at(&path);
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let lost = box_of(&alex, "iCloud Keychain");
    // Nothing ticked, a wrong code: nothing happens.
    alex.submit(&[("code", &code)]).await.sees("Tick at least one passkey.");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    alex.open(&path).await.submit(&[("code", wrong), (&lost, "1")]).await.sees("That isn't the code");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 2);
    alex.submit(&[("code", &code), (&lost, "1")]).await.sees("The passkeys are deleted");
    sam.open("/me").await.is_at("/sign-in");
    let mail = stage.messages(SAM.0).await.remove(0);
    assert_eq!(mail.about, "passkey-removed-by-administrator");
    assert!(mail.text.contains("iCloud Keychain") && mail.text.contains("Alex"));
    // The lost one is refused, the other gets in.
    let mut thief = stage.browser().from("203.0.113.9");
    log_in_by_passkey(&mut thief, &mut phone, &[]).await;
    thief.sees("That passkey didn't get you in.");
    let mut sam = stage.browser().from("198.51.100.7");
    log_in_by_passkey(&mut sam, &mut key, &[]).await;
    sam.is_at("/me");
});

walk!(what_is_left_is_never_a_password_alone, |stage| {
    let mut phone = Authenticator::synced();
    sam_with(&stage, &mut [&mut phone]).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    let path = format!("/practice/people/{id}/passkeys");
    alex.open(&path).await;
    press(&mut alex).await;
    let text = stage.messages(SAMS_MOBILE).await.remove(0).text;
    assert!(text.contains("It deletes passkeys of yours") && !text.contains("resets"), "{text}");
    let code = code_in(&text);
    let lost = box_of(&alex, "iCloud Keychain");
    alex.submit(&[("code", &code), (&lost, "1")]).await.sees("Reset waiting").misses("2FA was reset");
    let mut thief = stage.browser().from("203.0.113.9");
    log_in(&mut thief, SAM, false).await;
    thief.is_at("/sign-in/reset-mail");
    let link = link_in(&stage.messages(SAM.0).await.iter().find(|mail| mail.about == "re-enrol").unwrap().text);
    let mut sam = stage.browser().from("198.51.100.7");
    sam.open(&link).await.submit(&[]).await.is_at("/sign-in");
    sam.submit(&[("email", SAM.0), ("password", SAM.1)]).await.is_at("/sign-in/set-up");
    let path = sam.link("Create a passkey");
    sam.open(&path).await;
    let (options, origin) = options_of(&sam);
    let mut new = Authenticator::synced();
    let credential = new.make(&options, &origin);
    send(&mut sam, &credential, &[]).await;
    sam.sees("Name your passkey");
    sam.submit(&[("name", "New phone")]).await.is_at("/me");
    assert!(somebody(&stage, SAM.0).await.re_enrol_since.is_none());
    let told: Vec<String> = stage.messages(SAM.0).await.into_iter().map(|mail| mail.about).collect();
    assert!(told.contains(&"passkey-added".to_owned()) && told.contains(&"re-enrolled".to_owned()), "{told:?}");
});

walk!(with_the_app_left_nothing_else_is_opened, |stage| {
    let mut phone = Authenticator::synced();
    sam_with(&stage, &mut [&mut phone]).await;
    give_app(&stage, SAM.0).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    alex.open(&format!("/practice/people/{id}/passkeys")).await;
    press(&mut alex).await;
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let lost = box_of(&alex, "iCloud Keychain");
    alex.submit(&[("code", &code), (&lost, "1")]).await.misses("Reset waiting");
    let mut sam = stage.browser().from("198.51.100.7");
    log_in(&mut sam, SAM, false).await;
    sam.is_at("/sign-in/code").misses("Use a passkey");
    // Sam is no administrator, and Alex not their own.
    let mut other = stage.browser();
    other.open(&format!("/practice/people/{id}/passkeys")).await.is_at("/sign-in");
    let own = id_of(&stage, "alex@example.com").await;
    alex.open(&format!("/practice/people/{own}/passkeys")).await;
    assert_eq!(alex.status, 403);
});

// Without the passkeys nothing would let them in: an app that wrong codes switched off is no second step.
walk!(an_app_that_is_switched_off_is_told_to_who_deletes, |stage| {
    sam_with(&stage, &mut [&mut Authenticator::synced()]).await;
    give_app(&stage, SAM.0).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    let path = format!("/practice/people/{id}/passkeys");
    alex.open(&path).await;
    press(&mut alex).await.misses("reset their 2FA as well");
    let lane = visit(&stage).await.lane("totp", &id).unwrap();
    let off = "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at) VALUES ($1, $2, 20, 0, $3, $3)";
    stage.au().execute(off, args![practice_id(&stage).await, lane, stage.now()]).await.unwrap();
    alex.open(&path).await.sees("reset their 2FA as well");
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let lost = box_of(&alex, "iCloud Keychain");
    alex.submit(&[("code", &code), (&lost, "1")])
        .await
        .sees("The passkeys are deleted")
        .sees("reset their 2FA as well");
    assert_eq!(alex.link("Reset 2FA"), format!("/practice/people/{id}/reset"));
    alex.misses("Reset waiting");
});

// A code says what it does, and does nothing else.
walk!(a_code_read_out_for_one_act_does_no_other, |stage| {
    sam_with(&stage, &mut [&mut Authenticator::synced()]).await;
    give_app(&stage, SAM.0).await;
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    let (passkeys, reset) = (format!("/practice/people/{id}/passkeys"), format!("/practice/people/{id}/reset"));
    alex.open(&passkeys).await;
    press(&mut alex).await;
    let to_delete = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let csrf = alex.open(&reset).await.sees("send").hidden("csrf");
    alex.post(&reset, &[("csrf".into(), csrf), ("code".into(), to_delete.clone())]).await;
    alex.sees("That isn't the code");
    assert!(somebody(&stage, SAM.0).await.totp_secret.is_some());
    alex.open(&reset).await;
    press(&mut alex).await;
    let text = stage.messages(SAMS_MOBILE).await.remove(0).text;
    assert!(text.contains("It resets your second step"), "{text}");
    let to_reset = code_in(&text);
    let lost = box_of(alex.open(&passkeys).await, "iCloud Keychain");
    if to_reset != to_delete {
        alex.submit(&[("code", &to_reset), (&lost, "1")]).await.sees("That isn't the code");
    }
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
    // Each where it belongs.
    alex.open(&passkeys).await.submit(&[("code", &to_delete), (&lost, "1")]).await.sees("The passkeys are deleted");
    // What was done ends every code.
    alex.open(&reset).await;
    press(&mut alex).await;
    let to_reset = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    alex.open(&reset).await.submit(&[("code", &to_reset)]).await;
    assert!(somebody(&stage, SAM.0).await.totp_secret.is_none());
});

// A code that was heard wrong takes nothing of what was chosen, and the page's title says that something is wrong.
walk!(what_was_ticked_stays_ticked_when_the_code_was_wrong, |stage| {
    sam_with(&stage, &mut [&mut Authenticator::synced(), &mut Authenticator::security_key()]).await;
    let mut alex = alex(&stage).await;
    let path = format!("/practice/people/{}/passkeys", id_of(&stage, SAM.0).await);
    alex.open(&path).await;
    assert!(!press(&mut alex).await.html.contains("<title>Error:"), "{}", alex.html);
    let code = code_in(&stage.messages(SAMS_MOBILE).await[0].text);
    let (lost, kept) = (box_of(&alex, "iCloud Keychain"), box_of(&alex, "Security key"));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    alex.submit(&[("code", wrong), (&lost, "1")]).await.sees("That isn't the code");
    assert!(alex.html.contains("<title>Error:"), "{}", alex.html);
    assert!(is_ticked(&alex, &lost) && !is_ticked(&alex, &kept), "{}", alex.html);
    alex.submit(&[("code", &code), (&lost, "1")]).await.sees("The passkeys are deleted");
    assert_eq!(somebody(&stage, SAM.0).await.passkeys, 1);
});

fn is_ticked(browser: &Browser, name: &str) -> bool {
    let tag = browser.html.split(&format!("name=\"{name}\"")).nth(1).unwrap().split('>').next().unwrap();
    tag.contains(" checked")
}
