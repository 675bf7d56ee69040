# Settings, bodies and accounts
settings = Settings
    .lead = Your account, password and display.
settings-account = Account
settings-name = Name
settings-roles = Roles
settings-display = Display
settings-language = Language
settings-text-size = Text size
settings-site = This site

password = Change the password
    .lead = A password that only you know.
password-one-time = You are using a one-time password. Replace it with your own before anything else.
password-old = Present password
password-new = New password
password-again = New password once more
password-rule = At least { $shortest } characters; a whole sentence is fine. Not the name of your body or your own.
password-change = Change the password
password-changed = The password is changed; sessions on other devices have ended.
password-differs = The two new passwords differ
password-wrong = The present password is not right
password-too-many = Too many wrong passwords; try again in a quarter of an hour
password-length = The new password is too short or too long
password-unchanged = The new password is the present one
password-easily-guessed = The new password is too easily guessed

organisations = Bodies and accounts
    .lead = The bodies of the register, with their clerks and heads.
organisations-empty = No body is registered yet. Bodies are entered when a breakdown document is adopted.
organisations-hint = Accounts are opened on the server by the administrator, who also resets forgotten passwords.
organisation-name = Body
organisation-kind = Kind
organisation-people = Accounts
organisation-nobody = none yet
