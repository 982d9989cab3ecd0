//! Numbers: constants fit their type, structs have no holes, bits are distinct.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::map::Map;
use crate::model::{BitField, Capability, ConstantGroup, Fsm, Ioctl, Struct};
use crate::source::Span;

/// Each value fits the type of its group.
pub(super) fn constants_fit(group: &ConstantGroup, diagnostics: &mut Diagnostics) {
    let most = match group.ty.as_str() {
        "u8" => u64::from(u8::MAX),
        "u16" => u64::from(u16::MAX),
        "u32" => u64::from(u32::MAX),
        "i32" => i32::MAX as u64,
        _ => u64::MAX,
    };
    for constant in group
        .constants
        .iter()
        .filter(|constant| constant.value.value > most)
    {
        let title = format!(
            "`{}` does not fit into `{}`",
            constant.value.value, group.ty
        );
        diagnostics.push(Diagnostic::error("bad-number", constant.value.span, title));
    }
}

/// Fields follow one another without holes or overlaps, aligned, to the size of the struct.
pub(super) fn struct_is_complete(s: &Struct, diagnostics: &mut Diagnostics) {
    let mut end = 0u64;
    let mut before = None;
    for field in &s.fields {
        let offset = field.offset.value;
        let mut error = if offset == end {
            None
        } else if offset < end {
            let title = format!("`{}` overlaps the field before it", field.name.value);
            Some(
                Diagnostic::error("overlapping-fields", field.offset.span, title)
                    .label(format!("expected {end} or more")),
            )
        } else {
            let title = format!(
                "bytes {end} to {} of `{}` belong to no field",
                offset - 1,
                s.name.value
            );
            Some(
                Diagnostic::error("hole-in-struct", field.offset.span, title)
                    .help("declare a reserved field there"),
            )
        };
        if let (Some(found), Some(place)) = (error.take(), before) {
            error = Some(found.related(place, "the field before it"));
        }
        if error.is_none() && offset % field.width != 0 {
            let title = format!(
                "`{}` is not aligned to its {} bytes",
                field.name.value, field.width
            );
            error = Some(Diagnostic::error(
                "misaligned-field",
                field.offset.span,
                title,
            ));
        }
        error.into_iter().for_each(|error| diagnostics.push(error));
        end = end.max(offset.saturating_add(field.width));
        before = Some(field.name.span);
    }
    let align = s.fields.iter().map(|field| field.width).max().unwrap_or(1);
    if end != s.size.value {
        let title = format!(
            "the fields of `{}` take {end} bytes, not {}",
            s.name.value, s.size.value
        );
        diagnostics.push(
            Diagnostic::error("wrong-size", s.size.span, title).label(format!("expected {end}")),
        );
    } else if !end.is_multiple_of(align) {
        let title = format!("{end} bytes are no multiple of the widest field, {align} bytes");
        diagnostics.push(
            Diagnostic::error("wrong-size", s.size.span, title)
                .help("add a reserved field at the end"),
        );
    }
}

/// No two bits have the same number.
pub(super) fn bits_differ(field: &BitField, diagnostics: &mut Diagnostics) {
    let bits = field.bits.iter();
    let numbers = bits.map(|bit| (u64::from(bit.number.value), bit.number.span));
    differ("bit", numbers, diagnostics);
    if field.bits.is_empty() {
        let title = format!("register `{}` has no bits", field.name.value);
        diagnostics.push(Diagnostic::error("empty-table", field.name.span, title));
    }
}

/// No two states have the same value.
pub(super) fn states_differ(fsm: &Fsm, diagnostics: &mut Diagnostics) {
    let states = fsm.states.iter();
    let values = states.map(|state| (u64::from(state.value.value), state.value.span));
    differ("state", values, diagnostics);
}

/// Each flag of a capability is one bit, and no other's.
pub(super) fn flags_differ(capabilities: &[Capability], diagnostics: &mut Diagnostics) {
    let flags = capabilities.iter().filter_map(|row| row.flag.as_ref());
    for flag in flags.clone().filter(|flag| !flag.value.is_power_of_two()) {
        let title = "a flag is one bit";
        let error = Diagnostic::error("bad-number", flag.span, title);
        diagnostics.push(error.label("expected something like `1 << 3`"));
    }
    differ(
        "flag",
        flags.map(|flag| (flag.value, flag.span)),
        diagnostics,
    );
}

/// No two ioctls have the same request number.
pub(super) fn requests_differ(ioctls: &[Ioctl], diagnostics: &mut Diagnostics) {
    let requests = ioctls.iter();
    let requests = requests.map(|ioctl| (u64::from(ioctl.request()), ioctl.number.span));
    differ_as(
        "request number",
        requests,
        |number| format!("{number:#x}"),
        diagnostics,
    );
}

fn differ(what: &str, numbers: impl Iterator<Item = (u64, Span)>, diagnostics: &mut Diagnostics) {
    differ_as(what, numbers, |number| number.to_string(), diagnostics);
}

fn differ_as(
    what: &str,
    numbers: impl Iterator<Item = (u64, Span)>,
    written: fn(u64) -> String,
    diagnostics: &mut Diagnostics,
) {
    let mut first = Map::default();
    for (number, span) in numbers {
        let earlier = *first.entry(number).or_insert(span);
        if earlier != span {
            let title = format!("{what} {} declared twice", written(number));
            diagnostics.push(
                Diagnostic::error("duplicate-number", span, title)
                    .related(earlier, "first declared here"),
            );
        }
    }
}
