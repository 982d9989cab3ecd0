//! Finds `covers![…]` in a Rust file, with the function around it.

use std::rc::Rc;

use super::lexer::{Lexer, Token};
use super::{Function, Mention, Unreadable};

/// Every rule that a file names, in the order of the file.
///
/// # Errors
/// A literal or comment that never ends, brackets that do not match, in a file that says `covers`.
pub fn scan(path: &str, text: &str) -> Result<Vec<Mention>, Unreadable> {
    // Most files name no rule.
    if !text.contains("covers") {
        return Ok(Vec::new());
    }
    let mut scanner = Scanner {
        path,
        text,
        lexer: Lexer::new(text),
        ahead: None,
        line: (1, 0),
        mentions: Vec::new(),
    };
    match scanner.run() {
        Ok(()) => Ok(scanner.mentions),
        Err(offset) => Err(unreadable(path, text, offset)),
    }
}

fn unreadable(path: &str, text: &str, offset: usize) -> Unreadable {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Unreadable {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// What stands around some tokens.
#[derive(Clone)]
struct Scope {
    modules: Rc<str>,
    function: Option<Rc<Function>>,
}

/// The item that the tokens so far begin.
#[derive(Default)]
struct Item {
    test: bool,
    ignored: bool,
    function: Option<Rc<Function>>,
    module: Option<Rc<str>>,
}

/// An open bracket.
struct Group {
    open: u8,
    at: usize,
    scope: Scope,
    item: Item,
}

struct Scanner<'t> {
    path: &'t str,
    text: &'t str,
    lexer: Lexer<'t>,
    ahead: Option<(usize, Token<'t>)>,
    /// The line that an offset is in.
    line: (usize, usize),
    mentions: Vec<Mention>,
}

impl<'t> Scanner<'t> {
    fn next(&mut self) -> Result<Option<(usize, Token<'t>)>, usize> {
        match self.ahead.take() {
            Some(token) => Ok(Some(token)),
            None => self.lexer.next(),
        }
    }

    fn peek(&mut self) -> Result<Option<Token<'t>>, usize> {
        if self.ahead.is_none() {
            self.ahead = self.lexer.next()?;
        }
        Ok(self.ahead.map(|(_, token)| token))
    }

    /// The line of an offset, from 1. Offsets that grow from call to call are found fast.
    fn line(&mut self, offset: usize) -> usize {
        let (line, at) = if offset < self.line.1 {
            (1, 0)
        } else {
            self.line
        };
        let passed = &self.text.as_bytes()[at..offset];
        let line = line + passed.iter().filter(|&&byte| byte == b'\n').count();
        self.line = (line, offset);
        line
    }

    /// An error is the offset at which the file stops being Rust.
    fn run(&mut self) -> Result<(), usize> {
        let file = Scope {
            modules: Rc::from(""),
            function: None,
        };
        let mut groups = vec![Group {
            open: 0,
            at: 0,
            scope: file,
            item: Item::default(),
        }];
        while let Some((at, token)) = self.next()? {
            let depth = groups.len() - 1;
            let Group { scope, item, .. } = &mut groups[depth];
            match token {
                Token::Sign(b'#') if self.peek()? == Some(Token::Open(b'[')) => {
                    self.attribute(item)?
                }
                Token::Sign(b';') => *item = Item::default(),
                Token::Name("fn") => self.function(at, scope, item)?,
                Token::Name("mod") => {
                    if let Some(Token::Name(name)) = self.peek()? {
                        item.module = Some(format!("{}{name}::", scope.modules).into());
                    }
                }
                Token::Name("covers") if self.peek()? == Some(Token::Sign(b'!')) => {
                    self.next()?;
                    if let Some(Token::Open(open)) = self.peek()? {
                        self.rules(open, scope.function.clone())?;
                    }
                }
                Token::Open(open) => {
                    let scope = item.inside(scope, open);
                    groups.push(Group {
                        open,
                        at,
                        scope,
                        item: Item::default(),
                    });
                }
                Token::Close(close) => {
                    let group = groups.pop().filter(|group| closes(group.open, close));
                    if group.is_none() || groups.is_empty() {
                        return Err(at);
                    }
                    if close == b'}'
                        && let Some(outer) = groups.last_mut()
                    {
                        outer.item = Item::default();
                    }
                }
                _ => {}
            }
        }
        match groups.pop() {
            Some(group) if !groups.is_empty() => Err(group.at),
            _ => Ok(()),
        }
    }

    /// `#[test]`, `#[path::test]` or `#[ignore = "…"]`; the bracket is next.
    fn attribute(&mut self, item: &mut Item) -> Result<(), usize> {
        let Some((at, Token::Open(open))) = self.next()? else {
            return Ok(());
        };
        let (mut depth, mut path, mut in_path) = (1, Vec::new(), true);
        while depth > 0 {
            let (here, token) = self.next()?.ok_or(at)?;
            match token {
                Token::Name(name) if in_path => path.push(name),
                Token::Sign(b':') => {}
                Token::Open(_) => (depth, in_path) = (depth + 1, false),
                Token::Close(close) if depth > 1 || closes(open, close) => depth -= 1,
                Token::Close(_) => return Err(here),
                _ => in_path = false,
            }
        }
        item.test |= path.last() == Some(&"test");
        item.ignored |= path == ["ignore"];
        Ok(())
    }

    /// `fn name`; a type `fn(u32)` has none.
    fn function(&mut self, at: usize, scope: &Scope, item: &mut Item) -> Result<(), usize> {
        if let Some(Token::Name(name)) = self.peek()? {
            item.function = Some(Rc::new(Function {
                name: format!("{}{name}", scope.modules),
                line: self.line(at),
                test: item.test,
                ignored: item.ignored,
            }));
        }
        Ok(())
    }

    /// The inside of `covers![A, rules::B]`; the bracket is next.
    fn rules(&mut self, open: u8, function: Option<Rc<Function>>) -> Result<(), usize> {
        let start = self.next()?.map_or(0, |(at, _)| at);
        let mut last = None;
        loop {
            let (at, token) = self.next()?.ok_or(start)?;
            match token {
                Token::Name(name) => last = Some((at, name)),
                Token::Sign(b':') => {}
                Token::Sign(_) | Token::Close(_) => {
                    if let Some((at, name)) = last.take() {
                        let mention = Mention {
                            constant: name.to_owned(),
                            path: self.path.to_owned(),
                            line: self.line(at),
                            function: function.as_deref().cloned(),
                        };
                        self.mentions.push(mention);
                    }
                    match token {
                        Token::Close(close) if closes(open, close) => return Ok(()),
                        Token::Close(_) => return Err(at),
                        _ => {}
                    }
                }
                Token::Open(_) => return Err(at),
                Token::Literal => {}
            }
        }
    }
}

impl Item {
    /// The scope of a group that follows.
    fn inside(&self, scope: &Scope, open: u8) -> Scope {
        let mut inside = scope.clone();
        if open == b'{' {
            inside.modules = self.module.clone().unwrap_or(inside.modules);
            inside.function = self.function.clone().or(inside.function);
        }
        inside
    }
}

fn closes(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
}
