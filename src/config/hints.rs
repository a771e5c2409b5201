//! What somebody who misspelt a name most likely meant.

use super::keys::{KEYS, SECTIONS, of_section};

/// What somebody who wrote `name` in `section` most likely meant, as a sentence.
pub fn hint(section: &str, name: &str) -> String {
    let names = of_section(section).flat_map(|key| {
        let file = key.secret.then(|| format!("{}_file", key.name));
        [Some(key.name.to_owned()), file].into_iter().flatten()
    });
    if let Some(near) = nearest(name, names) {
        return format!("did you mean \"{near}\"?");
    }
    if let Some(other) = KEYS.iter().find(|key| key.name == name) {
        let place = if other.section.is_empty() {
            "at the top of the file".to_owned()
        } else {
            format!("in [{}]", other.section)
        };
        return format!("\"{name}\" belongs {place}");
    }
    "remove it; docs/configuration.md lists every key".to_owned()
}

/// The same for the name of a section.
pub fn section_hint(name: &str) -> String {
    let names = SECTIONS.iter().map(|(section, _)| (*section).to_owned()).filter(|section| !section.is_empty());
    match nearest(name, names) {
        Some(near) => format!("did you mean [{near}]?"),
        None => hint("", name),
    }
}

/// The name that needs fewest changed letters, if these are few for its length.
fn nearest(name: &str, names: impl Iterator<Item = String>) -> Option<String> {
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    names
        .map(|other| (distance(name, &other), other))
        .filter(|(steps, _)| *steps <= allowed)
        .min()
        .map(|(_, other)| other)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour to make `a` into `b`
/// (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut steps = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            steps[i][j] = match (i, j) {
                (0, _) | (_, 0) => i + j,
                _ => {
                    let changed = steps[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let least = changed.min(steps[i - 1][j] + 1).min(steps[i][j - 1] + 1);
                    let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if swapped { least.min(steps[i - 2][j - 2] + 1) } else { least }
                }
            };
        }
    }
    steps[a.len()][b.len()]
}
