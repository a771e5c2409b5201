//! What happened and who is told. Every change to somebody's sign-in is one call, [`happened`]; the table [`told`] says
//! whom each event is mailed to. The words of the mails are in `locales/*/notices.ftl`.

pub mod bounce;
pub mod carriers;
pub mod compose;
pub mod ending;
mod events;
pub mod gathered;
mod happening;
pub mod mailbox;
pub mod mailbox_moods;
pub mod mime;
pub mod outbox;
mod sending;
pub mod smtp;
pub mod smtp_settings;
pub mod text_message;
pub mod text_template;
pub mod transport;
mod whom;
pub mod worker;

pub use self::carriers::can_text;
pub use self::happening::{Actor, Happening};
pub use self::whom::{administrators, happened_to_all};
use crate::audit::{self, Line};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::web::Visit;

/// Everything that can happen to somebody's sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    SignedIn,
    SignedInNewBrowser,
    /// Nobody had signed in for a quarter of a year: whoever left the account lying about is told of it.
    SignedInAfterLong,
    WrongPassword,
    WrongCode,
    /// Three wrong codes after a right password: somebody may know the password.
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
    /// It took the last second factor away: a new password waits a day.
    NotMePaused,
    /// It came from a former address: whose account it is has to be settled.
    NotMeDisputed,
    /// After the account of a colleague was closed.
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
    /// By the browser itself, after a sign-in with every factor.
    PasskeyAddedByBrowser,
    PasskeyRenamed,
    PasskeyRemoved,
    PasskeyRemovedByAdministrator,
    /// The counter of a security key did not go forward: it may have been copied.
    PasskeyCounterBack,
    /// The same where it means little, or was told already.
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
    /// One that an administrator had entered, by the person or by "this wasn't me".
    EmailChangeStopped,
    /// One administrator reset many colleagues within the hour.
    ResetsTooMany,
    /// A mail was asked for too often to be sent each time.
    MailHeld,
    RecordExported,
    /// Old lines of the record went, as long after as the operator says.
    RecordCut,
    /// So many refused tries that most are only counted.
    RecordFlooded,
    /// Another name in the address, or another region.
    PracticeMoved,
    /// By the operator: how it is called, looks or is reached.
    PracticeChanged,
    /// A backup was put back.
    Restored,
    /// A mail with a sign-in link was asked for.
    LinkAsked,
    /// The number was typed on another device: the browser that asked goes on.
    LinkHandedOn,
    /// Whoever reads the mailbox did not ask.
    LinkNotMe,
    WrongMailedCode,
    HelpAsked,
    HelpSeenTo,
    PinIssued,
    PinUsed,
    WrongPin,
    /// A PIN was typed in the browser that had issued it.
    PinBlocked,
    PinsGuessed,
    ClientAdded,
    AccessOff,
    AccessOn,
    /// The number that the practice calls back, typed by the practice.
    ClientPhoneChanged,
    ClientReferenceChanged,
    SessionsEndedByPractice,
    ClientRulesChanged,
    StaffRulesChanged,
    /// A client's own lock. No mail ever tells of it: whoever reads the mailbox may be the reason for it.
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
    /// A client's password, where the practice keeps passwords.
    PortalPasswordSet,
    PortalPasswordRemoved,
    /// So many wrong ones that it opens nothing any more.
    PortalPasswordOff,
    /// A new address for a client was typed; its mailbox has still to be proved.
    ClientEmailAsked,
    /// It was proved, and waits a day because the client is protected.
    ClientEmailConfirmed,
    ClientEmailChanged,
    /// A slip of the finger in an address that nobody had signed in with.
    ClientEmailCorrected,
    ClientEmailStopped,
    ContactAdded,
    /// A contact may open the client's portal from now on; the client is told.
    ContactAllowed,
    ContactShut,
    ContactRemoved,
    /// A contact opened a client's portal.
    PortalOpened,
    /// So many strangers asked for mails that some are held back.
    AskingsTooMany,
    Refused,
    /// A mail or text message about somebody's sign-in was given up.
    MessageFailed,
    /// A mail that had been handed over came back.
    MailCameBack,
    MailCameBackAgain,
    ApiKeyMade,
    ApiKeyEnded,
    /// A program of the practice made a link to one thing for one client.
    GuestLinkMade,
    GuestLinkEnded,
    /// For the first time, by anybody or anything that had it.
    GuestLinkOpened,
}

/// Whom an event is mailed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is only in the record.
    Nobody,
    Person,
    /// The person, at the new address and the old.
    PersonOldAddress,
    Administrators,
    PersonAndAdministrators,
}

impl Event {
    /// The word in the record; never changes.
    pub const fn word(self) -> &'static str {
        self.row().0
    }

    pub const fn told(self) -> Told {
        self.row().1
    }

    /// The table: a new event does not compile without its row.
    #[expect(clippy::too_many_lines, reason = "a table, one line for each event")]
    const fn row(self) -> (&'static str, Told) {
        match self {
            Event::SignedIn => ("signed-in", Told::Nobody),
            Event::SignedInNewBrowser => ("signed-in-new-browser", Told::Person),
            Event::SignedInAfterLong => ("signed-in-after-long", Told::Person),
            Event::WrongPassword => ("wrong-password", Told::Nobody),
            Event::WrongCode => ("wrong-code", Told::Nobody),
            Event::WrongCodesThrice => ("wrong-codes-thrice", Told::Person),
            Event::CodeReplayed => ("code-replayed", Told::Nobody),
            Event::FactorOff => ("factor-off", Told::Person),
            Event::Throttled => ("throttled", Told::Nobody),
            Event::StuffingSuspected => ("stuffing-suspected", Told::Administrators),
            Event::RightPasswordInStuffing => ("right-password-in-stuffing", Told::Person),
            Event::FreshProof => ("fresh-proof", Told::Nobody),
            Event::Unlocked => ("unlocked", Told::Nobody),
            Event::LoggedOut => ("logged-out", Told::Nobody),
            Event::LoggedOutEverywhere => ("logged-out-everywhere", Told::Nobody),
            Event::SessionEnded => ("session-ended", Told::Nobody),
            Event::DeviceRemembered => ("device-remembered", Told::Person),
            Event::DeviceForgotten => ("device-forgotten", Told::Nobody),
            Event::DeviceRenamed => ("device-renamed", Told::Nobody),
            Event::DeviceCopied => ("device-copied", Told::PersonAndAdministrators),
            Event::NotMe => ("not-me", Told::PersonAndAdministrators),
            Event::NotMePaused => ("not-me-paused", Told::PersonAndAdministrators),
            Event::NotMeDisputed => ("not-me-disputed", Told::PersonAndAdministrators),
            Event::NotMeClosed => ("not-me-closed", Told::PersonAndAdministrators),
            Event::ResetAsked => ("reset-asked", Told::Nobody),
            Event::PasswordReset => ("password-reset", Told::Person),
            Event::PasswordChanged => ("password-changed", Told::Person),
            Event::PasswordUpgraded => ("password-upgraded", Told::Nobody),
            Event::EmailChangeAsked => ("email-change-asked", Told::Person),
            Event::EmailChanged => ("email-changed", Told::PersonOldAddress),
            Event::NameChanged => ("name-changed", Told::Nobody),
            Event::MobileChanged => ("mobile-changed", Told::Person),
            Event::MobileCodeSent => ("mobile-code-sent", Told::Nobody),
            Event::TwoFactorOn => ("two-factor-on", Told::Person),
            Event::TwoFactorOff => ("two-factor-off", Told::Person),
            Event::WrongPasskey => ("wrong-passkey", Told::Nobody),
            Event::PasskeyAdded => ("passkey-added", Told::Person),
            Event::PasskeyAddedByBrowser => ("passkey-added-by-browser", Told::Person),
            Event::PasskeyRenamed => ("passkey-renamed", Told::Nobody),
            Event::PasskeyRemoved => ("passkey-removed", Told::Person),
            Event::PasskeyRemovedByAdministrator => ("passkey-removed-by-administrator", Told::Person),
            Event::PasskeyCounterBack => ("passkey-counter-back", Told::Person),
            Event::PasskeyCounterNoted => ("passkey-counter-noted", Told::Nobody),
            Event::BackupCodesMade => ("backup-codes-made", Told::Person),
            Event::BackupCodeUsed => ("backup-code-used", Told::Person),
            Event::BackupCodesLow => ("backup-codes-low", Told::Person),
            Event::Invited => ("invited", Told::Nobody),
            Event::InvitedAgain => ("invited-again", Told::Nobody),
            Event::Joined => ("joined", Told::Nobody),
            Event::RoleChanged => ("role-changed", Told::Person),
            Event::EmailChangedByAdministrator => ("email-changed-by-administrator", Told::PersonOldAddress),
            Event::Closed => ("closed", Told::Person),
            Event::Reopened => ("reopened", Told::Person),
            Event::SessionsEndedByAdministrator => ("sessions-ended-by-administrator", Told::Person),
            Event::ResetProved => ("reset-proved", Told::Nobody),
            Event::FactorsReset => ("factors-reset", Told::PersonAndAdministrators),
            Event::ReEnrolMailed => ("re-enrol-mailed", Told::Nobody),
            Event::ReEnrolled => ("re-enrolled", Told::Person),
            Event::MoreTimeGiven => ("more-time-given", Told::Person),
            Event::NameChangedByAdministrator => ("name-changed-by-administrator", Told::Person),
            Event::EmailChangeAskedByAdministrator => ("email-change-asked-by-administrator", Told::Person),
            Event::EmailChangeWithdrawn => ("email-change-withdrawn", Told::Person),
            Event::EmailChangeStopped => ("email-change-stopped", Told::Administrators),
            Event::ResetsTooMany => ("resets-too-many", Told::Administrators),
            Event::MailHeld => ("mail-held", Told::Nobody),
            Event::RecordExported => ("record-exported", Told::Nobody),
            Event::RecordCut => ("record-cut", Told::Nobody),
            Event::RecordFlooded => ("record-flooded", Told::Administrators),
            Event::PracticeMoved => ("practice-moved", Told::Administrators),
            Event::PracticeChanged => ("practice-changed", Told::Administrators),
            Event::Restored => ("restored", Told::Administrators),
            Event::LinkAsked => ("link-asked", Told::Nobody),
            Event::LinkHandedOn => ("link-handed-on", Told::Nobody),
            Event::LinkNotMe => ("link-not-me", Told::Administrators),
            Event::WrongMailedCode => ("wrong-mailed-code", Told::Nobody),
            Event::HelpAsked => ("help-asked", Told::Nobody),
            Event::HelpSeenTo => ("help-seen-to", Told::Nobody),
            Event::PinIssued => ("pin-issued", Told::Person),
            Event::PinUsed => ("pin-used", Told::Nobody),
            Event::WrongPin => ("wrong-pin", Told::Nobody),
            Event::PinBlocked => ("pin-blocked", Told::Administrators),
            Event::PinsGuessed => ("pins-guessed", Told::Administrators),
            Event::ClientAdded => ("client-added", Told::Nobody),
            Event::AccessOff => ("access-off", Told::Nobody),
            Event::AccessOn => ("access-on", Told::Nobody),
            Event::ClientPhoneChanged => ("client-phone-changed", Told::Nobody),
            Event::ClientReferenceChanged => ("client-reference-changed", Told::Nobody),
            Event::SessionsEndedByPractice => ("sessions-ended-by-practice", Told::Nobody),
            Event::ClientRulesChanged => ("client-rules-changed", Told::Nobody),
            Event::StaffRulesChanged => ("staff-rules-changed", Told::Nobody),
            Event::LockSet => ("lock-set", Told::Nobody),
            Event::LockRemoved => ("lock-removed", Told::Nobody),
            Event::LockOffAsked => ("lock-off-asked", Told::Nobody),
            Event::LockOffAskedNoWord => ("lock-off-asked-no-word", Told::Nobody),
            Event::WrongSafeWord => ("wrong-safe-word", Told::Nobody),
            Event::LockOffCancelled => ("lock-off-cancelled", Told::Nobody),
            Event::LockRemovedByPractice => ("lock-removed-by-practice", Told::Nobody),
            Event::PrivateOn => ("private-on", Told::Nobody),
            Event::PrivateOff => ("private-off", Told::Nobody),
            Event::MailFormChanged => ("mail-form-changed", Told::Nobody),
            Event::PortalPasswordSet => ("portal-password-set", Told::Person),
            Event::PortalPasswordRemoved => ("portal-password-removed", Told::Person),
            Event::PortalPasswordOff => ("portal-password-off", Told::Person),
            Event::ClientEmailAsked => ("client-email-asked", Told::Person),
            Event::ClientEmailConfirmed => ("client-email-confirmed", Told::Nobody),
            Event::ClientEmailChanged => ("client-email-changed", Told::PersonOldAddress),
            Event::ClientEmailCorrected => ("client-email-corrected", Told::Nobody),
            Event::ClientEmailStopped => ("client-email-stopped", Told::Nobody),
            Event::ContactAdded => ("contact-added", Told::Nobody),
            Event::ContactAllowed => ("contact-allowed", Told::Person),
            Event::ContactShut => ("contact-shut", Told::Nobody),
            Event::ContactRemoved => ("contact-removed", Told::Nobody),
            Event::PortalOpened => ("portal-opened", Told::Nobody),
            Event::AskingsTooMany => ("askings-too-many", Told::Administrators),
            Event::Refused => ("refused", Told::Nobody),
            Event::MessageFailed => ("message-failed", Told::Administrators),
            Event::MailCameBack => ("mail-came-back", Told::Administrators),
            Event::MailCameBackAgain => ("mail-came-back-again", Told::Nobody),
            Event::ApiKeyMade => ("api-key-made", Told::Administrators),
            Event::ApiKeyEnded => ("api-key-ended", Told::Administrators),
            Event::GuestLinkMade => ("guest-link-made", Told::Nobody),
            Event::GuestLinkEnded => ("guest-link-ended", Told::Nobody),
            Event::GuestLinkOpened => ("guest-link-opened", Told::Nobody),
        }
    }
}

/// Writes the line of the record and puts the mails into the outbox, in the transaction of the act itself.
///
/// # Errors
/// Faults and conflicts of the database; then the act does not happen either.
pub async fn happened(visit: &Visit, tx: &mut Tx, happening: Happening<'_>) -> Result<()> {
    record(visit, tx, &happening).await?;
    let told = if happening.quiet { Told::Nobody } else { happening.event.told() };
    // Whoever was invited and never joined has an invitation and nothing else: no notice fits them, and "this wasn't me" least.
    if let Some(person) = happening.person.filter(|person| person.is_client() || person.joined_at.is_some()) {
        if matches!(told, Told::Person | Told::PersonAndAdministrators | Told::PersonOldAddress) {
            compose::notice(visit, tx, &happening, person).await?;
        }
        if let (Told::PersonOldAddress, Some(before)) = (told, happening.before) {
            compose::notice_to_old_address(visit, tx, &happening, before).await?;
        }
    }
    if matches!(told, Told::Administrators | Told::PersonAndAdministrators) {
        compose::to_administrators(visit, tx, &happening).await?;
    }
    visit.server.world.reached("mail queued");
    Ok(())
}

async fn record(visit: &Visit, tx: &mut Tx, happening: &Happening<'_>) -> Result<()> {
    let person = happening.person;
    let (actor_kind, actor_id, actor_name) = match &happening.actor {
        Actor::Self_ => ("person", person.map_or("", |p| &p.id), person.map_or("", |p| &p.name)),
        Actor::Person(id, name) => ("person", id.as_str(), name.as_str()),
        Actor::Program(id, name) => ("program", id.as_str(), name.as_str()),
        Actor::Stranger => ("stranger", "", ""),
        Actor::System => ("system", "", ""),
    };
    let details: serde_json::Map<String, serde_json::Value> =
        happening.details.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    let line = Line {
        practice_id: &visit.practice()?.id,
        id: visit.new_id(),
        at: visit.now,
        event: happening.event.word(),
        actor_kind,
        actor_id,
        actor_name,
        subject_id: person.map_or("", |p| &p.id),
        subject_name: person.map_or("", |p| &p.name),
        result: happening.result,
        // Jobs and commands come from nowhere.
        address: if visit.is_nobodys() { String::new() } else { visit.address.to_string() },
        browser: if visit.is_nobodys() { String::new() } else { visit.browser().in_english() },
        session_id: &happening.session,
        request_id: visit.request_id(),
        detail: serde_json::Value::Object(details).to_string(),
    };
    audit::append(tx, line).await
}
