//! The door that knows no practice. It sends whoever knows their practice's name straight there, and asks nobody
//! anything about people.

use axum::response::Response;

use crate::platform::error::Result;
use crate::platform::frame::Frame;
use crate::platform::web::{Query, Visit, page};

#[derive(askama::Template)]
#[template(path = "entrance/entrance.html")]
struct EntrancePage<'a> {
    frame: Frame,
    typed: String,
    addresses: Vec<Address>,
    /// The name holds nothing that an address could be made of.
    unusable: bool,
    signposts: &'a [Signpost],
}

struct Address {
    label: String,
    url: String,
}

/// More that the entrance points to; the demo puts its mailbox and its people here.
pub struct Signposts(pub Vec<Signpost>);

pub struct Signpost {
    pub path: &'static str,
    /// The name of a message, and of one with `-more`.
    pub message: &'static str,
}

#[derive(askama::Template)]
#[template(path = "entrance/support.html")]
struct SupportPage {
    frame: Frame,
}

/// `GET /` at the bare host; `?practice=` is a typed name. Whether a practice of that name exists is not told here:
/// the browser finds out by going there.
pub async fn front(visit: Visit, Query(query): Query) -> Result<Response> {
    let typed = query.trimmed("practice").chars().take(80).collect::<String>();
    let slug = slug_of(&typed);
    let base = &visit.server.config.base;
    let regions = visit.server.regions.iter().filter(|_| !slug.is_empty());
    let addresses = regions
        .map(|region| Address {
            label: visit
                .say_with("entrance-in-region", &[("practice", &typed), ("region", &region.name.to_uppercase())]),
            url: visit.server.origin_of(&format!("{slug}.{}.{base}", region.name)),
        })
        .collect();
    let signposts = visit.server.kept::<Signposts>().map_or(&[][..], |posts| &posts.0);
    page(&EntrancePage {
        frame: Frame::new(&visit, "entrance-title"),
        unusable: !typed.is_empty() && slug.is_empty(),
        typed,
        addresses,
        signposts,
    })
}

/// `GET /` at the support host.
pub async fn support_front(visit: Visit) -> Result<Response> {
    page(&SupportPage { frame: Frame::new(&visit, "support-title") })
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
