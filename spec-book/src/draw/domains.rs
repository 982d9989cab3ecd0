//! The IOMMU domains side by side: which devices sit in each, why, and what each domain reaches.

use spec_model::inline::plain;
use spec_model::model::{Domain, Edition};

use super::reasons::Space;
use super::{Shapes, at, canvas, fill, int, label};
use crate::html::{Element, el, link, linked};
use crate::page::Page;

/// A panel for a domain, and the gap between two.
const PANEL: i32 = 280;
const GAP: i32 = 116;
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
    let height = HEAD + int(most) * (DEVICE + SPACE) + SPACE;
    let mut stage = Stage {
        shapes: Shapes::default(),
        texts: Vec::new(),
    };
    for (n, (domain, kinds)) in domains.iter().zip(&kinds).enumerate() {
        stage.panel(page, edition, domain, n, height);
        for (row, kind) in kinds.iter().enumerate() {
            stage.device(page, edition, kind, n, int(row));
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

    fn device(&mut self, page: &Page<'_>, edition: &Edition, kind: &Kind, n: usize, row: i32) {
        let domains = &edition.domains;
        let (x, y) = (left(n) + PANEL / 2, device_y(row));
        let width = PANEL - 2 * SPACE - 10;
        let class = if kind.reached_by.is_empty() {
            "box"
        } else {
            "box running"
        };
        self.shapes.rect(class, at(x, y), width, DEVICE);
        let reasons = kind.reasons.join("  or  ");
        let reasons = names(label(at(x, y - 12), "name strong", ""), &reasons, |name| {
            page.to_row(edition, "property", name)
        });
        self.texts.push(reasons);
        let domain = |&by: &usize| domains[by].name.value.as_str();
        let to_domain = |name: &str| page.to_row(edition, "domain", name);
        let by: Vec<&str> = kind.reached_by.iter().map(domain).collect();
        let words = match by.as_slice() {
            [] => "its MMIO is mapped in no domain".to_owned(),
            by => format!("its MMIO is mapped in {}", by.join(", ")),
        };
        let words = names(label(at(x, y + 12), "word", ""), &words, to_domain);
        self.texts.push(words);
        for &by in kind.reached_by.iter().filter(|&&by| by != n) {
            let (from, to, edge) = if by < n {
                (left(by) + PANEL, x - width / 2, left(n))
            } else {
                (left(by), x + width / 2, left(n) + PANEL)
            };
            self.shapes.arrow("shaft", "tip", at(from, y), at(to, y));
            let middle = at(i32::midpoint(from, edge), y - 11);
            let reaches = label(middle, "word", "reaches MMIO");
            self.texts.push(linked(reaches, to_domain(domain(&by))));
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

/// A text in which each name that leads somewhere is a link.
fn names(into: Element, text: &str, to: impl Fn(&str) -> Option<String>) -> Element {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    let mut into = into;
    while let Some(start) = rest.find(part) {
        let length = rest[start..].find(|c| !part(c));
        let (before, tail) = rest.split_at(start);
        let (name, tail) = tail.split_at(length.unwrap_or(tail.len()));
        into = match to(name) {
            Some(href) => into.text(before).child(link(href, name)),
            None => into.text(before).text(name),
        };
        rest = tail;
    }
    into.text(rest)
}

fn left(panel: usize) -> i32 {
    MARGIN + int(panel) * (PANEL + GAP)
}

fn device_y(row: i32) -> i32 {
    MARGIN + HEAD + row * (DEVICE + SPACE) + DEVICE / 2
}
