//! What one running node has: its regions, keys, pools and catalogues. Features find everything through
//! [`super::web::Visit`]; what a feature keeps in memory for itself is put on the shelf, so that platform knows no feature.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use super::asked::Told;
use super::db::Db;
use super::error::{Error, Result};
use super::hashing::HashPool;
use super::keyring::{Keyring, SealProblem};
use super::metrics::Metrics;
use super::place::Places;
use super::practice::{Practice, Practices};
use super::text::Texts;
use super::world::World;
use crate::config::Config;

/// Where some practices' data lives; never mixed with another's.
pub struct Region {
    pub name: String,
    pub db: Db,
    pub practices: Practices,
}

/// Whose rows the entrance's are: they stand where a practice's id stands elsewhere. No region has this name.
pub const ENTRANCE: &str = "entrance";

pub struct Server {
    pub config: Config,
    pub world: Arc<dyn World>,
    pub regions: Vec<Arc<Region>>,
    /// The entrance's own database, where this node runs the entrance; it has the name [`ENTRANCE`] and no practices.
    pub front: Option<Arc<Region>>,
    pub keys: RwLock<Arc<Keyring>>,
    pub hashing: HashPool,
    pub texts: Texts,
    pub places: Places,
    pub metrics: Metrics,
    /// Rung when something was put into the outbox of this node.
    pub outbox_bell: tokio::sync::Notify,
    /// Floods of which somebody was told within the hour.
    pub told: Told,
    /// Whether a database's disk is nearly full.
    scarce: AtomicBool,
    shelf: HashMap<TypeId, Box<dyn Any + Send + Sync>>,
}

/// The parts that a caller has to bring.
pub struct Parts {
    pub config: Config,
    pub world: Arc<dyn World>,
    pub regions: Vec<Arc<Region>>,
    pub front: Option<Arc<Region>>,
    pub keys: Arc<Keyring>,
    pub hashing: HashPool,
    pub places: Places,
    pub metrics: Metrics,
}

impl Server {
    /// # Errors
    /// A catalogue that does not parse.
    pub fn new(parts: Parts) -> Result<Server> {
        Ok(Server {
            config: parts.config,
            world: parts.world,
            regions: parts.regions,
            front: parts.front,
            keys: RwLock::new(Arc::clone(&parts.keys)),
            hashing: parts.hashing,
            texts: Texts::load().map_err(Error::Fault)?,
            places: parts.places,
            metrics: parts.metrics,
            outbox_bell: tokio::sync::Notify::new(),
            told: Told::default(),
            scarce: AtomicBool::new(false),
            shelf: HashMap::new(),
        })
    }

    /// Puts a feature's own memory on the shelf, before the server starts.
    pub fn keep<T: Any + Send + Sync>(&mut self, thing: T) {
        self.shelf.insert(TypeId::of::<T>(), Box::new(thing));
    }

    /// # Errors
    /// A fault when the program forgot to put it there.
    pub fn kept<T: Any + Send + Sync>(&self) -> Result<&T> {
        let thing = self.shelf.get(&TypeId::of::<T>()).and_then(|thing| thing.downcast_ref());
        thing.ok_or_else(|| Error::Fault(format!("{} is not on the shelf", std::any::type_name::<T>())))
    }

    /// Whether a database's disk is nearly full: what can be done without is then not written.
    pub fn is_scarce(&self) -> bool {
        self.scarce.load(Ordering::Relaxed)
    }

    /// Answers what it was before.
    pub fn set_scarce(&self, scarce: bool) -> bool {
        self.scarce.swap(scarce, Ordering::Relaxed)
    }

    pub fn keyring(&self) -> Arc<Keyring> {
        Arc::clone(&self.keys.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// A key for hashes that must stay comparable while keys rotate (forms, lanes, marks): from the oldest key in the
    /// ring, which is therefore never dropped (docs/decisions/0006-keyed-hashes-and-rotation.md).
    pub fn stable_key(&self, label: &str) -> [u8; 32] {
        let ring = self.keyring();
        let oldest = ring.ids().last().unwrap_or_default().to_owned();
        ring.derive(&oldest, label).map_or([0; 32], |key| *key)
    }

    /// Opens what was sealed under a label for one practice and person.
    ///
    /// # Errors
    /// A fault: a value that does not open is never "absent" (ASVS 5.0, 11.2.5).
    pub fn open(&self, label: &str, whose: &[&str], sealed: &str) -> Result<String> {
        let mut opened = self.keyring().open(label, whose, sealed);
        if matches!(opened, Err(SealProblem::UnknownKey(_))) && self.reload_keys()? {
            // Another node has sealed it under a key that was put into the file a moment ago.
            opened = self.keyring().open(label, whose, sealed);
        }
        let plain = opened.map_err(|problem| Error::fault("sealed value", problem))?;
        String::from_utf8(plain.to_vec()).map_err(|_| Error::Fault("sealed value is not text".into()))
    }

    /// Seals text under a label, bound to one practice and person.
    ///
    /// # Errors
    /// A fault when the current key cannot seal.
    pub fn seal(&self, label: &str, whose: &[&str], plain: &str) -> Result<String> {
        let nonce = super::world::random::<24>(&*self.world);
        self.keyring().seal(label, whose, plain.as_bytes(), nonce).map_err(|problem| Error::fault("sealing", problem))
    }

    /// Seals for the other side of the way between a region and the entrance, with the key that both share.
    ///
    /// # Errors
    /// A fault when the key cannot seal.
    pub fn seal_for(&self, region: &str, label: &str, whose: &[&str], plain: &str) -> Result<String> {
        let nonce = super::world::random::<24>(&*self.world);
        let sealed = self.link_ring(region)?.seal(label, whose, plain.as_bytes(), nonce);
        sealed.map_err(|problem| Error::fault("sealing", problem))
    }

    /// Opens what the other side sealed with [`Server::seal_for`].
    ///
    /// # Errors
    /// A fault: what does not open was not sealed by the other side, or not for this.
    pub fn open_from(&self, region: &str, label: &str, whose: &[&str], sealed: &str) -> Result<String> {
        let opened = self.link_ring(region)?.open(label, whose, sealed);
        let plain = opened.map_err(|problem| Error::fault("sealed between region and entrance", problem))?;
        String::from_utf8(plain.to_vec()).map_err(|_| Error::Fault("sealed value is not text".into()))
    }

    /// The key of the settings; in one process it is made of the server's own.
    fn link_ring(&self, region: &str) -> Result<Keyring> {
        let ring = match self.config.link_keys.get(region) {
            Some(key) => Keyring::parse(&format!("link:{}", key.reveal())),
            None => Keyring::generate("link", self.stable_key(&format!("region link {region}"))),
        };
        ring.map_err(|problem| Error::fault("key between region and entrance", problem))
    }

    /// `https://name[:port]`, from the settings and never from a request's headers.
    pub fn origin_of(&self, host: &str) -> String {
        self.origin_at(host, self.config.public_port)
    }

    /// As [`Server::origin_of`], at another port.
    pub fn origin_at(&self, host: &str, port: u16) -> String {
        match (self.config.public_scheme, port) {
            ("https", 443) | ("http", 80) => format!("{}://{host}", self.config.public_scheme),
            (scheme, port) => format!("{scheme}://{host}:{port}"),
        }
    }

    /// The address of a practice by its region and name, wherever the region is served.
    pub fn origin_in(&self, region: &str, slug: &str) -> String {
        let host = format!("{slug}.{region}.{}", self.config.base);
        let far = self.config.far_regions.iter().find(|far| far.name == region);
        self.origin_at(&host, far.and_then(|far| far.public_port).unwrap_or(self.config.public_port))
    }

    /// The address a practice goes by now; its host, which passkeys are bound to, may be an older one.
    pub fn home_of(&self, practice: &Practice) -> String {
        self.origin_in(&practice.region, &practice.slug)
    }

    pub fn entrance(&self) -> String {
        self.config.entrance_address.clone().unwrap_or_else(|| self.origin_of(&self.config.base))
    }

    /// Every database of this node: its regions', and the entrance's where it runs one.
    pub fn databases(&self) -> impl Iterator<Item = &Arc<Region>> {
        self.regions.iter().chain(&self.front)
    }

    pub fn region(&self, name: &str) -> Option<&Arc<Region>> {
        self.regions.iter().find(|region| region.name == name)
    }

    /// The region of a practice that is at hand.
    ///
    /// # Errors
    /// A fault when this node does not serve it.
    pub fn region_of(&self, practice: &Practice) -> Result<&Arc<Region>> {
        self.region(&practice.region)
            .ok_or_else(|| Error::Fault(format!("region {} is not served here", practice.region)))
    }
}
