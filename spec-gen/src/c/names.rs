//! The names that a book's names get in C: never the same twice, and none that C, C++ or Linux has.

use std::collections::BTreeMap;

use spec_model::analysis::register;
use spec_model::model::{Book, ConstantGroup, Edition};
use spec_model::source::Spanned;

use crate::ident::Scope;
use crate::names::adopted;

/// Words that can be no member, in C or in C++.
const KEYWORDS: &str = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl \
    const const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export \
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr \
    operator or or_eq private protected public register reinterpret_cast restrict return short signed sizeof \
    static static_assert static_cast struct switch template this thread_local throw true try typedef typeid \
    typename typeof union unsigned using virtual void volatile wchar_t while xor xor_eq linux unix";

/// What the prelude declares.
const RESERVED: &str = "VFIO_SPEC_H VFIO_SPEC_FN VFIO_SPEC_TABLE VFIO_SPEC_TYPES VFIO_SPEC_LINUX_NAMES \
    vfio_spec_u8 vfio_spec_u16 vfio_spec_u32 vfio_spec_u64 vfio_spec_s8 vfio_spec_s16 vfio_spec_s32 vfio_spec_s64";

/// The C names of the names of one kind.
#[derive(Default)]
pub(super) struct Lexicon(BTreeMap<String, String>);

impl Lexicon {
    fn fill<'a>(
        scope: &mut Scope,
        prefix: &str,
        names: impl IntoIterator<Item = &'a Spanned<String>>,
        spell: impl Fn(&str) -> String,
    ) -> Self {
        let mut lexicon = Self::default();
        lexicon.add(scope, prefix, names, spell);
        lexicon
    }

    fn add<'a>(
        &mut self,
        scope: &mut Scope,
        prefix: &str,
        names: impl IntoIterator<Item = &'a Spanned<String>>,
        spell: impl Fn(&str) -> String,
    ) {
        for name in names {
            let wish = format!("{prefix}{}", spell(stem(&name.value)));
            let taken = || scope.take(&wish).to_string();
            self.0.entry(name.value.clone()).or_insert_with(taken);
        }
    }

    /// The C name; of an unknown name, the name itself, for the compiler to say that it is missing.
    pub(super) fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, String::as_str)
    }

    /// Whether the name is one of this kind.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// All names of the header.
pub(super) struct Names {
    /// Constants of no edition.
    pub(super) common: Lexicon,
    /// By edition, in the order of the book.
    pub(super) editions: Vec<EditionNames>,
}

impl Names {
    /// Of a book.
    pub(super) fn new(book: &Book) -> Self {
        let mut scope = Scope::with(RESERVED);
        let common = constants(&mut scope, "VFIO_SPEC_", &book.constants);
        let editions = book.editions.iter();
        let editions = editions.map(|edition| EditionNames::new(&mut scope, edition));
        Self {
            common,
            editions: editions.collect(),
        }
    }
}

/// The names of an edition.
pub(super) struct EditionNames {
    pub(super) constants: Lexicon,
    pub(super) ioctls: Lexicon,
    pub(super) structs: Lexicon,
    /// Types that check the sizes of the structs.
    pub(super) sizes: Lexicon,
    pub(super) capabilities: Lexicon,
    /// Bits, or states.
    pub(super) units: Lexicon,
    /// Predicates and behaviours: functions.
    pub(super) predicates: Lexicon,
    pub(super) actions: Lexicon,
    /// Names of our own, by what they are for.
    pub(super) own: BTreeMap<&'static str, String>,
}

impl EditionNames {
    fn new(scope: &mut Scope, edition: &Edition) -> Self {
        let lower = format!("vfio_{}_", edition.name.value.to_lowercase());
        let upper = lower.to_uppercase();
        let same = str::to_owned;
        let own = own(scope, &lower);
        let register = register(edition);
        let held = register.map_or(String::new(), |it| it.name().value.to_uppercase());
        let bits = edition
            .bits
            .iter()
            .flat_map(|it| &it.bits)
            .map(|it| &it.name);
        let states = edition
            .fsm
            .iter()
            .flat_map(|it| &it.states)
            .map(|it| &it.name);
        let predicates = register
            .iter()
            .flat_map(|it| it.predicates())
            .map(|it| &it.name);
        let behaviours = register
            .iter()
            .flat_map(|it| it.behaviours())
            .map(|it| &it.name);
        let actions = adopted(edition).into_iter().flat_map(|it| &it.actions);
        let ioctls = edition.ioctls.iter().map(|it| &it.name);
        let structs = edition.structs.iter().map(|it| &it.name);
        let capabilities = edition.capabilities.iter().map(|it| &it.name);
        Self {
            constants: constants(scope, &upper, &edition.constants),
            ioctls: Lexicon::fill(scope, &upper, ioctls, same),
            structs: Lexicon::fill(scope, &lower, structs.clone(), same),
            sizes: Lexicon::fill(scope, &format!("{lower}sizeof_"), structs, same),
            capabilities: Lexicon::fill(
                scope,
                &format!("{upper}CAPABILITY_"),
                capabilities,
                str::to_uppercase,
            ),
            units: Lexicon::fill(scope, &format!("{upper}{held}_"), bits.chain(states), same),
            predicates: Lexicon::fill(scope, &lower, predicates.chain(behaviours), same),
            actions: Lexicon::fill(
                scope,
                &format!("{upper}ACTION_"),
                actions.map(|it| &it.name),
                str::to_uppercase,
            ),
            own,
        }
    }

    /// A name of our own.
    pub(super) fn own(&self, what: &'static str) -> &str {
        self.own.get(what).map_or(what, String::as_str)
    }
}

/// Functions and tables of our own come first: what the book names gives way.
fn own(scope: &mut Scope, lower: &str) -> BTreeMap<&'static str, String> {
    let names = [
        "next",
        "next_table",
        "refused",
        "place",
        "states",
        "write",
        "order",
        "action",
        "arc",
        "arcs",
    ];
    let macros = [
        "session_none",
        "session_starts_saving",
        "session_starts_resuming",
        "session_keeps",
        "session_ends",
    ];
    let mut own = BTreeMap::new();
    for name in names {
        own.insert(name, scope.take(&format!("{lower}{name}")).to_string());
    }
    for name in macros {
        let wish = format!("{lower}{name}").to_uppercase();
        own.insert(name, scope.take(&wish).to_string());
    }
    own
}

fn constants(scope: &mut Scope, prefix: &str, groups: &[ConstantGroup]) -> Lexicon {
    let names = groups.iter().flat_map(|group| &group.constants);
    Lexicon::fill(scope, prefix, names.map(|it| &it.name), str::to_owned)
}

/// The members of a struct.
pub(super) fn members<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut scope = Scope::with(KEYWORDS);
    let spell = |name| {
        scope
            .take(name)
            .to_string()
            .trim_start_matches("r#")
            .to_owned()
    };
    names.map(spell).collect()
}

/// Linux's prefix goes: the edition's takes its place.
fn stem(name: &str) -> &str {
    let stripped = name.strip_prefix("VFIO_").or(name.strip_prefix("vfio_"));
    stripped.unwrap_or(name)
}
