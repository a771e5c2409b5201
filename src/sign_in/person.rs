//! What a sign-in needs to know of a person, in one query. People's administration is in `practice/people.rs`.

use super::step::{Factor, Factors, Kind};
use crate::platform::db::{Db, Tx};
use crate::platform::error::{Error, Result};
use crate::platform::practice::Practice;
use crate::platform::web::Visit;

/// How long no mail opens anything after somebody else changed the address (seconds).
const CHANGED_SECONDS: i64 = 86_400;
/// How long a disputed address waits for an administrator (seconds): over a weekend and holidays.
const DISPUTED_SECONDS: i64 = 7 * 86_400;

/// A person of one practice. Times are unix seconds; sealed fields are still sealed.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Person {
    pub id: String,
    pub kind: String,
    pub role: String,
    pub name: String,
    pub email: String,
    pub email_key: String,
    pub mobile: Option<String>,
    pub mobile_proved_at: Option<i64>,
    pub mobile_changed_at: Option<i64>,
    pub language: Option<String>,
    pub password: Option<String>,
    pub password_set_at: Option<i64>,
    pub password_stolen_at: Option<i64>,
    pub password_change_by: Option<i64>,
    pub totp_secret: Option<String>,
    pub totp_since: Option<i64>,
    pub totp_last_step: i64,
    pub backup_set: Option<String>,
    pub backup_made_at: Option<i64>,
    pub backup_left: i64,
    pub passkeys: i64,
    /// Of these, the ones that were never verified: a second factor, never the only one.
    pub passkeys_touch: i64,
    /// The user handle that authenticators keep beside a passkey, base64url.
    pub passkey_user: Option<String>,
    pub passkey_offer_off_at: Option<i64>,
    pub re_enrol_since: Option<i64>,
    pub more_time_until: Option<i64>,
    pub email_changed_at: Option<i64>,
    pub email_changed_by: Option<String>,
    /// When whoever reads a former address said that its change wasn't them.
    pub email_disputed_at: Option<i64>,
    /// Not before this time does a mail lead to a new password.
    pub resets_from: Option<i64>,
    pub invited_at: Option<i64>,
    pub joined_at: Option<i64>,
    pub last_sign_in_at: Option<i64>,
    pub closed_at: Option<i64>,
    /// A client's own lock, which the mailbox cannot open; a hash.
    pub passphrase: Option<String>,
    pub passphrase_set_at: Option<i64>,
    /// Since when a client's passkeys are such a lock too; it stays when they are gone.
    pub passkey_lock_since: Option<i64>,
    pub private_since: Option<i64>,
    /// plain, discreet or none.
    pub mail_form: String,
    pub safe_word: Option<String>,
    pub lock_off_from: Option<i64>,
}

/// How long the practice may take a lock off once its day is over, in seconds; then it has to be asked for again.
pub const LOCK_OFF_LAPSES: i64 = 7 * 86_400;

// The columns are written out three times, since `tests/map/sql.rs` tries every text on both engines as it stands in the source.
const BY_ID: &str =
    "SELECT p.id, p.kind, p.role, p.name, p.email, p.email_key, p.mobile, p.mobile_proved_at, p.mobile_changed_at, p.language,
        p.password, p.password_set_at, p.password_stolen_at, p.password_change_by, p.totp_secret, p.totp_since, p.totp_last_step,
        p.backup_set, p.backup_made_at,
        (SELECT COUNT(*) FROM backup_code b WHERE b.practice_id = p.practice_id AND b.person_id = p.id
            AND b.set_id = p.backup_set AND b.used_at IS NULL) AS backup_left,
        (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id) AS passkeys,
        (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id AND k.verified_at IS NULL) AS passkeys_touch,
        p.passkey_user, p.passkey_offer_off_at,
        p.re_enrol_since, p.more_time_until, p.email_changed_at, p.email_changed_by, p.email_disputed_at,
        p.resets_from, p.invited_at, p.joined_at, p.last_sign_in_at, p.closed_at,
        p.passphrase, p.passphrase_set_at, p.passkey_lock_since, p.private_since, p.mail_form, p.safe_word, p.lock_off_from
     FROM person p WHERE p.practice_id = $1 AND p.id = $2";

const STAFF_BY_EMAIL: &str =
    "SELECT p.id, p.kind, p.role, p.name, p.email, p.email_key, p.mobile, p.mobile_proved_at, p.mobile_changed_at, p.language,
        p.password, p.password_set_at, p.password_stolen_at, p.password_change_by, p.totp_secret, p.totp_since, p.totp_last_step,
        p.backup_set, p.backup_made_at,
        (SELECT COUNT(*) FROM backup_code b WHERE b.practice_id = p.practice_id AND b.person_id = p.id
            AND b.set_id = p.backup_set AND b.used_at IS NULL) AS backup_left,
        (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id) AS passkeys,
        (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id AND k.verified_at IS NULL) AS passkeys_touch,
        p.passkey_user, p.passkey_offer_off_at,
        p.re_enrol_since, p.more_time_until, p.email_changed_at, p.email_changed_by, p.email_disputed_at,
        p.resets_from, p.invited_at, p.joined_at, p.last_sign_in_at, p.closed_at,
        p.passphrase, p.passphrase_set_at, p.passkey_lock_since, p.private_since, p.mail_form, p.safe_word, p.lock_off_from
     FROM person p WHERE p.practice_id = $1
        AND p.id = COALESCE((SELECT s.id FROM person s WHERE s.practice_id = $1 AND s.email_key = $2 AND s.kind = 'staff'), $3)";

const CLIENTS_BY_EMAIL: &str =
    "SELECT p.id, p.kind, p.role, p.name, p.email, p.email_key, p.mobile, p.mobile_proved_at, p.mobile_changed_at, p.language,
        p.password, p.password_set_at, p.password_stolen_at, p.password_change_by, p.totp_secret, p.totp_since, p.totp_last_step,
        p.backup_set, p.backup_made_at,
        (SELECT COUNT(*) FROM backup_code b WHERE b.practice_id = p.practice_id AND b.person_id = p.id
            AND b.set_id = p.backup_set AND b.used_at IS NULL) AS backup_left,
        (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id) AS passkeys,
        (SELECT COUNT(*) FROM passkey k WHERE k.practice_id = p.practice_id AND k.person_id = p.id AND k.verified_at IS NULL) AS passkeys_touch,
        p.passkey_user, p.passkey_offer_off_at,
        p.re_enrol_since, p.more_time_until, p.email_changed_at, p.email_changed_by, p.email_disputed_at,
        p.resets_from, p.invited_at, p.joined_at, p.last_sign_in_at, p.closed_at,
        p.passphrase, p.passphrase_set_at, p.passkey_lock_since, p.private_since, p.mail_form, p.safe_word, p.lock_off_from
     FROM person p WHERE p.practice_id = $1 AND p.email_key = $2 AND p.kind = 'client' AND p.closed_at IS NULL
     ORDER BY p.created_at, p.id";

/// Others with a client's address who want mails that name the practice, by name, at most twenty. The plainest wish counts for
/// one mailbox (docs/decisions/0014), so that this client's mails name it too; none where the practice names itself in no mail.
///
/// # Errors
/// As [`by_id`]; not found where there is no practice.
pub async fn plain_beside(visit: &Visit, person: &Person) -> Result<Vec<String>> {
    let practice = visit.practice()?;
    if practice.discreet != 0 {
        return Ok(vec![]);
    }
    let rows: Vec<(String,)> = visit
        .db()?
        .all(
            "SELECT name FROM person WHERE practice_id = $1 AND email_key = $2 AND kind = 'client' AND id <> $3 AND closed_at IS NULL
                AND mail_form = 'plain' AND private_since IS NULL ORDER BY name, id LIMIT 20",
            crate::args![&practice.id, &person.email_key, &person.id],
        )
        .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Whether mails to this client have a code and no link.
///
/// # Errors
/// As [`by_id`]; not found where there is no practice.
pub async fn mails_have_no_link(visit: &Visit, person: &Person) -> Result<bool> {
    let discreet = person.is_private() || person.mail_form == "discreet";
    Ok(visit.practice()?.discreet != 0 || discreet && plain_beside(visit, person).await?.is_empty())
}

/// # Errors
/// A failed read is a fault, never "nobody".
pub async fn by_id(db: &Db, practice: &str, id: &str) -> Result<Option<Person>> {
    db.optional(BY_ID, crate::args![practice, id]).await
}

/// As [`by_id`], within a transaction.
///
/// # Errors
/// As [`by_id`]; [`Error::NotFound`] when there is nobody.
pub async fn by_id_in(tx: &mut Tx, practice: &str, id: &str) -> Result<Person> {
    tx.optional(BY_ID, crate::args![practice, id]).await?.ok_or(Error::NotFound)
}

/// Staff of the practice with that canonical address, closed people included.
///
/// # Errors
/// As [`by_id`].
pub async fn staff_by_email(db: &Db, practice: &str, email_key: &str) -> Result<Option<Person>> {
    db.optional(STAFF_BY_EMAIL, crate::args![practice, email_key, None::<String>]).await
}

/// As [`staff_by_email`], and as long for nobody as for somebody: where nobody has the address, the row of `other`, one of
/// the practice's people, is read and thrown away.
///
/// # Errors
/// As [`by_id`].
pub async fn staff_or_other(db: &Db, practice: &str, email_key: &str, other: Option<&str>) -> Result<Option<Person>> {
    let read: Option<Person> = db.optional(STAFF_BY_EMAIL, crate::args![practice, email_key, other]).await?;
    Ok(read.filter(|person| person.email_key == email_key && person.kind == "staff"))
}

/// As [`staff_by_email`], within a transaction.
///
/// # Errors
/// As [`by_id`].
pub async fn staff_by_email_in(tx: &mut Tx, practice: &str, email_key: &str) -> Result<Option<Person>> {
    tx.optional(STAFF_BY_EMAIL, crate::args![practice, email_key, None::<String>]).await
}

/// The clients and contacts behind a canonical address whose access is on, the first added first.
///
/// # Errors
/// As [`by_id`].
pub async fn clients_by_email_in(tx: &mut Tx, practice: &str, email_key: &str) -> Result<Vec<Person>> {
    tx.all(CLIENTS_BY_EMAIL, crate::args![practice, email_key]).await
}

/// As [`clients_by_email_in`], for a page that only reads.
///
/// # Errors
/// As [`by_id`].
pub async fn clients_by_email(db: &Db, practice: &str, email_key: &str) -> Result<Vec<Person>> {
    db.all(CLIENTS_BY_EMAIL, crate::args![practice, email_key]).await
}

/// A way in that is about to be taken from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    Mail,
    Passkeys,
    Password,
}

impl Person {
    pub fn is_client(&self) -> bool {
        self.kind == "client"
    }

    pub fn is_administrator(&self) -> bool {
        self.kind == "staff" && self.role == "administrator"
    }

    pub fn kind(&self) -> Kind {
        match self.kind.as_str() {
            "client" => Kind::Client,
            "support" => Kind::Support,
            _ => Kind::Staff,
        }
    }

    pub fn have(&self) -> Factors {
        let all = [
            (Factor::Password, self.password.is_some()),
            (Factor::Totp, self.totp_secret.is_some()),
            (Factor::BackupCode, self.totp_secret.is_some() && self.backup_left > 0),
            (Factor::Passkey, self.passkeys > self.passkeys_touch),
            (Factor::Touch, self.passkeys_touch > 0),
        ];
        all.into_iter().filter(|(_, there)| *there).fold(Factors::NONE, |set, (factor, _)| set.with(factor))
    }

    /// A client's own lock: asked for after the first proof, whatever that was. A passkey opens either.
    pub fn lock(&self) -> Option<Factor> {
        match (self.is_client(), &self.passphrase, self.passkey_lock_since) {
            (true, Some(_), _) => Some(Factor::Passphrase),
            (true, None, Some(_)) => Some(Factor::Passkey),
            _ => None,
        }
    }

    /// From when the practice may take the lock off (unix seconds), while that is asked for: what nobody came back to lapses.
    pub fn lock_off_asked(&self, now: i64) -> Option<i64> {
        self.lock_off_from.filter(|from| now < from + LOCK_OFF_LAPSES)
    }

    /// Whether a client comes in by neither mail, PIN nor password, so that passkeys are all there is.
    pub fn comes_in_by_nothing_else(&self, practice: &Practice) -> bool {
        self.has_no_way_without(Gone::Passkeys, practice)
    }

    /// Whether a client signs in with a password here: one that was stopped, or that guessers would find, opens nothing.
    pub fn password_opens(&self, practice: &Practice) -> bool {
        let alive = self.password_stolen_at.is_none() && self.password_change_by.is_none();
        practice.client_passwords != 0 && self.password.is_some() && alive
    }

    /// Whether nothing would let a client in once that is gone.
    pub fn has_no_way_without(&self, gone: Gone, practice: &Practice) -> bool {
        let mail = gone != Gone::Mail && self.mail_form != "none";
        let passkey = gone != Gone::Passkeys && self.passkeys > 0;
        let password = gone != Gone::Password && self.password_opens(practice);
        self.is_client() && practice.pin_by == "nobody" && !mail && !passkey && !password
    }

    /// Whether that stored password (a hash) is the person's, and opens anything.
    pub fn is_let_in_by(&self, password: &str) -> bool {
        let alive = self.password_stolen_at.is_none() && self.closed_at.is_none();
        alive && self.password.as_deref() == Some(password)
    }

    pub fn is_private(&self) -> bool {
        self.is_client() && self.private_since.is_some()
    }

    /// Whether a second factor or passkey is required of this person by now.
    pub fn second_required(&self, practice: &Practice, now: i64) -> bool {
        if self.kind != "staff" || self.more_time_until.is_some_and(|until| until > now && !self.is_administrator()) {
            return false;
        }
        let admins = self.is_administrator() && practice.admins_second_from.is_some_and(|from| from <= now);
        admins || practice.everyone_second_from.is_some_and(|from| from <= now)
    }

    /// Whether a second factor is in force: there is one, or one has to be set up before the person gets in.
    /// A client is asked for one thing only, so their password stands alone.
    pub fn second_in_force(&self, practice: &Practice, now: i64) -> bool {
        !self.is_client() && (self.totp_secret.is_some() || self.passkeys > 0 || self.second_required(practice, now))
    }

    /// Until when no mail to the address may open anything: for a day after somebody else changed it, and while it is disputed.
    pub fn address_waits_until(&self, now: i64) -> Option<i64> {
        let changed = self.email_changed_at.filter(|_| self.email_changed_by.is_some());
        let until = changed.map(|at| at + CHANGED_SECONDS).max(self.email_disputed_at.map(|at| at + DISPUTED_SECONDS));
        until.filter(|until| *until > now)
    }

    /// Whether whoever reads a former address said within the last week that its change wasn't them, and no administrator's
    /// change of it has settled that.
    pub fn address_is_disputed(&self, now: i64) -> bool {
        self.email_disputed_at.is_some_and(|at| at + DISPUTED_SECONDS > now)
    }

    /// Whether no mail may lead to a new password now.
    pub fn resets_are_held(&self, now: i64) -> bool {
        self.address_waits_until(now).is_some() || self.resets_wait_until(now).is_some()
    }

    /// Until when no mail leads to a new password, because "this wasn't me" took the last second factor away.
    pub fn resets_wait_until(&self, now: i64) -> Option<i64> {
        self.resets_from.filter(|from| *from > now)
    }

    /// Days that this person's browser may be recognised and stay logged in: at most 7 for administrators, never support.
    pub fn keep_days(&self, practice: &Practice) -> i64 {
        match self.kind() {
            Kind::Support => 0,
            Kind::Client => practice.client_keep_days,
            _ if self.is_administrator() => practice.keep_days.min(7),
            _ => practice.keep_days,
        }
    }
}
