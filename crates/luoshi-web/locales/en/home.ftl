# First page, list of what is owed, missing reports
home = Home
    .lead = What needs you now, in order of due date.
home-today = Today is { $date }.
home-owed = My list
home-owed-empty = Nothing is left to report.
home-owed-count =
    { $count ->
        [one] One report is left to hand in.
       *[other] { $count } reports are left to hand in.
    }
home-handed-in =
    { $count ->
        [one] { " " }One more is handed in.
       *[other] { " " }{ $count } more are handed in.
    }
home-all-owed = The whole list
home-approvals = Waiting for my approval
home-verifications = Waiting for verification
home-waiting =
    { $count ->
        [one] One report.
       *[other] { $count } reports.
    }
home-all = The whole list
home-missing-in = Reports of { $month }
home-missing = { $count } missing

to-do = To do
    .lead = What your body owes: which report, until when, and how far it has come.
to-do-open = To be reported, or returned
to-do-empty = Nothing is left to report. The reports of a month are listed from its first day.
to-do-under-way = Handed in

owed-due = Due
owed-late =
    { $count ->
        [one] one day late
       *[other] { $count } days late
    }
owed-today = due today
owed-left =
    { $count ->
        [one] one day left
       *[other] { $count } days left
    }

missing = Missing reports
    .lead = Bodies and tasks whose report of a month is owed and not in (returned ones included), to be printed or followed up.
missing-show = Show
missing-heading = { $plan }: missing for { $month }
missing-none = Every report of this month is in.
missing-bodies =
    { $count ->
        [one] One body,{ " " }
       *[other] { $count } bodies,{ " " }
    }
missing-total =
    { $count ->
        [one] one report missing.{ " " }
       *[other] { $count } reports missing.{ " " }
    }
as-of = As of { $date }.
missing-items =
    { $count ->
        [one] one report
       *[other] { $count } reports
    }
missing-print = Printing this page gives the list.
