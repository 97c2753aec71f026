//! Filters that are lists: one parameter for each item, with `\,` for a comma and `\\` for a backslash inside it. A
//! parameter may also hold several items with commas between them.

/// What the items of a list are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    /// Names of Drove's, which have no commas.
    Names,
    /// Any text. Commas in a parameter may separate items or belong to one, so both are looked for.
    Texts,
}

/// The parameter of one item.
pub(super) fn write(item: &str) -> String {
    item.replace('\\', "\\\\").replace(',', "\\,")
}

/// Appends the items of a parameter; empty ones are passed over.
pub(super) fn read<T>(list: &mut Vec<T>, parameter: &str, items: Items, parse: impl Fn(&str) -> T) {
    let parts: Vec<String> = split(parameter);
    let whole = (items == Items::Texts && parts.len() > 1).then(|| parts.join(","));
    list.extend(parts.iter().chain(&whole).filter(|item| !item.is_empty()).map(|item| parse(item)));
}

/// The text between commas, without escapes. A backslash before anything else stands for itself.
fn split(parameter: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut rest = parameter.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ',' => parts.push(std::mem::take(&mut part)),
            '\\' => part.push(rest.next_if(|next| matches!(next, ',' | '\\')).unwrap_or(c)),
            c => part.push(c),
        }
    }
    parts.push(part);
    parts
}
