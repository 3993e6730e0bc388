#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mailherd::fuzz::run("tokens", bytes));
