//! Diagrams that forges draw: machines and flows that were changed.

use spec_model::model::Book;

use super::markdown::Part;
use crate::change::Diff;

/// A diagram of each machine and each flow that was changed.
pub(super) fn diagrams(_diff: &Diff, _base: &Book, _head: &Book) -> Option<Part> {
    None
}
