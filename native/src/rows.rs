//! Rows of term numbers, sorted by predicate, subject and object, each once.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Mutex;
use std::thread;

const FEW: usize = 1 << 14;
const LOW: u64 = u32::MAX as u64;

/// The rows of a block: places of `numbers`, three for each row.
pub struct Part<'a> {
    pub rows: Width<'a>,
    pub numbers: &'a [i32],
}

pub enum Width<'a> {
    Narrow(&'a [u16]),
    Wide(&'a [u32]),
}

/// Rows with one predicate: where they begin among all, and their keys, subject before object.
pub struct Stretch {
    pub predicate: i32,
    pub begin: usize,
    pub keys: Vec<u64>,
}

pub struct Sorted {
    pub stretches: Vec<Stretch>,
    pub n: usize,
}

impl Part<'_> {
    fn each(&self, mut see: impl FnMut(u64, usize, u64)) {
        let number = |at: usize| self.numbers[at] as u32;
        match self.rows {
            Width::Narrow(rows) => rows.chunks_exact(3).for_each(|row| {
                let [s, p, o] = [row[0], row[1], row[2]].map(|at| number(at as usize));
                see(u64::from(s), p as usize, u64::from(o));
            }),
            Width::Wide(rows) => rows.chunks_exact(3).for_each(|row| {
                let [s, p, o] = [row[0], row[1], row[2]].map(|at| number(at as usize));
                see(u64::from(s), p as usize, u64::from(o));
            }),
        }
    }

    fn len(&self) -> usize {
        match self.rows {
            Width::Narrow(rows) => rows.len() / 3,
            Width::Wide(rows) => rows.len() / 3,
        }
    }
}

/// All rows of the parts; numbers are at least 0 and below `n_terms`.
pub fn sort(parts: &[Part], n_terms: usize, threads: usize) -> Sorted {
    let shares = shares(parts, threads);
    let counts: Vec<Vec<u32>> = thread::scope(|scope| {
        let count = |share: &'_ [Part]| {
            let mut counts = vec![0u32; n_terms];
            for part in share {
                part.each(|_, p, _| counts[p] += 1);
            }
            counts
        };
        let running: Vec<_> = shares
            .iter()
            .map(|share| scope.spawn(move || count(share)))
            .collect();
        running.into_iter().map(|run| run.join().unwrap()).collect()
    });
    let used = |p: &usize| counts.iter().any(|count| count[*p] > 0);
    let predicates: Vec<usize> = (0..n_terms).filter(used).collect();
    let size = |p: usize| counts.iter().map(|count| count[p] as usize).sum();
    let mut buckets: Vec<Vec<u64>> = predicates.iter().map(|&p| vec![0; size(p)]).collect();
    scatter(&shares, &counts, &predicates, &mut buckets, n_terms);
    drop(counts);
    sort_each(&mut buckets, threads);
    let mut found = Sorted {
        stretches: Vec::new(),
        n: 0,
    };
    for (predicate, keys) in predicates.into_iter().zip(buckets) {
        let begin = found.n;
        found.n += keys.len();
        found.stretches.push(Stretch {
            predicate: predicate as i32,
            begin,
            keys,
        });
    }
    found
}

/// The parts in as many shares, each of neighbours and about as many rows.
fn shares<'a, 'b>(parts: &'a [Part<'b>], threads: usize) -> Vec<&'a [Part<'b>]> {
    let total: usize = parts.iter().map(Part::len).sum();
    let wanted = total / threads.max(1) + 1;
    let mut found = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        rows += part.len();
        if rows >= wanted {
            found.push(&parts[start..=at]);
            (start, rows) = (at + 1, 0);
        }
    }
    found.push(&parts[start..]);
    found
}

/// Write each row's key into the bucket of its predicate, the rows of a share behind one another.
fn scatter(
    shares: &[&[Part]],
    counts: &[Vec<u32>],
    predicates: &[usize],
    buckets: &mut [Vec<u64>],
    n_terms: usize,
) {
    let open: Vec<&[AtomicU64]> = buckets.iter_mut().map(|keys| shared(keys)).collect();
    let open = &open;
    let mut begins = vec![0usize; predicates.len()];
    thread::scope(|scope| {
        for (share, count) in shares.iter().zip(counts) {
            let mut ranks = vec![0u32; n_terms];
            let mut next = begins.clone();
            for (rank, &p) in predicates.iter().enumerate() {
                ranks[p] = rank as u32;
                begins[rank] += count[p] as usize;
            }
            scope.spawn(move || {
                for part in *share {
                    part.each(|s, p, o| {
                        let rank = ranks[p] as usize;
                        open[rank][next[rank]].store(s << 32 | o, Relaxed);
                        next[rank] += 1;
                    });
                }
            });
        }
    });
}

/// The same numbers, which several threads may write.
fn shared(keys: &mut [u64]) -> &[AtomicU64] {
    // An AtomicU64 has the size, alignment and values of a u64, and the borrow is exclusive.
    unsafe { &*(std::ptr::from_mut(keys) as *const [AtomicU64]) }
}

fn sort_each(buckets: &mut [Vec<u64>], threads: usize) {
    let mut waiting: Vec<&mut Vec<u64>> = buckets.iter_mut().collect();
    waiting.sort_by_key(|keys| keys.len());
    let waiting = Mutex::new(waiting);
    let work = || loop {
        let next = waiting.lock().unwrap().pop();
        match next {
            Some(keys) => {
                if !keys.is_sorted() {
                    keys.sort();
                }
                keys.dedup();
            }
            None => break,
        }
    };
    let rows: usize = waiting.lock().unwrap().iter().map(|keys| keys.len()).sum();
    thread::scope(|scope| {
        for _ in 1..if rows < FEW { 1 } else { threads } {
            scope.spawn(work);
        }
        work();
    });
}

impl Sorted {
    /// Write the rows from `from` on as columns; as many as the columns hold.
    pub fn columns(&self, from: usize, p: &mut [i32], s: &mut [i32], o: &mut [i32]) {
        let first = self
            .stretches
            .partition_point(|st| st.begin + st.keys.len() <= from);
        let (mut at, mut row) = (0, from);
        for stretch in &self.stretches[first.min(self.stretches.len())..] {
            let rest = &stretch.keys[row - stretch.begin..];
            let size = rest.len().min(p.len() - at);
            p[at..at + size].fill(stretch.predicate);
            for (place, &key) in rest[..size].iter().enumerate() {
                s[at + place] = (key >> 32) as i32;
                o[at + place] = (key & LOW) as i32;
            }
            at += size;
            row += size;
            if at == p.len() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_are_sorted_and_distinct() {
        let numbers: Vec<i32> = (0..1000).map(|i| i * 7 % 1000).collect();
        let rows: Vec<u32> = (0..90_000u32)
            .map(|i| i.wrapping_mul(2_654_435_761) % 300)
            .collect();
        let narrow: Vec<u16> = rows.iter().map(|&at| at as u16).collect();
        let parts = [
            Part {
                rows: Width::Wide(&rows),
                numbers: &numbers,
            },
            Part {
                rows: Width::Narrow(&narrow[..300]),
                numbers: &numbers,
            },
            Part {
                rows: Width::Wide(&[]),
                numbers: &[],
            },
        ];
        let number = |at: u32| numbers[at as usize];
        let expected: BTreeSet<[i32; 3]> = rows
            .chunks(3)
            .map(|row| [number(row[1]), number(row[0]), number(row[2])])
            .collect();
        for threads in 1..4 {
            let found = sort(&parts, 1000, threads);
            assert_eq!(found.n, expected.len());
            let mut seen = Vec::new();
            while seen.len() < found.n {
                let size = 77.min(found.n - seen.len());
                let (mut p, mut s, mut o) = (vec![0; size], vec![0; size], vec![0; size]);
                found.columns(seen.len(), &mut p, &mut s, &mut o);
                seen.extend((0..size).map(|i| [p[i], s[i], o[i]]));
            }
            assert!(seen.iter().eq(expected.iter()));
        }
    }
}
