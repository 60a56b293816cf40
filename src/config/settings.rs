//! All settings, read once at start.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use toml::Table;

use super::auth::AuthSettings;
use super::database::DatabaseSettings;
use super::flow::KnownAccounts;
use super::flows::FlowSettings;
use super::overlay;
use super::partners::PartnerSettings;
use super::problem::{Problems, SettingProblem, SettingsRefused};
use super::raw::RawTable;
use super::server::ServerSettings;
use super::stores::StoreSettings;
use super::telemetry::TelemetrySettings;
use super::timing::Timing;
use crate::domain::ids::StoreId;

/// The least time after which a lookup may prove a payment absent in production (payments.md R4).
const MIN_ABSENT_WINDOW: Duration = Duration::from_secs(90);

const SECTIONS: [&str; 8] = ["server", "store", "auth", "stores", "partners", "timing", "telemetry", "flows"];

/// All settings. `Debug` shows `[hidden]` for what is secret.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `[server]`.
    pub server: ServerSettings,
    /// `[store]`.
    pub store: DatabaseSettings,
    /// `[auth]`.
    pub auth: AuthSettings,
    /// `[[stores]]`; never empty.
    pub stores: Vec<StoreSettings>,
    /// `[partners]`.
    pub partners: PartnerSettings,
    /// `[timing]`.
    pub timing: Timing,
    /// `[telemetry]`.
    pub telemetry: TelemetrySettings,
    /// `[flows]`.
    pub flows: FlowSettings,
}

impl Settings {
    /// Reads the file, and the variables over it. Without a file the variables are all there is.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsRefused> {
        let (name, text) = text_of(file)?;
        Self::parse(&name, &text, variables)
    }

    /// Reads settings from text, calling it `name` in mistakes, and the variables over it.
    pub fn parse(
        name: &str,
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsRefused> {
        let (root, mut problems) = root(name, text, variables)?;
        let settings = read(root, &mut problems);
        or_refused(name, settings, problems)
    }

    /// Reads only what flows depend on: where they are, which accounts they may name, and the stores. Needs no
    /// secret, so that flows can be checked where there is none.
    pub fn load_for_flows(
        file: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<(FlowSettings, KnownAccounts, Vec<StoreId>), SettingsRefused> {
        let (name, text) = text_of(Some(file))?;
        let (mut root, mut problems) = root(&name, &text, variables)?;
        let partners = section(&mut root, "partners", &mut problems)
            .map(|raw| PartnerSettings::read(raw, &mut problems).known());
        let flows =
            section(&mut root, "flows", &mut problems).and_then(|raw| problems.take_all(raw.read(&[])));
        let stores = problems.take(root.take_list("stores")).unwrap_or_default();
        let stores: Vec<StoreId> =
            StoreSettings::read_all(stores, &mut problems).into_iter().map(|store| store.id).collect();
        let basis = flows.zip(partners).map(|(flows, partners)| (flows, partners, stores));
        or_refused(&name, basis, problems)
    }

    /// Reads only where the admin listener is. Needs no secret and no other section.
    pub fn load_admin(
        file: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<SocketAddr, SettingsRefused> {
        let (name, text) = text_of(Some(file))?;
        let (mut root, mut problems) = root(&name, &text, variables)?;
        let server = section(&mut root, "server", &mut problems)
            .and_then(|raw| ServerSettings::read(raw, &mut problems));
        or_refused(&name, server.map(|server| server.admin_listen), problems)
    }

    /// What no server should run with unless it was started for development: to be refused without `--dev`.
    pub fn unfit_for_production(&self) -> Vec<SettingProblem> {
        let mut problems = Vec::new();
        let outside = [Some(self.server.listen), self.server.webhook_listen];
        let outside = outside.into_iter().flatten().filter(|listener| !listener.ip().is_loopback());
        for listener in outside.filter(|_| self.server.tls.is_none()) {
            problems.push(SettingProblem::new(
                "server.tls",
                format!("{listener} can be reached from outside without encryption"),
                "give cert_file and key_file, or listen on 127.0.0.1",
            ));
        }
        if self.timing.absent_window < MIN_ABSENT_WINDOW {
            problems.push(SettingProblem::new(
                "timing.absent_window_ms",
                "a payment could be taken for absent while it is under way, and be charged twice",
                format!("give at least {}, or start with --dev", MIN_ABSENT_WINDOW.as_millis()),
            ));
        }
        problems
    }
}

fn text_of(file: Option<&Path>) -> Result<(String, String), SettingsRefused> {
    let Some(file) = file else { return Ok(("environment".to_owned(), String::new())) };
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            let remedy = "correct the path; examples/cashwrap.toml is one to start from";
            let problem = SettingProblem::new("", format!("cannot be read: {error}"), remedy);
            Err(SettingsRefused { source_name: name, problems: vec![problem] })
        }
    }
}

fn root(
    name: &str,
    text: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<(RawTable, Problems), SettingsRefused> {
    let mut table: Table = text.parse().map_err(|error| SettingsRefused {
        source_name: name.to_owned(),
        problems: vec![not_toml(text, &error)],
    })?;
    let (origins, problems) = overlay::apply(&mut table, variables);
    Ok((RawTable::new("", table, Arc::new(origins)), Problems(problems)))
}

fn or_refused<T>(name: &str, value: Option<T>, problems: Problems) -> Result<T, SettingsRefused> {
    match value {
        Some(value) if problems.0.is_empty() => Ok(value),
        _ => Err(SettingsRefused { source_name: name.to_owned(), problems: problems.0 }),
    }
}

/// A section; an absent one is read like an empty one.
fn section(root: &mut RawTable, key: &str, problems: &mut Problems) -> Option<RawTable> {
    let taken = problems.take(root.take_table(key))?;
    Some(taken.unwrap_or_else(|| RawTable::new(key, Table::new(), Arc::default())))
}

fn not_toml(text: &str, error: &toml::de::Error) -> SettingProblem {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    let reason = format!("cannot be read as TOML at line {line}: {}", error.message());
    SettingProblem::new("", reason, "correct the text there")
}

fn read(mut root: RawTable, problems: &mut Problems) -> Option<Settings> {
    let unknown: Vec<String> = root.keys().filter(|key| !SECTIONS.contains(key)).map(str::to_owned).collect();
    for key in unknown {
        let remedy = format!("remove it, or use one of {}", SECTIONS.join(", "));
        problems.0.push(root.problem(&key, "unknown key", remedy));
    }
    let stores = problems.take(root.take_list("stores"));
    let none_given = stores.as_ref().is_some_and(Vec::is_empty);
    let stores = StoreSettings::read_all(stores.unwrap_or_default(), problems);
    if none_given {
        problems.0.push(root.problem(
            "stores",
            "missing",
            "add [[stores]] with an id, currencies and the rest",
        ));
    }
    let server = section(&mut root, "server", problems).and_then(|raw| ServerSettings::read(raw, problems));
    let store = section(&mut root, "store", problems).and_then(|raw| DatabaseSettings::read(&raw, problems));
    let auth = section(&mut root, "auth", problems).and_then(|raw| AuthSettings::read(raw, problems));
    let partners = section(&mut root, "partners", problems).map(|raw| PartnerSettings::read(raw, problems));
    let timing = section(&mut root, "timing", problems).and_then(|raw| {
        let timing: Timing = problems.take_all(raw.read(&[]))?;
        problems.0.extend(timing.check(&raw));
        Some(timing)
    });
    let telemetry =
        section(&mut root, "telemetry", problems).and_then(|raw| problems.take_all(raw.read(&[])));
    let flows = section(&mut root, "flows", problems).and_then(|raw| problems.take_all(raw.read(&[])));
    let settings = Settings {
        server: server?,
        store: store?,
        auth: auth?,
        stores,
        partners: partners?,
        timing: timing?,
        telemetry: telemetry?,
        flows: flows?,
    };
    // Sections that were refused are not all there, and would seem to contradict the others.
    if problems.0.is_empty() {
        problems.0.extend(contradictions(&settings));
    }
    Some(settings)
}

/// What no section can see alone.
fn contradictions(settings: &Settings) -> Vec<SettingProblem> {
    let mut problems = Vec::new();
    let ids: Vec<&str> = settings.stores.iter().map(|store| store.id.as_str()).collect();
    for (index, key) in settings.auth.keys.iter().enumerate() {
        for store in key.stores.iter().filter(|store| !ids.contains(&store.as_str())) {
            problems.push(SettingProblem::new(
                format!("auth.keys[{index}].stores"),
                format!("there is no store {store}"),
                format!("use one of {}, or add it under [[stores]]", ids.join(", ")),
            ));
        }
    }
    for gateway in &settings.partners.gateways {
        if gateway.capabilities.timeout > settings.timing.absent_window {
            problems.push(SettingProblem::new(
                format!("{}.timeout_ms", gateway.options.path()),
                "is longer than timing.absent_window_ms: a payment could be taken for absent while it is under way",
                format!("give at most {}", settings.timing.absent_window.as_millis()),
            ));
        }
    }
    problems
}
