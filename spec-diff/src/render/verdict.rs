//! The last lines: what all of it amounts to.

use spec_model::model::Class;

use super::count;
use crate::change::Diff;

/// What a comparison amounts to.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `breaking: 2 breaking, 1 compatible and 3 editorial changes, 5 consequences`
    pub line: String,
    /// `the version has to go from 1.0.0 to 2.0.0; the book says 1.0.0`; `None` where it has none.
    pub version: Option<String>,
    /// Whether the version that the book says it has is the one that the changes demand, or a later one.
    pub version_is_due: bool,
}

impl Verdict {
    /// Sums up.
    pub fn of(diff: &Diff) -> Self {
        let line = match diff.class() {
            None => "no changes".to_owned(),
            Some(class) => {
                let counts = Class::ALL
                    .iter()
                    .rev()
                    .map(|class| (diff.count(*class), class.name()));
                let counts: Vec<String> = counts
                    .filter(|(number, _)| *number > 0)
                    .map(|(number, name)| count(number, &format!("{name} change")))
                    .collect();
                let mut line = format!("{}: {}", class.name(), counts.join(", "));
                if !diff.consequences.is_empty() {
                    line.push_str(&format!(
                        ", {}",
                        count(diff.consequences.len(), "consequence")
                    ));
                }
                line
            }
        };
        let demanded = diff.demanded_version();
        let is = diff.head_version.or(diff.base_version);
        let version_is_due = demanded.is_some_and(|demanded| is.is_none_or(|is| is < demanded));
        let version = demanded.zip(diff.base_version).map(|(demanded, base)| {
            let mut line = format!("the version goes from {base} to {demanded}");
            match diff.head_version {
                Some(head) if head == demanded => line.push_str(", as the change log says"),
                Some(head) if head == base => line
                    .push_str("; the change log has no entry yet: `vfio-spec changelog` writes it"),
                Some(head) if head > demanded => {
                    line.push_str(&format!(", at least; the change log says {head}"))
                }
                Some(head) => line.push_str(&format!(
                    "; the change log says {head}, which is not enough"
                )),
                None => {}
            }
            line
        });
        Self {
            line,
            version,
            version_is_due,
        }
    }
}
