//! A typed name as the address it would have. Whether a practice of that name exists is not told here: the browser finds
//! out by going there.

use crate::platform::web::Visit;

pub(super) struct Address {
    pub label: String,
    pub url: String,
}

/// The addresses a practice of that name would have, one in each region; none when no name is in it.
pub(super) fn addresses(visit: &Visit, typed: &str) -> Vec<Address> {
    let slug = slug_of(typed);
    if slug.is_empty() {
        return vec![];
    }
    let regions = super::regions::names(&visit.server);
    let address = |region: &String| Address {
        label: visit.say_with("entrance-in-region", &[("practice", typed), ("region", &region.to_uppercase())]),
        url: visit.server.origin_in(region, &slug),
    };
    regions.iter().map(address).collect()
}

/// What a practice of that name would be called in an address: letters and digits, the rest hyphens; a whole address
/// typed in gives its first part. At most 40 characters.
fn slug_of(typed: &str) -> String {
    let name = typed.rsplit("://").next().unwrap_or_default();
    let name = if name.contains('.') { name.split('.').next().unwrap_or_default() } else { name };
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            '\'' | '’' => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(40);
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug_of;

    #[test]
    fn a_name_becomes_an_address() {
        for (typed, slug) in [
            ("Harbour Physio", "harbour-physio"),
            ("  harbour--physio! ", "harbour-physio"),
            ("https://harbour-physio.au.example.com/sign-in", "harbour-physio"),
            ("St Mary's Clinic", "st-marys-clinic"),
            ("診療所", ""),
            ("../../etc", ""),
        ] {
            assert_eq!(slug_of(typed), slug, "{typed}");
        }
    }
}
