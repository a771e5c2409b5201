//! Longer texts of the catalogues as blocks: each line is a paragraph, and a mark at its beginning makes it something else.
//! `- ` is a numbered step, `+ ` a point, `## ` a heading.

/// What a longer text is made of, in the order it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    Words(String),
    Heading(String),
    /// What to do, in order.
    Steps(Vec<String>),
    /// What stands beside each other.
    Points(Vec<String>),
}

/// Lines of a text as blocks; steps and points that follow each other belong together. Empty lines say nothing.
pub fn read(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = vec![];
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(heading) = line.strip_prefix("## ") {
            blocks.push(Block::Heading(heading.to_owned()));
        } else if let Some(step) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::Steps(steps)) => steps.push(step.to_owned()),
                _ => blocks.push(Block::Steps(vec![step.to_owned()])),
            }
        } else if let Some(point) = line.strip_prefix("+ ") {
            match blocks.last_mut() {
                Some(Block::Points(points)) => points.push(point.to_owned()),
                _ => blocks.push(Block::Points(vec![point.to_owned()])),
            }
        } else {
            blocks.push(Block::Words(line.to_owned()));
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_points_stay_together() {
        let words = |text: &str| Block::Words(text.to_owned());
        let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            read("One.\n- a\n\n  - b\nTwo.\n## More\n+ c\n+ d\n- e"),
            [
                words("One."),
                Block::Steps(list(&["a", "b"])),
                words("Two."),
                Block::Heading("More".to_owned()),
                Block::Points(list(&["c", "d"])),
                Block::Steps(list(&["e"])),
            ]
        );
        assert_eq!(read(" \n "), []);
        assert_eq!(read("-5 °C"), [words("-5 °C")]);
    }
}
