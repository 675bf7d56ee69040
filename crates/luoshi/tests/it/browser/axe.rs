//! Accessibility of the page before us, as axe-core judges it.

use fantoccini::Client;
use serde::Deserialize;

use super::driver::Browser;

/// WCAG 2.2 AA and what axe-core's authors hold to be good practice.
const JUDGE: &str = r"
const [rules, done] = arguments;
const options = {
  resultTypes: ['violations'],
  // The one rule of WCAG 2.2 AA that axe-core leaves out unless it is asked for.
  rules: { 'target-size': { enabled: rules === null } },
  ...(rules === null ? {} : { runOnly: { type: 'rule', values: rules } }),
};
axe.run(document, options).then(
  result => done(result.violations.map(rule => ({
    rule: rule.id,
    impact: rule.impact ?? 'minor',
    help: rule.help,
    places: rule.nodes.map(node => node.target.join(' ') + ' — ' + (node.any[0] ?? node.all[0] ?? node.none[0])?.message),
  }))),
  failure => done([{ rule: 'axe-core itself', impact: 'critical', help: String(failure), places: [] }]),
);
";

/// Something that keeps people out.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Violation {
    pub(super) rule: String,
    pub(super) impact: String,
    pub(super) help: String,
    pub(super) places: Vec<String>,
}

impl Violation {
    /// Whether it may not stand.
    pub(super) fn is_grave(&self) -> bool {
        matches!(self.impact.as_str(), "serious" | "critical")
    }
}

/// Judges the page by all rules, or by those named.
pub(super) async fn judge(browser: &Browser, axe_core: &str, rules: Option<&[&str]>) -> Vec<Violation> {
    let client: &Client = &browser.client;
    let present: bool = browser.ask("return typeof axe !== 'undefined'", vec![]).await;
    if !present {
        client.execute(axe_core, vec![]).await.unwrap();
    }
    let answer = client
        .execute_async(JUDGE, vec![serde_json::json!(rules)])
        .await
        .unwrap();
    serde_json::from_value(answer).unwrap()
}
