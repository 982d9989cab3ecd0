//! Building the site, against mdBook without our preprocessor on the same chapters.

use std::path::Path;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

use crate::files;
use crate::measure::{Comparison, compare};

fn build(root: &Path, config: &Config, ours: bool, out: &Path) {
    let mut config = config.clone();
    config.build.build_dir = out.to_path_buf();
    config.build.use_default_preprocessors = true;
    if !ours {
        config
            .set("preprocessor", toml_table())
            .expect("a table can be replaced");
    }
    let mut book = MDBook::load_with_config(root, config).expect("the book loads");
    if ours {
        book.with_preprocessor(spec_book::Spec);
    }
    book.build().expect("the site builds");
}

fn toml_table() -> std::collections::BTreeMap<String, String> {
    std::collections::BTreeMap::new()
}

/// Both with search and print page, as shipped.
pub(crate) fn run() {
    let root = files::root();
    let config = Config::from_disk(root.join("book.toml")).expect("book.toml is readable");
    let out = root.join("target/bench-site");
    let c = Comparison {
        what: "build the site",
        peer: "mdBook alone",
        aim: "at most 1.15",
        rounds: 9,
    };
    compare(
        &c,
        || build(&root, &config, true, &out.join("ours")),
        || build(&root, &config, false, &out.join("plain")),
    );
}
