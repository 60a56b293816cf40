#![no_main]

#[path = "../../tests/support/stand_ins.rs"]
mod stand_ins;
#[path = "../targets/requests.rs"]
mod target;
#[path = "../../tests/it/placing/till.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod till;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| target::run(bytes));
