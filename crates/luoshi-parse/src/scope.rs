//! Marks what is outside the limits of scope, by the versioned policy file `words/scope-policy-1.toml`. It deletes nothing.

use std::sync::LazyLock;

use luoshi_types::{Diagnostic, DiagnosticCode, Span};

use crate::{
    model::{Exclusion, ScopeReason, TrackingDraft, TrackingState},
    rules,
    text::{is_sentence_end, slice, trimmed},
    trace::Tracer,
    words::WordTable,
};

/// The version of the policy that this program applies.
pub const SCOPE_POLICY_VERSION: u32 = 1;

/// The policy file as shipped.
pub const SCOPE_POLICY: &str = include_str!("../words/scope-policy-1.toml");

#[derive(serde::Deserialize)]
struct PolicyFile {
    #[cfg_attr(not(test), expect(dead_code, reason = "only the test of the file compares it"))]
    version: u32,
    topic: Vec<Topic>,
}

#[derive(serde::Deserialize)]
struct Topic {
    reason: String,
    #[serde(rename = "about")]
    _about: String,
    titles: Vec<String>,
    terms: Vec<String>,
    except: Vec<String>,
}

/// What a term of the policy does. An exception takes the place of the term inside it.
#[derive(Clone, Copy)]
enum Mark {
    Reason(ScopeReason),
    Exception,
}

struct Policy {
    #[cfg(test)]
    version: u32,
    titles: WordTable<Mark>,
    terms: WordTable<Mark>,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let file = toml::from_str::<PolicyFile>(SCOPE_POLICY).unwrap_or(PolicyFile {
        version: 0,
        topic: Vec::new(),
    });
    let mut titles = Vec::new();
    let mut terms = Vec::new();
    for topic in &file.topic {
        let Some(reason) = ScopeReason::from_code(&topic.reason) else {
            continue;
        };
        titles.extend(topic.titles.iter().map(|term| (term.as_str(), Mark::Reason(reason))));
        terms.extend(topic.terms.iter().map(|term| (term.as_str(), Mark::Reason(reason))));
        for phrase in &topic.except {
            titles.push((phrase.as_str(), Mark::Exception));
            terms.push((phrase.as_str(), Mark::Exception));
        }
    }
    Policy {
        #[cfg(test)]
        version: file.version,
        titles: WordTable::for_search(titles),
        terms: WordTable::for_search(terms),
    }
});

/// Characters of the longest first sentence that is a title.
const LONGEST_TITLE: usize = 40;

/// Marks one task. `sentences` are the title and the sentences behind it, in order.
pub(crate) fn mark(
    text: &str,
    title: Span,
    sentences: &[Span],
    tracer: &mut Tracer,
    diagnostics: &mut Vec<Diagnostic>,
) -> TrackingDraft {
    let policy = &*POLICY;
    // A paragraph that is one long sentence has no title; its clauses are judged one by one.
    let is_title = slice(text, title).chars().take(LONGEST_TITLE + 1).count() <= LONGEST_TITLE;
    let title_end = if is_title { title.end } else { title.start };
    let in_title = policy
        .titles
        .within(text, title.start, title_end)
        .find_map(|hit| match hit.value {
            Mark::Reason(reason) => Some(reason),
            Mark::Exception => None,
        });
    if let Some(reason) = in_title {
        return not_tracked(title, reason, tracer, diagnostics);
    }
    let mut excluded: Vec<Exclusion> = Vec::new();
    let mut whole_sentences = 0;
    for &sentence in std::iter::once(&title).chain(sentences) {
        let first = excluded.len();
        for hit in policy.terms.within(text, sentence.start, sentence.end) {
            let Mark::Reason(reason) = hit.value else { continue };
            if excluded[first..].last().is_some_and(|last| hit.start < last.span.end) {
                continue;
            }
            let clause = clause_around(text, sentence, hit.start, hit.end);
            match excluded[first..].last_mut() {
                // Only a mark stands between neighbours; one exclusion is easier to read than three in a row.
                Some(last) if last.reason == reason && clause.start <= last.span.end + '，'.len_utf8() => {
                    last.span.end = clause.end
                }
                _ => excluded.push(Exclusion { span: clause, reason }),
            }
        }
        let covered: usize = excluded[first..].iter().map(|exclusion| exclusion.span.len()).sum();
        whole_sentences +=
            usize::from(sentence != title && covered > 0 && covered + 2 * '，'.len_utf8() >= sentence.len());
    }
    let behind_title = sentences.iter().filter(|sentence| **sentence != title).count();
    if behind_title > 0 && whole_sentences == behind_title {
        return not_tracked(title, excluded[0].reason, tracer, diagnostics);
    }
    for exclusion in &excluded {
        tracer.fired(&rules::scope::topic_clause::RULE, exclusion.span, || {
            exclusion.reason.code().to_owned()
        });
        diagnostics.push(
            Diagnostic::new(DiagnosticCode::NotTracked, exclusion.span)
                .with("reason", exclusion.reason.code())
                .with("part", "clause"),
        );
    }
    TrackingDraft {
        state: TrackingState::Tracked,
        reason: None,
        excluded,
    }
}

fn not_tracked(
    title: Span,
    reason: ScopeReason,
    tracer: &mut Tracer,
    diagnostics: &mut Vec<Diagnostic>,
) -> TrackingDraft {
    tracer.fired(&rules::scope::topic_task::RULE, title, || reason.code().to_owned());
    diagnostics.push(
        Diagnostic::new(DiagnosticCode::NotTracked, title)
            .with("reason", reason.code())
            .with("part", "task"),
    );
    TrackingDraft {
        state: TrackingState::NotTracked,
        reason: Some(reason),
        excluded: Vec::new(),
    }
}

/// The clause around a term: from the comma before it to the comma behind it, inside the sentence.
fn clause_around(text: &str, sentence: Span, start: usize, end: usize) -> Span {
    let is_border = |character: char| matches!(character, '，' | ',') || is_sentence_end(character);
    let whole = clause_between(text, sentence, start, end, is_border);
    // A member of a list with a number of its own is left out alone, so that the other numbers stay.
    let member = clause_between(text, sentence, start, end, |character| {
        character == '、' || is_border(character)
    });
    let has_number = |span: Span| slice(text, span).contains(|character: char| character.is_ascii_digit());
    if member != whole && has_number(member) {
        member
    } else {
        whole
    }
}

fn clause_between(text: &str, sentence: Span, start: usize, end: usize, is_border: impl Fn(char) -> bool) -> Span {
    let before = slice(text, Span::new(sentence.start, start));
    let from = before.rfind(&is_border).map_or(sentence.start, |index| {
        sentence.start + index + before[index..].chars().next().map_or(0, char::len_utf8)
    });
    let after = slice(text, Span::new(end, sentence.end));
    let to = after.find(&is_border).map_or(sentence.end, |index| end + index);
    trimmed(text, Span::new(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_file_is_whole() {
        assert_eq!(POLICY.version, SCOPE_POLICY_VERSION);
        assert!(POLICY.titles.is_compiled() && POLICY.terms.is_compiled());
        let file: Result<PolicyFile, _> = toml::from_str(SCOPE_POLICY);
        let reasons: Vec<Option<ScopeReason>> = file
            .map(|file| {
                file.topic
                    .iter()
                    .map(|topic| ScopeReason::from_code(&topic.reason))
                    .collect()
            })
            .unwrap_or_default();
        assert_eq!(reasons, ScopeReason::ALL.map(Some).to_vec());
    }
}
