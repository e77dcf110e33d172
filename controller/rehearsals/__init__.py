"""Conversation tests by sound: a flow's own tests, whose caller speaks out of sound files.

The call is on the virtual switch, and what is said is understood by the real recogniser.
"""
