//! A machine once for each set of capabilities that changes it, small, side by side.

use spec_model::analysis::fsm::Machine;
use spec_model::analysis::{Register, capability_sets};
use spec_model::model::{Edition, Fsm, Place};

use super::grid::Grid;
use super::machine::{Line, arcs, tip};
use super::{Shapes, at, canvas, fill, label, pill_width};
use crate::html::{Element, el, link, linked, void};
use crate::page::Page;
use crate::show::matrix::set_name;

/// The pictures; none where all devices are alike.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, fsm: &Fsm) -> Option<Element> {
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
            figures.push(picture(page, edition, fsm, &machine, places));
            seen.push(arcs);
        }
    }
    let alike = figures.len() < 2;
    (!alike).then(|| el("div").class("variants").children(figures))
}

fn picture(
    page: &Page<'_>,
    edition: &Edition,
    fsm: &Fsm,
    machine: &Machine<'_>,
    places: &[Place],
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
    let mut lines = arcs(page, edition, machine.arcs().iter().copied(), &places);
    // Here every device has them.
    lines.iter_mut().for_each(|line| line.name.clear());
    let ends: Vec<(&Place, &Place)> = lines.iter().map(|line| (line.from, line.to)).collect();
    let grid = Grid::small(&places, width.unwrap_or(0), &ends);
    let ways = lines.iter().map(|line| way(&grid, register, line));
    let ways: Vec<Element> = ways.collect();
    let mut shapes = Shapes::default();
    let mut texts = Vec::new();
    for place in &places {
        let class = if place.state.value == fsm.error.value {
            "box bad"
        } else {
            "box"
        };
        let center = grid.center(place);
        shapes.rect(class, center, grid.size.x, grid.size.y);
        let href = page.to_state(edition, &name(place));
        texts.push(linked(label(center, "name", &name(place)), href));
    }
    let title = set_name(edition, machine.capabilities());
    let whole = grid.whole();
    let svg = canvas(
        at(whole.x, whole.y),
        "machine",
        &format!("The machine of a device {title}"),
    );
    let svg = fill(svg.children(ways), shapes.elements(), texts);
    let caption = el("figcaption").text(format!("A device {title}"));
    el("figure").class("diagram").child(svg).child(caption)
}

/// A line with its tips.
fn way(grid: &Grid<'_>, register: Register<'_>, line: &Line<'_>) -> Element {
    let route = grid.route(line.from, line.to);
    let tips = route.tips.into_iter().zip(line.tips);
    let tips = tips.filter(|(_, wanted)| *wanted).map(|(at, _)| tip(at));
    let shaft = void("path").class("shaft").attr("d", &route.path);
    let way = match &line.href {
        Some(href) => link(href, "").attr("aria-label", line.ways(register)),
        None => el("g"),
    };
    way.child(shaft).children(tips)
}
