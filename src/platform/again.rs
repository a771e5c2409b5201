//! What a request has worked out already. A request whose transaction met another's is run again from its beginning;
//! the try it took is not taken twice for that, and no password is hashed twice.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::Result;
use super::secret;
use super::web::Inner;

/// By the name of what was worked out; gone with the request.
#[derive(Default)]
pub struct Done {
    worked_out: Mutex<HashMap<String, Arc<dyn Any + Send + Sync>>>,
    posted: AtomicBool,
}

impl Inner {
    /// Does the work once for this request, however often it is run. The name says what the outcome depends on, so that
    /// work on something that changed meanwhile is done anew; an error is not kept.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn once<T, E>(&self, name: String, work: impl Future<Output = Result<T, E>>) -> Result<T, E>
    where
        T: Clone + Send + Sync + 'static,
    {
        if let Some(done) = self.done.get(&name) {
            return Ok(done);
        }
        let done = work.await?;
        self.done.put(name, done.clone());
        Ok(done)
    }

    /// The secret by which a browser that asks for a mail is known from then on, if it has none yet: the same for a button pressed
    /// twice before the first answer came, which would otherwise make two browsers of one.
    pub fn first_secret(&self, email: &str) -> String {
        let minute = (self.now / 60).to_string();
        let whose = [self.whose().unwrap_or_default(), &self.browser_id, email, &minute];
        secret::keyed_hash(&self.server.stable_key("browser that asks"), &whose)
    }

    /// Notes that this request put a message into the outbox.
    pub fn note_posted(&self) {
        self.done.posted.store(true, Ordering::Relaxed);
    }

    /// After the commit: wakes the outbox's worker, if there is anything for it to find.
    pub fn ring_if_posted(&self) {
        if self.done.posted.load(Ordering::Relaxed) {
            self.server.outbox_bell.notify_one();
        }
    }
}

impl Done {
    fn get<T: Clone + 'static>(&self, name: &str) -> Option<T> {
        self.worked_out.lock().unwrap_or_else(PoisonError::into_inner).get(name)?.downcast_ref().cloned()
    }

    fn put<T: Send + Sync + 'static>(&self, name: String, done: T) {
        self.worked_out.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::new(done));
    }
}
