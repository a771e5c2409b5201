//! The one door to time and chance. Everything that needs "now" or random bytes is handed them from
//! here, so that a test can set the clock; nothing else in the crate may ask the system.

use std::time::{SystemTime, UNIX_EPOCH};

/// Where time and randomness come from, and where a test may stand in the way.
pub trait World: Send + Sync + 'static {
    /// Unix time in seconds.
    fn now(&self) -> i64;
    /// Fills the slice from a cryptographic generator.
    fn fill(&self, bytes: &mut [u8]);
    /// Named points between two durable acts; a crash test stops the process there.
    fn reached(&self, _point: &'static str) {}
}

/// The system's clock and the kernel's generator.
pub struct RealWorld;

impl World for RealWorld {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> i64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, clippy::expect_used, reason = "without randomness no secret is safe: stop")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the kernel's generator answers");
    }
}

/// `N` random bytes from the world.
pub fn random<const N: usize>(world: &dyn World) -> [u8; N] {
    let mut bytes = [0; N];
    world.fill(&mut bytes);
    bytes
}

/// A new id: UUIDv7, so that newer rows sort after older ones.
pub fn new_id(world: &dyn World) -> String {
    let millis = u64::try_from(world.now()).unwrap_or(0) * 1000;
    uuid::Builder::from_unix_timestamp_millis(millis, &random::<10>(world)).into_uuid().to_string()
}
