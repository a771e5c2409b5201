//! Reading stored hashes: the PHC string format, bcrypt's and Django's own, and the bounds within
//! which a hash is worth computing. Only text is judged here; nothing is hashed.

use argon2::{Algorithm, Version};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD_NO_PAD};

use super::{HashParams, HashProblem};

const MAX_TEXT: usize = 512;
const MAX_ARGON2_MEMORY_KIB: u32 = 256 * 1024;
const MAX_ARGON2_WORK: u64 = 1024 * 1024;
const MAX_ARGON2_LANES: u32 = 16;
const MAX_BCRYPT_COST: u32 = 14;
const MAX_SCRYPT_WORK: u64 = 1 << 21;
const MAX_PBKDF2_ROUNDS: u32 = 3_000_000;

/// bcrypt's own alphabet; some writers leave the unused bits of the last character set.
const BCRYPT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// What made a hash; for the report of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Argon2id,
    Argon2i,
    Bcrypt,
    Scrypt,
    Pbkdf2Sha256,
    Pbkdf2Sha512,
}

/// Whether a hash from another system can be taken in, without computing anything.
///
/// Accepted: `$argon2id$`, `$argon2i$`, `$scrypt$`, `$pbkdf2-sha256$`, `$pbkdf2-sha512$` (PHC
/// string format), `$2a$`, `$2b$`, `$2y$` (bcrypt) and `pbkdf2_sha256$` (Django). So that an import
/// cannot be made of bombs, one check costs at most about two seconds and 256 MiB:
/// Argon2 memory <= 262,144 KiB, memory x passes <= 1,048,576 KiB, lanes <= 16; bcrypt cost <= 14;
/// scrypt N x r x p <= 2^21; PBKDF2 <= 3,000,000 rounds; salts 4 to 64 bytes (Argon2 from 8), hashes 16 to
/// 64 bytes (bcrypt 23).
///
/// # Errors
/// `UnknownScheme`, `Malformed`, `TooCostly`, or `UnknownPepper` for a hash that names a key, since
/// keys are not imported.
pub fn check_imported(text: &str) -> Result<Scheme, HashProblem> {
    let stored = Stored::parse(text)?;
    if stored.pepper_id().is_some() {
        return Err(HashProblem::UnknownPepper);
    }
    Ok(stored.scheme())
}

pub(super) enum Stored {
    Argon2(Argon2Hash),
    Bcrypt(BcryptHash),
    Scrypt(ScryptHash),
    Pbkdf2(Pbkdf2Hash),
}

pub(super) struct Argon2Hash {
    pub algorithm: Algorithm,
    pub version: Version,
    pub params: HashParams,
    pub pepper_id: Option<String>,
    pub salt: Vec<u8>,
    pub hash: Vec<u8>,
}

pub(super) struct BcryptHash {
    pub cost: u32,
    pub salt: [u8; 16],
    pub hash: [u8; 23],
}

pub(super) struct ScryptHash {
    pub log_n: u8,
    pub r: u32,
    pub p: u32,
    pub salt: Vec<u8>,
    pub hash: Vec<u8>,
}

pub(super) struct Pbkdf2Hash {
    pub sha512: bool,
    pub rounds: u32,
    pub salt: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Stored {
    pub fn parse(text: &str) -> Result<Self, HashProblem> {
        if text.len() > MAX_TEXT || !text.is_ascii() {
            return Err(HashProblem::Malformed("length or characters"));
        }
        if let Some(rest) = text.strip_prefix("pbkdf2_sha256$") {
            return parse_django(rest).map(Self::Pbkdf2);
        }
        let name = text.strip_prefix('$').and_then(|rest| rest.split('$').next());
        match name.ok_or(HashProblem::UnknownScheme)? {
            "argon2id" => parse_argon2(text, Algorithm::Argon2id).map(Self::Argon2),
            "argon2i" => parse_argon2(text, Algorithm::Argon2i).map(Self::Argon2),
            "2a" | "2b" | "2y" => parse_bcrypt(text).map(Self::Bcrypt),
            "scrypt" => parse_scrypt(text).map(Self::Scrypt),
            "pbkdf2-sha256" => parse_pbkdf2(text, false).map(Self::Pbkdf2),
            "pbkdf2-sha512" => parse_pbkdf2(text, true).map(Self::Pbkdf2),
            _ => Err(HashProblem::UnknownScheme),
        }
    }

    pub fn pepper_id(&self) -> Option<&str> {
        match self {
            Self::Argon2(hash) => hash.pepper_id.as_deref(),
            _ => None,
        }
    }

    fn scheme(&self) -> Scheme {
        match self {
            Self::Argon2(hash) if hash.algorithm == Algorithm::Argon2i => Scheme::Argon2i,
            Self::Argon2(_) => Scheme::Argon2id,
            Self::Bcrypt(_) => Scheme::Bcrypt,
            Self::Scrypt(_) => Scheme::Scrypt,
            Self::Pbkdf2(hash) if hash.sha512 => Scheme::Pbkdf2Sha512,
            Self::Pbkdf2(_) => Scheme::Pbkdf2Sha256,
        }
    }
}

/// `rounds$salt$hash`: the salt is used as the text it is, the hash is padded base64.
fn parse_django(rest: &str) -> Result<Pbkdf2Hash, HashProblem> {
    let mut parts = rest.split('$');
    let (Some(rounds), Some(salt), Some(hash), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(HashProblem::Malformed("parts"));
    };
    let hash = decode(hash.trim_end_matches('='), 16, "hash")?;
    if !(4..=64).contains(&salt.len()) {
        return Err(HashProblem::Malformed("salt"));
    }
    let rounds = bound_rounds(number(rounds, "rounds")?)?;
    Ok(Pbkdf2Hash { sha512: false, rounds, salt: salt.as_bytes().to_vec(), hash })
}

fn parse_argon2(text: &str, algorithm: Algorithm) -> Result<Argon2Hash, HashProblem> {
    let phc = Phc::split(text)?;
    let version = match phc.version {
        Some("19") => Version::V0x13,
        // The format was older than its version field: none means 1.0.
        Some("16") | None => Version::V0x10,
        Some(_) => return Err(HashProblem::Malformed("version")),
    };
    phc.only(&["m", "t", "p", "keyid"])?;
    let params = HashParams { memory_kib: phc.number("m")?, passes: phc.number("t")?, lanes: phc.number("p")? };
    bound_argon2(params)?;
    let pepper_id = phc.param("keyid").map(str::to_owned);
    if pepper_id.as_deref().is_some_and(|id| !is_pepper_id(id)) {
        return Err(HashProblem::Malformed("keyid"));
    }
    let (salt, hash) = (decode(phc.salt, 8, "salt")?, decode(phc.hash, 16, "hash")?);
    Ok(Argon2Hash { algorithm, version, params, pepper_id, salt, hash })
}

pub(super) fn bound_argon2(params: HashParams) -> Result<(), HashProblem> {
    let HashParams { memory_kib, passes, lanes } = params;
    if lanes == 0 || passes == 0 || u64::from(memory_kib) < 8 * u64::from(lanes) {
        return Err(HashProblem::Malformed("argon2 parameters"));
    }
    if memory_kib > MAX_ARGON2_MEMORY_KIB {
        return Err(HashProblem::TooCostly("argon2 memory"));
    }
    if u64::from(memory_kib) * u64::from(passes) > MAX_ARGON2_WORK {
        return Err(HashProblem::TooCostly("argon2 passes"));
    }
    if lanes > MAX_ARGON2_LANES {
        return Err(HashProblem::TooCostly("argon2 lanes"));
    }
    Ok(())
}

pub(super) fn is_pepper_id(id: &str) -> bool {
    (1..=8).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// `$2b$cc$` and 53 characters: 22 of salt, 31 of hash.
pub(super) fn parse_bcrypt(text: &str) -> Result<BcryptHash, HashProblem> {
    if text.len() != 60 || !text.is_ascii() || text.as_bytes()[6] != b'$' {
        return Err(HashProblem::Malformed("bcrypt length"));
    }
    let cost = number(&text[4..6], "bcrypt cost")?;
    if cost < 4 {
        return Err(HashProblem::Malformed("bcrypt cost"));
    }
    if cost > MAX_BCRYPT_COST {
        return Err(HashProblem::TooCostly("bcrypt cost"));
    }
    let part = |range: std::ops::Range<usize>, name| {
        BCRYPT_BASE64.decode(&text[range]).map_err(|_| HashProblem::Malformed(name))
    };
    let salt = part(7..29, "salt")?.try_into().map_err(|_| HashProblem::Malformed("salt"))?;
    let hash = part(29..60, "hash")?.try_into().map_err(|_| HashProblem::Malformed("hash"))?;
    Ok(BcryptHash { cost, salt, hash })
}

fn parse_scrypt(text: &str) -> Result<ScryptHash, HashProblem> {
    let phc = Phc::split(text)?;
    phc.only(&["ln", "r", "p"])?;
    let (log_n, r, p) = (phc.number("ln")?, phc.number("r")?, phc.number("p")?);
    if log_n == 0 || r == 0 || p == 0 {
        return Err(HashProblem::Malformed("scrypt parameters"));
    }
    let work = 1u64
        .checked_shl(log_n)
        .filter(|_| log_n < 32)
        .and_then(|n| n.checked_mul(u64::from(r)).and_then(|work| work.checked_mul(u64::from(p))));
    if work.is_none_or(|work| work > MAX_SCRYPT_WORK) {
        return Err(HashProblem::TooCostly("scrypt"));
    }
    let log_n = u8::try_from(log_n).map_err(|_| HashProblem::Malformed("ln"))?;
    let (salt, hash) = (decode(phc.salt, 4, "salt")?, decode(phc.hash, 16, "hash")?);
    Ok(ScryptHash { log_n, r, p, salt, hash })
}

fn parse_pbkdf2(text: &str, sha512: bool) -> Result<Pbkdf2Hash, HashProblem> {
    let phc = Phc::split(text)?;
    phc.only(&["i", "l"])?;
    let rounds = bound_rounds(phc.number("i")?)?;
    let (salt, hash) = (decode(phc.salt, 4, "salt")?, decode(phc.hash, 16, "hash")?);
    if phc.param("l").is_some_and(|length| length.parse() != Ok(hash.len())) {
        return Err(HashProblem::Malformed("l"));
    }
    Ok(Pbkdf2Hash { sha512, rounds, salt, hash })
}

fn bound_rounds(rounds: u32) -> Result<u32, HashProblem> {
    match rounds {
        0 => Err(HashProblem::Malformed("rounds")),
        1..=MAX_PBKDF2_ROUNDS => Ok(rounds),
        _ => Err(HashProblem::TooCostly("rounds")),
    }
}

/// `$name[$v=version]$key=value,…$salt$hash` cut apart.
struct Phc<'a> {
    version: Option<&'a str>,
    params: Vec<(&'a str, &'a str)>,
    salt: &'a str,
    hash: &'a str,
}

impl<'a> Phc<'a> {
    fn split(text: &'a str) -> Result<Self, HashProblem> {
        let mut parts = text.split('$').skip(2).peekable();
        let version = parts.next_if(|part| part.starts_with("v=")).map(|part| &part[2..]);
        let (Some(params), Some(salt), Some(hash), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(HashProblem::Malformed("parts"));
        };
        let params = params
            .split(',')
            .map(|pair| pair.split_once('=').ok_or(HashProblem::Malformed("parameters")))
            .collect::<Result<_, _>>()?;
        Ok(Self { version, params, salt, hash })
    }

    /// Every parameter is a known one and stands once.
    fn only(&self, known: &[&str]) -> Result<(), HashProblem> {
        let fits = self
            .params
            .iter()
            .enumerate()
            .all(|(at, (key, _))| known.contains(key) && self.params[..at].iter().all(|(other, _)| other != key));
        if fits { Ok(()) } else { Err(HashProblem::Malformed("parameters")) }
    }

    fn param(&self, name: &str) -> Option<&'a str> {
        self.params.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }

    fn number(&self, name: &'static str) -> Result<u32, HashProblem> {
        number(self.param(name).ok_or(HashProblem::Malformed(name))?, name)
    }
}

fn number(text: &str, name: &'static str) -> Result<u32, HashProblem> {
    if text.is_empty() || text.len() > 10 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(HashProblem::Malformed(name));
    }
    // Ten digits can still be over 32 bits; that is too much of anything counted here.
    text.parse().map_err(|_| HashProblem::TooCostly(name))
}

fn decode(text: &str, least: usize, name: &'static str) -> Result<Vec<u8>, HashProblem> {
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| HashProblem::Malformed(name))?;
    if (least..=64).contains(&bytes.len()) { Ok(bytes) } else { Err(HashProblem::Malformed(name)) }
}
