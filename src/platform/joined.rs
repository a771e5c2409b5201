//! Several statements as one text: each way to the database and back costs more than most statements. SQLite takes them one
//! behind the other; PostgreSQL takes arguments for one statement only, so there they become its `WITH`.

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

/// Writing statements and the one behind them, for PostgreSQL: `WITH later_1 AS (…), … <last>`, and all their arguments.
/// Only for statements that [`stand_alone`].
pub fn within(writes: Vec<Statement>, last: Statement) -> (String, Vec<Arg>) {
    let (mut text, mut all) = (String::new(), vec![]);
    for (number, (sql, args)) in writes.into_iter().enumerate() {
        text.push_str(if number == 0 { "WITH" } else { "," });
        text.push_str(" later_");
        text.push_str(&(number + 1).to_string());
        text.push_str(" AS (");
        append(&mut text, sql, all.len());
        text.push(')');
        all.extend(args);
    }
    if !text.is_empty() {
        text.push(' ');
    }
    append(&mut text, last.0, all.len());
    all.extend(last.1);
    (text, all)
}

/// Writing statements of which the later ones, `giving`, give rows back, for PostgreSQL: one that gives the rows of all, in
/// their order. Only for statements that [`stand_alone`].
pub fn gathered(mut silent: Vec<Statement>, giving: Vec<Statement>) -> (String, Vec<Arg>) {
    let first = silent.len() + 1;
    let rows: Vec<String> = (first..first + giving.len()).map(|n| format!("TABLE later_{n}")).collect();
    silent.extend(giving);
    let (mut text, all) = within(silent, ("", vec![]));
    text.push_str(&rows.join(" UNION ALL "));
    (text, all)
}

/// Whether statements do the same in one `WITH` as one behind the other. There they all see the database as it was before
/// the first of them (PostgreSQL manual, 7.8.4), so none may name a table that another one writes. What goes with a deleted
/// row by a foreign key is not seen here.
pub fn stand_alone<'a>(statements: impl Iterator<Item = &'a str> + Clone) -> bool {
    statements.clone().enumerate().all(|(place, sql)| {
        let mut others = statements.clone().enumerate().filter(|(other, _)| *other != place).map(|(_, sql)| sql);
        match written(sql) {
            Some(table) => others.all(|other| words(other).all(|word| word != table)),
            // What writes nothing may look at all that nobody writes.
            None => words(sql).next() == Some("SELECT"),
        }
    })
}

/// The table that a statement writes.
fn written(sql: &str) -> Option<&str> {
    let mut words = words(sql);
    match (words.next()?, words.next()?) {
        ("INSERT", "INTO") | ("DELETE", "FROM") => words.next(),
        ("UPDATE", table) => Some(table),
        _ => None,
    }
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
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

    #[test]
    fn writes_become_the_with_of_the_next() {
        let first = ("DELETE FROM a WHERE x = $1", args![1_i64]);
        let second = ("INSERT INTO b (x, y) VALUES ($1, $2)", args![2_i64, 3_i64]);
        let (text, args) = within(vec![first.clone(), second.clone()], ("SELECT z FROM c WHERE x = $1", args![4_i64]));
        assert_eq!(
            text,
            "WITH later_1 AS (DELETE FROM a WHERE x = $1), later_2 AS (INSERT INTO b (x, y) VALUES ($2, $3)) \
             SELECT z FROM c WHERE x = $4"
        );
        assert_eq!(args.len(), 4);
        let (text, _) = within(vec![], second);
        assert_eq!(text, "INSERT INTO b (x, y) VALUES ($1, $2)");
    }

    #[test]
    fn rows_of_all_are_given_in_order() {
        let silent = vec![("DELETE FROM c", vec![])];
        let (text, args) = gathered(
            silent,
            vec![
                ("INSERT INTO a (x) VALUES ($1) RETURNING 'a'", args!["1"]),
                ("UPDATE b SET x = $1 RETURNING 'b'", args!["2"]),
            ],
        );
        assert_eq!(
            text,
            "WITH later_1 AS (DELETE FROM c), later_2 AS (INSERT INTO a (x) VALUES ($1) RETURNING 'a'), \
             later_3 AS (UPDATE b SET x = $2 RETURNING 'b') TABLE later_2 UNION ALL TABLE later_3"
        );
        assert_eq!(args.len(), 2);
    }

    #[test]
    fn only_what_stands_alone_goes_together() {
        let cases: [(&[&str], bool); 9] = [
            (&["INSERT INTO a (x) VALUES (1)", "UPDATE b SET x = 1", "SELECT x FROM c"], true),
            (&["INSERT INTO a (b) VALUES (1)", "UPDATE b_c SET x = 1"], true),
            (&["INSERT INTO a (x) VALUES (1)", "SELECT x FROM a"], false),
            (&["UPDATE a SET x = 1", "UPDATE a SET y = 1"], false),
            (&["UPDATE a SET x = 1", "INSERT INTO b (x) SELECT x FROM c JOIN a ON a.x = c.x"], false),
            (&["INSERT INTO b (x) SELECT x FROM a", "DELETE FROM a WHERE x = 1"], false),
            (&["UPDATE a SET x = 1", "SELECT x FROM b WHERE x IN (SELECT x FROM a)"], false),
            (&["UPDATE a SET x = 1", "WITH w AS (SELECT 1) SELECT x FROM w"], false),
            (&["UPDATE a SET x = 1"], true),
        ];
        for (statements, together) in cases {
            assert_eq!(stand_alone(statements.iter().copied()), together, "{statements:?}");
        }
    }
}
