//! Values below the level of objects. A missing field and `null` are the same to Drove.

use super::JsonFault;
use crate::DroveDuration;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

pub(super) type Object = Map<String, Value>;

/// The field's value, unless it is missing or null.
pub(super) fn field<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// An object of Java class `class`.
pub(super) fn object<'a>(value: &'a Value, class: &str) -> Result<&'a Object, JsonFault> {
    value.as_object().ok_or_else(|| wrong_kind(value, class))
}

/// The field as `read` reads it; a fault names the field.
pub(super) fn part<T>(
    object: &Object,
    name: &str,
    read: impl FnOnce(&Value) -> Result<T, JsonFault>,
) -> Result<Option<T>, JsonFault> {
    field(object, name).map(read).transpose().map_err(|fault| fault.below(name))
}

/// A text; numbers and booleans are taken as written.
pub(super) fn text(object: &Object, name: &str) -> Result<Option<String>, JsonFault> {
    part(object, name, as_text)
}

pub(super) fn as_text(value: &Value) -> Result<String, JsonFault> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(truth) => Ok(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(JsonFault::new(format!("Cannot deserialize value of type `java.lang.String` from {}", token(value))))
        }
    }
}

/// A whole number of Java type `java` (`int`, `long`); fractions are cut, numeric texts are read, nothing is 0.
pub(super) fn number(object: &Object, name: &str, java: &str) -> Result<i64, JsonFault> {
    part(object, name, |value| as_number(value, java)).map(Option::unwrap_or_default)
}

pub(super) fn as_number(value: &Value, java: &str) -> Result<i64, JsonFault> {
    let (min, max) = if java == "int" { (i64::from(i32::MIN), i64::from(i32::MAX)) } else { (i64::MIN, i64::MAX) };
    let read = match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole_part)),
        Value::String(text) if java_trim(text).is_empty() => Some(0),
        Value::String(text) => {
            let refusal = || {
                JsonFault::new(format!(
                    "Cannot deserialize value of type `{java}` from String \"{text}\": not a valid `{java}` value"
                ))
            };
            Some(java_trim(text).parse().map_err(|_| refusal())?)
        }
        Value::Null => Some(0),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(wrong_kind(value, java)),
    };
    read.filter(|n| (min..=max).contains(n))
        .ok_or_else(|| JsonFault::new(format!("Numeric value ({value}) out of range of {java}")))
}

/// `String.trim`: a no-break space stays.
fn java_trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

/// The whole part of a fraction, if it fits.
fn whole_part(fraction: f64) -> Option<i64> {
    let whole = fraction.trunc();
    // Both bounds are exact powers of two, so the comparison loses nothing and the cast cannot saturate.
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole).then_some(whole as i64)
}

/// A truth value; missing is false.
pub(super) fn truth(object: &Object, name: &str) -> Result<bool, JsonFault> {
    let truth = part(object, name, |value| match value {
        Value::Bool(truth) => Ok(*truth),
        Value::Number(number) => Ok(number.as_f64() != Some(0.0)),
        Value::String(text) => match java_trim(text) {
            "true" | "True" | "TRUE" => Ok(true),
            "" | "false" | "False" | "FALSE" => Ok(false),
            _ => Err(JsonFault::new(format!(
                "Cannot deserialize value of type `boolean` from String \"{text}\": only \"true\" or \"false\" recognized"
            ))),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => Err(wrong_kind(value, "boolean")),
    })?;
    Ok(truth.unwrap_or_default())
}

/// A constant; `known` reads it, `class` and `names` are for the refusal.
pub(super) fn constant<T>(
    object: &Object,
    name: &str,
    class: &str,
    names: &[&str],
    known: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, JsonFault> {
    let Some(text) = text(object, name)? else { return Ok(None) };
    known(&text).map(Some).ok_or_else(|| {
        JsonFault::new(format!(
            "Cannot deserialize value of type `com.phonepe.drove.models.{class}` from String \"{text}\": {text} was not one of [{}]",
            names.join(", ")
        ))
        .below(name)
    })
}

/// A duration text.
pub(super) fn duration(object: &Object, name: &str) -> Result<Option<DroveDuration>, JsonFault> {
    const CLASS: &str = "io.dropwizard.util.Duration";
    part(object, name, |value| match value {
        Value::String(text) => DroveDuration::parse(text)
            .map_err(|problem| JsonFault::new(format!("Cannot construct instance of `{CLASS}`, problem: {problem}"))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(wrong_kind(value, CLASS))
        }
    })
}

/// A list whose elements `read` reads.
pub(super) fn list<T>(
    object: &Object,
    name: &str,
    read: impl Fn(&Value) -> Result<T, JsonFault>,
) -> Result<Option<Vec<T>>, JsonFault> {
    part(object, name, |value| as_list(value, read))
}

pub(super) fn as_list<T>(value: &Value, read: impl Fn(&Value) -> Result<T, JsonFault>) -> Result<Vec<T>, JsonFault> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return Err(wrong_kind(value, "java.util.ArrayList"));
        }
    };
    items.iter().enumerate().map(|(index, item)| read(item).map_err(|f| f.below(&format!("[{index}]")))).collect()
}

/// A map of texts; null values vanish, as they do when Drove writes the map again (contract 1.1).
pub(super) fn text_map(object: &Object, name: &str) -> Result<Option<BTreeMap<String, String>>, JsonFault> {
    const CLASS: &str = "java.util.LinkedHashMap<java.lang.String,java.lang.String>";
    part(object, name, |value| {
        let Value::Object(map) = value else { return Err(wrong_kind(value, CLASS)) };
        let shown = map.iter().filter(|(_, value)| !value.is_null());
        shown.map(|(key, value)| Ok((key.clone(), as_text(value).map_err(|fault| fault.below(key))?))).collect()
    })
}

/// The type id of a polymorphic object, exact to the letter. `property` names the field of the spec it belongs to.
pub(super) fn type_id<'a>(
    object: &'a Object,
    class: &str,
    known: &[&str],
    property: Option<&str>,
) -> Result<&'a str, JsonFault> {
    let whose = property.map(|name| format!(" (for POJO property '{name}')")).unwrap_or_default();
    let class = format!("com.phonepe.drove.models.{class}");
    let id = field(object, "type").and_then(Value::as_str).ok_or_else(|| {
        JsonFault::new(format!(
            "Could not resolve subtype of [simple type, class {class}]: missing type id property 'type'{whose}"
        ))
    })?;
    if known.contains(&id) {
        return Ok(id);
    }
    Err(JsonFault::new(format!(
        "Could not resolve type id '{id}' as a subtype of `{class}`: known type ids = [{}]{whose}",
        known.join(", ")
    ))
    .below("type"))
}

/// Jackson's refusal of a JSON kind that `class` cannot be made of.
pub(super) fn wrong_kind(value: &Value, class: &str) -> JsonFault {
    let constructor = |kind: &str, shown: String| {
        format!(
            "Cannot construct instance of `{class}` (although at least one Creator exists): no {kind}-argument \
             constructor/factory method to deserialize from {shown}"
        )
    };
    JsonFault::new(match value {
        Value::String(text) => constructor("String", format!("String value ('{text}')")),
        Value::Number(number) => constructor("int/Int", format!("Number value ({number})")),
        Value::Bool(truth) => constructor("boolean/Boolean", format!("boolean value ({truth})")),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            format!("Cannot deserialize value of type `{class}` from {}", token(value))
        }
    })
}

fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null value (token `JsonToken.VALUE_NULL`)",
        Value::Bool(true) => "Boolean value (token `JsonToken.VALUE_TRUE`)",
        Value::Bool(false) => "Boolean value (token `JsonToken.VALUE_FALSE`)",
        Value::Number(_) => "Number value (token `JsonToken.VALUE_NUMBER_INT`)",
        Value::String(_) => "String value (token `JsonToken.VALUE_STRING`)",
        Value::Array(_) => "Array value (token `JsonToken.START_ARRAY`)",
        Value::Object(_) => "Object value (token `JsonToken.START_OBJECT`)",
    }
}
