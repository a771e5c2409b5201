//! Every SQL text of the program, prepared against the schema on SQLite and on PostgreSQL (when TEST_POSTGRES is set).

use std::fmt::Write;

use portico::args;
use portico::platform::db::{Arg, Db};
use portico::platform::migrate;
use portico::platform::world::{RealWorld, World, random};

use super::sources::rust_files;

/// Files that speak to one engine in its own words.
const OF_ONE_ENGINE: &[&str] =
    &["platform/db.rs", "platform/migrate.rs", "platform/engine.rs", "platform/copy.rs", "platform/writer/tests.rs"];
const VERBS: &[&str] = &["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "];

/// The file and text of every string literal that is SQL.
fn texts() -> Vec<(String, &'static str)> {
    let mut found = vec![];
    for file in rust_files("src") {
        if OF_ONE_ENGINE.iter().any(|end| file.path.ends_with(end)) {
            continue;
        }
        for text in literals(file.without_tests()) {
            if VERBS.iter().any(|verb| text.starts_with(verb)) {
                found.push((file.path.clone(), Box::leak(text.into_boxed_str()) as &'static str));
            }
        }
    }
    found
}

/// The string literals of a Rust text; a backslash at a line's end joins lines as the compiler does.
fn literals(text: &str) -> Vec<String> {
    let mut all = vec![];
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => while chars.next().is_some_and(|c| c != '\n') {},
            '\'' if before != '&' && before != '<' => skip_char(&mut chars),
            '"' => all.push(literal(&mut chars)),
            _ => {}
        }
        before = c;
    }
    all
}

/// Passes over `'"'` and `'\''`; a lifetime is left alone.
fn skip_char(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut ahead = chars.clone();
    let escaped = ahead.next() == Some('\\');
    if escaped {
        ahead.next();
    }
    if ahead.next() == Some('\'') {
        *chars = ahead;
    }
}

fn literal(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('\n') => while chars.peek().is_some_and(|c| c.is_whitespace()) && chars.next().is_some() {},
                Some('n') => text.push('\n'),
                Some(other) => text.push(other),
                None => break,
            },
            c => text.push(c),
        }
    }
    text
}

async fn prepare_all(db: &Db, engine: &str) {
    migrate::migrate(db, &RealWorld as &dyn World).await.unwrap();
    let texts = texts();
    assert!(texts.len() > 30, "only {} SQL texts were found", texts.len());
    let mut bad = String::new();
    for (path, text) in texts {
        if let Err(problem) = db.prepare(text).await {
            writeln!(bad, "{path}: {problem}\n    {text}").unwrap();
        }
    }
    assert!(bad.is_empty(), "{engine} does not take:\n{bad}");
}

/// The list of clients and the search in it, each with the values of a page in the middle.
fn lists_of_clients() -> Vec<(&'static str, Vec<Arg>)> {
    let of_list =
        |(path, text): &(String, &'static str)| path.ends_with("practice/clients.rs") && text.contains("LIMIT 51");
    let texts: Vec<_> = texts().into_iter().filter(of_list).collect();
    assert_eq!(texts.len(), 2, "the list and the search: {texts:?}");
    let args = |text: &str| {
        let all = args!["p", "c", "%jo%", "%Jo%", "%JO%", "%jo%", "%jo%", 1];
        let used = (1..=all.len()).filter(|n| text.contains(&format!("${n}"))).count();
        all.into_iter().take(used).collect()
    };
    texts.into_iter().map(|(_, text)| (text, args(text))).collect()
}

/// A page of the list costs the same with a hundred thousand clients as with a hundred: it begins at a place in the index,
/// takes its rows in the index's order, and counts off none that are not shown.
#[tokio::test]
async fn lists_of_clients_go_by_their_index_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite:{}/map.db", folder.path().display()), 1).await.unwrap();
    migrate::migrate(&db, &RealWorld as &dyn World).await.unwrap();
    for (text, args) in lists_of_clients() {
        let explain: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {text}").into_boxed_str());
        let rows: Vec<(i64, i64, i64, String)> = db.all(explain, args).await.unwrap();
        let plan: Vec<String> = rows.into_iter().map(|(_, _, _, line)| line).collect();
        let walk = "INDEX person_name (practice_id=? AND kind=? AND (name,id)>(?,?))";
        // Whoever searches goes past rows that are not shown: what they are told by stands in the index.
        let alone = !text.contains("AS found") || plan.iter().any(|line| line.contains(&format!("COVERING {walk}")));
        assert!(alone, "{plan:?}");
        assert!(plan.iter().any(|line| line.starts_with("SEARCH") && line.contains(walk)), "{plan:?}");
        assert!(!plan.iter().any(|line| line.starts_with("SCAN person") || line.starts_with("SCAN n")), "{plan:?}");
        // The search sorts its one page again, and nothing more.
        let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE")).count();
        assert!(sorts <= usize::from(text.contains("AS found")), "{plan:?}");
        assert!(!text.contains("OFFSET"), "{text}");
    }
    db.close().await;
}

#[tokio::test]
async fn lists_of_clients_go_by_their_index_on_postgres() {
    let Some(db) = new_postgres(1).await else { return };
    migrate::migrate(&db, &RealWorld as &dyn World).await.unwrap();
    // With no rows it would read the table, which is the right thing for no rows.
    db.execute("SET enable_seqscan = off", vec![]).await.unwrap();
    for (text, args) in lists_of_clients() {
        let explain: &'static str = Box::leak(format!("EXPLAIN {text}").into_boxed_str());
        let rows: Vec<(String,)> = db.all(explain, args).await.unwrap();
        let plan: Vec<String> = rows.into_iter().map(|(line,)| line).collect();
        let condition = plan.iter().find(|line| line.contains("Index Cond") && line.contains("ROW(")).cloned();
        assert!(condition.is_some_and(|line| line.contains("practice_id") && line.contains("kind")), "{plan:#?}");
        let step = if text.contains("AS found") { "Index Only Scan using person_name" } else { "using person_name" };
        assert!(plan.iter().any(|line| line.contains(step)), "{plan:#?}");
    }
    db.close().await;
}

/// Steps of a plan that go through all rows of a table, or all of a practice, and may: a file's end, and what it says.
const MAY_BE_LONG: &[(&str, &str)] = &[
    // Once a minute, and kept.
    ("factors/password_stand_in.rs", "SEARCH person"),
    // A practice has a handful of them.
    ("factors/passkey_options.rs", "SEARCH practice_host"),
    ("api/keys.rs", "SEARCH api_key"),
    ("entrance/region.rs", "SEARCH moved"),
    // A database has one.
    ("platform/ring_marks.rs", "SEARCH ring"),
    ("platform/whose.rs", "SEARCH whose_database"),
    // What waits, by an index of nothing else.
    ("notices/worker.rs", "SCAN outbox USING INDEX outbox_waiting"),
    // Now and then, in the background.
    ("notices/worker.rs", "SCAN outbox"),
    // When a practice's passwords are being tried out, once.
    ("factors/password_stuffing.rs", "SEARCH a USING"),
    // The page of people shows who is locked out, whoever it is.
    ("practice/people.rs", "SEARCH tries"),
];

/// How a step ends that finds a practice and goes on through all its rows.
const PREFIXES: &[&str] = &["(practice_id=?)", "(practice_id=? AND id>?)", "(practice_id=? AND id<?)"];

/// However many rows others have, whoever waits for an answer waits for their own. Programs for operators are left out.
#[tokio::test]
async fn every_question_goes_by_an_index_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}/map.db", folder.path().display());
    let db = Db::connect(&url, 1).await.unwrap();
    migrate::migrate(&db, &RealWorld as &dyn World).await.unwrap();
    count_as_if_large(&db).await;
    db.close().await;
    // Counts are read when a connection is opened.
    let db = Db::connect(&url, 1).await.unwrap();
    let mut long = String::new();
    for (path, text) in texts() {
        if ["/ops/", "/audit/"].iter().any(|folder| path.contains(folder)) {
            continue;
        }
        let explain: &'static str = Box::leak(format!("EXPLAIN QUERY PLAN {text}").into_boxed_str());
        let rows: Vec<(i64, i64, i64, String)> = db.all(explain, vec![]).await.unwrap();
        for (_, _, _, step) in rows {
            let all = step.starts_with("SCAN ")
                && !["CONSTANT", "(", "lanes", "waiting", "found", "stuck", "just"]
                    .iter()
                    .any(|own| step.contains(own));
            let may = MAY_BE_LONG.iter().any(|(end, start)| path.ends_with(end) && step.starts_with(start));
            if (all || PREFIXES.iter().any(|end| step.ends_with(end))) && !may {
                writeln!(long, "{path}: {step}\n    {text}").unwrap();
            }
        }
    }
    assert!(long.is_empty(), "goes through too many rows:\n{long}");
    db.close().await;
}

/// What SQLite would count in a region of a hundred practices with ten thousand rows each.
async fn count_as_if_large(db: &Db) {
    db.execute("ANALYZE", vec![]).await.unwrap();
    db.execute("DELETE FROM sqlite_stat1", vec![]).await.unwrap();
    let indexes: Vec<(String, String, i64, i64)> = db
        .all(
            "SELECT m.tbl_name, m.name, COUNT(*), l.\"unique\" FROM sqlite_schema m JOIN pragma_index_info(m.name)
             JOIN pragma_index_list(m.tbl_name) l ON l.name = m.name WHERE m.type = 'index' GROUP BY m.name",
            vec![],
        )
        .await
        .unwrap();
    for (table, index, columns, unique) in indexes {
        // Rows in all, then how many share the first column, the first two, …
        let mut counts = ["1000000", "10000", "10", "2", "1", "1", "1", "1"];
        let most = usize::try_from(columns).unwrap();
        if unique == 1 {
            counts[most] = "1";
        }
        let stat = counts[..=most].join(" ");
        db.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", args![table, index, stat])
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn sqlite_takes_every_text() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite:{}/map.db", folder.path().display()), 1).await.unwrap();
    prepare_all(&db, "SQLite").await;
    db.close().await;
}

#[tokio::test]
async fn postgres_takes_every_text() {
    let Some(db) = new_postgres(2).await else { return };
    prepare_all(&db, "PostgreSQL").await;
    db.close().await;
}

/// An empty database on the PostgreSQL at hand, if there is one.
async fn new_postgres(connections: u32) -> Option<Db> {
    let url = std::env::var("TEST_POSTGRES").ok()?;
    let admin = Db::connect(&url, 1).await.unwrap();
    let name = format!("map_{}", data_encoding::HEXLOWER.encode(&random::<8>(&RealWorld)));
    let sql: &'static str = Box::leak(format!("CREATE DATABASE {name}").into_boxed_str());
    admin.execute(sql, vec![]).await.unwrap();
    admin.close().await;
    Some(Db::connect(&url.replacen("/postgres", &format!("/{name}"), 1), connections).await.unwrap())
}
