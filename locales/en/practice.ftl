# What administrators see and change of their practice.
role-administrator = Administrator
role-administrator-hint = Sees this page: invites, closes and resets colleagues, reads the record.
role-practitioner = Practitioner
role-reception = Reception

people-title = People
people-intro = Everyone who works at your practice, and the state of their sign-in. You never see or set anybody's password, code or key.
people-invite = Invite a colleague
people-search = Name or email address
people-search-button = Show
people-show = Which people
people-show-open = Open accounts
people-show-closed = Closed accounts
people-show-all = All
people-none = Nobody here yet.
people-none-found = Nobody matches. Try a part of the name or of the address, or look at all accounts.
people-name = Name
people-role = Role
people-second = Second step
people-last = Last sign-in
people-state = State
people-you = You
people-never = Never
people-2fa-on = 2FA on
people-2fa-off = 2FA off
people-passkeys = { $count ->
    [0] No passkey
    [one] { $count } passkey
   *[other] { $count } passkeys
}
people-passkeys-label = Passkeys
people-backup-left = { $count ->
    [0] No backup code left
    [one] { $count } backup code left
   *[other] { $count } backup codes left
}
people-open = Open
people-closed = Closed
people-invited = Invited
people-invitation-over = Invitation expired
people-locked-out = Locked out by wrong answers
people-locked-out-long = Too many wrong answers: a way to sign in is switched off for this person. A wrong password: they use "Forgot your password?". Wrong codes: they use a backup code or a passkey, or you reset their 2FA below.
people-reset-waiting = Reset waiting
people-reset-waiting-long = 2FA was reset. The person has a mail with a link to set it up again; until then they cannot get in by password alone.
people-mixed = Unusual letters
people-mixed-long = The name or address mixes letters of different scripts, or holds letters that look like others. Make sure that this is who you think it is.
people-recovered = Recovered
people-next = Next page
people-back = All people
people-back-one = Back
people-cancel = Cancel
people-save = Save
people-facts = Sign-in
people-acts = What you can do
people-sessions = Places logged in
people-devices = Recognised devices
people-more-time-until = More time until
people-record = What happened to this account
people-one-title = Colleague

people-own-title = This is your own account
people-own-what = You can't do this to yourself here. What is yours you change in My info.
people-own-last = You are the only administrator, and the last one cannot be removed: a practice without an administrator could let nobody in again. Make a colleague an administrator first.
people-own-support = If you have lost your own phone or codes, another administrator can reset them for you; if there is none, support can.

people-act-change = Change name or role
people-act-change-hint = A new role ends the places where the person is logged in.
people-act-email = Change email address
people-act-email-hint = The new address counts once the person confirms it.
people-act-invite = Send the invitation again
people-act-invite-hint = A new link, good for 24 hours; the older one ends.
people-act-more-time = Give more time
people-act-more-time-hint = The second step that your practice requires is asked of this person later. Never of administrators.
people-act-end-sessions = Log out everywhere
people-act-end-sessions-hint = Ends every place where the person is logged in, and every recognised device.
people-act-reset = Reset 2FA
people-act-reset-hint = For a lost phone: you prove who is on the phone, and the person sets it up again by a mailed link.
people-act-close = Close account
people-act-close-hint = The person can no longer sign in. Nothing is deleted; you can reopen it.
people-act-reopen = Reopen account
people-act-reopen-hint = The person can sign in again as before.

people-confirm-close = Close the account of { $name }?
people-confirm-close-what = They are logged out everywhere at once, and recognised devices, links and codes stop working. What they did stays in the record. They are told by mail.
people-confirm-reopen = Reopen the account of { $name }?
people-confirm-reopen-what = They can sign in again with what they had. Devices that were recognised are not any more. They are told by mail.
people-confirm-end-sessions = Log { $name } out everywhere?
people-confirm-end-sessions-what = Every place where they are logged in ends, and no device is recognised any more. They are told by mail.
people-confirm-invite = Invite { $name } again?
people-confirm-invite-what = They get a new link, good for 24 hours. The link of the older mail stops working.

people-done-invited-again = Invited. The link in the mail is good for 24 hours.
people-done-closed = The account is closed.
people-done-reopened = The account is open again.
people-done-sessions-ended = Logged out everywhere.
people-done-changed = Saved.
people-done-more-time = They have more time now.
people-done-email-asked = We mailed a link to the new address. It counts once the person confirms it; until then the old one stays.
people-done-reset = Reset. The person has a mail with a link to set up their second step again; it is good for 24 hours.

people-invite-title = Invite a colleague
people-invite-intro = They get a mail with a link, good for 24 hours, and choose their own password.
people-invite-button = Invite
people-invite-enough = You have invited as many people today as one administrator may. Please go on tomorrow, or ask a colleague.
people-wrong-name = Type the name, at most 100 characters
people-wrong-email = Type an email address, like name@example.com
people-wrong-role = Choose a role
people-already-here = A colleague at your practice has this address already
people-mail-wait = A mail went to this address a moment ago. Please wait a minute before you send another.
people-change-title = Change { $name }
people-role-ends-sessions = A new role logs the person out everywhere, and they sign in again with what the new role asks for.
people-more-time-intro = { $name } can sign in without the required second step until the end of this day.
people-more-time-hint = A day from today on, at most 60 days away.
people-wrong-until = Choose a day from today on, at most 60 days away
people-email-intro = We mail a link to the new address. The old address is told at once, and 2FA cannot be reset for 24 hours after the change.
people-email-now = Address now
people-email-new = New email address
people-email-button = Send the link
people-email-same = This is the address they have now

people-reset-title = Reset 2FA of { $name }
people-reset-intro = For somebody who lost their phone. First make sure who is on the phone: not by a voice you think you know, but by the mobile number on file.
people-reset-send-to = We send a code of six digits to { $number }. Ask the person to read it out to you.
people-reset-send = Send a code to the mobile number on file
people-reset-send-again = Send a new code
people-reset-sent-to = A code went to { $number }. It is good for ten minutes and five tries. Type what the person reads out to you.
people-reset-code = Code the person reads out
people-reset-call = This server sends no text messages. Call the person back at the number on file; never take the number they called from.
people-reset-called = I called this number and know who answered
people-reset-reason = Reason, for the record
people-reset-passkeys = Also delete their passkeys
people-act-passkeys = Delete passkeys
people-act-passkeys-hint = For a lost or stolen device. You prove who is on the phone first.
people-passkey-used = last used { $time }
people-passkeys-title = Passkeys of { $name }
people-passkeys-intro = Tick the passkeys on the device that is gone. They stop working at once, and the person is logged out everywhere and told by mail.
people-passkeys-none-left = If nothing else is left as a second step, a mailed link lets the person set up a new one. Nobody gets in by the password alone.
people-passkeys-choose = Passkeys to delete
people-passkeys-nothing = Tick at least one passkey.
people-passkeys-delete = Delete these passkeys
people-passkeys-number = Their number is needed to prove who is on the phone, and none is on file. If the person can't log in, support helps: they need a different proof.
people-done-passkeys-deleted = The passkeys are deleted and get nobody in any more.
people-reset-call-incomplete = Please call the number, tick that you know who answered, and give a reason.
people-reset-wrong-code = That isn't the code, or it is too old. Ask the person to read it out again, or send a new one.
people-reset-too-many-codes = Several codes were sent within the hour. Please wait before you send another.
people-reset-too-many = You have reset several colleagues within the hour, so resets by you have to wait, and the other administrators were told. If there is a reason for it, ask one of them or support.
people-reset-held = The email address of this person was changed by an administrator within the last day. 2FA can be reset 24 hours after that, so that the old address has time to object.
people-reset-no-number = There is no mobile number on file, so you can't prove who is on the phone. Another proof is needed: please ask support.

new-address-title = Your new email address
new-address-what = An administrator of { $practice } entered this address for you. If that is right, confirm it: from then on you sign in with it.
new-address-button = Confirm this address
new-address-done = { $email } is your email address now. Sign in with it from now on.
new-address-dead = This link was used already, is older than 24 hours, or was replaced by a newer one. Ask your administrator to enter the address again.

re-enrol-title = Set up your sign-in again
re-enrol-what = Your second step was reset. Continue here, in the browser you use for work: you type your password, then set up a new second step.
re-enrol-button = Continue
re-enrol-dead = This link was used already, is older than 24 hours, or was replaced by a newer one. Log in with your password: the page then offers to send a new one.
re-enrol-to-sign-in = Log in

reset-mail-title = Open the link we mailed you
reset-mail-what = Your second step was reset by an administrator. We mailed a link to { $email }: open it in this browser to set up a new one. Your password alone doesn't let anybody in.
reset-mail-button = Send the mail again
reset-mail-sent = Sent. The link of the newest mail is the one that works.
reset-mail-wait = A mail is on its way already. Please wait a minute, and look in the folder for unwanted mail too.
reset-mail-held = Your email address was changed by an administrator within the last day, so this has to wait until 24 hours are over. If you didn't expect that change, tell your practice now.

mail-new-address-subject = Confirm your address for { $practice }
mail-new-address-text =
    Hello { $name },
    { $actor }, an administrator of { $practice }, entered this address as the one you sign in with. Confirm it within 24 hours:
    { $url }
    If you didn't expect this, do nothing: without the link nothing changes.
mail-re-enrol-subject = Set up your sign-in to { $practice } again
mail-re-enrol-text =
    Hello { $name },
    Your second step at { $practice } was reset. Open this link within 24 hours, in the browser you use for work. You are asked for your password, then you set up a new second step:
    { $url }
    If you didn't ask for this, tell your practice at once and don't open the link.
mail-name-changed-by-administrator-subject = Your name at { $practice } was changed
mail-name-changed-by-administrator-text =
    Hello { $name },
    { $actor } changed your name at { $practice } from { $before } to { $after }.
    If you didn't expect this, tell your practice: { $contact }. If you think somebody else is in your account, open this page:
    { $not_me }
mail-email-change-asked-by-administrator-subject = A new email address was entered for you at { $practice }
mail-email-change-asked-by-administrator-text =
    Hello { $name },
    { $actor }, an administrator of { $practice }, entered a new email address for you: { $new_email }. It replaces this one once it is confirmed.
    If you didn't expect this, tell your practice at once: { $contact }. If you think somebody else is in your account, open this page:
    { $not_me }
mail-resets-too-many-administrators-subject = Many resets by one administrator at { $practice }
mail-resets-too-many-administrators-text =
    Hello { $name },
    { $person } reset the second step of more than five colleagues at { $practice } within an hour. Further resets by them are refused for now.
    Please ask them whether they meant it. If not, close their account and look at the record:
    { $url }
text-reset-code = { $practice }: { $code } is the code to read out to { $actor }. It resets your second step. If you are not on the phone with { $actor }, tell nobody.

record-title = Record
record-intro = Who did what to whom, newest first. Nobody can change or remove a line; after { $years } years the oldest ones go.
record-only = Only what concerns
record-everybody = Show everybody
record-name = Name or email address
record-event = What happened
record-every-event = Everything
record-from = From
record-until = Until
record-show = Show
record-none = Nothing in the record matches.
record-when = When
record-what = What
record-where = From where
record-refused = Refused
record-failed = Failed
record-next = Older
record-export = Take it along
record-export-hint = The files hold what is chosen above, oldest first. That you took them is recorded.
record-csv = CSV file
record-jsonl = JSON lines file
record-nobody = somebody unknown
record-system = the system
record-stranger = somebody not signed in

# What happened, in words, and its short name. The names are those of the event's time.
record-name-signed-in = Sign-in
record-event-signed-in = { $person } signed in
record-name-signed-in-new-browser = Sign-in from a new browser
record-event-signed-in-new-browser = { $person } signed in from a new browser
record-name-wrong-password = Wrong password
record-event-wrong-password = Wrong password for { $person }
record-name-wrong-code = Wrong code
record-event-wrong-code = Wrong code for { $person }
record-name-wrong-codes-thrice = Three wrong codes
record-event-wrong-codes-thrice = Right password, then three wrong codes for { $person }
record-name-code-replayed = Used code shown again
record-event-code-replayed = A code of { $person } was shown a second time
record-name-factor-off = Switched off by wrong answers
record-event-factor-off = Too many wrong answers switched a factor of { $person } off
record-name-throttled = Slowed down
record-event-throttled = Tries for { $person } were slowed down
record-name-stuffing-suspected = Many names from one network
record-event-stuffing-suspected = Many names were tried from one network
record-name-right-password-in-stuffing = Right password among many tries
record-event-right-password-in-stuffing = The right password of { $person } was among many tries from one network
record-name-fresh-proof = Fresh proof
record-event-fresh-proof = { $person } proved again who they are
record-name-unlocked = Unlocked
record-event-unlocked = { $person } unlocked their session
record-name-logged-out = Log out
record-event-logged-out = { $person } logged out
record-name-logged-out-everywhere = Log out everywhere
record-event-logged-out-everywhere = { $person } logged out everywhere
record-name-session-ended = Session ended
record-event-session-ended = A session of { $person } was ended
record-name-device-remembered = Device remembered
record-event-device-remembered = A device of { $person } is recognised from now on
record-name-device-forgotten = Device forgotten
record-event-device-forgotten = A device of { $person } is no longer recognised
record-name-device-renamed = Device renamed
record-event-device-renamed = A device of { $person } was renamed
record-name-device-copied = Device copied
record-event-device-copied = A copied device secret of { $person } was shown, and the device ended
record-name-not-me = "This wasn't me"
record-event-not-me = { $person } said: this wasn't me
record-name-reset-asked = Password reset asked for
record-event-reset-asked = A password reset was asked for { $person }
record-name-password-reset = Password reset
record-event-password-reset = { $person } chose a new password by mail
record-name-password-changed = Password changed
record-event-password-changed = { $person } changed their password
record-name-password-upgraded = Password stored better
record-event-password-upgraded = The password of { $person } is stored in a better way now
record-name-email-change-asked = New email asked for
record-event-email-change-asked = { $person } asked for a new email address
record-name-email-changed = Email changed
record-event-email-changed = { $person } has a new email address
record-name-name-changed = Name changed
record-event-name-changed = { $person } changed their name
record-name-mobile-changed = Mobile number changed
record-event-mobile-changed = { $person } has a new mobile number
record-name-mobile-code-sent = Code to a mobile number
record-event-mobile-code-sent = A code was sent to the mobile number of { $person }, asked for by { $actor }
record-name-two-factor-on = 2FA on
record-event-two-factor-on = { $person } enabled 2 factor authentication
record-name-two-factor-off = 2FA off
record-event-two-factor-off = { $person } disabled 2 factor authentication
record-name-wrong-passkey = Passkey refused
record-event-wrong-passkey = A passkey was refused ({ $person })
record-name-passkey-added = Passkey added
record-event-passkey-added = { $person } added a passkey
record-name-passkey-added-by-browser = Passkey added by the browser
record-event-passkey-added-by-browser = The browser of { $person } made a passkey by itself
record-name-passkey-renamed = Passkey renamed
record-event-passkey-renamed = { $person } renamed a passkey
record-name-passkey-removed = Passkey deleted
record-event-passkey-removed = { $person } deleted a passkey
record-name-passkey-removed-by-administrator = Passkey deleted by an administrator
record-event-passkey-removed-by-administrator = { $actor } deleted a passkey of { $person }
record-name-passkey-counter-back = Passkey's count went back
record-event-passkey-counter-back = The count of a security key of { $person } went back: it may have been copied
record-name-passkey-counter-noted = Passkey's count noted
record-event-passkey-counter-noted = The count of a passkey of { $person } didn't go forward
record-name-backup-codes-made = Backup codes made
record-event-backup-codes-made = { $person } made new backup codes
record-name-backup-code-used = Backup code used
record-event-backup-code-used = { $person } used a backup code
record-name-backup-codes-low = Few backup codes left
record-event-backup-codes-low = { $person } has few backup codes left
record-name-invited = Invited
record-event-invited = { $actor } invited { $person }
record-name-invited-again = Invited again
record-event-invited-again = { $actor } invited { $person } again
record-name-joined = Joined
record-event-joined = { $person } accepted the invitation
record-name-role-changed = Role changed
record-event-role-changed = { $actor } changed the role of { $person }
record-name-email-changed-by-administrator = Email changed by an administrator
record-event-email-changed-by-administrator = The email address that { $actor } entered for { $person } was confirmed
record-name-closed = Account closed
record-event-closed = { $actor } closed the account of { $person }
record-name-reopened = Account reopened
record-event-reopened = { $actor } reopened the account of { $person }
record-name-sessions-ended-by-administrator = Logged out by an administrator
record-event-sessions-ended-by-administrator = { $actor } logged { $person } out everywhere
record-name-reset-proved = Proved on the phone
record-event-reset-proved = { $actor } proved who is on the phone: { $person }
record-name-factors-reset = 2FA reset
record-event-factors-reset = { $actor } reset the 2FA of { $person }
record-name-re-enrol-mailed = Re-enrolment mailed
record-event-re-enrol-mailed = A link to set up 2FA again was mailed to { $person }
record-name-re-enrolled = Re-enrolled
record-event-re-enrolled = { $person } set up their second step again
record-name-more-time-given = More time given
record-event-more-time-given = { $actor } gave { $person } more time for a required second step
record-name-name-changed-by-administrator = Name changed by an administrator
record-event-name-changed-by-administrator = { $actor } changed the name of { $person }
record-name-email-change-asked-by-administrator = New email entered by an administrator
record-event-email-change-asked-by-administrator = { $actor } entered a new email address for { $person }
record-name-resets-too-many = Too many resets
record-event-resets-too-many = { $actor } reset too many colleagues within the hour
record-name-mail-held = Mail held back
record-event-mail-held = Mail for { $person } was asked for so often that not each was sent
record-name-record-exported = Record exported
record-event-record-exported = { $actor } exported the record
record-name-record-cut = Oldest lines removed
record-event-record-cut = Lines that were kept long enough were removed; a sealed checkpoint stands for them
record-name-record-flooded = Refused sign-ins counted
record-event-record-flooded = So many sign-ins were refused that they are counted instead of listed
record-name-practice-moved = Practice has a new address
record-event-practice-moved = The practice has a new web address
record-name-message-failed = Message not delivered
record-name-refused = Refused
record-event-message-failed = A message to { $person } could not be delivered
record-event-refused = { $actor } was refused
