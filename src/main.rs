//! The commands. Each is a few lines here; what it does stands in `ops/`.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use portico::ops::demo;
use portico::platform::world::RealWorld;
use portico::sign_in::step;

#[derive(Parser)]
#[command(name = "portico", version, about = "The front door of practice software", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A whole world to try: sample practices and people, and a mailbox that shows every mail
    Demo {
        /// Where its data lives; a temporary folder by default
        #[arg(long)]
        data_dir: Option<PathBuf>,
        /// The port on 127.0.0.1; 0 picks a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Writes addresses and sample people here as JSON once the server answers
        #[arg(long)]
        ready_file: Option<PathBuf>,
    },
    /// Print the table that decides who gets in
    Rule,
}

#[tokio::main]
#[expect(clippy::print_stderr, reason = "the one place where a command says what went wrong")]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("portico: {problem}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
async fn run(command: Command) -> Result<(), portico::platform::error::Error> {
    match command {
        Command::Demo { data_dir, port, ready_file } => {
            demo::run(demo::Wanted { data_dir, port, ready_file }, Arc::new(RealWorld)).await
        }
        Command::Rule => {
            for (number, (name, _)) in step::RULES.iter().enumerate() {
                println!("{:>2}. {name}", number + 1);
            }
            Ok(())
        }
    }
}
