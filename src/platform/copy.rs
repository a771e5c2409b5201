//! A practice's rows, table by table, from one database to another, whatever tables and columns there are: the engines'
//! own catalogues say. The two databases may be of different engines; their schemas must be the same.

use serde_json::Value;

use super::db::{Arg, Db, Tx};
use super::error::{Error, Result};

/// One table with its columns, and which of them hold numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    columns: Vec<(String, bool)>,
}

/// What a region says of itself, and what its entrance keeps, does not travel.
const STAYS: &[&str] = &["moved", "heard", "finder", "ring", "whose_database"];
/// The record refuses to be changed; it stays where it was made, and goes along as a copy.
const KEPT: &[&str] = &["audit", "audit_chain", "audit_cut"];

/// The tables that hold rows of practices; `practice` itself is the last.
///
/// # Errors
/// Faults of the database.
pub async fn tables(db: &Db) -> Result<Vec<Table>> {
    let columns: Vec<(String, String, String)> = match db {
        Db::Sqlite { .. } => {
            let sql = "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid";
            db.all(sql, vec![]).await?
        }
        Db::Postgres { .. } => {
            let sql = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(data_type AS TEXT) FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
            db.all(sql, vec![]).await?
        }
    };
    let mut tables: Vec<Table> = Vec::new();
    for (table, column, kind) in columns {
        if tables.last().is_none_or(|last| last.name != table) {
            tables.push(Table { name: table, columns: vec![] });
        }
        if let Some(last) = tables.last_mut() {
            last.columns.push((column, kind.eq_ignore_ascii_case("bigint")));
        }
    }
    let of_practice =
        |table: &Table| table.name == "practice" || table.columns.iter().any(|(name, _)| name == "practice_id");
    tables.retain(|table| of_practice(table) && !STAYS.contains(&table.name.as_str()));
    tables.sort_by_key(|table| table.name == "practice");
    Ok(tables)
}

impl Table {
    fn key(&self) -> &'static str {
        if self.name == "practice" { "id" } else { "practice_id" }
    }

    /// Its rows of one practice, each as a JSON object.
    ///
    /// # Errors
    /// Faults of the database.
    pub async fn rows(&self, db: &Db, practice: &str) -> Result<Vec<String>> {
        let (name, key) = (&self.name, self.key());
        let object = match db {
            Db::Sqlite { .. } => {
                let pairs: Vec<String> = self.columns.iter().map(|(name, _)| format!("'{name}', {name}")).collect();
                format!("json_object({})", pairs.join(", "))
            }
            Db::Postgres { .. } => "CAST(row_to_json(whole) AS TEXT)".to_owned(),
        };
        let sql = lasting(format!("SELECT {object} FROM {name} AS whole WHERE {key} = $1"));
        let rows: Vec<(String,)> = db.all(sql, crate::args![practice]).await?;
        Ok(rows.into_iter().map(|(row,)| row).collect())
    }

    /// Puts a row that [`Table::rows`] gave; one that is there already stays.
    ///
    /// # Errors
    /// Faults and conflicts of the database; a fault for a row of another shape.
    pub async fn put(&self, tx: &mut Tx, sql: &'static str, row: &str) -> Result<u64> {
        let wrong = || Error::Fault(format!("a row of {} cannot be read", self.name));
        let row: Value = serde_json::from_str(row).map_err(|_| wrong())?;
        let mut args = Vec::with_capacity(self.columns.len());
        for (name, number) in &self.columns {
            args.push(match (row.get(name), number) {
                (Some(Value::Null) | None, true) => Arg::Int(None),
                (Some(Value::Null) | None, false) => Arg::Text(None),
                (Some(Value::Number(value)), true) => Arg::Int(Some(value.as_i64().ok_or_else(wrong)?)),
                (Some(Value::String(value)), false) => Arg::Text(Some(value.clone())),
                _ => return Err(wrong()),
            });
        }
        tx.execute(sql, args).await
    }

    /// The statement for [`Table::put`], made once.
    pub fn insert(&self) -> &'static str {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let places: Vec<String> = (1..=names.len()).map(|place| format!("${place}")).collect();
        let (names, places) = (names.join(", "), places.join(", "));
        lasting(format!("INSERT INTO {} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING", self.name))
    }

    /// Deletes its rows of one practice, but for the record's.
    ///
    /// # Errors
    /// Faults and conflicts of the database.
    pub async fn forget(&self, tx: &mut Tx, practice: &str) -> Result<()> {
        if !KEPT.contains(&self.name.as_str()) {
            let sql = lasting(format!("DELETE FROM {} WHERE {} = $1", self.name, self.key()));
            tx.execute(sql, crate::args![practice]).await?;
        }
        Ok(())
    }
}

/// The database layer takes texts that last. Only a command that ends soon makes these: a few for each table.
fn lasting(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}
