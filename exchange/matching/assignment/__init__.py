"""Assignment: who is suggested to whom. ``assign`` is the entry."""
