//! `docs/abuse-cases.md` names a test for each case: every number is there once, and every test exists.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::sources::{all_under, root, rust_files};

/// The numbers that a row's first cell stands for: `AC-001`, or `AC-040 to AC-057`.
fn numbers(cell: &str) -> std::ops::RangeInclusive<u32> {
    let all: Vec<u32> = cell.split("AC-").skip(1).map(|rest| rest.trim()[..3].parse().unwrap()).collect();
    *all.first().unwrap()..=*all.last().unwrap()
}

#[test]
fn every_case_has_its_tests() {
    let text = std::fs::read_to_string(root().join("docs/abuse-cases.md")).unwrap();
    let sources: Vec<_> = rust_files("src").into_iter().chain(rust_files("tests")).collect();
    let browser: String = all_under("tests/browser", "js")
        .iter()
        .map(|path| std::fs::read_to_string(root().join(path)).unwrap())
        .collect();
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let (mut seen, mut named, mut missing) = (BTreeSet::new(), 0, String::new());
    for row in text.lines().filter(|line| line.starts_with("| AC-")) {
        let mut cells = row.split('|').skip(1);
        let cases = numbers(cells.next().unwrap());
        let kept = cells.next().unwrap();
        for case in cases {
            assert!(seen.insert(case), "AC-{case:03} stands twice");
        }
        let tests: Vec<&str> = kept.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty() || kept.contains("waits for") || kept.contains("not yet"), "{row}");
        for test in tests {
            named += 1;
            let found = match (test.strip_prefix("browser: "), test.strip_prefix("make ")) {
                (Some(name), _) => browser.contains(&format!("test(\"{name}\"")),
                (None, Some(target)) => makefile.lines().any(|line| line.starts_with(&format!("{target}:"))),
                (None, None) => {
                    let (file, name) = test.rsplit_once("::").unwrap_or_else(|| panic!("«{test}» is not file::test"));
                    sources.iter().any(|source| {
                        source.path.ends_with(&format!("/{file}.rs"))
                            && (source.text.contains(&format!("walk!({name},"))
                                || source.text.contains(&format!("sending!({name},"))
                                || source.text.contains(&format!("fn {name}(")))
                    })
                }
            };
            if !found {
                writeln!(missing, "{}: {test}", cases_of(row)).unwrap();
            }
        }
    }
    assert!(missing.is_empty(), "tests that are not there:\n{missing}");
    assert!(named > 100, "only {named} names were read");
    assert_eq!(seen, (1..=199).collect(), "each case once");
}

fn cases_of(row: &str) -> &str {
    row.split('|').nth(1).unwrap_or_default().trim()
}
