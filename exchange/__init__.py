"""The core of the Capacity Exchange: what a profile, a match, a notice and a report are.

Nothing in here opens a connection to a wiki or a browser: data in, data out.
"""

__version__ = "0.1.0"
