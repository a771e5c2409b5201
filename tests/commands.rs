//! The program as operators type it: exit codes, refusals, and a server that is asked to end while keys rotate.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on stops")]
#![expect(clippy::disallowed_methods, reason = "another process is waited for")]

#[path = "commands/large_pages.rs"]
mod large_pages;
#[path = "commands/refused.rs"]
mod refused;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn portico(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portico"));
    command.current_dir(folder).env_remove("PORTICO_CONFIG");
    command
}

fn run(folder: &Path, words: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = portico(folder).args(words).output().unwrap();
    let all = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    (status.code().unwrap(), all)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A folder with a key file and a configuration that starts.
fn configured(port: u16) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["keys", "new", "--out", "keys"]).0, 0);
    let here = folder.path().display();
    let text = format!(
        "base = \"localhost\"\nlisten = \"127.0.0.1:{port}\"\npublic_scheme = \"http\"\noperator_name = \"Operator\"\n\
         operator_contact = \"help@portico.example\"\n[[region]]\nname = \"au\"\ndatabase = \"sqlite:{here}/au.db\"\n\
         [keys]\nfile = \"{here}/keys\"\n[mail]\ntransport = \"none\"\n"
    );
    std::fs::write(folder.path().join("portico.toml"), text).unwrap();
    folder
}

#[test]
fn wrong_settings_are_named_with_their_lines() {
    let folder = configured(8443);
    let file = folder.path().join("portico.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("operator_name", "operator_nmae");
    std::fs::write(&file, text.replace("\"none\"", "\"pigeon\"")).unwrap();
    for command in ["serve", "check", "migrate", "doctor"] {
        let (code, said) = run(folder.path(), &[command]);
        assert_eq!(code, 2, "{command}: {said}");
        assert!(
            said.contains("portico.toml:4: operator_nmae") && said.contains("portico.toml:12: mail.transport"),
            "{said}"
        );
    }
    assert_eq!(run(folder.path(), &["sing"]).0, 2);
    let elsewhere = tempfile::tempdir().unwrap();
    let (code, said) = run(elsewhere.path(), &["serve"]);
    assert!(code == 2 && said.contains("no configuration file was found"), "{said}");
}

#[test]
fn the_schema_is_brought_up_when_asked() {
    let folder = configured(8443);
    let (code, said) = run(folder.path(), &["serve", "--no-migrate"]);
    assert!(code == 1 && said.contains("run portico migrate"), "{said}");
    let keys = std::fs::read_to_string(folder.path().join("keys")).unwrap();
    for command in ["keys list", "keys rotate", "audit verify", "audit cut", "audit export --practice bay-dental"] {
        let (code, said) = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
        assert!(code == 1 && said.contains("run portico migrate"), "{command}: {code} {said}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("keys")).unwrap(), keys, "no key for nothing");
    assert!(run(folder.path(), &["migrate", "--dry-run"]).1.contains("au: would run start"));
    assert!(run(folder.path(), &["migrate"]).1.contains("au: ran start"));
    assert_eq!(run(folder.path(), &["migrate"]), (0, "au: up to date\n".to_owned()));
    let (code, said) = run(folder.path(), &["doctor"]);
    assert!(code == 0 && said.contains("journal_mode is wal") && said.contains("key file"), "{said}");
}

/// What only somebody with the database file in hand can do.
fn by_hand(folder: &Path, sql: &str) -> String {
    let Output { status, stdout, stderr } =
        Command::new("sqlite3").arg(folder.join("au.db")).arg(sql).output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).trim().to_owned()
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let folder = configured(8443);
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    let rows = || by_hand(folder.path(), "SELECT COUNT(*) FROM schema_step");
    by_hand(folder.path(), "INSERT INTO schema_step VALUES (999, 'from tomorrow', 'x', 0)");
    let before = rows();
    for command in ["migrate", "serve", "doctor"] {
        let (code, said) = run(folder.path(), &[command]);
        assert!(
            code == 1 && said.contains("made by a newer Portico: it has schema step 999"),
            "{command}: {code} {said}"
        );
    }
    let ring = || std::fs::read_to_string(folder.path().join("keys")).unwrap();
    let keys = ring();
    for command in [
        "keys list",
        "keys rotate",
        "keys rotate --add-only",
        "keys drop k1",
        "audit verify",
        "audit cut",
        "audit export --practice bay-dental",
        "practice list",
        "restored --region au",
    ] {
        let (code, said) = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
        assert!(
            code == 1 && said.contains("made by a newer Portico: it has schema step 999"),
            "{command}: {code} {said}"
        );
    }
    assert_eq!((rows(), ring()), (before, keys));
    by_hand(folder.path(), "DELETE FROM schema_step WHERE number = 999");
    by_hand(folder.path(), "UPDATE schema_step SET digest = 'x' WHERE number = 2");
    let (code, said) = run(folder.path(), &["migrate"]);
    assert!(
        code == 1 && said.contains("schema step 2 (record is kept)") && said.contains("nothing was changed"),
        "{said}"
    );
}

#[test]
fn old_lines_of_the_record_are_cut_at_a_checkpoint() {
    let port = free_port();
    let folder = configured(port);
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    let add =
        ["practice", "add", "--region", "au", "--name", "Bay", "--administrator-name", "Kim Lee", "--slug", "bay"];
    assert_eq!(run(folder.path(), &[&add[..], &["--administrator", "kim@example.com"]].concat()).0, 0);
    by_hand(
        folder.path(),
        "INSERT INTO audit (practice_id, id, at, event, actor_kind, result)
         SELECT practice.id, 'old' || at.value, at.value, 'signed-in', 'person', 'done' FROM practice, json_each('[1, 2, 3]') at",
    );
    let mut serving = Serving::start(folder.path(), port);
    // The invitation is on record, and that its mail could not leave: there is no mail server.
    let until = Instant::now() + Duration::from_secs(30);
    while by_hand(folder.path(), "SELECT COUNT(*) FROM audit_chain") != "5" {
        assert!(Instant::now() < until, "the record was not chained");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(serving.asked_to_end(), Some(0));
    let (code, said) = run(folder.path(), &["audit", "cut", "--dry-run"]);
    assert!(
        code == 0 && said.contains("bay: 3 lines would be cut, up to line 3") && said.contains("(6 years)"),
        "{said}"
    );
    let (code, said) = run(folder.path(), &["audit", "cut"]);
    assert!(code == 0 && said.contains("bay: 3 lines cut, up to line 3"), "{said}");
    assert!(run(folder.path(), &["audit", "cut"]).1.contains("au: nothing is that old"));
    let (code, said) = run(folder.path(), &["audit", "verify"]);
    assert!(code == 0 && said.contains("2 lines after 3 that were cut at a sealed checkpoint are whole"), "{said}");
    by_hand(folder.path(), "DROP TRIGGER audit_cut_no_update; UPDATE audit_cut SET lines = 2, seal = 'k1.x'");
    let (code, said) = run(folder.path(), &["audit", "verify"]);
    assert!(code == 1 && said.contains("bay: line 3 is a checkpoint with a wrong seal"), "{code} {said}");
}

#[test]
fn a_practice_is_added_once_and_by_the_rules() {
    let folder = configured(8443);
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    let add = |slug: &str, email: &str| {
        let words = ["practice", "add", "--region", "au", "--name", "Bay", "--administrator-name", "Kim Lee"];
        run(folder.path(), &[&words[..], &["--slug", slug, "--administrator", email]].concat())
    };
    let (code, said) = add("support", "no address");
    assert!(code == 2 && said.contains("--slug") && said.contains("--administrator"), "{said}");
    let words = ["practice", "add", "--region", "au", "--name", "Bay", "--administrator-name", "Kim Lee"];
    let nowhere = ["--slug", "bay-dental", "--administrator", "kim@example.com", "--country", "ZZ"];
    let (code, said) = run(folder.path(), &[&words[..], &nowhere].concat());
    assert!(code == 2 && said.contains("--country"), "{code} {said}");
    let (code, said) = add("bay-dental", "kim@example.com");
    assert!(code == 0 && said.contains("an invitation to kim@example.com is in the outbox"), "{said}");
    assert_eq!(add("bay-dental", "kim@example.com").0, 1);
    assert!(run(folder.path(), &["practice", "list"]).1.contains("bay-dental"));
    let waiting =
        Command::new("sqlite3").arg(folder.path().join("au.db")).arg("SELECT about, state FROM outbox").output();
    assert_eq!(
        String::from_utf8_lossy(&waiting.unwrap().stdout),
        "invitation|queued\n",
        "one, though it was added twice"
    );
}

/// A server that is asked to end when the test does.
struct Serving(Child);

impl Serving {
    fn start(folder: &Path, port: u16) -> Serving {
        Serving::by(&mut portico(folder), folder, port)
    }

    /// With what else that command says.
    fn by(command: &mut Command, folder: &Path, port: u16) -> Serving {
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let child = command.arg("serve").stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut serving = Serving(child);
        for _ in 0..400 {
            if get(port, "/readyz").starts_with("HTTP/1.1 200") {
                return serving;
            }
            assert!(
                serving.0.try_wait().unwrap().is_none(),
                "{}",
                std::fs::read_to_string(folder.join("log")).unwrap()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("not ready after 20 s");
    }

    fn asked_to_end(&mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(port: u16, path: &str) -> String {
    let mut answer = String::new();
    if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
        let _ = write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let _ = stream.read_to_string(&mut answer);
    }
    answer
}

#[test]
fn keys_rotate_under_a_running_server_which_then_ends_in_order() {
    let port = free_port();
    let folder = configured(port);
    let mut serving = Serving::start(folder.path(), port);
    let (code, said) = run(folder.path(), &["keys", "rotate"]);
    assert!(code == 0 && said.contains("k2 is the current key"), "{said}");
    assert!(get(port, "/readyz").starts_with("HTTP/1.1 200"));
    let (code, said) = run(folder.path(), &["keys", "drop", "k1"]);
    assert!(code == 1 && said.contains("oldest"), "{said}");
    assert_eq!(serving.asked_to_end(), Some(0));
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    assert!(log.contains("the key file was read again") && log.contains("\"message\":\"ended\""), "{log}");
}

#[test]
fn the_record_is_checked_and_taken_along() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("data");
    let ready = folder.path().join("ready.json");
    let mut child = portico(folder.path())
        .args([
            "demo",
            "--port",
            "0",
            "--history",
            "--data-dir",
            demo.to_str().unwrap(),
            "--ready-file",
            ready.to_str().unwrap(),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if ready.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(ready.exists(), "the demo did not start");
    // Killed, not ended: what was stored is whole all the same.
    child.kill().unwrap();
    child.wait().unwrap();
    let here = demo.display();
    let text = format!(
        "base = \"localhost\"\nlisten = \"127.0.0.1:8443\"\npublic_scheme = \"http\"\noperator_name = \"Operator\"\n\
         operator_contact = \"help@portico.example\"\n[[region]]\nname = \"au\"\ndatabase = \"sqlite:{here}/au.db\"\n\
         [keys]\nfile = \"{here}/keys\"\n[mail]\ntransport = \"none\"\n"
    );
    std::fs::write(folder.path().join("portico.toml"), text).unwrap();
    let (code, said) = run(folder.path(), &["audit", "verify"]);
    assert_eq!(code, 0, "{said}");
    let line = said.lines().find(|line| line.contains("harbour-physio")).unwrap();
    let head = line.split("head ").nth(1).unwrap().trim().to_owned();
    let anchor = format!("harbour-physio={head}");
    assert_eq!(run(folder.path(), &["audit", "verify", "--anchor", &anchor]).0, 0);
    let (code, said) =
        run(folder.path(), &["audit", "verify", "--anchor", &format!("{}0", anchor.trim_end_matches(|c| c != 'x'))]);
    assert_eq!(code, 2, "{said}");
    let (code, csv) = run(folder.path(), &["audit", "export", "--practice", "harbour-physio", "--format", "csv"]);
    assert!(code == 0 && csv.lines().count() > 100, "{code} {}", csv.lines().count());
    // Somebody with the database in hand takes the guards away and changes a line.
    let changed = Command::new("sqlite3")
        .arg(demo.join("au.db"))
        .arg("DROP TRIGGER audit_no_update; UPDATE audit SET actor_name = 'Nobody' WHERE event = 'signed-in' AND rowid IN (SELECT rowid FROM audit WHERE event = 'signed-in' LIMIT 1 OFFSET 5);")
        .status()
        .unwrap();
    assert!(changed.success());
    let (code, said) = run(folder.path(), &["audit", "verify"]);
    assert!(code == 1 && said.contains("is changed"), "{code} {said}");
}

#[test]
fn keys_of_programs_are_made_listed_and_ended() {
    let folder = configured(8443);
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    let add =
        ["practice", "add", "--region", "au", "--name", "Bay", "--slug", "bay", "--administrator-name", "Kim Lee"];
    assert_eq!(run(folder.path(), &[&add[..], &["--administrator", "kim@example.com"]].concat()).0, 0);
    let key = |words: &[&str]| {
        let whose = ["--region", "au", "--practice", "bay"];
        run(folder.path(), &[&["api-key", words[0]][..], &whose, &words[1..]].concat())
    };
    let (code, said) = key(&["create", "--name", "Video visits", "--app", "https://visits.example/join"]);
    assert!(code == 0 && said.contains("it is not shown again"), "{said}");
    let (id, secret) = said.lines().next().unwrap().split_once("  ").unwrap();
    assert!(secret.starts_with("portico_") && secret.len() == 51, "{said}");
    assert!(!by_hand(folder.path(), ".dump").contains(secret), "kept in clear");
    let (code, said) = key(&["list"]);
    assert!(code == 0 && said.contains(id) && said.contains("Video visits") && said.contains("never used"), "{said}");
    assert!(!said.contains(secret));
    assert_eq!(key(&["end", id]).0, 0);
    assert!(key(&["list"]).1.contains(": ended "));
    let (code, said) = key(&["end", id]);
    assert!(code == 1 && said.contains("bay has no living key"), "{said}");
    let (code, said) = key(&["create", "--name", "X", "--app", "http://visits.example"]);
    assert!(code == 1 && said.contains("--app: an address like https://"), "{said}");
    assert_eq!(key(&["create", "--name", "X", "--app", "https://a.example", "--scope", "everything"]).0, 2);
}

#[test]
fn a_database_of_another_region_is_refused() {
    let folder = configured(8443);
    let here = folder.path().display().to_string();
    let file = folder.path().join("portico.toml");
    let one = std::fs::read_to_string(&file).unwrap();
    let second = format!(
        "{one}[[region]]\nname = \"uk\"\ndatabase = \"sqlite:{here}/uk.db\"\n[entrance]\ndatabase = \"sqlite:{here}/entrance.db\"\n"
    );
    std::fs::write(&file, &second).unwrap();
    // A database from before has no name yet and takes that of its region at the next start; so does a restored copy.
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    by_hand(folder.path(), "DELETE FROM whose_database");
    assert_eq!(run(folder.path(), &["practice", "list"]).0, 0);
    assert_eq!(by_hand(folder.path(), "SELECT region FROM whose_database"), "au");
    std::fs::copy(folder.path().join("au.db"), folder.path().join("copy.db")).unwrap();
    std::fs::write(&file, second.replace("au.db", "copy.db")).unwrap();
    assert_eq!(run(folder.path(), &["practice", "list"]).0, 0);
    // Swapped, or one of them twice by a detour that only shows when it is opened.
    let swapped = |one: &str, other: &str| second.replace(one, "x.db").replace(other, one).replace("x.db", other);
    let commands =
        "serve,serve --no-migrate,migrate,migrate --dry-run,doctor,keys list,keys rotate,audit verify,practice list";
    for (text, words) in [
        (swapped("au.db", "uk.db"), "the region au belongs to the region uk"),
        (swapped("uk.db", "entrance.db"), "the region uk belongs to the entrance"),
    ] {
        std::fs::write(&file, text).unwrap();
        for command in commands.split(',') {
            let (code, said) = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
            assert!(code == 1 && said.contains(words), "{command}: {code} {said}");
        }
    }
    std::fs::write(&file, &second).unwrap();
    assert_eq!(run(folder.path(), &["audit", "verify"]).0, 0);
}

#[test]
fn doctor_looks_for_every_name_and_advises_what_it_needs() {
    let folder = configured(8443);
    let here = folder.path().display().to_string();
    let file = folder.path().join("portico.toml");
    let text = std::fs::read_to_string(&file).unwrap().replace("\"localhost\"", "\"nowhere.invalid\"");
    let text = text.replace("public_scheme = \"http\"\n", "");
    std::fs::write(&file, format!("{text}[entrance]\ndatabase = \"sqlite:{here}/entrance.db\"\n")).unwrap();
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    let (_, said) = run(folder.path(), &["doctor"]);
    for name in ["nowhere.invalid", "support.nowhere.invalid"] {
        let part = format!("name {name}: not found from this machine\n      → make a DNS entry for {name}\n");
        assert_eq!(said.matches(&part).count(), 1, "{part} in:\n{said}");
    }
    assert!(!said.contains("*.entrance."), "{said}");
}
