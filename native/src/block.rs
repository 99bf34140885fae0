//! A block of whole lines as rows of term numbers: each distinct token is read once.

use crate::scan::{find, hash};
use crate::terms::{is_iri, is_label, is_suffix, is_text, unescape, BLANK, IRI, LITERAL};
use std::mem::take;

const REFUSED: u32 = u32::MAX;
const EMPTY: u64 = u64::MAX;
const FIRST_SLOTS: usize = 1 << 15;
const MOST_GROUPS: usize = 256;

/// The terms with one kind and, for literals, one way to write what follows the last quote.
#[derive(Default)]
pub struct Group {
    pub kind: u8,
    pub suffix: Vec<u8>,
    /// Where each form starts in `data`, and where the last one ends.
    pub offsets: Vec<i32>,
    pub data: Vec<u8>,
}

/// What a block says. Numbers of terms count through `groups` in their order.
///
/// The memory of one that is no longer needed serves for the next: `read` begins by clearing it.
#[derive(Default)]
pub struct Reading {
    pub groups: Vec<Group>,
    pub spo: Vec<u32>,
    pub graphs: Vec<u32>,
    pub odd: Vec<u32>,
    pub n_lines: usize,
    slots: Vec<u64>,
    tokens: Vec<Token>,
    spare: Vec<Group>,
}

pub const NO_GRAPH: u32 = u32::MAX - 1;

struct Token {
    start: u32,
    size: u32,
    hash: u64,
    group: u32,
    number: u32,
}

struct Tokens<'a> {
    data: &'a [u8],
    scope: &'a [u8],
    seed: u64,
    slots: Vec<u64>,
    tokens: Vec<Token>,
    groups: Vec<Group>,
    spare: Vec<Group>,
}

/// Read a block; `data` ends with a line end. Blank nodes get `scope` before their labels.
pub fn read(data: &[u8], scope: &[u8], quads: bool, seed: u64, found: &mut Reading) {
    let mut tokens = Tokens::new(data, scope, seed, found);
    let mut last = (0..0, REFUSED);
    let mut start = 0;
    while start < data.len() {
        match tokens.row(start, quads, &mut last) {
            Some(([subject, predicate, object, graph], end)) => {
                found.spo.extend_from_slice(&[subject, predicate, object]);
                if graph != NO_GRAPH && found.graphs.is_empty() {
                    found.graphs.resize(found.spo.len() / 3 - 1, NO_GRAPH);
                    found.graphs.push(graph);
                } else if !found.graphs.is_empty() {
                    found.graphs.push(graph);
                }
                start = end;
            }
            None => {
                found.odd.push(found.n_lines as u32);
                start += find(&data[start..], [b'\n']).map_or(data.len(), |at| at + 1);
            }
        }
        found.n_lines += 1;
    }
    tokens.number(found);
}

impl<'a> Tokens<'a> {
    fn new(data: &'a [u8], scope: &'a [u8], seed: u64, into: &mut Reading) -> Self {
        into.n_lines = 0;
        into.spo.clear();
        into.graphs.clear();
        into.odd.clear();
        into.tokens.clear();
        into.slots.clear();
        into.slots.resize(FIRST_SLOTS, EMPTY);
        into.spare.append(&mut into.groups);
        let mut made = Tokens {
            data,
            scope,
            seed,
            slots: take(&mut into.slots),
            tokens: take(&mut into.tokens),
            groups: take(&mut into.groups),
            spare: take(&mut into.spare),
        };
        made.open(IRI, b"");
        made.open(BLANK, b"");
        made
    }

    /// Begin a group, in memory that served for one with the same place before.
    fn open(&mut self, kind: u8, suffix: &[u8]) {
        let place = self.groups.len().min(self.spare.len().saturating_sub(1));
        let mut group = match self.spare.is_empty() {
            true => Group::default(),
            false => self.spare.remove(place),
        };
        group.begin(kind, suffix);
        self.groups.push(group);
    }

    /// The tokens of the line at `start`: subject, predicate, object, graph; and where the next
    /// line starts. None where the line isn't plain. `last` is the subject of a line before.
    #[inline(always)]
    fn row(
        &mut self,
        start: usize,
        quads: bool,
        last: &mut (std::ops::Range<usize>, u32),
    ) -> Option<([u32; 4], usize)> {
        let line = &self.data[start..];
        let before = &self.data[last.0.clone()];
        let (subject, at) = if !before.is_empty()
            && line.starts_with(before)
            && matches!(line.get(before.len()), Some(b' ' | b'\t'))
        {
            (last.1, before.len())
        } else {
            let size = node_size(line)?;
            let subject = self.intern(start, size, 0)?;
            *last = (start..start + size, subject);
            (subject, size)
        };
        let at = behind_separator(line, at)?;
        if line.get(at) != Some(&b'<') {
            return None;
        }
        let size = node_size(&line[at..])?;
        let predicate = self.intern(start + at, size, 0)?;
        let at = behind_separator(line, at + size)?;
        let rest = &line[at..];
        let (quote, size) = match rest.first() {
            Some(b'"') => literal_size(rest)?,
            _ => (0, node_size(rest)?),
        };
        let object = self.intern(start + at, size, quote)?;
        let mut at = behind_separator(line, at + size)?;
        let mut graph = NO_GRAPH;
        if quads && line.get(at) != Some(&b'.') {
            let size = node_size(&line[at..])?;
            graph = self.intern(start + at, size, 0)?;
            at = behind_separator(line, at + size)?;
        }
        let size = match &line[at..] {
            [b'.', b'\n', ..] => 2,
            [b'.', b'\r', b'\n', ..] => 3,
            _ => return None,
        };
        Some(([subject, predicate, object, graph], start + at + size))
    }

    /// The number of a token, which is read where it is new; None where it isn't plain. `quote` is
    /// the place of a literal's last quote, and 0 for other tokens.
    #[inline(always)]
    fn intern(&mut self, start: usize, size: usize, quote: usize) -> Option<u32> {
        let text = &self.data[start..start + size];
        let hash = hash(text, self.seed);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let held = self.slots[slot];
            if held == EMPTY {
                break;
            }
            if (held ^ hash) >> 32 == 0 {
                let token = &self.tokens[held as u32 as usize];
                let other = token.start as usize..token.start as usize + token.size as usize;
                if &self.data[other] == text {
                    return (token.group != REFUSED).then_some(held as u32);
                }
            }
            slot = (slot + 1) & mask;
        }
        let number = self.tokens.len() as u32;
        self.slots[slot] = hash >> 32 << 32 | u64::from(number);
        let group = self.term(start, size, quote);
        self.tokens.push(Token {
            start: start as u32,
            size: size as u32,
            hash,
            group: group.unwrap_or(REFUSED),
            number: group.map_or(0, |group| self.groups[group as usize].len() as u32 - 1),
        });
        if self.tokens.len() * 2 > self.slots.len() {
            self.grow();
        }
        group.map(|_| number)
    }

    #[cold]
    fn grow(&mut self) {
        let mask = self.slots.len() * 4 - 1;
        self.slots.clear();
        self.slots.resize(mask + 1, EMPTY);
        for (number, token) in self.tokens.iter().enumerate() {
            let mut slot = token.hash as usize & mask;
            while self.slots[slot] != EMPTY {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = token.hash >> 32 << 32 | number as u64;
        }
    }

    /// Add the term that a new token writes to its group.
    fn term(&mut self, start: usize, size: usize, quote: usize) -> Option<u32> {
        let text = &self.data[start..start + size];
        if quote > 0 {
            return self.literal(&text[1..quote], &text[quote..]);
        }
        let (group, scope, name, fine) = if text[0] == b'<' {
            let name = &text[1..size - 1];
            (0, &self.scope[..0], name, is_iri(name))
        } else {
            let name = &text[2..];
            (1, self.scope, name, is_label(name))
        };
        if !fine {
            return None;
        }
        let group_ = &mut self.groups[group as usize];
        group_.data.extend_from_slice(scope);
        group_.data.extend_from_slice(name);
        group_.close()?;
        Some(group)
    }

    fn literal(&mut self, form: &[u8], suffix: &[u8]) -> Option<u32> {
        if !is_suffix(suffix) || !is_text(form) {
            return None;
        }
        let known = self.groups[2..].iter().position(|g| g.suffix == suffix);
        let group = match known {
            Some(at) => at + 2,
            None => {
                if self.groups.len() == MOST_GROUPS {
                    return None;
                }
                self.open(LITERAL, suffix);
                self.groups.len() - 1
            }
        };
        let into = &mut self.groups[group];
        let before = into.data.len();
        if !unescape(form, &mut into.data) {
            into.data.truncate(before);
            return None;
        }
        into.close()?;
        Some(group as u32)
    }

    /// Turn numbers of tokens into numbers of terms, which count through the groups.
    fn number(self, found: &mut Reading) {
        let mut first = Vec::with_capacity(self.groups.len());
        let mut count = 0u32;
        for group in &self.groups {
            first.push(count);
            count += group.len() as u32;
        }
        let terms: Vec<u32> = self
            .tokens
            .iter()
            .map(|t| {
                first
                    .get(t.group as usize)
                    .map_or(REFUSED, |n| n + t.number)
            })
            .collect();
        for place in &mut found.spo {
            *place = terms[*place as usize];
        }
        for place in &mut found.graphs {
            if *place != NO_GRAPH {
                *place = terms[*place as usize];
            }
        }
        found.groups = self.groups;
        found.slots = self.slots;
        found.tokens = self.tokens;
        found.spare = self.spare;
    }
}

impl Group {
    fn begin(&mut self, kind: u8, suffix: &[u8]) {
        self.kind = kind;
        self.suffix.clear();
        self.suffix.extend_from_slice(suffix);
        self.offsets.clear();
        self.offsets.push(0);
        self.data.clear();
    }

    /// How many forms the group has.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether the group has no form.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// End the form that was added last; None where the group's bytes pass what offsets hold.
    fn close(&mut self) -> Option<()> {
        match i32::try_from(self.data.len()) {
            Ok(end) => {
                self.offsets.push(end);
                Some(())
            }
            Err(_) => {
                self.data.truncate(self.offsets[self.len()] as usize);
                None
            }
        }
    }
}

/// How many bytes an IRI or a blank node takes at the beginning of the text.
#[inline(always)]
fn node_size(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'<' => match find(text, [b'>', b'\n'])? {
            at if text[at] == b'>' => Some(at + 1),
            _ => None,
        },
        b'_' if text.get(1) == Some(&b':') => text.iter().position(|&b| b <= b' '),
        _ => None,
    }
}

/// Where the last quote of the literal at the beginning of the text stands, and how many bytes it
/// takes up to the separator behind it.
#[inline(always)]
fn literal_size(text: &[u8]) -> Option<(usize, usize)> {
    let mut at = 1;
    loop {
        at += find(text.get(at..)?, [b'"', b'\\', b'\n'])?;
        match text[at] {
            b'"' => break,
            b'\n' => return None,
            _ => at += 2,
        }
    }
    let behind = text[at..].iter().position(|&b| b <= b' ')?;
    Some((at, at + behind))
}

#[inline(always)]
fn behind_separator(line: &[u8], at: usize) -> Option<usize> {
    matches!(line.get(at), Some(b' ' | b'\t')).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data: &[u8], scope: &[u8], quads: bool, seed: u64) -> Reading {
        let mut found = Reading::default();
        // Twice, as what is left of one block must not show in the next.
        super::read(
            b"_:x <a:b> \"q\"@fr <a:c> .\n\n",
            b"y",
            true,
            seed,
            &mut found,
        );
        super::read(data, scope, quads, seed, &mut found);
        found
    }

    fn forms(group: &Group) -> Vec<String> {
        let cut = |pair: &[i32]| {
            let text = &group.data[pair[0] as usize..pair[1] as usize];
            String::from_utf8(text.to_vec()).unwrap()
        };
        group.offsets.windows(2).map(cut).collect()
    }

    #[test]
    fn rows_share_their_terms() {
        let data = b"<a:s> <a:p> \"x\"@en .\n<a:s> <a:p> \"\\u0078\"@en .\r\n_:b <a:p> <a:s> .\n";
        let found = read(data, b"f0_", false, 1);
        assert_eq!((found.n_lines, found.odd.len()), (3, 0));
        assert_eq!(forms(&found.groups[0]), ["a:s", "a:p"]);
        assert_eq!(forms(&found.groups[1]), ["f0_b"]);
        assert_eq!(forms(&found.groups[2]), ["x", "x"]);
        assert_eq!(found.groups[2].suffix, b"\"@en");
        assert_eq!(found.spo, [0, 1, 3, 0, 1, 4, 2, 1, 0]);
        assert!(found.graphs.is_empty());
    }

    #[test]
    fn a_literal_ends_at_its_first_bare_quote() {
        let found = read(b"<a:s> <a:p> \"\"^^<a:b>\"@en .\n", b"", false, 1);
        assert_eq!(found.groups[2].suffix, b"\"^^<a:b>\"@en");
        assert_eq!(forms(&found.groups[2]), [""]);
    }

    #[test]
    fn lines_that_are_not_plain_are_left_over() {
        let data =
            b"\n# x\n<a:s>  <a:p> <a:o> .\n<a:s> <a:p> <a:o> <a:g> .\n<a:s> <a:p> \"x\\q\" .\n\
            <a:s> <a:p> \"x .\n<a:s> <a:p> \"x\\\n<a:s> <a:p> <a:o> .\n<a:s> <b> <a:o> .\n<a:s";
        let found = read(data, b"", false, 1);
        assert_eq!(found.odd, [0, 1, 2, 3, 4, 5, 6, 8, 9]);
        assert_eq!(found.spo.len(), 3);
        let found = read(data, b"", true, 1);
        assert_eq!(found.odd, [0, 1, 2, 4, 5, 6, 8, 9]);
        assert_eq!(found.graphs.len(), 2);
        assert_eq!(found.graphs[1], NO_GRAPH);
    }

    #[test]
    fn many_tokens_make_the_table_grow() {
        let text: String = (0..100_000)
            .map(|i| format!("<a:s{i}> <a:p> \"{i}\" .\n"))
            .collect();
        let found = read(text.as_bytes(), b"", false, 7);
        assert_eq!(found.groups[0].len(), 100_001);
        assert_eq!(found.groups[2].len(), 100_000);
        assert_eq!(&found.spo[..6], &[0, 1, 100_001, 2, 1, 100_002]);
    }
}
