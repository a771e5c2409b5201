//! THE RULE: facts about a sign-in → the next step, as one ordered table of named rows.
//! Pure: no request, clock or database is in sight. Order is the priority, a row is a sentence, its name is the reason.

/// A way to show who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    Password,
    Totp,
    BackupCode,
    /// A passkey with user verification: two factors in one.
    Passkey,
    /// A security key touched without verification: a second factor, never the only one.
    Touch,
    /// A link or code from a mail, in the browser that asked.
    EmailLink,
    Pin,
    /// A client's own lock that the mailbox cannot open.
    Passphrase,
}

impl Factor {
    pub const ALL: [Factor; 8] = [
        Factor::Password,
        Factor::Totp,
        Factor::BackupCode,
        Factor::Passkey,
        Factor::Touch,
        Factor::EmailLink,
        Factor::Pin,
        Factor::Passphrase,
    ];

    /// The word for tables, the record and apps; never changes.
    pub const fn word(self) -> &'static str {
        match self {
            Factor::Password => "password",
            Factor::Totp => "totp",
            Factor::BackupCode => "backup-code",
            Factor::Passkey => "passkey",
            Factor::Touch => "touch",
            Factor::EmailLink => "email-link",
            Factor::Pin => "pin",
            Factor::Passphrase => "passphrase",
        }
    }

    pub fn from_word(word: &str) -> Option<Factor> {
        Factor::ALL.into_iter().find(|factor| factor.word() == word)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// A set of factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Factors(u16);

impl Factors {
    pub const NONE: Factors = Factors(0);

    pub const fn of(all: &[Factor]) -> Factors {
        let mut set = 0;
        let mut at = 0;
        while at < all.len() {
            set |= all[at].bit();
            at += 1;
        }
        Factors(set)
    }

    #[must_use]
    pub const fn with(self, factor: Factor) -> Factors {
        Factors(self.0 | factor.bit())
    }

    pub const fn has(self, factor: Factor) -> bool {
        self.0 & factor.bit() != 0
    }

    pub const fn any(self, other: Factors) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub const fn and(self, other: Factors) -> Factors {
        Factors(self.0 & other.0)
    }

    #[must_use]
    pub const fn or(self, other: Factors) -> Factors {
        Factors(self.0 | other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn list(self) -> impl Iterator<Item = Factor> {
        Factor::ALL.into_iter().filter(move |factor| self.has(*factor))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Staff,
    Client,
    Support,
}

/// What the person is on the way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    SignIn,
    /// Something sensitive: every factor again, within five minutes.
    Fresh,
    /// A session that locked after its idle limit.
    Unlock,
}

/// All that the rule looks at. Whether a date has come is decided before: the rule sees no calendar.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    pub kind: Kind,
    pub goal: Goal,
    /// What the person has set up. A factor switched off by wrong answers stays here: it is still owed.
    pub have: Factors,
    pub proved: Factors,
    /// This browser is recognised for this person, within its days.
    pub device_known: bool,
    /// A client's own lock.
    pub lock: Option<Factor>,
    /// Mail alone never lets this client in, lock or no lock.
    pub private: bool,
    /// A second factor or passkey is required of this person from today.
    pub second_required: bool,
    /// An administrator reset the factors: only the mailed link opens the way to new ones.
    pub re_enrol: bool,
    /// The password was found wanting and is replaced before anything else.
    pub new_password_due: bool,
}

/// Permission to start or refresh a session. Only this file can make one.
#[derive(Debug, PartialEq, Eq)]
pub struct Pass(());

#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Show any of these.
    Ask(Factors),
    /// Set up a second factor (an app or a passkey) now.
    SetUp,
    NewPassword,
    Refuse(Why),
    Done(Pass),
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Why {
    /// Mail alone may not open this portal and there is no lock yet: the practice sets one up.
    AskThePractice,
}

const SECOND: Factors = Factors::of(&[Factor::Totp, Factor::BackupCode, Factor::Passkey, Factor::Touch]);
const STAFF_FIRST: Factors = Factors::of(&[Factor::Password, Factor::Passkey]);
const CLIENT_FIRST: Factors = Factors::of(&[Factor::EmailLink, Factor::Pin, Factor::Password, Factor::Passkey]);
const CLIENT_UNLOCK: Factors = Factors::of(&[Factor::EmailLink, Factor::Passkey, Factor::Passphrase]);

type Rule = fn(&Facts) -> Option<Step>;

const fn done() -> Option<Step> {
    Some(Step::Done(Pass(())))
}

/// The table. The first row that answers decides.
pub const RULES: &[(&str, Rule)] = &[
    ("support uses passkeys only", |f| {
        (f.kind == Kind::Support && !f.proved.has(Factor::Passkey)).then(|| Step::Ask(Factors::of(&[Factor::Passkey])))
    }),
    ("a passkey is enough", |f| if f.proved.has(Factor::Passkey) { done() } else { None }),
    ("mail alone never opens a private sign-in", |f| {
        (f.kind == Kind::Client && f.private && f.lock.is_none()).then_some(Step::Refuse(Why::AskThePractice))
    }),
    ("what is required by now is set up before a locked session opens", |f| {
        (f.goal == Goal::Unlock && opens(f) && owes_set_up(f)).then_some(Step::SetUp)
    }),
    ("a locked session opens with one proof", |f| if f.goal == Goal::Unlock && opens(f) { done() } else { None }),
    ("a locked session asks for one proof", |f| (f.goal == Goal::Unlock).then(|| Step::Ask(unlocks(f)))),
    ("a client with a passkey shows it as fresh proof", |f| {
        owes_passkey(f).then(|| Step::Ask(Factors::of(&[Factor::Passkey])))
    }),
    ("the first proof comes first", |f| (!first_shown(f)).then(|| Step::Ask(first(f)))),
    ("a client's own lock must be opened", |f| {
        f.lock.filter(|lock| !f.proved.has(*lock)).map(|lock| Step::Ask(Factors::NONE.with(lock).with(Factor::Passkey)))
    }),
    ("fresh proof means every factor", |f| {
        (f.goal == Goal::Fresh && owes_second(f)).then(|| Step::Ask(f.have.and(SECOND)))
    }),
    ("fresh proof is complete", |f| if f.goal == Goal::Fresh { done() } else { None }),
    ("after a reset the mailed link opens the way", |f| {
        (f.re_enrol && !f.proved.has(Factor::EmailLink)).then(|| Step::Ask(Factors::of(&[Factor::EmailLink])))
    }),
    ("who has a code or a passkey is asked for one", |f| {
        (owes_second(f) && !f.device_known).then(|| Step::Ask(f.have.and(SECOND)))
    }),
    ("what is required from today is set up now", |f| owes_set_up(f).then_some(Step::SetUp)),
    ("a password that must change is changed now", |f| {
        (f.new_password_due && f.proved.has(Factor::Password)).then_some(Step::NewPassword)
    }),
    ("a known device stands for the code", |f| if owes_second(f) { done() } else { None }),
    ("password and second factor", |f| if f.proved.any(SECOND) { done() } else { None }),
    ("one proof is enough", |_| done()),
];

/// The next step, and the name of the row that decided it.
pub fn next(facts: &Facts) -> (Step, &'static str) {
    for (name, rule) in RULES {
        if let Some(step) = rule(facts) {
            return (step, name);
        }
    }
    (Step::Ask(first(facts)), "no row answered")
}

/// Whether what was shown would do as fresh proof too. A PIN read out on the phone never does.
pub fn is_fresh(facts: &Facts) -> bool {
    let fresh = next(&Facts { goal: Goal::Fresh, ..*facts }).0;
    matches!(fresh, Step::Done(_)) && !facts.proved.has(Factor::Pin)
}

fn first(f: &Facts) -> Factors {
    if f.kind == Kind::Client { CLIENT_FIRST } else { STAFF_FIRST }
}

fn first_shown(f: &Facts) -> bool {
    match f.kind {
        Kind::Client => f.proved.any(CLIENT_FIRST),
        Kind::Staff | Kind::Support => f.proved.any(STAFF_FIRST),
    }
}

/// A client's lock is the one proof that opens a locked session; without one a new link does.
fn unlocks(f: &Facts) -> Factors {
    match (f.kind, f.lock) {
        (Kind::Client, Some(lock)) => Factors::NONE.with(lock).with(Factor::Passkey),
        (Kind::Client, None) => CLIENT_UNLOCK,
        _ => STAFF_FIRST,
    }
}

fn opens(f: &Facts) -> bool {
    f.proved.any(unlocks(f))
}

/// The mailbox is no proof for changing what keeps the mailbox out. A passphrase beside the mail is.
fn owes_passkey(f: &Facts) -> bool {
    let has_only_passkeys = f.have.has(Factor::Passkey) && f.lock != Some(Factor::Passphrase);
    f.goal == Goal::Fresh && f.kind == Kind::Client && has_only_passkeys && !f.proved.has(Factor::Passkey)
}

/// Backup codes stand for the app: they are no second factor by themselves.
fn has_second(f: &Facts) -> bool {
    f.have.has(Factor::Totp) || f.have.has(Factor::Passkey) || f.have.has(Factor::Touch)
}

fn owes_set_up(f: &Facts) -> bool {
    f.kind == Kind::Staff && (f.second_required || f.re_enrol) && !has_second(f)
}

fn owes_second(f: &Facts) -> bool {
    f.kind != Kind::Client && f.have.any(SECOND) && !f.proved.any(SECOND)
}

#[cfg(test)]
mod tests;
