//! Syntax to model: names are resolved, words become values.
//!
//! [`lower`] takes every chapter at once, because tables speak of tables in other chapters. Kinds are
//! lowered in the order in which they need each other.

use crate::analysis::Register;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::load::Listed;
use crate::map::Map;
use crate::markdown::Document;
use crate::model::{Book, ConstantGroup, Edition};
use crate::parse::{ChapterSyntax, KINDS, TableSyntax, find_kind};
use crate::source::{SourceMap, Spanned};

mod changes;
mod descriptors;
mod device;
mod flows;
mod fsm;
mod guard;
mod links;
mod mapping;
mod names;
mod predicates;
mod registers;
mod row;
mod system;
mod terms;
mod text;
mod vmm;

use names::{Names, StateNames};
use row::{Cells, rows};

/// Makes the model of everything that the chapters say; its `sources` are empty.
pub(crate) fn lower(
    sources: &SourceMap,
    chapters: &[Listed],
    syntax: &[ChapterSyntax<'_>],
    documents: &[Document<'_>],
    diagnostics: &mut Diagnostics,
) -> Book {
    let grouped = group(syntax, diagnostics);
    let common = &grouped[0].tables;
    let rules = text::rules(syntax);
    let rule_names = Names::new("rule", rules.iter().map(|rule| rule.id.value.as_str()));
    let constants = registers::constants(common);
    let lower_edition =
        |group: &Group<'_, '_>| edition(group, &constants, &rule_names, diagnostics);
    let mut editions: Vec<Edition> = grouped[1..].iter().map(lower_edition).collect();
    guard::resolve(&mut editions, chapters);
    let everywhere = |kind: &str| {
        grouped
            .iter()
            .flat_map(|group| group.tables.rows(kind))
            .collect::<Vec<_>>()
    };
    let terms = text::terms(&everywhere("terms"));
    let mappings = grouped.iter().flat_map(|group| group.tables.of("mapping"));
    let mappings = mapping::mappings(mappings.copied(), &editions, diagnostics);
    let demands = text::demands(&everywhere("demands"), &rule_names, diagnostics);
    let classes = changes::classes(&everywhere("classes"));
    let versions = grouped.iter().flat_map(|group| group.tables.of("versions"));
    let versions = changes::versions(&versions.copied().collect::<Vec<_>>(), diagnostics);
    Book {
        sources: SourceMap::default(),
        chapters: text::chapters(chapters, syntax),
        shows: text::shows(syntax, &editions, diagnostics),
        tables: text::tables(syntax),
        hidden: text::hidden(syntax),
        term_uses: terms::uses(sources, chapters, documents, &names_of(syntax), &terms),
        links: links::links(sources, chapters, documents, &rule_names, diagnostics),
        warnings: Vec::new(),
        classes,
        versions,
        traces: Vec::new(),
        mappings,
        terms,
        demands,
        constants,
        editions,
        rules,
    }
}

/// The edition of each chapter.
fn names_of(syntax: &[ChapterSyntax<'_>]) -> Vec<Option<String>> {
    syntax.iter().map(text::edition_name).collect()
}

/// Tables by kind.
struct Tables<'s, 'a>(Vec<Vec<&'s TableSyntax<'a>>>);

impl<'s, 'a> Tables<'s, 'a> {
    fn of(&self, kind: &str) -> &[&'s TableSyntax<'a>] {
        let index = find_kind(kind);
        &self.0[index.unwrap_or_else(|| unreachable!("no kind {kind}"))]
    }

    /// The rows of every table of a kind.
    fn rows(&self, kind: &str) -> impl Iterator<Item = Cells<'s, 'a>> {
        self.of(kind).iter().flat_map(|table| rows(table))
    }
}

/// The tables of one edition; the first group holds those of none.
struct Group<'s, 'a> {
    name: Spanned<&'a str>,
    title: Option<Spanned<&'a str>>,
    tables: Tables<'s, 'a>,
}

impl<'a> Group<'_, 'a> {
    fn new(name: Spanned<&'a str>) -> Self {
        Self {
            name,
            title: None,
            tables: Tables(KINDS.iter().map(|_| Vec::new()).collect()),
        }
    }
}

fn group<'s, 'a>(
    syntax: &'s [ChapterSyntax<'a>],
    diagnostics: &mut Diagnostics,
) -> Vec<Group<'s, 'a>> {
    let nowhere = crate::source::Span {
        file: crate::source::FileId(0),
        start: 0,
        end: 0,
    };
    let mut groups = vec![Group::new(Spanned::new("", nowhere))];
    let mut places: Map<&str, usize> = Map::default();
    for chapter in syntax {
        let index = match &chapter.edition {
            None => 0,
            Some(edition) => {
                let index = *places.entry(edition.name.value).or_insert(groups.len());
                if index == groups.len() {
                    groups.push(Group::new(edition.name.clone()));
                }
                set_title(&mut groups[index], edition.title.as_ref(), diagnostics);
                index
            }
        };
        for table in &chapter.tables {
            if index == 0 && KINDS[table.kind].edition {
                diagnostics.push(needs_edition(table));
            }
            groups[index].tables.0[table.kind].push(table);
        }
    }
    for group in &groups[1..] {
        if group.title.is_none() {
            let title = format!("no chapter gives edition `{}` a title", group.name.value);
            let error = Diagnostic::error("missing-attribute", group.name.span, title);
            diagnostics
                .push(error.help("add `title=\"…\"` to the directive in one of its chapters"));
        }
    }
    groups
}

fn set_title<'a>(
    group: &mut Group<'_, 'a>,
    title: Option<&Spanned<&'a str>>,
    diagnostics: &mut Diagnostics,
) {
    let Some(title) = title else { return };
    match &group.title {
        None => group.title = Some(title.clone()),
        Some(first) => diagnostics.push(
            Diagnostic::error("duplicate-title", title.span, "an edition has one title")
                .related(first.span, "given here"),
        ),
    }
}

fn needs_edition(table: &TableSyntax<'_>) -> Diagnostic {
    let title = format!(
        "a table of kind `{}` belongs to an edition",
        KINDS[table.kind].name
    );
    Diagnostic::error("missing-edition", table.directive.span, title)
        .help("put `<!-- spec: edition NAME -->` at the top of the chapter")
}

fn edition(
    group: &Group<'_, '_>,
    common: &[ConstantGroup],
    rules: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Edition {
    let tables = &group.tables;
    let constants = registers::constants(tables);
    let errnos = common
        .iter()
        .chain(&constants)
        .filter(|group| group.name.value == "errno");
    let errnos = errnos
        .flat_map(|group| &group.constants)
        .map(|constant| constant.name.value.as_str());
    let faults = vmm::faults(
        tables,
        &Names::new("errno constant", errnos),
        rules,
        diagnostics,
    );
    let structs = registers::structs(tables, diagnostics);
    let capabilities = device::capabilities(tables);
    fsm::check_register(tables, diagnostics);
    let bits = device::bits(tables, &capabilities, &faults, diagnostics);
    let fsm = fsm::fsm(tables, &capabilities, &faults, diagnostics);
    let register = Register::of(bits.as_ref(), fsm.as_ref());
    let states = StateNames::of(register);
    let properties = vmm::properties(tables);
    let conditions = vmm::conditions(tables);
    let consequences = vmm::consequences(tables, &properties, diagnostics);
    let mut edition = Edition {
        name: group.name.clone().map(str::to_owned),
        title: group
            .title
            .as_ref()
            .map_or_else(String::new, |title| title.value.to_owned()),
        protocols: registers::protocols(tables, &structs, &faults, register, diagnostics),
        fd_protocols: descriptors::protocols(tables, &faults, register, diagnostics),
        ioctls: descriptors::ioctls(tables, &structs, diagnostics),
        events: vmm::events(tables, &states, diagnostics),
        domains: vmm::domains(tables, &properties, &consequences, diagnostics),
        consequences,
        work: vmm::work(tables, register, &conditions, diagnostics),
        injections: vmm::injections(tables),
        flows: Vec::new(),
        breaches: Vec::new(),
        guardrails: Vec::new(),
        system: crate::model::System::default(),
        constants,
        structs,
        bits,
        fsm,
        capabilities,
        faults,
        properties,
        conditions,
    };
    edition.flows = flows::flows(tables, &edition, &states, diagnostics);
    edition.breaches = guard::breaches(tables, &edition, rules, diagnostics);
    edition.guardrails = guard::guardrails(tables, rules, diagnostics);
    edition.system = system::system(tables, &edition, &states, rules, diagnostics);
    edition
}
