# Passwords at the portal, where a practice keeps them, and what a client reads about the ways to sign in.
portal-use-password = Use a password instead
portal-intro-link-code = We email you a code that signs you in.
portal-intro-link = We email you a link that signs you in.
portal-password-keeps = Your practice sends you no email, and nobody there may give you a PIN. Nothing but this password would let you in. Make a passkey first, or talk to your practice.
portal-password-over-title = You no longer need a password here
portal-password-over-what = We email you a link that signs you in, and an old password opens nothing any more.
portal-password-over-what-code = We email you a code that signs you in, and an old password opens nothing any more.
portal-password-over-code = You no longer need a password here. We email you a code that signs you in, and an old password opens nothing any more.
portal-password-over-no-mail = A password opens nothing here any more.
portal-password-over = You no longer need a password here. We email you a link that signs you in, and an old password opens nothing any more.
# Said whatever was wrong, and where passwords are turned off too.
portal-password-wrong = We couldn't sign you in with that email address and password. Check both and try again, or sign in by email: that works without a password.
portal-password-weak = Your password was right, but it is too easy to guess, so it opens nothing any more. Sign in by email instead. Then you can choose a new password in My info.
portal-password-wait = Too many tries in a row. To keep guessers out, the password has to wait until { $time }. Signing in by email works at once.
portal-password-off = Too many tries in a row: this password can't be used from here any more. Signing in by email works at once, and then you can choose a new password in My info.
portal-password-forgotten = Forgotten it, or never had one? You need none to sign in by email.

# The client's own password.
portal-password-title = Your password
portal-password-what = With it you can also sign in by email address and password. Signing in by email goes on working beside it.
portal-password-what-no-mail = With it you sign in by email address and password. Your practice sends you no email.
portal-password-brought = You have a password from before.
portal-password-choose = It is too easy to guess, so it opens nothing. Please choose a new one.
portal-password-elsewhere = You stay signed in here. Everywhere else you are signed out.
portal-password-set = Set a password
portal-password-prove = Before you set a password, show once more that it's you. Then you come back here.
portal-password-remove = Remove the password
portal-password-enough = Two people with this email address have a password already, and it can't be more. Please go on as you signed in now.
portal-password-done-set = Your password is set. Everywhere else you are signed out.
portal-password-done-not-saved = The password that you typed was not saved: you first had to show that it's you. Please type it again.
portal-password-done-removed = Your password is removed. Your other ways to sign in go on working.

# How a client signs in, in My info, and once by itself after a change.
ways-title = How you sign in here
ways-new-title = What is new: how you sign in here
ways-intro = The ways in that your practice has for you.
ways-new = Your practice changed how you sign in. These are your ways in now.
ways-password-over = You no longer need your password here. It opens nothing any more, and you can forget it. These are your ways in now.
ways-mine-code = You type your email address, and we email you a code. No password needed.
ways-mine-password-code = You type your email address, and we email you a code. Or you use a password.
ways-mine = You type your email address, and we email you a link. No password needed.
ways-mine-password = You type your email address, and we email you a link. Or you use a password.
ways-mine-no-mail = Your practice sends you no email. They let you in with a PIN.
ways-all = See every way
ways-go-on = Go on
ways-link = A link by email
ways-link-what = Type your email address on the sign-in page and press “Email me a link”. Press the link in the same browser, or type the six digits from the email. Each email works once, so nobody can use it after you.
ways-code = A code by email
ways-code-what = Type your email address on the sign-in page and press “{ $button }”. We email you a code: type its six digits on the page where you asked. Each email works once, so nobody can use it after you.
ways-no-mail = Without an email
ways-no-mail-pin = Your practice sends you no email. Press “I can't get the email” on the sign-in page, call your practice and read out the number you see there. They read out a PIN, and you type it on that page.
ways-no-mail-password = Your practice sends you no email. You sign in with your email address and your password.
ways-no-mail-passkey = Your practice sends you no email. You sign in with your passkey.
ways-no-mail-either = Your practice sends you no email. You sign in with your passkey, or with your email address and password.
ways-no-mail-ask = Your practice sends you no email. Talk to them about how you sign in.
ways-password = Email address and password
ways-password-what = On the sign-in page, press “Use a password instead”. If you forget it, sign in by email.
ways-password-what-no-mail = On the sign-in page, press “Use a password instead”. If you forget it, talk to your practice.
ways-passkey = Your finger, your face or your device's PIN
ways-passkey-what = Make a passkey once, and from then on one press signs you in, without an email.
ways-keep = Fewer emails
ways-keep-what = Tick “Keep me signed in on this device” on a device that only you use. Then you stay signed in there for up to { $days } days.
ways-stuck = When no email comes
ways-stuck-what = Press “I can't get the email” on the sign-in page. It says how to reach your practice.
ways-stuck-pin = Press “I can't get the email” on the sign-in page. It says how to reach your practice, and they can let you in with a PIN.
ways-private = When somebody else reads your email
ways-private-what = There is a way to keep them out, and no email will mention it.
