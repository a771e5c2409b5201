//! A client whose mailbox is not private: a link from a mail opens nothing by itself (C8).

use axum::http::Method;
use portico::args;
use serde_json::json;

use crate::support::portal::{JO, add_client, sign_in};
use crate::support::program::{Program, path_of, wish};
use crate::support::ways::somebody;
use crate::walk;

walk!(mail_alone_opens_no_link_of_a_guarded_client, |stage| {
    let program = Program::at_harbour(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let kim = add_client(&stage, "Kim Other", "kim.other@example.com").await;
    let path = path_of(&program.make(wish(&stage, &jo)).await);
    let open = path_of(&program.make(wish(&stage, &kim)).await);
    // Jo is signed in on her own phone before she takes the lock.
    let mut own = stage.browser();
    sign_in(&stage, &mut own, JO).await;
    let sql = "UPDATE person SET private_since = $2 WHERE id = $1";
    stage.au().execute(sql, args![&jo, stage.now()]).await.unwrap();
    assert_eq!(program.make(wish(&stage, &jo)).await["needs_sign_in"], json!(true));
    // A passkey that is the lock guards as a passphrase does.
    let lee = add_client(&stage, "Lee Third", "lee.third@example.com").await;
    assert_eq!(program.make(wish(&stage, &lee)).await["needs_sign_in"], json!(false));
    let sql = "UPDATE person SET passkey_lock_since = $2 WHERE id = $1";
    stage.au().execute(sql, args![&lee, stage.now()]).await.unwrap();
    assert_eq!(program.make(wish(&stage, &lee)).await["needs_sign_in"], json!(true));
    stage.wait(3600);
    stage.au().execute("UPDATE session SET seen_at = $1", args![stage.now()]).await.unwrap();
    stage.wait(5);

    // Whoever reads the mailbox is asked to sign in, in the words that everybody reads.
    let mut abuser = stage.browser().from("203.0.113.66");
    abuser.open(&path).await.is_at("/portal").sees("Email me a link").misses("lock").misses("private");
    assert!(abuser.path.contains(&path), "{} leads back", abuser.path);
    // Jo gets in at once, where she is signed in.
    own.send(Method::GET, &path, None).await;
    assert!(own.answered["location"].to_str().unwrap().starts_with("https://visits.example/"), "{}", own.text());
    // Somebody else's session is none, and leads round in no circle.
    let mut other = stage.browser();
    sign_in(&stage, &mut other, "kim.other@example.com").await;
    other.open(&path).await.sees("This link is for somebody else");
    assert_eq!(other.status, 410);
    // The honest twin without a lock opens hers without signing in.
    let mut anywhere = stage.browser();
    anywhere.send(Method::GET, &open, None).await;
    assert_eq!(anywhere.status, 303);
});
