//! The program: reads its arguments, then opens the window or works headless.

fn main() {}
