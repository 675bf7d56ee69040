//! The way of a document through the rooms: scan, clauses, outline, front, tasks, partition, scalars.
//!
//! It holds the order and the bookkeeping; every decision is made in a room or a rule.

use luoshi_types::{Diagnostic, DiagnosticCode, Document, PartyRole, Span};

use crate::{
    coverage::{self, Partition},
    deadlines,
    measures::{self, Sentences},
    model::{
        Inheritance, Mention, MentionReason, ParseSettings, Parsed, PartyDraft, Section, SpanKind, TaskDraft,
        TrackingState, Unresolved,
    },
    organisations::{self, Registry},
    outline::{self, Outline, TaskNode, front, rule_of},
    parties::clause::{self, Clause},
    rules::{self, party::first_leads::Convention},
    scan::{self, Marks},
    scope, targets,
    text::{ScalarIndex, overlaps_any, slice},
    trace::Tracer,
    words,
};

/// More tasks than any office can keep; such a file is a collection, not a breakdown.
const MOST_TASKS: usize = 10_000;

/// Reads `document`. It never fails: what it could not read is in the diagnostics and in the coverage proof.
///
/// # Examples
///
/// ```
/// use luoshi_parse::{ParseSettings, parse};
/// use luoshi_types::{Document, SourceFormat};
///
/// let document = Document {
///     text: "一、农业\n（一）抓好春耕。粮食面积稳定在100万亩以上。（责任单位：农业农村局）\n".to_owned(),
///     blocks: Vec::new(),
///     format: SourceFormat::Text,
///     diagnostics: Vec::new(),
/// };
/// let parsed = parse(&document, &ParseSettings::default());
/// assert_eq!(parsed.tasks[0].parties[0].raw, "农业农村局");
/// assert_eq!(parsed.tasks[0].targets[0].quantity_text, "100万亩以上");
/// assert_eq!(parsed.coverage.total, parsed.coverage.accounted);
/// ```
pub fn parse(document: &Document, settings: &ParseSettings) -> Parsed {
    let text = document.text.as_str();
    let mut marks = scan::scan(text);
    let mut clauses = clause::clauses(text, &marks.brackets, &marks.lines);
    let tables = outline::table::find(text, &document.blocks, &marks.lines);
    let inside = if tables.is_empty() {
        Vec::new()
    } else {
        outline::table::clear(text, &tables, &mut marks, &mut clauses)
    };
    let mut outline = outline::build(text, &marks, &clauses, !tables.is_empty());
    if !tables.is_empty() {
        outline::table::join(text, &tables, &mut outline, &mut clauses, &inside);
        outline.find_borders(text);
    }
    for heading in &mut outline.headings {
        if let Some(clause) = rules::party::heading::clause(text, heading.title) {
            heading.owner = Some(clauses.len());
            clauses.push(clause);
        }
    }
    let subjects = subjects(text, &outline, &mut clauses);
    let front = front::read(text, &marks.lines, &outline, settings);
    let year_is_inferred = front.year_is_inferred;
    let registry = settings.organisations.as_deref().unwrap_or_else(|| Registry::shipped());
    let doubts = organisations::resolve_clauses(&mut clauses, registry, &front.metadata);
    let mut work = Work {
        text,
        marks: &marks,
        clauses: &clauses,
        outline: &outline,
        subjects,
        parsed: Parsed {
            metadata: front.metadata,
            ..Parsed::default()
        },
        partition: Partition::default(),
        tracer: Tracer::new(settings.trace),
        unresolved: Vec::new(),
    };
    for (span, kind) in front.parts {
        work.partition.add(span, kind);
    }
    work.headings();
    work.tasks();
    work.section_lines();
    work.heading_owners();
    work.subject_sentences();
    work.stated_once();
    work.first_leads();
    work.reviews();
    work.default_deadlines();
    work.complaints();
    if let Some(year) = work.parsed.metadata.year.filter(|_| year_is_inferred) {
        work.parsed
            .diagnostics
            .push(Diagnostic::new(DiagnosticCode::InferredYear, Span::default()).with("year", year.to_string()));
    }
    work.parsed.diagnostics.extend(doubts);
    work.finish(document)
}

/// The bodies that are subjects of sentences in tasks without a clause, as clauses behind all others.
fn subjects(text: &str, outline: &Outline, clauses: &mut Vec<Clause>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if outline.is_report {
        return found;
    }
    for (task, node) in outline.tasks.iter().enumerate() {
        if !node.clauses.is_empty() || !node.cells.is_empty() {
            continue;
        }
        let sentences = measures::sentences(text, node.span, &[]);
        for &sentence in std::iter::once(&sentences.title_line).chain(&sentences.others) {
            if let Some(clause) = rules::party::subject_sentence::read(text, sentence) {
                found.push((task, clauses.len()));
                clauses.push(clause);
            }
        }
    }
    found
}

struct Work<'a> {
    text: &'a str,
    marks: &'a Marks,
    clauses: &'a [Clause],
    outline: &'a Outline,
    /// Tasks without a clause, each with a clause that is the subject of one of its sentences.
    subjects: Vec<(usize, usize)>,
    /// Spans in it count bytes until `finish`.
    parsed: Parsed,
    partition: Partition,
    tracer: Tracer,
    unresolved: Vec<Unresolved>,
}

impl Work<'_> {
    fn own(&self, span: Span) -> String {
        slice(self.text, span).to_owned()
    }

    fn headings(&mut self) {
        for heading in &self.outline.headings {
            let label = heading.label;
            self.partition.add(label.span, SpanKind::SectionLabel);
            self.partition.add(heading.title, SpanKind::SectionTitle);
            self.tracer
                .fired(rule_of(label.rank), label.span, || "heading".to_owned());
            if heading.is_section {
                let id = format!("s{}", self.parsed.sections.len() + 1);
                self.parsed.sections.push(Section {
                    id,
                    number: self.own(label.digits),
                    label: self.own(label.span),
                    title: self.own(heading.title),
                    title_span: heading.title,
                    span: Span::new(label.span.start, heading.end),
                });
            }
        }
        for label in &self.outline.supplements {
            self.tracer
                .fired(&rules::numbering::supplementary::RULE, label.span, || {
                    "no task".to_owned()
                });
        }
    }

    /// The id of the section that a heading is.
    fn section_ids(&self) -> Vec<Option<String>> {
        let mut count = 0;
        self.outline
            .headings
            .iter()
            .map(|heading| {
                heading.is_section.then(|| {
                    count += 1;
                    format!("s{count}")
                })
            })
            .collect()
    }

    fn tasks(&mut self) {
        let section_ids = self.section_ids();
        self.parsed.tasks.reserve(self.outline.tasks.len());
        for (index, node) in self.outline.tasks.iter().enumerate() {
            self.tracer.task = Some(index);
            let task = self.task(index, node, &section_ids);
            self.parsed.tasks.push(task);
        }
        self.tracer.task = None;
    }

    fn task(&mut self, index: usize, node: &TaskNode, section_ids: &[Option<String>]) -> TaskDraft {
        let id = format!("t{}", index + 1);
        let trace_start = self.tracer.entries.len();
        let mut path = Vec::with_capacity(node.ancestors.len() + 1);
        for &ancestor in &node.ancestors {
            let heading = &self.outline.headings[ancestor];
            path.push(format!(
                "{}{}",
                slice(self.text, heading.label.span),
                slice(self.text, heading.title)
            ));
        }
        let label = node.label.map(|label| self.own(label.span)).unwrap_or_default();
        if let Some(found) = node.label {
            path.push(label.clone());
            self.partition.add(found.span, SpanKind::TaskLabel);
            let opens_line = self
                .marks
                .heads
                .get(self.first_head(found.span))
                .is_some_and(|head| head.label.span == found.span && head.opens_line);
            let is_inline = !opens_line && node.cells.is_empty();
            let rule = if is_inline {
                &rules::numbering::inline::RULE
            } else {
                node.rule
            };
            self.tracer.fired(rule, found.span, || "task".to_owned());
        } else {
            self.tracer.fired(node.rule, node.span, || "task".to_owned());
        }
        let responsibility = self.responsibility(node);
        let holes = self.holes(node, &responsibility);
        let sentences = measures::sentences(
            self.text,
            node.span,
            &holes.iter().map(|hole| hole.0).collect::<Vec<_>>(),
        );
        self.partition.add(sentences.title_line, SpanKind::TaskTitle);
        for &sentence in &sentences.others {
            self.partition.add(sentence, SpanKind::Measure);
        }
        for &(hole, kind) in &holes {
            self.partition.add(hole, kind);
        }
        let mut parties = Vec::new();
        for &clause in &node.clauses {
            let clause = &self.clauses[clause];
            for party in &clause.parties {
                self.tracer.fired(clause.rule, party.span, || {
                    format!("{} {}", party.role.code(), party.name)
                });
            }
            parties.extend(clause.parties.iter().cloned());
        }
        let measures = if sentences.others.is_empty() && !sentences.title_line.is_empty() {
            vec![sentences.title_line]
        } else {
            sentences.others.clone()
        };
        let tracking = scope::mark(
            self.text,
            sentences.title,
            &sentences.others,
            &mut self.tracer,
            &mut self.parsed.diagnostics,
        );
        let mut found = targets::Found::default();
        let mut deadlines_found = Vec::new();
        let time = self.time();
        self.read_sentences(&sentences, time, &mut found, &mut deadlines_found);
        for &(hole, kind) in &holes {
            if matches!(kind, SpanKind::Deadline | SpanKind::Responsibility) {
                deadlines::read_container(self.text, hole, time, &mut self.tracer, &mut deadlines_found);
            }
        }
        for &cell in &node.borrowed_deadlines {
            deadlines::read_container(self.text, cell, time, &mut self.tracer, &mut deadlines_found);
        }
        for &(hole, kind) in &holes {
            if kind == SpanKind::Context && !node.cells.is_empty() {
                targets::read_actuals(self.text, hole, &mut self.tracer, &mut found);
            }
        }
        if let Some((value, unit)) = node.value {
            targets::read_value_cell(self.text, sentences.title, value, unit, &mut self.tracer, &mut found);
        }
        // The digits of a deadline are told once, as the deadline.
        let mut deadline_spans: Vec<Span> = deadlines_found.iter().map(|deadline| deadline.span).collect();
        deadline_spans.sort_unstable();
        let in_deadline = |span: Span| overlaps_any(&deadline_spans, span);
        found
            .mentions
            .retain(|mention| mention.why != MentionReason::Date || !in_deadline(mention.span));
        self.tracer.forget(trace_start, |entry| {
            entry.rule == rules::mention::date::RULE.code && in_deadline(entry.span)
        });
        let is_excluded = |span: Span| {
            tracking.state == TrackingState::NotTracked
                || tracking.excluded.iter().any(|exclusion| exclusion.span.contains(span))
        };
        let (outside, kept): (Vec<_>, Vec<_>) = found.targets.into_iter().partition(|target| is_excluded(target.span));
        let mut mentions = found.mentions;
        mentions.extend(outside.into_iter().map(|target| Mention {
            text: target.quantity_text,
            span: target.span,
            why: MentionReason::OutOfScope,
            task: None,
            rule: target.rule,
        }));
        mentions.sort_by_key(|mention| mention.span);
        for mention in &mut mentions {
            mention.task = Some(id.clone());
        }
        self.parsed.mentions.extend(mentions);
        let mut targets = kept;
        targets.sort_by_key(|target| target.span);
        TaskDraft {
            title: self.own(sentences.title),
            title_span: sentences.title,
            span: node.span,
            section: node.section.and_then(|heading| section_ids[heading].clone()),
            id,
            label,
            path,
            responsibility,
            parties,
            measures,
            targets,
            deadlines: deadlines_found,
            tracking,
        }
    }

    fn time(&self) -> deadlines::DocumentTime {
        deadlines::DocumentTime {
            year: self.parsed.metadata.year,
            date: self.parsed.metadata.date,
        }
    }

    /// What a report says of the past: values that were reached, in no task.
    fn reviews(&mut self) {
        for &review in &self.outline.reviews {
            let sentences = measures::sentences(self.text, review, &[]);
            let mut found = targets::Found::default();
            for &sentence in std::iter::once(&sentences.title_line).chain(&sentences.others) {
                targets::read_actuals(self.text, sentence, &mut self.tracer, &mut found);
            }
            self.parsed.mentions.extend(found.mentions);
        }
        self.parsed.mentions.sort_by_key(|mention| mention.span);
    }

    /// Times stated once for every task that has none of its own.
    fn default_deadlines(&mut self) {
        for sentence in rules::deadline::stated_once::find(self.text) {
            let inside = self
                .parsed
                .tasks
                .iter()
                .any(|task| task.span.contains(sentence) && task.span.end > sentence.end + 60);
            let found = deadlines::read_default(self.text, sentence, self.time());
            let Some(default) = found.first().filter(|_| !inside) else {
                continue;
            };
            self.tracer
                .fired(&rules::deadline::stated_once::RULE, default.span, || {
                    default.resolved.map_or_else(String::new, |date| date.to_string())
                });
            let text = self.text;
            let lacks_time = |task: &&mut TaskDraft| {
                task.deadlines.is_empty() && !rules::deadline::stated_once::states_own_term(text, task.span)
            };
            for task in self.parsed.tasks.iter_mut().filter(lacks_time) {
                task.deadlines.push(default.clone());
            }
            self.parsed.inheritance.push(Inheritance {
                text: slice(self.text, sentence).to_owned(),
                span: sentence,
                parties: Vec::new(),
            });
            break;
        }
    }

    fn first_head(&self, label: Span) -> usize {
        self.marks
            .heads
            .partition_point(|head| head.label.span.start < label.start)
    }

    fn read_sentences(
        &mut self,
        sentences: &Sentences,
        time: deadlines::DocumentTime,
        found: &mut targets::Found,
        deadlines_found: &mut Vec<crate::model::DeadlineDraft>,
    ) {
        for &sentence in std::iter::once(&sentences.title_line).chain(&sentences.others) {
            targets::read_sentence(self.text, sentence, &mut self.tracer, found);
            deadlines::read_sentence(self.text, sentence, time, &mut self.tracer, deadlines_found);
        }
    }

    /// The clauses of a task, each with a full stop directly behind it.
    fn responsibility(&self, node: &TaskNode) -> Vec<Span> {
        node.clauses
            .iter()
            .map(|&clause| {
                let span = self.clauses[clause].span;
                let rest = slice(self.text, Span::new(span.end, node.span.end.max(span.end)));
                let mark = rest
                    .chars()
                    .next()
                    .filter(|character| matches!(character, '。' | '；' | ';'));
                Span::new(span.start, span.end + mark.map_or(0, char::len_utf8))
            })
            .collect()
    }

    /// What stands in a task and is no sentence: clauses and label lines.
    fn holes(&self, node: &TaskNode, responsibility: &[Span]) -> Vec<(Span, SpanKind)> {
        let mut holes: Vec<(Span, SpanKind)> = responsibility
            .iter()
            .map(|span| (*span, SpanKind::Responsibility))
            .filter(|(span, _)| node.cells.is_empty() || !node.cells.iter().any(|(cell, _)| cell == span))
            .collect();
        if !node.cells.is_empty() {
            holes.extend(node.cells.iter().copied());
            holes.retain(|(span, _)| node.span.contains(*span));
            holes.sort_by_key(|hole| hole.0);
            return holes;
        }
        let first = self
            .marks
            .lines
            .partition_point(|line| line.span.start < node.span.start);
        for line in self.marks.lines[first..]
            .iter()
            .take_while(|line| line.span.end <= node.span.end)
        {
            match words::line_label(self.text, line.span.start) {
                Some((words::LineLabel::Deadline, _)) => holes.push((line.span, SpanKind::Deadline)),
                Some((words::LineLabel::Context, _)) => holes.push((line.span, SpanKind::Context)),
                None => {}
            }
        }
        holes.sort_by_key(|hole| hole.0);
        holes
    }

    /// Clauses that speak for a section: their bodies go to every task of it.
    fn section_lines(&mut self) {
        for (clause, tasks) in &self.outline.section_lines {
            let clause = &self.clauses[*clause];
            self.partition.add(clause.span, SpanKind::Responsibility);
            self.tracer.fired(&rules::party::section_line::RULE, clause.span, || {
                format!("{} tasks", tasks.len())
            });
            let parties: Vec<PartyDraft> = clause
                .parties
                .iter()
                .map(|party| PartyDraft {
                    inherited: true,
                    rule: rules::party::section_line::RULE.code,
                    ..party.clone()
                })
                .collect();
            for &task in tasks {
                self.parsed.tasks[task].parties.extend(parties.iter().cloned());
            }
            self.parsed.inheritance.push(Inheritance {
                text: self.own(clause.span),
                span: clause.span,
                parties,
            });
        }
    }

    /// Headings that name persons or bodies, and clauses that stand with a heading: they go to every task below it.
    fn heading_owners(&mut self) {
        for (index, heading) in self.outline.headings.iter().enumerate() {
            let mut parties: Vec<PartyDraft> = Vec::new();
            let mut span = heading.title;
            if let Some(owner) = heading.owner.map(|clause| &self.clauses[clause]) {
                parties.extend(owner.parties.iter().cloned());
            }
            if let Some(clause) = heading.clause.map(|clause| &self.clauses[clause]) {
                self.partition.add(clause.span, SpanKind::Responsibility);
                span = if parties.is_empty() {
                    clause.span
                } else {
                    Span::new(span.start, clause.span.end)
                };
                parties.extend(clause.parties.iter().map(|party| PartyDraft {
                    inherited: true,
                    ..party.clone()
                }));
            }
            if parties.is_empty() {
                continue;
            }
            self.tracer.fired(&rules::party::heading::RULE, span, || {
                format!("{} bodies", parties.len())
            });
            for (task, node) in self.parsed.tasks.iter_mut().zip(&self.outline.tasks) {
                if !node.ancestors.contains(&index) {
                    continue;
                }
                for party in &parties {
                    // A task with bodies of its own keeps them; only one that leads or cooperates joins them, where
                    // nobody has its role there. Persons of a heading lead
                    // besides those whom the task names.
                    let has_role = task.parties.iter().any(|own| own.role == party.role && !own.inherited);
                    let is_owned = task
                        .parties
                        .iter()
                        .any(|own| !own.inherited && own.role != PartyRole::LeaderPerson);
                    let may_join = matches!(party.role, PartyRole::Lead | PartyRole::Cooperating);
                    let adds = party.role == PartyRole::LeaderPerson || (may_join && !has_role) || !is_owned;
                    if adds && !task.parties.iter().any(|own| own.raw == party.raw) {
                        task.parties.push(party.clone());
                    }
                }
            }
            self.parsed.inheritance.push(Inheritance {
                text: self.own(span),
                span,
                parties,
            });
        }
    }

    /// Bodies that are subjects of sentences, for tasks that nobody was assigned to otherwise.
    fn subject_sentences(&mut self) {
        let is_free: Vec<bool> = self.parsed.tasks.iter().map(|task| task.parties.is_empty()).collect();
        for &(task, clause) in &self.subjects {
            let clause = &self.clauses[clause];
            let Some(draft) = self
                .parsed
                .tasks
                .get_mut(task)
                .filter(|_| is_free.get(task) == Some(&true))
            else {
                continue;
            };
            self.tracer.task = Some(task);
            self.tracer.fired(clause.rule, clause.span, || {
                clause
                    .parties
                    .iter()
                    .map(|party| format!("{} {}", party.role.code(), party.raw))
                    .collect::<Vec<_>>()
                    .join("; ")
            });
            for party in &clause.parties {
                if !draft.parties.iter().any(|own| own.raw == party.raw) {
                    draft.parties.push(party.clone());
                }
            }
        }
        self.tracer.task = None;
    }

    /// Conventions that say who leads where nobody is called lead.
    fn first_leads(&mut self) {
        for (span, convention) in rules::party::first_leads::find(self.text) {
            self.tracer
                .fired(&rules::party::first_leads::RULE, span, || match convention {
                    Convention::First => "the first body leads".to_owned(),
                    Convention::BeforeComma => "the bodies before the comma lead".to_owned(),
                    Convention::All => "responsible bodies lead".to_owned(),
                });
            // Inside a clause it binds from there on; elsewhere it speaks of the whole document.
            let from = self
                .outline
                .tasks
                .iter()
                .position(|node| {
                    node.clauses
                        .iter()
                        .any(|&clause| self.clauses[clause].span.contains(span))
                })
                .unwrap_or(0);
            for task in self.parsed.tasks.iter_mut().skip(from) {
                if task.parties.iter().any(|party| party.role == PartyRole::Lead) {
                    continue;
                }
                let mut before: Option<Span> = None;
                let responsible = task
                    .parties
                    .iter_mut()
                    .filter(|party| party.role == PartyRole::Responsible && !party.inherited);
                for party in responsible {
                    let goes_on = match (convention, before) {
                        (_, None) | (Convention::All, _) => true,
                        (Convention::First, _) => false,
                        (Convention::BeforeComma, Some(last)) => {
                            let gap = slice(self.text, Span::new(last.end, party.span.start.max(last.end)));
                            !gap.is_empty() && !gap.contains(['，', ',', '；', ';', '。'])
                        }
                    };
                    if !goes_on {
                        break;
                    }
                    before = Some(party.span);
                    party.role = PartyRole::Lead;
                    party.rule = rules::party::first_leads::RULE.code;
                }
            }
            self.parsed.inheritance.push(Inheritance {
                text: self.own(span),
                span,
                parties: Vec::new(),
            });
        }
        self.parsed.inheritance.sort_by_key(|inheritance| inheritance.span);
    }

    /// Clauses that speak of all later tasks: their bodies go to the task of the clause and to each behind it.
    fn stated_once(&mut self) {
        for (task, node) in self.outline.tasks.iter().enumerate() {
            for &clause in &node.clauses {
                let Some((span, parties)) = &self.clauses[clause].stated_once else {
                    continue;
                };
                self.tracer.task = Some(task);
                self.tracer.fired(&rules::party::stated_once::RULE, *span, || {
                    format!("{} bodies", parties.len())
                });
                // A second clause of the kind would otherwise multiply with the tasks behind it.
                if self.parsed.inheritance.len() < 8 {
                    for later in &mut self.parsed.tasks[task..] {
                        for party in parties {
                            // A task that names the body itself has it already.
                            if !later
                                .parties
                                .iter()
                                .any(|own| own.raw == party.raw && (!own.inherited || own.role == party.role))
                            {
                                later.parties.push(party.clone());
                            }
                        }
                    }
                }
                self.parsed.inheritance.push(Inheritance {
                    text: slice(self.text, *span).to_owned(),
                    span: *span,
                    parties: parties.clone(),
                });
            }
        }
        self.tracer.task = None;
    }

    fn complaints(&mut self) {
        let mut found = self.outline.diagnostics.clone();
        for clause in self.clauses {
            if !clause.closed {
                found.push(Diagnostic::new(DiagnosticCode::UnclosedBracket, clause.span));
            }
            if clause.empty {
                found.push(Diagnostic::new(DiagnosticCode::Unresolved, clause.span).with("count", 2));
                self.unresolved.push(Unresolved {
                    span: clause.span,
                    alternatives: vec![SpanKind::Responsibility.code(), SpanKind::Measure.code()],
                });
            }
        }
        for (task, node) in self.parsed.tasks.iter().zip(&self.outline.tasks) {
            // A work report names no bodies, so nobody is missing there.
            if task.parties.is_empty() && !self.outline.is_report {
                let place = node.label.map_or(task.title_span, |label| label.span);
                let label = if task.label.is_empty() {
                    task.title.clone()
                } else {
                    task.label.clone()
                };
                found.push(Diagnostic::new(DiagnosticCode::NoParty, place).with("label", label));
            }
        }
        for header in outline::table::unread(self.text, &self.marks.lines) {
            // The cells of a table that was read stand in lines of their own too.
            if self.outline.tasks.iter().any(|task| !task.cells.is_empty()) {
                break;
            }
            found.push(Diagnostic::new(DiagnosticCode::Unresolved, header).with("count", 2));
            self.unresolved.push(Unresolved {
                span: header,
                alternatives: vec![rules::numbering::table_row::RULE.code, SpanKind::Context.code()],
            });
        }
        let has_text = !self.marks.lines.is_empty();
        if self.parsed.tasks.is_empty() && has_text {
            found.push(Diagnostic::new(DiagnosticCode::NoTasks, Span::default()));
        }
        if self.parsed.tasks.len() > MOST_TASKS {
            found.push(
                Diagnostic::new(DiagnosticCode::TooManyTasks, Span::default())
                    .with("count", self.parsed.tasks.len())
                    .with("limit", MOST_TASKS),
            );
        }
        if self.parsed.metadata.year.is_none() && has_text {
            found.push(Diagnostic::new(DiagnosticCode::NoDate, Span::default()));
        }
        self.parsed.diagnostics.extend(found);
    }

    /// Lays the partition and turns every span from bytes into scalars.
    fn finish(self, document: &Document) -> Parsed {
        let Work {
            text,
            outline,
            mut parsed,
            partition,
            tracer,
            mut unresolved,
            ..
        } = self;
        let index = ScalarIndex::new(text);
        let convert = |span: &mut Span| *span = index.span(*span);
        parsed.spans = partition.finish(text, front::kind_of_gap(outline));
        parsed.spans.iter_mut().for_each(|part| convert(&mut part.span));
        unresolved.iter_mut().for_each(|stretch| convert(&mut stretch.span));
        parsed.coverage = coverage::count(&index, &parsed.spans, unresolved);
        let metadata = &mut parsed.metadata;
        [&mut metadata.title, &mut metadata.document_number, &mut metadata.issuer]
            .into_iter()
            .flatten()
            .chain(&mut metadata.addressees)
            .for_each(|located| convert(&mut located.span));
        for section in &mut parsed.sections {
            convert(&mut section.title_span);
            convert(&mut section.span);
        }
        for task in &mut parsed.tasks {
            convert(&mut task.title_span);
            convert(&mut task.span);
            task.responsibility.iter_mut().for_each(convert);
            task.parties.iter_mut().for_each(|party| convert(&mut party.span));
            task.measures.iter_mut().for_each(convert);
            task.targets.iter_mut().for_each(|target| convert(&mut target.span));
            task.deadlines
                .iter_mut()
                .for_each(|deadline| convert(&mut deadline.span));
            task.tracking
                .excluded
                .iter_mut()
                .for_each(|exclusion| convert(&mut exclusion.span));
        }
        parsed
            .mentions
            .iter_mut()
            .for_each(|mention| convert(&mut mention.span));
        for inheritance in &mut parsed.inheritance {
            convert(&mut inheritance.span);
            inheritance
                .parties
                .iter_mut()
                .for_each(|party| convert(&mut party.span));
        }
        parsed
            .diagnostics
            .iter_mut()
            .for_each(|diagnostic| convert(&mut diagnostic.span));
        parsed
            .diagnostics
            .sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.code));
        parsed.diagnostics.splice(0..0, document.diagnostics.iter().cloned());
        parsed.trace = tracer.entries;
        parsed.trace.iter_mut().for_each(|entry| convert(&mut entry.span));
        parsed
            .trace
            .sort_by_key(|entry| (entry.task.is_none(), entry.task, entry.span));
        parsed
    }
}
