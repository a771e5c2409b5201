//! A fixed number of threads that hash, with a short queue before them, so that a flood of sign-ins
//! neither takes the memory of the machine nor holds up any other request.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::{HashProblem, Hasher, Memory, Secret, Verdict};

/// Hashes one thread is expected to make in a second; only for the advice in [`PoolError::Full`].
const HASHES_PER_SECOND: usize = 8;

/// How far hashing threads stand back (0 not at all, 19 most).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Jobs that may wait when nothing else is configured.
pub const DEFAULT_WAITING: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolError {
    /// As many are waiting as may; answer 503 with this `Retry-After`, in seconds.
    Full {
        retry_after_s: u32,
    },
    Broken(HashProblem),
    /// The server is going down, or the computation panicked.
    Stopped,
}

impl std::fmt::Display for PoolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Full { retry_after_s } => {
                write!(f, "too many passwords wait to be hashed; again in {retry_after_s} s")
            }
            Self::Broken(problem) => problem.fmt(f),
            Self::Stopped => f.write_str("the hashing threads have stopped"),
        }
    }
}

impl std::error::Error for PoolError {}

/// What the pool has done since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashCounts {
    /// Jobs computed, whatever came out.
    pub made: u64,
    /// Jobs dropped from the queue because nobody waited for them any more.
    pub skipped: u64,
    /// Jobs that found the queue full.
    pub refused: u64,
}

/// First come, first served. Dropping it, like [`HashPool::stop`], ends the threads after the job they
/// are at; those who wait get [`PoolError::Stopped`].
pub struct HashPool {
    shared: Arc<Shared>,
    threads: usize,
    waiting: usize,
}

struct Shared {
    /// Exchanged when keys rotate; the cost stays, since the threads' memory was made for it.
    hasher: RwLock<Arc<Hasher>>,
    queue: Mutex<Queue>,
    arrived: Condvar,
    made: AtomicU64,
    skipped: AtomicU64,
    refused: AtomicU64,
    busy_micros: AtomicU64,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    stopped: bool,
}

enum Job {
    Verify { stored: Option<String>, password: Secret, reply: oneshot::Sender<Result<Verdict, HashProblem>> },
    Hash { password: Secret, salt: [u8; 16], reply: oneshot::Sender<Result<String, HashProblem>> },
}

impl HashPool {
    /// One thread per core that the system grants, and [`DEFAULT_WAITING`] places.
    ///
    /// # Errors
    /// When the system refuses a thread, or the memory for one.
    pub fn new(hasher: Hasher) -> io::Result<Self> {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self::with_size(hasher, threads, DEFAULT_WAITING)
    }

    /// `threads` at least 1; `waiting` counts the jobs that no thread has taken yet.
    pub fn with_size(hasher: Hasher, threads: usize, waiting: usize) -> io::Result<Self> {
        let threads = threads.max(1);
        let params = hasher.params();
        let shared = Arc::new(Shared {
            hasher: RwLock::new(Arc::new(hasher)),
            queue: Mutex::default(),
            arrived: Condvar::new(),
            made: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            busy_micros: AtomicU64::new(0),
        });
        // Made before its threads, so that a failure half way drops it and ends those begun.
        let pool = Self { shared, threads, waiting };
        for number in 0..threads {
            let memory = Memory::new(params).map_err(io::Error::other)?;
            let shared = Arc::clone(&pool.shared);
            thread::Builder::new().name(format!("hash-{number}")).spawn(move || shared.work(memory))?;
        }
        Ok(pool)
    }

    /// `stored` is `None` for a person nobody knows: always `Wrong`, at the cost of a current hash.
    pub async fn verify(&self, stored: Option<String>, password: Secret) -> Result<Verdict, PoolError> {
        // Wrong for everyone alike, so it tells nothing and need not take a place in the queue.
        if super::is_too_long(&password) {
            return Ok(Verdict::Wrong);
        }
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job::Verify { stored, password, reply })?;
        answer.await.map_err(|_| PoolError::Stopped)?.map_err(PoolError::Broken)
    }

    /// A new hash with the current cost and pepper; `salt` must be random.
    pub async fn hash(&self, password: Secret, salt: [u8; 16]) -> Result<String, PoolError> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Job::Hash { password, salt, reply })?;
        answer.await.map_err(|_| PoolError::Stopped)?.map_err(PoolError::Broken)
    }

    fn enqueue(&self, job: Job) -> Result<(), PoolError> {
        let mut queue = self.shared.lock();
        if queue.stopped {
            return Err(PoolError::Stopped);
        }
        if queue.jobs.len() >= self.waiting {
            self.shared.forget_deserted(&mut queue);
        }
        if queue.jobs.len() >= self.waiting {
            self.shared.refused.fetch_add(1, Ordering::Relaxed);
            let seconds = 1 + queue.jobs.len() / (self.threads * HASHES_PER_SECOND);
            return Err(PoolError::Full { retry_after_s: u32::try_from(seconds).unwrap_or(60) });
        }
        queue.jobs.push_back(job);
        drop(queue);
        self.shared.arrived.notify_one();
        Ok(())
    }

    pub fn counts(&self) -> HashCounts {
        HashCounts {
            made: self.shared.made.load(Ordering::Relaxed),
            skipped: self.shared.skipped.load(Ordering::Relaxed),
            refused: self.shared.refused.load(Ordering::Relaxed),
        }
    }

    /// From now on hashes are made and checked with other peppers; the cost must be the same.
    pub fn exchange(&self, hasher: Hasher) {
        *self.shared.hasher.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(hasher);
    }

    /// How every hash of the current cost begins.
    pub fn form(&self) -> String {
        self.shared.hasher.read().unwrap_or_else(PoisonError::into_inner).form()
    }

    /// Seconds of computing by all threads since the pool began.
    pub fn busy_seconds(&self) -> f64 {
        Duration::from_micros(self.shared.busy_micros.load(Ordering::Relaxed)).as_secs_f64()
    }

    /// Jobs that no thread has taken yet.
    pub fn waiting(&self) -> usize {
        self.shared.lock().jobs.len()
    }

    /// How long whoever comes now waits for their hash, where so many wait that each waits longer than a few hashes take;
    /// else no time.
    pub fn crowd(&self) -> impl Fn() -> Duration + Send + Sync + 'static {
        let (shared, threads) = (Arc::clone(&self.shared), self.threads);
        move || {
            let waiting = shared.lock().jobs.len();
            if waiting < threads * 3 {
                return Duration::ZERO;
            }
            let (made, busy) = (shared.made.load(Ordering::Relaxed), shared.busy_micros.load(Ordering::Relaxed));
            let places = (waiting / threads) as u64;
            Duration::from_micros(busy / made.max(1)).saturating_mul(u32::try_from(places).unwrap_or(u32::MAX))
        }
    }

    pub fn stop(&self) {
        let mut queue = self.shared.lock();
        queue.stopped = true;
        queue.jobs.clear();
        drop(queue);
        self.shared.arrived.notify_all();
    }
}

impl Drop for HashPool {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn work(&self, mut memory: Memory) {
        stand_back();
        while let Some(job) = self.next() {
            if job.is_deserted() {
                self.skipped.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            // A panic drops the reply, which tells its caller; the thread lives on for the others.
            let _ = catch_unwind(AssertUnwindSafe(|| self.timed(job, &mut memory)));
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.lock();
        loop {
            if queue.stopped {
                return None;
            }
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            queue = self.arrived.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "how long the threads are busy is shown by the metrics only")]
    fn timed(&self, job: Job, memory: &mut Memory) {
        let begun = Instant::now();
        let reply = self.do_job(job, memory);
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(0);
        self.busy_micros.fetch_add(micros, Ordering::Relaxed);
        self.made.fetch_add(1, Ordering::Relaxed);
        // Counted before the reply, so that whoever has the answer also sees the count.
        reply();
    }

    fn do_job(&self, job: Job, memory: &mut Memory) -> Box<dyn FnOnce()> {
        let hasher = Arc::clone(&self.hasher.read().unwrap_or_else(PoisonError::into_inner));
        match job {
            Job::Verify { stored: Some(stored), password, reply } => {
                let verdict = hasher.verify(&stored, &password, memory);
                Box::new(move || {
                    let _ = reply.send(verdict);
                })
            }
            Job::Verify { stored: None, password, reply } => {
                let verdict = hasher.verify(&hasher.stranger_hash(), &password, memory).map(|_| Verdict::Wrong);
                Box::new(move || {
                    let _ = reply.send(verdict);
                })
            }
            Job::Hash { password, salt, reply } => {
                let hash = hasher.hash(&password, salt, memory);
                Box::new(move || {
                    let _ = reply.send(hash);
                })
            }
        }
    }

    fn forget_deserted(&self, queue: &mut Queue) {
        let before = queue.jobs.len();
        queue.jobs.retain(|job| !job.is_deserted());
        let gone = before - queue.jobs.len();
        self.skipped.fetch_add(gone as u64, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives way to the threads that answer requests: a hash takes long anyway, a page must not wait behind it. On Linux
/// a thread has a priority of its own; where it cannot be set, hashing only takes its full share.
fn stand_back() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

impl Job {
    /// Nobody waits for the answer any more.
    fn is_deserted(&self) -> bool {
        match self {
            Self::Verify { reply, .. } => reply.is_closed(),
            Self::Hash { reply, .. } => reply.is_closed(),
        }
    }
}
