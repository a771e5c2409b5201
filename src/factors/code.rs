//! One page that asks for one code, whichever it is: from the app, from the printed set, from a text message.
//! What the code is and who checks it is not known here.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{page, page_with};

#[derive(askama::Template)]
#[template(path = "factors/code.html")]
pub struct CodePage {
    pub frame: Frame,
    /// The stair of the set-up this page stands on, 1 to 4; 0 outside the set-up.
    pub step: u8,
    pub action: String,
    /// What the form carries besides the code, so that it is judged for the sign-in it was opened in.
    pub hidden: Option<(&'static str, String)>,
    pub intro: String,
    pub label: String,
    pub hint: String,
    pub kind: CodeKind,
    pub button: String,
    pub problem: Option<String>,
    /// No code is taken now: only the other ways are shown.
    pub closed: bool,
    /// Path and words of what else can be done.
    pub ways: Vec<(String, String)>,
    /// The words of the button that asks for a new code, where there is one.
    pub again: Option<String>,
}

/// How the field behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// Six digits, which a phone can fill in.
    Digits,
    /// Letters and digits from paper.
    Letters,
}

impl CodePage {
    fn digits(&self) -> bool {
        self.kind == CodeKind::Digits
    }

    /// The page as it is first opened.
    ///
    /// # Errors
    /// A fault when the template fails.
    pub fn fresh(&self) -> Result<Response> {
        page(self)
    }

    /// The page again, with what was wrong.
    ///
    /// # Errors
    /// As [`CodePage::fresh`].
    pub fn refused(mut self, problem: String) -> Result<Response> {
        self.problem = Some(problem);
        page_with(StatusCode::UNPROCESSABLE_ENTITY, &self)
    }

    /// The page that says when the next try may be made, in so many seconds.
    ///
    /// # Errors
    /// As [`CodePage::fresh`].
    pub fn too_often(mut self, problem: String, seconds: i64) -> Result<Response> {
        self.problem = Some(problem);
        let mut response = page_with(StatusCode::TOO_MANY_REQUESTS, &self)?;
        if let Ok(value) = HeaderValue::from_str(&seconds.max(1).to_string()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        Ok(response)
    }
}
