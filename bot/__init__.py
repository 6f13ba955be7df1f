"""The bot: reads profiles from a wiki, finds matches, tells people, writes reports."""
