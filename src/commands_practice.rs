//! `portico practice`: adding, changing, renaming and moving practices.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use portico::config::Config;
use portico::ops::practice_change::{self, Changes};
use portico::ops::start::{self, Schema};
use portico::ops::{practice, practice_move, practice_rename};
use portico::platform::server::Server;
use portico::platform::world::RealWorld;

use crate::commands::{Done, Failure, say};

#[derive(Subcommand)]
pub enum Practice {
    /// Add a practice and invite its first administrator
    Add(Box<PracticeAdd>),
    /// Change how a practice is called, looks and is reached
    Change(Box<PracticeChange>),
    /// Invite the first administrator anew, while nobody of the practice has joined
    Invite(PracticeInvite),
    /// Show the practices of all regions
    List,
    /// Give a practice another name in its address; the old one leads to it
    Rename {
        #[arg(long)]
        region: String,
        /// The name it has
        from: String,
        /// The new one: 2 to 40 of a-z, 0-9 and -
        to: String,
    },
    /// Move a practice with all it has to another region of this configuration; run it again after an interruption
    Move {
        /// Its name in the address
        slug: String,
        #[arg(long)]
        from: String,
        #[arg(long)]
        to: String,
        /// Put it back into service where it was, when the move was interrupted before its copy was whole
        #[arg(long)]
        undo: bool,
    },
}

#[derive(clap::Args)]
pub struct PracticeAdd {
    /// The region its data lives in, as the configuration names it
    #[arg(long)]
    region: String,
    /// Its part of the address: 2 to 40 of a-z, 0-9 and -
    #[arg(long)]
    slug: String,
    /// What people call it
    #[arg(long)]
    name: String,
    /// The first administrator's email address
    #[arg(long, value_name = "EMAIL")]
    administrator: String,
    /// The first administrator's name
    #[arg(long, value_name = "NAME")]
    administrator_name: String,
    /// Its colour, #rrggbb
    #[arg(long)]
    colour: Option<String>,
    /// A PNG of at most 20 kB
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// Where its people are, for telephone numbers: two letters
    #[arg(long, default_value = "AU")]
    country: String,
    /// The time zone in which times are shown
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Where its people call for help
    #[arg(long, default_value = "")]
    phone: String,
    /// Where its people write for help
    #[arg(long, default_value = "")]
    email: String,
}

#[derive(clap::Args)]
pub struct PracticeChange {
    /// Its name in the address
    slug: String,
    #[arg(long)]
    region: String,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// Its colour, #rrggbb
    #[arg(long)]
    colour: Option<String>,
    /// A PNG of at most 20 kB
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// Where its people are, for telephone numbers: two letters
    #[arg(long)]
    country: Option<String>,
    /// The time zone in which times are shown
    #[arg(long)]
    zone: Option<String>,
    /// Where its people call for help; empty for none
    #[arg(long)]
    phone: Option<String>,
    /// Where its people write for help; empty for none
    #[arg(long)]
    email: Option<String>,
}

#[derive(clap::Args)]
pub struct PracticeInvite {
    /// Its name in the address
    slug: String,
    #[arg(long)]
    region: String,
    /// The first administrator's email address, set right where it was mistyped
    #[arg(long, value_name = "EMAIL")]
    administrator: String,
    /// The first administrator's name, where it is to be another
    #[arg(long, value_name = "NAME", default_value = "")]
    administrator_name: String,
}

pub async fn on_practices(config: Config, world: Arc<RealWorld>, command: Practice) -> Done {
    let server = start::server_with(config, world, Schema::MustBeThere).await?;
    match command {
        Practice::List => {
            for practice in practice::list(&server).await? {
                let practice::Listed { region, slug, name, staff, clients, moving_to } = practice;
                let way = match moving_to.as_str() {
                    "" => String::new(),
                    "here" => "; not served, still arriving: run its move again".to_owned(),
                    to => format!("; not served, on its way to {to}: run its move again"),
                };
                say(format!("{region}  {slug:<24} {name}: {staff} staff, {clients} clients{way}"));
            }
        }
        Practice::Change(wanted) => change(&server, *wanted).await?,
        Practice::Invite(wanted) => invite(&server, wanted).await?,
        Practice::Rename { region, from, to } => {
            say(format!("now at {}", practice_rename::rename(&server, &region, &from, &to).await?));
        }
        Practice::Move { slug, from, to, undo: true } => {
            practice_move::undo(&server, &slug, &from, &to).await?;
            say(format!("{slug} is in service in {from} again"));
        }
        Practice::Move { slug, from, to, undo: false } => {
            for line in practice_move::go(&server, &slug, &from, &to).await? {
                say(line);
            }
        }
        Practice::Add(add) => {
            let wanted = practice::Wanted {
                region: add.region,
                slug: add.slug,
                name: add.name,
                administrator: add.administrator,
                administrator_name: add.administrator_name,
                colour: add.colour,
                logo: add.logo,
                country: add.country,
                zone: add.zone,
                phone: add.phone,
                email: add.email,
            };
            let problems = practice::problems(&server, &wanted);
            if !problems.is_empty() {
                return Err(Failure::Wrong(problems));
            }
            let added = practice::add(&server, &wanted).await?;
            say(format!("added: {}", added.address));
            say(format!("an invitation to {} is in the outbox; a running server sends it", added.email));
        }
    }
    Ok(())
}

async fn change(server: &Arc<Server>, change: PracticeChange) -> Done {
    let PracticeChange { slug, region, name, colour, logo, country, zone, phone, email } = change;
    let changes = Changes { name, colour, logo, country, zone, phone, email };
    let problems = changes.problems();
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    practice_change::change(server, &region, &slug, &changes).await?;
    say(format!("{slug} is changed; its administrators are told"));
    Ok(())
}

async fn invite(server: &Arc<Server>, invite: PracticeInvite) -> Done {
    let who = (invite.administrator.as_str(), invite.administrator_name.as_str());
    let to = practice_change::invite(server, &invite.region, &invite.slug, who).await?;
    say(format!("a new invitation to {to} is in the outbox; a running server sends it"));
    Ok(())
}
