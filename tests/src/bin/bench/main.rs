//! `cargo xtask bench [NAME]`: measures what `docs/performance.md` promises, and prints the table it keeps.
//!
//! Everything runs on this machine, against the release binary, over loopback. A row that takes part of the machine's two
//! cores for itself (load generator, browser) says so in its note.

mod changes;
mod controller;
mod create;
mod first_load;
mod forward;
mod history_million;
mod ledger;
mod live;
mod load;
mod memory;
mod pages;
mod siege;
mod table;
mod wander;

use anyhow::{Result, bail};
use table::Row;

type Bench = (&'static str, fn() -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<Row>>>>>);

/// Name → what measures it, in the order of the table.
const BENCHES: &[Bench] = &[
    ("first-load", || Box::pin(first_load::run())),
    ("live", || Box::pin(live::run())),
    ("ledger", || Box::pin(ledger::run())),
    ("history-million", || Box::pin(history_million::run())),
    ("create", || Box::pin(create::run())),
    ("memory", || Box::pin(memory::run())),
    ("forward", || Box::pin(forward::run())),
    ("pages", || Box::pin(pages::run())),
    ("changes", || Box::pin(changes::run())),
    ("siege", || Box::pin(siege::run())),
    ("wander", || Box::pin(wander::run())),
];

#[tokio::main]
async fn main() -> Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| !BENCHES.iter().any(|(known, _)| known == name)) {
        let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
        bail!("there is no benchmark {unknown}; there are {}", known.join(", "));
    }
    let mut rows = Vec::new();
    for (name, run) in BENCHES {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            eprintln!("{name} …");
            rows.extend(run().await?);
        }
    }
    table::print(&rows);
    Ok(())
}
