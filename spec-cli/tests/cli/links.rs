//! The link checker finds what is broken and nothing else.

use crate::common::TempBook;

#[test]
fn broken_links_are_found_with_their_lines() {
    let book = TempBook::door();
    book.write("site/.nojekyll", "");
    book.write(
        "site/a.css",
        "p { background: url(https://example.org/p.png) }\n",
    );
    book.write(
        "site/index.html",
        "<link rel=stylesheet href=a.css>\n<h1 id=top-of-page>A</h1>\n\
         <a href=#nowhere>x</a> <a href=b/>x</a> <a href='https://example.org/'>x</a>\n\
         <a href=missing.html>x</a>\n<script src='//example.org/x.js'></script>\n\
         <p id=top-of-page aria-labelledby=ghost>\n<a href=../up.html>x</a>\n",
    );
    book.write(
        "site/b/index.html",
        "<a href='../index.html#top-of-page'>x</a>\n<img src=none.png>",
    );
    insta::assert_snapshot!(book.run(&["links", "site"]).seen());
}

#[test]
fn a_sound_site_passes() {
    let book = TempBook::door();
    book.write(
        "site/index.html",
        "<h1 id=a>A</h1><a href=#a>x</a><a href=b.html#%62>x</a>",
    );
    book.write(
        "site/b.html",
        "<svg><use href='#b'/><path id=b fill='url(#b)'/></svg><a href=/>x</a>",
    );
    insta::assert_snapshot!(book.run(&["links", "site"]).seen());
}

#[test]
fn a_folder_without_pages_is_no_site() {
    let book = TempBook::door();
    insta::assert_snapshot!(book.run(&["links", "book"]).seen());
    insta::assert_snapshot!(book.run(&["links", "nowhere"]).seen());
}
