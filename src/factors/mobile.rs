//! Mobile numbers: reading what was typed, one stored form (E.164), and how a number is shown.
//! Whether the number is answered by the right person is the feature's business, not known here.

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, ParseError, PhoneNumber, Type, country};
use unicode_normalization::UnicodeNormalization;

/// Longest text read: any longer is no number, and every pattern below runs over it.
const MAX_CHARS: usize = 40;

/// A number that text messages can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mobile {
    e164: String,
    international: String,
}

/// Why a number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MobileProblem {
    Empty,
    NotANumber,
    /// A real number that no text message reaches, such as a landline.
    NotMobile,
    TooShort,
    TooLong,
    /// The length is right, but no country gives out such a number.
    Impossible,
}

/// Whether the numbering plans know a country of that name (ISO 3166 alpha-2).
pub fn knows(country: &str) -> bool {
    country.parse::<country::Id>().is_ok()
}

/// Reads a number as people of `default_country` (ISO 3166 alpha-2, `"AU"`) write it, or any with `+`.
///
/// With an unknown country only numbers with `+` are read. The first call loads the numbering plans
/// (about 9 MB, half of it pages of the binary), so a node that never sees a number never pays for them.
pub fn parse(typed: &str, default_country: &str) -> Result<Mobile, MobileProblem> {
    read(typed, default_country, judge)
}

/// As [`parse`], for a number that people call: landlines too, and none that costs the caller extra.
pub fn parse_phone(typed: &str, default_country: &str) -> Result<Mobile, MobileProblem> {
    read(typed, default_country, |number| match number.number_type(&DATABASE) {
        Type::FixedLine | Type::Voip | Type::PersonalNumber => Ok(Mobile::of(number)),
        Type::PremiumRate | Type::SharedCost => Err(MobileProblem::Impossible),
        _ => judge(number),
    })
}

fn read(
    typed: &str,
    default_country: &str,
    judge: impl FnOnce(&PhoneNumber) -> Result<Mobile, MobileProblem>,
) -> Result<Mobile, MobileProblem> {
    let typed: String = typed.trim().nfkc().take(MAX_CHARS + 1).collect();
    if typed.is_empty() {
        return Err(MobileProblem::Empty);
    }
    if typed.chars().count() > MAX_CHARS {
        return Err(MobileProblem::TooLong);
    }
    if !typed.chars().all(belongs_to_a_number) {
        return Err(MobileProblem::NotANumber);
    }
    let home: Option<country::Id> = default_country.parse().ok();
    let answer = phonenumber::parse(home, &typed).map_err(problem_of).and_then(|number| judge(&number));
    forget_patterns();
    answer
}

/// Letters are refused ("1800 PHYSIO" is no mobile), and so are extensions and dialling pauses.
fn belongs_to_a_number(c: char) -> bool {
    c.is_ascii_digit() || c.is_whitespace() || "+-.()/\u{2010}\u{2013}\u{2212}".contains(c)
}

fn problem_of(error: ParseError) -> MobileProblem {
    match error {
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => MobileProblem::TooShort,
        ParseError::TooLong => MobileProblem::TooLong,
        _ => MobileProblem::NotANumber,
    }
}

fn judge(number: &PhoneNumber) -> Result<Mobile, MobileProblem> {
    match number.number_type(&DATABASE) {
        Type::Mobile | Type::FixedLineOrMobile => Ok(Mobile::of(number)),
        Type::Unknown => Err(length_problem(number)),
        _ => Err(MobileProblem::NotMobile),
    }
}

/// Compares the digits with the lengths of mobile numbers in the regions of the country code.
fn length_problem(number: &PhoneNumber) -> MobileProblem {
    let Some(plans) = DATABASE.by_code(&number.code().value()) else {
        return MobileProblem::NotANumber;
    };
    let mobile = plans.iter().filter_map(|plan| plan.descriptors().mobile());
    let lengths = mobile.flat_map(|range| range.possible_length());
    let (Some(least), Some(most)) = (lengths.clone().min(), lengths.max()) else {
        return MobileProblem::Impossible;
    };
    let digits = number.national().to_string().len();
    if digits < usize::from(*least) {
        MobileProblem::TooShort
    } else if digits > usize::from(*most) {
        MobileProblem::TooLong
    } else {
        MobileProblem::Impossible
    }
}

/// Drops the compiled patterns, which would grow to 11 MB; compiling them again costs milliseconds.
fn forget_patterns() {
    if let Ok(mut patterns) = DATABASE.cache().lock() {
        patterns.clear();
    }
}

impl Mobile {
    fn of(number: &PhoneNumber) -> Mobile {
        Mobile {
            e164: number.format().mode(Mode::E164).to_string(),
            international: number.format().mode(Mode::International).to_string(),
        }
    }

    /// The stored form: `+61412345678`.
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// The form to read: `+61 412 345 678`.
    pub fn display(&self) -> &str {
        &self.international
    }

    /// The display form with every digit but the last three hidden: `+•• ••• ••• 678`.
    pub fn masked(&self) -> String {
        masked(&self.international)
    }
}

/// As [`Mobile::masked`], for a stored number that needs no reading again.
pub fn masked(number: &str) -> String {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    let hide = |c: char| {
        seen += usize::from(c.is_ascii_digit());
        if c.is_ascii_digit() && seen + 3 <= digits { '•' } else { c }
    };
    number.chars().map(hide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read() {
        let table = [
            ("0412 345 678", "AU", "+61412345678", "+61 412 345 678"),
            ("(04) 1234-5678", "AU", "+61412345678", "+61 412 345 678"),
            ("412345678", "AU", "+61412345678", "+61 412 345 678"),
            ("+61 412 345 678", "GB", "+61412345678", "+61 412 345 678"),
            ("+61 0412 345 678", "AU", "+61412345678", "+61 412 345 678"),
            ("61412345678", "AU", "+61412345678", "+61 412 345 678"),
            ("+61 (0) 412 345 678", "AU", "+61412345678", "+61 412 345 678"),
            ("0011 44 7400 123456", "AU", "+447400123456", "+44 7400 123456"),
            ("07400 123456", "GB", "+447400123456", "+44 7400 123456"),
            ("0044 7400 123456", "GB", "+447400123456", "+44 7400 123456"),
            ("\u{ff10}7400\u{a0}123456", "GB", "+447400123456", "+44 7400 123456"),
            ("021 123 4567", "NZ", "+64211234567", "+64 21 123 4567"),
            ("085 012 3456", "IE", "+353850123456", "+353 85 012 3456"),
            ("(201) 555-0123", "US", "+12015550123", "+1 201-555-0123"),
            ("312 345 6789", "IT", "+393123456789", "+39 312 345 6789"),
            ("+4915123456789", "", "+4915123456789", "+49 1512 3456789"),
        ];
        for (typed, country, stored, shown) in table {
            let mobile = parse(typed, country).unwrap_or_else(|problem| panic!("{typed}: {problem:?}"));
            assert_eq!((mobile.e164(), mobile.display()), (stored, shown), "{typed}");
            assert_eq!(parse(mobile.e164(), "").as_ref(), Ok(&mobile), "{typed}");
            assert_eq!(parse(mobile.display(), "").as_ref(), Ok(&mobile), "{typed}");
        }
    }

    #[test]
    fn numbers_refused() {
        use MobileProblem::{Empty, Impossible, NotANumber, NotMobile, TooLong, TooShort};
        let table = [
            ("", "AU", Empty),
            ("  ", "AU", Empty),
            ("hello", "AU", NotANumber),
            ("1800 PHYSIO", "AU", NotANumber),
            ("0412 345 678 ext 5", "AU", NotANumber),
            ("0412345678,123", "AU", NotANumber),
            ("0412345678\n\0", "AU", NotANumber),
            ("+", "AU", NotANumber),
            ("0412345678", "", NotANumber),
            ("+999 412 345 678", "AU", NotANumber),
            ("(02) 9374 4000", "AU", NotMobile),
            ("1900 123 456", "AU", NotMobile),
            ("1800 007 007", "AU", NotMobile),
            ("0121 234 5678", "GB", NotMobile),
            ("+800 1234 5678", "GB", NotMobile),
            ("04123", "AU", TooShort),
            ("0", "AU", NotANumber),
            ("+44 7400", "GB", TooShort),
            ("0412 345 678 901 234", "AU", TooLong),
            ("0412 345 678 901 234 567 890", "AU", TooLong),
            ("+44 7400 123456 1234", "GB", TooLong),
            ("+61 612 345 678", "AU", Impossible),
        ];
        for (typed, country, problem) in table {
            assert_eq!(parse(typed, country), Err(problem), "{typed:?}");
        }
        assert_eq!(parse(&"1".repeat(100_000), "AU"), Err(TooLong));
    }

    #[test]
    fn only_three_digits_show() {
        assert_eq!(parse("0412 345 678", "AU").unwrap().masked(), "+•• ••• ••• 678");
        assert_eq!(parse("07400 123456", "GB").unwrap().masked(), "+•• •••• •••456");
        assert_eq!(masked("+61412345678"), "+••••••••678");
    }

    /// Tries often, since tests beside this one fill the same cache.
    #[test]
    fn compiled_patterns_are_not_kept() {
        let emptied = (0..1_000).any(|_| {
            assert!(parse("0412345678", "AU").is_ok());
            DATABASE.cache().lock().unwrap().is_empty()
        });
        assert!(emptied);
    }
}
