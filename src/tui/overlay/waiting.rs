//! The list of what waits for the user's word. The rows are [`Shared::waiting`](crate::tui::shared::Shared).

use crate::tui::widget::list::ListState;

/// See the module.
#[derive(Debug, Default)]
pub struct WaitingList {
    /// Which one is selected.
    pub state: ListState,
    /// Those that were answered and are still in the list, with the answer.
    pub answered: Vec<(String, bool)>,
}

impl WaitingList {
    /// The answer that was given and is being carried out.
    pub fn answer(&self, id: &str) -> Option<bool> {
        self.answered.iter().find(|(answered, _)| answered == id).map(|(_, yes)| *yes)
    }
}
