//! The operator's file of breached passwords: SHA-1 in hexadecimal, one per line with a count, ordered
//! by hash, as "Have I Been Pwned" publishes it. Tens of gigabytes, so it is searched where it lies.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};
use unicode_normalization::UnicodeNormalization as _;

/// 40 digits, a colon, a count of up to 20 digits, CR and LF; a longer line is no line of such a file.
const LONGEST_LINE: u64 = 64;

/// A list that is opened anew for each question, so that a newer file can be moved into its place.
#[derive(Clone, Debug)]
pub struct LeakedList {
    path: PathBuf,
}

/// The list could not answer; this is never "not leaked".
#[derive(Debug)]
pub enum LeakedError {
    Io(io::Error),
    /// The line around this byte is not `HEX:count`.
    Malformed {
        at: u64,
    },
    /// The lines around this byte are not ordered by hash.
    Unordered {
        at: u64,
    },
}

impl fmt::Display for LeakedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the list of leaked passwords cannot be read: {error}"),
            Self::Malformed { at } => write!(f, "no line `SHA-1:count` at byte {at}"),
            Self::Unordered { at } => write!(f, "not ordered by hash around byte {at}"),
        }
    }
}

impl std::error::Error for LeakedError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Malformed { .. } | Self::Unordered { .. } => None,
        }
    }
}

impl From<io::Error> for LeakedError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl LeakedList {
    /// Looks at the first and the last line, so that a wrong file is found at the start.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LeakedError> {
        let mut file = File::open(path.as_ref())?;
        let size = file.metadata()?.len();
        let first = line_at(&mut file, 0, size)?;
        let last = line_at(&mut file, size.saturating_sub(1), size)?;
        if first.hash > last.hash {
            return Err(LeakedError::Unordered { at: 0 });
        }
        Ok(Self { path: path.as_ref().to_owned() })
    }

    /// Whether the password, in NFC, stands in the list. About 35 short reads of the file: call it
    /// where blocking is allowed.
    pub fn contains(&self, password: &str) -> Result<bool, LeakedError> {
        let password: String = password.nfc().collect();
        let wanted: [u8; 20] = Sha1::digest(password.as_bytes()).into();
        let mut file = File::open(&self.path)?;
        let size = file.metadata()?.len();
        if size == 0 {
            return Err(LeakedError::Malformed { at: 0 });
        }
        let (mut low, mut high) = (0, size);
        let (mut least, mut most) = ([0u8; 20], [0xffu8; 20]);
        while low < high {
            let line = line_at(&mut file, u64::midpoint(low, high), size)?;
            if line.hash < least || line.hash > most {
                return Err(LeakedError::Unordered { at: line.start });
            }
            match line.hash.cmp(&wanted) {
                std::cmp::Ordering::Equal => return Ok(true),
                std::cmp::Ordering::Less => (low, least) = (line.end, line.hash),
                std::cmp::Ordering::Greater => (high, most) = (line.start, line.hash),
            }
        }
        Ok(false)
    }
}

struct Line {
    hash: [u8; 20],
    start: u64,
    /// Where the next line begins.
    end: u64,
}

/// The line that holds the byte at `position`.
fn line_at(file: &mut File, position: u64, size: u64) -> Result<Line, LeakedError> {
    let malformed = || LeakedError::Malformed { at: position };
    let from = position.saturating_sub(LONGEST_LINE);
    let until = size.min(position.saturating_add(LONGEST_LINE));
    file.seek(SeekFrom::Start(from))?;
    let mut around = Vec::new();
    file.take(until - from).read_to_end(&mut around)?;
    let here = usize::try_from(position - from).map_err(|_| malformed())?;
    if here >= around.len() {
        return Err(malformed());
    }
    let start = match around[..here].iter().rposition(|b| *b == b'\n') {
        Some(at) => at + 1,
        None if from == 0 => 0,
        None => return Err(malformed()),
    };
    let end = match around[here..].iter().position(|b| *b == b'\n') {
        Some(at) => here + at + 1,
        None if until == size => around.len(),
        None => return Err(malformed()),
    };
    let hash = parse(&around[start..end]).ok_or_else(malformed)?;
    Ok(Line { hash, start: from + start as u64, end: from + end as u64 })
}

fn parse(line: &[u8]) -> Option<[u8; 20]> {
    let (hex, count) = line.trim_ascii_end().split_at_checked(40)?;
    let digits = count.strip_prefix(b":")?;
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    data_encoding::HEXUPPER_PERMISSIVE.decode(hex).ok()?.try_into().ok()
}
