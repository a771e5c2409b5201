//! What other programs ask with every request of theirs, and that only reads: nothing of a page is laid around it, nothing is kept
//! to run it again, and no router looks for it among the pages.

use std::pin::Pin;

use axum::http::Method;
use axum::response::Response;

use super::error::{Error, Result};
use super::problem;
use super::rounds::with_cookies;
use super::web::Visit;

type Answer = Pin<Box<dyn Future<Output = Result<Response>> + Send>>;

/// What answers GET and HEAD at one path.
pub struct Get(Box<dyn Fn(Visit) -> Answer + Send + Sync>);

/// As a route of axum is written.
pub fn get<F>(handler: fn(Visit) -> F) -> Get
where
    F: Future<Output = Result<Response>> + Send + 'static,
{
    Get(Box::new(move |visit| Box::pin(handler(visit))))
}

/// Few paths without parameters, each with its answer.
#[derive(Default)]
pub struct OnlyRead(Vec<(&'static str, Get)>);

impl OnlyRead {
    #[must_use]
    pub fn route(mut self, path: &'static str, get: Get) -> OnlyRead {
        self.0.push((path, get));
        self
    }

    /// The path as it stands on the list of routes.
    pub(super) fn route_of(&self, path: &str) -> Option<&'static str> {
        self.find(path).map(|(route, _)| *route)
    }

    /// Answers, where the visit's path is one of these; whatever is wrong becomes a page, as elsewhere.
    pub(super) async fn answer(&self, visit: &Visit, method: &Method) -> Option<Response> {
        let (_, Get(get)) = self.find(&visit.path)?;
        let answered = match *method {
            Method::GET | Method::HEAD => get(visit.clone()).await,
            _ => Err(Error::Bad("method")),
        };
        Some(with_cookies(visit, answered.unwrap_or_else(|error| problem::page(visit, &error))))
    }

    fn find(&self, path: &str) -> Option<&(&'static str, Get)> {
        self.0.iter().find(|(route, _)| *route == path)
    }
}
