//! A machine once for each set of capabilities that changes it, small, side by side.

use spec_model::analysis::fsm::Machine;
use spec_model::analysis::{Register, capability_sets};
use spec_model::model::{Edition, Fsm, Place};

use super::grid::Grid;
use super::{Shapes, at, canvas, fill, label, pill_width};
use crate::html::{Element, el};
use crate::show::matrix::set_name;

/// The pictures; none where all devices are alike.
pub(crate) fn draw(edition: &Edition, fsm: &Fsm) -> Option<Element> {
    let places = &fsm.layout.as_ref()?.places;
    let sets = capability_sets(edition);
    let mut seen: Vec<Vec<(u32, u32)>> = Vec::new();
    let mut figures = Vec::new();
    for set in &sets {
        let machine = Machine::new(fsm, set);
        let arcs: Vec<(u32, u32)> = machine
            .arcs()
            .iter()
            .map(|arc| (arc.from.value, arc.to.value))
            .collect();
        if !seen.contains(&arcs) {
            figures.push(picture(edition, fsm, places, &machine, &arcs));
            seen.push(arcs);
        }
    }
    let alike = figures.len() < 2;
    (!alike).then(|| el("div").class("variants").children(figures))
}

fn picture(
    edition: &Edition,
    fsm: &Fsm,
    places: &[Place],
    machine: &Machine<'_>,
    arcs: &[(u32, u32)],
) -> Element {
    let register = Register::Fsm(fsm);
    let name = |place: &Place| register.state_name(place.state.value);
    // The width that all of them need, so that the pictures have one scale.
    let width = places.iter().map(|place| pill_width(&name(place))).max();
    let there = |place: &&Place| {
        machine
            .states()
            .any(|it| it.value.value == place.state.value)
    };
    let places: Vec<Place> = places.iter().filter(there).cloned().collect();
    let places = places.as_slice();
    let place = |state: u32| places.iter().find(|place| place.state.value == state);
    let ends: Vec<(&Place, &Place)> = arcs
        .iter()
        .filter_map(|&(from, to)| Some((place(from)?, place(to)?)))
        .collect();
    let grid = Grid::small(places, width.unwrap_or(0), &ends);
    let mut shapes = Shapes::default();
    let mut tips = Vec::new();
    for (from, to) in ends {
        let route = grid.route(from, to);
        shapes.add("shaft", format_args!("{}", route.path));
        tips.push(super::machine::tip(route.tips[1]));
    }
    let mut texts = Vec::new();
    for place in places {
        let class = if place.state.value == fsm.error.value {
            "box bad"
        } else {
            "box"
        };
        let center = grid.center(place);
        shapes.rect(class, center, grid.size.x, grid.size.y);
        texts.push(label(center, "name", &name(place)));
    }
    let title = set_name(edition, machine.capabilities());
    let whole = grid.whole();
    let svg = canvas(
        at(whole.x, whole.y),
        "machine",
        &format!("The machine of a device {title}"),
    );
    let svg = fill(svg, shapes.elements().chain(tips), texts);
    let caption = el("figcaption").text(format!("A device {title}"));
    el("figure").class("diagram").child(svg).child(caption)
}
