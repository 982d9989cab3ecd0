//! Numbers as C89 writes them, which has no suffix for 64 bits.

use spec_model::model::Book;
use spec_model::source::Spanned;

/// A number of a type of the book: decimal where the book writes it so, otherwise hexadecimal.
pub(super) fn of_type(book: &Book, value: &Spanned<u64>, ty: &str) -> String {
    let written = book.sources.text(value.span);
    let decimal = written
        .trim_matches('`')
        .chars()
        .all(|c| c.is_ascii_digit());
    let digits = |number: u64| {
        if decimal {
            number.to_string()
        } else {
            format!("{number:#x}")
        }
    };
    match ty {
        "i8" | "i16" | "i32" => digits(value.value),
        "u64" | "i64" => wide(value.value, ty, &digits),
        _ => format!("{}U", digits(value.value)),
    }
}

fn wide(value: u64, ty: &str, digits: &dyn Fn(u64) -> String) -> String {
    let ty = c_type(ty);
    match u32::try_from(value) {
        Ok(small) => format!("(({ty}){}U)", digits(small.into())),
        Err(_) => format!(
            "((({ty}){:#x}U << 32) | {:#x}U)",
            value >> 32,
            value & 0xffff_ffff
        ),
    }
}

/// The flags of a capability.
pub(super) fn flags(value: u64) -> String {
    wide(value, "u64", &|number| format!("{number:#x}"))
}

/// A register or a mask of it.
pub(super) fn register(value: u32) -> String {
    if value < 10 {
        format!("{value}U")
    } else {
        format!("{value:#x}U")
    }
}

/// `u32` as `vfio_spec_u32`.
pub(super) fn c_type(ty: &str) -> String {
    format!("vfio_spec_{}", ty.replace('i', "s"))
}
