//! What the commands refuse, and what they say to do instead.

use std::process::Output;

use super::{by_hand, configured, portico, run};

#[test]
fn two_practices_of_one_name_are_told_apart() {
    let folder = configured(8443);
    let here = folder.path().display().to_string();
    let file = folder.path().join("portico.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}[[region]]\nname = \"uk\"\ndatabase = \"sqlite:{here}/uk.db\"\n")).unwrap();
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    for region in ["au", "uk"] {
        let words = ["practice", "add", "--region", region, "--name", region, "--slug", "same", "--administrator"];
        let (code, said) =
            run(folder.path(), &[&words[..], &["kim@example.com", "--administrator-name", "Kim"]].concat());
        assert_eq!(code, 0, "{said}");
    }
    let anchor = format!("same=1:{}", "0".repeat(64));
    let ways = [&["audit", "export", "--practice", "same"][..], &["audit", "verify", "--anchor", &anchor][..]];
    for words in ways {
        let (code, said) = run(folder.path(), words);
        assert!(code == 2 && said.contains("au and uk") && said.contains("--region"), "{words:?}: {code} {said}");
        assert_eq!(run(folder.path(), &[words, &["--region", "nowhere"]].concat()).0, 2);
    }
    let exported = "SELECT COUNT(*) FROM audit WHERE event = 'record-exported'";
    assert_eq!(by_hand(folder.path(), exported), "0");
    let (code, said) = run(folder.path(), &[ways[0], &["--region", "uk"]].concat());
    assert!(code == 0 && said.contains("record-exported"), "{code} {said}");
    assert_eq!(by_hand(folder.path(), exported), "0", "of the other region");
    let (_, said) = run(folder.path(), &[ways[1], &["--region", "uk"]].concat());
    assert!(said.contains("uk  same") && !said.contains("au  same"), "{said}");
    // One of a name needs no region.
    by_hand(folder.path(), "UPDATE practice SET slug = 'other' WHERE slug = 'same'");
    assert_eq!(run(folder.path(), &["audit", "export", "--practice", "other"]).0, 0);
}

#[test]
fn a_name_that_no_pepper_can_have_is_refused_before_the_start() {
    let folder = configured(8443);
    let file = folder.path().join("keys");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("k1:"), "{text}");
    std::fs::write(&file, text.replacen("k1", "K-2026", 1)).unwrap();
    for command in ["check", "serve"] {
        let (code, said) = run(folder.path(), &[command]);
        assert!(code == 2 && said.contains("1 to 8 of a-z and 0-9"), "{command}: {code} {said}");
    }
}

#[test]
fn a_key_in_the_environment_is_dropped_by_hand() {
    let folder = configured(8443);
    let made = || run(folder.path(), &["keys", "new"]).1.trim().to_owned();
    let ring = ["k3", "k2", "k1"].map(|name| made().replacen("k1", name, 1)).join("\n");
    let file = folder.path().join("portico.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("[keys]").unwrap();
    let (_, after) = after.split_once("[mail]").unwrap();
    std::fs::write(&file, format!("{before}[mail]{after}")).unwrap();
    let with_keys = |words: &[&str]| {
        let Output { status, stderr, .. } =
            portico(folder.path()).env("PORTICO_KEYS", &ring).args(words).output().unwrap();
        (status.code().unwrap(), String::from_utf8_lossy(&stderr).into_owned())
    };
    assert_eq!(with_keys(&["migrate"]).0, 0);
    let (code, said) = with_keys(&["keys", "drop", "k2"]);
    assert!(code == 1 && said.contains("nothing needs it") && said.contains("take it out there"), "{code} {said}");
    assert!(!said.contains("rotate"), "{said}");
}

#[test]
fn a_key_file_is_never_overwritten() {
    let folder = configured(8443);
    let before = std::fs::read(folder.path().join("keys")).unwrap();
    assert_eq!(run(folder.path(), &["keys", "new", "--out", "keys"]).0, 1);
    assert_eq!(std::fs::read(folder.path().join("keys")).unwrap(), before);
}

#[test]
fn only_a_start_or_a_migration_makes_a_database() {
    let folder = configured(8443);
    let file = folder.path().join("au.db");
    let add = "practice add --region au --slug bay --name Bay --administrator kim@example.com --administrator-name Kim";
    for command in [
        "serve --no-migrate",
        "practice list",
        add,
        "api-key list --region au --practice bay",
        "keys list",
        "keys rotate",
        "audit verify",
        "audit cut",
        "restored --region au",
    ] {
        let (code, said) = run(folder.path(), &command.split(' ').collect::<Vec<_>>());
        let told = said.contains("is not there") && said.contains(&file.display().to_string());
        assert!(code == 1 && told && said.contains("run portico migrate"), "{command}: {code} {said}");
        assert!(!file.exists(), "{command}");
    }
    let (code, said) = run(folder.path(), &["migrate", "--dry-run"]);
    assert!(code == 0 && said.contains("is not there") && said.contains("au: would run start"), "{code} {said}");
    let (code, said) = run(folder.path(), &["doctor"]);
    assert!(code == 1 && said.contains("au.db is not there"), "{code} {said}");
    assert!(!file.exists());
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    assert_eq!(run(folder.path(), &["practice", "list"]).0, 0);
    assert_eq!(run(folder.path(), &add.split(' ').collect::<Vec<_>>()).0, 0);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_entrance_alone_adds_no_practices_and_is_called_by_its_name() {
    let folder = configured(8443);
    let here = folder.path().display().to_string();
    let file = folder.path().join("portico.toml");
    let own = format!("[[region]]\nname = \"au\"\ndatabase = \"sqlite:{here}/au.db\"\n");
    let made = run(folder.path(), &["keys", "new"]).1;
    let key = made.trim().trim_start_matches("k1:");
    let far = format!(
        "[entrance]\ndatabase = \"sqlite:{here}/au.db\"\n[[region]]\nname = \"au\"\naddress = \"http://127.0.0.1:9\"\n\
         link_key = \"{key}\"\n"
    );
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(&own));
    std::fs::write(&file, text.replace(&own, &far)).unwrap();
    assert_eq!(run(folder.path(), &["migrate"]).0, 0);
    let add = "practice add --region au --slug bay --name Bay --administrator kim@example.com --administrator-name Kim";
    let (code, said) = run(folder.path(), &add.split(' ').collect::<Vec<_>>());
    assert!(code == 2 && said.contains("--region: this configuration serves no region"), "{code} {said}");
    by_hand(folder.path(), "INSERT INTO ring (practice_id, marks, at) VALUES ('entrance', 'another', 0)");
    let (_, said) = run(folder.path(), &["doctor"]);
    assert!(said.contains("region entrance: it was served under other keys"), "{said}");
}
