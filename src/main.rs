//! The commands. Each is a few lines here; what it does stands in `ops/`.
#![forbid(unsafe_code)]

mod commands;
mod commands_api_key;
mod commands_audit;
mod commands_mail;
mod commands_practice;

use std::process::ExitCode;

use clap::Parser;
use commands::{Cli, Failure};
use portico::ops::large_pages;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.serves() {
        large_pages::ask_for_them();
    }
    run(cli)
}

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the one place where a command says what went wrong")]
async fn run(cli: Cli) -> ExitCode {
    match commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(problem)) => {
            eprintln!("portico: {problem}");
            ExitCode::from(1)
        }
        Err(Failure::Later(problem)) => {
            eprintln!("portico: {problem}");
            ExitCode::from(75)
        }
        Err(Failure::Wrong(problems)) => {
            for problem in problems {
                eprintln!("portico: {problem}");
            }
            ExitCode::from(2)
        }
    }
}
