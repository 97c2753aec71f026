//! The macro behind every enum that Drove writes: constants out, Drove's fuzzy names in (contract 1.1), and a tail for
//! names this build does not know, which must render and survive a round trip.

/// Reads an enum name as Drove does: blanks stripped, `-` and `.` become `_`, case ignored (contract 1.1).
pub(crate) fn canonical_name(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, ' ' | '\r' | '\n' | '\t'))
        .map(|c| if matches!(c, '-' | '.') { '_' } else { c.to_ascii_uppercase() })
        .collect()
}

/// A text: one of `names`, or one that this build does not know.
#[cfg(feature = "openapi")]
pub(crate) fn schema_of(names: &[&str]) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    let text = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
    let known = format!("Known are {}; a newer cluster may send others.", names.join(", "));
    text.description(Some(known)).examples(names.first().map(|name| serde_json::Value::from(*name))).into()
}

/// Defines an enum of wire constants with an `Other` tail, its `ALL` list, `as_str`, `known` (fuzzy) and serde.
macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $wire:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A constant that this build does not know, as it came.
            Other(String),
        }

        impl $name {
            /// Every constant that this build knows, in Drove's order.
            pub const ALL: &[$name] = &[$($name::$variant),+];
            /// The wire names of [`Self::ALL`], as Jackson lists them in its refusals.
            pub const NAMES: &[&str] = &[$($wire),+];

            /// The constant's name on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $wire,)+
                    $name::Other(text) => text,
                }
            }

            /// The constant that `text` names, read as leniently as Drove reads enums (contract 1.1).
            pub fn known(text: &str) -> Option<Self> {
                match $crate::wire_enum::canonical_name(text).as_str() {
                    $($wire => Some($name::$variant),)+
                    _ => None,
                }
            }

            /// As [`Self::known`], with unknown names kept as they came.
            pub fn from_wire(text: &str) -> Self {
                Self::known(text).unwrap_or_else(|| $name::Other(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::wire_enum::schema_of(Self::NAMES)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Ok($name::from_wire(&text))
            }
        }
    };
}
pub(crate) use wire_enum;
