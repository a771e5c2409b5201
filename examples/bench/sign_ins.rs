//! Sign-ins with a password in a crowd, beside hashes with nothing around them, and what stands beyond the queue.

use serde_json::Value;

use crate::child::Process;
use crate::client::Outcome;
use crate::engine::{Engine, PEOPLE, Served, median, number, statuses};
use crate::report::{Limit, Report};

pub const AT_ONCE: u64 = 64;
/// Turns of sign-ins and of hashes alone: short ones and many, because the speed of a machine that others share changes within
/// seconds, and one turn's ratio lies up to a tenth beside the next one's.
const TURNS: usize = 30;

/// Whole sign-ins beside hashes with nothing around them. A database that is a program of its own works for the sign-ins
/// and not for the hashes, so its limit is held where server and hashes have one half of the cores and all others the rest.
pub fn beside_hashes(engine: &Engine, report: &mut Report) -> Outcome<()> {
    let limit = Limit::AtLeast(0.90);
    let Some(apart) = engine.apart()? else {
        return in_a_crowd(engine, Shown::Figure("sign-ins ÷ hashes, 64 at once", &limit), report);
    };
    let name = "sign-ins ÷ hashes, database on its cores";
    in_a_crowd(&apart.engine, Shown::Figure(name, &limit), report)?;
    drop(apart);
    in_a_crowd(engine, Shown::Note("sign-ins ÷ hashes, all on all cores"), report)
}

enum Shown<'a> {
    Figure(&'a str, &'a Limit),
    Note(&'a str),
}

/// In turn with the hashes.
fn in_a_crowd(engine: &Engine, shown: Shown<'_>, report: &mut Report) -> Outcome<()> {
    let (mut server, _) = engine.serve(&engine.small)?;
    let mut load = engine.load("sign-ins", server.port, AT_ONCE, 0.0, 0)?;
    // Everybody once: their password has been judged and their browser is known, as on any day but the first.
    let mut once = 0.0;
    while once < PEOPLE as f64 {
        let rate = number(&load.ask("go 4")?, "rate");
        once += if rate > 0.0 { rate * 4.0 } else { return Err("nobody gets in".into()) };
    }
    let (mut rates, mut raws, mut last) = (vec![], vec![], Value::Null);
    let (mut refused, mut other) = (0.0, vec![]);
    let mut spent = Spent::default();
    raws.push(engine.raw(0.75)?);
    for _ in 0..TURNS {
        let before = Spent::now(&mut server, &load)?;
        last = load.ask(&engine.go(3.0))?;
        spent.add(&before, &Spent::now(&mut server, &load)?);
        raws.push(engine.raw(0.75)?);
        rates.push(number(&last, "rate"));
        refused += number(&last, "refused");
        other.extend(statuses(&last));
    }
    // Each turn is held against the hashes before and after it, so that cores that slow down or are lent to others weigh on both.
    let beside: Vec<f64> = raws.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect();
    let ratio = rates.iter().sum::<f64>() / beside.iter().sum::<f64>();
    let measured = format!("{:.1} /s, bare Argon2id {:.1} /s", median(&mut rates), median(&mut raws));
    match shown {
        Shown::Figure(name, limit) => report.figure(name, &measured, ratio, "", limit),
        Shown::Note(name) => report.note(name, &format!("{measured:<44} {ratio:>7.2}")),
    }
    let measured = format!("p50 {:.0} ms, p99 {:.0} ms", number(&last, "p50"), number(&last, "p99"));
    report.note("  their time", &measured);
    report.note("  processor time of one", &spent.words());
    let measured = format!("{refused:.0} told to come back, answered otherwise: {other:?}");
    report.holds("  every one of the 64 gets in", &measured, refused == 0.0 && other.is_empty());
    let mut strangers = engine.load("new-browsers", server.port, AT_ONCE, 0.0, 0)?;
    strangers.ask("go 1")?;
    let measured = format!("{:.1} /s", number(&strangers.ask(&engine.go(4.0))?, "rate"));
    report.note("  each from a new browser, with a mail", &measured);
    full_queue(engine, &mut server, report)?;
    let memory = server.process.memory()?;
    report.figure("memory after this load", "", memory, "MB", &Limit::AtMost(120.0));
    Ok(())
}

/// Processor seconds of those who share the cores during a load, and how many hashes they got done.
#[derive(Default)]
pub struct Spent {
    pub hashes: f64,
    pub hashing: f64,
    pub server: f64,
    pub load: f64,
    pub again: f64,
}

impl Spent {
    pub fn now(server: &mut Served, load: &Process) -> Outcome<Spent> {
        let counts = server.process.ask("counts")?;
        Ok(Spent {
            hashes: number(&counts, "made"),
            hashing: number(&counts, "hashing"),
            server: server.process.processor_seconds()?,
            load: load.processor_seconds()?,
            again: number(&counts, "again"),
        })
    }

    pub fn add(&mut self, before: &Spent, after: &Spent) {
        self.hashes += after.hashes - before.hashes;
        self.hashing += after.hashing - before.hashing;
        self.server += after.server - before.server;
        self.load += after.load - before.load;
        self.again += after.again - before.again;
    }

    fn words(&self) -> String {
        let [hash, rest, load] =
            [self.hashing, self.server - self.hashing, self.load].map(|seconds| seconds * 1000.0 / self.hashes);
        let again = self.again / self.hashes;
        format!("hash {hash:.2} ms, the server's rest {rest:.2} ms, the load {load:.2} ms; run again {again:.2} times")
    }
}

/// Beyond the queue: told to come back, at once; and nobody waits for those who left.
fn full_queue(engine: &Engine, server: &mut Served, report: &mut Report) -> Outcome<()> {
    let burst = engine.load("burst", server.port, 200, 0.0, 0)?.ask("go 1")?;
    let ([inside, refused], other) = (["in", "refused"].map(|name| number(&burst, name)), statuses(&burst));
    let measured = format!(
        "{inside:.0} in (longest {:.0} ms), {refused:.0} told 503 with Retry-After, else {other:?}",
        number(&burst, "longest"),
    );
    report.holds("200 at the same moment", &measured, other.is_empty() && refused > 0.0 && inside >= 64.0);
    let before = number(&server.process.ask("counts")?, "made");
    let next = engine.load("deserted", server.port, 60, 0.0, 0)?.ask("go 1")?;
    // One is for whoever stayed; some were under way when the others left.
    let hashed = number(&server.process.ask("counts")?, "made") - before - 1.0;
    let measured = format!("{hashed:.0} of them hashed, the next sign-in took {:.0} ms", number(&next, "next"));
    report.holds("60 leave before their turn", &measured, hashed <= 20.0 && number(&next, "status") == 303.0);
    Ok(())
}
