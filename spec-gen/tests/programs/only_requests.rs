include!("requests.rs");

fn main() {
    all_requests();
}
