//! Descriptions of the structs that carry their type with them: utoipa does not derive that of a struct.

use super::{AvailableCpu, AvailableMemory};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// A type, and two parts by NUMA node; a node may be absent from both.
fn by_node<Part: PartialSchema>(kind: &str, parts: [&str; 2]) -> RefOr<Schema> {
    let type_of = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([kind]));
    let whole = ObjectBuilder::new().property("type", type_of).required("type").description(Some("By NUMA node."));
    parts.into_iter().fold(whole, |whole, part| whole.property(part, Part::schema())).into()
}

impl PartialSchema for AvailableCpu {
    fn schema() -> RefOr<Schema> {
        by_node::<BTreeMap<String, BTreeSet<u32>>>("CPU", ["freeCores", "usedCores"])
    }
}

impl ToSchema for AvailableCpu {}

impl PartialSchema for AvailableMemory {
    fn schema() -> RefOr<Schema> {
        by_node::<BTreeMap<String, i64>>("MEMORY", ["freeMemory", "usedMemory"])
    }
}

impl ToSchema for AvailableMemory {}
