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
failure-unreachable = The database { $database } cannot be reached.
    .next = See whether the server runs and whether address, user, password and certificate are right; nothing was changed.
failure-unsafe-setting = In the database { $database } { $name } is { $found }, which loses acknowledged changes when the power fails.
    .next = Set { $name } to { $expected }, then start again.
failure-database = The database { $database } cannot be used.
    .next = Check disk space and permissions and that no other program holds it; else restore a backup.
failure-key-missing = The key of the log (key/log.key) is missing in { $data }.
    .next = Put back the key file that the site was made with.
failure-foreign-key = The key in { $data } is not this site's.
    .next = Put the key file that the site was made with back at key/log.key.
failure-damaged-key = The key file in { $data } is damaged.
    .next = Restore key/log.key from the backup of the key.
failure-log-ahead = The database in { $data } is older than its published log; perhaps an old backup was restored.
    .next = Restore a newer backup of the database; do not delete the folder log.
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
fault-checkpoint-signature = the checkpoint is not signed by the key of this site
fault-published-checkpoint = the published checkpoint differs from the kept one
fault-tree = the log differs from what was signed: { $detail }
fault-file = a file is missing or was changed: { $file }

# Migrating
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
