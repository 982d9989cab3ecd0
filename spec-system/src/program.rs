//! The VMM's program: the flows of one machine as a tree, rows that begin alike shared.

use spec_model::model::Side;

use crate::flows::{Plan, Row};

/// A row, and what can follow it.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) row: Row,
    pub(crate) side: Side,
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    /// The VMM may come here from anywhere on this side.
    pub(crate) anywhere: bool,
}

/// All rows; parents stand before their children.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) nodes: Vec<Node>,
}

impl Program {
    pub(crate) fn new(plans: Vec<Plan>) -> Self {
        let mut program = Self::default();
        for plan in plans {
            let mut parent = None;
            for (n, row) in plan.rows.into_iter().enumerate() {
                let anywhere = plan.anywhere && n == 0;
                parent = Some(program.place(parent, row, plan.side, anywhere));
            }
        }
        program
    }

    fn place(&mut self, parent: Option<usize>, row: Row, side: Side, anywhere: bool) -> usize {
        let same = |node: &Node| {
            let place = node.parent == parent && node.side == side && node.anywhere == anywhere;
            place && node.row.same(&row)
        };
        if let Some(known) = self.nodes.iter().position(same) {
            return known;
        }
        let new = self.nodes.len();
        if let Some(parent) = parent {
            self.nodes[parent].children.push(new);
        }
        self.nodes.push(Node {
            row,
            side,
            parent,
            children: Vec::new(),
            anywhere,
        });
        new
    }

    /// Where flows of this side begin.
    pub(crate) fn roots(&self, side: Side) -> impl Iterator<Item = usize> {
        let nodes = self.nodes.iter().enumerate();
        let root = move |node: &Node| node.parent.is_none() && !node.anywhere && node.side == side;
        nodes.filter(move |(_, node)| root(node)).map(|(n, _)| n)
    }

    /// The rows from the beginning to this one.
    pub(crate) fn path(&self, node: usize) -> Vec<usize> {
        let mut path = vec![node];
        while let Some(parent) = self.nodes[path[path.len() - 1]].parent {
            path.push(parent);
        }
        path.reverse();
        path
    }

    /// Whether the path to a row begins anywhere.
    pub(crate) fn begins_anywhere(&self, node: usize) -> bool {
        self.nodes[self.path(node)[0]].anywhere
    }
}
