//! What of a practice is copied at its move: all rows of all its tables, as one transaction of the region it goes to.

use super::practice_move::{ARRIVING, Move};
use super::practice_rename::leads_to;
use crate::args;
use crate::audit::{checkpoint, remainder};
use crate::platform::copy::{self, Table};
use crate::platform::db::Tx;
use crate::platform::error::{Error, Result};

impl Move<'_> {
    /// All rows in one transaction of the new region: whole or not at all.
    pub async fn copy_once(&self) -> Result<u64> {
        let tables = copy::tables(&self.from.db).await?;
        if tables != copy::tables(&self.to.db).await? {
            return Err(Error::Fault("the two databases have different schemas; run portico migrate".into()));
        }
        let mut tx = self.to.db.write().await?;
        let mut all = 0;
        for table in &tables {
            all += self.copy_table(&mut tx, table).await?;
        }
        let arriving = "UPDATE practice SET moving_to = $2 WHERE id = $1 AND moving_to = $3";
        self.is_still_out_of_service().await?;
        let marked = tx.execute(arriving, args![&self.id, ARRIVING, &self.to.name]).await?;
        if marked != 1 {
            return Err(self.why_it_stayed(&mut tx).await?);
        }
        tx.execute("DELETE FROM moved WHERE practice_id = $1 AND slug = $2", args![&self.id, self.slug]).await?;
        leads_to(&mut tx, &self.id, &self.to.name, self.slug).await?;
        tx.commit().await?;
        Ok(all)
    }

    /// As the last before the copy counts: nobody put it back into service meanwhile, and nobody wrote for it any more.
    async fn is_still_out_of_service(&self) -> Result<()> {
        let still: Option<(i64,)> = self
            .from
            .db
            .optional(
                "SELECT (SELECT COUNT(*) FROM audit a WHERE a.practice_id = p.id AND NOT EXISTS (
                    SELECT 1 FROM audit_chain c WHERE c.practice_id = a.practice_id AND c.record_id = a.id))
                 FROM practice p WHERE p.id = $1 AND p.moving_to = $2 AND p.closed_at IS NULL",
                args![&self.id, &self.to.name],
            )
            .await?;
        match still {
            Some((0,)) => Ok(()),
            Some(_) => Err(Error::Fault(format!("something was written for {} meanwhile; run it again", self.slug))),
            None => Err(self.why_it_is_not_out().await?),
        }
    }

    /// Somebody put it back, or another run was quicker: that one has given it up here, or has even forgotten it.
    async fn why_it_is_not_out(&self) -> Result<Error> {
        let back: Option<(i64,)> = self
            .from
            .db
            .optional(
                "SELECT created_at FROM practice WHERE id = $1 AND moving_to IS NULL AND closed_at IS NULL",
                args![&self.id],
            )
            .await?;
        Ok(match back {
            Some(_) => Error::Fault(format!("{} was put back into service meanwhile; nothing was copied", self.slug)),
            None => self.another_run(),
        })
    }

    /// Why its own row is not among those that were copied.
    async fn why_it_stayed(&self, tx: &mut Tx) -> Result<Error> {
        let there: Option<(String,)> = tx.optional("SELECT id FROM practice WHERE slug = $1", args![self.slug]).await?;
        Ok(match there {
            Some((id,)) if id == self.id => self.another_run(),
            Some(_) => Error::Fault(format!(
                "{} is taken in {}: put the move back with --undo, then rename one of the two; nothing was copied",
                self.slug, self.to.name
            )),
            None => Error::Fault("the practice itself did not come along".into()),
        })
    }

    fn another_run(&self) -> Error {
        Error::Fault(format!(
            "another run of this move has copied {} already; run it again to see that it is finished, or to finish it",
            self.slug
        ))
    }

    async fn copy_table(&self, tx: &mut Tx, table: &Table) -> Result<u64> {
        if table.name == "audit_cut" {
            return self.copy_checkpoints(tx).await;
        }
        let (sql, mut all) = (table.insert(), 0);
        for row in table.rows(&self.from.db, &self.id).await? {
            all += table.put(tx, sql, &row).await?;
        }
        Ok(all)
    }

    /// A checkpoint of the record is taken only at a line of the chain, and its line went long ago: for a moment one stands
    /// there again.
    async fn copy_checkpoints(&self, tx: &mut Tx) -> Result<u64> {
        let (keys, now) = (self.server.keyring(), self.server.world.now());
        let all = remainder::checkpoints(&self.from.db, tx, &keys, &self.id, now).await?;
        for point in &all {
            let put = "INSERT INTO audit_chain (practice_id, seq, record_id, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            let stands = tx.execute(put, args![&self.id, point.seq, format!("cut {}", point.seq), &point.hash]).await?;
            if !checkpoint::put(tx, &self.id, point).await? {
                return Err(Error::Fault(format!("the record was cut at line {} in another way", point.seq)));
            }
            if stands == 1 {
                let gone = "DELETE FROM audit_chain WHERE practice_id = $1 AND seq = $2";
                tx.execute(gone, args![&self.id, point.seq]).await?;
            }
        }
        Ok(u64::try_from(all.len()).unwrap_or(u64::MAX))
    }
}
