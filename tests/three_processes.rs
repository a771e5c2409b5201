//! The example of `examples/three-processes`, as three processes: an entrance and two regions that share nothing but a key.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(clippy::disallowed_methods, reason = "other processes are waited for")]

#[path = "crash/http.rs"]
mod http;
#[path = "three_processes/sink.rs"]
mod sink;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http::Browser;
use sink::Sink;

const PASSWORD: &str = "lantern-orchard-72-violin";
const PATIENCE: Duration = Duration::from_secs(60);

/// Three configurations in a folder, on ports that were free a moment ago.
struct Three {
    folder: tempfile::TempDir,
    ports: [u16; 3],
}

impl Three {
    fn configured(mail: u16) -> Three {
        let folder = tempfile::tempdir().unwrap();
        let free: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = free.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
        let three = Three { folder, ports: [ports[0], ports[1], ports[2]] };
        for name in ["entrance", "au", "uk"] {
            let text = std::fs::read_to_string(example(&format!("{name}.toml"))).unwrap();
            let text = text
                .replace("FOLDER", &three.folder.path().display().to_string())
                .replace("8080", &ports[0].to_string())
                .replace("8081", &ports[1].to_string())
                .replace("8082", &ports[2].to_string())
                .replace("1025", &mail.to_string());
            std::fs::write(three.file(&format!("{name}.toml")), text).unwrap();
            let made = portico(&["keys", "new", "--out", &three.file(&format!("keys-{name}")).display().to_string()]);
            assert!(made.status.success());
        }
        let private = "umask 077; for name in au uk; do head -c 32 /dev/urandom | base64 > link-$name; done";
        assert!(Command::new("sh").arg("-c").arg(private).current_dir(three.folder.path()).status().unwrap().success());
        three
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn port(&self, name: &str) -> u16 {
        self.ports[["entrance", "au", "uk"].iter().position(|other| *other == name).unwrap()]
    }

    fn start(&self, name: &str) -> Serving {
        let log = std::fs::File::options().create(true).append(true).open(self.file(&format!("{name}.log"))).unwrap();
        let config = self.file(&format!("{name}.toml"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
        command.arg("--config").arg(config).arg("serve").stdout(Stdio::null()).stderr(log);
        let mut serving = Serving(command.spawn().unwrap());
        let said = || std::fs::read_to_string(self.file(&format!("{name}.log"))).unwrap();
        let mut browser = Browser::new(self.port(name), "127.0.0.1");
        until(&format!("{name} answers"), || {
            assert!(serving.0.try_wait().unwrap().is_none(), "{}", said());
            browser.get("/readyz").filter(|page| page.contains("OK"))
        });
        serving
    }

    /// A practice with one administrator who has followed the invitation.
    fn add(&self, region: &str, slug: &'static str, email: &str, sink: &Sink) {
        let config = self.file(&format!("{region}.toml")).display().to_string();
        let words = ["--config", &config, "practice", "add", "--region", region, "--slug", slug, "--name", slug];
        let who = ["--administrator", email, "--administrator-name", "Alex"];
        let added = portico(&[&words[..], &who[..]].concat());
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let mail = until("the invitation comes", || {
            sink.to(email)
                .into_iter()
                .find(|mail| mail.contains(&format!("{slug}.{region}.localhost")) && mail.contains("/join/"))
        });
        let host: &'static str = Box::leak(format!("{slug}.{region}.localhost").into_boxed_str());
        let mut browser = Browser::new(self.port(region), host);
        let path = path_in(&mail, "/join/");
        let page = browser.get(&path).unwrap();
        browser.post(&path, &[("csrf", &csrf(&page)), ("name", "Alex"), ("password", PASSWORD)]).unwrap();
        let sql = "UPDATE practice SET admins_second_from = NULL, everyone_second_from = NULL; SELECT COUNT(*) FROM person WHERE joined_at IS NOT NULL;";
        let joined = Command::new("sqlite3")
            .arg("-cmd")
            .arg(".timeout 5000")
            .arg(self.file(&format!("{region}.db")))
            .arg(sql)
            .output()
            .unwrap();
        assert_ne!(String::from_utf8_lossy(&joined.stdout).trim(), "0", "the invitation was not taken");
    }
}

struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        drop(Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status());
        drop(self.0.wait());
    }
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/three-processes").join(name)
}

fn portico(words: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_portico")).args(words).env_remove("PORTICO_CONFIG").output().unwrap()
}

#[track_caller]
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("in vain: {what}")
}

fn csrf(page: &str) -> String {
    page.split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_else(|| panic!("{page}"))
        .to_owned()
}

/// The path of the first link that holds `part`.
fn path_in(mail: &str, part: &str) -> String {
    let at = mail.find(part).unwrap();
    mail[at..].split_whitespace().next().unwrap().to_owned()
}

fn code_in(mail: &str) -> String {
    mail.lines()
        .map(str::trim)
        .find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit()))
        .unwrap()
        .to_owned()
}

/// Asks, reads the mail, types the code; answers the mail and the list.
fn find(three: &Three, sink: &Sink, email: &str) -> (Browser, String, String) {
    let mut browser = Browser::new(three.port("entrance"), "localhost");
    let page = browser.get("/").unwrap();
    browser.post("/", &[("csrf", &csrf(&page)), ("email", email)]).unwrap();
    let mail = until("the list comes", || sink.to(email).into_iter().find(|mail| mail.contains("/find/")));
    let page = browser.get("/find").unwrap();
    browser.post("/find", &[("csrf", &csrf(&page)), ("code", &code_in(&mail)), ("remember", "1")]).unwrap();
    let list = browser.get("/list").unwrap();
    (browser, mail, list)
}

#[test]
fn three_processes_are_one_door() {
    let sink = Sink::open();
    let three = Three::configured(sink.port);
    let (_entrance, _au, uk) = (three.start("entrance"), three.start("au"), three.start("uk"));
    three.add("au", "harbour-physio", "alex@example.com", &sink);
    three.add("uk", "thames-therapy", "alex@example.com", &sink);
    three.add("au", "bay-dental", "kim@example.com", &sink);
    three.add("uk", "hill-clinic", "kim@example.com", &sink);

    let (mut browser, mail, list) = find(&three, &sink, "alex@example.com");
    assert!(mail.contains("harbour-physio") && mail.contains("thames-therapy"), "{mail}");
    assert!(list.contains("harbour-physio.au.localhost") && list.contains("thames-therapy.uk.localhost"), "{list}");

    // One press to the practice, a sign-in, and the entrance remembers it.
    let href =
        list.split("href=\"").find(|rest| rest.starts_with("http://harbour")).unwrap().split('"').next().unwrap();
    let mut practice = Browser::new(three.port("au"), "harbour-physio.au.localhost");
    practice
        .get(href.split_once("/hello").map(|(_, rest)| format!("/hello{rest}")).unwrap().replace("&#38;", "&").as_str())
        .unwrap();
    let page = practice.get("/sign-in").unwrap();
    assert!(page.contains("alex@example.com"), "the address is filled in");
    // The region's server goes on for four seconds with the rule that every administrator needs a second factor.
    let entrance = format!("http://localhost:{}", three.port("entrance"));
    let path = until("the sign-in leads through the entrance", || {
        let page = practice.get("/sign-in").unwrap();
        let fields = [("csrf", csrf(&page)), ("email", "alex@example.com".into()), ("password", PASSWORD.to_owned())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        practice.post("/sign-in", &fields).unwrap();
        practice.location.strip_prefix(&entrance).map(str::to_owned)
    });
    browser.get(&path).unwrap();
    assert!(browser.location.starts_with("http://harbour-physio.au.localhost"), "{}", browser.location);
    assert!(browser.get("/").unwrap().contains("harbour-physio.au.localhost"), "one press away");

    // One region stops in the middle: the rest comes at once, the missing part by itself.
    drop(uk);
    let (_, mail, list) = find(&three, &sink, "kim@example.com");
    assert!(mail.contains("bay-dental") && !mail.contains("hill-clinic") && mail.contains("UK"), "{mail}");
    assert!(list.contains("bay-dental") && !list.contains("hill-clinic"));
    let _uk = three.start("uk");
    until("the missing part follows", || {
        sink.to("kim@example.com").into_iter().find(|mail| mail.contains("hill-clinic") && mail.contains("/find/"))
    });
}
