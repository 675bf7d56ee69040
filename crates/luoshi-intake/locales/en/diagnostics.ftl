# Complaints while reading and parsing. Each code has a message and advice (-hint).

empty-file = The file is empty.
empty-file-hint = Check that it is the right file and open it in its own program to see whether there is anything in it.
file-too-large = The file has { $size } bytes; the limit is { $limit }.
file-too-large-hint = Save it without pictures, or split it into several files.
unknown-format = The format of this file is not known.
unknown-format-hint = Save it as docx, txt or html and try again.
picture-file = This is a picture or scan ({ $format }); there is no text in it.
picture-file-hint = Use a file with text, or run text recognition first and proofread the result.
archive-file = This is an archive ({ $format }), not a document.
archive-file-hint = Unpack it and choose the document inside.
unsupported-format = This version cannot read { $format }.
unsupported-format-hint = Save it as docx in an office program and try again.
damaged-file = The file is incomplete or damaged.
damaged-file-hint = Download or copy it again; if an office program opens it, save a copy and try that.
encrypted-file = The file is protected by a password.
encrypted-file-hint = Save it without a password and choose it again.
expansion-limit = The unpacked file exceeds a limit ({ $limit }).
expansion-limit-hint = Copy the content into a new document and save that; do not use a file of unknown origin.
nesting-limit = The file is nested deeper than { $limit } levels.
nesting-limit-hint = Copy the content into a new document, save that and try again.
undecodable-bytes = { $count } places are no text in { $encoding } and were replaced by a mark.
undecodable-bytes-hint = Save the text as UTF-8, or use docx.
mojibake =
    { $encoding ->
        [font] The text looks garbled: a font hides which characters it shows.
       *[other] The text looks garbled (read as { $encoding }).
    }
mojibake-hint = Open it in its own program, save it as UTF-8 or docx, and compare it with the original.
lost-digits = A number seems to be missing: “{ $name }” ({ $count } such places).
lost-digits-hint = Compare with the original; if the digits are there, ask for another copy of the file or save it as docx and read it again.
tracked-changes = The document has { $count } tracked changes: deleted text was left out, inserted text was kept.
tracked-changes-hint = Make sure that this is the final version; if not, accept or reject the changes and save it again.
scanned-file = The { $pages } pages of this { $format } are pictures; there is no text in it.
scanned-file-hint = Ask for the file that the pages were printed from, or run text recognition first and proofread the result.
scanned-pages = { $count } of { $pages } pages are pictures; their text is missing here.
scanned-pages-hint = Compare with the original, and ask for the file that the pages were printed from.
hidden-sheets = { $count } hidden sheets were left out.
hidden-sheets-hint = If they belong to the document, show them in a spreadsheet program and save the file again.
no-tasks = No task was found.
no-tasks-hint = Tasks usually bear a number (一、（一）、1.) and name responsible bodies; make sure that this is a breakdown and not a covering notice.
duplicate-number = The number “{ $label }” occurs more than once.
duplicate-number-hint = Compare with the original: either the number is wrong or a task was written twice.
number-gap = The numbering has a gap: number { $label } was expected and “{ $found }” found.
number-gap-hint = Compare with the original: an item may be missing.
no-party = Task “{ $label }” names no responsible body.
no-party-hint = Add one in the review, or make sure that a heading above names it.
unknown-organisation = “{ $name }” is no body of the registry and stays as written.
unknown-organisation-hint =
    { $candidates ->
        [none] Check the name; if it is right, use it as it is or add it to the site's own registry.
       *[other] Near names are: { $candidates }. Check it; if it is right, use it as it is or add it to the site's own registry.
    }
superseded-organisation = “{ $name }” was renamed or merged by { $until } at the latest; the name stays as written.
superseded-organisation-hint =
    { $successors ->
        [none] Find out which body took over.
       *[other] { $successors } took over. Check this before you say who reports.
    }
ambiguous-organisation = “{ $name }” could be more than one body at that time and stays as written.
ambiguous-organisation-hint = It may be: { $candidates }. Choose by the source.
unclosed-bracket = The bracket with the responsible bodies is not closed; it was read to the end of the line.
unclosed-bracket-hint = Check the bracket against the original, and that no body is missing or too many.
unresolved = This text can be read in { $count } ways, and the program did not choose.
unresolved-hint = Say on the review page what it is.
no-date = The document states no date or year, so that deadlines such as 年底前 have no day.
no-date-hint = Give a date or a year (on the command line: --date, --year).
inferred-year = The document states no date or year; its deadlines are read with the year { $year }, of which its tasks speak.
inferred-year-hint = If it is another year, give it (on the command line: --date, --year).
not-tracked = Outside the limits of scope ({ $reason }): recorded as written, not tracked.
not-tracked-hint = Text and bodies are kept in full; a wrong mark is corrected by a new version of the scope policy file.
too-many-tasks = { $count } tasks were found, more than the { $limit } that a breakdown can have.
too-many-tasks-hint = This looks like a collection of documents; split it and take each in by itself.
