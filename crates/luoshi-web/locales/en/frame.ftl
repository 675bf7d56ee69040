# What stands around every page
site-name = Luoshi
skip-to-content = Skip to content
navigation = Main navigation
path-back = Path back
text-large = Larger text
text-normal = Normal text
sign-out = Sign out
colophon = The promise stays as written, every change leaves a trace, each line can be looked up.
go-home = Back to the first page
go-sign-in = Go to sign-in

place-home = Home
place-ledger = Ledger
place-to-do = To do
place-approvals = Approve
place-verifications = Verify
place-documents = Documents
place-public = Public
place-settings = Settings

form-errors = Some fields need a change; everything else has been kept

month =
    { $month ->
        [1] January { $year }
        [2] February { $year }
        [3] March { $year }
        [4] April { $year }
        [5] May { $year }
        [6] June { $year }
        [7] July { $year }
        [8] August { $year }
        [9] September { $year }
        [10] October { $year }
        [11] November { $year }
        [12] December { $year }
       *[other] { $year }-{ $month }
    }
no-figure = no figure
target-with-subject = { $subject }: { $quantity }
log-halted = The log is not signed at present and nothing is taken in; reading goes on. The administrator finds the cause with luoshi log status on the server.
