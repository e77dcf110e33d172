"""Understanding: what a caller said, read as a value of one type. Pure; a file per type.

Every reader takes what the recogniser heard and a language, and gives the value, or None when the words say nothing of
that type or could mean two things: it never guesses.
"""
