//! A database engine under measurement: its databases, and the processes that serve them, load them or run beside them.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::Value;

use crate::Wanted;
use crate::child::{Process, free_port, until_first_answer};
use crate::client::{Outcome, host_of};
use crate::seats::{Seats, postmaster_of};
use crate::seed;

/// People of the small database: ten practices of a hundred.
pub const PEOPLE: u64 = 1_000;
pub const PER_PRACTICE: u64 = 100;

/// One engine with its two databases.
#[derive(Clone)]
pub struct Engine {
    pub name: &'static str,
    pub folder: PathBuf,
    pub small: String,
    pub large: Option<String>,
    /// For the entrance's own.
    pub empty: Option<String>,
    pub large_people: u64,
    pub pace: f64,
    /// The measurements wanted, as [`Wanted`] says.
    pub only: String,
    /// Of a database that is a program of its own on this machine.
    pub postmaster: Option<u32>,
    /// Everybody may use every core where there are none.
    pub seats: Option<Seats>,
}

/// A server that runs, and its port.
pub struct Served {
    pub process: Process,
    pub port: u16,
}

impl Engine {
    /// Makes the databases and fills them.
    pub async fn filled(wanted: &Wanted, folder: PathBuf, cluster: Option<&str>) -> Outcome<Engine> {
        std::fs::create_dir_all(&folder)?;
        let begun = Instant::now();
        let mut databases = vec![];
        let large =
            if ["size", "entrance"].iter().any(|part| part.contains(&wanted.only)) { wanted.practices } else { 0 };
        for (name, practices) in [("small", i64::try_from(PEOPLE / PER_PRACTICE)?), ("large", large)] {
            if practices == 0 {
                continue;
            }
            let database = match cluster {
                Some(cluster) => {
                    seed::create_postgres(cluster, &format!("bench_{name}_{}", std::process::id())).await?
                }
                None => folder.join(format!("{name}.db")).display().to_string(),
            };
            seed::fill(&folder, &database, practices, i64::try_from(PER_PRACTICE)?).await?;
            databases.push(database);
        }
        let empty = match cluster {
            _ if !"entrance".contains(&wanted.only) => None,
            Some(cluster) => {
                Some(seed::create_postgres(cluster, &format!("bench_entrance_{}", std::process::id())).await?)
            }
            None => Some(String::new()),
        };
        let postmaster = match cluster {
            Some(cluster) => postmaster_of(cluster).await?,
            None => None,
        };
        eprintln!("databases filled in {:.0} s", begun.elapsed().as_secs_f64());
        Ok(Engine {
            name: if cluster.is_some() { "PostgreSQL" } else { "SQLite" },
            folder,
            small: databases.remove(0),
            large: databases.pop(),
            empty,
            large_people: u64::try_from(wanted.practices)? * PER_PRACTICE,
            pace: wanted.pace,
            only: wanted.only.clone(),
            seats: None,
            postmaster,
        })
    }

    /// Starts the server; also the milliseconds to its first page.
    pub fn serve(&self, database: &str) -> Outcome<(Served, f64)> {
        let port = free_port()?;
        let arguments =
            ["portico".to_owned(), self.folder.display().to_string(), database.to_owned(), port.to_string()];
        let (process, time) = until_first_answer(self.served(), &arguments, port, &host_of(0, PER_PRACTICE))?;
        Ok((Served { process, port }, time))
    }

    pub fn load(&self, kind: &str, port: u16, count: u64, more: f64, more_people: u64) -> Outcome<Process> {
        let numbers = [u64::from(port), PEOPLE, PER_PRACTICE, count].map(|number| number.to_string());
        let mut arguments = vec!["load".to_owned(), kind.to_owned()];
        arguments.extend(numbers);
        arguments.extend([more.to_string(), more_people.to_string()]);
        let mut process = Process::start(self.seats.as_ref().map(|seats| seats.others.as_str()), &arguments)?;
        let line = process.line()?;
        if line == "ready" { Ok(process) } else { Err(line.into()) }
    }

    pub fn raw(&self, seconds: f64) -> Outcome<f64> {
        let threads = self.served().map_or_else(cores, |cores| cores.split(',').count());
        let arguments = ["raw".into(), threads.to_string(), (seconds * self.pace).to_string()];
        Ok(Process::start(self.served(), &arguments)?.line()?.parse()?)
    }

    /// Something alone, and the number it comes to.
    pub fn alone(&self, what: &[String], seconds: f64) -> Outcome<f64> {
        let mut arguments = what.to_vec();
        arguments.push((seconds * self.pace).to_string());
        Ok(Process::start(self.served(), &arguments)?.line()?.parse()?)
    }

    fn served(&self) -> Option<&str> {
        self.seats.as_ref().map(|seats| seats.served.as_str())
    }

    pub fn go(&self, seconds: f64) -> String {
        format!("go {}", seconds * self.pace)
    }
}

pub fn number(value: &Value, name: &str) -> f64 {
    value[name].as_f64().unwrap_or(f64::NAN)
}

/// Answers that were neither "in" nor "come back".
pub fn statuses(value: &Value) -> Vec<u64> {
    value["other"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

pub fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}
