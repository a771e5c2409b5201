//! Notes when the program was built, so that it can refuse to start under a clock that cannot be right.

use std::time::{SystemTime, UNIX_EPOCH};

fn main() {
    // Only these: otherwise every edited test would build the whole program again.
    for path in ["build.rs", "Cargo.toml", "Cargo.lock", "migrations"] {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rustc-env=BUILT_AT_SECONDS={}", built());
}

/// Unix seconds; reproducible builds set the variable (reproducible-builds.org, SOURCE_DATE_EPOCH).
#[expect(clippy::disallowed_methods, reason = "a build has no World")]
fn built() -> u64 {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    given.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
