//! Searching bytes sixteen at a time, and hashing them.

/// Where one of `bytes` first stands in `text`.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn find<const N: usize>(text: &[u8], bytes: [u8; N]) -> Option<usize> {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
        _mm_setzero_si128,
    };
    let mut at = 0;
    while let Some(chunk) = text.get(at..at + 16) {
        // Every x86-64 processor has these instructions, and the chunk has the 16 bytes.
        let found = unsafe {
            let here = _mm_loadu_si128(chunk.as_ptr().cast::<__m128i>());
            let mut same = _mm_setzero_si128();
            for byte in bytes {
                same = _mm_or_si128(same, _mm_cmpeq_epi8(here, _mm_set1_epi8(byte as i8)));
            }
            _mm_movemask_epi8(same)
        };
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += 16;
    }
    find_plainly(&text[at..], bytes).map(|behind| at + behind)
}

#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn find<const N: usize>(text: &[u8], bytes: [u8; N]) -> Option<usize> {
    let mut at = 0;
    for chunk in text.chunks_exact(16) {
        // Without a way out of the loop, the compiler takes all bytes at once.
        let found = chunk.iter().fold(false, |any, b| any | bytes.contains(b));
        if found {
            break;
        }
        at += 16;
    }
    find_plainly(&text[at..], bytes).map(|behind| at + behind)
}

fn find_plainly<const N: usize>(text: &[u8], bytes: [u8; N]) -> Option<usize> {
    text.iter().position(|b| bytes.contains(b))
}

#[inline(always)]
fn word(chunk: &[u8]) -> u64 {
    u64::from_le_bytes([
        chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
    ])
}

#[inline(always)]
fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

const K0: u64 = 0xa076_1d64_78bd_642f;
const K1: u64 = 0xe703_7ed1_a0b4_28db;

/// A hash of `text`; `seed` differs between processes, so that nobody can prepare collisions.
#[inline(always)]
pub fn hash(text: &[u8], seed: u64) -> u64 {
    let mut state = seed ^ K0;
    let mut rest = text;
    while rest.len() > 16 {
        state = mixed(word(rest) ^ K1, word(&rest[8..]) ^ state);
        rest = &rest[16..];
    }
    let (a, b) = if rest.len() >= 8 {
        (word(rest), word(&rest[rest.len() - 8..]))
    } else if rest.len() >= 4 {
        let end = rest.len() - 4;
        let low = u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]);
        let high = u32::from_le_bytes([rest[end], rest[end + 1], rest[end + 2], rest[end + 3]]);
        (u64::from(low), u64::from(high))
    } else if let Some(&first) = rest.first() {
        let middle = rest[rest.len() / 2];
        let last = rest[rest.len() - 1];
        let three = u64::from(first) << 16 | u64::from(middle) << 8 | u64::from(last);
        (three, 0)
    } else {
        (0, 0)
    };
    mixed(K1 ^ text.len() as u64, mixed(a ^ K1, b ^ state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_plain_search_finds() {
        let text: Vec<u8> = (0..=255u8).chain(0..=255).collect();
        for start in 0..40 {
            for byte in [0u8, 1, 10, 34, 62, 92, 127, 128, 129, 255] {
                let plain = find_plainly(&text[start..], [byte]);
                assert_eq!(find(&text[start..], [byte]), plain);
                let either = find_plainly(&text[start..], [byte, 77, 9]);
                assert_eq!(find(&text[start..], [byte, 77, 9]), either);
            }
        }
        assert_eq!(find(b"", [1]), None);
    }

    #[test]
    fn hashes_differ_with_each_byte_and_length() {
        let text = [7u8; 64];
        let mut seen = std::collections::HashSet::new();
        for end in 0..=64 {
            assert!(seen.insert(hash(&text[..end], 1)));
            for place in 0..end {
                let mut other = text;
                other[place] = 8;
                assert!(seen.insert(hash(&other[..end], 1)), "{end} {place}");
            }
        }
    }
}
