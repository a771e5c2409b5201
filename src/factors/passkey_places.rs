//! Where passkeys are kept, in the words of the people who made those places, and which of them are at hand in a browser.
//! For help only: what a browser says it is decides nothing.

use super::mine::browser_words;
use super::passkey_providers as providers;
use crate::platform::browser::{Browser, System};
use crate::platform::prose::{self, Block};
use crate::platform::web::Visit;

/// A place that keeps passkeys, or that hands them on and needs words of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Iphone,
    Mac,
    Android,
    Windows,
    /// Google Password Manager in Chrome on a computer.
    Chrome,
    Edge,
    Firefox,
    OnePassword,
    SecurityKey,
}

/// One thing told for each place: the sentence of each.
pub type Told = &'static [(Place, &'static str)];

/// How to make a passkey there.
pub const CREATE: Told = &[
    (Place::Iphone, "passkey-create-iphone"),
    (Place::Mac, "passkey-create-mac"),
    (Place::Android, "passkey-create-android"),
    (Place::Windows, "passkey-create-windows"),
    (Place::Chrome, "passkey-create-chrome"),
    (Place::Edge, "passkey-create-edge"),
    (Place::Firefox, "passkey-create-firefox"),
    (Place::OnePassword, "passkey-create-one-password"),
    (Place::SecurityKey, "passkey-create-security-key"),
];

/// What must be switched on there before passkeys work, and before they reach a person's other devices.
pub const READY: Told = &[
    (Place::Iphone, "passkey-ready-iphone"),
    (Place::Mac, "passkey-ready-mac"),
    (Place::Android, "passkey-ready-android"),
    (Place::Windows, "passkey-ready-windows"),
    (Place::Chrome, "passkey-ready-chrome"),
    (Place::Edge, "passkey-ready-edge"),
    (Place::Firefox, "passkey-ready-firefox"),
    (Place::OnePassword, "passkey-ready-one-password"),
    (Place::SecurityKey, "passkey-ready-security-key"),
];

/// How to take a passkey away there by hand.
pub const REMOVE: Told = &[
    (Place::Iphone, "passkey-remove-iphone"),
    (Place::Mac, "passkey-remove-mac"),
    (Place::Android, "passkey-remove-android"),
    (Place::Windows, "passkey-remove-windows"),
    (Place::Chrome, "passkey-remove-chrome"),
    (Place::Edge, "passkey-remove-edge"),
    (Place::Firefox, "passkey-remove-firefox"),
    (Place::OnePassword, "passkey-remove-one-password"),
    (Place::SecurityKey, "passkey-remove-security-key"),
];

/// What is told of one place.
pub struct Part {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// What is told of all places: those first that matter most.
pub struct Parts {
    /// Above the first ones; none when there are none.
    pub heading: Option<String>,
    pub here: Vec<Part>,
    pub elsewhere: Vec<Part>,
}

/// What is told of each place: those at hand in the browser of this visit first.
pub fn parts(visit: &Visit, told: Told) -> Parts {
    let browser = visit.browser();
    let words = || browser_words(visit, &browser.to_stored());
    first(visit, told, &at_hand(browser), || visit.say_with("passkey-places-here", &[("browser", &words())]))
}

/// As [`parts`], of a passkey that this provider kept: its own place first, whichever browser is at hand.
pub fn parts_of(visit: &Visit, told: Told, provider: Option<&str>) -> Parts {
    let at_hand = at_hand(visit.browser());
    let mut own = provider.map_or(vec![], |provider| kept_by(provider).to_vec());
    own.sort_by_key(|place| at_hand.iter().position(|other| other == place).unwrap_or(usize::MAX));
    if own.is_empty() { parts(visit, told) } else { first(visit, told, &own, || visit.say("passkey-places-kept")) }
}

fn first(visit: &Visit, told: Told, places: &[Place], heading: impl Fn() -> String) -> Parts {
    let part = |(place, text): &(Place, &'static str)| Part {
        title: visit.say(title(*place)),
        blocks: prose::read(&visit.say(text)),
    };
    let of = |place: &Place| told.iter().find(|(other, _)| other == place);
    Parts {
        heading: (!places.is_empty()).then(heading),
        here: places.iter().filter_map(of).map(part).collect(),
        elsewhere: told.iter().filter(|(place, _)| !places.contains(place)).map(part).collect(),
    }
}

/// Where a provider's passkeys lie, named as in the list of providers; nothing for those we have no words about.
fn kept_by(provider: &str) -> &'static [Place] {
    match provider {
        "iCloud Keychain" => &[Place::Mac, Place::Iphone],
        "Google Password Manager" => &[Place::Chrome, Place::Android],
        "Chrome on Mac" => &[Place::Chrome],
        "Windows Hello" => &[Place::Windows],
        "Microsoft Password Manager" | "Edge on Mac" => &[Place::Edge],
        "1Password" => &[Place::OnePassword],
        "YubiKey" | providers::SECURITY_KEY => &[Place::SecurityKey],
        _ => &[],
    }
}

/// The places a browser offers by itself, the likeliest first. An iPad may say that it is a Mac.
fn at_hand(browser: Browser) -> Vec<Place> {
    let own = match browser.browser {
        "Edge" => Some(Place::Edge),
        "Firefox" => Some(Place::Firefox),
        "Chrome" | "Chromium" | "Brave" | "Vivaldi" | "Opera" => Some(Place::Chrome),
        _ => None,
    };
    match browser.kind() {
        System::Iphone | System::Ipad => vec![Place::Iphone],
        System::MacOs if own.is_none() => vec![Place::Mac, Place::Iphone],
        System::MacOs => [Some(Place::Mac), own].into_iter().flatten().collect(),
        System::Windows => [Some(Place::Windows), own].into_iter().flatten().collect(),
        System::Android => vec![Place::Android],
        System::Linux | System::ChromeOs | System::Other => own.into_iter().collect(),
    }
}

const fn title(place: Place) -> &'static str {
    match place {
        Place::Iphone => "passkey-place-iphone",
        Place::Mac => "passkey-place-mac",
        Place::Android => "passkey-place-android",
        Place::Windows => "passkey-place-windows",
        Place::Chrome => "passkey-place-chrome",
        Place::Edge => "passkey-place-edge",
        Place::Firefox => "passkey-place-firefox",
        Place::OnePassword => "passkey-place-one-password",
        Place::SecurityKey => "passkey-place-security-key",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_that_we_have_words_about_is_known() {
        for name in [
            "iCloud Keychain",
            "Google Password Manager",
            "Chrome on Mac",
            "Windows Hello",
            "Microsoft Password Manager",
        ] {
            assert!(providers::named(name).is_some() && !kept_by(name).is_empty(), "{name}");
        }
        for name in ["Edge on Mac", "1Password", "YubiKey", providers::SECURITY_KEY] {
            assert!(providers::named(name).is_some() && !kept_by(name).is_empty(), "{name}");
        }
        assert!(kept_by("Bitwarden").is_empty() && providers::named("Bitwarden").is_some());
        assert_eq!(providers::named("<b>"), None);
    }

    #[test]
    fn the_own_system_comes_first_and_nothing_is_left_out() {
        let read = |text: &str| at_hand(Browser::read(text));
        assert_eq!(read("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile Safari/604.1"), [Place::Iphone]);
        assert_eq!(
            read("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1"),
            [Place::Mac, Place::Iphone]
        );
        assert_eq!(read("Mozilla/5.0 (Macintosh) Chrome/150.0 Safari/537.36"), [Place::Mac, Place::Chrome]);
        assert_eq!(read("Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537 Edg/150"), [Place::Windows, Place::Edge]);
        assert_eq!(read("Mozilla/5.0 (Windows NT 10.0; rv:140) Firefox/140.0"), [Place::Windows, Place::Firefox]);
        assert_eq!(read("Mozilla/5.0 (Linux; Android 15) Chrome/150.0 Mobile"), [Place::Android]);
        assert_eq!(read("Mozilla/5.0 (X11; Linux x86_64; rv:140) Firefox/140.0"), [Place::Firefox]);
        assert_eq!(read("curl/8"), []);
        for told in [CREATE, READY, REMOVE] {
            let mut places: Vec<&str> = told.iter().map(|(place, _)| title(*place)).collect();
            places.dedup();
            assert_eq!(places.len(), 9, "each place once");
        }
    }
}
