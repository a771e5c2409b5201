//! Whether the keys at hand are those that a database needs.

use super::Finding;
use crate::ops::keys::{other_keys, reseal};
use crate::platform::db::Db;
use crate::platform::keyring::Keyring;
use crate::platform::ring_marks;

pub(super) async fn examine(name: &str, db: &Db, ring: &Keyring, findings: &mut Vec<Finding>) {
    if let Ok(true) = ring_marks::is_of_another(db, ring).await {
        let region = name.strip_prefix("region ").or(name.strip_prefix("the ")).unwrap_or(name);
        findings.push(Finding::fail(other_keys(region), "a key file that is lost for good: docs/runbooks/restore.md"));
    }
    // Where the schema is another one, that is said already.
    let Ok(missing) = reseal::missing(db, ring).await else { return };
    findings.push(match missing.words() {
        None => Finding::ok(format!("{name}: the keys open everything")),
        Some(words) => Finding::fail(
            format!("{name}: {words}"),
            "put them back into the key file, behind the current one; whoever they belong to cannot log in: docs/runbooks/restore.md",
        ),
    });
}
