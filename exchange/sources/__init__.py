"""What people said about themselves elsewhere: pure readers of public pages, in a profile's terms.

Each program fetches the pages; nothing here asks anybody. A statement fills in the form of whoever
made it, after their own click; coordinators see how many made one, and nothing else is made of it.
"""
