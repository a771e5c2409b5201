//! Who has which cores, where a database that is a program of its own is not to take the server's.

use std::process::Command;

use portico::args;
use portico::platform::db::Db;

use crate::client::Outcome;
use crate::engine::Engine;

/// Cores as `taskset` takes them.
#[derive(Clone)]
pub struct Seats {
    /// Of the server, and of what it is held against.
    pub served: String,
    /// Of the load.
    pub others: String,
}

/// An engine whose server is alone on half of the cores. PostgreSQL may go everywhere again when this ends.
pub struct Apart {
    pub engine: Engine,
    postmaster: u32,
    all: String,
}

impl Engine {
    /// `None` where the database is a part of the server or on another machine, or where there is one core.
    pub fn apart(&self) -> Outcome<Option<Apart>> {
        let (Some(postmaster), all) = (self.postmaster, cores()?) else { return Ok(None) };
        if all.len() < 2 {
            return Ok(None);
        }
        let (served, others) = all.split_at(all.len() / 2);
        let seats = Seats { served: served.join(","), others: others.join(",") };
        for process in family(postmaster)? {
            seat(process, &seats.others)?;
        }
        Ok(Some(Apart { engine: Engine { seats: Some(seats), ..self.clone() }, postmaster, all: all.join(",") }))
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        for process in family(self.postmaster).unwrap_or_default() {
            let _ = seat(process, &self.all);
        }
    }
}

/// The process whose children the database's connections are, where it runs on this machine.
pub async fn postmaster_of(database: &str) -> Outcome<Option<u32>> {
    let db = Db::connect(database, 1).await?;
    let file: Option<(String,)> = db.optional("SELECT pg_read_file('postmaster.pid')", args![]).await?;
    db.close().await;
    let process = file.as_ref().and_then(|(text,)| text.lines().next()).ok_or("no postmaster")?.trim().parse()?;
    let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
    Ok((name.trim() == "postgres").then_some(process))
}

/// The process and its children.
fn family(process: u32) -> Outcome<Vec<u32>> {
    let mut all = vec![process];
    for entry in std::fs::read_dir("/proc")? {
        let Some(child) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that ended meanwhile is nobody's child.
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        if status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|of| of.trim() == process.to_string())) {
            all.push(child);
        }
    }
    Ok(all)
}

fn seat(process: u32, cores: &str) -> Outcome<()> {
    let done = Command::new("taskset").args(["-a", "-c", "-p", cores, &process.to_string()]).output()?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into()) }
}

/// The cores this program may use, one by one.
fn cores() -> Outcome<Vec<String>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).ok_or("no list of cores")?;
    let mut all = vec![];
    for part in list.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        all.extend((first.parse::<u32>()?..=last.parse()?).map(|core| core.to_string()));
    }
    Ok(all)
}
