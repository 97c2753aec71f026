//! The page's files, embedded in the binary.
//!
//! `cargo xtask build` puts them into `dist/` with a `.br` and a `.gz` beside each; nothing is compressed for a request.
//! Names with a hash never change their content and are cached for ever; `index.html` is asked for again each time.

mod policy;

use crate::config::BasePath;
use axum::{
    body::{Body, Bytes},
    response::Response,
};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
};

/// The page itself.
const INDEX: &str = "index.html";

/// Where `index.html` has the base path for the page.
const NO_BASE: &str = "data-base=\"\"";

const UNBUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Drove dashboard</title>\
    <p>This binary was built without the page. <code>cargo xtask build</code> builds both.</p></html>";

#[derive(rust_embed::RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// The files, ready to be sent.
pub struct Assets {
    files: BTreeMap<String, Asset>,
    policy: HeaderValue,
}

struct Asset {
    content_type: HeaderValue,
    etag: String,
    immutable: bool,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl std::fmt::Debug for Assets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.files.keys()).finish()
    }
}

impl Assets {
    /// Those in the binary.
    pub fn embedded() -> Self {
        Self::from_files(Dist::iter().filter_map(|name| {
            let content = match Dist::get(&name)?.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((name.into_owned(), content))
        }))
    }

    /// Those in a folder, as `dist/` holds them.
    ///
    /// # Errors
    /// When a file cannot be read, or there is no `index.html`.
    pub fn from_folder(folder: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                files.push((entry.file_name().to_string_lossy().into_owned(), Bytes::from(fs::read(entry.path())?)));
            }
        }
        if files.iter().any(|(name, _)| name == INDEX) {
            Ok(Self::from_files(files))
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "there is no index.html"))
        }
    }

    /// Files by name; `name.br` and `name.gz` are forms of `name`.
    pub fn from_files(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let mut contents: BTreeMap<String, Bytes> = files.into_iter().collect();
        if !contents.contains_key(INDEX) {
            contents.insert(INDEX.to_owned(), Bytes::from_static(UNBUILT.as_bytes()));
        }
        let is_form = |name: &str| {
            let base = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz"));
            base.is_some_and(|base| contents.contains_key(base))
        };
        let files: BTreeMap<String, Asset> = contents
            .iter()
            .filter(|(name, _)| !is_form(name))
            .map(|(name, plain)| {
                let form = |ending: &str| contents.get(&format!("{name}.{ending}")).cloned();
                (name.clone(), Asset::new(name, plain.clone(), form("br"), form("gz")))
            })
            .collect();
        let index = files.get(INDEX).map(|index| String::from_utf8_lossy(&index.plain).into_owned());
        Self { policy: policy::content_security_policy(&index.unwrap_or_default()), files }
    }

    /// The same, with a page that finds its files and the server below `base`. What the page was compressed to does not
    /// hold any more: it is compressed again, once.
    pub fn below(mut self, base: &BasePath) -> Self {
        let base = base.as_str();
        if base.is_empty() {
            return self;
        }
        let Some(index) = self.files.get(INDEX) else { return self };
        let mut page = String::from_utf8_lossy(&index.plain).replacen(NO_BASE, &format!("data-base=\"{base}\""), 1);
        for name in self.files.keys().filter(|name| *name != INDEX) {
            for quote in ['"', '\''] {
                page = page.replace(&format!("{quote}/{name}{quote}"), &format!("{quote}{base}/{name}{quote}"));
            }
        }
        self.policy = policy::content_security_policy(&page);
        let packed = gzip(page.as_bytes()).ok().filter(|packed| packed.len() < page.len());
        self.files.insert(INDEX.to_owned(), Asset::new(INDEX, page.into(), None, packed));
        self
    }

    /// `Content-Security-Policy` under which the page runs.
    pub fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    /// The page, as the answer to one of its paths.
    pub fn index(&self, request: &HeaderMap, status: StatusCode) -> Response {
        // `from_files` always puts one in.
        self.files.get(INDEX).map(|index| index.answer(request, status)).unwrap_or_default()
    }

    /// The page, with 404, for people who went astray; nothing for programs, which do not read HTML.
    pub fn astray(&self, request: &HeaderMap) -> Option<Response> {
        let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accept.contains("text/html").then(|| self.index(request, StatusCode::NOT_FOUND))
    }

    /// The file at a path, if there is one.
    pub fn file(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let name = path.strip_prefix('/')?;
        (name != INDEX).then(|| self.files.get(name)).flatten().map(|file| file.answer(request, StatusCode::OK))
    }
}

impl Asset {
    fn new(name: &str, plain: Bytes, brotli: Option<Bytes>, gzip: Option<Bytes>) -> Self {
        let mime = mime_guess::from_path(name).first_or_octet_stream();
        let text = mime.type_() == "text" || mime.subtype() == "javascript" || mime.subtype() == "json";
        let content_type = if text { format!("{mime}; charset=utf-8") } else { mime.to_string() };
        let etag: String = Sha256::digest(&plain).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Self {
            content_type: HeaderValue::from_str(&content_type)
                .unwrap_or(HeaderValue::from_static("application/octet-stream")),
            etag,
            immutable: has_hash(name),
            plain,
            brotli,
            gzip,
        }
    }

    fn answer(&self, request: &HeaderMap, status: StatusCode) -> Response {
        let accepted = accepted_codings(request);
        let forms = [("br", &self.brotli), ("gzip", &self.gzip)];
        let chosen = forms
            .into_iter()
            .find_map(|(coding, bytes)| bytes.as_ref().filter(|_| accepted(coding)).map(|bytes| (Some(coding), bytes)));
        let (coding, bytes) = chosen.unwrap_or((None, &self.plain));
        let etag = format!("\"{}{}\"", self.etag, coding.map(|coding| format!("-{coding}")).unwrap_or_default());
        let fresh = status == StatusCode::OK && knows(request, &etag);

        let mut response = Response::new(if fresh { Body::empty() } else { Body::from(bytes.clone()) });
        *response.status_mut() = if fresh { StatusCode::NOT_MODIFIED } else { status };
        let headers = response.headers_mut();
        let cache = if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        if !fresh {
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            if let Some(coding) = coding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
        }
        response
    }
}

fn gzip(text: &[u8]) -> io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text)?;
    encoder.finish().map(Bytes::from)
}

/// Whether a name carries a hash of its content, as trunk writes it: `-` and at least 16 hexadecimal digits.
fn has_hash(name: &str) -> bool {
    name.split(['-', '.', '_']).skip(1).any(|part| part.len() >= 16 && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a coding may be sent: it is named, and not with a weight of zero.
fn accepted_codings(request: &HeaderMap) -> impl Fn(&str) -> bool {
    let accepted = request.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    move |coding| {
        accepted.split(',').any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(coding) && weight != Some(0.0)
        })
    }
}

fn knows(request: &HeaderMap, etag: &str) -> bool {
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|item| item.trim().trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests;
