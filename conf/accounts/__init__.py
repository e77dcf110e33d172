"""Accounts of the web UI and the API: who may come in, and what they may do there."""
