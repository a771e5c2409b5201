//! What a thief of a backup has: nothing that opens a door (AC-188).

use data_encoding::BASE32_NOPAD;
use portico::platform::db::Db;
use portico::platform::secret::hash_token;

use crate::people::relaxed;
use crate::support::portal::{JO, ask, asked, code_of, link_of, number_on};
use crate::support::stage::{Stage, link_in};
use crate::support::two_factor::{SAM, SAMS_PASSWORD, backup_codes_on, enrol, next_code};
use crate::support::ways::{log_in, somebody};
use crate::walk;

/// All that the database keeps, as it stands on the disk or comes out of it.
async fn backup(stage: &Stage) -> String {
    if matches!(stage.au(), Db::Postgres { .. }) {
        let sql = "SELECT CAST(schema_to_xml('public', true, false, '') AS TEXT)";
        return stage.au().optional::<(String,)>(sql, vec![]).await.unwrap().unwrap().0;
    }
    let files = std::fs::read_dir(stage.folder.path()).unwrap().map(|file| file.unwrap().path());
    let of_au = files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("au.db"));
    of_au.map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()).collect()
}

/// What is kept of short codes: too short to be looked for in everything.
async fn kept_of_codes(stage: &Stage) -> Vec<String> {
    let mut all = vec![];
    for sql in [
        "SELECT hash FROM backup_code",
        "SELECT hash FROM pin",
        "SELECT code_hash FROM link_ask WHERE code_hash IS NOT NULL",
    ] {
        let rows: Vec<(String,)> = stage.au().all(sql, vec![]).await.unwrap();
        assert!(!rows.is_empty(), "nothing to compare with: {sql}");
        all.extend(rows.into_iter().map(|(kept,)| kept));
    }
    all
}

walk!(a_stolen_backup_opens_nothing, |stage| {
    relaxed(&stage).await;
    let mut sam = stage.browser();
    let secret = enrol(&mut sam, &stage).await;
    let codes = backup_codes_on(&sam);
    let mut known = stage.browser();
    log_in(&mut known, (SAM, SAMS_PASSWORD), true).await;
    known.submit(&[("code", &next_code(&stage, &secret))]).await.is_at("/me");
    stage.browser().open("/forgot").await.submit(&[("email", SAM)]).await;
    let (mut jo, mut phone) = (stage.browser(), stage.browser());
    let mail = asked(&stage, &mut jo, JO).await;
    stage.wait(61);
    ask(&mut phone, JO).await;
    phone.open(&phone.link("I can't get the email")).await;
    let number = number_on(&phone);
    sam.open(&format!("/practice/clients/{}/pin", somebody(&stage, JO).await.id)).await;
    sam.submit(&[("number", &number), ("how", "called-back")]).await.sees("It is shown only now");
    let pin = number_on(&sam);
    stage.deliver().await;
    let reset = stage.messages(SAM).await.into_iter().find(|mail| mail.text.contains("/reset/")).unwrap();

    let all = backup(&stage).await;
    assert!(all.contains(SAM) && all.contains(&somebody(&stage, JO).await.id), "the backup is read");
    let cookies = [&sam, &known, &jo, &phone].map(|browser| browser.cookies.values().cloned());
    let mut secrets: Vec<String> = cookies.into_iter().flatten().flat_map(pieces).collect();
    assert!(secrets.len() > 6, "{secrets:?}");
    for path in [link_of(&mail), link_in(&reset.text)] {
        secrets.push(path.rsplit('/').next().unwrap().to_owned());
    }
    secrets.push(BASE32_NOPAD.encode(&secret));
    secrets.extend(["/link/".to_owned(), "/reset/".to_owned(), SAMS_PASSWORD.to_owned()]);
    for secret in secrets {
        assert!(!all.contains(&secret), "{secret} is in the backup");
    }
    let mut short = codes.clone();
    short.extend(codes.iter().map(|code| portico::factors::backup_code::canonical(code).unwrap()));
    short.extend([code_of(&mail), pin.clone()]);
    for kept in kept_of_codes(&stage).await {
        assert!(
            short.iter().all(|code| kept != *code && kept != hash_token(code) && !kept.contains(&hash_token(code)))
        );
    }

    // What is kept of a cookie is no cookie.
    let kept: Vec<(String,)> = stage.au().all("SELECT token_hash FROM session", vec![]).await.unwrap();
    for (hash,) in kept {
        let mut thief = stage.browser();
        thief.cookies.insert("__Host-session".into(), hash);
        thief.open("/me").await.is_at("/sign-in");
    }
    // And everything opens for those who have it.
    phone.submit_to("/portal/pin", &[("pin", &pin)]).await.is_at("/me");
    known.open("/me").await.sees("My info");
    stage.browser().open(&link_in(&reset.text)).await.sees("new password");
});

/// The parts of a cookie that nobody could guess; an id is never a secret.
fn pieces(value: String) -> Vec<String> {
    let long = |piece: &&str| piece.len() >= 20 && uuid::Uuid::parse_str(piece).is_err();
    value.split(['.', '~', '|', ':']).filter(long).map(str::to_owned).collect()
}
