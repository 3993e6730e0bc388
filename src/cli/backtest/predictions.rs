//! The file of predictions: one line of JSON a received message, in the order in which they came.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::backtest::Prediction;
use crate::logic::fault::Fault;
use crate::logic::ids::MessageId;

/// Where predictions go, if anywhere.
pub(super) struct Predictions(Option<(BufWriter<File>, PathBuf)>);

impl Predictions {
    /// Makes the file, for its owner only: it says who writes to whom. One that exists is overwritten.
    pub(super) fn create(path: Option<&Path>) -> Result<Predictions, Fault> {
        let Some(path) = path else { return Ok(Predictions(None)) };
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let file = file.map_err(|error| fault(path, &error))?;
        Ok(Predictions(Some((BufWriter::new(file), path.to_owned()))))
    }

    /// Writes the contract's line.
    pub(super) fn write(&mut self, prediction: &Prediction, path: &str) -> Result<(), Fault> {
        let Some((file, name)) = &mut self.0 else { return Ok(()) };
        let line = json!({
            "message_id": prediction.message_id.as_ref().map(MessageId::as_str),
            "category": prediction.category,
            "importance": prediction.importance,
            "path": path,
        });
        writeln!(file, "{line}").map_err(|error| fault(name, &error))
    }

    /// Writes out what is left.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let Some((mut file, name)) = self.0 else { return Ok(()) };
        file.flush().map_err(|error| fault(&name, &error))
    }
}

fn fault(path: &Path, error: &std::io::Error) -> Fault {
    let cause = format!("cannot write the predictions to {}: {error}", path.display());
    Fault::local(cause, "give --predictions a file in a directory where you may write")
}
