//! One value: from TOML or a variable to the kind its key asks for; files are opened, examples refused.
//! Where it stands and what it means with others is not known here.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use toml::de::DeValue;

use super::keys::{Key, Kind};
use super::secret::Secret;

/// A value of the right kind.
#[derive(Debug, Clone)]
pub enum Value {
    Text(String),
    Secret(Secret),
    Number(i64),
    List(Vec<String>),
    Names(Vec<(String, Secret)>),
}

/// A value before it is known to be of the right kind.
pub(super) enum Raw<'a> {
    Toml(&'a DeValue<'a>),
    Variable(&'a str),
}

type Read = Result<Value, (String, String)>;

pub(super) fn value_of(key: &Key, raw: &Raw) -> Read {
    match key.kind {
        Kind::Number(low, high) => number(raw, low, high),
        Kind::List => list(raw),
        Kind::Names => names(raw),
        Kind::Word(words) => {
            let text = text(raw)?;
            if words.contains(&text) {
                return Ok(Value::Text(text.to_owned()));
            }
            Err((format!("\"{text}\" is none of its words"), format!("write one of: {}", words.join(", "))))
        }
        Kind::File => readable(Path::new(text(raw)?), false).map(Value::Text),
        Kind::PrivateFile => readable(Path::new(text(raw)?), true).map(Value::Text),
        Kind::Text if key.secret => secret(text(raw)?),
        Kind::Text => Ok(Value::Text(filled(text(raw)?)?.to_owned())),
    }
}

fn text<'a>(raw: &'a Raw) -> Result<&'a str, (String, String)> {
    match raw {
        Raw::Variable(text) => Ok(text),
        Raw::Toml(DeValue::String(text)) => Ok(text),
        Raw::Toml(other) => Err((
            format!("a text is needed, not a value of type {}", other.type_str()),
            "put it in quotation marks".to_owned(),
        )),
    }
}

fn filled(text: &str) -> Result<&str, (String, String)> {
    let text = text.trim();
    match text {
        "" => Err(("empty".to_owned(), "write a value or remove the key".to_owned())),
        _ if text.chars().any(|c| c.is_control() && c != '\n') => {
            Err(("holds a control character".to_owned(), "remove it".to_owned()))
        }
        _ => Ok(text),
    }
}

fn number(raw: &Raw, low: i64, high: i64) -> Read {
    let number = match raw {
        Raw::Variable(text) => text.trim().parse().ok(),
        Raw::Toml(DeValue::Integer(integer)) => {
            i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
        }
        Raw::Toml(_) => None,
    };
    match number {
        Some(number) if (low..=high).contains(&number) => Ok(Value::Number(number)),
        Some(number) => Err((format!("{number} is out of bounds"), format!("write a number from {low} to {high}"))),
        None => Err((
            "not a whole number".to_owned(),
            format!("write a number from {low} to {high}, without quotation marks"),
        )),
    }
}

fn list(raw: &Raw) -> Read {
    let wrong = || ("not a list of texts".to_owned(), "write it as [\"…\", \"…\"]".to_owned());
    let items = match raw {
        Raw::Variable(text) => {
            text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
        }
        Raw::Toml(DeValue::Array(items)) => {
            let texts = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().ok_or_else(wrong)?
        }
        Raw::Toml(_) => return Err(wrong()),
    };
    Ok(Value::List(items))
}

fn names(raw: &Raw) -> Read {
    let wrong = || {
        (
            "not a list of names and texts".to_owned(),
            "write it as { Name = \"value\" }; for the environment there is the variable that ends in _FILE".to_owned(),
        )
    };
    let Raw::Toml(DeValue::Table(table)) = raw else {
        return Err(wrong());
    };
    let mut pairs = Vec::new();
    for (name, value) in table.iter() {
        let value = value.get_ref().as_str().ok_or_else(wrong)?;
        pairs.push((name.get_ref().to_string(), Secret::new(not_an_example(value)?)));
    }
    Ok(Value::Names(pairs))
}

fn secret(text: &str) -> Read {
    let text = filled(text)?;
    Ok(Value::Secret(Secret::new(not_an_example(text)?)))
}

pub(super) fn secret_from_file(key: &Key, raw: &Raw) -> Read {
    let path = readable(Path::new(text(raw)?), true)?;
    let content = zeroize::Zeroizing::new(
        std::fs::read_to_string(&path)
            .map_err(|error| (format!("{path} cannot be read: {error}"), "give the path of a text file".to_owned()))?,
    );
    if key.kind != Kind::Names {
        return secret(content.trim());
    }
    let mut pairs = Vec::new();
    for line in content.lines().filter(|line| !line.trim().is_empty()) {
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| (format!("{path} has a line without \":\""), "write each line as Name: value".to_owned()))?;
        pairs.push((name.trim().to_owned(), Secret::new(not_an_example(value.trim())?)));
    }
    Ok(Value::Names(pairs))
}

/// Refuses what stands in examples and was meant to be replaced.
fn not_an_example(text: &str) -> Result<&str, (String, String)> {
    const EXAMPLES: &[&str] = &[
        "changeme",
        "change-me",
        "change_me",
        "replaceme",
        "replace-me",
        "replace_me",
        "your-",
        "your_",
        "example-password",
        "hunter2",
        "todo",
        "xxxx",
        "<password>",
    ];
    const WHOLE: &[&str] =
        &["password", "secret", "example", "test", "admin", "postgres", "portico", "smtp", "bearer", "12345678"];
    let small = text.to_ascii_lowercase();
    // A database address holds its password between the last ':' before '@' and that '@'.
    let inner = small
        .split_once("://")
        .and_then(|(_, rest)| rest.split_once('@'))
        .and_then(|(user, _)| user.split_once(':'))
        .map(|(_, password)| password);
    let is_example = |text: &str| WHOLE.contains(&text) || EXAMPLES.iter().any(|example| text.contains(example));
    if !small.starts_with("sqlite:") && is_example(inner.unwrap_or(&small)) {
        return Err((
            "an example stands where a secret belongs".to_owned(),
            "put the real one in, best in a file named by the key that ends in _file".to_owned(),
        ));
    }
    Ok(text)
}

/// Reads the first byte, since a mode that looks right is not yet a right to read.
fn readable(path: &Path, private: bool) -> Result<String, (String, String)> {
    let shown = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        (
            format!("{shown} cannot be read: {error}"),
            "check the path and the rights of the user that runs Portico".to_owned(),
        )
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err((format!("{shown} is not a file"), "give the path of a file".to_owned()));
    }
    let mode = about.permissions().mode() & 0o777;
    if private && mode & 0o077 != 0 {
        return Err((format!("{shown} can be read by others (mode {mode:04o})"), format!("run: chmod 600 {shown}")));
    }
    Ok(shown)
}
