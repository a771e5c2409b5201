//! Adding a client: pressed twice it says the same twice, and two people of one name and one mailbox are told apart by the
//! practice's own number.

use portico::args;

use crate::people::{SAM, alex, relaxed, signed_in};
use crate::support::browser::Browser;
use crate::support::desk::{number, times};
use crate::support::stage::Stage;
use crate::walk;

const KIM: [(&str, &str); 2] = [("name", "Kim Ashworth"), ("email", "kim@example.com")];
const ADDED: &str = "The client can sign in now";
const THERE: &str = "This client is there already";

async fn add<'a>(sam: &'a mut Browser, reference: &str, more: &[(&str, &str)]) -> &'a mut Browser {
    let fields = [&KIM[..], &[("reference", reference)][..], more].concat();
    sam.open("/practice/clients/new").await.submit(&fields).await
}

async fn kims(stage: &Stage) -> i64 {
    number(stage, "SELECT COUNT(*) FROM person WHERE email_key = 'kim@example.com'", args![]).await
}

walk!(a_father_and_a_son_of_one_name_are_two_clients, |stage| {
    relaxed(&stage).await;
    let mut sam = signed_in(&stage, SAM).await;
    add(&mut sam, "HP-1", &[]).await.sees(ADDED).sees("HP-1");
    // Another number is another person.
    add(&mut sam, "HP-2", &[]).await.sees(ADDED).sees("HP-2");
    assert_eq!(kims(&stage).await, 2);
    // One without a number could be either: that is asked, and a tick says that it is not.
    add(&mut sam, "", &[]).await.sees("There is already a client with this name and address");
    assert_eq!((sam.status.as_u16(), kims(&stage).await, sam.hidden("name")), (422, 2, "Kim Ashworth".to_owned()));
    sam.submit(&[("another", "1")]).await.sees(ADDED);
    assert_eq!(kims(&stage).await, 3);
    // Nobody could tell two without a number apart.
    stage.wait(61);
    add(&mut sam, "", &[]).await.sees(THERE);
    // And a new number beside one who has none yet is asked about, too.
    add(&mut sam, "HP-3", &[]).await.sees("There is already a client with this name and address");
    assert_eq!((sam.status.as_u16(), kims(&stage).await), (422, 3));
    sam.submit(&[("another", "1")]).await.sees(ADDED).sees("HP-3");
    assert_eq!((kims(&stage).await, times(&stage, "client-added").await), (4, 4));
});

walk!(a_client_added_by_two_presses_is_told_of_as_added, |stage| {
    relaxed(&stage).await;
    let (mut sam, mut alex) = (signed_in(&stage, SAM).await, alex(&stage).await);
    for reference in ["", "HP-1"] {
        let name = format!("Kim {}", if reference.is_empty() { "One" } else { "Two" });
        let same = [("name", name.as_str())];
        add(&mut sam, reference, &same).await.sees(ADDED);
        let there = sam.path.split('?').next().unwrap().to_owned();
        add(&mut sam, reference, &same).await.is_at(&there).sees(ADDED).misses(THERE);
        add(&mut alex, reference, &same).await.is_at(&there).sees(THERE);
        stage.wait(61);
        add(&mut sam, reference, &same).await.is_at(&there).sees(THERE).misses(ADDED);
    }
    assert_eq!((kims(&stage).await, times(&stage, "client-added").await), (2, 2));
    // Somebody else's number stays theirs, and is named with whatever else is wrong.
    add(&mut sam, "HP-1", &[("name", " ")]).await.sees("Another client has this number already").sees("Type a name");
    add(&mut sam, "HP-1", &[("name", "Robin Ashworth")]).await.sees("Another client has this number already");
    assert_eq!(sam.status, 422);
});
