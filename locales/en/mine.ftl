# My info: what a person sees and changes of their own.
mine-title = My info
mine-you = You
mine-name = Name
mine-email = Email address
mine-mobile = Mobile number
mine-mobile-none = None yet
mine-role = Role
mine-practice = Practice
# A link beside a fact; the fact's name follows for screen readers.
mine-change = Change
mine-save = Save
mine-cancel = Cancel
mine-back = Back to My info
mine-role-administrator = Administrator
mine-role-practitioner = Practitioner
mine-role-reception = Reception
mine-role-supporter = Support
mine-role-client = Client

mine-password = Password
mine-password-set = Last set on { $day }.
mine-password-stopped = It was stopped on { $day }, when "this wasn't me" was pressed in a mail to you. Nobody can log in with it: choose a new one by mail.
mine-password-none = You have no password.
mine-password-change = Change password

mine-two-factor = 2 factor authentication
mine-on = On
mine-off = Off
mine-two-factor-since = Since { $day }. After your password we ask for a code from your authenticator app, except on recognised devices.
mine-two-factor-what-passkey = Your passkey is asked after your password. With 2 factor authentication you also get in where the passkey isn't at hand.
mine-two-factor-what-passkey-alone = Your passkey opens your account. With a password and 2 factor authentication you also get in where the passkey isn't at hand.
mine-two-factor-what = Your password alone opens your account. With 2 factor authentication, somebody who learns it still can't get in.
mine-two-factor-required = Your practice asks for a passkey or 2 factor authentication. You have no passkey, so it can't be turned off.
mine-two-factor-enable = Enable 2 factor authentication
mine-two-factor-disable = Disable 2 factor authentication
mine-due = Your practice asks for a passkey or 2 factor authentication from { $day }.
mine-lacks-number = Your passkey is your second step, and no mobile number of yours is on file. If you lose the device, nobody can help you: an administrator needs that number to know that it is you on the phone.
mine-due-now = Your practice asks for a passkey or 2 factor authentication. Please set one up now; the next time you log in it comes first.
mine-backup-left = { $left ->
    [0] Your backup codes of { $day } are all used.
    [one] 1 backup code is left of those made on { $day }.
   *[other] { $left } backup codes are left of those made on { $day }.
}
mine-backup-none = You have no backup codes yet. Make some now: they get you in when your phone is lost.
mine-backup-make = Generate backup codes
mine-app-off = Codes from your app are switched off after too many wrong ones in a row. Move to another app, or log in with a backup code next time: either switches them on again.
mine-app-off-passkey = Codes from your app are switched off after too many wrong ones in a row, and no backup code works. Your passkey still lets you in. Make new backup codes or move to another app, so that it isn't your only way.
mine-app-off-alone = Codes from your app are switched off after too many wrong ones in a row, and no backup code works. Make new backup codes or move to another app before you log out: nothing else would let you in.

mine-passkeys = Passkeys
mine-passkeys-count = { $count ->
    [0] No passkey yet.
    [one] 1 passkey.
   *[other] { $count } passkeys.
}

mine-sessions = Where you are logged in
mine-sessions-what = Every browser in which you are logged in now. End any that you don't know or no longer use.
mine-sessions-count = There are { $count } in all, fifteen on a page.
mine-sessions-older = Older ones
mine-sessions-newest = The newest
mine-this-one = this one
mine-session-locked = locked
mine-session-times = First used { $first }, last used { $last }.
mine-session-kept = Kept on this device: locks when idle, and ends { $time }.
mine-session-not-kept = Not kept: gone when the browser is closed, or { $time } at the latest.
mine-session-end = Log out
mine-session-ended = That browser is logged out.
mine-browser-unknown = Unknown browser
mine-browser-unknown-on = Unknown browser on { $system }
mine-browser-on = { $browser } on { $system }

# Why somebody was let in, one sentence for each row of the rule.
mine-why = What was I asked for, and why?
mine-why-passkey = You used a passkey. It is something you have and your finger, face or PIN at once, so nothing else was asked.
mine-why-password-passkey = You gave your password and used a passkey. It is something you have and your finger, face or PIN at once, so no code was asked.
mine-why-device = You gave your password in a browser that was recognised, so the code wasn't asked.
mine-why-code = You gave your password in a browser that wasn't recognised, so you were asked for a code as well.
mine-why-touch = You gave your password and touched your security key.
mine-why-backup-code = You gave your password and a backup code. A backup code never lets us recognise a device, so the code is asked again next time.
mine-why-password = You gave your password. 2 factor authentication was off, so nothing else was asked.
mine-why-portal-password = You gave your email address and your password.
mine-why-link = You used a link or a code from your mail.
mine-why-link-lock = You used a link or a code from your mail, and then the passphrase that only you know.
mine-why-pin = You typed a PIN that your practice gave you.
mine-why-pin-lock = You typed a PIN that your practice gave you, and then the passphrase that only you know.
mine-why-unlocked = It had locked after a while without use, and one proof opened it again.
mine-why-fresh = You showed everything again for something sensitive.
mine-why-other = It was let in by a rule that this page has no words for. Your practice's administrator can look it up.

mine-devices = Recognised devices
mine-devices-what = Browsers in which you ticked "Keep me logged in on this device". There we ask for your password, but not for the code.
mine-devices-none = No recognised device.
mine-device-times = First recognised { $first }, last used { $last }.
mine-device-until = The code isn't asked there until { $time }.
mine-device-over = Its time is over: the code is asked there again.
mine-device-by-key = This browser can prove itself with a key.
mine-device-by-cookie = This browser is known only by a cookie.
mine-device-rename = Rename
mine-device-forget = Forget
mine-device-title = Rename this device
mine-device-name = Device name
mine-device-name-hint = A name that tells you which one it is, such as "Reception computer". At most 40 characters.
mine-device-renamed = The device has its new name.
mine-device-forgotten = The device is forgotten. Next time it is asked for the code; a session that is open there stays open until you log it out.

mine-everywhere = Log out everywhere
mine-everywhere-what = Ends every session and forgets every recognised device at once, this one too. Do this when a device is lost or something looks wrong.
mine-everywhere-what-client = Signs you out in every browser at once, in this one too. Do this when a device is lost or something looks wrong.
mine-everywhere-done-client = You are signed out everywhere.
mine-everywhere-shut-out = You have neither a backup code nor a passkey left. If your phone isn't at hand, don't press this: no browser would be recognised any more, and you would be asked for a code that only the phone has. Ask an administrator of your practice first.
mine-everywhere-button = Log out everywhere
mine-everywhere-done = You are logged out everywhere, and no device is recognised any more.

mine-name-title = Change your name
mine-name-hint = As colleagues and mails show it.
mine-name-changed = Your name is changed.
mine-name-empty = Type a name.
mine-name-too-long = Use at most { $max } characters.
mine-name-hidden = The name holds characters that can't be seen. Please type it by hand.

mine-email-title = Change your email address
mine-email-what = You log in with this address, and mails about your account go there. It changes once you open the link that we send to the new address.
mine-email-now = Email address now
mine-email-new = New email address
mine-email-send = Send the link
mine-email-wrong = Type an email address, like name@example.com
mine-email-wait = You asked for such a mail a moment ago, and we send one a minute at most, five an hour and ten a day. Press the button again from { $time } on.
mine-email-same = That is the address you have already.
mine-email-changed = Your email address is changed. Use the new one the next time you log in.
mine-email-also-discreet = Somebody else with this address gets mail that does not name your practice, so yours does not name it either. You can change that under Privacy.
mine-email-sent-title = Look in your new mailbox
mine-email-sent-what = We have sent a mail to the new address. Open its link within 24 hours, in any browser where you are logged in.
mine-email-sent-next = Until then nothing changes. No mail after a few minutes? Look among the spam, and check the address. To one address we send one mail a minute at most, five an hour and ten a day: if you asked for the same address again within that, the link sent before goes on working.
mine-email-sent-again = Use another address
confirm-email-title = Confirm your new email address
confirm-email-what = From now on you log in with this address:
confirm-email-button = Use this address
confirm-email-log-in-what = This link makes this mailbox the one you log in with. First log in the way you did until now; you come back here by yourself.
confirm-email-other = This link was made for somebody else's account. Log out first, then open the link again and log in as that person.
confirm-email-over-title = This link doesn't work any more
confirm-email-over = It was used already, is older than 24 hours, was replaced by a newer one, or was stopped since. If your address hasn't changed yet, ask for a new link.
confirm-email-again = Ask for a new link

mail-confirm-email-subject = Confirm your new email address at { $practice }
mail-confirm-email-text =
    Hello { $name },
    You asked to log in to { $practice } with this email address. Open this link within 24 hours, while you are logged in, and press the button there:
    { $link }
    If you didn't ask for this, there is nothing to do: without the link nothing changes.
mail-email-in-use-subject = Your email address at { $practice }
mail-email-in-use-text =
    Hello,
    Somebody at { $practice } asked to change their own email address to this one. This address already belongs to an account there: yours. So nothing was changed, and the person who asked was not told.
    If that was you, you have two accounts; log in with this address here:
    { $url }
    If it wasn't you, there is nothing to do. If it happens again, tell an administrator of your practice.
mail-email-in-use-closed-subject = Your email address at { $practice }
mail-email-in-use-closed-text =
    Hello,
    Somebody at { $practice } asked to change their own email address to this one. This address belongs to an account there that is closed: yours. So nothing was changed, and the person who asked was not told.
    If that was you, ask your practice, which can open that account again: { $contact }
    If it wasn't you, there is nothing to do.

# A client's own address, and contacts.
mine-email-client-what = You sign in with this address. We mail a code to the new one; it changes once you type that code here. Wherever else you are signed in, you are signed out then.
mine-email-client-send = Send the code
mine-email-client-sent = If the new address exists, a code is on its way there. We send at most one mail a minute. Until you type the code nothing changes.
mine-email-client-keep = Keep my address
mine-email-under-way = Your email address is to change to { $email }.
mine-email-holds = It changes on { $time }. If you don't want that, stop it now.
mine-email-waits = You asked to change your email address to { $email }. It changes once you open the link in the mail there. If that wasn't you, stop it now and change your password.
mine-email-waits-by = { $actor } entered a new email address for you: { $email }. It changes once the link in the mail there is opened. If you don't know that address, stop it now and tell your practice.
mine-email-stop = Stop it
mine-email-stopped = Stopped. Your address stays as it is.
mine-email-stopped-one = Stopped. Another new address still waits: { $email }.
mine-email-not-stopped = There was nothing left to stop. Your address is now { $email }. If you don't know that address, tell your practice now.
mine-email-type-code = Type the code
mine-portals = Portals you may open
mine-portals-what = Your practice lets you open these. What you do there is noted with your name.
mine-portal-open = Open now
mine-portal-own = Your own
mine-portal-go = Open
mine-contacts = Your contacts
mine-contacts-what = People your practice has noted with you. Who may open your portal signs in as themselves, and you see when they last did.
mine-contact-may = May open your portal
mine-contact-locked = Not while you have a lock
mine-contact-may-not = On file only
mine-contact-opened = Last opened it { $time }.
mine-contact-shut-button = Shut them out
mine-contact-shut = They can't open your portal any more.
