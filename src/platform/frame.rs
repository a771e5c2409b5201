//! What every page shows around its own part: practice, menu, language, and the words of the catalogue.

use super::server::Server;
use super::web::{Door, Visit, encode};

pub mod away;

/// Which door this browser's last sign-in was at, and whether somebody is at the clients' door now.
pub const WAY_IN: &str = "__Host-way-in";
pub const AT_PORTAL: &str = "__Host-at-portal";
pub const PORTAL: &str = "portal";
/// This browser came from the list at the entrance, which may still be open there.
pub const FROM_LIST: &str = "__Host-from-list";

pub struct Frame {
    pub visit: Visit,
    pub title: String,
    pub menu: Option<Menu>,
    /// Whose page it is, by their id: its forms act for nobody else. None before anybody is known.
    pub whose: Option<String>,
    /// The address of whoever is logging in, on the pages of a log-in under way.
    pub of: Option<String>,
    pub banner: Option<Banner>,
    /// File names under /assets/, loaded as deferred scripts.
    pub scripts: Vec<&'static str>,
    /// Seconds until the session locks and until it ends; for the warning dialog.
    pub locks_in: Option<(i64, i64)>,
    /// Whether the page's script tells the browser which passkeys there are now (WebAuthn L3, 5.1.10).
    pub signals: bool,
    /// A client's page: the button that leaves at once is always in sight.
    pub exit: bool,
}

pub struct Menu {
    pub name: String,
    pub people: bool,
    /// Members of a practice look after its clients.
    pub clients: bool,
}

pub struct Banner {
    /// info, success, warning or wrong (design.md).
    pub kind: &'static str,
    pub text: String,
}

impl Frame {
    /// A page with the title of that name; the practice's name is the argument `practice`.
    pub fn new(visit: &Visit, title: &str) -> Frame {
        let practice = practice_name(visit);
        Frame {
            title: visit.say_with(title, &[("practice", &practice)]),
            visit: visit.clone(),
            menu: None,
            whose: None,
            of: None,
            banner: None,
            scripts: vec!["reveal.js"],
            locks_in: None,
            signals: false,
            exit: false,
        }
    }

    /// A page for everybody, such as help or what went wrong: who came by the clients' door can leave at once from it too.
    #[must_use]
    pub fn exit_for_clients(mut self) -> Frame {
        let path = self.visit.path.as_str();
        let came_by = [WAY_IN, AT_PORTAL].iter().any(|cookie| self.visit.cookie(cookie) == Some(PORTAL));
        let is_there = path == "/portal" || path.starts_with("/portal/") || path.starts_with("/link/");
        self.exit = self.is_practice() && (came_by || is_there);
        self
    }

    #[must_use]
    pub fn script(mut self, name: &'static str) -> Frame {
        if !self.scripts.contains(&name) {
            self.scripts.push(name);
        }
        self
    }

    #[must_use]
    pub fn banner(mut self, kind: &'static str, message: &str) -> Frame {
        self.banner = Some(Banner { kind, text: self.visit.say(message) });
        self
    }

    /// A page of the clients' part.
    pub fn is_portal(&self) -> bool {
        self.exit
            || self.visit.path == "/portal"
            || self.visit.path.starts_with("/portal/")
            || self.visit.query == "at=portal"
    }

    pub fn say(&self, id: &str) -> String {
        self.visit.say(id)
    }

    pub fn say1(&self, id: &str, name: &str, value: &str) -> String {
        self.visit.say_with(id, &[(name, value)])
    }

    /// The first sentence, or the second where no mail of the practice has a link.
    pub fn by_mail(&self, link: &str, code: &str) -> String {
        let codes = self.visit.practice().is_ok_and(|practice| practice.discreet != 0);
        self.visit.say(if codes { code } else { link })
    }

    pub fn say2(&self, id: &str, a: (&str, &str), b: (&str, &str)) -> String {
        self.visit.say_with(id, &[a, b])
    }

    pub fn csrf(&self) -> String {
        self.visit.form_token(self.whose.as_deref())
    }

    pub fn practice(&self) -> String {
        practice_name(&self.visit)
    }

    pub fn has_logo(&self) -> bool {
        matches!(&self.visit.door, Door::Practice(practice, _) if practice.has_logo != 0)
    }

    /// Where "Exit quickly" leads from here: for whoever came from the list at the entrance by way of it, so that nothing is
    /// left open there either. The address travels sealed, or anybody could lead people anywhere from the entrance.
    pub fn exit_to(&self) -> String {
        self.exit_by(self.visit.will_have(FROM_LIST))
    }

    /// As [`Frame::exit_to`], for a browser that has forgotten where it came from.
    pub fn exit_by(&self, list: bool) -> String {
        let Ok(practice) = self.visit.practice() else { return away::USUAL.to_owned() };
        way_out(&self.visit.server, &practice.region, &practice.exit_to, list)
    }

    /// Whether this is a page about the practice's clients.
    pub fn is_at_clients(&self) -> bool {
        ["/practice/clients", "/practice/stuck", "/practice/client-rules"].iter().any(|path| self.is_under(path))
    }

    pub fn is_practice(&self) -> bool {
        matches!(&self.visit.door, Door::Practice(..))
    }

    pub fn lang(&self) -> &str {
        &self.visit.language
    }

    pub fn dir(&self) -> &'static str {
        super::text::direction(&self.visit.language)
    }

    pub fn entrance(&self) -> String {
        self.visit.server.entrance()
    }

    pub fn operator(&self) -> &str {
        &self.visit.server.config.operator_name
    }

    /// Whether this page stands at a path or below it, so that the menu can mark the place.
    pub fn is_under(&self, path: &str) -> bool {
        self.visit.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// A time as [`near`] says it.
    pub fn near(&self, at: &i64) -> String {
        near(&self.visit, *at)
    }

    /// A time as the practice's people read it.
    pub fn time(&self, at: &i64) -> String {
        super::when::full(*at, self.visit.zone())
    }

    pub fn day(&self, at: &i64) -> String {
        super::when::day(*at, self.visit.zone())
    }
}

/// Where "Exit quickly" leads from a practice of that region which chose `exit_to`; `list`: by way of the entrance.
pub(super) fn way_out(server: &Server, region: &str, exit_to: &str, list: bool) -> String {
    let to = away::of(exit_to, &server.config.base);
    let sealed = list.then(|| server.seal_for(region, "leave", &[], &to).ok()).flatten();
    match sealed {
        Some(sealed) => format!("{}/left?for={region}.{}", server.entrance(), encode(&sealed)),
        None => to,
    }
}

/// A time in a sentence: "today at 6:37 pm AEDT", or "on 3 May 2026 at 6:37 pm AEST" when it is farther away.
/// `at` is unix seconds.
pub fn near(visit: &Visit, at: i64) -> String {
    let zone = visit.zone();
    let (day, clock) = (super::when::day(at, zone), super::when::zoned_clock(at, zone));
    let day_of = |seconds: i64| super::when::day(visit.now + seconds, zone) == day;
    let name = match () {
        () if day_of(0) => "when-today",
        () if day_of(-86_400) => "when-yesterday",
        () if day_of(86_400) => "when-tomorrow",
        () => "when-on",
    };
    visit.say_with(name, &[("day", &day), ("clock", &clock)])
}

fn practice_name(visit: &Visit) -> String {
    match &visit.door {
        Door::Practice(practice, _) => practice.name.clone(),
        _ => "Portico".to_owned(),
    }
}
