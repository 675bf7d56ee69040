//! Tells the article of a page from what a site puts around it: menus, lists of links, notices of copyright.
//!
//! Sentences are what an article is made of, links are what menus are made of; so it counts both in every element. It decides only where
//! a page has both in plenty, and leaves out nothing from documents that an office program saved as a page. It gives no text.

use super::tree::{DOCUMENT, NodeId, Tree};

/// Characters of sentences below which a page has no article that could be told apart.
const FEWEST_CHARACTERS: usize = 120;

/// Links below which a page has no menus worth looking for.
const FEWEST_LINKS: usize = 5;

/// What an element holds, with all that is below it.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Characters outside links.
    text: usize,
    /// Characters outside links in pieces of text that hold a mark of punctuation.
    sentences: usize,
    /// Characters inside links.
    linked: usize,
    links: usize,
    /// Headings of the first level outside links.
    titles: usize,
    /// Pieces of text that only sites say about themselves.
    notices: usize,
}

/// The nodes that are no part of the article.
pub(super) struct Furniture {
    left_out: Vec<bool>,
}

impl Furniture {
    pub(super) fn find(tree: &Tree) -> Self {
        let order = in_order(tree);
        let counts = counted(tree, &order);
        let mut left_out = vec![false; counts.len()];
        let count = |node: NodeId| counts.get(node).copied().unwrap_or_default();
        let whole = count(DOCUMENT);
        if whole.links < FEWEST_LINKS || whole.sentences < FEWEST_CHARACTERS {
            return Self { left_out };
        }
        let article = article(tree, &count);
        let mut inside = article;
        while let Some(parent) = tree.parent(inside) {
            for child in children(tree, parent) {
                if child != inside && count(child).titles == 0 {
                    mark(&mut left_out, child);
                }
            }
            inside = parent;
        }
        // Inside the article, and beside its title, menus and notices are still none of its text.
        for node in &order {
            let held = count(*node);
            let is_menu = held.links >= 4 && held.linked * 10 >= (held.linked + held.text) * 7 && held.sentences <= 20;
            let is_notice = held.notices > 0 && held.text + held.linked < 300 && held.titles == 0;
            if tree.name(*node).is_some_and(may_be_furniture) && (is_menu || is_notice) && !holds(tree, *node, article)
            {
                mark(&mut left_out, *node);
            }
        }
        Self { left_out }
    }

    /// Whether a node is left out with all that is below it.
    pub(super) fn contains(&self, node: NodeId) -> bool {
        self.left_out.get(node).copied().unwrap_or(false)
    }
}

fn mark(marks: &mut [bool], node: NodeId) {
    if let Some(mark) = marks.get_mut(node) {
        *mark = true;
    }
}

fn in_order(tree: &Tree) -> Vec<NodeId> {
    let mut order = vec![DOCUMENT];
    let mut node = DOCUMENT;
    while let Some(next) = tree.next_below(node, DOCUMENT) {
        order.push(next);
        node = next;
    }
    order
}

fn children(tree: &Tree, parent: NodeId) -> impl Iterator<Item = NodeId> {
    std::iter::successors(tree.first_child(parent), |child| tree.next_sibling(*child))
}

fn holds(tree: &Tree, node: NodeId, other: NodeId) -> bool {
    std::iter::successors(Some(other), |at| tree.parent(*at)).any(|at| at == node)
}

fn counted(tree: &Tree, order: &[NodeId]) -> Vec<Count> {
    const UNSEEN: [&str; 8] = [
        "script", "style", "title", "noscript", "textarea", "option", "template", "button",
    ];
    const NOTICES: [&str; 10] = [
        "版权所有",
        "网站标识码",
        "ICP备",
        "公网安备",
        "当前位置",
        "现在的位置",
        "打印本页",
        "关闭窗口",
        "分享到",
        "扫一扫",
    ];
    let size = order.iter().max().map_or(0, |most| most + 1);
    let mut counts = vec![Count::default(); size];
    // Whether a node is inside a link, by node; parents come before their children.
    let mut is_linked = vec![false; size];
    for node in order {
        let from_above = tree
            .parent(*node)
            .and_then(|parent| is_linked.get(parent))
            .copied()
            .unwrap_or(false);
        let name = tree.name(*node);
        if let Some(linked) = is_linked.get_mut(*node) {
            *linked = from_above || name == Some("a");
        }
        let Some(count) = counts.get_mut(*node) else { continue };
        count.links = usize::from(name == Some("a"));
        count.titles = usize::from(name == Some("h1") && !from_above);
        let Some(text) = tree.text(*node) else { continue };
        if tree
            .parent(*node)
            .and_then(|parent| tree.name(parent))
            .is_some_and(|parent| UNSEEN.contains(&parent))
        {
            continue;
        }
        let length = text.chars().filter(|character| !character.is_whitespace()).count();
        if from_above {
            count.linked = length;
            continue;
        }
        count.text = length;
        if text.contains(['。', '；', '，', '：', '、']) {
            count.sentences = length;
        }
        count.notices = usize::from(NOTICES.iter().any(|notice| text.contains(notice)));
    }
    for node in order.iter().rev() {
        let Some(held) = counts.get(*node).copied() else {
            continue;
        };
        if let Some(parent) = tree.parent(*node).and_then(|parent| counts.get_mut(parent)) {
            parent.text += held.text;
            parent.sentences += held.sentences;
            parent.linked += held.linked;
            parent.links += held.links;
            parent.titles += held.titles;
            parent.notices += held.notices;
        }
    }
    counts
}

/// The innermost element that holds nearly all sentences, and around it what adds hardly any links: its title, its date.
fn article(tree: &Tree, count: &impl Fn(NodeId) -> Count) -> NodeId {
    let whole = count(DOCUMENT).sentences;
    let mut article = DOCUMENT;
    while let Some(child) = children(tree, article)
        .find(|child| count(*child).sentences * 100 >= whole * 85)
        .filter(|child| tree.name(*child).is_some_and(is_frame))
    {
        article = child;
    }
    let inner = count(article);
    while let Some(parent) = tree.parent(article) {
        let outer = count(parent);
        let added = outer.text.saturating_sub(inner.text);
        let added_links = outer.linked.saturating_sub(inner.linked);
        if added_links > 12 || outer.notices > inner.notices || added > 120 + inner.text / 5 {
            break;
        }
        article = parent;
    }
    article
}

/// Elements that arrange a page. Others are parts of a text.
fn is_frame(name: &str) -> bool {
    !matches!(
        name,
        "p" | "ul" | "ol" | "dl" | "li" | "blockquote" | "pre" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "a"
    )
}

fn may_be_furniture(name: &str) -> bool {
    matches!(
        name,
        "div" | "ul" | "ol" | "dl" | "p" | "table" | "tr" | "td" | "section" | "span" | "center" | "li" | "form"
    )
}
