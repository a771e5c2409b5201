//! More time for a factor that is required.

use super::people::{SAM, alex, id_of, promote};
use crate::walk;

// AC-130
walk!(more_time_has_an_end_and_is_not_for_administrators, |stage| {
    let mut alex = alex(&stage).await;
    let id = id_of(&stage, "sam@example.com").await;
    for bad in ["", "2026-11-20", "2027-06-01", "soon"] {
        alex.open(&format!("/practice/people/{id}/more-time")).await;
        alex.submit(&[("until", bad)]).await;
        assert_eq!(alex.status, 422, "{bad}");
    }
    alex.open(&format!("/practice/people/{id}/more-time")).await;
    alex.submit(&[("until", "2026-12-24")]).await.sees("They have more time now.").sees("24 December 2026");
    assert!(stage.messages(SAM.0).await.iter().any(|mail| mail.about == "more-time-given"));
    promote(&stage, "sam@example.com").await;
    alex.open(&format!("/practice/people/{id}")).await.misses("Give more time");
    let csrf = {
        alex.open("/practice/people/new").await;
        alex.hidden("csrf")
    };
    let fields = [("csrf".to_owned(), csrf), ("until".to_owned(), "2026-12-24".to_owned())];
    alex.post(&format!("/practice/people/{id}/more-time"), &fields).await;
    assert_eq!(alex.status, 403);
});
