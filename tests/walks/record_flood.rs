//! AC-141: whoever floods the record neither fills the disk nor hides in it, and everybody else goes on.

use portico::args;
use portico::audit::gather::{self, LINES_EACH, LINES_UNKNOWN, Place, Taken, Try};
use portico::ops::disk;

use super::people::{SAM, alex, relaxed, signed_in};
use super::record::practice;
use crate::support::stage::Stage;
use crate::walk;

async fn lines_of(stage: &Stage, event: &str) -> Vec<(String, String, String)> {
    let sql = "SELECT subject_name, address, detail FROM audit WHERE event = $1 ORDER BY at, id";
    stage.au().all(sql, args![event]).await.unwrap()
}

fn times(detail: &str) -> i64 {
    serde_json::from_str::<serde_json::Value>(detail).unwrap()["times"].as_i64().unwrap_or(1)
}

async fn close(stage: &Stage) -> u64 {
    gather::close(stage.au(), &*stage.server.world).await.unwrap()
}

// AC-141
walk!(repeats_from_one_network_become_a_number, |stage| {
    relaxed(&stage).await;
    for number in 0..70 {
        let mut mallory = stage.browser().from("198.51.100.66");
        let name = format!("guess{number}@example.com");
        mallory.open("/sign-in").await.submit(&[("email", &name), ("password", "not this one")]).await;
        assert!(mallory.status == 422 || mallory.status == 429, "{}", mallory.status);
        stage.wait(1);
    }
    let (wrong, slowed) = (lines_of(&stage, "wrong-password").await.len(), lines_of(&stage, "throttled").await.len());
    assert_eq!((wrong, slowed), (20, 20), "of seventy tries");
    signed_in(&stage, SAM).await;
    assert_eq!(stage.events().await.last().unwrap(), "signed-in-new-browser", "what succeeds always has its line");
    assert_eq!(close(&stage).await, 0, "not before the hour is over");
    stage.wait(gather::WINDOW_SECONDS);
    assert_eq!(close(&stage).await, 1);
    let all = lines_of(&stage, "throttled").await;
    assert_eq!(all.iter().map(|(_, _, detail)| times(detail)).sum::<i64>(), 50, "none is lost");
    assert_eq!(all.last().unwrap().1, "198.51.100.66/32");
    assert_eq!(close(&stage).await, 0);
    let mut alex = alex(&stage).await;
    alex.open("/practice/record?event=throttled").await.sees("times: 30").sees("198.51.100.66/32");
    let mut mallory = stage.browser().from("198.51.100.66");
    mallory.open("/sign-in").await.submit(&[("email", "again@example.com"), ("password", "x")]).await;
    assert_eq!(lines_of(&stage, "wrong-password").await.len(), 21, "the next hour begins with lines");
});

fn one<'a>(practice: &'a str, person: &'a str, network: &'a str, at: i64) -> Try<'a> {
    Try { practice, event: "wrong-password", person_id: person, person_name: person, network, at }
}

// AC-141
walk!(a_flood_from_everywhere_stays_small, |stage| {
    let id = practice(&stage).await;
    let (mut lines, mut floods) = (0, 0);
    for number in 0..1_000 {
        let network = format!("2001:db8:{number:x}::/64");
        let one = one(&id, "", &network, stage.now());
        let taken = gather::take(stage.au(), one, false).await.unwrap();
        floods += i64::from(taken.flood);
        match taken.place {
            Place::Line => lines += 1,
            Place::Number(whose) => {
                assert_eq!(whose, "");
                let mut tx = stage.au().counting().await.unwrap();
                gather::add(&mut tx, one, &whose).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    }
    assert_eq!((lines, floods), (LINES_UNKNOWN, 1));
    // In a flood a try about somebody is a number too, of their own: a line takes longer to write, and would tell who is known.
    let taken = gather::take(stage.au(), one(&id, "sam", "192.0.2.7/32", stage.now()), false).await.unwrap();
    assert_eq!(taken, Taken { place: Place::Number("sam".into()), flood: false });
    let mut tx = stage.au().counting().await.unwrap();
    gather::add(&mut tx, one(&id, "sam", "192.0.2.7/32", stage.now()), "sam").await.unwrap();
    tx.commit().await.unwrap();
    stage.wait(gather::WINDOW_SECONDS);
    assert_eq!(close(&stage).await, 2);
    let mut lines = lines_of(&stage, "wrong-password").await;
    lines.sort();
    let told: Vec<_> = lines.iter().map(|(name, at, detail)| (name.as_str(), at.as_str(), times(detail))).collect();
    assert_eq!(told, [("", "2001:db8:3e7::/64", 1_000 - LINES_UNKNOWN), ("sam", "192.0.2.7/32", 1)]);
    let rows: Option<(i64,)> = stage.au().optional("SELECT COUNT(*) FROM audit_gathered", vec![]).await.unwrap();
    assert_eq!(rows, Some((0,)), "nothing of it stays");
    // Without a flood what concerns somebody is written, as often as for anybody.
    let mut about = 0;
    for number in 0..40 {
        let network = format!("192.0.2.{number}/32");
        let taken = gather::take(stage.au(), one(&id, "sam", &network, stage.now()), false).await.unwrap();
        about += i64::from(taken.place == Place::Line);
    }
    assert_eq!(about, LINES_EACH);
});

// AC-141
walk!(a_flood_raises_one_alarm, |stage| {
    relaxed(&stage).await;
    let wrong = async |from: &str| {
        let mut mallory = stage.browser().from(from);
        mallory.open("/sign-in").await.submit(&[("email", "nobody@example.com"), ("password", "x")]).await;
        assert_eq!(mallory.status, 422);
    };
    wrong("198.51.100.1").await;
    stage.au().execute("UPDATE audit_gathered SET times = 200 WHERE whose = ''", vec![]).await.unwrap();
    for number in 2..5 {
        wrong(&format!("198.51.100.{number}")).await;
    }
    assert_eq!(lines_of(&stage, "record-flooded").await.len(), 1);
    let mails = stage.messages("alex@example.com").await;
    let alarms: Vec<_> = mails.iter().filter(|mail| mail.about == "record-flooded-administrators").collect();
    assert_eq!(alarms.len(), 1);
    assert!(alarms[0].subject.contains("refused sign-ins") && alarms[0].text.contains("/practice/record"));
    assert!(stage.server.metrics.encode().contains("portico_record_gathered_total 3"));
    let before = lines_of(&stage, "wrong-password").await.len();
    let mut mallory = stage.browser().from("198.51.100.9");
    mallory.open("/sign-in").await.submit(&[("email", SAM.0), ("password", "x")]).await;
    assert_eq!(lines_of(&stage, "wrong-password").await.len(), before, "nobody sees from the time that Sam is known");
    signed_in(&stage, SAM).await;
});

// AC-141
walk!(on_a_nearly_full_disk_only_refused_tries_are_left_out, |stage| {
    relaxed(&stage).await;
    let is_sqlite = matches!(stage.au(), portico::platform::db::Db::Sqlite { .. });
    disk::look(&stage.server, |_| Ok(disk::SCARCE - 1));
    assert_eq!(stage.server.is_scarce(), is_sqlite, "only of a file's disk anything is known");
    stage.server.set_scarce(true);
    let wrong = async |who: &str| {
        let mut mallory = stage.browser().from("198.51.100.9");
        mallory.open("/sign-in").await.submit(&[("email", who), ("password", "not this one")]).await;
        assert_eq!(mallory.status, 422);
    };
    wrong(SAM.0).await;
    wrong("nobody@example.com").await;
    assert_eq!(lines_of(&stage, "wrong-password").await.len(), 0);
    signed_in(&stage, SAM).await;
    assert_eq!(stage.events().await, ["signed-in"]);
    disk::look(&stage.server, |_| Ok(disk::LOW * 9));
    stage.server.set_scarce(false);
    wrong(SAM.0).await;
    assert_eq!(lines_of(&stage, "wrong-password").await.len(), 1);
    stage.wait(gather::WINDOW_SECONDS);
    assert_eq!(close(&stage).await, 2, "and the numbers are there");
});

// AC-143, AC-185: SQLite alone can be told to be full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_changes_nothing_and_says_so() {
    let stage = Stage::sqlite().await;
    relaxed(&stage).await;
    let mut inside = signed_in(&stage, SAM).await;
    let id = practice(&stage).await;
    let pages: Option<(i64,)> = stage.au().optional("SELECT page_count FROM pragma_page_count", vec![]).await.unwrap();
    let most: &'static str = Box::leak(format!("PRAGMA max_page_count = {}", pages.unwrap().0).into_boxed_str());
    stage.au().execute(most, vec![]).await.unwrap();
    let small = "INSERT INTO audit (practice_id, id, at, event, actor_kind, result) VALUES ($1, $2, 0, '', '', '')";
    let mut number = 0;
    while stage.au().execute(small, args![&id, format!("z{number:04}")]).await.is_ok() {
        number += 1;
        assert!(number < 5_000, "the disk does not fill up");
    }
    let before: Option<(i64,)> = stage.au().optional("SELECT COUNT(*) FROM session", vec![]).await.unwrap();
    let mut late = stage.browser();
    late.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    assert_eq!(late.status, 503);
    late.sees("We can't save anything right now");
    assert_eq!(late.answered["retry-after"], "60");
    assert!(!late.cookies.contains_key("__Host-session"));
    inside.open("/me").await.is_at("/me").sees("Sam");
    inside.send(axum::http::Method::GET, "/auth/check", None).await;
    assert_eq!(inside.status, 200, "who is in stays in");
    let after: Option<(i64,)> = stage.au().optional("SELECT COUNT(*) FROM session", vec![]).await.unwrap();
    assert_eq!(after, before);
    stage.au().execute("PRAGMA max_page_count = 1000000", vec![]).await.unwrap();
    signed_in(&stage, SAM).await;
}
