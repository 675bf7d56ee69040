# Documents: what was received, and bringing one in
document-list = Documents
    .lead = Breakdown documents that were received, and how far the review of each has come.
document-import = Import a document
    .lead = Have a breakdown document read; a person checks every task that is found before it enters the ledger.
document-none-yet = No document has been imported yet.
    .next = Choose “Import a document” and upload the issued breakdown document, or paste its whole text.
document-count =
    { $count ->
        [one] One document
       *[other] { $count } documents
    }
document-column-plan = Title of the plan
document-column-file = Source document
document-column-tasks = Tasks
document-column-state = State
document-column-changed = Last change
document-state-adopted = Adopted
document-to-plan = Open the plan
document-state-unresolved =
    { $count ->
        [one] In review, one task to confirm
       *[other] In review, { $count } tasks to confirm
    }
document-state-ready = In review, nothing in doubt

document-file = File
    .hint = Word (.docx), a workbook (.xlsx), PDF or OFD with text in it, plain text (.txt, .md) or a web page (.html), up to 20 MB. Scans and pictures hold no text and cannot be imported.
document-text = Or paste the whole text
    .hint = Copied from a page or another program; instead of a file, not beside it.
document-where-none = Where the text has none
    .hint = Deadlines such as “by the end of the year” need a year. A date or year in the text itself comes first; without one, what you say here counts; without either, the present year is taken and you are asked to confirm it.
document-date = Date of the document
document-year = Year of the plan
document-import-do = Import and begin the review
document-import-next = Reading takes a few seconds. Then the review begins; no task exists before you adopt it.
document-cancel = Cancel
document-pasted-name = pasted text.txt

document-refused = “{ $name }” cannot be imported
document-refused-kept = Nothing was kept. Follow the advice above and choose the file again; everything else that you filled in is still here.
document-error-both = Choose either a file or pasted text, and empty the other
document-error-none = Choose a file, or paste the whole text
document-error-date = Write the date like 2026-01-31; it has to be a real day
document-error-year = The year has four digits, from 1949 to 2100
