//! A page of the practice that was open while somebody else changed the same thing: it takes nothing back unseen.

use portico::args;

use super::people::{SAM, alex, id_of, promote};
use crate::support::browser::Browser;
use crate::support::desk::{change, number, times};
use crate::support::ways::somebody;
use crate::walk;

const DEMOTE: &str = "UPDATE person SET role = 'practitioner' WHERE email_key = $1 AND kind = 'staff'";

fn button(browser: &Browser, name: &str, value: &str) -> bool {
    browser.html.contains(&format!("name=\"{name}\" value=\"{value}\" checked"))
}

walk!(an_old_page_makes_nobody_administrator_again, |stage| {
    let mut alex = alex(&stage).await;
    promote(&stage, SAM.0).await;
    let page = format!("/practice/people/{}", id_of(&stage, SAM.0).await);
    alex.open(&format!("{page}/change")).await;
    assert!(button(&alex, "role", "administrator"));
    change(&stage, SAM.0, DEMOTE).await;
    alex.submit(&[("name", "Sam Renamed"), ("role", "administrator")]).await;
    assert_eq!(alex.status, 422);
    alex.sees("Somebody gave this person another role since you opened this page");
    assert_eq!((alex.hidden("name").as_str(), times(&stage, "role-changed").await), ("Sam Renamed", 0));
    let sam = somebody(&stage, SAM.0).await;
    assert_ne!((sam.role.as_str(), sam.name.as_str()), ("administrator", "Sam Renamed"));
    // Looked over and sent again, the name alone changes.
    alex.submit(&[("role", "practitioner")]).await.is_at(&page).sees("Sam Renamed");
    assert_eq!((somebody(&stage, SAM.0).await.role.as_str(), times(&stage, "role-changed").await), ("practitioner", 0));
    // Who means it still gives the role.
    alex.open(&format!("{page}/change")).await.submit(&[("role", "administrator")]).await;
    assert_eq!(
        (somebody(&stage, SAM.0).await.role.as_str(), times(&stage, "role-changed").await),
        ("administrator", 1)
    );
});

walk!(a_name_left_as_it_was_is_not_written_back, |stage| {
    let mut alex = alex(&stage).await;
    let page = format!("/practice/people/{}", id_of(&stage, SAM.0).await);
    alex.open(&format!("{page}/change")).await;
    change(&stage, SAM.0, "UPDATE person SET name = 'Sam Married' WHERE email_key = $1 AND kind = 'staff'").await;
    alex.submit(&[("role", "reception")]).await.is_at(&page);
    let sam = somebody(&stage, SAM.0).await;
    assert_eq!((sam.name.as_str(), sam.role.as_str()), ("Sam Married", "reception"));
});

walk!(two_administrators_change_rules_beside_each_other, |stage| {
    let mut first = alex(&stage).await;
    for (page, mine, other, sql) in [
        (
            "/practice/staff-rules",
            ("idle_minutes", "10"),
            ("keep_days", "7"),
            "SELECT COUNT(*) FROM practice WHERE idle_minutes = 10 AND keep_days = 7",
        ),
        (
            "/practice/client-rules",
            ("words", "Ring the bell"),
            ("keep_days", "7"),
            "SELECT COUNT(*) FROM practice WHERE stuck_words = 'Ring the bell' AND client_keep_days = 7",
        ),
    ] {
        let mut second = first.clone();
        first.open(page).await;
        second.open(page).await;
        second.submit(&[other]).await.sees("It holds from now on");
        first.submit(&[mine]).await.sees("somebody changed these rules since you opened this page");
        assert_eq!((first.status.as_u16(), first.hidden(mine.0).as_str()), (422, mine.1), "nothing typed is lost");
        assert_eq!(first.hidden(other.0), other.1, "what the other one chose stands there");
        assert_eq!(number(&stage, sql, args![]).await, 0, "nothing is saved yet");
        first.submit(&[]).await.sees("It holds from now on");
        assert_eq!(number(&stage, sql, args![]).await, 1);
    }
});
