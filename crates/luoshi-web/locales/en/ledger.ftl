# The ledger
ledgers = Ledger
    .lead = Choose a plan to see who is responsible for each task, how far it is and its light.
ledgers-empty = There is no issued plan that concerns your body yet. Its tasks appear here once the supervision office issues one.
ledgers-empty-supervisor = There is no plan yet. Import a breakdown document, check it and adopt it.
ledgers-go-import = Import a document
plan-title = Plan
plan-year = Year
plan-tasks = Tasks
plan-state = State
plan-issued = issued ({ $time })
plan-not-issued = not issued

ledger = Ledger
    .lead = Every task with its bodies, deadline, progress and verification; open one to see its source and why it has its light.
ledger-add-task = Add a task by hand
ledger-not-issued = The plan is not issued: only the supervision office sees it and nobody owes reports yet.
ledger-lights = Lights
ledger-filter = Filter the ledger
ledger-section = Section
ledger-organisation = Body
ledger-light = Light
ledger-all = All
ledger-apply = Filter
ledger-clear = Clear the filter
ledger-empty = There are no tasks in this plan yet.
ledger-empty-filter = No task matches. Widen or clear the filter.
ledger-table = Table of the ledger, scrolls sideways
ledger-first-page = Back to the first page
ledger-next-page = Next page
ledger-xlsx = Export as Excel (xlsx)
ledger-csv = Export as CSV
ledger-print-hint = Printing this page gives the ledger on A3 landscape.

party-that-leads = { $name } (lead)

column-number = No.
column-section = Section
column-text = Task (as written)
column-target = Target or deliverable
column-responsible = Responsible
column-cooperating = Cooperating
column-official = Official
column-due = Due
column-milestones = Milestones
column-progress = Progress
column-completion = Completion
column-light = Light
column-problems = Problems
column-next-step = Next step
column-verification = Verification
column-remarks = Remarks

export-note = Figures as of { $date }; checkpoint { $checkpoint }
export-page-before = Page
export-page-after = { "" }
export-note-known = What the ledger had recorded at the end of { $date }; checkpoint { $checkpoint }
export-note-true = What had taken effect by the end of { $date }, as far as it was recorded by { $known }; checkpoint { $checkpoint }
