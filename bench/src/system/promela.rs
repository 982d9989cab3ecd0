//! A machine in Promela: a process for the guest and the devices, one for the VMM, whose place in its
//! program is SPIN's own.

use std::fmt::Write as _;

use spec_system::peer::{Guard, Guarded, State, System};

/// The whole model.
pub(crate) fn model(system: &System<'_>) -> String {
    let (anywhere, program) = (system.anywhere(), system.program());
    let writer = Writer::new(system, anywhere.iter().chain(program.iter().flatten()));
    let mut text = String::from("unsigned r0 : 4, r1 : 4, r2 : 4;\n");
    for bit in ones(writer.variables) {
        let _ = writeln!(text, "bit b{bit};");
    }
    text.push_str("\nproctype Others() {\n  do\n");
    for command in &anywhere {
        let _ = writeln!(text, "  :: {}", writer.step(command));
    }
    text.push_str("  od\n}\n\nactive proctype Vmm() {\n  if\n");
    for state in system.initial_states() {
        let begin = writer.assignments(!0, state);
        let place = system.place(state);
        let _ = writeln!(text, "  :: atomic {{ {begin}run Others() }}; goto P{place}");
    }
    text.push_str("  fi;\n");
    for (place, commands) in program.iter().enumerate() {
        let _ = writeln!(text, "P{place}:\n  if");
        for command in commands {
            let to = match command.clear & writer.place {
                0 => place,
                _ => system.place(command.set),
            };
            let _ = writeln!(text, "  :: {}; goto P{to}", writer.step(command));
        }
        text.push_str("  :: false -> goto P0\n  fi;\n");
    }
    text.push_str("}\n");
    text
}

/// The places of the bits of a mask.
fn ones(mask: State) -> impl Iterator<Item = u32> {
    (0..State::BITS).filter(move |bit| mask >> bit & 1 == 1)
}

struct Writer {
    place: State,
    /// The bits of each device's register.
    registers: [State; 3],
    /// The bits that are looked at, or set, somewhere.
    variables: State,
}

impl Writer {
    fn new<'c>(system: &System<'_>, commands: impl Iterator<Item = &'c Guarded>) -> Self {
        let used = commands.fold(0, |used, command| {
            let guards = command
                .guards
                .iter()
                .fold(0, |mask, guard| mask | guard.mask);
            used | guards | command.set
        });
        let place = system.place_mask();
        let registers = [0, 1, 2].map(|device| system.register_mask(device));
        let others = registers.iter().fold(place, |all, mask| all | mask);
        Self {
            place,
            registers,
            variables: used & !others,
        }
    }

    fn step(&self, command: &Guarded) -> String {
        let guards: Vec<String> = command
            .guards
            .iter()
            .map(|guard| self.guard(guard))
            .collect();
        let assignments = self.assignments(command.clear, command.set);
        format!(
            "d_step {{ ({}) -> {assignments}skip }}",
            guards.join(" || ")
        )
    }

    fn guard(&self, guard: &Guard) -> String {
        let sets = guard.registers.iter().enumerate();
        let sets = sets.filter(|(_, set)| **set != u16::MAX);
        let sets = sets.map(|(device, set)| format!("(({set} >> r{device}) & 1)"));
        let bits = ones(guard.mask & self.variables);
        let bits = bits.map(|bit| match guard.value >> bit & 1 {
            0 => format!("!b{bit}"),
            _ => format!("b{bit}"),
        });
        let parts: Vec<String> = bits.chain(sets).collect();
        if parts.is_empty() {
            return "true".to_owned();
        }
        format!("({})", parts.join(" && "))
    }

    fn assignments(&self, clear: State, set: State) -> String {
        let mut text = String::new();
        let changed = clear | set;
        for (device, mask) in self.registers.iter().enumerate() {
            if changed & mask != 0 {
                let number = (set & mask) >> mask.trailing_zeros();
                let _ = write!(text, "r{device} = {number}; ");
            }
        }
        for bit in ones(changed & self.variables) {
            let _ = write!(text, "b{bit} = {}; ", set >> bit & 1);
        }
        text
    }
}
