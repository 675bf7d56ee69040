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
