#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| diffuscope_fuzz::run("lesson", data));
