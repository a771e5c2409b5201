//! Takes connections, plain or TLS, under limits that slow or many clients cannot exhaust, and ends them in order.
//! Which pages there are, and whom a proxy speaks for, is not known here.

mod connection;
mod tls;
mod watch;

#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch as channel};

pub use connection::Answers;
pub use tls::Certificates;

pub use crate::platform::network::Peer;

/// What one server bears (AC-180, AC-181).
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once; the next is closed at once. 10,000.
    pub connections: usize,
    /// From the accepted connection to the end of the TLS handshake. 10 s.
    pub handshake: Duration,
    /// From the first byte of a request to the end of its head; also for the first request of a connection,
    /// from its beginning. 10 s.
    pub head: Duration,
    /// For the whole body of a request. 30 s.
    pub body: Duration,
    /// Without a request under way. 60 s.
    pub idle: Duration,
    /// With a request under way and not a byte in either direction. 60 s.
    pub stalled: Duration,
    /// For requests under way when the server stops. 20 s.
    pub finish: Duration,
    /// Bytes of a request's head. 64 KiB.
    pub head_bytes: usize,
    /// Headers of a request. 100.
    pub headers: usize,
    /// Requests at once on one HTTP/2 connection. 100.
    pub streams: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(60),
            stalled: Duration::from_secs(60),
            finish: Duration::from_secs(20),
            head_bytes: 64 * 1024,
            headers: 100,
            streams: 100,
        }
    }
}

/// Serves what `service` answers until `stop` is ready, then lets requests under way finish within `limits.finish`.
/// Returns how many connections had to be cut.
pub async fn serve<S: Answers + Send + Sync + 'static>(
    listener: TcpListener,
    service: S,
    certificates: Option<Arc<Certificates>>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> io::Result<usize> {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (stopping, stopped) = channel::channel(false);
    let acceptor = certificates.as_ref().map(|certificates| certificates.acceptor()).transpose()?;
    let shared = Arc::new(connection::Shared { service, acceptor, limits, stopped });
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => take(&shared, &places, stream, peer),
            Err(error) => after_refusal(&error).await,
        }
    }
    drop(listener);
    let _ = stopping.send(true);
    Ok(drain(&shared, &places).await)
}

/// Gives the connection a task of its own, or closes it when all places are taken.
fn take<S: Answers + Send + Sync + 'static>(
    shared: &Arc<connection::Shared<S>>,
    places: &Arc<Semaphore>,
    stream: TcpStream,
    peer: SocketAddr,
) {
    let Ok(place) = Arc::clone(places).try_acquire_owned() else {
        tracing::warn!(limit = shared.limits.connections, "too many connections; one was closed");
        return;
    };
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        connection::run(&shared, stream, peer).await;
        drop(place);
    });
}

/// A client that is gone again is nobody's fault; without free file handles only waiting helps.
#[expect(clippy::disallowed_methods, reason = "the accept loop must pause when the system has no handle left")]
async fn after_refusal(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "no connection could be accepted");
    tokio::time::sleep(Duration::from_millis(200)).await;
}

/// Waits until every place is free again, and says how many are not when the time is over.
async fn drain<S>(shared: &connection::Shared<S>, places: &Semaphore) -> usize {
    let all = u32::try_from(shared.limits.connections).unwrap_or(u32::MAX);
    let finished = tokio::time::timeout(shared.limits.finish, places.acquire_many(all)).await;
    match finished {
        Ok(_) => 0,
        Err(_) => shared.limits.connections - places.available_permits(),
    }
}

/// Ready when the process is asked to end: SIGTERM (service managers) or SIGINT (Ctrl-C).
pub async fn asked_to_end() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
