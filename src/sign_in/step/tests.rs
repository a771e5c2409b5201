//! The laws of the rule, for every combination of facts there is.

use super::*;
use std::collections::HashSet;

/// Every combination of facts there is.
fn each(mut look: impl FnMut(&Facts)) {
    let flags = [false, true];
    for kind in [Kind::Staff, Kind::Client, Kind::Support] {
        for goal in [Goal::SignIn, Goal::Fresh, Goal::Unlock] {
            for lock in [None, Some(Factor::Passphrase), Some(Factor::Passkey)] {
                for bits in 0..32_u8 {
                    let flag = |at: u8| flags[usize::from(bits >> at & 1)];
                    for have in 0..32_u16 {
                        for proved in 0..256_u16 {
                            look(&Facts {
                                kind,
                                goal,
                                have: Factors(have),
                                proved: Factors(proved),
                                device_known: flag(0),
                                lock,
                                private: flag(1),
                                second_required: flag(2),
                                re_enrol: flag(3),
                                new_password_due: flag(4),
                            });
                        }
                    }
                }
            }
        }
    }
}

fn lets_in(f: &Facts) -> bool {
    matches!(next(f).0, Step::Done(_))
}

#[test]
fn the_laws_hold_for_every_combination() {
    let mut reached = HashSet::new();
    each(|f| {
        let (step, row) = next(f);
        reached.insert(row);
        let inside = matches!(step, Step::Done(_));
        assert!(
            !inside || f.proved.any(CLIENT_FIRST.or(CLIENT_UNLOCK)),
            "nobody gets in without a first proof: {f:?} {row}"
        );
        assert!(!inside || f.kind != Kind::Support || f.proved.has(Factor::Passkey), "support only by passkey: {f:?}");
        if f.kind == Kind::Staff && inside && !f.proved.has(Factor::Passkey) {
            assert!(f.proved.has(Factor::Password), "staff never by mail or PIN: {f:?} {row}");
            let second = f.proved.any(SECOND);
            if f.goal == Goal::SignIn && f.have.any(SECOND) {
                assert!(second || f.device_known, "a second factor is never skipped on a password alone: {f:?} {row}");
            }
            if f.goal == Goal::Fresh && f.have.any(SECOND) {
                assert!(second, "a device never stands for fresh proof: {f:?} {row}");
            }
            if f.goal != Goal::Fresh && (f.re_enrol || f.second_required) {
                assert!(has_second(f), "what is required cannot be walked around: {f:?} {row}");
            }
            assert!(
                f.goal != Goal::SignIn || !f.new_password_due,
                "a password that must change is changed: {f:?} {row}"
            );
        }
        if f.kind == Kind::Client && inside && !f.proved.has(Factor::Passkey) {
            assert!(f.lock.is_none_or(|lock| f.proved.has(lock)), "a client's lock is always asked: {f:?} {row}");
            assert!(!f.private || f.lock.is_some(), "mail alone never opens a private sign-in: {f:?}");
            let by_mail = f.goal == Goal::Fresh && f.have.has(Factor::Passkey);
            assert!(
                !by_mail || f.proved.has(Factor::Passphrase),
                "mail alone is no fresh proof for whoever has a passkey: {f:?} {row}"
            );
        }
    });
    let missed: Vec<_> = RULES.iter().filter(|(name, _)| !reached.contains(name)).map(|(name, _)| *name).collect();
    assert_eq!(missed, Vec::<&str>::new(), "each row is reached");
    assert!(!reached.contains("no row answered"));
}

#[test]
fn more_proof_never_closes_a_door() {
    each(|f| {
        if lets_in(f) && !f.new_password_due {
            for factor in Factor::ALL {
                assert!(lets_in(&Facts { proved: f.proved.with(factor), ..*f }), "{f:?} + {factor:?}");
            }
        }
    });
}

#[test]
fn a_pin_is_no_fresh_proof() {
    each(|f| {
        assert!(!is_fresh(f) || !f.proved.has(Factor::Pin), "{f:?}");
        let shown = f.goal == Goal::Fresh && lets_in(f) && !f.proved.has(Factor::Pin);
        assert!(!shown || is_fresh(f), "{f:?}");
    });
}

/// What a link opens a password opens, what a link does not open a password does not: lock and private sign-in stand
/// before both alike. A locked session takes no password at all.
#[test]
fn a_clients_password_counts_as_a_link_and_for_no_more() {
    let (link, password) = (Factors::of(&[Factor::EmailLink]), Factors::of(&[Factor::Password]));
    each(|f| {
        if f.kind != Kind::Client || f.proved.any(link.or(password)) || f.new_password_due {
            return;
        }
        let with = |more: Factors| Facts { proved: f.proved.or(more), ..*f };
        let (by_password, by_link) = (with(password), with(link));
        if f.goal == Goal::SignIn && !f.re_enrol {
            assert_eq!(next(&by_password), next(&by_link), "{f:?}");
        }
        assert!(!lets_in(&by_password) || lets_in(&by_link), "a password opens more than a link: {f:?}");
        if f.goal == Goal::Unlock {
            assert_eq!(lets_in(&by_password), lets_in(f), "{f:?}");
        }
    });
}

#[test]
fn a_step_can_always_be_taken() {
    each(|f| {
        if let Step::Ask(asked) = next(f).0 {
            assert!(!asked.is_empty(), "{f:?}");
            assert!(asked.list().any(|factor| !f.proved.has(factor)), "asks for something new: {f:?}");
        }
    });
}

#[test]
fn a_stranger_sees_the_steps_of_a_person_with_a_password() {
    let person = |have| Facts {
        kind: Kind::Staff,
        goal: Goal::SignIn,
        have,
        proved: Factors::NONE,
        device_known: false,
        lock: None,
        private: false,
        second_required: false,
        re_enrol: false,
        new_password_due: false,
    };
    let stranger = next(&person(Factors::NONE));
    for have in 0..256 {
        assert_eq!(next(&person(Factors(have))), stranger);
    }
}
