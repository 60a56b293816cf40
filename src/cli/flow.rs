//! `cashwrap flow`: check flow documents, and see which flow a shopper gets.
//!
//! Both commands work without a server. They write through the given streams, so that tests can read them.

mod routing;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use self::routing::Tender;
use super::exit::{FAILED, REFUSED};
use crate::config::flow::{FlowsRefused, KnownAccounts, LoadedFlows, load_paths, parse_total};
use crate::config::{Settings, environment};
use crate::domain::flow::{Channel, CustomerKind, Device, Flow, Shopper, Standing, Tag, explain};
use crate::domain::ids::{Sku, StoreId};
use crate::domain::money::Money;

/// The store of the examples.
const USUAL_STORE: &str = "demo";

/// What a cart comes to of which nobody says it.
const USUAL_TOTAL: &str = "EUR 0";

/// The commands on flows.
#[derive(Debug, Subcommand)]
pub enum FlowCommand {
    /// Check flow documents; every mistake is shown with its file, line, column and remedy.
    #[command(after_help = "Next: `cashwrap flow explain` shows which of the flows a shopper gets.\n\
                            Exit codes: 0 the flows can be served (warnings allowed); 2 they cannot.")]
    Validate(Documents),
    /// Show which flow a shopper gets, of every other flow why not, and what its routing rules say of a tender.
    #[command(
        after_help = "What is not given is assumed as the server does for a checkout that does not say it, and is\n\
                            named on standard error. The catalogue is not read: give the tags of a SKU with --tag.\n\n\
                            Next: correct the criteria or priorities that the verdicts name, then check the\n\
                            documents with `cashwrap flow validate`.\n\
                            Exit codes: 0 a flow was chosen; 1 none matches; 2 the flows cannot be served, or there is no such store."
    )]
    Explain(Explain),
}

/// Which documents.
#[derive(Debug, Args)]
pub struct Documents {
    /// Files, or directories with .yaml files; without any, those of the settings, or else the flows that
    /// ship with the binary.
    #[arg(value_name = "DIR|FILE")]
    pub paths: Vec<PathBuf>,
    /// The settings, so that the partner accounts that the flows name are checked too.
    #[arg(long, value_name = "FILE", env = "CASHWRAP_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Which shopper.
#[derive(Debug, Args)]
pub struct Explain {
    /// The flows.
    #[command(flatten)]
    pub documents: Documents,
    /// What the shopper holds in hand; without it nothing is said, and no criterion on devices matches.
    #[arg(long, value_parser = words(Device::ALL, Device::as_str))]
    pub device: Option<Device>,
    /// The way by which the shopper came; web when absent.
    #[arg(long, value_parser = words(Channel::ALL, Channel::as_str))]
    pub channel: Option<Channel>,
    /// What is proved about the shopper; guest when absent.
    #[arg(long, value_parser = words(CustomerKind::ALL, CustomerKind::as_str))]
    pub customer: Option<CustomerKind>,
    /// The store's id; without it the first store of the settings, or else `demo`.
    #[arg(long)]
    pub store: Option<StoreId>,
    /// What the cart comes to, such as "EUR 49.90".
    #[arg(long, default_value = USUAL_TOTAL, value_parser = parse_total)]
    pub total: Money,
    /// A SKU in the cart; may be repeated. Its tags are not known here: give them with --tag.
    #[arg(long)]
    pub sku: Vec<Sku>,
    /// A tag that the catalogue gives to a product in the cart; may be repeated.
    #[arg(long)]
    pub tag: Vec<Tag>,
    /// When, such as 2026-11-27T09:00:00+01:00; now when absent.
    #[arg(long)]
    pub at: Option<Timestamp>,
    /// What that shopper pays with.
    #[command(flatten)]
    pub tender: Tender,
}

fn words<T>(all: &'static [T], word: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync,
{
    PossibleValuesParser::new(all.iter().map(|value| word(*value)))
        .try_map(move |text| all.iter().copied().find(|value| word(*value) == text).ok_or("not known"))
}

impl FlowCommand {
    /// Runs the command.
    pub fn run(self, out: &mut impl Write, err: &mut impl Write) -> ExitCode {
        let result = match self {
            Self::Validate(documents) => validate(&documents, out, err),
            Self::Explain(asked) => explained(asked, out, err),
        };
        // Only writing can fail here, and then there is nobody left to tell.
        ExitCode::from(result.unwrap_or(FAILED))
    }
}

fn validate(documents: &Documents, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    let Some((loaded, stores)) = load(documents, err)? else { return Ok(REFUSED) };
    for flow in &loaded.flows {
        for store in flow.criteria.stores.iter().filter(|store| !stores.contains(store)) {
            let (id, known) = (&flow.id, stores.iter().map(StoreId::as_str).collect::<Vec<_>>().join(", "));
            writeln!(
                err,
                "warning: {id}: criteria name the store {store}, which there is not: use one of {known}, or add it \
                 under [[stores]]"
            )?;
        }
    }
    for flow in &loaded.flows {
        writeln!(out, "{} v{}: priority {}", flow.id, flow.version, flow.priority)?;
    }
    let count = loaded.flows.len();
    writeln!(out, "{count} flow{} can be served", if count == 1 { "" } else { "s" })?;
    if documents.config.is_none() {
        writeln!(out, "partner accounts were not checked: give --config FILE to check them")?;
    }
    Ok(0)
}

/// What was not said of the shopper, and what is taken instead.
fn assumed(asked: &Explain, store: &StoreId) -> String {
    let store = format!("store {store}");
    let assumptions = [
        (asked.store.is_none(), store.as_str()),
        (asked.channel.is_none(), "channel web"),
        (asked.device.is_none(), "device not said"),
        (asked.customer.is_none(), "customer guest"),
        (asked.total.minor == 0, "total EUR 0"),
        (asked.sku.is_empty(), "no SKU"),
        (
            asked.tag.is_empty(),
            "no tag (the catalogue is not read: give the tags of the cart's SKUs with --tag)",
        ),
        (asked.at.is_none(), "now"),
    ];
    let assumed: Vec<&str> = assumptions.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect();
    assumed.join(", ")
}

fn explained(asked: Explain, out: &mut impl Write, err: &mut impl Write) -> io::Result<u8> {
    let Some((loaded, stores)) = load(&asked.documents, err)? else { return Ok(REFUSED) };
    let Some(store) = asked.store.clone().or_else(|| stores.first().cloned()) else { return Ok(REFUSED) };
    if !stores.contains(&store) {
        let known: Vec<&str> = stores.iter().map(StoreId::as_str).collect();
        let other = match asked.documents.config {
            Some(_) => "add it under [[stores]]",
            None => "give --config FILE, whose stores are known then",
        };
        writeln!(err, "error: there is no store {}: use one of {}, or {other}", store, known.join(", "))?;
        return Ok(REFUSED);
    }
    let assumed = assumed(&asked, &store);
    let shopper = Shopper {
        device: asked.device,
        channel: asked.channel.unwrap_or(Channel::Web),
        store,
        customer: asked.customer.unwrap_or(CustomerKind::Guest),
        cart_total: asked.total,
        skus: BTreeSet::from_iter(asked.sku),
        tags: BTreeSet::from_iter(asked.tag),
        now: asked.at.unwrap_or_else(now),
    };
    let verdicts = explain(&loaded.flows, &shopper);
    for verdict in &verdicts {
        writeln!(
            out,
            "{} v{} (priority {}): {}",
            verdict.flow, verdict.version, verdict.priority, verdict.standing
        )?;
    }
    if !assumed.is_empty() {
        writeln!(err, "assumed, as not given: {assumed}")?;
    }
    let chosen = verdicts.iter().find(|verdict| matches!(verdict.standing, Standing::Chosen { .. }));
    let of = |flow: &&Flow| chosen.is_some_and(|to| flow.id == to.flow && flow.version == to.version);
    if let Some(flow) = loaded.flows.iter().find(of) {
        asked.tender.explain(&flow.backend, &shopper, out)?;
        return Ok(0);
    }
    writeln!(err, "no flow matches this shopper; add a flow with empty criteria and a low priority")?;
    Ok(FAILED)
}

/// The flows and the stores, after their warnings were shown; `None` after their mistakes were. Without settings the
/// stores are those that the flows name, and the one that a shopper is in where nobody says another.
fn load(documents: &Documents, err: &mut impl Write) -> io::Result<Option<(LoadedFlows, Vec<StoreId>)>> {
    let mut paths = documents.paths.clone();
    let mut known: Option<KnownAccounts> = None;
    let mut stores: Option<Vec<StoreId>> = None;
    if let Some(config) = &documents.config {
        match Settings::load_for_flows(config, environment()) {
            Ok((flows, accounts, ids)) => {
                known = Some(accounts);
                stores = Some(ids);
                if paths.is_empty() {
                    paths.extend(flows.directory);
                }
            }
            Err(refused) => {
                writeln!(err, "{refused}")?;
                return Ok(None);
            }
        }
    }
    match load_paths(&paths, known.as_ref()) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                writeln!(err, "warning: {warning}")?;
            }
            let stores = stores.unwrap_or_else(|| {
                let named: BTreeSet<StoreId> =
                    loaded.flows.iter().flat_map(|flow| flow.criteria.stores.iter().cloned()).collect();
                let usual: Option<StoreId> = USUAL_STORE.parse().ok();
                usual
                    .iter()
                    .cloned()
                    .chain(named.into_iter().filter(|id| Some(id) != usual.as_ref()))
                    .collect()
            });
            Ok(Some((loaded, stores)))
        }
        Err(FlowsRefused(problems)) => {
            for problem in problems {
                writeln!(err, "error: {problem}")?;
            }
            Ok(None)
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a command of its own has no clock port, and needs none")]
fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command};

    /// Runs the command line, and gives its standard output and error.
    fn run(arguments: &[&str]) -> (String, String) {
        let parsed = Cli::try_parse_from([&["cashwrap", "flow"], arguments].concat()).unwrap();
        let Command::Flow(command) = parsed.command else { panic!("not a flow command") };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let _ = command.run(&mut out, &mut err);
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn the_ready_flows_are_served_with_the_example_settings_and_without_a_warning() {
        let (out, err) = run(&["validate", "--config", "examples/cashwrap.toml"]);
        assert_eq!(err, "");
        assert_eq!(
            out,
            "one-page v1: priority 0\nexpress v1: priority 20\nclick-and-collect v1: priority 10\n\
             3 flows can be served\n"
        );
    }

    #[test]
    fn explain_names_the_flow_and_says_of_the_others_why_not() {
        let (out, err) = run(&["explain", "--tag", "collect", "--at", "2026-11-27T09:00:00Z"]);
        assert_eq!(
            out,
            "express v1 (priority 20): does not match: customer: wants repeat, found guest\n\
             click-and-collect v1 (priority 10): chosen: tag collect\n\
             one-page v1 (priority 0): matches (everyone), but click-and-collect is tried first\n"
        );
        assert_eq!(
            err,
            "assumed, as not given: store demo, channel web, device not said, customer guest, total EUR 0, no SKU\n"
        );
    }

    #[test]
    fn explain_tells_what_each_routing_rule_says_of_the_tender() {
        let ready = std::fs::read_to_string("examples/flows/one-page.yaml").unwrap();
        let rules = "  routing:\n  - {name: ours, when: 'tender.bin.startsWith(\"4111\")', gateways: [backup]}\n  \
                     - {when: amount >= 50000, gateways: [backup, primary]}\n  carriers:";
        let path = std::env::temp_dir().join(format!("cashwrap-routing-{}.yaml", std::process::id()));
        std::fs::write(&path, ready.replacen("  carriers:", rules, 1)).unwrap();
        let told = |more: &[&str]| {
            let common = ["explain", path.to_str().unwrap(), "--at", "2026-11-27T09:00:00Z"];
            run(&[&common[..], more].concat()).0
        };
        let chosen = "one-page v1 (priority 0): chosen: everyone\n";
        assert_eq!(
            told(&["--total", "EUR 600.00"]),
            format!(
                "{chosen}routing of EUR 600.00 by card:\n  \
                 rule 0 (ours): cannot be evaluated, and so does not match: tender.bin is not known\n  \
                 rule 1: matches\n  gateways: backup, primary\n"
            )
        );
        assert_eq!(
            told(&["--amount", "EUR 10.00", "--bin", "41111122"]),
            format!("{chosen}routing of EUR 10.00 by card:\n  rule 0 (ours): matches\n  gateways: backup\n")
        );
        assert_eq!(
            told(&["--amount", "EUR 10.00", "--bin", "555555", "--network", "mastercard", "--country", "DE"]),
            format!(
                "{chosen}routing of EUR 10.00 by card:\n  rule 0 (ours): does not match\n  \
                 rule 1: does not match\n  gateways: primary, backup\n"
            )
        );
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_is_not_given_is_assumed_aloud_and_no_device_is_none() {
        let directory = std::env::temp_dir().join(format!("cashwrap-explain-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let flow = crate::config::flow::READY_FLOWS[0].1;
        let desks = flow.replace("criteria: {}", "criteria: {device: [desktop]}");
        std::fs::write(directory.join("desks.yaml"), desks).unwrap();
        let path = directory.to_str().unwrap();
        let (out, err) = run(&["explain", path, "--sku", "KETTLE-STEEL"]);
        assert!(out.contains("device: wants desktop, found none said"), "{out}");
        assert!(err.contains("give the tags of the cart's SKUs with --tag"), "{err}");
        let (out, err) = run(&["explain", path, "--device", "desktop", "--tag", "kitchen"]);
        assert!(out.contains("chosen: device desktop") && !err.contains("device not said"), "{out}{err}");
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_store_that_nobody_knows_is_refused_with_those_that_there_are() {
        let at = ["--at", "2026-11-27T09:00:00Z"];
        let asked = |more: &[&str]| run(&[&["explain"], &at[..], more].concat());
        let config = ["--config", "examples/cashwrap.toml"];
        for (more, remedy) in [
            (vec!["--store", "nope"], "give --config FILE, whose stores are known then"),
            ([&["--store", "nope"], &config[..]].concat(), "add it under [[stores]]"),
        ] {
            let (out, err) = asked(&more);
            assert_eq!(out, "");
            assert_eq!(err, format!("error: there is no store nope: use one of demo, or {remedy}\n"));
        }
        for more in [vec!["--store", "demo"], [&["--store", "demo"], &config[..]].concat()] {
            assert!(asked(&more).0.contains("chosen"));
        }
    }

    /// A directory of its own with settings of the store `tea` and a flow for the store `coffee`.
    fn elsewhere() -> std::path::PathBuf {
        let directory = std::env::temp_dir().join(format!("cashwrap-flow-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let settings = std::fs::read_to_string("examples/cashwrap.toml").unwrap();
        std::fs::write(directory.join("my.toml"), settings.replace("\"demo\"", "\"tea\"")).unwrap();
        directory
    }

    #[test]
    fn without_a_store_the_first_of_the_settings_is_meant() {
        let config = elsewhere().join("my.toml");
        let (out, err) =
            run(&["explain", "--config", config.to_str().unwrap(), "--at", "2026-11-27T09:00:00Z"]);
        assert!(out.contains("chosen"), "{out}{err}");
    }

    #[test]
    fn a_missing_file_is_refused_by_name() {
        let (out, err) = run(&["validate", "no/such/directory"]);
        assert_eq!(out, "");
        assert_eq!(
            err,
            "error: no/such/directory: cannot be read: No such file or directory (os error 2); correct the \
             path or its permissions\n"
        );
    }

    #[test]
    fn a_word_that_is_not_known_is_answered_with_those_that_are() {
        let arguments = ["cashwrap", "flow", "explain", "--device", "fridge"];
        let refused = Cli::try_parse_from(arguments).unwrap_err().to_string();
        assert!(refused.contains("[possible values: phone, tablet, desktop, tv, kiosk, other]"), "{refused}");
    }
}
