//! What this node remembers of sessions seen lately, so that a check costs no query. At most four seconds old;
//! a removal on this node acts at once, on others when they look again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::session::Session;

/// The last use is written down at most this often (seconds); a node in between remembers it exactly.
const WRITE_SEEN_SECONDS: i64 = 30;
/// How long a node may go on without looking the session up again (decisions.md: 5 s on all nodes).
const RECHECK_SECONDS: i64 = 4;
/// After a removal nothing is remembered of that person for so long: the transaction may still be open.
const DISTRUST_SECONDS: i64 = 15;
const MOST: usize = 20_000;
const SHARDS: usize = 16;

#[derive(Default)]
pub struct Remembered {
    shards: [Mutex<HashMap<String, Entry>>; SHARDS],
    /// Person ids and sessions' keys that were just removed, until when.
    distrusted: Mutex<HashMap<String, i64>>,
}

struct Entry {
    session: Arc<Session>,
    looked_at: i64,
    written_at: i64,
}

impl Remembered {
    pub(super) fn get(&self, hash: &str, now: i64) -> Option<Arc<Session>> {
        let shard = self.shard(hash);
        let entry = shard.get(hash)?;
        (now - entry.looked_at < RECHECK_SECONDS && now >= entry.looked_at).then(|| Arc::clone(&entry.session))
    }

    /// Remembers what was just read; a use seen by this node and not yet written is kept.
    pub(super) fn put(&self, hash: &str, mut session: Session, now: i64) -> Arc<Session> {
        let whose = [Some(hash), Some(&session.person_id), session.for_id.as_deref()];
        if whose.into_iter().flatten().any(|whom| self.is_distrusted(whom, now)) {
            return Arc::new(session);
        }
        let mut shard = self.shard(hash);
        if shard.len() >= MOST / SHARDS {
            shard.clear();
        }
        let written_at = session.seen_at;
        if let Some(before) = shard.get(hash).filter(|before| before.session.id == session.id) {
            session.seen_at = session.seen_at.max(before.session.seen_at);
        }
        let session = Arc::new(session);
        shard.insert(hash.to_owned(), Entry { session: Arc::clone(&session), looked_at: now, written_at });
        session
    }

    /// Notes a use; answers whether it is time to write it down.
    pub(super) fn seen(&self, hash: &str, now: i64) -> bool {
        let mut shard = self.shard(hash);
        let Some(entry) = shard.get_mut(hash) else { return true };
        if entry.session.seen_at < now {
            let mut session = Session::clone(&entry.session);
            session.seen_at = now;
            entry.session = Arc::new(session);
        }
        let write = now - entry.written_at >= WRITE_SEEN_SECONDS;
        if write {
            entry.written_at = now;
        }
        write
    }

    /// Forgets one session by its key, or all of a person and all for a person by their id.
    pub(super) fn forget(&self, whom: &str, now: i64) {
        let mut distrusted = lock(&self.distrusted);
        distrusted.retain(|_, until| *until > now);
        distrusted.insert(whom.to_owned(), now + DISTRUST_SECONDS);
        drop(distrusted);
        for shard in &self.shards {
            lock(shard).retain(|hash, entry| {
                hash != whom && entry.session.person_id != whom && entry.session.for_id.as_deref() != Some(whom)
            });
        }
    }

    fn is_distrusted(&self, whom: &str, now: i64) -> bool {
        lock(&self.distrusted).get(whom).is_some_and(|until| *until > now)
    }

    fn shard(&self, hash: &str) -> MutexGuard<'_, HashMap<String, Entry>> {
        lock(&self.shards[usize::from(hash.bytes().next().unwrap_or_default()) % SHARDS])
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
