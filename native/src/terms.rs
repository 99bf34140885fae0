//! What a plain token writes. A token is refused here wherever there is a doubt; the full parser
//! then decides about its line.

/// The kind of a term, as the dictionary numbers them.
pub const IRI: u8 = 0;
pub const BLANK: u8 = 1;
pub const LITERAL: u8 = 2;

const LONGEST_SUFFIX: usize = 300;

/// `[A-Za-z0-9._~!$&'()*+,;=:@-]`
const PLAIN: [bool; 256] = table(b"._~!$&'()*+,;=:@-");
/// `[A-Za-z0-9.-]`
const HOST: [bool; 256] = table(b".-");
/// `[A-Za-z0-9+.-]`
const SCHEME: [bool; 256] = table(b"+.-");
/// `[A-Za-z0-9_.-]`
const LABEL: [bool; 256] = table(b"_.-");

const fn table(more: &[u8]) -> [bool; 256] {
    let mut found = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        found[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < more.len() {
        found[more[at] as usize] = true;
        at += 1;
    }
    found
}

/// Whether the text between `<` and `>` is surely an absolute IRI.
pub fn is_iri(text: &[u8]) -> bool {
    let Some(colon) = text.iter().position(|&b| b == b':') else {
        return false;
    };
    let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
    if !scheme.first().is_some_and(u8::is_ascii_alphabetic)
        || !scheme.iter().all(|&b| SCHEME[b as usize])
    {
        return false;
    }
    if !text.is_ascii() && !in_range(text) {
        return false;
    }
    let rest = match rest.strip_prefix(b"//") {
        Some(rest) => match behind_authority(rest) {
            Some(rest) => rest,
            None => return false,
        },
        None => {
            let bare = rest.strip_prefix(b"/").unwrap_or(rest);
            if matches!(bare.first(), None | Some(b'/' | b'?' | b'#')) {
                return false;
            }
            rest
        }
    };
    let Some(rest) = behind_path(rest) else {
        return false;
    };
    let rest = match rest.strip_prefix(b"?") {
        Some(query) => match behind_path(query) {
            Some(rest) => rest,
            None => return false,
        },
        None => rest,
    };
    match rest.strip_prefix(b"#") {
        Some(fragment) => behind_path(fragment).is_some_and(<[u8]>::is_empty),
        None => rest.is_empty(),
    }
}

/// What follows a host and a port: nothing, a path, a query or a fragment.
fn behind_authority(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().position(|&b| !HOST[b as usize]);
    let end = end.unwrap_or(text.len());
    if end == 0 {
        return None;
    }
    let rest = &text[end..];
    let rest = match rest.strip_prefix(b":") {
        Some(port) => {
            let digits = port.iter().position(|b| !b.is_ascii_digit());
            let digits = digits.unwrap_or(port.len());
            if digits == 0 {
                return None;
            }
            &port[digits..]
        }
        None => rest,
    };
    match rest.first() {
        None | Some(b'/' | b'?' | b'#') => Some(rest),
        _ => None,
    }
}

/// What follows a path, a query or a fragment: nothing, or what begins with `?` or `#`.
fn behind_path(text: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if PLAIN[byte as usize] || byte == b'/' || byte >= 0x80 {
            at += 1;
        } else if byte == b'%' {
            let coded = text.get(at + 1..at + 3)?;
            if !coded.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            at += 3;
        } else if byte == b'?' || byte == b'#' {
            return Some(&text[at..]);
        } else {
            return None;
        }
    }
    Some(&[])
}

/// Whether the text is UTF-8, and each character beyond ASCII between U+00A0 and U+D7A3.
fn in_range(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        text.chars()
            .all(|c| c.is_ascii() || ('\u{A0}'..='\u{D7A3}').contains(&c))
    })
}

/// Whether the text behind `_:` is surely a label.
pub fn is_label(text: &[u8]) -> bool {
    let (Some(&first), Some(&last)) = (text.first(), text.last()) else {
        return false;
    };
    (first.is_ascii_alphanumeric() || first == b'_')
        && last != b'.'
        && text.iter().all(|&b| LABEL[b as usize])
}

/// Whether the suffix behind a literal's last quote may be judged as one of a group.
pub fn is_suffix(text: &[u8]) -> bool {
    text.len() <= LONGEST_SUFFIX && text.iter().all(|&b| b > b' ')
}

/// Whether the text between quotes, without escapes, is surely a lexical form.
pub fn is_text(text: &[u8]) -> bool {
    // Line ends are refused by the grammar; other control characters are left to the full parser.
    let doubtful = |any, &b| any | ((b < b' ') & (b != b'\t'));
    !text.iter().fold(false, doubtful) && std::str::from_utf8(text).is_ok()
}

/// Add the text between quotes with its escapes undone; false where one is wrong.
pub fn unescape(text: &[u8], into: &mut Vec<u8>) -> bool {
    let mut rest = text;
    while let Some(slash) = crate::scan::find(rest, [b'\\']) {
        into.extend_from_slice(&rest[..slash]);
        let Some(&letter) = rest.get(slash + 1) else {
            return false;
        };
        let mut behind = slash + 2;
        let meant = match letter {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'\'' | b'"' | b'\\' => letter as char,
            b'u' | b'U' => {
                let size = if letter == b'u' { 4 } else { 8 };
                let digits = rest.get(behind..behind + size);
                let Some(coded) = digits.and_then(coded) else {
                    return false;
                };
                behind += size;
                coded
            }
            _ => return false,
        };
        let mut bytes = [0; 4];
        into.extend_from_slice(meant.encode_utf8(&mut bytes).as_bytes());
        rest = &rest[behind..];
    }
    into.extend_from_slice(rest);
    true
}

fn coded(digits: &[u8]) -> Option<char> {
    let mut code = 0u32;
    for &digit in digits {
        code = code.checked_mul(16)? + (digit as char).to_digit(16)?;
    }
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_iris_are_known() {
        for iri in [
            "http://a",
            "http://a/",
            "http://a:80/b?c#d",
            "urn:a",
            "urn:a:b/c",
            "x:/a/b",
            "https://w3id.org/kkgraph/id/ก",
            "http://a?b",
            "http://a#",
            "mailto:a@b.c",
            "a:%20",
        ] {
            assert!(is_iri(iri.as_bytes()), "{iri}");
        }
        for iri in [
            "",
            "a",
            ":a",
            "1a:b",
            "http://",
            "http://:80",
            "http://a:",
            "http://a b",
            "a:%2",
            "a:%zz",
            "urn:",
            "a://b@c",
            "a:[",
            "a:\u{9F}",
            "a:\u{E000}",
            "http://a#b#c",
            "a://[::1]",
            "a:\n",
            "a:b>c",
            "x:/",
            "x:?a",
        ] {
            assert!(!is_iri(iri.as_bytes()), "{iri}");
        }
        assert!(!is_iri(b"a:\xff"));
    }

    #[test]
    fn escapes_are_undone_or_refused() {
        let mut found = Vec::new();
        assert!(unescape(br#"a\tb\\\"\u0E01\U0001F600c"#, &mut found));
        assert_eq!(found, "a\tb\\\"ก😀c".as_bytes());
        for wrong in [
            r"\",
            r"\x",
            r"\u12",
            r"\uD800",
            r"\U00110000",
            r"\Uffffffff",
            r"\u+123",
        ] {
            assert!(!unescape(wrong.as_bytes(), &mut Vec::new()), "{wrong}");
        }
    }

    #[test]
    fn labels_do_not_end_with_a_dot() {
        assert!(is_label(b"a") && is_label(b"_a.b-") && is_label(b"0"));
        assert!(
            !is_label(b"") && !is_label(b"a.") && !is_label(b"-a") && !is_label("ก".as_bytes())
        );
    }
}
