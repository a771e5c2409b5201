//! Where wrong passphrases are counted. Whoever has the mailbox gets as far as the lock, so that a count on the client alone
//! would let them shut the client out: a browser in which the client opened the lock before has its own.

use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::limit::{self, PASSWORD_ALL, PASSWORD_NEAR, Turn};
use crate::platform::network::network_of;
use crate::platform::web::Visit;
use crate::sign_in::marks;
use crate::sign_in::person::Person;

/// The counts that one try is taken on. They belong to one passphrase: a new one begins anew, everywhere at once.
pub(super) struct Lanes {
    near: String,
    /// Counts tries from everywhere.
    far: String,
    /// The browser is the client's own: strangers' tries do not count here.
    pub own: bool,
}

impl Lanes {
    pub fn of(visit: &Visit, person: &Person) -> Result<Lanes> {
        let (whose, set_at) = (&person.id, person.passphrase_set_at.unwrap_or_default());
        let opener = marks::lock_opener(visit, whose);
        let near = match &opener {
            Some(id) => visit.lane("passphrase browser", &format!("{id} {set_at}"))?,
            None => {
                let (network, _) = network_of(visit.address);
                visit.lane("passphrase near", &format!("{network} {whose} {set_at}"))?
            }
        };
        Ok(Lanes { near, far: visit.lane("passphrase", &format!("{whose} {set_at}"))?, own: opener.is_some() })
    }

    /// Takes one try. What the far lane refuses is not counted on the near one, and the other way round.
    pub async fn take(&self, visit: &Visit) -> Result<Turn> {
        let (db, practice, now) = (visit.db()?, &visit.practice()?.id, visit.now);
        if self.own {
            return visit.take_try(&self.near, PASSWORD_NEAR).await;
        }
        let taking = async {
            match limit::look(db, practice, &self.far, PASSWORD_ALL, now).await? {
                Turn::Allowed(_) => {}
                refused => return Ok(refused),
            }
            match visit.take_try(&self.near, PASSWORD_NEAR).await? {
                Turn::Allowed(_) => visit.take_try(&self.far, PASSWORD_ALL).await,
                refused => Ok(refused),
            }
        };
        visit.once(format!("take all {}", self.near), taking).await
    }

    /// The passphrase was right: the counts begin anew. In a browser of their own the client unties the others too.
    pub async fn clear_in(&self, visit: &Visit, tx: &mut Tx) -> Result<()> {
        limit::clear_both_in(tx, &visit.practice()?.id, &self.near, &self.far).await
    }
}
