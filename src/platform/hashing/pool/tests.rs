use std::time::Duration;

use super::super::HashParams;
use super::super::tests::{PASSWORD, SMALL, hasher, secret};
use super::*;

/// Slow enough that the one thread is still busy while a test fills the queue behind it.
const SLOW: HashParams = HashParams { memory_kib: 65_536, passes: 4, lanes: 1 };

/// Polls once, as a request does before its client goes away.
fn begun(job: &mut (impl Future + Unpin)) -> bool {
    futures_util::FutureExt::now_or_never(job).is_none()
}

#[expect(clippy::disallowed_methods, reason = "another thread is waited for")]
async fn busy(pool: &HashPool) -> impl Future<Output = Result<Verdict, PoolError>> + '_ {
    let mut first = Box::pin(pool.verify(None, secret(PASSWORD)));
    assert!(begun(&mut first));
    while pool.waiting() > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    first
}

#[tokio::test]
async fn the_pool_hashes_and_verifies() {
    let pool = HashPool::with_size(hasher(SMALL), 2, 64).unwrap();
    let stored = pool.hash(secret(PASSWORD), [7; 16]).await.unwrap();
    let verdict = |stored, text: &str| pool.verify(stored, secret(text));
    assert_eq!(verdict(Some(stored.clone()), PASSWORD).await, Ok(Verdict::Right { upgrade: false }));
    assert_eq!(verdict(Some(stored), "other").await, Ok(Verdict::Wrong));
    assert_eq!(verdict(None, PASSWORD).await, Ok(Verdict::Wrong));
    let broken = verdict(Some("$nothing$".to_owned()), PASSWORD).await;
    assert_eq!(broken, Err(PoolError::Broken(HashProblem::UnknownScheme)));
    let made = pool.counts().made;
    assert_eq!(verdict(None, &"a".repeat(1 << 20)).await, Ok(Verdict::Wrong));
    assert_eq!(pool.counts(), HashCounts { made, skipped: 0, refused: 0 }, "AC-008");
}

#[tokio::test]
async fn a_job_nobody_waits_for_is_skipped() {
    let pool = HashPool::with_size(hasher(SLOW), 1, 64).unwrap();
    let first = busy(&pool).await;
    for _ in 0..5 {
        let mut deserted = Box::pin(pool.verify(None, secret(PASSWORD)));
        assert!(begun(&mut deserted));
    }
    assert_eq!(pool.waiting(), 5);
    assert_eq!(pool.verify(None, secret(PASSWORD)).await, Ok(Verdict::Wrong));
    assert_eq!(first.await, Ok(Verdict::Wrong));
    assert_eq!(pool.counts(), HashCounts { made: 2, skipped: 5, refused: 0 });
}

#[tokio::test]
async fn a_crowd_waits_as_long_as_its_hashes_take() {
    let pool = HashPool::with_size(hasher(SLOW), 1, 64).unwrap();
    let crowd = pool.crowd();
    assert_eq!(pool.verify(None, secret(PASSWORD)).await, Ok(Verdict::Wrong));
    let one = Duration::from_secs_f64(pool.busy_seconds());
    let first = busy(&pool).await;
    let mut waiting = [0, 1, 2].map(|_| Box::pin(pool.verify(None, secret(PASSWORD))));
    assert!(begun(&mut waiting[0]) && begun(&mut waiting[1]));
    assert_eq!(crowd(), Duration::ZERO, "two are no crowd");
    assert!(begun(&mut waiting[2]));
    let said = crowd();
    assert!(said > one * 29 / 10 && said < one * 31 / 10, "{said:?} for three of {one:?}");
    drop(first);
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_takes_the_deserted_out() {
    let pool = HashPool::with_size(hasher(SLOW), 1, 2).unwrap();
    let first = busy(&pool).await;
    let mut waiting = [0, 1].map(|_| Box::pin(pool.verify(None, secret(PASSWORD))));
    for job in &mut waiting {
        assert!(begun(job));
    }
    let refused = pool.verify(None, secret(PASSWORD)).await;
    assert_eq!(refused, Err(PoolError::Full { retry_after_s: 1 }));
    let [one, two] = waiting;
    drop(one);
    let mut next = Box::pin(pool.hash(secret(PASSWORD), [7; 16]));
    assert!(begun(&mut next), "the deserted place was free");
    assert_eq!((first.await, two.await), (Ok(Verdict::Wrong), Ok(Verdict::Wrong)));
    assert!(next.await.is_ok());
    assert_eq!(pool.counts(), HashCounts { made: 3, skipped: 1, refused: 1 });
}

#[tokio::test]
async fn first_come_first_served() {
    let pool = HashPool::with_size(hasher(SLOW), 1, 64).unwrap();
    let first = busy(&pool).await;
    let order = std::sync::Mutex::new(Vec::new());
    let jobs = (0..4).map(|number| {
        let (pool, order) = (&pool, &order);
        async move {
            pool.verify(None, secret(PASSWORD)).await.unwrap();
            order.lock().unwrap().push(number);
        }
    });
    futures_util::future::join(first, futures_util::future::join_all(jobs)).await.0.unwrap();
    assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3]);
}

#[tokio::test]
async fn stopping_answers_those_who_wait() {
    let pool = HashPool::with_size(hasher(SLOW), 1, 64).unwrap();
    let first = busy(&pool).await;
    let mut waiting = Box::pin(pool.verify(None, secret(PASSWORD)));
    assert!(begun(&mut waiting));
    pool.stop();
    assert_eq!(waiting.await, Err(PoolError::Stopped));
    assert_eq!(first.await, Ok(Verdict::Wrong), "the job at hand is finished");
    assert_eq!(pool.verify(None, secret(PASSWORD)).await, Err(PoolError::Stopped));
}
