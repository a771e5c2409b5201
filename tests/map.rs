//! The habits of ARCHITECTURE.md, kept: who may know whom, what lies beside what, which routes and sentences there are.
//! Each test reads the sources; none runs the server except those that ask the two databases about SQL.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![expect(clippy::disallowed_methods, reason = "the environment says where PostgreSQL is, and whether to rewrite")]

#[path = "map/abuse.rs"]
mod abuse;
#[path = "map/sentences.rs"]
mod sentences;
#[path = "map/sources.rs"]
mod sources;
#[path = "map/sql.rs"]
mod sql;

use std::collections::BTreeSet;
use std::fmt::Write;

use sources::{Source, all_under, rust_files};

/// The longest file that still reads as one thing.
const MOST_LINES: usize = 400;
/// Written so that this file does not find itself.
const UNSAFE: &[&str] = &[concat!("unsafe", " {"), concat!("unsafe", " fn"), concat!("unsafe", " impl")];

/// Who may know whom: a folder or file directly under `src/`, and what its `use crate::` lines may name.
/// `args` is the macro of `platform/db.rs`.
const ARROWS: &[(&str, &[&str])] = &[
    ("platform", &["config", "platform"]),
    ("config", &["platform"]),
    ("audit", &["platform"]),
    ("notices", &["audit", "config", "notices", "platform", "sign_in"]),
    ("sign_in", &["audit", "factors", "notices", "platform", "sign_in"]),
    ("factors", &["factors", "notices", "platform", "sign_in"]),
    ("mine", &["factors", "mine", "notices", "platform", "sign_in"]),
    ("portal", &["factors", "notices", "platform", "portal", "sign_in"]),
    ("practice", &["api", "audit", "factors", "notices", "platform", "portal", "practice", "sign_in"]),
    ("api", &["api", "notices", "platform", "portal", "sign_in"]),
    ("entrance", &["config", "entrance", "notices", "platform", "sign_in"]),
    ("help", &["help", "platform", "sign_in"]),
    // The two that put everything together.
    (
        "ops",
        &[
            "api", "app", "audit", "config", "entrance", "factors", "notices", "ops", "platform", "portal", "practice",
            "sign_in",
        ],
    ),
    (
        "app",
        &[
            "api", "audit", "entrance", "factors", "help", "mine", "notices", "ops", "platform", "portal", "practice",
            "sign_in",
        ],
    ),
];

/// Edges within `platform` that lead up to `config`: settings are handed down, never asked for.
const KNOW_CONFIG: &[&str] = &["platform/server.rs", "platform/door.rs", "platform/rotation.rs"];

#[test]
fn the_rule_is_pure() {
    let rule = Source::read("src/sign_in/step.rs");
    let program = rule.without_tests();
    for word in ["use crate::", "use super::", "async", "axum", "sqlx", "std::time"] {
        assert!(!program.contains(word), "sign_in/step.rs has «{word}»");
    }
}

#[test]
fn arrows_point_where_the_map_says() {
    let mut wrong = String::new();
    for file in rust_files("src") {
        let from = file.area();
        let Some((_, allowed)) = ARROWS.iter().find(|(area, _)| *area == from) else {
            assert!(
                matches!(
                    from.as_str(),
                    "lib"
                        | "main"
                        | "commands"
                        | "commands_api_key"
                        | "commands_audit"
                        | "commands_mail"
                        | "commands_practice"
                ),
                "{} is on no map: add it to ARROWS",
                file.path
            );
            continue;
        };
        for to in file.knows() {
            let fine = to == "args" || allowed.contains(&to.as_str());
            let settings =
                to != "config" || from != "platform" || KNOW_CONFIG.iter().any(|end| file.path.ends_with(end));
            if !fine || !settings {
                writeln!(wrong, "{} knows {to}", file.path).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that are not on the map:\n{wrong}");
}

#[test]
fn every_page_lies_beside_its_handler() {
    let shared = ["layout", "problem", "code", "mail"];
    let pages: Vec<String> = all_under("src", "html")
        .iter()
        .map(|page| std::fs::read_to_string(sources::root().join(page)).unwrap())
        .collect();
    for page in all_under("src", "html") {
        let path = std::path::Path::new(&page);
        let name = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let folder_name = folder.file_name().unwrap().to_str().unwrap();
        let pair = folder.join(name).is_dir() || beside(folder, name);
        let of_folder = name == folder_name || folder.join("mod.rs").exists() && used_by_mod(folder, name);
        let part =
            pages.iter().any(|other| other.contains(&format!("include \"{}\"", page.trim_start_matches("src/"))));
        assert!(pair || of_folder || part || shared.contains(&name), "{page} has no {name}.rs beside it");
    }
}

/// Some handler of the folder shows it and shares the first word of its name: `people_acts.rs` shows `people_confirm.html`.
fn beside(folder: &std::path::Path, name: &str) -> bool {
    let first = |name: &str| name.split('_').next().unwrap_or_default().to_owned();
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).any(|path| {
        first(path.file_stem().unwrap().to_str().unwrap()) == first(name)
            && std::fs::read_to_string(path).unwrap().contains(&format!("/{name}.html"))
    })
}

fn used_by_mod(folder: &std::path::Path, name: &str) -> bool {
    std::fs::read_to_string(folder.join("mod.rs")).unwrap().contains(&format!("{name}.html"))
}

/// Help stands where the question arises, so that links to it are spread over the pages.
#[test]
fn help_that_is_linked_is_there() {
    let known: BTreeSet<&str> = portico::ops::help_topics::all().map(|topic| topic.word).collect();
    let pages = all_under("src", "html").into_iter().chain(all_under("src", "rs"));
    let (mut dead, mut links) = (String::new(), 0);
    for page in pages {
        let text = std::fs::read_to_string(sources::root().join(&page)).unwrap();
        for rest in text.split("\"/help/").skip(1) {
            let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            links += 1;
            if !word.is_empty() && !known.contains(word.as_str()) {
                writeln!(dead, "{page}: /help/{word}").unwrap();
            }
        }
    }
    assert!(dead.is_empty(), "links to help that is not there:\n{dead}");
    assert!(links > 15, "the pages were not read: {links}");
}

/// Help about passkeys is opened from where its case occurs (P11); the list of all pages is for those who look for something.
#[test]
fn help_about_passkeys_is_linked_from_where_it_is_needed() {
    let pages = all_under("src", "html").into_iter().chain(all_under("src", "rs"));
    let texts: Vec<String> = pages
        .filter(|page| !page.starts_with("src/ops/"))
        .map(|page| std::fs::read_to_string(sources::root().join(&page)).unwrap())
        .collect();
    let is_linked = |word: &str| texts.iter().any(|text| text.contains(&format!("\"/help/{word}\"")));
    let topics: Vec<&str> =
        portico::ops::help_topics::all().map(|topic| topic.word).filter(|word| word.starts_with("passkey")).collect();
    let lost: Vec<&&str> = topics.iter().filter(|word| !is_linked(word)).collect();
    assert!(lost.is_empty(), "help that only the list leads to: {lost:?}");
    assert!(topics.len() > 20, "the topics were not read");
}

#[test]
fn files_stay_short() {
    let mut long = String::new();
    for file in rust_files("src").into_iter().chain(rust_files("tests")) {
        let lines = file.text.lines().count();
        if lines > MOST_LINES {
            writeln!(long, "{}: {lines} lines", file.path).unwrap();
        }
    }
    assert!(long.is_empty(), "files over {MOST_LINES} lines:\n{long}");
}

#[test]
fn no_shortcuts() {
    let mut found = String::new();
    for file in rust_files("src").into_iter().chain(rust_files("tests")) {
        for (number, line) in file.text.lines().enumerate() {
            let code = line.trim_start();
            let shortcut = code.starts_with("#[allow") || code.starts_with("#![allow");
            if shortcut || UNSAFE.iter().any(|word| code.contains(word)) {
                writeln!(found, "{}:{}: {code}", file.path, number + 1).unwrap();
            }
        }
    }
    assert!(found.is_empty(), "{found}");
    for root in ["src/lib.rs", "src/main.rs"] {
        assert!(Source::read(root).text.contains("#![forbid(unsafe_code)]"), "{root} does not forbid unsafe code");
    }
}

#[test]
fn pages_and_scripts_keep_to_the_policy() {
    for page in all_under("src", "html") {
        let html = std::fs::read_to_string(&page).unwrap();
        let mail = page.ends_with("/mail.html");
        for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
            let inline = tag.starts_with("style") && !mail
                || tag.starts_with("script") && !tag.contains(" src=")
                || tag.contains(" style=") && !mail
                || tag.split_whitespace().any(|word| word.starts_with("on") && word.contains("=\""))
                || tag.contains("javascript:");
            assert!(!inline, "{page}: <{tag}>");
        }
    }
    for script in all_under("src", "js") {
        let text = std::fs::read_to_string(&script).unwrap();
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            assert!(!text.contains(word), "{script} has {word}");
        }
    }
}

/// Whoever hears a page reads its title first: where something is wrong it begins with that.
#[test]
fn a_page_that_shows_what_is_wrong_says_so_in_its_title() {
    // Its titles say by themselves what is wrong with the link.
    let says_it_all = ["src/entrance/link.html"];
    let (mut silent, mut pages) = (String::new(), 0);
    for page in all_under("src", "html").into_iter().filter(|page| !says_it_all.contains(&page.as_str())) {
        let html = std::fs::read_to_string(sources::root().join(&page)).unwrap();
        let whole = html.contains("{% extends \"platform/layout.html\" %}");
        let shows = ["{% if let Some(problem) =", "problem.is_some()", "problems.is_empty()"];
        if whole && shows.iter().any(|word| html.contains(word)) {
            pages += 1;
            let title = html.split("{% block title %}").nth(1).and_then(|rest| rest.split("{% endblock %}").next());
            if !title.is_some_and(|title| title.contains("frame-error-prefix")) {
                writeln!(silent, "{page}").unwrap();
            }
        }
    }
    assert!(silent.is_empty(), "pages whose title keeps silent about what is wrong:\n{silent}");
    assert!(pages > 40, "the pages were not read: {pages}");
}

/// A new route is a line in `tests/routes.txt`: UPDATE=1 writes it, a person reads it.
#[test]
fn every_route_is_on_the_list() {
    let mut now = String::from("# Every route with what it answers to; UPDATE=1 cargo test --test map rewrites it.\n");
    let mut seen = BTreeSet::new();
    for route in portico::ops::routes::table() {
        assert!(!route.methods.is_empty(), "{} answers neither GET nor POST", route.path);
        assert!(seen.insert((route.area.clone(), route.path.clone())), "{} stands twice", route.path);
        writeln!(now, "{:<24} {:<9} {}", route.area, route.methods.join(" "), route.path).unwrap();
    }
    assert!(seen.len() >= 5, "the table was not read");
    sources::compare("tests/routes.txt", &now);
}
