"""The Wiki port and its bodies."""
