//! The record's own work in the background: what strangers repeated becomes a line, and what was kept long enough is cut.

use std::sync::Arc;
use std::time::Duration;

use super::tasks::{Stop, pause};
use crate::audit::cut::{self, Outcome};
use crate::audit::gather;
use crate::platform::error::{Error, Result};
use crate::platform::server::{Region, Server};

/// Between two turns; a count becomes a line within this time after its hour.
const EVERY: Duration = Duration::from_secs(60);
/// Every so many turns the old end is looked at.
const CUT_EVERY: u32 = 60;

/// Goes on until the server ends.
pub async fn run(server: Arc<Server>, stop: Stop) {
    let mut turn: u32 = 0;
    while pause(EVERY, &stop).await {
        for region in &server.regions {
            if let Err(error) = gather::close(&region.db, &*server.world).await {
                tracing::warn!(region = region.name, %error, "what was repeated could not be written down");
            }
            if turn.is_multiple_of(CUT_EVERY) {
                match cut(&server, region).await {
                    Ok(()) | Err(Error::Conflict) => {}
                    Err(error) => tracing::warn!(region = region.name, %error, "the record could not be cut"),
                }
            }
        }
        turn = turn.wrapping_add(1);
    }
}

async fn cut(server: &Server, region: &Region) -> Result<()> {
    let before = cut::before(server.world.now(), server.config.audit_keep_years)?;
    for (practice, outcome) in cut::cut_all(&region.db, &server.keyring(), &*server.world, before, false).await? {
        match outcome {
            Outcome::Cut { lines, seq } => tracing::info!(practice, lines, seq, "old lines of the record were cut"),
            Outcome::NotWhole(finding) => tracing::error!(
                practice,
                line = finding.seq,
                problem = finding.wrong.word(),
                "the record is not as it was sealed, so nothing of it is cut; run portico audit verify"
            ),
        }
    }
    Ok(())
}
