//! The IOMMU domains side by side: which devices sit in each, why, and what each domain reaches.

use spec_model::inline::plain;
use spec_model::model::{Domain, Edition};

use super::reasons::Space;
use super::{Shapes, at, canvas, fill, label};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// A panel for a domain, and the gap between two.
const PANEL: i32 = 390;
const GAP: i32 = 130;
/// The head of a panel, a device, the room between two, the memory below.
const HEAD: i32 = 62;
const DEVICE: i32 = 58;
const SPACE: i32 = 14;
const MEMORY: i32 = 40;
const MARGIN: i32 = 10;

/// Devices that are treated alike.
struct Kind {
    /// Alternatives, each a reason to be treated so.
    reasons: Vec<String>,
    /// The domains that map its MMIO, as indices.
    reached_by: Vec<usize>,
}

/// The picture, if the edition has domains.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition) -> Option<Element> {
    let domains = &edition.domains;
    if domains.is_empty() {
        return None;
    }
    let kinds: Vec<Vec<Kind>> = (0..domains.len()).map(|n| kinds(edition, n)).collect();
    let most = kinds.iter().map(Vec::len).max().unwrap_or(0);
    let height = HEAD + count(most) * (DEVICE + SPACE) + SPACE;
    let mut stage = Stage {
        shapes: Shapes::default(),
        texts: Vec::new(),
    };
    for (n, (domain, kinds)) in domains.iter().zip(&kinds).enumerate() {
        stage.panel(page, edition, domain, n, height);
        for (row, kind) in kinds.iter().enumerate() {
            stage.device(domains, kind, n, count(row));
        }
    }
    let whole = left(domains.len()) - GAP + MARGIN;
    stage.memory(whole, height, domains.len());
    let size = at(whole, MARGIN + height + 44 + MEMORY + MARGIN);
    let svg = canvas(size, "domains", "IOMMU domains, and the devices in each");
    let svg = fill(svg, stage.shapes.elements(), stage.texts);
    let caption = el("figcaption").text(
        "In bold: what a device says of itself, and so where it sits. An arrow: that domain maps the MMIO of these \
         devices, so its devices reach them.",
    );
    Some(el("figure").class("diagram").child(svg).child(caption))
}

/// The devices in a domain, by who reaches their MMIO.
fn kinds(edition: &Edition, n: usize) -> Vec<Kind> {
    let domains = &edition.domains;
    let exprs = domains
        .iter()
        .flat_map(|it| [&it.devices.value, &it.mmio.value]);
    let space = Space::of(edition, exprs);
    let mut groups: Vec<(Vec<usize>, Vec<Vec<bool>>)> = Vec::new();
    for description in space.descriptions() {
        if !space.holds(&domains[n].devices.value, &description) {
            continue;
        }
        let maps = |&other: &usize| space.holds(&domains[other].mmio.value, &description);
        let reached: Vec<usize> = (0..domains.len()).filter(maps).collect();
        match groups.iter_mut().find(|(by, _)| *by == reached) {
            Some((_, list)) => list.push(description),
            None => groups.push((reached, vec![description])),
        }
    }
    let kind = |(reached_by, list): (Vec<usize>, Vec<Vec<bool>>)| Kind {
        reasons: space.reasons(&list),
        reached_by,
    };
    groups.into_iter().map(kind).collect()
}

struct Stage {
    shapes: Shapes,
    texts: Vec<Element>,
}

impl Stage {
    fn panel(
        &mut self,
        page: &Page<'_>,
        edition: &Edition,
        domain: &Domain,
        n: usize,
        height: i32,
    ) {
        let middle = left(n) + PANEL / 2;
        self.shapes
            .rect("panel", at(middle, MARGIN + height / 2), PANEL, height);
        let href = page.to_row(edition, "domain", &domain.name.value);
        let name = label(at(middle, MARGIN + 20), "name strong", &domain.name.value);
        self.texts.push(linked(name, href));
        let meaning = plain(&domain.meaning.value);
        self.texts
            .push(label(at(middle, MARGIN + 42), "word", &meaning));
    }

    fn device(&mut self, domains: &[Domain], kind: &Kind, n: usize, row: i32) {
        let (x, y) = (left(n) + PANEL / 2, device_y(row));
        let width = PANEL - 2 * SPACE - 10;
        let class = if kind.reached_by.is_empty() {
            "box"
        } else {
            "box running"
        };
        self.shapes.rect(class, at(x, y), width, DEVICE);
        let reasons = kind.reasons.join("  or  ");
        self.texts
            .push(label(at(x, y - 12), "name strong", &reasons));
        let names: Vec<&str> = kind
            .reached_by
            .iter()
            .map(|&by| domains[by].name.value.as_str())
            .collect();
        let words = match names.as_slice() {
            [] => "its MMIO is mapped in no domain".to_owned(),
            names => format!("its MMIO is mapped in {}", names.join(", ")),
        };
        self.texts.push(label(at(x, y + 12), "word", &words));
        for &by in kind.reached_by.iter().filter(|&&by| by != n) {
            let (from, to) = if by < n {
                (left(by) + PANEL, x - width / 2)
            } else {
                (left(by), x + width / 2)
            };
            self.shapes.arrow("shaft", "tip", at(from, y), at(to, y));
            self.texts.push(label(
                at(
                    (from + left(n) + if by < n { 0 } else { PANEL }) / 2,
                    y - 11,
                ),
                "word",
                "reaches MMIO",
            ));
        }
    }

    /// Below everything: what all domains map.
    fn memory(&mut self, whole: i32, height: i32, domains: usize) {
        let top = MARGIN + height + 44;
        let middle = at(whole / 2, top + MEMORY / 2);
        self.shapes.rect("work", middle, whole - 2 * MARGIN, MEMORY);
        self.texts.push(label(middle, "head", "guest memory"));
        for n in 0..domains {
            let x = left(n) + PANEL / 2;
            self.shapes
                .line("shaft", at(x, MARGIN + height), at(x, top - 8));
            self.shapes.add("tip", format_args!("M{x} {top}l-4 -8h8z"));
            self.texts
                .push(label(at(x + 52, top - 22), "word", "reads, writes"));
        }
    }
}

fn left(panel: usize) -> i32 {
    MARGIN + count(panel) * (PANEL + GAP)
}

fn device_y(row: i32) -> i32 {
    MARGIN + HEAD + row * (DEVICE + SPACE) + DEVICE / 2
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(0)
}
