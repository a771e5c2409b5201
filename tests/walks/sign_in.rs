//! Email and password at the practice's own address.

use crate::walk;

const SAM: &str = "sam@example.com";
const SAMS_PASSWORD: &str = "copper-kettle-meadow-19";

walk!(a_wrong_password_and_an_unknown_person_read_the_same, |stage| {
    let mut sam = stage.browser();
    sam.open("/sign-in").await.sees("Log in to Harbour Physio");
    sam.submit(&[("email", SAM), ("password", "something else entirely")]).await;
    sam.sees("That email address and password don't match");
    let mut nobody = stage.browser();
    nobody
        .open("/sign-in")
        .await
        .submit(&[("email", "nobody@example.com"), ("password", "something else entirely")])
        .await;
    assert_eq!(sam.status, nobody.status);
    assert_eq!(sam.text(), nobody.text());
    sam.submit(&[("password", SAMS_PASSWORD)]).await;
    assert!(sam.cookies.contains_key("__Host-session"), "{}", sam.text());
    assert_eq!(stage.events().await, ["wrong-password", "wrong-password", "signed-in"]);
});
