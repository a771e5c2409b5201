//! A write transaction on PostgreSQL. What is said to be done later goes with the next statement or with the last one, as its
//! `WITH`, since each way to the server and back costs both sides more than most statements.

use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};

use super::db::{Arg, bound};
use super::error::Result;
use super::joined::{Statement, gathered, stand_alone, within};

pub struct PgAct {
    transaction: Transaction<'static, Postgres>,
    due: Vec<Statement>,
}

impl PgAct {
    /// `how` is the `BEGIN` with its isolation level.
    pub(super) async fn begin(pool: &PgPool, how: &'static str) -> Result<Self> {
        Ok(Self { transaction: pool.begin_with(how).await?, due: vec![] })
    }

    pub(super) fn later(&mut self, sql: &'static str, args: Vec<Arg>) {
        self.due.push((sql, args));
    }

    /// The text to ask and its arguments: the statement with what is due, or alone after that was done.
    pub(super) async fn with_due(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<(String, Vec<Arg>)> {
        if !self.fits([sql].into_iter()) {
            self.flush().await?;
        }
        Ok(within(std::mem::take(&mut self.due), (sql, args)))
    }

    /// As [`PgAct::with_due`] for statements that each give rows back; `None` where they cannot be one text.
    pub(super) async fn all_as_one(&mut self, statements: &[Statement]) -> Result<Option<(String, Vec<Arg>)>> {
        let texts = statements.iter().map(|(sql, _)| *sql);
        if !stand_alone(texts.clone()) {
            return Ok(None);
        }
        if !self.fits(texts) {
            self.flush().await?;
        }
        Ok(Some(gathered(std::mem::take(&mut self.due), statements.to_vec())))
    }

    pub(super) fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        self.flush().await?;
        Ok(self.transaction.commit().await?)
    }

    fn fits<'a>(&'a self, next: impl Iterator<Item = &'a str> + Clone) -> bool {
        self.due.is_empty() || stand_alone(self.due.iter().map(|(sql, _)| *sql).chain(next))
    }

    /// What is due, now: in its order, and as few texts as that allows.
    async fn flush(&mut self) -> Result<()> {
        let mut group: Vec<Statement> = vec![];
        for statement in std::mem::take(&mut self.due) {
            if !stand_alone(group.iter().chain([&statement]).map(|(sql, _)| *sql)) {
                self.send(std::mem::take(&mut group)).await?;
            }
            group.push(statement);
        }
        self.send(group).await
    }

    async fn send(&mut self, mut group: Vec<Statement>) -> Result<()> {
        if let Some(last) = group.pop() {
            let (text, args) = within(group, last);
            bound!(sqlx::query(AssertSqlSafe(text)), args).execute(self.connection()).await?;
        }
        Ok(())
    }
}
