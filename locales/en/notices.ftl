# Mails about what happened. In a text, a line that is a link or begins with "## " stands alone.
unknown-place = unknown place
mail-footer = You get this mail because it is about how you sign in to { $practice }.
mail-signed-in-new-browser-subject = New sign-in to { $practice }
mail-signed-in-new-browser-text =
    Hello { $name },
    Somebody signed in to your account at { $practice } from a browser we haven't seen before: { $browser }, { $place }, on { $time }.
    If that was you, there is nothing to do.
    If it wasn't you, open this page now. It ends every session and lets you choose a new password:
    { $not_me }
