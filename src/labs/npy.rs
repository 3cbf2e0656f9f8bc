//! What is looked at in a .npy file from anywhere before a reader is trusted with it.
//!
//! A header is a Python literal. The reader makes room for as long a one as the file claims to have, and its time grows
//! exponentially with the depth of brackets in it; arrays of numbers need neither length nor depth.

/// Longest header, in bytes.
const MOST_HEADER: usize = 4096;
/// First bytes of a file among which its header lies, at most.
pub const START: usize = MOST_HEADER + 12;
/// Deepest brackets within brackets: a shape within the header has two.
const MOST_DEPTH: usize = 3;

/// Most values of an array: far more than any that is read, far fewer than overflow.
const MOST_VALUES: u64 = 1 << 40;
/// Longest number in a header.
const MOST_DIGITS: usize = 13;

/// First bytes of every .npy file.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// Why a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It is something else, or too new.
    #[error("this is no .npy file of version 1, 2 or 3")]
    Unknown,
    /// It ends within its header, or the header is no header.
    #[error("this .npy file is truncated or damaged")]
    Damaged,
}

/// Checks the header of a file of `length` bytes, whose first [`START`] bytes (or all) are `start`.
///
/// # Errors
/// [`HeaderError`].
pub fn check_header(start: &[u8], length: u64) -> Result<(), HeaderError> {
    let rest = start.strip_prefix(MAGIC).ok_or(HeaderError::Unknown)?;
    let (claimed, header) = match rest {
        [1, _, a, b, header @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), header),
        [2 | 3, _, a, b, c, d, header @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, header),
        [1..=3, ..] => return Err(HeaderError::Damaged),
        _ => return Err(HeaderError::Unknown),
    };
    if claimed > MOST_HEADER || claimed as u64 > length {
        return Err(HeaderError::Damaged);
    }
    let header = header.get(..claimed).ok_or(HeaderError::Damaged)?;
    let mut depth = 0_usize;
    // Brackets within quotes are counted as well: names of numbers have none.
    for byte in header {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MOST_DEPTH {
            return Err(HeaderError::Damaged);
        }
    }
    if values(header).is_none_or(|values| values > MOST_VALUES) {
        return Err(HeaderError::Damaged);
    }
    Ok(())
}

/// Product of all numbers in brackets: the number of values that the shape claims, counting empty axes as one long. `None`
/// if a number, there or elsewhere, is longer than any size. The reader multiplies without looking.
fn values(header: &[u8]) -> Option<u64> {
    let digits = |text: &&[u8]| !text.is_empty();
    let numbers = |text: &[u8]| -> Option<Vec<u64>> {
        let runs = text.split(|byte| !byte.is_ascii_digit()).filter(digits);
        let number =
            |run: &[u8]| if run.len() <= MOST_DIGITS { std::str::from_utf8(run).ok()?.parse().ok() } else { None };
        runs.map(number).collect()
    };
    numbers(header)?;
    let mut depth = 0_usize;
    let bracketed: Vec<u8> = header
        .iter()
        .map(|byte| {
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > 0 { *byte } else { b' ' }
        })
        .collect();
    numbers(&bracketed)?.into_iter().try_fold(1_u64, |product, axis| product.checked_mul(axis.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str) -> Vec<u8> {
        let mut bytes = [MAGIC, &[version, 0]].concat();
        match version {
            1 => bytes.extend((header.len() as u16).to_le_bytes()),
            _ => bytes.extend((header.len() as u32).to_le_bytes()),
        }
        bytes.extend(header.bytes());
        bytes
    }

    #[test]
    fn plain_headers_pass_and_deep_or_false_ones_do_not() {
        let plain = "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }\n";
        for version in 1..=3 {
            let bytes = file(version, plain);
            assert_eq!(check_header(&bytes, bytes.len() as u64), Ok(()));
            assert_eq!(check_header(&bytes[..bytes.len() - 1], bytes.len() as u64), Err(HeaderError::Damaged));
        }
        for shape in ["(4294967296, 4294967296)", "(0, 4294967296, 4294967296)", "(99999999999999999999,)"] {
            let vast = file(1, &format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n"));
            assert_eq!(check_header(&vast, vast.len() as u64), Err(HeaderError::Damaged), "{shape}");
        }
        let deep = file(1, &"(".repeat(30));
        assert_eq!(check_header(&deep, deep.len() as u64), Err(HeaderError::Damaged));
        let long = file(2, &" ".repeat(MOST_HEADER + 1));
        assert_eq!(check_header(&long, long.len() as u64), Err(HeaderError::Damaged));
        let new = file(4, plain);
        assert_eq!(check_header(&new, new.len() as u64), Err(HeaderError::Unknown));
        assert_eq!(check_header(b"", 0), Err(HeaderError::Unknown));
        assert_eq!(check_header(&file(1, plain)[..8], 8), Err(HeaderError::Damaged));
    }
}
