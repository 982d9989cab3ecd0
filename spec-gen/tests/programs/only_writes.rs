include!("writes.rs");

fn main() {
    all_writes();
}
