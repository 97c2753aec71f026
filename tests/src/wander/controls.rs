//! What a page offers to press, type into or choose from.

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::page::Page;

/// How a control is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Press,
    Type,
    Choose,
}

/// Something that a person can use.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Control {
    /// What it is, without what differs from task to task: `link on tasks: <task>`.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Place in the list of this look; the page may have changed since.
    pub(super) index: usize,
}

/// Which page is shown.
pub(super) const PAGE_KIND: &str = "
const path = location.pathname;
if (path === '/') return 'tasks';
if (path === '/new') return 'new task';
if (path === '/login') return 'login';
if (path === '/executors') return 'executors';
if (/^\\/executors\\/./.test(path)) return 'executor';
if (/^\\/tasks\\/./.test(path)) return 'task';
return 'other: ' + path;";

/// Whether the page shows what every page shows.
pub(super) const IS_THERE: &str = "return document.querySelector('main h1, .login h1') !== null";

/// Remembers the usable elements in `window.wanderer`, and returns them as controls. Names leave out what is one of many:
/// a task's ID is not another control than its neighbour's.
const LOOK: &str = r#"
const selector = 'a[href], button, summary, input, textarea, select, [role=tab], [role=log], tr[data-key]';
const dialog = document.querySelector('dialog[open]');
const usable = [...(dialog ?? document).querySelectorAll(selector)].filter(element =>
  element.checkVisibility({ visibilityProperty: true }) && !element.disabled
    && element.getAttribute('aria-disabled') !== 'true' && element.getClientRects().length > 0);
window.wanderer = usable;
const path = location.pathname;
const page = path === '/' ? 'tasks' : path.split('/')[1];
const plain = text => text.replace(/\s+/g, ' ').trim()
  .replace(/T-?[0-9a-f]+\b|[0-9a-f]{8}-[0-9a-f-]+|\S*\d\S*/gi, '#').replace(/(# ?)+/g, '# ').trim().slice(0, 60);
const place = element => {
  if (element.closest('dialog')) return ' in a dialog';
  if (element.closest('.menu__panel')) return ' in a menu';
  if (element.closest('tr[data-key], [role=row]')) return ' in a row';
  if (element.closest('.log-pane__lines')) return ' in the log';
  if (element.closest('.toast, [class*=toast]')) return ' in a message';
  return '';
};
const many = element => element.closest('tr[data-key], .log-pane__lines, .count-bar, .filter-menu, [class*=legend], [class*=core]');
return usable.map((element, index) => {
  const tag = element.localName;
  const kind = tag === 'select' ? 'choose'
    : tag === 'textarea' || (tag === 'input' && !['checkbox', 'radio', 'button', 'submit'].includes(element.type)) ? 'type' : 'press';
  const what = element.getAttribute('role') ?? ({ a: 'link', summary: 'button', tr: 'row' }[tag] ?? tag);
  const own = element.getAttribute('aria-label') || element.id || element.textContent || element.name || '';
  const name = many(element) && tag !== 'summary' ? `<${element.className.toString().split(' ')[0]}>` : plain(own);
  return { name: `${what}${place(element)} on ${page}: ${name}`, kind, index };
});"#;

/// The elements that can be used now.
pub(super) async fn visible(page: &Page) -> Result<Vec<Control>> {
    page.ask(LOOK, Value::Null).await
}

async fn element(page: &Page, control: &Control) -> Result<Option<thirtyfour::WebElement>> {
    let found =
        page.browser().execute("return window.wanderer?.[arguments[0]] ?? null", vec![json!(control.index)]).await;
    // It may have been removed since it was seen: then there is nothing to press.
    Ok(found.ok().filter(|found| !found.json().is_null()).and_then(|found| found.element().ok()))
}

/// Presses it, by the pointer or by the keyboard.
pub(super) async fn press(page: &Page, control: &Control, by_keyboard: bool) -> Result<()> {
    let Some(element) = element(page, control).await? else { return Ok(()) };
    // What lies under something else, or has gone, cannot be pressed by a person either.
    let _ = if by_keyboard {
        match element.focus().await {
            Ok(()) => page.press("\u{e007}").await.is_ok(),
            Err(_) => false,
        }
    } else {
        element.click().await.is_ok()
    };
    Ok(())
}

/// Types `text` in place of what it holds, then `end`.
pub(super) async fn fill(page: &Page, control: &Control, text: &str, end: &str) -> Result<()> {
    let Some(element) = element(page, control).await? else { return Ok(()) };
    let typed = format!("\u{e009}a\u{e000}\u{e017}{text}{end}");
    let _ = element.send_keys(typed).await;
    Ok(())
}

/// Chooses the `which`-th value, counted round.
pub(super) async fn choose(page: &Page, control: &Control, which: usize) -> Result<()> {
    const CHOOSE: &str = "
        const [index, which] = arguments[0];
        const select = window.wanderer?.[index];
        if (!select?.isConnected || !select.options?.length) return;
        select.selectedIndex = which % select.options.length;
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    page.ask::<()>(CHOOSE, json!([control.index, which % 1_000])).await
}
