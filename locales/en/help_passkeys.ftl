# Help about passkeys. In a text each line is a paragraph; "- " begins a numbered step, "+ " a point, "## " a heading.
# What other makers call things on their screens is written as they write it, in autumn 2026.

# --- What they are ---

help-passkey-title = What is a passkey?
help-passkey-text =
    A passkey is a key that your phone, computer or password manager keeps for you and uses when you show it your finger, your face, or the PIN with which you unlock the device. You have probably met the same thing in your bank's app, as Touch ID, Face ID or Windows Hello.
    With a passkey you log in with one touch: no email address, no password, no code.
    ## Why it is safer
    + There is nothing to remember, to type, to guess or to read out, so nobody can talk you out of it.
    + It works at your practice's own address and nowhere else. On a page that only looks like your practice's, your device doesn't even offer it.
    + We keep only the half that checks, never the half that signs. Whoever stole our list could not log in with it.
    + Your finger and your face never leave your device. We only learn that your device is satisfied.
    Your patients' records lie behind this door. A passkey is the strongest lock there is for it, and the least trouble.
help-passkey-create-title = How do I create my first passkey?
help-passkey-create-text =
    You log in as always one more time, and create it from inside. It takes a minute; stay until it is saved, for one that is left half way isn't kept.
    - Log in with your email address and password, and with the code if you are asked for one. Don't press "Log in with a passkey" yet.
    - Open My info and, under Passkeys, press "Create a passkey".
    - We make sure that it is you: type your password again, and the code if you use 2 factor authentication.
    - Your browser opens a window of its own and asks where to keep the passkey. Below is what to choose there.
    - Give it a name by which you will know it later, such as "Reception iPad", and press "Save".
    Do you use devices of different makers, a Mac and an Android phone for instance? Create a passkey on each, one after the other: making one logs your other devices out, so log in on the next device when the first has its passkey. You can have up to twenty.
help-passkey-log-in-title = How do I log in with a passkey?
help-passkey-log-in-text =
    - Open your practice's log-in page and press "Log in with a passkey". Or touch the field for the email address: many browsers offer your passkey right there.
    - Show your finger or face, or type the PIN of the device.
    That is all. You aren't asked for a code as well, even if you use 2 factor authentication: the passkey is two things at once, the device you have and the finger, face or PIN that unlocks it.
    ## When you begin with your password
    If you use 2 factor authentication, you choose: the code, or "Use a passkey". If you don't, your passkey is asked after the password. On a recognised device the password is enough.
    ## When your browser offers the wrong one
    Close its window with Cancel or the cross. Most browsers then show other places, a phone or a security key; if not, press the button again.
help-passkey-phone-title = Can I use the passkey on my phone to log in at a computer?
help-passkey-phone-text =
    Yes, and nothing has to be installed for it. Have the phone with you, with Bluetooth switched on at both; it shows that they are in the same room, nothing is paired.
    - On the computer press "Log in with a passkey".
    - In the browser's window choose the phone, or "Use a phone or tablet". The computer shows a QR code.
    - Scan it with the phone's camera, tap what the camera offers, and show your finger or face.
    The computer is then logged in. The passkey stays on the phone.
    Only a phone on which you created a passkey for this practice can do that. Afterwards you can create one on the computer as well, in My info.

# --- When something is in the way ---

help-passkey-check-title = A passkey doesn't work: what to look at first
help-passkey-check-text =
    - Are you at your practice's own address? A passkey works only there. Look at the address bar, or start from "Find your practice".
    - Does the device still need an update? Passkeys need a current system and a current browser.
    - Is a screen lock set up: a finger, a face or a PIN? Without one a device keeps no passkeys.
    - Is the place that keeps your passkeys switched on and in step with your other devices? See "What must be switched on for passkeys?".
    - Are you in a private window, or in the browser inside another app? Open the page in Safari, Chrome, Edge or Firefox itself.
    - Is the passkey still on both sides: in My info, and on the device? See "My passkey was deleted in one place".
    In the meantime you can log in with your email address and password, and with your code if you use one. If your passkey is your only second step, look at "I have lost the device with my passkey".
    ## The last resort
    When nothing else helps, begin again: delete your passkeys in My info, remove them on your devices too, and create new ones. Do that only while you can log in without them.
help-passkey-qr-title = The log-in page shows me a QR code
help-passkey-qr-text =
    Your browser found no passkey for this practice on this device, and asks whether one lies on a phone.
    ## You have never created a passkey here
    Then the picture leads nowhere: no phone can save a passkey from it, and scanning it does nothing. Close the window, log in with your email address and password, and create your first passkey in My info. From then on the button works.
    ## You have a passkey on your phone or tablet
    Then scan the picture with it, with Bluetooth switched on at both, and tap what the camera offers.
    ## You have a passkey on this device
    Then it lies in another place than your browser looks in, or it is gone on one side. Close the window and look at "I created a passkey but can't log in with it".
help-passkey-not-accepted-title = I created a passkey but can't log in with it
help-passkey-not-accepted-text =
    + Is it on this device? iCloud Keychain is on iPhone, iPad and Mac only; Google Password Manager on Android and in Chrome; Windows Hello on that one computer. At home you may have none of them: use your phone, or your password.
    + Is it in another place on this device? Somebody who has both a password manager and the system's own keychain has two places. Close the browser's window with Cancel and choose the other one.
    + Is it gone on one side? A browser goes on offering a passkey that was deleted here, and My info goes on listing one that was deleted on the device. See "My passkey was deleted in one place".
    + Was it finished? If the browser's window was closed before the end, there is no passkey. My info shows those that are there.
    + Is it the passkey of this practice? If you work in two, each has its own.
    Whatever it is, your password still works. If your passkey is your only second step and you can't use it, look at "I have lost the device with my passkey".
help-passkey-exists-title = It says that I already have a passkey here
help-passkey-exists-text =
    The place in which you wanted to keep the new passkey already holds one for you at this practice. It would only overwrite it, so we don't make a second.
    You have nothing to do: use the one you have. It may have been created on another device, for places that synchronise share it: a passkey from your iPhone is on your Mac, one from your Android phone is in your Chrome.
    + To have one in a second place, such as 1Password or a security key, press "Create a passkey" again and choose that place in the browser's window.
    + If the old one doesn't work, delete it in My info, remove it on the device too, and create it anew.
help-passkey-other-device-title = My passkey doesn't work on another device
help-passkey-other-device-text =
    Devices of the same family share passkeys, others don't: what iCloud Keychain keeps never reaches an Android phone, and Windows Hello keeps its own on one computer. So each kind of device needs a passkey of its own.
    ## With 2 factor authentication
    Log in on the other device with your password and code, and create a passkey there in My info.
    ## Without it
    After your password we ask for a passkey, and the other device has none. Have the first device with you:
    + If it is a phone or tablet, choose "Use a phone or tablet" on the new device, scan the QR code with it, and you are in. Then create a passkey on the new device.
    + If it is a computer, log in there, press "Create a passkey" in My info, and choose "Use a phone or tablet", or a security key: the new passkey is then made on the other device.
    + Or enable 2 factor authentication there, in My info. With password and code you then get in anywhere.
    That is the reason why we advise 2 factor authentication beside a passkey: it is the way in where the passkey isn't.
help-passkey-new-device-title = I have a new phone, tablet or computer
help-passkey-new-device-text =
    From the same maker, signed in to the same account (Apple or Google), your passkeys arrive by themselves once the device is set up. It can take a few minutes, and the old device may ask whether it is you. Until then use the old device: choose "Use a phone or tablet" and scan the QR code with it.
    From another maker, create a new passkey: log in there with your password and your code, or with the old device's help, and press "Create a passkey" in My info.
    Before you give the old device away, delete its passkey in My info if it was kept only there (Windows Hello, a security key), and erase the device.
help-passkey-lost-title = I have lost the device with my passkey
help-passkey-lost-text =
    Whoever finds it can't use the passkey without your finger, your face or your PIN. Still, take it away.
    ## You use 2 factor authentication
    - Log in with your email address, your password and a code, or a backup code.
    - In My info open "Manage passkeys" and delete the lost device's passkey.
    - That logs out your other browsers as well. Create a new passkey on the device you have now.
    ## You have the passkey on another device too
    Log in with that one, and do the same. If the lost one shared it (iCloud Keychain, Google Password Manager), lock the lost device with Apple's or Google's "Find" as well.
    ## Neither of these
    An administrator of your practice lets you in again. They send a code to the mobile number we have for you, you read it out to them, they delete your passkeys, and a mail then lets you set up a new second step.
    If no mobile number of yours is on file, they can't know that it is you on the phone, and nobody can help you in this way. My info shows whether there is one. Give it before you need it.
    ## You are the only administrator
    Then nobody in your practice can do that, and the people who run this server can't give you a passkey or a password either. One way may be left: another device or password manager that shares the lost one's passkeys, such as an iPad with the same Apple Account.
    A browser in which you are still logged in doesn't help by itself: before you make a passkey or invite anybody there, it asks for the passkey you have lost.
    If there is no other device, write to the people who run this server. They are named below, and can tell you what is possible.
    Better still, have a second administrator, a second passkey or 2 factor authentication before it happens.
help-passkey-one-side-title = My passkey was deleted in one place
help-passkey-one-side-text =
    A passkey has two halves: one on your device, one here. It works only while both are there, and deleting one doesn't always delete the other.
    ## Deleted here, still on the device
    Your browser may go on offering it, and we can't accept it. Where the browser lets us, we tell it, and it stops. Elsewhere remove it by hand: see "How do I remove a passkey from my device?". Then log in another way and, if you want one, create a new one.
    ## Deleted on the device, still listed here
    It can't be brought back. Delete it in My info too, so that the list is true, and create a new one.
    Some devices keep deleted passkeys for a month: in Apple's Passwords app look under "Deleted".
help-passkey-remove-title = How do I remove a passkey from my device?
help-passkey-remove-text =
    Deleting a passkey in My info ends it: from then on it opens nothing. What stays on the device is only clutter, and this is how to sweep it up. Look for this practice's name or address in the list.
help-passkey-ready-title = What must be switched on for passkeys?
help-passkey-ready-text =
    Two things: a screen lock, because the passkey is opened with it, and the place that keeps your passkeys. If passkeys shall reach your other devices, that place must be in step with them.
help-passkey-stopped-title = I closed the browser's window, or it closed itself
help-passkey-stopped-text =
    Nothing happened, and nothing is lost. Press the button again when you are ready.
    + The window waits five minutes for you, then it closes itself.
    + If it closes at once, the device has no screen lock, or it is asleep in a dock with its lid closed: open it, or use another way to log in.
    + If your finger or face isn't recognised, choose the PIN or the password of the device in the same window.
    + If the window looks for a security key or a phone and you have neither, close it and log in with your password, unless your passkey is your only second step; then see "I have lost the device with my passkey".
    + If the window shows a picture to scan, your browser found no passkey on this device: see "The log-in page shows me a QR code".
    + If you have never created a passkey here, there is none to use yet: see "How do I create my first passkey?".
    + If the page was open for hours, load it again first.
help-passkey-browser-title = This browser can't use passkeys
help-passkey-browser-text =
    Passkeys need a browser and a system from the last few years, a secure address (it begins with https), and a page that stands in a window of its own.
    + Update the browser, and then the system.
    + If you came here through a link in another app (mail, chat), choose "Open in Safari" or "Open in Chrome".
    + In a private window some browsers keep no passkeys. Use a normal one.
    + If the page says that this isn't the address your passkeys belong to, begin at "Find your practice".
    + If your practice has a new address, some browsers can't use its passkeys there, and can't make any. Chrome, Edge and Safari can, when they are up to date. If a passkey is your only second step, log in with one of these.
    + On a computer of somebody else, who may have switched passkeys off, use your password, or the passkey on your phone.
    Until then log in with your email address and password.

# --- Questions ---

help-passkey-several-title = Why do I need several passkeys? Can't I use the same one everywhere?
help-passkey-several-text =
    Partly you can. A passkey lives in a place, and each place reaches certain devices:
    + iCloud Keychain: your iPhone, iPad and Mac
    + Google Password Manager: your Android devices, and Chrome on any computer where you are signed in
    + Windows Hello: that one computer
    + 1Password and other password managers: wherever you have installed them
    + A security key: any device you plug it into or hold it to
    If all your devices are Apple's, one passkey is enough. With a Mac and an Android phone you create two, because neither maker lets the other in. Or you use the phone for the Mac: see "Can I use the passkey on my phone to log in at a computer?".
    My info lists your passkeys with their names, and any of them opens the door.
help-passkey-share-title = Can somebody else use my passkey, or set one up for me?
help-passkey-share-text =
    No. A passkey opens with your finger, your face or your PIN, so it isn't something to lend. Each colleague has an account, and a passkey, of their own.
    Nobody can create it for you either, not even an administrator: it is made while you are logged in, on the device you use. What an administrator can do is delete yours when you have lost it.
    If somebody tries to log in on your phone, the phone asks for you. Therefore never let another person's finger or face be added to a device that keeps your passkey, and keep its PIN to yourself. On a device that several people unlock with one PIN, don't create a passkey.
help-passkey-two-factor-title = I use 2 factor authentication. Do I need a passkey as well?
help-passkey-two-factor-text =
    You don't need it, but it is both quicker and safer. Logging in with a passkey takes one touch and skips the code. And a code can be talked out of somebody by a false page; a passkey can't.
    Keep 2 factor authentication on beside it. It is the way in when the device with the passkey isn't at hand, and it is what lets you help yourself when that device is lost.
    Without it, your passkey becomes the second step after your password, and the only one.
help-passkey-must-title = Do I have to create a passkey?
help-passkey-must-text =
    No. Your password goes on working, and nobody is worse off without a passkey. We do recommend one.
    Your practice may ask everybody for a second step from a certain day. A passkey is one way to have it, 2 factor authentication is the other. My info says from when.
    If we offer a passkey after you log in and you don't want to see that again, choose "Don't ask again".
help-passkey-other-site-title = I have a passkey at another website. Can I use it here?
help-passkey-other-site-text =
    No. Each passkey belongs to one account at one address. You may have a hundred in the same keychain, and only the one created here opens this door; nor would this one open your mail.
    The same goes for two practices: if you work in both, create a passkey in each. Neither learns of the other.
help-passkey-delete-title = Can I rename or delete a passkey?
help-passkey-delete-text =
    Yes. Open My info and press "Manage passkeys".
    + "Rename" changes the name you see in the list. It changes nothing on the device.
    + "Delete" ends a passkey for good, after asking once more. Nobody can log in with it from that moment. If it was a mistake, create a new one.
    Before your last passkey goes, we tell you what that means for the way you log in.
    Deleting it here doesn't always take it off the device: see "How do I remove a passkey from my device?".
help-passkey-mail-title = I got a mail that a passkey was added
help-passkey-mail-text =
    We send it whenever a passkey is added to your account, so that none is added behind your back.
    If you created one just then, there is nothing to do. The name in the mail is the place that keeps it.
    If your practice allows it, a browser that has your password saved may create a passkey by itself right after you logged in with your password and a second step. Then the page said so too, and you can delete it in My info.
    If you did neither, open the link in that mail and press the button. It logs out every browser, deletes this passkey and any made after it, and stops your password. Then you choose a new password, or we tell you whom to ask. If this passkey was your only second step, a new password waits a day, so that nobody who reads your mailbox can be quicker than you; an administrator can let you in sooner. Passkeys you made before go on working.

# --- The places that keep passkeys ---

passkey-places-here = On this device ({ $browser })
passkey-places-kept = Where this passkey was kept
passkey-places-elsewhere = Elsewhere
passkey-places-all = In each place
passkey-place-iphone = iPhone and iPad: iCloud Keychain
passkey-place-mac = Mac: iCloud Keychain
passkey-place-android = Android: Google Password Manager
passkey-place-windows = Windows: Windows Hello
passkey-place-chrome = Chrome on a computer: Google Password Manager
passkey-place-edge = Edge: Microsoft Password Manager
passkey-place-firefox = Firefox
passkey-place-one-password = 1Password
passkey-place-security-key = A security key

passkey-create-iphone =
    - When the sheet asks whether to save a passkey, continue and show your face or finger.
    - If another app keeps your passwords, "Other options" lets you choose where.
    It is then on every iPhone, iPad and Mac that uses the same Apple Account. You need to create it on one of them only.
passkey-create-mac =
    - Choose iCloud Keychain when you are asked where to save it. Safari does so by itself.
    - Touch the Touch ID key, or type the password of your Mac.
    It is then on every Mac, iPhone and iPad that uses the same Apple Account. You need to create it on one of them only.
passkey-create-android =
    - When the sheet asks whether to create a passkey, continue. It is kept in Google Password Manager; "Save another way" lists other places, such as Samsung Pass.
    - Show your finger or face, or draw the screen lock.
    It is then on your other Android devices, and in Chrome on computers where you are signed in with the same Google Account.
passkey-create-windows =
    - Choose Windows Hello, or "This Windows device", when you are asked where to save it.
    - Show your face or finger, or type the PIN of Windows Hello.
    It stays on this computer. On another one you create another.
passkey-create-chrome =
    - When Chrome asks whether to save a passkey to Google Password Manager, continue. "Save another way" offers the system's own place, a phone or a security key.
    - The first time Chrome asks for the PIN of Google Password Manager, or lets you choose one.
    It is then in every Chrome where you are signed in with the same Google Account, and on your Android devices.
passkey-create-edge =
    - Edge asks where to keep it. Microsoft Password Manager takes it to your other computers with the same Microsoft account; Windows Hello keeps it on this one.
    - Show your face or finger, or type the PIN.
passkey-create-firefox =
    Firefox keeps no passkeys itself; it opens the window of the system. So look above or below for Windows, Mac or Android. On Linux it works with a security key.
passkey-create-one-password =
    - Install 1Password in your browser, or on your phone, and unlock it.
    - When it offers to save the passkey, choose the login of this practice, or a new one, and save.
    It is then wherever you use 1Password. If you would rather keep it in the system's own place, close 1Password's window and the browser asks.
passkey-create-security-key =
    - Choose "Security key" when you are asked where to save it. It may stand under "Other options".
    - Plug the key in or hold it to the device, type its PIN (the first time you choose one), and touch it.
    It is on that key alone. Have a second one in a drawer.

passkey-ready-iphone =
    - Settings, Face ID & Passcode (or Touch ID & Passcode): a passcode is set.
    - Settings, your name, iCloud, Passwords: "Sync this iPhone" (or iPad) is on.
    - Settings, General, AutoFill & Passwords: AutoFill is on, and Passwords, or the app you use, is chosen.
passkey-ready-mac =
    - System Settings, Touch ID & Password: a password is set, and a finger if your Mac has the key for it.
    - System Settings, your name, iCloud, Passwords: "Sync this Mac" is on.
    - System Settings, General, AutoFill & Passwords: AutoFill is on, and Passwords, or the app you use, is chosen.
passkey-ready-android =
    - Settings, Security: a screen lock is set.
    - Settings, Passwords, passkeys & accounts: Google Password Manager, or the app you use, is chosen. Some makers put this under General management.
    - The Google Account of your other devices is added to this one.
passkey-ready-windows =
    - Settings, Accounts, Sign-in options: a PIN of Windows Hello is set, and face or finger if the computer can.
    - Nothing has to be in step: what Windows Hello keeps stays on this computer.
passkey-ready-chrome =
    - Chrome is signed in with your Google Account: your picture is at the top right.
    - In its settings, under You and Google, Sync and Google services: passwords and passkeys are included.
    - Settings, Autofill and passwords, Google Password Manager: offering to save is on.
passkey-ready-edge =
    - Edge is signed in with your Microsoft account, and its settings synchronise passwords.
    - Settings, Passwords and autofill, Microsoft Password Manager: offering to save is on.
passkey-ready-firefox =
    Nothing in Firefox itself. Look at your system, Windows, Mac or Android. On Linux have a security key.
passkey-ready-one-password =
    - In the settings of 1Password in your browser, under Autofill & save: offering to save and sign in with passkeys is on.
    - On a phone, choose 1Password in the system's settings for autofill.
passkey-ready-security-key =
    - The key speaks FIDO2 (most that were sold since 2019), has a PIN, and has room: older ones hold about 25 passkeys.

passkey-remove-iphone =
    - Open the Passwords app and choose Passkeys. Before iOS 18: Settings, Passwords.
    - Choose this practice, tap Edit, and delete the passkey.
    It goes from your other Apple devices too.
passkey-remove-mac =
    - Open the Passwords app and choose Passkeys. Before macOS 15: System Settings, Passwords.
    - Choose this practice, press Edit, and delete the passkey.
    It goes from your other Apple devices too.
passkey-remove-android =
    - Open Settings and look for Passwords, or open Google Password Manager.
    - Choose this practice, and delete the passkey.
    It goes from your Chrome on computers too.
passkey-remove-windows =
    - Open Settings, Accounts, Passkeys.
    - Find this practice, press the three dots beside it, and choose to delete the passkey.
    Windows 10 has no such page. There the passkey stays, and does no harm.
passkey-remove-chrome =
    - Press the three dots at the top right, then Passwords and autofill, then Google Password Manager.
    - Find this practice, open it, and delete the passkey.
    It goes from your Android devices too.
passkey-remove-edge =
    - Press the three dots at the top right, then Settings, then Passwords and autofill, then Microsoft Password Manager.
    - Find this practice under Passkeys, and delete it.
    If it isn't there, Windows Hello keeps it.
passkey-remove-firefox =
    Firefox keeps no passkeys itself. Remove it in your system: Windows, Mac or Android, or on your security key.
passkey-remove-one-password =
    - Find the login of this practice and choose Edit.
    - Delete the passkey in it, and save. The rest of the login can stay.
passkey-remove-security-key =
    - In Chrome or Edge on a computer open Settings, Privacy and security, Security, Manage security keys, Sign-in data. On Windows the maker's own app does it.
    - Type the PIN of the key, find this practice, and delete it.
