//! Folders that are not open: the server tells of them by NOTIFY (RFC 5465), or is asked.

use super::command::{MAX_LINE, quote};
use super::response::{StatusRow, Untagged, all_done};
use super::session::Session;
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;
use crate::logic::printable::Printable;

/// STATUS commands that are under way at a time.
const IN_FLIGHT: usize = 8;

impl Session {
    /// Asks the server to tell of mail that comes into or leaves these folders, besides all changes in the open one; at
    /// each time, also in [`Session::idle`]. It holds as long as the connection, or until [`Pushed::overflow`]: after that
    /// nothing is told any more, of the open folder neither, before this is asked again.
    ///
    /// Whether the server does. If not, ask it by [`Session::poll`].
    ///
    /// [`Pushed::overflow`]: super::Pushed::overflow
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn notify(&mut self, folders: &[FolderName]) -> Result<bool, Fault> {
        let names: Vec<String> = folders.iter().map(|folder| quote(folder.wire())).collect();
        // Expunges are told when sequence numbers may change only, as without NOTIFY (section 6.2); IDLE is such a time.
        let command = format!(
            "NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange)) \
             (mailboxes ({}) (MessageNew MessageExpunge))",
            names.join(" ")
        );
        if !self.can_notify() || folders.is_empty() || command.len() > MAX_LINE {
            return Ok(false);
        }
        let done = self.exec(&command).await?.tagged.is_ok();
        self.ear.notify_fails = !done;
        self.ear.told_of = if done { folders.to_vec() } else { Vec::new() };
        Ok(done)
    }

    /// Whether the server has NOTIFY and has not refused it.
    pub fn can_notify(&self) -> bool {
        self.capabilities().has("NOTIFY") && !self.ear.notify_fails
    }

    /// The folders that the server tells of.
    pub fn told_of(&self) -> &[FolderName] {
        &self.ear.told_of
    }

    /// Asks how these folders are, in one round trip if the server has LIST-STATUS (RFC 5819), else in two; a row each, in
    /// their order. Of one that is open the answer may be old (RFC 9051, section 6.3.11).
    ///
    /// # Errors
    /// As [`Session::exec`]; when the server refuses or says nothing about one of them: what is missing is not empty.
    pub async fn poll(&mut self, folders: &[FolderName]) -> Result<Vec<StatusRow>, Fault> {
        let mut rows = self.list_status(folders).await?;
        let left: Vec<&FolderName> = folders.iter().filter(|folder| row_of(&rows, folder).is_none()).collect();
        rows.extend(self.status_of_each(&left).await?);
        let row = |folder: &FolderName| row_of(&rows, folder).cloned().ok_or_else(|| nothing_about(folder));
        folders.iter().map(row).collect()
    }

    /// The commands that ask what [`Session::poll`] does, to be sent together with others.
    pub fn polling(&self, folders: &[FolderName]) -> Vec<String> {
        match self.listing(folders) {
            Some(command) => vec![command],
            None => folders.iter().map(|folder| self.asking(folder)).collect(),
        }
    }

    /// What one LIST says of them: not of each, if the server spells a name in another way.
    async fn list_status(&mut self, folders: &[FolderName]) -> Result<Vec<StatusRow>, Fault> {
        let Some(command) = self.listing(folders) else { return Ok(Vec::new()) };
        let answer = self.exec(&command).await?.ok_or_fault("asking about the folders")?;
        Ok(answer.untagged.into_iter().filter_map(status_row).collect())
    }

    /// `None` where each has to be asked about by itself.
    fn listing(&self, folders: &[FolderName]) -> Option<String> {
        let can = self.capabilities().has("LIST-STATUS") && self.capabilities().has("LIST-EXTENDED");
        // A name with a wildcard in it would list others, too.
        let plain = folders.iter().filter(|folder| !folder.wire().contains(['*', '%']));
        let names: Vec<String> = plain.map(|folder| quote(folder.wire())).collect();
        let command = format!("LIST \"\" ({}) RETURN (STATUS ({}))", names.join(" "), self.status_items());
        (can && names.len() >= 2 && command.len() <= MAX_LINE).then_some(command)
    }

    fn asking(&self, folder: &FolderName) -> String {
        format!("STATUS {} ({})", quote(folder.wire()), self.status_items())
    }

    async fn status_of_each(&mut self, folders: &[&FolderName]) -> Result<Vec<StatusRow>, Fault> {
        let commands: Vec<String> = folders.iter().map(|folder| self.asking(folder)).collect();
        let mut pipeline = self.pipeline(commands, IN_FLIGHT)?;
        let mut rows = Vec::new();
        while let Some(item) = pipeline.next().await? {
            rows.extend(status_row(item));
        }
        all_done(&pipeline.ends(), "asking about the folders")?;
        if rows.len() == folders.len() {
            // In their order, so that it does not matter how the server spells the names.
            rows.iter_mut().zip(folders).for_each(|(row, folder)| row.folder = (*folder).clone());
        }
        Ok(rows)
    }
}

/// A row for each of these folders, in their order; `None` when one is missing.
pub fn polled(folders: &[FolderName], rows: &[StatusRow]) -> Option<Vec<StatusRow>> {
    folders.iter().map(|folder| row_of(rows, folder).cloned()).collect()
}

fn row_of<'r>(rows: &'r [StatusRow], folder: &FolderName) -> Option<&'r StatusRow> {
    rows.iter().rev().find(|row| row.folder == *folder)
}

fn status_row(item: Untagged) -> Option<StatusRow> {
    if let Untagged::Status(row) = item { Some(row) } else { None }
}

fn nothing_about(folder: &FolderName) -> Fault {
    let cause = format!("the server says nothing about the folder {}", Printable::new(folder.wire()));
    Fault::protocol(cause, "run `mailherd doctor`")
}
