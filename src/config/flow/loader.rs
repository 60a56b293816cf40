//! Loads flow documents from files, and judges them together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::accounts::KnownAccounts;
use super::embedded::READY_FLOWS;
use super::problem::{FlowProblem, FlowsRefused, Place};
use super::reader::Reader;
use super::{document, node};
use crate::domain::flow::{Chain, DeliveryOffer, Flow, lint};

/// The largest file that is read: a hundred times a long flow.
const MAX_FILE_BYTES: usize = 1 << 20;

/// A text with flow documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What to call it in mistakes: the file's path.
    pub name: String,
    /// The YAML.
    pub text: String,
}

/// Flows that can be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFlows {
    /// The flows, in the order of files and documents.
    pub flows: Vec<Flow>,
    /// What is allowed but probably not meant, to be logged at start.
    pub warnings: Vec<FlowProblem>,
}

/// Loads the flows of `directory`, or the ready ones where there is none. With `known`, every partner account
/// that a flow names must be one of them.
pub fn load(directory: Option<&Path>, known: Option<&KnownAccounts>) -> Result<LoadedFlows, FlowsRefused> {
    load_paths(&directory.map(Path::to_owned).into_iter().collect::<Vec<_>>(), known)
}

/// The same for any number of files and directories, whose flows are judged together.
pub fn load_paths(paths: &[PathBuf], known: Option<&KnownAccounts>) -> Result<LoadedFlows, FlowsRefused> {
    if paths.is_empty() {
        let ready = READY_FLOWS
            .map(|(name, text)| Source { name: format!("ready-made {name}"), text: text.to_owned() });
        return load_sources(&ready, known).map_err(|FlowsRefused(mut problems)| {
            let reason = "is not set, so that the ready-made flows are served, which name these accounts";
            let remedy = "set it to a directory with flows of your own, or add the accounts";
            problems.push(whole(Path::new("flows.directory"), reason.to_owned(), remedy));
            FlowsRefused(problems)
        });
    }
    let mut problems = Vec::new();
    let mut sources = Vec::new();
    for path in paths {
        match flow_files(path) {
            Err(FlowsRefused(mut refused)) => problems.append(&mut refused),
            Ok(files) => {
                for file in files {
                    match read_file(&file) {
                        Ok(source) => sources.push(source),
                        Err(problem) => problems.push(problem),
                    }
                }
            }
        }
    }
    if problems.is_empty() { load_sources(&sources, known) } else { Err(FlowsRefused(problems)) }
}

/// The flow files of a directory (`.yaml` and `.yml`, sorted by name, not those below it), or the one file
/// that `path` names. At least one, or it is refused.
pub fn flow_files(path: &Path) -> Result<Vec<PathBuf>, FlowsRefused> {
    let cannot = |error: std::io::Error| {
        FlowsRefused(vec![whole(
            path,
            format!("cannot be read: {error}"),
            "correct the path or its permissions",
        )])
    };
    if !fs::metadata(path).map_err(cannot)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(cannot)? {
        let file = entry.map_err(cannot)?.path();
        if file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") && file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let remedy = "put flow documents there, or leave flows.directory out to serve the ready flows";
        return Err(FlowsRefused(vec![whole(path, "holds no .yaml file".to_owned(), remedy)]));
    }
    Ok(files)
}

fn read_file(file: &Path) -> Result<Source, FlowProblem> {
    let text = fs::read_to_string(file).map_err(|error| {
        whole(file, format!("cannot be read: {error}"), "correct the path or its permissions")
    })?;
    Ok(Source { name: file.display().to_string(), text })
}

fn whole(path: &Path, reason: String, remedy: &str) -> FlowProblem {
    let place = Place { file: path.display().to_string(), line: 0, column: 0 };
    FlowProblem { place, key: String::new(), reason, remedy: remedy.to_owned() }
}

/// A flow and where its keys stand.
struct Read {
    flow: Flow,
    places: BTreeMap<String, Place>,
}

impl Read {
    /// Where `key` stands, or the nearest map that would hold it.
    fn place(&self, key: &str) -> Place {
        let mut key = key;
        loop {
            if let Some(place) = self.places.get(key) {
                return place.clone();
            }
            let above = key.rfind(['.', '[']).map_or("", |end| key.get(..end).unwrap_or_default());
            if key.is_empty() {
                return Place { file: String::new(), line: 0, column: 0 };
            }
            key = above;
        }
    }
}

/// Loads the flows of texts, which are judged together: duplicates are refused, rivals are warned of.
pub fn load_sources(sources: &[Source], known: Option<&KnownAccounts>) -> Result<LoadedFlows, FlowsRefused> {
    let mut problems = Vec::new();
    let mut read = Vec::new();
    for source in sources {
        read_source(source, known, &mut read, &mut problems);
    }
    problems.extend(duplicates(&read));
    if read.is_empty() && problems.is_empty() {
        let file = sources.first().map(|source| source.name.clone()).unwrap_or_default();
        problems.push(whole(Path::new(&file), "holds no flow".to_owned(), "write a flow document in it"));
    }
    if !problems.is_empty() {
        return Err(FlowsRefused(problems));
    }
    let flows: Vec<Flow> = read.iter().map(|one| one.flow.clone()).collect();
    let mut warnings: Vec<FlowProblem> = lint(&flows)
        .into_iter()
        .filter_map(|warning| {
            let about =
                read.iter().find(|one| one.flow.id == warning.flow && one.flow.version == warning.version)?;
            let key = warning.kind.path().into_owned();
            Some(FlowProblem {
                place: about.place(&key),
                key,
                reason: warning.kind.to_string(),
                remedy: warning.kind.remedy(),
            })
        })
        .collect();
    if let Some(known) = known {
        warnings.extend(read.iter().flat_map(|one| unoffered(one, known)));
    }
    Ok(LoadedFlows { flows, warnings })
}

/// The delivery options that a flow names and none of its carriers offers. Where what one of them offers is not known, or
/// there is none, nothing is said here.
fn unoffered(one: &Read, known: &KnownAccounts) -> Vec<FlowProblem> {
    let DeliveryOffer::Only(named) = &one.flow.frontend.delivery_options else { return Vec::new() };
    let carriers = one.flow.backend.carriers.iter().flat_map(Chain::accounts);
    let offered: Option<Vec<_>> = carriers.map(|account| known.options.get(account)).collect();
    let offered: BTreeSet<&str> = offered.into_iter().flatten().flatten().map(String::as_str).collect();
    if offered.is_empty() {
        return Vec::new();
    }
    let key = "frontend.delivery_options";
    let missing = named.iter().filter(|code| !offered.contains(code.as_str()));
    let told = missing.map(|code| FlowProblem {
        place: one.place(key),
        key: key.to_owned(),
        reason: format!("no carrier of the flow offers {code}, so that nobody is offered it"),
        remedy: format!(
            "name one of {}, or give a carrier of the flow a method with this code",
            offered.iter().copied().collect::<Vec<_>>().join(", ")
        ),
    });
    told.collect()
}

fn read_source(
    source: &Source,
    known: Option<&KnownAccounts>,
    read: &mut Vec<Read>,
    problems: &mut Vec<FlowProblem>,
) {
    if source.text.len() > MAX_FILE_BYTES {
        let reason = format!("is larger than {MAX_FILE_BYTES} bytes");
        problems.push(whole(Path::new(&source.name), reason, "spread its flows over several files"));
        return;
    }
    let before = problems.len();
    match node::documents(&source.text) {
        Ok(documents) => {
            for node in &documents {
                let mut reader = Reader::new(&source.name);
                let flow = document::read(&mut reader, node, known);
                problems.append(&mut reader.problems);
                read.extend(flow.map(|flow| Read { flow, places: reader.places }));
            }
        }
        Err(error) => problems.push(FlowProblem {
            place: Place { file: source.name.clone(), line: error.line, column: error.column },
            key: String::new(),
            reason: format!("cannot be read as YAML: {}", error.reason),
            remedy: "correct the text there".to_owned(),
        }),
    }
    if let Some(found) = problems.get_mut(before..) {
        found.sort_by(|one, other| one.place.cmp(&other.place));
    }
}

fn duplicates(read: &[Read]) -> Vec<FlowProblem> {
    let mut seen: BTreeMap<_, Place> = BTreeMap::new();
    let mut problems = Vec::new();
    for one in read {
        let place = one.place("version");
        match seen.get(&(&one.flow.id, one.flow.version)) {
            Some(first) => problems.push(FlowProblem {
                key: "version".to_owned(),
                reason: format!("version {} of {} also stands in {first}", one.flow.version, one.flow.id),
                remedy: "give one of them another id or version".to_owned(),
                place,
            }),
            None => {
                seen.insert((&one.flow.id, one.flow.version), place);
            }
        }
    }
    problems
}
