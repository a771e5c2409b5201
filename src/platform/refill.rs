//! Fills what somebody typed into a form of a page that is written already. Pure; it reads the pages that our own templates
//! write, where every value is quoted and `<` and `>` stand in no value.

/// Types of input that are never filled in: secrets, buttons, and what the page itself put there.
const NOT_TYPED: [&str; 6] = ["hidden", "password", "submit", "button", "file", "reset"];

/// One attribute of a tag as it was written.
type Attribute<'a> = (&'a str, Option<&'a str>);

/// The page with the form to `action` filled in; none where no form there asks for what was typed.
pub fn fill(html: &str, action: &str, typed: &[(String, String)]) -> Option<String> {
    let mut from = 0;
    while let Some(at) = html.get(from..)?.find("<form") {
        let begins = from + at;
        let ends = begins + html.get(begins..)?.find("</form>")?;
        let form = html.get(begins..ends)?;
        let head = form.get(..=form.find('>')?)?;
        if value_of(&attributes(head), "action") == Some(action) && asks_for(form, typed) {
            return Some([html.get(..begins)?, &filled(form, typed), html.get(ends..)?].concat());
        }
        from = ends;
    }
    None
}

/// Whether a form has something to type, each of it was sent, and what it holds by itself is what was sent with it: several
/// forms of a page may lead to the same place.
fn asks_for(form: &str, typed: &[(String, String)]) -> bool {
    let sent = |name: &str| typed.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let mut asks = false;
    for tag in tags(form) {
        let all = attributes(tag);
        let Some(name) = value_of(&all, "name") else { continue };
        let kind = kind_of(tag, &all);
        if kind == "hidden" {
            let held = value_of(&all, "value").map(unescape).unwrap_or_default();
            if sent(name).is_some_and(|value| value != held) {
                return false;
            }
        } else if matches!(kind, "radio" | "checkbox") {
            asks |= sent(name).is_some();
        } else if is_typed(tag, kind) {
            let Some(_) = sent(name) else { return false };
            asks = true;
        }
    }
    asks
}

fn filled(form: &str, typed: &[(String, String)]) -> String {
    let (mut out, mut rest, mut list) = (String::with_capacity(form.len() + 200), form, None);
    while let Some(at) = rest.find('<') {
        let Some(length) = rest.get(at..).and_then(|tag| tag.find('>')) else { break };
        let (before, tag) = (rest.get(..at).unwrap_or_default(), rest.get(at..=at + length).unwrap_or_default());
        rest = rest.get(at + length + 1..).unwrap_or_default();
        out.push_str(before);
        let all = attributes(tag);
        let sent = |name: Option<&str>| {
            let found = typed.iter().find(|(known, _)| Some(known.as_str()) == name);
            found.map(|(_, value)| value.as_str())
        };
        let (name, kind) = (value_of(&all, "name"), kind_of(tag, &all));
        if tag.starts_with("<select") {
            list = sent(name);
        } else if tag.starts_with("</select") {
            list = None;
        }
        match sent(name) {
            _ if tag.starts_with("<option") && list.is_some() => {
                let chosen = value_of(&all, "value").map(unescape).as_deref() == list;
                out.push_str(&written("option", &all, "selected", chosen.then_some(None)));
            }
            Some(value) if tag.starts_with("<textarea") => {
                out.push_str(tag);
                out.push_str(&escape(value));
                rest = rest.find("</textarea").and_then(|end| rest.get(end..)).unwrap_or_default();
            }
            value if matches!(kind, "radio" | "checkbox") => {
                let ticked = value.is_some() && value_of(&all, "value").map(unescape).as_deref() == value;
                out.push_str(&written("input", &all, "checked", ticked.then_some(None)));
            }
            Some(value) if tag.starts_with("<input") && is_typed(tag, kind) => {
                out.push_str(&written("input", &all, "value", Some(Some(&escape(value)))));
            }
            _ => out.push_str(tag),
        }
    }
    out.push_str(rest);
    out
}

fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag))
}

fn kind_of<'a>(tag: &str, all: &[Attribute<'a>]) -> &'a str {
    let is_input = tag.trim_start_matches('<').starts_with("input");
    match is_input {
        // A field that is only there for password managers.
        true if all.iter().any(|(name, _)| *name == "hidden") => "hidden",
        true => value_of(all, "type").unwrap_or("text"),
        false => "",
    }
}

fn is_typed(tag: &str, kind: &str) -> bool {
    let tag = tag.trim_start_matches('<');
    tag.starts_with("textarea") || tag.starts_with("select") || tag.starts_with("input") && !NOT_TYPED.contains(&kind)
}

/// The attributes of a tag, `<` and `>` or not.
fn attributes(tag: &str) -> Vec<Attribute<'_>> {
    let inside = tag.trim_start_matches('<').trim_end_matches('>');
    let mut rest = inside.split_once(char::is_whitespace).map_or("", |(_, rest)| rest).trim_start();
    let mut all = vec![];
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let quoted = after.strip_prefix("=\"").and_then(|value| value.split_once('"'));
        all.push((name, quoted.map(|(value, _)| value)));
        // A lone `=` is in none of our pages; skipped, so that this ends whatever comes.
        rest = quoted.map_or_else(|| after.trim_start_matches('='), |(_, after)| after).trim_start();
    }
    all
}

fn value_of<'a>(all: &[Attribute<'a>], name: &str) -> Option<&'a str> {
    all.iter().find(|(known, _)| *known == name).and_then(|(_, value)| *value)
}

/// The tag anew with one attribute in place of what it had of that name; none takes it away.
fn written(tag: &str, all: &[Attribute<'_>], name: &str, new: Option<Option<&str>>) -> String {
    let kept = all.iter().filter(|(known, _)| *known != name).copied();
    let mut out = format!("<{tag}");
    for (name, value) in kept.chain(new.map(|value| (name, value))) {
        out.push(' ');
        out.push_str(name);
        if let Some(value) = value {
            out.push_str(&format!("=\"{value}\""));
        }
    }
    out.push('>');
    out
}

/// Text as it stands in a page.
pub fn escape(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

fn unescape(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    const PAGE: &str = "<form method=\"post\" action=\"/log-out\"><button>Out</button></form><main>\n\
        <form method=\"post\" action=\"/new\" novalidate>\n<input type=\"hidden\" name=\"csrf\" value=\"t\">\n\
        <input id=\"name\" name=\"name\" value=\"\" required>\n<input name=\"code\" type=\"password\">\n\
        <input type=\"text\" name=\"username\" value=\"u\" hidden>\n\
        <input type=\"radio\" name=\"role\" value=\"a\" checked>A<input type=\"radio\" name=\"role\" value=\"b\">B\n\
        <input type=\"checkbox\" name=\"tick\" value=\"1\" checked>\n\
        <select name=\"days\"><option value=\"1\" selected>1</option><option value=\"2\">2</option></select>\n\
        <textarea name=\"note\" rows=\"2\">old</textarea></form>end";

    #[test]
    fn what_was_typed_stands_where_it_stood() {
        let sent =
            typed(&[("name", "Jo \"<b>\" & Co"), ("role", "b"), ("days", "2"), ("note", "a\n<i>"), ("code", "s3cret")]);
        let page = fill(PAGE, "/new", &sent).unwrap();
        for piece in [
            "<input id=\"name\" name=\"name\" required value=\"Jo &#34;&#60;b&#62;&#34; &#38; Co\">",
            "<input type=\"radio\" name=\"role\" value=\"a\">A<input type=\"radio\" name=\"role\" value=\"b\" checked>B",
            "<input type=\"checkbox\" name=\"tick\" value=\"1\">",
            "<option value=\"1\">1</option><option value=\"2\" selected>2</option>",
            "<textarea name=\"note\" rows=\"2\">a\n&#60;i&#62;</textarea></form>end",
            "<input type=\"hidden\" name=\"csrf\" value=\"t\">",
        ] {
            assert!(page.contains(piece), "{piece} is not in\n{page}");
        }
        assert!(!page.contains("s3cret"), "a secret goes into no page");
    }

    #[test]
    fn another_form_is_left_alone() {
        let sent = typed(&[("name", "Jo"), ("days", "2"), ("note", "")]);
        assert!(fill(PAGE, "/other", &sent).is_none());
        assert!(fill(PAGE, "/new", &typed(&[("name", "Jo")])).is_none(), "it asks for more than was sent");
        assert!(fill(PAGE, "/log-out", &sent).is_none(), "nothing to type");
        let other = PAGE.replace("value=\"t\">", "value=\"t\"><input type=\"hidden\" name=\"do\" value=\"x\">");
        let sent = [sent, typed(&[("do", "y")])].concat();
        assert!(fill(&other, "/new", &sent).is_none(), "a form beside it with the same way");
        for broken in ["<form action=\"/new\"", "<form action=\"/new\"><input name=\"name\"", "<form =\"", ""] {
            assert!(fill(broken, "/new", &sent).is_none());
        }
    }
}
