# Signing in, for staff.
sign-in-title = Log in to { $practice }
field-email = Email address
field-password = Password
field-keep = Keep me logged in on this device
sign-in-button = Log in
sign-in-forgot = Forgot your password?
sign-in-other-practice = Find another practice
sign-in-wrong = That email address and password don't match. Check both and try again, or use "Forgot your password?" below.
sign-in-incomplete = Please fill in both your email address and your password.
sign-in-stale = This page was open for a long time, so we didn't send your password. Your email address is still here: please type your password again.
sign-in-wait = Too many tries in a row. To keep guessers out, please wait until { $time } and try again. A device that is recognised, or a passkey, gets in without waiting.
sign-in-off = Too many tries in a row: this password can't be used from here any more. Use "Forgot your password?" to choose a new one. A device that is recognised, or a passkey, still gets in.

# Invitations. In a mail's text a line that is a link stands alone.
mail-invitation-subject = { $inviter } invites you to { $practice }
mail-invitation-text =
    Hello { $name },
    { $inviter } has made an account for you at { $practice }. Open this page to choose your password and join:
    { $link }
    The link works once, until { $until }. If it is too late then, open it anyway: the page sends you a new one.
    If you don't know { $practice }, you can ignore this mail. Nothing happens until the link is used.
