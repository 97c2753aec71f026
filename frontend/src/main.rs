//! The thin binary that trunk builds: everything is in the library, so that its tests run natively.

fn main() {
    frontend::start();
}
