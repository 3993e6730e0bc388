//! Changes bytes at random, the same way for the same seed, on any toolchain.

use fastrand::Rng;

/// No mutation is longer. Bytes.
const LONGEST: usize = 48 * 1024;

/// Makes new inputs of old ones.
pub struct Mutator<'a> {
    random: Rng,
    corpus: &'a [Vec<u8>],
    words: &'a [&'a str],
}

impl<'a> Mutator<'a> {
    /// Over a corpus and the words of a target. The same `seed` gives the same inputs.
    pub fn new(seed: u64, corpus: &'a [Vec<u8>], words: &'a [&'a str]) -> Mutator<'a> {
        Mutator { random: Rng::with_seed(seed), corpus, words }
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut bytes = self.any().to_vec();
        for _ in 0..self.random.usize(1..=6) {
            self.change(&mut bytes);
            bytes.truncate(LONGEST);
        }
        bytes
    }

    fn any(&mut self) -> &'a [u8] {
        self.random.choice(self.corpus).map_or(&[], Vec::as_slice)
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.random.usize(0..=bytes.len());
        let end = (at + self.random.usize(0..=16.min(bytes.len() - at))).min(bytes.len());
        match self.random.u8(0..14) {
            0 => drop(bytes.drain(at..end)),
            1 => bytes.truncate(at),
            2 if at < bytes.len() => bytes[at] ^= 1 << self.random.u8(0..8),
            3 if at < bytes.len() => bytes[at] = self.byte(),
            4 => bytes.insert(at, self.byte()),
            5 => drop(bytes.splice(at..end, self.number().into_bytes())),
            6 | 7 => drop(bytes.splice(at..at, self.word())),
            8 => drop(bytes.splice(at..end, self.word())),
            9 => {
                // The same thing over and over: depth, length and number have their limits.
                let piece = if self.random.bool() { self.word() } else { bytes[at..end].to_vec() };
                let times = [2, 10, 100, 1_500][self.random.usize(0..4)];
                let piece = &piece[..piece.len().min(LONGEST / times)];
                bytes.splice(at..at, piece.repeat(times));
            }
            10 => {
                let other = self.any();
                let from = self.random.usize(0..=other.len());
                bytes.splice(at.., other[from..].iter().copied());
            }
            11 => self.swap_lines(bytes),
            12 => drop(bytes.splice(at..at, "\u{202e}\u{1b}[2J\u{9b}".bytes())),
            _ => bytes.extend_from_slice(b"\r\n"),
        }
    }

    fn byte(&mut self) -> u8 {
        let telling = b"\0\t\n\r\x1b \"'()<>[]{}\\*%&+-=:;,.@#/0~\x7f\x80\x9b\xc3\xe2\xff";
        if self.random.bool() { self.random.u8(..) } else { telling[self.random.usize(0..telling.len())] }
    }

    fn number(&mut self) -> String {
        let telling = [0, 1, u64::from(u32::MAX), 1 << 32, i64::MAX as u64, u64::MAX, 400_000_000, 65_536];
        if self.random.bool() { self.random.u32(..).to_string() } else { telling[self.random.usize(0..8)].to_string() }
    }

    fn word(&mut self) -> Vec<u8> {
        self.random.choice(self.words).map_or_else(Vec::new, |word| word.as_bytes().to_vec())
    }

    fn swap_lines(&mut self, bytes: &mut Vec<u8>) {
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        if lines.len() > 1 {
            let (one, other) = (self.random.usize(0..lines.len()), self.random.usize(0..lines.len()));
            lines.swap(one, other);
            *bytes = lines.concat();
        }
    }
}
