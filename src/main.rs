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

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the one place where a command says what went wrong")]
async fn main() -> ExitCode {
    match commands::run(Cli::parse()).await {
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
