//! Two commands at once: a move that is started twice, and a name that somebody takes where a practice is going.

use portico::args;
use portico::config::{Database, Region};
use portico::ops::{practice, practice_move, practice_rename};

use super::moves::{OLD, leads};
use super::moves_older::another;
use crate::support::stage::Stage;
use crate::walk;

walk!(a_move_that_is_started_twice_says_so, |stage| {
    let run = || practice_move::go(&stage.server, "harbour-physio", "au", "uk");
    let (first, second) = tokio::join!(run(), run());
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
    for refused in [first, second].into_iter().filter_map(Result::err) {
        let said = refused.to_string();
        assert!(said.contains("another run of this move") && !said.contains("put back"), "{said}");
    }
    assert_eq!(run().await.unwrap(), ["au keeps only the record"], "run again it only looks");
    stage.wait(5);
    assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 308);
});

walk!(nobody_takes_a_name_where_its_practice_is_going, |stage| {
    let out = "UPDATE practice SET moving_to = 'uk' WHERE slug = 'harbour-physio'";
    stage.au().execute(out, args![]).await.unwrap();
    let added = practice::add(&stage.server, &another("uk", "harbour-physio")).await.map(|_| ());
    let renamed = practice_rename::rename(&stage.server, "uk", "thames-therapy", "harbour-physio").await.map(|_| ());
    for refused in [added, renamed] {
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("harbour-physio is on its way to uk"), "{said}");
    }
    practice::add(&stage.server, &another("uk", "bay-physio")).await.unwrap();
    practice_rename::rename(&stage.server, "uk", "thames-therapy", "quay-therapy").await.unwrap();
    // Taken all the same, by a server with another configuration say: the move names the cause and the way out.
    let uk = &stage.server.region("uk").unwrap().db;
    uk.execute("UPDATE practice SET slug = 'harbour-physio' WHERE slug = 'bay-physio'", args![]).await.unwrap();
    let refused = practice_move::go(&stage.server, "harbour-physio", "au", "uk").await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("harbour-physio is taken in uk") && said.contains("--undo"), "{said}");
    practice_move::undo(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
    practice_rename::rename(&stage.server, "au", "harbour-physio", "pier-physio").await.unwrap();
    practice_move::go(&stage.server, "pier-physio", "au", "uk").await.unwrap();
    stage.wait(5);
    assert_eq!(leads(&stage, "pier-physio.uk.localhost:8080", "/sign-in").await.0, 200);
});

// Both would leave, and only one could arrive.
#[tokio::test]
async fn two_practices_of_one_name_do_not_leave_for_one_region() {
    let folder = tempfile::tempdir().unwrap();
    let third = Database::Sqlite(folder.path().join("nz.db"));
    let region = Region { name: "nz".into(), database: third, max_connections: 6 };
    let stage = Stage::with(folder, |config| config.regions.push(region)).await;
    practice::add(&stage.server, &another("nz", "harbour-physio")).await.unwrap();
    let out = "UPDATE practice SET moving_to = 'uk' WHERE slug = 'harbour-physio'";
    let nz = &stage.server.region("nz").unwrap().db;
    nz.execute(out, args![]).await.unwrap();
    let said = practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap_err().to_string();
    assert!(said.contains("harbour-physio is on its way to uk from nz"), "{said}");
    assert_eq!(leads(&stage, OLD, "/sign-in").await.0, 200, "it is served on");
    // The first one stays after all: then the other may go.
    practice_move::undo(&stage.server, "harbour-physio", "nz", "uk").await.unwrap();
    practice_move::go(&stage.server, "harbour-physio", "au", "uk").await.unwrap();
}
