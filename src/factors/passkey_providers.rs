//! What a passkey may be called before its person says: whose it is, as far as the authenticator tells. Names only, for
//! nobody vouches for an AAGUID; nothing is ever decided by one.

use crate::platform::browser::Browser;
use crate::platform::web::Visit;
use crate::platform::webauthn::NewCredential;

/// From what the makers publish of their own products.
const PROVIDERS: &[(&str, &str)] = &[
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
    ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain"),
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("d3452668-01fd-4c12-926c-83a4204853aa", "Microsoft Password Manager"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac"),
    ("771b48fd-d3d4-4f74-9232-fc157ab0507a", "Edge on Mac"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("50726f74-6f6e-5061-7373-50726f746f6e", "Proton Pass"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6", "Keeper"),
    ("f3809540-7f14-49c1-a8b3-8f813b225541", "Enpass"),
    ("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey"),
    ("c5ef55ff-ad9a-4b9f-b580-adebafe026d0", "YubiKey"),
    ("73bb0cd4-e502-49b8-9c6f-b59445bf720b", "YubiKey"),
];

/// The provider, if we know it.
pub fn provider(aaguid: &str) -> Option<&'static str> {
    PROVIDERS.iter().find(|(known, _)| *known == aaguid).map(|(_, name)| *name)
}

/// What stands for a security key whose maker we don't know.
pub const SECURITY_KEY: &str = "security-key";

/// Who keeps a passkey: the provider, or a security key by the ways it is reached.
pub fn keeper(aaguid: &str, transports: &str) -> Option<&'static str> {
    provider(aaguid).or_else(|| is_on_a_key(transports).then_some(SECURITY_KEY))
}

/// The keeper of that name, as an address may carry it.
pub fn named(name: &str) -> Option<&'static str> {
    let known = PROVIDERS.iter().map(|(_, known)| *known).chain([SECURITY_KEY]);
    known.into_iter().find(|known| *known == name)
}

fn is_on_a_key(transports: &str) -> bool {
    let reached_by = |way: &str| transports.split(',').any(|known| known == way);
    !reached_by("internal") && (reached_by("usb") || reached_by("nfc") || reached_by("ble"))
}

/// The name to offer for a new passkey: the provider's, else what the browser and the way it was reached suggest.
pub fn offered(visit: &Visit, new: &NewCredential) -> String {
    if let Some(name) = provider(&new.aaguid) {
        return name.to_owned();
    }
    let reached_by = |way: &str| new.transports.split(',').any(|known| known == way);
    if is_on_a_key(&new.transports) {
        return visit.say("passkey-security-key");
    }
    if reached_by("hybrid") && !reached_by("internal") {
        return visit.say("passkey-phone");
    }
    match visit.browser() {
        Browser { system: "", browser: "" } => visit.say("passkey-unnamed"),
        Browser { system: "", browser } => browser.to_owned(),
        Browser { system, .. } => system.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_and_unknown_ones_are_not() {
        assert_eq!(provider("bada5566-a7aa-401f-bd96-45619a55120d"), Some("1Password"));
        assert_eq!(provider("00000000-0000-0000-0000-000000000000"), None);
        let mut ids: Vec<&str> = PROVIDERS.iter().map(|(id, _)| *id).collect();
        assert!(ids.iter().all(|id| id.parse::<uuid::Uuid>().is_ok_and(|uuid| uuid.to_string() == *id)));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), PROVIDERS.len());
    }
}
