# A link to one thing, without signing in.
go-early-title = You are a little early
go-early = This link opens { $when }. Open it again then; it isn't used up by opening it before.
go-again = Try again
go-over-title = This link is over
go-over = It worked until { $time }. If you still need it, ask your practice for a new one.
go-ended-title = This link doesn't work any more
go-ended = Your practice took it back. If you expected something else, ask them.
go-closed = It opens nothing now. If you expected something else, ask your practice.
go-unknown-title = This link isn't complete
go-unknown = Nothing belongs to this address. Open the link from your email again, or copy the whole line. If it still doesn't work, ask your practice for a new one.
go-other-title = This link is for somebody else
go-other = Somebody else is signed in on this device. Log out first, then open the link again.
go-sign-in = Sign in to { $practice }

help-guest-link-title = A link that opens one thing
help-guest-link-text =
    Some emails bring a link that opens one thing, such as a video call with your practice. You don't sign in for it, and nothing changes when the way you sign in changes.
    ## What it does
    + It works from the time your practice has set until the time it ends.
    + You can open it as often as you like in that time, on any device. An email program that looks at it first doesn't use it up.
    + It opens this one thing and nothing else: not your messages, not your details.
    ## If it doesn't open
    - Look at what the page says: it tells you when the link begins, or that it is over.
    - Open the link from your newest email. Your practice may have sent a new one.
    - Ask your practice. They can see whether the link was opened and can send another.
    ## If it asks you to sign in
    You have a lock of your own, because other people may read your email. Then a link from an email opens nothing by itself. Sign in as you always do, and you are led on.

clients-reference = Your own number for them
clients-reference-intro = Your other programs, such as the one for video visits, name the client by it. Links that were made before go on working.
clients-reference-hint = Leave it empty to take the number off.
clients-act-reference-hint = What your other programs call this client.
clients-done-reference = Your number for the client is saved.
clients-add-reference-hint = Leave it empty if you have none. Your other programs, such as the one for video visits, name the client by it.
clients-add-reference-taken = Another client has this number already. Look at them first: it may be the same person.
clients-add-reference-long = Type at most 100 ordinary characters, or leave it empty.

record-name-guest-link-made = Link to one thing made
record-event-guest-link-made = { $actor } made a link to one thing for { $person }
record-name-guest-link-ended = Link to one thing taken back
record-event-guest-link-ended = { $actor } took back a link to one thing for { $person }
record-name-guest-link-opened = Link to one thing opened
record-event-guest-link-opened = A link to one thing for { $person } was opened for the first time

# Keys for a practice's own programs, as its administrators see them.
programs-title = Programs
programs-intro = Your own programs, such as the one for bookings or video visits, may make links that open one thing for one client. Each shows a key of its own.
programs-back = People
programs-all = All programs
programs-new = Make a key
programs-none = No program has a key.
programs-on = On
programs-off = Ended
programs-scope-guest-links = Makes links to one thing, at
programs-made = Made on { $day }.
programs-used = Last used on { $time }.
programs-never = Never used.
programs-ended-on = Ended on { $time }.
programs-end = End key
programs-ended = The key is ended. Links that it made go on working; the program can make no more.
programs-new-title = A key for a program
programs-new-intro = Whoever looks after the program tells you its address. You get a key to give to them; every administrator is told that one was made.
programs-name = Name of the program
programs-name-hint = As your team knows it. It stands in the record beside everything the program does.
programs-app = Address of the program
programs-app-hint = Links that it makes lead there and nowhere else, like https://visits.example/join
programs-new-button = Make the key
programs-wrong-name = Type a name of at most 80 characters.
programs-wrong-app = Type an address that begins with https://, without # and with at most 500 characters.
programs-enough = Your practice has twenty keys, which is as many as there can be. End one that isn't needed.
programs-made-title = The key is made
programs-made-what = Copy the key now: it is shown this once. Give it to whoever looks after the program by a way that nobody else reads, never by email.
programs-key = Key
programs-url = Where the program calls
programs-kept = I have copied it
programs-end-title = End this key?
programs-end-what = The program can make no more links from this moment. Links that it made before go on working until their time is over.

# A sample of what a practice's own program shows behind such a link; only the demo has it.
visit-title = Video visit
mail-demo-visit-subject = Your video visit with { $practice }
mail-demo-visit-text =
    Hello { $name },
    { $who } from { $practice } expects you for a video visit. Open this link; you don't sign in for it:
    { $link }
    It works until { $until }, as often as you like, and opens nothing else. If you can't come, tell { $practice }.
visit-intro = This page stands for a practice's own program. Portico led you here with a signed statement; the program has checked it.
visit-with = Your appointment with { $who } at { $practice }
visit-when = From { $when } until { $until }
visit-join = Join
visit-inside-title = You are in the waiting room
visit-inside = { $who } will let you in. In a real program the video begins here.
visit-shut-title = This way in is shut
visit-shut = What your browser brought is no statement of your practice, or it is more than a minute old. Open the link from your email again.
visit-checked = What the program was told
visit-checked-resource = Which of its things
visit-checked-client = Client
