# Signing in, for staff.
sign-in-title = Log in to { $practice }
field-email = Email address
field-password = Password
field-keep = Keep me logged in on this device
field-keep-hint = On your own or your practice's device: no verification code here for up to { $days } days.
sign-in-button = Log in
sign-in-forgot = Forgot your password?
sign-in-other-practice = Find another practice
sign-in-as-client = Sign in to the client portal
sign-in-wrong = That email address and password don't match. Check both and try again, or use "Forgot your password?" below.
sign-in-incomplete = Please fill in both your email address and your password.
sign-in-stale = This page was open for a long time, or opened beside another one, so we didn't send your password. Your email address is still here: please type your password again.
sign-in-wait = Too many tries in a row. To keep guessers out, please wait until { $time } and try again. A device that is recognised, or a passkey, gets in without waiting.
sign-in-off = Too many tries in a row: this password can't be used from here any more. Use "Forgot your password?" to choose a new one. A device that is recognised, or a passkey, still gets in.

# Invitations. In a mail's text a line that is a link stands alone.
mail-invitation-subject = { $inviter } invites you to { $practice }
mail-invitation-text =
    Hello { $name },
    { $inviter } has made an account for you at { $practice }. Open this page to choose your password and join:
    { $link }
    The link works once, until { $until }. If it is too late then, open it anyway: the page sends you a new one.
    From then on you log in here; it is worth a bookmark:
    { $url }
    If you don't know { $practice }, you can ignore this mail. Nothing happens until the link is used.

# The sign-in page, what else can be said there.
sign-in-network = Too many different names were tried from your internet connection, so it has to wait about an hour. A device that is recognised still gets in. If you share this connection with others, tell your administrator.
sign-in-busy = More people are signing in than we can serve this second. Your email address is still here: please wait a few seconds and try again.
sign-in-again = That took too long, or it was finished elsewhere. Please start again.
sign-in-total-end = You were logged in for as long as your practice allows. Log in again and you'll be back where you were.
sign-in-ended = You were logged out here: from another browser, by a change in how you log in, or by your practice. Please log in again.
sign-in-elsewhere = This browser looks different from the one in which you logged in. To be sure that it is you, please log in again.
to-sign-in = Go to the login page

# One sentence at the top of the next page.
notice-logged-out = You are logged out.
notice-ask-anew = Your address is filled in. Press the button and we'll send a new link.
notice-password-reset = Your new password is set. Please log in with it now.

# Forgotten password.
forgot-title = Forgot your password?
forgot-intro = Type the email address you log in with. We'll send a link to it with which you choose a new password.
forgot-button = Email me a link
forgot-sent = If somebody here logs in with that address, an email with a link is on its way. The link works once, for { $minutes } minutes.
forgot-not-there = No email after a few minutes? Look in the spam folder, check that the address is the one you log in with, or ask an administrator of your practice which one it is.
forgot-once-more = Try another address
forgot-not-an-address = Type an email address, like name@example.com
forgot-stale = This page was open for a long time, or opened beside another one, so we didn't use it. Your email address is still here: please press the button again.
forgot-network = There were very many requests from your internet connection. Please wait an hour, or ask an administrator of your practice for help.
mail-reset-link-subject = Choose a new password for { $practice }
mail-reset-link-text =
    Hello { $name },
    Somebody asked for a new password for your account at { $practice }. If that was you, open this page and choose one:
    { $link }
    The link works once, until { $until }. Your verification code or passkey will be asked for as always.
    If it wasn't you, you don't have to do anything. Your password stays as it is.

# The page behind the mailed link.
reset-title = Choose a new password
reset-intro = It is for { $email }. You log in with it from now on, so choose one that you use nowhere else.
reset-button = Set new password
reset-after = You will be logged out everywhere, and recognised devices are forgotten. Then you log in with the new password; if you use a verification code or a passkey, it is asked for as always.
reset-done-other = Your new password is set. { $here } is logged in in this browser: log out here to log in yourself.
reset-done-other-client = Your new password is set. Somebody is signed in here in this browser: log out here to log in yourself.
reset-done-log-out = Log out and go on
reset-over-title = This link opens nothing any more
reset-used = This link was used on { $time }. If that was you, log in with the password you chose. If it wasn't you, ask for a new link and choose another password now.
reset-replaced = This link stopped working on { $time }, because a newer one was made or the password was changed. If you have a newer mail, use the link in that one.
reset-expired = This link could be used until { $time }.
reset-unknown = We don't know this link. It may have been cut off on the way, or belong to another practice.
reset-not-joined = This link chooses no password, because the invitation to this account was never accepted. Please use the link in the invitation, or ask whoever invited you for a new one.
reset-moved = This link was made for an account that has changed since.
reset-new-hint = We can send a new link to the same address.
reset-new-button = Email me a new link
reset-to-forgot = Ask for a new link

# New passwords.
field-new-password = New password
field-current-password = Current password
password-hint = At least { $least } characters. Four or five unrelated words make a good one; spaces and every other character are welcome.
password-empty = Type a new password.
password-too-short = Use at least { $needed } characters: { $missing ->
    [one] one more is needed
   *[other] { $missing } more are needed
}. A few unrelated words are easy to remember.
password-too-long = This is longer than we can take (1,024 bytes). Use a shorter one.
password-control = This holds a character that can't be typed everywhere, such as a line break. Leave it out.
password-common = This is one of the passwords that guessers try first. Use a few unrelated words instead.
password-leaked = This password has turned up in a list of stolen passwords. Choose one that you use nowhere else.
password-context = This is made of “{ $word }”, which anybody would try here. Use words that have nothing to do with you or the practice.
password-pattern = This follows a pattern that is easily guessed, such as a repetition or a row of keys. Use a few unrelated words instead.
password-strong-enough = Good: this can be your password.
password-very-strong = Very good: this is hard to guess.

# A password that must change before anything else.
due-title = Please choose a new password
due-intro = Your password was right, but it is no longer safe enough for this practice: it is too short, or it is on a list that guessers use. Choose a new one to go on. You will be logged out everywhere else.
due-button = Set new password and go on

# Changing the password in My info.
change-title = Change password
change-intro = Choose a password that you use nowhere else.
change-everywhere = You stay logged in here. Everywhere else you will be logged out, and recognised devices are forgotten.
change-same = This is your password already. Choose another one.
change-current-empty = Type your current password.
change-current-wrong = That is not your current password.
change-stopped = Your password was stopped on { $day }, when "this wasn't me" was pressed in a mail to you. Nobody can log in with it, and there is none to type here: choose a new one by mail.
change-done = Your password is changed.
change-done-what = You are logged out everywhere else, and recognised devices are forgotten. We have sent you an email about it.

# Fresh proof before something sensitive.
confirm-title = Is it still you?
confirm-intro = Before you change how you log in, please type your password once more.
confirm-intro-practice = Before you go on with this, please type your password once more: you logged in a while ago.
confirm-intro-practice-passkey = Before you go on with this, please use a passkey, or type your password once more: you logged in a while ago.
confirm-intro-stopped = Your password was stopped on { $day }, when "this wasn't me" was pressed in a mail to you: nobody can log in with it. Choose a new one by mail, then log in with that.
confirm-intro-stopped-passkey = Before you go on with this, please use a passkey. Your password was stopped on { $day }, when "this wasn't me" was pressed in a mail to you: nobody can log in with it until you choose a new one by mail.
confirm-intro-passkey = Before you change how you log in, please use a passkey, or type your password once more.
confirm-button = Go on
confirm-cancel = Cancel
confirm-empty = Type your password.
confirm-wrong = That password isn't right. Please try again.
confirm-stale = This page was open for a long time, so we didn't send your password. Please type it again.

# A session that locked.
kept-form-filled = Nothing was done with what you sent: you were asked who you are first. Here is what you typed, but for passwords and codes; please look it over and send it again.
kept-form-nothing = Nothing was done with what you sent: you were asked who you are first. Please do it again.
kept-form-cut = Nothing was done with what you sent: you were asked who you are first, and it was too long to be kept. Please fill it in again.
kept-unsent-filled = This page locked before you sent it. Here is what you had typed, but for passwords and codes; please look it over and send it.
kept-unsent-lost = This page locked before you sent it, and what you had typed could not be kept. Please fill it in again.
own-password-wait = Too many tries in a row. To keep guessers out, please wait until { $time } and try again.
own-password-wait-passkey = Too many tries in a row. To keep guessers out, please wait until { $time } and try again. A passkey works without waiting.
own-password-off = Too many tries in a row: this password isn't taken here any more. Log out, and choose a new one with "Forgot your password?" on the page where you log in.
own-password-off-passkey = Too many tries in a row: this password isn't taken here any more. A passkey still works. Or log out, and choose a new password with "Forgot your password?" on the page where you log in.
locked-title = Locked
locked-intro = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost: type your password and you are back where you were.
locked-intro-passkey = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost: use a passkey, or type your password, and you are back where you were.
locked-button = Unlock
locked-someone-else = Log in as someone else

# Logging out.
log-out-title = Log out?
log-out-intro = Press the button to log out in this browser.
log-out-stay = Stay logged in

# "This wasn't me", the link in notices.
not-me-title = Wasn't it you?
not-me-intro = If you don't recognise what our mail told you about, press the button. It ends every session, forgets every recognised device, deletes passkeys made since that mail, and your current password stops working at once. An authenticator app, backup codes or a mobile number that were added since that mail are removed too.
not-me-intro-client = If you don't recognise what our mail told you about, press the button. It signs you out everywhere, deletes passkeys made since that mail, and a password you have here stops working at once. Afterwards you sign in by email as always.
not-me-next = Then you choose a new password; if the mail is older than half an hour, by a link that we send to the same address. If you had a verification code or a passkey before that mail, it is asked for as always. If your only one was added since, it is removed, and the new password waits a day so that a mail alone can't open your account; your practice can help sooner.
not-me-button = It wasn't me: end everything
not-me-was-me = It was me
not-me-used = This link was already used on { $time }. Every session was ended then, and the password of that time stopped working.
not-me-replaced = This link stopped working on { $time }. Nobody had pressed it, so it ended nothing. If you are worried, choose a new password: that ends every session.
not-me-expired = This link could be used until { $time }. If you are worried, choose a new password: that ends every session too.
not-me-unknown = We don't know this link. It may have been cut off on the way, or belong to another practice. If you are worried, choose a new password: that ends every session.
not-me-done-client = It is done: you are signed out everywhere, and a password you had here opens nothing any more. If somebody else can read your email, talk to your practice before you sign in again.
not-me-done-mailed = It is done: every session is ended and the password doesn't work any more. The mail you came from is older than half an hour, so we have sent a new one to { $email }: its link leads to a new password.
not-me-done-wait = It is done: every session is ended, the password doesn't work any more, and your second step is removed.
not-me-done-held = It is done: every session is ended and the password doesn't work any more.
not-me-waits = So that a mail alone can't open your account, you can choose a new password from { $time }, with "Forgot your password?".
not-me-waits-call = If you need to get in sooner, or if you didn't expect this, call your practice now: { $contact }. With your mobile number on file, an administrator can prove who you are on the phone.
not-me-waits-address = The email address of this account was changed a short while ago. If you don't know why, call your practice now: { $contact }
not-me-done-ask = It is done: every session is ended and the password doesn't work any more. Since the email address of this account was changed, no mail opens it until an administrator has found out whose it is. Please call your practice now: { $contact }
not-me-done-closed = It is done: the password doesn't work any more. This account is closed, so nobody gets in with it. If you didn't know that, or still need the account, ask your practice: { $contact }
not-me-done-unjoined = It is done. Nobody has set a password for this account yet; with the newest invitation you can.

# Accepting an invitation.
join-title = Welcome to { $practice }
join-intro = You are invited with the address { $email }. Check your name, choose a password, and you're in.
field-your-name = Your name
join-name-hint = As your colleagues should see it.
join-button = Join
join-over-title = This invitation opens nothing any more
join-used = This invitation was accepted on { $time }. If that was you, log in with the password you chose.
join-replaced = A newer invitation was sent on { $time }. Please use the link in that mail.
join-withdrawn = This invitation was withdrawn on { $time }. If you still expect one, please ask the person who invited you.
join-expired = This invitation could be accepted until { $time }. We can send a new one to the same address.
join-unknown = We don't know this invitation. The link may have been cut off on the way, belong to another practice, or have been withdrawn. Please ask the person who invited you.
join-new-button = Email me a new invitation
join-sent-title = Look into your mailbox
join-sent = A new invitation is on its way to the same address. If it doesn't come, ask the person who invited you.
join-chooser = You are logged in here as { $here }. This invitation is for { $invited }.
join-chooser-client = Somebody is signed in here in this browser. This invitation is for { $invited }.
join-switch = Log out and accept as { $invited }
join-stay = Stay logged in as { $here }
join-stay-client = Stay signed in
name-empty = Type your name.
name-too-long = This name is longer than 100 characters. Please shorten it.
name-characters = This name holds characters that can't be shown. Please type it again by hand.

## Two log-ins in one browser
other-title = Another log-in was begun in this browser
other-title-client = Another sign-in was begun in this browser
other-what = The page you sent belongs to an earlier log-in. Since it was opened, one was begun here for { $email }, so we didn't use what you sent. Nothing was changed.
other-what-client = The page you sent belongs to an earlier sign-in. Since it was opened, another one was begun here, so we didn't use what you sent. Nothing was changed.
other-next = If the newer one is yours, go on with it. If it isn't, begin your own again; the newer one then stops here.
other-next-inside = If that is you, go on. To sign in as somebody else, log out first: the button is at the top of the page.
other-go-on = Go on with the newer one
other-anew = Begin my own again
# From the list of practices, where somebody else is in already.
hello-title = Somebody else is logged in here
hello-title-client = Somebody else is signed in here
hello-what = { $email } is logged in here in this browser, and the list you came from was asked for with another address.
hello-what-client = Somebody is signed in here in this browser with another address than the one your list was asked for.
hello-next = If that is you, go on. If it isn't, log them out here and go on as yourself.
hello-go-on = Go on as { $email }
hello-go-on-client = That's me, go on
hello-anew = Log out and log in as myself
hello-anew-client = Log out and sign in as myself
log-in-of = You are logging in as { $email }.
