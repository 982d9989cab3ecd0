//! Texts of the book inside of other texts.

/// Inside inline code: a longer fence where the text has backticks.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// Running text of a Markdown document in which nothing of the text is markup, and nobody is notified.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("@\u{200b}"),
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The text of a GitHub workflow command: they escape like URLs, but only what would end them.
pub(crate) fn command(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The same for a property of the command.
pub(crate) fn property(text: &str) -> String {
    command(text).replace(':', "%3A").replace(',', "%2C")
}

/// What a terminal would obey is shown instead.
pub(crate) fn terminal(text: &str) -> String {
    let harmless = |c: char| {
        if c.is_control() && c != '\n' {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(harmless).collect()
}
