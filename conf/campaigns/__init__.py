"""Campaigns: whom a subscriber calls out to, and whether a contact may be called now. Dialling is the controller's.

`policies` what a country asks of such calls, `windows` when it is open, `zones` where a number is, `verdict` may this
contact be called now and why not, `contacts` a file of contacts and what is wrong in it, `retries` what follows a call.
"""
