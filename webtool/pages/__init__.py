"""The public pages, one module a subject. They know no session."""
