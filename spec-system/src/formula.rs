//! Predicates over one packed state: alternatives of bits and register states.

pub(crate) use spec_model::model::MOST_DEVICES;

/// A state of a device's register, by number; one bit each.
pub(crate) type Set = u16;
/// The number of the register of a device that is not there.
pub(crate) const ABSENT: u32 = 15;

/// Some bits have these values, and each device's register is in one of these states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Term {
    pub(crate) mask: u128,
    pub(crate) value: u128,
    /// Sixteen bits a device: the register states that are allowed.
    pub(crate) sets: u64,
}

impl Term {
    pub(crate) const TRUE: Self = Self {
        mask: 0,
        value: 0,
        sets: u64::MAX >> 16,
    };

    /// `registers` has one bit for each device: that of its register state.
    #[inline]
    pub(crate) fn holds(&self, state: u128, registers: u64) -> bool {
        // One branch: nearly every guard is asked of nearly every state.
        let differ = state & self.mask ^ self.value;
        registers & !self.sets | differ as u64 | (differ >> 64) as u64 == 0
    }

    fn set(&self, device: usize) -> Set {
        (self.sets >> (16 * device)) as Set
    }

    fn and(&self, other: &Self) -> Option<Self> {
        let both = self.mask & other.mask;
        if self.value & both != other.value & both {
            return None;
        }
        let sets = self.sets & other.sets;
        let term = Self {
            mask: self.mask | other.mask,
            value: self.value | other.value,
            sets,
        };
        (0..MOST_DEVICES)
            .all(|device| term.set(device) != 0)
            .then_some(term)
    }

    fn implies(&self, other: &Self) -> bool {
        other.mask & !self.mask == 0
            && self.value & other.mask == other.value
            && self.sets & !other.sets == 0
    }

    /// One term for both, if there is one.
    fn joined(&self, other: &Self) -> Option<Self> {
        if self.implies(other) {
            return Some(*other);
        }
        if other.implies(self) {
            return Some(*self);
        }
        let same = self.mask == other.mask;
        let differ = self.value ^ other.value;
        if same && self.sets == other.sets && differ.count_ones() == 1 {
            return Some(Self {
                mask: self.mask & !differ,
                value: self.value & !differ,
                ..*self
            });
        }
        let sets = (0..MOST_DEVICES).filter(|&device| self.set(device) != other.set(device));
        (same && differ == 0 && sets.count() == 1).then_some(Self {
            sets: self.sets | other.sets,
            ..*self
        })
    }
}

/// Alternatives; none: never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Formula(pub(crate) Vec<Term>);

impl Formula {
    pub(crate) fn constant(value: bool) -> Self {
        Self(if value { vec![Term::TRUE] } else { Vec::new() })
    }

    /// A bit has a value.
    pub(crate) fn bit(bit: u32, value: bool) -> Self {
        let mask = 1 << bit;
        Self(vec![Term {
            mask,
            value: if value { mask } else { 0 },
            ..Term::TRUE
        }])
    }

    /// All of the bits of a mask have the values of another.
    pub(crate) fn bits(mask: u128, value: u128) -> Self {
        Self(vec![Term {
            mask,
            value,
            ..Term::TRUE
        }])
    }

    /// The register of a device is in one of these states.
    pub(crate) fn register(device: usize, set: Set) -> Self {
        if set == 0 {
            return Self::constant(false);
        }
        let others = Term::TRUE.sets & !(0xffff << (16 * device));
        Self(vec![Term {
            sets: others | u64::from(set) << (16 * device),
            ..Term::TRUE
        }])
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let pairs = self.0.iter().flat_map(|a| other.0.iter().map(|b| a.and(b)));
        Self(pairs.flatten().collect()).simplified()
    }

    pub(crate) fn or(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.simplified()
    }

    pub(crate) fn holds(&self, state: u128, registers: u64) -> bool {
        self.0.iter().any(|term| term.holds(state, registers))
    }

    fn simplified(mut self) -> Self {
        let mut n = 0;
        while n < self.0.len() {
            let mut others = (0..self.0.len()).filter(|&other| other != n);
            let joined = others.find_map(|other| Some((other, self.0[n].joined(&self.0[other])?)));
            match joined {
                Some((other, term)) => {
                    self.0[n.min(other)] = term;
                    self.0.remove(n.max(other));
                    n = 0;
                }
                None => n += 1,
            }
        }
        self.0.sort_unstable();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_that_differ_in_one_thing_are_joined() {
        let either = Formula::bit(3, true).or(Formula::bit(3, false));
        assert_eq!(either, Formula::constant(true));
        let two = Formula::register(1, 0b01).or(Formula::register(1, 0b10));
        assert_eq!(two, Formula::register(1, 0b11));
        let never = Formula::bit(3, true).and(&Formula::bit(3, false));
        assert_eq!(never, Formula::constant(false));
        let none = Formula::register(0, 1).and(&Formula::register(0, 2));
        assert_eq!(none, Formula::constant(false));
    }
}
