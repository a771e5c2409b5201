//! Links as programs make them: once, within bounds, for clients of their own practice.

use axum::http::Method;
use futures_util::future::join_all;
use portico::args;
use portico::platform::when::rfc3339;
use serde_json::{Value, json};

use crate::support::desk::{number, times};
use crate::support::portal::{JO, add_client};
use crate::support::program::{APP, LINKS, Program, wish};
use crate::support::ways::{SAM, somebody};
use crate::walk;

walk!(the_same_call_makes_one_link, |stage| {
    let program = Program::at_harbour(&stage).await;
    let wanted = wish(&stage, &somebody(&stage, JO).await.id);
    let once = program.with("idempotency-key", "booking-8412");
    let first = once.call(Method::POST, LINKS, Some(wanted.clone())).await;
    let again = once.call(Method::POST, LINKS, Some(wanted.clone())).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.text, again.text, "the same answer, the link included");
    assert!(!first.headers.contains_key("idempotency-replayed") && again.headers["idempotency-replayed"] == "true");
    assert_eq!(first.headers["location"], format!("{LINKS}/{}", first.json()["id"].as_str().unwrap()).as_str());
    // The order of the members and the spaces between them are no other wish.
    let text = format!(
        "{{\n \"until\": {}, \"from\": {}, \"client\": {}, \"resource\": {} }}",
        wanted["until"], wanted["from"], wanted["client"], wanted["resource"]
    );
    let turned = once.send(Method::POST, LINKS, "application/json", text.into_bytes()).await;
    assert_eq!(turned.text, first.text);
    // Another wish with the same key is refused, and leaves the first alone.
    let mut other = wanted.clone();
    other["resource"] = json!("visits/9");
    let refused = once.call(Method::POST, LINKS, Some(other)).await;
    assert_eq!((refused.status, refused.problem().as_str()), (422, "idempotency"));
    assert_eq!(
        (number(&stage, "SELECT COUNT(*) FROM guest_link", args![]).await, times(&stage, "guest-link-made").await),
        (1, 1)
    );
    // Another program's key of the same name is another; without one every call makes a link.
    let second = Program::at_harbour(&stage).await.with("idempotency-key", "booking-8412");
    assert_ne!(second.make(wanted.clone()).await["id"], first.json()["id"]);
    assert_ne!(program.make(wanted.clone()).await["id"], program.make(wanted.clone()).await["id"]);
    for bad in ["", "a b", &"x".repeat(201)] {
        let reply = program.with("idempotency-key", bad).call(Method::POST, LINKS, Some(wanted.clone())).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "idempotency-key"), "{bad}");
    }
});

walk!(a_hundred_at_once_make_one_link, |stage| {
    let program = Program::at_harbour(&stage).await.with("idempotency-key", "all-at-once");
    let wanted = wish(&stage, &somebody(&stage, JO).await.id);
    let replies = join_all((0..100).map(|_| program.call(Method::POST, LINKS, Some(wanted.clone())))).await;
    let made: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert!(made.len() > 50 && replies.iter().all(|reply| matches!(reply.status, 201 | 503)), "{replies:#?}");
    assert!(made.iter().all(|reply| reply.json()["id"] == made[0].json()["id"]));
    assert_eq!(made.iter().filter(|reply| !reply.headers.contains_key("idempotency-replayed")).count(), 1);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM guest_link", args![]).await, 1);
});

walk!(every_wrong_field_is_named_at_once, |stage| {
    let program = Program::at_harbour(&stage).await;
    let jo = somebody(&stage, JO).await.id;
    let all = json!({
        "resource": "", "client": { "id": "x", "reference": "y" }, "from": "tomorrow", "until": 5,
        "return_to": "https://evil.example/", "untill": "2026-11-21T09:00:00Z",
    });
    let reply = program.call(Method::POST, LINKS, Some(all)).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "fields"));
    assert_eq!(reply.wrong(), ["/resource", "/client", "/from", "/until", "/return_to", "/untill"]);
    assert_eq!(
        program.call(Method::POST, LINKS, Some(json!({}))).await.wrong(),
        ["/resource", "/client", "/from", "/until"]
    );
    let day = 86_400;
    let at = |seconds: i64| json!(rfc3339(stage.now() + seconds));
    let cases: [(&str, Value, &str); 22] = [
        ("resource", json!("a b"), "/resource"),
        ("resource", json!("ä"), "/resource"),
        ("resource", json!("x".repeat(201)), "/resource"),
        ("resource", Value::Null, "/resource"),
        ("client", json!("jo"), "/client"),
        ("client", json!({}), "/client"),
        ("client", json!({ "id": 5 }), "/client/id"),
        ("client", json!({ "email": JO }), "/client/email"),
        ("client", json!({ "id": "0196c5f0-0000-7000-8000-000000000000" }), "/client"),
        ("client", json!({ "reference": "nobody" }), "/client"),
        ("from", json!("2026-11-21 07:00"), "/from"),
        ("from", json!(stage.now()), "/from"),
        ("until", at(3600), "/until"),
        ("until", at(3600 + 7 * day + 1), "/until"),
        ("until", json!("2026-13-41T00:00:00Z"), "/until"),
        ("return_to", json!("http://visits.example/join"), "/return_to"),
        ("return_to", json!("https://visits.example.evil.example/"), "/return_to"),
        ("return_to", json!("https://visits.example@evil.example/"), "/return_to"),
        ("return_to", json!("https://visits.example:444/"), "/return_to"),
        ("return_to", json!("//visits.example/"), "/return_to"),
        ("return_to", json!("https://visits.example/#x"), "/return_to"),
        ("from", at(500 * day), "/until"),
    ];
    for (name, bad, pointer) in cases {
        let mut wanted = wish(&stage, &jo);
        wanted[name] = bad.clone();
        let reply = program.call(Method::POST, LINKS, Some(wanted)).await;
        assert_eq!((reply.status, reply.wrong()), (422, vec![pointer.to_owned()]), "{name} {bad}: {}", reply.text);
    }
    let mut long_ago = wish(&stage, &jo);
    (long_ago["from"], long_ago["until"]) = (at(-7200), at(-3600));
    assert_eq!(program.call(Method::POST, LINKS, Some(long_ago)).await.wrong(), ["/until"]);
    let mut far = wish(&stage, &jo);
    (far["from"], far["until"]) = (at(400 * day), at(400 * day + 60));
    assert_eq!(program.call(Method::POST, LINKS, Some(far)).await.wrong(), ["/until"]);
    assert_eq!(number(&stage, "SELECT COUNT(*) FROM guest_link", args![]).await, 0);
    // At its bounds everything is taken.
    let mut widest = wish(&stage, &jo);
    (widest["from"], widest["until"]) = (at(-day), at(6 * day));
    widest["resource"] = json!("x".repeat(200));
    widest["return_to"] = json!("https://visits.example/a/b?c=d");
    assert_eq!(program.make(widest).await["state"], "open");
});

walk!(a_client_is_named_by_id_or_by_the_practices_own_reference, |stage| {
    let program = Program::at_harbour(&stage).await;
    let (jo, kim) = (somebody(&stage, JO).await.id, add_client(&stage, "Kim Other", "kim.other@example.com").await);
    stage.au().execute("UPDATE person SET reference = 'HP-7' WHERE id = $1", args![&kim]).await.unwrap();
    let mut wanted = wish(&stage, &jo);
    let by_id = program.make(wanted.clone()).await;
    assert_eq!(by_id["client"], json!({ "id": jo, "reference": null }));
    assert_eq!(by_id["return_to"], APP);
    wanted["client"] = json!({ "reference": "HP-7" });
    assert_eq!(program.make(wanted.clone()).await["client"], json!({ "id": kim, "reference": "HP-7" }));
    // Staff are no clients, clients whose access is off get none, and a neighbour's are nobody's here.
    let thames = Program::at(&stage, "uk", "thames-therapy").await;
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE id = $1", args![&kim]).await.unwrap();
    let closed = program.call(Method::POST, LINKS, Some(wanted.clone())).await;
    assert!(closed.status == 422 && closed.text.contains("access is off"), "{}", closed.text);
    wanted["client"] = json!({ "id": somebody(&stage, SAM.0).await.id });
    assert_eq!(program.call(Method::POST, LINKS, Some(wanted.clone())).await.wrong(), ["/client"]);
    wanted["client"] = json!({ "id": jo });
    assert_eq!(thames.call(Method::POST, LINKS, Some(wanted)).await.wrong(), ["/client"]);
});

// AC-113: whose link it is is asked before anything else.
walk!(a_neighbours_program_sees_no_link, |stage| {
    let program = Program::at_harbour(&stage).await;
    let link = program.make(wish(&stage, &somebody(&stage, JO).await.id)).await;
    let address = format!("{LINKS}/{}", link["id"].as_str().unwrap());
    let thames = Program::at(&stage, "uk", "thames-therapy").await;
    for method in [Method::GET, Method::DELETE] {
        let reply = thames.call(method.clone(), &address, None).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not-found"));
        // The neighbour's key at this door is none.
        let mut here = thames.clone();
        here.host.clone_from(&program.host);
        assert_eq!(here.call(method, &address, None).await.problem(), "wrong-key");
    }
    for id in ["x", "0196c5f0-0000-7000-8000-000000000000", "%ff", "%00"] {
        assert_eq!(program.call(Method::GET, &format!("{LINKS}/{id}"), None).await.status, 404, "{id}");
    }
    assert_eq!(program.call(Method::GET, &address, None).await.json()["state"], "waiting");
});
