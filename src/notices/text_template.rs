//! Fills the address and the body of a call to the text gateway, each escaped for what it is.
//! Nothing is sent from here.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::text_message::{BodyType, Text, TextProblem};

/// A call with its placeholders.
pub(super) struct Template {
    pub url: String,
    pub body: String,
    pub body_type: BodyType,
    pub from: String,
}

impl Template {
    /// A quote in a value breaks the JSON exactly if the value is not escaped
    /// or its placeholder stands outside a string.
    pub fn check(&self) -> Result<(), TextProblem> {
        let sample = Text { id: "\"id".to_owned(), to: "\"to".to_owned(), text: "\"text".to_owned() };
        let filled = self.fill(&sample);
        let valid = self.body_type != BodyType::Json || serde_json::from_str::<serde::de::IgnoredAny>(&filled).is_ok();
        if valid { Ok(()) } else { Err(TextProblem::Body) }
    }

    /// The address; a value is one part of it whatever it holds (RFC 3986, 2.1).
    pub fn fill_url(&self, text: &Text) -> String {
        self.filled(&self.url, text, |value| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string())
    }

    pub fn fill(&self, text: &Text) -> String {
        self.filled(&self.body, text, |value| self.escape(value))
    }

    /// Fills in one pass, so that a value that looks like a placeholder stays as it is.
    fn filled(&self, template: &str, text: &Text, escape: impl Fn(&str) -> String) -> String {
        let values = [
            ("{to}", text.to.as_str()),
            ("{text}", text.text.as_str()),
            ("{id}", text.id.as_str()),
            ("{from}", self.from.as_str()),
        ];
        let mut out = String::with_capacity(template.len() + text.text.len());
        let mut rest = template;
        while let Some(start) = rest.find('{') {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            if let Some((name, value)) = values.iter().find(|(name, _)| rest.starts_with(name)) {
                out.push_str(&escape(value));
                rest = &rest[name.len()..];
            } else {
                out.push('{');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        out
    }

    fn escape(&self, value: &str) -> String {
        match self.body_type {
            BodyType::Form => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            BodyType::Plain => value.to_owned(),
            BodyType::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(body_type: BodyType, body: &str) -> String {
        let template = Template { url: String::new(), body: body.to_owned(), body_type, from: "Harbour".to_owned() };
        template.check().expect("a usable template");
        template.fill(&Text {
            id: "n1".to_owned(),
            to: "+61491570156".to_owned(),
            text: "Say \"{to}\" & go\n50%".to_owned(),
        })
    }

    #[test]
    fn json_values_are_escaped_and_filled_once() {
        let body = filled(BodyType::Json, r#"{"a":{"to":"{to}","m":"{text}","f":"{from}"}}"#);
        let read: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(read["a"]["m"], "Say \"{to}\" & go\n50%");
        assert_eq!(read["a"]["to"], "+61491570156");
        assert_eq!(read["a"]["f"], "Harbour");
    }

    #[test]
    fn form_values_are_escaped() {
        let body = filled(BodyType::Form, "To={to}&Body={text}&Id={id}");
        let pairs: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        assert_eq!(pairs[0], ("To".to_owned(), "+61491570156".to_owned()));
        assert_eq!(pairs[1].1, "Say \"{to}\" & go\n50%");
        assert_eq!(pairs.len(), 3);
    }

    #[test]
    fn a_placeholder_outside_a_json_string_is_refused() {
        let template = Template {
            url: String::new(),
            body: r#"{"to":{to}}"#.to_owned(),
            body_type: BodyType::Json,
            from: String::new(),
        };
        assert_eq!(template.check(), Err(TextProblem::Body));
    }
}
