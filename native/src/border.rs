//! The loops of `joins` by their C names. Arrays are 32-bit numbers unless said otherwise; what is
//! written to overlaps nothing else. Each function gives a count, and -1 after a panic: for a
//! place outside of an array, or no memory.

use crate::joins::{self, Table};
use crate::slice;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::slice::from_raw_parts_mut;

fn counted(make: impl FnOnce() -> usize) -> i64 {
    catch_unwind(AssertUnwindSafe(make)).map_or(-1, |n| n as i64)
}

unsafe fn changed<'a, T>(start: *mut T, size: usize) -> &'a mut [T] {
    if size == 0 {
        &mut []
    } else {
        from_raw_parts_mut(start, size)
    }
}

unsafe fn columns<'a>(starts: *const *const i32, many: usize, size: usize) -> Vec<&'a [i32]> {
    let starts = slice(starts, many);
    starts.iter().map(|&start| slice(start, size)).collect()
}

unsafe fn table<'a>(slots: *const i32, size: usize, low: i64) -> Table<'a> {
    let slots = slice(slots, size);
    Table { slots, low }
}

#[no_mangle]
pub unsafe extern "C" fn kk_look_up(
    slots: *const i32,
    size: usize,
    low: i64,
    wanted: *const i32,
    n: usize,
    found: *mut i32,
) -> i64 {
    counted(|| {
        table(slots, size, low).look_up(slice(wanted, n), changed(found, n));
        n
    })
}

#[no_mangle]
pub unsafe extern "C" fn kk_find(
    slots: *const i32,
    size: usize,
    low: i64,
    wanted: *const i32,
    n: usize,
    places: *mut i32,
    found: *mut i32,
) -> i64 {
    let (places, found) = (changed(places, n), changed(found, n));
    counted(|| table(slots, size, low).find(slice(wanted, n), places, found))
}

#[no_mangle]
pub unsafe extern "C" fn kk_count(
    slots: *const i32,
    size: usize,
    low: i64,
    wanted: *const i32,
    n: usize,
) -> i64 {
    counted(|| table(slots, size, low).count(slice(wanted, n)))
}

/// `left` has `n_left` columns of `n` rows, `right` `n_right` of `values`; `into` has `total` rows
/// for each of all these.
#[no_mangle]
pub unsafe extern "C" fn kk_spread(
    slots: *const i32,
    size: usize,
    low: i64,
    wanted: *const i32,
    n: usize,
    left: *const *const i32,
    n_left: usize,
    right: *const *const i32,
    n_right: usize,
    values: usize,
    into: *mut i32,
    total: usize,
) -> i64 {
    counted(|| {
        let (left, right) = (columns(left, n_left, n), columns(right, n_right, values));
        let into = changed(into, total * (n_left + n_right));
        table(slots, size, low).spread(slice(wanted, n), &left, &right, into);
        total
    })
}

#[no_mangle]
pub unsafe extern "C" fn kk_take(
    values: *const i32,
    size: usize,
    places: *const i32,
    n: usize,
    into: *mut i32,
) -> i64 {
    counted(|| {
        joins::take(slice(values, size), slice(places, n), changed(into, n));
        n
    })
}

/// `flags` are bytes; `into` has room for as many places as flags are true.
#[no_mangle]
pub unsafe extern "C" fn kk_places(flags: *const u8, n: usize, into: *mut i32, room: usize) -> i64 {
    counted(|| joins::places(slice(flags, n), changed(into, room)))
}

#[no_mangle]
pub unsafe extern "C" fn kk_rank(
    values: *const i32,
    n: usize,
    known: *mut i32,
    codes: *mut i32,
) -> i64 {
    counted(|| joins::rank(slice(values, n), changed(known, n), changed(codes, n)))
}

#[no_mangle]
pub unsafe extern "C" fn kk_ascending(values: *const i32, n: usize, order: *mut i32) -> i64 {
    counted(|| {
        joins::ascending(slice(values, n), changed(order, n));
        n
    })
}

#[no_mangle]
pub unsafe extern "C" fn kk_alike(
    starts: *const *const i32,
    many: usize,
    n: usize,
    of_row: *mut i32,
    firsts: *mut i32,
) -> i64 {
    counted(|| {
        let columns = columns(starts, many, n);
        joins::alike(&columns, changed(of_row, n), changed(firsts, n))
    })
}

/// `flags` are bytes.
#[no_mangle]
pub unsafe extern "C" fn kk_among(
    known: *const i32,
    size: usize,
    wanted: *const i32,
    n: usize,
    flags: *mut u8,
) -> i64 {
    counted(|| {
        joins::among(slice(known, size), slice(wanted, n), changed(flags, n));
        n
    })
}

/// `counts` are 64-bit numbers, to which is added.
#[no_mangle]
pub unsafe extern "C" fn kk_tally(
    of_row: *const i32,
    n: usize,
    counts: *mut i64,
    size: usize,
) -> i64 {
    counted(|| {
        joins::tally(slice(of_row, n), changed(counts, size));
        n
    })
}

/// `offsets` are `n + 1` 64-bit places in `data`.
#[no_mangle]
pub unsafe extern "C" fn kk_text_order(
    offsets: *const i64,
    n: usize,
    data: *const u8,
    size: usize,
    order: *mut i32,
) -> i64 {
    counted(|| {
        joins::text_order(slice(offsets, n + 1), slice(data, size), changed(order, n));
        n
    })
}
