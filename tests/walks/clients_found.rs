//! Clients are found by what the practice knows of them, and the practice's own number for one can be put right (A2, C13).

use portico::args;

use crate::people::{SAM, alex, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{change, times};
use crate::support::portal::{JO, add_client};
use crate::support::ways::somebody;
use crate::walk;

/// Who the list shows for these words.
async fn found(sam: &mut Browser, search: &str) -> Vec<String> {
    sam.open(&format!("/practice/clients?search={}", portico::platform::web::encode(search))).await;
    let rows = sam.html.split("<th role=\"rowheader\"").skip(1);
    rows.map(|row| row.split("<bdi>").nth(1).unwrap().split('<').next().unwrap().to_owned()).collect()
}

walk!(capitals_make_no_difference_in_any_alphabet, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    for name in [
        "\u{c9}lodie Br\u{fb}l\u{e9}",
        "JOS\u{c9} M\u{dc}LLER",
        "\u{418}\u{432}\u{430}\u{43d} \u{41f}\u{435}\u{442}\u{440}\u{43e}\u{432}",
    ] {
        add_client(&stage, name, "c@example.com").await;
    }
    for (search, name) in [
        ("\u{e9}lodie", "\u{c9}lodie Br\u{fb}l\u{e9}"),
        ("\u{c9}LODIE BR\u{db}L\u{c9}", "\u{c9}lodie Br\u{fb}l\u{e9}"),
        // As some keyboards write it: a letter and its accent.
        ("e\u{301}lodie", "\u{c9}lodie Br\u{fb}l\u{e9}"),
        ("jos\u{e9} m\u{fc}ller", "JOS\u{c9} M\u{dc}LLER"),
        (
            "\u{438}\u{432}\u{430}\u{43d} \u{43f}\u{435}\u{442}\u{440}\u{43e}\u{432}",
            "\u{418}\u{432}\u{430}\u{43d} \u{41f}\u{435}\u{442}\u{440}\u{43e}\u{432}",
        ),
        ("LINDQVIST", "Jo Lindqvist"),
        ("JO@EXAMPLE", "Jo Lindqvist"),
    ] {
        assert_eq!(found(&mut sam, search).await, [name], "{search}");
    }
    assert!(found(&mut sam, "\u{e8}lodie").await.is_empty());
    // The same for colleagues.
    change(
        &stage,
        "sam@example.com",
        "UPDATE person SET name = '\u{d8}yvind Okafor' WHERE email_key = $1 AND kind = 'staff'",
    )
    .await;
    let mut alex = alex(&stage).await;
    alex.open("/practice/people?search=%C3%B8yvind").await.sees("\u{d8}yvind Okafor");
    // And in the record.
    let mut oyvind = signed_in(&stage, SAM).await;
    oyvind.open("/me").await.sees("\u{d8}yvind Okafor");
    alex.open("/practice/record?name=%C3%B8yvind").await.sees("\u{d8}yvind Okafor signed in");
    alex.open("/practice/record?name=%C3%B9yvind").await.sees("Nothing in the record matches");
});

walk!(a_client_is_found_by_the_practices_own_number, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    sam.open("/practice/clients/new").await;
    sam.submit(&[("name", "Kim Ashworth"), ("email", "kim@example.com"), ("reference", "HP-1001")]).await;
    sam.sees("The client can sign in now").sees("HP-1001");
    assert_eq!(found(&mut sam, "hp-1001").await, ["Kim Ashworth"]);
    sam.sees("HP-1001");
    assert_eq!(found(&mut sam, "1001").await, ["Kim Ashworth"]);
    // Taken: the page leads to whoever has it.
    sam.open("/practice/clients/new").await;
    sam.submit(&[("name", "Kim Two"), ("email", "two@example.com"), ("reference", "HP-1001")]).await;
    sam.sees("Another client has this number already");
    assert_eq!(sam.status, 422);
    sam.open(&sam.link("Kim Ashworth")).await.sees("kim@example.com");
});

walk!(a_wrong_number_is_put_right, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    let jo = somebody(&stage, JO).await.id;
    let kim = add_client(&stage, "Kim Ashworth", "kim@example.com").await;
    let (of_jo, of_kim) = (format!("/practice/clients/{jo}/reference"), format!("/practice/clients/{kim}/reference"));
    // Somebody who was added before the practice had such numbers.
    sam.open(&format!("/practice/clients/{jo}")).await;
    sam.open(&sam.link("Your own number for them")).await.is_at(&of_jo);
    sam.submit(&[("reference", " HP-7 ")]).await;
    sam.is_at(&format!("/practice/clients/{jo}")).sees("Your number for the client is saved").sees("HP-7");
    sam.open(&of_kim).await.submit(&[("reference", "HP-7")]).await.sees("Another client has this number already");
    assert_eq!((sam.status.as_u16(), sam.hidden("reference")), (422, "HP-7".to_owned()));
    sam.open(&sam.link("Jo Lindqvist")).await.is_at(&format!("/practice/clients/{jo}"));
    sam.open(&of_jo).await.submit(&[("reference", "HP-8")]).await.sees("HP-8").sees("changed your own number for Jo");
    sam.open(&of_kim).await.submit(&[("reference", "HP-7")]).await.sees("HP-7");
    // The same again is no change; nothing takes it off; too long is said.
    sam.open(&of_kim).await.submit(&[("reference", "HP-7")]).await.sees("saved");
    sam.open(&of_kim).await.submit(&[("reference", &"7".repeat(101))]).await.sees("at most 100");
    sam.open(&of_kim).await.submit(&[("reference", "")]).await.sees("saved");
    assert!(found(&mut sam, "HP-7").await.is_empty());
    assert_eq!(times(&stage, "client-reference-changed").await, 4);
    stage.au().execute("UPDATE person SET closed_at = 1 WHERE id = $1", args![&kim]).await.unwrap();
    sam.open(&of_kim).await.is_at(&format!("/practice/clients/{kim}"));
});
