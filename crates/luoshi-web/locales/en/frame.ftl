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
past-known = This is what the ledger had recorded at the end of { $day }; nothing that was recorded later is in it. It can be looked at and not acted on.
past-true = This is what had taken effect by the end of { $day }, as far as it was recorded by { $time }. It can be looked at and not acted on.
past-back = Back to today
past-choose = Look at a past day
past-day = As of
past-clock = By which time
past-clock-known = what was recorded by then
past-clock-true = what was true by then, also where it was recorded later
past-show = Show
log-halted = The log is not signed at present and nothing is taken in; reading goes on. The administrator finds the cause with luoshi log status on the server.
