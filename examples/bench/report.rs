//! Each figure beside its limit, aligned, and whether all held.

#[derive(Default)]
pub struct Report {
    missed: usize,
}

pub enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    pub fn title(&self, text: &str) {
        println!("\n{text}");
    }

    /// One figure: what was measured in words, the number that counts, and its limit.
    pub fn figure(&mut self, name: &str, measured: &str, number: f64, unit: &str, limit: &Limit) {
        let (words, held) = match limit {
            Limit::AtLeast(least) => (format!("at least {least:.2}"), number >= *least),
            Limit::AtMost(most) => (format!("at most {most:.2}"), number <= *most),
        };
        self.missed += usize::from(!held);
        let verdict = if held { "pass" } else { "MISS" };
        println!("  {name:<40} {measured:<44} {number:>7.2} {unit:<3} {words:<15} {verdict}");
    }

    /// Something that must hold, without a number.
    pub fn holds(&mut self, name: &str, measured: &str, held: bool) {
        self.missed += usize::from(!held);
        println!("  {name:<40} {measured:<71} {}", if held { "pass" } else { "MISS" });
    }

    pub fn note(&self, name: &str, measured: &str) {
        println!("  {name:<40} {measured}");
    }

    /// Something that another process measured and printed has missed.
    pub fn count_missed(&mut self) {
        self.missed += 1;
    }

    pub fn missed(&self) -> usize {
        self.missed
    }
}
