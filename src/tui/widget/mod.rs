//! What the screens are drawn with. A widget gets what it shows and a [`Theme`](super::theme::Theme), and reads nothing else.

pub mod bars;
pub mod cells;
pub mod gauge;
pub mod list;
pub mod sparkline;
pub mod table;
