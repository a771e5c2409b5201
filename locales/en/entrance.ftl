# The door that knows no practice.
entrance-title = Find your practice
entrance-intro = Type your email address and we'll mail you every practice where you can log in.
entrance-continue = Continue
entrance-or = or
entrance-stale = This page was open for a long time, or opened beside another one, so we checked nothing. Please press the button again.
entrance-not-an-address = Type an email address, like name@example.com.
entrance-network = Many people have asked from your internet connection within the hour. Please wait an hour, or type your practice's name below.
entrance-over = The page you came from is over: it was forgotten on this computer, or it is more than a day old. We checked nothing. Type your email address for a new mail.
entrance-name = Practice name
entrance-name-hint = If you know it, like Harbour Physio. You need no mail then.
entrance-go = Go to my practice
entrance-goes-to = A practice of that name logs in here:
entrance-in-region = { $practice } ({ $region })
entrance-not-there = If nobody is there, the name may be written differently. Your practice can tell you its address.
entrance-unusable = Type the name in letters or digits, as in your practice's web address.

field-remember = Remember my practices on this device

# What this device remembers.
remembered-here = On this device:
remembered-change = Change what this device remembers
remembered-title = Practices on this device
remembered-intro = This browser remembers where you logged in, and shows it to whoever uses it. Nothing of it is kept on our servers.
remembered-none = This browser remembers no practice. Tick “Remember my practices on this device” when you ask for your list.
remembered-shared = You said that others use this device, so this browser remembers nothing.
remembered-forget = Forget
remembered-forget-all = Forget all
remembered-forget-asking = Forget this on this computer
remembered-others = Others use this device too
remembered-own = Only I use this device

# After the asking: the same page for every address.
find-title = Check your mail
# The address that was typed follows.
find-intro = We are sending a mail with the practices where you can log in to
field-mailed-code = Code from the email
find-intro-spent = For now there is no newer mail than those we sent to
# Where a mail was asked for longer ago than a code works. The address follows.
find-intro-late = Some time ago this browser asked for a mail with the practices where you can log in, for
find-late-next = The link in the mail works for a day and shows the list. If you can't find the mail, we send you a new one.
find-hint = Six digits. You can read the mail on any device, such as your phone.
find-stale = This page was open for a long time, or opened beside another one, so we checked nothing. Please type the code again.
find-not-a-code = The code has six digits. It stands in the mail on a line of its own.
find-code-wrong = That isn't the code for this page. A code works only in the browser that asked for it: look for the newest mail and try again.
find-code-tries = Five wrong codes were typed, so this page takes no more. Ask for a new mail here and type the new code: a code works only in the browser that asked for it.
find-wait = We send at most one mail a minute to an address. The next one can go in { $seconds } seconds.
find-wait-minutes = We send at most one mail a minute, five an hour and ten a day to an address. The next one can go in { $minutes } minutes. The web addresses in the mails you have still work.
find-wait-hours = We send at most one mail a minute, five an hour and ten a day to an address. The next one can go in { $hours } hours. The web addresses in the mails you have still work.
find-network = Many people have asked from your internet connection within the hour, so no new mail can go. Please wait an hour. The web addresses in an earlier mail still work.
find-other-address = Another address was asked for in this browser since you opened this page, so we checked nothing and counted nothing. This page is now for the address above. For the other one, open the link in its mail or ask for it again.
find-code-old = This code is too old, or it isn't the one from the newest mail. A code works for 15 minutes. Ask for a new mail and type the new code.
find-not-there = No mail after two minutes? Look in your spam folder, and check that the address above is the one your practice has. We send at most one mail a minute, five an hour and ten a day to an address, whoever asks. The web addresses in an earlier mail still work: type one into the address bar.
# Behind the list, when its quarter of an hour is over. The address follows.
find-closed-title = Your list is closed
find-closed = Your list stays open for 15 minutes, so that nobody after you reads it here. It was for
find-closed-next = The link in the mail works for a day and opens it again. If you can't find the mail, we send you a new one.
find-ask-again = Ask again
find-new-mail = Send me a new mail

# The list, and the link from the mail.
list-title = Your practices
list-intro = Choose where you want to log in. The address below each name is its own: whoever keeps it goes straight there.
list-staff = For staff
list-client = For clients
list-silent = We can't reach our servers in { $regions } right now. If you have practices there, they come by mail by themselves as soon as the servers answer again.
list-silent-again = We can't reach our servers in { $regions } right now. If you have practices there, the mail with their addresses still leads there; or load this page again in a minute.
list-remembers = This device will remember each practice where you log in from here.
list-empty = No practice knows
list-empty-next = Your practice may have another address of yours. Try that one, or ask your practice which one it has.
list-other-address = Ask for another address
# An address with most letters hidden follows.
find-link-what = You opened this link in another browser than the one that asked. It shows the practices where you can log in with
find-link-button = Show my practices
find-link-broken-title = This link isn't whole
find-link-broken = Part of the link is missing. Copy all of it from the mail, or ask for a new mail.
find-link-old-title = This link is old
find-link-old = The link in the mail works for a day. The addresses in the mail go on working. If you lost it, let us send you a new mail.

# How to keep a practice's address.
keep-title = Keep this address
keep-intro = Whoever has this address goes straight to it next time and needs no mail:
keep-bookmark-title = As a bookmark
keep-bookmark = Open the address, then press Ctrl and D together.
keep-bookmark-mac = Open the address, then press Command and D together.
keep-bookmark-ios = Open the address, touch the share button (a square with an arrow), then “Add Bookmark”.
keep-bookmark-android = Open the address, touch the menu (three dots), then the star.
keep-shortcut-title = As an app of its own
keep-shortcut = In Chrome or Edge, open the browser's menu and choose “Install” or “Save and share”, then “Create shortcut”.
keep-shortcut-mac = In Safari, open the File menu and choose “Add to Dock”. In Chrome or Edge, open the browser's menu and choose “Install”.
keep-shortcut-ios = Touch the share button (a square with an arrow), then “Add to Home Screen”.
keep-shortcut-android = Touch the menu (three dots), then “Add to Home screen” or “Install”.
keep-neither-title = On a computer that keeps nothing
keep-neither = Write the address down: it stays the same. Or type your practice's name at the entrance, without any mail.

support-title = Portico support
support-intro = This address is for the people who run this server. If you need help logging in, ask your practice: it can see what happened and help you on.
demo-mailbox = Mailbox of the demo
demo-mailbox-more = Every mail and text message that the demo has sent
demo-people = People of the demo
demo-people-more = Whom you can be, with their passwords
demo-title = People of the demo
demo-intro = None of them is real. Log in as any of them; their mail and text messages arrive in the mailbox.
demo-password = Password
demo-mobile = Mobile
demo-passkeys = Passkeys without a device for them
demo-passkeys-how = In Chrome, Edge or Chromium, open a practice's page and press F12. In the menu of the developer tools (three dots) choose "More tools", then "WebAuthn", and tick "Enable virtual authenticator environment".
demo-passkeys-then = Add an authenticator: protocol "ctap2", transport "internal", with resident keys and user verification. As long as the developer tools are open, passkeys of that tab are made and used there, as by somebody whose finger is always right.
demo-moods = Addresses where mail goes wrong
demo-moods-how = To see what a practice sees when no email comes: log in as staff, add a client with one of these addresses, and ask for a link as that client. Then look at "Who is stuck" and at the page of the client.
demo-mood-slow = The mail server there says "later" twice. The mail arrives after some minutes.
demo-mood-refuses = The mail server there refuses every mail: there is no such mailbox.
demo-mood-returns = The mail server there takes the mail and sends it back a moment later: the mailbox is full.
demo-password-changed = Was changed since this demo was first started.
demo-regions = Data regions
demo-regions-how = Stop one to see "Find your practice" without it: the entrance asks it and hears nothing. After two seconds the mail goes with what the others know, and the rest follows within minutes once the region is started again. Only its answers to the entrance stop; its practices' own pages stay up.
demo-region-stop = Stop { $region }
demo-region-start = Start { $region } again
demo-region-stopped = { $region } answers nothing to the entrance.
demo-no-password = Has no password: clients get a link by mail, supporters use a passkey.
