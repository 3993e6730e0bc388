//! What keys do.

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use tui_input::backend::crossterm::EventHandler;

use crate::logic::engine::{Act, Request};
use crate::tui::effect::Effect;
use crate::tui::keymap::{self, Action, Context};
use crate::tui::model::Model;
use crate::tui::overlay::{self, Choice, Opened, Overlay, Prompt, Purpose, WaitingList};
use crate::tui::screen::{Screen, ScreenName};
use crate::tui::shared::{Asker, Outcome, Wish};
use crate::tui::widget::list::Step;

/// More keys than this are not held back: who types so far ahead does not look.
const AHEAD: usize = 64;

/// A key was pressed; whether something may look different now.
pub(super) fn press(model: &mut Model, event: KeyEvent) -> bool {
    if event.kind == KeyEventKind::Release {
        return false;
    }
    if must_wait(model, event) {
        if model.held.len() < AHEAD {
            model.held.push_back(event);
        }
        return false;
    }
    pressed(model, event);
    true
}

/// Presses what was held back, as far as its turn has come.
pub(super) fn press_held(model: &mut Model) {
    while let Some(event) = model.held.pop_front() {
        if is_about_selection(model, event) && model.screen.state().is_seeking() {
            return model.held.push_front(event);
        }
        pressed(model, event);
    }
}

/// Whether a key has to wait: for what is selected, or for a key that waits already.
fn must_wait(model: &Model, event: KeyEvent) -> bool {
    let leaves = matches!(keymap::action(model.context(), event), Some(Action::Quit | Action::Suspend | Action::Close));
    let turn = !model.held.is_empty() || (is_about_selection(model, event) && model.screen.state().is_seeking());
    turn && !leaves
}

/// Whether a key is about what is selected on the screen.
fn is_about_selection(model: &Model, event: KeyEvent) -> bool {
    let Some(action) = keymap::action(model.context(), event) else { return false };
    let elsewhere = matches!(
        action,
        Action::Undo | Action::Help | Action::Palette | Action::Filter | Action::Left | Action::Right | Action::Back
    );
    model.shared.overlays.is_empty() && !elsewhere && ScreenName::of(action).is_none()
}

fn pressed(model: &mut Model, event: KeyEvent) {
    if model.shared.toast.as_ref().is_some_and(|toast| toast.until.is_none()) {
        model.shared.toast = None;
    }
    let context = model.context();
    match keymap::action(context, event) {
        Some(action) => run(model, action),
        None if context.types() => edit(model, &Event::Key(event)),
        None => {}
    }
}

/// Pasted text is typed where text is typed, without its line breaks; elsewhere it would press keys, so it is nothing.
pub(super) fn paste(model: &mut Model, text: &str) -> bool {
    if !model.context().types() {
        return false;
    }
    for c in text.chars().filter(|c| !c.is_control()).take(1_000) {
        let key = KeyEvent::new(crossterm::event::KeyCode::Char(c), crossterm::event::KeyModifiers::NONE);
        edit(model, &Event::Key(key));
    }
    true
}

/// Runs an action, from wherever it comes: a key, the help, the palette.
pub(super) fn run(model: &mut Model, action: Action) {
    if let Err(hindrance) = model.can(action) {
        model.shared.say(hindrance);
        return;
    }
    if !general(model, action) && !on_overlay(model, action) {
        model.screen.state_mut().act(action, &mut model.shared);
    }
    if let Some(Wish::MailOf(category, filter)) = model.shared.wish.take() {
        model.show(ScreenName::Mail);
        if let Screen::Mail(mail) = &mut model.screen {
            mail.show_filtered(category, &filter, &mut model.shared);
        }
    }
}

/// Actions that are the same everywhere; `false` when it is none of them.
fn general(model: &mut Model, action: Action) -> bool {
    match action {
        Action::Quit => model.shared.effects.push(Effect::Quit),
        Action::Suspend => model.shared.effects.push(Effect::Suspend),
        Action::Redraw => model.shared.effects.push(Effect::Redraw),
        Action::Mouse => mouse(model),
        Action::Help => choose(model, Context::Help),
        Action::Palette => choose(model, Context::Palette),
        Action::Undo => model.shared.take_back(),
        Action::Waiting => {
            let mut list = WaitingList::default();
            list.state.select(0, model.shared.waiting.len() as u64);
            model.shared.lay(Overlay::Waiting(list));
        }
        Action::Check if model.screen.name() != ScreenName::Accounts => {
            let account = model.shared.account.clone();
            model.shared.perform(Act::Check { account });
            model.shared.say("looking at the server");
        }
        Action::NextAccount => {
            model.shared.turn_account();
            model.refresh();
        }
        Action::Close => {
            model.held.clear();
            close(model);
        }
        Action::Back => back(model),
        _ => match ScreenName::of(action) {
            Some(name) => model.show(name),
            None => return false,
        },
    }
    true
}

/// Actions on what lies on top of the screen; `false` when they are the screen's.
fn on_overlay(model: &mut Model, action: Action) -> bool {
    let Some(mut top) = model.shared.overlays.pop() else { return false };
    if let Some(step) = overlay::step(action) {
        top.step(step, &model.shared);
        model.shared.overlays.push(top);
        return true;
    }
    match (&mut top, action) {
        (Overlay::Choice(choice), Action::Accept) => {
            if let Some(action) = choice.selected() {
                run(model, action);
            }
            return true;
        }
        (Overlay::Question(asked), Action::Yes) => {
            let request = Request::Do(sure(asked.act.clone()));
            model.shared.ask_as(asked.ticket, Asker::Act, request);
            return true;
        }
        (Overlay::Question(asked), Action::No) => {
            super::answers::settle(model, asked.ticket, &Outcome::Dropped);
            return true;
        }
        (Overlay::Prompt(prompt), Action::Accept) => {
            finish(model, prompt);
            return true;
        }
        (Overlay::Waiting(list), Action::Yes | Action::No) => decide(model, list, action == Action::Yes),
        (Overlay::Opened(opened), Action::Search) => {
            let prompt = Prompt::new(Purpose::Search, &opened.search);
            model.shared.overlays.push(top);
            model.shared.overlays.push(Overlay::Prompt(prompt));
            return true;
        }
        (Overlay::Opened(opened), Action::SearchNext | Action::SearchPrevious) => {
            look(model, opened, action == Action::SearchPrevious);
        }
        // What acts on the message acts on the row that it was opened from.
        (Overlay::Why(_) | Overlay::Opened(_), _) => {
            let stays = matches!(action, Action::Widen | Action::Open | Action::Unsubscribe);
            if stays {
                model.shared.overlays.push(top);
            }
            return false;
        }
        _ => {}
    }
    model.shared.overlays.push(top);
    true
}

/// The same act, with the user's yes.
fn sure(mut act: Act) -> Act {
    match &mut act {
        Act::File { sure, .. } | Act::Order { sure, .. } | Act::Unsubscribe { sure, .. } => *sure = true,
        _ => {}
    }
    act
}

/// Answers the selected thing that waits, and goes to the next.
fn decide(model: &mut Model, list: &mut WaitingList, yes: bool) {
    let Some(row) = model.shared.waiting.get(list.state.selected() as usize) else { return };
    if list.answer(&row.id).is_some() {
        return;
    }
    let id = row.id.clone();
    list.answered.push((id.clone(), yes));
    model.shared.perform(Act::Decide { id, yes });
    list.state.step(Step::Down, model.shared.waiting.len() as u64);
}

fn look(model: &mut Model, opened: &mut Opened, backward: bool) {
    if opened.search.is_empty() {
        model.shared.say("search for something first: /");
    } else if !opened.reader.find(&opened.search, backward) {
        model.shared.say(format!("“{}” is not in this message", opened.search));
    }
}

/// A line was typed to its end.
fn finish(model: &mut Model, prompt: &Prompt) {
    let text = prompt.input.value();
    if let Some(Overlay::Opened(mut opened)) = model.shared.overlays.pop_if(|top| matches!(top, Overlay::Opened(_))) {
        text.clone_into(&mut opened.search);
        look(model, &mut opened, false);
        model.shared.overlays.push(Overlay::Opened(opened));
        return;
    }
    model.screen.state_mut().typed(prompt.purpose, text, true, &mut model.shared);
}

/// A key in a line that is being typed.
fn edit(model: &mut Model, event: &Event) {
    let changes = |input: &mut tui_input::Input| input.handle_event(event).is_some_and(|change| change.value);
    let whole = model.shared.overlays.len() == 1;
    let typed = match model.shared.overlays.last_mut() {
        Some(Overlay::Choice(choice)) => {
            if changes(&mut choice.input) {
                choice.narrow();
            }
            None
        }
        // What is typed over an opened message is its own.
        Some(Overlay::Prompt(prompt)) => {
            let changed = changes(&mut prompt.input) && whole;
            changed.then(|| (prompt.purpose, prompt.input.value().to_owned()))
        }
        _ => None,
    };
    if let Some((purpose, text)) = typed {
        model.screen.state_mut().typed(purpose, &text, false, &mut model.shared);
    }
}

fn mouse(model: &mut Model) {
    let shared = &mut model.shared;
    shared.mouse = !shared.mouse;
    shared.effects.push(Effect::Mouse(shared.mouse));
    shared.say(if shared.mouse { "the mouse clicks and scrolls" } else { "the mouse selects text; M takes it back" });
}

fn choose(model: &mut Model, context: Context) {
    let of = model.context();
    let choice = Choice::new(context, of, |action| model.can(action));
    model.shared.lay(Overlay::Choice(Box::new(choice)));
}

/// Esc: one level.
fn close(model: &mut Model) {
    model.shared.toast = None;
    match model.shared.overlays.pop() {
        Some(Overlay::Question(asked)) => super::answers::settle(model, asked.ticket, &Outcome::Dropped),
        Some(Overlay::Prompt(prompt)) if model.shared.overlays.is_empty() => {
            model.screen.state_mut().typed(prompt.purpose, &prompt.before, false, &mut model.shared);
        }
        Some(_) => {}
        None => {
            let screen = model.screen.state_mut();
            if !screen.close(&mut model.shared) && !model.behind.is_empty() {
                back(model);
            }
        }
    }
}

/// `q`: back, and out from the first screen.
fn back(model: &mut Model) {
    if !model.shared.overlays.is_empty() {
        return close(model);
    }
    match model.behind.pop() {
        Some(screen) => {
            model.screen = screen;
            model.arrive();
        }
        None => model.shared.effects.push(Effect::Quit),
    }
}
