//! Cuts Rust source into code, comments and literals, as far as the checks need it.
//!
//! It is not a Rust parser: it builds no tree, expands no macro and resolves no name.

/// What a piece of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// Everything that is neither comment nor string.
    Code,
    /// A line or block comment with its slashes.
    Comment,
    /// The content of a string literal, without quotes and with its escapes as written.
    Literal,
}

/// One piece of source and the line where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'text> {
    /// What it is.
    pub(crate) kind: PieceKind,
    /// Its text.
    pub(crate) text: &'text str,
    /// The line where it begins, from 1.
    pub(crate) line: usize,
}

/// The pieces of `text` in order.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while !rest.is_empty() {
        let (kind, whole, inner) = next_piece(rest);
        if !inner.is_empty() {
            pieces.push(Piece {
                kind,
                text: inner,
                line,
            });
        }
        line += whole.matches('\n').count();
        rest = &rest[whole.len()..];
    }
    pieces
}

/// The part of a source file before its module of unit tests.
pub(crate) fn without_tests(text: &str) -> &str {
    let mut start = 0;
    let mut attribute_at = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        match attribute_at {
            None if trimmed == "#[cfg(test)]" => attribute_at = Some(start),
            Some(at) if trimmed.starts_with("mod ") && trimmed.ends_with('{') => return &text[..at],
            Some(_) if trimmed.starts_with("#[") => {}
            _ => attribute_at = None,
        }
        start += line.len();
    }
    text
}

/// Whether a file holds tests only.
pub(crate) fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.contains("/benches/") || path.contains("/fuzz/")
}

/// The kind of the piece that `rest` begins with, the text it takes with its delimiters, and without them.
fn next_piece(rest: &str) -> (PieceKind, &str, &str) {
    if rest.starts_with("//") {
        let end = rest.find('\n').unwrap_or(rest.len());
        return (PieceKind::Comment, &rest[..end], &rest[..end]);
    }
    if rest.starts_with("/*") {
        let end = end_of_block_comment(rest);
        return (PieceKind::Comment, &rest[..end], &rest[..end]);
    }
    if let Some((whole, inner)) = literal(rest) {
        return (PieceKind::Literal, whole, inner);
    }
    let end = end_of_code(rest);
    (PieceKind::Code, &rest[..end], &rest[..end])
}

/// Block comments nest in Rust.
fn end_of_block_comment(rest: &str) -> usize {
    let mut depth = 0usize;
    let mut position = 0;
    while position < rest.len() {
        let tail = &rest[position..];
        if tail.starts_with("/*") {
            depth += 1;
            position += 2;
        } else if tail.starts_with("*/") {
            depth -= 1;
            position += 2;
            if depth == 0 {
                return position;
            }
        } else {
            position += tail.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The string literal at the start of `rest`, with and without its quotes.
fn literal(rest: &str) -> Option<(&str, &str)> {
    let prefixes = ["br", "cr", "r", "b", "c", ""];
    for prefix in prefixes {
        let Some(body) = rest.strip_prefix(prefix) else {
            continue;
        };
        if prefix.ends_with('r') {
            let hashes = body.len() - body.trim_start_matches('#').len();
            let Some(content) = body[hashes..].strip_prefix('"') else {
                continue;
            };
            let closing = format!("\"{}", "#".repeat(hashes));
            let length = content.find(&closing).unwrap_or(content.len());
            let whole = (prefix.len() + hashes + 1 + length + closing.len()).min(rest.len());
            return Some((&rest[..whole], &content[..length]));
        }
        if let Some(content) = body.strip_prefix('"') {
            let mut escaped = false;
            for (position, character) in content.char_indices() {
                match character {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    '"' => return Some((&rest[..prefix.len() + position + 2], &content[..position])),
                    _ => {}
                }
            }
            return Some((rest, content));
        }
    }
    None
}

/// The length of the code before the next comment or string. Character literals and lifetimes are code.
fn end_of_code(rest: &str) -> usize {
    let mut previous = ' ';
    let mut position = 0;
    while position < rest.len() {
        let tail = &rest[position..];
        if tail.starts_with("//") || tail.starts_with("/*") {
            return position.max(1);
        }
        let inside_word = previous.is_alphanumeric() || previous == '_';
        if position > 0 && (tail.starts_with('"') || (!inside_word && literal(tail).is_some())) {
            return position;
        }
        if let Some(length) = character_literal(tail) {
            position += length;
            previous = '\'';
            continue;
        }
        let character = tail.chars().next().unwrap_or(' ');
        position += character.len_utf8();
        previous = character;
    }
    rest.len()
}

/// The length of a character literal at the start of `tail`; a lifetime is none.
fn character_literal(tail: &str) -> Option<usize> {
    let content = tail.strip_prefix('\'')?;
    let mut characters = content.char_indices();
    let (_, first) = characters.next()?;
    if first == '\\' {
        let (_, escaped) = characters.next()?;
        let after = 1 + escaped.len_utf8();
        let closing = content[after..].find('\'')?;
        return Some(1 + after + closing + 1);
    }
    let (after, second) = characters.next()?;
    (second == '\'').then_some(1 + after + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(PieceKind, &str)]) {
        let found: Vec<_> = pieces(text).into_iter().map(|piece| (piece.kind, piece.text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn tells_comments_from_strings() {
        check(
            "let url = \"https://a\"; // see \"b\"\n",
            &[
                (PieceKind::Code, "let url = "),
                (PieceKind::Literal, "https://a"),
                (PieceKind::Code, "; "),
                (PieceKind::Comment, "// see \"b\""),
                (PieceKind::Code, "\n"),
            ],
        );
    }

    #[test]
    fn reads_raw_strings_and_nested_comments() {
        check(
            "r#\"a \"quoted\" b\"#/* one /* two */ */'\"'",
            &[
                (PieceKind::Literal, "a \"quoted\" b"),
                (PieceKind::Comment, "/* one /* two */ */"),
                (PieceKind::Code, "'\"'"),
            ],
        );
    }

    #[test]
    fn tells_lifetimes_from_characters() {
        check(
            "fn f<'a>(c: char) -> &'a str { if c == '\\'' { \"x\" } }",
            &[
                (PieceKind::Code, "fn f<'a>(c: char) -> &'a str { if c == '\\'' { "),
                (PieceKind::Literal, "x"),
                (PieceKind::Code, " } }"),
            ],
        );
    }

    #[test]
    fn counts_lines_from_one() {
        let lines: Vec<_> = pieces("a\n\"b\nc\"\n// d")
            .into_iter()
            .map(|piece| piece.line)
            .collect();
        assert_eq!(lines, [1, 2, 3, 4]);
    }

    #[test]
    fn cuts_off_the_unit_tests() {
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\n}\n"), "a\n");
        assert_eq!(
            without_tests("#[cfg(test)]\nfn f() {}\nb\n"),
            "#[cfg(test)]\nfn f() {}\nb\n"
        );
    }
}
