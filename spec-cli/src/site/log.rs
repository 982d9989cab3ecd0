//! What mdBook says while it works: it logs warnings through `tracing` and panics on some input.

use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Runs `work`, and returns its result, or the message of its panic, with the warnings and errors
/// that mdBook logged meanwhile.
pub(super) fn listen<T>(work: impl FnOnce() -> T) -> (Result<T, String>, Vec<String>) {
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let listener = Listener {
        lines: Arc::clone(&lines),
    };
    let result = tracing::subscriber::with_default(listener, || quietly(work));
    let lines = std::mem::take(&mut *lines.lock().unwrap_or_else(|e| e.into_inner()));
    (result, lines)
}

/// A panic becomes its message. The hook would print it with a hint about backtraces, which helps
/// nobody who has only misspelt a tag.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    result.map_err(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        text.or(payload.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given")
            .to_owned()
    })
}

struct Listener {
    lines: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && *metadata.level() <= Level::WARN
            && metadata.target().starts_with("mdbook")
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        if let Ok(mut lines) = self.lines.lock() {
            lines.push(shortened(&message.0));
        }
    }

    // mdBook opens no spans that matter here.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// mdBook quotes all the HTML that it stumbled over, a page at times: its beginning is enough.
fn shortened(message: &str) -> String {
    const LINES: usize = 4;
    const WIDTH: usize = 120;
    let mut lines: Vec<String> = message
        .lines()
        .take(LINES)
        .map(|line| line.chars().take(WIDTH).collect())
        .collect();
    if message.lines().count() > LINES {
        lines.push("…".to_owned());
    }
    lines.join("\n  ")
}

/// An event in words.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let space = if self.0.is_empty() { "" } else { " " };
        let _ = if field.name() == "message" {
            write!(self.0, "{space}{value:?}")
        } else {
            write!(self.0, "{space}{}={value:?}", field.name())
        };
    }
}
