//! Numbers of list items, as a browser shows them before the text. Bullets are not rendered: they say nothing.

use super::tree::{NodeId, Tree};
use crate::numerals::NumberFormat;

/// An ordered list while its items are read.
#[derive(Debug)]
pub(crate) struct List {
    format: NumberFormat,
    next: i64,
    step: i64,
}

impl List {
    /// The list that an `ol` begins.
    pub(crate) fn ordered(tree: &Tree, node: NodeId) -> Self {
        let is_reversed = tree.attribute(node, "reversed").is_some();
        let start = integer(tree, node, "start");
        let next = match (start, is_reversed) {
            (Some(start), _) => start,
            (None, false) => 1,
            (None, true) => count_items(tree, node),
        };
        Self {
            format: stated_format(tree, node).unwrap_or(NumberFormat::Decimal),
            next,
            step: if is_reversed { -1 } else { 1 },
        }
    }

    /// The list that a `ul` begins, whose items have no numbers unless a style gives them some.
    pub(crate) fn unordered(tree: &Tree, node: NodeId) -> Self {
        Self {
            format: stated_format(tree, node).unwrap_or(NumberFormat::Bullet),
            next: 1,
            step: 1,
        }
    }

    /// Counts an item and renders its label.
    pub(crate) fn label(&mut self, tree: &Tree, item: NodeId) -> Option<String> {
        let number = integer(tree, item, "value").unwrap_or(self.next);
        self.next = number.saturating_add(self.step);
        let format = stated_format(tree, item).unwrap_or(self.format);
        if matches!(format, NumberFormat::Bullet | NumberFormat::None) {
            return None;
        }
        let suffix = format.css_suffix();
        Some(match u32::try_from(number) {
            Ok(number) => format!("{}{suffix}", format.render(number)),
            // Browsers write negative numbers as plain digits in most styles.
            Err(_) => format!("{number}."),
        })
    }
}

fn integer(tree: &Tree, node: NodeId, attribute: &str) -> Option<i64> {
    tree.attribute(node, attribute)?.trim().parse().ok()
}

fn count_items(tree: &Tree, list: NodeId) -> i64 {
    let mut count = 0;
    let mut child = tree.first_child(list);
    while let Some(node) = child {
        count += i64::from(tree.name(node) == Some("li"));
        child = tree.next_sibling(node);
    }
    count
}

/// The format in the element's own style, or in its `type`, which also knows the letters of old pages.
fn stated_format(tree: &Tree, node: NodeId) -> Option<NumberFormat> {
    let style = tree.attribute(node, "style").and_then(|style| {
        declarations(style)
            .filter(|(property, _)| matches!(property.as_str(), "list-style-type" | "list-style"))
            .flat_map(|(_, value)| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .find_map(|word| NumberFormat::from_css(&word))
    });
    style.or_else(|| match tree.attribute(node, "type")?.trim() {
        "1" => Some(NumberFormat::Decimal),
        "a" => Some(NumberFormat::LowerAlpha),
        "A" => Some(NumberFormat::UpperAlpha),
        "i" => Some(NumberFormat::LowerRoman),
        "I" => Some(NumberFormat::UpperRoman),
        name => NumberFormat::from_css(name),
    })
}

/// The declarations of a `style` attribute: property in lower case, and value.
pub(crate) fn declarations(style: &str) -> impl Iterator<Item = (String, &str)> {
    style
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .map(|(property, value)| (property.trim().to_ascii_lowercase(), value.trim()))
}
