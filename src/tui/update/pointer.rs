//! What the mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::screen::{Pointer, ScreenName};
use crate::tui::view;
use crate::tui::widget::list::Step;

/// Lines that one notch of the wheel moves in a text.
const NOTCH: usize = 3;

/// The mouse did something; whether something may look different now.
pub(super) fn point(model: &mut Model, event: MouseEvent) -> bool {
    let at = Position::new(event.column, event.row);
    let pointer = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
        MouseEventKind::ScrollUp => Pointer::WheelUp,
        MouseEventKind::ScrollDown => Pointer::WheelDown,
        _ => return false,
    };
    if let Some(mut top) = model.shared.overlays.pop() {
        let step = match pointer {
            Pointer::WheelUp => Some(Step::Up),
            Pointer::WheelDown => Some(Step::Down),
            Pointer::Click => None,
        };
        step.into_iter().for_each(|step| (0..NOTCH).for_each(|_| top.step(step, &model.shared)));
        model.shared.overlays.push(top);
        return step.is_some();
    }
    let areas = layout::areas(model.shared.size);
    if areas.top.contains(at) && pointer == Pointer::Click {
        let name = view::frame::screen_at(model, at.x);
        name.into_iter().for_each(|name: ScreenName| model.show(name));
    } else if areas.body.contains(at) {
        model.screen.state_mut().pointed(pointer, at, &mut model.shared);
    }
    true
}
