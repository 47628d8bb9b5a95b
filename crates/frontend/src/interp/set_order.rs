//! The order in which a program goes through a set.
//!
//! CPython goes through the slots of its hash table. Numbers, and tuples of numbers, hash alike in every run, so that the
//! order of sets of them is known: it is found by filling such a table. Texts hash differently from run to run: sets that
//! hold anything else keep the order in which their elements came.

use indexmap::IndexMap;

use super::hashing::plain_hash;
use crate::value::{Key, Value};

/// Slots of the smallest table.
const LEAST: usize = 8;

/// Slots behind the first that are tried before the search jumps.
const NEIGHBOURS: usize = 9;

/// Bits of the hash that each jump takes into account.
const SHIFT: u32 = 5;

/// Elements from which on a table doubles instead of quadrupling.
const LARGE: usize = 50_000;

/// The elements in the order in which a program meets them.
pub(crate) fn in_order(keys: &IndexMap<Key, ()>) -> Vec<Value> {
    let values = || keys.keys().map(|key| key.value().clone());
    let hashes: Option<Vec<i64>> = keys.keys().map(|key| plain_hash(key.value())).collect();
    let Some(hashes) = hashes else { return values().collect() };
    let values: Vec<Value> = values().collect();
    order(&hashes).into_iter().filter_map(|place| values.get(place).cloned()).collect()
}

/// The places of hashes that were added one after the other, in the order of the table's slots.
fn order(hashes: &[i64]) -> Vec<usize> {
    let mut table: Vec<Option<usize>> = vec![None; LEAST];
    for place in 0..hashes.len() {
        put(&mut table, place, hashes);
        let used = place + 1;
        if used * 5 >= (table.len() - 1) * 3 {
            let least = if used > LARGE { used * 2 } else { used * 4 };
            let mut larger = vec![None; LEAST.max((least + 1).next_power_of_two())];
            table.iter().flatten().for_each(|&place| put(&mut larger, place, hashes));
            table = larger;
        }
    }
    table.into_iter().flatten().collect()
}

/// Puts a place into the first free slot that the search for its hash meets.
fn put(table: &mut [Option<usize>], place: usize, hashes: &[i64]) {
    let mask = table.len() - 1;
    let Some(&hash) = hashes.get(place) else { return };
    let mut rest = hash as u64;
    let mut slot = hash as usize & mask;
    loop {
        let last = if slot + NEIGHBOURS <= mask { slot + NEIGHBOURS } else { slot };
        let free = table.get_mut(slot..=last).and_then(|slots| slots.iter_mut().find(|slot| slot.is_none()));
        if let Some(free) = free {
            *free = Some(place);
            return;
        }
        rest >>= SHIFT;
        slot = slot.wrapping_mul(5).wrapping_add(1).wrapping_add(rest as usize) & mask;
    }
}
