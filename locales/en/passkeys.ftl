# Passkeys: shown, made, named, deleted. Help pages are in help_passkeys.ftl.

# At the door.
sign-in-passkey = Log in with a passkey
sign-in-or = or
passkey-wrong = That passkey didn't get you in. It may belong to another practice, or it was deleted here. Log in with your email address and password, then look at your passkeys in My info. If you are a client, your passkey works on the clients' page.
passkey-old = This page was open for too long, so we begin again. Please press the button once more.
passkey-odd = Your passkey was right, but its security key counts its uses, and the count went back. It may have been copied, so this time please log in with your email address and password; the passkey then works as your second step. If this happens again, delete this passkey in My info and make a new one.
passkey-needs-password = This passkey was made without checking who holds it, so it can't log you in by itself yet. Log in with your email address and password and use it as your second step; with your finger, face or PIN it then works alone.
passkey-odd-client = Your passkey was right, but it can't be trusted by itself this time: it may have been copied, or it didn't check who you are. Sign in by email if you can, then delete this passkey. If you are asked for this passkey before you can delete it, your practice deletes it with you.
# A client's own lock, of which the practice deletes no passkey.
passkey-odd-lock = Your passkey was right, but it can't be trusted by itself this time: it may have been copied. Sign in by email and show it after that; then delete it.
passkey-odd-lock-inside = Your passkey was right, but it can't be trusted by itself this time: it may have been copied. Sign out, sign in by email and show it after that; then delete it.
passkey-odd-lock-no-mail = Your passkey was right, but it can't be trusted by itself this time: it may have been copied. Use another passkey, or talk to your practice: it can take the lock off, which takes a day.
# After words on deleting one, where a new one can be made.
passkey-odd-then-new = Then make a new one.
# The same for somebody who is logged in or whose session is locked.
passkey-odd-inside = Your passkey was right, but its security key counts its uses, and the count went back. It may have been copied, so this time please type your password here. If this happens again, delete this passkey in My info and make a new one.
passkey-needs-password-inside = This passkey was made without checking who holds it, so it doesn't prove by itself yet that it is you. Please type your password here.
passkey-odd-client-inside = Your passkey was right, but it can't be trusted by itself this time: it may have been copied, or it didn't check who you are. Use another passkey if you have one, or ask your practice: it can delete this one with you.
passkey-gone = This passkey was deleted here. Your device may go on offering it: remove it there by hand.
passkey-gone-asked = This passkey was deleted here, so we have asked your browser to stop offering it.
passkey-empty = Your browser sent no passkey. Passkeys need JavaScript and a browser from the last few years.

# Nobody made one yet.
passkey-none-title = No passkey yet?
passkey-none-intro = A passkey has to be made once before it can log you in. If you see a picture to scan, close it: scanning it leads nowhere before you have made your first.
passkey-none-log-in = Log in with your email address and password.
passkey-none-my-info = Open My info and press "Create a passkey".
passkey-none-next-time = From then on, press "Log in with a passkey" and use your finger, face or PIN.
passkey-none-back = Log in with a password
passkey-none-script = If you have made one already, your browser couldn't reach it here. Passkeys need JavaScript and a browser from the last few years.

# As the second step.
passkey-step-title = Your passkey
passkey-step-intro-fresh = You are logged in as { $email }. To go on, show one of your passkeys: your device asks for your finger, face or PIN, or you touch your security key.
passkey-step-intro = You are logging in as { $email }. Show one of your passkeys: your device asks for your finger, face or PIN, or you touch your security key.
passkey-step-button = Use a passkey
passkey-step-wrong = That passkey wasn't accepted. Please try again, and choose a passkey that you made for this account at this practice.
passkey-use-code = Use a code instead
locked-passkey = Use a passkey
confirm-passkey = Use a passkey

# Making one.
passkey-create = Create a passkey
passkey-manage = Manage passkeys
passkey-new-title = Create a passkey
passkey-new-intro = With a passkey you log in with your finger, face or device PIN, and type nothing. It works only at { $practice }, so nobody can trick it out of you.
passkey-new-intro-client = With a passkey you sign in with your fingerprint, your face or your device's PIN, and wait for no email. It works only at { $practice }.
passkey-shared-warning = Whoever can unlock this device, or shares its password manager, can use the passkey too. If that could be somebody who must not get in here, don't make one on this device.
# The name under which a browser lists a client's passkey.
passkey-shown-as-client = { $name } (client)
passkey-new-how = Your browser asks where to keep it and checks that it is you. Follow it to the end in one go.
passkey-new-browsers = Once it is made, your other browsers are logged out, and recognised devices are forgotten, this one too: they ask for every step at the next log-in.
passkey-new-had = You have already: { $passkeys }.
passkey-new-app-instead = Use an app for codes instead
passkey-not-made = The passkey couldn't be added: what your browser sent wasn't complete. Nothing was changed. Please try again.
passkey-not-kept = The passkey that your browser has just made wasn't kept, so it doesn't log you in. Please make it again.
passkey-not-kept-door = The passkey that your browser has just made wasn't kept: you were logged out before it was ready, so it doesn't log you in. Log in and make it again. Making one logs your other devices out, so make them one after the other.
passkey-not-kept-other = The passkey that your browser has just made wasn't kept, so it lets nobody in.
passkey-not-kept-off = The passkey that your browser has just made wasn't kept: your practice doesn't offer passkeys any more, so it doesn't sign you in.
passkeys-not-offered = Your practice doesn't offer passkeys.
passkeys-not-offered-kept = Your practice doesn't offer passkeys any more. Those that you have go on working.
portal-passkey-not-kept = The passkey that your browser has just made wasn't kept: you were signed out before it was ready, so it doesn't sign you in. Sign in and make it again.
passkey-not-kept-remove = Your device may go on offering the one that wasn't kept: remove it there by hand.
passkey-not-kept-asked = We have asked your browser to forget the one that wasn't kept.
passkey-known = This passkey is on record here already, so it wasn't added again. You can log in with it.
passkey-too-many = You have as many passkeys as one person can have. Delete one you don't use to make room for another.
passkey-security-key = Security key
passkey-phone = Phone
passkey-unnamed = Passkey
set-up-passkey-instead = A passkey does the same without codes: your finger, face or device PIN logs you in.

# What can happen in the browser.
passkey-say-cancelled = Nothing happened: the question was closed. Try again whenever you like, or go on another way.
passkey-say-cancelled-door = Nothing happened: the window was closed. Whoever has never made a passkey here logs in with a password first.
passkey-say-cancelled-portal = Nothing happened: the window was closed. Whoever has never made a passkey here signs in by email first.
passkey-say-timeout = Your device waited too long for an answer. Please try again.
passkey-say-unsupported = This browser can't use passkeys here.
passkey-say-security = Your browser says that this isn't the address your passkeys belong to. Open your practice's own address.
passkey-say-moved = Your practice has a new address, and this browser can't use your practice's passkeys there. Use another browser (Chrome, Edge or Safari, up to date), or log in with your password and code.
passkey-say-moved-portal = Your practice has a new address, and this browser can't use your practice's passkeys there. Use another browser (Chrome, Edge or Safari, up to date), or sign in by email.
passkey-say-not-here = No passkey was used here. Either this device has none for this practice, or the window was closed.
passkey-say-anywhere = Use a phone or security key
passkey-say-stale = This page was open for too long. Load it again, then press the button once more.
passkey-say-reload = Load the page again
passkey-say-failed = Your browser couldn't use a passkey just now. Please try again.
passkey-say-unreached = We couldn't be reached just now, so your browser was asked nothing. Please try again in a moment.
passkey-say-exists = You already have a passkey here, so there is no need for another on this device. You made: { $passkeys }.
passkey-say-exists-elsewhere = This device says that it has a passkey for you here already.

# Their list.
passkeys-title = Passkeys
passkeys-intro = Each of these logs you in at { $practice }. Delete one that you have lost or no longer use.
passkeys-intro-client = Each of these signs you in at { $practice }. Delete one that you have lost, no longer use or don't know.
passkey-new-here = New to this browser
passkeys-empty = No passkey yet.
mine-passkeys-what-client = Sign in with your fingerprint, your face or your device's PIN, without waiting for an email.
mine-passkeys-what = Log in with your finger, face or device PIN instead of a password and code.
passkey-provider = Kept by { $provider }.
passkey-made = Made on { $day } in { $browser }
passkey-used = Last used { $time }
passkey-unused = Not used yet
passkey-synced = Synced: it works on your other devices with the same account.
passkey-synced-another = Synced: it works on their other devices with the same account.
passkey-not-synced-another = It could be synced, but isn't at the moment.
passkey-not-synced = It could be synced, but isn't at the moment. Make another one on a second device, in case you lose this one.
passkey-device-bound = It stays on one device.
passkey-touch-only = So far it works only together with your password.
passkey-odd-chip = Count went back
passkey-odd-when = On { $time } its count of uses went back. If you use it on one device only, it may have been copied: delete it.
passkey-only-one-client = This is your only passkey. If you lose it, you sign in by email again.
passkey-only-one-pin = This is your only passkey. If you lose it, your practice lets you in with a PIN.
passkey-only-one-password = This is your only passkey. If you lose it, you sign in with your password.
passkey-only-one-lock = This is your only passkey and your own lock. If you lose it, your practice has to take the lock off, which takes a day.
passkey-only-one-nothing-else = This is your only passkey. Nothing else lets you in: your practice sends you no email, and nobody there may give you a PIN. If you lose it, you have to talk to them.
passkey-only-second = A second one on another device keeps you going.
passkey-only-one = This is your only passkey and 2 factor authentication is off. If you lose the device, an administrator has to help you. Make a second passkey on another device, or turn on 2 factor authentication.
passkey-only-one-codes-off = This is your only passkey, and codes from your app are switched off after too many wrong ones. If you lose the device, an administrator has to help you. Make new backup codes, move to another app, or make a second passkey on another device.
passkey-only-one-codes-off-no-number = This is your only passkey, codes from your app are switched off after too many wrong ones, and no mobile number of yours is on file. If you lose the device, nobody can help you: an administrator needs that number to know that it is you on the phone. Make new backup codes, move to another app, or make a second passkey on another device, and give your number in My info.
passkey-only-one-codes-off-last = This is your only passkey, codes from your app are switched off after too many wrong ones, and you are the only administrator. If you lose the device, nobody at your practice can let you in again. Make new backup codes, move to another app, or make a second passkey on another device, and make a colleague an administrator too.
passkey-only-one-no-number = This is your only passkey, 2 factor authentication is off, and no mobile number of yours is on file. If you lose the device, nobody can help you: an administrator needs that number to know that it is you on the phone. Give your number, make a second passkey on another device, or turn on 2 factor authentication.
passkey-only-one-last = This is your only passkey, 2 factor authentication is off, and you are the only administrator. If you lose the device, nobody at your practice can let you in again. Make a second passkey on another device, turn on 2 factor authentication, and make a colleague an administrator too.
passkey-give-number = Give your mobile number
passkey-full = You have { $most } passkeys, as many as one person can have. Delete one to make room.
passkey-rename = Rename
passkey-delete = Delete
passkey-done-added = Your passkey is ready. Next time, press "Log in with a passkey".
passkey-done-added-beside = Your passkey is ready. Next time, log in with your password and choose "Use a passkey".
passkey-done-added-client = Your passkey is ready. Next time, press "Sign in with a passkey".
passkey-done-renamed = The passkey has its new name.
passkey-done-gone = That passkey is not in your list any more. These are yours now.
passkey-done-deleted = The passkey is deleted and gets nobody in any more.
passkey-deleted-here = Your device may go on offering it: remove it there by hand.
passkey-deleted-asked = We have asked your browser to stop offering it. Some password managers don't listen: there you remove it by hand.
passkey-deleted-kept = It was kept by { $provider }.

# Its name.
passkey-name-title = Rename passkey
passkey-name-new-title = Name your passkey
passkey-name-new-intro = Your passkey is stored. Give it a name by which you know it later.
field-passkey-name = Passkey name
passkey-name-hint = Such as the device or password manager it is in. Up to 60 characters.
passkey-save = Save
passkey-name-empty = Type a name for the passkey.
passkey-name-long = A name has at most { $max } characters. Please shorten it.
passkey-name-hidden = The name has characters that can't be seen. Please type it again.

# Deleting one.
passkey-delete-title = Delete this passkey?
passkey-delete-others = Your other passkeys go on working.
passkey-delete-code = It is your last passkey. From then on you log in with your password and the code from your app.
passkey-delete-backup-code = It is your last passkey, and codes from your app are switched off after too many wrong ones. From then on you log in with your password and one of your backup codes; the first one switches the app on again.
passkey-delete-codes-off = It is your last passkey, and codes from your app are switched off after too many wrong ones. Your password alone would not get you in: make new backup codes or move the app first; then you can delete this passkey.
passkey-delete-password-only = It is your last passkey and 2 factor authentication is off: your password alone would open your account. If it has fewer than 15 characters, you choose a longer one at your next log-in.
passkey-delete-first-2fa = Turn on 2 factor authentication first
passkey-delete-required = It is your last passkey, and your practice requires a passkey or 2 factor authentication. Make another passkey or turn on 2 factor authentication first; then you can delete this one.
passkey-delete-reset = It is your last passkey, and an administrator reset your second step: your password alone opens nothing. Make another passkey or turn on 2 factor authentication first; then you can delete this one.
passkey-delete-no-way-in = It is your only way in, so it can't be deleted. Make another passkey first.
passkey-delete-stopped = It is your only way in: your password was stopped when "This wasn't me" was pressed, so it opens nothing. Choose a new password first, by a link that we mail to you; then you can delete this passkey.
passkey-delete-new-password = Choose a new password
passkey-delete-changed = Nothing was deleted yet: something has changed since you opened this page. Please read what deleting this passkey means now.
passkey-delete-mail-only = It is your last passkey. From then on you sign in with a link by email.
passkey-delete-mail-only-code = It is your last passkey. From then on you sign in with a code by email.
passkey-delete-pin-only = It is your last passkey. From then on you sign in with a PIN from your practice, since it sends you no email.
passkey-delete-password-left = It is your last passkey. From then on you sign in with your password, since your practice sends you no email.
passkey-delete-nothing-else = It is your last passkey, your practice sends you no email, and nobody there may give you a PIN. Nothing else would let you in.
passkey-delete-passphrase = It is your last passkey. From then on you sign in with a link by email and your passphrase.
passkey-delete-passphrase-code = It is your last passkey. From then on you sign in with a code by email and your passphrase.
passkey-delete-lock-goes = It is your last passkey and your own lock. When you delete it, the lock is gone: whoever reads your mailbox can sign in as you.
passkey-delete-lock-goes-no-mail = It is your last passkey and your own lock. When you delete it, the lock is gone: a PIN from your practice, or a password that you keep there, is then enough to sign in as you.
passkey-delete-lock-stays = It is your last passkey, and your private sign-in stands on it.
passkey-delete-first-other = Make another passkey first, or talk to your practice.
passkey-delete-first-talk = Talk to your practice first.
passkey-delete-first-lock = Set a passphrase under "Privacy" or make another passkey first; then you can delete this one.
passkey-delete-first-passphrase = Set a passphrase under "Privacy" first; then you can delete this one.
passkey-delete-matters = Make another passkey first, or set a passphrase under "Privacy", if that matters.
passkey-delete-matters-passphrase = Set a passphrase under "Privacy" first, if that matters.
passkey-delete-for-good = Deleting it is for good. You can make a new one at any time.
passkey-delete-devices = Your other browsers are logged out, and recognised devices are forgotten: they ask for every step at the next log-in.
passkey-delete-browsers = Your other browsers are signed out.

# Links to help.
passkey-help-what = What is a passkey?
passkey-help-create = How to make your first passkey
passkey-help-qr = Why do I see a picture to scan?
passkey-help-not-accepted = I made a passkey, but can't log in with it
passkey-help-phone = Use a phone to log in here
passkey-help-lost = I have lost the device with my passkey
passkey-help-check = First things to check
passkey-help-stopped = What to do next
passkey-help-browser = Which browsers and addresses work
passkey-help-exists = Why it can't be made twice
passkey-help-other-device = My passkey is on another device
passkey-help-new-device = A passkey for a new device
passkey-help-one-side = A passkey that is gone on one side
passkey-help-several = Why make several?
passkey-help-remove = How to remove it by hand

# Offered once after a password sign-in.
passkey-offer-title = Log in with one touch next time?
passkey-offer-title-client = Use your fingerprint or face next time?
passkey-offer-later = Not now
passkey-offer-never = Don't ask again
passkey-offer-shared-what = Whoever can unlock this device could use your passkey. If several people can, say so, and we won't offer it here again.
passkey-offer-shared = Several people use this device
passkey-offer-made-title = You have a passkey now
passkey-offer-made = Your browser has made a passkey, as your practice allows. Next time you log in with your finger, face or device PIN.
passkey-offer-made-beside = Your browser has made a passkey, as your practice allows. Next time, log in with your password and choose "Use a passkey". After that it works alone, with your finger, face or device PIN.
passkey-offer-made-mail = We have told you by mail as well. If you don't want it, delete it under "Manage passkeys".
passkey-offer-made-devices = Your recognised devices are forgotten, this one too: they ask for every step at the next log-in.
passkey-offer-on = Go on
passkey-help-mail = A mail says that a passkey was added
passkey-not-here-phone = Is yours on a phone or a security key? Have it at hand: your browser shows a QR code for the phone to scan, or asks for the key.
passkey-help-none = I have no passkey yet
sign-in-passkey-hint = With your finger, face or device PIN on this device. If your passkey is on a phone, your browser shows a picture (a QR code) for that phone to scan, with Bluetooth on at both.
passkey-help-phone-portal = How it works with a phone

# A client's passkey that this browser has not seen before, and one that the practice deleted.
passkey-news = Somebody can sign in as you with the passkey “{ $name }”.
passkey-news-mine = That was me
passkey-news-not-mine = That wasn't me
passkey-deleted-by-practice = Your practice deleted a passkey of yours { $time }. If you didn't ask for that, talk to them.
mine-passkey-copied = Your passkey { $name } may have been copied: its count of uses went back { $time }. If you use it on one device only, delete it.
