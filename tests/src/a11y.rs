//! axe-core looks for what shuts people out.

use anyhow::{Result, ensure};

use crate::page::Page;

/// axe-core 4.14.1, unmodified; its licence lies beside it.
const AXE: &str = include_str!("../vendor/axe.min.js");

const RUN: &str = r"
const done = arguments[0];
axe.run().then(
  result => done(result.violations.map(v => `${v.id}: ${v.help}\n${v.nodes.map(n => '    ' + n.html).join('\n')}`)),
  error => done([String(error)]));";

/// # Errors
/// When axe finds a violation in what the page shows now; then with each rule and the elements that break it.
pub async fn check(page: &Page) -> Result<()> {
    page.browser().execute(AXE, vec![]).await?;
    let violations: Vec<String> = page.browser().execute_async(RUN, vec![]).await?.convert()?;
    ensure!(violations.is_empty(), "{} is not accessible:\n{}", page.path().await?, violations.join("\n"));
    Ok(())
}
