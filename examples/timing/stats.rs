//! What the times say: differences of low percentiles with their uncertainty, Welch's t, and how well an attacker
//! would tell known from unknown addresses. Pure; randomness comes from a small generator with a fixed seed.

/// SplitMix64: reproducible, and good enough for shuffling and bootstrap.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            things.swap(at, self.below(at + 1));
        }
    }
}

/// One try: which address, and the milliseconds it took.
#[derive(Clone, Copy)]
pub struct Try {
    pub address: usize,
    pub time: f64,
}

/// The 99 % bootstrap interval of the difference (known minus unknown) of one quantile, in milliseconds.
pub fn interval(known: &[Try], unknown: &[Try], share: f64, dice: &mut Dice) -> (f64, f64) {
    let (known, unknown) = (times(known), times(unknown));
    let mut differences: Vec<f64> =
        (0..1_000).map(|_| drawn_quantile(&known, share, dice) - drawn_quantile(&unknown, share, dice)).collect();
    differences.sort_by(f64::total_cmp);
    (differences[5], differences[994])
}

fn times(tries: &[Try]) -> Vec<f64> {
    let mut times: Vec<f64> = tries.iter().map(|t| t.time).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// The quantile of a resample with replacement. Of sorted times only the ranks need to be drawn.
fn drawn_quantile(sorted: &[f64], share: f64, dice: &mut Dice) -> f64 {
    let mut counts = vec![0_u32; sorted.len()];
    for _ in 0..sorted.len() {
        counts[dice.below(sorted.len())] += 1;
    }
    let wanted = (sorted.len() as f64 * share) as u32;
    let mut seen = 0;
    for (time, count) in sorted.iter().zip(counts) {
        seen += count;
        if seen > wanted {
            return *time;
        }
    }
    sorted[sorted.len() - 1]
}

pub fn quantile(tries: &[Try], share: f64) -> f64 {
    let times = times(tries);
    times[((times.len() as f64 * share) as usize).min(times.len() - 1)]
}

/// Welch's t of the times below the 90th percentile of all of them together.
pub fn cropped_welch(known: &[Try], unknown: &[Try]) -> f64 {
    let mut all = times(known);
    all.extend(times(unknown));
    all.sort_by(f64::total_cmp);
    let bound = all[all.len() * 9 / 10];
    let moments = |tries: &[Try]| {
        let kept: Vec<f64> = tries.iter().map(|t| t.time).filter(|time| *time <= bound).collect();
        let n = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / n;
        (mean, kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
    };
    let ((a, va), (b, vb)) = (moments(known), moments(unknown));
    (a - b) / (va + vb).sqrt()
}

/// How often an attacker who knows half of the addresses ranks a known one of the other half above an unknown one.
/// Each address is judged by one number from its tries; which number, and in which direction, is learnt from the first half.
pub fn attack(known: &[Try], unknown: &[Try], dice: &mut Dice) -> f64 {
    type Score = fn(&mut [f64]) -> f64;
    let scores: [Score; 4] = [
        |t| at(t, 0.0),
        |t| at(t, 0.25),
        |t| at(t, 0.5),
        |t| {
            at(t, 0.5);
            t[..t.len().div_ceil(2)].iter().sum::<f64>() / t.len().div_ceil(2) as f64
        },
    ];
    let (mut known, mut unknown) = (by_address(known), by_address(unknown));
    dice.shuffle(&mut known);
    dice.shuffle(&mut unknown);
    let score = |all: &mut [Vec<f64>], score: Score| all.iter_mut().map(|times| score(times)).collect::<Vec<_>>();
    let (half_known, half_unknown) = (known.len() / 2, unknown.len() / 2);
    let learnt = scores
        .map(|s| (s, area(&score(&mut known[..half_known], s), &score(&mut unknown[..half_unknown], s))))
        .into_iter()
        .max_by(|(_, a), (_, b)| (a - 0.5).abs().total_cmp(&(b - 0.5).abs()));
    let Some((best, trained)) = learnt else { return 0.5 };
    let tested = area(&score(&mut known[half_known..], best), &score(&mut unknown[half_unknown..], best));
    if trained >= 0.5 { tested } else { 1.0 - tested }
}

fn at(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() as f64 * share) as usize).min(times.len() - 1)]
}

fn by_address(tries: &[Try]) -> Vec<Vec<f64>> {
    let most = tries.iter().map(|t| t.address + 1).max().unwrap_or(0);
    let mut all = vec![vec![]; most];
    for one in tries {
        all[one.address].push(one.time);
    }
    all.retain(|times| !times.is_empty());
    all
}

/// Area under the curve: the share of pairs in which the first is larger, ties by half.
fn area(first: &[f64], second: &[f64]) -> f64 {
    let mut sum = 0.0;
    for a in first {
        for b in second {
            sum += if a > b { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 };
        }
    }
    sum / (first.len() * second.len()) as f64
}
