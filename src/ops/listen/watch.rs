//! Watches one connection: which bytes move, which requests are under way, and until when that may go on.
//! Pure but for the clock it is handed; who closes the connection is `connection.rs`.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::Limits;

/// What a connection has done so far.
#[derive(Debug)]
struct State {
    under_way: usize,
    /// The first request must be complete in time, also when its first byte never comes.
    seen_request: bool,
    /// HTTP/2 sends bytes of its own between requests, so there only silence counts.
    http2: bool,
    /// Since when no request is under way.
    idle_since: Instant,
    /// The first byte that came since then.
    head_since: Option<Instant>,
    /// The last byte in either direction.
    moved: Instant,
}

/// One connection's watch, shared by its stream and its requests.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Mutex<State>>);

/// A request under way, from its head until its answer is sent or given up.
#[derive(Debug)]
pub struct UnderWay(Watch);

impl Watch {
    pub fn new(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(State {
            under_way: 0,
            seen_request: false,
            http2: false,
            idle_since: now,
            head_since: None,
            moved: now,
        })))
    }

    /// Until when the connection may stay as it is. Only bytes and the connection's own requests change that, so whoever
    /// drives the connection asks again after each turn.
    pub fn deadline(&self, limits: &Limits) -> Instant {
        self.with(|state| {
            if state.under_way > 0 {
                return state.moved + limits.stalled;
            }
            if !state.seen_request {
                return state.idle_since + limits.head;
            }
            let idle = state.idle_since + limits.idle;
            match state.head_since {
                Some(since) if !state.http2 => idle.min(since + limits.head),
                _ => idle,
            }
        })
    }

    /// Ready when the connection's time is over. The timer stands where it is while the deadline only moves away, and is
    /// set anew when it rings: setting it with every request would cost more than the request's head.
    pub fn poll_over(&self, limits: &Limits, mut timer: Pin<&mut Sleep>, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline(limits);
        if deadline < timer.deadline() {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(cx).is_ready() {
            let deadline = self.deadline(limits);
            if deadline <= now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }

    pub fn begin(&self, http2: bool) -> UnderWay {
        self.with(|state| {
            state.under_way += 1;
            state.seen_request = true;
            state.http2 = http2;
            state.head_since = None;
        });
        UnderWay(self.clone())
    }

    fn read(&self, now: Instant) {
        self.with(|state| {
            state.moved = now;
            if state.under_way == 0 && state.head_since.is_none() {
                state.head_since = Some(now);
            }
        });
    }

    fn written(&self, now: Instant) {
        self.with(|state| state.moved = now);
    }

    /// A panic elsewhere cannot leave this state half changed, so a poisoned lock is as good as a whole one.
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = now();
        self.0.with(|state| {
            state.under_way -= 1;
            state.idle_since = now;
            state.head_since = None;
        });
    }
}

/// The clock of connections, which tests can stop.
#[expect(clippy::disallowed_methods, reason = "deadlines of connections are no matter of a request's Visit")]
pub fn now() -> Instant {
    Instant::now()
}

/// A stream that tells its watch what moves.
#[derive(Debug)]
pub struct Watched<S> {
    pub stream: S,
    pub watch: Watch,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if polled.is_ready() && buf.filled().len() > before {
            self.watch.read(now());
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.note(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.note(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S> Watched<S> {
    fn note(&self, polled: Poll<std::io::Result<usize>>) -> Poll<std::io::Result<usize>> {
        if matches!(polled, Poll::Ready(Ok(bytes)) if bytes > 0) {
            self.watch.written(now());
        }
        polled
    }
}
