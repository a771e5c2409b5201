//! One region in the wrong hands: what it says of places leads nobody to another host, and into nobody's mail.

use portico::args;

use super::mails;
use super::wire::{Served, desk, entrance, saying, serve};
use crate::support::stage::{Stage, code_in};
use crate::walk;

/// What an honest region says of a place, with one thing put in place of another.
fn place(from: &str, to: &str) -> String {
    let honest = r#"{"name":"Harbour Physio","origin":"http://harbour-physio.au.localhost:8080","client":false,
        "quiet":false,"ticket":"","practice":"p","gone_to":""}"#;
    let said = honest.replacen(from, to, 1);
    assert!(from.is_empty() || said != honest, "{from}");
    said
}

async fn says(stage: &Stage, what: &str, place: &str) -> Served {
    serve(saying(stage, Box::leak(format!("{{\"{what}\":[{place}]}}").into_boxed_str()))).await
}

// AC-091
walk!(a_region_that_lies_about_addresses_is_silence, |stage| {
    let long = format!("\"name\":\"{}\"", "a".repeat(101));
    let name = "\"name\":\"Harbour Physio\"";
    let origin = "http://harbour-physio.au.localhost:8080";
    let cases = [
        // The name of a region, and what it puts in place of what.
        ("au", "", ""),
        ("b1", origin, "https://evil.example"),
        ("b2", "", ""),
        ("b3", origin, "http://harbour-physio.b3.localhost.evil.example:8080"),
        ("b4", origin, "http://evil@harbour-physio.b4.localhost:8080"),
        ("b5", origin, "http://harbour-physio.b5.localhost:8080/x"),
        ("b6", "\"gone_to\":\"\"", "\"gone_to\":\"nowhere\""),
        ("g1", "\"gone_to\":\"\"", "\"gone_to\":\"au\""),
    ];
    let mut served = vec![];
    for (region, from, to) in cases {
        served.push((region, says(&stage, "Where", &place(from, to)).await));
    }
    // On which port the others are the entrance knows itself.
    let gone = place("\"gone_to\":\"\"", "\"gone_to\":\"au\"").replace(":8080", ":9999");
    served.push(("g2", says(&stage, "Where", &gone).await));
    for (region, to) in [("n1", long.as_str()), ("n2", "\"name\":\"Har\\nbour\""), ("n3", "\"name\":\"\"")] {
        let own = place(name, to).replace(".au.", &format!(".{region}."));
        served.push((region, says(&stage, "Where", &own).await));
    }
    let far: Vec<(&str, &Served)> = served.iter().map(|(name, served)| (*name, served)).collect();
    let entrance = entrance(&stage, &far, false, true).await;
    let mut desk = desk(&entrance);
    super::ask(&entrance, &mut desk, "alex@example.com").await;
    let mail = mails(&entrance, "alex@example.com").remove(0);
    assert!(mail.text.contains(origin) && !mail.text.contains("evil") && !mail.text.contains("aaaa"), "{}", mail.text);
    assert!(!mail.text.contains("9999"), "{}", mail.text);
    assert!(mail.text.contains("servers in B1, B2, B3, B4, B5, B6, N1, N2, N3 right now"), "{}", mail.text);
    desk.submit(&[("code", &code_in(&mail.text))]).await.is_at("/list").sees("Harbour Physio").misses("evil");
    assert!(!desk.html.contains("evil"), "{}", desk.html);
});

// AC-091
walk!(what_a_device_remembers_follows_no_lie, |stage| {
    let row: Option<(String, String)> = stage
        .au()
        .optional("SELECT practice_id, id FROM person WHERE email_key = 'sam@example.com'", args![])
        .await
        .unwrap();
    let (practice, person) = row.unwrap();
    let short = |id: &str| {
        let id: uuid::Uuid = id.parse().unwrap();
        data_encoding::BASE64URL_NOPAD.encode(id.as_bytes())
    };
    let kept = format!("au harbour-physio {} {} 0", short(&practice), short(&person));
    let sealed = stage.server.seal("remembered", &["entrance"], &kept).unwrap();
    let home = "http://harbour-physio.au.localhost:8080";
    let gone = "\"gone_to\":\"\"";
    for (said, words) in [
        (place("", ""), "Harbour Physio"),
        (place(home, "https://evil.example"), "harbour-physio"),
        (place(home, "http://evil.uk.localhost:8080"), "harbour-physio"),
        (place(gone, "\"gone_to\":\"nowhere\""), "harbour-physio"),
        (place(gone, "\"gone_to\":\"uk\""), "harbour-physio"),
    ] {
        let (served, honest) = (says(&stage, "Still", &said).await, serve(stage.router.clone()).await);
        let entrance = entrance(&stage, &[("au", &served), ("uk", &honest)], false, true).await;
        let mut desk = desk(&entrance);
        desk.cookies.insert("__Host-practices".into(), sealed.clone());
        desk.open("/").await.sees("On this device");
        assert_eq!(desk.link(words), format!("{home}/sign-in"), "{said}");
        assert!(!desk.html.contains("evil"), "{}", desk.html);
        assert!(desk.cookies.contains_key("__Host-practices"));
    }
});
