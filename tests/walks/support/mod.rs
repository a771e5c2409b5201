//! The stage that walks are played on, and the servers and tools that they share.

pub mod browser;
pub mod certificate;
pub mod dkim;
pub mod smtp_sink;
mod smtp_talk;
pub mod stage;
pub mod text_sink;
pub mod two_factor;

/// A walk on both engines: `walk!(name, |stage| { ... })`. The body sees `stage: Stage`.
#[macro_export]
macro_rules! walk {
    ($name:ident, |$stage:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports, reason = "not every walk uses all of its file's imports")]
            use super::*;

            async fn walk($stage: $crate::support::stage::Stage) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                walk($crate::support::stage::Stage::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(stage) = $crate::support::stage::Stage::postgres().await {
                    walk(stage).await;
                }
            }
        }
    };
}
