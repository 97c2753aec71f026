//! The list elements and polymorphic parts of a spec.

use super::{
    JsonFault,
    scalar::{self, Object},
};
use crate::{
    Combiner, ConfigSpec, DevicePermissions, DeviceSpec, HttpCallSpec, HttpProtocol, HttpVerb, LoggingSpec, MountMode,
    MountedVolume, PlacementPolicy, ResourceRequirement, RuleType,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

pub(super) fn resource(value: &Value) -> Result<ResourceRequirement, JsonFault> {
    const CLASS: &str = "application.requirements.ResourceRequirement";
    let object = part(value, CLASS)?;
    Ok(match scalar::type_id(object, CLASS, &["CPU", "MEMORY"], Some("resources"))? {
        "CPU" => ResourceRequirement::Cpu { count: scalar::number(object, "count", "long")? },
        _ => ResourceRequirement::Memory { size_in_mb: scalar::number(object, "sizeInMB", "long")? },
    })
}

pub(super) fn volume(value: &Value) -> Result<MountedVolume, JsonFault> {
    let object = part(value, "application.MountedVolume")?;
    Ok(MountedVolume {
        path_in_container: required_text(object, "pathInContainer")?,
        path_on_host: required_text(object, "pathOnHost")?,
        mode: scalar::constant(
            object,
            "mode",
            "application.MountedVolume$MountMode",
            MountMode::NAMES,
            MountMode::known,
        )?,
    })
}

pub(super) fn config(value: &Value) -> Result<ConfigSpec, JsonFault> {
    const CLASS: &str = "config.ConfigSpec";
    const KNOWN: &[&str] = &["CONTROLLER_HTTP_FETCH", "EXECUTOR_HTTP_FETCH", "EXECUTOR_LOCAL_FILE", "INLINE"];
    let object = part(value, CLASS)?;
    let id = scalar::type_id(object, CLASS, KNOWN, Some("configs"))?;
    let local_filename = required_text(object, "localFilename")?;
    let http = || scalar::part(object, "http", http_call);
    Ok(match id {
        "INLINE" => {
            let data = required_text(object, "data")?;
            if let Err(problem) = STANDARD.decode(&data) {
                return Err(JsonFault::new(format!(
                    "Cannot deserialize value of type `byte[]` from String: Failed to decode VALUE_STRING as base64 \
                     (MIME-NO-LINEFEEDS): {problem}"
                ))
                .below("data"));
            }
            ConfigSpec::Inline { local_filename, data }
        }
        "EXECUTOR_LOCAL_FILE" => {
            ConfigSpec::ExecutorLocalFile { local_filename, file_path_on_host: scalar::text(object, "filePathOnHost")? }
        }
        "CONTROLLER_HTTP_FETCH" => ConfigSpec::ControllerHttpFetch { local_filename, http: http()? },
        _ => ConfigSpec::ExecutorHttpFetch { local_filename, http: http()? },
    })
}

fn http_call(value: &Value) -> Result<HttpCallSpec, JsonFault> {
    let object = part(value, "config.HTTPCallSpec")?;
    let text = |name| scalar::text(object, name);
    Ok(HttpCallSpec {
        protocol: scalar::constant(
            object,
            "protocol",
            "application.PortType",
            HttpProtocol::NAMES,
            HttpProtocol::known,
        )?,
        hostname: text("hostname")?,
        port: scalar::number(object, "port", "int")?,
        path: text("path")?,
        verb: scalar::constant(object, "verb", "application.HTTPVerb", HttpVerb::NAMES, HttpVerb::known)?,
        success_codes: scalar::list(object, "successCodes", |code| scalar::as_number(code, "int"))?,
        payload: text("payload")?,
        connection_timeout: scalar::duration(object, "connectionTimeout")?,
        operation_timeout: scalar::duration(object, "operationTimeout")?,
        username: text("username")?,
        password: text("password")?,
        auth_header: text("authHeader")?,
        headers: scalar::text_map(object, "headers")?,
        insecure: scalar::truth(object, "insecure")?,
    })
}

impl PlacementPolicy {
    /// Reads a `placementPolicy` (contract 3.6).
    pub fn from_json(value: &Value) -> Result<Self, JsonFault> {
        const CLASS: &str = "application.placement.PlacementPolicy";
        const KNOWN: &[&str] =
            &["ANY", "COMPOSITE", "LOCAL", "MATCH_TAG", "MAX_N_PER_HOST", "NO_TAG", "ONE_PER_HOST", "RULE_BASED"];
        let object = part(value, CLASS)?;
        Ok(match scalar::type_id(object, CLASS, KNOWN, Some("placementPolicy"))? {
            "ANY" => PlacementPolicy::Any,
            "ONE_PER_HOST" => PlacementPolicy::OnePerHost,
            "MAX_N_PER_HOST" => PlacementPolicy::MaxNPerHost { max: scalar::number(object, "max", "int")? },
            "MATCH_TAG" => PlacementPolicy::MatchTag { tag: required_text(object, "tag")? },
            "NO_TAG" => PlacementPolicy::NoTag,
            "RULE_BASED" => PlacementPolicy::RuleBased {
                rule: required_text(object, "rule")?,
                rule_type: scalar::constant(
                    object,
                    "ruleType",
                    "application.placement.policies.RuleBasedPlacementPolicy$RuleType",
                    RuleType::NAMES,
                    RuleType::known,
                )?,
            },
            "COMPOSITE" => PlacementPolicy::Composite {
                policies: scalar::list(object, "policies", Self::from_json)?.unwrap_or_default(),
                combiner: scalar::constant(
                    object,
                    "combiner",
                    "application.placement.policies.CompositePlacementPolicy$CombinerType",
                    Combiner::NAMES,
                    Combiner::known,
                )?,
            },
            _ => PlacementPolicy::Local { host_level: scalar::truth(object, "hostLevel")? },
        })
    }
}

pub(super) fn logging(value: &Value) -> Result<LoggingSpec, JsonFault> {
    const CLASS: &str = "application.logging.LoggingSpec";
    let object = part(value, CLASS)?;
    Ok(match scalar::type_id(object, CLASS, &["LOCAL", "RSYSLOG"], Some("logging"))? {
        "LOCAL" => LoggingSpec::Local {
            max_size: required_text(object, "maxSize")?,
            max_files: scalar::number(object, "maxFiles", "int")?,
            compress: scalar::truth(object, "compress")?,
        },
        _ => LoggingSpec::Rsyslog {
            server: required_text(object, "server")?,
            tag_prefix: scalar::text(object, "tagPrefix")?,
            tag_suffix: scalar::text(object, "tagSuffix")?,
        },
    })
}

pub(super) fn device(value: &Value) -> Result<DeviceSpec, JsonFault> {
    const CLASS: &str = "application.devices.DeviceSpec";
    let object = part(value, CLASS)?;
    Ok(match scalar::type_id(object, CLASS, &["DETAILED", "DIRECT"], Some("devices"))? {
        "DIRECT" => DeviceSpec::Direct {
            path_on_host: scalar::text(object, "pathOnHost")?,
            path_in_container: scalar::text(object, "pathInContainer")?,
            permissions: scalar::constant(
                object,
                "permissions",
                "application.devices.DirectDeviceSpec$DirectDevicePermissions",
                DevicePermissions::NAMES,
                DevicePermissions::known,
            )?,
        },
        _ => DeviceSpec::Detailed {
            driver: scalar::text(object, "driver")?,
            count: scalar::part(object, "count", |count| scalar::as_number(count, "int"))?,
            device_ids: scalar::list(object, "deviceIds", scalar::as_text)?,
            capabilities: scalar::list(object, "capabilities", |inner| scalar::as_list(inner, scalar::as_text))?,
            options: scalar::text_map(object, "options")?,
        },
    })
}

/// The part as an object. Drove fails with 500 on a null among its lists; here it is refused like any wrong kind.
fn part<'a>(value: &'a Value, class: &str) -> Result<&'a Object, JsonFault> {
    scalar::object(value, &format!("com.phonepe.drove.models.{class}"))
}

fn required_text(object: &Object, name: &str) -> Result<String, JsonFault> {
    Ok(scalar::text(object, name)?.unwrap_or_default())
}
