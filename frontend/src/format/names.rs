use model::UserRole;

/// An executor as it is told apart from others.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// Its ID.
    pub id: &'a str,
    /// Its host, a name or an address.
    pub host: &'a str,
    /// Port of its own API.
    pub port: u16,
}

/// Short names of the executors in a list, by ID.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortNames(Vec<(String, String)>);

impl ShortNames {
    /// For each executor the shortest text that tells it apart in the list: its host's name up to the first dot if no
    /// other host begins so, else the shortest tail of the host that no other has; on a host with several executors, with
    /// the port; by the ID where that is not enough.
    pub fn among(machines: &[Machine<'_>]) -> Self {
        let alone = |is_so: &dyn Fn(&Machine<'_>) -> bool| machines.iter().filter(|other| is_so(other)).count() == 1;
        let name = |own: &Machine<'_>| {
            let others = |pick: fn(&Machine<'_>) -> String| -> Vec<String> {
                machines.iter().filter(|other| pick(other) != pick(own)).map(pick).collect()
            };
            let label = label(own.host);
            let hosts = others(|machine| machine.host.to_owned());
            let host = match is_short(label) && !hosts.iter().any(|host| self::label(host) == label) {
                true => label.to_owned(),
                false => shortest_tail(own.host, &hosts),
            };
            match own {
                _ if alone(&|other| other.host == own.host) && !own.host.is_empty() => host,
                Machine { port, .. }
                    if *port != 0 && alone(&|other| (other.host, other.port) == (own.host, own.port)) =>
                {
                    format!("{host}:{port}")
                }
                _ => shortest_tail(own.id, &others(|machine| machine.id.to_owned())),
            }
        };
        Self(machines.iter().map(|machine| (machine.id.to_owned(), name(machine))).collect())
    }

    /// The name of an ID in the list.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == id).map(|(_, name)| name.as_str())
    }

    /// The name of an executor that may not be in the list, because it has left: then by its host, unless one in the list
    /// is called so.
    pub fn of(&self, id: &str, host: &str) -> String {
        if let Some(name) = self.get(id) {
            return name.to_owned();
        }
        let label = label(host);
        let is_taken = self.0.iter().any(|(_, name)| name.split(':').next() == Some(label));
        match is_short(label) && !is_taken {
            true => label.to_owned(),
            false => shortest_tail(id, &self.0.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>()),
        }
    }
}

/// A host's name up to the first dot; an address whole.
fn label(host: &str) -> &str {
    let is_address = host.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_address { host } else { host.split('.').next().unwrap_or_default() }
}

fn is_short(label: &str) -> bool {
    (1..=14).contains(&label.len()) && !label.starts_with(|c: char| c.is_ascii_digit())
}

/// The shortest tail of at least 4 characters that no other name ends in, begun with `…` when something was cut.
fn shortest_tail(name: &str, others: &[String]) -> String {
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

    fn names(machines: &[(&str, &str, u16)]) -> ShortNames {
        ShortNames::among(
            &machines.iter().map(|(id, host, port)| Machine { id, host, port: *port }).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn names_executors_as_briefly_as_they_can_be_told_apart() {
        let by_label = names(&[("a45442a1", "exec-1.mum.internal", 3000), ("b45442a1", "exec-2.mum.internal", 3000)]);
        assert_eq!(by_label.get("a45442a1"), Some("exec-1"));
        let by_address = names(&[("a", "10.0.0.11", 3000), ("b", "10.0.0.12", 3000)]);
        assert_eq!((by_address.get("a"), by_address.get("b")), (Some("…0.11"), Some("…0.12")));
        let uuid = "6cf36f5c-6480-4ed5-9e2d-f79d9648529a";
        let by_tail = names(&[("a", uuid, 3000), ("b", "6cf36f5c-6480-4ed5-9e2d-f79d96480000", 3000)]);
        assert_eq!(by_tail.get("a"), Some("…529a"));
    }

    #[test]
    fn tells_executors_of_one_host_apart_by_port_then_by_id() {
        let by_port = names(&[("aaaa-1111", "localhost", 3000), ("bbbb-2222", "localhost", 3010)]);
        assert_eq!(
            (by_port.get("aaaa-1111"), by_port.get("bbbb-2222")),
            (Some("localhost:3000"), Some("localhost:3010"))
        );
        let by_id = names(&[("aaaa-1111", "localhost", 0), ("bbbb-2222", "localhost", 0)]);
        assert_eq!(by_id.get("bbbb-2222"), Some("…2222"));
    }

    #[test]
    fn names_an_executor_that_has_left_by_its_host_unless_another_has_that_name() {
        let listed = names(&[("aaaa-1111", "exec-1.mum", 3000), ("bbbb-2222", "exec-2.mum", 3000)]);
        assert_eq!(listed.of("aaaa-1111", "exec-1.mum"), "exec-1");
        assert_eq!(listed.of("cccc-3333", "exec-9.mum"), "exec-9");
        assert_eq!(listed.of("cccc-3333", "exec-1.mum"), "…3333");
        assert_eq!(ShortNames::default().of("cccc-3333", "exec-1.mum"), "exec-1");
    }
}
