//! A typed name as the address it would have. Whether a practice of that name exists is not told here: the browser finds
//! out by going there.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::platform::web::Visit;

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
    let (name, region) = parts(typed, &regions);
    let slug = slug_of(name);
    if slug.is_empty() {
        return vec![];
    }
    let doors = if typed.contains("/portal") { &[true][..] } else { &[false, true] };
    let address = |region: &String, client: bool| Address {
        label: visit.say_with("entrance-in-region", &[("practice", typed), ("region", &region.to_uppercase())]),
        url: format!("{}{}", visit.server.origin_in(region, &slug), if client { "/portal" } else { "/sign-in" }),
        client,
    };
    let here = regions.iter().filter(|one| region.is_none_or(|region| one.eq_ignore_ascii_case(region)));
    here.flat_map(|region| doors.iter().map(move |client| address(region, *client))).collect()
}

/// The practice's name in what was typed, and its region where that is an address. Names have full stops too ("St. Mary's"):
/// an address has no space in it, and begins like one or goes on with a region or a further part.
fn parts<'a>(typed: &'a str, regions: &[String]) -> (&'a str, Option<&'a str>) {
    let typed = typed.trim();
    if typed.contains(char::is_whitespace) {
        return (typed, None);
    }
    let host = typed.rsplit("://").next().unwrap_or_default().split('/').next().unwrap_or_default();
    let is_region = |label: &str| regions.iter().any(|region| region.eq_ignore_ascii_case(label));
    // As websites are called; no practice is, but one of that name.
    let www = host.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("www."));
    let www = www && !is_region(host[4..].split(['.', ':']).next().unwrap_or_default());
    let host = if www { &host[4..] } else { host };
    let mut labels = host.split(['.', ':']);
    let (first, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    let region = is_region(second).then_some(second);
    let is_address = www || region.is_some() || typed.contains("://") || !second.is_empty() && labels.next().is_some();
    if is_address && !first.is_empty() { (first, region) } else { (typed, None) }
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
    use super::{parts, slug_of};

    #[test]
    fn a_name_becomes_an_address() {
        let regions = ["au", "uk"].map(str::to_owned);
        for (typed, slug, region) in [
            ("Harbour Physio", "harbour-physio", None),
            ("  harbour--physio! ", "harbour-physio", None),
            ("https://harbour-physio.au.example.com/sign-in", "harbour-physio", Some("au")),
            ("harbour-physio.uk.localhost:8080", "harbour-physio", Some("uk")),
            ("harbour-physio.AU", "harbour-physio", Some("AU")),
            ("St Mary's Clinic", "st-marys-clinic", None),
            ("St. Mary's Clinic", "st-marys-clinic", None),
            ("St.Mary's", "st-marys", None),
            ("Dr. Au", "dr-au", None),
            ("www.harbour-physio.example", "harbour-physio", None),
            ("www.harbour-physio.au.example.com/portal", "harbour-physio", Some("au")),
            ("https://WWW.harbour-physio.au.localhost:8080", "harbour-physio", Some("au")),
            ("www.harbour-physio.example.com", "harbour-physio", None),
            ("www.au.localhost", "www", Some("au")),
            ("診療所", "", None),
            ("Café Physio", "cafe-physio", None),
            ("Zürich Praxis", "zurich-praxis", None),
            ("Große Straße Łódź", "grosse-strasse-lodz", None),
            ("../../etc", "etc", None),
        ] {
            let (name, there) = parts(typed, &regions);
            assert_eq!((slug_of(name).as_str(), there), (slug, region), "{typed}");
        }
    }
}
