//! A struct as it lies in its region, eight bytes a row: where each field is, who may do what with it,
//! and the data behind it, where a protocol gives access to them.

use spec_model::model::{Direction, Edition, Field, FieldAccess, Protocol, Struct, Transition};

use super::{At, Shapes, at, canvas, fill, int, label, pill_width};
use crate::html::{Element, el, linked};
use crate::page::Page;

/// Bytes in a row.
const ROW: u64 = 8;
/// How wide a byte is at least, how high a row, and the numbers of the bytes.
const BYTE: i32 = 36;
const HEIGHT: i32 = 46;
const HEAD: i32 = 24;
/// On the left for the offsets, on the right for the bracket of a protocol.
const LEFT: i32 = 56;
const RIGHT: i32 = 84;
/// The height of the data, and the room around the picture.
const DATA: i32 = 84;
const MARGIN: i32 = 6;

/// What a protocol calls the bytes behind the struct.
const BEHIND: &str = "data";

/// The picture.
pub(crate) fn draw(page: &Page<'_>, edition: &Edition, fields: &Struct) -> Element {
    let mut protocols = edition.protocols.iter();
    let protocol = protocols.find(|it| it.of.value == fields.name.value);
    let mut stage = Stage {
        page,
        edition,
        fields,
        byte: byte(fields),
        shapes: Shapes::default(),
        texts: Vec::new(),
    };
    stage.head();
    for field in &fields.fields {
        stage.field(field);
    }
    let mut bottom = y(fields.size.value.div_ceil(ROW));
    if let Some(protocol) = protocol {
        stage.data(protocol, bottom);
        bottom += DATA;
        stage.bracket(protocol, bottom);
    }
    let (name, size) = (&fields.name.value, fields.size.value);
    let label = format!("{name}: where its {size} bytes lie; the table says the same");
    let width = stage.x(ROW) + RIGHT;
    let svg = canvas(at(width, bottom + MARGIN), "region", &label);
    let svg = fill(svg, stage.shapes.elements(), stage.texts);
    let caption =
        "Eight bytes a row, in the order of their offsets. Shaded: user space may write there.";
    let caption = el("figcaption").text(caption);
    el("figure").class("diagram").child(svg).child(caption)
}

/// The top of a row.
fn y(row: u64) -> i32 {
    MARGIN + HEAD + int(row) * HEIGHT
}

/// How wide a byte is, so that every field has room for its words.
fn byte(fields: &Struct) -> i32 {
    let need = |field: &Field| {
        let words = pill_width(&field.name.value).max(pill_width(&access(field)));
        words / int(field.width).max(1)
    };
    fields.fields.iter().map(need).fold(BYTE, i32::max)
}

/// The type of a field, and who may do what with it.
fn access(field: &Field) -> String {
    let access = match field.access {
        FieldAccess::Reserved => return field.ty.value.clone(),
        FieldAccess::Read => "read",
        FieldAccess::Write => "write",
        FieldAccess::ReadWrite => "read/write",
    };
    format!("{}, {access}", field.ty.value)
}

struct Stage<'a> {
    page: &'a Page<'a>,
    edition: &'a Edition,
    fields: &'a Struct,
    /// The width of a byte.
    byte: i32,
    shapes: Shapes,
    texts: Vec<Element>,
}

impl Stage<'_> {
    /// The left edge of a byte.
    fn x(&self, byte: u64) -> i32 {
        LEFT + int(byte) * self.byte
    }

    fn text(&mut self, at: At, class: &str, text: &str, href: Option<String>) {
        self.texts.push(linked(label(at, class, text), href));
    }

    /// The numbers of the bytes in a row.
    fn head(&mut self) {
        for byte in 0..ROW {
            let middle = at(self.x(byte) + self.byte / 2, MARGIN + HEAD / 2);
            self.text(middle, "word", &byte.to_string(), None);
        }
    }

    fn offset(&mut self, offset: u64, middle: i32) {
        let text = format!("{offset:#04x}");
        self.text(at(LEFT - 10, middle), "name end", &text, None);
    }

    fn field(&mut self, field: &Field) {
        let (row, byte) = (field.offset.value / ROW, field.offset.value % ROW);
        let width = int(field.width) * self.byte;
        let middle = at(self.x(byte) + width / 2, y(row) + HEIGHT / 2);
        if byte == 0 {
            self.offset(field.offset.value, middle.y);
        }
        let class = match field.access {
            FieldAccess::Reserved => "work",
            FieldAccess::Read => "box",
            FieldAccess::Write | FieldAccess::ReadWrite => "box running",
        };
        self.shapes.rect(class, middle, width, HEIGHT);
        let name = &field.name.value;
        let href = self
            .page
            .to_row(self.edition, &self.fields.name.value, name);
        self.text(at(middle.x, middle.y - 9), "name", name, href);
        self.text(at(middle.x, middle.y + 11), "word", &access(field), None);
    }

    /// The bytes behind the struct, and when they are read and written.
    fn data(&mut self, protocol: &Protocol, top: i32) {
        let (width, middle) = (self.x(ROW) - LEFT, self.x(ROW / 2));
        self.offset(self.fields.size.value, top + 16);
        let accesses = protocol.transitions.iter();
        let accesses: Vec<&Transition> = accesses
            .filter(|row| row.access.value.register == BEHIND)
            .collect();
        let written = accesses
            .iter()
            .any(|row| row.access.value.direction == Direction::Write);
        let class = if written { "box running" } else { "box" };
        let center = at(middle, top + DATA / 2);
        self.shapes.rect(class, center, width, DATA);
        self.text(at(middle, top + 18), "name", BEHIND, None);
        for (n, row) in (0..).zip(accesses) {
            let word = match row.access.value.direction {
                Direction::Read => "read",
                Direction::Write => "written",
            };
            let when = self.page.source(row.when.span);
            let href = self.page.to_row_at(row.access.span);
            let line = at(middle, top + 40 + 20 * n);
            self.text(line, "word", &format!("{word} while {when}"), href);
        }
    }

    /// From the first register of the protocol to the end of the data.
    fn bracket(&mut self, protocol: &Protocol, bottom: i32) {
        let part = |field: &&Field| {
            let mut rows = protocol.transitions.iter();
            rows.any(|row| row.access.value.register == field.name.value)
        };
        let fields = self.fields.fields.iter().filter(part);
        let first = fields.map(|field| field.offset.value / ROW).min();
        let top = first.map_or(bottom - DATA, y) + 3;
        let (edge, bottom) = (self.x(ROW) + 8, bottom - 3);
        self.shapes
            .add("shaft", format_args!("M{edge} {top}h8V{bottom}h-8"));
        let rule = protocol.rule.as_ref().and_then(|id| self.page.rule(id));
        let href = rule.map(|rule| self.page.to_rule(rule));
        let middle = at(edge + 16, i32::midpoint(top, bottom));
        self.text(middle, "name start", &protocol.name.value, href);
    }
}
