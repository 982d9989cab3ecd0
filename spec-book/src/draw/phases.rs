//! The phases of a protocol as cards: in each, what is done there and leaves it; between them, what
//! leads from one to the other.

use spec_model::model::{Edition, FdProtocol, Fsm, Protocol, SessionEffect};

use super::{At, CHARACTER, Shapes, at, canvas, fill, label};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// The height of a line of text.
const LINE: i32 = 21;
/// The height of a card's head.
const HEAD: i32 = 30;
/// Around the text of a card, and around the picture.
const PAD: i32 = 10;
/// Between the columns of a card.
const GUTTER: i32 = 10;

/// The predicate of what is answered in every state.
const ALWAYS: &str = "true";

/// A protocol, as the picture sees it.
struct Chart<'a> {
    page: &'a Page<'a>,
    title: String,
    phases: Vec<&'a str>,
    rungs: Vec<Rung>,
    /// What leads into the first phase, and what from there to the last: arcs, not accesses.
    starts: Vec<(String, Option<String>)>,
    ends: Vec<(String, Option<String>)>,
}

/// A row of the protocol's table.
struct Rung {
    access: String,
    when: String,
    from: usize,
    to: usize,
    /// What answers: a callback, or an error.
    answer: String,
    refused: bool,
    href: Option<String>,
    /// Where the error stands.
    error: Option<String>,
}

/// The protocol over registers.
pub(crate) fn registers(page: &Page<'_>, edition: &Edition, protocol: &Protocol) -> Element {
    let rungs = protocol.transitions.iter().map(|row| Rung {
        access: page.source(row.access.span),
        when: page.source(row.when.span),
        from: row.from,
        to: row.to,
        answer: row
            .callback
            .as_ref()
            .map_or_else(String::new, |it| it.value.clone()),
        refused: false,
        href: page.to_row_at(row.access.span),
        error: None,
    });
    Chart {
        page,
        title: format!("{} of {}", protocol.name.value, protocol.of.value),
        phases: protocol.phases.iter().map(|it| it.name.as_str()).collect(),
        rungs: rungs.collect(),
        starts: Vec::new(),
        ends: Vec::new(),
    }
    .draw(edition, &protocol.refused.value)
}

/// The protocol over a file descriptor, with the arcs between which a session lives.
pub(crate) fn descriptor(page: &Page<'_>, edition: &Edition, protocol: &FdProtocol) -> Element {
    let rungs = protocol.rows.iter().map(|row| Rung {
        access: row.operation.value.name().to_owned(),
        when: page.source(row.when.span),
        from: row.from,
        to: row.to,
        answer: match (&row.fault, &row.callback) {
            (Some(name), _) | (None, Some(name)) => name.value.clone(),
            (None, None) => String::new(),
        },
        refused: row.fault.is_some(),
        href: page.to_row_at(row.operation.span),
        error: row
            .fault
            .as_ref()
            .and_then(|fault| page.to_row(edition, "error", &fault.value)),
    });
    let arcs = |wanted: fn(SessionEffect) -> bool| {
        let of = |fsm: &Fsm| {
            let arcs = fsm.arcs.iter().filter(|arc| wanted(arc.session));
            arcs.map(|arc| {
                let name = arc.callback.value.clone();
                let href = page.to_row(edition, "arc", &name);
                (name, href)
            })
            .collect::<Vec<_>>()
        };
        edition.fsm.as_ref().map(of).unwrap_or_default()
    };
    let mut ends = arcs(|effect| effect == SessionEffect::Ends);
    ends.extend(edition.events.iter().map(|event| {
        let name = event.name.value.clone();
        let href = page.to_row(edition, "event", &name);
        (name, href)
    }));
    Chart {
        page,
        title: protocol.name.value.clone(),
        phases: protocol.phases.iter().map(|it| it.name.as_str()).collect(),
        rungs: rungs.collect(),
        starts: arcs(|effect| matches!(effect, SessionEffect::Starts(_))),
        ends,
    }
    .draw(edition, &protocol.refused.value)
}

fn width(text: &str) -> i32 {
    i32::try_from(text.chars().count()).unwrap_or(64) * CHARACTER
}

/// A card: its phase, what stays in it by predicate, and where it stands.
struct Card<'c> {
    phase: usize,
    groups: Vec<(&'c str, Vec<&'c Rung>)>,
    x: i32,
    width: i32,
}

impl Card<'_> {
    fn height(&self) -> i32 {
        let heads = self
            .groups
            .iter()
            .filter(|(when, _)| *when != ALWAYS)
            .count();
        let lines = heads
            + self
                .groups
                .iter()
                .map(|(_, rungs)| rungs.len())
                .sum::<usize>();
        HEAD + i32::try_from(lines).unwrap_or(0) * LINE + PAD
    }
}

impl Chart<'_> {
    fn draw(&self, edition: &Edition, refused: &str) -> Element {
        let order = self.order();
        let (cards, whole) = self.cards(&order);
        let bottom = cards.iter().map(Card::height).max().unwrap_or(0);
        let mut shapes = Shapes::default();
        let mut texts = Vec::new();
        let mut arrows = self.start(&cards, &mut shapes, &mut texts);
        for pair in cards.windows(2) {
            let end = self.between(&pair[0], &pair[1], &mut shapes, &mut texts);
            arrows = arrows.max(end);
        }
        for card in &cards {
            self.card(card, &mut shapes, &mut texts);
        }
        let name = format!("{}: its phases; the table says the same", self.title);
        let size = at(whole, bottom.max(arrows) + 2 * PAD);
        let svg = canvas(size, "phases", &name);
        let svg = fill(svg, shapes.elements(), texts);
        let caption = el("figcaption").text("Anything else fails with ");
        let href = self.page.to_row(edition, "error", refused);
        let caption = caption
            .child(linked(crate::html::code(refused), href))
            .text(" and changes nothing.");
        el("figure").class("diagram").child(svg).child(caption)
    }

    /// Phases from left to right, so that those between which something leads stand side by side.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.phases.len()).collect();
        let begin = order.first().copied();
        let leads = |a: usize, b: usize| {
            let mut rungs = self.rungs.iter();
            rungs.any(|r| (r.from, r.to) == (a, b) || (r.from, r.to) == (b, a))
        };
        // A phase in the middle of two others: the first, from which everything begins, as a rule.
        if let (Some(first), [_, second, third]) = (begin, order.as_slice()) {
            let (second, third) = (*second, *third);
            if leads(first, second) && leads(first, third) && !leads(second, third) {
                order = vec![second, first, third];
            }
        }
        order
    }

    fn cards<'c>(&'c self, order: &[usize]) -> (Vec<Card<'c>>, i32) {
        let mut x = PAD + names_width(&self.starts);
        let mut cards: Vec<Card<'c>> = Vec::new();
        for &phase in order {
            if let Some(before) = cards.last() {
                x += self.gap(before.phase, phase);
            }
            let mut groups: Vec<(&str, Vec<&Rung>)> = Vec::new();
            let stays = self
                .rungs
                .iter()
                .filter(|r| r.from == phase && r.to == phase);
            for rung in stays {
                match groups.iter_mut().find(|(when, _)| *when == rung.when) {
                    Some((_, rungs)) => rungs.push(rung),
                    None => groups.push((&rung.when, vec![rung])),
                }
            }
            let lines = groups.iter().flat_map(|(_, rungs)| rungs);
            let widest = |of: fn(&Rung) -> &str| {
                let lines = lines.clone();
                lines.map(|rung| width(of(rung))).max().unwrap_or(0)
            };
            let both = widest(|r| &r.access) + GUTTER + widest(|r| &r.answer);
            let width = both.max(width(self.phases[phase])) + 2 * PAD;
            cards.push(Card {
                phase,
                groups,
                x,
                width,
            });
            x += width;
        }
        (cards, x + PAD)
    }

    /// Room for the names between two phases.
    fn gap(&self, a: usize, b: usize) -> i32 {
        let across = self.rungs.iter().filter(|r| crosses(r, a, b));
        let names = across.map(|r| width(&r.access).max(width(&r.answer)));
        names
            .max()
            .unwrap_or(0)
            .max(names_width(&self.ends))
            .max(40)
            + 2 * PAD
    }

    fn card(&self, card: &Card<'_>, shapes: &mut Shapes, texts: &mut Vec<Element>) {
        let (middle, height) = (card.x + card.width / 2, card.height());
        shapes.rect("box", at(middle, PAD + height / 2), card.width, height);
        shapes.rect("head", at(middle, PAD + HEAD / 2), card.width, HEAD);
        let name = self.phases[card.phase];
        texts.push(label(at(middle, PAD + HEAD / 2), "head", name));
        let answers = card.groups.iter().flat_map(|(_, rungs)| rungs);
        let answers = answers.map(|r| width(&r.answer)).max().unwrap_or(0);
        let mut y = PAD + HEAD + LINE / 2 + 2;
        for (when, rungs) in &card.groups {
            if *when != ALWAYS {
                texts.push(label(at(card.x + PAD, y), "side", &format!("while {when}")));
                y += LINE;
            }
            for rung in rungs {
                let access = label(at(card.x + PAD, y), "name start", &rung.access);
                texts.push(linked(access, rung.href.clone()));
                let right = card.x + card.width - PAD - answers;
                let class = if rung.refused {
                    "name start bad"
                } else {
                    "name start soft"
                };
                if !rung.answer.is_empty() {
                    let answer = label(at(right, y), class, &rung.answer);
                    texts.push(linked(answer, rung.error.clone()));
                }
                y += LINE;
            }
        }
    }

    /// Arrows between two cards; returns how far down they reach.
    fn between(
        &self,
        left: &Card<'_>,
        right: &Card<'_>,
        shapes: &mut Shapes,
        texts: &mut Vec<Element>,
    ) -> i32 {
        let (from, to) = (left.x + left.width, right.x);
        let middle = (from + to) / 2;
        let mut y = PAD + HEAD + LINE;
        let across = self
            .rungs
            .iter()
            .filter(|r| crosses(r, left.phase, right.phase));
        for rung in across {
            let (start, end) = if rung.from == left.phase {
                (from, to)
            } else {
                (to, from)
            };
            let access = label(at(middle, y - 9), "name", &rung.access);
            texts.push(linked(access, rung.href.clone()));
            shapes.arrow("shaft", "tip", at(start, y), at(end, y));
            texts.push(label(at(middle, y + 11), "name soft", &rung.answer));
            y += 3 * LINE;
        }
        if left.phase == 0 && right.phase + 1 == self.phases.len() && !self.ends.is_empty() {
            y = PAD + HEAD / 2;
            shapes.arrow("shaft", "tip", at(from, y), at(to, y));
            y = list(texts, at(from + PAD, y + 14), &self.ends);
        }
        y
    }

    /// What leads into the first phase.
    fn start(&self, cards: &[Card<'_>], shapes: &mut Shapes, texts: &mut Vec<Element>) -> i32 {
        let first = cards.iter().find(|card| card.phase == 0);
        let Some(first) = first.filter(|_| !self.starts.is_empty()) else {
            return 0;
        };
        let y = PAD + HEAD / 2;
        shapes.arrow("shaft", "tip", at(PAD, y), at(first.x, y));
        list(texts, at(PAD, y + 14), &self.starts)
    }
}

fn crosses(rung: &Rung, a: usize, b: usize) -> bool {
    (rung.from, rung.to) == (a, b) || (rung.from, rung.to) == (b, a)
}

fn names_width(names: &[(String, Option<String>)]) -> i32 {
    let widest = names.iter().map(|(name, _)| width(name)).max();
    widest.map_or(0, |width| width + 2 * PAD)
}

/// Names below each other; returns where they end.
fn list(texts: &mut Vec<Element>, from: At, names: &[(String, Option<String>)]) -> i32 {
    let mut y = from.y + LINE / 2 - 4;
    for (name, href) in names {
        texts.push(linked(
            label(at(from.x, y), "name start", name),
            href.clone(),
        ));
        y += LINE;
    }
    y
}
