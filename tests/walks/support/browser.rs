//! A browser for walks: keeps cookies, follows redirects, reads the form on the page and submits it, so that a page
//! without the right field fails.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::{StreamExt, stream};
use http_body_util::BodyExt;
use portico::platform::network::Peer;
use tokio::sync::oneshot;
use tower::ServiceExt;

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub host: String,
    pub cookies: BTreeMap<String, String>,
    /// Cookies with a lifetime: they outlive [`Browser::close`].
    lasting: BTreeSet<String>,
    pub user_agent: String,
    pub peer: SocketAddr,
    /// More headers of every request.
    pub headers: Vec<(String, String)>,
    /// The page it shows.
    pub path: String,
    pub status: StatusCode,
    pub answered: HeaderMap,
    pub html: String,
    /// The `csrf` value of a page opened earlier, for what its script sends later.
    pub form_token: String,
}

impl Browser {
    pub fn new(router: Router, host: &str) -> Browser {
        Browser {
            router,
            host: host.to_owned(),
            cookies: BTreeMap::new(),
            lasting: BTreeSet::new(),
            user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
                .into(),
            peer: "192.0.2.10:40000".parse().unwrap(),
            headers: vec![],
            path: String::new(),
            status: StatusCode::OK,
            answered: HeaderMap::new(),
            html: String::new(),
            form_token: String::new(),
        }
    }

    pub fn from(mut self, address: &str) -> Browser {
        self.peer = format!("{address}:40000").parse().or_else(|_| format!("[{address}]:40000").parse()).unwrap();
        self
    }

    /// Goes on at another node, as a balancer may send it.
    pub fn go_to_node(&mut self, router: Router) {
        self.router = router;
    }

    /// Opens a path and follows redirects on this host.
    pub async fn open(&mut self, path: &str) -> &mut Browser {
        self.send(Method::GET, path, None).await;
        self.follow().await;
        self
    }

    /// Fills in the page's form that has all these fields and submits it; hidden fields go along as a browser sends them.
    pub async fn submit(&mut self, fields: &[(&str, &str)]) -> &mut Browser {
        let form = self.form_with(fields);
        self.submit_form(&form, fields).await
    }

    /// Submits the form whose action is that path.
    pub async fn submit_to(&mut self, action: &str, fields: &[(&str, &str)]) -> &mut Browser {
        let form = self.forms().into_iter().find(|form| form.action == action);
        let form = form.unwrap_or_else(|| panic!("no form to {action} on {}:\n{}", self.path, self.text()));
        self.submit_form(&form, fields).await
    }

    async fn submit_form(&mut self, form: &Form, fields: &[(&str, &str)]) -> &mut Browser {
        let mut all: Vec<(String, String)> = form
            .inputs
            .iter()
            .filter(|input| input.sent)
            .map(|input| (input.name.clone(), input.value.clone()))
            .collect();
        for (name, value) in fields {
            let known = form.inputs.iter().any(|input| input.name == *name);
            assert!(known, "no field {name} in the form to {} on {}", form.action, self.path);
            all.retain(|(other, _)| other != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        let action = if form.action.is_empty() { self.path.clone() } else { form.action.clone() };
        self.post(&action, &all).await;
        self.follow().await;
        self
    }

    /// A post as it is, without a page; redirects are not followed.
    pub async fn post(&mut self, path: &str, fields: &[(String, String)]) -> &mut Browser {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, Some(body)).await;
        self
    }

    /// As [`Browser::post`], by somebody whose line is slow: `begun` hears when the server has the first bytes and waits for more, and
    /// the end of the form comes when `rest` is told.
    pub async fn post_slowly(
        &mut self,
        path: &str,
        fields: &[(String, String)],
        begun: oneshot::Sender<()>,
        rest: oneshot::Receiver<()>,
    ) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let (first, last) = (body[..10].to_owned(), body[10..].to_owned());
        let last = async move {
            let _ = begun.send(());
            let _ = rest.await;
            Ok(last)
        };
        let pieces = stream::once(async move { Ok::<_, Infallible>(first) }).chain(stream::once(last));
        self.send_body(Method::POST, path, Some(Body::from_stream(pieces))).await;
    }

    pub async fn send(&mut self, method: Method, path: &str, body: Option<String>) -> &mut Browser {
        self.send_body(method, path, body.map(Body::from)).await
    }

    async fn send_body(&mut self, method: Method, path: &str, body: Option<Body>) -> &mut Browser {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::USER_AGENT, &self.user_agent);
        if !self.cookies.is_empty() {
            let line: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if body.is_some() && !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let mut request = request.body(body.unwrap_or_default()).unwrap();
        request.extensions_mut().insert(Peer(self.peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        self.keep_cookies(response.headers());
        self.status = response.status();
        self.answered = response.headers().clone();
        self.path = path.to_owned();
        self.html = String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned();
        self
    }

    pub async fn follow(&mut self) -> &mut Browser {
        for _ in 0..10 {
            let Some(location) = self.answered.get(header::LOCATION) else { break };
            let location = location.to_str().unwrap().to_owned();
            if !self.status.is_redirection() || !location.starts_with('/') {
                break;
            }
            self.send(Method::GET, &location, None).await;
        }
        self
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            let mut parts = line.split("; ");
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let age = parts.find_map(|part| part.strip_prefix("Max-Age="));
            self.lasting.remove(name);
            if age == Some("0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            if age.is_some_and(|age| age != "0") {
                self.lasting.insert(name.to_owned());
            }
        }
    }

    /// The browser is closed and opened again: cookies without a lifetime are gone.
    pub fn close(&mut self) {
        self.cookies.retain(|name, _| self.lasting.contains(name));
    }

    /// The session is gone, what recognises the browser stays.
    pub fn lose_session(&mut self) {
        self.cookies.remove("__Host-session");
    }

    /// The words of the page, without tags, white space folded.
    pub fn text(&self) -> String {
        let mut words = String::new();
        let mut inside = false;
        for c in self.html.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    words.push(' ');
                }
                c if !inside => words.push(c),
                _ => {}
            }
        }
        let words = unescape(&words);
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub fn sees(&self, words: &str) -> &Browser {
        assert!(self.text().contains(words), "«{words}» is not on {} ({}):\n{}", self.path, self.status, self.text());
        self
    }

    #[track_caller]
    pub fn misses(&self, words: &str) -> &Browser {
        assert!(!self.text().contains(words), "«{words}» is on {} ({}):\n{}", self.path, self.status, self.text());
        self
    }

    #[track_caller]
    pub fn is_at(&self, path: &str) -> &Browser {
        assert_eq!(self.path.split('?').next().unwrap(), path, "{} {}", self.status, self.text());
        self
    }

    /// The path of the link with these words.
    #[track_caller]
    pub fn link(&self, words: &str) -> String {
        for piece in self.html.split("<a ").skip(1) {
            let (tag, rest) = piece.split_once('>').unwrap();
            let inner = rest.split("</a>").next().unwrap_or_default();
            if unescape(&strip(inner)).contains(words) {
                return unescape(attribute(tag, "href").unwrap_or_default().as_str());
            }
        }
        panic!("no link «{words}» on {}:\n{}", self.path, self.text())
    }

    #[track_caller]
    fn form_with(&self, fields: &[(&str, &str)]) -> Form {
        let found = self
            .forms()
            .into_iter()
            // Every signed-in page has the button to log out; nobody means that one unless they say so.
            .filter(|form| form.action != "/log-out" || self.path.starts_with("/log-out"))
            .find(|form| fields.iter().all(|(name, _)| form.inputs.iter().any(|input| input.name == *name)));
        found.unwrap_or_else(|| panic!("no form with {fields:?} on {} ({}):\n{}", self.path, self.status, self.text()))
    }

    pub fn forms(&self) -> Vec<Form> {
        self.html
            .split("<form")
            .skip(1)
            .map(|piece| Form::read(piece.split("</form>").next().unwrap_or_default()))
            .collect()
    }

    /// The value of a hidden field of the page.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let all = self.forms().into_iter().flat_map(|form| form.inputs);
        all.into_iter()
            .find(|input| input.name == name)
            .map(|input| input.value)
            .unwrap_or_else(|| panic!("no field {name} on {}", self.path))
    }
}

#[derive(Debug, Clone)]
pub struct Form {
    pub action: String,
    pub inputs: Vec<Input>,
}

#[derive(Debug, Clone)]
pub struct Input {
    pub name: String,
    pub value: String,
    /// Whether a browser sends it without anybody touching it.
    pub sent: bool,
}

impl Form {
    fn read(piece: &str) -> Form {
        let (head, body) = piece.split_once('>').unwrap_or((piece, ""));
        let mut inputs = vec![];
        let tags: Vec<&str> = body.split('<').collect();
        for (at, tag) in tags.iter().enumerate() {
            let kind = ["input", "button", "select", "textarea"].into_iter().find(|kind| tag.starts_with(kind));
            let Some(kind) = kind else { continue };
            let inside = tag.split('>').next().unwrap_or_default();
            let Some(name) = attribute(inside, "name") else { continue };
            let box_like = matches!(attribute(inside, "type").as_deref(), Some("checkbox" | "radio"));
            let checked = inside.split_whitespace().any(|word| word == "checked");
            let value = if kind == "select" { chosen(&tags[at + 1..]) } else { attribute(inside, "value") };
            let value = value.unwrap_or_default();
            inputs.push(Input { name, value: unescape(&value), sent: kind != "button" && (!box_like || checked) });
        }
        Form { action: unescape(&attribute(head, "action").unwrap_or_default()), inputs }
    }
}

/// What a browser sends of a list: what is chosen in it, or what stands first.
fn chosen(after: &[&str]) -> Option<String> {
    let options = after.iter().take_while(|tag| !tag.starts_with("/select")).filter(|tag| tag.starts_with("option"));
    let heads: Vec<&str> = options.map(|tag| tag.split('>').next().unwrap_or_default()).collect();
    let selected = heads.iter().find(|head| head.ends_with(" selected"));
    attribute(selected.or(heads.first())?, "value")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let needle = format!("{name}=\"");
    let at = tag.match_indices(&needle).find(|(at, _)| *at == 0 || tag[..*at].ends_with([' ', '\n']))?.0 + needle.len();
    tag[at..].split('"').next().map(str::to_owned)
}

fn strip(html: &str) -> String {
    let pieces = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#34;", "\"")
        .replace("&#x27;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}
