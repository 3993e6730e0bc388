//! Both ends of the control socket over plain bytes, for the fuzz targets.

use futures_util::FutureExt as _;

use super::line::{Lines, Next};
use super::{LONGEST_REPLY, LONGEST_REQUEST, Said, client, server};
use crate::logic::fault::Fault;

/// What a client is told who says these bytes: of each line that was not understood, why.
pub(crate) fn client_says(bytes: &[u8]) -> Vec<Fault> {
    let lines = lines(bytes, LONGEST_REQUEST);
    let read = lines.iter().filter_map(|line| match server::read(line) {
        Ok(said) => {
            assert_says_the_same(&said);
            None
        }
        Err((_, fault)) => Some(fault),
    });
    read.collect()
}

/// A face that waits for the answer to its question number 7 hears these bytes.
pub(crate) fn daemon_says(bytes: &[u8]) {
    let answers = client::hears(&lines(bytes, LONGEST_REPLY), 7);
    assert!(answers <= 1, "one question has one answer");
}

/// What was understood is understood the same again: nothing is kept that could not be said.
fn assert_says_the_same(said: &Said) {
    let again = super::line::line(said).expect("what was read can be said");
    let heard = server::read(again.trim_end().as_bytes()).expect("what was said is understood");
    assert_eq!((heard.id, &heard.ask, heard.listen), (said.id, &said.ask, said.listen));
}

fn lines(bytes: &[u8], longest: usize) -> Vec<Vec<u8>> {
    let mut lines = Lines::new(bytes, longest);
    let mut all = Vec::new();
    while let Some(Ok(next)) = lines.next().now_or_never() {
        match next {
            Next::Line(line) => all.push(line),
            Next::TooLong => {}
            Next::End => break,
        }
    }
    all
}
