"""The commands: ``session`` opens what they need, ``steps`` says what each does, ``summary`` tells."""
