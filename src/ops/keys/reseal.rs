//! Every sealed column, and how its values come under the current key while servers go on: each value by a statement of
//! its own that changes nothing when somebody else was faster.

use std::collections::BTreeSet;

use crate::args;
use crate::platform::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::keyring::Keyring;
use crate::platform::world::{World, random};

/// Values read at once.
const BATCH: i64 = 200;

/// One sealed column. `read` gives practice, row, a third part and the value, of those not under the key whose prefix is
/// $1, behind the row ($2, $3); `write` puts the value $4 in the place of $3.
struct Column {
    name: &'static str,
    label: &'static str,
    bound: Bound,
    read: &'static str,
    write: &'static str,
    count: &'static str,
}

/// Which of practice, row and third part a value is bound to.
enum Bound {
    Row,
    RowAndThird,
    Third,
}

const COLUMNS: &[Column] = &[
    Column {
        name: "person.mobile",
        label: "mobile",
        bound: Bound::Row,
        read: "SELECT practice_id, id, '', mobile FROM person WHERE mobile IS NOT NULL
               AND SUBSTR(mobile, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE person SET mobile = $4 WHERE practice_id = $1 AND id = $2 AND mobile = $3",
        count: "SELECT COUNT(*) FROM person WHERE SUBSTR(mobile, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "person.totp_secret",
        label: "totp",
        bound: Bound::Row,
        read: "SELECT practice_id, id, '', totp_secret FROM person WHERE totp_secret IS NOT NULL
               AND SUBSTR(totp_secret, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE person SET totp_secret = $4 WHERE practice_id = $1 AND id = $2 AND totp_secret = $3",
        count: "SELECT COUNT(*) FROM person WHERE SUBSTR(totp_secret, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "totp_setup.secret",
        label: "totp",
        bound: Bound::Row,
        read: "SELECT practice_id, person_id, '', secret FROM totp_setup
               WHERE SUBSTR(secret, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, person_id) > ($2, $3)
               ORDER BY practice_id, person_id LIMIT $4",
        write: "UPDATE totp_setup SET secret = $4 WHERE practice_id = $1 AND person_id = $2 AND secret = $3",
        count: "SELECT COUNT(*) FROM totp_setup WHERE SUBSTR(secret, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "totp_setup.mobile",
        label: "mobile",
        bound: Bound::Row,
        read: "SELECT practice_id, person_id, '', mobile FROM totp_setup WHERE mobile IS NOT NULL
               AND SUBSTR(mobile, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, person_id) > ($2, $3)
               ORDER BY practice_id, person_id LIMIT $4",
        write: "UPDATE totp_setup SET mobile = $4 WHERE practice_id = $1 AND person_id = $2 AND mobile = $3",
        count: "SELECT COUNT(*) FROM totp_setup WHERE SUBSTR(mobile, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "mobile_code.number",
        label: "mobile",
        bound: Bound::Third,
        read: "SELECT practice_id, id, person_id, number FROM mobile_code WHERE number IS NOT NULL
               AND SUBSTR(number, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE mobile_code SET number = $4 WHERE practice_id = $1 AND id = $2 AND number = $3",
        count: "SELECT COUNT(*) FROM mobile_code WHERE SUBSTR(number, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "link_ask.help_note",
        label: "help",
        bound: Bound::Row,
        read: "SELECT practice_id, id, '', help_note FROM link_ask WHERE help_note IS NOT NULL
               AND SUBSTR(help_note, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE link_ask SET help_note = $4 WHERE practice_id = $1 AND id = $2 AND help_note = $3",
        count: "SELECT COUNT(*) FROM link_ask WHERE SUBSTR(help_note, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "outbox.recipient",
        label: "outbox to",
        bound: Bound::RowAndThird,
        read: "SELECT practice_id, id, COALESCE(person_id, ''), recipient FROM outbox
               WHERE recipient <> '' AND SUBSTR(recipient, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE outbox SET recipient = $4 WHERE practice_id = $1 AND id = $2 AND recipient = $3",
        count: "SELECT COUNT(*) FROM outbox WHERE SUBSTR(recipient, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "outbox.body",
        label: "outbox body",
        bound: Bound::RowAndThird,
        read: "SELECT practice_id, id, COALESCE(person_id, ''), body FROM outbox WHERE body IS NOT NULL
               AND SUBSTR(body, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE outbox SET body = $4 WHERE practice_id = $1 AND id = $2 AND body = $3",
        count: "SELECT COUNT(*) FROM outbox WHERE SUBSTR(body, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "finder.request",
        label: "finder request",
        bound: Bound::Row,
        read: "SELECT practice_id, id, '', request FROM finder WHERE request IS NOT NULL
               AND SUBSTR(request, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, id) > ($2, $3) ORDER BY practice_id, id LIMIT $4",
        write: "UPDATE finder SET request = $4 WHERE practice_id = $1 AND id = $2 AND request = $3",
        count: "SELECT COUNT(*) FROM finder WHERE SUBSTR(request, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "token.data of invitations",
        label: "inviter",
        bound: Bound::Third,
        read: "SELECT practice_id, hash, person_id, data FROM token WHERE purpose = 'invite' AND data <> ''
               AND SUBSTR(data, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, hash) > ($2, $3) ORDER BY practice_id, hash LIMIT $4",
        write: "UPDATE token SET data = $4 WHERE practice_id = $1 AND hash = $2 AND data = $3",
        count: "SELECT COUNT(*) FROM token WHERE purpose = 'invite' AND SUBSTR(data, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "token.data of changes of address",
        label: "new email",
        bound: Bound::Third,
        read: "SELECT practice_id, hash, person_id, data FROM token WHERE purpose = 'email' AND data <> ''
               AND SUBSTR(data, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, hash) > ($2, $3) ORDER BY practice_id, hash LIMIT $4",
        write: "UPDATE token SET data = $4 WHERE practice_id = $1 AND hash = $2 AND data = $3",
        count: "SELECT COUNT(*) FROM token WHERE purpose = 'email' AND SUBSTR(data, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
    Column {
        name: "token.data of changes of address by administrators",
        label: "email-by-administrator",
        bound: Bound::Third,
        read: "SELECT practice_id, hash, person_id, data FROM token WHERE purpose = 'email-by-administrator' AND data <> ''
               AND SUBSTR(data, 1, LENGTH(CAST($1 AS TEXT))) <> $1 AND (practice_id, hash) > ($2, $3) ORDER BY practice_id, hash LIMIT $4",
        write: "UPDATE token SET data = $4 WHERE practice_id = $1 AND hash = $2 AND data = $3",
        count: "SELECT COUNT(*) FROM token WHERE purpose = 'email-by-administrator' AND SUBSTR(data, 1, LENGTH(CAST($1 AS TEXT))) = $1",
    },
];

/// What still needs a key.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Uses {
    pub sealed: i64,
    pub passwords: i64,
    pub passphrases: i64,
    pub safe_words: i64,
    /// Until they are thrown away, since one that is over is still told from one that is wrong.
    pub pins: i64,
    /// Unused codes of living sets; nobody but their owner can make them anew.
    pub backup_codes: i64,
}

impl Uses {
    pub fn none(self) -> bool {
        self == Uses::default()
    }
}

impl std::ops::AddAssign for Uses {
    fn add_assign(&mut self, other: Uses) {
        self.sealed += other.sealed;
        self.passwords += other.passwords;
        self.passphrases += other.passphrases;
        self.safe_words += other.safe_words;
        self.pins += other.pins;
        self.backup_codes += other.backup_codes;
    }
}

impl std::fmt::Display for Uses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Uses { sealed, passwords, passphrases, safe_words, pins, backup_codes } = self;
        write!(
            f,
            "{sealed} sealed values, {passwords} password hashes, {passphrases} passphrases, {safe_words} safe words, \
             {pins} PINs, {backup_codes} backup codes"
        )
    }
}

/// What came of one database.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    pub values: u64,
    /// Values that did not open: the column and how many.
    pub refused: Vec<(&'static str, u64)>,
}

/// Counts what needs the key of that name in one database.
///
/// # Errors
/// Faults of the database.
pub async fn uses(db: &Db, id: &str) -> Result<Uses> {
    let mut uses = Uses::default();
    for column in COLUMNS {
        let row: Option<(i64,)> = db.optional(column.count, args![format!("v1.{id}.")]).await?;
        uses.sealed += row.map_or(0, |(number,)| number);
    }
    let hashed: [(&mut i64, &'static str); 4] = [
        (&mut uses.passwords, "SELECT COUNT(*) FROM person WHERE password LIKE $1"),
        (&mut uses.passphrases, "SELECT COUNT(*) FROM person WHERE passphrase LIKE $1"),
        (&mut uses.safe_words, "SELECT COUNT(*) FROM person WHERE safe_word LIKE $1"),
        (&mut uses.pins, "SELECT COUNT(*) FROM pin WHERE hash LIKE $1"),
    ];
    for (number, sql) in hashed {
        let row: Option<(i64,)> = db.optional(sql, args![format!("$argon2id$%,keyid={id}$%")]).await?;
        *number = row.map_or(0, |(found,)| found);
    }
    let row: Option<(i64,)> = db
        .optional(
            "SELECT COUNT(*) FROM backup_code c JOIN person p ON p.practice_id = c.practice_id AND p.id = c.person_id
             WHERE c.hash LIKE $1 AND c.used_at IS NULL AND c.set_id = p.backup_set",
            args![format!("{id}.%")],
        )
        .await?;
    uses.backup_codes = row.map_or(0, |(number,)| number);
    Ok(uses)
}

/// What needs keys that are not in a ring.
#[derive(Debug, Default)]
pub struct Missing {
    pub uses: Uses,
    /// Their names.
    pub keys: BTreeSet<String>,
}

impl Missing {
    /// For the operator; none where nothing is missing.
    pub fn words(&self) -> Option<String> {
        let named = Vec::from_iter(self.keys.iter().map(String::as_str)).join(", ");
        let named = if named.is_empty() { String::new() } else { format!(" ({named})") };
        (!self.uses.none()).then(|| format!("{} need keys that are not in the ring{named}", self.uses))
    }
}

/// Everything in one database that no key of the ring opens. Each value is looked at by itself: of two counts of a database in
/// use the second would differ from the first.
///
/// # Errors
/// Faults of the database.
pub async fn missing(db: &Db, ring: &Keyring) -> Result<Missing> {
    let mut missing = Missing::default();
    for column in COLUMNS {
        sealed_apart(db, column, ring, &mut missing).await?;
    }
    let current = format!("$argon2id$%,keyid={}$%", ring.current());
    let Missing { uses, keys } = &mut missing;
    let hashed: [(&mut i64, &'static str); 4] = [
        (&mut uses.passwords, "SELECT password FROM person WHERE password LIKE $1 AND password NOT LIKE $2"),
        (&mut uses.passphrases, "SELECT passphrase FROM person WHERE passphrase LIKE $1 AND passphrase NOT LIKE $2"),
        (&mut uses.safe_words, "SELECT safe_word FROM person WHERE safe_word LIKE $1 AND safe_word NOT LIKE $2"),
        (&mut uses.pins, "SELECT hash FROM pin WHERE hash LIKE $1 AND hash NOT LIKE $2"),
    ];
    for (number, sql) in hashed {
        let rows: Vec<(String,)> = db.all(sql, args!["$argon2id$%,keyid=%$%", &current]).await?;
        let ids = rows.iter().filter_map(|(hash,)| hash.split_once(",keyid=")?.1.split('$').next());
        *number = note(ids, ring, keys);
    }
    let rows: Vec<(String,)> = db
        .all(
            "SELECT c.hash FROM backup_code c JOIN person p ON p.practice_id = c.practice_id AND p.id = c.person_id
             WHERE c.hash NOT LIKE $1 AND c.used_at IS NULL AND c.set_id = p.backup_set",
            args![format!("{}.%", ring.current())],
        )
        .await?;
    uses.backup_codes = note(rows.iter().filter_map(|(hash,)| hash.split('.').next()), ring, keys);
    Ok(missing)
}

/// Counts the values of one column that are sealed under a key which the ring lacks.
async fn sealed_apart(db: &Db, column: &Column, ring: &Keyring, missing: &mut Missing) -> Result<()> {
    let current = format!("v1.{}.", ring.current());
    let (mut practice, mut row) = (String::new(), String::new());
    loop {
        let batch: Vec<(String, String, String, String)> =
            db.all(column.read, args![&current, &practice, &row, BATCH]).await?;
        let Some((last_practice, last_row, ..)) = batch.last() else { return Ok(()) };
        (practice, row) = (last_practice.clone(), last_row.clone());
        let ids = batch.iter().filter_map(|(.., value)| value.split('.').nth(1));
        missing.uses.sealed += note(ids, ring, &mut missing.keys);
    }
}

/// Notes the names that the ring lacks; answers how many there were.
fn note<'a>(ids: impl Iterator<Item = &'a str>, ring: &Keyring, keys: &mut BTreeSet<String>) -> i64 {
    let mut found = 0;
    for id in ids.filter(|id| ring.get(id).is_none()) {
        keys.insert(id.to_owned());
        found += 1;
    }
    found
}

/// Brings every sealed value of one database under the ring's current key.
///
/// # Errors
/// Faults of the database; what was done stays done, and a second run goes on from there.
pub async fn reseal(db: &Db, ring: &Keyring, world: &dyn World) -> Result<Resealed> {
    let mut all = Resealed::default();
    for column in COLUMNS {
        let refused = one_column(db, ring, world, column, &mut all.values).await?;
        if refused > 0 {
            all.refused.push((column.name, refused));
        }
    }
    Ok(all)
}

async fn one_column(db: &Db, ring: &Keyring, world: &dyn World, column: &Column, done: &mut u64) -> Result<u64> {
    let prefix = format!("v1.{}.", ring.current());
    let (mut practice, mut row, mut refused) = (String::new(), String::new(), 0);
    loop {
        let batch: Vec<(String, String, String, String)> =
            db.all(column.read, args![&prefix, &practice, &row, BATCH]).await?;
        let Some((last_practice, last_row, ..)) = batch.last() else { return Ok(refused) };
        (practice, row) = (last_practice.clone(), last_row.clone());
        for (practice, row, third, old) in &batch {
            let whose: Vec<&str> = match column.bound {
                Bound::Row => vec![practice, row],
                Bound::RowAndThird => vec![practice, row, third],
                Bound::Third => vec![practice, third],
            };
            let Ok(plain) = ring.open(column.label, &whose, old) else {
                refused += 1;
                continue;
            };
            let sealed = ring.seal(column.label, &whose, &plain, random::<24>(world));
            let sealed = sealed.map_err(|problem| Error::fault("sealing", problem))?;
            *done += db.execute(column.write, args![practice, row, old, sealed]).await?;
        }
    }
}
