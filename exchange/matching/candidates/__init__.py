"""Candidates: who could help whom. ``find`` is the entry."""
