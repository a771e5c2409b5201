//! `portico practice change` and `portico practice invite`.

use std::path::PathBuf;
use std::sync::Arc;

use portico::ops::practice_change::{self, Changes};
use portico::platform::server::Server;

use crate::commands::{Done, Failure, say};

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

pub async fn change(server: &Arc<Server>, change: PracticeChange) -> Done {
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

pub async fn invite(server: &Arc<Server>, invite: PracticeInvite) -> Done {
    let who = (invite.administrator.as_str(), invite.administrator_name.as_str());
    let to = practice_change::invite(server, &invite.region, &invite.slug, who).await?;
    say(format!("a new invitation to {to} is in the outbox; a running server sends it"));
    Ok(())
}
