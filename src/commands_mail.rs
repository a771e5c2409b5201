//! `portico mail`: what mail servers hand in.

use std::io::Read;
use std::sync::Arc;

use clap::Subcommand;
use portico::config::Config;
use portico::notices::bounce;
use portico::ops::start::{self, Schema};
use portico::platform::world::RealWorld;

use crate::commands::{Done, Failure, say};

#[derive(Subcommand)]
pub enum MailCommand {
    /// Take a report (RFC 3464) from standard input, as a mail server pipes it
    Bounce {
        /// The address the report was delivered to
        #[arg(long, value_name = "RECIPIENT")]
        to: String,
    },
}

pub async fn on_mail(config: Config, world: Arc<RealWorld>, command: MailCommand) -> Done {
    let MailCommand::Bounce { to } = command;
    take_bounce(config, world, &to).await
}

/// A report that is not ours is no failure: the mail server would keep it and try for days.
async fn take_bounce(config: Config, world: Arc<RealWorld>, to: &str) -> Done {
    let mut report = Vec::new();
    let read = std::io::stdin().take(bounce::MOST_BYTES).read_to_end(&mut report);
    read.map_err(|error| Failure::Failed(format!("standard input: {error}")))?;
    let server = start::server_with(config, world, Schema::MustBeThere).await?;
    let taken = match bounce::take(&server, to, &report).await? {
        bounce::Taken::Noted => "noted",
        bounce::Taken::NotOurs => "not of a message that is known here",
        bounce::Taken::Nothing => "nothing new",
        bounce::Taken::Later => {
            let why = "its practice is on its way to another region; hand the report in again in some minutes";
            return Err(Failure::Later(why.to_owned()));
        }
    };
    say(taken);
    Ok(())
}
