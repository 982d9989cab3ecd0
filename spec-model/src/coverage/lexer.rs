//! As much of Rust's lexer as it takes to find names and brackets outside comments and literals. A full
//! one keeps a place for every token, and takes ten times as long for that.

/// A token that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name or keyword; raw ones without `r#`.
    Name(&'t str),
    /// `(`, `[` or `{`
    Open(u8),
    /// `)`, `]` or `}`
    Close(u8),
    /// Any other sign.
    Sign(u8),
    /// A number, character, string or lifetime.
    Literal,
}

/// The tokens of a text, each with the offset of its first byte.
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token, `None` at the end.
    ///
    /// # Errors
    /// The offset of a literal or comment that never ends.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Token<'t>)>, usize> {
        self.skip_blank()?;
        let start = self.at;
        let Some(first) = self.byte(0) else {
            return Ok(None);
        };
        let token = match first {
            b'(' | b'[' | b'{' => self.sign(Token::Open(first)),
            b')' | b']' | b'}' => self.sign(Token::Close(first)),
            b'"' => self.string()?,
            b'\'' => self.quote()?,
            b'0'..=b'9' => {
                self.name();
                Token::Literal
            }
            _ if is_name(first) => self.name_or_prefix()?,
            _ => self.sign(Token::Sign(first)),
        };
        Ok(Some((start, token)))
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn sign(&mut self, token: Token<'t>) -> Token<'t> {
        self.at += 1;
        token
    }

    /// White space and comments.
    fn skip_blank(&mut self) -> Result<(), usize> {
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b' ' | b'\t' | b'\n' | b'\r'), _) => self.at += 1,
                (Some(b'/'), Some(b'/')) => {
                    let rest = &self.text[self.at..];
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                (Some(b'/'), Some(b'*')) => self.block_comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// They nest.
    fn block_comment(&mut self) -> Result<(), usize> {
        let start = self.at;
        let mut depth = 0;
        loop {
            match (self.byte(0), self.byte(1)) {
                (Some(b'/'), Some(b'*')) => (self.at, depth) = (self.at + 2, depth + 1),
                (Some(b'*'), Some(b'/')) => (self.at, depth) = (self.at + 2, depth - 1),
                (Some(_), _) => self.at += 1,
                (None, _) => return Err(start),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn name(&mut self) -> &'t str {
        let start = self.at;
        while self.byte(0).is_some_and(is_name) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// A name, or the `b`, `c`, `r`, … in front of a literal.
    fn name_or_prefix(&mut self) -> Result<Token<'t>, usize> {
        let name = self.name();
        match (name, self.byte(0)) {
            ("b" | "c", Some(b'"')) => self.string(),
            ("b", Some(b'\'')) => self.quote(),
            ("r" | "br" | "cr", Some(b'"' | b'#')) => self.raw(name),
            _ => Ok(Token::Name(name)),
        }
    }

    /// `"…"`; the cursor is on the first quote.
    fn string(&mut self) -> Result<Token<'t>, usize> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.byte(0) {
                Some(b'\\') => self.at += 2,
                Some(b'"') => return Ok(self.sign(Token::Literal)),
                Some(_) => self.at += 1,
                None => return Err(start),
            }
        }
    }

    /// `r"…"`, `r#"…"#`, …, or `r#name`; the cursor is behind the prefix.
    fn raw(&mut self, prefix: &'t str) -> Result<Token<'t>, usize> {
        let start = self.at;
        let rest = &self.text[start..];
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        if self.byte(hashes) != Some(b'"') {
            if prefix == "r" && hashes == 1 {
                self.at += 1;
                return Ok(Token::Name(self.name()));
            }
            return Ok(Token::Name(prefix));
        }
        let end = format!("\"{}", &rest[..hashes]);
        let inside = &rest[hashes + 1..];
        let length = inside.find(&end).ok_or(start)?;
        self.at += hashes + 1 + length + end.len();
        Ok(Token::Literal)
    }

    /// `'c'`, `'\n'` or a lifetime; the cursor is on the quote.
    fn quote(&mut self) -> Result<Token<'t>, usize> {
        let start = self.at;
        self.at += 1;
        let rest = &self.text[self.at..];
        let mut characters = rest.chars();
        match characters.next() {
            Some('\\') => {
                // The escaped character may be a quote.
                let end = rest
                    .get(2..)
                    .and_then(|rest| rest.find('\''))
                    .ok_or(start)?;
                self.at += end + 3;
            }
            Some(c) if characters.next() == Some('\'') => self.at += c.len_utf8() + 1,
            Some(_) => drop(self.name()),
            None => return Err(start),
        }
        Ok(Token::Literal)
    }
}

/// Bytes of names; those beyond ASCII are taken for letters.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{Lexer, Token};

    fn names(text: &str) -> Vec<&str> {
        let mut lexer = Lexer::new(text);
        let mut names = Vec::new();
        while let Some((at, token)) = lexer.next().expect("it ends") {
            if let Token::Name(name) = token {
                assert!(text[at..].trim_start_matches("r#").starts_with(name));
                names.push(name);
            }
        }
        names
    }

    #[test]
    fn literals_and_comments_hide_names() {
        assert_eq!(names("a // b\n/* c /* d */ e */ f"), ["a", "f"]);
        assert_eq!(
            names(r##"a "b \" c" r#"d " e"# br"f" c"g" b"h" i"##),
            ["a", "i"]
        );
        assert_eq!(names(r"a 'b' '\'' '\u{1F600}' 'é' b'c' 'd: e"), ["a", "e"]);
        assert_eq!(names("0x1f 1_000u32 2.5e-3 r#fn für _"), ["fn", "für", "_"]);
    }

    #[test]
    fn what_never_ends_is_an_error_at_its_beginning() {
        for (text, at) in [
            ("a \"b", 2),
            ("/* /* */", 0),
            ("r##\"a\"#", 1),
            ("a '", 2),
            ("'\\", 0),
        ] {
            let mut lexer = Lexer::new(text);
            let error = loop {
                match lexer.next() {
                    Ok(Some(_)) => {}
                    other => break other,
                }
            };
            assert_eq!(error, Err(at), "{text}");
        }
    }

    #[test]
    fn any_text_ends() {
        for text in [
            "'",
            "\"\\",
            "r#",
            "'\\'",
            "\u{0}é'é",
            "/",
            "b'",
            "'é",
            "'\\é'",
        ] {
            let mut lexer = Lexer::new(text);
            for _ in 0..=text.len() {
                if !matches!(lexer.next(), Ok(Some(_))) {
                    break;
                }
            }
        }
    }
}
