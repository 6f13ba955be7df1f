"""The parts of Codex that the pages use, cut out of its style sheets: ``python -m webtool.codex``."""
