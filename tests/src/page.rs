//! The page as a person uses it: things are found by role and accessible name, and waited for.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::{Key, WebDriver, WebElement, error::WebDriverResult};

use crate::{places, wait};

/// Elements a person can type into.
const FIELDS: [&str; 4] = ["textbox", "searchbox", "spinbutton", "combobox"];

/// Finds what is shown under one of some roles and a name (none = any name). Asking the browser for the role and name
/// of every element of a page takes seconds, so first those are picked that can have the role at all.
const BY_ROLE: &str = r"
const [roles, name] = arguments;
const native = {
  link: 'a[href]', button: 'button, summary', tab: 'button', dialog: 'dialog', table: 'table', region: 'section',
  textbox: 'input, textarea', searchbox: 'input', spinbutton: 'input', combobox: 'select, input',
};
// The visible part of <details> has no role of ARIA's; people hear a button.
const role = element => (element.localName === 'summary' ? 'button' : element.computedRole);
const candidates = roles.map(wanted => [`[role=${wanted}]`, native[wanted]].filter(Boolean).join(', ')).join(', ');
for (const element of document.querySelectorAll(candidates)) {
  if (!element.checkVisibility({ visibilityProperty: true })) continue;
  if (!roles.includes(role(element))) continue;
  if (name === null || element.computedName.trim() === name) return element;
}
return null;";

/// One tab of a browser, at one server.
pub struct Page {
    browser: WebDriver,
    address: String,
    expected: Mutex<Vec<Expected>>,
}

/// A request that fails in a flow, and is meant to.
struct Expected {
    /// Beginning of its path.
    path: String,
    /// What the browser says of it: a part of its words.
    words: String,
}

impl Page {
    pub(crate) fn new(browser: WebDriver, address: &str) -> Page {
        Page { browser, address: address.to_owned(), expected: Mutex::default() }
    }

    /// From here on a failed request whose path begins with `path` is no complaint, if the browser's words for it
    /// contain `words`, such as `status of 401` or `net::ERR_CONNECTION_REFUSED`.
    pub fn expect_failure(&self, path: &str, words: &str) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.push(Expected { path: path.to_owned(), words: words.to_owned() });
    }

    /// The browser, for what has no name here.
    pub fn browser(&self) -> &WebDriver {
        &self.browser
    }

    /// Goes to a path of the server.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.browser.goto(format!("{}{path}", self.address)).await.with_context(|| format!("cannot open {path}"))
    }

    /// The path and query in the address bar.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub async fn path(&self) -> Result<String> {
        let url = self.browser.current_url().await?;
        Ok(url.as_str().strip_prefix(&self.address).unwrap_or(url.as_str()).to_owned())
    }

    /// Waits for the address bar to show `path`.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn arrive(&self, path: &str) -> Result<()> {
        let mut last = String::new();
        wait::until(&format!("the address {path}"), async || {
            last = self.path().await?;
            Ok((last == path).then_some(()))
        })
        .await
        .with_context(|| format!("the address is {last}"))
    }

    /// Waits for an element with this role and accessible name.
    ///
    /// # Errors
    /// When none appears in time.
    pub async fn find(&self, role: &str, name: &str) -> Result<WebElement> {
        self.find_any(&[role], Some(name)).await
    }

    /// Waits for an element with this role, whatever its name.
    ///
    /// # Errors
    /// When none appears in time.
    pub async fn find_role(&self, role: &str) -> Result<WebElement> {
        self.find_any(&[role], None).await
    }

    /// Waits for the field with this label.
    ///
    /// # Errors
    /// When none appears in time.
    pub async fn field(&self, label: &str) -> Result<WebElement> {
        self.find_any(&FIELDS, Some(label)).await
    }

    /// Waits for an element and clicks it. Rows and buttons may be drawn anew meanwhile: then it is found again.
    ///
    /// # Errors
    /// When there is none in time, or it cannot be clicked.
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        let mut last = String::new();
        wait::until(&format!("a {role} {name:?} to click"), async || {
            let element = self.find(role, name).await?;
            let clicked = element.click().await;
            last = clicked.as_ref().err().map(ToString::to_string).unwrap_or_default();
            Ok(clicked.ok())
        })
        .await
        .with_context(|| last.lines().take(4).collect::<Vec<_>>().join(" "))
    }

    /// Puts `text` into the field with this label, in place of what it holds.
    ///
    /// # Errors
    /// When there is no such field in time, or it cannot be typed into.
    pub async fn fill(&self, label: &str, text: &str) -> Result<()> {
        let field = self.field(label).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Delete + "").await?;
        Ok(field.send_keys(text).await?)
    }

    /// What the field with this label holds.
    ///
    /// # Errors
    /// When there is no such field in time.
    pub async fn value(&self, label: &str) -> Result<String> {
        Ok(self.field(label).await?.prop("value").await?.unwrap_or_default())
    }

    /// Waits until the field with this label holds `text`.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn see_value(&self, label: &str, text: &str) -> Result<()> {
        let mut last = String::new();
        wait::until(&format!("{text:?} in the field {label}"), async || {
            last = self.value(label).await?;
            Ok((last == text).then_some(()))
        })
        .await
        .with_context(|| format!("{label} holds {last:?}"))
    }

    /// Waits until the page shows `text` anywhere.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn see(&self, text: &str) -> Result<()> {
        self.see_in("body", text).await
    }

    /// Waits until the first element of a CSS selector shows `text`.
    ///
    /// # Errors
    /// When it does not in time; then with what it shows.
    pub async fn see_in(&self, selector: &str, text: &str) -> Result<()> {
        let mut last = String::new();
        wait::until(&format!("{text:?} in {selector}"), async || {
            last = self.text(selector).await?;
            Ok(last.contains(text).then_some(()))
        })
        .await
        .with_context(|| format!("{selector} shows: {last}"))
    }

    /// Waits until an element matches a CSS selector, such as `[data-state=RUNNING]`.
    ///
    /// # Errors
    /// When none does in time.
    pub async fn see_element(&self, selector: &str) -> Result<WebElement> {
        wait::until(&format!("an element {selector}"), async || {
            let found =
                self.browser.execute("return document.querySelector(arguments[0])", vec![json!(selector)]).await?;
            Ok(if found.json().is_null() { None } else { Some(found.element()?) })
        })
        .await
    }

    /// The text of the first element of a CSS selector; empty while there is none.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub async fn text(&self, selector: &str) -> Result<String> {
        self.ask("return document.querySelector(arguments[0])?.innerText ?? ''", json!(selector)).await
    }

    /// What a script returns, given one argument.
    ///
    /// # Errors
    /// When the script throws or returns something else than a `T`.
    pub async fn ask<T: serde::de::DeserializeOwned>(&self, script: &str, argument: Value) -> Result<T> {
        Ok(self.browser.execute(script, vec![argument]).await?.convert()?)
    }

    /// Presses keys where the focus is.
    ///
    /// # Errors
    /// When nothing has the focus.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) -> Result<()> {
        Ok(self.browser.active_element().await?.send_keys(keys).await?)
    }

    /// Loads the page again, in `light` or `dark`.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn theme(&self, theme: &str) -> Result<()> {
        self.browser.execute("localStorage.setItem('theme', arguments[0])", vec![json!(theme)]).await?;
        Ok(self.browser.refresh().await?)
    }

    /// Makes the page as wide as a telephone, 390 px, or as a window again.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn narrow(&self, narrow: bool) -> Result<()> {
        let cdp = self.browser.cdp();
        if narrow {
            let size = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": false });
            cdp.send_raw("Emulation.setDeviceMetricsOverride", size).await?;
        } else {
            cdp.send_raw("Emulation.clearDeviceMetricsOverride", json!({})).await?;
        }
        Ok(())
    }

    /// Puts the browser into another time zone: `Asia/Kolkata`.
    ///
    /// # Errors
    /// When the browser knows no such zone.
    pub async fn zone(&self, zone: &str) -> Result<()> {
        self.browser.cdp().send_raw("Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await?;
        Ok(())
    }

    /// Writes what is shown to `target/screenshots/NAME.png`, to be looked at.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = places::target_dir()?.join("screenshots");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        self.browser.screenshot(&file).await?;
        Ok(file)
    }

    /// Errors in the browser's console since the last call, requests that failed among them, but for those that the flow
    /// expected.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub async fn complaints(&self) -> WebDriverResult<Vec<String>> {
        let log = self.browser.browser_log().await?.into_iter();
        let errors = log.filter(|entry| entry.level == "SEVERE").map(|entry| entry.message);
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(errors.filter(|message| !expected.iter().any(|expected| expected.covers(message, &self.address))).collect())
    }

    async fn find_any(&self, roles: &[&str], name: Option<&str>) -> Result<WebElement> {
        let what = format!("a {} {}", roles.join(" or "), name.unwrap_or("of any name"));
        wait::until(&what, async || {
            let found = self.browser.execute(BY_ROLE, vec![json!(roles), json!(name)]).await?;
            Ok(if found.json().is_null() { None } else { Some(found.element()?) })
        })
        .await
    }
}

impl Expected {
    /// The browser writes `URL - Failed to load resource: WHY`.
    fn covers(&self, message: &str, address: &str) -> bool {
        let Some((url, why)) = message.split_once(" - Failed to load resource: ") else { return false };
        url.strip_prefix(address).is_some_and(|path| path.starts_with(&self.path)) && why.contains(&self.words)
    }
}

/// Address of the WebAssembly that a page names.
///
/// # Errors
/// When it names none.
pub fn wasm_of(html: &str) -> Result<String> {
    let end = html.find(".wasm").context("the page names no WebAssembly")? + ".wasm".len();
    let start = html[..end].rfind(['"', '\'']).context("no quote before the name")? + 1;
    Ok(format!("/{}", html[start..end].trim_start_matches(['.', '/'])))
}
