//! What a VMM does in a step.

use super::Walker;
use crate::check::predicates::expect_choice;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Step, Target, Work};
use crate::source::Spanned;

impl Walker<'_, '_> {
    /// Every work is legal somewhere and illegal somewhere.
    pub(in crate::check) fn work_chooses(&self, diagnostics: &mut Diagnostics) {
        for (work, _) in &self.work {
            expect_choice(
                &work.legal,
                &self.work_space,
                "any state and condition",
                diagnostics,
            );
        }
    }

    /// What the VMM does is legal in the state and conditions of the step.
    pub(super) fn work_is_legal(
        &self,
        step: &Step,
        after: &[usize],
        diagnostics: &mut Diagnostics,
    ) {
        let new = match step.target.value {
            Target::State(value) | Target::Write(value) | Target::Reads(value) => {
                Some(self.register.pack(value))
            }
            Target::Reset => None,
        };
        let bits = self.register.variables;
        let conditions = step.conditions.iter().enumerate();
        let conditions =
            conditions.fold(0, |packed, (n, &on)| packed | usize::from(on) << (bits + n));
        for name in &step.work {
            let Some((work, legal)) = self
                .work
                .iter()
                .find(|(work, _)| work.name.value == name.value)
            else {
                continue;
            };
            if !after
                .iter()
                .copied()
                .chain(new)
                .any(|state| legal.holds(state | conditions))
            {
                diagnostics.push(self.illegal_work(
                    step,
                    name,
                    work,
                    new.or(after.first().copied()),
                ));
            }
        }
    }

    fn illegal_work(
        &self,
        step: &Step,
        name: &Spanned<String>,
        work: &Work,
        state: Option<usize>,
    ) -> Diagnostic {
        let conditions = self.edition.conditions.iter().zip(&step.conditions);
        let conditions: Vec<String> = conditions
            .map(|(condition, &on)| {
                format!(
                    "{} {}",
                    condition.column.value,
                    if on { &condition.on } else { &condition.off }
                )
            })
            .collect();
        let state = state.map_or_else(String::new, |state| self.register.name(state));
        let title = format!(
            "`{}` is not legal in state `{state}` with {}",
            name.value,
            conditions.join(", ")
        );
        Diagnostic::error("illegal-work", name.span, title)
            .related(work.legal.span, "legal while this holds")
    }
}
