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
record-name-link-asked = Sign-in link asked for
record-event-link-asked = A sign-in link was asked for and mailed to { $person }
record-name-link-handed-on = Sign-in confirmed on another device
record-event-link-handed-on = { $person } confirmed on another device that the browser that asked is theirs
record-name-link-not-me = "I didn't ask for this link"
record-event-link-not-me = { $person } said that they had not asked for a sign-in link
record-name-wrong-mailed-code = Wrong code from a mail
record-event-wrong-mailed-code = A wrong code or number was typed for a mailed link

# Clients.
clients-title = Clients
clients-intro = Who signs in to the client portal, and how it went.
clients-back = All clients
clients-none = No client yet.
clients-access = Portal access
clients-access-on = On
clients-access-off = Off
clients-contact = Contact
clients-stuck-link = { $count ->
    [0] Nobody is stuck now
    [one] One person is stuck now
   *[other] { $count } people are stuck now
}
clients-sharing = Same address
clients-trouble = Look here
clients-line = What happened
clients-line-what = Newest first. Mails are shown for the address, so people who share it see the same ones here.
clients-line-none = Nothing yet.
clients-act-pin = Issue a PIN
clients-act-pin-hint = A last resort, while the client is on the phone or here with you.
clients-act-end-hint = Signs the client out everywhere. They sign in again with a new email.
clients-act-off = Turn access off
clients-act-off-hint = Signs the client out and lets nobody in as them until you turn it on again.
clients-act-on = Turn access on
clients-act-on-hint = The client can sign in by email again.
clients-confirm-off = Turn off portal access of { $name }?
clients-confirm-off-what = They are signed out everywhere at once. Nothing is deleted, and they are not mailed about it: tell them yourself.
clients-confirm-on = Turn on portal access of { $name }?
clients-confirm-on-what = They can sign in by email from now on.
clients-confirm-end = Sign out { $name } everywhere?
clients-confirm-end-what = Every browser of theirs is signed out at once, within seconds.
clients-act-passkeys-hint = For a device that is lost or isn't theirs. You say how you know who asks for it.
clients-passkeys-intro = Tick the passkeys to delete. They stop working at once and the client is signed out everywhere. Nothing is mailed; the client sees it when they sign in.
clients-passkeys-lock = These passkeys are the client's own lock, and nothing would be left of it. Take the lock off instead: it needs the safe word and a day.
clients-done-passkeys-deleted = The passkeys are deleted and get nobody in any more.
clients-done-access-off = Access is off.
clients-done-access-on = Access is on.
clients-done-sessions-ended = The client is signed out everywhere.
clients-done-added = The client can sign in now.
clients-add = Add a client
clients-add-intro = They sign in with this address, by email. Several people may share one; each is added by themselves.
clients-add-name = Type a name of at most 100 characters.
clients-add-role = Who is it?
clients-add-client = A client
clients-add-contact = A contact of a client, such as a parent
clients-add-button = Add

line-asked = Asked for a sign-in email
line-limited = Asked for a sign-in email; none was sent, because this address had as many as are allowed
line-stuck = Asked for help without asking for an email
line-opened = The page behind the link was opened (by a person, or by a program that looks at mail)
line-replaced = This email was replaced by a newer one
line-ended = “I didn't ask for this”
line-help = Asked your practice for help
line-used-link = Signed in with the link
line-used-code = Typed the code from the email
line-used-number = Confirmed on another device
line-used-pin = Signed in with a PIN
line-mail-queued = The email was written
line-mail-sent = The email was handed over to their mail server
line-mail-deferred = Their mail server asked us to try again later
line-mail-failed = The email was refused and given up
line-mail-bounced = The email came back
line-mail-unsure = We don't know whether the email arrived

stuck-list-title = Who is stuck
stuck-list-intro = Who asked to sign in within the last day and has not got in. Look here before you call back.
stuck-list-look = Look again
stuck-list-none = Nobody. Everyone who tried today got in.
stuck-list-help = Asks for help
stuck-list-nobody = No client has this address, and none has one like it.
stuck-list-like = No client has this address. Perhaps it is:
stuck-list-reach = Reach them at:
stuck-list-note = They write:
stuck-list-when = { $time }, request number { $number }.
stuck-list-done = Seen to
stuck-state-ended = Somebody who reads this mailbox said that they didn't ask.
stuck-state-opened = The link was opened and not confirmed.
stuck-state-limited = No email was sent this time: this address had as many as are allowed.
stuck-state-only = They said they can't get the email.
stuck-state-sent = Their mail server took the email. Perhaps it is in the spam folder.
stuck-state-failed = Their mail server refused the email: { $reason }
stuck-state-deferred = Their mail server asked us to try again later: { $reason }
stuck-state-unknown = We told this address that it belongs to no client.
stuck-state-waiting = The email is about to leave.

pin-title = Issue a PIN
pin-intro = Only for the person whose page shows a request number. First make sure who it is: call them back on the number you have on file, not on one they give you.
pin-mobile = Number on file
pin-mobile-none = None. Use this only if the client is here with you.
pin-how = How do you know who it is?
pin-how-called = I called them back on the number on file
pin-how-here = They are here with me
pin-how-missing = Say first how you know who it is.
pin-number = Request number
pin-number-hint = Four digits, on the client's own page.
pin-no-request = No open request has this number. Numbers work for an hour; ask the client to read it out again.
pin-other-address = This request was begun with another address than this client's. Is it really them? It was begun with:
pin-other-tick = Yes, it is this client
pin-enough = This client had three PINs within a day. Find out why no email arrives, or wait until tomorrow.
pin-read-out = Read this PIN out to { $name }. It is shown only now.
pin-until = It works until { $time }, once, in the browser that shows the request number.
pin-done = Done

record-name-help-asked = Request for help
record-event-help-asked = A client who can't sign in asked for help
record-name-help-seen-to = Request for help seen to
record-event-help-seen-to = { $actor } has seen to somebody who was stuck
record-name-pin-issued = PIN issued
record-event-pin-issued = { $actor } issued a PIN to { $person }
record-name-pin-used = PIN used
record-event-pin-used = { $person } used a PIN
record-name-pin-blocked = PIN refused in the issuer's own browser
record-event-pin-blocked = A PIN for { $person } was typed in the browser that had issued it, and refused
record-name-wrong-pin = Wrong PIN
record-event-wrong-pin = A wrong PIN was typed for { $person }
record-name-pins-guessed = Many wrong PINs
record-event-pins-guessed = Many wrong PINs were typed within an hour
record-name-client-added = Client added
record-event-client-added = { $actor } added { $person }
record-name-access-off = Portal access turned off
record-event-access-off = { $actor } turned off portal access of { $person }
record-name-access-on = Portal access turned on
record-event-access-on = { $actor } turned on portal access of { $person }
record-name-sessions-ended-by-practice = Client signed out everywhere
record-event-sessions-ended-by-practice = { $actor } signed { $person } out everywhere

record-name-client-rules-changed = Rules for clients changed
record-event-client-rules-changed = { $actor } changed how clients sign in
record-name-staff-rules-changed = Rules for staff changed
record-event-staff-rules-changed = { $actor } changed how staff log in
record-name-lock-set = Own lock set
record-event-lock-set = { $person } set a lock of their own
record-name-lock-removed = Own lock removed
record-event-lock-removed = { $person } took their own lock off
record-name-lock-off-asked = Taking a lock off asked for
record-event-lock-off-asked = { $actor } asked to take off the lock of { $person }, with the safe word
record-name-lock-off-cancelled = Taking a lock off cancelled
record-event-lock-off-cancelled = { $person } stopped the taking off of their lock
record-name-lock-removed-by-practice = Lock taken off by the practice
record-event-lock-removed-by-practice = { $actor } took the lock of { $person } off
record-name-private-on = Private sign-in on
record-event-private-on = { $actor } turned on private sign-in for { $person }
record-name-private-off = Private sign-in off
record-event-private-off = { $actor } turned off private sign-in for { $person }
record-name-mail-form-changed = Form of mail changed
record-event-mail-form-changed = { $actor } changed in which form mail goes to { $person }

# A mailbox that is not private.
clients-act-privacy = Privacy
clients-act-privacy-hint = For a client whose mailbox others read: a lock of their own, private sign-in, mail that names nobody.
clients-privacy-title = Privacy
clients-privacy-intro = Set this up with the client in the room. Nothing here is mailed to anybody.
clients-privacy-private = Private sign-in
clients-privacy-private-what = Mail alone never opens this portal. After the code from the mail, the client shows a passkey or types a passphrase that only they know. Mails name neither you nor the client. Turning it on signs them out everywhere.
clients-privacy-has-passkeys = { $count ->
    [one] The client has a passkey. Leave this empty to make it the only lock, once you have seen together that it is theirs.
   *[other] The client has { $count } passkeys. Leave this empty to make them the only lock, once you have seen together that all are theirs.
}
clients-privacy-has-lock = The client has a passphrase already. Leave this empty to keep it.
clients-privacy-safe = Safe word
clients-privacy-safe-hint = The client says it when the passphrase is forgotten. Without it you can't take the lock off. Let the client type it.
clients-privacy-safe-short = Choose a safe word of at least four letters.
clients-privacy-safe-wrong = That isn't the safe word, or there were too many tries just now.
clients-privacy-not-now = That can't be done now. Please look at the page again.
clients-privacy-on = Turn on private sign-in
clients-privacy-off = Turn off
clients-privacy-mail-none = None. They sign in with a PIN from you
clients-privacy-lock-off = Passphrase forgotten
clients-privacy-lock-off-passkeys = Their passkeys are deleted with it.
clients-privacy-lock-off-what = With the safe word you can take the lock off after a day. The client sees it when signed in and can stop it until then.
clients-privacy-safe-told = Safe word, as the client says it
clients-privacy-lock-off-button = Ask to take the lock off
clients-privacy-lock-off-now = Take the lock off now
clients-privacy-waits = The lock can be taken off from { $time }, unless the client stops it.
clients-privacy-done-private-on = Private sign-in is on.
clients-privacy-done-private-off = Private sign-in is off. The lock stays until the client removes it.
clients-privacy-done-mail = Saved.
clients-privacy-done-lock-off = It is noted. In a day you can take the lock off.
clients-privacy-done-lock-off-now = The lock is off. Set a new one with the client now.
stuck-state-private = This client gets no mail. They sign in with a PIN.
record-name-portal-password-set = Portal password set
record-event-portal-password-set = { $person } set a password for the portal
record-name-portal-password-removed = Portal password removed
record-event-portal-password-removed = { $person } removed their password for the portal
record-name-portal-password-off = Portal password switched off
record-event-portal-password-off = The portal password of { $person } was switched off after many wrong ones
record-name-mail-came-back = Mail came back
record-event-mail-came-back = A mail to { $person } came back
record-name-mail-came-back-again = Mail came back again
record-event-mail-came-back-again = Another mail to { $person } came back
