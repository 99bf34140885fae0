//! The distinct forms of many pieces of text. A hash only finds candidates; bytes decide.

use crate::scan::hash;

const EMPTY: u64 = u64::MAX;

/// Forms: where each starts in `data`, and where the last one ends.
pub struct Piece<'a> {
    pub offsets: &'a [i32],
    pub data: &'a [u8],
}

/// Each form once, in the order of first use; and the number of each given form.
pub struct Distinct {
    pub codes: Vec<i32>,
    pub offsets: Vec<i64>,
    pub data: Vec<u8>,
}

impl<'a> Piece<'a> {
    fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }
}

/// The distinct forms of all pieces.
pub fn distinct(pieces: &[Piece], seed: u64) -> Distinct {
    distinct_by(pieces, |form| hash(form, seed))
}

fn distinct_by(pieces: &[Piece], hash: impl Fn(&[u8]) -> u64) -> Distinct {
    let total: usize = pieces.iter().map(Piece::len).sum();
    let mut found = Distinct {
        codes: Vec::with_capacity(total),
        offsets: Vec::with_capacity(total + 1),
        // Room for the worst case: what is never written takes no memory, growing would copy.
        data: Vec::with_capacity(pieces.iter().map(|piece| piece.data.len()).sum()),
    };
    found.offsets.push(0);
    let mut hashes: Vec<u64> = Vec::with_capacity(total);
    let mut slots = vec![EMPTY; 1 << 12];
    for piece in pieces {
        for pair in piece.offsets.windows(2) {
            let form = &piece.data[pair[0] as usize..pair[1] as usize];
            let hash = hash(form);
            let mask = slots.len() - 1;
            let mut slot = hash as usize & mask;
            let code = loop {
                let held = slots[slot];
                if held == EMPTY {
                    let code = hashes.len();
                    slots[slot] = hash >> 32 << 32 | code as u64;
                    found.data.extend_from_slice(form);
                    found.offsets.push(found.data.len() as i64);
                    hashes.push(hash);
                    break code;
                }
                let code = held as u32 as usize;
                if (held ^ hash) >> 32 == 0 && found.form(code) == form {
                    break code;
                }
                slot = (slot + 1) & mask;
            };
            found.codes.push(code as i32);
            if hashes.len() * 2 > slots.len() {
                slots = grown(&hashes, slots.len() * 4);
            }
        }
    }
    found
}

#[cold]
fn grown(hashes: &[u64], size: usize) -> Vec<u64> {
    let mut slots = vec![EMPTY; size];
    for (code, hash) in hashes.iter().enumerate() {
        let mut slot = *hash as usize & (size - 1);
        while slots[slot] != EMPTY {
            slot = (slot + 1) & (size - 1);
        }
        slots[slot] = hash >> 32 << 32 | code as u64;
    }
    slots
}

impl Distinct {
    #[inline(always)]
    fn form(&self, code: usize) -> &[u8] {
        &self.data[self.offsets[code] as usize..self.offsets[code + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_forms_share_a_number_whatever_their_hashes() {
        let offsets: Vec<i32> = (0..=6000).collect();
        let data: Vec<u8> = (0..6000).map(|i| (i % 200) as u8).collect();
        let piece = || Piece {
            offsets: &offsets,
            data: &data,
        };
        let same = |_: &[u8]| 5;
        let own = |form: &[u8]| hash(form, 3);
        let both = [
            distinct_by(&[piece(), piece()], same),
            distinct_by(&[piece(), piece()], own),
        ];
        for found in both {
            assert_eq!(found.codes.len(), 12_000);
            assert_eq!(found.offsets.len(), 201);
            let expected = |i: usize| (i % 6000 % 200) as i32;
            assert!(found
                .codes
                .iter()
                .enumerate()
                .all(|(i, &c)| c == expected(i)));
        }
    }
}
