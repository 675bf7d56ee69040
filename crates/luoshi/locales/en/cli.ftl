# The form of a failure
failure-line = Error: { $what }
failure-next-line = Next: { $next }
failure-cause-line = Cause: { $cause }

# What is the matter, and what to do next (.next)
failure-setting = A setting is wrong.
    .next = Compare the settings file, the environment and the flags with deploy/config.example.toml.
failure-public-url = public_url is no address: { $address }
    .next = Write it as https://host.
failure-plain-http = The site cannot listen on { $listen } without TLS: passwords would cross the network in the clear.
    .next = Listen on 127.0.0.1 behind a proxy that speaks TLS (set public_url = "https://…"); in a trusted inner network set allow_plain_http = true.
failure-output-needed = A workbook cannot be written to the screen.
    .next = Name a file with --output, such as --output ledger.xlsx.
failure-read-file = The file cannot be read: { $path }
    .next = Check the path and the permission to read it.
failure-write-file = The file cannot be written: { $path }
    .next = Check that the folder exists and can be written to, and that the disk is not full.
failure-file-exists = The file is there already: { $path }
    .next = Passwords are not written over anything; choose another name or move the file away.
failure-output = The output cannot be written.
    .next = Check the device or disk that it goes to.
failure-scanner = virus_scanner has a value that it cannot have: { $address }
    .next = Write unix:/path or tcp:host:port, for example unix:/run/clamav/clamd.ctl.
failure-file-store = file_store has a value that it cannot have: { $place }
    .next = Write folder, or s3://bucket/prefix together with s3_access_key_id and s3_secret_access_key.
failure-no-buckets = This program is built without object stores, so files cannot be kept in { $place }.
    .next = Use one that is built with --features s3, or set file_store to folder.
failure-files = The place of received files cannot be used.
    .next = Check the setting file_store, the permissions and the space on the disk.
failure-nothing-to-read = There is no file in the folders given.
    .next = Check the path; hidden files are left out.
failure-no-such-task = The document has no task { $number }; it has { $tasks }.
    .next = List its tasks with luoshi parse.
failure-no-site = There is no site in { $data }.
    .next = Name the right folder with --data; luoshi admin create-office or luoshi serve makes a new site; luoshi demo shows one.
failure-foreign-folder = { $data } holds other files, so no site is made in it.
    .next = Name an empty or a new folder with --data.
failure-not-a-demo = { $data } holds a real site and cannot be used for the demo.
    .next = Name another folder with --data.
failure-other-demo = The demo in { $data } was made from another document.
    .next = Name another folder with --data, or leave out --document to open the present one.
failure-folder = The data folder cannot be used: { $data }
    .next = Check the path, the permissions and the space on the disk.
failure-needs-migration = The database in { $data } belongs to an older release.
    .next = Back up the whole folder, then run luoshi migrate.
failure-newer-schema = The database in { $data } was written by a newer release.
    .next = Use the newer luoshi; this one leaves it alone.
failure-database-address = database is no address that can be used.
    .next = Write sqlite:FILE or postgres://user:password@host/name; docs/guide/postgresql.md explains it.
failure-foreign-database = { $database } holds another program's data.
    .next = Name an empty database; this one was left alone.
failure-not-empty = The database { $database } is not empty.
    .next = Name an empty database; this one was left alone.
failure-half-copied = The database { $database } holds half of a copy.
    .next = Empty it and move the site again; the old database is unchanged and can be used.
failure-still-in-use = Something was written to { $database } while it was copied.
    .next = Stop the site and other commands, empty the new database, and move the site again; the old database is unchanged.
failure-copy-differs = What was copied to { $database } does not agree with the record.
    .next = The old database is unchanged and can be used; empty the new one, find the cause with luoshi verify, then move again.
failure-moved = The site has moved from { $database } to { $moved_to }.
    .next = Change the setting database to the new one.
failure-unreachable = The database { $database } cannot be reached.
    .next = See whether the server runs and whether address, user, password and certificate are right; nothing was changed.
failure-unsafe-setting = In the database { $database } { $name } is { $found }, which loses acknowledged changes when the power fails.
    .next = Set { $name } to { $expected }, then start again.
failure-database = The database { $database } cannot be used.
    .next = Check disk space and permissions and that no other program holds it; else restore a backup.
failure-disk-lost = The disk under { $data } failed while the site was served. Nothing after that was acknowledged.
    .next = Look at the disk and its cables, start the site again, then run luoshi verify.
failure-foreign-key = The key in { $data } is not this site's.
    .next = Put the key file that the site was made with back at key/log.key.
failure-damaged-key = The key file in { $data } is damaged.
    .next = Restore key/log.key from the backup of the key.
failure-log-halted-key-lost = The log is not signed: its key is not in the folder key, and nothing is recorded meanwhile.
    .next = Put the key file back into the folder key; if it is lost for good, run luoshi log incident --reason TEXT to continue in a new log.
failure-log-halted-database-behind = The log is not signed: a signed checkpoint reaches further than the database; an older backup was restored, or a failover lost the end.
    .next = Restore a newer backup of the database and do not remove the folder log; where there is none, run luoshi log incident --reason TEXT to continue in a new log.
failure-log-halted-record-differs = The log is not signed: entries in the database do not agree with a signed checkpoint.
    .next = Run luoshi verify to find what was changed and restore a backup; where that cannot be, run luoshi log incident --reason TEXT to continue in a new log.
failure-log-unreachable = The log cannot be read: { $place }
    .next = Check address or folder, network and proxy; trying again later does no harm.
failure-no-log = There is no checkpoint at { $place }: it is no log, or one without entries.
    .next = The address ends in /log, for example https://host/log.
failure-key-needed = No verifier key was given.
    .next = Give the key that the site publishes with --key, or save the key history (/log/keys of the site) as luoshi-log-keys.txt beside the receipt.
failure-not-a-key = This is neither a verifier key nor a key history: { $key }
    .next = A key has the form name+8 digits+base64 and is at /log/key of the site; the history is at /log/keys and must not be changed.
failure-not-a-checkpoint = This is no checkpoint of the log: { $path }
    .next = Use the file as it was saved from /log/checkpoint, or the text of the gazette exactly as printed.
failure-not-an-entry = This is no entry: { $entry }
    .next = An entry has 32 bytes, in base64 or 64 hexadecimal digits, as the line leaf of a receipt.
failure-not-a-receipt = This is no receipt: { $path }
    .next = Use the file as it was downloaded from the page of the receipt.
failure-nothing-opened = The file has no entries that could be checked: { $path }
    .next = Use the JSON data that the page of a public task offers.
failure-no-such-entry = The log has { $size } entries; there is no { $index }.
    .next = Entries are counted from 0.
failure-entry-not-found = The entry is not in the log.
    .next = Look again in a while for a fresh receipt; where one is older than the latest checkpoint and its entry is missing, keep the receipt and object.
failure-listen = { $listen } cannot be listened on.
    .next = Another program may hold the port; choose another one, such as --listen 127.0.0.1:8081.
failure-no-such-plan = There is no such plan: { $name }
    .next = luoshi admin list shows the plans; luoshi import FILE --adopt makes one.
failure-nobody-reports = No body reports on any task of this plan yet.
    .next = Name who reports in the review or on the pages of the tasks, then open the accounts.
failure-no-such-organisation = No body is called “{ $name }”.
    .next = Use the full or short name of the document; luoshi admin list shows them.
failure-no-such-account = Nobody signs in as “{ $name }”.
    .next = luoshi admin list shows the names.
failure-no-such-erasure = There is no erasure { $name }.
    .next = luoshi admin erasures list shows the ids.
failure-no-such-job = No job { $job } was given up.
    .next = luoshi admin jobs list shows the numbers; what is still tried needs nothing.
failure-name-taken = Somebody signs in as “{ $name }” already.
    .next = Choose another name; for a forgotten password use luoshi admin reset-password.
failure-busy = Too much is being written, or somebody else has just changed the same thing.
    .next = Nothing was changed; try again in a moment.
failure-unavailable = It is not known whether the change is on the disk.
    .next = Check disk space, run luoshi verify, then see whether the change is there.
failure-defect = The program failed.
    .next = This was not completed; report the cause below to the developers.

# Why the ledger refuses
refusal-invalid-name = A name is empty, too long, has spaces, or characters that it may not have.
    .next = A sign-in name has 2 to 64 characters without spaces, the name of a body at most 100.
refusal-no-role = An account needs at least one role.
    .next = Give --role clerk, head or supervisor.
refusal-supervisor-outside-office = The supervisor role belongs to the supervision office alone.
    .next = Choose another role, or put the account into the supervision office.
refusal-invalid-text = The title of the document or the text of a task is missing or too long.
    .next = Leave out --adopt, correct it in the review on the site, and adopt it there.
refusal-no-tasks = There is no task in the document, so there is nothing to adopt.
    .next = Check the document.
refusal-no-reason = It was not said what happened.
    .next = Say it with --reason.
refusal-log-is-sound = Nothing hinders signing the log, so it need not be continued.
    .next = Run luoshi log status first; after the theft of a key add --although-sound.
refusal-other = The ledger refuses this ({ $code }).
    .next = See how things stand with luoshi admin list, then try again.

# Parsing
parse-progress = Reading
parse-file-line = { $file }:
parse-complaint = { $severity } ({ $code }): { $message }
parse-complaint-hint = hint: { $hint }
severity-error = error
severity-warning = warning
severity-info = note
parse-summary = Files: { $files }. Tasks: { $tasks }. Files with errors: { $failed }.
parse-column-file = file
parse-page-before = Page
parse-page-after = { "" }
parse-written = Written to { $path }.


# Importing
import-refused = { $file } was not imported and the data folder is unchanged:
import-review = Laid out for review. Tasks: { $tasks }. To be looked at first: { $unresolved }.
import-review-address = Review it at { $address }
import-serve-hint = If the site is not running, start it with luoshi serve.
import-adopted = Adopted as a plan: { $title } (year: { $year }, tasks: { $tasks }).
import-plan = Id of the plan: { $plan }
import-plan-address = Ledger: { $address }
import-next = Next: luoshi admin create-accounts --plan { $plan }, then sign in and issue the plan.

# Serving
serve-waiting = Trying again in { $seconds } seconds.
serve-address = The site is at { $address }
serve-stop = Stop it with Ctrl+C.
serve-no-accounts = There is no account to sign in with yet. In another window run: luoshi admin create-office --data { $data }
serve-stopped = Stopped.

# Verifying
verify-progress = Replaying
verify-counts = Events replayed: { $events }. Leaves of the log checked: { $leaves }. Files checked, documents and evidence: { $files }.
verify-sound = Nothing disagrees.
verify-search-stale = Places where the index of search disagrees with the ledger: { $count }. It is made from the ledger and proves nothing; run luoshi admin rebuild-search.
verify-unsound = Places that disagree: { $count }
verify-difference = table { $table }, row { $key }, column { $column }: { $kind }
verify-difference-row = table { $table }, row { $key }: { $kind }
verify-next = Next: keep the whole data folder as evidence, restore a backup, and find out who changed data behind the program's back.
difference-missing = missing
difference-surplus = not accounted for
difference-other = differs from the events
difference-unreadable = cannot be read
difference-not-committed-words = not the words that the event commits to
difference-not-committed-event = the leaf is not the commitment to the event
difference-gap = a gap in the numbering
difference-out-of-place = the event does not follow the ones before it
difference-not-erased = words that were erased by law are there again
fault-checkpoint-signature = the checkpoint is not signed by the key of this site
fault-published-checkpoint = the published checkpoint differs from the kept one
fault-tree = the log differs from what was signed: { $detail }
fault-other-log-key = The settings name another key of the log than the record does.
fault-erased-file = a file that was erased by law is there again: { $file }
fault-file = a file is missing or was changed: { $file }

# Migrating
migrate-engine-progress = Copying
migrate-engine-done = Copied { $rows } rows to { $database }; replayed { $events } events, checked { $leaves } leaves, nothing disagrees.
migrate-engine-next = Next: change the setting database to the new one and start. The old database is kept as it is and opened no more.
migrate-done = The database went from version { $before } to { $after }.
migrate-nothing = The database is at version { $after } already.

# Administration
admin-office-created = The supervision office “{ $name }” is set up.
admin-office-exists = The supervision office “{ $name }” exists already.
admin-passwords-once = These one-time passwords are shown this once and have to be changed at the first sign-in:
admin-head-organisation = body
admin-head-role = role
admin-head-name = sign-in name
admin-head-display-name = shown as
admin-head-password = one-time password
admin-head-plan = plan
admin-head-year = year
admin-head-title = title
admin-head-tasks = tasks
admin-head-issued = issued
admin-role-clerk = clerk
admin-role-head = head
admin-role-supervisor = supervisor
admin-display-clerk = { $organisation }填报人
admin-display-head = { $organisation }审核人
admin-accounts-opened = Accounts opened: { $count }
admin-accounts-present = Bodies that had their accounts already: { $count }
admin-accounts-written = Also written to { $path }; keep it safe and delete it after use.
admin-password-reset = The password is reset; every session of the account has ended.
admin-sweep-nothing = There is no file to remove.
admin-sweep-would = Files that nothing refers to: { $count }, { $bytes } bytes. Uploads that broke off: { $incoming }.
admin-sweep-done = Removed { $count } files that nothing referred to, { $bytes } bytes, and { $incoming } uploads that broke off.
admin-sweep-next = This is only a list; nothing was removed. To remove them, run luoshi admin sweep-files --remove.
admin-head-sha256 = SHA-256
admin-head-bytes = bytes
admin-site-files = (source documents)
admin-no-accounts = There is no account yet. Run luoshi admin create-office.
admin-no-plans = There is no plan yet. Run luoshi import FILE.
admin-not-issued = not issued
admin-search-rebuilt = The index of search is made again.
admin-next-serve = Next: luoshi serve, and sign in with the name above.

# Demo
demo-making = Making the demo site…
demo-reused = Using the demo site that is there: { $data }
demo-made = The demo site is made: { $data } (tasks: { $tasks }, reports: { $reports })
demo-accounts = Sign in with one of these names; the password of all is { $password }
demo-public = What is published needs no sign-in: { $address }
demo-other-accounts = Accounts of other bodies (such as { $name }) have no password; luoshi admin reset-password { $name } --data { $data } gives one
demo-unreported = The document names no responsible body, so the demo has no accounts that report.

# Registry of bodies
failure-registry = The registry of bodies has faults: { $path }
    .next = Correct the lines below, then check with luoshi orgs check.
registry-form = Line { $line } is not of the form of a registry: { $cause }
registry-name = A name is empty or has spaces in it: { $name }
registry-no-ends = “{ $name }” has no ends.
registry-period = “{ $period }” of “{ $name }” is neither a date nor a reform of the registry.
registry-order = “{ $name }” ends before it begins.
registry-successor = “{ $successor }”, which follows “{ $name }”, is not in the registry.
registry-twice = “{ $name }” stands twice for the same time.
orgs-sound = The registry is sound: { $bodies } names of bodies.
orgs-ambiguous = Note: “{ $name }” can be { $bodies }; it stays as written.
orgs-name = Full name
orgs-standing = Standing
orgs-level = Level
orgs-from = From
orgs-until = Until
orgs-successors = Followed by
orgs-nearest = Near names
orgs-standing-known = known
orgs-standing-superseded = renamed or merged by then
orgs-standing-not-yet = not set up by then
orgs-standing-ambiguous = more than one body
orgs-standing-unknown = not in the registry
orgs-level-national = national
orgs-level-province = province
orgs-level-city = city
orgs-level-county = county

# The log and receipts
log-key-came-along = Note: no --key was given, so the key that comes with the log was used. Compare it with another source, such as the gazette, and pin it with --key.
log-progress = Checking entries
log-search-progress = Looking for the entry
log-verified = Log: { $origin }
    Checkpoint: { $size } entries, root { $root }
    { $size } entries and { $tiles } tiles were checked; they are as signed.
log-is-frozen = This log stands still at { $size } entries; since { $begins } the log { $origin } continues it (the n-th log of a site is at /log/n).
log-frozen-elsewhere = The statement of the continuation names another last checkpoint than the one here.
log-checkpoint-unreadable = The checkpoint has another form: { $cause }
log-other-origin = The checkpoint is of another log, { $origin }, whose key is not known.
log-checkpoint-forged = The checkpoint is not signed by the trusted key: { $cause }
log-tile-missing = The tile { $tile } is missing.
log-tile-damaged = The tile { $tile } is damaged.
log-tile-differs = The tile { $tile } differs from the entries at its place { $position }, counted from 0.
log-tiles-differ = The tiles do not give the signed root.
log-root-differs = The entries do not give the signed root.
log-went-back = The log went back: it had { $old } entries and has { $new } now.
log-forked = The log forked: the checkpoint over { $new } entries does not contain the earlier one over { $old }.
log-finding-next = Keep both checkpoints and the receipts in question as evidence, and speak to whoever runs the site.
log-consistent = Consistent: from { $old } to { $new } entries, { $added } were added and nothing else.
    Old root { $old_root }
    New root { $new_root }
log-proof-written = The proof of entry { $index } was written to { $path }.
log-opened-proved = Holds: { $kind } of task { $number } (version { $version }, { $recorded }) is entry { $index } of the log.
log-opened-not-covered = Not checked: { $kind } of task { $number } (version { $version }, { $recorded }) is not under a checkpoint of this log yet.
log-opened-damaged = The data of an entry of task { $number } are damaged and cannot be checked.
log-opened-not-in-log = Does not hold: { $kind } of task { $number } (version { $version }, { $recorded }) is not what the log holds.
log-opened-other-words = Does not hold: the words with { $kind } of task { $number } (version { $version }, { $recorded }) are not those that were recorded.
log-opened-counts = { $proved } hold, { $elsewhere } were not checked.
watch-first = The first checkpoint, over { $size } entries, is kept in { $path }.
watch-unchanged = Nothing new: { $new } entries, root { $root }.
watch-grown = Consistent: { $old } entries became { $new }, root { $root }.
watch-other-log = The log changed its name: it was { $old } and is { $new }.
watch-alarm = ALARM:
log-status = Log: { $origin } (number { $number } of this site)
    Entries: { $size }
    Verifier key: { $key } (this log has had { $keys })
log-status-sound = It can be signed.
log-halt-key-lost = Not signed: the key is not in the folder key.
log-halt-database-behind = Not signed: a signed checkpoint reaches further than the database; an older backup was restored, or a failover lost the end.
log-halt-record-differs = Not signed: entries in the database do not agree with a signed checkpoint.
log-halt-next = Meanwhile everything can be read and nothing is recorded. Restore a newer backup or put the key back; where that cannot be, run luoshi log incident --reason TEXT.
log-key-rotated = The key was replaced. The new verifier key: { $key }
    Both keys sign for { $days } days. Publish the new key in the gazette or elsewhere, and back up the folder key.
log-continued = The incident is recorded, and the old log stands still at its last checkpoint.
    New log: { $origin } (number { $number } of this site, at /log/{ $number })
    Verifier key: { $key }
    Publish the incident, the name and the key of the new log, and back up the folder key.
receipt-genuine = The receipt is genuine: its signature fits the key.
receipt-states = Log: { $origin }
    Event: { $event }
    Recorded: { $recorded }
receipt-not-yet = The receipt has no proof of inclusion, so it is not known whether a checkpoint covers it. Download it again later from its page, or make a proof with luoshi log prove.
receipt-covered = It stands in the log: entry { $index }, checkpoint over { $size } entries, root { $root }.
receipt-carried-over = It stands in the log { $origin }, which continues the one that promised: entry { $index }, checkpoint over { $size } entries, root { $root }.
receipt-checkpoint-agrees = It agrees with the checkpoint given ({ $size } entries).
receipt-checkpoint-not-compared = The checkpoint given ({ $size } entries) has another size than the one of the proof and cannot be compared off-line; luoshi log consistency can.
receipt-changed = The receipt was changed: the signature does not fit the text.
receipt-not-signed = No known key of the log has signed the receipt: it is forged, or the key was replaced since. Get the latest key history (/log/keys) and check again.
receipt-key-out-of-force = The key of the receipt no longer signed at the time that it states; it is not to be trusted.
receipt-other-log = The receipt is of another log, { $origin }. Check it with the key of that site.
receipt-proof-other-log = The proof is of another log, { $origin }, which does not continue the log of the receipt.
receipt-proof-checkpoint = The checkpoint of the proof is not signed by the key of its log.
receipt-proof-does-not-hold = The proof is not of the entry that the receipt promises, or was changed.
receipt-fork = The checkpoint of the proof contradicts the one given: the log forked. Keep both as evidence.
# Erasures by law
erasures-none = There is no erasure yet.
erasures-confirmed = Agreed; the words are gone from the ledger. luoshi admin erasures list tells when the disk is scrubbed.
erasures-declined = Declined.
erasures-exported = Wrote the list of { $count } erasures; keep it beside the backups.
erasures-reapplied = Erased { $count } texts again. Check with luoshi verify.
erasures-head-id = Id
erasures-head-time = Proposed
erasures-head-ground = Ground
erasures-head-texts = Texts
erasures-head-files = Files
erasures-head-first = First person
erasures-head-state = State
erasures-ground-personal-information = personal information
erasures-ground-personality-rights = personality rights
erasures-ground-state-secret = state secret
erasures-ground-business-secret = business secret
erasures-ground-court-or-authority = court or authority
erasures-state-proposed = waits for the second person
erasures-state-declined = declined
erasures-state-scrubbing-pending = gone from the ledger; raw pages pending
erasures-state-finished = erased

# Background work
jobs-counts = { $waiting } waiting, { $buried } given up.
jobs-oldest = The oldest was written at { $time }.
jobs-retried = It will be tried again.
jobs-discarded = Thrown away.
jobs-head-id = Number
jobs-head-kind = Work
jobs-head-state = State
jobs-head-attempts = Tries
jobs-head-enqueued = Written
jobs-head-next = Next
jobs-head-cause = Cause
jobs-state-waiting = waiting
jobs-state-buried = given up
refusal-file-erased = This file was erased by law and is not taken again.
    .next = Take out of it what the law does not let stay, and import it then.
refusal-erasure-decided = This erasure was decided already.
    .next = luoshi admin erasures list shows it.
refusal-office-alone = Words of a promise go only by two people of the supervision office, not by the console.
    .next = Have another supervisor sign in and decide.
