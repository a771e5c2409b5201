//! A visitor of the pages check: keeps cookies, follows redirects on its host, sends the page's own form.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::platform::error::{Error, Result};

pub struct Visitor {
    router: Router,
    host: &'static str,
    cookies: BTreeMap<String, String>,
    form: String,
}

/// What a visitor got.
pub struct Page {
    pub status: StatusCode,
    kind: String,
    text: String,
}

impl Page {
    /// The page, where it is one.
    pub fn html(&self) -> Option<&str> {
        self.kind.starts_with("text/html").then_some(self.text.as_str())
    }

    /// The paths on this host that the page leads to.
    pub fn links(&self) -> Vec<String> {
        let Some(html) = self.html() else { return vec![] };
        let hrefs = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        hrefs
            .filter(|href| href.starts_with('/') && !href.starts_with("//"))
            .map(|href| href.replace("&amp;", "&").replace("&#38;", "&").split('#').next().unwrap_or("/").to_owned())
            .collect()
    }
}

impl Visitor {
    pub fn new(router: Router, host: &'static str) -> Visitor {
        Visitor { router, host, cookies: BTreeMap::new(), form: String::new() }
    }

    pub fn has_cookie(&self, name: &str) -> bool {
        self.cookies.contains_key(name)
    }

    /// # Errors
    /// A fault when the answer breaks off.
    pub async fn open(&mut self, path: &str) -> Result<Page> {
        self.ask(Method::GET, path, String::new()).await
    }

    /// Sends fields with the hidden value of the page that was opened last.
    ///
    /// # Errors
    /// As [`Visitor::open`].
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page> {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("csrf", &self.form).extend_pairs(fields);
        self.ask(Method::POST, path, body.finish()).await
    }

    async fn ask(&mut self, method: Method, path: &str, body: String) -> Result<Page> {
        let (mut method, mut path, mut body) = (method, path.to_owned(), body);
        for _ in 0..6 {
            let response = self.send(method, &path, body).await?;
            let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
            match location.filter(|location| location.starts_with('/')) {
                Some(location) if response.status().is_redirection() => path = location.to_owned(),
                _ => return self.read(response).await,
            }
            (method, body) = (Method::GET, String::new());
        }
        Err(Error::Fault(format!("{path} leads round in a circle")))
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Result<Response<Body>> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.host)
            .header(header::ACCEPT, "text/html")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .map_err(|error| Error::fault(path, error))?;
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        for line in response.headers().get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(response)
    }

    async fn read(&mut self, response: Response<Body>) -> Result<Page> {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| Error::fault("page", error))?.to_bytes();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let hidden = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        if let Some(hidden) = hidden {
            hidden.clone_into(&mut self.form);
        }
        Ok(Page { status: parts.status, kind: kind.to_owned(), text })
    }
}
