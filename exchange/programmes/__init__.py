"""Programme rounds: who takes part in one, who is paired with whom, and who waits. ``state`` reads the store, the rest are pure
functions."""
