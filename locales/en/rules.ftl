# How clients sign in: the practice's choice.
rules-title = How clients sign in
rules-intro = Your practice's choices for the client portal. They hold at once; how long a session lasts, for everybody who signs in from now on.
rules-save = Save
rules-done = Saved. It holds from now on.
# Shown beside the field and, with the others, at the top.
rules-choose = { $field }: choose one of those offered.
rules-span = { $count ->
    [10] 10 minutes
    [60] 1 hour
    [120] 2 hours
    [240] 4 hours
    [480] 8 hours
    [720] 12 hours
    [1440] 24 hours
   *[other] { $count } minutes
}
rules-days = { $count ->
    [0] Not offered
    [one] 1 day
   *[other] { $count } days
}

# Ways to sign in.
rules-ways = Ways to sign in
rules-ways-link = Every client can sign in with a link or a code that we email. This can't be turned off: it needs nothing that anybody could forget.
rules-link = A link works for
rules-link-hint = The code in the same email works for 15 minutes, and never longer than the link.
rules-passkeys = Offer passkeys
rules-passkeys-hint = With a finger, a face or the PIN of their own device. Turning it off takes nothing away from clients who have one.
rules-passwords = Keep passwords
rules-passwords-hint = For clients who want to go on with email and password; signing in by email stays beside it. When you turn it off, passwords open nothing any more, and clients read what is new on the sign-in page and when they next sign in.
rules-pin-by = Who may issue a PIN?
rules-pin-hint = Six digits that you read out on the phone, when no email arrives. Clients to whom you send no mail get in by it, or by a passkey.
rules-pin-everyone = Everyone who works here
rules-pin-administrators = Administrators only
rules-pin-nobody = Nobody: we don't use PINs

# When somebody else looks over a client's shoulder.
rules-private = When others can look
rules-passphrases = Let clients set a passphrase of their own
rules-passphrases-hint = Asked for after the email, so that whoever reads the mailbox stays out. A passphrase that is set stays. Private sign-in, which you set up with a client, is always possible.
rules-discreet = Discreet mail for all clients
rules-discreet-what = Clients get a mail from “{ $from }” with the subject “{ $subject }”: six digits, no link, and neither your name nor theirs. They type the digits on the page where they asked. Each client can also choose this alone.
rules-exit = Where “Exit quickly” leads
rules-exit-hint = A page that anybody may have open, and that says nothing about the person.
rules-exit-one = { $what }: { $name }
rules-exit-own = An address of our own, below
rules-exit-address = Our own address
rules-exit-address-hint = Such as https://www.example.org/. Not your own website: it would show where the person was.
rules-exit-wrong = Type a web address that begins with https:// and a name, such as https://www.example.org/
away-encyclopedia = An encyclopedia
away-weather = The weather
away-news = News
away-search = A search engine

# How long.
rules-lasting = How long it lasts
rules-keep = “Keep me signed in on this device”
rules-keep-hint = Clients can tick it, but not on a device that they say others use. It locks when idle.
rules-idle = Locks when idle for
rules-idle-hint = The client then opens it with a new email, a passkey or their passphrase, and is back where they were.
rules-changed-meanwhile = Nothing was saved yet: somebody changed these rules since you opened this page. What they changed stands here now, beside what you chose. Look it over and save again.
rules-idle-too-long = Choose an idle time that is no longer than the whole time.
rules-total = Ends in any case after
rules-total-hint = For sessions that are not kept on the device.

# When no email comes.
rules-stuck = When no email comes
rules-words = In your own words
rules-words-hint = Shown first, such as: We answer by email within an hour.
rules-words-too-long = { $field }: use at most 300 characters.
rules-line-too-long = { $field }: use at most 80 characters.
rules-phone = Phone
rules-hours = Opening hours
rules-email-hint = Requests by the form go there too. Without one they go to your administrators.
rules-show = What do you offer?
rules-by-phone = The phone number, with the hours
rules-by-email = The email address
rules-by-form = A form that reaches you by email and in your list
rules-no-way = Leave a client who is stuck some way to reach you: a phone number, an email address or the form.

# How staff log in.
staff-rules-title = How staff log in
staff-rules-back = People
staff-rules-intro = What you can change here shuts nobody out. It holds for everybody who logs in from now on. Shorter times hold for sessions that are open now too: they lock, or end, when the new time is over. If you shorten “Keep me logged in on this device” or turn it off, that holds for devices that are recognised now too: they are asked for the second step again when the new time is over.
staff-rules-second = Second step
staff-rules-admins-never = No second step is asked of administrators.
staff-rules-admins-from = Administrators need a passkey or 2 factor authentication from { $day }.
staff-rules-everyone-never = No second step is asked of everybody else.
staff-rules-everyone-from = Everybody needs a passkey or 2 factor authentication from { $day }.
staff-rules-silent = Let browsers make passkeys by themselves
staff-rules-silent-hint = After a log-in with password and second step, some browsers can add a passkey without asking. The person gets a mail about it and can delete it.
staff-rules-keep = “Keep me logged in on this device”
staff-rules-keep-hint = Administrators are kept for 7 days at most.
staff-rules-idle-hint = A password or a passkey then opens it again where the person was.
