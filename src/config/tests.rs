//! The texts of mistakes in the settings, what the example says, and that no secret prints.

use std::fmt::Write;
use std::io::Write as _;

use proptest::prelude::*;
use serde::Deserialize;

use super::{DatabaseUrl, Secret, Settings};

const EXAMPLE: &str = include_str!("../../examples/cashwrap.toml");

fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Settings::parse("test.toml", text, variables).map_err(|refused| refused.to_string())
}

/// What is said of the example when `from` in it is replaced by `to`.
fn refused(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    parse(&EXAMPLE.replace(from, to), &[]).unwrap_err()
}

#[test]
fn the_example_loads_and_shows_the_defaults() {
    let settings = parse(EXAMPLE, &[]).unwrap();
    assert_eq!(settings.server, super::ServerSettings::default());
    assert_eq!(settings.timing, super::Timing::default());
    assert_eq!(settings.telemetry, super::TelemetrySettings::default());
    assert_eq!(settings.flows, super::FlowSettings::default());
    assert_eq!(settings.stores[0].timers, super::StoreTimers::default());
    let (primary, backup) = (&settings.partners.gateways[1], &settings.partners.gateways[0]);
    assert_eq!((primary.account.as_str(), backup.account.as_str()), ("primary", "backup"));
    assert_eq!(primary.breaker, backup.breaker);
    assert_eq!(primary.capabilities, backup.capabilities);
    assert_eq!(primary.connect_timeout, backup.connect_timeout);
    assert_eq!(primary.max_in_flight, backup.max_in_flight);
    assert!(settings.unfit_for_production().is_empty());
}

#[test]
fn no_secret_prints() {
    let password = [("CASHWRAP__STORE__URL", "postgres://app:hunter2@db/shop")];
    let shown = format!("{0:?} {0:#?}", parse(EXAMPLE, &password).unwrap());
    assert!(shown.contains("capability_key: [hidden]") && shown.contains("sha256: [hidden]"), "{shown}");
    for secret in ["for trying out only", "another 32", "sk_sandbox", "hunter2", "2cf24d", "44, 242"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_secret_of_the_wrong_kind_is_refused_without_being_shown() {
    let variables = [("CASHWRAP__AUTH__CAPABILITY_KEY", "1234567")];
    let refused = parse(EXAMPLE, &variables).unwrap_err();
    assert_eq!(
        refused,
        "test.toml: auth.capability_key: is too short; give at least 32 bytes, such as `openssl rand -base64 48` \
         makes (set by CASHWRAP__AUTH__CAPABILITY_KEY)"
    );
}

fn all_refused<const N: usize>(cases: [(&str, &str, &str); N]) {
    for (from, to, expected) in cases {
        assert_eq!(refused(from, to), format!("test.toml: {expected}"));
    }
}

#[test]
fn wrong_keys_and_values_are_refused_with_the_full_key_and_what_is_allowed() {
    all_refused([
        (
            "max_concurrent = 1024",
            "max_conurrent = 1024",
            "server.max_conurrent: unknown key; remove it, or use one of listen, admin_listen, webhook_listen, max_concurrent, \
             max_placements, request_timeout_ms, patience_ms, tls",
        ),
        (
            "max_concurrent = 1024",
            "max_concurrent = 0",
            "server.max_concurrent: is integer `0`; give a whole number from 1 to 100000",
        ),
        (
            "\"127.0.0.1:50051\"",
            "\"localhost\"",
            "server.listen: `localhost` is not an address with a port; write one such as 127.0.0.1:50051",
        ),
        (
            "patience_ms = 10_000",
            "patience_ms = 30_000",
            "server.request_timeout_ms: is not longer than patience_ms; give more than 30000",
        ),
        (
            "\"sqlite:cashwrap.db\"",
            "\"memory:\"",
            "store.url: a store in memory forgets paid orders; write sqlite:PATH or \
             postgres://USER:PASSWORD@HOST/DATABASE",
        ),
        (
            "scopes = [\"shopper\"]",
            "scopes = [\"admin\"]",
            "auth.keys[0].scopes: `admin` is not known; use one of shopper, service, backoffice, operator",
        ),
        (
            "stores = [\"demo\"]",
            "stores = [\"shop\"]",
            "auth.keys[0].stores: there is no store shop; use one of demo, or add it under [[stores]]",
        ),
        (
            "\"for trying out only: another 32 bytes\"",
            "\"short\"",
            "auth.data_keys[0].secret: is too short; give at least 32 bytes, such as `openssl rand -base64 48` \
             makes",
        ),
        (
            "prices_include_tax = true",
            "prices_include_tax = \"yes\"",
            "stores[0].prices_include_tax: is string \"yes\"; give true or false",
        ),
        (
            "origin_country = \"DE\"",
            "origin_country = \"Germany\"",
            "stores[0].origin_country: `Germany` is not the code of a country; write two letters such as DE",
        ),
    ]);
}

#[test]
fn a_key_stands_for_a_customer_and_never_beside_a_scope_of_staff() {
    let line = "# customer = \"cus-1\"";
    let stands = parse(&EXAMPLE.replace(line, "customer = \"cus-1\""), &[]).unwrap();
    assert_eq!(stands.auth.keys[0].customer.as_deref(), Some("cus-1"));
    let nobody = refused(line, "customer = \"\"");
    assert!(nobody.contains("auth.keys[0].customer: is not an id; give the customer's own id"), "{nobody}");
    for scope in ["backoffice", "operator"] {
        let staff = EXAMPLE
            .replace(line, "customer = \"cus-1\"")
            .replace("scopes = [\"shopper\"]", &format!("scopes = [\"shopper\", \"{scope}\"]"));
        let staff = parse(&staff, &[]).unwrap_err();
        assert!(
            staff.contains("auth.keys[0].customer: stands beside a scope of staff; leave it out"),
            "{staff}"
        );
    }
}

#[test]
fn nothing_is_abandoned_after_its_end_and_no_cart_ends_under_its_checkout() {
    all_refused([
        (
            "abandoned_after_ms = 3_600_000",
            "abandoned_after_ms = 700_000_000",
            "stores[0].timers.abandoned_after_ms: is longer than checkout_life_ms; give at most 604800000",
        ),
        (
            "cart_life_ms = 2_592_000_000",
            "cart_life_ms = 60_000",
            "stores[0].timers.checkout_life_ms: is longer than cart_life_ms; give at most 60000",
        ),
        (
            "customer_cart_life_ms = 7_776_000_000",
            "customer_cart_life_ms = 60_000",
            "stores[0].timers.checkout_life_ms: is longer than customer_cart_life_ms; give at most 60000",
        ),
    ]);
}

#[test]
fn partners_and_spans_of_time_are_refused_likewise() {
    all_refused([
        (
            "timeout_ms = 800 ",
            "timeout_ms = 5_000 ",
            "partners.carriers.parcel.timeout_ms: is integer `5000`; give a whole number from 100 to 2000",
        ),
        (
            "origin_country = \"DE\"",
            "origin_country = \"DE\"\naccepts_partial_approval = false",
            "stores[0].accepts_partial_approval: unknown key; remove it, or use one of id, currencies, \
             prices_include_tax, rounding_mode, rounding_level, origin_country, timers",
        ),
        (
            "replay = \"forces_outcome\"",
            "replay = \"always\"",
            "partners.gateways.primary.capabilities.replay: `always` is not known; use one of forces_outcome, \
             only_2xx, none",
        ),
        (
            "timeout_ms = 50_000",
            "timeout_ms = 100_000",
            "partners.gateways.primary.timeout_ms: is longer than timing.absent_window_ms: a payment could be \
             taken for absent while it is under way; give at most 90000",
        ),
        (
            "renew_ms = 5_000",
            "renew_ms = 15_000",
            "timing.renew_ms: is longer than half of lease_ms; give at most 7500",
        ),
        (
            "window_ms = 30_000",
            "window_ms = 1",
            "partners.gateways.primary.breaker.window_ms: is integer `1`; give a whole number from 1000 to 600000",
        ),
        (
            "\"half-up\"",
            "\"up\"",
            "stores[0].rounding_mode: `up` is not a rounding; use half-even, half-up or half-down, and unit, line \
             or order",
        ),
        (
            "[partners.tax.builtin]\nkind = \"builtin\"",
            "[partners.tax.builtin]\n",
            "partners.tax.builtin.kind: missing; add it",
        ),
        (
            "[flows]",
            "[flow]",
            "flow: unknown key; remove it, or use one of server, store, auth, stores, partners, timing, \
             telemetry, flows",
        ),
    ]);
}

#[test]
fn every_mistake_is_shown_at_once() {
    let wrong = EXAMPLE.replace("max_concurrent = 1024", "max_concurrent = 0\ncolour = 1");
    let variables = [("CASHWRAP__SERVER__PATIENCE_MS", "soon"), ("CASHWRAP__TELEMETRY__LOG_LEVEL", "loud")];
    assert_eq!(
        parse(&wrong, &variables).unwrap_err(),
        "test.toml: server.colour: unknown key; remove it, or use one of listen, admin_listen, webhook_listen, max_concurrent, \
         max_placements, request_timeout_ms, patience_ms, tls\n\
         test.toml: server.max_concurrent: is integer `0`; give a whole number from 1 to 100000\n\
         test.toml: server.patience_ms: is string \"soon\"; give a whole number from 100 to 60000 (set by \
         CASHWRAP__SERVER__PATIENCE_MS)\n\
         test.toml: telemetry.log_level: `loud` is not known; use one of error, warn, info, debug, trace (set by \
         CASHWRAP__TELEMETRY__LOG_LEVEL)"
    );
}

#[test]
fn an_address_without_a_protocol_is_told_with_the_other_mistakes() {
    let wrong = EXAMPLE.replace("http://127.0.0.1:12111", "127.0.0.1:12111");
    let variables = [("CASHWRAP__SERVER__PATIENCE_MS", "soon")];
    assert_eq!(
        parse(&wrong, &variables).unwrap_err(),
        "test.toml: server.patience_ms: is string \"soon\"; give a whole number from 100 to 60000 (set by \
         CASHWRAP__SERVER__PATIENCE_MS)\n\
         test.toml: partners.gateways.primary.base_url: names no protocol; begin it with https://, or with http:// \
         for a gateway on this machine"
    );
}

#[test]
fn nothing_at_all_is_answered_with_what_must_be_there() {
    assert_eq!(
        parse("", &[]).unwrap_err(),
        "test.toml: stores: missing; add [[stores]] with an id, currencies and the rest\n\
         test.toml: store.url: missing; add it\n\
         test.toml: auth.data_keys: missing; add [[auth.data_keys]] with an id and a secret_file\n\
         test.toml: auth.capability_key: missing; add it"
    );
}

#[test]
fn a_variable_wins_over_the_file() {
    let variables =
        [("CASHWRAP__SERVER__LISTEN", "0.0.0.0:1"), ("CASHWRAP__STORE__URL", "sqlite:/data/x.db")];
    let settings = parse(EXAMPLE, &variables).unwrap();
    assert_eq!(settings.server.listen.port(), 1);
    assert!(matches!(settings.store.url, DatabaseUrl::Sqlite(path) if path.as_os_str() == "/data/x.db"));
}

#[test]
fn what_is_not_toml_is_refused_by_line() {
    let refused = parse("[server]\nlisten = \n", &[]).unwrap_err();
    assert!(refused.starts_with("test.toml: cannot be read as TOML at line 2: "), "{refused}");
}

#[test]
fn plain_text_to_the_outside_and_short_absence_are_for_development_only() {
    let variables =
        [("CASHWRAP__SERVER__LISTEN", "0.0.0.0:50051"), ("CASHWRAP__TIMING__ABSENT_WINDOW_MS", "60000")];
    let problems = parse(EXAMPLE, &variables).unwrap().unfit_for_production();
    let mut text = String::new();
    for problem in problems {
        writeln!(text, "{problem}").unwrap();
    }
    assert_eq!(
        text,
        "server.tls: 0.0.0.0:50051 can be reached from outside without encryption; give cert_file and key_file, \
         or listen on 127.0.0.1\n\
         timing.absent_window_ms: a payment could be taken for absent while it is under way, and be charged \
         twice; give at least 90000, or start with --dev\n"
    );
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StripeOptions {
    base_url: String,
    secret_key: Secret,
}

fn stripe_options(settings: &Settings) -> Result<StripeOptions, String> {
    let options =
        &settings.partners.gateways.iter().find(|one| one.account.as_str() == "primary").unwrap().options;
    options
        .read(&["secret_key"])
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn an_implementation_reads_its_own_table_under_the_full_key() {
    let options = stripe_options(&parse(EXAMPLE, &[]).unwrap()).unwrap();
    assert_eq!(
        (options.base_url.as_str(), options.secret_key.expose()),
        ("http://127.0.0.1:12111", "sk_sandbox_primary")
    );
    let variables = [("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE", "x")];
    assert_eq!(
        stripe_options(&parse(EXAMPLE, &variables).unwrap()).unwrap_err(),
        "partners.gateways.primary.base: unknown key; remove it, or use one of base_url, secret_key (set by \
         CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__BASE)"
    );
}

#[test]
fn a_secret_comes_from_a_file_without_its_last_line_end() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "from the file").unwrap();
    let path = file.path().display().to_string();
    let given = format!("secret_key_file = \"{path}\"");
    let text = EXAMPLE.replace("secret_key = \"sk_sandbox_primary\"", &given);
    assert_eq!(stripe_options(&parse(&text, &[]).unwrap()).unwrap().secret_key.expose(), "from the file");
    let both = text.replace(&given, &format!("{given}\nsecret_key = \"other\""));
    assert_eq!(
        stripe_options(&parse(&both, &[]).unwrap()).unwrap_err(),
        "partners.gateways.primary.secret_key_file: secret_key is given too; give one of the two"
    );
    let variable = |key: &str, value: &str| {
        [(format!("CASHWRAP__PARTNERS__GATEWAYS__PRIMARY__{key}"), value.to_owned())]
    };
    for (text, variables, secret) in [
        (EXAMPLE, variable("SECRET_KEY_FILE", &path), "from the file"),
        (text.as_str(), variable("SECRET_KEY", "from a variable"), "from a variable"),
    ] {
        let settings = Settings::parse("test", text, variables).unwrap();
        assert_eq!(stripe_options(&settings).unwrap().secret_key.expose(), secret);
    }
    let missing = text.replace(&path, "/no/such/file");
    assert_eq!(
        stripe_options(&parse(&missing, &[]).unwrap()).unwrap_err(),
        "partners.gateways.primary.secret_key_file: /no/such/file cannot be read: No such file or directory (os \
         error 2); correct the path or its permissions"
    );
}

proptest! {
    #[test]
    fn no_damage_to_the_settings_panics_and_each_mistake_says_what_to_do(
        at in any::<prop::sample::Index>(),
        cut in 0usize..40,
        put in prop::sample::select(vec!["", "[", "]", "=", "\"", "1", "[[auth]]\n", "[stores]\n", ".", "{", "é", "\n"]),
        variable in "CASHWRAP__[A-Z0-9_]{0,20}",
        value in ".{0,20}",
    ) {
        let letters: Vec<char> = EXAMPLE.chars().collect();
        let at = at.index(letters.len());
        let after = letters.len().min(at + cut);
        let damaged: String =
            letters[..at].iter().copied().chain(put.chars()).chain(letters[after..].iter().copied()).collect();
        if let Err(refused) = Settings::parse("test.toml", &damaged, [(variable, value)]) {
            prop_assert!(!refused.problems.is_empty());
            for problem in refused.problems {
                prop_assert!(!problem.reason.is_empty() && !problem.remedy.is_empty(), "{}", problem);
            }
        }
    }
}

#[test]
fn an_unknown_key_is_answered_with_every_key_of_its_section() {
    let text = "[server]\ncolour = 1\n[auth]\ncolour = 1\n";
    let told = Settings::parse("test.toml", text, []).unwrap_err().to_string();
    for (key, keys) in [
        ("server.colour", vec!["listen", "tls"]),
        ("auth.colour", vec!["capability_key", "keys", "data_keys"]),
    ] {
        let line = told.lines().find(|line| line.contains(&format!("{key}: unknown key"))).unwrap();
        let (_, listed) = line.split_once("use one of ").unwrap();
        let listed: Vec<&str> = listed.split(", ").collect();
        assert!(keys.iter().all(|key| listed.contains(key)), "{line}");
    }
}
