# Help. In a text each line is a paragraph; "- " begins a numbered step, "+ " a point, "## " a heading.
# A page whose title stands in another page's text is linked below that text.
help-title = Help
help-all = All help pages
help-more = See also
help-group-two-factor = 2 factor authentication
help-group-log-in = Logging in
help-group-passkeys = Passkeys
help-group-passkeys-trouble = When a passkey doesn't work
help-group-passkeys-questions = Questions about passkeys
help-group-pages = About these pages
help-ask = Whom to ask
help-ask-what = If this doesn't help, ask here. Nobody who helps you ever needs your password or a code from your authenticator app.
help-ask-who = Name
help-ask-phone = Phone
help-ask-email = Email
help-ask-hours = Hours
help-ask-contact = Contact
help-operator = Who runs this server

help-find-practice-title = I don't know where to log in
help-find-practice-text =
    Each practice has its own web address, and only you are told which ones are yours. So we mail the list to you instead of showing it to whoever types your email address.
    - Open "Find your practice", type your email address and press "Continue".
    - Open the mail on any device. It has every practice where you can log in, each with its address.
    - On a computer where you can't read your mail, type the six digits of the mail into the page that waits for them: your list appears there.
    + The code works for 15 minutes, the link in the mail for a day. At most one mail a minute goes to an address.
    + If the mail says that no practice knows the address, your practice has another one of yours. Ask there.
    + If the mail says that some of our servers can't be reached, the rest comes by itself.
help-straight-there-title = How do I get to my practice without a mail?
help-straight-there-text =
    Whoever knows the practice's address goes straight there and needs neither mail nor list. It looks like practice-name.region and then our name, and it stays the same.
    + Keep it as a bookmark, or as an app of its own: "Keep this address" on the log in page says how on your device.
    + Type your practice's name at "Find your practice" instead of your email address.
    + Tick "Remember my practices on this device" when you ask for your list: from your next log in on, "Find your practice" shows it at once.
    If your practice changes its name or moves, the old address leads to the new one.
help-shared-computer-title = Others use this computer too
help-shared-computer-text =
    Leave "Remember my practices on this device" and "Keep me logged in on this device" without a tick. Then nothing of you stays when the browser is closed.
    + Log out when you leave.
    + "Change what this device remembers" at "Find your practice" forgets one practice or all, and can keep this computer from asking again.
    What a device remembers lies in its browser only: which practices, with no names and no addresses of people.

help-two-factor-title = What is 2 factor authentication?
help-two-factor-text =
    Your password is something you know. 2 factor authentication (2FA for short) asks for a second thing: something you have, which is usually your phone. An app on it shows a code of six digits that changes every 30 seconds.
    Somebody who learns your password, by guessing, by looking over your shoulder or from another website, still can't open your account and your patients' records without that code.
    Your practice may ask everybody for it from a certain day. My info then says from when.
help-set-up-title = How do I enable 2 factor authentication?
help-set-up-text =
    It takes about five minutes. Have your phone beside you.
    - Log in, open My info, and press "Enable 2 factor authentication".
    - Check your mobile number. It has to be right: with it your practice makes sure that it is you who asks when you have lost everything else.
    - Install an authenticator app on your phone or computer. Any of them works; if your password manager can show codes, it will do.
    - In the app add an account and scan the square picture on the page. No camera? Choose "Enter key manually" and copy the key into the app.
    - Type the code that the app shows into the page, and press "Enable 2 factor authentication".
    Nothing changes until that last code is right, so you can stop at any time and begin again.
    At the end the page shows ten backup codes. Print them or keep them in a safe place straight away; they get you in when the phone is lost, and they are shown only once.
help-log-in-title = How do I log in with 2 factor authentication?
help-log-in-text =
    - Open your practice's address and log in with your email address and password.
    - When you are asked for the verification code, open your authenticator app and type the six digits it shows.
    The code is asked in every browser that we don't recognise. If you tick "Keep me logged in on this device", it isn't asked there again for up to 30 days, or for as long as your practice allows; for administrators it is 7 days.
    Tick that only on a device that is yours or that stays in your practice.
help-code-refused-title = My code isn't accepted
help-code-refused-text =
    - Look at the clock of the phone. Codes depend on the time: switch on "set time automatically" in its settings and try the next code.
    - Make sure you read the code of this practice. If you work in two practices, the app shows one line for each.
    - Wait for the next code. Each code works once, and only for about a minute.
    - Still refused? Use a backup code: choose "Use a backup code" below the field.
    After several wrong codes you have to wait a little. That keeps guessers out and passes by itself.
help-backup-codes-title = What are backup codes?
help-backup-codes-text =
    Ten codes that stand in for your phone. Each works once. Make them in My info with "Generate backup codes", then print them, download them, or put them into your password manager.
    They are shown only once. We keep nothing from which they could be read again.
    Making new ones ends the old ones. My info says how many are left; you get a mail when one is used.
    Logging in with a backup code never makes the browser a recognised device.
help-lost-phone-title = I have lost my phone, or got a new one
help-lost-phone-text =
    You have a backup code, or a passkey on another device:
    - Log in with your password and, where you are asked, a backup code; or with the passkey.
    - In My info choose "Move to another app" and set it up on the new phone. You are asked for a backup code or the passkey once more. The app on the old phone stops working, every other browser is logged out, and you get new backup codes.
    - Then press "Log out everywhere" if the phone might be in other hands: it was logged out already, and this makes sure.
    You have none, but a browser that is recognised, where no code is asked ("Keep me logged in on this device"):
    - Go on working there, and don't press "Log out everywhere": no browser would be recognised any more, and the next log-in would ask for a code that you don't have.
    - Look in My info whether the mobile number is the one that reaches you now.
    - Ask an administrator of your practice for a reset while you can still work. They prove who you are by that number. If the phone might be in other hands, say so: the reset logs it out.
    You have none of these: ask an administrator of your practice. They send a code to the mobile number we have for you, you read it out to them, and a mail then lets you set everything up again. Have a new SIM card with your old number first, if the number went with the phone.
    Only the mobile number on file can be used. That is why it has to be kept right.
help-recognised-devices-title = What is a recognised device?
help-recognised-devices-text =
    A browser in which you ticked "Keep me logged in on this device". There we ask for your password but not for the code, until the day that My info shows. Using it doesn't make that day later.
    It is yours alone: a colleague who logs in on the same computer is asked for their own code.
    My info lists your recognised devices. You can give each a name, and forget any of them.
    All of them are forgotten at once when you change your password, change your 2 factor authentication, press "Log out everywhere", or when an administrator resets your access.
    "Known only by a cookie" means that this browser couldn't make a key of its own. It works the same, but private windows and very old browsers are better left unrecognised.
help-reset-colleague-title = A colleague has lost their phone and their codes
help-reset-colleague-text =
    You are an administrator, and a colleague can't get in because the codes are gone with the phone. You make sure who it is; nobody's word is enough for it, not even a voice you know.
    - Open People, choose the colleague, and press "Reset 2FA".
    - Send the code to the mobile number on file. Where no text messages can be sent, the page shows the number instead: hang up and call it.
    - Let the colleague read the code out to you, and type it. It works for ten minutes.
    - The colleague gets a mail with a link, types their password, and sets up their second step again. Until then nobody gets in with that password.
    Every recognised device of theirs is forgotten, and the record shows who did it. You can't do this for yourself: another administrator does it for you.
    ## No mobile number is on file, or it is somebody else's by now
    Then nobody can prove here who it is, and the people who run this server can't either.
    + While the colleague can still log in somewhere, they give their number in My info; then you can reset their access.
    + If they can't log in anywhere and you know in another way that it is them, because they stand before you, close this account and invite them anew with another email address. What they did under the old one stays in the record.
    My info tells everybody whose only second step is a passkey, and who has given no number.
help-locked-title = Why is my page locked?
help-locked-text =
    Nobody used it for a while, so we locked it in case you had left the computer. Nothing you saved or sent is lost: type your password, or use a passkey, and you are back on the page where you were.
    Two minutes before it locks, a window asks whether you are still there. Your practice chooses how long it waits.
    A session also has an end, however busy you are; then you log in from the start.
help-new-device-mail-title = I got a mail about a new sign-in
help-new-device-mail-text =
    We send it when your account is opened from a browser that we haven't seen before. It says which browser, roughly where, and when.
    If it was you, with a new computer, another browser, or after deleting cookies, there is nothing to do.
    The place is worked out from the internet connection, and can be the next big town or your phone company's office. Go by the time and the browser first.
    If it wasn't you, open the link in that mail.
help-not-me-title = What does "this wasn't me" do?
help-not-me-text =
    The link in the mail opens a page that asks you once more. If you confirm, every session of yours ends, every device is forgotten, and your password stops working. A passkey, an authenticator app, backup codes and a mobile number are removed if they were added since that mail; what you had before stays.
    A new email address that was on its way is stopped too.
    You then choose a new password: at once where the mail is younger than half an hour, and otherwise through a link that we send to the same address. Nobody can log in with the old one any more, neither you nor somebody else. Choose one that you have never used anywhere.
    If the only second step you had is removed that way, the new password waits a day. Without that, somebody who reads your mail could take your app away and go straight in. If you need to work sooner, call an administrator: with your mobile number on file they prove who you are on the phone, and you go on at once.
    If an administrator changed your email address less than a day before, the new password waits until that day is over. The page and our mails say until when.
    Your administrators are told, so that they can look whether anything was touched. It is better to press it once too often than once too rarely.
help-forgotten-password-title = I have forgotten my password
help-forgotten-password-text =
    - On the log-in page choose "Forgot your password?" and type your email address.
    - Open the link in the mail within 30 minutes and choose a new password.
    - Log in with it. If you use 2 factor authentication, the code is asked as always: a mailbox alone never opens your account.
    If no mail comes, look at "A mail doesn't arrive".
help-too-many-tries-title = It says "too many tries"
help-too-many-tries-text =
    After several wrong passwords or codes in a row we wait a little before the next try, longer each time, at most 15 minutes. The page says until when.
    It can be somebody else who types your email address. That can't lock you out: on a recognised device, or with a passkey, you get in without waiting.
    If you aren't sure of your password, choose a new one with "Forgot your password?".
help-no-mail-title = A mail doesn't arrive
help-no-mail-text =
    - Wait a few minutes, and look among the spam.
    - Check that you typed the address your practice has for you. For privacy the page says the same whether we know the address or not.
    - We send at most one mail a minute to an address, five an hour and ten a day.
    - Ask an administrator of your practice: when they choose you under People, they see what became of the last mails to you.

language-title = Language
# The language's own name for itself.
language-name = English
language-what = These pages come in:
language-only-one = That is the only language so far, so there is nothing to choose.
language-how = We follow the languages your browser asks for. Change the order of languages in your browser's settings to see these pages in another.

help-accessibility-title = How accessible are these pages?
help-accessibility-text =
    Everybody has to get through this door, so the pages are made to follow the Web Content Accessibility Guidelines (WCAG) 2.2 at level AA. We know of nothing in which they don't.
    ## What you can count on
    + Everything works by keyboard alone, and you see where you are.
    + Text can be twice as large, and pages are as wide as your screen from 320 pixels on, without scrolling sideways.
    + Light and dark follow your device, and so do its high-contrast colours.
    + Without JavaScript everything works except passkeys, the warning before a page locks, and the buttons that show, copy, download or print.
    + A problem is named in the page's title and in words at the field, never by colour alone.
    + Instead of the picture for your authenticator app there is a key to type.
    + You can paste everywhere, and password managers can fill in every field. No page asks you to solve a puzzle.
    ## Where time is short
    Two minutes before a page locks it asks whether you are still there, and you can stay. A locked page opens where you were. A code from your app may be up to half a minute old. Links and codes in mails say how long they work, and a new one can always be asked for.
    ## How it is checked
    Each page and state is checked by a program (axe) in light and dark, wide and narrow, with large text and from right to left, before a change of ours reaches you; so are keyboard and pages without JavaScript. People who use screen readers every day have not tested it yet. We want to hear from you.
    ## If something is in your way
    Tell the people below. They can also let you in by another way: by passkey, by backup code, or by a reset.
