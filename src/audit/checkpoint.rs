//! Checkpoints: where the record was cut, how many lines went and the hash there, under a seal that only a server with the
//! key file can make. The chain goes on from the last one as if nothing were missing.

use crate::args;
use crate::platform::db::{Db, Tx};
use crate::platform::error::Result;
use crate::platform::keyring::Keyring;
use crate::platform::secret;

/// One place where the record was cut. Times are unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Checkpoint {
    /// The last line that went.
    pub seq: i64,
    /// Its hash in the chain.
    pub hash: String,
    /// How many went since the checkpoint before.
    pub lines: i64,
    /// All of them are older than this.
    pub before_at: i64,
    pub at: i64,
    pub seal: String,
}

/// Every checkpoint of a practice, the oldest first.
///
/// # Errors
/// Faults of the database.
pub async fn all(db: &Db, practice: &str) -> Result<Vec<Checkpoint>> {
    db.all(
        "SELECT seq, hash, lines, before_at, at, seal FROM audit_cut WHERE practice_id = $1 ORDER BY seq",
        args![practice],
    )
    .await
}

/// Number and hash of the last line that went, where any did.
///
/// # Errors
/// Faults of the database.
pub async fn last(db: &Db, practice: &str) -> Result<Option<(i64, String)>> {
    db.optional("SELECT seq, hash FROM audit_cut WHERE practice_id = $1 ORDER BY seq DESC LIMIT 1", args![practice])
        .await
}

/// Puts a checkpoint there, if it goes on where the last one ended; answers whether it does, or another node came first.
///
/// # Errors
/// Faults and conflicts of the database.
pub async fn put(tx: &mut Tx, practice: &str, new: &Checkpoint) -> Result<bool> {
    let put = tx
        .execute(
            "INSERT INTO audit_cut (practice_id, seq, hash, lines, before_at, at, seal)
             SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT),
                CAST($6 AS BIGINT), CAST($7 AS TEXT)
             WHERE CAST($2 AS BIGINT) - CAST($4 AS BIGINT) = (SELECT COALESCE(MAX(seq), 0) FROM audit_cut WHERE practice_id = CAST($1 AS TEXT))
             ON CONFLICT DO NOTHING",
            args![practice, new.seq, &new.hash, new.lines, new.before_at, new.at, &new.seal],
        )
        .await?;
    Ok(put == 1)
}

impl Checkpoint {
    /// With its seal, under the oldest key of the ring, which is never dropped: a seal lasts as long as the record.
    #[must_use]
    pub fn sealed(mut self, keys: &Keyring, practice: &str) -> Checkpoint {
        let oldest = keys.ids().last().unwrap_or_default();
        self.seal = self.seal_by(keys, oldest, practice).unwrap_or_default();
        self
    }

    /// Whether the seal is that of this practice and of exactly these numbers, by the key that it names.
    pub fn is_right(&self, keys: &Keyring, practice: &str) -> bool {
        let by = self.seal.split_once('.').map_or("", |(id, _)| id);
        self.seal_by(keys, by, practice).is_some_and(|seal| secret::same(&seal, &self.seal))
    }

    fn seal_by(&self, keys: &Keyring, id: &str, practice: &str) -> Option<String> {
        let key = keys.derive(id, "record checkpoint")?;
        let numbers = [self.seq, self.lines, self.before_at, self.at].map(|number| number.to_string());
        let [seq, lines, before, at] = &numbers;
        Some(format!("{id}.{}", secret::keyed_hash(&key, &[practice, seq, &self.hash, lines, before, at])))
    }
}

/// The first checkpoint whose seal is not right or that does not go on where the one before ended.
pub fn first_wrong<'a>(all: &'a [Checkpoint], keys: &Keyring, practice: &str) -> Option<&'a Checkpoint> {
    let mut before = 0;
    all.iter().find(|one| {
        let goes_on = one.lines > 0 && one.seq - one.lines == before;
        before = one.seq;
        !goes_on || !one.is_right(keys, practice)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::world::{RealWorld, random};

    fn point(seq: i64, lines: i64) -> Checkpoint {
        Checkpoint { seq, lines, hash: format!("hash {seq}"), before_at: 1000, at: 2000, seal: String::new() }
    }

    #[test]
    fn a_seal_is_of_every_number_of_its_practice_and_of_our_key() {
        let keys = Keyring::generate("k1", random::<32>(&RealWorld)).unwrap();
        let right = point(7, 7).sealed(&keys, "p");
        assert!(right.is_right(&keys, "p"));
        let changes: [fn(&mut Checkpoint); 6] = [
            |c| c.seq += 1,
            |c| c.lines += 1,
            |c| c.hash.push('x'),
            |c| c.before_at += 1,
            |c| c.at += 1,
            |c| c.seal.push('x'),
        ];
        for change in changes {
            let mut other = right.clone();
            change(&mut other);
            assert!(!other.is_right(&keys, "p"), "{other:?}");
        }
        assert!(!right.is_right(&keys, "q"));
        let others = Keyring::generate("k1", random::<32>(&RealWorld)).unwrap();
        assert!(!right.is_right(&others, "p"));
        for seal in ["", ".", "k1.", "k2.abc", "k1"] {
            assert!(!Checkpoint { seal: seal.into(), ..point(7, 7) }.is_right(&keys, "p"), "{seal}");
        }
    }

    #[test]
    fn a_seal_outlives_the_keys_that_come_later() {
        let mut keys = Keyring::generate("k1", random::<32>(&RealWorld)).unwrap();
        let right = point(7, 7).sealed(&keys, "p");
        keys.add_new("k2", random::<32>(&RealWorld)).unwrap();
        assert!(right.is_right(&keys, "p"));
        assert!(point(9, 2).sealed(&keys, "p").seal.starts_with("k1."));
    }

    #[test]
    fn checkpoints_follow_each_other_without_a_gap() {
        let keys = Keyring::generate("k1", random::<32>(&RealWorld)).unwrap();
        let sealed = |seq, lines| point(seq, lines).sealed(&keys, "p");
        let wrong = |all: &[Checkpoint]| first_wrong(all, &keys, "p").map(|one| one.seq);
        assert_eq!(wrong(&[]), None);
        assert_eq!(wrong(&[sealed(7, 7), sealed(9, 2)]), None);
        assert_eq!(wrong(&[sealed(9, 2)]), Some(9), "the one before is gone");
        assert_eq!(wrong(&[sealed(7, 7), sealed(9, 3)]), Some(9));
        assert_eq!(wrong(&[sealed(7, 7), point(9, 2)]), Some(9));
        assert_eq!(wrong(&[sealed(7, 7), sealed(7, 0)]), Some(7));
    }
}
