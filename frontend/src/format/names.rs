use model::UserRole;

/// Short names of executors, by ID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortNames(Vec<(String, String)>);

impl ShortNames {
    /// The name of an ID.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, name)| name.as_str())
    }

    /// The name of an ID, or what else it is called.
    pub fn name_or(&self, id: &str, other: &str) -> String {
        self.get(id).unwrap_or(other).to_owned()
    }

    /// All IDs, in the order given.
    pub fn ids(&self) -> Vec<String> {
        self.0.iter().map(|(id, _)| id.clone()).collect()
    }
}

/// For each ID the shortest text that tells it apart in a list: its host's name up to the first dot if no other host
/// begins so, else the shortest tail of the host (or of the ID, if hosts are equal) that no other has.
pub fn short_names(executors: &[(&str, &str)]) -> ShortNames {
    let label = |host: &str| host.split('.').next().unwrap_or_default().to_owned();
    let hosts = |is_so: &dyn Fn(&str) -> bool| executors.iter().filter(|(_, host)| is_so(host)).count();
    let is_address = |host: &str| host.chars().all(|c| c.is_ascii_digit() || c == '.');
    let short = |id: &str, host: &str| {
        let first = label(host);
        if first.len() <= 14 && !is_address(host) && !first.is_empty() && hosts(&|other| label(other) == first) == 1 {
            return first;
        }
        let unique_host = !host.is_empty() && hosts(&|other| other == host) == 1;
        let own = if unique_host { host } else { id };
        let others = executors.iter().filter(|(i, _)| *i != id).map(|(i, h)| if unique_host { *h } else { *i });
        shortest_tail(own, others.collect())
    };
    ShortNames(executors.iter().map(|(id, host)| ((*id).to_owned(), short(id, host))).collect())
}

/// The shortest tail of at least 4 characters that no other name ends in, begun with `…` when something was cut.
fn shortest_tail(name: &str, others: Vec<&str>) -> String {
    let starts: Vec<usize> = name.char_indices().map(|(at, _)| at).collect();
    for start in starts.iter().rev().skip(3) {
        let tail = name.get(*start..).unwrap_or(name);
        if *start > 0 && !others.iter().any(|other| other.ends_with(tail)) {
            return format!("…{tail}");
        }
    }
    name.to_owned()
}

/// A role as a reader knows it.
pub fn role_name(role: &UserRole) -> &str {
    match role {
        UserRole::Root => "Root",
        UserRole::ReadWrite => "Read and write",
        UserRole::Maintenance => "Maintenance",
        UserRole::ReadOnly => "Read only",
        UserRole::Other(name) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executors_are_named_as_briefly_as_they_can_be_told_apart() {
        let names = short_names(&[("a45442a1", "exec-1.mum.internal"), ("b45442a1", "exec-2.mum.internal")]);
        assert_eq!(names.get("a45442a1"), Some("exec-1"));
        let names = short_names(&[("a", "10.0.0.11"), ("b", "10.0.0.12")]);
        assert_eq!((names.get("a"), names.get("b")), (Some("…0.11"), Some("…0.12")));
        let uuid = "6cf36f5c-6480-4ed5-9e2d-f79d9648529a";
        let names = short_names(&[("a", uuid), ("b", "6cf36f5c-6480-4ed5-9e2d-f79d96480000")]);
        assert_eq!(names.get("a"), Some("…529a"));
        let names = short_names(&[("aaaa-1111", "localhost"), ("bbbb-2222", "localhost")]);
        assert_eq!(names.get("bbbb-2222"), Some("…2222"));
        assert_eq!(names.name_or("cccc", "elsewhere"), "elsewhere");
    }
}
