//! Reading a log while it is written.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::{browser::visit, page::Page, server::Server, wait};
use thirtyfour::Key;

use crate::support::{create, empty, spec};

/// Where the first line in sight is: its id, and its distance from the pane's upper edge.
const SEEN: &str = "
const pane = document.getElementById('log-lines');
const top = pane.getBoundingClientRect().top;
const first = [...pane.querySelectorAll('.log-pane__line')].find(line => line.getBoundingClientRect().bottom > top + 1);
return [first?.id ?? '', Math.round((first?.getBoundingClientRect().top ?? 0) - top)];";

/// How far the end is below the lines in sight, in px.
const BELOW: &str = "
const pane = document.getElementById('log-lines');
return Math.round(pane.scrollHeight - pane.clientHeight - pane.scrollTop);";

/// Scrolls the pane by a distance, as a scroll bar does.
const SCROLL: &str = "document.getElementById('log-lines').scrollTop += arguments[0]; return true;";

/// Number of the newest line shown, as the program counted it.
const NEWEST: &str = "
const lines = [...document.querySelectorAll('.log-pane__line[data-stream=out] .log-pane__text')];
return Number(lines.at(-1)?.textContent.match(/event (\\d+)/)?.[1] ?? -1);";

/// How many lines the pane says are new.
const NEW_LINES: &str = "
const button = document.querySelector('.log-pane__foot > button:last-child');
return Number(button.textContent.match(/([\\d,]+) new line/)?.[1].replaceAll(',', '') ?? 0);";

/// Links of the pane's lines that the Tab key stops at, and the pane itself.
const STOPS: &str = "
const lines = document.getElementById('log-lines');
return [lines, ...lines.querySelectorAll('a, button')].filter(stop => stop.tabIndex >= 0).length;";

/// How many folds can be opened.
const FOLDS: &str = "return document.querySelectorAll('.log-pane__divider button').length";

/// Whether the pane follows.
const FOLLOWS: &str = "
const switches = [...document.querySelectorAll('.log-pane [role=switch]')];
return switches.find(one => one.textContent === 'Follow').ariaChecked === 'true';";

/// Whether the lines are of a file that followed a rotated one: their positions are far behind.
const IS_ROTATED: &str = "
const line = document.querySelector('.log-pane__line');
return line !== null && Number(line.id.replace('log-line-', '')) >= 2 ** 40;";

/// What was said about copying a link; whether a page may do it is the browser's decision.
const COPIED: &str = "return /Link to the line copied|does not let the page copy/.test(document.body.innerText);";

/// A task that writes so many lines a second, in a world whose time runs.
async fn writing_now(lines_per_second: u64) -> Result<Server> {
    let server = Server::demo("empty").await?;
    create(&server, &chatty(lines_per_second)).await?;
    Ok(server)
}

/// As [`writing_now`], half a minute later, in a world whose time stands still.
async fn writing(lines_per_second: u64) -> Result<Server> {
    let server = empty().await?;
    create(&server, &chatty(lines_per_second)).await?;
    server.step(Duration::from_secs(30)).await?;
    Ok(server)
}

fn chatty(lines_per_second: u64) -> Value {
    let mut chatty = spec("chatty");
    chatty["executable"]["url"] = json!("demo/chatty:1");
    chatty["env"] = json!({ "LINES_PER_SECOND": lines_per_second.to_string(), "PULL_SECONDS": "0" });
    chatty
}

async fn open(page: &Page) -> Result<()> {
    page.open("/tasks/SHOP/chatty").await?;
    page.see_in("[role=log]", "accepted, queue depth").await?;
    follows(page, true).await
}

async fn becomes_true(page: &Page, what: &str, script: &str) -> Result<()> {
    wait::until(what, async || Ok(page.ask::<bool>(script, Value::Null).await?.then_some(()))).await
}

async fn follows(page: &Page, wanted: bool) -> Result<()> {
    wait::until(&format!("Follow to be {wanted}"), async || {
        Ok((page.ask::<bool>(FOLLOWS, Value::Null).await? == wanted).then_some(()))
    })
    .await
}

async fn leave_end(page: &Page) -> Result<()> {
    page.ask::<bool>(SCROLL, json!(-400)).await?;
    follows(page, false).await
}

async fn at_end(page: &Page) -> Result<()> {
    wait::until("the end of the log", async || Ok((page.ask::<i64>(BELOW, Value::Null).await? <= 1).then_some(())))
        .await
}

async fn new_lines(page: &Page, least: i64) -> Result<i64> {
    wait::until(&format!("{least} new lines"), async || {
        Ok(Some(page.ask::<i64>(NEW_LINES, Value::Null).await?).filter(|n| *n >= least))
    })
    .await
}

async fn newer_than(page: &Page, line: i64) -> Result<i64> {
    wait::until("newer lines", async || Ok(Some(page.ask::<i64>(NEWEST, Value::Null).await?).filter(|n| *n > line)))
        .await
}

async fn seen(page: &Page) -> Result<(String, i64)> {
    page.ask(SEEN, Value::Null).await
}

#[tokio::test]
async fn follow_stays_on_while_lines_come_and_off_while_the_reader_reads() -> Result<()> {
    let server = writing(50).await?;
    visit(&server, async |page| {
        open(page).await?;
        // More rows than the document holds: the oldest go while new ones come.
        for _ in 0..20 {
            let newest = page.ask::<i64>(NEWEST, Value::Null).await?;
            server.step(Duration::from_secs(1)).await?;
            newer_than(page, newest).await?;
            at_end(page).await?;
            follows(page, true).await?;
        }
        leave_end(page).await?;
        let place = seen(page).await?;
        server.step(Duration::from_secs(2)).await?;
        new_lines(page, 100).await?;
        server.step(Duration::from_secs(60)).await?;
        new_lines(page, 3_100).await?;
        assert_eq!(seen(page).await?, place, "the text under the reader stays");
        page.ask::<bool>(SCROLL, json!(1_000_000)).await?;
        follows(page, true).await?;
        at_end(page).await?;
        leave_end(page).await?;
        server.step(Duration::from_secs(1)).await?;
        new_lines(page, 50).await?;
        page.see_element(".log-pane__foot > button:last-child").await?.click().await?;
        follows(page, true).await?;
        at_end(page).await
    })
    .await
}

#[tokio::test]
async fn a_burst_and_a_rotation_neither_move_the_text_nor_empty_the_pane() -> Result<()> {
    let server = writing_now(3_000).await?;
    visit(&server, async |page| {
        open(page).await?;
        leave_end(page).await?;
        let place = seen(page).await?;
        // A segment of the demo's log is 8 MiB, about 85,000 lines: the second one begins meanwhile.
        for least in (0..90_000).step_by(9_000) {
            new_lines(page, least).await?;
            assert_eq!(seen(page).await?, place, "the text under the reader stays");
        }
        page.click("switch", "Follow").await?;
        becomes_true(page, "lines of the new file", IS_ROTATED).await?;
        follows(page, true).await?;
        let newest = newer_than(page, 0).await?;
        newer_than(page, newest).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn earlier_lines_come_above_what_is_read() -> Result<()> {
    let server = writing(200).await?;
    visit(&server, async |page| {
        open(page).await?;
        for _ in 0..3 {
            page.ask::<bool>(SCROLL, json!(-1_000_000)).await?;
            follows(page, false).await?;
            let (line, at) = seen(page).await?;
            page.click("button", "Show earlier lines").await?;
            let place = "
                const top = document.getElementById('log-lines').getBoundingClientRect().top;
                const line = document.getElementById(arguments[0]);
                const before = line?.previousElementSibling?.classList.contains('log-pane__line') ?? false;
                return before ? Math.round(line.getBoundingClientRect().top - top) : null;";
            let now = wait::until("earlier lines", async || page.ask::<Option<i64>>(place, json!(line)).await).await?;
            ensure!((now - at).abs() <= 1, "{line} was seen at {at} and is at {now}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_search_without_a_match_changes_nothing() -> Result<()> {
    let server = writing(50).await?;
    visit(&server, async |page| {
        open(page).await?;
        leave_end(page).await?;
        let place = seen(page).await?;
        let folded = page.ask::<i64>(FOLDS, Value::Null).await?;
        page.fill("Find in log", "no such words").await?;
        page.see_in(".search__found", "No match").await?;
        assert_eq!(seen(page).await?, place);
        assert_eq!(page.ask::<i64>(FOLDS, Value::Null).await?, folded);
        let there = format!("event {:06}", page.ask::<i64>(NEWEST, Value::Null).await? - 300);
        page.fill("Find in log", &there).await?;
        page.see_in(".log-pane [aria-current=true]", &there).await
    })
    .await
}

#[tokio::test]
async fn the_lines_are_one_tab_stop_and_a_key_copies_a_link() -> Result<()> {
    let server = writing(50).await?;
    visit(&server, async |page| {
        open(page).await?;
        assert_eq!(page.ask::<i64>(STOPS, Value::Null).await?, 1);
        page.see_element("[role=log][aria-live=off]").await?;
        page.ask::<bool>("document.getElementById('log-lines').focus(); return true", Value::Null).await?;
        page.press("l").await?;
        becomes_true(page, "an answer about the link", COPIED).await?;
        page.press(Key::Home + "").await?;
        follows(page, false).await?;
        page.press(Key::End + "").await?;
        follows(page, true).await
    })
    .await
}

/// Longer than a followed log waits before it draws what came.
const DRAWN_WITHIN: Duration = Duration::from_millis(700);

#[tokio::test]
async fn a_key_shows_folded_lines() -> Result<()> {
    let server = empty().await?;
    create(&server, &spec("one")).await?;
    server.step(Duration::from_secs(30)).await?;
    visit(&server, async |page| {
        page.open("/tasks/SHOP/one").await?;
        page.see_in("[role=log]", "Iteration 10 of").await?;
        // A log is drawn in steps: its folds are counted once they are all there.
        let mut before = -1;
        let folds = wait::until("all folds", async || {
            let folds = page.ask::<i64>(FOLDS, Value::Null).await?;
            let is_drawn = folds == std::mem::replace(&mut before, folds);
            tokio::time::sleep(DRAWN_WITHIN).await;
            Ok(is_drawn.then_some(folds))
        })
        .await?;
        ensure!(folds > 1, "{folds} folds");
        page.ask::<bool>("document.getElementById('log-lines').focus(); return true", Value::Null).await?;
        page.press(Key::Home + "").await?;
        becomes_true(page, "the beginning", "return document.getElementById('log-lines').scrollTop === 0").await?;
        page.press("o").await?;
        becomes_true(page, "the first fold to open", &format!("{FOLDS} === {}", folds - 1)).await?;
        page.press("o").await?;
        becomes_true(page, "the second fold to open", &format!("{FOLDS} === {}", folds - 2)).await
    })
    .await
}

#[tokio::test]
async fn new_lines_are_announced_in_one_sentence() -> Result<()> {
    let server = writing(50).await?;
    visit(&server, async |page| {
        open(page).await?;
        wait::until("an announcement", async || {
            server.step(Duration::from_secs(1)).await?;
            let said = page.text(".log-pane > [role=status]").await?;
            Ok(said.contains("new lines, the newest: event").then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn colours_of_a_program_are_drawn() -> Result<()> {
    let server = empty().await?;
    let mut colours = spec("colours");
    colours["executable"]["url"] = json!("demo/colours:1");
    create(&server, &colours).await?;
    server.step(Duration::from_secs(60)).await?;
    visit(&server, async |page| {
        page.open("/tasks/SHOP/colours").await?;
        let drawn = "
            const text = document.querySelector('.log-pane .ansi-colour');
            return text !== null && getComputedStyle(text).color === getComputedStyle(text).getPropertyValue('--on-light')
                .replace(/rgb\\((\\d+) (\\d+) (\\d+)\\)/, 'rgb($1, $2, $3)');";
        becomes_true(page, "a colour of 256", drawn).await?;
        page.screenshot("log-colours").await?;
        Ok(())
    })
    .await
}
