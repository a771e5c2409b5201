//! The last passkey, and what is said of the ways in beside it: an app that wrong codes switched off is none, nor a password that was
//! stopped, and a client reads of the ways that are theirs.

use portico::args;

use crate::portal_passkeys::jo_with_passkey;
use crate::support::authenticator::{Authenticator, make_passkey};
use crate::support::browser::Browser;
use crate::support::desk::change;
use crate::support::portal::JO;
use crate::support::stage::Stage;
use crate::support::two_factor::{backup_codes_on, enrol, next_code, scan};
use crate::support::ways::{SAM, ask_no_second, log_in, practice_id, somebody, visit};
use crate::walk;

/// Sam with an app and a passkey; as many wrong codes as switch the app off.
async fn sam_with_app_off(stage: &Stage) -> Browser {
    ask_no_second(stage).await;
    let mut sam = stage.browser();
    enrol(&mut sam, stage).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    let id = somebody(stage, SAM.0).await.id;
    let lane = visit(stage).await.lane("totp", &id).unwrap();
    let off = "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at) VALUES ($1, $2, 20, 0, $3, $3)
        ON CONFLICT (practice_id, lane) DO UPDATE SET count = 20";
    stage.au().execute(off, args![practice_id(stage).await, lane, stage.now()]).await.unwrap();
    sam
}

async fn use_up_codes(stage: &Stage) {
    let id = somebody(stage, SAM.0).await.id;
    let used = "UPDATE backup_code SET used_at = 1 WHERE person_id = $1";
    stage.au().execute(used, args![id]).await.unwrap();
}

async fn delete_of(browser: &mut Browser) -> String {
    browser.open("/me/passkeys").await.link("Delete")
}

walk!(an_app_that_is_switched_off_is_no_other_way_in, |stage| {
    let mut sam = sam_with_app_off(&stage).await;
    use_up_codes(&stage).await;
    sam.open("/me").await.sees("Codes from your app are switched off");
    let path = delete_of(&mut sam).await;
    sam.sees("This is your only passkey").sees("switched off");
    sam.open(&path).await.sees("switched off").sees("make new backup codes or move the app first");
    sam.misses("the code from your app.");
    let fields = [("csrf", sam.hidden("csrf")), ("after", "code".to_owned())];
    sam.post(&path, &fields.map(|(name, value)| (name.to_owned(), value))).await;
    assert_eq!((sam.status.as_u16(), somebody(&stage, SAM.0).await.passkeys), (403, 1));
    // New backup codes are a way in, and the page says that they are the one.
    let made = sam.open("/me/backup-codes").await.submit_to("/me/backup-codes", &[]).await;
    let codes = backup_codes_on(made);
    sam.open(&path).await.sees("your password and one of your backup codes").misses("the code from your app.");
    sam.submit_to(&path, &[]).await.is_at("/me/passkeys").sees("The passkey is deleted");
    let mut next = stage.browser();
    log_in(&mut next, SAM, false).await;
    next.is_at("/sign-in/code").sees("switched off");
    next.open(&next.link("Use a backup code")).await.submit(&[("code", &codes[0])]).await.is_at("/me");
    next.open("/me").await.misses("Codes from your app are switched off");
});

// The honest twin, and the other way out: the app moved counts from nought.
walk!(an_app_that_was_moved_is_another_way_in, |stage| {
    let mut sam = sam_with_app_off(&stage).await;
    let path = delete_of(&mut sam).await;
    sam.open(&path).await.sees("your password and one of your backup codes");
    let secret = scan(&mut sam, &stage, "/me/two-factor").await;
    sam.submit(&[("code", &next_code(&stage, &secret))]).await;
    sam.open("/me").await.misses("Codes from your app are switched off");
    sam.open("/me/passkeys").await.misses("This is your only passkey");
    sam.open(&path).await.sees("your password and the code from your app");
    sam.submit_to(&path, &[]).await.is_at("/me/passkeys").sees("The passkey is deleted");
});

walk!(after_a_reset_the_kept_passkey_is_not_deleted_into_nothing, |stage| {
    ask_no_second(&stage).await;
    let mut sam = stage.browser();
    log_in(&mut sam, SAM, false).await;
    make_passkey(&mut sam, &mut Authenticator::synced()).await;
    let path = delete_of(&mut sam).await;
    let since = "UPDATE person SET re_enrol_since = 1 WHERE email_key = $1 AND kind = 'staff'";
    change(&stage, SAM.0, since).await;
    sam.open(&path).await.sees("your password alone opens nothing").misses("your password alone would open");
    sam.open(&path).await.sees("Make another passkey or turn on 2 factor authentication first");
});

const NO_MAIL: &str = "UPDATE person SET mail_form = 'none' WHERE email_key = $1 AND kind = 'client'";

async fn practice_is(stage: &Stage, sql: &'static str) {
    stage.au().execute(sql, args![]).await.unwrap();
    stage.server.region("au").unwrap().practices.forget();
}

walk!(a_client_reads_what_a_lost_passkey_means_for_them, |stage| {
    let mut jo = jo_with_passkey(&stage, &mut Authenticator::synced()).await;
    jo.open("/me/passkeys").await.sees("If you lose it, you sign in by email again.").misses("your own lock");
    let path = jo.open("/me/privacy").await.link("Make my passkeys my lock");
    let mut locked = jo.clone();
    locked.open(&path).await.submit_to("/me/privacy/passkey", &[("do", "on")]).await.is_at("/me/privacy");
    locked.open("/me/passkeys").await.sees("only passkey and your own lock").misses("by email again");
    change(&stage, JO, "UPDATE person SET passkey_lock_since = NULL WHERE email_key = $1 AND kind = 'client'").await;
    change(&stage, JO, NO_MAIL).await;
    jo.open("/me/passkeys").await.sees("your practice lets you in with a PIN").misses("by email again");
    jo.open("/me").await.sees("They let you in with a PIN");
    practice_is(&stage, "UPDATE practice SET pin_by = 'nobody'").await;
    jo.open("/me/passkeys")
        .await
        .sees("Nothing else lets you in")
        .misses("by email again")
        .misses("lets you in with a PIN");
    jo.open("/me").await.sees("Talk to them about how you sign in").misses("They let you in with a PIN");
    jo.open("/help/portal-passkey").await.misses("You can always sign in by email");
    // A password that opens the portal is a way; one that was stopped is none.
    practice_is(&stage, "UPDATE practice SET client_passwords = 1").await;
    change(
        &stage,
        JO,
        "UPDATE person SET password = 'x', password_set_at = 1 WHERE email_key = $1 AND kind = 'client'",
    )
    .await;
    jo.open("/me/passkeys").await.sees("you sign in with your password");
    change(&stage, JO, "UPDATE person SET password_stolen_at = 1 WHERE email_key = $1 AND kind = 'client'").await;
    let path = delete_of(&mut jo).await;
    jo.sees("Nothing else lets you in");
    jo.open(&path).await.sees("Nothing else would let you in").misses("with your password");
});

walk!(where_mails_have_no_link_a_deleted_passkey_leads_to_a_code, |stage| {
    let mut jo = jo_with_passkey(&stage, &mut Authenticator::synced()).await;
    let path = delete_of(&mut jo).await;
    jo.open(&path).await.sees("you sign in with a link by email");
    practice_is(&stage, "UPDATE practice SET discreet = 1").await;
    jo.open(&path).await.sees("you sign in with a code by email").misses("link by email");
    change(
        &stage,
        JO,
        "UPDATE person SET passphrase = 'x', passphrase_set_at = 1 WHERE email_key = $1 AND kind = 'client'",
    )
    .await;
    jo.open(&path).await.sees("a code by email and your passphrase").misses("link by email");
});

walk!(nobody_is_told_to_make_one_where_none_are_offered, |stage| {
    let mut jo = jo_with_passkey(&stage, &mut Authenticator::synced()).await;
    change(&stage, JO, NO_MAIL).await;
    practice_is(&stage, "UPDATE practice SET pin_by = 'nobody'").await;
    let path = delete_of(&mut jo).await;
    jo.sees("A second one on another device");
    jo.open(&path).await.sees("Make another passkey first");
    assert_eq!(jo.link("Create a passkey"), "/me/passkeys/new");
    practice_is(&stage, "UPDATE practice SET client_passkeys = 0").await;
    jo.open("/me/passkeys").await.misses("A second one on another device");
    jo.open(&path).await.sees("Nothing else would let you in").misses("Make another passkey");
    jo.misses("Create a passkey");
});

// What is said of the app is what would let them in.
walk!(an_app_that_is_off_without_codes_sends_nobody_to_a_code, |stage| {
    let mut sam = sam_with_app_off(&stage).await;
    sam.open("/me").await.sees("log in with a backup code next time");
    use_up_codes(&stage).await;
    sam.open("/me")
        .await
        .misses("log in with a backup code")
        .sees("Your passkey still lets you in")
        .misses("nothing else would");
    let none = "DELETE FROM passkey WHERE person_id = (SELECT id FROM person WHERE email_key = $1 AND kind = 'staff')";
    change(&stage, SAM.0, none).await;
    sam.open("/me").await.misses("log in with a backup code").sees("before you log out: nothing else would let you in");
    sam.open("/me/backup-codes").await.submit_to("/me/backup-codes", &[]).await;
    sam.open("/me").await.sees("log in with a backup code next time").misses("nothing else would");
});

walk!(with_the_app_off_nobody_is_promised_who_cannot_help, |stage| {
    let mut sam = sam_with_app_off(&stage).await;
    use_up_codes(&stage).await;
    sam.open("/me/passkeys").await.sees("an administrator has to help you");
    change(&stage, SAM.0, "UPDATE person SET mobile = NULL WHERE email_key = $1 AND kind = 'staff'").await;
    sam.open("/me/passkeys").await.sees("nobody can help you").misses("has to help you").sees("switched off");
    change(&stage, SAM.0, "UPDATE person SET role = 'administrator' WHERE email_key = $1 AND kind = 'staff'").await;
    change(&stage, SAM.0, "UPDATE person SET role = 'reception' WHERE email_key <> $1 AND kind = 'staff'").await;
    sam.open("/me/passkeys").await.sees("nobody at your practice can let you in again").sees("switched off");
    sam.misses("has to help you");
    assert_eq!(sam.link("Generate backup codes"), "/me/backup-codes");
});
