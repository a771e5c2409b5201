//! A mailbox in memory instead of a mail server and a text gateway, for the demo and for tests.
//! Its pages are in `ops/mailbox.rs`; nothing of it outlives the process.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// The oldest messages beyond this number are forgotten.
const MOST: usize = 2_000;

/// A message as it would have gone out.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The id of its row in the outbox, the same for every try.
    pub id: String,
    /// mail or text.
    pub channel: &'static str,
    pub about: String,
    pub to: String,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// When it was put into the outbox, unix seconds.
    pub at: i64,
}

#[derive(Default)]
pub struct Mailbox {
    kept: Mutex<VecDeque<Kept>>,
}

impl Mailbox {
    /// Keeps a message; one that is there already is kept once, as its Message-ID would tell a mail program.
    pub fn keep(&self, message: Kept) {
        let mut kept = self.lock();
        if kept.iter().any(|other| other.id == message.id) {
            return;
        }
        kept.push_front(message);
        kept.truncate(MOST);
    }

    /// The last put in first, since several are handed over at once and overtake each other; `to` narrows to one address unless it is empty. The plus of a number may be missing, since a
    /// query reads it as a space.
    pub fn list(&self, to: &str) -> Vec<Kept> {
        let wanted = |kept: &&Kept| to.is_empty() || bare(&kept.to).eq_ignore_ascii_case(bare(to));
        let mut found: Vec<Kept> = self.lock().iter().filter(wanted).cloned().collect();
        // Ids sort as they were made.
        found.sort_by(|a, b| b.id.cmp(&a.id));
        found
    }

    pub fn get(&self, id: &str) -> Option<Kept> {
        self.lock().iter().find(|kept| kept.id == id).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bare(address: &str) -> &str {
    address.trim_start_matches('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_two_thousand_are_kept_once() {
        let mailbox = Mailbox::default();
        for number in (0..MOST + 5).chain([MOST]) {
            mailbox.keep(Kept {
                id: format!("{number:04}"),
                channel: "mail",
                about: String::new(),
                to: if number % 2 == 0 { "a@example.com".into() } else { "b@example.com".into() },
                from: String::new(),
                subject: String::new(),
                text: String::new(),
                html: String::new(),
                at: 0,
            });
        }
        let all = mailbox.list("");
        assert_eq!(all.len(), MOST);
        assert_eq!(all[0].id, (MOST + 4).to_string());
        assert!(all.is_sorted_by(|a, b| a.id > b.id));
        assert!(mailbox.get("0004").is_none() && mailbox.get("0005").is_some());
        assert!(mailbox.list("A@example.com").iter().all(|kept| kept.to == "a@example.com"));
    }
}
