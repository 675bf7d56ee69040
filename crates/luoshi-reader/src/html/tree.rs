//! The tree of a page, kept in one vector: nodes refer to each other by number, so that dropping or walking a tree of any depth takes
//! no stack.
//!
//! The parser itself is html5ever's; this is what it builds into. The depth and the number of nodes are watched while it builds, since
//! a deep stack of open elements makes parsing itself quadratic. What elements mean is not decided here.

use std::{
    borrow::Cow,
    cell::{Cell, Ref, RefCell},
};

use html5ever::{
    Attribute, ParseOpts, QualName, TokenizerResult,
    interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
    parse_document,
    tendril::{StrTendril, TendrilSink as _},
    tree_builder::TreeBuilderOpts,
};

use crate::{Limits, error::ReadError};

/// Number of a node; the document itself is 0.
pub(crate) type NodeId = usize;

/// The document node.
pub(crate) const DOCUMENT: NodeId = 0;

/// Input is handed over in pieces of this size, and the limits are looked at between two of them.
const PIECE: usize = 4096;

/// A parsed page.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// The name of nodes that have none.
    no_name: QualName,
}

#[derive(Debug)]
struct Node {
    parent: Option<NodeId>,
    first_child: Option<NodeId>,
    last_child: Option<NodeId>,
    previous: Option<NodeId>,
    next: Option<NodeId>,
    depth: usize,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Element {
        name: QualName,
        attributes: Vec<Attribute>,
    },
    Text(String),
    /// The document, comments and what else holds no text.
    Nothing,
}

impl Tree {
    /// Parses a page. Past a limit the tree holds what was parsed until then.
    pub(crate) fn parse(text: &str, limits: &Limits) -> (Self, Result<(), ReadError>) {
        let sink = Sink::new(text, limits);
        let options = ParseOpts {
            tree_builder: TreeBuilderOpts {
                // With scripts the content of `noscript` is not shown.
                scripting_enabled: true,
                ..TreeBuilderOpts::default()
            },
            ..ParseOpts::default()
        };
        let parser = parse_document(sink, options);
        let mut rest = text;
        while !rest.is_empty() && parser.tokenizer.sink.sink.exceeded().is_none() {
            let (piece, remainder) = rest.split_at(rest.floor_char_boundary(PIECE));
            rest = remainder;
            parser.input_buffer.push_back(StrTendril::from_slice(piece));
            // The tokenizer stops at every script so that it could be run; none is.
            while let TokenizerResult::Script(_) = parser.tokenizer.feed(&parser.input_buffer) {}
        }
        parser.finish()
    }

    /// The node after `node` in document order, as long as it is below `root`.
    pub(crate) fn next_below(&self, node: NodeId, root: NodeId) -> Option<NodeId> {
        if let Some(child) = self.first_child(node) {
            return Some(child);
        }
        let mut up = node;
        while up != root {
            if let Some(sibling) = self.next_sibling(up) {
                return Some(sibling);
            }
            up = self.parent(up)?;
        }
        None
    }

    pub(crate) fn first_child(&self, node: NodeId) -> Option<NodeId> {
        self.nodes.get(node)?.first_child
    }

    pub(crate) fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        self.nodes.get(node)?.next
    }

    pub(crate) fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.nodes.get(node)?.parent
    }

    /// The name of an element, in lower case.
    pub(crate) fn name(&self, node: NodeId) -> Option<&str> {
        match &self.nodes.get(node)?.content {
            Content::Element { name, .. } => Some(&name.local),
            _ => None,
        }
    }

    pub(crate) fn text(&self, node: NodeId) -> Option<&str> {
        match &self.nodes.get(node)?.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn attribute(&self, node: NodeId, wanted: &str) -> Option<&str> {
        match &self.nodes.get(node)?.content {
            Content::Element { attributes, .. } => attributes
                .iter()
                .find(|attribute| &*attribute.name.local == wanted)
                .map(|attribute| &*attribute.value),
            _ => None,
        }
    }
}

/// What html5ever builds into. It takes `&self` everywhere, hence the cells.
struct Sink {
    tree: RefCell<Tree>,
    exceeded: RefCell<Option<ReadError>>,
    depth_limit: usize,
    node_limit: usize,
    nodes_counted: Cell<usize>,
}

impl Sink {
    fn new(text: &str, limits: &Limits) -> Self {
        // Formatting that is never closed is opened again by every paragraph, which lets a small page grow without bound. Markup
        // that means what it says has fewer nodes than this.
        const SPARE_NODES: usize = 10_000;
        Self {
            tree: RefCell::new(Tree {
                nodes: vec![Node::new(Content::Nothing)],
                no_name: QualName::new(None, Default::default(), Default::default()),
            }),
            exceeded: RefCell::new(None),
            depth_limit: limits.nesting_depth,
            node_limit: text.len() / 2 + SPARE_NODES,
            nodes_counted: Cell::new(1),
        }
    }

    fn exceeded(&self) -> Option<ReadError> {
        self.exceeded.borrow().clone()
    }

    fn stop(&self, error: ReadError) {
        self.exceeded.borrow_mut().get_or_insert(error);
    }

    fn add(&self, content: Content) -> NodeId {
        let mut tree = self.tree.borrow_mut();
        tree.nodes.push(Node::new(content));
        let count = self.nodes_counted.get() + 1;
        self.nodes_counted.set(count);
        if count > self.node_limit {
            self.stop(ReadError::Expansion {
                limit: self.node_limit as u64,
                what: "nodes",
            });
        }
        tree.nodes.len() - 1
    }

    fn insert(&self, parent: NodeId, before: Option<NodeId>, child: NodeOrText<NodeId>) {
        let neighbour = match before {
            Some(sibling) => self.tree.borrow().nodes[sibling].previous,
            None => self.tree.borrow().nodes[parent].last_child,
        };
        let child = match child {
            NodeOrText::AppendNode(child) => child,
            NodeOrText::AppendText(text) => {
                if let Some(neighbour) = neighbour
                    && let Content::Text(existing) = &mut self.tree.borrow_mut().nodes[neighbour].content
                {
                    existing.push_str(&text);
                    return;
                }
                self.add(Content::Text(text.to_string()))
            }
        };
        let mut tree = self.tree.borrow_mut();
        tree.detach(child);
        let depth = tree.nodes[parent].depth + 1;
        if depth > self.depth_limit {
            self.stop(ReadError::Nesting {
                limit: self.depth_limit,
            });
        }
        let previous = match before {
            Some(sibling) => tree.nodes[sibling].previous,
            None => tree.nodes[parent].last_child,
        };
        let node = &mut tree.nodes[child];
        node.parent = Some(parent);
        node.depth = depth;
        node.previous = previous;
        node.next = before;
        match previous {
            Some(previous) => tree.nodes[previous].next = Some(child),
            None => tree.nodes[parent].first_child = Some(child),
        }
        match before {
            Some(sibling) => tree.nodes[sibling].previous = Some(child),
            None => tree.nodes[parent].last_child = Some(child),
        }
    }
}

impl Node {
    fn new(content: Content) -> Self {
        Self {
            parent: None,
            first_child: None,
            last_child: None,
            previous: None,
            next: None,
            depth: 0,
            content,
        }
    }
}

impl Tree {
    fn detach(&mut self, node: NodeId) {
        let Node {
            parent, previous, next, ..
        } = self.nodes[node];
        match (previous, parent) {
            (Some(previous), _) => self.nodes[previous].next = next,
            (None, Some(parent)) => self.nodes[parent].first_child = next,
            (None, None) => {}
        }
        match (next, parent) {
            (Some(next), _) => self.nodes[next].previous = previous,
            (None, Some(parent)) => self.nodes[parent].last_child = previous,
            (None, None) => {}
        }
        let node = &mut self.nodes[node];
        node.parent = None;
        node.previous = None;
        node.next = None;
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = (Tree, Result<(), ReadError>);
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Self::Output {
        let outcome = self.exceeded.into_inner().map_or(Ok(()), Err);
        (self.tree.into_inner(), outcome)
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        DOCUMENT
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.tree.borrow(), |tree| match &tree.nodes[*target].content {
            Content::Element { name, .. } => name,
            // The parser asks for names of elements only.
            _ => &tree.no_name,
        })
    }

    fn create_element(&self, name: QualName, mut attributes: Vec<Attribute>, _flags: ElementFlags) -> NodeId {
        // A page with its pictures inside it has attributes of megabytes that nobody will ask for.
        attributes.retain(|attribute| READ_ATTRIBUTES.contains(&&*attribute.name.local));
        self.add(Content::Element { name, attributes })
    }

    fn create_comment(&self, _text: StrTendril) -> NodeId {
        self.add(Content::Nothing)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> NodeId {
        self.add(Content::Nothing)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.insert(*parent, None, child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let has_parent = self.tree.borrow().nodes[*element].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        // Templates are left out as a whole, so their content may stand inside them like that of any element.
        *target
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let parent = self.tree.borrow().nodes[*sibling].parent;
        if let Some(parent) = parent {
            if let NodeOrText::AppendNode(child) = &child {
                self.tree.borrow_mut().detach(*child);
            }
            self.insert(parent, Some(*sibling), child);
        }
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        if let Content::Element {
            attributes: present, ..
        } = &mut self.tree.borrow_mut().nodes[*target].content
        {
            for attribute in attributes {
                let is_read = READ_ATTRIBUTES.contains(&&*attribute.name.local);
                if is_read && !present.iter().any(|known| known.name == attribute.name) {
                    present.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.tree.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        loop {
            let child = self.tree.borrow().nodes[*node].first_child;
            let Some(child) = child else { break };
            self.tree.borrow_mut().detach(child);
            self.insert(*new_parent, None, NodeOrText::AppendNode(child));
        }
    }
}

/// The attributes that the reader asks for.
const READ_ATTRIBUTES: [&str; 13] = [
    "class", "colspan", "hidden", "id", "name", "reversed", "role", "rowspan", "start", "style", "title", "type",
    "value",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str, limits: &Limits) -> (String, Result<(), ReadError>) {
        let (tree, outcome) = Tree::parse(text, limits);
        let mut seen = String::new();
        let mut next = Some(DOCUMENT);
        while let Some(node) = next {
            seen.push_str(tree.name(node).or(tree.text(node)).unwrap_or("#"));
            seen.push(' ');
            next = tree.next_below(node, DOCUMENT);
        }
        (seen, outcome)
    }

    #[test]
    fn builds_what_a_browser_builds() {
        let (seen, outcome) = outline("<p>一<p>二<table>三<td>四", &Limits::default());
        assert_eq!(seen, "# html head body p 一 p 二三 table tbody tr td 四 ");
        assert_eq!(outcome, Ok(()));
    }

    #[test]
    fn moves_misnested_formatting() {
        let (seen, _) = outline("<b>一<p>二</b>三", &Limits::default());
        assert_eq!(seen, "# html head body b 一 p b 二 三 ");
    }

    #[test]
    fn stops_at_depth_and_at_growth() {
        let limits = Limits::default();
        let (_, outcome) = outline(&"<div>".repeat(200_000), &limits);
        assert_eq!(outcome, Err(ReadError::Nesting { limit: 256 }));
        let formatting: String = (0..200).map(|index| format!("<b id={index}>")).collect();
        let (_, outcome) = outline(&format!("<p>{formatting}{}", "<p>x".repeat(20_000)), &limits);
        assert!(
            matches!(outcome, Err(ReadError::Expansion { what: "nodes", .. })),
            "{outcome:?}"
        );
    }
}
