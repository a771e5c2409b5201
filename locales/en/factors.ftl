# The second step of a sign-in.
code-title = Your verification code
field-verification-code = Verification code
code-verify = Verify
code-use-backup = Use a backup code
code-use-passkey = Use a passkey
code-use-app = Use the code from your app
code-who-fresh = You are logged in as { $email }. To go on, open your authenticator app and type the code it shows.
code-who = You are logging in as { $email }. Open your authenticator app and type the code it shows.
code-hint = Six digits; they change every 30 seconds.
code-six-digits = Type the six digits that your app or message shows.
code-wrong = That code isn't right. Check that the app shows it for this practice and that your phone's clock is right, then type the newest code.
code-replayed = That code was used already. Please wait for the next one: your app shows it within 30 seconds.
code-wait = Too many wrong codes in a row. To keep guessers out, please wait until { $time } and try again.
code-wait-passkey = { code-wait } A passkey gets in without waiting.
code-off = Too many wrong codes in a row, so codes from the app are switched off for you. Use a backup code. If you have none, ask an administrator of { $practice } to reset your 2 factor authentication.
code-off-passkey = Too many wrong codes in a row, so codes from the app are switched off for you. Use a backup code or a passkey. If you have neither any more, ask an administrator of { $practice } to reset your 2 factor authentication.
code-other-sign-in = Another log-in was begun in this browser after the page you sent, so we didn't use its code. This page now asks for the code of { $email }. If that isn't you, go back and log in again.

# One of the printed codes in place of the app's.
backup-code-title = Use a backup code
field-backup-code = Backup code
backup-code-who-fresh = You are logged in as { $email }. To go on, type one of your backup codes. Each works once.
backup-code-who = You are logging in as { $email }. Each backup code works once.
backup-code-hint = Thirteen letters and digits, like 7KQ2-M9XD-4TBH8. Dashes and capitals don't matter.
backup-code-shape = A backup code has thirteen letters and digits. Check that you typed all of it.
backup-code-wrong = That isn't one of your current backup codes. If you made a new set, the codes of the old one no longer work.
backup-code-used = That backup code was used already. Please take another one from your list.
backup-code-off = Too many wrong backup codes in a row, so they are switched off for you. Use the code from your app. If you don't have it any more, ask an administrator of { $practice } to reset your 2 factor authentication.
backup-code-off-passkey = Too many wrong backup codes in a row, so they are switched off for you. Use the code from your app or a passkey. If you have neither any more, ask an administrator of { $practice } to reset your 2 factor authentication.
backup-code-none-left = There is no unused backup code left for { $email }. Use the code from your app, or ask an administrator of your practice for help.

# The set of backup codes.
backup-codes-title = Backup codes
backup-codes-shown = Each of these codes lets you log in once without your phone. Copy, save or print them now and keep them somewhere safe, in a password manager or under lock and key: they are not shown again.
backup-codes-heading = Backup codes for { $practice }, { $email }
backup-codes-copy = Copy
backup-codes-copied = Copied.
backup-codes-not-copied = Your browser didn't let us copy. Select the codes and copy them yourself.
backup-codes-download = Download
backup-codes-saved = Saved to your downloads.
backup-codes-print = Print
backup-codes-kept = I have kept them
backup-codes-left =
    { $left ->
        [0] You have no unused backup code left.
        [one] You have one unused backup code left.
       *[other] You have { $left } unused backup codes left.
    }
backup-codes-made = They were made on { $day }.
backup-codes-not-again = The codes themselves are shown only once, when they are made.
backup-codes-unseen = If you didn't see the codes, make a new set once you are in: My info, "{ backup-codes-generate }".
backup-codes-old-end = A new set ends the old one: codes you printed before stop working.
backup-codes-generate = Generate backup codes
backup-codes-need-app = Backup codes stand in for the code from your app. Turn on 2 factor authentication first; you then get a set at once.

# Setting up 2 factor authentication.
set-up-title = 2 factor authentication
set-up-button = Enable 2 factor authentication
set-up-step = Step { $step } of 4
set-up-stair-mobile = Mobile number
set-up-stair-app = Get an app
set-up-stair-scan = Scan the picture
set-up-stair-code = Type the code
set-up-continue = Continue
set-up-back = Back
set-up-again = You began a while ago. To be safe we start again: nothing about your log-in has changed.
set-up-old-stays = You have 2 factor authentication already. Your present app keeps working until the code of the new one is right.
set-up-nothing-more = There is nothing more to set up.
set-up-code-how = Type the code your app shows for this practice now. Nothing changes until it is right; then your other browsers are logged out.
set-up-code-wrong = That code isn't right yet. Check that your phone sets its clock by itself, and type the newest code. If the app shows several entries for this practice, delete the old ones and scan the picture again.
backup-codes-on-already = 2 factor authentication is on. Your backup codes were shown once. If you didn't see them, make a new set here.
set-up-done = 2 factor authentication is on. Here are your backup codes.
app-what = An authenticator app on your phone or computer makes a new code every 30 seconds, also without a connection.
app-which = If you have none yet, any of these does, and each is free: Aegis, Ente Auth, FreeOTP, Google Authenticator, Microsoft Authenticator, Twilio Authy. Look for its name in your phone's app store. Many password managers can do it too, on a computer as well.
app-have = I have an app
scan-how = In the app, add an account and point the camera at this picture.
scan-alt = Picture to scan with your authenticator app
scan-key = Enter key manually
scan-key-how = No camera? Choose to type a key in your app and enter this one. Spaces don't matter.
scan-here = Is the app on this very device?
scan-open = Add it to the app here
scan-secret = Show this page to nobody: whoever has the picture or the key can make your codes.

# The mobile number.
mobile-title = Mobile number
field-mobile = Mobile number
field-mobile-code = Code from the text message
mobile-why = If you ever lose your phone and your backup codes, your practice uses this number to make sure it is you.
mobile-hint = As you dial it at home, or with + and the country first.
mobile-still-right = The number on file is { $mobile }. Is it still right?
mobile-on-file = The number on file is { $mobile }.
mobile-same = Yes, it is still right
mobile-use-this = Use this number instead
mobile-other-number = Use another number
mobile-save = Save
mobile-changed = Your mobile number was changed.
mobile-empty = Type your mobile number.
mobile-not-a-number = That doesn't look like a phone number. Use digits only, with + and the country first if it is from abroad.
mobile-not-mobile = That number can't get text messages. Type a mobile number.
mobile-too-short = That number is too short. Check that no digit is missing.
mobile-too-long = That number is too long. Check that no digit is there twice.
mobile-impossible = There is no such number. Check each digit, and the country in front.
mobile-code-sent = We sent a text message with a code to { $mobile }.
mobile-code-hint = Six digits; they work for ten minutes.
mobile-code-again = Send a new code
mobile-code-wrong = That isn't the code we sent. Check the newest message and try again.
mobile-code-over = This code no longer works: it is too old or was tried too often. Ask for a new one.
mobile-code-wait = A code was sent a moment ago. You can ask for a new one at { $time }.
mobile-code-enough = Five codes were sent to you today, and that is the most. Please try again tomorrow, or ask your administrator.
# The text message itself.
text-mobile-code = { $code } is your code for { $practice }. It works for ten minutes. If you didn't ask for it, do nothing.

# Turning it off.
two-factor-off-title = Disable 2 factor authentication
two-factor-off-button = Disable 2 factor authentication
two-factor-off-what = The code from your app is no longer asked, your backup codes stop working, every recognised device is forgotten, and your other browsers are logged out.
two-factor-off-passkey = You have a passkey: it stays, and becomes your second step.
two-factor-off-password-only = After that your password alone opens your account. If it has fewer than 15 characters, you choose a longer one at your next log-in.
two-factor-off-changed = Nothing was turned off yet: something has changed since you opened this page. Please read what it means now.
two-factor-off-required = { $practice } requires a second step of you, so 2 factor authentication can't be turned off. You can move it to another app.
two-factor-other-app = Move to another app
two-factor-is-off = 2 factor authentication is off.
factors-to-me = Back to My info
factors-cancel = Cancel
