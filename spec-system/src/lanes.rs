//! Guards as tables: a state is cut into lanes of a few bits, and for each value of a lane a bit a guard
//! says whether it can hold there. The guards that hold in a state are those that all its lanes allow.

use crate::formula::{Formula, MOST_DEVICES, Term};
use crate::layout::Layout;

/// The most bits of a lane.
const WIDEST: u32 = 8;
/// Values of a lane, a bit each.
type Values = [u64; 1 << (WIDEST - 6)];

/// Some bits side by side.
#[derive(Clone, Copy, Debug)]
struct Lane {
    shift: u32,
    width: u32,
    /// The device whose register it begins with.
    device: Option<usize>,
}

impl Lane {
    #[inline]
    const fn value(self, state: u64) -> usize {
        (state >> self.shift) as usize & ((1 << self.width) - 1)
    }

    /// The values that a term allows.
    fn allowed(self, term: &Term) -> Values {
        let (mask, wanted) = (term.mask as u64, term.value as u64);
        let mut values = Values::default();
        for value in 0..1u64 << self.width {
            let bits = value << self.shift;
            let own = ((1 << self.width) - 1) << self.shift;
            let register = self
                .device
                .is_none_or(|device| term.sets >> (16 * device as u64 + (value & 0xf)) & 1 == 1);
            if register && (bits ^ wanted) & mask & own == 0 {
                values[value as usize / 64] |= 1 << (value % 64);
            }
        }
        values
    }
}

/// How the states of a machine are cut.
#[derive(Clone, Debug)]
pub(crate) struct Lanes(Vec<Lane>);

/// For each lane, values that are allowed: a guard without alternatives.
pub(crate) type Product = Vec<Values>;

impl Lanes {
    /// A device is in one lane, or begins one.
    pub(crate) fn new(layout: &Layout) -> Self {
        let [device, pairs, machines] = layout.lasting_parts();
        let mut lanes = Vec::new();
        for n in 0..MOST_DEVICES as u32 {
            cut(&mut lanes, device * n, device * (n + 1), Some(n as usize));
        }
        cut(&mut lanes, pairs, machines, None);
        cut(&mut lanes, machines, layout.lasting_end(), None);
        Self(lanes)
    }

    /// The alternatives of a formula: no two hold in the same state.
    pub(crate) fn alternatives(&self, formula: &Formula) -> Vec<Product> {
        let mut found: Vec<Product> = Vec::new();
        // Between steps, nothing holds that lasts a moment.
        let terms = formula.0.iter();
        for term in terms.filter(|term| !Layout::is_of_moment(term.value)) {
            let whole: Product = self.0.iter().map(|lane| lane.allowed(term)).collect();
            let mut parts = vec![whole];
            for known in &found {
                parts = parts.iter().flat_map(|it| without(it, known)).collect();
            }
            parts.into_iter().for_each(|it| join(&mut found, it));
        }
        found
    }
}

fn cut(lanes: &mut Vec<Lane>, mut from: u32, to: u32, mut device: Option<usize>) {
    while from < to {
        let width = (to - from).min(WIDEST);
        lanes.push(Lane {
            shift: from,
            width,
            device: device.take(),
        });
        from += width;
    }
}

/// What the first allows and the second does not.
fn without(whole: &Product, taken: &Product) -> Vec<Product> {
    let (mut rest, mut parts) = (whole.clone(), Vec::new());
    for lane in 0..whole.len() {
        let mut outside = rest.clone();
        for (word, taken) in taken[lane].iter().enumerate() {
            outside[lane][word] &= !taken;
            rest[lane][word] &= taken;
        }
        if outside[lane] != Values::default() {
            parts.push(outside);
        }
        if rest[lane] == Values::default() {
            return vec![whole.clone()];
        }
    }
    parts
}

/// One for two that differ in one lane.
fn join(found: &mut Vec<Product>, new: Product) {
    let differ = |known: &Product| {
        (0..new.len())
            .filter(|&lane| known[lane] != new[lane])
            .count()
    };
    match found.iter().position(|known| differ(known) <= 1) {
        None => found.push(new),
        Some(at) => {
            let mut both = found.remove(at);
            for (values, new) in both.iter_mut().zip(&new) {
                values.iter_mut().zip(new).for_each(|(a, b)| *a |= b);
            }
            join(found, both);
        }
    }
}

/// A bit a guard.
pub(crate) type Bits = [u64; 4];
const GUARDS: usize = 64 * 4;

/// Guards by number, and for each value of each lane those that it allows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guards {
    /// So many guards at a time.
    blocks: Vec<Vec<Column>>,
}

/// What the values of a lane allow.
#[derive(Clone, Debug)]
struct Column {
    lane: Lane,
    rows: Vec<Bits>,
}

impl Column {
    fn new(lane: Lane, guards: &[&Values]) -> Self {
        let mut rows = vec![Bits::default(); 1 << lane.width];
        for (value, row) in rows.iter_mut().enumerate() {
            for (n, values) in guards.iter().enumerate() {
                row[n / 64] |= (values[value / 64] >> (value % 64) & 1) << (n % 64);
            }
        }
        Self { lane, rows }
    }

    /// Whether the lane's value matters to any guard.
    fn matters(&self) -> bool {
        self.rows.iter().any(|row| *row != self.rows[0])
    }
}

impl Guards {
    pub(crate) fn new(lanes: &Lanes, guards: &[Product]) -> Self {
        let block = |guards: &[Product]| {
            let lanes = lanes.0.iter().enumerate();
            let columns = lanes.map(|(n, lane)| {
                let values: Vec<&Values> = guards.iter().map(|guard| &guard[n]).collect();
                Column::new(*lane, &values)
            });
            // The first one says also which guards there are.
            let first = |n: usize, column: &Column| n == 0 || column.matters();
            let columns = columns.enumerate().filter(|(n, column)| first(*n, column));
            columns.map(|(_, column)| column).collect()
        };
        Self {
            blocks: guards.chunks(GUARDS).map(block).collect(),
        }
    }

    /// Whether each guard holds.
    #[inline]
    pub(crate) fn holding(&self, state: u64, holding: &mut Vec<Bits>) {
        holding.clear();
        for columns in &self.blocks {
            let mut all = [u64::MAX; 4];
            for column in columns {
                let row = &column.rows[column.lane.value(state)];
                all.iter_mut().zip(row).for_each(|(all, row)| *all &= row);
            }
            holding.push(all);
        }
    }
}

/// A bit for each of these, of so many guards.
pub(crate) fn mask(guards: impl Iterator<Item = usize>, count: usize) -> Vec<Bits> {
    let mut mask = vec![Bits::default(); count.div_ceil(GUARDS)];
    guards.for_each(|n| mask[n / GUARDS][n % GUARDS / 64] |= 1 << (n % 64));
    mask
}

/// Calls for each of these guards that holds.
#[inline]
pub(crate) fn each(holding: &[Bits], these: &[Bits], mut does: impl FnMut(usize)) {
    let words = holding.as_flattened().iter().zip(these.as_flattened());
    for (n, (holding, these)) in words.enumerate() {
        let mut rest = holding & these;
        while rest != 0 {
            does(64 * n + rest.trailing_zeros() as usize);
            rest &= rest - 1;
        }
    }
}
