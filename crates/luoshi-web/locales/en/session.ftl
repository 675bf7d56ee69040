# Signing in and passwords
sign-in = Sign in
    .lead = For the supervision office and for the clerks and heads of every body.
sign-in-name = User name
sign-in-password = Password
sign-in-help = Without an account, or with a forgotten password, ask your supervision office.
sign-in-wrong = The user name or the password is not right. Check both and type them again.
sign-in-too-many =
    { $count ->
        [one] Too many wrong passwords. Try again in about a minute, or ask the supervision office for a new password.
       *[other] Too many wrong passwords. Try again in about { $count } minutes, or ask the supervision office for a new password.
    }
