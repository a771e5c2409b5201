//! "Who is this cookie", as a proxy asks it.

use crate::walk;

const SAM: &str = "sam@example.com";
const SAMS_PASSWORD: &str = "copper-kettle-meadow-19";

walk!(a_proxy_learns_who_it_is_and_keeps_nobody_awake, |stage| {
    let mut sam = stage.browser();
    sam.open("/auth/check").await;
    assert_eq!((sam.status.as_u16(), sam.answered["portico-state"].to_str().unwrap()), (401, "nobody"));
    sam.open("/sign-in").await.submit(&[("email", SAM), ("password", SAMS_PASSWORD)]).await;
    // Asked every ten minutes while nobody touches a page, the hour of rest still ends in a lock.
    for _ in 0..6 {
        stage.wait(600);
        sam.open("/auth/check").await;
        assert_eq!(sam.status.as_u16(), 200);
        let header = |name: &str| sam.answered[name].to_str().unwrap().to_owned();
        assert_eq!((header("portico-kind"), header("portico-role")), ("staff".into(), "practitioner".into()));
        assert_eq!(header("portico-assurance"), "password");
        assert!(!header("portico-person").is_empty());
        assert_eq!(header("cache-control"), "no-store");
    }
    stage.wait(60);
    sam.open("/auth/check").await;
    assert_eq!((sam.status.as_u16(), sam.answered["portico-state"].to_str().unwrap()), (401, "locked"));
    assert!(!sam.answered.contains_key("portico-person"), "a locked session names nobody");
});
