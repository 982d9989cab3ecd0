//! Linux's names for the numbers, for whoever asks for them.

use std::fmt::Write;

use spec_model::model::{Book, ConstantGroup, Edition};
use spec_model::source::Spanned;

use super::comment::plain_comment;
use super::names::{EditionNames, Lexicon, Names};

pub(super) fn generate(book: &Book, names: &Names) -> String {
    let mut aliases = constants(&book.constants, &names.common);
    for (edition, names) in book.editions.iter().zip(&names.editions) {
        aliases.extend(of_edition(edition, names));
    }
    if aliases.is_empty() {
        return String::new();
    }
    let about = plain_comment(&["Linux's own names, where the headers before this lack them."]);
    let mut out = format!("\n#ifdef VFIO_SPEC_LINUX_NAMES\n\n{about}");
    for (linux, name) in aliases {
        let _ = writeln!(out, "#ifndef {linux}\n#define {linux} {name}\n#endif");
    }
    out + "\n#endif\n"
}

type Aliases<'a> = Vec<(&'a str, &'a str)>;

fn of_edition<'a>(edition: &'a Edition, names: &'a EditionNames) -> Aliases<'a> {
    let mut aliases = constants(&edition.constants, &names.constants);
    let ioctls = edition
        .ioctls
        .iter()
        .map(|row| (row.name.value.as_str(), names.ioctls.get(&row.name.value)));
    aliases.extend(ioctls);
    for row in &edition.capabilities {
        aliases.extend(alias(&row.linux, &row.name, &names.capabilities));
    }
    for row in edition.bits.iter().flat_map(|field| &field.bits) {
        aliases.extend(alias(&row.linux, &row.name, &names.units));
    }
    for row in edition.fsm.iter().flat_map(|fsm| &fsm.states) {
        aliases.extend(alias(&row.linux, &row.name, &names.units));
    }
    aliases
}

fn constants<'a>(groups: &'a [ConstantGroup], names: &'a Lexicon) -> Aliases<'a> {
    let rows = groups.iter().flat_map(|group| &group.constants);
    rows.filter_map(|row| alias(&row.linux, &row.name, names))
        .collect()
}

fn alias<'a>(
    linux: &'a Option<Spanned<String>>,
    name: &'a Spanned<String>,
    names: &'a Lexicon,
) -> Option<(&'a str, &'a str)> {
    Some((linux.as_ref()?.value.as_str(), names.get(&name.value)))
}
