//! The texts of mistakes and warnings, and that no text is too much for the loader.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::domain::flow::{Chain, DegradedMode, RuleName};

use super::{FlowsRefused, KnownAccounts, LoadedFlows, READY_FLOWS, Source, load_sources};

/// A document without a mistake, to make some in.
const SOUND: &str = r#"id: sound
version: 3
priority: 5
criteria:
  device: [phone, tablet]
  cart_total: [{currency: EUR, min: "49.90", max: 100}]
  dates: [{from: "2026-11-27T00:00:00+01:00"}]
interface:
  layout: one_page
frontend:
  identity: [guest]
backend:
  gateways: [primary, backup]
  carriers: [parcel]
  tax: builtin
"#;

fn accounts() -> KnownAccounts {
    let named = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
    KnownAccounts {
        gateways: named(&["primary", "backup"]),
        carriers: named(&["courier", "parcel"]),
        pickup: named(&["shops"]),
        tax: named(&["builtin", "remote"]),
        options: BTreeMap::new(),
    }
}

fn load(text: &str) -> Result<LoadedFlows, FlowsRefused> {
    let source = Source { name: "flows.yaml".to_owned(), text: text.to_owned() };
    load_sources(&[source], Some(&accounts()))
}

/// What is said of [`SOUND`] when `from` in it is replaced by `to`.
fn refused(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    load(&SOUND.replace(from, to)).unwrap_err().to_string()
}

#[test]
fn a_sound_document_is_read_as_it_stands() {
    let loaded = load(SOUND).unwrap();
    let flow = &loaded.flows[0];
    assert_eq!((flow.id.as_str(), flow.version, flow.priority), ("sound", 3, 5));
    assert_eq!(flow.criteria.cart_totals[0].to_string(), "EUR 49.90 to EUR 100.00");
    assert_eq!(flow.criteria.dates[0].to_string(), "a time from 2026-11-26T23:00:00Z");
    assert_eq!(flow.backend.gateways.as_slice().len(), 2);
    assert!(flow.frontend.coupons && !flow.frontend.click_and_collect);
}

#[test]
fn an_unknown_key_is_answered_with_those_that_are_known() {
    assert_eq!(
        refused("layout: one_page", "layout: one_page\n  lay-out: two"),
        "flows.yaml:10:3: interface.lay-out: unknown key; remove it, or use one of layout, ui_hints, \
         primary_action_label"
    );
}

#[test]
fn a_dangling_partner_is_answered_with_the_accounts_that_exist() {
    assert_eq!(
        refused("[primary, backup]", "[primary, strip]"),
        "flows.yaml:13:23: backend.gateways[1]: the configuration has no account strip that serves here; \
         use one of backup, primary, or add [partners.gateways.strip]"
    );
    assert_eq!(
        refused("tax: builtin", "tax: avalara"),
        "flows.yaml:15:8: backend.tax: the configuration has no account avalara that serves here; use one \
         of builtin, remote, or add [partners.tax.avalara]"
    );
}

#[test]
fn carriers_and_the_tax_provider_may_have_backups_and_need_none() {
    let plain = &load(SOUND).unwrap().flows[0].backend;
    assert_eq!((plain.tax.mode(), plain.carriers[0].mode()), (DegradedMode::Fail, DegradedMode::Fail));
    let doubled = SOUND
        .replace("tax: builtin", "tax: {account: builtin, backups: [remote], degraded: fallback}")
        .replace("[parcel]", "[{account: parcel, backups: [courier]}, courier]");
    let backend = &load(&doubled).unwrap().flows[0].backend;
    let named = |chain: &Chain| chain.accounts().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (named(&backend.tax), backend.tax.mode()),
        (vec!["builtin".into(), "remote".into()], DegradedMode::Fallback)
    );
    assert_eq!(
        backend.carriers.iter().map(named).collect::<Vec<_>>(),
        [vec!["parcel", "courier"], vec!["courier"]]
    );
}

#[test]
fn a_backup_that_dangles_repeats_or_contradicts_the_mode_is_refused() {
    let tax = |backups: &str| refused("tax: builtin", &format!("tax: {{account: builtin, {backups}}}"));
    assert_eq!(
        tax("backups: [avalara]"),
        "flows.yaml:15:37: backend.tax.backups[0]: the configuration has no account avalara that serves here; \
         use one of builtin, remote, or add [partners.tax.avalara]"
    );
    assert_eq!(
        tax("backups: [builtin]"),
        "flows.yaml:15:36: backend.tax.backups: builtin is named twice; name another account as the backup"
    );
    assert_eq!(
        tax("degraded: fallback"),
        "flows.yaml:15:37: backend.tax.degraded: there is nobody to fall back to; name backups, or write \
         degraded: fail"
    );
    assert_eq!(
        tax("backups: [remote], degraded: fail"),
        "flows.yaml:15:56: backend.tax.degraded: the backups would never be asked; remove them, or write \
         degraded: fallback"
    );
    assert_eq!(
        tax("degraded: estimate"),
        "flows.yaml:15:37: backend.tax.degraded: `estimate` is not known; use one of fail, fallback"
    );
    assert_eq!(
        refused("[parcel]", "[{backups: [courier]}]"),
        "flows.yaml:14:14: backend.carriers[0].account: missing; name the account that is asked first"
    );
    assert_eq!(
        refused("[parcel]", "[{account: parcel, backup: [courier]}]"),
        "flows.yaml:14:32: backend.carriers[0].backup: unknown key; remove it, or use one of account, backups, \
         degraded"
    );
}

#[test]
fn a_flow_without_a_gateway_is_refused() {
    let expected = "flows.yaml:13:13: backend.gateways: a flow without a gateway cannot take money; name the \
                    primary account of partners.gateways, then its backups";
    assert_eq!(refused("[primary, backup]", "[]"), expected);
    assert_eq!(
        refused("  gateways: [primary, backup]\n", ""),
        "flows.yaml:13:3: backend.gateways: missing; name the primary account of partners.gateways, then its \
         backups"
    );
    assert_eq!(
        refused("[primary, backup]", "[primary, primary]"),
        "flows.yaml:13:13: backend.gateways: primary is named twice; name another account as the backup"
    );
}

/// The sound document with these routing rules, a line each from line 14 on.
fn ruled(rules: &[&str]) -> Result<LoadedFlows, FlowsRefused> {
    let rules = rules.join("\n  - ");
    load(&SOUND.replace("  carriers:", &format!("  routing:\n  - {rules}\n  carriers:")))
}

/// What is warned of in the rules.
fn of_rules(loaded: &LoadedFlows) -> Vec<String> {
    let rules = loaded.warnings.iter().filter(|warning| warning.key.starts_with("backend.routing"));
    rules.map(ToString::to_string).collect()
}

/// What is said of the one rule.
fn unruly(rule: &str) -> String {
    ruled(&[rule]).unwrap_err().to_string()
}

#[test]
fn routing_rules_are_read_in_their_order() {
    let loaded = ruled(&[
        "{name: large, when: 'amount >= 50000 && currency == \"EUR\"', gateways: [backup]}",
        "{when: tender.bin.startsWith(\"4111\"), gateways: [backup, primary]}",
    ])
    .unwrap();
    assert_eq!(of_rules(&loaded), Vec::<String>::new());
    let rules = &loaded.flows[0].backend.routing;
    assert_eq!(rules[0].name.as_ref().map(RuleName::as_str), Some("large"));
    assert_eq!((rules[0].gateways.as_slice().len(), rules[1].gateways.as_slice().len()), (1, 2));
    assert_eq!((rules.len(), &rules[1].name), (2, &None));
}

#[test]
fn the_rules_that_are_shown_are_read_without_a_warning() {
    let page = include_str!("../../../docs/routing.md");
    let shown = page.split("```yaml\nbackend:\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let loaded = load(&SOUND.replace("  gateways: [primary, backup]\n", shown)).unwrap();
    assert_eq!((loaded.flows[0].backend.routing.len(), of_rules(&loaded)), (2, Vec::new()));
    let (_, ready) = READY_FLOWS[0];
    let loaded = load(&ready.replace("  # routing:", "  routing:").replace("  #   - ", "    - ")).unwrap();
    assert_eq!((loaded.flows[0].backend.routing.len(), of_rules(&loaded)), (2, Vec::new()));
}

#[test]
fn a_routing_rule_that_cannot_be_is_refused_where_it_stands() {
    for (rule, expected) in [
        (
            "{when: amont > 1, gateways: [backup]}",
            "15:12: backend.routing[0].when: amont is not known at character 1; use one of tender.method, \
             tender.network, tender.bin, amount, currency, country, store, channel, customer",
        ),
        (
            "{when: amount, gateways: [backup]}",
            "15:12: backend.routing[0].when: is a number and not a condition at character 1; compare it with \
             something, so that it is true or false",
        ),
        (
            "{when: amount > 49.90, gateways: [backup]}",
            "15:12: backend.routing[0].when: is a number with a fraction at character 10; write money in minor \
             units: 4990 for EUR 49.90",
        ),
        (
            "{when: amount >, gateways: [backup]}",
            "15:12: backend.routing[0].when: is no CEL at character 9: mismatched input '<EOF>'; write a CEL \
             condition such as amount >= 50000 && currency == \"EUR\"",
        ),
        (
            "{when: true, gateways: [backup]}",
            "15:12: backend.routing[0].when: is true or false, not text; put it in quotes",
        ),
        (
            "{when: amount > 1, gateways: [strip]}",
            "15:35: backend.routing[0].gateways[0]: the configuration has no account strip that serves here; use \
             one of backup, primary, or add [partners.gateways.strip]",
        ),
        (
            "{when: amount > 1}",
            "15:5: backend.routing[0].gateways: missing; name the primary account of partners.gateways, then its \
             backups",
        ),
        (
            "{gateways: [backup]}",
            "15:5: backend.routing[0].when: missing; write a CEL condition, such as when: amount >= 50000",
        ),
        (
            "{if: amount > 1, gateways: [backup]}",
            "15:5: backend.routing[0].when: missing; write a CEL condition, such as when: amount >= 50000\n\
             flows.yaml:15:6: backend.routing[0].if: unknown key; remove it, or use one of name, when, gateways",
        ),
    ] {
        assert_eq!(unruly(rule), format!("flows.yaml:{expected}"));
    }
    let long = format!("{{when: \"{}\", gateways: [backup]}}", "amount > 1 || ".repeat(80));
    assert_eq!(
        unruly(&long),
        "flows.yaml:15:12: backend.routing[0].when: is longer than 1024 bytes; spread it over several rules with \
         the same gateways"
    );
    let rule = "{name: a, when: amount > 1, gateways: [backup]}";
    assert_eq!(
        ruled(&[rule, "{name: a, when: amount > 2, gateways: [backup]}"]).unwrap_err().to_string(),
        "flows.yaml:16:12: backend.routing[1].name: a names another rule too; give each its own name"
    );
    assert_eq!(
        ruled(&["{when: amount > 1, gateways: [backup]}"; 65]).unwrap_err().to_string(),
        "flows.yaml:15:5: backend.routing: holds more than 64 rules; join rules with the same gateways, or give some \
         shoppers a flow of their own"
    );
}

#[test]
fn a_rule_that_does_nothing_is_warned_of_where_it_stands() {
    let loaded = ruled(&[
        "{when: 'amount > 1 && false', gateways: [backup]}",
        "{when: amount > 2, gateways: [backup]}",
        "{when: amount  >  2, gateways: [primary]}",
        "{when: 'has(tender.bin) || true', gateways: [backup]}",
        "{when: amount > 3, gateways: [primary]}",
    ]);
    assert_eq!(
        of_rules(&loaded.unwrap()),
        [
            "flows.yaml:15:12: backend.routing[0].when: this rule holds of no tender; correct it, or remove it",
            "flows.yaml:17:12: backend.routing[2].when: no tender gets to this rule: backend.routing[1] takes every one \
             that it is about; move it before that one, or remove it",
            "flows.yaml:19:12: backend.routing[4].when: no tender gets to this rule: backend.routing[3] takes every one \
             that it is about; move it before that one, or remove it",
        ]
    );
}

#[test]
fn collecting_without_a_place_to_collect_is_refused() {
    assert_eq!(
        refused("  identity: [guest]", "  identity: [guest]\n  click_and_collect: true"),
        "flows.yaml:14:3: backend.pickup: collecting is offered, but there is nowhere to collect; name an \
         account that knows the locations, or set frontend.click_and_collect to false"
    );
}

#[test]
fn values_are_refused_with_what_is_allowed() {
    let cases = [
        ("id: sound", "id: So und", "1:5: id: `So und` is not a flow id; use 1 to 64 of a-z, 0-9 and -"),
        (
            "version: 3",
            "version: 0",
            "2:10: version: 0 is out of bounds; write a whole number from 1 to 4294967295",
        ),
        (
            "[phone, tablet]",
            "[fridge]",
            "5:12: criteria.device[0]: `fridge` is not known; use one of phone, tablet, desktop, tv, kiosk, other",
        ),
        ("[phone, tablet]", "phone", "5:11: criteria.device: is text; write a list such as [one, two]"),
        (
            "[{currency: EUR, min: \"49.90\", max: 100}]",
            "20",
            "6:15: criteria.cart_total: is a whole number; write a list such as [{currency: EUR, min: \"20\"}], with \
             a min, a max or both",
        ),
        (
            "\"49.90\"",
            "49.90",
            "6:37: criteria.cart_total[0].min: is a number with a fraction; put it in quotes, such as \"49.90\"",
        ),
        (
            "\"49.90\"",
            "\"4.999\"",
            "6:37: criteria.cart_total[0].min: `4.999` is finer than EUR allows: 2 decimal places; write an \
             amount in whole units, such as \"49.90\"",
        ),
        (
            "\"2026-11-27T00:00:00+01:00\"",
            "2026-11-27",
            "7:18: criteria.dates[0].from: `2026-11-27` is not an instant; write it with its offset, such as \
             2026-11-27T00:00:00+01:00",
        ),
        (
            "[guest]",
            "[]",
            "11:13: frontend.identity: nobody can buy; name at least one of guest, registered, create_account",
        ),
        (
            "layout: one_page",
            "layout: 1",
            "9:11: interface.layout: is a whole number, not text; put it in quotes",
        ),
    ];
    for (from, to, expected) in cases {
        assert_eq!(refused(from, to), format!("flows.yaml:{expected}"));
    }
}

#[test]
fn every_mistake_of_a_file_is_shown_at_once_in_the_order_of_lines() {
    let text = SOUND.replace("version: 3", "version: x").replace("tax: builtin", "taxes: builtin");
    assert_eq!(
        load(&text).unwrap_err().to_string(),
        "flows.yaml:2:10: version: is text; write a whole number from 1 to 4294967295\n\
         flows.yaml:13:3: backend.tax: missing; name a tax provider of partners.tax\n\
         flows.yaml:15:3: backend.taxes: unknown key; remove it, or use one of gateways, routing, carriers, \
         pickup, tax, capture, action_window_seconds"
    );
}

#[test]
fn what_is_not_yaml_is_refused_at_its_place() {
    assert_eq!(
        load("id: a\nid: b\n").unwrap_err().to_string(),
        "flows.yaml:2:1: cannot be read as YAML: the key id is given twice; correct the text there"
    );
    assert_eq!(
        load("id: [a\n").unwrap_err().to_string(),
        "flows.yaml:1:5: cannot be read as YAML: unclosed bracket '['; correct the text there"
    );
    assert_eq!(
        load("# nothing\n").unwrap_err().to_string(),
        "flows.yaml: holds no flow; write a flow document in it"
    );
}

#[test]
fn the_same_version_of_a_flow_may_stand_only_once() {
    assert_eq!(
        load(&format!("{SOUND}---\n{SOUND}")).unwrap_err().to_string(),
        "flows.yaml:18:10: version: version 3 of sound also stands in flows.yaml:2:10; give one of them \
         another id or version"
    );
}

#[test]
fn rivals_and_forced_accounts_are_warned_of_where_they_stand() {
    let everyone = "id: everyone\nversion: 1\npriority: 5\ninterface: {layout: express}\n\
                    frontend: {identity: [registered]}\nbackend: {gateways: [primary], carriers: [parcel], tax: builtin}\n";
    let warnings = load(&format!("{SOUND}---\n{everyone}")).unwrap().warnings;
    let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "flows.yaml:21:22: frontend.identity: nobody can buy as a guest: this flow forces an account; add \
             guest, unless every buyer must have an account",
            "flows.yaml:3:11: priority: everyone has priority 5 too and can match the same shopper; it is \
             tried first only for its id; give one of the two another priority: the higher is tried first",
        ]
    );
}

#[test]
fn without_known_accounts_any_name_is_taken() {
    let source = Source { name: "a".to_owned(), text: SOUND.replace("backup", "elsewhere") };
    assert!(load_sources(&[source], None).is_ok());
}

proptest! {
    #[test]
    fn no_condition_panics_the_loader(condition in "(?s).{0,80}") {
        let quoted = format!("{{when: {condition:?}, gateways: [backup]}}");
        let _ = ruled(&[&quoted]);
    }

    #[test]
    fn no_text_panics_the_loader(text in "(?s).{0,120}") {
        let _ = load(&text);
    }

    #[test]
    fn no_damage_to_a_flow_panics_the_loader(
        which in 0..READY_FLOWS.len(),
        at in any::<prop::sample::Index>(),
        cut in 0usize..40,
        put in prop::sample::select(vec!["", ":", "- ", "[", "{", "&a", "*a", "!!int", "\t", "\u{0}", "?", "|", "\"", "é", "---\n", "<<: "]),
    ) {
        let letters: Vec<char> = READY_FLOWS[which].1.chars().collect();
        let at = at.index(letters.len());
        let after = letters.len().min(at + cut);
        let damaged: String =
            letters[..at].iter().copied().chain(put.chars()).chain(letters[after..].iter().copied()).collect();
        if let Err(refused) = load(&damaged) {
            prop_assert!(!refused.0.is_empty());
            for problem in refused.0 {
                prop_assert!(!problem.reason.is_empty() && !problem.remedy.is_empty(), "{}", problem);
            }
        }
    }
}

#[test]
fn an_option_that_no_carrier_of_the_flow_offers_is_warned_of_where_it_is_named() {
    let text = SOUND.replace("frontend:\n", "frontend:\n  delivery_options: [express, standard]\n");
    assert_ne!(text, SOUND);
    let source = [Source { name: "flows.yaml".to_owned(), text }];
    let warned = |offered: &[(&str, &[&str])]| -> Vec<String> {
        let options = offered.iter().map(|(account, codes)| {
            (account.parse().unwrap(), codes.iter().map(|code| (*code).to_owned()).collect())
        });
        let known = KnownAccounts { options: options.collect(), ..accounts() };
        let warnings = load_sources(&source, Some(&known)).unwrap().warnings;
        let told = warnings.iter().filter(|warning| warning.key == "frontend.delivery_options");
        told.map(ToString::to_string).collect()
    };
    assert_eq!(warned(&[("parcel", &["standard", "express"])]), Vec::<String>::new());
    assert_eq!(warned(&[("courier", &["express"])]), Vec::<String>::new(), "what parcel offers is not known");
    let [told] = warned(&[("parcel", &["paket", "standard"]), ("courier", &["express"])]).try_into().unwrap();
    assert!(told.starts_with("flows.yaml:"), "{told}");
    assert!(told.ends_with(
        "frontend.delivery_options: no carrier of the flow offers express, so that nobody is offered it; name one of \
         paket, standard, or give a carrier of the flow a method with this code"
    ), "{told}");
}
