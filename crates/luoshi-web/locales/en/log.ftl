# The transparency log
log = Transparency log
    .lead = Every step of the ledger is entered into a log that can only grow, and anybody can check that no record was changed.
log-what = Adopting, issuing, reporting, verifying, publishing: each act adds an entry to this log. An entry is a checksum that tells nothing of its content; from time to time the site signs a checkpoint over all of them. Changing, deleting or inserting any earlier entry no longer agrees with the checkpoints that were signed.
log-origin = Name of the log
log-key = Verifier key
log-size = Entries
log-checkpoint = Latest checkpoint
log-empty = Nothing is recorded yet. A checkpoint appears here after the first act.
log-how = How to check it
log-step-keep = Note the name and the key above and keep a copy of today's checkpoint. Compare the key with another source, such as the gazette.
log-step-check = Check the signature and every entry with a general verifier. The log has the open format C2SP tlog-tiles, which ready-made libraries such as Go's golang.org/x/mod/sumdb read; no program of this site is needed:
log-step-grow = Check again some time later against the checkpoint that you kept: the new log has to contain the old one unchanged.
log-step-receipt = The receipt that you get for a report or another act states the checksum and the time of its entry. The page of the receipt offers the proof that the entry is in the log.
log-step-site = Whoever runs this server can also have the program replay every record from the beginning and compare it with the present data:
log-limits = What it proves and what it does not
log-limits-leaves = The log holds salted checksums only, no tasks, bodies or persons; matters that are not public do not leak through it.
log-limits-truth = The log proves that no record was changed in silence. It does not prove that a reported figure is true; verification is there for that.
