//! Messages on their way out.

use portico::notices::{Event, Happening, happened};
use portico::platform::door::background_visit;
use portico::sign_in::person;

use crate::support::stage::Stage;
use crate::walk;

const SAM: &str = "sam@example.com";

/// Something happens to Sam at Harbour Physio, and a mail tells of it.
async fn tell_sam(stage: &Stage, event: Event) {
    let region = stage.server.region("au").unwrap();
    let practice = region.practices.by_slug(&region.db, "au", "harbour-physio", stage.now()).await.unwrap().unwrap();
    let sam = person::staff_by_email(&region.db, &practice.id, SAM).await.unwrap().unwrap();
    let visit = background_visit(&stage.server, practice).unwrap();
    let mut tx = region.db.write().await.unwrap();
    happened(&visit, &mut tx, Happening::of(event, &sam)).await.unwrap();
    tx.commit().await.unwrap();
}

walk!(a_message_can_be_read_before_and_after_it_is_delivered, |stage| {
    tell_sam(&stage, Event::PasswordChanged).await;
    let before = stage.messages(SAM).await;
    assert_eq!(before.len(), 1);
    assert_eq!(stage.deliver().await, 1);
    assert_eq!(stage.deliver().await, 0);
    let after = stage.messages(SAM).await;
    assert_eq!((&before[0].text, &before[0].html, &before[0].about), (&after[0].text, &after[0].html, &after[0].about));
});
