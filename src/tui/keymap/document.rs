//! The table as `docs/keys.md` shows it.

use std::fmt::Write as _;

use super::{Binding, Context, bindings};

const HEAD: &str = "\
# Keys

Written by `cargo run --example keys > docs/keys.md`; do not edit. Each key runs an action that has a name: `?` lists those of the
screen, `:` runs any of them by its name. `n` is *news* wherever mail is, so the next match of a search is `>`.
";

/// All keys, in Markdown, a table for each place that has keys.
pub fn document() -> String {
    let mut text = HEAD.to_string();
    for context in Context::ALL {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## {}\n\n| keys | action | does |\n| --- | --- | --- |\n", context.title());
        for binding in bindings(context) {
            let _ = writeln!(text, "| {} | {} | {} |", keys(binding), binding.name, binding.words);
        }
    }
    text
}

fn keys(binding: &Binding) -> String {
    let keys: Vec<String> = binding.keys().map(|key| format!("`{key}`")).collect();
    keys.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_of_the_keys_is_fresh() {
        let written = include_str!("../../../docs/keys.md");
        assert_eq!(document(), written, "run: cargo run --example keys > docs/keys.md");
    }
}
