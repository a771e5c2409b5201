//! What can be typed after `portico`, and which function does it. Exit codes: 0 done, 1 failed, 2 asked wrongly,
//! 75 to be asked again later.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use portico::config::Config;
use portico::ops::start::Schema;
use portico::ops::{check, demo, doctor, keys, practice_twice, restored, serve, start};
use portico::platform::error::Error;
use portico::platform::server::Server;
use portico::platform::world::{RealWorld, World};
use portico::platform::{db::Db, migrate, whose};
use portico::sign_in::step;

use crate::commands_api_key::{self, ApiKey};
use crate::commands_audit::{Audit, on_record};
use crate::commands_mail::{self, MailCommand};
use crate::commands_practice::{self, Practice};

#[derive(Parser)]
#[command(name = "portico", version, about = "The front door of practice software", max_term_width = 100)]
pub struct Cli {
    /// The configuration; ./portico.toml or /etc/portico/portico.toml where there is one
    #[arg(long, global = true, env = "PORTICO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A whole world to try: sample practices and people, and a mailbox that shows every mail
    Demo {
        /// Where its data lives; a temporary folder by default
        #[arg(long, value_name = "FOLDER")]
        data_dir: Option<PathBuf>,
        /// The port on 127.0.0.1; 0 picks a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Writes addresses and sample people here as JSON once the server answers
        #[arg(long, value_name = "FILE")]
        ready_file: Option<PathBuf>,
        /// Adds a year of sign-ins to look at
        #[arg(long)]
        history: bool,
    },
    /// Run the server
    Serve {
        /// Refuse to start when the schema is not up to date, instead of bringing it up
        #[arg(long)]
        no_migrate: bool,
    },
    /// Bring the schema of every region up to date
    Migrate {
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
    },
    /// Check the configuration, if there is one, and every page with sample data
    Check {
        /// Write every page into this folder
        #[arg(long, value_name = "FOLDER")]
        pages: Option<PathBuf>,
    },
    /// Print the table that decides who gets in
    Rule,
    /// The record of who did what
    #[command(subcommand)]
    Audit(Audit),
    /// The keys that seal secrets in the database
    #[command(subcommand)]
    Keys(Keys),
    /// Look at everything a running server stands on
    Doctor {
        /// Also send a test mail to this address
        #[arg(long, value_name = "ADDRESS")]
        send: Option<String>,
    },
    /// After a backup was put back: end what it knows as good and may have been used or ended since
    Restored {
        #[arg(long)]
        region: String,
    },
    /// The practices of this server
    #[command(subcommand)]
    Practice(Practice),
    /// Keys that a practice's programs show
    #[command(subcommand)]
    ApiKey(ApiKey),
    /// Mail that comes back
    #[command(subcommand)]
    Mail(MailCommand),
}

#[derive(Subcommand)]
enum Keys {
    /// Make a key file
    New {
        /// Where to; standard output by default
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Show the keys and how much needs each
    List,
    /// Make a new key the current one and seal everything anew, while servers run
    Rotate {
        /// Only put the new key into the file, for copying it to other machines
        #[arg(long, conflicts_with = "reseal_only")]
        add_only: bool,
        /// Only seal anew under the current key, once every server has it
        #[arg(long)]
        reseal_only: bool,
    },
    /// Take out a key that nothing needs any more
    Drop {
        /// Its name, such as k1
        id: String,
    },
}

/// Why a command did not do what it was asked.
pub enum Failure {
    Failed(String),
    /// The same will do a little later; mail servers keep what they hand in for that code (sysexits, EX_TEMPFAIL).
    Later(String),
    /// The command line or the configuration; one line for each problem.
    Wrong(Vec<String>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Fault(text) | Error::NoTable(text) => Failure::Failed(text),
            other => Failure::Failed(other.to_string()),
        }
    }
}

pub type Done = Result<(), Failure>;

impl Cli {
    /// Whether this is the server itself, and no command that is over in a moment.
    pub fn serves(&self) -> bool {
        matches!(self.command, Command::Serve { .. } | Command::Demo { .. })
    }
}

pub async fn run(cli: Cli) -> Done {
    let world = Arc::new(RealWorld);
    match cli.command {
        Command::Demo { data_dir, port, ready_file, history } => {
            Ok(demo::run(demo::Wanted { data_dir, port, ready_file, history }, world).await?)
        }
        Command::Serve { no_migrate } => {
            let schema = if no_migrate { Schema::MustBeThere } else { Schema::Migrate };
            Ok(serve::run(config(cli.config)?, world, schema).await?)
        }
        Command::Migrate { dry_run } => migrate_all(&config(cli.config)?, &*world, dry_run).await,
        Command::Check { pages } => check_all(cli.config, world, pages).await,
        Command::Rule => {
            for (number, (name, _)) in step::RULES.iter().enumerate() {
                say(format!("{:>2}. {name}", number + 1));
            }
            Ok(())
        }
        Command::Audit(command) => on_record(&config(cli.config)?, &*world, command).await,
        Command::Keys(Keys::New { out }) => new_key(&*world, out),
        Command::Keys(command) => on_keys(&config(cli.config)?, &*world, command).await,
        Command::Doctor { send } => {
            let own = config(cli.config.clone())?;
            let server = match own.far_regions.is_empty() {
                true => None,
                false => start::server_with(config(cli.config)?, world.clone(), Schema::MustBeThere).await.ok(),
            };
            examine(&own, &*world, send, server).await
        }
        Command::Restored { region } => {
            let server = start::server_with(config(cli.config)?, world, Schema::MustBeThere).await?;
            restore(&server, &region).await
        }
        Command::Practice(command) => commands_practice::on_practices(config(cli.config)?, world, command).await,
        Command::ApiKey(command) => commands_api_key::on_keys(config(cli.config)?, world, command).await,
        Command::Mail(command) => commands_mail::on_mail(config(cli.config)?, world, command).await,
    }
}

#[expect(clippy::print_stdout, reason = "commands answer on standard output")]
pub fn say(line: impl std::fmt::Display) {
    println!("{line}");
}

/// The file that was named, or the first of the two usual ones, or none: then the environment alone.
fn config_file(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| {
        let usual = ["portico.toml", "/etc/portico/portico.toml"].map(PathBuf::from);
        usual.into_iter().find(|path| path.exists())
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place that hands the environment to Config::load")]
fn config(named: Option<PathBuf>) -> Result<Config, Failure> {
    let file = config_file(named);
    if file.is_none() && !std::env::vars().any(|(name, _)| name.starts_with("PORTICO_")) {
        return Err(Failure::Wrong(vec![
            "no configuration file was found: there is neither ./portico.toml nor /etc/portico/portico.toml".to_owned(),
            "name one with --config FILE; docs/running.md has one to begin with".to_owned(),
        ]));
    }
    let loaded = Config::load(file.as_deref(), std::env::vars());
    loaded.map_err(|problems| Failure::Wrong(problems.iter().map(ToString::to_string).collect()))
}

async fn migrate_all(config: &Config, world: &dyn World, dry_run: bool) -> Done {
    for region in config.databases() {
        let missing = start::missing_file(region);
        if let Some(path) = missing.filter(|_| dry_run) {
            say(format!("{}: {} is not there and would be made, empty", region.name, path.display()));
            for step in migrate::all() {
                say(format!("{}: would run {step}", region.name));
            }
            continue;
        }
        let db: Db = start::open_or_make(region).await?;
        whose::check(&db, &region.name).await?;
        let steps = if dry_run { migrate::missing(&db).await } else { migrate::migrate(&db, world).await }?;
        if !dry_run {
            whose::claim(&db, &region.name, world.now()).await?;
        }
        db.close().await;
        let verb = if dry_run { "would run" } else { "ran" };
        if steps.is_empty() {
            say(format!("{}: up to date", region.name));
        }
        for step in steps {
            say(format!("{}: {verb} {step}", region.name));
        }
    }
    Ok(())
}

async fn check_all(named: Option<PathBuf>, world: Arc<RealWorld>, pages: Option<PathBuf>) -> Done {
    match config_file(named) {
        Some(file) => {
            config(Some(file.clone()))?;
            say(format!("{}: every value is right", file.display()));
        }
        None => say("no configuration file here: only the pages are checked"),
    }
    let found = check::pages(world, pages.as_deref()).await?;
    if found.problems.is_empty() {
        say(format!("{} pages answer, and every sentence has its words", found.pages));
        return Ok(());
    }
    Err(Failure::Failed(found.problems.join("\nportico: ")))
}

fn new_key(world: &dyn World, out: Option<PathBuf>) -> Done {
    match out {
        Some(path) => {
            keys::new_file(world, &path)?;
            say(format!("{} was made; keep a copy apart from the database's backups", path.display()));
        }
        None => say(keys::new_text(world)?.trim_end()),
    }
    Ok(())
}

async fn on_keys(config: &Config, world: &dyn World, command: Keys) -> Done {
    match command {
        Keys::New { out } => new_key(world, out),
        Keys::List => {
            for (place, (id, uses)) in keys::list(config).await?.into_iter().enumerate() {
                let current = if place == 0 { ", the current one" } else { "" };
                say(format!("{id}{current}: {uses}"));
            }
            Ok(())
        }
        Keys::Rotate { add_only, reseal_only } => {
            let rotated = keys::rotate(config, world, !reseal_only, !add_only).await?;
            for line in &rotated.done {
                say(line);
            }
            if rotated.refused.is_empty() { Ok(()) } else { Err(Failure::Failed(rotated.refused.join("\nportico: "))) }
        }
        Keys::Drop { id } => {
            keys::drop_key(config, &id).await?;
            say(format!("{id} is gone; running servers forget it within two seconds"));
            Ok(())
        }
    }
}

async fn restore(server: &Arc<Server>, region: &str) -> Done {
    for twice in practice_twice::find_here(server).await? {
        say(format!("{}: {}", twice.words(), twice.remedy()));
    }
    let all = restored::end_all(server, region).await?;
    let told = all.iter().filter(|one| one.told).count();
    say(format!(
        "{told} practices: sessions, recognised devices, half log-ins, mailed links, codes and PINs are ended, and mail that \
         still waited; their administrators are told"
    ));
    say("Passkeys that were deleted since the backup work again, those made since are dead: docs/runbooks/restore.md");
    say("Programs' keys and links to one thing that were ended since work again: end them anew, at /practice/programs");
    let mut failed = vec![];
    for restored::Ended { slug, failed: why, .. } in all.iter().filter(|one| !one.told) {
        match why {
            Some(why) => failed.push(format!("{slug}: nothing was ended: {why}")),
            None => say(format!("{slug}: not in service here; it was ended without telling anybody")),
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Failed(failed.join("\nportico: "))) }
}

/// A server is given where there are far regions to be asked and its own databases are as they should be.
async fn examine(config: &Config, world: &dyn World, send: Option<String>, server: Option<Arc<Server>>) -> Done {
    let mut findings = doctor::examine(config, world, send.as_deref()).await;
    if let Some(server) = server {
        findings.extend(doctor::far::examine(&server).await);
    }
    for finding in &findings {
        say(finding);
    }
    let failed = findings.iter().filter(|finding| finding.level == doctor::Level::Fail).count();
    if failed == 0 { Ok(()) } else { Err(Failure::Failed(format!("{failed} of {} checks failed", findings.len()))) }
}
