# A plan: issuing, publishing, naming reporters
plan = Plan
    .lead = How far this plan has come and what comes next: issue it, name who reports, open it to the public.
plan-to-ledger = Open the ledger
plan-go-issue = Go on to issuing
plan-done = Done, and recorded.
plan-receipt = See the receipt
plan-fact-state = State
plan-state-adopted = Adopted, not issued
plan-state-issued = Issued ({ $time })
plan-fact-issuer = Issuer
plan-fact-document-number = Document number
plan-fact-document-date = Date of the document
plan-fact-report-day = Reports due
plan-report-day = by day { $day } of each month
plan-count-tracked = { $count } tracked
plan-count-both = { $tracked } tracked, { $untracked } not tracked
plan-add-task = Add a task by hand
plan-missing = Who has not reported
plan-to-public = See the public page
plan-issue = Issue
plan-issue-means = Once the plan is issued, bodies see the tasks that concern them when they sign in, and owe reports each month from this one on. Issuing cannot be taken back.
plan-issue-bodies =
    { $count ->
        [one] One body will report each month.
       *[other] { $count } bodies will report each month.
    }
plan-issue-unnamed =
    { $count ->
        [one] One task has nobody to report on it; after issuing, nobody will for now.
       *[other] { $count } tasks have nobody to report on them; after issuing, nobody will for now.
    }
plan-issue-unnamed-list = See them
plan-issue-do = Issue the plan
plan-unnamed = Tasks that nobody reports on yet
plan-unnamed-none = Every tracked task has somebody who reports on it.
plan-unnamed-count =
    { $count ->
        [one] There is one. Open it and name who reports.
       *[other] There are { $count }. Open them and name who reports.
    }
plan-publication = Open to the public
plan-publication-means = The public reads the promise, its bodies, targets, lights and figures; texts of reports and problems are never shown. A task that is not opened is not seen by the public. The text of a task that is not tracked can be opened as well.
plan-publication-later = The public sees it once the plan is issued.
plan-publication-open =
    { $count ->
        [0] No task is open yet.
        [one] One task is open.
       *[other] { $count } tasks are open.
    }
plan-open-tracked = Open all tracked tasks ({ $count } not open yet)
plan-publication-choose = Or choose one by one
plan-column-choose = Choose
plan-column-task = Task
plan-column-tracking = Tracking
plan-column-publication = Publication
plan-tracked = tracked
plan-not-tracked = not tracked
plan-publish-do = Open the chosen tasks
plan-withhold-do = Withhold the chosen tasks
plan-error-no-task = Mark at least one task first
plan-effective-on = In force since
    .hint = Left empty: since now. A day between the date of the document and today; the ledger keeps that day and the time of recording. Reports are owed from its month on.
