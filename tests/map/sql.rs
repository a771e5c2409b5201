//! Every SQL text of the program, prepared against the schema on SQLite and on PostgreSQL (when TEST_POSTGRES is set).

use std::fmt::Write;

use portico::platform::db::Db;
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

#[tokio::test]
async fn sqlite_takes_every_text() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::connect(&format!("sqlite:{}/map.db", folder.path().display()), 1).await.unwrap();
    prepare_all(&db, "SQLite").await;
    db.close().await;
}

#[tokio::test]
async fn postgres_takes_every_text() {
    let Ok(url) = std::env::var("TEST_POSTGRES") else { return };
    let admin = Db::connect(&url, 1).await.unwrap();
    let name = format!("map_{}", data_encoding::HEXLOWER.encode(&random::<8>(&RealWorld)));
    let sql: &'static str = Box::leak(format!("CREATE DATABASE {name}").into_boxed_str());
    admin.execute(sql, vec![]).await.unwrap();
    admin.close().await;
    let db = Db::connect(&url.replacen("/postgres", &format!("/{name}"), 1), 2).await.unwrap();
    prepare_all(&db, "PostgreSQL").await;
    db.close().await;
}
