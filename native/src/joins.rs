//! The inner loops of answering a question on columns of numbers: looking up, joining, telling
//! rows apart, ordering. `loops` and `lookups` in `kkgraph.columnar.solving` do
//! the same with NumPy.

const UNBOUND: i32 = -1;
const NONE: u32 = u32::MAX;
/// A table of numbers is made while it has no more than so many slots, and eight for each row.
const TABLE: u64 = 1 << 20;

/// The least number, and how many there are from it to the greatest; 0 and 1 for no numbers.
fn span(values: &[i32]) -> (i32, u64) {
    let low = values.iter().copied().min().unwrap_or(0);
    let high = values.iter().copied().max().unwrap_or(0);
    (low, (i64::from(high) - i64::from(low) + 1) as u64)
}

/// A table whose first slot stands for the numbers below `low`, the second one for `low` itself,
/// and the last one for those above the others.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    pub slots: &'a [i32],
    pub low: i64,
}

impl Table<'_> {
    /// The slot of a number where the last `spare` of them are for no number.
    #[inline(always)]
    fn slot(&self, number: i32, spare: i64) -> usize {
        let last = self.slots.len() as i64 - 1 - spare;
        (i64::from(number) - self.low + 1).clamp(0, last) as usize
    }

    /// The number in the slot of each wanted one.
    pub fn look_up(&self, wanted: &[i32], found: &mut [i32]) {
        for (found, &number) in found.iter_mut().zip(wanted) {
            *found = self.slots[self.slot(number, 0)];
        }
    }

    /// The places of the wanted numbers whose slot is filled, and what it holds; how many.
    pub fn find(&self, wanted: &[i32], places: &mut [i32], found: &mut [i32]) -> usize {
        let mut n = 0;
        for (place, &number) in wanted.iter().enumerate() {
            let value = self.slots[self.slot(number, 0)];
            places[n] = place as i32;
            found[n] = value;
            n += usize::from(value != UNBOUND);
        }
        n
    }

    /// Where the values of a number start and end, in a table of starts.
    #[inline(always)]
    fn range(&self, number: i32) -> (usize, usize) {
        let slot = self.slot(number, 1);
        (self.slots[slot] as usize, self.slots[slot + 1] as usize)
    }

    /// How many values the wanted numbers have together.
    pub fn count(&self, wanted: &[i32]) -> usize {
        wanted
            .iter()
            .map(|&number| self.range(number))
            .map(|(start, end)| end - start)
            .sum()
    }

    /// Each row of `left` as often as its wanted number has values, and beside it these values of
    /// each column of `right`, one column after the other. `into` has as many rows as `count` says.
    pub fn spread(&self, wanted: &[i32], left: &[&[i32]], right: &[&[i32]], into: &mut [i32]) {
        let ranges: Vec<(u32, u32)> = wanted
            .iter()
            .map(|&number| self.range(number))
            .map(|(start, end)| (start as u32, end as u32))
            .collect();
        let rows = into.len() / (left.len() + right.len()).max(1);
        let mut columns = into.chunks_exact_mut(rows.max(1));
        for (column, into) in left.iter().zip(&mut columns) {
            let mut at = 0;
            for (&value, &(start, end)) in column.iter().zip(&ranges) {
                let next = at + (end - start) as usize;
                for cell in &mut into[at..next] {
                    *cell = value;
                }
                at = next;
            }
        }
        for (column, into) in right.iter().zip(&mut columns) {
            let mut at = 0;
            for &(start, end) in &ranges {
                let values = &column[start as usize..end as usize];
                for (cell, &value) in into[at..].iter_mut().zip(values) {
                    *cell = value;
                }
                at += values.len();
            }
        }
    }
}

/// The values at some places.
pub fn take(values: &[i32], places: &[i32], into: &mut [i32]) {
    for (cell, &place) in into.iter_mut().zip(places) {
        *cell = values[place as usize];
    }
}

/// The places of what is true; how many.
pub fn places(flags: &[u8], into: &mut [i32]) -> usize {
    let mut n = 0;
    for (place, &flag) in flags.iter().enumerate() {
        into[n] = place as i32;
        n += usize::from(flag != 0);
        if n == into.len() {
            break;
        }
    }
    n
}

/// The different values, in ascending order, and the place of each value among them; how many.
/// `known` and `codes` have as many cells as there are values.
pub fn rank(values: &[i32], known: &mut [i32], codes: &mut [i32]) -> usize {
    let (low, size) = span(values);
    let mut n = 0;
    if size > (TABLE + 8 * values.len() as u64).min(64 * values.len() as u64) {
        for (value, place) in sorted(values) {
            if n == 0 || known[n - 1] != value {
                known[n] = value;
                n += 1;
            }
            codes[place as usize] = n as i32 - 1;
        }
        return n;
    }
    let mut ranks = vec![0u32; size as usize];
    for &value in values {
        ranks[(value - low) as usize] = 1;
    }
    for (place, rank) in ranks.iter_mut().enumerate() {
        if *rank != 0 {
            known[n] = low + place as i32;
            *rank = n as u32;
            n += 1;
        }
    }
    for (code, &value) in codes.iter_mut().zip(values) {
        *code = ranks[(value - low) as usize] as i32;
    }
    n
}

/// Values with their places, in ascending order.
fn sorted(values: &[i32]) -> Vec<(i32, i32)> {
    let mut keyed: Vec<(i32, i32)> = values.iter().copied().zip(0..).collect();
    keyed.sort_unstable();
    keyed
}

/// The places of values in ascending order, equal ones as they stand.
pub fn ascending(values: &[i32], order: &mut [i32]) {
    let (low, size) = span(values);
    if size > TABLE + 8 * values.len() as u64 {
        for (cell, (_, place)) in order.iter_mut().zip(sorted(values)) {
            *cell = place;
        }
        return;
    }
    let mut next = vec![0u32; size as usize + 1];
    for &value in values {
        next[(value - low) as usize + 1] += 1;
    }
    let mut sum = 0;
    for start in &mut next {
        sum += *start;
        *start = sum;
    }
    for (place, &value) in values.iter().enumerate() {
        let start = &mut next[(value - low) as usize];
        order[*start as usize] = place as i32;
        *start += 1;
    }
}

/// The group of each row, of rows that are alike in all columns; and the first row of each group,
/// in the order of these. How many groups there are.
pub fn alike(columns: &[&[i32]], of_row: &mut [i32], firsts: &mut [i32]) -> usize {
    let spans: Vec<(i32, u64)> = columns.iter().map(|column| span(column)).collect();
    let limit = TABLE + 8 * of_row.len() as u64;
    let many = spans
        .iter()
        .try_fold(1u64, |many, &(_, size)| many.checked_mul(size))
        .filter(|&many| many <= limit.min(i32::MAX as u64));
    if let Some(many) = many {
        of_row.fill(0);
        for (column, &(low, size)) in columns.iter().zip(&spans) {
            for (code, &value) in of_row.iter_mut().zip(*column) {
                *code = *code * size as i32 + (value - low);
            }
        }
        return by_table(many as usize, of_row, firsts);
    }
    let mut codes = vec![0u64; of_row.len()];
    let mut many = 1u64;
    for (column, &(low, size)) in columns.iter().zip(&spans) {
        if many.checked_mul(size).is_none() {
            many = by_hash(&codes, of_row, firsts) as u64;
            for (code, &group) in codes.iter_mut().zip(&*of_row) {
                *code = group as u64;
            }
        }
        many *= size;
        for (code, &value) in codes.iter_mut().zip(*column) {
            *code = *code * size + (i64::from(value) - i64::from(low)) as u64;
        }
    }
    by_hash(&codes, of_row, firsts)
}

/// Groups of equal codes below `many`, which stand in `of_row` and give way to the groups.
fn by_table(many: usize, of_row: &mut [i32], firsts: &mut [i32]) -> usize {
    let mut groups = vec![NONE; many];
    let mut n = 0;
    for (row, code) in of_row.iter_mut().enumerate() {
        let group = &mut groups[*code as usize];
        if *group == NONE {
            *group = n as u32;
            firsts[n] = row as i32;
            n += 1;
        }
        *code = *group as i32;
    }
    n
}

fn by_hash(codes: &[u64], of_row: &mut [i32], firsts: &mut [i32]) -> usize {
    let bits = (2 * codes.len())
        .next_power_of_two()
        .trailing_zeros()
        .max(4);
    let mask = (1usize << bits) - 1;
    let mut slots = vec![(0u32, NONE); mask + 1];
    let mut n = 0;
    for (row, &code) in codes.iter().enumerate() {
        let mixed = (code ^ (code >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut slot = (mixed >> (64 - bits)) as usize;
        let mark = mixed as u32;
        let group = loop {
            let (held, group) = slots[slot];
            if group == NONE {
                slots[slot] = (mark, n as u32);
                firsts[n] = row as i32;
                n += 1;
                break n as u32 - 1;
            }
            if held == mark && codes[firsts[group as usize] as usize] == code {
                break group;
            }
            slot = (slot + 1) & mask;
        };
        of_row[row] = group as i32;
    }
    n
}

/// For each wanted number whether it is among the known ones, which are in ascending order.
pub fn among(known: &[i32], wanted: &[i32], flags: &mut [u8]) {
    let (Some(&low), Some(&high)) = (known.first(), known.last()) else {
        flags.fill(0);
        return;
    };
    let size = (i64::from(high) - i64::from(low) + 1) as u64;
    if size > 16 * (known.len() + wanted.len()) as u64 {
        for (flag, number) in flags.iter_mut().zip(wanted) {
            *flag = known.binary_search(number).is_ok() as u8;
        }
        return;
    }
    let mut there = vec![0u8; size as usize];
    for &number in known {
        there[(i64::from(number) - i64::from(low)) as usize] = 1;
    }
    for (flag, &number) in flags.iter_mut().zip(wanted) {
        let at = i64::from(number) - i64::from(low);
        *flag = there.get(at as usize).copied().unwrap_or(0);
    }
}

/// How many rows each group has.
pub fn tally(of_row: &[i32], counts: &mut [i64]) {
    for &group in of_row {
        counts[group as usize] += 1;
    }
}

/// The places of texts in the order of their bytes, equal ones as they stand.
///
/// What all of them begin with is passed over; then the next eight bytes decide most of the time.
pub fn text_order(offsets: &[i64], data: &[u8], order: &mut [i32]) {
    let text = |at: usize| &data[offsets[at] as usize..offsets[at + 1] as usize];
    let n = order.len();
    let mut shared = if n == 0 { 0 } else { text(0).len() };
    for at in 1..n {
        let pairs = text(0)[..shared].iter().zip(text(at));
        shared = pairs.take_while(|(one, other)| one == other).count();
    }
    let rest = |at: i32| &text(at as usize)[shared..];
    let mut keyed: Vec<(u64, i32)> = (0..n as i32).map(|at| (eight(rest(at)), at)).collect();
    keyed.sort_unstable_by(|&(key, at), &(other_key, other)| {
        key.cmp(&other_key)
            .then_with(|| rest(at).cmp(rest(other)))
            .then(at.cmp(&other))
    });
    for (cell, (_, at)) in order.iter_mut().zip(keyed) {
        *cell = at;
    }
}

/// The first eight bytes as a number, noughts after a shorter text.
#[inline(always)]
fn eight(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let size = text.len().min(8);
    bytes[..size].copy_from_slice(&text[..size]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_by_tables_and_by_hashes() {
        let few: Vec<i32> = (0..5000).map(|i| i % 7 - 3).collect();
        let wide: Vec<i32> = (0..5000).map(|i| (i % 11) * 195_000_000 - 7).collect();
        let widest: Vec<i32> = (0..5000)
            .map(|i| [i32::MIN, 0, i32::MAX][i as usize % 3])
            .collect();
        for (columns, expected) in [
            (vec![&few[..]], 7),
            (vec![&few[..], &wide[..]], 77),
            (vec![&widest[..], &wide[..], &few[..]], 231),
        ] {
            let (mut of_row, mut firsts) = (vec![0; 5000], vec![0; 5000]);
            assert_eq!(alike(&columns, &mut of_row, &mut firsts), expected);
            for row in 0..5000 {
                let first = firsts[of_row[row] as usize] as usize;
                assert!(first <= row && columns.iter().all(|c| c[first] == c[row]));
            }
        }
    }

    #[test]
    fn values_are_ranked_and_ordered_by_tables_and_by_sorting() {
        for factor in [1, 400_000] {
            let values: Vec<i32> = (0..5000)
                .map(|i| (i * 37 % 5000 / 2 - 9) * factor)
                .collect();
            let (mut known, mut codes) = (vec![0; 5000], vec![0; 5000]);
            assert_eq!(rank(&values, &mut known, &mut codes), 2500);
            assert!(known[..2500].windows(2).all(|pair| pair[0] < pair[1]));
            assert!((0..5000).all(|i| known[codes[i] as usize] == values[i]));
            let mut order = vec![0; 5000];
            ascending(&values, &mut order);
            let mut expected: Vec<i32> = (0..5000).collect();
            expected.sort_by_key(|&i| values[i as usize]);
            assert_eq!(order, expected);
        }
    }

    #[test]
    fn texts_are_ordered_by_their_bytes() {
        let texts = ["ab", "a", "abc0123456789", "abc012345678", "ab\0", "", "ab"];
        for some in [&texts[..], &texts[2..4], &texts[5..6], &texts[..0]] {
            let mut offsets = vec![0];
            let mut data = Vec::new();
            for text in some {
                data.extend_from_slice(text.as_bytes());
                offsets.push(data.len() as i64);
            }
            let mut order = vec![0; some.len()];
            text_order(&offsets, &data, &mut order);
            let mut expected: Vec<i32> = (0..some.len() as i32).collect();
            expected.sort_by_key(|&at| some[at as usize].as_bytes());
            assert_eq!(order, expected);
        }
    }
}
