//! A report as a department hands it in: what is typed, under which key, and how its page has to look afterwards.

use crate::{random::Random, site::Slot};

/// A report to be handed in, once.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    /// Its number in the book.
    pub(crate) number: u64,
    /// Where it belongs.
    pub(crate) slot: Slot,
    /// The Idempotency-Key.
    pub(crate) key: String,
    completion: u64,
    value: u64,
    /// The four texts of the form, by field.
    texts: [(&'static str, String); 4],
    /// Names and words of the files that it carries.
    files: Vec<(&'static str, String)>,
}

/// Every so many reports carry files: they cost more than the rest of a report, and both ways are to be met often.
const WITH_FILES: u64 = 4;

impl Submission {
    /// The report with this number, whose words nobody else uses.
    pub(crate) fn new(number: u64, slot: Slot, random: &mut Random) -> Self {
        let mark = random.next();
        let text = |field: &'static str, words: &str| {
            let rest = "落实到位".repeat(usize::try_from(mark % 40).unwrap_or(0));
            (field, format!("{words}{number}-{mark:016x}-{field}{rest}"))
        };
        Self {
            number,
            key: format!("torture-{number}-{mark:016x}"),
            completion: mark % 101,
            value: mark % 1_000,
            texts: [
                text("done", "第几项进展"),
                text("problems", "存在问题"),
                text("help_wanted", "需要协调"),
                text("next_step", "下步打算"),
            ],
            files: if number.is_multiple_of(WITH_FILES) {
                vec![
                    ("list.csv", format!("{number},{mark:016x}\n")),
                    ("note.txt", format!("第{number}份的说明 {mark:016x}\n").repeat(2_000)),
                ]
            } else {
                Vec::new()
            },
            slot,
        }
    }

    /// The address of its form.
    pub(crate) fn form(&self) -> String {
        format!("{}/report", self.slot.task)
    }

    /// The address that leads on to the report where there is one, and shows the form where there is none.
    pub(crate) fn place(&self) -> String {
        format!("{}/report?period={}", self.slot.task, self.slot.period)
    }

    /// The fields of the form.
    pub(crate) fn fields(&self) -> Vec<(&str, String)> {
        let mut fields = vec![
            ("idempotency_key", self.key.clone()),
            ("period", self.slot.period.clone()),
            ("version", "0".to_owned()),
            ("completion", self.completion.to_string()),
            ("action", "submit".to_owned()),
        ];
        if let Some(field) = &self.slot.value_field {
            fields.push((field, self.value.to_string()));
        }
        fields.extend(self.texts.iter().map(|(field, text)| (*field, text.clone())));
        fields
    }

    /// The files that come with the form.
    pub(crate) fn files(&self) -> &[(&'static str, String)] {
        &self.files
    }

    /// What of it is missing on the page of the report.
    pub(crate) fn missing_on(&self, page: &str) -> Vec<&str> {
        let mut missing: Vec<&str> = self
            .texts
            .iter()
            .filter(|(_, text)| !page.contains(text.as_str()))
            .map(|(field, _)| *field)
            .collect();
        if !page.contains(&format!("{}%", self.completion)) {
            missing.push("completion");
        }
        if self.slot.value_field.is_some() && !page.contains(&format!("class=\"figures\">{}", self.value)) {
            missing.push("value");
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submission() -> Submission {
        let slot = Slot {
            task: "/tasks/1".to_owned(),
            period: "2025-03".to_owned(),
            value_field: None,
        };
        Submission::new(7, slot, &mut Random::of(1))
    }

    #[test]
    fn a_page_with_half_of_it_is_seen_through() {
        let submission = submission();
        let whole: String = submission
            .fields()
            .iter()
            .map(|(_, value)| format!("{value}% "))
            .collect();
        assert_eq!(submission.missing_on(&whole), Vec::<&str>::new());
        let (_, next_step) = submission.texts[3].clone();
        assert_eq!(submission.missing_on(&whole.replace(&next_step, "")), ["next_step"]);
    }
}
