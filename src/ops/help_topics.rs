//! Every help page: its address, its sentences, and the group it stands in. Pages are opened from where their case occurs,
//! so an address here is an address in other pages too.

use crate::factors::passkey_places::{CREATE, READY, REMOVE, Told};

/// One help page.
pub struct Topic {
    /// Its address under `/help/`; never changes.
    pub word: &'static str,
    pub title: &'static str,
    pub text: &'static str,
    /// What differs from place to place, the visitor's own first.
    pub places: Option<Told>,
    /// Speaks of the people who run the server, so that they are named beside the practice.
    pub names_operator: bool,
}

const fn topic(word: &'static str, title: &'static str, text: &'static str) -> Topic {
    Topic { word, title, text, places: None, names_operator: false }
}

const fn in_places(word: &'static str, title: &'static str, text: &'static str, places: Told) -> Topic {
    Topic { word, title, text, places: Some(places), names_operator: false }
}

const fn with_operator(word: &'static str, title: &'static str, text: &'static str) -> Topic {
    Topic { word, title, text, places: None, names_operator: true }
}

/// The groups in the order of the list, each with its heading.
pub const GROUPS: &[(&str, &[Topic])] = &[
    ("help-group-log-in", LOG_IN),
    ("help-group-portal", PORTAL),
    ("help-group-two-factor", TWO_FACTOR),
    ("help-group-passkeys", PASSKEYS),
    ("help-group-passkeys-trouble", PASSKEYS_TROUBLE),
    ("help-group-passkeys-questions", PASSKEYS_QUESTIONS),
    ("help-group-pages", PAGES),
];

const PORTAL: &[Topic] = &[
    topic("portal-link", "help-portal-link-title", "help-portal-link-text"),
    topic("portal-no-password", "help-portal-no-password-title", "help-portal-no-password-text"),
    topic("portal-device", "help-portal-device-title", "help-portal-device-text"),
    topic("portal-over", "help-portal-over-title", "help-portal-over-text"),
    topic("portal-no-email", "help-portal-no-email-title", "help-portal-no-email-text"),
    topic("portal-people", "help-portal-people-title", "help-portal-people-text"),
    topic("portal-passkey", "help-portal-passkey-title", "help-portal-passkey-text"),
    topic("guest-link", "help-guest-link-title", "help-guest-link-text"),
    topic("portal-private", "help-portal-private-title", "help-portal-private-text"),
];

const TWO_FACTOR: &[Topic] = &[
    topic("two-factor", "help-two-factor-title", "help-two-factor-text"),
    topic("set-up", "help-set-up-title", "help-set-up-text"),
    topic("log-in", "help-log-in-title", "help-log-in-text"),
    topic("code-refused", "help-code-refused-title", "help-code-refused-text"),
    topic("backup-codes", "help-backup-codes-title", "help-backup-codes-text"),
    topic("lost-phone", "help-lost-phone-title", "help-lost-phone-text"),
    topic("recognised-devices", "help-recognised-devices-title", "help-recognised-devices-text"),
    with_operator("reset-colleague", "help-reset-colleague-title", "help-reset-colleague-text"),
];

const PASSKEYS: &[Topic] = &[
    topic("passkey", "help-passkey-title", "help-passkey-text"),
    in_places("passkey-create", "help-passkey-create-title", "help-passkey-create-text", CREATE),
    topic("passkey-log-in", "help-passkey-log-in-title", "help-passkey-log-in-text"),
    topic("passkey-phone", "help-passkey-phone-title", "help-passkey-phone-text"),
    topic("passkey-delete", "help-passkey-delete-title", "help-passkey-delete-text"),
    in_places("passkey-remove", "help-passkey-remove-title", "help-passkey-remove-text", REMOVE),
];

const PASSKEYS_TROUBLE: &[Topic] = &[
    topic("passkey-check", "help-passkey-check-title", "help-passkey-check-text"),
    topic("passkey-qr", "help-passkey-qr-title", "help-passkey-qr-text"),
    topic("passkey-not-accepted", "help-passkey-not-accepted-title", "help-passkey-not-accepted-text"),
    topic("passkey-exists", "help-passkey-exists-title", "help-passkey-exists-text"),
    topic("passkey-other-device", "help-passkey-other-device-title", "help-passkey-other-device-text"),
    topic("passkey-new-device", "help-passkey-new-device-title", "help-passkey-new-device-text"),
    with_operator("passkey-lost", "help-passkey-lost-title", "help-passkey-lost-text"),
    topic("passkey-one-side", "help-passkey-one-side-title", "help-passkey-one-side-text"),
    in_places("passkey-ready", "help-passkey-ready-title", "help-passkey-ready-text", READY),
    topic("passkey-stopped", "help-passkey-stopped-title", "help-passkey-stopped-text"),
    topic("passkey-browser", "help-passkey-browser-title", "help-passkey-browser-text"),
    topic("passkey-mail", "help-passkey-mail-title", "help-passkey-mail-text"),
];

const PASSKEYS_QUESTIONS: &[Topic] = &[
    topic("passkey-several", "help-passkey-several-title", "help-passkey-several-text"),
    topic("passkey-share", "help-passkey-share-title", "help-passkey-share-text"),
    topic("passkey-two-factor", "help-passkey-two-factor-title", "help-passkey-two-factor-text"),
    topic("passkey-must", "help-passkey-must-title", "help-passkey-must-text"),
    topic("passkey-other-site", "help-passkey-other-site-title", "help-passkey-other-site-text"),
];

const LOG_IN: &[Topic] = &[
    topic("find-practice", "help-find-practice-title", "help-find-practice-text"),
    topic("straight-there", "help-straight-there-title", "help-straight-there-text"),
    topic("shared-computer", "help-shared-computer-title", "help-shared-computer-text"),
    topic("locked", "help-locked-title", "help-locked-text"),
    topic("new-device-mail", "help-new-device-mail-title", "help-new-device-mail-text"),
    topic("not-me", "help-not-me-title", "help-not-me-text"),
    topic("forgotten-password", "help-forgotten-password-title", "help-forgotten-password-text"),
    topic("too-many-tries", "help-too-many-tries-title", "help-too-many-tries-text"),
    topic("no-mail", "help-no-mail-title", "help-no-mail-text"),
];

const PAGES: &[Topic] = &[topic("accessibility", "help-accessibility-title", "help-accessibility-text")];

/// All pages, in the order of the list.
pub fn all() -> impl Iterator<Item = &'static Topic> {
    GROUPS.iter().flat_map(|(_, topics)| topics.iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text::Texts;

    #[test]
    fn every_page_has_words_and_an_address_of_its_own() {
        let texts = Texts::load().unwrap();
        for (at, topic) in all().enumerate() {
            assert!(texts.has(topic.title) && texts.has(topic.text), "{}", topic.word);
            assert!(!all().skip(at + 1).any(|other| other.word == topic.word), "{} twice", topic.word);
            for (_, sentence) in topic.places.unwrap_or_default() {
                assert!(texts.has(sentence), "{sentence}");
            }
        }
    }

    /// «see "…"» and «look at "…"» promise a page; it is linked by its title.
    #[test]
    fn a_page_that_is_spoken_of_exists() {
        let texts = Texts::load().unwrap();
        let say = |id| texts.say("en", id, &[]);
        let titles: Vec<String> = all().map(|topic| say(topic.title)).collect();
        let mut promises = 0;
        for topic in all() {
            let text = say(topic.text);
            for lead in ["see \"", "See \"", "ook at \""] {
                for named in text.split(lead).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(titles.iter().any(|title| title == named), "{}: there is no page «{named}»", topic.word);
                    promises += 1;
                }
            }
        }
        assert!(promises > 8, "the texts were not read");
    }
}
