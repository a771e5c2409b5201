//! The keys that seal secrets at rest: their file, what is derived from them, sealing and opening.
//! What is sealed under which label is the features' matter; no random source and no clock is read here.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of one key.
pub const KEY_BYTES: usize = 32;
/// Bytes of the nonce of one sealing (XChaCha20-Poly1305: long enough to be drawn at random).
pub const NONCE_BYTES: usize = 24;
/// Characters of a key's name at most.
pub const ID_CHARS: usize = 8;

const VERSION: &str = "v1";
const MANY_KEYS: usize = 16;

struct Key {
    id: String,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// The keys of this server, the current one first; the others still open what they once sealed.
pub struct Keyring {
    keys: Vec<Key>,
}

/// Why a key file cannot be used; `line` counts from 1 and no message repeats what the line holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyringProblem {
    pub line: usize,
    pub problem: &'static str,
}

/// Why a sealed text was not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealProblem {
    /// Not a text that `seal` wrote.
    Malformed,
    /// Sealed under a key that this server does not hold: an operator's mistake, not an attack.
    UnknownKey(String),
    /// The text, its label or what it belongs to is not what was sealed.
    Altered,
}

impl Keyring {
    /// Reads a key file: one `id:base64` a line, 32 bytes each, the current key first.
    /// Empty lines and lines that begin with `#` are passed over.
    pub fn parse(text: &str) -> Result<Self, KeyringProblem> {
        let mut keys: Vec<Key> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = |problem| KeyringProblem { line: index + 1, problem };
            let key = parse_line(line).map_err(at)?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(at("a second key has the same name"));
            }
            if keys.len() == MANY_KEYS {
                return Err(at("more than 16 keys"));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeyringProblem { line: 1, problem: "no key in it" });
        }
        Ok(Self { keys })
    }

    /// A ring of one new key made of `random`, which must come from the system's generator.
    pub fn generate(id: &str, random: [u8; KEY_BYTES]) -> Result<Self, KeyringProblem> {
        let mut ring = Self { keys: Vec::new() };
        ring.add_new(id, random)?;
        Ok(ring)
    }

    /// Puts a new key in front: from now on it seals, while the older ones still open.
    pub fn add_new(&mut self, id: &str, mut random: [u8; KEY_BYTES]) -> Result<(), KeyringProblem> {
        let refuse = |problem| KeyringProblem { line: 1, problem };
        if !is_id(id) {
            return Err(refuse(BAD_ID));
        }
        if self.get(id).is_some() {
            return Err(refuse("a second key has the same name"));
        }
        if self.keys.len() == MANY_KEYS {
            return Err(refuse("more than 16 keys"));
        }
        let key = Key { id: id.to_owned(), bytes: Zeroizing::new(random) };
        random.zeroize();
        if is_no_secret(&key.bytes) {
            return Err(refuse(NO_SECRET));
        }
        self.keys.insert(0, key);
        Ok(())
    }

    /// The name of the key that seals now.
    pub fn current(&self) -> &str {
        self.keys.first().map_or("", |key| key.id.as_str())
    }

    /// The key of that name.
    pub fn get(&self, id: &str) -> Option<&[u8; KEY_BYTES]> {
        self.keys.iter().find(|key| key.id == id).map(|key| &*key.bytes)
    }

    /// All names, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| key.id.as_str())
    }

    /// A key for one purpose, the same for the same key and label: HMAC-SHA-256 of the label
    /// under the key, as the expand step of HKDF (RFC 5869 section 2.3) for a key that is uniform already.
    /// `None` when this server does not hold `key_id`.
    pub fn derive(&self, key_id: &str, label: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        self.get(key_id).map(|key| expand(key, "derive", label))
    }

    /// Seals `plain` under the current key as `v1.<key id>.<base64url of nonce and ciphertext>`.
    /// `aad` names what it belongs to (table, practice, row, column): elsewhere it does not open.
    /// `nonce` must be fresh random bytes each time.
    pub fn seal(
        &self,
        label: &str,
        aad: &[&str],
        plain: &[u8],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<String, SealProblem> {
        let id = self.current();
        let cipher = self.cipher(id, label)?;
        let framed = framed(id, label, aad);
        let payload = Payload { msg: plain, aad: &framed };
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealProblem::Malformed)?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{VERSION}.{id}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what `seal` wrote for the same label and the same `aad`.
    pub fn open(&self, label: &str, aad: &[&str], sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealProblem> {
        let (id, body) = split(sealed)?;
        let cipher = self.cipher(id, label)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| SealProblem::Malformed)?;
        let (nonce, text) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealProblem::Malformed)?;
        let framed = framed(id, label, aad);
        let payload = Payload { msg: text, aad: &framed };
        cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| SealProblem::Altered)
    }

    /// Whether the text was sealed under another key than the current one and should be sealed anew.
    pub fn needs_rotation(&self, sealed: &str) -> bool {
        split(sealed).is_ok_and(|(id, _)| id != self.current())
    }

    /// The text of a key file that holds this ring.
    pub fn to_file_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for key in &self.keys {
            text.push_str(&key.id);
            text.push(':');
            text.push_str(&Zeroizing::new(STANDARD.encode(*key.bytes)));
            text.push('\n');
        }
        text
    }

    /// Puts this ring in place of the key file: readers see the old file or the new one, never a half,
    /// and only the owner can read it (mode 0600).
    pub fn rewrite(&self, path: &Path) -> io::Result<()> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(self.to_file_text().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The rename itself is lost at a power cut unless the folder is written too.
        std::fs::File::open(folder)?.sync_all()
    }

    fn cipher(&self, id: &str, label: &str) -> Result<XChaCha20Poly1305, SealProblem> {
        let key = self.get(id).ok_or_else(|| SealProblem::UnknownKey(id.to_owned()))?;
        let key = expand(key, "seal", label);
        XChaCha20Poly1305::new_from_slice(&*key).map_err(|_| SealProblem::Malformed)
    }
}

const BAD_ID: &str = "a key's name is 1 to 8 of a-z and 0-9";
const NO_SECRET: &str = "this key is an example, not random bytes";

fn parse_line(line: &str) -> Result<Key, &'static str> {
    let (id, text) = line.split_once(':').ok_or("a key is written id:base64")?;
    if !is_id(id) {
        return Err(BAD_ID);
    }
    let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| "the key is not base64")?;
    let bytes: [u8; KEY_BYTES] = match bytes.len() {
        0..KEY_BYTES => return Err("the key is shorter than 32 bytes"),
        _ => bytes.as_slice().try_into().map_err(|_| "the key is longer than 32 bytes")?,
    };
    let key = Key { id: id.to_owned(), bytes: Zeroizing::new(bytes) };
    if is_no_secret(&key.bytes) { Err(NO_SECRET) } else { Ok(key) }
}

/// As narrow as the name of a pepper, since every key hashes passwords too.
fn is_id(id: &str) -> bool {
    let right = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    !id.is_empty() && id.len() <= ID_CHARS && id.chars().all(right)
}

/// Whether somebody typed these bytes: readable text, one byte repeated, or counted upwards.
/// Random bytes are all ASCII once in four billion keys.
fn is_no_secret(bytes: &[u8; KEY_BYTES]) -> bool {
    let distinct = bytes.iter().collect::<std::collections::BTreeSet<_>>().len();
    let counted = bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
    bytes.is_ascii() || distinct <= 8 || counted
}

fn expand(key: &[u8; KEY_BYTES], use_of: &str, label: &str) -> Zeroizing<[u8; KEY_BYTES]> {
    // HMAC fills a short key up with zeros to one block (RFC 2104); done here, it cannot fail.
    let mut block = Zeroizing::new([0; 64]);
    block[..KEY_BYTES].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    mac.update(&framed("portico", use_of, &[label]));
    mac.update(&[1]);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// The parts, each behind its length, so that ("ab", "c") and ("a", "bc") differ.
fn framed(id: &str, label: &str, parts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in [VERSION, id, label].iter().chain(parts) {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

fn split(sealed: &str) -> Result<(&str, &str), SealProblem> {
    let rest = sealed.strip_prefix("v1.").ok_or(SealProblem::Malformed)?;
    let (id, body) = rest.split_once('.').ok_or(SealProblem::Malformed)?;
    if is_id(id) { Ok((id, body)) } else { Err(SealProblem::Malformed) }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

impl fmt::Display for KeyringProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem)
    }
}

impl fmt::Display for SealProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a sealed text"),
            Self::UnknownKey(id) => write!(f, "sealed under the key \"{id}\", which this server does not hold"),
            Self::Altered => f.write_str("the sealed text was altered or belongs elsewhere"),
        }
    }
}

impl std::error::Error for KeyringProblem {}
impl std::error::Error for SealProblem {}

#[cfg(test)]
mod tests;
