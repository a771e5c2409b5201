//! Passwords at rest: how they are hashed, checked and brought up to date, our own and those brought
//! in from other systems. Whether a password is *good enough* lives in `factors::password_rules`;
//! salts and peppers are handed in, nothing here draws randomness or reads a clock.

mod pool;
mod stored;
#[cfg(test)]
mod tests;

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use unicode_normalization::{UnicodeNormalization as _, is_nfc};
use zeroize::{Zeroize as _, Zeroizing};

pub use pool::{HashCounts, HashPool, PoolError};
use stored::{Argon2Hash, BcryptHash, Pbkdf2Hash, ScryptHash, Stored};
pub use stored::{Scheme, check_imported};

/// The longest password that is hashed, in bytes (NIST SP 800-63B-4 section 3.1.1.2 asks for at
/// least 64 characters); a longer one is wrong without any work, whoever it is for.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// Bytes of Argon2id output that are stored.
const HASH_BYTES: usize = 32;

/// A password on its way to being hashed: wiped when dropped, never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for hashing and for `password_rules::check` only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A key that is kept apart from the database: without it a stolen table of hashes cannot be tried
/// against guesses (NIST SP 800-63B-4 section 3.1.1.2, "additional keyed hashing").
pub struct Pepper {
    id: String,
    key: Zeroizing<[u8; 32]>,
}

impl Pepper {
    /// `id` is 1 to 8 characters of `a-z0-9`; it is stored with every hash, so it must stay the same
    /// for as long as a hash made with this key exists.
    pub fn new(id: &str, key: [u8; 32]) -> Result<Self, HashProblem> {
        if !stored::is_pepper_id(id) {
            return Err(HashProblem::Malformed("pepper id"));
        }
        Ok(Self { id: id.to_owned(), key: Zeroizing::new(key) })
    }

    fn apply(&self, text: &str) -> Result<Zeroizing<[u8; 32]>, HashProblem> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key[..]).map_err(|_| HashProblem::Malformed("pepper key"))?;
        mac.update(text.as_bytes());
        Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pepper({})", self.id)
    }
}

/// The cost of one Argon2id hash (RFC 9106 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashParams {
    /// Memory in KiB.
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Default for HashParams {
    /// The least that OWASP ASVS 5.0 appendix C recommends with one lane.
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

/// Why a stored hash cannot be checked or made. Never "wrong password": that is a [`Verdict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashProblem {
    /// The text begins like none of the formats that are understood.
    UnknownScheme,
    /// The named part of the text is missing or not what its format says.
    Malformed(&'static str),
    /// The named cost is beyond the bounds at [`check_imported`].
    TooCostly(&'static str),
    /// The hash was made with a pepper that is not configured here.
    UnknownPepper,
    /// Longer than [`MAX_PASSWORD_BYTES`]; only when a hash is to be made.
    PasswordTooLong,
    /// The memory the parameters ask for could not be had.
    OutOfMemory,
}

impl fmt::Display for HashProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownScheme => f.write_str("the hash is in no known format"),
            Self::Malformed(part) => write!(f, "the hash is malformed: {part}"),
            Self::TooCostly(part) => write!(f, "the hash would cost too much to check: {part}"),
            Self::UnknownPepper => f.write_str("the hash needs a pepper that is not configured"),
            Self::PasswordTooLong => write!(f, "the password is over {MAX_PASSWORD_BYTES} bytes"),
            Self::OutOfMemory => f.write_str("no memory left for hashing"),
        }
    }
}

impl std::error::Error for HashProblem {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `upgrade`: scheme, cost or pepper is not the current one; make a new hash while the password
    /// is at hand.
    Right {
        upgrade: bool,
    },
    Wrong,
}

/// The blocks one thread computes Argon2 in, kept between hashes because asking the system for
/// 19 MiB and handing it back costs a good part of a hash.
pub struct Memory {
    /// Reserved in full, but filled only by the first hash: memory that nobody has signed in with is not resident.
    blocks: Vec<Block>,
    count: usize,
}

impl Memory {
    pub fn new(params: HashParams) -> Result<Self, HashProblem> {
        let count = argon2_params(params)?.block_count();
        Ok(Self { blocks: room_for(count)?, count })
    }

    /// So many blocks, where there is room for them.
    fn take(&mut self, needed: usize) -> Option<&mut [Block]> {
        if needed > self.count {
            return None;
        }
        self.blocks.resize(self.count, Block::new());
        self.blocks.get_mut(..needed)
    }
}

/// What is current: cost and pepper; and the older peppers that still open older hashes.
#[derive(Debug)]
pub struct Hasher {
    params: HashParams,
    current: Pepper,
    older: Vec<Pepper>,
}

impl Hasher {
    /// # Errors
    /// `TooCostly` or `Malformed` when `params` is outside the bounds at [`check_imported`], or two
    /// peppers share an id.
    pub fn new(params: HashParams, current: Pepper, older: Vec<Pepper>) -> Result<Self, HashProblem> {
        stored::bound_argon2(params)?;
        argon2_params(params)?;
        let mut ids: Vec<&str> = older.iter().map(|pepper| pepper.id.as_str()).collect();
        ids.push(&current.id);
        ids.sort_unstable();
        if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(HashProblem::Malformed("two peppers share an id"));
        }
        Ok(Self { params, current, older })
    }

    pub fn params(&self) -> HashParams {
        self.params
    }

    /// A new stored hash: NFC, then HMAC-SHA-256 with the current pepper, then Argon2id.
    pub fn hash(&self, password: &Secret, salt: [u8; 16], memory: &mut Memory) -> Result<String, HashProblem> {
        let nfc = normalise(password);
        if nfc.len() > MAX_PASSWORD_BYTES {
            return Err(HashProblem::PasswordTooLong);
        }
        let keyed = self.current.apply(&nfc)?;
        let mut out = [0u8; HASH_BYTES];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, argon2_params(self.params)?);
        fill(&argon2, &keyed[..], &salt, &mut out, memory)?;
        Ok(self.write(&salt, &out))
    }

    /// Checks a password against any stored hash.
    ///
    /// A hash from elsewhere is compared as its own system did: the bytes as typed (bcrypt sees only
    /// the first 72 of them); if that fails and NFC changes the text, once more in NFC. From the
    /// upgrade on every byte counts.
    pub fn verify(&self, stored: &str, password: &Secret, memory: &mut Memory) -> Result<Verdict, HashProblem> {
        let stored = Stored::parse(stored)?;
        let nfc = normalise(password);
        if nfc.len() > MAX_PASSWORD_BYTES {
            return Ok(Verdict::Wrong);
        }
        let right = match self.pepper_of(&stored)? {
            Some(pepper) => matches(&stored, &pepper.apply(&nfc)?[..], memory)?,
            None => {
                matches(&stored, password.expose().as_bytes(), memory)?
                    || (nfc.as_str() != password.expose() && matches(&stored, nfc.as_bytes(), memory)?)
            }
        };
        Ok(if right { Verdict::Right { upgrade: !self.is_current(&stored) } } else { Verdict::Wrong })
    }

    /// A hash that nobody's password opens, with the current cost and pepper: checked for an unknown
    /// person so that the answer takes as long as for a known one.
    pub fn stranger_hash(&self) -> String {
        self.write(&[0x5a; 16], &[0; HASH_BYTES])
    }

    /// How every hash of the current cost begins.
    pub fn form(&self) -> String {
        let HashParams { memory_kib, passes, lanes } = self.params;
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes},keyid=")
    }

    /// The PHC string format with the `keyid` parameter of Argon2 naming the pepper.
    fn write(&self, salt: &[u8; 16], hash: &[u8; HASH_BYTES]) -> String {
        format!("{}{}${}${}", self.form(), self.current.id, STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash),)
    }

    fn pepper_of(&self, stored: &Stored) -> Result<Option<&Pepper>, HashProblem> {
        let Some(id) = stored.pepper_id() else {
            return Ok(None);
        };
        std::iter::once(&self.current)
            .chain(&self.older)
            .find(|pepper| pepper.id == id)
            .map(Some)
            .ok_or(HashProblem::UnknownPepper)
    }

    fn is_current(&self, stored: &Stored) -> bool {
        matches!(stored, Stored::Argon2(a) if a.algorithm == Algorithm::Argon2id
            && a.version == Version::V0x13
            && a.params == self.params
            && a.hash.len() == HASH_BYTES
            && a.pepper_id.as_deref() == Some(self.current.id.as_str()))
    }
}

fn is_too_long(password: &Secret) -> bool {
    normalise(password).len() > MAX_PASSWORD_BYTES
}

fn normalise(password: &Secret) -> Zeroizing<String> {
    let text = password.expose();
    // The bound comes first: normalising a megabyte would be work for an attacker.
    if text.len() > MAX_PASSWORD_BYTES * 3 || is_nfc(text) {
        return Zeroizing::new(text.to_owned());
    }
    // NFC may be longer than its source; without this room a growing string leaves copies behind.
    let mut nfc = Zeroizing::new(String::with_capacity(text.len() * 3));
    nfc.extend(text.nfc());
    nfc
}

fn matches(stored: &Stored, input: &[u8], memory: &mut Memory) -> Result<bool, HashProblem> {
    match stored {
        Stored::Argon2(hash) => matches_argon2(hash, input, memory),
        Stored::Bcrypt(hash) => matches_bcrypt(hash, input),
        Stored::Scrypt(hash) => matches_scrypt(hash, input),
        Stored::Pbkdf2(hash) => Ok(matches_pbkdf2(hash, input)),
    }
}

fn matches_argon2(stored: &Argon2Hash, input: &[u8], memory: &mut Memory) -> Result<bool, HashProblem> {
    let mut out = Zeroizing::new(vec![0u8; stored.hash.len()]);
    let argon2 = Argon2::new(stored.algorithm, stored.version, argon2_params(stored.params)?);
    fill(&argon2, input, &stored.salt, &mut out, memory)?;
    Ok(out.ct_eq(&stored.hash).into())
}

/// bcrypt of the first 72 bytes, as every implementation of it does.
fn matches_bcrypt(stored: &BcryptHash, input: &[u8]) -> Result<bool, HashProblem> {
    let made = bcrypt::hash_with_salt_bytes(input, stored.cost, stored.salt)
        .map_err(|_| HashProblem::Malformed("bcrypt cost"))?;
    let text = std::str::from_utf8(&made).map_err(|_| HashProblem::Malformed("bcrypt"))?;
    let made = stored::parse_bcrypt(text)?;
    Ok(made.hash.ct_eq(&stored.hash).into())
}

fn matches_scrypt(stored: &ScryptHash, input: &[u8]) -> Result<bool, HashProblem> {
    let params = scrypt::Params::new(stored.log_n, stored.r, stored.p)
        .map_err(|_| HashProblem::Malformed("scrypt parameters"))?;
    let mut out = Zeroizing::new(vec![0u8; stored.hash.len()]);
    scrypt::scrypt(input, &stored.salt, &params, &mut out)
        .map_err(|_| HashProblem::Malformed("scrypt output length"))?;
    Ok(out.ct_eq(&stored.hash).into())
}

fn matches_pbkdf2(stored: &Pbkdf2Hash, input: &[u8]) -> bool {
    let mut out = Zeroizing::new(vec![0u8; stored.hash.len()]);
    if stored.sha512 {
        pbkdf2::pbkdf2_hmac::<Sha512>(input, &stored.salt, stored.rounds, &mut out);
    } else {
        pbkdf2::pbkdf2_hmac::<Sha256>(input, &stored.salt, stored.rounds, &mut out);
    }
    out.ct_eq(&stored.hash).into()
}

/// One Argon2 computation, in the thread's own blocks when they suffice.
fn fill(
    argon2: &Argon2<'_>,
    input: &[u8],
    salt: &[u8],
    out: &mut [u8],
    memory: &mut Memory,
) -> Result<(), HashProblem> {
    let needed = argon2.params().block_count();
    let done = match memory.take(needed) {
        Some(blocks) => argon2.hash_password_into_with_memory(input, salt, out, blocks),
        // Only an imported hash is larger than ours; its memory is given back at once.
        None => {
            let mut blocks = room_for(needed)?;
            blocks.resize(needed, Block::new());
            argon2.hash_password_into_with_memory(input, salt, out, &mut blocks[..])
        }
    };
    done.map_err(|_| HashProblem::Malformed("argon2 parameters"))
}

fn room_for(count: usize) -> Result<Vec<Block>, HashProblem> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| HashProblem::OutOfMemory)?;
    Ok(blocks)
}

fn argon2_params(params: HashParams) -> Result<Params, HashProblem> {
    Params::new(params.memory_kib, params.passes, params.lanes, None)
        .map_err(|_| HashProblem::Malformed("argon2 parameters"))
}
