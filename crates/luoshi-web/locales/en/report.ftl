# Reports: filling in, approving, verifying
report = Progress report
    .lead = What was reported for the month, and what approval and verification found.
report-of-month = { $organisation }: report for { $month }
report-task = Task
report-target = Target
report-month = Month
report-body = Body
report-state = State
report-submitted = Submitted

report-form = Report progress
    .lead = Your body's progress this month; once submitted it goes to the head of your body for approval.
report-other-month = Report on another month
report-values = Values reached
    .hint = Cumulative from the start of the year, in the unit after the box; leave empty what is not known yet.
report-promised = promised: { $quantity }
report-last-value = last time: { $value }
report-value-no-number = A value has to be a number, for example 12.5
report-completion = Completion
    .hint = A whole number from 0 to 100; left empty it follows from the values.
report-completion-wrong = Completion has to be a whole number from 0 to 100
report-done = Progress
    .hint = What was done and how far it is. Results, not meetings and papers; no photos needed.
report-done-missing = Say what was done; if nothing was, say so
report-problems = Problems
    .hint = May stay empty.
report-help-wanted = Help wanted
    .hint = Who should coordinate what; may stay empty.
report-next-step = Next step
    .hint = May stay empty.
report-too-long = More than 20,000 characters; please shorten
report-submit = Submit
report-save = Save as draft
report-saved = The draft is saved; it has not been submitted.
report-after = After submission the head of your body approves it and the supervision office verifies it; you get a receipt.
report-earlier = Last report ({ $month })
report-correct = Correct and submit again

report-with-head = It waits for the head of the body.
report-approved-at = Approved { $time }; it waits for the supervision office.
report-verified-at = Verified { $time }; method: { $method }.
report-returned-at = Returned { $time }
report-said = What was reported
report-late =
    { $count ->
        [one] one day late
       *[other] { $count } days late
    }

approvals = Approve
    .lead = Reports that clerks of your body submitted and that wait for you.
approvals-empty = No report waits for approval. They appear here once a clerk submits one.
approve = Approval
approve-lead = Once approved it is your body's word and goes to the supervision office.
approve-do = Approve

return = Return
return-reason = Reason for the return
    .hint = Say what has to be added or corrected; the clerk reads it.
return-reason-missing = Give the reason for the return
return-do = Return for correction

verifications = Verify
    .lead = Reports that heads have approved and that wait for the supervision office.
verifications-empty = No report waits for verification. They appear here once a head approves one.
verify = Verification
verify-lead = Verified values stand beside the reported ones and replace none. The burden of proof is the verifier's: no photos and check-ins are asked of the reporter.
verify-method = Method
verify-method-missing = Choose a method
verify-value = Value found: { $target }
verify-reported = reported: { $value }
verify-not-reported = the body reported no value
verify-completion = Completion found
verify-conclusion = Conclusion
    .hint = What was checked and with what result; where it differs from the report, on what grounds.
verify-found = What the verification found
verify-do = Confirm

receipt = Receipt
    .lead = Proof that the site has received this and entered it; please keep it.
receipt-received = Received
receipt-number = Number
receipt-meaning = Content, time and number are signed, with the promise to enter them into the transparency log; should somebody alter the record later, this receipt shows it.
receipt-go-on = Go on with other work
receipt-download = Download the receipt (text)
receipt-text = The receipt itself
receipt-proof = Proof of inclusion
receipt-proof-meaning = The record stands in the transparency log; the proof below can be checked offline.
receipt-no-proof = The log is numbering its entries; reload this page in a while for the proof. A receipt that was downloaded before stays valid and can be downloaded again then.
receipt-how = How to keep and check it
receipt-how-keep = Download and keep this receipt and one copy of the key history (on the page of the log). It can be checked later without signing in and off-line:
receipt-how-codes = First the signature is checked, then whether a checkpoint covers the entry; a receipt that was changed, forged or is of another site is told apart.

evidence = Evidence
evidence-optional = Only if you want to: reports without files are submitted and verified just the same. At most { $count } files of { $limit } MB each; only your body and the supervision office can open them, never the public.
evidence-choose = Choose files
    .hint = Documents, sheets, pictures or text, several at once. “Add files” keeps them with the draft; what you typed is kept too.
evidence-add = Add files
evidence-remove = Remove
evidence-remove-named = Remove { $name }
evidence-destroyed = destroyed by law, no longer kept
evidence-erased = Not added: this file was erased by law and is not taken again.
evidence-none-chosen = Choose files first, then press “Add files”
evidence-refused = A file was not added, for the reason given with its name; what you typed is saved as a draft
evidence-too-large = Not added: the file is larger than { $limit } MB, or too many were sent at once. Compress it, split it, or add files one after the other.
evidence-empty = Not added: the file is empty. Check it and choose it again.
evidence-nameless = Not added: the file has no name. Give it one and choose it again.
evidence-active = Not added: this is a program, a script or a page, which is not taken, for safety. Use one of these formats: { $endings }.
evidence-unknown-ending = Not added: this format is not taken (unpack archives and add what is in them). Formats that are: { $endings }.
evidence-not-what-it-says = Not added: the content is not what the ending of the name says; the file may be damaged or renamed. Save it again with the program that made it. Formats that are taken: { $endings }.
evidence-too-many = Not added: a report carries at most { $limit } files. Remove what is not needed, or join files.
evidence-quota = Not added: the files of your body fill the room that it has. Remove files from drafts, or have the supervision office ask the administrator for more.
evidence-infected = Not added: the virus scan found “{ $virus }”. Have your computer checked and choose another file.
evidence-scanner-silent = Not added: the virus scanner gives no answer, and no file is taken without a scan. Try again later; if the report is urgent, submit it without the file.
evidence-no-room = Not added: the server has no room left. Tell the administrator; if the report is urgent, submit it without the file.
evidence-broken-off = Not added: the file did not arrive in full. Check your connection and choose it again.
