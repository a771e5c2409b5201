//! `make bench`: speed and memory, each figure beside its limit measured in the same run. The program starts itself
//! again for everything that is measured and everything that makes load, so that each is a process of its own.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "a program that measures time and prints it"
)]

mod child;
mod client;
mod engine;
mod entrance;
mod load;
mod measure;
mod passkey;
mod portal;
mod report;
mod seats;
mod seed;
mod server;
mod sign_ins;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use client::Outcome;
use load::Target;

#[derive(Parser)]
#[command(about = "Measures sign-ins, session checks, memory and start on SQLite and PostgreSQL")]
struct Cli {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    wanted: Wanted,
}

#[derive(Args, Clone)]
pub struct Wanted {
    /// sqlite or postgres; both by default (PostgreSQL where TEST_POSTGRES says where it is)
    #[arg(long)]
    engine: Option<String>,
    /// Measures for so many times the usual seconds
    #[arg(long, default_value_t = 1.0)]
    pace: f64,
    /// Practices of a hundred people in the large database
    #[arg(long, default_value_t = 10_000)]
    practices: i64,
    /// Only the measurements whose name contains this: start, sign-ins, passkeys, checks, crowd, size, entrance,
    /// portal (its parts: mails, links, clients)
    #[arg(long, default_value = "")]
    only: String,
}

#[derive(Subcommand)]
enum Part {
    /// The server, until its input ends
    Portico { folder: PathBuf, database: String, port: u16 },
    /// A bare axum program
    Bare { port: u16 },
    /// Fill an empty database, to look at one measurement by hand
    Seed { folder: PathBuf, database: String, practices: i64, per_practice: i64 },
    /// Argon2id alone
    Raw { threads: usize, seconds: f64 },
    /// The entrance's figures for one engine: its two databases and an empty one
    Entrance { folder: PathBuf, small: String, large: String, empty: String, pace: f64 },
    /// The clients' figures for one engine
    Portal { folder: PathBuf, small: String, pace: f64, only: String },
    /// P-256 alone
    Verify { threads: usize, seconds: f64 },
    /// Commits of one row each, each on its own, from as many connections as a server has
    Commits { database: String, seconds: f64 },
    /// Load of one kind: sign-ins, new-browsers, passkeys, checks, bare-checks, burst, deserted, in-turn
    Load {
        kind: String,
        port: u16,
        people: u64,
        per_practice: u64,
        number: u64,
        /// Requests a second (checks), or the port of the second server (in-turn); 0: none
        more: f64,
        /// People of the second server (in-turn)
        more_people: u64,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.part, Some(Part::Portico { .. } | Part::Raw { .. })) {
        // As `portico serve` does, and so for the hashes that it is held against.
        portico::ops::large_pages::ask_for_them();
    }
    // One thread makes the load, so that the server has the rest; a server has what it has in earnest.
    let mut builder = match &cli.part {
        Some(Part::Load { .. }) | None => tokio::runtime::Builder::new_current_thread(),
        Some(_) => tokio::runtime::Builder::new_multi_thread(),
    };
    let done = builder.enable_all().build().map_err(Into::into).and_then(|runtime| runtime.block_on(run(cli)));
    match done {
        Ok(0) => ExitCode::SUCCESS,
        Ok(missed) => {
            println!("\n{missed} missed.");
            ExitCode::FAILURE
        }
        Err(problem) => {
            println!("bench: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Outcome<usize> {
    match cli.part {
        None => return measure::all(&cli.wanted).await,
        Some(Part::Portico { folder, database, port }) => server::portico(&folder, &database, port).await?,
        Some(Part::Seed { folder, database, practices, per_practice }) => {
            seed::fill(&folder, &database, practices, per_practice).await?;
        }
        Some(Part::Entrance { folder, small, large, empty, pace }) => {
            return measure::entrance_part(&folder, [&small, &large, &empty], pace).await;
        }
        Some(Part::Portal { folder, small, pace, only }) => {
            return measure::portal_part(&folder, &small, pace, &only).await;
        }
        Some(Part::Bare { port }) => server::bare(port).await?,
        Some(Part::Raw { threads, seconds }) => println!("{}", server::raw_hashes(threads, seconds)?),
        Some(Part::Verify { threads, seconds }) => println!("{}", passkey::verifications(threads, seconds)?),
        Some(Part::Commits { database, seconds }) => println!("{}", server::commits(&database, seconds).await?),
        Some(Part::Load { kind, port, people, per_practice, number, more, more_people }) => {
            let target = Target { port, people, per_practice };
            load_of(&kind, target, number, more, more_people).await?;
        }
    }
    Ok(0)
}

async fn load_of(kind: &str, target: Target, number: u64, more: f64, more_people: u64) -> Outcome<()> {
    let a_second = (more > 0.0).then_some(more);
    match kind {
        "sign-ins" | "new-browsers" => {
            let new = kind == "new-browsers";
            load::answer_lines(async |seconds| load::sign_ins(target, number, new, seconds).await).await
        }
        "passkeys" => load::answer_lines(async |seconds| load::passkeys(target, number, seconds).await).await,
        "checks" => {
            let browsers = load::signed_in(target, number).await?;
            load::answer_lines(async |seconds| load::checks(target.port, &browsers, seconds, a_second).await).await
        }
        "bare-checks" => {
            // The same bytes go out as for a real check; a bare program reads none of them.
            let browsers = vec![load::signed_out(target); usize::try_from(number)?];
            load::answer_lines(async |seconds| load::checks(target.port, &browsers, seconds, a_second).await).await
        }
        "burst" => load::answer_lines(async |_| load::burst(target, number).await).await,
        "deserted" => load::answer_lines(async |_| load::deserted(target, number).await).await,
        "in-turn" => {
            let other = Target { port: more as u16, people: more_people, ..target };
            load::answer_lines(async |seconds| load::in_turn(&[target, other], seconds).await).await
        }
        _ => Err("unknown load".into()),
    }
}
