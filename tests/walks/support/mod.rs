//! The stage that walks are played on, and the servers and tools that they share.

pub mod authenticator;
pub mod browser;
pub mod certificate;
pub mod desk;
pub mod dkim;
pub mod key;
pub mod portal;
pub mod program;
pub mod smtp_sink;
mod smtp_talk;
pub mod stage;
pub mod text_sink;
pub mod two_factor;
pub mod ways;
pub mod wrong;

/// A walk on both engines: `walk!(name, |stage| { ... })`. The body sees `stage: Stage`.
#[macro_export]
macro_rules! walk {
    ($name:ident, |$stage:ident| $body:block) => {
        async fn $name($stage: $crate::support::stage::Stage) $body

        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::support::stage::Stage::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(stage) = $crate::support::stage::Stage::postgres().await {
                    super::$name(stage).await;
                }
            }
        }
    };
}
