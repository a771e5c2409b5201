//! From settings as written to settings as meant: what is missing, what contradicts, what is unsafe together.
//! It collects every problem before it gives up.

use super::meant_edge::{base, contact, edge, edge_of, entrance_address, public};
use super::meant_far::link_keys;
use super::meant_mail::{mail, text_gateway};
use super::meant_regions::{entrance, regions};
use super::problem::{ConfigProblem, Place};
use super::reader::{Reader, reader};
use super::written::Written;
use super::{Asked, Config, Keys, Log, Passwords};
use crate::platform::keyring::Keyring;

/// Makes the settings, or says everything that is wrong.
pub(super) fn meant(mut written: Written) -> Result<Config, Vec<ConfigProblem>> {
    let mut problems = std::mem::take(&mut written.problems);
    let config = sections(&written, &mut problems);
    // A refused value is also absent: the second complaint about the same line says nothing new.
    let refused: Vec<String> = problems.iter().map(|problem| problem.key.clone()).collect();
    let mut index = 0;
    problems.retain(|problem| {
        index += 1;
        problem.problem != "missing" || !refused[..index - 1].contains(&problem.key)
    });
    problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(problems),
    }
}

fn sections(written: &Written, problems: &mut Vec<ConfigProblem>) -> Option<Config> {
    let (regions, far_regions) = regions(written, problems);
    let link_keys = link_keys(written, problems);
    let entrance = entrance(written, &regions, problems);
    let keys = keys(written, problems);
    let passwords = passwords(written, problems);
    let places_file = reader(written, "places", problems).path_of("file");
    let audit_keep_years = reader(written, "audit", problems).number("keep_years");
    let log = log(&reader(written, "log", problems));
    let edge = edge(written, problems);

    let mut top = reader(written, "", problems);
    let base = base(&mut top);
    let operator_name = top.required("operator_name", "write who runs this server, as people should read it");
    top.at_most("operator_name", &operator_name, 100);
    let operator_contact = contact(&mut top);
    let listen = top.address("listen");
    let metrics_listen = top.address("metrics_listen");
    if metrics_listen.is_some() && metrics_listen.map(|a| a.port()) == listen.map(|a| a.port()) {
        top.problem("metrics_listen", "the port of listen", "write another port; metrics are not for the public");
    }
    let edge = edge_of(&mut top, edge, listen);
    let (public_scheme, public_port) = public(&mut top, &base, listen, edge.as_ref());
    let entrance_address = entrance_address(&mut top);
    let mail = mail(&mut reader(written, "mail", problems), &operator_name);
    let asked = asked(&mut reader(written, "mail", problems));
    let text = written.sections.contains_key("text").then(|| text_gateway(&mut reader(written, "text", problems)));

    Some(Config {
        base,
        listen: listen?,
        metrics_listen,
        public_scheme,
        public_port,
        operator_name,
        operator_contact,
        regions,
        far_regions,
        link_keys,
        entrance_address,
        entrance,
        edge: edge?,
        keys: keys?,
        mail: mail?,
        asked: asked?,
        text: text.flatten(),
        passwords: passwords?,
        places_file,
        audit_keep_years: audit_keep_years?,
        log,
    })
}

fn keys(written: &Written, problems: &mut Vec<ConfigProblem>) -> Option<Keys> {
    let advice = "make one with: portico keys new";
    if let Some(text) = &written.keys {
        return match Keyring::parse(text.reveal()) {
            Ok(ring) => Some(Keys { ring, file: None }),
            Err(error) => {
                let place = Place { file: "environment".to_owned(), line: None };
                problems.push(place.problem("PORTICO_KEYS", format!("line {}: {error}", error.line), advice));
                None
            }
        };
    }
    let mut reader = reader(written, "keys", problems);
    let Some(path) = reader.path_of("file") else {
        reader.problem(
            "file",
            "missing",
            "name a key file here or put its text in PORTICO_KEYS; portico keys new makes one",
        );
        return None;
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => zeroize::Zeroizing::new(text),
        Err(error) => {
            reader.problem("file", format!("{} cannot be read: {error}", path.display()), advice);
            return None;
        }
    };
    match Keyring::parse(&text) {
        Ok(ring) => Some(Keys { ring, file: Some(path) }),
        Err(error) => {
            reader.problem("file", format!("{} line {}: {error}", path.display(), error.line), advice);
            None
        }
    }
}

fn passwords(written: &Written, problems: &mut Vec<ConfigProblem>) -> Option<Passwords> {
    let mut reader = reader(written, "passwords", problems);
    let argon2_memory_kib: u32 = reader.number("argon2_memory_kib")?;
    let argon2_passes: u32 = reader.number("argon2_passes")?;
    if argon2_passes < 2 && argon2_memory_kib < 47_104 {
        reader.problem("argon2_passes", "too cheap to guess", "write at least 2, or argon2_memory_kib = 47104");
    }
    let cores = || std::thread::available_parallelism().map_or(1, usize::from).min(256);
    Some(Passwords {
        argon2_memory_kib,
        argon2_passes,
        hash_threads: reader.number("hash_threads").unwrap_or_else(cores),
        hash_queue: reader.number("hash_queue")?,
        leaked_list: reader.path_of("leaked_list"),
    })
}

fn asked(reader: &mut Reader) -> Option<Asked> {
    let asked = Asked { per_practice: reader.number("asked_per_practice")?, in_all: reader.number("asked_in_all")? };
    if asked.in_all < asked.per_practice {
        reader.problem(
            "asked_in_all",
            "less than asked_per_practice",
            "one practice alone would use up the share of all; write at least the same",
        );
    }
    Some(asked)
}

fn log(reader: &Reader) -> Log {
    Log { json: reader.text("format").as_deref() == Some("json"), level: reader.text("level").unwrap_or_default() }
}
