use super::{evict::MOST_LINES, *};

const TEXT: &str = "INFO | 2026-11-25 02:11:45,153 | InstanceLogHandler | gr\u{fc}\u{df}e\nsecond\n\nthird without end";

fn frame(from: usize, to: usize) -> LogFrame {
    LogFrame {
        file: "output.log".into(),
        from: from as u64,
        to: to as u64,
        text: TEXT[from..to].into(),
        size: TEXT.len() as u64,
        ..LogFrame::default()
    }
}

/// Lines `first` to `last` of a file whose lines are ten bytes long.
fn counted(first: u64, last: u64) -> LogFrame {
    let text = (first..=last).map(|n| format!("line {n:04}\n")).collect();
    let (from, to) = ((first - 1) * 10, last * 10);
    LogFrame { file: "output.log".into(), from, to, text, size: to, ..LogFrame::default() }
}

fn texts(buffer: &LogBuffer) -> Vec<&str> {
    buffer.lines().iter().map(|line| line.text.as_str()).collect()
}

fn numbers(buffer: &LogBuffer) -> Vec<Option<u64>> {
    buffer.lines().iter().map(|line| line.number).collect()
}

fn gaps(buffer: &LogBuffer) -> Vec<(u64, u64, u64, Cause)> {
    buffer.gaps().iter().map(|(at, gap)| (*at, gap.bytes, gap.lines, gap.cause)).collect()
}

#[test]
fn however_the_file_is_cut_its_lines_are_the_same() {
    let mut whole = LogBuffer::default();
    whole.take(frame(0, TEXT.len()));
    assert_eq!(texts(&whole), ["grüße", "second", "", "third without end"]);
    for cut in (1..TEXT.len()).filter(|cut| TEXT.is_char_boundary(*cut)) {
        let mut parts = LogBuffer::default();
        parts.take(frame(0, cut));
        parts.take(frame(cut, TEXT.len()));
        assert_eq!(parts.lines(), whole.lines(), "cut at {cut}");
        parts.take(frame(cut, TEXT.len()));
        assert_eq!(parts.lines(), whole.lines(), "the same part again");
    }
}

#[test]
fn lines_are_named_by_their_offset_and_numbered_only_from_the_beginning() {
    let mut buffer = LogBuffer::default();
    buffer.take(frame(0, TEXT.len()));
    for line in buffer.lines() {
        let from = usize::try_from(line.at).unwrap();
        assert!(TEXT[from..].contains(line.text.as_str()));
    }
    assert_eq!(numbers(&buffer), [Some(1), Some(2), Some(3), Some(4)]);
    let mut tail = LogBuffer::default();
    tail.take(frame(10, TEXT.len()));
    assert_eq!(texts(&tail), ["second", "", "third without end"]);
    assert_eq!(numbers(&tail), [None; 3]);
}

#[test]
fn a_tail_without_a_line_end_waits_for_the_next_line() {
    let mut tail = LogBuffer::default();
    tail.take(frame(10, 20));
    assert_eq!(texts(&tail), [""; 0]);
    tail.take(frame(20, TEXT.len()));
    assert_eq!(texts(&tail), ["second", "", "third without end"]);
    assert!(tail.gaps().is_empty(), "what lies before the first line can be read");
}

#[test]
fn a_state_is_found_where_it_was_told() {
    let line = |state: &str, run: &str| {
        format!(
            "INFO | 2026-11-25 02:11:45,153 | X | Current state: StateData(state={state}, data=Y(instanceId={run}, z))\n"
        )
    };
    let text = line("STARTING", "TI-1") + &line("RUNNING", "TI-1") + &line("RUNNING", "TI-2");
    let (to, running) = (text.len() as u64, line("STARTING", "TI-1").len() as u64);
    let mut buffer = LogBuffer::default();
    buffer.take(LogFrame { file: "f".into(), to, text, size: to, ..LogFrame::default() });
    let told = |state: &TaskState, run: &str| buffer.told(state, Some(&run.into()));
    assert_eq!((told(&TaskState::Running, "TI-1"), told(&TaskState::Stopped, "TI-1")), (Some(running), None));
    assert_eq!(told(&TaskState::Running, "TI-2"), buffer.told(&TaskState::Running, None), "another run in this file");
}

#[test]
fn older_parts_are_put_before() {
    let mut buffer = LogBuffer::default();
    buffer.take(frame(10, TEXT.len()));
    let start = usize::try_from(buffer.unread_before()).unwrap();
    buffer.fill(&frame(0, start));
    let mut whole = LogBuffer::default();
    whole.take(frame(0, TEXT.len()));
    assert_eq!(buffer.lines(), whole.lines());
    assert_eq!((buffer.loaded(), buffer.is_whole()), (TEXT.len() as u64, true));
}

#[test]
fn a_rotated_file_goes_on_below_the_old_lines() {
    let mut buffer = LogBuffer::default();
    buffer.take(LogFrame { size: 75, ..counted(1, 5) });
    let empty = LogFrame { rotated: true, ..counted(1, 0) };
    buffer.take(empty.clone());
    assert_eq!(texts(&buffer).len(), 5, "the pane is not emptied");
    assert_eq!(gaps(&buffer), [(buffer.end(), 25, 0, Cause::Rotated)]);
    buffer.take(counted(1, 2));
    assert_eq!(numbers(&buffer), [1, 2, 3, 4, 5, 1, 2].map(Some));
    assert_eq!(gaps(&buffer), [(buffer.lines()[5].at, 25, 0, Cause::Rotated)]);
    assert_eq!((buffer.offset(buffer.lines()[4].at), buffer.offset(buffer.lines()[5].at)), (None, Some(0)));
    assert_eq!((buffer.unread_before(), buffer.loaded(), buffer.size()), (0, 20, 20));
    buffer.take(empty.clone());
    buffer.take(empty);
    assert_eq!(gaps(&buffer).len(), 2, "two rotations with nothing between are one gap");
}

#[test]
fn a_file_that_became_shorter_was_rotated() {
    let mut buffer = LogBuffer::default();
    buffer.take(counted(1, 9));
    buffer.take(counted(1, 3));
    assert_eq!(numbers(&buffer).len(), 12);
    assert_eq!(gaps(&buffer)[0].3, Cause::Rotated);
}

#[test]
fn the_end_of_a_rotated_file_is_read_from_its_new_name() {
    let archived = |first, last| LogFrame { file: "output.log-1".into(), size: 80, ..counted(first, last) };
    let mut buffer = LogBuffer::default();
    buffer.take(counted(1, 5));
    buffer.take(LogFrame { rotated: true, ..counted(1, 2) });
    assert_eq!(buffer.left_by_rotation(), Some(50));
    let cut = archived(6, 7);
    buffer.fill_rotated(&LogFrame { to: 65, text: cut.text[..15].into(), ..cut });
    assert_eq!((gaps(&buffer)[0].1, gaps(&buffer)[0].3), (20, Cause::RotatedKnown));
    assert_eq!(buffer.left_by_rotation(), Some(60));
    buffer.fill_rotated(&archived(7, 8));
    assert_eq!(numbers(&buffer), [1, 2, 3, 4, 5, 6, 7, 8, 1, 2].map(Some));
    assert_eq!((gaps(&buffer)[0].1, buffer.left_by_rotation()), (0, None));
}

#[test]
fn what_was_left_out_is_a_gap_that_can_be_read() {
    let mut buffer = LogBuffer::default();
    buffer.take(counted(1, 3));
    // The line that was being written is completed by bytes that are left out.
    buffer.take(LogFrame { to: 34, text: "line".into(), size: 200, ..LogFrame { from: 30, ..counted(1, 3) } });
    let later = counted(10, 12);
    buffer.take(LogFrame { from: 95, text: later.text[5..].into(), ..later });
    assert_eq!(texts(&buffer), ["line 0001", "line 0002", "line 0003", "line 0011", "line 0012"]);
    assert_eq!(gaps(&buffer), [(100, 70, 0, Cause::NotRead)]);
    assert_eq!((buffer.missing(20), buffer.missing(40), buffer.missing(100)), (None, Some((30, 100)), None));
    buffer.fill(&counted(8, 10));
    assert_eq!(gaps(&buffer), [(80, 50, 0, Cause::NotRead)], "a part may begin within a line");
    buffer.fill(&counted(4, 8));
    assert_eq!(numbers(&buffer), (1..=12).map(Some).collect::<Vec<_>>());
    assert!(buffer.is_whole());
}

#[test]
fn an_overlap_that_cannot_be_cut_leaves_no_line_twice() {
    let mut buffer = LogBuffer::default();
    buffer.take(counted(1, 5));
    let overlap = counted(4, 7);
    // One byte that is no character, decoded to three.
    buffer.take(LogFrame { text: overlap.text.replacen('0', "\u{fffd}", 1), ..overlap });
    let shown = texts(&buffer);
    assert_eq!((shown.first(), shown.last(), shown.len()), (Some(&"line 0001"), Some(&"line 0007"), 7));
}

#[test]
fn a_long_log_is_kept_from_its_end() {
    let mut buffer = LogBuffer::default();
    let text = "x\n".repeat(MOST_LINES + 10);
    let to = text.len() as u64;
    buffer.take(LogFrame { file: "f".into(), to, text, size: to, ..LogFrame::default() });
    assert_eq!(buffer.lines().len(), MOST_LINES);
    assert_eq!((buffer.unread_before(), buffer.lines()[0].number), (20, Some(11)));
}

#[test]
fn pinned_lines_stay_and_what_is_given_up_after_them_is_a_gap() {
    let most = MOST_LINES as u64;
    let mut buffer = LogBuffer::default();
    buffer.take(counted(1, 100));
    buffer.pin(Some((400, 990)));
    buffer.take(counted(101, most));
    assert!(buffer.gaps().is_empty());
    buffer.take(counted(most + 1, most + 90));
    assert_eq!((buffer.unread_before(), buffer.lines()[0].number), (300, Some(31)), "first what lies before");
    for last in [most + 150, most + 1_000] {
        let next = buffer.end() / 10 + 1;
        buffer.take(counted(next, last));
    }
    assert_eq!(buffer.lines()[0].at, 400, "what is shown stays");
    assert_eq!(buffer.lines().len(), MOST_LINES + 60);
    assert_eq!(gaps(&buffer), [(10_000, 9_000, 900, Cause::Evicted)]);
    assert_eq!(buffer.lines()[60].number, Some(1_001));
    buffer.fill(&counted(951, 1_000));
    assert_eq!(gaps(&buffer), [(9_510, 8_510, 851, Cause::Evicted)]);
    buffer.pin(None);
    buffer.take(counted(most + 1_001, most + 1_001));
    assert_eq!((buffer.lines().len(), buffer.gaps().len()), (MOST_LINES, 0));
    assert_eq!(buffer.unread_before(), buffer.lines()[0].at);
}

#[test]
fn pinned_lines_of_a_rotated_file_stay() {
    let mut buffer = LogBuffer::default();
    buffer.take(counted(1, 100));
    buffer.pin(Some((500, 990)));
    buffer.take(LogFrame { rotated: true, ..counted(1, 200) });
    buffer.take(counted(201, MOST_LINES as u64 + 300));
    assert_eq!(buffer.lines()[0].at, 500);
    let all = gaps(&buffer);
    assert_eq!((all[0].0, all[0].1, all[0].2), (500, 500, 50), "they cannot be read again under this name");
    assert_eq!((all.len(), all[1].1, all[1].3), (2, 3_000, Cause::Rotated));
    assert_eq!(buffer.unread_before(), 0);
}

#[test]
fn a_gap_says_its_size() {
    let words = |cause, bytes, lines| Gap { from: 0, bytes, lines, cause }.words();
    assert_eq!(words(Cause::Evicted, 12_300, 120), "120 lines (12 KiB) not kept");
    assert_eq!(words(Cause::NotRead, 37, 0), "37 bytes not read");
    assert_eq!(words(Cause::NotRead, 12_300, 120), "more than 120 lines (12 KiB) not read");
    assert_eq!(words(Cause::Rotated, 2_048, 0), "The file was rotated here, at least 2 KiB not shown");
    assert_eq!(words(Cause::RotatedKnown, 0, 0), "The file was rotated here");
}

#[test]
fn a_part_of_a_file_is_numbered_and_measured_like_a_file() {
    let part = LogPart { from: 10, to: Some(TEXT.len() as u64 - 5) };
    let end = TEXT.len() - 5;
    let mut buffer = LogBuffer::default();
    buffer.take(LogFrame { part, ..frame(10, end) });
    assert_eq!(buffer.lines()[0].number, Some(1), "the first line of a run is a whole one");
    assert!(buffer.is_from_beginning());
    assert_eq!((buffer.loaded(), buffer.size()), (end as u64 - 10, end as u64 - 10));
    assert_eq!(buffer.left_out(), (10, 5));
    let mut later = LogBuffer::default();
    later.take(LogFrame { part, ..frame(30, end) });
    assert!(!later.is_from_beginning());
    let start = 10 + usize::try_from(later.unread_before()).unwrap();
    later.fill(&frame(10, start));
    assert_eq!(later.lines(), buffer.lines());
}

#[test]
fn frames_of_another_run_begin_another_log() {
    let mut buffer = LogBuffer::default();
    buffer.take(LogFrame { instance: Some("TI-1".into()), ..frame(0, TEXT.len()) });
    let (text, end) = ("other\n".to_owned(), TEXT.len() as u64);
    let other = LogFrame { from: end, to: end + 6, text, size: end + 6, ..frame(0, 0) };
    let part = LogPart { from: end, to: None };
    buffer.take(LogFrame { part, instance: Some("TI-2".into()), ..other });
    assert_eq!((texts(&buffer), buffer.gaps().len()), (vec!["other"], 0));
    // On another executor it is another file, whatever its offsets.
    buffer.take(LogFrame { instance: Some("TI-3".into()), ..frame(0, TEXT.len()) });
    assert_eq!(texts(&buffer).len(), 4);
}
