# Pages for the public, without signing in
public-plans = Public
    .lead = What was promised, who is responsible and how far it has come: to read and to download without signing in.
public-none-yet = No plan is open to the public yet.
    .next = Plans appear here once the supervision office has opened tasks of them.
public-year = for { $year }
public-open-tasks =
    { $count ->
        [one] one open task
       *[other] { $count } open tasks
    }
public-check = Check the log
public-plan = Public plan
    .lead = Every open task; open one for its text, the reason for its light and its figures month by month.
public-lights = Lights
public-search = Find tasks
public-words = Words
public-section = Section
public-body = Body
public-light = Light
public-all = All
public-find = Find
public-clear = Clear
public-nothing-found = No task fits. Try other words, or clear the search.
public-found =
    { $count ->
        [one] One task
       *[other] { $count } tasks
    }
public-column-number = No.
public-column-task = Task
public-column-bodies = Bodies
public-column-targets = Targets
public-column-due = Due
public-column-light = Light
public-column-proof = Proof
public-first-page = Back to the first page
public-next-page = Next page
public-download = Download the data:
public-csv-tasks = CSV (tasks)
public-csv-values = CSV (figures)

public-task = Public task
    .lead = The promise as written, who is responsible, why the light has its colour, and two series of figures: reported and verified.
public-promise = The promise as written
public-excluded = Words marked like this
public-excluded-why = are not tracked ({ $reason }): they stay in the text and are not assessed or ranked.
public-not-tracked = This task is not tracked ({ $reason }): its text stays, and it is not assigned, reported on or given a light.
public-state = How it stands
public-deliverable = What counts as done
public-completion = Completion
public-figures = Figures by month
public-figures-note = “Reported” is what the responsible body says, “verified” what was found on checking; the two stand apart and never replace each other. Figures count from the beginning of the year.
public-no-figures = There are no figures yet that the head of a body has approved.
public-column-month = Month
public-column-organisation = Reporting body
public-column-subject = What is measured
public-column-reported = Reported
public-column-verified = Verified
public-not-verified = not verified yet
public-task-json = Download the data of this task (JSON)

public-data = About the data
    .lead = How the open data are downloaded, and what each field means.
public-data-where = The data are open to everybody without signing in and may be used freely. The id is the one in the address of the page.
public-data-json = every open task of a plan, with its figures by month
public-data-task-json = one task, in the same form
public-data-csv = table of tasks, one line a task
public-data-values = table of figures, one line a figure of one body in one month
public-data-rules = The encoding is UTF-8. Numbers in JSON are decimal strings with 万 and 亿 multiplied out. In CSV, words that begin with =, +, - or @ have an apostrophe before them, so that no spreadsheet takes them for a formula. Tasks that are not open, texts of reports and problems are not in the data.
public-data-json-fields = Fields of the JSON
public-data-task-columns = Columns of the table of tasks
public-data-value-columns = Columns of the table of figures
data-schema = name and version of the form
data-taken-at = when the data were taken (UTC)
data-log = name of the log and its latest checkpoint
data-plan = the plan: id, title, year, issuer, document number
data-id = lasting id of the task
data-number = number in the ledger
data-section = its section
data-label = its number in the document
data-title = its title
data-text = the promise, word for word
data-parties = bodies: part, as written, full name, whether stated once for several
data-targets = targets: what is measured, value, unit, comparison, as written
data-deliverable = what counts as done
data-due = deadline
data-light = red, yellow, green, grey (no light yet) or not_tracked; in JSON with proof, reason and rule
data-not-tracked = why the whole task is not tracked; empty where it is
data-excluded = clauses of the text that are not tracked: from and to (in characters, from 0) and why
data-record = the original records of the task itself (only in the data of one task): log, place, salt, bytes of the event in base64, and the salts of the public words, to check the log with
data-values = figures by month: reported by the body, and verified, which is null until somebody verified them
data-lead = leading body
data-responsible = responsible and implementing bodies and classes of bodies
data-cooperating = cooperating bodies
data-light-reason = code of the reason for the light
data-light-rule-version = version of the rules for lights
data-light-since = since when the light has this colour
data-proof = none (no report yet), self_reported or verified
data-latest-period = month of the latest report
data-reported-completion = completion as last reported, in percent
data-verified-completion = completion as last verified, in percent
data-task-id = lasting id of the task
data-period = month
data-organisation = reporting body
data-subject = what is measured; completion means the share that is done
data-unit = unit
data-reported = the figure that the body reported
data-verified = the figure that was verified
data-is-verified = whether the report was verified
data-submitted-on = the day on which it was last submitted
last-good = The latest data cannot be read at the moment; this is the page as it was when they last could. It will be current again by itself.
