//! Every setting there is, once: the reader, the hints for misspelt names and `docs/configuration.md` come from this table.
//! What a set of values means together is decided in `meant.rs`.

/// What may be written for a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// Several texts; in an environment variable divided by commas.
    List,
    /// Names with texts; from the environment only as a file of `Name: value` lines.
    Names,
    /// The path of a file that must be readable.
    File,
    /// The path of a file that must be readable, and by nobody but its owner.
    PrivateFile,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Empty for the keys at the top of the file.
    pub section: &'static str,
    pub name: &'static str,
    pub kind: Kind,
    /// What holds when nothing is written; the reader takes it from here. Empty: nothing.
    pub default: &'static str,
    /// Never shown, and may be read from a file named by `<name>_file` instead.
    pub secret: bool,
    /// Unit, bounds that are not in `kind`, and what it does.
    pub about: &'static str,
}

/// The sections, in the order of the page, each with a sentence.
pub const SECTIONS: &[(&str, &str)] = &[
    ("", "At the top of the file, before the first section."),
    ("region", "One `[[region]]` for each region; at least one. Regions never share a database."),
    (
        "entrance",
        "The door that knows no practice, at the bare host: people type their email address here and are mailed where they can log in. Without this section this server runs no entrance.",
    ),
    ("tls", "Portico speaks HTTPS itself. Either this section or `[proxy]`, unless `listen` is a loopback address."),
    ("proxy", "A reverse proxy in front speaks HTTPS."),
    (
        "keys",
        "The keys that seal secrets in the database: one `id:base64-of-32-random-bytes` a line, the current one first; an id is 1 to 8 of a-z and 0-9. Or the same text in the variable `PORTICO_KEYS`.",
    ),
    ("mail", "How mail leaves. Without mail nobody can use a link, be invited or be told of a change."),
    ("text", "An HTTP gateway for text messages; without this section none are sent."),
    ("passwords", "How costly it is to guess a stolen password hash, and how many are computed at once."),
    ("places", "Names of places beside addresses in lists of sessions."),
    ("audit", "The record of what happened."),
    ("log", "What the server writes to standard error."),
];

const fn key(section: &'static str, name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { section, name, kind, default, secret: false, about }
}

const fn secret(section: &'static str, name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { section, name, kind, default: "", secret: true, about }
}

use Kind::{File, List, Names, Number, PrivateFile, Text, Word};

/// All settings, in the order of the page.
pub const KEYS: &[Key] = &[
    key(
        "",
        "base",
        Text,
        "",
        "Required. The host name of the entrance, such as `portico.example`; a practice is then at `{practice}.{region}.{base}`. Lower case, at most 180 characters, no port.",
    ),
    key("", "listen", Text, "0.0.0.0:8443", "Address and port on which requests are taken."),
    key(
        "",
        "metrics_listen",
        Text,
        "",
        "Address and port that serve `/metrics`, such as `127.0.0.1:9464`; without it nothing does. Not the port of `listen`, and not open to the world.",
    ),
    key(
        "",
        "public_scheme",
        Word(&["https", "http"]),
        "https",
        "How browsers reach Portico. `http` only on a loopback address with the base `localhost` or a name under it.",
    ),
    key(
        "",
        "public_port",
        Number(1, 65535),
        "",
        "The port in addresses that people see. Without it: 443 behind a proxy, else the port of `listen`.",
    ),
    key(
        "",
        "entrance_address",
        Text,
        "",
        "Where the entrance is, when another deployment runs it: `https://name[:port]`. Without it: `base` with this server's port.",
    ),
    key(
        "",
        "operator_name",
        Text,
        "",
        "Required. Who runs this server, as people read it on pages and in mail. At most 100 characters.",
    ),
    key(
        "",
        "operator_contact",
        Text,
        "",
        "Required. Where people reach the operator: an email address or an https address.",
    ),
    key(
        "region",
        "name",
        Text,
        "",
        "Required. Part of every address in the region: 1 to 20 of a-z, 0-9 and `-`, such as `au`.",
    ),
    secret(
        "region",
        "database",
        Text,
        "Required unless `address` is written. `sqlite:/path/file.db` (an absolute path) or `postgres://…`. A PostgreSQL server that is not on this machine is reached with `sslmode=verify-full`, which is added when missing; anything weaker is refused.",
    ),
    key(
        "region",
        "address",
        Text,
        "",
        "Where another deployment serves this region: `https://name[:port]`. Only the entrance asks there, and it needs `link_key` too.",
    ),
    secret(
        "region",
        "link_key",
        Text,
        "What the region and the entrance seal for each other with, when they are two deployments: 32 random bytes in base64, the same on both sides and different for each region.",
    ),
    key("region", "link_ca_file", File, "", "Certificates (PEM) trusted at `address` besides the system's."),
    key(
        "region",
        "public_port",
        Number(1, 65535),
        "",
        "The port in addresses of practices of a region with `address`, where it is not this server's.",
    ),
    key(
        "region",
        "max_connections",
        Number(1, 1000),
        "10",
        "Connections to the database at most; on PostgreSQL two more for counts. Each node has so many.",
    ),
    secret(
        "entrance",
        "database",
        Text,
        "Required. The entrance's own database, written as a region's. It holds no names and no addresses: only sealed requests, at most a day, and keyed hashes for limits.",
    ),
    key(
        "entrance",
        "max_connections",
        Number(1, 1000),
        "10",
        "Connections to the database at most; on PostgreSQL two more for counts. Each node has so many.",
    ),
    key(
        "entrance",
        "mail_to_strangers",
        Word(&["yes", "no"]),
        "yes",
        "Whether an address that no practice knows is told so by mail, at most once a day; with `no` its owner waits for a mail that never comes.",
    ),
    key("tls", "certificate", File, "", "The certificate and its chain, PEM. Read again when the file changes."),
    key("tls", "key", PrivateFile, "", "The private key, PEM; mode 0600."),
    key(
        "proxy",
        "trusted",
        List,
        "",
        "The networks whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`; never all addresses.",
    ),
    key("keys", "file", PrivateFile, "", "The key file; mode 0600."),
    key("mail", "transport", Word(&["smtp", "none"]), "", "Required. `none` sends nothing."),
    key("mail", "host", Text, "", "The SMTP server. Required for `smtp`."),
    key("mail", "port", Number(1, 65535), "", "Without it: 465 for `tls`, 587 for `starttls`, 25 for `plain`."),
    key(
        "mail",
        "security",
        Word(&["tls", "starttls", "plain"]),
        "tls",
        "TLS from the first byte, demanded by STARTTLS, or none. `plain` only to a loopback host.",
    ),
    key("mail", "username", Text, "", "For servers that ask; then the password is required too."),
    secret("mail", "password", Text, "The password for `username`."),
    key("mail", "from_address", Text, "", "The sender's address. Required for `smtp`."),
    key("mail", "from_name", Text, "", "The sender's name; without it the operator's. At most 100 characters."),
    key(
        "mail",
        "bounce_address",
        Text,
        "",
        "Where mail that comes back goes; its mailbox is piped to `portico mail bounce --to RECIPIENT`. At most 12 characters before the @; the mail server must keep what follows a `+`.",
    ),
    secret(
        "mail",
        "bounce_secret",
        Text,
        "What a mail service signs its reports to `/api/v1/bounces` with (docs/api.md): `whsec_` and base64 of 24 to 64 random bytes. Needs `bounce_address`; without it nothing is taken there.",
    ),
    key("mail", "dkim_selector", Text, "", "Signs mail (RFC 6376) together with the next two: all three or none."),
    key("mail", "dkim_domain", Text, "", "The signing domain."),
    key("mail", "dkim_key_file", PrivateFile, "", "The signing key, PEM; mode 0600."),
    key(
        "mail",
        "asked_per_practice",
        Number(10, 1_000_000),
        "2000",
        "Mails that strangers may ask for at one practice within an hour. Beyond it nothing goes to addresses that nobody there has; people on file are written to up to as many times again, browsers that have read the mailbox before always.",
    ),
    key(
        "mail",
        "asked_in_all",
        Number(10, 10_000_000),
        "20000",
        "The same for all practices of a region together, and for the entrance. Not less than `asked_per_practice`.",
    ),
    key("mail", "extra_ca_file", File, "", "Certificates (PEM) trusted for this server besides the system's."),
    key(
        "text",
        "url",
        Text,
        "",
        "Required. The gateway's address, https unless on loopback. `{to}`, `{from}` and `{text}` are filled in.",
    ),
    key("text", "method", Word(&["POST", "PUT", "GET"]), "POST", "The request's method."),
    secret(
        "text",
        "headers",
        Names,
        "Headers of the request, such as `{ Authorization = \"Bearer …\" }`. The file of `headers_file` has one `Name: value` a line.",
    ),
    key(
        "text",
        "body",
        Text,
        "",
        "The request's body; `{to}`, `{from}` and `{text}` are filled in, escaped for the content type. Required but for GET.",
    ),
    key(
        "text",
        "content_type",
        Word(&["application/json", "application/x-www-form-urlencoded", "text/plain"]),
        "application/json",
        "The body's type.",
    ),
    key("text", "from", Text, "", "The sender as the gateway wants it. At most 30 characters."),
    key("text", "extra_ca_file", File, "", "Certificates (PEM) trusted for this gateway besides the system's."),
    key(
        "passwords",
        "argon2_memory_kib",
        Number(19_456, 4_194_304),
        "19456",
        "KiB of memory for one hash (Argon2id, one lane). Upwards only.",
    ),
    key("passwords", "argon2_passes", Number(1, 64), "2", "Passes over that memory. 1 only with at least 47104 KiB."),
    key(
        "passwords",
        "hash_threads",
        Number(1, 256),
        "",
        "Hashes computed at once. Without it: one for each processor core. Times `argon2_memory_kib` this is the memory needed.",
    ),
    key(
        "passwords",
        "hash_queue",
        Number(1, 10_000),
        "64",
        "Hashes that may wait; who comes later is asked to try again soon.",
    ),
    key(
        "passwords",
        "leaked_list",
        File,
        "",
        "Leaked passwords as SHA-1, one `HEX:count` a line in the order of the hashes, as Have I Been Pwned gives them out; without it only the built-in list is used.",
    ),
    key("places", "file", File, "", "A MaxMind database (`.mmdb`) of cities or countries."),
    key(
        "audit",
        "keep_years",
        Number(6, 100),
        "6",
        "Years that a line of the record is kept; HIPAA (45 CFR 164.316) asks for six. Older ones go at the first of a month, at a sealed checkpoint.",
    ),
    key("log", "format", Word(&["json", "text"]), "json", "One JSON object a line, or lines to read."),
    key(
        "log",
        "level",
        Word(&["error", "warn", "info", "debug"]),
        "info",
        "The least that is written. Finer than `debug` is not offered, since libraries then write what they transfer.",
    ),
];

/// The keys of a section.
pub fn of_section(section: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.section == section)
}

/// The key of that section and name.
pub fn find(section: &str, name: &str) -> Option<&'static Key> {
    of_section(section).find(|key| key.name == name)
}

/// Whether there is a section of that name.
pub fn is_section(name: &str) -> bool {
    !name.is_empty() && SECTIONS.iter().any(|(section, _)| *section == name)
}
