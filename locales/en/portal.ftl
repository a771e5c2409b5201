# Clients sign in: a link or a code by mail.
portal-title = Sign in to { $practice }
portal-intro-code = No password needed: we email you a code.
portal-intro = No password needed: we email you a link.
portal-email-hint = The one your practice writes to.
portal-keep = Keep me signed in on this device
portal-shared = Other people use this device
portal-shared-hint = We'll remember nothing here, and signing out forgets you.
portal-button = Email me a link
portal-button-code = Email me a code
portal-passkey = Sign in with a passkey
portal-passkey-hint = With your fingerprint, your face or your device's PIN. If your passkey is on a phone, your browser shows a picture (a QR code) for that phone to scan, with Bluetooth on at both.
portal-passkey-wrong = That passkey didn't get you in. It may belong to another practice, or it was deleted here. Use your email address instead, then look at your passkeys in My info. If you work here, your passkey works on the page for staff.
portal-staff = Work here? Log in with your password
portal-network = There were very many requests from your internet connection. Please wait an hour, or ask your practice for help.
portal-ended = You were signed out here: from another device, by a change in how you sign in, or by your practice. Please sign in again.
portal-total-end = You were signed in for as long as your practice allows. Sign in again and you'll be back where you were.
portal-locked-intro-code = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost: we email you a code, and you are back where you were.
portal-locked-intro = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost: we email you a link, and you are back where you were.
portal-locked-passkey = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost: your passkey opens it, and you are back where you were.
portal-or = or

# Nobody made one yet.
portal-passkey-none-intro = A passkey has to be made once before it can sign you in. If you see a picture to scan, close it: scanning it leads nowhere before you have made your first.
portal-passkey-none-mail-code = Sign in once with a code by email.
portal-passkey-none-mail = Sign in once with a link by email.
portal-passkey-none-make = Open My info and press "Create a passkey".
portal-passkey-none-next-time = From then on, press "Sign in with a passkey" and use your fingerprint, your face or your device's PIN.
portal-passkey-none-off = Your practice offers no new passkeys. Sign in by email; those made before go on working.
portal-passkey-none-back = Sign in by email

# Fresh proof before something sensitive.
portal-confirm-title = Is it you?
portal-confirm-intro = Before this can be changed, show once more that it is you.
portal-confirm-old-mail = Your email was confirmed more than five minutes ago, which is too long for this. Please show once more that it is you.
portal-confirm-mail-code = We send a code to { $email }. Then you are back here.
portal-confirm-mail-lock-code = We send a code to { $email }. After that we ask for your passphrase.
portal-confirm-mail = We send a link and a code to { $email }. Then you are back here.
portal-confirm-mail-lock = We send a link and a code to { $email }. After that we ask for your passphrase.
portal-confirm-no-mail = Your practice sends you no email, so nothing from your mailbox can show that it is you. They can change this with you, or turn mail on for as long as it takes: { $contact }
portal-confirm-lost = Lost your passkeys, or are they not yours? Your practice can help you: { $contact }

# The page after asking; the same for every address.
portal-sent-title = Look in your mailbox
portal-sent-if = If your practice knows this address, an email is on its way to:
portal-sent-newer = A newer email was sent { $time }. Use the code or the link in that one.
portal-sent-still = The newest email is still the one that was sent { $time }. If you can't find it, press “I can't get the email”.
portal-sent-newer-only = A newer email was sent { $time }. Use the code in that one.
portal-sent-how-code = Type the code from the email here.
portal-sent-how = Open its link in this browser, or type its code here.
portal-field-code = Code from the email
portal-code-hint = Six digits. They work for { $minutes } minutes.
portal-code-button = Sign in
portal-number-what = Is the email on another device? Open its link there and type this number. This page then goes on by itself.
portal-wait-link = Wait here for the other device
portal-wait-what = Open the link of the email on your other device and type this number there:
portal-wait-alone = This page looks every few seconds whether you have done it.
portal-wait-back = Type the code here instead
portal-wait-end = Stop waiting here
portal-not-there = No email yet?
portal-not-there-what = It can take a few minutes. Look in the spam folder too, and check that the address above is right.
portal-other-address = Use another address
portal-pause = You can ask again at { $time }.
portal-request-new = Request new sign in link
portal-request-new-code = Request a new code
portal-fate-waiting = We are about to send it.
portal-fate-sent = We handed it over { $time } to the mail server of { $email }.
portal-fate-deferred = The mail server of { $email } asked us { $time } to try again a little later. We do.
portal-fate-unsure = The mail server of { $email } broke off { $time } before it said that it has the email, so we don't know whether it arrived. If it isn't there, ask for a new one.
portal-fate-too-late = The mail to { $email } didn't get through while its link was good, and we stopped trying { $time }. Please ask for a new one.
portal-fate-too-late-code = The mail to { $email } didn't get through while its code was good, and we stopped trying { $time }. Please ask for a new one.
portal-fate-bounced = Your email came back { $time }: the mail server of { $email } could not deliver it. Please ask your practice to check the address.
portal-fate-failed = The mail server of { $email } refused it { $time }. Please ask your practice to check the address.

# What is wrong with a typed code.
portal-code-wrong = That isn't the code this page waits for. Was the email asked for in another browser or app? Then type its code there, or open its link here. { $left ->
    [one] One more try is left.
   *[other] { $left } more tries are left.
}
# Where no mail has a link.
portal-code-wrong-only = That isn't the code this page waits for. Was the email asked for in another browser or app? Then type its code there. { $left ->
    [one] One more try is left.
   *[other] { $left } more tries are left.
}
portal-code-tried-only = There were five wrong tries, so this page takes no more codes. If the email was asked for in another browser, its code still works there. Or ask for a new email.
portal-code-old-only = This code is old: its time ended { $time }. Please ask for a new email.
portal-code-tried = There were five wrong tries, so this page takes no more codes. A link still works in the browser that asked for its email, and so does the code if that was another browser. Or ask for a new email.
portal-code-old = This code is old: its time ended { $time }. The link in the email still works in the browser that asked for it, or ask for a new email.
portal-code-expired = This email's time ended { $time }. Please ask for a new one.
portal-code-used = This email was used { $time }. If you are not signed in, ask for a new one.
portal-code-replaced = A newer email was sent { $time }. Please use the code in that one, or ask for another.
portal-code-ended = Somebody who reads this mailbox said that they didn't ask for this, so we ended it. If you did ask, ask for a new email.

# The page behind the link.
link-who = The email went to this address.
link-not-yours = Not your address? Then close this page: somebody sent you a link of theirs.
link-over-title = This link opens nothing any more
link-used = This link was used on { $time }. A link works once, so that nobody can use it after you.
link-replaced = A newer email was sent on { $time }, and that ended this link. Open the link in the newest email, or ask for another.
link-expired = This link worked until { $time }.
link-ended = On { $time } somebody who reads this mailbox said that they didn't ask for this link, so we ended it.
link-unknown = We don't know this link. It may have been cut off on the way, or it is more than a month old.
link-other-practice = This link is for another practice's portal. Open it as it stands in the email.
link-new-what = Do you need a new one? We'll fill in { $email } for you.
link-handed-on-title = Done
link-handed-on = The browser that asked goes on by itself, since { $time }. You can close this page.
link-asked = Asked for with { $browser }, { $place }, { $time }.
link-elsewhere = This is not the browser that asked for the link. You can sign in all the same:
link-elsewhere-old = This is not the browser that asked for the link. Open it there, or ask for a new one here.
link-here = Sign in here
link-code-wrong = That code isn't the one in the newest email. { $left ->
    [one] One more try is left.
   *[other] { $left } more tries are left.
}
link-code-tried = There were five wrong tries, so this code is over. The link in the email still works in the browser that asked for it, or ask for a new email.
link-code-hint = Six digits, in the same email.
link-code-hint-newer = Six digits, in the newest email.
link-here-button = Sign in here
link-there = Sign in on the device that asked
link-number = Number on the other screen
link-number-hint = Two digits, shown where you asked.
link-there-button = Let the other device go on
link-number-two-digits = Type the two digits that the other screen shows.
link-number-wrong = That isn't the number on the other screen. If you asked on several, it is on the one that this email was asked for with. { $left ->
    [one] One more try is left.
   *[other] { $left } more tries are left.
}
link-not-me-what = Didn't you ask for it? You can ignore the email. Or type the code and tell us:
link-not-me-button = I didn't ask for this

# Several people behind one mailbox.
who-title = Who are you?
who-intro = More than one person uses this address. Choose yourself.
who-one-title = Your email is confirmed
who-one = One more press, and you are in.
who-one-button = Go on
who-been-here = Signed in here before
who-why-short = We show initials only, because whoever reads this mailbox can see this page.
who-nobody = Nobody signs in with this address any more. Ask your practice: { $contact }

# Leaving in a hurry.
exit-button = Exit quickly
exit-title = …

# Stuck: no email came.
portal-stuck = I can't get the email
stuck-title = I can't get the email
stuck-first = Type the address you sign in with. You get a number that you can read out to your practice.
stuck-number-button = Go on
stuck-address = You are signing in as { $email }. If that address is wrong, start again with the right one.
stuck-call = Call your practice
stuck-write = Write to your practice
stuck-number-what = When you talk to your practice, read out this number. They find you by it:
stuck-number-until = It works until { $time }. After that this page gives you a new one.
stuck-number-old = Your number is too old: your practice would not find you by it any more. Get a new one before you call.
stuck-number-used = This number was used already: your practice would not find you by it any more. Get a new one before you call.
stuck-number-ended = Somebody who reads this mailbox said that they didn't ask for this, so your practice would not find you by your number any more. If you did ask, get a new one before you call.
stuck-number-tried = Five wrong PINs were typed for your number, so it takes no more. Get a new one and read that out to your practice.
stuck-number-new = Get a new number
stuck-pin = PIN
stuck-pin-hint = If your practice reads out six digits to you, type them here within ten minutes.
stuck-pin-six = Type the six digits that your practice read out.
stuck-pin-wrong = That isn't the PIN for this number. { $left ->
    [one] One more try is left.
   *[other] { $left } more tries are left.
}
stuck-pin-old = This PIN is too old. Ask for a new one.
stuck-pin-over = No PIN can be used for this number any more. Press “Get a new number”, and read that one out to your practice.
stuck-pin-nobody = No PIN can be used here any more: your practice gives none. Please ask them how you get in.
stuck-pin-enough = No PIN lets you in today, because too many wrong ones were typed. Please ask your practice to help you in another way.
stuck-pin-own = This PIN was made in this very browser, so it can't be used here. The client types it on their own device. Your administrators have been told.
stuck-form = Or ask them to get in touch
stuck-reach = How can they reach you?
stuck-reach-hint = A phone number or another email address that is safe for you.
stuck-note = What happened?
stuck-form-button = Send to your practice
stuck-empty = Write how your practice can reach you, or what happened.
stuck-form-enough = Your practice has three messages from you today, so this one was not sent. What you wrote is still here. Please wait for their answer, or reach your practice in another way.
stuck-form-network = Very many messages came from your internet connection today, so yours was not sent. What you wrote is still here. Please reach your practice in another way, or try again tomorrow.
stuck-sent = Your practice has your message. Keep this page open until they call: the number and the PIN belong to it.
stuck-back = Start again
stuck-said-nothing = (nothing)

# A client's own lock.
portal-locked-own = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost: open it with your passphrase.
portal-locked-no-mail = Nobody used this page for a while, so we locked it. Nothing you saved or sent is lost. Your practice sends you no email.
portal-locked-pin = They let you in again with a PIN: press “I can't get the email” and call them. { $contact }
portal-locked-ask = They help you to get in again: { $contact }
portal-locked-someone-else = Sign in as someone else
portal-locked-open = Open with my passphrase
lock-title = One more step
lock-intro = Type the passphrase that only you know.
lock-intro-either = Use your passkey, or type the passphrase that only you know.
lock-intro-passkey = Use your passkey: your fingerprint, your face or your device's PIN.
lock-no-passkey = Your passkeys are your lock, and none is left here. Your practice helps you: { $contact }
lock-passkey-wrong-only = That passkey wasn't accepted. Choose one that you made for this practice.
lock-passkey-wrong = That passkey wasn't accepted. Choose one that you made for this practice, or use another way below.
lock-passkey-odd = Your passkey was right, but it can't be trusted by itself this time: it may have been copied. Sign in by email and show it after that, or ask { $practice }: they can delete it with you.
lock-field = Passphrase
lock-wrong = That isn't the passphrase. Please try again.
lock-wait = Too many wrong passphrases in a row. To keep guessers out, please wait until { $time } and try again.
lock-wait-elsewhere = Too many wrong passphrases in a row. To keep guessers out, please wait until { $time } and try again. A browser in which you typed it before lets you try at once.
lock-off-elsewhere = Too many tries in a row. A browser in which you typed your passphrase before still lets you try. Or ask your practice for help.
lock-off = Too many tries in a row. Ask your practice for help.
lock-forgotten = Forgotten or lost it? Call your practice. For your safety, nothing in your mailbox can replace it.
lock-ask-title = Ask your practice
lock-ask-what = An email alone doesn't open this portal. Your practice sets up the next step with you: { $contact }
privacy-title = Privacy
privacy-intro = If somebody else can read your mail, a lock of your own keeps them out of here. No mail will ever mention it.
privacy-lock = Your own lock
privacy-lock-since = Since { $day }. After the email you also type your passphrase.
privacy-lock-passkey-since = Since { $day }. After the email you also show your passkey.
privacy-lock-passkey-since-no-mail = Since { $day }. After anything else that lets you in, you also show your passkey.
privacy-by-passkey = Your passkeys
privacy-passkey-since = Since { $day } your passkeys are your lock.
privacy-passkey-too = Your passkeys open your portal too, without the passphrase. Delete any that isn't yours. They stay your lock without it if you press the button.
privacy-passkey-instead = Your fingerprint or face can be the lock: then the email alone opens nothing, and there is nothing to remember.
privacy-passkey-instead-no-mail = Your fingerprint or face can be the lock: then nothing else is enough by itself, and there is nothing to remember.
privacy-passkey-on = Make my passkeys my lock
privacy-passkey-off = Passkeys are no longer my lock
privacy-passkey-title = Passkeys as your own lock
privacy-passkey-off-title = Passkeys no longer your lock?
privacy-passkey-what = From then on an email alone opens nothing here: after it we ask for one of your passkeys, or for your passphrase if you have one. Everywhere else you are signed out.
privacy-passkey-off-what = From then on whoever reads your mailbox can sign in as you. Your passkeys go on working.
privacy-passkey-off-what-no-mail = From then on whatever lets you in is enough by itself. Your passkeys go on working.
privacy-passkey-off-still = Your passphrase stays your lock, and your passkeys go on working.
privacy-passkey-these = These passkeys open it
privacy-passkey-yours = Is each of them yours? Delete any that you don't know.
privacy-passkey-only-one = You have one passkey. If you lose it, only your practice can help, and it takes a day. Make a second one on another device, or set a passphrase as well.
privacy-passkey-only-one-off = You have one passkey. If you lose it, only your practice can help, and it takes a day. Set a passphrase as well.
privacy-passkey-lost = If you lose all of them, only your practice can help, and it takes a day.
privacy-current-forgotten = Forgotten it? Show your passkey instead.
privacy-changes = What was changed
privacy-changes-what = Locks, passkeys and PINs in the last three months, and sign-ins from new browsers if no email tells you of them. If you don't know one of these, tell your practice.
privacy-changes-none = Nothing was changed.
privacy-lock-what = Anybody who reads your mailbox can sign in as you.
privacy-lock-what-no-mail = Whatever lets you in is enough by itself: nothing else is asked.
privacy-lock-not-here = Your practice doesn't offer this here. If somebody else reads your email, talk to your practice: they can set it up with you.
privacy-lock-forgotten = If you forget the passphrase or lose all your passkeys, only your practice can help, and it takes a day.
privacy-lock-off = Your practice was asked to take off your lock, and can do so for a week from { $time }. If you didn't ask for that, stop it now.
privacy-cancel = Stop it
privacy-current = Your passphrase now
privacy-new = New passphrase
privacy-lock-begin = Set a passphrase
privacy-lock-since-no-mail = Since { $day }. After anything else that lets you in, you also type your passphrase.
privacy-by-pin-no-mail = You signed in with a PIN, so this can't be changed now. Please ask your practice.
privacy-set = Save the passphrase
privacy-remove = Remove the lock
privacy-keeps-lock = With private sign-in the lock has to stay. Talk to your practice.
privacy-by-pin = You signed in with a PIN, so this can't be changed now. Sign in by email first, or ask your practice.
privacy-mail = Mail
privacy-mail-what = How our mails look to whoever sees them.
privacy-mail-plain = With the practice's name and a link
privacy-mail-discreet = Discreet: only a code, no name, no link
privacy-mail-practice = Your practice's emails are discreet for everybody: only a code, no name, no link.
privacy-mail-none = Your practice sends you no email.
privacy-mail-shared = Other people here have this email address too, and one of them wants mails with the practice's name and a link. So every mail to it has both, whatever you choose. For mails that name nobody you need an address of your own: ask your practice.
privacy-private = Discreet, because private sign-in is on.
privacy-done-lock-set = Your lock is set. Everywhere else you are signed out.
privacy-done-lock-removed = Your lock is removed.
privacy-done-passkey-on = Your passkeys are your lock now. Everywhere else you are signed out.
privacy-done-passkey-off = Your passkeys are no longer your lock.
privacy-done-not-saved = The passphrase that you typed was not saved: you first had to show that it is you. Please type it again.
privacy-done-mail = Saved.
privacy-done-cancelled = Stopped. Your lock stays.

# Help for clients.
help-group-portal = The client portal
help-portal-link-title = How do I sign in as a client?
help-portal-link-text =
    You don't need a password. Type the email address your practice has of you, and press "Email me a link" ("Email me a code" where your practice sends codes).
    - Open the email on the same device, press its link, and press "Sign in".
    - Or type the six digits from the email where you asked.
    A link works once, for a day unless your practice has chosen less. The digits work for 15 minutes, and never longer than the link. You can bookmark the sign-in page. If you tick "Keep me signed in on this device", you won't need a new email for a while.
help-portal-no-password-title = Signing in without a password
help-portal-no-password-text =
    Most practices need no password of you. What opens your portal instead is an email that only you get.
    ## What do I do now?
    - Open the sign-in page, type the email address that your practice has of you, and press "Email me a link" ("Email me a code" where your practice sends codes).
    - Open the email in the same browser and press its link. On another device, type the six digits from the email.
    ## What about my old password?
    If your practice turned passwords off, the old one opens nothing any more, and you can forget it. If your practice keeps passwords, the sign-in page says "Use a password instead", and in My info you can set, change or remove yours.
    ## Is that as safe as a password?
    + A link works once, and only in the browser that asked. Whoever finds an old email can do nothing with it.
    + There is nothing to guess, to write down, or to use in two places.
    + If somebody else can read your email, set a lock of your own: see "Somebody else reads my email".
    ## Do I need an email every time?
    No. On a device that only you use, tick "Keep me signed in on this device".
    ## And when no email comes?
    See "No email comes". Your practice can see what happened with your email, and help you in.
help-portal-device-title = The email is on another device
help-portal-device-text =
    Open the link there. The page says that this is not the browser that asked, and gives you two ways on.
    - Type the six digits from the email to sign in there.
    - Or type the two digits that the first device shows. The first device then goes on by itself. This works as long as the link does.
    This is so that programs which look at mail before you do, and people who were forwarded it, can't use your link.
help-portal-over-title = My link opens nothing
help-portal-over-text =
    The page says why: it was used, it is too old, or a newer email was sent after it. Press "Request new sign in link" ("Request a new code" where your practice sends codes): your address is filled in, and one more press sends a new email.
    If you have several emails from us, use the newest one. You can type its six digits on the page of an older link, too.
help-portal-no-email-title = No email comes
help-portal-no-email-text =
    - Wait a few minutes, and look in the spam folder.
    - Check the address on the page. One wrong letter is enough.
    - Perhaps your practice has another address of you: ask them.
    - Press "I can't get the email". You see a number that works for an hour; read it out to your practice, or send them the form. They can see what happened with your email, and as a last resort give you a PIN for that page.
help-portal-people-title = Several of us share one address
help-portal-people-text =
    After the email you choose who you are. We show initials only. Each person can set a lock of their own: see "Somebody else reads my email".
    A parent, a partner or a carer can have a sign-in of their own. Ask your practice: it notes them as a contact, and says whose portal they may open. They choose it after the email. Under "My info" you see who may open yours and when they last did, and you can shut them out.
help-portal-passkey-title = Sign in with fingerprint or face
help-portal-passkey-text =
    A passkey signs you in without an email: your device checks your fingerprint, your face or its PIN. Nothing of your finger or face ever leaves the device.
    - Sign in once by email. If we ask "Use your fingerprint or face next time?", press "Create a passkey".
    - Or open My info and press "Create a passkey". Give it a name you know it by.
    - Next time, press "Sign in with a passkey", or choose it where you type your email address.
    If My info has no "Create a passkey", your practice offers no new passkeys: sign in by email; those made before go on working.
    + A passkey on your phone can sign you in on a computer too: choose the phone when the browser asks.
    + Each person makes their own, even when several share one email address.
    + Lost a device? Sign in and delete its passkey under "Manage passkeys". If we ask you for the lost one first, your practice can delete it together with you; if your passkeys are your own lock, it can take the lock off, which takes a day.
    + Whoever can unlock your device, or shares its password manager, can use your passkey. Don't make one where that could be somebody who must not get in.
    Under "Privacy" you can make your passkeys your own lock: then an email alone opens nothing.
    ## When something is in the way
    + The window was closed, or closed itself: nothing happened. Press the button again. It waits five minutes for you.
    + It shows a picture to scan: your browser found no passkey on this device. If yours is on your phone, scan it with that, with Bluetooth switched on at both. If you have never made one, close the window and sign in by email.
    + Your finger or face isn't recognised: choose the PIN of the device in the same window.
    + This browser can't use passkeys: update it, leave a private window, and open the page in the browser itself instead of in another app.
    + Your practice has a new address, and this browser can't use passkeys there: open the page in Chrome, Edge or Safari, up to date, or sign in by email.
    + The device may need a screen lock first: a finger, a face or a PIN.
    + The passkey was deleted here or on the device: it takes both halves. Sign in by email, delete what is left, and make a new one. If we ask you for the lost one first, your practice can delete it together with you; if your passkeys are your own lock, it can take the lock off, which takes a day.
    If your practice sends you email, you can sign in with that in the meantime, unless your passkeys are your own lock.
help-portal-private-title = Somebody else reads my email
help-portal-private-text =
    Sign in, open My info, and press "Privacy". There you set a passphrase that only you know, or make your passkeys your lock. From then on the email alone opens nothing, and no email ever says that there is a lock.
    - "Discreet" mail has a code and nothing else: no name, no link.
    - Your practice can set up private sign-in with you in the room, with a safe word in case you forget the passphrase.
    - "Exit quickly", or Esc three times, leaves for another page at once and signs you out.
    - Under "Where you are logged in" you can sign out every other device.
    Using this site leaves traces in the browser's history like any other. On a device that others look at, open it in a private window and tick "Other people use this device".

# A contact of a client, and a client's new address.
who-intro-contact = Choose whose portal you open.
who-contact = As a contact of
who-contact-by = Opened by { $person }
address-title = Confirm your new email address
address-who = The email went to this address.
address-what = { $practice } is to write to you at this address from now on, and you sign in with it. Wherever you are signed in there, you are signed out then. Type the code from the same email.
address-button = Use this address
address-not-yours = Didn't you expect this? Then close this page and leave the code untyped, or ask: { $contact }
address-done = Thank you. This address is confirmed.
address-to-portal = Go to the sign-in page
address-over-title = This link opens nothing any more
address-over = It was used, is older than a day, had five wrong tries, or a newer one was sent. If your address hasn't changed, ask your practice for a new one: { $contact }
address-code-six = Type the six digits from the email.
address-code-hint = Six digits. They work for a day.
address-code-wrong = That isn't the code in the newest email to the new address. { $left ->
    [one] One more try is left.
   *[other] { $left } more tries are left.
}
address-code-over = This code is over: it was used, is older than a day, had five wrong tries, or a newer one was sent. Send a new one.
