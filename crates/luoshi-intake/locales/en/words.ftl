# Words for scope, numbers, parts of the text and roles, and for tables and explanations.

scope-policing = policing and “stability” campaigns
scope-speech-control = control of speech and of the network
scope-population-control = births and population control
scope-religious-affairs = religious affairs
scope-identity-and-ethnicity = ethnic groups and identity
scope-labour-transfer = organised labour transfer
scope-residence-and-watching = residence, movement and the watching of persons

mention-ordinal = an ordinal
mention-programme-name = part of a name
mention-threshold = a threshold that narrows a thing
mention-specification = a technical property
mention-age = an age
mention-rate-or-subsidy = a rate, price or subsidy
mention-procedure-duration = how long something takes
mention-identifier = an identifier
mention-date = a date or year
mention-actual-value = what was reached already
mention-existing-thing = a description of what exists
mention-fixed-phrase = a fixed phrase
mention-no-unit = a number without a unit
mention-out-of-scope = in a part that is not tracked

span-blank = blank
span-title = title
span-document-number = document number
span-addressees = addressees
span-preamble = preamble
span-section-label = section number
span-section-title = section title
span-task-label = task number
span-task-title = task title
span-measure = measure
span-responsibility = responsible bodies
span-deadline = deadline
span-context = other text
span-closing = closing
span-signature = signature
span-unresolved = unresolved

role-lead = lead
role-responsible = responsible
role-cooperating = cooperating
role-implementing = implementing
role-leader-person = leader in charge
role-generic = generic

column-number = No.
column-category = Section
column-text = Task (as written)
column-target = Target or deliverable
column-responsible = Responsible
column-cooperating = Cooperating
column-deadline = Deadline
column-scope = Scope
column-source = Source

sheet-name = Tasks
sheet-note-file = Source: { $file }
sheet-note-number = Document number: { $number }
sheet-note-draft = Found in the text by the program, for review; nobody has confirmed it.

tracking-tracked = tracked
tracking-not-tracked = not tracked: { $reason }
tracking-excluded = clause not tracked ({ $reason }): “{ $clause }”

explain-task = Task
explain-section = Section
explain-place = characters { $start } to { $end }
explain-line = line { $line }
explain-rules = Rules that fired
explain-no-trace = The rules that fired were not recorded.

diff-title = Two breakdowns compared
diff-old = Old
diff-new = New
diff-summary = { $carried } carried over ({ $unchanged } of them with the same targets, deadlines and bodies), { $added } new, { $dropped } dropped.
diff-figures = Changes in figures
diff-kind = Change
diff-count = Number
diff-changed = Tasks that changed
diff-added = New tasks
diff-dropped = Dropped tasks
diff-numbers = Task { $old } before, task { $new } now

change-target-raised = target raised
change-target-lowered = target lowered
change-target-reworded = target reworded
change-target-added = target added
change-target-dropped = target dropped
change-delayed = delayed
change-advanced = brought forward
change-deadline-added = deadline added
change-deadline-dropped = deadline dropped
change-party-added = body added
change-party-dropped = body dropped
change-party-role = part of a body changed
change-party-succeeded = body followed by its successor

stats-bodies = Tasks by body
stats-months = Deadlines by month
stats-body = Body
stats-month = Month
stats-files = Documents
stats-tasks = Tasks
stats-not-tracked = Tasks not tracked
stats-without-body = Tasks without a body
stats-without-target = Tasks without a target
stats-without-deadline = Tasks without a deadline
stats-targets = Targets
stats-targets-without-number = Targets without a number
stats-deadlines = Deadlines
stats-continuous = Deadlines without an end
stats-undated = Deadlines that fall into no month
