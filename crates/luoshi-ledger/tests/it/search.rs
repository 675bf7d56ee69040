//! Search against the plainest search there is: whatever the texts, an index of pairs with a look into the text finds what `contains` finds.

use std::collections::BTreeSet;

use luoshi_ledger::search::{SearchField, SearchQuery, SearchWords, excerpt, fold, marked, pairs};
use proptest::prelude::*;

/// Characters that meet each other in documents, few enough that words are found by chance.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => prop::sample::select("粮食能耗高标准农田".chars().collect::<Vec<_>>()),
        2 => prop::sample::select("gGｇ8８5".chars().collect::<Vec<_>>()),
        2 => prop::sample::select("，、。（%％-\"*'_".chars().collect::<Vec<_>>()),
        1 => prop::sample::select(" 　\n\u{200b}\u{301}é㎡ﬁ👩\u{200d}\0".chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    prop::collection::vec(character, 0..longest).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pairs_and_a_look_into_the_text_find_what_contains_finds(text in text(40), typed in text(6)) {
        let Ok(query) = SearchQuery::read(&typed) else { return Ok(()) };
        let folded = fold(&text);
        let contains = query.words().all(|word| folded.contains(word));
        let known: BTreeSet<[char; 2]> = pairs(&folded).collect();
        let is_candidate = query.pairs().iter().all(|pair| known.contains(pair));
        prop_assert!(is_candidate || !contains, "the index would miss {typed:?} in {text:?}");
        let words = SearchWords { heading: Vec::new(), body: vec![(SearchField::Text, text.clone())] };
        prop_assert_eq!(words.rank(&query).is_some(), contains);
    }

    #[test]
    fn a_passage_is_shown_exactly_where_a_word_stands(text in text(200), typed in text(6)) {
        let Ok(query) = SearchQuery::read(&typed) else { return Ok(()) };
        let folded = fold(&text);
        let is_there = query.words().any(|word| folded.contains(word));
        let all: String = marked(&text, &query).into_iter().map(|part| part.text).collect();
        prop_assert_eq!(&all, &text, "nothing is added or lost");
        let passage = excerpt(&text, &query);
        prop_assert_eq!(passage.is_some(), is_there);
        if let Some(passage) = passage {
            let shown: String = passage.parts.iter().map(|part| part.text.as_str()).collect();
            prop_assert!(text.contains(&shown));
            prop_assert!(passage.parts.iter().any(|part| part.is_match));
        }
    }

    #[test]
    fn what_is_copied_out_of_a_text_is_found_in_it(text in text(40), start in 0_usize..40, length in 2_usize..12) {
        let copied: String = text.chars().skip(start).take(length).collect();
        let Ok(query) = SearchQuery::read(&copied) else { return Ok(()) };
        // A word that was cut in the middle of an accented character, or beside one that nobody sees, is still there.
        let words = SearchWords { heading: Vec::new(), body: vec![(SearchField::Text, text.clone())] };
        prop_assert!(words.rank(&query).is_some(), "{copied:?} in {text:?}");
    }
}
