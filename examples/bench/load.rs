//! The load, made in a process of its own. Each kind prepares itself, says "ready", and then answers every line on
//! standard input ("go SECONDS") with one line of JSON.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Browser, Connection, Outcome};
use crate::passkey::Signer;

/// Where the load goes: one server and its people.
#[derive(Clone, Copy)]
pub struct Target {
    pub port: u16,
    pub people: u64,
    pub per_practice: u64,
}

impl Target {
    /// Somebody without a passkey, by a number that counts only these.
    fn browser(self, number: u64) -> Browser {
        Browser::of(number * 2 % self.people, self.per_practice)
    }

    /// Somebody with one.
    fn browser_with_passkey(self, number: u64) -> Outcome<Browser> {
        let person = (number * 2 + 1) % self.people;
        let mut browser = Browser::of(person, self.per_practice);
        browser.signer = Some(Arc::new(Signer::of(person)?));
        Ok(browser)
    }
}

/// Reads lines until the end of standard input and answers each.
pub async fn answer_lines(mut work: impl AsyncFnMut(f64) -> Outcome<Value>) -> Outcome<()> {
    say("ready");
    let mut lines = std::io::stdin().lock().lines();
    while let Some(line) = lines.next().transpose()? {
        let seconds = line.strip_prefix("go ").and_then(|text| text.parse().ok()).ok_or("go SECONDS")?;
        say(&work(seconds).await?.to_string());
    }
    Ok(())
}

fn say(line: &str) {
    println!("{line}");
    let _ = std::io::stdout().flush();
}

/// The browsers of people who came back, each with what it kept from the sign-in before.
static AT_HOME: Mutex<BTreeMap<u64, Browser>> = Mutex::new(BTreeMap::new());

/// Before sign-ins are counted: whoever is served first has had the work of all who stand behind them done meanwhile, and at the
/// end as many stand there whose work was done for nothing.
const RUN_UP: Duration = Duration::from_secs(1);

/// Whole password sign-ins of different people, so many at once, over kept connections: the page, then the form. Whoever
/// comes again comes with the same browser, unless `new_browsers` says that each is a new one, which is mailed.
pub async fn sign_ins(target: Target, at_once: u64, new_browsers: bool, seconds: f64) -> Outcome<Value> {
    whole(target, at_once, Way::Password { new_browsers }, seconds).await
}

/// As [`sign_ins`], with a passkey.
pub async fn passkeys(target: Target, at_once: u64, seconds: f64) -> Outcome<Value> {
    whole(target, at_once, Way::Passkey, seconds).await
}

#[derive(Clone, Copy)]
enum Way {
    Password { new_browsers: bool },
    Passkey,
}

async fn whole(target: Target, at_once: u64, way: Way, seconds: f64) -> Outcome<Value> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let new_browsers = matches!(way, Way::Password { new_browsers: true });
    let from = Instant::now() + RUN_UP;
    let end = from + Duration::from_secs_f64(seconds);
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        workers.spawn(async move {
            let mut connection = Connection::open(target.port).await?;
            let (mut right, mut refused, mut other) = (vec![], 0_u64, vec![]);
            while Instant::now() < end {
                let person = NEXT.fetch_add(1, Ordering::Relaxed) % (target.people / 2);
                let known = if new_browsers { None } else { at_home().remove(&person) };
                let mut browser = match (known, way) {
                    (Some(browser), _) => browser,
                    (None, Way::Password { .. }) => target.browser(person),
                    (None, Way::Passkey) => target.browser_with_passkey(person)?,
                };
                browser.form(&mut connection).await?;
                let sent = Instant::now();
                let answer = match way {
                    Way::Password { .. } => browser.submit(&mut connection).await?,
                    Way::Passkey => browser.show(&mut connection, target.port).await?,
                };
                match answer.status {
                    // What ends before or after was not done within the time.
                    303 if !browser.session.is_empty() => {
                        if (from..end).contains(&Instant::now()) {
                            right.push(millis(sent));
                        }
                    }
                    503 => refused += 1,
                    status => other.push(status),
                }
                browser.close();
                at_home().insert(person, browser);
            }
            Outcome::Ok((right, refused, other))
        });
    }
    let (mut right, mut refused, mut other) = (vec![], 0, vec![]);
    while let Some(worker) = workers.join_next().await {
        let (some, no, strange) = worker??;
        right.extend(some);
        refused += no;
        other.extend(strange);
    }
    let rate = right.len() as f64 / seconds;
    Ok(
        json!({ "rate": rate, "refused": refused, "other": other, "p50": quantile(&mut right, 0.5), "p99": quantile(&mut right, 0.99) }),
    )
}

fn at_home() -> MutexGuard<'static, BTreeMap<u64, Browser>> {
    AT_HOME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Browsers that are signed in, one per connection.
pub async fn signed_in(target: Target, connections: u64) -> Outcome<Vec<Browser>> {
    let mut connection = Connection::open(target.port).await?;
    let mut browsers = vec![];
    for person in 0..connections {
        // The last people of all, so that the sign-ins beside this load are somebody else's.
        let mut browser = target.browser(target.people - 1 - person);
        browser.form(&mut connection).await?;
        let answer = browser.submit(&mut connection).await?;
        if browser.session.is_empty() {
            return Err(format!("no session for person {person}: {}", answer.status).into());
        }
        browsers.push(browser);
    }
    Ok(browsers)
}

/// A browser with cookies as long as real ones, known to nobody.
pub fn signed_out(target: Target) -> Browser {
    let mut browser = target.browser(0);
    browser.pretend();
    browser
}

/// Session checks over one connection each; with `a_second`, at that rate over all of them, else as fast as it goes.
pub async fn checks(port: u16, browsers: &[Browser], seconds: f64, a_second: Option<f64>) -> Outcome<Value> {
    let (start, end) = (Instant::now(), Instant::now() + Duration::from_secs_f64(seconds));
    let wrong = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for (number, browser) in browsers.iter().enumerate() {
        let (host, cookies, wrong) = (browser.host.clone(), browser.cookies(), Arc::clone(&wrong));
        let step = a_second.map(|rate| Duration::from_secs_f64(browsers.len() as f64 / rate));
        let offset = step.map(|step| step.mul_f64(number as f64 / browsers.len() as f64));
        workers.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut times = vec![];
            let mut due = start + offset.unwrap_or_default();
            while Instant::now() < end {
                if let Some(step) = step {
                    tokio::time::sleep_until(due.into()).await;
                    due += step;
                }
                let sent = Instant::now();
                let answer = connection.get(&host, "/auth/check", &cookies).await?;
                times.push(millis(sent));
                if answer.status != 200 {
                    wrong.fetch_add(1, Ordering::Relaxed);
                }
            }
            Outcome::Ok(times)
        });
    }
    let mut times = vec![];
    while let Some(worker) = workers.join_next().await {
        times.extend(worker??);
    }
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    Ok(
        json!({ "rate": rate, "wrong": wrong.load(Ordering::Relaxed), "p50": quantile(&mut times, 0.5), "p99": quantile(&mut times, 0.99) }),
    )
}

/// So many sign-ins at the same moment: who gets in, who is told to come back, and how long the longest wait was.
pub async fn burst(target: Target, count: u64) -> Outcome<Value> {
    let mut ready = vec![];
    for person in 0..count {
        let mut connection = Connection::open(target.port).await?;
        let mut browser = target.browser(person);
        browser.form(&mut connection).await?;
        ready.push((connection, browser));
    }
    let mut workers = JoinSet::new();
    for (mut connection, mut browser) in ready {
        workers.spawn(async move {
            let sent = Instant::now();
            let answer = browser.submit(&mut connection).await?;
            let advised = answer.headers.contains_key(hyper::header::RETRY_AFTER);
            Outcome::Ok((answer.status, advised, millis(sent)))
        });
    }
    let (mut inside, mut refused, mut other, mut longest, mut longest_no) = (0, 0, vec![], 0_f64, 0_f64);
    while let Some(worker) = workers.join_next().await {
        match worker?? {
            (303, _, time) => (inside, longest) = (inside + 1, longest.max(time)),
            (503, true, time) => (refused, longest_no) = (refused + 1, longest_no.max(time)),
            (status, ..) => other.push(status),
        }
    }
    Ok(json!({ "in": inside, "refused": refused, "other": other, "longest": longest, "longest_refused": longest_no }))
}

/// So many sign-ins that are given up at once, then one more: how long that one takes.
pub async fn deserted(target: Target, count: u64) -> Outcome<Value> {
    let mut last = Connection::open(target.port).await?;
    let mut patient = target.browser(count);
    patient.form(&mut last).await?;
    let mut gone = vec![];
    for person in 0..count {
        let mut connection = Connection::open(target.port).await?;
        let mut browser = target.browser(person);
        browser.form(&mut connection).await?;
        gone.push((connection, browser));
    }
    let mut workers = JoinSet::new();
    for (mut connection, mut browser) in gone {
        workers.spawn(async move {
            let given_up = tokio::time::timeout(Duration::from_millis(30), browser.submit(&mut connection)).await;
            given_up.is_err()
        });
    }
    while workers.join_next().await.is_some() {}
    tokio::time::sleep(Duration::from_millis(20)).await;
    let sent = Instant::now();
    let answer = patient.submit(&mut last).await?;
    Ok(json!({ "status": answer.status, "next": millis(sent) }))
}

/// Sign-ins one after the other, at each server in turn; the median at each.
pub async fn in_turn(targets: &[Target], seconds: f64) -> Outcome<Value> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut connections = vec![];
    for target in targets {
        connections.push(Connection::open(target.port).await?);
    }
    let mut times = vec![vec![]; targets.len()];
    // A step that shares no factor with the number of people visits them all in no order the disk likes.
    let mut person = 7919_u64;
    while Instant::now() < end {
        person = person.wrapping_add(611_953);
        for ((target, connection), times) in targets.iter().zip(&mut connections).zip(&mut times) {
            let mut browser = target.browser(person);
            browser.form(connection).await?;
            let sent = Instant::now();
            let answer = browser.submit(connection).await?;
            if browser.session.is_empty() {
                return Err(format!("person {person} did not get in: {}", answer.status).into());
            }
            times.push(millis(sent));
        }
    }
    let count = times[0].len();
    Ok(json!({ "count": count, "medians": times.iter_mut().map(|times| quantile(times, 0.5)).collect::<Vec<_>>() }))
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

fn quantile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or(f64::NAN)
}
