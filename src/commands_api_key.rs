//! `portico api-key`: the keys that a practice's programs show.

use std::sync::Arc;

use clap::Subcommand;
use portico::api::keys::{SCOPES, Wanted};
use portico::config::Config;
use portico::ops::api_keys;
use portico::ops::start::{self, Schema};
use portico::platform::when;
use portico::platform::world::RealWorld;

use crate::commands::{Done, say};

#[derive(Subcommand)]
pub enum ApiKey {
    /// Make a key for a program of a practice; it is shown this once
    Create {
        #[command(flatten)]
        whose: Whose,
        /// What people call the program
        #[arg(long)]
        name: String,
        /// What it may do
        #[arg(long, default_value = "guest-links", value_parser = clap::builder::PossibleValuesParser::new(SCOPES))]
        scope: Vec<String>,
        /// The program's own address, to which the links it makes lead
        #[arg(long, value_name = "ADDRESS")]
        app: String,
    },
    /// Show a practice's keys, but for their secrets
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// End a key at once; links it made go on working
    End {
        #[command(flatten)]
        whose: Whose,
        /// The key's id, as the list shows it
        id: String,
    },
}

#[derive(clap::Args)]
pub struct Whose {
    /// The region of the practice
    #[arg(long)]
    region: String,
    /// The practice's name in its address
    #[arg(long, value_name = "SLUG")]
    practice: String,
}

pub async fn on_keys(config: Config, world: Arc<RealWorld>, command: ApiKey) -> Done {
    let server = start::server_with(config, world, Schema::MustBeThere).await?;
    match command {
        ApiKey::Create { whose, name, scope, app } => {
            let scopes: Vec<&str> = scope.iter().map(String::as_str).collect();
            let wanted = Wanted { name: &name, scopes: &scopes, app: &app };
            let made = api_keys::create(&server, &whose.region, &whose.practice, &wanted).await?;
            say(format!("{}  {}", made.id, made.key));
            say("keep the second part where only the program reads it; it is not shown again");
        }
        ApiKey::List { whose } => {
            for key in api_keys::list(&server, &whose.region, &whose.practice).await? {
                let used =
                    key.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", when::rfc3339(at)));
                let state = key.ended_at.map_or(used, |at| format!("ended {}", when::rfc3339(at)));
                say(format!("{}  {:<24} {}  {}: {state}", key.id, key.name, key.scopes, key.app));
            }
        }
        ApiKey::End { whose, id } => {
            api_keys::end(&server, &whose.region, &whose.practice, &id).await?;
            say(format!("{id} is ended; running servers refuse it from now on"));
        }
    }
    Ok(())
}
