//! The mail of a category.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text::{self, Line, pieces};
use crate::logic::engine::{MailRow, ShelfCount, Width};
use crate::logic::ids::Category;
use crate::logic::printable::Printable;
use crate::tui::screen::mail::{Mail, TABS, areas};
use crate::tui::shared::Shared;
use crate::tui::theme::{Tone, letter};
use crate::tui::widget::cells;
use crate::tui::widget::list;
use crate::tui::widget::table::{Column, Layout};
use crate::tui::words;

const COLUMNS: [Column; 5] = [
    Column::words("", 2, 2, 0),
    Column::words("from", 12, 24, 2),
    Column::words("subject", 12, u16::MAX, 1),
    Column::words("account", 6, 10, 5),
    Column::numbers("", 6, 3),
];

/// Draws it.
pub fn draw(mail: &Mail, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let areas = areas(shared.size, mail.pane);
    if area.is_empty() {
        return;
    }
    tabs(mail, shared, buffer, areas.tabs);
    if mail.window.total() == 0 {
        return empty(mail, shared, buffer, areas.list);
    }
    rows(mail, shared, buffer, areas.list);
    let border = areas.border;
    let symbol = if border.width == 1 { "│" } else { "─" };
    for position in border.positions() {
        buffer[position].set_symbol(symbol).set_style(shared.theme.style(Tone::Border));
    }
    if !areas.pane.is_empty() {
        pane(mail, shared, buffer, areas.pane);
    }
}

/// The tab whose name stands in this column.
pub fn tab_at(mail: &Mail, shared: &Shared, column: u16) -> Option<Category> {
    let mut end = 0;
    for (category, text) in tab_texts(mail, shared) {
        end += cells::width(&text) as u16;
        if column < end {
            return Some(category);
        }
    }
    None
}

/// What is chosen, or how far the next order reaches: said in the status line.
pub fn chosen(mail: &Mail) -> Option<String> {
    let marked = mail.marks.len() as u64;
    let marks = if mail.is_collecting() {
        Some("marking …".to_owned())
    } else if mail.range.is_some() {
        let (start, end) = (mail.range.unwrap_or(0), mail.list.selected());
        Some(format!("range of {}: v ends it", words::count(start.abs_diff(end) + 1)))
    } else {
        (marked > 0).then(|| format!("{} marked", words::count(marked)))
    };
    let reach = (mail.width != Width::Natural).then(|| format!("an order for {}", mail.reach()));
    let parts: Vec<String> = [marks, reach].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn name(category: Category) -> &'static str {
    match category {
        Category::Top => "Top",
        Category::Inbox => "Inbox",
        Category::News => "News",
        Category::Bulk => "Bulk",
        Category::Blackhole => "Blackhole",
    }
}

/// On a narrow terminal only the tab that is shown has its whole name.
fn tab_texts(mail: &Mail, shared: &Shared) -> Vec<(Category, String)> {
    let wide = shared.size.width >= 60;
    let text = |category: Category| {
        let unread = mail.shelves.iter().find(|shelf| shelf.category == category).map_or(0, |shelf| shelf.unread);
        let count = if unread > 0 { format!(" {}", words::count(unread)) } else { String::new() };
        let whole = wide || category == mail.category;
        let name = if whole { name(category).to_owned() } else { letter(category).to_uppercase() };
        (category, format!(" {name}{count} "))
    };
    TABS.into_iter().map(text).collect()
}

fn tabs(mail: &Mail, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let mut line = Line::new(buffer, &shared.theme, area);
    for (category, text) in tab_texts(mail, shared) {
        let style = shared.theme.style(Tone::Category(category));
        let here = category == mail.category;
        line.styled(&text, if here { style.patch(shared.theme.style(Tone::Selected)) } else { style });
    }
    if !mail.filter.is_empty() {
        line.write(" \\", Tone::Key).write(Printable::new(&mail.filter).as_str(), Tone::Match);
    }
    if mail.window.is_known() {
        let total = mail.window.total();
        line.right(&format!("{} ", words::plural(total, "message", "messages")), Tone::Dim);
    }
}

fn rows(mail: &Mail, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let mut columns = COLUMNS;
    if !shared.several() || shared.account.is_some() {
        // One account needs no column.
        columns[3] = Column::words("", u16::MAX, u16::MAX, 9);
    }
    let total = mail.window.total();
    // The scroll bar takes a column where there is one.
    let width = area.width - u16::from(total > u64::from(area.height));
    let layout = Layout::new(&columns, width);
    list::draw(buffer, area, &shared.theme, (&mail.list, total), true, |buffer, line, place, _look| {
        match mail.window.get(place) {
            Some(row) => self::row(mail, shared, &layout, buffer, line, place, row),
            None => {
                layout.draw(buffer, line, 2, "…", shared.theme.style(Tone::Dim));
            }
        }
    });
}

fn row(mail: &Mail, shared: &Shared, layout: &Layout, buffer: &mut Buffer, line: Rect, place: u64, row: &MailRow) {
    let theme = &shared.theme;
    let marked = mail.marks.holds(&row.key) || mail.in_range(place);
    let leaving = mail.leaving.get(&row.key);
    let tone = match leaving {
        Some(_) => Tone::Dim,
        None if marked => Tone::Marked,
        None if !row.flags.seen => Tone::Unread,
        None => Tone::Plain,
    };
    let style = theme.style(tone);
    let mark = if marked { "✓" } else { " " };
    layout.draw(buffer, line, 0, &format!("{mark}{}", sign(row)), style);
    let sender = if row.name.is_empty() { &row.address } else { &row.name };
    layout.draw(buffer, line, 1, Printable::new(sender).as_str(), style);
    let subject = Printable::new(&row.subject);
    match leaving {
        Some((_, category)) => {
            let text = format!("→ {} {subject}", category.word());
            layout.draw(buffer, line, 2, &text, style);
        }
        None => layout.draw(buffer, line, 2, subject.as_str(), style),
    }
    layout.draw(buffer, line, 3, Printable::new(&row.key.account).as_str(), theme.style(Tone::Dim));
    layout.draw(buffer, line, 4, &words::age(shared.now, row.at, &shared.zone), theme.style(Tone::Dim));
}

/// One glyph for what matters most of the flags.
fn sign(row: &MailRow) -> &'static str {
    match row.flags {
        flags if flags.flagged => "!",
        flags if flags.answered => "↩",
        flags if !flags.seen => "•",
        _ => " ",
    }
}

fn pane(mail: &Mail, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let Some(row) = mail.selected() else { return };
    match mail.why.as_ref().filter(|why| why.key == row.key) {
        Some(why) => pieces(buffer, &shared.theme, area, why.reader.visible()),
        None => {
            let line = |y| Rect { y: area.y + y, height: 1, ..area }.intersection(area);
            let sender = if row.name.is_empty() {
                Printable::new(&row.address).to_string()
            } else {
                Printable::new(&format!("{} <{}>", row.name, row.address)).to_string()
            };
            Line::new(buffer, &shared.theme, line(0)).write("From      ", Tone::Dim).write(&sender, Tone::Plain);
            let subject = Printable::new(&row.subject);
            Line::new(buffer, &shared.theme, line(1))
                .write("Subject   ", Tone::Dim)
                .write(subject.as_str(), Tone::Plain);
            Line::new(buffer, &shared.theme, line(3)).write("asking why …", Tone::Dim);
        }
    }
}

/// What is true, and which key comes next.
fn empty(mail: &Mail, shared: &Shared, buffer: &mut Buffer, area: Rect) {
    let (text, next) = if !mail.window.is_known() {
        ("reading …".to_owned(), String::new())
    } else if !mail.filter.is_empty() {
        let filter = Printable::new(&mail.filter);
        (format!("No mail in {} holds “{filter}”.", name(mail.category)), "Esc shows all of it again.".to_owned())
    } else {
        nothing(mail.category, shelf(mail, Category::Inbox))
    };
    text::empty(buffer, &shared.theme, area, &text, &next);
}

fn shelf(mail: &Mail, category: Category) -> Option<&ShelfCount> {
    mail.shelves.iter().find(|shelf| shelf.category == category)
}

fn nothing(category: Category, inbox: Option<&ShelfCount>) -> (String, String) {
    let in_inbox = inbox.is_some_and(|shelf| shelf.total > 0);
    let back = if in_inbox { "h goes back to the inbox." } else { "h and l go to the other categories." };
    match category {
        Category::Inbox => (
            "The inbox is empty.".into(),
            "What was filed is in the other tabs: l goes to the next one, 3 shows what was done.".into(),
        ),
        Category::Top => ("Nothing from people you talk with.".into(), format!("t puts mail here. {back}")),
        Category::News => ("No newsletters or lists.".into(), format!("n puts mail here. {back}")),
        Category::Bulk => ("No automated or mass mail.".into(), format!("b puts mail here. {back}")),
        Category::Blackhole => {
            ("Nobody is banished.".into(), format!("x on a message banishes its sender; u takes it back. {back}"))
        }
    }
}
