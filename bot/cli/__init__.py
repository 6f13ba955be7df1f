"""The commands: ``app`` runs them, ``output`` prints what they did."""
