//! The part of CBOR (RFC 8949) that CTAP2 allows authenticators: definite lengths only. Nothing is built for what is
//! skipped, no length is believed beyond the bytes that are there, and nesting ends at a small depth.

use super::Refusal;

/// Attestation statements nest three deep; the rest is for what may come.
const MOST_DEPTH: u8 = 8;
/// Entries of one map that are looked at.
const MOST_ENTRIES: u64 = 32;

/// A value that is looked at; anything else was only skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Other,
}

/// Reads from the front of what is left.
pub(super) struct Reader<'a> {
    pub rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    /// A map whose keys are numbers or short texts; a key that stands twice is refused.
    pub fn map(&mut self) -> Result<Vec<(Value<'a>, Value<'a>)>, Refusal> {
        let (major, count) = self.head()?;
        if major != 5 || count > MOST_ENTRIES {
            return Err(Refusal::Shape);
        }
        let mut entries: Vec<(Value<'a>, Value<'a>)> = Vec::new();
        for _ in 0..count {
            let key = self.value(1)?;
            if key == Value::Other || entries.iter().any(|(known, _)| *known == key) {
                return Err(Refusal::Shape);
            }
            entries.push((key, self.value(1)?));
        }
        Ok(entries)
    }

    fn value(&mut self, depth: u8) -> Result<Value<'a>, Refusal> {
        if depth > MOST_DEPTH {
            return Err(Refusal::Shape);
        }
        let (major, count) = self.head()?;
        let number = || i64::try_from(count).map_err(|_| Refusal::Shape);
        match major {
            0 => number().map(Value::Int),
            1 => number().map(|count| Value::Int(-1 - count)),
            2 => self.take(count).map(Value::Bytes),
            3 => std::str::from_utf8(self.take(count)?).map(Value::Text).map_err(|_| Refusal::Shape),
            4 | 5 => {
                let items = if major == 5 { count.checked_mul(2) } else { Some(count) };
                // Each item takes a byte at least, so that a length beyond the end costs nothing.
                let items = items.filter(|items| *items <= self.rest.len() as u64).ok_or(Refusal::Shape)?;
                for _ in 0..items {
                    self.value(depth + 1)?;
                }
                Ok(Value::Other)
            }
            6 => self.value(depth + 1).map(|_| Value::Other),
            _ => Ok(Value::Other),
        }
    }

    /// Major type and argument; indefinite lengths and reserved forms are refused.
    fn head(&mut self) -> Result<(u8, u64), Refusal> {
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let argument = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            length @ 24..=27 => {
                let bytes = self.take(1 << (length - 24))?;
                bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
            _ => return Err(Refusal::Shape),
        };
        Ok((first >> 5, argument))
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Refusal> {
        let count = usize::try_from(count).map_err(|_| Refusal::Shape)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Refusal::Shape)?;
        self.rest = rest;
        Ok(taken)
    }
}
