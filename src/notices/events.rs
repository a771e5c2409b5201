//! All events in one list, for those who go over them. The events themselves and whom each tells are in `mod.rs`.

use super::Event;

impl Event {
    /// Every event there is, in the order of their declaration.
    pub const ALL: &'static [Event] = {
        use Event::*;
        &[
            SignedIn,
            SignedInNewBrowser,
            SignedInAfterLong,
            WrongPassword,
            WrongCode,
            WrongCodesThrice,
            CodeReplayed,
            FactorOff,
            Throttled,
            StuffingSuspected,
            RightPasswordInStuffing,
            FreshProof,
            Unlocked,
            LoggedOut,
            LoggedOutEverywhere,
            SessionEnded,
            DeviceRemembered,
            DeviceForgotten,
            DeviceRenamed,
            DeviceCopied,
            NotMe,
            NotMePaused,
            NotMeDisputed,
            NotMeClosed,
            ResetAsked,
            PasswordReset,
            PasswordChanged,
            PasswordUpgraded,
            EmailChangeAsked,
            EmailChanged,
            NameChanged,
            MobileChanged,
            MobileCodeSent,
            TwoFactorOn,
            TwoFactorOff,
            WrongPasskey,
            PasskeyAdded,
            PasskeyAddedByBrowser,
            PasskeyRenamed,
            PasskeyRemoved,
            PasskeyRemovedByAdministrator,
            PasskeyCounterBack,
            PasskeyCounterNoted,
            BackupCodesMade,
            BackupCodeUsed,
            BackupCodesLow,
            Invited,
            InvitedAgain,
            Joined,
            RoleChanged,
            EmailChangedByAdministrator,
            Closed,
            Reopened,
            SessionsEndedByAdministrator,
            ResetProved,
            FactorsReset,
            ReEnrolMailed,
            ReEnrolled,
            MoreTimeGiven,
            NameChangedByAdministrator,
            EmailChangeAskedByAdministrator,
            EmailChangeWithdrawn,
            EmailChangeStopped,
            ResetsTooMany,
            MailHeld,
            RecordExported,
            RecordCut,
            RecordFlooded,
            PracticeMoved,
            PracticeChanged,
            Restored,
            LinkAsked,
            LinkHandedOn,
            LinkNotMe,
            WrongMailedCode,
            HelpAsked,
            HelpSeenTo,
            PinIssued,
            PinUsed,
            WrongPin,
            PinBlocked,
            PinsGuessed,
            ClientAdded,
            AccessOff,
            AccessOn,
            ClientPhoneChanged,
            ClientReferenceChanged,
            SessionsEndedByPractice,
            ClientRulesChanged,
            StaffRulesChanged,
            LockSet,
            LockRemoved,
            LockOffAsked,
            LockOffAskedNoWord,
            WrongSafeWord,
            LockOffCancelled,
            LockRemovedByPractice,
            PrivateOn,
            PrivateOff,
            MailFormChanged,
            PortalPasswordSet,
            PortalPasswordRemoved,
            PortalPasswordOff,
            ClientEmailAsked,
            ClientEmailConfirmed,
            ClientEmailChanged,
            ClientEmailCorrected,
            ClientEmailStopped,
            ContactAdded,
            ContactAllowed,
            ContactShut,
            ContactRemoved,
            PortalOpened,
            AskingsTooMany,
            Refused,
            MessageFailed,
            MailCameBack,
            MailCameBackAgain,
            ApiKeyMade,
            ApiKeyEnded,
            GuestLinkMade,
            GuestLinkEnded,
            GuestLinkOpened,
        ]
    };

    /// Whether a client is told of it in the portal alone: whoever reads the mailbox may be the reason for a passkey.
    pub const fn stays_inside(self) -> bool {
        matches!(
            self,
            Event::PasskeyAdded
                | Event::PasskeyAddedByBrowser
                | Event::PasskeyRemoved
                | Event::PasskeyRemovedByAdministrator
                | Event::PasskeyCounterBack
        )
    }

    /// Whether a client with a lock of their own is told of it in the portal alone: the mailbox is what the lock is against,
    /// and a mail about a sign-in that took no mail would give it away, with when and where the client is.
    pub const fn stays_behind_a_lock(self) -> bool {
        matches!(
            self,
            Event::SignedIn | Event::SignedInNewBrowser | Event::SignedInAfterLong | Event::NotMe | Event::PinIssued
        )
    }

    /// Whether clients have words of their own for it: they have neither "Forgot your password?" nor recognised devices.
    pub const fn has_words_for_clients(self) -> bool {
        matches!(self, Event::SignedInNewBrowser | Event::NotMe | Event::MessageFailed)
    }

    /// What the mails about it are called.
    pub fn mail_about(self, client: bool) -> String {
        if client && self.has_words_for_clients() { format!("{}-client", self.word()) } else { self.word().to_owned() }
    }

    /// Whether the mail to the person has a "this wasn't me" link. What an administrator did is taken back by asking
    /// the practice, and after "this wasn't me" itself there is nothing left to end.
    pub const fn offers_not_me(self) -> bool {
        !matches!(
            self,
            Event::NotMe
                | Event::NotMePaused
                | Event::NotMeDisputed
                | Event::NotMeClosed
                | Event::FactorOff
                | Event::BackupCodesLow
                | Event::RoleChanged
                | Event::EmailChangedByAdministrator
                | Event::Closed
                | Event::Reopened
                | Event::SessionsEndedByAdministrator
                | Event::MoreTimeGiven
                | Event::EmailChangeWithdrawn
                | Event::PasskeyRemovedByAdministrator
                | Event::PinIssued
                | Event::PortalPasswordOff
                | Event::ClientEmailAsked
                | Event::ClientEmailChanged
                | Event::ContactAllowed
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::Told;
    use super::*;
    use crate::platform::text::Texts;

    /// Every word a mail may use, each with a value that can be found again.
    const WORDS: [(&str, &str); 32] = [
        ("remembered", "no"),
        ("goal", "sign-in"),
        ("what", "telephone number"),
        ("as_of", "20 November 2026"),
        ("left", "3"),
        ("by", "code"),
        ("until", "23 November 2026"),
        ("held", "yes"),
        ("password", "stopped"),
        ("added", "yes"),
        ("password_from", "22 November 2026"),
        ("replaced", "no"),
        ("factor", "password"),
        ("last", "2 May 2026"),
        ("who", "Eve Contact"),
        ("new_email", "x@example.org"),
        ("count", "3"),
        ("before", "the old"),
        ("after", "the new"),
        ("name", "Ada Name"),
        ("practice", "The Practice"),
        ("time", "21 November 2026"),
        ("browser", "Chrome on Windows"),
        ("place", "unknown place"),
        ("url", "https://practice.example.org"),
        ("actor", "Bo Actor"),
        ("contact", "+61291234567"),
        ("not_me", "https://practice.example.org/not-me/x"),
        ("person", "Cy Person"),
        ("reason", "550 no such mailbox"),
        ("passkey", "iCloud Keychain"),
        ("key", "Booking"),
    ];

    fn sentence(texts: &Texts, id: &str, without: &[&str]) -> String {
        assert!(texts.has(id), "{id} is missing");
        let words: Vec<(&str, &str)> = WORDS.into_iter().filter(|(name, _)| !without.contains(name)).collect();
        let said = texts.tags().map(|tag| texts.say(tag, id, &words)).collect::<Vec<_>>().join("\n");
        assert!(!said.contains(['{', '}', '$']), "{id} names a word that no mail has:\n{said}");
        said
    }

    /// Whom an event is mailed to, as the names of its mails.
    fn mails(event: Event) -> Vec<String> {
        let mut names = mails_about(event, event.word());
        if event.has_words_for_clients() {
            names.extend(mails_about(event, &event.mail_about(true)));
        }
        names
    }

    fn mails_about(event: Event, word: &str) -> Vec<String> {
        match event.told() {
            Told::Nobody => vec![],
            Told::Person => vec![word.to_owned()],
            Told::PersonOldAddress => vec![word.to_owned(), format!("{word}-old-address")],
            Told::Administrators => vec![format!("{word}-administrators")],
            Told::PersonAndAdministrators => vec![word.to_owned(), format!("{word}-administrators")],
        }
    }

    /// Clients sign in by mail: they have no page for a forgotten password, no recognised devices and no people page.
    #[test]
    fn mails_about_clients_speak_of_what_clients_have() {
        let texts = Texts::load().unwrap();
        let theirs = Event::ALL.iter().filter(|event| event.has_words_for_clients());
        let names = theirs.flat_map(|event| mails_about(*event, &event.mail_about(true)));
        for name in names.chain(["portal-password-set".into(), "portal-password-removed".into()]) {
            let text = sentence(&texts, &format!("mail-{name}-text"), &[]);
            for word in
                ["/sign-in", "Forgot your password", "Recognised devices", "by mail", "logged out", "/practice/people"]
            {
                assert!(!text.contains(word), "{name} speaks of {word}");
            }
        }
    }

    #[test]
    fn the_list_is_whole() {
        let rows = include_str!("mod.rs").matches("\", Told::").count();
        assert_eq!(
            Event::ALL.len(),
            rows,
            "an event stands in the table of mod.rs and not in ALL, or the other way round"
        );
        assert!(Event::ALL.iter().enumerate().all(|(place, event)| *event as usize == place));
        let mut words: Vec<&str> = Event::ALL.iter().map(|event| event.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), rows);
    }

    #[test]
    fn whoever_is_told_is_told_in_words() {
        let texts = Texts::load().unwrap();
        for event in Event::ALL {
            for name in mails(*event) {
                let without: &[&str] = if name.ends_with("-administrators") {
                    &["not_me"]
                } else if name.ends_with("-old-address") || !event.offers_not_me() {
                    &["not_me", "person", "reason"]
                } else {
                    &["person", "reason"]
                };
                let subject = sentence(&texts, &format!("mail-{name}-subject"), without);
                assert!(subject.chars().count() < 78 && !subject.contains('\n'), "{name}: {subject}");
                let text = sentence(&texts, &format!("mail-{name}-text"), without);
                assert!(
                    text.contains("Ada Name") && text.contains("The Practice"),
                    "{name} says neither whom nor where"
                );
                let offers = text.lines().any(|line| line.trim() == "https://practice.example.org/not-me/x");
                assert_eq!(offers, !without.contains(&"not_me"), "{name}: the link stands on its own line, or nowhere");
                let asks = text.contains("+61291234567") || name.ends_with("-administrators");
                assert!(asks, "{name} does not say whom to ask");
            }
        }
    }

    /// A mail is seen by whoever looks over a shoulder, and in previews on a locked phone.
    #[test]
    fn no_mail_speaks_of_health() {
        let text = include_str!("../../locales/en/notices.ftl").to_lowercase();
        for word in ["patient", "health", "clinic", "appointment", "treatment", "therap", "medical", "diagnos"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
