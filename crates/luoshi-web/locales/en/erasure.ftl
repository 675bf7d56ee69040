# Erasure by law
erasures = Erasures by law
    .lead = Words and files that have to go by law: who proposed, who agreed and on which ground stays on record.
erasures-none = Nothing has been proposed yet.
    .next = Propose an erasure from the page of a report, task, plan or account, or look for words.
erasures-count = { $count ->
    [one] One erasure
   *[other] { $count } erasures
}
erasure = An erasure
    .lead = One person proposes. When another agrees, words and salts are destroyed; events, commitments and log stay as they are.
erasure-proposed-at = Proposed
erasure-ground = Legal ground
erasure-ground-hint = Words of a promise (plan, task, source document) go only as personal information, state secret or by decision of a court or authority, and only by two people of the supervision office.
erasure-extent = Extent
erasure-extent-of = texts: { $texts }, files: { $files }
erasure-first = First person
erasure-second = Second person
erasure-state = State
erasure-explanation = Explanation
    .hint = Say how it came about and why. Do not repeat the words that are to go.
erasure-texts = The texts
erasure-what = Text
erasure-where = Where it stands
erasure-words-shown = Words
erasure-file = Received file
erasure-choose = Choose
erasure-decide = Decision of the second person
erasure-other-person = You proposed this one. Another person of the office, or the console of the server, has to decide; of a promise, another person of the office alone.
erasure-confirm-means = The words go from the ledger at once and cannot be brought back; earlier backups are destroyed at the end of their term.
erasure-confirm = Agree to the erasure
erasure-decline = Decline
erasure-withdraw = Withdraw
erasure-decline-reason = Reason
erasure-reason-missing = Give a reason
erasure-pending-means = The words are gone from the ledger. Removing files and overwriting free pages of the database is still to be done; the time will be shown here.
erasure-progress-proposed = waits for the second person
erasure-progress-declined = declined
erasure-progress-scrubbing-pending = gone from the ledger; raw pages pending
erasure-progress-finished = erased
new-erasure = Propose an erasure
    .lead = Choose the words that have to go, give the legal ground and an explanation; another person decides.
new-erasure-plan = Propose an erasure of words of this plan
new-erasure-document = Propose an erasure of the source document
erasure-words = Find words
    .hint = Looks through the whole record, word for word, such as for a person's name.
erasure-words-missing = Enter the words to look for
erasure-find = Find
erasure-found = { $count ->
    [one] One text
   *[other] { $count } texts
}
erasure-found-cut = Only the first 200 are listed; look again after the erasure.
erasure-found-none = Nothing that could be erased was found.
erasure-nothing-chosen = Choose at least one text or file
erasure-ground-missing = Choose the legal ground
erasure-explanation-missing = Say how it came about and why
erasure-means = Another person decides; until then the words stay. Numbers, names of bodies and quotations that tasks hold cannot be erased.
erasure-propose = Propose the erasure
erased-by-law = Erased by law
public-erasures = Erasures by law
    .lead = How much was erased each year, and on which ground.
public-erasures-means = Two people decide on each erasure, and each stands in the log. No proof is changed by one.
public-erasures-none = Nothing has been erased.
public-erasures-year = Year
public-erasures-erasures = Erasures
public-erasures-texts = Texts
public-erasures-files = Files

ground-personal-information = personal information (Personal Information Protection Law, article 47)
ground-personality-rights = personality rights (Civil Code)
ground-state-secret = state secret (Law on Guarding State Secrets)
ground-business-secret = business secret
ground-court-or-authority = judgment in force or decision of an authority

text-name-sign-in-name = name to sign in with
text-name-display-name = name of a person
text-name-file-name = file name
text-name-document-text = text of the source document
text-name-plan-title = title of the plan
text-name-document-number = document number
text-name-issuer = issuer
text-name-section-title = title of a section
text-name-task-title = title of the task
text-name-task-text = text of the task
text-name-basis = what the task rests on
text-name-deliverable = deliverable
text-name-done = what was done
text-name-problems = problems
text-name-help-wanted = help wanted
text-name-next-step = next step
text-name-return-reason = reason for the return
text-name-conclusion = finding
text-name-explanation = explanation of an erasure
text-name-incident-reason = what happened to the log
text-name-decline-reason = reason for declining an erasure

# Jobs
jobs = Background work
    .lead = Work that follows a change, such as signing checkpoints and scrubbing the disk, and what could not be done.
jobs-waiting = { $count ->
    [0] No work is waiting.
    [one] One job is waiting.
   *[other] { $count } jobs are waiting.
}
jobs-oldest = The oldest was written at { $time }.
jobs-waiting-list = Waiting
jobs-buried = Given up
jobs-buried-none = None.
jobs-buried-means = These were tried many times and given up. Have one tried again once its cause is mended; throw away what is no longer needed.
job-kind = Work
job-enqueued = Written
job-attempts = Tries
job-cause = Cause
job-buried = Given up
job-next = Next try
job-do = What to do
job-retry = Try again
job-discard = Throw away
job-integrate-log = Sign a checkpoint of the log
job-finish-erasures = Scrub erased words and files
job-sweep-files = Remove files that nothing refers to
