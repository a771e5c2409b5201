# Words of the frame around every page.
frame-product = Portico
frame-skip = Skip to the page
frame-menu = Your menu
frame-my-info = My info
frame-clients = Clients
frame-people = People
frame-log-out = Log out
frame-help = Help
frame-language = Language
# A label; the name of the company that runs this server follows.
frame-operator = Run by:
# Put before the title of a page that shows errors.
frame-error-prefix = Error:
frame-problem = There is a problem
frame-show-password = Show
frame-hide-password = Hide

# The dialog two minutes before a session locks or ends; a clock (1:59) follows the sentence.
idle-title = Are you still there?
idle-lock = Nobody has used this page for a while. To keep your work private, it locks in:
idle-end = You have been logged in for as long as your practice allows. Finish what you are doing; you will need to log in again in:
idle-stay = Stay logged in

# A time within a sentence, like "last used today at 6:37 pm AEDT".
when-today = today at { $clock }
when-yesterday = yesterday at { $clock }
when-tomorrow = tomorrow at { $clock }
when-on = on { $day } at { $clock }

# Whose session it is, while a contact has a client's portal open.
frame-for = { $person } for { $client }
