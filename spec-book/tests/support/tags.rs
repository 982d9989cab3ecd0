//! The tags of a page that a serializer wrote: quoted attributes, `<` nowhere else.

/// A start, an end, or both at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    /// Lower case, without the slash.
    pub(crate) name: String,
    /// `</name>`
    pub(crate) end: bool,
    /// `<name …/>`
    pub(crate) closed: bool,
    /// In the order of writing, unescaped.
    pub(crate) attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a browser makes of a page: each tag, and the text before it without what the writing of pages may differ in.
pub(crate) fn content(html: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        let text = unescape(text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if !text.is_empty() {
            parts.push(text);
        }
        rest = after;
        if rest.starts_with('!') {
            rest = rest.split_once('>').map_or("", |(_, after)| after);
        } else {
            let (mut tag, after) = tag(rest);
            rest = after;
            // Browsers read `viewbox` as `viewBox`.
            for (name, _) in &mut tag.attributes {
                name.make_ascii_lowercase();
            }
            parts.push(format!("{tag:?}"));
        }
    }
    parts
}

/// Every tag; the content of scripts and styles, comments and the doctype are passed over.
pub(crate) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with("!--") {
            rest = rest.split_once("-->").map_or("", |(_, after)| after);
        } else if !rest.starts_with('!') {
            let (tag, after) = tag(rest);
            rest = after;
            if matches!(tag.name.as_str(), "script" | "style") && !tag.end {
                let close = format!("</{}", tag.name);
                rest = rest.find(&close).map_or("", |at| &rest[at..]);
            }
            tags.push(tag);
        }
    }
    tags
}

/// A tag without its `<`, and what follows it.
fn tag(text: &str) -> (Tag, &str) {
    let (end, text) = text
        .strip_prefix('/')
        .map_or((false, text), |rest| (true, rest));
    let stop = text
        .find(|c: char| c.is_whitespace() || "/>".contains(c))
        .unwrap_or(text.len());
    let name = text[..stop].to_lowercase();
    let mut tag = Tag {
        name,
        end,
        closed: false,
        attributes: Vec::new(),
    };
    let mut rest = text[stop..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            return (tag, after);
        }
        if let Some(after) = rest.strip_prefix("/>") {
            tag.closed = true;
            return (tag, after);
        }
        let stop = rest
            .find(|c: char| c.is_whitespace() || "=>".contains(c))
            .unwrap_or(rest.len());
        if stop == 0 {
            return (tag, rest.get(1..).unwrap_or(""));
        }
        let name = rest[..stop].to_owned();
        rest = rest[stop..].trim_start();
        let mut value = String::new();
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().unwrap_or('"');
            let (inside, after) = after[1..].split_once(quote).unwrap_or((&after[1..], ""));
            value = unescape(inside);
            rest = after.trim_start();
        }
        tag.attributes.push((name, value));
    }
}

fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// What is wrong with the nesting, if anything.
pub(crate) fn unbalanced(html: &str) -> Option<String> {
    const VOID: &[&str] = &["base", "br", "hr", "img", "input", "link", "meta", "wbr"];
    let mut open: Vec<String> = Vec::new();
    for tag in tags(html) {
        if tag.end {
            match open.pop() {
                Some(name) if name == tag.name => {}
                last => return Some(format!("</{}> after <{last:?}>", tag.name)),
            }
        } else if !tag.closed && !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name);
        }
    }
    open.pop().map(|name| format!("<{name}> is never closed"))
}
