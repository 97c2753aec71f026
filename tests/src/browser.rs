//! A headless Chromium for each test, with its driver.

use std::process::Stdio;

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use thirtyfour::{
    ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, error::WebDriverError,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::Semaphore,
    time::timeout,
};

use crate::{page::Page, server::Server, wait};

/// Browsers are heavy: more of them at once than this are slower, not faster.
static SEATS: Semaphore = Semaphore::const_new(2);

const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--window-size=1440,900",
    // Gives elements `computedRole` and `computedName`: what a screen reader is told.
    "--enable-blink-features=ComputedAccessibilityInfo",
];

/// Runs `steps` in a fresh browser at `server`; the browser is closed however they end.
///
/// # Errors
/// Those of the steps, and errors that the page wrote to the browser's console meanwhile.
pub async fn visit(server: &Server, steps: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    visit_address(server.address(), steps).await
}

/// As [`visit`], for a test that stops its server meanwhile.
///
/// # Errors
/// As [`visit`].
pub async fn visit_address(address: &str, steps: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    let _seat = SEATS.acquire().await?;
    let profile = TempDir::new()?;
    let (_driver, port) = start_driver().await?;
    let mut wanted = DesiredCapabilities::chrome();
    for flag in FLAGS {
        wanted.add_arg(flag)?;
    }
    wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    let browser = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await?;
    browser.set_script_timeout(wait::DEADLINE).await?;
    let outcome = browser.run_and_quit(async |browser| {
        let page = Page::new(browser, address);
        let outcome = steps(&page).await;
        // What the console says usually explains the failure.
        let complaints = page.complaints().await?;
        Ok::<_, WebDriverError>(match outcome {
            Ok(()) if complaints.is_empty() => Ok(()),
            Ok(()) => Err(anyhow!("the browser's console: {complaints:#?}")),
            Err(error) => Err(error.context(format!("the browser's console: {complaints:#?}"))),
        })
    });
    outcome.await?
}

async fn start_driver() -> Result<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start chromedriver: `cargo xtask test` installs it")?;
    let output = driver.stdout.take().context("chromedriver has no standard output")?;
    let port = timeout(wait::DEADLINE, port(output)).await.context("chromedriver named no port in time")??;
    Ok((driver, port))
}

/// ChromeDriver says "ChromeDriver was started successfully on port 43211." once it listens.
async fn port(output: impl AsyncRead + Unpin) -> Result<u16> {
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = line.split_once("successfully on port ") {
            return Ok(port.trim_end_matches('.').parse()?);
        }
    }
    anyhow::bail!("chromedriver ended without naming a port")
}
