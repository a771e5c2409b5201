//! A typed name as the address it would have. Whether a practice of that name exists is not told here: the browser finds
//! out by going there.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::platform::web::Visit;

/// Characters of a practice's part of an address at least.
const LEAST: usize = 2;
/// The doors that an address may end with.
const DOORS: &[&str] = &["sign-in", "portal"];

pub(super) struct Address {
    pub label: String,
    pub url: String,
    /// The clients' door rather than the staff's.
    pub client: bool,
}

/// The addresses a practice of that name would have, both doors in each region; none when no name is in it. A whole address
/// that was typed in says its region, and its door where it has one.
pub(super) fn addresses(visit: &Visit, typed: &str) -> Vec<Address> {
    let regions = super::regions::names(&visit.server);
    let (slugs, region) = slugs(typed, &regions, &visit.server.config.base);
    let doors = if typed.contains("/portal") { &[true][..] } else { &[false, true] };
    let address = |slug: &str, region: &String, client: bool| Address {
        label: visit.say_with("entrance-in-region", &[("practice", typed), ("region", &region.to_uppercase())]),
        url: format!("{}{}", visit.server.origin_in(region, slug), if client { "/portal" } else { "/sign-in" }),
        client,
    };
    let here = |one: &&String| region.is_none_or(|region| one.eq_ignore_ascii_case(region));
    let mut all = vec![];
    for slug in &slugs {
        for region in regions.iter().filter(here) {
            all.extend(doors.iter().map(|client| address(slug, region, *client)));
        }
    }
    all
}

/// What a practice of that name may be called in its address, most likely first, and its region where that was typed too. Names have
/// full stops as well ("St.Mary.Clinic"): what is not surely an address is read both ways.
fn slugs<'a>(typed: &'a str, regions: &[String], base: &str) -> (Vec<String>, Option<&'a str>) {
    let (names, region) = names(typed.trim(), regions, base);
    let mut slugs: Vec<String> = names.into_iter().map(slug_of).filter(|slug| slug.len() >= LEAST).collect();
    slugs.dedup();
    (slugs, region)
}

/// The practice's name in what was typed. An address has no space in it, and begins like one, goes on with a region, or ends with
/// this server's own name; with three parts it may be one.
fn names<'a>(typed: &'a str, regions: &[String], base: &str) -> (Vec<&'a str>, Option<&'a str>) {
    if typed.contains(char::is_whitespace) {
        return (vec![typed], None);
    }
    let (scheme, rest) = typed.split_once("://").map_or((false, typed), |(_, rest)| (true, rest));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_region = |label: &str| regions.iter().any(|region| region.eq_ignore_ascii_case(label));
    // As websites are called; no practice is, but one of that name.
    let www = host.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("www."));
    let www = www && !is_region(host[4..].split(['.', ':']).next().unwrap_or_default());
    let host = if www { &host[4..] } else { host };
    let labels: Vec<&str> = host.split(['.', ':']).collect();
    let (first, second) = (labels[0], labels.get(1).copied().unwrap_or_default());
    // "harbour-physio/au", as lists write it.
    let behind = path.split('/').next().unwrap_or_default();
    let label = if second.is_empty() { behind } else { second };
    let region = is_region(label).then_some(label);
    let own = host.split(':').next().unwrap_or_default().to_ascii_lowercase().ends_with(&format!(".{base}"));
    let door = second.is_empty() && DOORS.contains(&behind);
    let surely = scheme || www || region.is_some() || own || door;
    match (surely && !first.is_empty(), labels.len() > 2) {
        (true, _) => (vec![first], region),
        (false, true) if !first.is_empty() => (vec![host, first], None),
        (false, _) => (vec![typed], None),
    }
}

/// What a practice of that name would be called in an address: letters without their accents and digits, the rest hyphens.
/// At most 40 characters.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().nfd() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'ß' => slug.push_str("ss"),
            'æ' => slug.push_str("ae"),
            'œ' => slug.push_str("oe"),
            'ø' => slug.push('o'),
            'ł' => slug.push('l'),
            'đ' => slug.push('d'),
            '\'' | '’' => {}
            _ if is_combining_mark(c) => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(40);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slugs;

    #[test]
    fn a_name_becomes_an_address() {
        let regions = ["au", "uk"].map(str::to_owned);
        for (typed, expected, region) in [
            ("Harbour Physio", "harbour-physio", None),
            ("  harbour--physio! ", "harbour-physio", None),
            ("https://harbour-physio.au.example.com/sign-in", "harbour-physio", Some("au")),
            ("harbour-physio.uk.localhost:8080", "harbour-physio", Some("uk")),
            ("harbour-physio.AU", "harbour-physio", Some("AU")),
            ("harbour-physio/au", "harbour-physio", Some("au")),
            ("harbour-physio/portal", "harbour-physio", None),
            ("harbour-physio.localhost", "harbour-physio", None),
            ("St Mary's Clinic", "st-marys-clinic", None),
            ("St. Mary's Clinic", "st-marys-clinic", None),
            ("St.Mary's", "st-marys", None),
            ("St.Mary.Clinic", "st-mary-clinic st", None),
            ("J.P.Smith", "j-p-smith", None),
            ("Smith/Jones", "smith-jones", None),
            ("harbour-physio.example.com/portal", "harbour-physio-example-com harbour-physio", None),
            ("Dr. Au", "dr-au", None),
            ("www.harbour-physio.example", "harbour-physio", None),
            ("www.harbour-physio.au.example.com/portal", "harbour-physio", Some("au")),
            ("https://WWW.harbour-physio.au.localhost:8080", "harbour-physio", Some("au")),
            ("www.harbour-physio.example.com", "harbour-physio", None),
            ("www.au.localhost", "www", Some("au")),
            ("診療所", "", None),
            ("A", "", None),
            ("Café Physio", "cafe-physio", None),
            ("Zürich Praxis", "zurich-praxis", None),
            ("Große Straße Łódź", "grosse-strasse-lodz", None),
            ("../../etc", "etc", None),
        ] {
            let (slugs, there) = slugs(typed, &regions, "localhost");
            assert_eq!((slugs.join(" ").as_str(), there), (expected, region), "{typed}");
        }
    }
}
