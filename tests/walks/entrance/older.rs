//! A region is put back from a backup that is older than a practice's move: what it still knows of the practice's people is old.

use portico::args;
use portico::ops::{practice_move, practice_rename, practice_twice};

use super::{ask, browser, mails};
use crate::moves_restored::Backup;
use crate::walk;

walk!(whose_access_has_ended_is_not_led_there_by_the_older_rows, |stage| {
    let backup = Backup::of_au(&stage).await;
    practice_rename::rename(&stage.server, "au", "harbour-physio", "bay-physio").await.unwrap();
    practice_move::go(&stage.server, "bay-physio", "au", "uk").await.unwrap();
    let uk = &stage.server.region("uk").unwrap().db;
    let ended = "UPDATE person SET closed_at = $2 WHERE practice_id = $1 AND email_key = 'sam@example.com'";
    assert_eq!(uk.execute(ended, args![&backup.id, stage.now()]).await.unwrap(), 1);
    backup.put_back_whole(&stage).await;
    assert_eq!(practice_twice::settle(&stage.server).await.unwrap().len(), 1);

    ask(&stage, &mut browser(&stage), "sam@example.com").await;
    let mail = mails(&stage, "sam@example.com").remove(0);
    assert!(!mail.text.contains("physio.") && !mail.text.contains("Harbour Physio"), "{}", mail.text);
    assert_eq!(mail.about, "find-nothing");
    // Whoever still has access is led to where it is, once.
    ask(&stage, &mut browser(&stage).from("198.51.100.4"), "alex@example.com").await;
    let mail = mails(&stage, "alex@example.com").remove(0);
    assert_eq!(mail.text.matches("http://bay-physio.uk.localhost:8080/sign-in").count(), 1, "{}", mail.text);
    assert_eq!(mail.text.matches("physio.").count(), 1, "{}", mail.text);
});
