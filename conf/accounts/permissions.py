"""Roles, and what each may do."""

from __future__ import annotations

OPERATE = "operate"  # trunks, nodes, subscribers: nothing that belongs to a subscriber
CONFIGURE = "configure"  # flows, numbers, schedules, lists, prompts
PEOPLE = "people"  # users and short numbers; roles and accounts need ACCOUNT
CALLS = "calls"  # call history
LIVE = "live"  # calls in progress
ACCOUNT = "account"  # roles, accounts, tokens, webhooks, audit, the subscriber itself
DESK = "desk"  # the agent's own work
FAX = "fax"  # the fax box
OWN = "own"  # one's own password, sessions, settings

ALLOWED: dict[str, frozenset[str]] = {
    "operator": frozenset({OPERATE, OWN}),
    "administrator": frozenset({CONFIGURE, PEOPLE, CALLS, LIVE, ACCOUNT, DESK, FAX, OWN}),
    "engineer": frozenset({CONFIGURE, PEOPLE, CALLS, LIVE, OWN}),
    "agent": frozenset({DESK, OWN}),
    "fax": frozenset({FAX, OWN}),
}
ROLES = tuple(ALLOWED)
