//! Elements that escape. There is no way to add raw text, so every fragment is balanced, escaped and
//! free of blank lines (a blank line would end mdBook's HTML block).

use std::fmt::{self, Write};

/// An HTML or SVG element under construction.
#[derive(Clone, Debug)]
#[must_use]
pub(crate) struct Element {
    tag: &'static str,
    class: String,
    attributes: String,
    inner: String,
    void: bool,
}

/// An element with a closing tag.
pub(crate) fn el(tag: &'static str) -> Element {
    Element {
        tag,
        class: String::new(),
        attributes: String::new(),
        inner: String::new(),
        void: false,
    }
}

/// An element without content: `<br>`, or a shape in an SVG.
pub(crate) fn void(tag: &'static str) -> Element {
    Element {
        void: true,
        ..el(tag)
    }
}

impl Element {
    /// Adds an attribute.
    pub(crate) fn attr(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        // Writing to a string does not fail.
        let _ = write!(Escaped(&mut self.attributes), "{value}");
        self.attributes.push('"');
        self
    }

    /// Adds a class; the empty one is none.
    pub(crate) fn class(mut self, name: &str) -> Self {
        if !self.class.is_empty() && !name.is_empty() {
            self.class.push(' ');
        }
        escape(name, &mut self.class);
        self
    }

    /// Adds text.
    pub(crate) fn text(mut self, text: impl AsRef<str>) -> Self {
        escape(text.as_ref(), &mut self.inner);
        self
    }

    /// Adds lines of text, for `pre`. Blank ones are left out: they would end the HTML block.
    pub(crate) fn lines(mut self, text: &str) -> Self {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            escape(line, &mut self.inner);
            self.inner.push('\n');
        }
        self
    }

    /// Adds an element.
    pub(crate) fn child(mut self, child: Element) -> Self {
        child.write(&mut self.inner);
        self
    }

    /// Adds elements.
    pub(crate) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    /// Adds an element, if there is one.
    pub(crate) fn maybe(self, child: Option<Element>) -> Self {
        self.children(child)
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.tag);
        if !self.class.is_empty() {
            out.push_str(" class=\"");
            out.push_str(&self.class);
            out.push('"');
        }
        out.push_str(&self.attributes);
        if self.void {
            // HTML's own void elements take no slash; shapes of an SVG need it.
            out.push_str(if self.tag == "br" { ">" } else { "/>" });
            return;
        }
        out.push('>');
        out.push_str(&self.inner);
        out.push_str("</");
        out.push_str(self.tag);
        out.push('>');
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out);
        f.write_str(&out)
    }
}

/// Text for an attribute or between tags.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}

/// Line breaks become spaces: a blank line would end the HTML block.
fn escape(text: &str, out: &mut String) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            byte if byte.is_ascii_control() => " ",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// Escapes whatever is formatted into it.
struct Escaped<'o>(&'o mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(text, self.0);
        Ok(())
    }
}

/// `<code>`
pub(crate) fn code(text: impl AsRef<str>) -> Element {
    el("code").text(text)
}

/// `<a href>` with text.
pub(crate) fn link(href: impl fmt::Display, text: impl AsRef<str>) -> Element {
    el("a").attr("href", href).text(text)
}

/// Makes an element a link, if it leads anywhere.
pub(crate) fn linked(element: Element, href: Option<String>) -> Element {
    match href {
        Some(href) => el("a").attr("href", href).child(element),
        None => element,
    }
}

/// Data for the scripts of the page, which no browser runs.
pub(crate) fn data(value: &serde_json::Value) -> Element {
    let mut script = el("script").attr("type", "application/json");
    // Text of the book could end the script otherwise.
    script.inner = value.to_string().replace('<', "\\u003c");
    script
}

/// Blocks for a place between blank lines, which end the Markdown around them.
pub(crate) fn blocks(elements: &[Element]) -> String {
    let all: Vec<String> = elements.iter().map(Element::to_string).collect();
    all.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let e = el("p")
            .attr("title", "a\"><script>")
            .text("<b>&'\n\n x")
            .child(void("br"));
        assert_eq!(
            e.to_string(),
            "<p title=\"a&quot;&gt;&lt;script&gt;\">&lt;b&gt;&amp;&#39;   x<br></p>"
        );
    }

    #[test]
    fn data_do_not_end_their_script() {
        assert_eq!(
            data(&serde_json::json!({ "a": "</script>\n\n<!--" })).to_string(),
            "<script type=\"application/json\">{\"a\":\"\\u003c/script>\\n\\n\\u003c!--\"}</script>"
        );
    }

    #[test]
    fn shapes_close_themselves() {
        assert_eq!(
            el("svg").child(void("path").attr("d", "M0 0")).to_string(),
            "<svg><path d=\"M0 0\"/></svg>"
        );
    }
}
