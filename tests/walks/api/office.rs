//! Keys as administrators make and end them on the practice's pages.

use axum::http::Method;

use crate::people::{ALEX, SAM, alex, signed_in};
use crate::support::desk::{mails, times};
use crate::support::portal::JO;
use crate::support::program::{LINKS, Program, wish};
use crate::support::ways::somebody;
use crate::walk;

walk!(administrators_make_and_end_keys, |stage| {
    let mut alex = alex(&stage).await;
    let programs = alex.open("/practice/people").await.link("Programs");
    alex.open(&programs).await.sees("No program has a key");
    let new = alex.link("Make a key");
    alex.open(&new).await.submit(&[("name", " "), ("app", "visits.example")]).await;
    assert_eq!(alex.status, 422);
    alex.sees("Type a name of at most 80 characters").sees("begins with https://").sees("Error: A key for a program");
    assert_eq!((alex.hidden("app"), times(&stage, "api-key-made").await), ("visits.example".to_owned(), 0));
    alex.submit(&[("name", "Video visits"), ("app", "https://visits.example/join")])
        .await
        .sees("it is shown this once");
    let key = alex.html.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(key.starts_with("portico_"), "{key}");
    let program = Program { key, ..Program::without_key(&stage) };
    let made = program.make(wish(&stage, &somebody(&stage, JO).await.id)).await;
    alex.open(&programs).await.sees("Video visits").sees("Last used on 21 November 2026").misses("portico_");
    alex.open(&new).await.misses("portico_");
    assert!(mails(&stage, ALEX.0).await[0].text.contains("“Video visits”"));

    let end = alex.open(&programs).await.link("End key");
    alex.open(&end).await.sees("Links that it made before go on working");
    alex.submit_to(&end, &[]).await;
    alex.is_at("/practice/programs").sees("The key is ended");
    let address = format!("{LINKS}/{}", made["id"].as_str().unwrap());
    assert_eq!(program.call(Method::GET, &address, None).await.problem(), "wrong-key");
    alex.open(&end).await;
    assert_eq!((alex.status.as_u16(), times(&stage, "api-key-ended").await), (404, 1));
    alex.open("/practice/record").await.sees("Alex Rivera made a key for a program").sees("Alex Rivera ended the key");

    // Others of the practice see no keys, and an administrator shows again who they are before making one.
    let mut sam = signed_in(&stage, SAM).await;
    for page in [programs.as_str(), new.as_str(), end.as_str()] {
        sam.open(page).await;
        assert_eq!(sam.status, 403, "{page}");
    }
    stage.wait(301);
    alex.open(&programs).await.sees("Video visits");
    alex.open(&new).await.is_at("/confirm");
});
