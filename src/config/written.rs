//! Settings as written: the TOML file and the environment, each value with its place and checked against its kind.
//! Whether values make sense together is not asked here.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::hints;
use super::keys;
use super::problem::{ConfigProblem, Place};
use super::secret::Secret;
use super::values::{Raw, Value, secret_from_file, value_of};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Entry {
    pub value: Value,
    pub place: Place,
    /// A variable wins over the file, so that a second one is the only conflict.
    from_environment: bool,
}

/// One section: names with entries, and where the section begins.
#[derive(Debug, Default)]
pub struct Section {
    pub entries: BTreeMap<String, Entry>,
    pub place: Option<Place>,
}

/// Everything written. Regions stand in the order of the file.
#[derive(Debug, Default)]
pub struct Written {
    pub sections: BTreeMap<String, Section>,
    pub regions: Vec<Section>,
    /// The text of `PORTICO_KEYS`.
    pub keys: Option<Secret>,
    pub problems: Vec<ConfigProblem>,
    file: String,
}

/// A file's text and a way from bytes to lines.
struct Source<'a> {
    file: &'a str,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Place { file: self.file.to_owned(), line: Some(line) }
    }
}

impl Written {
    pub fn new(path: Option<&Path>) -> Self {
        let file = path.map_or_else(|| "environment".to_owned(), |path| path.display().to_string());
        Self { file, ..Self::default() }
    }

    /// The place of something that is not written at all.
    pub fn nowhere(&self) -> Place {
        Place { file: self.file.clone(), line: None }
    }

    /// Takes in the file's text, or nothing of it where it is not TOML; answers whether it is.
    pub fn add_toml(&mut self, text: &str) -> bool {
        let file = self.file.clone();
        let source = Source { file: &file, text };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let place = source.place(&error.span().unwrap_or(0..0));
            self.problems.push(place.problem("", format!("not TOML: {}", error.message().trim_end()), ""));
        }
        // What stands behind a mistake was not read, and would only seem to be missing.
        if !self.problems.is_empty() {
            return false;
        }
        for (name, value) in table.get_ref() {
            self.add_top(&source, name, value);
        }
        true
    }

    fn add_top(&mut self, source: &Source, name: &Spanned<std::borrow::Cow<str>>, value: &Spanned<DeValue>) {
        let place = source.place(&name.span());
        let text: &str = name.get_ref();
        match value.get_ref() {
            DeValue::Array(items) if text == "region" => {
                for item in items.iter() {
                    let place = source.place(&item.span());
                    match item.get_ref() {
                        DeValue::Table(table) => {
                            let section = self.read_table(source, text, table, place);
                            self.regions.push(section);
                        }
                        _ => self.problems.push(place.problem(text, "a region is a section", "write [[region]]")),
                    }
                }
            }
            DeValue::Table(_) if text == "region" => {
                self.problems.push(place.problem(
                    text,
                    "there may be several regions",
                    "write [[region]] with two brackets",
                ));
            }
            DeValue::Table(table) if keys::is_section(text) => {
                let section = self.read_table(source, text, table, place);
                self.sections.insert(text.to_owned(), section);
            }
            _ if keys::is_section(text) => {
                self.problems.push(place.problem(
                    text,
                    "this is a section",
                    format!("write [{text}] on a line of its own"),
                ));
            }
            DeValue::Table(_) => {
                self.problems.push(place.problem(text, "no such section", hints::section_hint(text)));
            }
            _ => {
                let mut top = self.sections.remove("").unwrap_or_default();
                self.read_entry(source, "", (name, value), &mut top);
                self.sections.insert(String::new(), top);
            }
        }
    }

    fn read_table(&mut self, source: &Source, section: &str, table: &DeTable, place: Place) -> Section {
        let mut read = Section { place: Some(place), ..Section::default() };
        for pair in table.iter() {
            self.read_entry(source, section, pair, &mut read);
        }
        read
    }

    fn read_entry(
        &mut self,
        source: &Source,
        section: &str,
        (name, value): (&Spanned<std::borrow::Cow<str>>, &Spanned<DeValue>),
        into: &mut Section,
    ) {
        let place = source.place(&name.span());
        self.put(section, name.get_ref(), &Raw::Toml(value.get_ref()), place, into);
    }

    /// Takes in the variables that begin with `PORTICO_`; others are not ours.
    pub fn add_environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in variables {
            let Some(rest) = name.strip_prefix("PORTICO_") else {
                continue;
            };
            // Kubernetes gives every container these for a service that is called "portico".
            if rest == "CONFIG" || rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_") {
                continue;
            }
            let place = Place { file: "environment".to_owned(), line: None };
            if rest == "KEYS" {
                self.keys = Some(Secret::new(value));
                continue;
            }
            let path = rest.to_ascii_lowercase();
            let parts: Vec<&str> = path.split("__").collect();
            match parts[..] {
                [key] => self.put_variable("", key, &value, place, &name),
                ["region", _, "name"] => self.problems.push(place.problem(
                    name,
                    "the part after REGION is the region's name",
                    "write PORTICO_REGION__AU__DATABASE for the region au; the name has no variable of its own",
                )),
                ["region", region, key] => self.put_region_variable(region, key, &value, place, &name),
                [section, key] if section != "region" && keys::is_section(section) => {
                    self.put_variable(section, key, &value, place, &name);
                }
                ["region", _] => self.problems.push(place.problem(
                    name,
                    "names no region",
                    "write PORTICO_REGION__AU__DATABASE for the region au",
                )),
                _ => self.problems.push(place.problem(name, "no such setting", hints::section_hint(parts[0]))),
            }
        }
    }

    fn put_variable(&mut self, section: &str, key: &str, value: &str, place: Place, variable: &str) {
        let mut into = self.sections.remove(section).unwrap_or_default();
        into.place.get_or_insert_with(|| place.clone());
        let place = Place { file: format!("environment: {variable}"), ..place };
        self.put(section, key, &Raw::Variable(value), place, &mut into);
        self.sections.insert(section.to_owned(), into);
    }

    /// A variable cannot hold `-`, so `NEW_ZEALAND` is the region `new-zealand`; a region not in the file is added.
    fn put_region_variable(&mut self, region: &str, key: &str, value: &str, place: Place, variable: &str) {
        let region = region.replace('_', "-");
        let place = Place { file: format!("environment: {variable}"), ..place };
        let is_it = |section: &Section| matches!(section.text("name"), Some(name) if name == region);
        let index = self.regions.iter().position(is_it).unwrap_or(self.regions.len());
        let mut into = if index < self.regions.len() {
            std::mem::take(&mut self.regions[index])
        } else {
            let name = Entry { value: Value::Text(region), place: place.clone(), from_environment: true };
            self.regions.push(Section::default());
            Section { entries: BTreeMap::from([("name".to_owned(), name)]), place: Some(place.clone()) }
        };
        self.put("region", key, &Raw::Variable(value), place, &mut into);
        self.regions[index] = into;
    }

    fn put(&mut self, section: &str, name: &str, raw: &Raw, place: Place, into: &mut Section) {
        let path = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
        let from_environment = matches!(raw, Raw::Variable(_));
        let secret_file =
            name.strip_suffix("_file").and_then(|stem| keys::find(section, stem)).filter(|key| key.secret);
        let read = match (keys::find(section, name), secret_file) {
            (Some(key), _) => value_of(key, raw).map(|value| (key.name, value)),
            (None, Some(key)) => secret_from_file(key, raw).map(|value| (key.name, value)),
            (None, None) => Err(("no such setting".to_owned(), hints::hint(section, name))),
        };
        match read {
            Err((problem, advice)) => self.problems.push(place.problem(path, problem, advice)),
            Ok((stem, value)) => {
                let before =
                    into.entries.insert(stem.to_owned(), Entry { value, place: place.clone(), from_environment });
                if before.is_some_and(|before| before.from_environment == from_environment) {
                    let advice = format!("write either {stem} or {stem}_file");
                    self.problems.push(place.problem(path, "written twice", advice));
                }
            }
        }
    }
}

impl Section {
    pub fn text(&self, name: &str) -> Option<&str> {
        match &self.entries.get(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}
