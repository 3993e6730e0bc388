//! The terminal: taken over, and given back whatever happens.

use std::io::{self, IsTerminal, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};
use std::thread::ThreadId;

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, terminal as raw};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};

use crate::logic::fault::Fault;

/// Whether the terminal is ours at the moment.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The thread that draws. A panic in any other one must not be written over the screen: it is caught there and told as a fault.
static DRAWS: Mutex<Option<ThreadId>> = Mutex::new(None);

/// See the module.
pub struct Terminal {
    screen: ratatui::Terminal<CrosstermBackend<Stdout>>,
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When standard input or output is none.
    pub fn open() -> Result<Terminal, Fault> {
        if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
            return Err(Fault::usage(
                "the terminal UI needs a terminal",
                "`mailherd --help` lists commands for scripts",
            ));
        }
        give_back_on_panic();
        let screen = ratatui::Terminal::new(CrosstermBackend::new(io::stdout()))
            .map_err(|error| trouble("cannot use the terminal", &error))?;
        let terminal = Terminal { screen, mouse: true };
        terminal.take()?;
        Ok(terminal)
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal does not say.
    pub fn size(&self) -> Result<Size, Fault> {
        self.screen.size().map_err(|error| trouble("cannot ask the terminal for its size", &error))
    }

    /// Draws a frame; `view` says where the cursor is, if anything is typed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Buffer) -> Option<Position>) -> Result<(), Fault> {
        let drawn = self.screen.draw(|frame| {
            if let Some(cursor) = view(frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        });
        drawn.map(|_| ()).map_err(|error| trouble("cannot draw", &error))
    }

    /// The next frame is drawn whole.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn clear(&mut self) -> Result<(), Fault> {
        // Not `Terminal::clear`: it asks the terminal where the cursor is, and the answer would be read as keys.
        let whole = ratatui::layout::Rect::from((Position::ORIGIN, self.size()?));
        self.screen.resize(whole).map_err(|error| trouble("cannot draw", &error))
    }

    /// Listens to the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn listen_to_mouse(&mut self, on: bool) -> Result<(), Fault> {
        self.mouse = on;
        let done =
            if on { execute!(io::stdout(), EnableMouseCapture) } else { execute!(io::stdout(), DisableMouseCapture) };
        done.map_err(|error| trouble("cannot ask for the mouse", &error))
    }

    /// Gives the terminal back and stops this process group, as Ctrl-z does in any other program; takes it again when the shell wakes
    /// us.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&mut self) -> Result<(), Fault> {
        give_back();
        // To the whole group, as the terminal's own driver does it: a shell waits for all of a job.
        let stopped = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
        stopped.map_err(|error| trouble("cannot stop", &error.into()))?;
        self.take()?;
        self.clear()
    }

    fn take(&self) -> Result<(), Fault> {
        *DRAWS.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(std::thread::current().id());
        TAKEN.store(true, Ordering::SeqCst);
        let take = || -> io::Result<()> {
            raw::enable_raw_mode()?;
            execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
            if self.mouse { execute!(io::stdout(), EnableMouseCapture) } else { Ok(()) }
        };
        take().map_err(|error| {
            give_back();
            trouble("cannot use the terminal", &error)
        })
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// As it was before. Does nothing the second time.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nobody is left to be told that it failed.
    let _ = execute!(io::stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, cursor::Show);
    let _ = raw::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// A panic of the thread that draws gives the terminal back before its message is written. Of other threads (the engine catches its own)
/// nothing is written while the screen is ours.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let write = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let drawing = *DRAWS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let ours = drawing == Some(std::thread::current().id());
            if ours {
                give_back();
            }
            if ours || !TAKEN.load(Ordering::SeqCst) {
                write(panic);
            }
        }));
    });
}

pub(in crate::tui) fn trouble(what: &str, error: &io::Error) -> Fault {
    Fault::local(format!("{what}: {error}"), "is this a terminal, and is it still there?")
}
