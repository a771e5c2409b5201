//! `portico audit`: checks the record and takes it along.

use std::io::Write;

use clap::{Subcommand, ValueEnum};
use portico::audit::cut::{self, Outcome};
use portico::audit::export::{Filter, Form, Mark, piece};
use portico::audit::verify::{Anchor, Report, verify_all};
use portico::audit::{Line, append};
use portico::config::{Config, Region};
use portico::ops::start;
use portico::platform::db::Db;
use portico::platform::practice::is_moving;
use portico::platform::when;
use portico::platform::world::{World, new_id};

use crate::commands::{Done, Failure, say};

#[derive(Subcommand)]
pub enum Audit {
    /// Check every line of every practice against its chain; ends with 1 where one is not as it was sealed
    Verify {
        /// A number and hash noted elsewhere, as the log line «record head» has them: PRACTICE=SEQ:HASH, the practice by
        /// its name in the address or its id
        #[arg(long, value_name = "PRACTICE=SEQ:HASH")]
        anchor: Vec<String>,
        /// Only this region; needed where two regions have a practice of the same name
        #[arg(long)]
        region: Option<String>,
    },
    /// Cut off lines that are older than [audit] keep_years, at a sealed checkpoint; a running server does it by itself
    Cut {
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a practice's record to standard output, oldest first
    Export {
        /// The practice's name in the address
        #[arg(long)]
        practice: String,
        /// The region of the practice; needed where two regions have one of that name
        #[arg(long)]
        region: Option<String>,
        #[arg(long, value_enum, default_value_t = Format::Jsonl)]
        format: Format,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Csv,
    Jsonl,
}

pub async fn on_record(config: &Config, world: &dyn World, command: Audit) -> Done {
    match command {
        Audit::Verify { anchor, region } => verify(config, world, &anchor, region.as_deref()).await,
        Audit::Cut { dry_run } => cut(config, world, dry_run).await,
        Audit::Export { practice, region, format } => {
            export(config, world, (&practice, region.as_deref()), format).await
        }
    }
}

/// The region that was named, or all.
fn regions<'a>(config: &'a Config, named: Option<&str>) -> Result<Vec<&'a Region>, Failure> {
    let meant: Vec<_> = config.regions.iter().filter(|region| named.is_none_or(|name| region.name == name)).collect();
    match named {
        Some(name) if meant.is_empty() => {
            Err(Failure::Wrong(vec![format!("--region {name}: there is none of that name")]))
        }
        _ => Ok(meant),
    }
}

/// Two regions may have practices of one name; which is meant must be said.
fn is_one(what: &str, found_in: &[&str]) -> Done {
    if found_in.len() < 2 {
        return Ok(());
    }
    let all = found_in.join(" and ");
    Err(Failure::Wrong(vec![format!("{what}: there is one of that name in {all}; say which with --region")]))
}

async fn verify(config: &Config, world: &dyn World, anchors: &[String], named: Option<&str>) -> Done {
    let parsed = anchors.iter().map(|text| {
        let wrong = || Failure::Wrong(vec![format!("--anchor {text}: write PRACTICE=SEQ:HASH")]);
        let (practice, anchor) = text.split_once('=').ok_or_else(wrong)?;
        Ok((practice.to_owned(), Anchor::parse(anchor).ok_or_else(wrong)?))
    });
    let parsed = parsed.collect::<Result<Vec<_>, Failure>>()?;
    let mut opened = vec![];
    for region in regions(config, named)? {
        opened.push((region, start::open_known(region).await?, vec![]));
    }
    for (name, anchor) in &parsed {
        let mut found_in = vec![];
        for (region, db, here) in &mut opened {
            if let Some(id) = practice_id(db, name).await? {
                found_in.push(region.name.as_str());
                here.push((id, anchor.clone()));
            }
        }
        is_one(&format!("--anchor {name}"), &found_in)?;
        if found_in.is_empty() {
            return Err(Failure::Wrong(vec![format!("--anchor {name}: there is no practice of that name here")]));
        }
    }
    let mut bad = 0;
    for (region, db, here) in opened {
        for report in verify_all(&db, &config.keys.ring, world.now(), &here).await? {
            bad += usize::from(report.finding.is_some());
            say(words(&region.name, &report));
        }
    }
    if bad == 0 { Ok(()) } else { Err(Failure::Failed(format!("{bad} records are not as they were sealed"))) }
}

fn words(region: &str, report: &Report) -> String {
    let Report { slug, gone_to, sealed, waiting, .. } = report;
    let slug = if gone_to.is_empty() { slug.clone() } else { format!("{slug} (now in {gone_to})") };
    let sealed = match report.cut {
        0 => format!("{sealed} lines"),
        cut => format!("{sealed} lines after {cut} that were cut at a sealed checkpoint"),
    };
    let head = report
        .head
        .as_ref()
        .map_or_else(|| "no head yet".to_owned(), |head| format!("head {}:{}", head.seq, head.hash));
    match &report.finding {
        None => format!("{region}  {slug}: {sealed} are whole, {waiting} not sealed yet, {head}"),
        Some(finding) => {
            let id = if finding.record_id.is_empty() { String::new() } else { format!(" ({})", finding.record_id) };
            let (seq, wrong) = (finding.seq, finding.wrong.word());
            format!("{region}  {slug}: line {seq}{id} is {wrong}; {sealed} before it are whole")
        }
    }
}

async fn cut(config: &Config, world: &dyn World, dry: bool) -> Done {
    let before = cut::before(world.now(), config.audit_keep_years)?;
    say(format!("lines from before {} may go ({} years)", when::rfc3339(before), config.audit_keep_years));
    let verb = if dry { "would be cut" } else { "cut" };
    let mut bad = 0;
    for region in &config.regions {
        let db = start::open_known(region).await?;
        let outcomes = cut::cut_all(&db, &config.keys.ring, world, before, dry).await?;
        if outcomes.is_empty() {
            say(format!("{}: nothing is that old", region.name));
        }
        for (practice, outcome) in outcomes {
            let slug = slug_of(&db, &practice).await?;
            match outcome {
                Outcome::Cut { lines, seq } => {
                    say(format!("{}  {slug}: {lines} lines {verb}, up to line {seq}", region.name));
                }
                Outcome::NotWhole(finding) => {
                    bad += 1;
                    let problem = finding.wrong.word();
                    say(format!("{}  {slug}: nothing {verb}: line {} is {problem}", region.name, finding.seq));
                }
            }
        }
        db.close().await;
    }
    if bad == 0 { Ok(()) } else { Err(Failure::Failed(format!("{bad} records are not as they were sealed"))) }
}

async fn slug_of(db: &Db, practice: &str) -> Result<String, Failure> {
    let row: Option<(String,)> =
        db.optional("SELECT slug FROM practice WHERE id = $1", portico::args![practice]).await?;
    Ok(row.map_or_else(|| practice.to_owned(), |(slug,)| slug))
}

async fn practice_id(db: &Db, name: &str) -> Result<Option<String>, Failure> {
    let row: Option<(String,)> =
        db.optional("SELECT id FROM practice WHERE slug = $1 OR id = $1", portico::args![name]).await?;
    Ok(row.map(|(id,)| id))
}

async fn export(config: &Config, world: &dyn World, (name, region): (&str, Option<&str>), format: Format) -> Done {
    let mut found = vec![];
    for region in regions(config, region)? {
        let db = start::open_known(region).await?;
        if let Some(practice) = practice_id(&db, name).await? {
            found.push((region.name.as_str(), db, practice));
        }
    }
    let found_in: Vec<&str> = found.iter().map(|(region, ..)| *region).collect();
    is_one(&format!("--practice {name}"), &found_in)?;
    let Some((_, db, practice)) = found.pop() else {
        return Err(Failure::Wrong(vec![format!("--practice {name}: there is none of that name")]));
    };
    if is_moving(&db, &practice).await? {
        let way = "run its move again to finish it, then export";
        return Err(Failure::Failed(format!("{name} is on its way to another region: {way}")));
    }
    note(&db, world, &practice).await?;
    write_all(&db, &practice, format).await
}

/// Taking the record along is itself in the record.
async fn note(db: &Db, world: &dyn World, practice: &str) -> Result<(), Failure> {
    let line = Line {
        practice_id: practice,
        id: new_id(world),
        at: world.now(),
        event: "record-exported",
        actor_kind: "system",
        actor_id: "",
        actor_name: "portico audit export",
        subject_id: "",
        subject_name: "",
        result: "done",
        address: String::new(),
        browser: String::new(),
        session_id: "",
        request_id: "",
        detail: "{}".to_owned(),
    };
    let mut tx = db.write().await?;
    append(&mut tx, line).await?;
    Ok(tx.commit().await?)
}

async fn write_all(db: &Db, practice: &str, format: Format) -> Done {
    let form = match format {
        Format::Csv => Form::Csv,
        Format::Jsonl => Form::JsonLines,
    };
    let mut out = std::io::stdout().lock();
    let failed = |error: std::io::Error| Failure::Failed(format!("standard output: {error}"));
    out.write_all(form.head().as_bytes()).map_err(failed)?;
    let mut mark: Mark = (0, String::new());
    while let Some((text, next)) = piece(db, practice, &Filter::default(), form, &mark).await? {
        out.write_all(text.as_bytes()).map_err(failed)?;
        mark = next;
    }
    Ok(())
}
