//! What a request counts apart from its act: tries, askings, names tried in vain. It counts once, however often the request is
//! run (`again.rs`), so that nobody meets a limit because somebody else came in the same moment.

use super::db::Tx;
use super::error::{Error, Result};
use super::limit::{Bound, Turn, look, mail_allowed, refused, take, within};
use super::network::network_of;
use super::secret;
use super::web::Inner;

/// Different names tried in vain from one network within an hour before that network has to wait.
const SPRAYED_NAMES: i64 = 20;
/// The same for the wider network (IPv6 /48, IPv4 /24), which one attacker may own whole and many honest people share.
const SPRAYED_NAMES_WIDE: i64 = 100;
const SPRAY_SECONDS: i64 = 3600;

/// One statement, since a sign-in waits for it: both counts go up, unless one of them or the networks' forbids it.
const TAKE_BOTH: &str = "INSERT INTO tries (practice_id, lane, count, blocked_until, window_start, updated_at)
     SELECT CAST($1 AS TEXT), lanes.lane, 1, 0, CAST($4 AS BIGINT), CAST($4 AS BIGINT)
     FROM (SELECT CAST($2 AS TEXT) AS lane, 1 AS place UNION ALL SELECT CAST($3 AS TEXT), 2) lanes
     WHERE NOT EXISTS (
            SELECT 1 FROM tries t WHERE t.practice_id = $1 AND t.lane IN ($2, $3) AND (t.blocked_until > $4
                OR t.count >= CASE WHEN t.lane = $2 THEN CAST($6 AS BIGINT) ELSE CAST($8 AS BIGINT) END))
        AND (SELECT COUNT(*) FROM sprayed s WHERE s.practice_id = $1 AND s.network = $9 AND s.at > $11) < $12
        AND (SELECT COUNT(*) FROM sprayed s WHERE s.practice_id = $1 AND s.network = $10 AND s.at > $11) < $13
     ORDER BY lanes.place
     ON CONFLICT (practice_id, lane) DO UPDATE SET
        count = tries.count + 1,
        updated_at = $4,
        blocked_until = CASE
            WHEN tries.count + 1 < CASE WHEN tries.lane = $2 THEN CAST($5 AS BIGINT) ELSE CAST($7 AS BIGINT) END THEN 0
            WHEN tries.count + 1 >= 5 + CASE WHEN tries.lane = $2 THEN CAST($5 AS BIGINT) ELSE CAST($7 AS BIGINT) END
                THEN $4 + 900
            ELSE $4 + (30 << CAST(tries.count + 1
                - CASE WHEN tries.lane = $2 THEN CAST($5 AS BIGINT) ELSE CAST($7 AS BIGINT) END AS INTEGER)) END
     WHERE tries.blocked_until <= $4
        AND tries.count < CASE WHEN tries.lane = $2 THEN CAST($6 AS BIGINT) ELSE CAST($8 AS BIGINT) END
     RETURNING lane, count, (SELECT COUNT(*) FROM sprayed s
        WHERE s.practice_id = $1 AND s.network IN ($9, $10) AND s.who = $14)";

impl Inner {
    /// Takes one try here and now, before it is judged, so that a hundred at once cannot outrun the count; a request that is run again does not take a second try.
    ///
    /// # Errors
    /// A fault when the count cannot be kept: then nobody may try (fail closed).
    pub async fn take_try(&self, lane: &str, bound: Bound) -> Result<Turn> {
        let taking = take(self.db()?, &self.practice()?.id, lane, bound, self.now);
        self.once(format!("take {lane}"), taking).await
    }

    /// Counts an asking on a lane within a window of so many seconds, here and now; answers whether it is still within the limit.
    /// A request that is run again is not counted again, and so never meets its own asking.
    ///
    /// # Errors
    /// As [`Inner::take_try`].
    pub async fn within(&self, lane: &str, most: i64, seconds: i64) -> Result<bool> {
        let counting = within(self.db()?, self.whose()?, lane, most, seconds, self.now);
        self.once(format!("within {seconds} {lane}"), counting).await
    }

    /// Whether the limits of mail per address allow one more, counted here and now as by [`Inner::within`].
    ///
    /// # Errors
    /// As [`Inner::take_try`].
    pub async fn mail_allowed(&self, address_lane: &str) -> Result<bool> {
        let counting = mail_allowed(self.db()?, self.whose()?, address_lane, self.now);
        self.once(format!("mail {address_lane}"), counting).await
    }

    /// As [`Inner::take_try`], on two lanes at once, or on neither: a try that one refuses counts on the other no more, so that refused
    /// tries switch nothing off. The count is that of the second lane. Also whether `who` is among the names tried in vain from here.
    ///
    /// # Errors
    /// As [`Inner::take_try`]; [`Error::TooOften`] for a network that tried many names in vain within the hour.
    pub async fn take_both(&self, lanes: [(&str, Bound); 2], who: &str) -> Result<(Turn, bool)> {
        let (db, practice, now) = (self.db()?, &self.practice()?.id, self.now);
        let [(near, near_bound), (far, far_bound)] = lanes;
        let [(network, most), (wide, most_wide)] = self.networks()?;
        let taken: Vec<(String, i64, i64)> = db
            .change_all(
                TAKE_BOTH,
                crate::args![
                    practice,
                    near,
                    far,
                    now,
                    near_bound.slow_from,
                    near_bound.off_at,
                    far_bound.slow_from,
                    far_bound.off_at,
                    network,
                    wide,
                    now - SPRAY_SECONDS,
                    most,
                    most_wide,
                    self.lane("vain", who)?
                ],
            )
            .await?;
        if taken.len() == 2 {
            let count = taken.iter().find(|(lane, ..)| lane == far).map_or(0, |(_, count, _)| *count);
            return Ok((Turn::Allowed(count), taken.iter().any(|(.., in_vain)| *in_vain > 0)));
        }
        for (lane, ..) in &taken {
            // Another try came between the look at both and the count of one: what was counted alone is given back.
            let back = "UPDATE tries SET count = count - 1 WHERE practice_id = $1 AND lane = $2 AND count > 0";
            db.execute(back, crate::args![practice, lane]).await?;
        }
        self.refuse_sprayer().await?;
        let turn = match look(db, practice, near, near_bound, now).await? {
            Turn::Allowed(_) => refused(look(db, practice, far, far_bound, now).await?, now),
            turn => turn,
        };
        Ok((turn, true))
    }

    /// A lane's name: keyed, so that the table tells nobody's address; the same for known and unknown people.
    ///
    /// # Errors
    /// Not found at doors that keep nothing.
    pub fn lane(&self, what: &str, whom: &str) -> Result<String> {
        let key = self.server.stable_key("lanes");
        Ok(format!("{what}:{}", secret::keyed_hash(&key, &[self.whose()?, what, whom])))
    }

    /// Notes a name tried in vain from this network and the wider one.
    ///
    /// # Errors
    /// As [`Inner::take_try`].
    pub async fn note_vain_name(&self, who: &str) -> Result<()> {
        let name = self.lane("vain", who)?;
        for (network, _) in self.networks()? {
            self.db()?
                .execute(
                    "INSERT INTO sprayed (practice_id, network, who, at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (practice_id, network, who) DO UPDATE SET at = $4",
                    crate::args![&self.practice()?.id, network, &name, self.now],
                )
                .await?;
        }
        Ok(())
    }

    /// Who got it right after all was not tried in vain: a whole team behind one address may mistype now and then.
    ///
    /// # Errors
    /// As [`Inner::take_try`].
    pub async fn forget_vain_name(&self, tx: &mut Tx, who: &str) -> Result<()> {
        let [(near, _), (wide, _)] = self.networks()?;
        tx.later(
            "DELETE FROM sprayed WHERE practice_id = $1 AND who = $2 AND (network = $3 OR network = $4)",
            crate::args![&self.practice()?.id, self.lane("vain", who)?, near, wide],
        )
        .await?;
        Ok(())
    }

    /// # Errors
    /// [`Error::TooOften`] for a network that tried many names in vain within the hour.
    async fn refuse_sprayer(&self) -> Result<()> {
        let [(near, most_near), (wide, most_wide)] = self.networks()?;
        let tried: Vec<(String, i64, i64)> = self
            .db()?
            .all(
                "SELECT network, COUNT(*), MIN(at) FROM sprayed WHERE practice_id = $1 AND network IN ($2, $3) AND at > $4 GROUP BY network",
                crate::args![&self.practice()?.id, &near, &wide, self.now - SPRAY_SECONDS],
            )
            .await?;
        let most = |network: &str| if network == near { most_near } else { most_wide };
        let over = tried.iter().filter(|(network, names, _)| *names >= most(network)).map(|(_, _, first)| *first);
        match over.min() {
            Some(first) => Err(Error::TooOften { retry_after: (first + SPRAY_SECONDS - self.now).max(60) }),
            None => Ok(()),
        }
    }

    /// The lanes of the visitor's network and the wider one, each with the names it may try in vain.
    fn networks(&self) -> Result<[(String, i64); 2]> {
        let (near, wide) = network_of(self.address);
        Ok([(self.lane("network", &near)?, SPRAYED_NAMES), (self.lane("network", &wide)?, SPRAYED_NAMES_WIDE)])
    }
}
