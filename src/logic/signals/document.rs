//! The table as `docs/signals.md` shows it.

use std::fmt::Write as _;

use super::table;

const HEAD: &str = "\
# Signals

What speaks for or against a message, and how much. Written by `cargo run --example signals > docs/signals.md`; do not edit.

The strengths times the weights add up to the log-odds of importance: at 0 a message by a person is as likely answered as not,
where half of the mail would be. `news` counts only for mail of a machine or a list: above 0 it speaks for news, below for bulk.

| signal | weight | news | sees |
| --- | ---: | ---: | --- |
";

/// All signals with their built-in weights, in Markdown.
pub fn document() -> String {
    let mut text = HEAD.to_string();
    for signal in table() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {} | {} | {} | {} |", signal.name, signal.weight, signal.news, signal.sees);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_of_the_signals_is_fresh() {
        let written = include_str!("../../../docs/signals.md");
        assert_eq!(document(), written, "run: cargo run --example signals > docs/signals.md");
    }
}
