//! Reading the project's own files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A Rust file with its path from the project's root.
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn read(path: &str) -> Source {
        Source { path: path.to_owned(), text: std::fs::read_to_string(root().join(path)).unwrap() }
    }

    /// The text before the file's own tests.
    pub fn without_tests(&self) -> &str {
        self.text.split("\n#[cfg(test)]").next().unwrap()
    }

    /// The folder or file directly under `src/` it belongs to.
    pub fn area(&self) -> String {
        let rest = self.path.strip_prefix("src/").unwrap();
        rest.split(['/', '.']).next().unwrap().to_owned()
    }

    /// The areas that its `crate::` paths name.
    pub fn knows(&self) -> BTreeSet<String> {
        let mut known = BTreeSet::new();
        let code = self.without_tests().lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for rest in line.split("crate::").skip(1) {
                let names = rest.strip_prefix('{').map_or_else(|| vec![rest], |list| list.split(", ").collect());
                for name in names {
                    let name: String = name.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                    known.insert(name);
                }
            }
        }
        known.remove("");
        known.remove("self");
        known
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn rust_files(folder: &str) -> Vec<Source> {
    all_under(folder, "rs").iter().map(|path| Source::read(path)).collect()
}

/// Paths of all files with that ending, sorted, from the project's root.
pub fn all_under(folder: &str, ending: &str) -> Vec<String> {
    let mut found = vec![];
    let mut waiting = vec![root().join(folder)];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules") {
                waiting.push(path);
            } else if path.extension().is_some_and(|other| other == ending) {
                found.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    assert!(!found.is_empty() || !Path::new(folder).exists(), "nothing under {folder}");
    found
}

/// A file that is written from the sources: UPDATE=1 rewrites it.
#[track_caller]
pub fn compare(path: &str, now: &str) {
    let file = root().join(path);
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&file, now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == now, "{path} is out of step; look at the difference after: UPDATE=1 cargo test --test map");
}
