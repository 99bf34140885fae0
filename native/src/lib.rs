//! The inner loops of loading RDF into columns and of answering on them, called from Python by
//! their C names.
//!
//! `kkgraph.columnar.native` is the only caller of what loads, and `kkgraph.columnar.solving`
//! of what answers (in `border`). Every function that allocates gives a handle, which one call
//! frees. A panic ends in a null handle or a negative count, never in Python's frames.

// The border to C: each function says what its pointers must be.
#![allow(clippy::missing_safety_doc)]

mod block;
mod border;
mod distinct;
mod joins;
mod rows;
mod scan;
mod terms;

use block::{read, Reading};
use distinct::{distinct, Distinct, Piece};
use rows::{sort, Part, Sorted, Width};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of this interface. Python refuses a library with another one.
#[no_mangle]
pub extern "C" fn kk_interface() -> u32 {
    2
}

fn handle<T>(make: impl FnOnce() -> T) -> *mut T {
    catch_unwind(AssertUnwindSafe(make)).map_or(null_mut(), |made| Box::into_raw(Box::new(made)))
}

pub(crate) unsafe fn slice<'a, T>(start: *const T, size: usize) -> &'a [T] {
    if size == 0 {
        &[]
    } else {
        from_raw_parts(start, size)
    }
}

/// Read a block of `size` bytes. `data` and `scope` are read during the call only.
#[no_mangle]
pub unsafe extern "C" fn kk_read(
    data: *const u8,
    size: usize,
    scope: *const u8,
    scope_size: usize,
    quads: bool,
    seed: u64,
) -> *mut Reading {
    let (data, scope) = (slice(data, size), slice(scope, scope_size));
    handle(|| {
        let mut found = spare().pop().unwrap_or_default();
        read(data, scope, quads, seed, &mut found);
        found
    })
}

/// Readings that are no longer needed; their memory serves again.
static SPARE: Mutex<Vec<Reading>> = Mutex::new(Vec::new());

fn spare() -> MutexGuard<'static, Vec<Reading>> {
    SPARE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Give the memory of readings that are no longer needed back.
#[no_mangle]
pub extern "C" fn kk_release() {
    spare().clear();
}

/// Counts of a reading: lines, rows, odd lines, groups, terms, and rows with a graph (or 0).
#[no_mangle]
pub unsafe extern "C" fn kk_counts(reading: *const Reading, into: *mut [u64; 6]) {
    let reading = &*reading;
    let terms: usize = reading.groups.iter().map(block::Group::len).sum();
    *into = [
        reading.n_lines as u64,
        reading.spo.len() as u64 / 3,
        reading.odd.len() as u64,
        reading.groups.len() as u64,
        terms as u64,
        reading.graphs.len() as u64,
    ];
}

/// Copy the rows: three numbers of 16 bits each for a row.
#[no_mangle]
pub unsafe extern "C" fn kk_rows_narrow(reading: *const Reading, into: *mut u16) {
    for (at, &number) in (*reading).spo.iter().enumerate() {
        *into.add(at) = number as u16;
    }
}

/// The rows: three numbers of 32 bits each for a row.
#[no_mangle]
pub unsafe extern "C" fn kk_rows(reading: *const Reading) -> *const u32 {
    (*reading).spo.as_ptr()
}

/// The graphs of the rows, `block::NO_GRAPH` for the default one; as many as `kk_counts` says.
#[no_mangle]
pub unsafe extern "C" fn kk_graphs(reading: *const Reading) -> *const u32 {
    (*reading).graphs.as_ptr()
}

/// The indexes of the lines that are left over.
#[no_mangle]
pub unsafe extern "C" fn kk_odd(reading: *const Reading) -> *const u32 {
    (*reading).odd.as_ptr()
}

/// A group's arrays: kind, suffix, offsets and data. They live as long as the reading.
#[repr(C)]
pub struct View {
    kind: u64,
    suffix: *const u8,
    suffix_size: u64,
    offsets: *const i32,
    forms: u64,
    data: *const u8,
    data_size: u64,
}

/// Fill in the view of a group; false where there is no such group.
#[no_mangle]
pub unsafe extern "C" fn kk_group(reading: *const Reading, at: u64, into: *mut View) -> bool {
    let groups = &(*reading).groups;
    let Some(group) = groups.get(at as usize) else {
        return false;
    };
    *into = View {
        kind: u64::from(group.kind),
        suffix: group.suffix.as_ptr(),
        suffix_size: group.suffix.len() as u64,
        offsets: group.offsets.as_ptr(),
        forms: group.len() as u64,
        data: group.data.as_ptr(),
        data_size: group.data.len() as u64,
    };
    true
}

#[no_mangle]
pub unsafe extern "C" fn kk_free_reading(reading: *mut Reading) {
    let reading = *Box::from_raw(reading);
    spare().push(reading);
}

/// Tell forms apart. Each of the `n` pieces is its offsets, its number of forms, its data and
/// their size; the offsets must rise and stay within the data, or the result is null.
#[no_mangle]
pub unsafe extern "C" fn kk_distinct(
    offsets: *const *const i32,
    forms: *const u64,
    data: *const *const u8,
    sizes: *const u64,
    n: usize,
    seed: u64,
) -> *mut Distinct {
    let pieces: Vec<Piece> = (0..n)
        .map(|at| Piece {
            offsets: slice(*offsets.add(at), *forms.add(at) as usize + 1),
            data: slice(*data.add(at), *sizes.add(at) as usize),
        })
        .collect();
    handle(|| distinct(&pieces, seed))
}

/// What was told apart: codes, offsets and data. They live as long as the handle.
#[repr(C)]
pub struct Forms {
    codes: *const i32,
    n_codes: u64,
    offsets: *const i64,
    forms: u64,
    data: *const u8,
    data_size: u64,
}

#[no_mangle]
pub unsafe extern "C" fn kk_forms(found: *const Distinct, into: *mut Forms) {
    let found = &*found;
    *into = Forms {
        codes: found.codes.as_ptr(),
        n_codes: found.codes.len() as u64,
        offsets: found.offsets.as_ptr(),
        forms: found.offsets.len() as u64 - 1,
        data: found.data.as_ptr(),
        data_size: found.data.len() as u64,
    };
}

#[no_mangle]
pub unsafe extern "C" fn kk_free_distinct(found: *mut Distinct) {
    drop(Box::from_raw(found));
}

/// Rows of a block: `n` times three places in `numbers`, each of 16 or of 32 bits.
#[repr(C)]
pub struct Rows {
    rows: *const u8,
    n: u64,
    narrow: u64,
    numbers: *const i32,
    n_numbers: u64,
}

/// Sort the rows of all blocks. Null where a row's place or number is out of its range.
#[no_mangle]
pub unsafe extern "C" fn kk_sort(
    blocks: *const Rows,
    n: usize,
    n_terms: u64,
    threads: u64,
) -> *mut Sorted {
    let parts: Vec<Part> = slice(blocks, n)
        .iter()
        .map(|block| Part {
            rows: if block.narrow != 0 {
                Width::Narrow(slice(block.rows.cast(), 3 * block.n as usize))
            } else {
                Width::Wide(slice(block.rows.cast(), 3 * block.n as usize))
            },
            numbers: slice(block.numbers, block.n_numbers as usize),
        })
        .collect();
    handle(|| sort(&parts, n_terms as usize, threads as usize))
}

/// How many distinct rows there are.
#[no_mangle]
pub unsafe extern "C" fn kk_sorted(found: *const Sorted) -> u64 {
    (*found).n as u64
}

/// Write `n` rows from `from` on into three columns, which do not overlap.
#[no_mangle]
pub unsafe extern "C" fn kk_columns(
    found: *const Sorted,
    from: u64,
    n: u64,
    p: *mut i32,
    s: *mut i32,
    o: *mut i32,
) {
    let column = |start| from_raw_parts_mut(start, n as usize);
    (*found).columns(from as usize, column(p), column(s), column(o));
}

#[no_mangle]
pub unsafe extern "C" fn kk_free_sorted(found: *mut Sorted) {
    drop(Box::from_raw(found));
}
