//! `gen c` gives one header that compiles by itself, beside Linux's own, and answers as the model does.

mod common;

use std::path::Path;

use common::cc;
use spec_gen::{c, pretty};
use spec_model::analysis::fsm::{Machine, NoPath};
use spec_model::analysis::{
    all_bits, capability_flags, capability_sets, refuse, register, triggered,
};
use spec_model::model::{BitField, Book, Edition, Fsm, OrderStatus, Refusal};

/// What a careful driver author compiles with.
const STRICT: [&str; 5] = ["-std=c89", "-pedantic", "-Wall", "-Wextra", "-Werror"];

#[test]
fn the_header() {
    insta::with_settings!({ snapshot_path => "headers", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("book", c::text(&common::book()));
    });
}

#[test]
fn it_compiles_as_c89_alone_and_beside_linux() {
    let Some(cc) = cc::found() else { return };
    let folder = common::folder("c-alone");
    let text = c::text(&common::book());
    std::fs::write(folder.join("spec.h"), &text).unwrap();
    std::fs::write(folder.join("alone.c"), &text).unwrap();
    for (name, includes) in [
        ("once", "#include \"spec.h\"\n"),
        ("twice", "#include \"spec.h\"\n#include \"spec.h\"\n"),
        ("after", "#include <linux/vfio.h>\n#include \"spec.h\"\n"),
        ("before", "#include \"spec.h\"\n#include <linux/vfio.h>\n"),
        (
            "by_linux_names",
            "#include <errno.h>\n#include <linux/vfio.h>\n#define VFIO_SPEC_LINUX_NAMES\n#include \"spec.h\"\n",
        ),
        (
            "by_linux_names_alone",
            "#define VFIO_SPEC_LINUX_NAMES\n#include \"spec.h\"\n",
        ),
        ("own_types", OWN_TYPES),
    ] {
        if includes.contains("linux") && !cc.has_linux() {
            continue;
        }
        std::fs::write(folder.join(format!("{name}.c")), includes).unwrap();
        cc.object(&folder.join(format!("{name}.c")), &STRICT);
    }
    cc.object(&folder.join("alone.c"), &STRICT);
    for standard in ["-std=gnu89", "-std=c99", "-std=c11"] {
        let strict = [standard, "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2"];
        cc.object(&folder.join("once.c"), &strict);
    }
}

/// No header of the system at all.
const OWN_TYPES: &str = "#define VFIO_SPEC_TYPES
typedef unsigned char vfio_spec_u8;
typedef unsigned short vfio_spec_u16;
typedef unsigned int vfio_spec_u32;
typedef unsigned long vfio_spec_u64;
typedef signed char vfio_spec_s8;
typedef short vfio_spec_s16;
typedef int vfio_spec_s32;
typedef long vfio_spec_s64;
#include \"spec.h\"
";

#[test]
fn it_compiles_as_a_kernel_would() {
    let Some(cc) = cc::found() else { return };
    // Its <linux/types.h> comes with the same package.
    if !cc.has_linux() {
        return;
    }
    let folder = common::folder("c-kernel");
    std::fs::write(folder.join("spec.h"), c::text(&common::book())).unwrap();
    let file = folder.join("driver.c");
    std::fs::write(&file, "#include \"spec.h\"\n").unwrap();
    let kernel = [
        "-std=gnu11",
        "-D__KERNEL__",
        "-ffreestanding",
        "-Wall",
        "-Wextra",
        "-Werror",
    ];
    cc.object(&file, &kernel);
}

#[test]
fn every_book_compiles() {
    let Some(cc) = cc::found() else { return };
    let folder = common::folder("c-any-book");
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books");
    let mut cases = 0;
    for entry in std::fs::read_dir(books).unwrap() {
        let path = entry.unwrap().path();
        let case = path.file_stem().unwrap().to_str().unwrap();
        let file = folder.join(format!("{case}.c"));
        std::fs::write(&file, c::text(&common::case(case))).unwrap();
        cc.object(&file, &STRICT);
        cases += 1;
    }
    assert!(cases > 3, "{cases} books");
}

/// Where Linux's own header has a number or a structure, it is the same.
#[test]
fn it_agrees_with_the_header_of_this_machine() {
    let Some(cc) = cc::found() else { return };
    if !cc.has_linux() {
        return;
    }
    let folder = common::folder("c-linux");
    std::fs::write(folder.join("spec.h"), c::text(&common::book())).unwrap();
    let main = folder.join("linux.c");
    let program = include_str!("programs/linux.c");
    std::fs::write(
        &main,
        format!("{}\n{program}", same_numbers(&common::book())),
    )
    .unwrap();
    let printed = cc.run(&main, &STRICT);
    assert!(printed.starts_with("compared "), "{printed}");
    let compared: usize = printed["compared ".len()..].trim().parse().unwrap();
    // Linux 6.1, the oldest that this was run with, has these.
    assert!(compared >= 20, "{printed}");
}

/// `COMPARE` for every constant that has a name in Linux's headers, where that is a macro.
fn same_numbers(book: &Book) -> String {
    let header = c::text(book);
    let (_, aliases) = header.split_once("#ifdef VFIO_SPEC_LINUX_NAMES").unwrap();
    let mut out = String::from(
        "#include <errno.h>\n#include <stddef.h>\n#include <stdio.h>\n#include <linux/vfio.h>\n#include \"spec.h\"\n\
         #define COMPARE(what) do { typedef char same[(what) ? 1 : -1]; compared += sizeof(same); } while (0)\n\
         static unsigned long numbers(void)\n{\n\tunsigned long compared = 0;\n",
    );
    for alias in aliases
        .lines()
        .filter_map(|line| line.strip_prefix("#define "))
    {
        let (linux, ours) = alias.split_once(' ').unwrap();
        out += &format!("#ifdef {linux}\n\tCOMPARE({linux} == {ours});\n#endif\n");
    }
    out + "\treturn compared;\n}\n"
}

/// The values that are asked about: every state, and some that are none.
fn states(fsm: &Fsm) -> Vec<u32> {
    let known = fsm.states.iter().map(|row| row.value.value);
    known.chain([8, 9, 0x7fff_ffff, u32::MAX - 1]).collect()
}

/// Compiles a program over the header of a book, and gives what it prints.
fn run(cc: &cc::Compiler, book: &Book, program: &str, values: &[u32], prelude: &str) -> String {
    let editions: Vec<&str> = book
        .editions
        .iter()
        .map(|it| it.name.value.as_str())
        .collect();
    let name = format!("c-{}-{}", editions.join("-"), program.replace('.', "-"));
    let folder = common::folder(&name);
    std::fs::write(folder.join("spec.h"), c::text(book)).unwrap();
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let text = std::fs::read_to_string(programs.join(program)).unwrap();
    let values: Vec<String> = values.iter().map(|value| format!("{value:#x}U")).collect();
    let main = folder.join("main.c");
    let head = format!("{prelude}#define VALUES {}\n", values.join(", "));
    std::fs::write(&main, head + &text).unwrap();
    cc.run(&main, &STRICT)
}

fn compare(answers: &str, expected: &[String]) {
    for (answer, expected) in answers.lines().zip(expected) {
        assert_eq!(answer, expected);
    }
    assert_eq!(answers.lines().count(), expected.len());
}

#[test]
fn it_answers_every_request_as_the_model_does() {
    let Some(cc) = cc::found() else { return };
    let book = common::book();
    let edition = book.edition("v2").unwrap();
    let fsm = edition.fsm.as_ref().unwrap();
    let answers = run(
        &cc,
        &book,
        "next.c",
        &states(fsm),
        "#define NEXT vfio_v2_next\n#define ARCS vfio_v2_arcs\n",
    );
    let mut expected = Vec::new();
    for flags in 0..16 {
        // A flag that nobody knows changes nothing, and every device can stop and copy.
        let sets = capability_sets(edition);
        let mut sets = sets.into_iter();
        let set = sets.find(|set| capability_flags(edition, set) == flags & 7 | 1);
        let set = set.unwrap();
        for from in states(fsm) {
            for to in states(fsm) {
                let answer = next(&book, edition, fsm, &set, from, to);
                expected.push(format!("{flags} {from} {to}: {answer}"));
            }
        }
    }
    compare(&answers, &expected);
    let rust = rust(&book, "v2", "DeviceState", "next.rs", &states(fsm), "");
    assert_eq!(rust, answers);
}

/// Values far apart, two errors, and capabilities that are numbered in the order of the book.
#[test]
fn so_do_states_with_values_far_apart() {
    let Some(cc) = cc::found() else { return };
    let book = common::case("far_states");
    let edition = book.edition("far").unwrap();
    let fsm = edition.fsm.as_ref().unwrap();
    // The functions that the book names give way to ours.
    let prelude = "#define NEXT vfio_far_next\n#define ARCS vfio_far_arcs\n";
    let answers = run(&cc, &book, "next.c", &states(fsm), prelude);
    let mut expected = Vec::new();
    for flags in 0..16 {
        let set: &[&str] = if flags & 1 == 1 { &["next"] } else { &[] };
        for from in states(fsm) {
            for to in states(fsm) {
                let answer = next(&book, edition, fsm, set, from, to);
                expected.push(format!("{flags} {from} {to}: {answer}"));
            }
        }
    }
    compare(&answers, &expected);
}

/// Compiles a program over the generated Rust of the same book, and gives what it prints.
fn rust(
    book: &Book,
    edition: &str,
    state: &str,
    program: &str,
    values: &[u32],
    prelude: &str,
) -> String {
    let folder = common::folder(&format!("c-{edition}-{}", program.replace('.', "-")));
    std::fs::write(folder.join("spec.rs"), pretty::rust(book)).unwrap();
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let main = format!(
        "mod spec;\nuse spec::{edition} as edition;\nuse edition::{state} as State;\n\
         const VALUES: &[u32] = &{values:?};\n{prelude}include!({:?});\n",
        programs.join(program),
    );
    let file = folder.join("main.rs");
    std::fs::write(&file, main).unwrap();
    // A program does not use all of the module.
    common::rustc(&file, &["--edition", "2021", "-Adead_code"]);
    let output = std::process::Command::new(folder.join("main"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn next(book: &Book, edition: &Edition, fsm: &Fsm, set: &[&str], from: u32, to: u32) -> String {
    let machine = Machine::new(fsm, set);
    match machine.path(from, to) {
        Ok(path) => {
            let names: Vec<String> = path.iter().map(u32::to_string).collect();
            format!("{} {}", names.get(1).unwrap_or(&names[0]), names.join(">"))
        }
        Err(NoPath::Refused(refusal)) => refused(book, edition, refusal),
        Err(_) => refused(
            book,
            edition,
            machine.refuse(fsm.initial.value, from).unwrap(),
        ),
    }
}

/// `-22`
fn refused(book: &Book, edition: &Edition, refusal: &Refusal) -> String {
    let mut faults = edition.faults.iter();
    let fault = faults
        .find(|it| it.name.value == refusal.fault.value)
        .unwrap();
    let mut numbers = book.constants.iter().flat_map(|group| &group.constants);
    let number = numbers
        .find(|it| it.name.value == fault.errno.value)
        .unwrap();
    format!("-{}", number.value.value)
}

/// Predicates and behaviours, in every state and in what is none.
#[test]
fn its_predicates_hold_as_those_of_the_model_do() {
    let Some(cc) = cc::found() else { return };
    let book = common::book();
    let (mut program, mut expected) = (String::new(), Vec::new());
    for edition in &book.editions {
        let register = register(edition).unwrap();
        let predicates = register.predicates().iter().map(|it| (&it.name, &it.holds));
        let behaviours = register.behaviours().iter().map(|it| (&it.name, &it.holds));
        for (name, holds) in predicates.chain(behaviours) {
            let function = format!("vfio_{}_{}", edition.name.value, name.value);
            program += &format!(
                "\tfor (i = 0; i < 20; i++) printf(\"{function} %lu %d\\n\", i, {function}((vfio_spec_u32)i));\n"
            );
            for state in 0..20 {
                let holds = u8::from(register.holds(&holds.value, state));
                expected.push(format!("{function} {state} {holds}"));
            }
        }
    }
    let folder = common::folder("c-predicates");
    std::fs::write(folder.join("spec.h"), c::text(&book)).unwrap();
    let main = folder.join("main.c");
    let head = "#include <stdio.h>\n#include \"spec.h\"\nint main(void)\n{\n\tunsigned long i;\n";
    std::fs::write(&main, format!("{head}{program}\treturn 0;\n}}\n")).unwrap();
    compare(&cc.run(&main, &STRICT), &expected);
}

#[test]
fn it_answers_every_write_as_the_model_does() {
    let Some(cc) = cc::found() else { return };
    for (book, edition) in [
        (common::book(), "v1"),
        (common::case("gaps"), "gaps"),
        (common::case("wide_register"), "wide"),
    ] {
        let edition = book.edition(edition).unwrap();
        let field = edition.bits.as_ref().unwrap();
        let name = &edition.name.value;
        let prelude = format!("#define WRITE vfio_{name}_write\n");
        let answers = run(&cc, &book, "writes.c", &values(field), &prelude);
        compare(&answers, &writes(&book, edition, field));
        if name == "v1" {
            let names = edition.capabilities.iter().map(|row| &row.name.value);
            let names: Vec<&String> = names.collect();
            let prelude = format!("const CAPABILITIES: &[&str] = &{names:?};\n");
            let values = values(field);
            let rust = rust(&book, "v1", "DeviceState", "masks.rs", &values, &prelude);
            assert_eq!(rust, answers);
        }
    }
}

/// Every value of the bits that are known, and some with others.
fn values(field: &BitField) -> Vec<u32> {
    let other = (1u32 << (field.width - 1)) & !all_bits(field);
    let known = (0..=all_bits(field)).filter(|value| value & !all_bits(field) == 0);
    let known: Vec<u32> = known.collect();
    let others = known.iter().map(|value| value | other);
    others.chain(known.iter().copied()).collect()
}

fn writes(book: &Book, edition: &Edition, field: &BitField) -> Vec<String> {
    let mut orders = field.actions.iter();
    let adopted = orders
        .find(|order| order.status == OrderStatus::Adopted)
        .unwrap();
    let names = edition
        .capabilities
        .iter()
        .map(|row| row.name.value.as_str());
    let names: Vec<&str> = names.collect();
    let mut lines = Vec::new();
    for flags in 0u32..4 {
        let set = names
            .iter()
            .enumerate()
            .filter(|(place, _)| flags >> place & 1 == 1);
        let set: Vec<&str> = set.map(|(_, name)| *name).collect();
        for &old in &values(field) {
            for &new in &values(field) {
                let answer = match refuse(field, &set, old, new) {
                    Some(refusal) => refused(book, edition, refusal),
                    None => mask(&triggered(field, adopted, old, new), adopted).to_string(),
                };
                lines.push(format!("{flags} {old} {new}: {answer}"));
            }
        }
    }
    lines
}

fn mask(taken: &[&spec_model::model::Action], order: &spec_model::model::ActionTable) -> u32 {
    let place = |name: &str| order.actions.iter().position(|row| row.name.value == name);
    let bits = taken
        .iter()
        .map(|action| 1 << place(&action.name.value).unwrap());
    bits.sum()
}
