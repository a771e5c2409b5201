//! The table of values that are refused, and what is said about each.

use super::tests::World;

/// What is written, what it is replaced by, and a part of what must be said.
const REFUSED: &[(&str, &str, &str)] = &[
    ("portico.example", "Portico.example", "portico.toml:1: base: \"Portico.example\" is not a host name"),
    ("portico.example", "https://portico.example", "base"),
    ("portico.example", "10.0.0.1", "base"),
    ("127.0.0.1:8443", "0.0.0.0:8443", "portico.toml:2: listen: the world would be served without TLS"),
    ("127.0.0.1:8443", "8443", "listen: \"8443\" is not an address with a port"),
    (
        "[keys]",
        "[log]\nlevel = \"trace\"\n[keys]",
        "log.level: \"trace\" is none of its words; write one of: error, warn, info, debug",
    ),
    ("[keys]", "[log]\ndebug = true\n[keys]", "log.debug: no such setting"),
    ("listen", "debug = true\nlisten", "portico.toml:2: debug: no such setting"),
    ("listen", "public_scheme = \"http\"\nlisten", "public_scheme: http is for localhost"),
    ("listen", "metrics_listen = \"127.0.0.1:8443\"\nlisten", "metrics_listen: the port of listen"),
    ("help@portico.example", "nobody", "operator_contact"),
    ("\"Operator\"", "\"\"", "operator_name: empty"),
    ("\"Operator\"", "7", "operator_name: a text is needed, not a value of type integer; put it in quotation marks"),
    ("\"au\"", "\"support\"", "region[support].name"),
    ("[[region]]", "[region]", "region: there may be several regions; write [[region]]"),
    (
        "[keys]",
        "[[region]]\nname = \"au\"\ndatabase = \"sqlite:/tmp/x.db\"\n[keys]",
        "a second region has the same name",
    ),
    ("\"au\"", "\"entrance\"", "region[entrance].name"),
    ("[keys]", "[entrance]\n[keys]", "entrance.database: missing"),
    ("[keys]", "[entrance]\ndatabase = \"sqlite:no/x.db\"\n[keys]", "entrance.database: not an absolute path"),
    ("[keys]", "[[region]]\nname = \"uk\"\naddress = \"https://uk.example\"\n[keys]", "region[uk].link_key: missing"),
    (
        "[keys]",
        "[[region]]\nname = \"uk\"\naddress = \"http://uk.example\"\n[keys]",
        "region[uk].address: not an https",
    ),
    ("[keys]", "[[region]]\nname = \"uk\"\naddress = \"https://uk.example/x\"\n[keys]", "region[uk].address: not an"),
    ("\"au\"\n", "\"au\"\naddress = \"https://au.example\"\n", "region[au].address: a region has either"),
    ("\"au\"\n", "\"au\"\nlink_key = \"c2hvcnQ=\"\n", "region[au].link_key: not 32 random bytes"),
    ("listen", "entrance_address = \"portico.example\"\nlisten", "entrance_address: not an https address"),
    ("sqlite:", "sqlite:no/", "not an absolute path"),
    ("sqlite:/", "mysql:/", "neither sqlite: nor postgres://"),
    ("file = \"", "file = \"/nowhere", "keys.file: /nowhere"),
    ("transport = \"none\"", "transport = \"smtp\"", "mail.host: missing"),
    ("transport = \"none\"", "", "mail.transport: missing"),
    (
        "transport = \"none\"",
        "transport = \"none\"\nasked_per_practice = 9",
        "mail.asked_per_practice: 9 is out of bounds",
    ),
    ("transport = \"none\"", "transport = \"none\"\nasked_in_all = \"many\"", "mail.asked_in_all: not a whole number"),
    (
        "transport = \"none\"",
        "transport = \"none\"\nasked_per_practice = 500\nasked_in_all = 499",
        "mail.asked_in_all: less than asked_per_practice",
    ),
    (
        "transport = \"none\"",
        "transport = \"smtp\"\nhost = \"mx.example\"\nfrom_address = \"a@b.example\"\nsecurity = \"plain\"",
        "mail.security: mail with sign-in links would cross the network in the clear",
    ),
    (
        "transport = \"none\"",
        "transport = \"smtp\"\nhost = \"mx.example\"\nfrom_address = \"a@b.example\"\nusername = \"u\"",
        "mail.password: missing",
    ),
    (
        "transport = \"none\"",
        "transport = \"none\"\npassword = \"changeme\"",
        "mail.password: an example stands where a secret belongs",
    ),
    (
        "transport = \"none\"",
        "transport = \"smtp\"\nhost = \"mx.example\"\nfrom_address = \"a@b.example\"\ndkim_domain = \"b.example\"",
        "mail.dkim_selector: missing",
    ),
    (
        "transport = \"none\"",
        "transport = \"smtp\"\nhost = \"mx.example\"\nfrom_address = \"a@b.example\"\nbounce_secret = \"whsec_c2hvcnQ=\"",
        "mail.bounce_secret: not a secret that signs",
    ),
    (
        "transport = \"none\"",
        "transport = \"smtp\"\nhost = \"mx.example\"\nfrom_address = \"a@b.example\"\nbounce_secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"",
        "mail.bounce_secret: there is no address that reports could name",
    ),
    (
        "[mail]",
        "[passwords]\nargon2_memory_kib = 19455\n[mail]",
        "passwords.argon2_memory_kib: 19455 is out of bounds; write a number from 19456",
    ),
    ("[mail]", "[passwords]\nargon2_passes = 1\n[mail]", "passwords.argon2_passes: too cheap"),
    ("[mail]", "[audit]\nkeep_years = 5\n[mail]", "audit.keep_years: 5 is out of bounds"),
    ("[mail]", "[proxy]\ntrusted = [\"0.0.0.0/0\"]\n[mail]", "proxy.trusted: 0.0.0.0/0 trusts the whole world"),
    ("[mail]", "[proxy]\n[mail]", "proxy.trusted: missing"),
    ("[mail]", "[proxy]\ntrusted = [\"10.0.0.0/8\"]\n[tls]\n[mail]", "both [tls] and [proxy] are written"),
    (
        "[mail]",
        "[text]\nurl = \"http://sms.example/\"\nbody = \"{to}{text}\"\n[mail]",
        "text.url: not an https address",
    ),
    ("[mail]", "[text]\nurl = \"https://sms.example/\"\nbody = \"{to}\"\n[mail]", "text.body: {text} is missing"),
    (
        "[mail]",
        "[text]\nurl = \"https://sms.example/{to}/{text}\"\nheaders = { \"a b\" = \"c\" }\n[mail]",
        "text.headers: \"a b\" is not a header",
    ),
    ("[mail]", "[places]\nfile = \"/\"\n[mail]", "places.file: / is not a file"),
    ("[mail]", "port = 7\n[mail]", "keys.port: no such setting; \"port\" belongs in [mail]"),
];

#[test]
fn wrong_values_are_refused() {
    let world = World::new();
    for (from, to, part) in REFUSED {
        let said = world.said(from, to);
        assert!(said.contains(part), "{to:?} said:\n{said}instead of {part}");
    }
}
