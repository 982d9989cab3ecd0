//! Numbers: constants fit their type, structs have no holes, bits are distinct.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{BitField, ConstantGroup, Struct};

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
    } else if end % align != 0 {
        let title = format!("{end} bytes are no multiple of the widest field, {align} bytes");
        diagnostics.push(
            Diagnostic::error("wrong-size", s.size.span, title)
                .help("add a reserved field at the end"),
        );
    }
}

/// No two bits have the same number.
pub(super) fn bits_differ(field: &BitField, diagnostics: &mut Diagnostics) {
    let mut first = HashMap::new();
    for bit in &field.bits {
        match first.get(&bit.number.value) {
            None => {
                first.insert(bit.number.value, bit.number.span);
            }
            Some(&earlier) => {
                let title = format!("bit {} declared twice", bit.number.value);
                diagnostics.push(
                    Diagnostic::error("duplicate-number", bit.number.span, title)
                        .related(earlier, "first declared here"),
                );
            }
        }
    }
    if field.bits.is_empty() {
        let title = format!("register `{}` has no bits", field.name.value);
        diagnostics.push(Diagnostic::error("empty-table", field.name.span, title));
    }
}
