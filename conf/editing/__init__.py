"""Editing a subscriber document by document, with the checks and the rows of `apply`. Knows no web framework."""
