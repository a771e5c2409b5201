//! The record: nothing changes it, what is changed behind its back is found, and it can be taken along.

use portico::args;
use portico::audit::chain::{head, seal_all};
use portico::audit::export;
use portico::audit::verify::{Anchor, Report, Wrong, verify, verify_all};
use portico::platform::db::Db;

use super::people::{SAM, alex, id_of, press, signed_in};
use crate::support::portal::{JO, add_client};
use crate::support::stage::Stage;
use crate::support::ways::somebody;
use crate::walk;

pub async fn practice(stage: &Stage) -> String {
    let row: Option<(String,)> =
        stage.au().optional("SELECT id FROM practice WHERE slug = 'harbour-physio'", vec![]).await.unwrap();
    row.unwrap().0
}

pub async fn check(stage: &Stage, practice: &str, anchor: Option<&Anchor>) -> Report {
    verify(stage.au(), &stage.server.keyring(), practice, stage.now(), anchor).await.unwrap()
}

/// Six lines, sealed.
async fn six_lines(stage: &Stage) -> String {
    for _ in 0..6 {
        stage.browser().open("/sign-in").await.submit(&[("email", SAM.0), ("password", "not this one")]).await;
        stage.wait(40);
    }
    assert_eq!(seal_all(&stage.server).await.unwrap(), 6);
    practice(stage).await
}

/// What only the owner of the database can do: take the guards away.
pub async fn unguard(db: &Db) {
    let statements: &[&'static str] = match db {
        Db::Sqlite { .. } => &[
            "DROP TRIGGER audit_no_update",
            "DROP TRIGGER audit_no_delete",
            "DROP TRIGGER audit_chain_no_update",
            "DROP TRIGGER audit_chain_no_delete",
            "DROP TRIGGER audit_cut_no_update",
            "DROP TRIGGER audit_cut_no_delete",
            "DROP TRIGGER audit_cut_fits",
        ],
        Db::Postgres { .. } => &[
            "DROP TRIGGER audit_no_change ON audit",
            "DROP TRIGGER audit_no_delete ON audit",
            "DROP TRIGGER audit_chain_no_change ON audit_chain",
            "DROP TRIGGER audit_chain_no_delete ON audit_chain",
            "DROP TRIGGER audit_cut_no_change ON audit_cut",
            "DROP TRIGGER audit_cut_fits ON audit_cut",
        ],
    };
    for sql in statements {
        db.execute(sql, vec![]).await.unwrap();
    }
}

async fn record_at(db: &Db, seq: i64) -> String {
    let row: Option<(String,)> =
        db.optional("SELECT record_id FROM audit_chain WHERE seq = $1", args![seq]).await.unwrap();
    row.unwrap().0
}

// AC-138
walk!(the_database_refuses_to_change_the_record, |stage| {
    let id = six_lines(&stage).await;
    for sql in [
        "UPDATE audit SET event = 'joined'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE at > 0",
        "UPDATE audit_chain SET hash = 'x'",
        "DELETE FROM audit_chain",
        "INSERT INTO audit_chain (practice_id, seq, record_id, hash) SELECT practice_id, 1, record_id, hash FROM audit_chain",
    ] {
        assert!(stage.au().execute(sql, vec![]).await.is_err(), "{sql}");
    }
    if matches!(stage.au(), Db::Postgres { .. }) {
        assert!(stage.au().execute("TRUNCATE audit", vec![]).await.is_err());
    }
    let report = check(&stage, &id, None).await;
    assert_eq!((report.sealed, report.finding), (6, None));
    assert_eq!(report.slug, "harbour-physio");
});

// AC-138
walk!(a_changed_line_is_named, |stage| {
    let id = six_lines(&stage).await;
    unguard(stage.au()).await;
    let bad = record_at(stage.au(), 3).await;
    stage.au().execute("UPDATE audit SET address = '203.0.113.9' WHERE id = $1", args![&bad]).await.unwrap();
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq, finding.record_id), (Wrong::Changed, 3, bad));
});

walk!(a_missing_line_is_named, |stage| {
    let id = six_lines(&stage).await;
    unguard(stage.au()).await;
    let bad = record_at(stage.au(), 4).await;
    stage.au().execute("DELETE FROM audit WHERE id = $1", args![&bad]).await.unwrap();
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq, finding.record_id), (Wrong::Missing, 4, bad.clone()));
    stage.au().execute("DELETE FROM audit_chain WHERE seq = 4", vec![]).await.unwrap();
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq), (Wrong::Missing, 4));
});

walk!(lines_in_another_order_are_named, |stage| {
    let id = six_lines(&stage).await;
    unguard(stage.au()).await;
    let (second, third) = (record_at(stage.au(), 2).await, record_at(stage.au(), 3).await);
    for (seq, record) in [(2, "away"), (3, second.as_str()), (2, third.as_str())] {
        stage.au().execute("UPDATE audit_chain SET record_id = $2 WHERE seq = $1", args![seq, record]).await.unwrap();
    }
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq), (Wrong::Reordered, 2));
});

walk!(a_line_of_another_practice_is_named, |stage| {
    let id = six_lines(&stage).await;
    unguard(stage.au()).await;
    let bad = record_at(stage.au(), 5).await;
    stage.au().execute("UPDATE audit SET practice_id = 'other' WHERE id = $1", args![&bad]).await.unwrap();
    let finding = check(&stage, &id, None).await.finding.unwrap();
    assert_eq!((finding.wrong, finding.seq, finding.record_id), (Wrong::Foreign, 5, bad));
});

walk!(a_line_slipped_in_is_named_once_it_is_old, |stage| {
    let id = six_lines(&stage).await;
    signed_in_wrong(&stage).await;
    let report = check(&stage, &id, None).await;
    assert_eq!((report.waiting, report.finding), (1, None), "a young line waits");
    stage.wait(61);
    let report = check(&stage, &id, None).await;
    assert_eq!(report.finding.unwrap().wrong, Wrong::NotSealed);
    assert_eq!(seal_all(&stage.server).await.unwrap(), 1);
    assert_eq!(check(&stage, &id, None).await.finding, None);
});

async fn signed_in_wrong(stage: &Stage) {
    stage.wait(901);
    stage.browser().open("/sign-in").await.submit(&[("email", SAM.0), ("password", "not this one")]).await;
}

// AC-139
walk!(a_cut_tail_shows_against_an_anchor, |stage| {
    let id = six_lines(&stage).await;
    let (seq, hash) = head(stage.au(), &id).await.unwrap();
    let anchor = Anchor::parse(&format!("{seq}:{hash}")).unwrap();
    let anchors = [(id.clone(), anchor.clone())];
    let whole = verify_all(stage.au(), &stage.server.keyring(), stage.now(), &anchors).await.unwrap();
    assert!(whole.iter().all(|report| report.finding.is_none()), "{whole:?}");
    unguard(stage.au()).await;
    let last = record_at(stage.au(), 6).await;
    stage.au().execute("DELETE FROM audit_chain WHERE seq = 6", vec![]).await.unwrap();
    stage.au().execute("DELETE FROM audit WHERE id = $1", args![&last]).await.unwrap();
    let without = check(&stage, &id, None).await;
    assert_eq!(without.finding, None, "the chain by itself cannot know");
    let with = check(&stage, &id, Some(&anchor)).await;
    assert_eq!(with.finding.unwrap().wrong, Wrong::NotTheAnchor);
    let other = Anchor { seq: 5, hash: "0".repeat(64) };
    let with = check(&stage, &id, Some(&other)).await;
    assert_eq!(with.finding.unwrap().wrong, Wrong::NotTheAnchor, "a chain made anew");
});

walk!(nodes_that_seal_at_once_make_one_chain, |stage| {
    let alex = alex(&stage).await;
    drop(alex);
    for _ in 0..20 {
        stage.browser().open("/sign-in").await.submit(&[("email", "nobody@example.com"), ("password", "x")]).await;
        stage.wait(901);
    }
    let all: Vec<_> = (0..8)
        .map(|_| {
            let server = std::sync::Arc::clone(&stage.server);
            tokio::spawn(async move { seal_all(&server).await })
        })
        .collect();
    for one in all {
        one.await.unwrap().unwrap();
    }
    seal_all(&stage.server).await.unwrap();
    let id = practice(&stage).await;
    let report = check(&stage, &id, None).await;
    assert_eq!((report.sealed, report.waiting, report.finding), (21, 0, None));
});

// AC-143
walk!(without_the_record_nothing_happens, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    alex.open(&format!("/practice/people/{id}/close")).await.sees("Close the account");
    let (away, back) = ("ALTER TABLE audit RENAME TO audit_away", "ALTER TABLE audit_away RENAME TO audit");
    stage.au().execute(away, vec![]).await.unwrap();
    press(&mut alex).await;
    assert_eq!(alex.status, 500);
    stage.browser().open("/sign-in").await;
    let mut sam = stage.browser();
    sam.open("/sign-in").await.submit(&[("email", SAM.0), ("password", SAM.1)]).await;
    assert_eq!(sam.status, 500);
    assert!(!sam.cookies.contains_key("__Host-session"));
    stage.au().execute(back, vec![]).await.unwrap();
    let closed: Option<(Option<i64>,)> =
        stage.au().optional("SELECT closed_at FROM person WHERE id = $1", args![&id]).await.unwrap();
    assert_eq!(closed, Some((None,)));
    signed_in(&stage, SAM).await;
});

// AC-140, AC-178
walk!(the_record_is_read_in_words_and_taken_along, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, SAM.0).await;
    let evil = "=HYPERLINK(\"http://evil\")\r\n\u{1b}[2J{\"event\":\"joined\"}";
    stage.au().execute("UPDATE person SET name = $2 WHERE id = $1", args![&id, evil]).await.unwrap();
    alex.open(&format!("/practice/people/{id}/end-sessions")).await;
    press(&mut alex).await;
    alex.open("/practice/record").await.sees("Alex Rivera logged").sees("out everywhere").sees("signed in");
    assert!(!alex.html.contains('\u{1b}'));
    alex.open("/practice/record?event=sessions-ended-by-administrator").await.misses("Alex Rivera signed in");
    alex.open("/practice/record?from=2026-11-22").await.sees("Nothing in the record matches");
    alex.open("/practice/record?from=2026-11-21&until=2026-11-21&name=alex+riv").await.sees("Alex Rivera signed in");
    alex.open("/practice/record?name=alex%40example.com").await.sees("Alex Rivera signed in");
    // A client by their address too, and everybody behind a shared one.
    let robin = add_client(&stage, "Robin Lindqvist", JO).await;
    let jo = somebody(&stage, JO).await.id;
    for client in [&jo, &robin] {
        alex.open(&format!("/practice/clients/{client}/phone")).await.submit(&[("phone", "02 9876 5432")]).await;
    }
    alex.open("/practice/record?name=Jo%40Example.com").await.sees("Jo Lindqvist").sees("Robin Lindqvist");
    alex.misses("Alex Rivera signed in");
    alex.open("/practice/record?name=%25").await.sees("Nothing in the record matches");
    alex.open(&format!("/practice/record?person={id}"))
        .await
        .misses("Alex Rivera signed in")
        .sees("Only what concerns");
    alex.open("/practice/record?before=nonsense&event=%27&person=%27").await;
    assert_eq!(alex.status, 200);
    alex.open("/practice/record?from=tomorrow").await;
    assert_eq!(alex.status, 422);

    seal_all(&stage.server).await.unwrap();
    alex.open("/practice/record.csv").await;
    assert_eq!(alex.answered["content-disposition"], "attachment; filename=\"record-harbour-physio-2026-11-21.csv\"");
    assert!(alex.answered["content-type"].to_str().unwrap().starts_with("text/csv"));
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(alex.html.as_bytes()).records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), alex.html.lines().count() - 1, "one line each");
    assert!(alex.html.ends_with("\r\n") && rows.iter().any(|row| row[8].starts_with("'=HYPERLINK")));
    assert!(rows.iter().any(|row| &row[2] == "record-exported"), "taking it along is in it");
    alex.open("/practice/record.jsonl?event=sessions-ended-by-administrator").await;
    let lines: Vec<serde_json::Value> = alex.html.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["subject_name"], evil);
    assert!(lines[0]["seq"].is_i64() && lines[0]["hash"].as_str().unwrap().len() == 64);
});

walk!(a_long_record_comes_in_pieces, |stage| {
    let mut alex = alex(&stage).await;
    let id = practice(&stage).await;
    let mut tx = stage.au().write().await.unwrap();
    for number in 0..2_345 {
        tx.execute(
            "INSERT INTO audit (practice_id, id, at, event, actor_kind, result) VALUES ($1, $2, $3, 'wrong-password', 'stranger', 'refused')",
            args![&id, format!("r{number:06}"), stage.now() - 5000 + number / 3],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(seal_all(&stage.server).await.unwrap(), 2_346);
    let report = check(&stage, &id, None).await;
    assert_eq!((report.sealed, report.finding), (2_346, None));
    alex.open("/practice/record.csv?event=wrong-password").await;
    let ids: Vec<&str> = alex.html.lines().skip(1).filter_map(|line| line.split(',').nth(14)).collect();
    assert_eq!(ids.len(), 2_345);
    assert!(ids.is_sorted());
    let (mut path, mut pages) = ("/practice/record?event=wrong-password".to_owned(), 1);
    while {
        alex.open(&path).await;
        alex.text().contains("Older")
    } {
        path = alex.link("Older");
        pages += 1;
    }
    assert_eq!(pages, 47);
});

walk!(a_day_that_is_none_is_said_and_nothing_else_is_shown_in_its_place, |stage| {
    six_lines(&stage).await;
    let mut alex = alex(&stage).await;
    alex.open("/practice/record?name=Sam&from=2026-02-30&until=yesterday").await;
    assert_eq!(alex.status, 422, "{}", alex.text());
    alex.sees("There is no such day");
    assert!(!alex.html.contains("<table"), "lines of other days: {}", alex.text());
    let kept = [alex.hidden("name"), alex.hidden("from"), alex.hidden("until")];
    assert_eq!(kept, ["Sam", "2026-02-30", "yesterday"]);
    for file in ["/practice/record.csv", "/practice/record.jsonl"] {
        alex.open(&format!("{file}?from=2026-02-30")).await;
        assert_eq!(alex.status, 422, "{}", alex.html);
        alex.sees("There is no such day");
    }
    let exported = "SELECT COUNT(*) FROM audit WHERE event = 'record-exported'";
    assert_eq!(crate::support::desk::number(&stage, exported, args![]).await, 0, "nothing left");
    alex.open("/practice/record?from=2026-11-21&until=").await;
    assert!(alex.html.contains("<table") && alex.status == 200, "{}", alex.text());
    alex.open("/practice/record.csv?from=2026-11-21&until=2026-11-22").await;
    assert_eq!(alex.status, 200);
    assert!(alex.html.contains("wrong-password"), "{}", alex.html);
});

// Two nodes' lines of one second: the chain says which was first.
walk!(a_file_of_the_record_has_the_lines_of_one_second_as_they_were_sealed, |stage| {
    let practice = practice(&stage).await;
    for (seq, id) in [(1, "c"), (2, "a"), (3, "b")] {
        let line = "INSERT INTO audit (practice_id, id, at, event, actor_kind, result) VALUES ($1, $2, 7, 'signed-in', 'person', 'done')";
        stage.au().execute(line, args![&practice, id]).await.unwrap();
        let link = "INSERT INTO audit_chain (practice_id, seq, record_id, hash) VALUES ($1, $2, $3, $3)";
        stage.au().execute(link, args![&practice, seq, id]).await.unwrap();
    }
    let (form, all) = (export::Form::JsonLines, export::Filter::default());
    let piece = export::piece(stage.au(), &practice, &all, form, &(0, String::new())).await.unwrap();
    let text = piece.unwrap().0;
    let seqs: Vec<i64> = text
        .lines()
        .take(3)
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs, [1, 2, 3]);
});
