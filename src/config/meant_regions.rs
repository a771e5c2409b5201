//! What `[[region]]` means: names, and databases that are reached safely.

use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use super::meant_far::far_region;
use super::problem::ConfigProblem;
use super::reader::{Reader, is_label, is_loopback, reader};
use super::secret::Secret;
use super::written::Written;
use super::{Database, Entrance, FarRegion, Region};
use crate::platform::server::ENTRANCE;

pub(super) fn regions(written: &Written, problems: &mut Vec<ConfigProblem>) -> (Vec<Region>, Vec<FarRegion>) {
    if written.regions.is_empty() {
        let advice = "write at least one [[region]] with name and database";
        problems.push(written.nowhere().problem("region", "missing", advice));
    }
    let mut names: Vec<String> = Vec::new();
    let mut databases: Vec<String> = Vec::new();
    let mut same = |reader: &mut Reader, one: String| {
        if databases.contains(&one) {
            reader.problem("database", "another region has the same database", "give each region its own");
        }
        databases.push(one);
    };
    let (mut regions, mut far) = (Vec::new(), Vec::new());
    for section in &written.regions {
        let path = format!("region[{}]", section.text("name").unwrap_or("?"));
        let mut reader = Reader { section, path, name: "region", nowhere: written.nowhere(), problems };
        let name = reader.required("name", "write a short name such as name = \"au\"");
        if !name.is_empty() && !is_region_name(&name) {
            reader.problem(
                "name",
                "not a region's name",
                "write 1 to 20 of a-z, 0-9 and inner hyphens; \"support\", \"entrance\" and \"here\" are taken",
            );
        }
        if names.contains(&name) {
            reader.problem("name", "a second region has the same name", "give each region its own");
        }
        names.push(name.clone());
        if let Some(region) = far_region(&mut reader, &name) {
            far.push(region);
            continue;
        }
        let Some(address) = reader.secret("database") else {
            reader.problem(
                "database",
                "missing",
                "write database = \"sqlite:/var/lib/portico/au.db\" or database_file with a postgres:// address in it",
            );
            continue;
        };
        let max_connections = reader.number("max_connections");
        if let (Some(database), Some(max_connections)) = (database(&mut reader, &address), max_connections) {
            same(&mut reader, identity(&database));
            regions.push(Region { name, database, max_connections });
        }
    }
    (regions, far)
}

/// What `[entrance]` means; without the section this server runs no entrance.
pub(super) fn entrance(written: &Written, regions: &[Region], problems: &mut Vec<ConfigProblem>) -> Option<Entrance> {
    if !written.sections.contains_key("entrance") {
        return None;
    }
    let mut reader = reader(written, "entrance", problems);
    let mail_to_strangers = reader.text("mail_to_strangers").as_deref() == Some("yes");
    let max_connections = reader.number("max_connections");
    let Some(address) = reader.secret("database") else {
        let advice = "write database = \"sqlite:/var/lib/portico/entrance.db\" or database_file with a postgres:// address in it";
        reader.problem("database", "missing", advice);
        return None;
    };
    let database = database(&mut reader, &address)?;
    if regions.iter().any(|region| identity(&region.database) == identity(&database)) {
        reader.problem(
            "database",
            "a region has the same database",
            "give the entrance its own: it holds nothing of people",
        );
    }
    let database = Region { name: ENTRANCE.to_owned(), database, max_connections: max_connections? };
    Some(Entrance { database, mail_to_strangers })
}

/// The same for two addresses of one database, as far as it can be seen from here: a file's path without links and detours, or its
/// place on the disk where it exists; of PostgreSQL the host, port and name. What is told apart in vain is found when it is opened
/// (`platform/whose.rs`).
fn identity(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => {
            if let Ok(about) = std::fs::metadata(path) {
                return format!("file {} {}", about.dev(), about.ino());
            }
            let folder = path.parent().and_then(|folder| folder.canonicalize().ok()).unwrap_or_default();
            format!("path {}", folder.join(path.file_name().unwrap_or_default()).display())
        }
        Database::Postgres(url) => match url.reveal().parse::<sqlx::postgres::PgConnectOptions>() {
            Ok(options) => {
                let host = options.get_host().to_ascii_lowercase();
                let host = match options.get_socket() {
                    Some(socket) => socket.display().to_string(),
                    None if is_loopback(&host) => "this machine".to_owned(),
                    None => host,
                };
                // Two schemas of one database are two databases.
                let schema = options.get_options().unwrap_or_default();
                format!("{host} {} {} {schema}", options.get_port(), options.get_database().unwrap_or_default())
            }
            Err(_) => url.reveal().to_owned(),
        },
    }
}

/// "here" is what a practice's row says while it arrives from another region.
fn is_region_name(name: &str) -> bool {
    name.len() <= 20 && !matches!(name, "support" | "here" | ENTRANCE) && is_label(name)
}

fn database(reader: &mut Reader, address: &Secret) -> Option<Database> {
    let text = address.reveal();
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
        let folder = path.parent().filter(|folder| folder.is_dir());
        if !path.is_absolute() || folder.is_none() {
            reader.problem(
                "database",
                "not an absolute path in a folder that exists",
                "write sqlite:/path/file.db and make the folder",
            );
            return None;
        }
        return Some(Database::Sqlite(path));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return postgres(reader, text);
    }
    reader.problem(
        "database",
        "neither sqlite: nor postgres://",
        "write sqlite:/path/file.db or postgres://user@host/name",
    );
    None
}

/// sqlx takes TLS "if offered" by default, which a stranger between the two can turn off.
fn postgres(reader: &mut Reader, text: &str) -> Option<Database> {
    use sqlx::postgres::{PgConnectOptions, PgSslMode};
    let named =
        text.split_once('?').is_some_and(|(_, query)| query.contains("sslmode=") || query.contains("ssl-mode="));
    let options: PgConnectOptions = match text.parse() {
        Ok(options) => options,
        Err(_) => {
            reader.problem(
                "database",
                "not an address that PostgreSQL knows",
                "write postgres://user:password@host:5432/name, with %-escapes in the password",
            );
            return None;
        }
    };
    if options.get_database().is_none() {
        reader.problem("database", "names no database", "write its name behind the host: postgres://user@host/name");
        return None;
    }
    if options.get_socket().is_some() || is_loopback(options.get_host()) {
        return Some(Database::Postgres(Secret::new(text)));
    }
    if !named {
        let sign = if text.contains('?') { '&' } else { '?' };
        return Some(Database::Postgres(Secret::new(format!("{text}{sign}sslmode=verify-full"))));
    }
    if !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
        reader.problem(
            "database",
            "the connection to another machine is not fully verified",
            "write sslmode=verify-full, with sslrootcert=/path/ca.pem for a private authority",
        );
        return None;
    }
    Some(Database::Postgres(Secret::new(text)))
}
