# Mails about what happened. In a text, a line that is a link or begins with "## " stands alone.
# Words at hand: name (who reads it), practice, time, browser, place, actor (who did it), contact, url, not_me, and for
# administrators person (whom it is about). A link to not_me exists only where it helps (notices/events.rs).
unknown-place = unknown place
mail-footer-entrance = You get this mail because somebody typed this address at { $practice } to find their practice. Nobody reads replies to it.
mail-footer = You get this mail because it is about how you sign in to { $practice }. Nobody reads replies to this address.

mail-part-where = When: { $time }. From: { $browser }, { $place }.
mail-part-fine = If that was you, there is nothing to do.
mail-part-not-me =
    If it wasn't you, open this page now. It logs out every browser and stops your password until you choose a new one by mail:
    { $not_me }
mail-part-not-me-client =
    If it wasn't you, open this page now. It signs you out everywhere, and a password you have here stops working:
    { $not_me }
mail-part-not-me-passkey =
    If it wasn't you, open this page now. It logs out every browser, deletes this passkey and stops your password until you choose a new one by mail (after a day, where no other second step is left):
    { $not_me }
mail-part-ask = Questions, or in doubt? Ask your practice: { $contact }

# --- Signing in ---

mail-signed-in-new-browser-subject = New sign-in to { $practice }
mail-signed-in-new-browser-text =
    Hello { $name },
    Somebody signed in to your account at { $practice } with a browser that we haven't seen before.
    { mail-part-where }
    { $remembered ->
        [yes] "Keep me logged in on this device" was ticked: this browser is a recognised device now. It is asked for your password, and for no code.
       *[no] { "" }
    }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-signed-in-new-browser-client-subject = New sign-in to { $practice }
mail-signed-in-new-browser-client-text =
    Hello { $name },
    Somebody signed in as you at { $practice } with a browser that we haven't seen before.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me-client }
    { mail-part-ask }

mail-signed-in-after-long-subject = Sign-in to { $practice } after a long time
mail-signed-in-after-long-text =
    Hello { $name },
    Somebody signed in to your account at { $practice }. The sign-in before it was on { $last }.
    { mail-part-where }
    { $remembered ->
        [yes] "Keep me logged in on this device" was ticked: this browser is a recognised device now. It is asked for your password, and for no code.
       *[no] { "" }
    }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-device-remembered-subject = A new recognised device at { $practice }
mail-device-remembered-text =
    Hello { $name },
    Somebody logged in to your account at { $practice } and ticked "Keep me logged in on this device". That browser is a recognised device now: it is asked for your password, and for no code.
    { mail-part-where }
    If that was you, there is nothing to do. You can have any device forgotten again in My info.
    { mail-part-not-me }
    { mail-part-ask }

mail-wrong-codes-thrice-subject = Somebody may know your password at { $practice }
mail-wrong-codes-thrice-text =
    Hello { $name },
    { $goal ->
        [fresh] Somebody who is logged in as you at { $practice } was about to change something, gave your right password and then a wrong verification code three times. Nothing was changed, but that browser is still logged in.
       *[sign-in] Somebody gave your right password at { $practice } and then a wrong verification code three times. They did not get in.
    }
    { mail-part-where }
    If that was you and the codes keep failing, check that the clock of your phone sets itself, or use a backup code.
    { mail-part-not-me }
    { mail-part-ask }

mail-factor-off-subject = Too many wrong answers at { $practice }
mail-factor-off-text =
    Hello { $name },
    { $factor ->
        [totp] So many wrong codes were given in your name at { $practice } that we take no code from your authenticator app any more. Whoever gave them knew your password. Nobody got in by guessing.
        [backup-code] So many wrong backup codes were given in your name at { $practice } that we take none any more. Whoever gave them knew your password. Nobody got in by guessing.
        [password-here] So many wrong passwords were given in your name at { $practice }, in a browser that is logged in as you or recognised as yours, that it takes your password there no more. Everywhere else your password works. Nobody got any further by guessing.
       *[password] So many wrong passwords were given in your name at { $practice } that we don't take your password any more. Nobody got in by guessing.
    }
    The last one: { $time }, from { $browser }, { $place }.
    { $factor ->
        [totp] To sign in again, use one of your backup codes: then the app's codes work again. A passkey gets you in too. If it wasn't you, choose a new password too.
        [backup-code] To sign in again, use the code from your app or a passkey. If it wasn't you, choose a new password too.
        [password-here] If it wasn't you, somebody may be at one of your devices: choose a new password with the link "Forgot your password?", which logs out every browser.
       *[password] To sign in again, choose a new password with the link "Forgot your password?", or use a passkey.
    }
    { $url }/sign-in
    { mail-part-ask }

mail-right-password-in-stuffing-subject = Choose a new password for { $practice }
mail-right-password-in-stuffing-text =
    Hello { $name },
    Somebody is trying lists of stolen passwords at { $practice }, and yours was among them. Most likely you use it elsewhere too, and it was stolen there.
    { mail-part-where }
    Choose a new password that you use nowhere else.
    { mail-part-not-me }
    { mail-part-ask }

mail-device-copied-subject = One of your devices is no longer recognised at { $practice }
mail-device-copied-text =
    Hello { $name },
    The mark by which { $practice } recognises one of your devices was used twice. It may have been copied to another computer, so we ended it and logged that device out.
    { mail-part-where }
    This can also happen when a browser is restored from a backup. Sign in as usual; you will be asked for every step again.
    { mail-part-not-me }
    { mail-part-ask }

mail-device-copied-administrators-subject = A recognised device of { $person } may have been copied
mail-device-copied-administrators-text =
    Hello { $name },
    The mark by which we recognise a device of { $person } was used twice at { $practice }. We ended it, logged that device out and wrote to { $person }.
    { mail-part-where }
    Ask { $person } whether they restored a browser from a backup. If not, their computer may have been copied: end their sessions and look at the record.
    { $url }/practice/people

mail-stuffing-suspected-administrators-subject = Somebody is trying many passwords at { $practice }
mail-stuffing-suspected-administrators-text =
    Hello { $name },
    Since shortly before { $time }, somebody has been trying many names and passwords at { $practice }. We slow them down; nobody is locked out by it.
    Whoever uses 2 factor authentication or a passkey is safe from this. The list of people shows who has neither:
    { $url }/practice/people

mail-record-flooded-administrators-subject = Very many refused sign-ins at { $practice }
mail-record-flooded-administrators-text =
    Hello { $name },
    Since shortly before { $time }, so many sign-ins have been refused at { $practice } that the record counts them instead of listing each one. Everything else is listed as always, and nobody is locked out by it.
    You need not do anything. The record shows how many there were:
    { $url }/practice/record

# --- "This wasn't me" ---

mail-not-me-subject = You are logged out everywhere at { $practice }
mail-not-me-text =
    Hello { $name },
    On { $time } somebody with a mail that we sent you told us that something at { $practice } wasn't you. We logged out every browser and stopped your password. Nobody can sign in with it. A passkey, authenticator app, backup codes or mobile number that were added since that mail are removed too.
    { $held ->
        [yes] The email address or the second step of your account was changed a short while ago. So that a mail alone can't open your account, a new password can be chosen from { $password_from }, with the link "Forgot your password?":
       *[no] Choose a new password with the link "Forgot your password?":
    }
    { $url }/sign-in
    Then look at "Recognised devices" and at your email address and mobile number in My info.
    { mail-part-ask }

mail-not-me-disputed-subject = You are logged out everywhere at { $practice }
mail-not-me-disputed-text =
    Hello { $name },
    On { $time } somebody with a mail that we sent to your former address told us that something at { $practice } wasn't you. We logged out every browser and stopped your password. Nobody can sign in with it.
    Until an administrator has found out whose account this is, for at most a week, no mail leads to a new password. If you changed the address yourself, call your practice now.
    { mail-part-ask }

mail-not-me-disputed-administrators-subject = { $person } says: this wasn't me
mail-not-me-disputed-administrators-text =
    Hello { $name },
    The email address of { $person } at { $practice } was changed, and on { $time } whoever reads the former one told us that it wasn't them. We logged out all browsers of this account and stopped its password. For a week no mail to the present address leads to a new one.
    Please call { $person } on a number you know. With "{ people-act-email }" on their page enter the address that is theirs, even if it is the present one: once it is confirmed, the other one gets nobody in. If you do nothing, mails to the present address lead to a new password again after the week.
    { $url }/practice/people

mail-not-me-closed-subject = Your password at { $practice } is stopped
mail-not-me-closed-text =
    Hello { $name },
    On { $time } somebody with a mail that we sent you told us that something at { $practice } wasn't you. Your account there is closed, so nobody can sign in with it. We stopped its password too. A passkey, authenticator app, backup codes or mobile number that were added since that mail are removed.
    If you need the account again, or if it wasn't you who told us, talk to your practice.
    { mail-part-ask }

mail-not-me-closed-administrators-subject = { $person } says: this wasn't me
mail-not-me-closed-administrators-text =
    Hello { $name },
    On { $time } somebody with a mail to { $person } told us that something in their account at { $practice } wasn't them. The account is closed, so nobody can sign in with it. We stopped its password too, and removed what had been added to it since that mail.
    Please ask them what happened, and look at the record of their account before anybody reopens it:
    { $url }/practice/people

mail-not-me-paused-subject = You are logged out everywhere at { $practice }
mail-not-me-paused-text =
    Hello { $name },
    On { $time } somebody with a mail that we sent you told us that something at { $practice } wasn't you. We logged out every browser and stopped your password. Your second step (authenticator app or passkey) had been added since that mail, so it is removed too.
    So that a mail alone can't open your account, a new password can be chosen from { $password_from }, with the link "Forgot your password?":
    { $url }/sign-in
    If you need to get in sooner, call your practice. With your mobile number on file, an administrator can prove who you are on the phone.
    If this wasn't you, somebody else reads your mail. Tell your practice before that time, and make your mailbox safe.
    { mail-part-ask }

mail-not-me-client-subject = You are signed out everywhere at { $practice }
mail-not-me-client-text =
    Hello { $name },
    On { $time } somebody with a mail that we sent you told us that something at { $practice } wasn't you. We signed you out everywhere, and a password you had here opens nothing any more.
    You sign in with a link that we email you:
    { $url }/portal
    If somebody else can read your email, talk to your practice before you sign in again.
    { mail-part-ask }

mail-not-me-client-administrators-subject = { $person } says: this wasn't me
mail-not-me-client-administrators-text =
    Hello { $name },
    On { $time } { $person }, a client of { $practice }, told us that something about their sign-in wasn't them. We signed them out everywhere, and a password they had opens nothing any more. They sign in with a link from an email, as before.
    Please ask them what happened, and whether somebody else can read their email. The page of the client shows what there was:
    { $url }/practice/clients

mail-not-me-administrators-subject = { $person } says: this wasn't me
mail-not-me-administrators-text =
    Hello { $name },
    On { $time } { $person } told us that something in their account at { $practice } wasn't them. We logged out all their browsers and stopped their password; { $held ->
        [yes] because their email address or second step was changed a short while ago, they can choose a new one by mail only from { $password_from }.
       *[no] they choose a new one by mail.
    }
    Please ask them what happened, and look at the record of their account:
    { $url }/practice/people

mail-not-me-paused-administrators-subject = { $person } says: this wasn't me
mail-not-me-paused-administrators-text =
    Hello { $name },
    On { $time } { $person } told us that something in their account at { $practice } wasn't them. We logged out all their browsers, stopped their password, and removed the second step that had been added since the mail they answered. None is left.
    Please call them: if it was them, "{ people-act-reset }" on their page lets them choose a new password now, once you have proved who they are by the number on file. If it wasn't, somebody else reads their mail: close their account, or enter another address, before { $password_from }. From then on a mail alone leads to a new password.
    { $url }/practice/people

# --- Password, email address, mobile number ---

mail-reset-paused-subject = Your password at { $practice } has to wait
mail-reset-paused-text =
    Hello { $name },
    Somebody asked for a new password for your account at { $practice }. A day ago or less, "this wasn't me" was pressed in a mail to you, and your second step was removed by it. So that a mail alone can't open your account, a new password can be chosen from { $password_from }. Ask again then:
    { $url }/forgot
    If you need to get in sooner, or if none of this was you, call your practice now.
    { mail-part-ask }


mail-password-reset-subject = Your new password at { $practice }
mail-password-reset-text =
    Hello { $name },
    A new password was chosen for your account at { $practice }, with a link that we had mailed to this address. Every other browser is logged out.{ $stopped ->
        [yes] {" "}A change of your email address that was still waiting was stopped; you can ask for it again in My info.
       *[no] {""}
    }
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-password-changed-subject = Your password at { $practice } was changed
mail-password-changed-text =
    Hello { $name },
    The password of your account at { $practice } was changed.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-email-change-asked-subject = A new email address for your account at { $practice }?
mail-email-change-asked-text =
    Hello { $name },
    Somebody signed in as you asked to change the email address of your account at { $practice }. Nothing has changed yet: it waits for a link that we sent to the new address.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-email-change-withdrawn-subject = Your email address at { $practice } stays as it is
mail-email-change-withdrawn-text =
    Hello { $name },
    We told you of a new email address that was entered for your account at { $practice }. On { $time } { $actor } took back that change. The address you have stays, and the link that was mailed to the new one opens nothing.
    { mail-part-ask }

mail-email-changed-subject = Your email address at { $practice } was changed
mail-email-changed-text =
    Hello { $name },
    From now on your account at { $practice } has this email address. You sign in with it, and our mails come here.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-email-changed-old-address-subject = Your account at { $practice } has another email address now
mail-email-changed-old-address-text =
    Hello { $name },
    The email address of your account at { $practice } was changed from this one to another. This is our last mail to this address.
    { mail-part-where }
    { mail-part-fine }
    If it wasn't you, ask your practice at once. It can see in its record what happened and set the address right: { $contact }

mail-email-changed-by-administrator-subject = Your email address at { $practice } was changed
mail-email-changed-by-administrator-text =
    Hello { $name },
    On { $time } { $actor } changed the email address of your account at { $practice } to this one. You sign in with it from now on. For one day your password cannot be reset by mail.
    If you did not expect that, ask your practice: { $contact }

mail-email-changed-by-administrator-old-address-subject = Your account at { $practice } has another email address now
mail-email-changed-by-administrator-old-address-text =
    Hello { $name },
    On { $time } { $actor } changed the email address of your account at { $practice } from this one to another. This is our last mail to this address.
    If you did not ask for that, ask your practice at once; for one day the password cannot be reset by mail: { $contact }

mail-mobile-changed-subject = Your account at { $practice } has a new mobile number
mail-mobile-changed-text =
    Hello { $name },
    { $added ->
        [yes] A mobile number was added to your account at { $practice }.
       *[no] The mobile number of your account at { $practice } was changed.
    } Your practice calls on it to know you when you have lost everything else.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

# --- 2 factor authentication ---

mail-two-factor-on-subject = { $replaced ->
    [yes] Another app makes your codes for { $practice }
   *[no] 2 factor authentication is on at { $practice }
    }
mail-two-factor-on-text =
    Hello { $name },
    { $replaced ->
        [yes] 2 factor authentication of your account at { $practice } was moved to another app. From now on only its codes work, and there are new backup codes.
       *[no] 2 factor authentication was turned on for your account at { $practice }. From now on you need a code from your app besides your password.
    }
    { mail-part-where }
    Keep your backup codes where you find them without your phone.
    { mail-part-not-me }
    { mail-part-ask }

mail-two-factor-off-subject = 2 factor authentication is off at { $practice }
mail-two-factor-off-text =
    Hello { $name },
    2 factor authentication was turned off for your account at { $practice }.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-passkey-added-subject = A passkey was added at { $practice }
mail-passkey-added-text =
    Hello { $name },
    The passkey "{ $passkey }" was added to your account at { $practice }. { $alone ->
        [no] It was made without checking who holds it: it is a second step beside your password.
       *[yes] Whoever has it can log in with it.
    }
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me-passkey }
    { mail-part-ask }

mail-passkey-added-by-browser-subject = Your browser made a passkey for { $practice }
mail-passkey-added-by-browser-text =
    Hello { $name },
    After you logged in at { $practice } your browser made the passkey "{ $passkey }" by itself.
    { $alone ->
        [yes] Next time you can log in with your finger, face or device PIN.
       *[no] Next time, log in with your password and choose "Use a passkey". After that it works alone, with your finger, face or device PIN.
    }
    For your safety recognised devices are forgotten: they ask for every step at the next log-in.
    { mail-part-where }
    If you don't want it, delete it in My info:
    { $url }/me/passkeys
    { mail-part-not-me-passkey }
    { mail-part-ask }

mail-passkey-removed-subject = A passkey was deleted at { $practice }
mail-passkey-removed-text =
    Hello { $name },
    The passkey "{ $passkey }" was deleted from your account at { $practice }. It gets nobody in any more.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-portal-password-set-subject = Your password at { $practice }
mail-portal-password-set-text =
    Hello { $name },
    A password was set with which you can sign in to { $practice }. Everywhere else you were signed out.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me-client }
    { mail-part-ask }

mail-portal-password-removed-subject = Your password at { $practice } was removed
mail-portal-password-removed-text =
    Hello { $name },
    The password with which you could sign in to { $practice } was removed. You sign in with a link that we email you.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me-client }
    { mail-part-ask }

mail-portal-password-off-subject = Too many wrong passwords at { $practice }
mail-portal-password-off-text =
    Hello { $name },
    So many wrong passwords were given in your name at { $practice } that we stopped accepting your password. Nobody got in by guessing.
    The last one: { $time }, from { $browser }, { $place }.
    You can sign in at once with a link that we email you. Then, if you want, choose a new password in My info.
    { $url }/portal
    { mail-part-ask }

mail-passkey-removed-by-administrator-subject = A passkey of yours was deleted at { $practice }
mail-passkey-removed-by-administrator-text =
    Hello { $name },
    { $actor } deleted the passkey "{ $passkey }" from your account at { $practice } on { $time }. It gets nobody in any more.
    If you didn't ask for this, tell your practice.
    { mail-part-ask }

mail-passkey-counter-back-subject = Something odd about a passkey at { $practice }
mail-passkey-counter-back-text =
    Hello { $name },
    Your passkey "{ $passkey }" at { $practice } counts how often it is used, and its count went back. That can happen after a repair, or when somebody has made a copy. It did not log anybody in by itself.
    { mail-part-where }
    If you use it on one device only, log in with your password, delete this passkey in My info and make a new one:
    { $url }/me/passkeys
    { mail-part-not-me }
    { mail-part-ask }

mail-backup-codes-made-subject = New backup codes for { $practice }
mail-backup-codes-made-text =
    Hello { $name },
    New backup codes were made for your account at { $practice }. All older ones have stopped working.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-backup-code-used-subject = A backup code was used at { $practice }
mail-backup-code-used-text =
    Hello { $name },
    Somebody signed in to your account at { $practice } with your password and one of your backup codes. That code is used up.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-backup-codes-low-subject = Few backup codes left for { $practice }
mail-backup-codes-low-text =
    Hello { $name },
    { $left ->
        [0] You have no backup code left
        [one] You have one backup code left
       *[other] You have { $left } backup codes left
    } for your account at { $practice }. Make new ones in My info while you can still sign in:
    { $url }/me
    { mail-part-ask }

mail-factors-reset-subject = Your 2 factor authentication at { $practice } was reset
mail-factors-reset-text =
    Hello { $name },
    On { $time } { $actor } reset your 2 factor authentication at { $practice }, after { $by ->
        [call] they called your mobile number on file and spoke with somebody
       *[code] a talk on the phone with somebody who read out a code sent to your mobile
    }. Every browser is logged out.
    { $passkeys ->
        [kept] Your passkeys were kept, and let you in as before. A second mail brings a link for whoever begins with the password.
       *[none] A second mail brings the link with which you set it up again.
    } Your password alone does not let anybody in.
    If you made no such call, somebody has your phone number or spoke in your name.
    { mail-part-not-me }
    { mail-part-ask }

mail-factors-reset-administrators-subject = 2 factor authentication of { $person } was reset
mail-factors-reset-administrators-text =
    Hello { $name },
    On { $time } { $actor } reset the 2 factor authentication of { $person } at { $practice }. Every browser of theirs is logged out, and they can sign in again only { $passkeys ->
        [kept] with a passkey, which they kept.
       *[none] after setting it up with the link that we mailed them.
    }
    { $acted ->
        [yes] If this wasn't you, somebody else uses your account: log out everywhere in My info and choose a new password now, then ask { $person }.
       *[no] If you know of no reason for this, ask { $actor } or { $person } now.
    }
    { $url }/practice/people

mail-re-enrolled-subject = You can sign in to { $practice } again
mail-re-enrolled-text =
    Hello { $name },
    After the reset, your account at { $practice } has a second step again. You sign in with it from now on.
    { mail-part-where }
    { mail-part-fine }
    { mail-part-not-me }
    { mail-part-ask }

mail-more-time-given-subject = More time to set up a second step at { $practice }
mail-more-time-given-text =
    Hello { $name },
    On { $time } { $actor } gave you more time at { $practice }: a passkey or 2 factor authentication is required of you from { $until }. It takes two minutes to set up, in My info:
    { $url }/me
    { mail-part-ask }

# --- What administrators do ---

mail-role-changed-subject = Your role at { $practice } was changed
mail-role-changed-text =
    Hello { $name },
    On { $time } { $actor } changed your role at { $practice }. You are { $after ->
        [administrator] an administrator
        [practitioner] a practitioner
       *[reception] in reception
    } there now. You are logged out in every browser; log in again when you need to:
    { $url }/sign-in
    { mail-part-ask }

mail-closed-subject = Your account at { $practice } is closed
mail-closed-text =
    Hello { $name },
    On { $time } { $actor } closed your account at { $practice }. You are logged out everywhere and cannot sign in there. Your accounts at other practices stay as they are.
    { mail-part-ask }

mail-reopened-subject = Your account at { $practice } is open again
mail-reopened-text =
    Hello { $name },
    { $password ->
        [stopped] On { $time } { $actor } opened your account at { $practice } again. Your password was stopped when "this wasn't me" was pressed in a mail to you, so choose a new one with the link "Forgot your password?":
       *[no] On { $time } { $actor } opened your account at { $practice } again. Sign in as before; if you have forgotten your password, choose a new one there:
    }
    { $url }/sign-in
    { mail-part-ask }

mail-sessions-ended-by-administrator-subject = You are logged out everywhere at { $practice }
mail-sessions-ended-by-administrator-text =
    Hello { $name },
    On { $time } { $actor } logged you out of { $practice } in every browser. Your password and your second step stay as they are; sign in again when you need to:
    { $url }/sign-in
    { mail-part-ask }

mail-message-failed-administrators-subject = A message to { $person } could not be delivered
mail-message-failed-administrators-text =
    Hello { $name },
    A message from { $practice } to { $person } about how they sign in could not be delivered. We have stopped trying.
    The reason we were given: { $reason }
    { $late ->
        [yes] What it held was good no longer. This says nothing against their address or number: the delivery took too long. Tell them yourself if it was urgent:
       *[no] Check their email address and mobile number, and tell them yourself if it was urgent:
    }
    { $url }/practice/people
    For a day you will not get another mail about this; the record has every message that failed.

mail-message-failed-client-administrators-subject = A message to { $person } could not be delivered
mail-message-failed-client-administrators-text =
    Hello { $name },
    A message from { $practice } to { $person } about how they sign in could not be delivered. We have stopped trying.
    The reason we were given: { $reason }
    { $late ->
        [yes] What it held was good no longer. This says nothing against their address: the delivery took too long. The page of the client shows what happened with each mail:
       *[no] Please ask { $person } for an address that works. The page of the client shows what happened with each mail:
    }
    { $url }/practice/clients
    For a day you will not get another mail about this; the record has every message that failed.

# --- The demo's mailbox ---

mailbox-title = Mailbox of the demo
mailbox-intro = Every mail and text message that the demo would have sent, the newest first. It is kept in memory and gone when the demo ends.
mailbox-only = Only messages to { $to }
mailbox-all = Show all messages
mailbox-empty = No messages yet. They appear here a second after something happens.
mailbox-live-on = Look again every three seconds
mailbox-live-off = Stop looking again
mailbox-mail = Mail
mailbox-text = Text message
mailbox-line = { $channel } from { $from } to { $to }, { $time }
mailbox-to = To
mailbox-from = From
mailbox-time = Time
mailbox-channel = Sent as
mailbox-back = All messages
mailbox-same-person = All messages to this address
mailbox-as-text = The message
mailbox-as-html = Show the formatted mail

mail-practice-moved-administrators-subject = { $practice } has a new web address
mail-practice-moved-administrators-text =
    Hello { $name },
    { $practice } has a new web address. From now on everybody logs in here:
    { $url }/sign-in
    The old address leads to the new one, and nobody is missing from your lists. Whoever was logged in logs in once more.
    Passkeys go on working in Chrome, Edge and Safari, when they are up to date. In a browser that can't use them at the new address, staff log in with password and code, and clients sign in by email.

mail-practice-changed-administrators-subject = { $practice } was changed by whoever runs this server
mail-practice-changed-administrators-text =
    Hello { $name },
    On { $time } whoever runs this server changed how { $practice } appears at its log-in: { $what }.
    Mails and pages name it from now on. If you didn't ask for this, ask them now; people call the number and write to the address that stand there.
    { $url }/sign-in

mail-restored-administrators-subject = { $practice } was restored from a backup
mail-restored-administrators-text =
    Hello { $name },
    On { $time } the server of { $practice } was restored from a backup of { $as_of }. What was changed after that is as it was before: please look whether accounts that you closed, access that you turned off, and new passwords are as they should be.
    Everybody is logged out, no browser is recognised, and links and codes that were mailed before work no longer. Backup codes that were used since the backup work again; whoever used one makes a new set. Invitations that were withdrawn since can be asked for again: please withdraw them again. Passkeys that were deleted since the backup work again, and those made since then work no more: please look in the list of people whose devices were lost or stolen, and delete their passkeys again.
    { $url }/practice/people
    Keys of programs that were ended since work again, and so do the links to one thing that those programs had ended. End the keys again here, and have the links ended by their programs:
    { $url }/practice/programs

# From the entrance, where people find their practice.
find-mail-staff = For staff of { $practice }:
find-mail-client = For clients of { $practice }:
find-mail-quiet = More is on your list than this mail names; open it below.
# In the place of the list, where each practice or client on it wants to be named in no mail.
find-mail-unnamed = You asked where you can log in with this address. This mail names no practice; open your list below.
find-mail-unnamed-rest = It is on your list, and this mail doesn't name it; open your list below.
find-mail-every = Here is every practice where you can log in with this address. Each has its own web address; keep it, and next time you go straight there.
find-mail-some = Here is where you can log in with this address, as far as we could look. Each has its own web address; keep it, and next time you go straight there.
find-mail-silent = We can't reach our servers in { $regions } right now. If you have practices there, we mail them to you as soon as the servers answer again, within a day.
mail-find-list-subject = Where you can log in
mail-find-list-text =
    Hello,
    { $begin }
    { $list }
    { $silent }
    If the page where you asked is open, type this code there. It works for 15 minutes.
    ## { $code }
    Or open your list here, within a day:
    { $link }
    If you didn't ask for this, there is nothing to do. Only this mailbox was told.
mail-find-rest-subject = More places where you can log in
mail-find-rest-text =
    Hello,
    When you asked where you can log in, some of our servers didn't answer. They do now. This was missing:
    { $list }
    { $silent }
    Open your whole list here, within a day:
    { $link }
mail-find-late-subject = Where you can log in
mail-find-late-text =
    Hello,
    When you asked where you can log in, some of our servers didn't answer. They do now. With this address you can log in here:
    { $list }
    { $silent }
    If the page where you asked is open, type this code there. It works for 15 minutes.
    ## { $code }
    Or open your list here, within a day:
    { $link }
    If you didn't ask for this, there is nothing to do. Only this mailbox was told.
mail-find-wait-subject = We couldn't look everywhere yet
mail-find-wait-text =
    Hello,
    Somebody, probably you, asked where this address can log in. We can't reach our servers in { $regions } right now, so we couldn't look there. Where we could look, no practice knows this address.
    You don't have to ask again. If you have practices in { $regions }, we mail them to you as soon as the servers answer, within a day. If no mail comes by then, either no practice there knows this address or we still couldn't look: ask again then.
    If you didn't ask for this, there is nothing to do.
mail-find-nothing-subject = We found no practice for this address
mail-find-nothing-text =
    Hello,
    Somebody, probably you, asked where this address can log in. No practice knows it.
    Your practice may have another address of yours: try that one, or ask your practice which one it has.
    { $entrance }
    If you didn't ask for this, there is nothing to do.
# --- Clients: the mailed link ---

mail-portal-link-subject = Sign in to { $practice }
mail-portal-link-text =
    Hello,
    You asked at { $time } to sign in to { $practice } ({ $browser }). Open this page in the same browser:
    { $link }
    Or type this code where you asked:
    ## { $code }
    The code works until { $code_until }, the link once, until { $until }. If it is too late then, open it anyway: the page sends you a new one.
    If you are reading this on another device, the link works there too: it asks for the code, or for the number that the first device shows.
    If you didn't ask, you can ignore this mail. Nothing happens until somebody uses it. Questions? { $contact }

mail-portal-nobody-subject = Signing in to { $practice }
mail-portal-nobody-text =
    Hello,
    At { $time } somebody typed this address to sign in as a client of { $practice }. Nobody can sign in with this address now, so there is no link to send.
    If you are a client there, ask them which address they have of you, or why this one doesn't open your portal: { $contact }
    { $url }/portal
    If you work there, log in here:
    { $url }/sign-in
    If it wasn't you, you can ignore this mail.

mail-portal-nobody-discreet-subject = About the code you asked for
mail-portal-nobody-discreet-text =
    Hello,
    At { $time } somebody asked for a code with this address. Nobody can sign in with this address there, so there is no code to send.
    Perhaps they know you by another address: try that one, or call the people you know there.
    If it wasn't you, you can ignore this mail.

mail-link-not-me-administrators-subject = A sign-in link that nobody asked for: { $person }
mail-link-not-me-administrators-text =
    Hello { $name },
    At { $time } somebody asked for a link to sign in at { $practice } as { $person }, with { $browser }, { $place }. Somebody who reads that mailbox told us that they hadn't asked for it. The link is ended; nobody got in with it.
    If that happens again, somebody may be after this person's messages. Talk with them on the phone, and look at the record.
    { $url }/practice/record

mail-help-asked-subject = Somebody can't sign in and asks for help
mail-help-asked-text =
    Hello,
    At { $time } somebody who can't sign in to your portal at { $practice } asked you for help. They typed the address { $email } and see the request number { $number } ({ $browser }).
    How to reach them: { $reach }
    What they wrote: { $note }
    We don't know yet who it is. Look at what happened with their email before you call:
    { $url }/practice/stuck

mail-help-asked-often-subject = More people can't sign in and ask for help
mail-help-asked-often-text =
    Hello,
    Until { $time } more than ten people asked for help within the hour because they can't sign in to your portal at { $practice }. We write you nothing more about it within this hour, so that your mailbox stays readable.
    All of them are on this list. Please look at it again in an hour:
    { $url }/practice/stuck
    If you don't know who they are, a stranger may be filling in the form. You can turn it off under “How clients sign in” until it is over.

mail-pin-issued-subject = A PIN for { $practice }
mail-pin-issued-text =
    Hello { $name },
    At { $time } { $actor } at { $practice } gave somebody on the phone or at the desk a PIN to sign in as you. If that was you, there is nothing to do.
    If it wasn't, tell the practice at once: { $contact }

mail-pin-blocked-administrators-subject = A PIN for { $person } was tried where it was made
mail-pin-blocked-administrators-text =
    Hello { $name },
    At { $time } a PIN for { $person } at { $practice } was typed in the very browser that had issued it. We refused it and ended the PIN: a PIN is for the client, on the client's own device.
    The record says who issued it. Please ask them what happened.
    { $url }/practice/record

mail-pins-guessed-administrators-subject = Many wrong PINs at { $practice }
mail-pins-guessed-administrators-text =
    Hello { $name },
    Within the last hour thirty wrong PINs were typed at { $practice }. Each request takes five tries, so nobody gets far by guessing, but somebody may be trying.
    If you don't need PINs just now, turn them off until it is over. The record shows which clients it was about:
    { $url }/practice/record

# --- Clients: mail that names nobody ---

mail-footer-discreet = Nobody reads replies to this address.

mail-portal-code-subject = Your code
mail-portal-code-text =
    Hello,
    You asked for a code. Type it where you asked:
    ## { $code }
    It works until { $code_until }.
    If you didn't ask, you can ignore this.

mail-discreet-notice-subject = A notice for you
mail-discreet-notice-text =
    Hello,
    Something changed on { $time } in one of your accounts. If you expected it, there is nothing to do. If not, sign in as usual and have a look, or call the people you know there.

mail-discreet-notice-old-address-subject = A notice for you
mail-discreet-notice-old-address-text =
    Hello,
    Since { $time } one of your accounts has another email address, and this one opens nothing of yours there any more. If you expected it, there is nothing to do. If not, call the people you know there.

mail-mail-came-back-administrators-subject = A mail to { $person } came back
mail-mail-came-back-administrators-text =
    Hello { $name },
    A mail from { $practice } to { $person } was taken by their mail server and came back later. It said:
    “{ $reason }”
    Please ask { $person } for an address that works. The page of the client shows what happened with each mail:
    { $url }/practice/clients

# --- Clients: a new address, contacts ---

mail-address-link-subject = Confirm your email address at { $practice }
mail-address-link-text =
    Hello,
    { $practice } was asked to write to you at this address from now on. If that is right, open this page and type the code there:
    { $link }
    ## { $code }
    You can also read the code out to { $practice }. It works until { $until }.
    If you didn't expect this, do nothing and give the code to nobody, or ask: { $contact }

mail-address-code-subject = Your code for a new email address at { $practice }
mail-address-code-text =
    Hello,
    This code confirms that you read this mailbox. Type it where you asked to change your address at { $practice }, or read it out to the people there:
    ## { $code }
    It works until { $until }.
    If you didn't expect this, do nothing and give the code to nobody, or ask: { $contact }

mail-discreet-code-subject = Your code
mail-discreet-code-text =
    Hello,
    Here is the code you are waiting for:
    ## { $code }
    It works until { $until }.
    If you aren't waiting for one, do nothing and give it to nobody.

mail-client-email-asked-subject = A new email address for you at { $practice }?
mail-client-email-asked-text =
    Hello { $name },
    On { $time } { $practice } was asked to write to you at { $new_email } instead of here. Nothing has changed yet: the new mailbox has to confirm it first.
    If that is right, there is nothing to do. If not, sign in to { $practice } as usual and press "Stop it", or ask at once: { $contact }

mail-client-email-changed-subject = { $practice } writes to you here now
mail-client-email-changed-text =
    Hello { $name },
    Since { $time } this is your email address at { $practice }. Sign in with it from now on.
    If you didn't ask for that, ask at once: { $contact }

mail-client-email-changed-old-address-subject = { $practice } has another email address of you now
mail-client-email-changed-old-address-text =
    Hello { $name },
    Since { $time } { $practice } writes to you at another address, and this one opens nothing of yours there any more.
    If you didn't ask for that, ask at once: { $contact }

mail-contact-allowed-subject = { $who } may open your portal at { $practice }
mail-contact-allowed-text =
    Hello { $name },
    On { $time } { $actor } let { $who } open your portal at { $practice } as your contact. They sign in as themselves, and you see under "My info" when they last did.
    If you don't want that, sign in and press "Shut them out", or ask: { $contact }

mail-askings-too-many-administrators-subject = Very many sign-in mails asked for at { $practice }
mail-askings-too-many-administrators-text =
    Hello { $name },
    Within the last hour strangers asked for more sign-in mails at { $practice } than this server sends. Mails to addresses that you don't have on file are held back until it is over; your clients still get theirs.
    A client for whom that takes too long can call you for a PIN. The list shows who is trying now:
    { $url }/practice/stuck
