//! The page `docs/configuration.md`, written from the table of keys; a test keeps the file in step.

use std::fmt::Write;

use super::keys::{Key, Kind, SECTIONS, of_section};

/// The whole page as Markdown.
pub fn page() -> String {
    let mut page = String::from(HEAD);
    for (section, about) in SECTIONS {
        let title = match *section {
            "" => "Top".to_owned(),
            "region" => "`[[region]]`".to_owned(),
            name => format!("`[{name}]`"),
        };
        // Writing to a String cannot fail.
        let _ =
            write!(page, "\n## {title}\n\n{about}\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        for key in of_section(section) {
            let _ = writeln!(page, "| `{}` | {} | {} | {} |", key.name, values(key), default(key), about_of(key));
        }
    }
    page
}

const HEAD: &str = "# Configuration

<!-- Written from src/config/keys.rs; after a change there: UPDATE=1 cargo test --lib config -->

Portico reads one TOML file (`portico serve --config portico.toml`) and the environment, once, at its start.
It refuses to start when anything is wrong, and names everything that is, with file and line.

A variable wins over the file: `PORTICO_BASE` for `base`, `PORTICO_MAIL__PORT` for `port` in `[mail]`
(two underscores), `PORTICO_REGION__AU__DATABASE` for the region `au`, `PORTICO_REGION__UK_2__DATABASE` for `uk-2`:
a variable cannot hold `-`, so `_` stands for it.
A secret may be read from a file: write `password_file` for `password`, `PORTICO_MAIL__PASSWORD_FILE` likewise.
Files with secrets must be readable by their owner alone (mode 0600), and examples are not accepted as secrets.
`portico check --config portico.toml` reads everything and starts nothing.
";

fn values(key: &Key) -> String {
    match key.kind {
        Kind::Text => "text".to_owned(),
        Kind::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Kind::Number(low, high) => format!("{low} to {high}"),
        Kind::List => "list of texts".to_owned(),
        Kind::Names => "names with texts".to_owned(),
        Kind::File | Kind::PrivateFile => "path".to_owned(),
    }
}

fn default(key: &Key) -> String {
    if key.default.is_empty() { "–".to_owned() } else { format!("`{}`", key.default) }
}

fn about_of(key: &Key) -> String {
    let file = if key.secret { format!(" Secret; or `{}_file`.", key.name) } else { String::new() };
    format!("{}{file}", key.about)
}
