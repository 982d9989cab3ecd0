//! `serve` follows the sources, and keeps the last good site.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::common::{TempBook, command};

/// Far more than any step needs, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when the test ends.
struct Server {
    child: Child,
    address: SocketAddr,
    stderr: Receiver<String>,
}

impl Server {
    fn start(book: &TempBook) -> Self {
        let mut child = command(book.path(), &["serve", "--port", "0"])
            // A server that is killed leaves its site behind.
            .env("TMPDIR", book.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let stderr = lines(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the line with the URL");
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no URL in `{line}`"));
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        Self {
            child,
            address: address.parse().expect("an address"),
            stderr,
        }
    }

    /// The status line and the body of a page.
    fn get(&self, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("the server answers");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (
            head.lines().next().unwrap_or_default().to_owned(),
            body.to_owned(),
        )
    }

    /// Asks until the page is as wanted.
    fn wait_for_page(&self, path: &str, wanted: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !wanted(&self.get(path).1) {
            assert!(
                start.elapsed() < PATIENCE,
                "{path} did not become what it should"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Reads what the terminal shows until a line contains `part`.
    fn wait_for_line(&self, part: &str) -> String {
        let start = Instant::now();
        let mut seen = String::new();
        while let Ok(line) = self
            .stderr
            .recv_timeout(PATIENCE.saturating_sub(start.elapsed()))
        {
            seen.push_str(&line);
            seen.push('\n');
            if line.contains(part) {
                return seen;
            }
        }
        panic!("no line with `{part}` in:\n{seen}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stderr: ChildStderr) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[test]
fn a_change_is_followed_and_a_mistake_keeps_the_last_good_site() {
    let book = TempBook::door();
    let server = Server::start(&book);
    let (status, page) = server.get("/");
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(page.contains("turns the key") && page.contains("__livereload"));
    assert_eq!(server.get("/nowhere.html").0, "HTTP/1.1 404 Not Found");
    server.wait_for_line("built in");

    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    let terminal = server.wait_for_line("the last good site stays");
    assert!(
        terminal.contains("book/door.md:") && terminal.contains("LOKCED"),
        "{terminal}"
    );
    // The page is the last good one, and says that there is something wrong.
    server.wait_for_page("/door.html", |page| {
        page.contains("there is no bit `LOKCED`")
    });
    assert!(server.get("/door.html").1.contains("turns the key"));

    book.edit("book/door.md", "| `LOKCED` | `lock`", "| `LOCKED` | `lock`");
    book.edit("book/door.md", "turns the key", "throws the bolt");
    server.wait_for_page("/door.html", |page| page.contains("throws the bolt"));
    assert!(!server.get("/door.html").1.contains("LOKCED"));
}

#[test]
fn open_pages_are_told_to_reload() {
    let book = TempBook::door();
    let server = Server::start(&book);
    let mut socket = TcpStream::connect(server.address).expect("the server listens");
    let handshake = "GET /__livereload HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                     Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket
        .write_all(handshake.as_bytes())
        .expect("the server reads");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut seen = Vec::new();
    read_until(&mut socket, &mut seen, b"\r\n\r\n");
    assert!(seen.starts_with(b"HTTP/1.1 101"));

    book.edit("book/door.md", "turns the key", "throws the bolt");
    read_until(&mut socket, &mut seen, b"reload");
}

fn read_until(socket: &mut TcpStream, seen: &mut Vec<u8>, end: &[u8]) {
    while !seen.windows(end.len()).any(|window| window == end) {
        let mut byte = [0];
        socket.read_exact(&mut byte).expect("the server goes on");
        seen.push(byte[0]);
    }
}

#[test]
fn a_book_that_is_broken_from_the_start_recovers() {
    let book = TempBook::door();
    book.edit("book/door.md", "| `LOCKED` | `lock`", "| `LOKCED` | `lock`");
    let server = Server::start(&book);
    let (status, page) = server.get("/");
    assert_eq!(status, "HTTP/1.1 503 Service Unavailable");
    assert!(page.contains("There is no site yet") && page.contains("there is no bit `LOKCED`"));
    book.edit("book/door.md", "| `LOKCED` | `lock`", "| `LOCKED` | `lock`");
    server.wait_for_page("/", |page| page.contains("turns the key"));
}

#[test]
fn a_mistake_in_book_toml_is_survived() {
    let book = TempBook::door();
    let server = Server::start(&book);
    server.wait_for_line("built in");
    book.edit("book.toml", "[book]", "[book");
    server.wait_for_line("the last good site stays");
    book.edit("book.toml", "[book", "[book]");
    book.edit("book/door.md", "turns the key", "throws the bolt");
    server.wait_for_page("/door.html", |page| page.contains("throws the bolt"));
}

#[test]
fn a_port_in_use_is_one_line() {
    let book = TempBook::door();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let refused = book.run(&["serve", "--port", &port]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(refused.stdout, "");
    let line = format!(
        "error: port {port} of 127.0.0.1 is in use; choose another with --port, or 0 for any free one\n"
    );
    assert_eq!(refused.stderr, line);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly() {
    let book = TempBook::door();
    let mut server = Server::start(&book);
    let id = server.child.id().to_string();
    let sent = Command::new("kill")
        .args(["-INT", &id])
        .status()
        .expect("kill starts");
    assert!(sent.success());
    let ended = server.child.wait().expect("it ends");
    assert_eq!(ended.code(), Some(0));
    server.wait_for_line("stopped");
    let left = fs::read_dir(book.path()).expect("a folder").flatten();
    assert_eq!(left.count(), 2, "only book and book.toml");
}
