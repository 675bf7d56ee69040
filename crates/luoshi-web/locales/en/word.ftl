# Fixed words for states, roles, kinds
light-red = Red
light-yellow = Yellow
light-green = Green
light-grey = No light yet
light-not-tracked = Not tracked

proof-none = no report yet
proof-self-reported = self-reported
proof-verified = verified

state-none = Not reported
state-submitted = Awaiting approval
state-approved = Awaiting verification
state-verified = Verified
state-returned = Returned

role-supervisor = Supervision office
role-head = Head
role-clerk = Clerk

party-lead = lead
party-responsible = responsible
party-cooperating = cooperating
party-implementing = implementing
party-leader-person = official
party-generic = general

task-kind-report-task = Task of the report
task-kind-meeting-decision = Meeting decision
task-kind-leader-instruction = Leader's instruction

organisation-kind-department = Department
organisation-kind-locality = Locality
organisation-kind-supervision-office = Supervision office
organisation-kind-other = Other body

method-documents = Documents read
method-data-comparison = Data compared
method-site-visit = Site visited
method-sample = Sample checked

stage-approval = returned at approval
stage-verification = returned at verification

publication-withheld = Withheld
publication-open = Public

event-organisation-founded = Body entered
event-account-opened = Account opened
event-document-received = Document received
event-plan-adopted = Plan adopted
event-plan-issued = Plan issued
event-task-adopted = Task entered
event-reporter-named = Reporter or deadline named
event-task-published = Publication changed
event-report-submitted = Report submitted
event-report-approved = Report approved
event-report-returned = Report returned
event-report-verified = Report verified
event-log-key-rotated = Key of the log replaced
event-log-continued = Log continued
event-erasure-proposed = Erasure proposed
event-erasure-declined = Erasure declined
event-content-erased = Erased by law
event-erasure-reapplied = Erased again after a restoration

reason-not-tracked = This task is not tracked here and has no light.
reason-not-issued = The plan is not issued yet; there is no light.
reason-no-reporter = Nobody is named to report; there is no light.
reason-completed = Completion has reached 100%.
reason-overdue = The deadline { $due } has passed with completion at { $completion }.
reason-gap =
    { $gap ->
        [one] By now { $planned }% should be done; { $completion }% is, a gap of one point.
       *[other] By now { $planned }% should be done; { $completion }% is, a gap of { $gap } points.
    }
reason-gap-none = By now { $planned }% should be done; { $completion }% is, so there is no gap.
reason-missed =
    { $count ->
        [one] One monthly report is owed and missing.
       *[other] { $count } monthly reports in a row are owed and missing.
    }
reason-missed-none = Every report that is owed is in.
reason-nothing-owed = No report is owed yet.
reason-recovering = It was red at the end of last month and has caught up; by the rule it goes through yellow.
rule = Rule { $rule } (version { $version })
since = since { $date }

scope-policing = policing and “stability”
scope-speech-control = control of speech
scope-population-control = births and population control
scope-religious-affairs = religious affairs
scope-identity-and-ethnicity = ethnicity and identity
scope-residence-and-watching = residence control and the watching of persons
scope-labour-transfer = organised labour transfer

yes = yes
no = no
dash = —
