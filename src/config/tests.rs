//! Settings that are right, and settings that are refused with the line and the advice; more of these in `refused.rs`.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;

/// A folder with a key file, and a configuration that starts.
pub(super) struct World {
    folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        world.file("keys", &key_text(), 0o600);
        world.file("tls.pem", "certificate", 0o644);
        world
    }

    fn file(&self, name: &str, text: &str, mode: u32) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn good(&self) -> String {
        let folder = self.folder.path().display();
        format!(
            "base = \"portico.example\"\nlisten = \"127.0.0.1:8443\"\noperator_name = \"Operator\"\n\
             operator_contact = \"help@portico.example\"\n[[region]]\nname = \"au\"\ndatabase = \"sqlite:{folder}/au.db\"\n\
             [keys]\nfile = \"{folder}/keys\"\n[mail]\ntransport = \"none\"\n"
        )
    }

    fn load(&self, text: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<ConfigProblem>> {
        let path = self.file("portico.toml", text, 0o644);
        Config::load(Some(&path), environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    /// The good configuration with one thing replaced, and what is said about it, without the folder's name.
    pub fn said(&self, from: &str, to: &str) -> String {
        let text = self.good().replacen(from, to, 1);
        assert_ne!(text, self.good(), "{from} is not in the configuration");
        self.spoken(self.load(&text, &[]).map(|_| ()).unwrap_err())
    }

    fn spoken(&self, problems: Vec<ConfigProblem>) -> String {
        let folder = format!("{}/", self.folder.path().display());
        problems
            .iter()
            .fold(String::new(), |mut all, problem| {
                writeln!(all, "{problem}").unwrap();
                all
            })
            .replace(&folder, "")
    }
}

fn key_text() -> String {
    let bytes: [u8; 32] = std::array::from_fn(|i| (i as u8).wrapping_mul(91).wrapping_add(130));
    format!("a:{}\n", data_encoding::BASE64.encode(&bytes))
}

#[test]
fn a_good_file_is_read_with_its_defaults() {
    let world = World::new();
    let config = world.load(&world.good(), &[]).unwrap();
    assert_eq!((config.public_scheme, config.public_port), ("https", 8443));
    assert_eq!((config.passwords.argon2_memory_kib, config.passwords.argon2_passes), (19_456, 2));
    assert_eq!((config.audit_keep_years, config.log.json, config.log.level.as_str()), (6, true, "info"));
    assert_eq!(config.regions[0].max_connections, 10);
    assert!(matches!(config.edge, Edge::Loopback));
    assert!(config.metrics_listen.is_none() && config.text.is_none());
}

#[test]
fn the_entrance_and_its_regions_may_be_deployments_of_their_own() {
    let world = World::new();
    assert!(world.load(&world.good(), &[]).unwrap().entrance.is_none(), "only where it is written");
    let folder = world.folder.path().display();
    let key = data_encoding::BASE64.encode(&std::array::from_fn::<u8, 32, _>(|i| (i as u8).wrapping_mul(53) ^ 0xc1));
    let far = format!(
        "[[region]]\nname = \"uk\"\naddress = \"https://uk.example:8443\"\nlink_key = \"{key}\"\npublic_port = 443\n"
    );
    let text = format!("{}{far}[entrance]\ndatabase = \"sqlite:{folder}/entrance.db\"\n", world.good());
    let config = world.load(&text, &[]).unwrap();
    assert_eq!(config.databases().map(|region| region.name.as_str()).collect::<Vec<_>>(), ["au", "entrance"]);
    assert!(config.entrance.as_ref().unwrap().mail_to_strangers);
    let uk = &config.far_regions[0];
    assert_eq!((uk.name.as_str(), uk.address.as_str(), uk.public_port), ("uk", "https://uk.example:8443", Some(443)));
    assert_eq!(config.link_keys["uk"].reveal(), key);
    assert!(!format!("{config:?}").contains(&key));
    let same = format!("{}[entrance]\ndatabase = \"sqlite:{folder}/au.db\"\n", world.good());
    assert!(world.spoken(world.load(&same, &[]).map(|_| ()).unwrap_err()).contains("a region has the same database"));
}

#[test]
fn everything_wrong_is_said_at_once_with_its_line() {
    let world = World::new();
    let text = world
        .good()
        .replace("transport = \"none\"", "transport = \"none\"\nport = \"25\"\nhots = 1\n[lgo]\nlevel = 1")
        .replace("\"au\"", "\"AU!\"")
        .replace("base = \"portico.example\"\n", "");
    let said = world.spoken(world.load(&text, &[]).unwrap_err());
    assert_eq!(
        said.lines().collect::<Vec<_>>(),
        [
            "portico.toml:5: region[AU!].name: not a region's name; write 1 to 20 of a-z, 0-9 and inner hyphens; \"support\", \"entrance\" and \"here\" are taken",
            "portico.toml:11: mail.port: not a whole number; write a number from 1 to 65535, without quotation marks",
            "portico.toml:12: mail.hots: no such setting; did you mean \"host\"?",
            "portico.toml:13: lgo: no such section; did you mean [log]?",
            "portico.toml: base: missing; write the host name of the entrance: base = \"portico.example\"",
        ]
    );
}

#[test]
fn no_region_has_a_name_that_means_something_else() {
    let world = World::new();
    for name in ["support", "entrance", "here"] {
        let said = world
            .spoken(world.load(&world.good().replace("\"au\"", &format!("\"{name}\"")), &[]).map(|_| ()).unwrap_err());
        assert!(said.contains("not a region's name"), "{name}: {said}");
    }
    assert!(world.load(&world.good().replace("\"au\"", "\"there\""), &[]).is_ok());
}

#[test]
fn what_is_no_toml_is_named_by_line() {
    let world = World::new();
    let said = world.spoken(world.load("base = \"a.example\"\nlisten = \noperator_name = \"x\"\n", &[]).unwrap_err());
    assert!(said.starts_with("portico.toml:2: not TOML"), "{said}");
    assert_eq!(said.lines().count(), 1, "nothing is missing that was only not read: {said}");
    assert!(!said.contains("operator_name"), "reading goes on behind the mistake: {said}");
}

#[test]
fn secrets_that_others_can_read_are_refused() {
    let world = World::new();
    for mode in [0o644, 0o640, 0o604, 0o620] {
        world.file("keys", &key_text(), mode);
        let said = world.spoken(world.load(&world.good(), &[]).unwrap_err());
        let expected =
            format!("portico.toml:9: keys.file: keys can be read by others (mode 0{mode:o}); run: chmod 600 keys\n");
        assert_eq!(said, expected);
    }

    world.file("keys", "a:c2hvcnQ=\n", 0o600);
    let said = world.spoken(world.load(&world.good(), &[]).unwrap_err());
    assert_eq!(
        said,
        "portico.toml:9: keys.file: keys line 1: the key is shorter than 32 bytes; make one with: portico keys new\n"
    );
}

#[test]
fn postgres_on_another_machine_is_verified() {
    let world = World::new();
    let text = |address: &str| {
        let good = world.good();
        let sqlite = good.lines().find(|line| line.starts_with("database")).unwrap().to_owned();
        good.replace(&sqlite, &format!("database = \"{address}\""))
    };
    let database = |address: &str| match world.load(&text(address), &[]).unwrap().regions.remove(0).database {
        Database::Postgres(secret) => secret.reveal().to_owned(),
        Database::Sqlite(_) => panic!("not PostgreSQL"),
    };
    assert_eq!(
        database("postgres://p:s3cr@db.example/portico"),
        "postgres://p:s3cr@db.example/portico?sslmode=verify-full"
    );
    assert_eq!(database("postgres://p@127.0.0.1/portico"), "postgres://p@127.0.0.1/portico");
    assert_eq!(database("postgres://p@%2Frun%2Fpostgresql/portico"), "postgres://p@%2Frun%2Fpostgresql/portico");
    for address in [
        "postgres://p@db.example/portico?sslmode=prefer",
        "postgres://p@db.example/portico?sslmode=require",
        "postgres://p@localhost/portico?host=db.example&sslmode=disable",
    ] {
        let said = world.spoken(world.load(&text(address), &[]).unwrap_err());
        assert!(
            said.contains(
                "portico.toml:7: region[au].database: the connection to another machine is not fully verified"
            ),
            "{said}"
        );
    }
    let said = world.spoken(world.load(&text("postgres://p:changeme@db.example/portico"), &[]).unwrap_err());
    assert!(said.contains("an example stands where a secret belongs") && !said.contains("changeme"), "{said}");
}

#[test]
fn the_environment_wins_and_reads_secrets_from_files() {
    let world = World::new();
    let password = world.file("password", "s3cret words\n", 0o600);
    let database = format!("sqlite:{}/nz.db", world.folder.path().display());
    let config = world
        .load(
            &world.good(),
            &[
                ("PORTICO_BASE", "other.example"),
                ("PORTICO_MAIL__TRANSPORT", "smtp"),
                ("PORTICO_MAIL__HOST", "mx.example"),
                ("PORTICO_MAIL__SECURITY", "starttls"),
                ("PORTICO_MAIL__FROM_ADDRESS", "a@other.example"),
                ("PORTICO_MAIL__USERNAME", "u"),
                ("PORTICO_MAIL__PASSWORD_FILE", password.to_str().unwrap()),
                ("PORTICO_REGION__AU__MAX_CONNECTIONS", "3"),
                ("PORTICO_REGION__NEW_ZEALAND__DATABASE", &database),
                ("PORTICO_PROXY__TRUSTED", "10.0.0.0/8, ::1"),
                ("PORTICO_SERVICE_HOST", "10.1.1.1"),
                ("HOME", "/root"),
            ],
        )
        .map_err(|problems| world.spoken(problems))
        .unwrap();
    assert_eq!(config.base, "other.example");
    let Mail::Smtp(smtp) = &config.mail else { panic!("no mail") };
    assert_eq!((smtp.port, smtp.from_name.as_str()), (587, "Operator"));
    assert_eq!(smtp.login.as_ref().unwrap().1.reveal(), "s3cret words");
    assert_eq!(
        config.regions.iter().map(|region| (region.name.as_str(), region.max_connections)).collect::<Vec<_>>(),
        [("au", 3), ("new-zealand", 10)]
    );
    assert_eq!(config.public_port, 443);
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn wrong_variables_are_named() {
    let world = World::new();
    let said = world.spoken(
        world
            .load(
                &world.good(),
                &[
                    ("PORTICO_MAIL__PROT", "1"),
                    ("PORTICO_LISTEM", "1"),
                    ("PORTICO_KEYS", "a:b"),
                    ("PORTICO_AUDIT__KEEP_YEARS", "one"),
                ],
            )
            .unwrap_err(),
    );
    for part in [
        "environment: PORTICO_MAIL__PROT: mail.prot: no such setting; did you mean \"port\"?",
        "environment: PORTICO_LISTEM: listem: no such setting; did you mean \"listen\"?",
        "environment: PORTICO_KEYS: line 1: the key is not base64; make one with: portico keys new",
        "environment: PORTICO_AUDIT__KEEP_YEARS: audit.keep_years: not a whole number",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
}

#[test]
fn the_environment_alone_is_enough() {
    let world = World::new();
    let database = format!("sqlite:{}/au.db", world.folder.path().display());
    let keys = key_text();
    let variables = [
        ("PORTICO_BASE", "localhost"),
        ("PORTICO_LISTEN", "127.0.0.1:0"),
        ("PORTICO_OPERATOR_NAME", "O"),
        ("PORTICO_PUBLIC_SCHEME", "http"),
        ("PORTICO_OPERATOR_CONTACT", "https://o.example"),
        ("PORTICO_REGION__AU__DATABASE", &database),
        ("PORTICO_KEYS", &keys),
        ("PORTICO_MAIL__TRANSPORT", "none"),
    ];
    let config = Config::load(None, variables.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
    assert_eq!((config.public_scheme, config.keys.ring.current(), config.keys.file), ("http", "a", None));
    let problems = Config::load(None, []).unwrap_err();
    assert_eq!(problems.len(), 7, "{problems:#?}");
}

#[test]
fn two_regions_never_have_one_database() {
    let world = World::new();
    let folder = world.folder.path().display().to_string();
    std::fs::create_dir(world.folder.path().join("srv")).unwrap();
    let second = |address: &str| format!("[[region]]\nname = \"uk\"\ndatabase = \"{address}\"\n[keys]");
    for same in [format!("sqlite:{folder}/srv/../au.db"), format!("sqlite://{folder}/./au.db")] {
        assert!(world.said("[keys]", &second(&same)).contains("another region has the same database"), "{same}");
    }
    assert!(world.load(&world.good().replacen("[keys]", &second(&format!("sqlite:{folder}/uk.db")), 1), &[]).is_ok());
    // Links of either kind, where the files are there.
    world.file("au.db", "", 0o600);
    std::os::unix::fs::symlink(world.folder.path().join("au.db"), world.folder.path().join("uk.db")).unwrap();
    std::fs::hard_link(world.folder.path().join("au.db"), world.folder.path().join("nz.db")).unwrap();
    for same in ["uk.db", "nz.db"] {
        let said = world.said("[keys]", &second(&format!("sqlite:{folder}/{same}")));
        assert!(said.contains("another region has the same database"), "{same}: {said}");
    }
    let postgres = |one: &str, other: &str| {
        let text = world.good().replacen(&format!("sqlite:{folder}/au.db"), one, 1);
        world.load(&text.replacen("[keys]", &second(other), 1), &[]).map(|_| ())
    };
    for same in ["postgres://b@LOCALHOST/p", "postgresql://a:x@127.0.0.1:5432/p?sslmode=disable"] {
        let said = world.spoken(postgres("postgres://a@localhost/p", same).unwrap_err());
        assert!(said.contains("another region has the same database"), "{same}: {said}");
    }
    for other in [
        "postgres://a@localhost/q",
        "postgres://a@localhost:5433/p",
        "postgres://a@localhost/p?options=-c%20search_path=uk",
    ] {
        assert!(postgres("postgres://a@localhost/p", other).is_ok(), "{other}");
    }
}

#[test]
fn a_region_is_named_by_its_variable() {
    let world = World::new();
    let text = world.good().replace("[[region]]\nname = \"au\"\n", "");
    let text: String =
        text.lines().filter(|line| !line.starts_with("database")).map(|line| format!("{line}\n")).collect();
    let database = format!("sqlite:{}/x.db", world.folder.path().display());
    let variables = [("PORTICO_REGION__0__NAME", "au"), ("PORTICO_REGION__AU__DATABASE", database.as_str())];
    let said = world.spoken(world.load(&text, &variables).map(|_| ()).unwrap_err());
    assert!(said.contains("PORTICO_REGION__0__NAME: the part after REGION is the region's name"), "{said}");
    assert!(said.contains("write PORTICO_REGION__AU__DATABASE") && !said.contains("written twice"), "{said}");
    assert_eq!(world.load(&text, &variables[1..]).unwrap().regions[0].name, "au");
}

#[test]
fn the_page_is_in_step_with_the_keys() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    #[expect(clippy::disallowed_methods, reason = "the one switch of this test, set by hand to write the page anew")]
    let update = std::env::var_os("UPDATE").is_some();
    if update {
        std::fs::write(path, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page(), "run: UPDATE=1 cargo test --lib config");
}
