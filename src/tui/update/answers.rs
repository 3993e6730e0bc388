//! What answers do.

use crate::logic::engine::{Act, Answer, Done, Reply, Request, Undo};
use crate::logic::fault::Fault;
use crate::tui::message::Ticket;
use crate::tui::model::Model;
use crate::tui::overlay::{Asked, Overlay};
use crate::tui::shared::{Asker, Outcome, Shared};
use crate::tui::toast::Toast;

/// An answer came; whether something may look different now.
pub(super) fn take(model: &mut Model, ticket: Ticket, answer: Answer) -> bool {
    let Some((asker, request)) = model.shared.answered(ticket) else { return false };
    match asker {
        Asker::Status => status(&mut model.shared, answer),
        Asker::Overlay => overlay(&mut model.shared, &request, &answer),
        Asker::Act => act(model, ticket, request, answer),
        Asker::TakingBack(done) => taken_back(model, ticket, done, answer),
        Asker::Screen(name) | Asker::Beside(name) => {
            let behind = model.behind.iter_mut().find(|screen| screen.name() == name);
            let screen = if model.screen.name() == name { Some(&mut model.screen) } else { behind };
            if let Some(screen) = screen {
                screen.state_mut().answered(ticket, request, answer, &mut model.shared);
            }
        }
    }
    let idle = !model.shared.is_waiting(&Asker::Screen(model.screen.name()));
    if model.stale && idle {
        model.refresh();
    }
    super::keys::press_held(model);
    true
}

/// Tells all screens how an act ended, and looks again at what is shown.
pub(super) fn settle(model: &mut Model, ticket: Ticket, outcome: &Outcome) {
    for screen in model.behind.iter_mut().chain([&mut model.screen]) {
        screen.state_mut().settled(ticket, outcome, &mut model.shared);
    }
    model.shared.ask(Asker::Status, Request::Waiting);
    model.refresh();
}

fn status(shared: &mut Shared, answer: Answer) {
    match answer {
        Ok(Reply::Health(health)) => shared.health = health,
        Ok(Reply::Waiting(waiting)) => {
            shared.waiting = waiting;
            let total = shared.waiting.len() as u64;
            for overlay in &mut shared.overlays {
                if let Overlay::Waiting(list) = overlay {
                    list.answered.retain(|(id, _)| shared.waiting.iter().any(|row| row.id == *id));
                    list.state.select(list.state.selected(), total);
                }
            }
            // Nothing is left to be said: back to the screen.
            if total == 0 {
                shared.overlays.retain(|overlay| !matches!(overlay, Overlay::Waiting(_)));
            }
        }
        Ok(_) => {}
        Err(fault) => shared.complain(&fault),
    }
}

fn overlay(shared: &mut Shared, request: &Request, answer: &Answer) {
    let mut overlays = std::mem::take(&mut shared.overlays);
    overlays.iter_mut().any(|overlay| overlay.answered(request, answer, shared));
    shared.overlays = overlays;
}

fn act(model: &mut Model, ticket: Ticket, request: Request, answer: Answer) {
    let Request::Do(act) = request else { return };
    match answer {
        Ok(Reply::Question(question)) => {
            let asked = Asked { question, act, ticket };
            model.shared.lay(Overlay::Question(asked));
        }
        Ok(Reply::Done(done)) => {
            let undone = matches!(act, Act::Undo(_));
            let undo = !undone && (!done.runs.is_empty() || !done.orders.is_empty());
            if !done.words.is_empty() || !done.failed.is_empty() {
                model.shared.toast = Some(Toast::done(&done, undo, model.shared.now));
            }
            if undo {
                model.shared.done.push(done.clone());
            }
            forget(&mut model.shared, &act);
            settle(model, ticket, &Outcome::Done(done));
        }
        Ok(_) => {}
        Err(fault) => refused(model, ticket, fault),
    }
}

/// What History took back needs not be taken back by `u` too.
fn forget(shared: &mut Shared, act: &Act) {
    if let Act::Undo(Undo::Run(run)) = act {
        shared.done.retain(|done| done.runs != [*run]);
    }
}

fn taken_back(model: &mut Model, ticket: Ticket, last: Done, answer: Answer) {
    match answer {
        Ok(Reply::Done(done)) => {
            model.shared.toast = Some(Toast::done(&done, false, model.shared.now));
            settle(model, ticket, &Outcome::Done(done));
        }
        Ok(_) => {}
        Err(fault) => {
            model.shared.done.push(last);
            refused(model, ticket, fault);
        }
    }
}

fn refused(model: &mut Model, ticket: Ticket, fault: Fault) {
    model.shared.complain(&fault);
    settle(model, ticket, &Outcome::Refused(fault));
}
