//! `portico practice move`: a practice with everything it has goes to another region. At no moment is it served by both:
//! it is taken out of service here, copied, sent on from its old address, and only then in service there. Each step is one
//! transaction; a move that was interrupted goes on where it stood when the command is run again.

use std::sync::Arc;
use std::time::Duration;

use super::practice_rename::{leads_from_elsewhere, leads_to, refuse_name_on_its_way, tell};
use super::practice_twice;
use crate::args;
use crate::audit::{chain, remainder};
use crate::platform::copy;
use crate::platform::error::{Error, Result};
use crate::platform::practice;
use crate::platform::ring_marks;
use crate::platform::server::{Region, Server};

/// Nodes go on with what they know of a practice for four seconds, sessions included; then nobody writes any more.
const NODES_FORGET: Duration = Duration::from_secs(6);
/// A question of the entrance waits two seconds at most: until the new region lists the practice in every answer, the old
/// one lists it too, and the entrance shows it once.
const QUESTIONS_END: Duration = Duration::from_secs(3);
/// From its last look at the old region a copy counts within this.
const COPY_ENDS: Duration = Duration::from_secs(1);
/// In the region it goes to, until it has arrived.
pub(super) const ARRIVING: &str = "here";
/// How often a step that met a running server's writes is run again.
const MOST_RUNS: u32 = 12;
/// Seconds that messages under way are waited for: longer than a claim lasts.
const MOST_PAUSES: u32 = 150;

/// A move under way.
pub(super) struct Move<'a> {
    pub server: &'a Arc<Server>,
    pub from: &'a Arc<Region>,
    pub to: &'a Arc<Region>,
    pub slug: &'a str,
    pub id: String,
}

/// Where a move stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// In service in the old region.
    Here,
    /// Out of service, not copied.
    Left,
    /// The copy is whole; the old region does not send people on yet.
    Copied,
    /// The old region sends people on; the new one does not serve yet.
    Gone,
    Arrived,
}

/// Moves, or goes on with a move; answers what was done, in sentences.
///
/// # Errors
/// A fault that says why not, or what stopped it; run it again to go on.
pub async fn go(server: &Arc<Server>, slug: &str, from: &str, to: &str) -> Result<Vec<String>> {
    let under_way = Move::find(server, slug, from, to).await?;
    let mut said = Vec::new();
    loop {
        let standing = under_way.standing().await?;
        server.world.reached("practice move");
        match standing {
            Standing::Here => {
                under_way.is_under_one_ring().await?;
                under_way.goes_on_from_what_stayed().await?;
                under_way.leave().await?;
                said.push(format!("{slug} is out of service in {from}"));
            }
            Standing::Left => {
                under_way.is_under_one_ring().await?;
                under_way.goes_on_from_what_stayed().await?;
                under_way.until_it_is_still().await?;
                said.push(format!("{} rows are in {to}", under_way.copy().await?));
            }
            Standing::Copied => {
                under_way.send_on().await?;
                said.push(format!("{from} sends people on to {to}"));
            }
            Standing::Gone => {
                under_way.arrive().await?;
                said.push(format!("in service: {}", server.origin_in(to, slug)));
            }
            Standing::Arrived => {
                said.extend(under_way.leads_on().await?);
                pause(QUESTIONS_END).await;
                under_way.forget().await?;
                said.push(format!("{from} keeps only the record"));
                return Ok(said);
            }
        }
    }
}

/// Puts a practice back into service whose move was interrupted before its copy was whole.
///
/// # Errors
/// A fault when there is no such move, or it has gone too far: then it is finished instead.
pub async fn undo(server: &Arc<Server>, slug: &str, from: &str, to: &str) -> Result<()> {
    let under_way = Move::find(server, slug, from, to).await?;
    match under_way.standing().await? {
        Standing::Left => {}
        Standing::Here => return Err(Error::Fault(format!("{slug} is not on its way"))),
        _ => return Err(Error::Fault("the copy is whole: run the move again to finish it, then move back".into())),
    }
    let id = &under_way.id;
    let put_back = under_way
        .from
        .db
        .execute(
            "UPDATE practice SET moving_to = NULL WHERE id = $1 AND moving_to = $2 AND closed_at IS NULL",
            args![id, to],
        )
        .await?;
    under_way.from.practices.forget();
    if put_back != 1 {
        return Err(Error::Fault("somebody else has changed it; look again".into()));
    }
    under_way.has_not_arrived().await
}

impl<'a> Move<'a> {
    async fn find(server: &'a Arc<Server>, slug: &'a str, from: &str, to: &str) -> Result<Move<'a>> {
        let region = |name: &str| {
            server
                .region(name)
                .ok_or_else(|| Error::Fault(format!("the region {name} is not served by this configuration")))
        };
        let (from, to) = (region(from)?, region(to)?);
        if from.name == to.name {
            return Err(Error::Fault("both regions are the same".into()));
        }
        let here: Option<(String,)> = from.db.optional("SELECT id FROM practice WHERE slug = $1", args![slug]).await?;
        let sent_on: Option<(String,)> = from
            .db
            .optional("SELECT practice_id FROM moved WHERE slug = $1 AND region = $2", args![slug, &to.name])
            .await?;
        let (id,) =
            here.or(sent_on).ok_or_else(|| Error::Fault(format!("no practice is called {slug} in {}", from.name)))?;
        Ok(Move { server, from, to, slug, id })
    }

    async fn standing(&self) -> Result<Standing> {
        let read = "SELECT moving_to, closed_at FROM practice WHERE id = $1";
        let here: Option<(Option<String>, Option<i64>)> = self.from.db.optional(read, args![&self.id]).await?;
        let there: Option<(Option<String>, Option<i64>)> = self.to.db.optional(read, args![&self.id]).await?;
        Ok(match (here, there) {
            (Some((None, None)), None) => Standing::Here,
            (Some((Some(to), None)), None) if to == self.to.name => Standing::Left,
            (Some((Some(to), None)), Some((Some(_), _))) if to == self.to.name => Standing::Copied,
            (Some((Some(_), Some(_))), Some((Some(_), _))) => Standing::Gone,
            (_, Some((None, _))) => Standing::Arrived,
            _ => return Err(Error::Fault(format!("{} is closed, or on another way", self.slug))),
        })
    }

    /// Rows go along as they are sealed: whoever serves the new region must hold the same keys, or nobody gets in there.
    async fn is_under_one_ring(&self) -> Result<()> {
        let own = ring_marks::of(&self.server.keyring());
        let noted = |region: &'a Arc<Region>| async move {
            ring_marks::noted(&region.db).await?.ok_or_else(|| {
                Error::Fault(format!("no server has noted its keys in {} yet: start one there first", region.name))
            })
        };
        let (here, there) = (noted(self.from).await?, noted(self.to).await?);
        let oldest = [&here, &there, &own].map(|ring| ring.last());
        let opens = here.iter().chain(own.first()).all(|mark| there.contains(mark));
        if opens && oldest[0] == oldest[1] && oldest[1] == oldest[2] {
            return Ok(());
        }
        Err(Error::Fault(format!(
            "{} and {} are not served under one key ring: what is sealed in one could not be opened in the other; nothing was changed",
            self.from.name, self.to.name
        )))
    }

    /// Whoever comes back finds the record that stayed: two that differ could never be made one again.
    async fn goes_on_from_what_stayed(&self) -> Result<()> {
        let (keys, now) = (self.server.keyring(), self.server.world.now());
        let finding = remainder::differs(&self.from.db, &self.to.db, &keys, &self.id, now).await?;
        finding.map_or(Ok(()), |finding| {
            Err(Error::Fault(format!(
                "the record of {} that stayed in {} is not the beginning of the one in {} (line {} is {}); nothing was changed; portico audit verify looks at both",
                self.slug, self.to.name, self.from.name, finding.seq, finding.wrong.word()
            )))
        })
    }

    /// From here on no region serves it.
    async fn leave(&self) -> Result<()> {
        let taken: Option<(String,)> = self
            .to
            .db
            .optional(
                "SELECT id FROM practice WHERE slug = $1 UNION ALL SELECT practice_id FROM moved WHERE slug = $1 AND practice_id <> $2",
                args![self.slug, &self.id],
            )
            .await?;
        if taken.is_some() {
            return Err(Error::Fault(format!("{} is, or was, another practice's name in {}", self.slug, self.to.name)));
        }
        refuse_name_on_its_way(self.server, &self.to.name, self.slug, &self.id).await?;
        let sql = "UPDATE practice SET moving_to = $2 WHERE id = $1 AND moving_to IS NULL AND closed_at IS NULL";
        self.from.db.execute(sql, args![&self.id, &self.to.name]).await?;
        self.from.practices.forget();
        Ok(())
    }

    /// Until no node writes for it any more, and no message of it is under way.
    async fn until_it_is_still(&self) -> Result<()> {
        pause(NODES_FORGET).await;
        for _ in 0..MOST_PAUSES {
            let under_way: Option<(i64,)> = self
                .from
                .db
                .optional(
                    "SELECT COUNT(*) FROM outbox WHERE practice_id = $1 AND ended_at IS NULL AND claimed_until > $2",
                    args![&self.id, self.server.world.now()],
                )
                .await?;
            if under_way.is_none_or(|(messages,)| messages == 0) {
                return self.seal().await;
            }
            pause(Duration::from_secs(1)).await;
        }
        Err(Error::Fault("messages are under way for longer than a claim lasts; run it again".into()))
    }

    /// The last lines get their places here, so that both regions hold the same record.
    async fn seal(&self) -> Result<()> {
        let mut run = 1;
        loop {
            match chain::seal_practice(&self.from.db, &self.id).await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => return done.map(|_| ()),
            }
        }
    }

    async fn copy(&self) -> Result<u64> {
        let mut run = 1;
        loop {
            match self.copy_once().await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => return done,
            }
        }
    }

    /// A move that still ran may have made its copy whole while it was put back: then the copy counts.
    async fn has_not_arrived(&self) -> Result<()> {
        pause(COPY_ENDS).await;
        let there = "SELECT created_at FROM practice WHERE id = $1";
        if self.to.db.optional::<(i64,)>(there, args![&self.id]).await?.is_none() {
            return Ok(());
        }
        let out_again = "UPDATE practice SET moving_to = $2 WHERE id = $1 AND moving_to IS NULL AND closed_at IS NULL";
        self.from.db.execute(out_again, args![&self.id, &self.to.name]).await?;
        self.from.practices.forget();
        Err(Error::Fault("a move was still running and its copy is whole now: run the move again to finish it".into()))
    }

    /// The old region gives it up for good.
    async fn send_on(&self) -> Result<()> {
        let mut run = 1;
        loop {
            match self.send_on_once().await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => return done,
            }
        }
    }

    async fn send_on_once(&self) -> Result<()> {
        let now = self.server.world.now();
        let mut tx = self.from.db.write().await?;
        leads_to(&mut tx, &self.id, &self.to.name, self.slug).await?;
        tx.execute(
            "INSERT INTO moved (practice_id, slug, region, now_slug, at) VALUES ($1, $2, $3, $2, $4) ON CONFLICT DO NOTHING",
            args![&self.id, self.slug, &self.to.name, now],
        )
        .await?;
        let closed = "UPDATE practice SET closed_at = $2 WHERE id = $1 AND moving_to IS NOT NULL AND closed_at IS NULL";
        tx.execute(closed, args![&self.id, now]).await?;
        tx.commit().await
    }

    /// In service in the new region, and told to its administrators.
    async fn arrive(&self) -> Result<()> {
        let mut run = 1;
        loop {
            match self.arrive_once().await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => break done?,
            }
        }
        self.to.practices.forget();
        Ok(())
    }

    async fn arrive_once(&self) -> Result<()> {
        let mut tx = self.to.db.write().await?;
        let sql = "UPDATE practice SET moving_to = NULL WHERE id = $1 AND moving_to = $2";
        tx.execute(sql, args![&self.id, ARRIVING]).await?;
        let practice = practice::by_id_in(&mut tx, &self.to.name, &self.id).await?.ok_or(Error::NotFound)?;
        let from = format!("{}.{}", self.slug, self.from.name);
        tell(self.server, &mut tx, practice, &from).await?;
        tx.commit().await
    }

    /// Every region leads on to the new one; so does the old one where a backup was put back there that knows nothing of the
    /// move. Answers what is to be told of it.
    async fn leads_on(&self) -> Result<Option<String>> {
        let twice = practice_twice::find_here(self.server).await?.into_iter().find(|twice| twice.id == self.id);
        if let Some(twice) = &twice
            && !(twice.is_known && twice.newer == self.to.name)
        {
            return Err(Error::Fault(format!("{}; nothing was changed: {}", twice.words(), twice.remedy())));
        }
        let now_slug = practice_twice::give_up(self.server, self.from, self.to, &self.id).await?;
        leads_from_elsewhere(self.server, &self.id, &self.to.name, &now_slug).await?;
        // Looked at only now: what the backup had not sealed yet has got its places.
        if twice.is_some() { self.record_apart().await } else { Ok(None) }
    }

    /// Whether lines were written in the old region that the new one never got.
    async fn record_apart(&self) -> Result<Option<String>> {
        let (keys, now) = (self.server.keyring(), self.server.world.now());
        let finding = remainder::differs(&self.to.db, &self.from.db, &keys, &self.id, now).await?;
        Ok(finding.map(|finding| {
            format!(
                "in {} something was done after the backup was put back (line {} of its record is {}): it stays there and is not in {}",
                self.from.name, finding.seq, finding.wrong.word(), self.to.name
            )
        }))
    }

    /// What the old region need not keep.
    async fn forget(&self) -> Result<()> {
        let tables = copy::tables(&self.from.db).await?;
        let mut run = 1;
        loop {
            let once = async {
                let mut tx = self.from.db.write().await?;
                for table in &tables {
                    table.forget(&mut tx, &self.id).await?;
                }
                tx.commit().await
            };
            match once.await {
                Err(Error::Conflict) if run < MOST_RUNS => run += 1,
                done => return done,
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a command that waits for running nodes")]
async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}
