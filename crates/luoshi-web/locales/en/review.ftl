# The review: drafts beside their source, checked and adopted
review = Review
    .lead = The tasks that were found stand beside the text of the document, those in doubt first. Check them, then adopt them as a ledger.
review-to-plan = Open the plan
review-start = Begin with the first doubt
review-go-adopt = Go on to adopting
review-adopted = This document is adopted and its review can no longer be changed. Reporters, deadlines and publication are changed on the pages of the plan and its tasks.
review-year-guessed = The text states no year; deadlines are reckoned for { $year } for now.
review-year-confirm = Check the year of the plan and save it
review-coverage =
    { $unresolved ->
        [0] Of { $total } characters { $accounted } have their place, every one of them; no task needs your confirmation.
        [one] Of { $total } characters { $accounted } have their place, every one of them; one task needs your confirmation.
       *[other] Of { $total } characters { $accounted } have their place, every one of them; { $unresolved } tasks need your confirmation.
    }
review-coverage-incomplete =
    { $unresolved ->
        [0] Of { $total } characters only { $accounted } have their place; no task needs your confirmation. Compare with the text to see whether something was left out.
        [one] Of { $total } characters only { $accounted } have their place, and one task needs your confirmation. Compare with the text to see whether something was left out.
       *[other] Of { $total } characters only { $accounted } have their place, and { $unresolved } tasks need your confirmation. Compare with the text to see whether something was left out.
    }
review-count-sections =
    { $count ->
        [one] One section
       *[other] { $count } sections
    }
review-count-tasks =
    { $count ->
        [one] One task
       *[other] { $count } tasks
    }
review-count-targets =
    { $count ->
        [one] One target
       *[other] { $count } targets
    }
review-count-bodies =
    { $count ->
        [one] One body
       *[other] { $count } bodies
    }
review-complaints = Notes of the reader ({ $count })
review-drafts = Tasks that were found
review-unresolved = To confirm ({ $count })
review-nothing-unresolved = Nothing is waiting for confirmation.
review-settled = The others ({ $count })
review-source = Text of the document
review-to-source = See it in the text
review-to-draft = Draft of task { $number }
review-mark-party = body
review-mark-target = target
review-mark-excluded = clause not tracked
review-mark-unresolved = more than one reading
review-party = { $name } ({ $role })
review-name-joint = { ", " }
review-checked = Checked
review-not-tracked = Not tracked: { $reason }
review-excluded =
    { $count ->
        [one] One clause is not tracked
       *[other] { $count } clauses are not tracked
    }
review-parties = Bodies: { $names }
review-target = Target: { $target }
review-due = Due: { $date }
review-reporters = Reported by: { $names }

doubt-no-party = No responsible body is named
doubt-nobody-reports = Only a class of bodies is named; nobody reports yet
doubt-unresolved = A part can be read in more than one way
doubt-duplicate-number = Another task bears the same number
doubt-target-without-subject = A target does not say what it measures

review-plan = About the plan
review-plan-title = Title of the plan
review-plan-year = Year of the plan
review-plan-date = Date of the document
review-plan-report-day = Report day of each month (1–31)
review-plan-save = Save the details of the plan
review-adopt = Adopt as a ledger
review-adopt-means = Adopting enters the following into the ledger and leaves a record; the words of the tasks are not changed any more. Bodies see them once the plan is issued.
review-adopt-tasks =
    { $count ->
        [one] One task enters the ledger
       *[other] { $count } tasks enter the ledger
    }
review-adopt-bodies =
    { $count ->
        [0] No new body is entered
        [one] One new body is entered
       *[other] { $count } new bodies are entered
    }
review-adopt-bodies-list = See the new bodies
review-adopt-not-tracked =
    { $count ->
        [one] One of them is not tracked: its text stays, and it is not assigned, reported on or given a light
       *[other] { $count } of them are not tracked: their text stays, and they are not assigned, reported on or given a light
    }
review-adopt-unreported =
    { $count ->
        [one] Nobody reports on one task yet; name somebody on the page of the task afterwards
       *[other] Nobody reports on { $count } tasks yet; name somebody on the pages of the tasks afterwards
    }
review-adopt-unresolved =
    { $count ->
        [one] One task is still to be confirmed. You may adopt now, but bodies and targets of a task cannot be corrected here afterwards.
       *[other] { $count } tasks are still to be confirmed. You may adopt now, but bodies and targets of a task cannot be corrected here afterwards.
    }
review-adopt-do = Adopt as a ledger

review-error-title = The title of the plan has 1 to 200 characters in one line
review-error-year = The year has four digits, from 1949 to 2100
review-error-date = Write the date like 2026-06-30; it has to be a real day
review-error-report-day = The day of the month is a number from 1 to 31
review-error-task-title = The title of the task has 1 to 300 characters in one line
review-error-role = Choose the part that the body plays
review-error-name = The name of a body has at most 100 characters in one line
review-error-name-missing = Give the full name of the body; to take the row out, mark “Remove”
review-error-reports = A class of bodies or a person cannot report; give a body and another part
review-error-reporter = Whoever reports has to be a body that the task names
review-error-subject = Say what the target measures; to take the row out, mark “Remove”
review-error-value = A value is a number, such as 4.5 or 27100
review-error-range = A range needs two numbers, the second not below the first
review-error-comparator = Choose how the value compares
review-error-too-long = The text is too long; make it shorter
review-error-reason = Say why the task is not tracked

review-task = Check a task
    .lead = Compare bodies, targets, deadline and reporters with the text; saving leads to the next doubt.
review-task-neighbours = Tasks before and after
review-task-previous = Previous (task { $number })
review-task-next = Next (task { $number })
review-task-doubts = Please confirm
review-task-promise = Task { $number } as written
review-task-promise-stays = Not a word of it is changed: the public and the bodies read what was issued. Only what was found in it is checked here.
review-task-excluded = “{ $clause }” is not tracked ({ $reason }); it stays in the text.
review-task-shipped = This task is not tracked: { $reason }. A mark of the policy that comes with the program cannot be taken away here; a false one is corrected in a new version of the policy.
review-task-save = Save
review-task-save-back = Save and return to the list
review-task-leave = Leave without saving
review-task-title = Title of the task
review-task-parties = Bodies
    .hint = The name is the full one; the document's own stands beside it. Mark one body under “Reports” to have it report for all, or several to have each report its own part.
review-task-parties-shipped = The bodies of a task that is not tracked are kept; nobody reports on it.
review-column-role = Part
review-column-name = Name of the body
review-column-raw = As written
review-column-reports = Reports
review-column-remove = Remove
review-inherited = (stated once for several)
review-row-role = Part in row { $row }
review-row-name = Name of the body in row { $row }
review-row-reports = The body in row { $row } reports
review-row-remove = Remove the body in row { $row }
review-task-targets = Targets
    .hint = Values count in the unit beside them, with 万 and 亿 multiplied out: 2.71万户 is 27100 户. A result without a number may have no value.
review-column-subject = What is measured
review-column-comparator = Comparison
review-column-value = Value
review-column-value-max = Upper end
review-column-unit = Unit
review-column-quantity = As written
review-row-subject = What is measured in row { $row }
review-row-comparator = Comparison in row { $row }
review-row-value = Value in row { $row }
review-row-value-max = Upper end of the range in row { $row }
review-row-unit = Unit in row { $row }
review-row-remove-target = Remove the target in row { $row }
review-task-more = Add rows
review-task-due = Deadline
    .hint = Without one, the last day of the plan's year counts.
review-task-deliverable = What counts as done
    .hint = For a task without a number: what has to be there for it to be done.
review-task-scope = Tracking
    .hint = A matter outside the limits of this system can be left out: its text stays, and it is not assigned, reported on or given a light. The reason is published with the task.
review-task-leave-out = Do not track this task
review-task-reason = Why it is not tracked
review-task-checked = Checked, nothing in doubt

comparator-at-least = at least (≥)
comparator-at-most = at most (≤)
comparator-about = about (≈)
comparator-equal = equal to (=)
comparator-more-than = more than (>)
comparator-less-than = less than (<)
comparator-range = range
