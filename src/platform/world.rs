//! The one door to time and chance. Everything that needs "now" or random bytes is handed them from
//! here, so that a test can set the clock; nothing else in the crate may ask the system.

use std::sync::atomic::{AtomicU32, Ordering};
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

/// A new id: UUIDv7 (RFC 9562, 5.7), so that newer rows sort after older ones; a counter of 24 bits orders those of one
/// second of one node, 50 random bits keep nodes apart. An id is never a secret.
pub fn new_id(world: &dyn World) -> String {
    new_id_at(world, world.now())
}

/// As [`new_id`], for something that happened at another time (unix seconds).
pub fn new_id_at(world: &dyn World, at: i64) -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let [_, high, middle, low] = COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    let mut bytes = random::<10>(world);
    // The builder overwrites the upper four bits of the first byte (version) and two of the third (variant).
    bytes[0] = high >> 4;
    bytes[1] = high << 4 | middle >> 4;
    bytes[2] = (middle & 0x0f) << 2 | low >> 6;
    bytes[3] = low << 2;
    let millis = u64::try_from(at).unwrap_or(0) * 1000;
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_they_were_made() {
        let ids: Vec<String> = (0..10_000).map(|_| new_id(&Still)).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
    }

    struct Still;
    impl World for Still {
        fn now(&self) -> i64 {
            1_795_240_800
        }
        fn fill(&self, bytes: &mut [u8]) {
            RealWorld.fill(bytes);
        }
    }
}
