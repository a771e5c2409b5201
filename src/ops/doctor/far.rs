//! The regions that other deployments serve: each is asked once, as the entrance asks it for everybody's list.

use std::sync::Arc;

use super::Finding;
use crate::entrance::far::Far;
use crate::entrance::region::{Answer, Question};
use crate::entrance::regions::PATIENCE;
use crate::platform::error::{Error, Result};
use crate::platform::server::Server;

/// One finding for each far region; a question about nobody is all that is sent.
pub async fn examine(server: &Arc<Server>) -> Vec<Finding> {
    let mut findings = vec![];
    for region in &server.config.far_regions {
        let asked = tokio::time::timeout(PATIENCE, ask(server, &region.name)).await;
        let name = format!("region {} at {}", region.name, region.address);
        let silent = "until it answers, lists say that it cannot be reached";
        findings.push(match asked {
            Ok(Ok(())) => Finding::ok(format!("{name}: answers, the link key is right and the clocks agree")),
            Ok(Err(error)) if error.to_string().contains("answered 403") => Finding::fail(
                format!("{name}: refuses what this entrance asks"),
                format!(
                    "the link_key must be the same on both sides, and the clocks at most ten minutes apart; {silent}"
                ),
            ),
            Ok(Err(error)) => {
                Finding::fail(format!("{name}: {error}"), format!("is it running, and is address right? {silent}"))
            }
            Err(_) => Finding::fail(
                format!("{name}: no answer within {} s", PATIENCE.as_secs()),
                format!("is it running, and is the network between them open? {silent}"),
            ),
        });
    }
    findings
}

async fn ask(server: &Arc<Server>, region: &str) -> Result<()> {
    match server.kept::<Far>()?.ask(server, region, &Question::Still { pairs: vec![] }).await? {
        Answer::Still(_) => Ok(()),
        Answer::Where(_) => Err(Error::Fault("the answer is one to another question".into())),
    }
}
