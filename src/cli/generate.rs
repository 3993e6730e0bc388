//! `mailherd completions` and `mailherd man`: made from the same table as the help.

use clap::CommandFactory;

use super::args::{Cli, Completions};
use super::face::Face;
use crate::logic::fault::Fault;

pub(super) fn completions(face: &mut Face, args: &Completions) -> Result<Vec<Fault>, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "mailherd", &mut script);
    face.out().line(String::from_utf8_lossy(&script).trim_end());
    Ok(Vec::new())
}

pub(super) fn manual(face: &mut Face) -> Result<Vec<Fault>, Fault> {
    let mut page = Vec::new();
    let render = |page: &mut Vec<u8>| -> std::io::Result<()> {
        let mut overview = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut overview)?;
        let mut overview = String::from_utf8_lossy(&overview).into_owned();
        let mut command = Cli::command();
        command.build();
        let subs = || command.get_subcommands().filter(|sub| !sub.is_hide_set());
        for name in subs().map(clap::Command::get_name) {
            // A page of its own is what clap_mangen names here, and there is none: it is a section below.
            overview = overview.replace(&format!("\nmailherd\\-{name}(1)\n"), &format!("\n\\fB{name}\\fR\n"));
        }
        page.extend_from_slice(overview.as_bytes());
        for sub in subs() {
            section(page, sub, sub.get_name())?;
            for inner in sub.get_subcommands().filter(|inner| !inner.is_hide_set()) {
                section(page, inner, &format!("{} {}", sub.get_name(), inner.get_name()))?;
            }
        }
        Ok(())
    };
    render(&mut page)
        .map_err(|error| Fault::local(format!("the manual page could not be made: {error}"), "report this"))?;
    face.out().line(String::from_utf8_lossy(&page).trim_end());
    Ok(Vec::new())
}

/// A command, with its words, as a section of the page.
fn section(page: &mut Vec<u8>, command: &clap::Command, name: &str) -> std::io::Result<()> {
    let mut text = Vec::new();
    let man = clap_mangen::Man::new(command.clone());
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    page.extend_from_slice(format!(".SH COMMAND {}\n", name.to_uppercase()).as_bytes());
    let text = String::from_utf8_lossy(&text).replace("\n.SH ", "\n.SS ").replacen(".SH ", ".SS ", 1);
    page.extend_from_slice(text.as_bytes());
    Ok(())
}
