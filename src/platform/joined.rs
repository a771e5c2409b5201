//! Several statements as one text, for SQLite: each way to its thread and back costs more than most statements. PostgreSQL
//! takes no arguments for such a text, so there each statement goes on its own.

use super::db::Arg;

/// A statement and its arguments.
pub type Statement = (&'static str, Vec<Arg>);

/// The text of all, and all their arguments in its order: `$1` of a later statement becomes the number it has among all.
pub fn joined(statements: Vec<Statement>) -> (String, Vec<Arg>) {
    let mut text = String::with_capacity(statements.iter().map(|(sql, _)| sql.len() + 8).sum());
    let mut all = vec![];
    for (sql, args) in statements {
        if !text.is_empty() {
            text.push_str("; ");
        }
        append(&mut text, sql, all.len());
        all.extend(args);
    }
    (text, all)
}

/// A `$` before digits is an argument, wherever it stands: no text of ours has one within quotes.
fn append(text: &mut String, sql: &str, before: usize) {
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let (kept, after) = rest.split_at(at + 1);
        let (number, after) = after.split_at(digits);
        text.push_str(kept);
        match number.parse::<usize>() {
            Ok(number) => text.push_str(&(number + before).to_string()),
            Err(_) => text.push_str(number),
        }
        rest = after;
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn arguments_are_counted_on() {
        let first = ("DELETE FROM a WHERE x = $1 AND y IN ($2, $3)", args![1_i64, 2_i64, 3_i64]);
        let second = ("UPDATE b SET y = $2 WHERE x = $1 OR x = '$'", args!["x", "y"]);
        let (text, args) = joined(vec![first, second]);
        assert_eq!(text, "DELETE FROM a WHERE x = $1 AND y IN ($2, $3); UPDATE b SET y = $5 WHERE x = $4 OR x = '$'");
        assert_eq!(args.len(), 5);
    }

    #[test]
    fn one_statement_is_left_as_it_is() {
        let (text, args) = joined(vec![("SELECT $12, $1", args![1_i64])]);
        assert_eq!((text.as_str(), args.len()), ("SELECT $12, $1", 1));
    }
}
