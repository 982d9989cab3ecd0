//! The tests by name, with what they need.

use super::{group, level};
use crate::test::Test;

/// One line a test, under the names of the groups.
pub fn list(tests: &[Test]) -> String {
    let mut text = String::new();
    let mut before = String::new();
    for test in tests {
        let group = group(test);
        if group != before {
            let blank = if before.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{blank}{group}\n"));
            before = group;
        }
        text.push_str(&format!("  {}{}\n", test.name(), remarks(test)));
    }
    text
}

fn remarks(test: &Test) -> String {
    let mut remarks = Vec::new();
    if test.advisory() {
        remarks.push(level(test.rule()).to_owned());
    }
    if test.capabilities.flags() != 0 {
        remarks.push(format!("needs {}", test.capabilities));
    }
    if test.rules.len() > 1 {
        let others: Vec<_> = test.rules[1..].iter().map(|rule| rule.id).collect();
        remarks.push(format!("also {}", others.join(", ")));
    }
    if let Some(why) = test.hazard {
        remarks.push(why.to_owned());
    }
    match remarks.is_empty() {
        true => String::new(),
        false => format!("  ({})", remarks.join("; ")),
    }
}
