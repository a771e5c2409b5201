//! Taking over a changed key file while requests go on: the ring that seals and the peppers that hash change together.
//! Sealing stored values anew is `ops/keys/reseal.rs`.

use std::sync::{Arc, PoisonError};

use super::error::{Error, Result};
use super::hashing::{HashParams, Hasher, Pepper};
use super::keyring::Keyring;
use super::server::Server;
use crate::config::Config;

/// The pepper of each key in the ring, the newest first: a hash made under an old one is upgraded at the next sign-in.
///
/// # Errors
/// A fault when a key's name cannot name a pepper (1 to 8 of a-z and 0-9), or the cost is out of bounds.
pub fn hasher(config: &Config, keys: &Keyring) -> Result<Hasher> {
    let pepper = |id: &str| {
        let key = keys.derive(id, "pepper").ok_or_else(|| Error::Fault("keys: a key is missing".into()))?;
        Pepper::new(id, *key).map_err(|problem| Error::fault("keys", problem))
    };
    let mut peppers = keys.ids().map(pepper).collect::<Result<Vec<_>>>()?;
    let current = peppers.remove(0);
    let params =
        HashParams { memory_kib: config.passwords.argon2_memory_kib, passes: config.passwords.argon2_passes, lanes: 1 };
    Hasher::new(params, current, peppers).map_err(|problem| Error::fault("password hashing", problem))
}

impl Server {
    /// Reads the key file again; answers whether the ring changed. Without a key file nothing changes.
    ///
    /// # Errors
    /// A fault when the file cannot be used or its oldest key is another one; the keys at hand stay.
    pub fn reload_keys(&self) -> Result<bool> {
        let Some(file) = &self.config.keys.file else { return Ok(false) };
        let text = zeroize::Zeroizing::new(
            std::fs::read_to_string(file).map_err(|error| Error::fault("the key file", error))?,
        );
        let ring = Keyring::parse(&text).map_err(|problem| Error::fault("the key file", problem))?;
        let old = self.keyring();
        if old.ids().eq(ring.ids()) {
            return Ok(false);
        }
        if oldest(&old) != oldest(&ring) {
            return Err(Error::Fault("the key file: its last key is another one; that needs a restart".into()));
        }
        self.hashing.exchange(hasher(&self.config, &ring)?);
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(true)
    }
}

/// What the oldest key gives, for comparing rings.
fn oldest(ring: &Keyring) -> Option<[u8; 32]> {
    ring.ids().last().and_then(|id| ring.derive(id, "oldest")).map(|key| *key)
}
